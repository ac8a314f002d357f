//! `list-public-api FILE.json` prints the public items of a crate, a line each, sorted.

use anyhow::{Context, Result};

fn main() -> Result<()> {
    let file = std::env::args_os().nth(1).context("a file that rustdoc has written")?;
    let api = public_api::Builder::from_rustdoc_json(file).omit_blanket_impls(true).build()?;
    for item in api.items() {
        println!("{item}");
    }
    Ok(())
}
