//! `anycapture plot`.

mod chart;
mod matrix;

use std::fs::File;
use std::io::{self, Write};
use std::process::ExitCode;

use anycapture_tools::{Value, Values};

use crate::{Trouble, input};
use chart::Picture;
use matrix::{Matrix, Panel};

/// Draws the values of a key as a PNG picture
///
/// Numbers become a line over the calls, a single vector a line over its elements, vectors a heat map with a row a call,
/// and matrices, such as attention maps, a heat map each; all heat maps of a picture share one scale.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A safetensors file, or - for standard input
    file: String,
    /// The key, as `anycapture show FILE` lists it
    key: String,
    /// Where the picture goes: a file, or - for standard output [default: KEY.png]
    #[arg(long, short)]
    output: Option<String>,
    /// Only this value of the key, counted from 0
    #[arg(long)]
    call: Option<usize>,
    /// Only this matrix of a value, such as a head, counted from 0
    #[arg(long)]
    head: Option<usize>,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode, Trouble> {
    let recording = input::load(&args.file)?;
    let values = input::values(&recording, &args.key)?;
    let picture = draw(values, args)?;
    let output = args.output.clone().unwrap_or_else(|| file_name(&args.key));
    match &output[..] {
        "-" => save(&picture, io::stdout().lock()),
        path => File::create(path).map_err(Trouble::from).and_then(|file| save(&picture, file)),
    }
    .map_err(|trouble| Trouble(format!("{output}: {}", trouble.0)))?;
    if output != "-" {
        crate::print(&format!("wrote {output}\n"))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn draw(values: Values<'_>, args: &Args) -> Result<Picture, Trouble> {
    let chosen: Vec<Value<'_>> = match args.call {
        None => values.iter().collect(),
        Some(call) => vec![values.get(call).ok_or_else(|| {
            Trouble(format!("{} has no call {call}, but {} values", args.key, values.len()))
        })?],
    };
    let Some(first) = chosen.iter().find(|value| !value.is_empty()) else {
        return Err(Trouble(format!("{} has no elements", args.key)));
    };
    let title = title(values, &chosen);
    match first.shape().len() {
        0 => chart::line(&title, "call", &scalars(&chosen)),
        _ if chosen.iter().all(|value| value.len() == 1) => {
            chart::line(&title, "call", &scalars(&chosen))
        }
        1 if chosen.len() == 1 => chart::line(&title, "element", &elements(first)),
        _ => {
            let heads = if chosen.len() == 1 { 1 } else { Matrix::count(first.shape()) };
            chart::heat(&title, &panels(&chosen, args)?, heads)
        }
    }
}

/// `key, 12 values, F32 [6, 257, 257]`.
fn title(values: Values<'_>, chosen: &[Value<'_>]) -> String {
    let key = values.key();
    match chosen {
        [value] if values.len() > 1 => {
            format!("{key}, call {}, {} {:?}", value.call(), value.dtype(), value.shape())
        }
        [first, ..] => {
            let same = chosen.iter().all(|value| value.shape() == first.shape());
            let shape =
                if same { format!("{:?}", first.shape()) } else { "of several shapes".into() };
            let count = chosen.len();
            let noun = if count == 1 { "value" } else { "values" };
            format!("{key}, {count} {noun}, {} {shape}", first.dtype())
        }
        [] => key.into(),
    }
}

fn scalars(chosen: &[Value<'_>]) -> Vec<(f64, f64)> {
    let with_call = |value: &Value<'_>| Some((to_f64(value.call()), value.element(0)?.to_f64()));
    chosen.iter().filter_map(with_call).collect()
}

fn elements(value: &Value<'_>) -> Vec<(f64, f64)> {
    (0..).map(to_f64).zip(value.to_f64()).collect()
}

#[allow(clippy::cast_precision_loss)]
fn to_f64(number: usize) -> f64 {
    number as f64
}

/// The most heat maps in a picture: with more, each would be too small to see.
const MOST_PANELS: usize = 256;

fn panels(chosen: &[Value<'_>], args: &Args) -> Result<Vec<Panel>, Trouble> {
    if let Some(rows) = rows_of_vectors(chosen) {
        return Ok(vec![Panel { label: "a row a call, a column an element".into(), matrix: rows }]);
    }
    let heads = |value: &Value<'_>| match args.head {
        Some(head) => head..head + 1,
        None => 0..Matrix::count(value.shape()),
    };
    let count: usize = chosen.iter().map(|value| heads(value).len()).sum();
    if count > MOST_PANELS {
        return Err(Trouble(format!(
            "{} has {count} matrices, more than a picture of {MOST_PANELS} shows: choose with --call or --head",
            args.key
        )));
    }
    let mut panels = Vec::new();
    for value in chosen {
        let elements = value.to_f64();
        for head in heads(value) {
            let matrix = Matrix::of(value.shape(), &elements, head).ok_or_else(|| {
                let shape = value.shape();
                Trouble(format!("{} has no head {head}: its shape is {shape:?}", args.key))
            })?;
            panels.push(Panel { label: label(value, head, args), matrix });
        }
    }
    Ok(panels)
}

/// The matrix whose rows are vectors of one length.
fn rows_of_vectors(chosen: &[Value<'_>]) -> Option<Matrix> {
    let [columns] = *chosen.first()?.shape() else { return None };
    if chosen.iter().any(|value| *value.shape() != [columns]) {
        return None;
    }
    let elements = chosen.iter().flat_map(|value| value.to_f64()).collect();
    Some(Matrix { rows: chosen.len(), columns, elements })
}

fn label(value: &Value<'_>, head: usize, args: &Args) -> String {
    let index: Vec<String> = value.indices().iter().map(i64::to_string).collect();
    let call = match &index[..] {
        [] => format!("call {}", value.call()),
        _ => format!("call {} ({})", value.call(), index.join(", ")),
    };
    match Matrix::count(value.shape()) {
        1 => call,
        _ if args.call.is_some() => format!("head {head}"),
        _ => format!("{call}, head {head}"),
    }
}

fn file_name(key: &str) -> String {
    format!("{}.png", key.replace(['/', '\\'], "_"))
}

fn save(picture: &Picture, out: impl Write) -> Result<(), Trouble> {
    let mut encoder = png::Encoder::new(out, picture.width, picture.height);
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&picture.pixels)?;
    writer.finish()?;
    Ok(())
}
