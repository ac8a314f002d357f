//! Prints what the attention of a small encoder was.
//!
//! ```text
//! cargo run --manifest-path examples/burn-mha/Cargo.toml --features capture
//! ```

use anycapture::Options;
use burn::tensor::{Device, Distribution, Tensor};
use burn_mha::{Encoder, numbers};

fn main() {
    let encoder = Encoder::new(3, 32, 4, 7);
    let tokens = Tensor::random([1, 6, 32], Distribution::Normal(0.0, 1.0), &Device::default());

    anycapture::activate_with(Options::new().convert(numbers::<3>).convert(numbers::<4>));
    let output = encoder.forward(tokens);
    anycapture::deactivate();

    println!("The encoder gave a tensor of {:?}.", output.dims());
    if !anycapture::ENABLED {
        println!("Nothing was captured: run it with `--features capture`.");
        return;
    }
    let cache = anycapture::cache();
    println!("{cache}\n{}", anycapture::report());
    for weights in &cache["Encoder.forward.weights"] {
        println!("layer {:?}: {weights}", weights.indices());
    }
}
