//! `anycapture listen`.

use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anycapture_tools::Listener;

use crate::{Trouble, print};

/// Collects the values that a device sends one by one, with `Value::frame`
///
/// Frames are found between other output and after lost bytes, and each is checked. On a terminal, a table shows what has
/// come, anew every second. A serial port is set up before: stty -F /dev/ttyACM0 115200 raw
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A serial port, a file, or - for standard input
    source: String,
    /// Write the values to this safetensors file, anew every second and at the end
    #[arg(long, short)]
    output: Option<String>,
    /// Keep the newest so many values of each key
    #[arg(long, default_value_t = 10_000)]
    keep: usize,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode, Trouble> {
    let sentence = |error: io::Error| Trouble(format!("{}: {error}", args.source));
    let mut source: Box<dyn Read> = match &args.source[..] {
        "-" => Box::new(io::stdin().lock()),
        path => Box::new(File::open(path).map_err(sentence)?),
    };
    let mut listener = Listener::new(args.keep);
    let mut buffer = vec![0; 1 << 16];
    let mut shown = Instant::now();
    loop {
        match source.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => listener.feed(&buffer[..read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(sentence(error)),
        }
        if shown.elapsed() > Duration::from_secs(1) {
            keep_up(args, &listener)?;
            shown = Instant::now();
        }
    }
    listener.end();
    save(args, &listener)?;
    print(&format!("{}{listener}\n", listener.recording(&args.source)))?;
    Ok(ExitCode::SUCCESS)
}

fn keep_up(args: &Args, listener: &Listener) -> Result<(), Trouble> {
    if io::stdout().is_terminal() {
        // Redraws from the upper left corner.
        print(&format!("\x1b[H\x1b[J{}{listener}\n", listener.recording(&args.source)))?;
    }
    save(args, listener)
}

fn save(args: &Args, listener: &Listener) -> Result<(), Trouble> {
    match &args.output {
        Some(output) => Ok(listener.recording(&args.source).save(output)?),
        None => Ok(()),
    }
}
