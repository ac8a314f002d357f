//! Where was a NaN born? Plants one in a model written with candle, and finds it.
//!
//! ```text
//! cargo run --release -p candle-captured --features capture --bin nan_hunt
//! ```

use candle_captured::nan::{Find, Model, hunt, input};

fn main() -> candle::Result<()> {
    let model = Model::new(Some(3))?;
    // The third text is shorter than the others.
    let inputs = [input(0)?, input(0)?, input(1)?, input(0)?];
    let found = hunt(&model, &inputs)?;
    if !anycapture::ENABLED {
        println!("Nothing was captured: run it with `--features capture`.");
        return Ok(());
    }
    println!("{}\n{}\n", anycapture::cache(), anycapture::report());
    match found {
        Some(Find { key, layer, call }) => {
            println!("The first NaN: `{key}`, layer {layer}, call {call}.")
        }
        None => println!("No NaN anywhere."),
    }
    Ok(())
}
