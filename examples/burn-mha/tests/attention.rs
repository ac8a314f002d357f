//! What is captured of burn's attention is what burn computed.

use anycapture::Options;
use burn::{
    nn::Linear,
    tensor::{Device, Distribution, Tensor},
};
use burn_mha::{Encoder, numbers};

const LAYERS: usize = 3;
const TOKENS: usize = 6;
const WIDTH: usize = 32;
const HEADS: usize = 4;
/// Numbers of a head.
const SIZE: usize = WIDTH / HEADS;

fn encoder() -> (Encoder, Tensor<3>) {
    let encoder = Encoder::new(LAYERS, WIDTH, HEADS, 7);
    let shape = [1, TOKENS, WIDTH];
    (encoder, Tensor::random(shape, Distribution::Normal(0.0, 1.0), &Device::default()))
}

fn floats<const RANK: usize>(tensor: &Tensor<RANK>) -> Vec<f32> {
    tensor.to_data().try_to_vec().expect("a tensor of floats")
}

/// The attention of one layer in plain loops: `[HEADS, TOKENS, TOKENS]`.
fn by_hand(tokens: &[f32], query: &Linear, key: &Linear) -> Vec<f32> {
    let project = |linear: &Linear| -> Vec<f32> {
        let weight = floats(&linear.weight.val());
        let bias = floats(&linear.bias.as_ref().expect("a layer with a bias").val());
        let number = |row: usize, column: usize| {
            let products = (0..WIDTH).map(|k| tokens[row * WIDTH + k] * weight[k * WIDTH + column]);
            products.sum::<f32>() + bias[column]
        };
        (0..TOKENS * WIDTH).map(|nth| number(nth / WIDTH, nth % WIDTH)).collect()
    };
    let (query, key) = (project(query), project(key));
    let part = |all: &[f32], token: usize, head: usize| -> Vec<f32> {
        all[token * WIDTH + head * SIZE..][..SIZE].to_vec()
    };
    let mut map = Vec::new();
    for (head, token) in (0..HEADS).flat_map(|head| (0..TOKENS).map(move |token| (head, token))) {
        let query = part(&query, token, head);
        let score = |other: usize| -> f32 {
            let products = query.iter().zip(part(&key, other, head)).map(|(q, k)| q * k);
            products.sum::<f32>() / (SIZE as f32).sqrt()
        };
        let shares: Vec<f32> = (0..TOKENS).map(|other| score(other).exp()).collect();
        let total: f32 = shares.iter().sum();
        map.extend(shares.iter().map(|share| share / total));
    }
    map
}

#[test]
fn the_weights_of_every_layer_are_captured_with_shape_and_values() {
    let (encoder, tokens) = encoder();
    let _scope = anycapture::scope();
    anycapture::activate_with(Options::new().convert(numbers::<3>).convert(numbers::<4>));
    let output = encoder.forward(tokens.clone());
    anycapture::deactivate();
    if !anycapture::ENABLED {
        return;
    }
    let cache = anycapture::cache();
    let mut x = floats(&tokens);
    for (layer, attention) in encoder.layers.iter().enumerate() {
        let index = [layer as i64];
        let weights = cache.at("Encoder.forward.weights", &index).expect("a value a layer");
        assert_eq!(weights.shape(), [1, HEADS, TOKENS, TOKENS]);
        let weights = weights.as_slice::<f32>().expect("floats");
        for row in weights.chunks_exact(TOKENS) {
            assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-6, "{row:?}");
        }
        let expected = by_hand(&x, &attention.query, &attention.key);
        for (ours, theirs) in expected.iter().zip(weights) {
            assert!((ours - theirs).abs() < 1e-6, "layer {layer}: {ours} and {theirs}");
        }
        let context = cache.at("Encoder.forward.context", &index).expect("a value a layer");
        assert_eq!(context.shape(), [1, TOKENS, WIDTH]);
        let context = context.as_slice::<f32>().expect("floats");
        x.iter_mut().zip(context).for_each(|(x, context)| *x += context);
    }
    assert_eq!(x, floats(&output), "the context is what burn went on with");
    assert!(cache.at("Encoder.forward.weights", &[LAYERS as i64]).is_none());
}

#[test]
fn capturing_changes_nothing() {
    let (encoder, tokens) = encoder();
    let without = floats(&encoder.forward(tokens.clone()));
    let _scope = anycapture::scope();
    anycapture::activate_with(Options::new().convert(numbers::<3>).convert(numbers::<4>));
    assert_eq!(without, floats(&encoder.forward(tokens)));
}

/// The lines of docs/values.md on burn's tensors, with the feature on and off.
#[test]
fn a_tensor_is_read_by_the_line_by_a_conversion_of_its_rank_or_as_a_clone() {
    use anycapture::capture;

    let numbers_of = |key: &str| {
        let value = &anycapture::cache()[key][0];
        (value.shape().to_vec(), value.as_slice::<f32>().expect("floats").to_vec())
    };
    let _scope = anycapture::scope();
    let t = Tensor::<2>::from_floats([[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]], &Device::default());
    let expected = (vec![2, 3], vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
    capture!(line, t[..t.dims()] = t.to_data().try_to_vec::<f32>());
    capture!(clone, t);
    anycapture::activate_with(Options::new().convert(numbers::<2>));
    capture!(taught, t, transposed = t.clone().transpose());
    if !anycapture::ENABLED {
        return;
    }
    let cache = anycapture::cache();
    let clone = cache["clone.t"][0].downcast_ref::<Tensor<2>>().expect("the tensor itself");
    assert_eq!(floats(clone), expected.1);
    assert_eq!(numbers_of("line.t"), expected);
    assert_eq!(numbers_of("taught.t"), expected);
    assert_eq!(numbers_of("taught.transposed"), (vec![3, 2], vec![0.0, 3.0, 1.0, 4.0, 2.0, 5.0]));
}
