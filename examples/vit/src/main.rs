//! Every attention map of a Vision Transformer, from one `captured_fn!`.
//!
//! ```text
//! cargo run --release -p vit --features capture
//! ```
//!
//! Classifies a handwritten digit, prints what was captured, and draws it into `target/attention/`.
//! `--weights` and `--image` take DINOv2 ViT-S/14 (see `fetch.py`) and any photograph instead.

use std::{
    fmt::Write as _,
    fs,
    io::{Cursor, ErrorKind, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Instant,
};

use clap::Parser;
use image::{ImageFormat, RgbImage};

use vit::{
    engine::{Vit, softmax},
    matmul,
    page::{self, First},
    photo::{self, Photo},
    pictures::{self, Layer},
    weights::Model,
};

const DIGIT_WEIGHTS: &[u8] = include_bytes!("../digits.safetensors");
const DIGIT: &[u8] = include_bytes!("../images/5.png");
const KEY: &str = "Attention.forward.attention_map";

/// Runs a Vision Transformer on an image and shows its attention.
///
/// Without options it reads a handwritten digit with a small model; both are built in.
#[derive(Parser)]
#[command(name = "vit")]
struct Args {
    /// Weights, as a safetensors file [default: a small model for handwritten digits]
    #[arg(long, value_name = "FILE")]
    weights: Option<PathBuf>,

    /// The image, PNG, JPEG, WebP, GIF, BMP or TIFF; the largest centred square of it is used [default: a digit]
    #[arg(long, value_name = "FILE")]
    image: Option<PathBuf>,

    /// The layer to draw, from 0 [default: the last]
    #[arg(long, value_name = "N", value_parser = whole, allow_negative_numbers = true)]
    layer: Option<usize>,

    /// The head to draw, from 0 [default: the one whose CLS looks most sharply]
    #[arg(long, value_name = "N", value_parser = whole, allow_negative_numbers = true)]
    head: Option<usize>,

    /// The patch whose attention to draw, from 0,0 [default: the one that CLS looks at most]
    #[arg(long, value_name = "ROW,COLUMN", value_parser = cell, allow_hyphen_values = true)]
    patch: Option<(usize, usize)>,

    /// The folder to put the pictures in
    #[arg(long, value_name = "FOLDER", default_value = "target/attention")]
    output: PathBuf,

    /// Write everything captured to this safetensors file too
    #[arg(long, value_name = "FILE")]
    export: Option<PathBuf>,
}

fn whole(text: &str) -> Result<usize, String> {
    text.trim().parse().map_err(|_| "should be a number, such as 3".into())
}

fn cell(text: &str) -> Result<(usize, usize), String> {
    let parts = text
        .split_once(',')
        .and_then(|(r, c)| Some((r.trim().parse().ok()?, c.trim().parse().ok()?)));
    parts.ok_or_else(|| "should be a row and a column, such as 3,5".into())
}

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(help) if !help.use_stderr() => help.exit(),
        Err(error) => {
            // What is wrong, and not how to use the rest, in the one line that every other error takes.
            eprintln!("{}", error.to_string().lines().next().unwrap_or_default());
            return ExitCode::FAILURE;
        }
    };
    match run(&args) {
        Ok(text) => {
            // A reader that has gone away (`| head`) is no failure.
            let _ = std::io::stdout().write_all(text.as_bytes());
            ExitCode::SUCCESS
        }
        Err(sentence) => {
            eprintln!("error: {sentence}");
            ExitCode::FAILURE
        }
    }
}

/// Does all of it and gives what is to be printed.
fn run(args: &Args) -> Result<String, String> {
    let model = load_model(args.weights.as_deref())?;
    let blocks = model.blocks();
    let vit = model.vit(&blocks);
    let choice = Choice::check(args, &vit)?;
    let photo = load_photo(args.image.as_deref(), &vit)?;

    anycapture::activate();
    let start = Instant::now();
    let scores = infer(&vit, &photo::normalise(&photo.seen, &model.mean, &model.deviation));
    progress(&format!("{} layers in {:.0} ms", blocks.len(), start.elapsed().as_secs_f64() * 1e3));
    anycapture::deactivate();

    let said = verdict(&scores, &model.classes);
    let mut text = match said.is_empty() {
        true => "These weights have no classifier, so there is no class to name.\n".into(),
        false => format!("{said}\n"),
    };
    if !anycapture::ENABLED {
        text +=
            "Nothing was captured: build with `--features capture` to see the attention maps.\n";
        return Ok(text);
    }
    let cache = anycapture::cache();
    let report = anycapture::report();
    write!(text, "\nCaptured:\n{cache}\n{report}\n").expect("a String takes everything");
    progress("drawing");
    let mut files = draw(args, &choice, &cache, &photo.fine, &said)?;
    if let Some(path) = &args.export {
        let mut bytes = Vec::new();
        cache.export(|part| bytes.write_all(part)).map_err(|e| format!("can't export: {e}"))?;
        files.push((path.clone(), bytes));
    }
    write(&args.output, &files)?;
    for (path, _) in &files {
        writeln!(text, "wrote {}", path.display()).expect("a String takes everything");
    }
    Ok(text)
}

fn progress(line: &str) {
    eprintln!("vit: {line}");
}

fn load_model(path: Option<&Path>) -> Result<Model, String> {
    let Some(path) = path else {
        return Model::read(DIGIT_WEIGHTS).map_err(|e| format!("the built-in weights: {e}"));
    };
    progress(&format!("reading {}", path.display()));
    let bytes =
        fs::read(path).map_err(|e| format!("can't read the weights {}: {e}", path.display()))?;
    Model::read(&bytes).map_err(|e| format!("can't use the weights {}: {e}", path.display()))
}

fn load_photo(path: Option<&Path>, vit: &Vit) -> Result<Photo, String> {
    let side = vit.image_side() as u32;
    let grey = vit.channels == 1;
    let Some(path) = path else {
        return photo::read(DIGIT, side, grey);
    };
    progress(&format!("reading {}", path.display()));
    let bytes =
        fs::read(path).map_err(|e| format!("can't read the image {}: {e}", path.display()))?;
    photo::read(&bytes, side, grey)
        .map_err(|e| format!("can't use the image {}: {e}", path.display()))
}

/// A score for each class, none without a classifier.
fn infer(vit: &Vit, image: &[f32]) -> Vec<f32> {
    let mut workspace = vec![0.0; vit.workspace_len()];
    let mut scores = vec![0.0; vit.head.map_or(0, |head| head.outputs())];
    let features = vit.forward(image, &mut workspace, &matmul::Fast);
    vit.classify(features, &mut scores, &matmul::Fast);
    scores
}

/// The best three classes in words; empty without a classifier.
fn verdict(scores: &[f32], classes: &[String]) -> String {
    if scores.is_empty() {
        return String::new();
    }
    let mut shares = scores.to_vec();
    softmax(&mut shares);
    let mut best: Vec<_> = shares.iter().zip(classes).collect();
    best.sort_by(|a, b| b.0.total_cmp(a.0));
    let named: Vec<String> = best
        .iter()
        .take(3)
        .map(|(share, class)| format!("{class} ({:.1} %)", **share * 100.0))
        .collect();
    format!("This is a {}.", named.join(", then "))
}

/// What to draw, as far as the command line says.
struct Choice {
    layer: usize,
    head: Option<usize>,
    patch: Option<usize>,
}

impl Choice {
    fn check(args: &Args, vit: &Vit) -> Result<Choice, String> {
        let layers = vit.blocks.len();
        let layer = args.layer.unwrap_or(layers - 1);
        if layer >= layers {
            return Err(format!(
                "--layer {layer} is out of range: the model has layers 0 to {}",
                layers - 1
            ));
        }
        let heads = vit.blocks[layer].attention.heads;
        if let Some(head) = args.head.filter(|head| *head >= heads) {
            return Err(format!(
                "--head {head} is out of range: the model has heads 0 to {}",
                heads - 1
            ));
        }
        let grid = vit.grid();
        if let Some((row, column)) = args.patch.filter(|(row, column)| *row.max(column) >= grid) {
            let most = grid - 1;
            return Err(format!(
                "--patch {row},{column} is out of range: the last patch is {most},{most}"
            ));
        }
        let patch = args.patch.map(|(row, column)| row * grid + column);
        Ok(Choice { layer, head: args.head, patch })
    }
}

/// A file to be: where, and what is in it.
type File = (PathBuf, Vec<u8>);

/// Draws the three pictures and the page.
fn draw(
    args: &Args,
    choice: &Choice,
    cache: &anycapture::Cache,
    photo: &RgbImage,
    verdict: &str,
) -> Result<Vec<File>, String> {
    let layers = captured_layers(cache)?;
    let layer = *layers.get(choice.layer).ok_or("a layer was not captured")?;
    let head = choice.head.unwrap_or_else(|| sharpest(layer));
    let patch = choice.patch.unwrap_or_else(|| brightest(layer, head));
    let first = First { layer: layer.number, head, token: patch + 1 };
    let files = [
        ("head.png", png(&pictures::head(layer, head))?),
        ("heads.png", png(&pictures::heads(layer))?),
        ("grids.png", png(&pictures::grids(photo, layer, head, patch))?),
        ("index.html", page::page(&png(photo)?, &layers, verdict, &first).into_bytes()),
    ];
    Ok(files.map(|(name, bytes)| (args.output.join(name), bytes)).into())
}

fn png(picture: &RgbImage) -> Result<Vec<u8>, String> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).map_err(|e| e.to_string())?;
    Ok(bytes.into_inner())
}

/// The captured maps, a value a layer in the order of the forward pass.
fn captured_layers(cache: &anycapture::Cache) -> Result<Vec<Layer<'_>>, String> {
    let values = cache.get(KEY).ok_or_else(|| format!("`{KEY}` holds nothing"))?;
    let layers = values.iter().enumerate().map(|(number, value)| {
        let (&[heads, tokens, _], Some(maps)) = (value.shape(), value.as_slice::<f32>()) else {
            return Err(format!("`{KEY}` holds something else than attention maps"));
        };
        Ok(Layer { number, heads, tokens, maps })
    });
    layers.collect()
}

/// The head whose CLS row has the largest share in one place.
fn sharpest(layer: Layer) -> usize {
    let peak =
        |head: &usize| layer.head(*head)[1..layer.tokens].iter().copied().fold(0.0, f32::max);
    (0..layer.heads).max_by(|a, b| peak(a).total_cmp(&peak(b))).unwrap_or(0)
}

/// The patch that CLS looks at most.
fn brightest(layer: Layer, head: usize) -> usize {
    let row = &layer.head(head)[1..layer.tokens];
    (0..row.len()).max_by(|a, b| row[*a].total_cmp(&row[*b])).unwrap_or(0)
}

/// Writes all files, or none: each beside its place first, and when all are whole they are moved there.
fn write(folder: &Path, files: &[File]) -> Result<(), String> {
    let missing = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.exists();
    let made: Vec<&Path> = folder.ancestors().take_while(missing).collect();
    let done = fs::create_dir_all(folder)
        .map_err(|e| format!("can't make the folder {}: {e}", folder.display()))
        .and_then(|()| stage(files));
    if done.is_err() {
        for folder in made {
            // Goes only while it is empty.
            let _ = fs::remove_dir(folder);
        }
    }
    done
}

fn stage(files: &[File]) -> Result<(), String> {
    // A device or a pipe, such as /dev/stdout, must not be replaced by a file.
    let is_device = |path: &Path| fs::metadata(path).is_ok_and(|m| !m.is_file() && !m.is_dir());
    let mut parts = Parts(Vec::new());
    for (path, bytes) in files {
        let failed = |e| format!("can't write {}: {e}", path.display());
        if path.is_dir() {
            return Err(failed(ErrorKind::IsADirectory.into()));
        }
        if is_device(path) {
            fs::write(path, bytes).map_err(failed)?;
            continue;
        }
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        parts.0.push((part.into(), path));
        fs::write(&parts.0[parts.0.len() - 1].0, bytes).map_err(failed)?;
    }
    for (part, path) in &parts.0 {
        fs::rename(part, path).map_err(|e| format!("can't write {}: {e}", path.display()))?;
    }
    Ok(())
}

/// Files on their way to where they belong; those that did not arrive go with this.
struct Parts<'a>(Vec<(PathBuf, &'a Path)>);

impl Drop for Parts<'_> {
    fn drop(&mut self) {
        for (part, _) in &self.0 {
            let _ = fs::remove_file(part);
        }
    }
}
