//! Where does the first NaN come from?
//!
//! ```text
//! cargo run --example nan_hunt --features capture
//! ```
//!
//! Six blocks of three layers run; in one of them an epsilon is missing, and its input is constant: 0 / 0. The result is full of
//! NaN. `#[capture(*)]` on each layer keeps everything that it computes, without naming it, and the order of the captures leads
//! to the first value that contains a NaN.

use anycapture::captured_fn;

const WIDTH: usize = 8;
const BLOCKS: usize = 6;
const FAULTY: usize = 3;

fn main() {
    let first = hunt();
    if !anycapture::ENABLED {
        println!("Nothing was captured: run it with `--features capture`.");
        return;
    }
    print!("{}", anycapture::cache());
    match first {
        Some(Find { key, layer, call }) => {
            println!("\nThe first NaN: `{key}`, layer {layer}, in call {call} of the function.");
        }
        None => println!("\nNo NaN anywhere."),
    }
}

/// The first captured value that contains a NaN.
#[derive(Debug, PartialEq)]
pub struct Find {
    /// The function and the name of the value.
    pub key: String,
    /// The index from its list: `index = self.layer`.
    pub layer: i64,
    /// The call of the function, from 1 on.
    pub call: usize,
}

/// Runs the network and searches the captured values of its layers.
pub fn hunt() -> Option<Find> {
    {
        let _recording = anycapture::session();
        forward();
    }
    let cache = anycapture::cache();
    let value = cache.in_order().find(|value| value.summary().nan() > 0)?;
    // The function captures `value` once in each call.
    let call =
        cache[value.key()].iter().take_while(|other| other.sequence() <= value.sequence()).count();
    Some(Find { key: value.key().to_string(), layer: value.index().unwrap_or(0), call })
}

fn forward() -> Vec<f32> {
    let mut x: Vec<f32> = (0..WIDTH).map(|i| i as f32 * 0.3 - 1.0).collect();
    for block in (0..BLOCKS).map(|layer| Block { layer }) {
        x = block.mix(&x);
        x = block.normalise(&x);
        x = block.bend(&x);
    }
    x
}

struct Block {
    layer: usize,
}

impl Block {
    /// The effect of two faults on a number.
    fn unless_faulty(&self, number: f32) -> f32 {
        if self.layer == FAULTY { 0.0 } else { number }
    }

    captured_fn! {
        #[capture(*; index = self.layer)]
        fn mix(&self, x: &[f32]) -> Vec<f32> {
            let slope = self.unless_faulty(0.9);
            let mixed: Vec<f32> = (0..WIDTH).map(|i| slope * (x[i] - 0.5 * x[(i + 1) % WIDTH])).collect();
            mixed
        }

        #[capture(*; index = self.layer)]
        fn normalise(&self, x: &[f32]) -> Vec<f32> {
            let epsilon = self.unless_faulty(1e-6);
            let mean = x.iter().sum::<f32>() / WIDTH as f32;
            let variance = x.iter().map(|v| (v - mean) * (v - mean)).sum::<f32>() / WIDTH as f32;
            let deviation = (variance + epsilon).sqrt();
            let normal: Vec<f32> = x.iter().map(|v| (v - mean) / deviation).collect();
            normal
        }

        #[capture(*; index = self.layer)]
        fn bend(&self, x: &[f32]) -> Vec<f32> {
            let bent: Vec<f32> = x.iter().map(|v| v.tanh()).collect();
            bent
        }
    }
}
