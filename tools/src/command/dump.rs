//! `anycapture dump`.

use std::io::Read;
use std::process::ExitCode;

use anycapture_tools::Recording;

use crate::{Trouble, print};

/// Reads what a device captured into given memory from a dump of its RAM
///
/// Such as a debugger makes: in GDB, `dump binary memory ram.bin 0x20000000 0x20010000`. The memory given to `set_memory` may
/// lie anywhere in it. A value that was being written is left out.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The dump as raw bytes, or - for standard input
    ram: String,
    /// Write the values to this safetensors file
    #[arg(long, short)]
    output: Option<String>,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode, Trouble> {
    let dump = read(&args.ram).map_err(|error| Trouble(format!("{}: {error}", args.ram)))?;
    let recording = Recording::from_dump(&args.ram, &dump)?;
    if let Some(output) = &args.output {
        recording.save(output)?;
    }
    print(&recording.to_string())?;
    Ok(ExitCode::SUCCESS)
}

fn read(path: &str) -> std::io::Result<Vec<u8>> {
    if path != "-" {
        return std::fs::read(path);
    }
    let mut bytes = Vec::new();
    std::io::stdin().lock().read_to_end(&mut bytes)?;
    Ok(bytes)
}
