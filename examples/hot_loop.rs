//! Capturing in a hot loop: `every`, `index`, `if`, and the switch read once.
//!
//! ```text
//! cargo run --release --example hot_loop --features capture
//! ```
use anycapture::{Options, capture};

/// `y += a * x`. The switch is read before the loop, so the loop stays vectorised while recording is
/// inactive.
fn axpy(a: f32, x: &[f32], y: &mut [f32]) {
    let active = anycapture::is_active();
    for (i, (y, x)) in y.iter_mut().zip(x).enumerate() {
        *y += a * x;
        capture!(axpy, y; on = active, index = i, every = 1000, if !y.is_nan());
    }
}

fn main() {
    let x = vec![0.5; 4096];
    let mut y = vec![1.0; 4096];
    axpy(2.0, &x, &mut y); // inactive: nothing is kept

    // The newest 3 values of a key, and only keys that match.
    anycapture::activate_with(Options::new().max_size(3).only(&["axpy.*"]));
    axpy(2.0, &x, &mut y);
    for value in anycapture::cache().get("axpy.y").unwrap_or_default() {
        println!("y[{:4}] = {:?}", value.index().unwrap_or_default(), value.scalar::<f32>());
    }
    print!("{}", anycapture::report());
}
