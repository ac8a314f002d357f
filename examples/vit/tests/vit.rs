//! The crate's main job: every attention map of a Vision Transformer, through one `captured_fn!`.
#![cfg(feature = "capture")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::Mutex,
    time::Instant,
};

use safetensors::SafeTensors;

use vit::{
    engine::{Attention, Block, LayerNorm, Linear, MatMul, Mlp, Plain, Vit},
    matmul::Fast,
    photo, pictures,
    weights::Model,
};

const KEY: &str = "Attention.forward.attention_map";

/// The store is one for the process, and tests run at once.
static ALONE: Mutex<()> = Mutex::new(());

fn file(path: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect(path)
}

fn digits() -> Model {
    Model::read(&file("digits.safetensors")).expect("the committed weights are whole")
}

/// The scores of a held-out digit.
fn scores(model: &Model, digit: usize, matmul: &dyn MatMul) -> Vec<f32> {
    let blocks = model.blocks();
    let vit = model.vit(&blocks);
    let picture = file(&format!("images/{digit}.png"));
    let picture = photo::read(&picture, 28, true).expect("a committed image");
    let image = photo::normalise(&picture.seen, &model.mean, &model.deviation);
    let mut workspace = vec![0.0; vit.workspace_len()];
    let mut scores = vec![0.0; 10];
    let features = vit.forward(&image, &mut workspace, matmul);
    vit.classify(features, &mut scores, matmul);
    scores
}

fn difference(ours: &[f32], theirs: &[f32]) -> f32 {
    assert_eq!(ours.len(), theirs.len());
    let differences = ours.iter().zip(theirs).map(|(a, b)| (a - b).abs());
    // `f32::max` would pass over a NaN.
    differences.fold(0.0, |most, d| if d <= most { most } else { d })
}

#[test]
fn every_held_out_digit_is_right() {
    let _alone = ALONE.lock();
    let model = digits();
    for digit in 0..10 {
        let scores = scores(&model, digit, &Plain);
        let best = (0..10).max_by(|a, b| scores[*a].total_cmp(&scores[*b]));
        assert_eq!(best, Some(digit), "{scores:?}");
    }
}

#[test]
fn attention_maps_agree_with_the_training_framework() {
    let _alone = ALONE.lock();
    let bytes = file("tests/data/vit_reference.safetensors");
    let reference = SafeTensors::deserialize(&bytes).expect("the committed reference");
    let tensor = |name: String| {
        let view = reference.tensor(&name).expect("in the reference");
        let bytes = view.data().chunks_exact(4);
        let values = bytes.map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]));
        values.collect::<Vec<f32>>()
    };
    let model = digits();
    for digit in [3, 5] {
        for matmul in [&Plain as &dyn MatMul, &Fast] {
            let session = anycapture::session();
            let scores = scores(&model, digit, matmul);
            drop(session);
            let cache = anycapture::cache();
            assert_eq!(cache.keys().collect::<Vec<_>>(), [KEY]);
            assert_eq!(cache[KEY].len(), 4, "a value a layer");
            let maps = tensor(format!("{digit}.attention_map"));
            for (layer, value) in cache[KEY].iter().enumerate() {
                assert_eq!(value.shape(), [4, 50, 50]);
                assert_eq!(value.index(), Some(layer as _));
                let ours = value.as_slice::<f32>().expect("float32");
                let theirs = &maps[layer * 4 * 50 * 50..][..4 * 50 * 50];
                let most = difference(ours, theirs);
                println!("digit {digit}, layer {layer}: largest difference {most:e}");
                assert!(most <= 1e-5, "digit {digit}, layer {layer}: {most:e}");
            }
            let most = difference(&scores, &tensor(format!("{digit}.logits")));
            assert!(most <= 1e-4, "scores of digit {digit}: {most:e}");
        }
    }
}

/// Numbers between -0.5 and 0.5, the same every time.
struct Random(u32);

impl Random {
    fn fill(&mut self, count: usize) -> Vec<f32> {
        let mut next = || {
            self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (self.0 >> 8) as f32 / (1 << 24) as f32 - 0.5
        };
        (0..count).map(|_| next()).collect()
    }
}

/// A model that nobody trained. Of RGB images, with layer scale in the first half of a block.
struct Untrained {
    heads: Vec<usize>,
    width: usize,
    hidden: usize,
    patch: Vec<f32>,
    cls: Vec<f32>,
    position: Vec<f32>,
    layers: Vec<[Vec<f32>; 4]>,
    ones: Vec<f32>,
    zeros: Vec<f32>,
}

impl Untrained {
    /// `heads` for each layer, tokens of `grid * grid` patches of `side` pixels and CLS.
    fn new(heads: &[usize], width: usize, grid: usize, side: usize) -> Untrained {
        let mut random = Random(1);
        let hidden = 4 * width;
        let mut layer = || {
            let sizes = [width * 3 * width, width * width, width * hidden, hidden * width];
            sizes.map(|size| random.fill(size))
        };
        Untrained {
            heads: heads.to_vec(),
            width,
            hidden,
            layers: heads.iter().map(|_| layer()).collect(),
            patch: random.fill(3 * side * side * width),
            cls: random.fill(width),
            position: random.fill((grid * grid + 1) * width),
            ones: vec![1.0; width],
            zeros: vec![0.0; hidden],
        }
    }

    fn norm(&self) -> LayerNorm<'_> {
        LayerNorm { weight: &self.ones, bias: &self.zeros[..self.width], epsilon: 1e-6 }
    }

    fn linear<'a>(&'a self, weight: &'a [f32], outputs: usize) -> Linear<'a> {
        Linear { weight, bias: &self.zeros[..outputs] }
    }

    fn blocks(&self) -> Vec<Block<'_>> {
        let mut blocks = Vec::new();
        for (layer, [qkv, proj, fc1, fc2]) in self.layers.iter().enumerate() {
            blocks.push(Block {
                norm1: self.norm(),
                attention: Attention {
                    layer,
                    heads: self.heads[layer],
                    qkv: self.linear(qkv, 3 * self.width),
                    proj: self.linear(proj, self.width),
                },
                scale1: Some(&self.ones),
                norm2: self.norm(),
                mlp: Mlp { fc1: self.linear(fc1, self.hidden), fc2: self.linear(fc2, self.width) },
                scale2: None,
            });
        }
        blocks
    }

    fn vit<'a>(&'a self, blocks: &'a [Block<'a>]) -> Vit<'a> {
        Vit {
            channels: 3,
            patch: self.linear(&self.patch, self.width),
            cls: &self.cls,
            position: &self.position,
            blocks,
            norm: self.norm(),
            head: None,
        }
    }
}

#[test]
fn twelve_layers_give_twelve_maps_a_forward_in_order() {
    let _alone = ALONE.lock();
    // A number of heads for each layer, so that the shapes tell the layers apart.
    let heads = [1, 2, 3, 4, 6, 12, 12, 6, 4, 3, 2, 1];
    let model = Untrained::new(&heads, 12, 3, 2);
    let blocks = model.blocks();
    let vit = model.vit(&blocks);
    let image = Random(2).fill(3 * 6 * 6);
    let mut workspace = vec![0.0; vit.workspace_len()];

    let session = anycapture::session();
    for _ in 0..2 {
        let features = vit.forward(&image, &mut workspace, &Plain);
        assert_eq!(features.len(), 10 * 12);
    }
    drop(session);

    let cache = anycapture::cache();
    assert_eq!(cache.keys().collect::<Vec<_>>(), [KEY]);
    assert_eq!(cache[KEY].len(), 24, "twelve values a forward");
    for (i, value) in cache[KEY].iter().enumerate() {
        assert_eq!(value.index(), Some((i % 12) as _));
        assert_eq!(value.shape(), [heads[i % 12], 10, 10]);
        let map = value.as_slice::<f32>().expect("float32");
        for row in map.chunks_exact(10) {
            assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-5, "shares sum to 1");
        }
    }
    let order: Vec<_> = cache[KEY].iter().map(|value| value.sequence()).collect();
    assert!(order.windows(2).all(|pair| pair[0] < pair[1]), "oldest first");
}

/// Of the size of ViT-S/14, in a release build; a figure to read, which decides nothing:
/// `cargo test --release -p vit --features capture -- --ignored --nocapture`
#[test]
#[ignore = "a measurement"]
fn what_capturing_costs_a_forward() {
    let _alone = ALONE.lock();
    let model = Untrained::new(&[6; 12], 384, 16, 14);
    let blocks = model.blocks();
    let vit = model.vit(&blocks);
    let image = Random(2).fill(3 * 224 * 224);
    let mut workspace = vec![0.0; vit.workspace_len()];
    anycapture::clear();
    let mut run = |recording| {
        if recording {
            anycapture::activate_with(anycapture::Options::new().max_size(12));
        }
        let start = Instant::now();
        vit.forward(&image, &mut workspace, &Fast);
        let time = start.elapsed().as_secs_f64();
        anycapture::deactivate();
        time
    };
    // The best of many, taken in turn, is what the work itself needs.
    let mut best = [f64::INFINITY; 2];
    for i in 0..40 {
        let time = run(i % 2 == 1);
        best[i % 2] = best[i % 2].min(time);
    }
    let [without, with] = best.map(|time| time * 1e3);
    println!(
        "forward {without:.1} ms, capturing {with:.1} ms: {:+.2} %",
        (with / without - 1.0) * 100.0
    );
}

const PROGRAM: &str = env!("CARGO_BIN_EXE_vit");

/// Runs the program, with an output folder of the test's own.
fn program(test: &str, arguments: &[&str]) -> (PathBuf, Output) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    let output = Command::new(PROGRAM).current_dir(&folder).args(arguments).output();
    (folder, output.expect("the program starts"))
}

/// The one sentence on stderr of a run that must fail and leave nothing behind.
#[track_caller]
fn complaint(test: &str, arguments: &[&str]) -> String {
    let (folder, output) = program(test, arguments);
    let stderr = String::from_utf8(output.stderr).expect("text");
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(output.stdout.is_empty());
    assert!(!folder.join("target").exists(), "nothing half-written");
    let mut sentences = stderr.lines().filter(|line| !line.starts_with("vit: "));
    let sentence = sentences.next().expect("a sentence").to_string();
    assert_eq!(sentences.next(), None, "one sentence");
    assert!(sentence.starts_with("error: "), "{sentence}");
    sentence
}

/// A file for a test to read, outside the folder of [`program`].
fn given(name: &str, bytes: &[u8]) -> String {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, bytes).expect("a file");
    path.to_str().expect("UTF-8").to_string()
}

#[test]
fn program_classifies_and_draws() {
    let (folder, output) = program("defaults", &[]);
    let stdout = String::from_utf8(output.stdout).expect("text");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(stdout.starts_with("This is a 5 ("), "{stdout}");
    assert!(stdout.contains(KEY), "{stdout}");
    for name in ["head.png", "heads.png", "grids.png"] {
        let bytes = fs::read(folder.join("target/attention").join(name)).expect(name);
        let picture = image::load_from_memory(&bytes).expect(name);
        assert!(picture.width() > 600, "{name}");
    }
}

#[test]
fn program_says_what_is_wrong_with_its_files() {
    let missing = complaint("missing", &["--weights", "absent.safetensors"]);
    assert!(missing.contains("can't read the weights absent.safetensors"), "{missing}");
    let missing = complaint("missing_image", &["--image", "absent.png"]);
    assert!(missing.contains("can't read the image absent.png"), "{missing}");

    let weights = file("digits.safetensors");
    let corrupt = given("cut.safetensors", &weights[..weights.len() / 2]);
    let sentence = complaint("cut", &["--weights", &corrupt]);
    assert!(sentence.contains("not a whole safetensors file"), "{sentence}");
    let text = given("text.safetensors", b"no weights here, just words");
    let sentence = complaint("text", &["--weights", &text]);
    assert!(sentence.contains("not a whole safetensors file"), "{sentence}");
    let empty = given("empty.safetensors", b"");
    let sentence = complaint("empty", &["--weights", &empty]);
    assert!(sentence.contains("not a whole safetensors file"), "{sentence}");

    let foreign = file("tests/data/vit_reference.safetensors");
    let foreign = given("foreign.safetensors", &foreign);
    let sentence = complaint("foreign", &["--weights", &foreign]);
    assert!(sentence.contains("not weights of this program's"), "{sentence}");

    let image = given("words.png", b"no picture either");
    let sentence = complaint("words", &["--image", &image]);
    assert!(sentence.contains("can't use the image"), "{sentence}");
    let image = given("cut.png", &file("images/5.png")[..90]);
    let sentence = complaint("cut_image", &["--image", &image]);
    assert!(sentence.contains("can't use the image"), "{sentence}");
}

#[test]
fn program_says_which_tensor_has_a_wrong_shape() {
    let bytes = file("digits.safetensors");
    let (_, header) = SafeTensors::read_metadata(&bytes).expect("whole");
    let whole = SafeTensors::deserialize(&bytes).expect("whole");
    let mut tensors: Vec<_> = whole.tensors();
    let one = tensors.iter_mut().find(|(name, _)| name == "blocks.2.proj.weight");
    let one = one.expect("in the weights");
    let (dtype, data) = (one.1.dtype(), one.1.data());
    one.1 = safetensors::tensor::TensorView::new(dtype, vec![32, 128], data).expect("as many");
    let wrong = safetensors::serialize(tensors, header.metadata().clone()).expect("a file");
    let sentence = complaint("shape", &["--weights", &given("wrong.safetensors", &wrong)]);
    let wanted = "`blocks.2.proj.weight` has shape [32, 128], not [64, 64]";
    assert!(sentence.contains(wanted), "{sentence}");
}

#[test]
fn program_draws_maps_full_of_nan() {
    let mut bytes = file("digits.safetensors");
    let (start, header) = SafeTensors::read_metadata(&bytes).expect("whole");
    let cls = header.info("cls").expect("in the weights").data_offsets.0;
    bytes[8 + start + cls..][..4].copy_from_slice(&f32::NAN.to_le_bytes());
    let (_, output) = program("nan", &["--weights", &given("nan.safetensors", &bytes)]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(!stdout.contains("nan 0 "), "the table counts them: {stdout}");
}

#[test]
fn pictures_of_any_number_of_heads_and_patches_are_drawn() {
    for (heads, grid) in [(1, 1), (12, 2), (1, 20)] {
        let tokens = grid * grid + 1;
        let maps = vec![1.0 / tokens as f32; heads * tokens * tokens];
        let layer = pictures::Layer { number: 0, heads, tokens, maps: &maps };
        let photo = image::RgbImage::new(28, 28);
        let last = grid * grid - 1;
        for picture in [
            pictures::head(layer, heads - 1),
            pictures::heads(layer),
            pictures::grids(&photo, layer, heads - 1, last),
        ] {
            assert!(picture.width() > 200 && picture.height() > 200);
        }
    }
}

#[test]
fn program_says_what_is_out_of_range() {
    let sentence = complaint("layer", &["--layer", "4"]);
    assert!(sentence.contains("layers 0 to 3"), "{sentence}");
    let sentence = complaint("head", &["--head", "4"]);
    assert!(sentence.contains("heads 0 to 3"), "{sentence}");
    let sentence = complaint("patch", &["--patch", "7,0"]);
    assert!(sentence.contains("the last patch is 6,6"), "{sentence}");
    let sentence = complaint("no_patch", &["--patch", "middle"]);
    assert!(sentence.contains("a row and a column, such as 3,5"), "{sentence}");
    let sentence = complaint("negative", &["--head", "-1"]);
    assert!(sentence.contains("invalid value '-1' for '--head <N>'"), "{sentence}");
}

/// A pipe stands for devices here, which a test had better not try.
#[cfg(unix)]
#[test]
fn a_pipe_is_written_to_and_not_replaced() {
    use std::os::unix::fs::FileTypeExt;
    let pipe = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pipe");
    let _ = fs::remove_file(&pipe);
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
    let from = pipe.clone();
    let reader = std::thread::spawn(move || fs::read(from).expect("readable"));
    let (_, output) = program("piped", &["--export", pipe.to_str().expect("UTF-8")]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(fs::metadata(&pipe).expect("it is there").file_type().is_fifo());
    assert!(reader.join().expect("no panic").len() > 100_000);
}

#[test]
fn program_says_when_it_can_not_write() {
    // A file stands where the folder should be: refused for any user, root too.
    let taken = given("taken", b"");
    let sentence = complaint("folder", &["--output", &format!("{taken}/pictures")]);
    assert!(sentence.contains("can't make the folder"), "{sentence}");
    let sentence = complaint("folder_is_file", &["--output", &taken]);
    assert!(sentence.contains("can't make the folder"), "{sentence}");
}

#[test]
fn program_writes_all_files_or_none() {
    // The last of the files can't be written: the pictures before it are not left either.
    let sentence = complaint("no_export", &["--export", "absent/maps.safetensors"]);
    assert!(sentence.contains("can't write absent/maps.safetensors"), "{sentence}");
    let sentence = complaint("export_is_folder", &["--export", "."]);
    assert!(sentence.contains("can't write .: "), "{sentence}");

    // What an earlier run has made stays whole.
    let (folder, _) = program("earlier", &[]);
    fs::remove_file(folder.join("target/attention/index.html")).expect("it was written");
    fs::create_dir(folder.join("target/attention/index.html")).expect("a folder in its place");
    let head = fs::read(folder.join("target/attention/head.png")).expect("it was written");
    let again = Command::new(PROGRAM).current_dir(&folder).args(["--layer", "0"]).output();
    assert_eq!(again.expect("the program starts").status.code(), Some(1));
    assert_eq!(fs::read(folder.join("target/attention/head.png")).expect("still there"), head);
    let left = fs::read_dir(folder.join("target/attention")).expect("a folder");
    let left = left.map(|file| file.expect("a file").file_name().into_string().expect("UTF-8"));
    assert!(left.into_iter().all(|name| !name.ends_with(".part")));
}

fn encoded(image: &image::DynamicImage, format: image::ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).expect("a picture");
    bytes.into_inner()
}

#[test]
fn images_of_any_shape_are_taken() {
    use image::{
        DynamicImage,
        ImageFormat::{Bmp, Gif, Jpeg, Png, Tiff, WebP},
    };
    let images = [
        ("pixel", DynamicImage::new_rgb8(1, 1), Png),
        ("wide", DynamicImage::new_rgb8(20_000, 3), Png),
        ("wide JPEG", DynamicImage::new_rgb8(20_000, 30), Jpeg),
        ("large", DynamicImage::new_rgb8(4000, 2700), Png),
        ("large, upright", DynamicImage::new_rgb8(2700, 4000), Png),
        ("grey", DynamicImage::new_luma8(40, 30), Png),
        ("grey JPEG", DynamicImage::new_luma8(40, 30), Jpeg),
        ("alpha", DynamicImage::new_rgba8(30, 40), Png),
        ("deep", DynamicImage::new_rgb16(28, 28), Png),
        ("deep grey", DynamicImage::new_luma16(28, 30), Png),
        ("deep alpha", DynamicImage::new_rgba16(50, 60), Png),
        ("grey alpha", DynamicImage::new_luma_a8(28, 28), Png),
        ("WebP", DynamicImage::new_rgb8(30, 28), WebP),
        ("GIF", DynamicImage::new_rgba8(30, 28), Gif),
        ("BMP", DynamicImage::new_rgb8(30, 28), Bmp),
        ("TIFF", DynamicImage::new_rgb16(30, 28), Tiff),
    ];
    for (name, image, format) in images {
        let bytes = encoded(&image, format);
        for grey in [false, true] {
            let photo = photo::read(&bytes, 28, grey).expect(name);
            assert_eq!(photo.seen.dimensions(), (28, 28), "{name}");
            assert!(photo.fine.width() >= 28, "{name}");
        }
    }
}

#[test]
fn a_large_image_keeps_its_centre() {
    // Left third red, middle green, right blue: of the middle's square nothing else may be seen.
    let image = image::RgbImage::from_fn(9000, 3000, |x, _| {
        image::Rgb([[255, 0, 0], [0, 255, 0], [0, 0, 255]][x as usize / 3000])
    });
    let photo = photo::read(&encoded(&image.into(), image::ImageFormat::Png), 28, false);
    let seen = photo.expect("an image").seen;
    assert!((1..27).all(|x| seen[(x, 14)].0 == [0, 255, 0]), "{:?}", seen[(1, 14)]);
}

#[test]
fn an_image_that_is_too_large_or_cut_is_refused() {
    // A BMP is told by its first bytes, long before its pixels.
    let mut bytes = encoded(&image::DynamicImage::new_rgb8(1, 1), image::ImageFormat::Bmp);
    bytes[18..26].copy_from_slice(&[0x60, 0xea, 0, 0, 0x60, 0xea, 0, 0]);
    let sentence = photo::read(&bytes, 28, false).err().expect("refused");
    assert_eq!(sentence, "60000 x 60000 pixels are too many: make it smaller first");

    let whole = encoded(&image::DynamicImage::new_rgb8(300, 200), image::ImageFormat::Jpeg);
    let sentence = photo::read(&whole[..whole.len() - 40], 28, false).err().expect("refused");
    assert_eq!(sentence, "the file ends before the image does");
    let sentence = photo::read(b"II*\0 no more", 28, false).err();
    assert!(sentence.is_some());
    let sentence = photo::read(b"words", 28, false).err().expect("refused");
    assert_eq!(sentence, "it is not a PNG, JPEG, WebP, GIF, BMP or TIFF image");
}

#[test]
fn an_image_of_the_right_size_goes_through_untouched() {
    let image = image::RgbImage::from_fn(28, 28, |x, y| {
        image::Rgb([x as u8 * 9, y as u8 * 9, (x * y) as u8])
    });
    let bytes = encoded(&image.clone().into(), image::ImageFormat::Png);
    assert_eq!(photo::read(&bytes, 28, false).expect("an image").seen, image);
}
