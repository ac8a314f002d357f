//! Where does the first NaN come from?
//!
//! ```text
//! cargo run --example nan_hunt --features capture
//! ```
//!
//! Six layers run; in one of them an epsilon was forgotten, and its input is constant: 0 / 0. The
//! result is full of NaN. Every step captures what it made, and the order of the captures leads to
//! the step that made the first one.

use anycapture::capture;

const WIDTH: usize = 8;
const LAYERS: usize = 6;
const FAULTY: usize = 3;

fn main() {
    let first = hunt();
    if !anycapture::ENABLED {
        println!("Nothing was captured: run it with `--features capture`.");
        return;
    }
    print!("{}", anycapture::cache());
    match first {
        Some(find) => println!("\nThe first NaN: `{}`, layer {}.", find.key, find.layer),
        None => println!("\nNo NaN anywhere."),
    }
}

/// The first captured value that holds a NaN.
#[derive(Debug, PartialEq)]
pub struct Find {
    pub key: String,
    pub layer: u64,
}

/// Runs the layers and looks through what they captured.
pub fn hunt() -> Option<Find> {
    {
        let _recording = anycapture::session();
        forward();
    }
    let cache = anycapture::cache();
    let values = cache.iter().flat_map(|(key, values)| values.iter().map(move |v| (key, v)));
    let bad = values.filter(|(_, value)| {
        value.as_slice::<f32>().is_some_and(|numbers| numbers.iter().any(|n| n.is_nan()))
    });
    // Keys are lists of their own; the sequence is one over all of them.
    let (key, value) = bad.min_by_key(|(_, value)| value.sequence())?;
    Some(Find { key: key.to_string(), layer: value.index().unwrap_or(0) })
}

fn forward() -> Vec<f32> {
    let mut x: Vec<f32> = (0..WIDTH).map(|i| i as f32 * 0.3 - 1.0).collect();
    for layer in 0..LAYERS {
        let slope = if layer == FAULTY { 0.0 } else { 0.9 };
        let epsilon = if layer == FAULTY { 0.0 } else { 1e-6 };
        x = mix(&x, slope, layer);
        x = normalise(&x, epsilon, layer);
        x = bend(&x, layer);
    }
    x
}

fn mix(x: &[f32], slope: f32, layer: usize) -> Vec<f32> {
    let mixed: Vec<f32> = (0..WIDTH).map(|i| slope * (x[i] - 0.5 * x[(i + 1) % WIDTH])).collect();
    capture!(mix, mixed; index = layer);
    mixed
}

fn normalise(x: &[f32], epsilon: f32, layer: usize) -> Vec<f32> {
    let mean = x.iter().sum::<f32>() / WIDTH as f32;
    let variance = x.iter().map(|v| (v - mean) * (v - mean)).sum::<f32>() / WIDTH as f32;
    let normal: Vec<f32> = x.iter().map(|v| (v - mean) / (variance + epsilon).sqrt()).collect();
    capture!(normalise, variance, normal; index = layer);
    normal
}

fn bend(x: &[f32], layer: usize) -> Vec<f32> {
    let bent: Vec<f32> = x.iter().map(|v| v.tanh()).collect();
    capture!(bend, bent; index = layer);
    bent
}
