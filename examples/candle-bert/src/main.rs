//! Every attention map of MiniLM over a sentence, from one line in front of candle-transformers' own attention.
//!
//! ```text
//! python3 examples/candle-bert/fetch.py
//! cargo run --release -p candle-bert --features capture
//! ```
//!
//! Prints what was captured, and draws the attention into `target/candle-bert/`.

use std::{
    fmt::Write as _,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anycapture::Cache;
use candle::DType;
use clap::{Parser, ValueEnum};

use candle_bert::{
    maps::{Maps, View},
    model::{Model, Sentence},
    page, pictures,
};

const SENTENCE: &str = "The cat sat on the mat because it was tired.";

/// Runs MiniLM on a sentence and shows its attention.
#[derive(Parser)]
#[command(name = "candle-bert")]
struct Args {
    /// The sentence
    #[arg(default_value = SENTENCE)]
    text: String,

    /// The folder with model.safetensors, config.json and tokenizer.json; fetch.py makes it
    #[arg(long, value_name = "FOLDER", default_value = "target/candle-bert/model")]
    model: PathBuf,

    /// What the model calculates in
    #[arg(long, value_enum, default_value = "f32")]
    dtype: Precision,

    /// Stop recording behind the first value that holds a NaN
    #[arg(long)]
    stop_at_nan: bool,

    /// The layer to draw, from 0 [default: the last]
    #[arg(long, value_name = "N")]
    layer: Option<usize>,

    /// The head to draw, from 0 [default: the one with the strongest link between two words]
    #[arg(long, value_name = "N")]
    head: Option<usize>,

    /// The token whose strongest link to mark [default: the one with the strongest; "it" in the sentence that is built in]
    #[arg(long, value_name = "TOKEN")]
    token: Option<String>,

    /// The folder to put the pictures in
    #[arg(long, value_name = "FOLDER", default_value = "target/candle-bert")]
    output: PathBuf,

    /// Write everything captured to this safetensors file too
    #[arg(long, value_name = "FILE")]
    export: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Precision {
    F32,
    Bf16,
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
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
    let model = load(args)?;
    check(args, &model)?;
    let sentence = model.read(&args.text)?;
    let mut text = format!("{} tokens: {}\n", sentence.tokens.len(), sentence.tokens.join(" "));
    let options = candle_bert::options();
    anycapture::activate_with(if args.stop_at_nan { options.stop_at_nan() } else { options });
    model.run(&sentence).map_err(|e| format!("the model failed: {e}"))?;
    anycapture::deactivate();
    if !anycapture::ENABLED {
        text += "Nothing was captured: build with `--features capture` to see the attention.\n";
        return Ok(text);
    }
    let cache = anycapture::cache();
    write!(text, "\nCaptured:\n{cache}\n").expect("a String takes everything");
    let mut files = match nan(&cache) {
        Some(place) => {
            write!(text, "The first NaN is in {place}. There is nothing to draw.\n\n")
                .expect("a String takes everything");
            Vec::new()
        }
        None => draw(args, &model, &sentence, &cache, &mut text)?,
    };
    if let Some(path) = &args.export {
        let mut bytes = Vec::new();
        cache.export(|part| bytes.write_all(part)).map_err(|e| format!("can't export: {e}"))?;
        files.push((path.clone(), bytes));
    }
    for (path, bytes) in &files {
        write(path, bytes)?;
        writeln!(text, "wrote {}", path.display()).expect("a String takes everything");
    }
    Ok(text)
}

fn load(args: &Args) -> Result<Model, String> {
    let dtype = match args.dtype {
        Precision::F32 => DType::F32,
        Precision::Bf16 => DType::BF16,
    };
    Model::load(&args.model, dtype).map_err(|sentence| match args.model.exists() {
        true => sentence,
        false => format!("{sentence}; `python3 examples/candle-bert/fetch.py` gets the model"),
    })
}

fn check(args: &Args, model: &Model) -> Result<(), String> {
    let asked = [("layer", args.layer, model.layers), ("head", args.head, model.heads)];
    for (name, number, count) in asked {
        if let Some(number) = number.filter(|number| *number >= count) {
            return Err(format!(
                "--{name} {number} is out of range: the model has {name}s 0 to {}",
                count - 1
            ));
        }
    }
    Ok(())
}

/// The first captured value that holds a NaN.
fn nan(cache: &Cache) -> Option<String> {
    let value = cache.in_order().find(|value| value.summary().nan() > 0)?;
    Some(format!("`{}` of layer {}", value.key(), value.index()?))
}

/// A file to be: where, and what is in it.
type File = (PathBuf, Vec<u8>);

/// Draws the pictures and the page, and says what the marked link is.
fn draw(
    args: &Args,
    model: &Model,
    sentence: &Sentence,
    cache: &Cache,
    text: &mut String,
) -> Result<Vec<File>, String> {
    let maps = Maps::collect(cache, &sentence.tokens, model.layers, model.heads)?;
    let view = view(args, &maps)?;
    let View { layer, head, link } = view;
    let [from, to] = [link.from, link.to].map(|token| &maps.tokens[token]);
    write!(
        text,
        "Layer {layer}, head {head}: \"{from}\" attends to \"{to}\" with {:.2}.\n\n",
        link.share
    )
    .expect("a String takes everything");
    let files = [
        ("links.png", pictures::links(&maps, &view)?),
        ("matrix.png", pictures::matrix(&maps, &view)?),
        ("heads.png", pictures::heads(&maps, &view)?),
        ("index.html", page::page(&maps, &view).into_bytes()),
    ];
    Ok(files.map(|(name, bytes)| (args.output.join(name), bytes)).into())
}

/// What to show, as far as the command line says.
fn view(args: &Args, maps: &Maps) -> Result<View, String> {
    let layer = args.layer.unwrap_or(maps.layers - 1);
    let head = args.head.unwrap_or_else(|| maps.sharpest(layer));
    let token = args.token.as_deref().or((args.text == SENTENCE).then_some("it"));
    let Some(token) = token else {
        return Ok(View { layer, head, link: maps.strongest(layer, head) });
    };
    let from = maps.tokens.iter().position(|t| t == token);
    let from = from.ok_or_else(|| {
        format!("--token {token} is none of the tokens {}", maps.tokens.join(" "))
    })?;
    Ok(View { layer, head, link: maps.link(layer, head, from) })
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder
        .map_or(Ok(()), fs::create_dir_all)
        .and_then(|()| fs::write(path, bytes))
        .map_err(|e| format!("can't write {}: {e}", path.display()))
}
