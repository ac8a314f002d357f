//! Reads back what one head looked at in one step of a decode loop, out of a recording that keeps within 64 KiB.
//!
//! ```text
//! cargo run --release -p candle-captured --features capture --bin generate
//! ```

use std::error::Error;

use anycapture::Options;
use candle_captured::{generation::Text, numbers};

const KEY: &str = "decode.attention_map";
const STEPS: i64 = 100;

fn main() -> Result<(), Box<dyn Error>> {
    let mut text = Text::new(1, &[3, 14, 15, 9, 26, 5, 35, 8])?;
    anycapture::activate_with(Options::new().convert(numbers).max_bytes(64 << 10));
    for _ in 0..STEPS {
        text.step()?;
    }
    anycapture::deactivate();

    println!("tokens: {:?}", text.tokens);
    if !anycapture::ENABLED {
        println!("Nothing was captured: build with `--features capture`.");
        return Ok(());
    }
    let cache = anycapture::cache();
    println!("\n{cache}\n{}\n", anycapture::report());
    // The last token that was read.
    let position = text.tokens.len() as i64 - 2;
    for (layer, position) in [(0, position), (3, position), (3, position - 1), (3, 0)] {
        match cache.at(KEY, &[layer, position]) {
            Some(map) => println!("layer {layer}, position {position}: {map}"),
            None => println!("layer {layer}, position {position}: overwritten by later ones"),
        }
    }
    Ok(())
}
