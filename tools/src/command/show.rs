//! `anycapture show`.

use std::process::ExitCode;

use crate::{Trouble, input, json, print};

/// Shows what a file holds: a line a key, or a line a value of one key
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A safetensors file, or - for standard input
    file: String,
    /// Show every value of this key
    key: Option<String>,
    /// Only keys like this, where * stands for any text; may be given several times
    #[arg(long, value_name = "PATTERN")]
    only: Vec<String>,
    /// For programs: numbers that are not finite are text
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode, Trouble> {
    let mut recording = input::load(&args.file)?;
    if !args.only.is_empty() {
        recording.retain(|key| args.only.iter().any(|pattern| input::is_like(key, pattern)));
    }
    let text = match (&args.key, args.json) {
        (None, false) => recording.to_string(),
        (None, true) => format!("{:#}\n", json::recording(&recording)),
        (Some(key), json) => show_key(&recording, key, json)?,
    };
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn show_key(
    recording: &anycapture_tools::Recording,
    key: &str,
    json: bool,
) -> Result<String, Trouble> {
    if let Some((_, texts)) = recording.texts().find(|(known, _)| *known == key) {
        let lines = texts.iter().map(|text| format!("{text:?}\n"));
        return Ok(if json {
            format!("{:#}\n", serde_json::json!(texts))
        } else {
            lines.collect()
        });
    }
    let values = input::values(recording, key)?;
    Ok(if json { format!("{:#}\n", json::values(values)) } else { values.to_string() })
}
