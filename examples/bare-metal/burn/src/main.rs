//! A model written with burn, on a Cortex-M4 with a heap: capture lines in its `forward`.

#![no_std]
#![no_main]

extern crate alloc;

use alloc::{string::String, vec::Vec};

use anycapture::{capture, region_size};
use bare_metal::{ensure, exit, give, println};
use burn::prelude::*;
use burn::tensor::activation::softmax;
use cortex_m as _; // its critical section, for the heap and for burn
use cortex_m_rt::entry;
use embedded_alloc::LlffHeap;
use static_cell::ConstStaticCell;

bare_metal::exit_on_panic!();

const LAYERS: usize = 2;
const TOKENS: usize = 6;
const WIDTH: usize = 8;
const CLASSES: usize = 3;

struct Layer {
    query: Tensor<2>,
    key: Tensor<2>,
    value: Tensor<2>,
}

struct Model {
    layers: Vec<Layer>,
    head: Tensor<2>,
}

impl Model {
    fn forward(&self, tokens: Tensor<2>) -> Tensor<2> {
        let mut x = tokens;
        for (nth, layer) in self.layers.iter().enumerate() {
            let query = x.clone().matmul(layer.query.clone());
            let key = x.clone().matmul(layer.key.clone());
            let attention = softmax(query.matmul(key.transpose()), 1);
            capture!(Model::forward, attention[TOKENS, TOKENS] = floats(&attention); index = nth);
            x = x.clone() + attention.matmul(x.matmul(layer.value.clone()));
        }
        let logits = x.mean_dim(0).matmul(self.head.clone());
        capture!(Model::forward, logits = floats(&logits));
        logits
    }
}

/// The elements of a tensor. Not called while recording is inactive.
fn floats(tensor: &Tensor<2>) -> Vec<f32> {
    tensor.to_data().as_slice().map(<[f32]>::to_vec).unwrap_or_default()
}

/// Weights and tokens: made up, the same in every run.
fn numbers(seed: usize, rows: usize, columns: usize) -> Vec<f32> {
    let number = |nth: usize| ((nth + seed) * 7919 % 1009) as f32 / 1009.0 - 0.5;
    (0..rows * columns).map(number).collect()
}

fn tensor(seed: usize, rows: usize, columns: usize) -> Tensor<2> {
    let data = TensorData::new(numbers(seed, rows, columns), [rows, columns]);
    Tensor::from_data(data, &Device::default())
}

#[global_allocator]
static HEAP: LlffHeap = LlffHeap::empty();

#[entry]
fn main() -> ! {
    const SIZE: usize = 1 << 20;
    static ROOM: ConstStaticCell<[u8; SIZE]> = ConstStaticCell::new([0; SIZE]);
    // SAFETY: given once, before anything is allocated.
    unsafe { HEAP.init(ROOM.take().as_mut_ptr() as usize, SIZE) };

    const REGION: usize =
        region_size::<f32>("Model.forward.attention", LAYERS, &[TOKENS, TOKENS], 1)
            + region_size::<f32>("Model.forward.logits", 1, &[CLASSES], 0);
    static REGION_: ConstStaticCell<[u8; REGION]> = ConstStaticCell::new([0; REGION]);

    let layer = |seed| Layer {
        query: tensor(seed, WIDTH, WIDTH),
        key: tensor(seed + 100, WIDTH, WIDTH),
        value: tensor(seed + 200, WIDTH, WIDTH),
    };
    let model = Model {
        layers: (0..LAYERS).map(|nth| layer(300 * nth)).collect(),
        head: tensor(900, WIDTH, CLASSES),
    };
    let tokens = tensor(1000, TOKENS, WIDTH);

    let before = floats(&model.forward(tokens.clone()));
    give(REGION_.take());
    anycapture::set_size(LAYERS);
    anycapture::activate();
    let logits = floats(&model.forward(tokens));
    anycapture::deactivate();
    println!("{}", anycapture::report());

    ensure(before == logits && logits.len() == CLASSES, "capturing changes nothing");
    let mut seen = Vec::new();
    let shown = anycapture::visit(|value| {
        println!("layer {:?}: {value}", value.index());
        let mut room = [0.0; TOKENS * TOKENS];
        let values = value.read_into::<f32>(&mut room).unwrap_or(&[]);
        seen.push((String::from(value.key()), value.index()));
        match value.key() {
            "Model.forward.logits" => ensure(values == logits, "the logits that burn gave"),
            _ => ensure(value.shape() == [TOKENS, TOKENS], "the shape of a map"),
        }
        // The first layer's map again, without burn.
        if value.index() == Some(0) {
            let away = by_hand().iter().zip(values).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            println!("the first map is at most {away:e} from one computed without burn");
            ensure(away < 1e-6, "the map that burn made");
        }
    });
    let expected = [
        ("Model.forward.attention", Some(0)),
        ("Model.forward.attention", Some(1)),
        ("Model.forward.logits", None),
    ];
    ensure(shown.is_complete(), "nothing is in use");
    let seen = seen.iter().map(|(key, index)| (key.as_str(), *index));
    ensure(seen.eq(expected), "every value, in order");
    println!("heap in use: {} bytes; region: {REGION} bytes", HEAP.used());
    println!("burn: captured values equal to the model's own");
    exit(true)
}

/// The attention of the first layer, in plain loops.
fn by_hand() -> Vec<f32> {
    let tokens = numbers(1000, TOKENS, WIDTH);
    let times = |weights: &[f32]| -> Vec<f32> {
        let at = |row: usize, column: usize| {
            (0..WIDTH).map(|k| tokens[row * WIDTH + k] * weights[k * WIDTH + column]).sum()
        };
        (0..TOKENS * WIDTH).map(|nth| at(nth / WIDTH, nth % WIDTH)).collect()
    };
    let (query, key) = (times(&numbers(0, WIDTH, WIDTH)), times(&numbers(100, WIDTH, WIDTH)));
    let mut map = Vec::new();
    for query in query.chunks(WIDTH) {
        let score = |key: &[f32]| query.iter().zip(key).map(|(q, k)| q * k).sum::<f32>();
        let weights: Vec<f32> = key.chunks(WIDTH).map(|key| libm::expf(score(key))).collect();
        let sum: f32 = weights.iter().sum();
        map.extend(weights.iter().map(|weight| weight / sum));
    }
    map
}
