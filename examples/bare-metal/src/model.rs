//! The weights of `examples/vit/digits.safetensors`, as they lie in flash.
//!
//! The compiler reads the file: nothing is parsed, copied or aligned at run time.

use crate::engine::{Attention, Block, LayerNorm, Linear, Mlp, Vit};

const FILE: &[u8] = include_bytes!("../../vit/digits.safetensors");

pub const SIDE: usize = 28;
pub const CLASSES: usize = 10;
pub const HEADS: usize = 4;
pub const LAYERS: usize = 4;
pub const TOKENS: usize = 50;
const PATCH: usize = 4 * 4;
const WIDTH: usize = 64;
const HIDDEN: usize = 256;
const EPSILON: f32 = 1e-6;
const MEAN: f32 = 0.1307;
const DEVIATION: f32 = 0.3081;

// What stands in the file's metadata as text.
const _: usize = behind(r#""mean":"0.1307""#, 0);
const _: usize = behind(r#""deviation":"0.3081""#, 0);
const _: usize = behind(r#""epsilon":"1e-06""#, 0);
const _: usize = behind(r#""heads":"4""#, 0);

/// How many `f32` of working memory the engine needs.
pub const WORKSPACE: usize = TOKENS * (3 * WIDTH + HIDDEN) + HEADS * TOKENS * TOKENS;

macro_rules! tensor {
    ($name:expr, $length:expr) => {{
        static TENSOR: [f32; $length] = floats(concat!("\"", $name, "\":{"));
        &TENSOR
    }};
}

macro_rules! linear {
    ($name:expr, $inputs:expr, $outputs:expr) => {
        Linear {
            weight: tensor!(concat!($name, ".weight"), $inputs * $outputs),
            bias: tensor!(concat!($name, ".bias"), $outputs),
        }
    };
}

macro_rules! norm {
    ($name:expr) => {
        LayerNorm {
            weight: tensor!(concat!($name, ".weight"), WIDTH),
            bias: tensor!(concat!($name, ".bias"), WIDTH),
            epsilon: EPSILON,
        }
    };
}

macro_rules! block {
    ($layer:literal) => {
        Block {
            norm1: norm!(concat!("blocks.", $layer, ".norm1")),
            attention: Attention {
                layer: $layer,
                heads: HEADS,
                qkv: linear!(concat!("blocks.", $layer, ".qkv"), WIDTH, 3 * WIDTH),
                proj: linear!(concat!("blocks.", $layer, ".proj"), WIDTH, WIDTH),
            },
            scale1: None,
            norm2: norm!(concat!("blocks.", $layer, ".norm2")),
            mlp: Mlp {
                fc1: linear!(concat!("blocks.", $layer, ".fc1"), WIDTH, HIDDEN),
                fc2: linear!(concat!("blocks.", $layer, ".fc2"), HIDDEN, WIDTH),
            },
            scale2: None,
        }
    };
}

pub static VIT: Vit<'static> = Vit {
    channels: 1,
    patch: linear!("patch", PATCH, WIDTH),
    cls: tensor!("cls", WIDTH),
    position: tensor!("position", TOKENS * WIDTH),
    blocks: &[block!(0), block!(1), block!(2), block!(3)],
    norm: norm!("norm"),
    head: Some(linear!("head", WIDTH, CLASSES)),
};

/// The digit that the host's example reads too, as the model wants it.
pub fn digit() -> [f32; SIDE * SIDE] {
    let pixels: &[u8; SIDE * SIDE] = include_bytes!(concat!(env!("OUT_DIR"), "/digit.grey"));
    pixels.map(|pixel| (f32::from(pixel) / 255.0 - MEAN) / DEVIATION)
}

/// The elements of the tensor whose entry in the header begins with `entry`.
const fn floats<const N: usize>(entry: &str) -> [f32; N] {
    let offsets = behind(r#""data_offsets":["#, behind(entry, 0));
    let data = 8 + header();
    let (begin, end) = (number(offsets), number(behind(",", offsets)));
    assert!(end - begin == 4 * N, "a tensor of another size");
    let mut floats = [0.0; N];
    let mut nth = 0;
    while nth < N {
        let at = data + begin + 4 * nth;
        floats[nth] = f32::from_le_bytes([FILE[at], FILE[at + 1], FILE[at + 2], FILE[at + 3]]);
        nth += 1;
    }
    floats
}

/// The length of the header.
const fn header() -> usize {
    u32::from_le_bytes([FILE[0], FILE[1], FILE[2], FILE[3]]) as usize
}

/// The decimal number that stands at `at`.
const fn number(mut at: usize) -> usize {
    let mut number = 0;
    while FILE[at].is_ascii_digit() {
        number = 10 * number + (FILE[at] - b'0') as usize;
        at += 1;
    }
    number
}

/// Where the first `text` of the header at or behind `from` ends.
const fn behind(text: &str, from: usize) -> usize {
    let text = text.as_bytes();
    let (mut at, mut matched) = (from, 0);
    while matched < text.len() {
        assert!(at < 8 + header(), "not in the header");
        // No text that is looked for has its own beginning inside it, but at its first quote.
        matched = if FILE[at] == text[matched] {
            matched + 1
        } else if FILE[at] == text[0] {
            1
        } else {
            0
        };
        at += 1;
    }
    at
}
