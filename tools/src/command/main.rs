//! The command `anycapture`: shows, compares and draws recordings.

mod diff;
mod dump;
mod input;
mod json;
mod listen;
mod plot;
mod show;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Looks at what anycapture recorded: files that `anycapture::export` wrote, and any safetensors file whose tensors are
/// named by key.
#[derive(Parser)]
#[command(version, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  anycapture show run.safetensors                           every key: values, shapes, minimum, maximum, NaN
  anycapture show run.safetensors Attention.forward.scores  every value of a key
  anycapture diff ours.safetensors torch.safetensors        where the two part first, then a line a key
  anycapture plot run.safetensors Attention.forward.attention_map -o maps.png
  anycapture listen /dev/ttyACM0 -o run.safetensors         what a device sends, as a table and a file
  anycapture dump ram.bin -o run.safetensors                what a device captured, from a dump of its RAM
  ssh board cat run.safetensors | anycapture show -         - is standard input

Exit status: 0 if all went well and, of diff, the two agree; 1 if they part; 2 on trouble.";

#[derive(Subcommand)]
enum Command {
    Show(show::Args),
    Diff(diff::Args),
    Plot(plot::Args),
    Listen(listen::Args),
    Dump(dump::Args),
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Show(args) => show::run(&args),
        Command::Diff(args) => diff::run(&args),
        Command::Plot(args) => plot::run(&args),
        Command::Listen(args) => listen::run(&args),
        Command::Dump(args) => dump::run(&args),
    };
    match result {
        Ok(status) => status,
        Err(trouble) => {
            // If standard error is closed too, there is nothing left to do.
            let _ = writeln!(io::stderr(), "error: {}", trouble.0);
            ExitCode::from(2)
        }
    }
}

/// An error message for the user.
struct Trouble(String);

impl<E: std::error::Error> From<E> for Trouble {
    fn from(error: E) -> Trouble {
        Trouble(error.to_string())
    }
}

/// Writes to standard output. It is not an error if a reader such as `head` closes it early.
fn print(text: &str) -> Result<(), Trouble> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Trouble(format!("can't write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}
