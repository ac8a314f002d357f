//! `anycapture diff`.

use std::process::ExitCode;

use anycapture_tools::{Recording, Tolerance};

use crate::{Trouble, input, json, print};

/// Compares two files: where they part first, then a line a key, the worst first
///
/// An element is within the tolerance if |ours - reference| <= TOLERANCE + RELATIVE * max(|ours|, |reference|).
/// NaN equals NaN. Exit status: 0 if the two agree, 1 if they part, 2 on trouble.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Our file, or - for standard input
    ours: String,
    /// The file that is right, such as one that Python wrote; or -
    reference: String,
    /// How far two elements may lie apart
    #[arg(long, short, default_value_t = 1e-5, value_parser = not_negative, allow_negative_numbers = true)]
    tolerance: f64,
    /// How far they may lie apart besides, as a share of the larger
    #[arg(long, short, default_value_t = 0.0, value_parser = not_negative, allow_negative_numbers = true)]
    relative: f64,
    /// Replaces the text FROM in every key of the reference by TO; may be given several times
    #[arg(long, value_name = "FROM=TO", value_parser = from_to)]
    rename: Vec<(String, String)>,
    /// Only keys like this, where * stands for any text; may be given several times
    #[arg(long, value_name = "PATTERN")]
    only: Vec<String>,
    /// Only keys that both files have
    #[arg(long)]
    common: bool,
    /// For programs: numbers that are not finite are text
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode, Trouble> {
    if args.ours == "-" && args.reference == "-" {
        return Err(Trouble("only one of the two files can be standard input".into()));
    }
    let mut ours = input::load(&args.ours)?;
    let mut reference = input::load(&args.reference)?;
    for (from, to) in &args.rename {
        reference = reference.rename(|key| key.replace(from, to))?;
    }
    choose(args, &mut ours, &mut reference);
    if ours.is_empty() && reference.is_empty() {
        let (ours, reference) = (&args.ours, &args.reference);
        return Err(Trouble(format!("{ours} and {reference} have nothing to compare")));
    }
    let tolerance = Tolerance::new(args.tolerance, args.relative);
    let comparison = ours.compare(&reference, tolerance);
    print(&if args.json {
        format!("{:#}\n", json::comparison(&comparison))
    } else {
        comparison.to_string()
    })?;
    Ok(if comparison.is_within() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// Leaves what is to be compared.
fn choose(args: &Args, ours: &mut Recording, reference: &mut Recording) {
    if !args.only.is_empty() {
        let wanted = |key: &str| args.only.iter().any(|pattern| input::is_like(key, pattern));
        ours.retain(wanted);
        reference.retain(wanted);
    }
    if args.common {
        ours.retain(|key| has(reference, key));
        reference.retain(|key| has(ours, key));
    }
}

fn has(recording: &Recording, key: &str) -> bool {
    recording.get(key).is_some() || recording.texts().any(|(known, _)| known == key)
}

fn not_negative(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "not a number")?;
    if number >= 0.0 { Ok(number) } else { Err("not a number from 0 on".into()) }
}

fn from_to(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((from, to)) if !from.is_empty() => Ok((from.into(), to.into())),
        _ => Err("not of the form FROM=TO".into()),
    }
}
