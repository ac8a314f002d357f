//! One line in front of the published attention, and what is made of what it captures.
#![cfg(feature = "capture")]

mod small;

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use anycapture::Cache;
use candle::{DType, Device, Tensor, safetensors};
use candle_bert::{
    maps::{KEY, Maps, View},
    model::Model,
    page, pictures,
};
use candle_nn::VarBuilder;
use candle_transformers::models::bert;
use resvg::tiny_skia::Pixmap;

#[allow(dead_code)]
#[path = "../build.rs"]
mod build;

const TEXT: &str = "The cat sat: it was tired.";
const TOKENS: [&str; 11] =
    ["[CLS]", "the", "cat", "sat", "[UNK]", "it", "was", "tire", "##d", ".", "[SEP]"];

/// What a model captures over a text. A scope: tests run at once.
fn captured(model: &Model, text: &str, options: anycapture::Options) -> (Vec<String>, Cache) {
    let _scope = anycapture::scope();
    anycapture::activate_with(options);
    let sentence = model.read(text).expect("a sentence");
    model.run(&sentence).expect("the model runs");
    (sentence.tokens, anycapture::cache())
}

fn view(maps: &Maps, layer: usize, head: usize) -> View {
    View { layer, head, link: maps.strongest(layer, head) }
}

fn maps(folder: &Path) -> Maps {
    let model = Model::load(folder, DType::F32).expect("a whole folder");
    let (tokens, cache) = captured(&model, TEXT, candle_bert::options());
    Maps::collect(&cache, &tokens, model.layers, model.heads).expect("every layer")
}

#[test]
fn one_line_gives_every_head_of_every_layer() {
    let model = Model::load(&small::folder("every_head"), DType::F32).expect("a whole folder");
    let (tokens, cache) = captured(&model, TEXT, candle_bert::options());
    assert_eq!(tokens, TOKENS);
    let n = tokens.len();
    let layers: Vec<_> = cache[KEY].iter().map(|value| value.index()).collect();
    assert_eq!(layers, [0, 0, 1, 1].map(Some), "bound twice a layer");
    for layer in 0..2 {
        let tensor = |name: &str| {
            let value =
                cache.at(&format!("BertSelfAttention.forward.{name}"), &[layer]).expect("captured");
            let numbers = value.as_slice::<f32>().expect("numbers").to_vec();
            Tensor::from_vec(numbers, value.shape(), &Device::Cpu).expect("of that shape")
        };
        let probs = tensor("attention_probs");
        assert_eq!(probs.dims(), [1, 3, n, n]);
        let scores = tensor("query_layer").matmul(&tensor("key_layer").t().unwrap()).unwrap();
        let wanted = candle_nn::ops::softmax(&(scores / 8_f64.sqrt()).unwrap(), 3).unwrap();
        let apart =
            (probs - wanted).unwrap().abs().unwrap().max_all().unwrap().to_scalar::<f32>().unwrap();
        assert!(apart < 1e-6, "layer {layer}: {apart}");
    }
}

#[test]
fn each_pass_counts_its_layers_from_0() {
    let model = Model::load(&small::folder("passes"), DType::F32).expect("a whole folder");
    for _ in 0..2 {
        let (_, cache) = captured(&model, TEXT, candle_bert::options());
        assert_eq!(cache[KEY][0].index(), Some(0));
        assert_eq!(cache[KEY][3].index(), Some(1));
    }
}

#[test]
fn the_model_with_the_line_gives_what_the_published_one_gives() {
    let folder = small::folder("published");
    let model = Model::load(&folder, DType::F32).expect("a whole folder");
    let _scope = anycapture::scope();
    anycapture::activate_with(candle_bert::options());
    let ours = model.run(&model.read("The cat.").expect("a sentence")).expect("it runs");

    let weights =
        safetensors::load(folder.join("model.safetensors"), &Device::Cpu).expect("weights");
    let config = fs::read(folder.join("config.json")).expect("a configuration");
    let config: bert::Config = serde_json::from_slice(&config).expect("a configuration");
    let weights = VarBuilder::from_tensors(weights, DType::F32, &Device::Cpu);
    let published = bert::BertModel::load(weights, &config).expect("the published model");
    let ids = Tensor::new(&[[2_u32, 4, 5, 12, 3]], &Device::Cpu).unwrap();
    let theirs = published.forward(&ids, &ids.zeros_like().unwrap(), None).expect("it runs");
    let [ours, theirs] = [ours, theirs].map(|t| t.flatten_all().unwrap().to_vec1::<f32>().unwrap());
    assert_eq!(ours, theirs);
}

#[test]
fn in_bf16_the_table_shows_where_the_nans_begin() {
    let model = Model::load(&small::folder("bf16"), DType::BF16).expect("a whole folder");
    let (_, cache) = captured(&model, TEXT, candle_bert::options());
    let nans = |name: &str, layer: i64| {
        let values = &cache[&*format!("BertSelfAttention.forward.{name}")];
        let values = values.iter().filter(|value| value.index() == Some(layer));
        values.map(|value| value.summary().nan()).collect::<Vec<_>>()
    };
    // Layer 0 is given whole numbers, and a mask that has none: 0 times the least `f32`, which BF16 rounds to infinity.
    assert_eq!(nans("hidden_states", 0), [0]);
    assert_eq!(nans("attention_mask", 0), [11]);
    assert_eq!(
        [nans("query_layer", 0), nans("key_layer", 0), nans("value_layer", 0)],
        [const { [0, 0] }; 3]
    );
    // The product, divided by a root, plus the mask.
    assert_eq!(nans("attention_scores", 0), [0, 0, 3 * 11 * 11]);
    assert_eq!(nans("hidden_states", 1), [11 * 24]);
    let first = cache.in_order().find(|value| value.summary().nan() > 0).expect("one");
    assert_eq!((first.key(), first.index()), ("BertSelfAttention.forward.attention_mask", Some(0)));

    let (tokens, cache) = captured(&model, TEXT, candle_bert::options().stop_at_nan());
    let table = cache.to_string();
    let rows: Vec<_> = table.lines().collect();
    assert_eq!(rows.len(), 2, "{table}");
    assert!(rows[0].contains(".hidden_states ") && rows[0].contains(" nan 0 "), "{table}");
    assert!(rows[1].contains(".attention_mask ") && rows[1].contains(" nan 11 "), "{table}");
    let none = Maps::collect(&cache, &tokens, 2, 3).err().expect("no maps");
    assert!(none.contains("layer 0 was not captured"), "{none}");
}

#[test]
fn the_build_says_what_is_missing_in_another_version() {
    let source = "//! BERT\nuse super::with_tracing::{Linear};\nimpl BertSelfAttention {\n    fn load() {\n    }\n\n    \
        fn forward(&self, hidden_states: &Tensor, attention_mask: &Tensor) -> Result<Tensor> {\n    }\n}\n";
    let with = build::captured(source).expect("all is there");
    let new: Vec<_> = with.lines().filter(|line| !source.contains(line)).collect();
    assert_eq!(new.len(), 3, "the line, and two that say where things are: {with}");
    assert!(new[2].contains("#[capture("), "{with}");
    assert_eq!(with.lines().count(), source.lines().count() + 1);

    for (gone, instead) in
        [("BertSelfAttention", "Attention"), ("fn forward", "fn call"), ("super::", "crate::")]
    {
        let error = build::captured(&source.replace(gone, instead)).expect_err(gone);
        assert!(
            error.contains(gone) && error.contains("another version of candle-transformers"),
            "{error}"
        );
    }
    let elsewhere = source.replace("    fn forward", "}\n\nimpl Other {\n    fn forward");
    build::captured(&elsewhere).expect_err("the `forward` of another `impl`");
}

#[test]
fn pictures_paint_the_largest_share_brightest() {
    let maps = maps(&small::folder("pictures"));
    let brightest = |png: &[u8]| {
        let picture = Pixmap::decode_png(png).expect("a PNG file");
        let [r, g, b] = colorous::INFERNO.eval_continuous(1.0).into_array();
        picture.pixels().iter().filter(|p| (p.red(), p.green(), p.blue()) == (r, g, b)).count()
    };
    for (layer, head) in [(0, 0), (1, 2)] {
        // One cell of 96 pixels, with a number on it.
        let cell =
            brightest(&pictures::matrix(&maps, &view(&maps, layer, head)).expect("a picture"));
        assert!((4000..=9300).contains(&cell), "{cell}");
    }
    // One cell of all maps, of 216 / 11 pixels.
    let cell = brightest(&pictures::heads(&maps, &view(&maps, 0, 0)).expect("a picture"));
    assert!((300..=500).contains(&cell), "{cell}");
    let [one, other] =
        [0, 1].map(|head| pictures::links(&maps, &view(&maps, 0, head)).expect("a picture"));
    assert!(Pixmap::decode_png(&one).is_ok() && one != other);
}

#[test]
fn strongest_link_is_between_two_words() {
    let maps = maps(&small::folder("strongest"));
    for layer in 0..2 {
        let head = maps.sharpest(layer);
        let link = maps.strongest(layer, head);
        let word = |token: usize| maps.tokens[token].starts_with(char::is_alphanumeric);
        assert!(word(link.from) && word(link.to) && link.from != link.to, "{link:?}");
        for other in 0..3 {
            for (place, share) in maps.head(layer, other).iter().enumerate() {
                let (from, to) = (place / maps.tokens.len(), place % maps.tokens.len());
                assert!(
                    from == to || !word(from) || !word(to) || *share <= link.share,
                    "head {other}, {from} to {to}"
                );
            }
        }
    }
}

#[test]
fn page_holds_the_maps_and_nothing_from_elsewhere() {
    let model = Model::load(&small::folder("page"), DType::F32).expect("a whole folder");
    let (tokens, cache) = captured(&model, "it < it", candle_bert::options());
    let maps = Maps::collect(&cache, &tokens, 2, 3).expect("every layer");
    let page = page::page(&maps, &view(&maps, 1, 2));
    assert!(page.contains(r#""tokens":["[CLS]","it","\u003c","it","[SEP]"]"#), "the tokens");
    assert!(!page.contains("{{") && !page.contains("http"), "whole, and without network");
    let start = page.find(r#"octet-stream">"#).expect("the maps") + 14;
    let length = page[start..].find('<').expect("their end");
    // Half floats in base64.
    assert_eq!(length, (2 * 2 * 3 * 5 * 5_usize).div_ceil(3) * 4);
}

fn program(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_candle-bert"));
    let model = if arguments.contains(&"--model") { &[][..] } else { &["--model", "."] };
    command.current_dir(folder).args(model).args(arguments).output().expect("the program starts")
}

#[test]
fn program_says_what_it_captured_and_writes_pictures() {
    let folder = small::folder("program");
    let output = program(
        &folder,
        &["The cat sat.", "--output", "new/pictures", "--export", "all.safetensors"],
    );
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let stdout = String::from_utf8(output.stdout).expect("text");
    assert!(stdout.starts_with("6 tokens: [CLS] the cat sat . [SEP]\n"), "{stdout}");
    assert!(
        stdout.contains("BertSelfAttention.forward.attention_probs   4 x F32 [1, 3, 6, 6]"),
        "{stdout}"
    );
    assert!(stdout.contains("Layer 1, head "), "{stdout}");
    for name in ["links.png", "matrix.png", "heads.png", "index.html"] {
        assert!(folder.join("new/pictures").join(name).exists(), "{name}");
    }
    let exported = fs::read(folder.join("all.safetensors")).expect("a file");
    let exported = safetensors::BufferedSafetensors::new(exported).expect("a safetensors file");
    let maps = exported.load(KEY, &Device::Cpu).expect("the maps");
    assert_eq!(maps.dims(), [4, 1, 3, 6, 6]);

    let output = program(&folder, &["The cat sat.", "--dtype", "bf16", "--output", "none"]);
    assert!(output.status.success());
    let stdout = String::from_utf8(output.stdout).expect("text");
    assert!(
        stdout
            .contains("The first NaN is in `BertSelfAttention.forward.attention_mask` of layer 0."),
        "{stdout}"
    );
    assert!(!folder.join("none").exists(), "nothing to draw");
}

#[test]
fn program_says_in_one_sentence_what_is_wrong() {
    let folder = small::folder("wrong");
    let long = "cat ".repeat(127);
    for (arguments, wanted) in [
        (&["--layer", "2"][..], "--layer 2 is out of range: the model has layers 0 to 1"),
        (&["--head", "7"], "--head 7 is out of range: the model has heads 0 to 2"),
        (&["--model", "nowhere"], "`python3 examples/candle-bert/fetch.py` gets the model"),
        (
            &["The cat.", "--token", "mat"],
            "--token mat is none of the tokens [CLS] the cat . [SEP]",
        ),
        (&[" "], "the text has no word"),
        (&[&long], "the text has 129 tokens; at most 128 can be shown"),
        (&["--output", "config.json"], "can't write config.json/links.png"),
    ] {
        let output = program(&folder, arguments);
        let stderr = String::from_utf8(output.stderr).expect("text");
        assert!(!output.status.success() && output.stdout.is_empty(), "{arguments:?}");
        assert!(
            stderr.starts_with("error: ") && stderr.contains(wanted) && stderr.lines().count() == 1,
            "{stderr}"
        );
    }
    fs::write(folder.join("model.safetensors"), b"{}").expect("a file");
    let stderr = String::from_utf8(program(&folder, &[]).stderr).expect("text");
    assert!(
        stderr.starts_with("error: can't use ./model.safetensors: ") && stderr.lines().count() == 1,
        "{stderr}"
    );
}

#[test]
#[ignore = "wants the weights: python3 examples/candle-bert/fetch.py"]
fn it_attends_to_the_cat_in_layer_5_head_11() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/candle-bert/model");
    let model = Model::load(&folder, DType::F32).expect("the weights");
    let text = "The cat sat on the mat because it was tired.";
    let (tokens, cache) = captured(&model, text, candle_bert::options());
    let maps = Maps::collect(&cache, &tokens, 6, 12).expect("six layers of twelve heads");
    assert_eq!(maps.values().len(), 6 * 12 * 13 * 13);
    let place = |token: &str| tokens.iter().position(|t| t == token).expect("in the sentence");
    let link = maps.link(5, 11, place("it"));
    assert_eq!(link.to, place("cat"));
    assert!((link.share - 0.71).abs() < 0.005, "{link:?}");
    assert_eq!(maps.sharpest(5), 11, "what the program draws without being told");
}
