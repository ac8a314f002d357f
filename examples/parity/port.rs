//! The transformer of `reference.py` in Rust, compared with what Python captured.
//!
//!     cargo run -p anycapture-tools --example parity -- FOLDER [epsilon | transpose | scale] [--export FILE]
//!
//! One of the three words plants a fault, as they happen when a model is ported; the comparison names where it shows
//! first. Exits with 1 if the two part.
#![allow(clippy::cast_precision_loss)] // of small sizes

use std::process::ExitCode;

use anycapture::captured_fn;
use anycapture_tools::{Recording, Tolerance};
use safetensors::SafeTensors;

const LAYERS: usize = 4;
const HEADS: usize = 3;
const TOKENS: usize = 10;
const WIDTH: usize = 24;
const HEAD: usize = WIDTH / HEADS;
const HIDDEN: usize = 48;

#[derive(Clone, Copy, Default)]
struct Faults {
    epsilon: bool,
    transpose: bool,
    scale: bool,
}

struct Model<'a> {
    weights: SafeTensors<'a>,
    faults: Faults,
}

captured_fn! {
    #[capture(Norm::forward => normed[TOKENS, WIDTH]; index = layer)]
    fn norm(model: &Model, layer: usize, name: &str, x: &[f32]) -> Vec<f32> {
        let scale = model.weight(&format!("{layer}.{name}.scale"));
        let shift = model.weight(&format!("{layer}.{name}.shift"));
        let epsilon = if model.faults.epsilon && layer == 2 { 1e-3 } else { 1e-5 };
        let mut normed = x.to_vec();
        for row in normed.chunks_exact_mut(WIDTH) {
            let mean = row.iter().sum::<f32>() / WIDTH as f32;
            row.iter_mut().for_each(|x| *x -= mean);
            let variance = row.iter().map(|x| x * x).sum::<f32>() / WIDTH as f32;
            let root = (variance + epsilon).sqrt();
            row.iter_mut().zip(&scale).zip(&shift).for_each(|((x, a), b)| *x = *x / root * a + b);
        }
        normed
    }

    #[capture(Attention::forward =>
        q[TOKENS, WIDTH], k[TOKENS, WIDTH], v[TOKENS, WIDTH],
        scores[HEADS, TOKENS, TOKENS], attention_map[HEADS, TOKENS, TOKENS];
        index = layer)]
    fn attention(model: &Model, layer: usize, x: &[f32]) -> Vec<f32> {
        let weight = |name: &str| model.weight(&format!("{layer}.{name}"));
        let q = product(x, &weight("query"), WIDTH);
        let key = weight("key");
        let k = if model.faults.transpose && layer == 1 {
            product(x, &transposed(&key), WIDTH)
        } else {
            product(x, &key, WIDTH)
        };
        let v = product(x, &weight("value"), WIDTH);
        let divisor = if model.faults.scale { 1.0 } else { (HEAD as f32).sqrt() };
        let scores: Vec<f32> = each_pair(|head, row, column| {
            let (q, k) = (part(&q, head, row), part(&k, head, column));
            q.iter().zip(k).map(|(q, k)| q * k).sum::<f32>() / divisor
        });
        let attention_map = softmax(&scores);
        let mut mixed = vec![0.0; TOKENS * WIDTH];
        for (place, share) in attention_map.iter().enumerate() {
            let (head, row, column) = (place / TOKENS / TOKENS, place / TOKENS % TOKENS, place % TOKENS);
            let into = &mut mixed[row * WIDTH + head * HEAD..][..HEAD];
            into.iter_mut().zip(part(&v, head, column)).for_each(|(x, v)| *x += share * v);
        }
        product(&mixed, &weight("out"), WIDTH)
    }

    #[capture(Mlp::forward => hidden[TOKENS, HIDDEN]; index = layer)]
    fn mlp(model: &Model, layer: usize, x: &[f32]) -> Vec<f32> {
        let up = product(x, &model.weight(&format!("{layer}.up")), HIDDEN);
        let hidden: Vec<f32> = up.iter().map(|x| x.max(0.0)).collect();
        product(&hidden, &model.weight(&format!("{layer}.down")), WIDTH)
    }
}

impl Model<'_> {
    fn weight(&self, name: &str) -> Vec<f32> {
        let tensor = self.weights.tensor(name).expect("the weights of reference.py");
        tensor.data().chunks_exact(4).map(|x| f32::from_le_bytes(x.try_into().unwrap())).collect()
    }

    fn run(&self) {
        let mut x = self.weight("x");
        for layer in 0..LAYERS {
            let normed = norm(self, layer, "norm1", &x);
            add(&mut x, &attention(self, layer, &normed));
            let normed = norm(self, layer, "norm2", &x);
            add(&mut x, &mlp(self, layer, &normed));
        }
    }
}

/// `x` of any rows times a matrix of so many columns.
fn product(x: &[f32], matrix: &[f32], columns: usize) -> Vec<f32> {
    let inner = matrix.len() / columns;
    let element = |row: &[f32], column: usize| -> f32 {
        row.iter().zip(matrix[column..].iter().step_by(columns)).map(|(x, w)| x * w).sum()
    };
    x.chunks_exact(inner)
        .flat_map(|row| (0..columns).map(move |column| element(row, column)))
        .collect()
}

fn transposed(square: &[f32]) -> Vec<f32> {
    (0..WIDTH * WIDTH).map(|place| square[place % WIDTH * WIDTH + place / WIDTH]).collect()
}

/// What one head has of one token.
fn part(x: &[f32], head: usize, token: usize) -> &[f32] {
    &x[token * WIDTH + head * HEAD..][..HEAD]
}

fn each_pair(f: impl Fn(usize, usize, usize) -> f32) -> Vec<f32> {
    let places = 0..HEADS * TOKENS * TOKENS;
    places
        .map(|place| f(place / TOKENS / TOKENS, place / TOKENS % TOKENS, place % TOKENS))
        .collect()
}

fn softmax(scores: &[f32]) -> Vec<f32> {
    let mut map = scores.to_vec();
    for row in map.chunks_exact_mut(TOKENS) {
        let most = row.iter().copied().fold(f32::MIN, f32::max);
        row.iter_mut().for_each(|x| *x = (*x - most).exp());
        let sum: f32 = row.iter().sum();
        row.iter_mut().for_each(|x| *x /= sum);
    }
    map
}

fn add(x: &mut [f32], more: &[f32]) {
    x.iter_mut().zip(more).for_each(|(x, y)| *x += y);
}

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let folder = arguments.first().ok_or("give the folder that reference.py wrote to")?;
    let has = |fault: &str| arguments.iter().any(|argument| argument == fault);
    let faults =
        Faults { epsilon: has("epsilon"), transpose: has("transpose"), scale: has("scale") };
    let file = std::fs::read(format!("{folder}/weights.safetensors"))?;
    let model = Model { weights: SafeTensors::deserialize(&file)?, faults };

    let session = anycapture::session();
    model.run();
    drop(session);

    let ours = Recording::from(&anycapture::cache());
    if let Some(at) = arguments.iter().position(|argument| argument == "--export") {
        ours.save(arguments.get(at + 1).ok_or("--export needs a file")?)?;
    }
    let reference = Recording::load(format!("{folder}/reference.safetensors"))?;
    let comparison = ours.compare(&reference, Tolerance::absolute(1e-5));
    print!("{comparison}");
    Ok(if comparison.is_within() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}
