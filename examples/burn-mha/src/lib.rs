//! An encoder of burn's own `MultiHeadAttention`, whose attention weights are captured.

use anycapture::{Array, capture};
use burn::{
    nn::attention::{MhaInput, MultiHeadAttention, MultiHeadAttentionConfig},
    tensor::{DataError, Device, Tensor},
};

/// Layers of attention, each added to what came in.
pub struct Encoder {
    pub layers: Vec<MultiHeadAttention>,
}

impl Encoder {
    /// With the random weights that burn begins a training with, the same for each seed.
    pub fn new(layers: usize, width: usize, heads: usize, seed: u64) -> Encoder {
        let device = Device::default();
        device.seed(seed);
        let config = MultiHeadAttentionConfig::new(width, heads);
        Encoder { layers: (0..layers).map(|_| config.init(&device)).collect() }
    }

    /// From `[batch, tokens, width]` to the same.
    pub fn forward(&self, tokens: Tensor<3>) -> Tensor<3> {
        let mut x = tokens;
        for (layer, attention) in self.layers.iter().enumerate() {
            let output = attention.forward(MhaInput::self_attn(x.clone()));
            capture!(Encoder::forward, weights = output.weights, context = output.context; index = layer);
            x = x + output.context;
        }
        x
    }
}

/// The numbers of a tensor, for [`anycapture::Options::convert`]: a type for every rank, so one conversion for each.
///
/// # Errors
///
/// If what it holds can't be read as floats.
pub fn numbers<const RANK: usize>(tensor: &Tensor<RANK>) -> Result<Array, DataError> {
    Ok(Array::new(&tensor.dims(), tensor.to_data().try_to_vec_as::<f32>()?))
}
