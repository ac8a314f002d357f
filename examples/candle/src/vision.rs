//! Vision Transformers of candle-transformers, with the weights of `examples/vit`.

use candle::{Device, Module, Result, Tensor};

use crate::{
    models::{dinov2, dinov2_as_trained, vit},
    weights::Weights,
};

/// A published model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Model {
    /// `candle_transformers::models::vit`
    Vit,
    /// `candle_transformers::models::dinov2`
    Dinov2,
    /// The same with the epsilon (1e-6) and the GELU (erf) that Meta's weights were trained with
    Dinov2AsTrained,
}

impl Model {
    /// Scores of an image `[channels, side, side]`: `[classes]`, without a meaning if the weights have no classifier.
    ///
    /// # Errors
    ///
    /// If the weights are not those of such a model, or the image has another shape.
    pub fn forward(self, weights: &Weights, image: &[f32]) -> Result<Tensor> {
        let [channels, patch, _, width] = weights.get("patch.weight")?.dims()[..] else {
            candle::bail!("`patch.weight` should have four dimensions");
        };
        let side = weights.grid()? * patch;
        let image = Tensor::from_slice(image, (1, channels, side, side), &Device::Cpu)?;
        let scores = match self {
            Model::Vit => {
                let config = vit::Config {
                    hidden_size: width,
                    num_hidden_layers: weights.layers,
                    num_attention_heads: weights.heads,
                    intermediate_size: weights.get("blocks.0.fc1.bias")?.elem_count(),
                    hidden_act: candle_nn::Activation::Gelu,
                    layer_norm_eps: weights.epsilon,
                    image_size: side,
                    patch_size: patch,
                    num_channels: channels,
                    qkv_bias: true,
                };
                let classes = weights.get("head.bias").map_or(1, Tensor::elem_count);
                vit::Model::new(&config, classes, weights.for_vit(classes)?)?.forward(&image)?
            }
            Model::Dinov2 => {
                let from = weights.for_dinov2()?;
                dinov2::DinoVisionTransformer::new(from, weights.layers, width, weights.heads)?
                    .forward(&image)?
            }
            Model::Dinov2AsTrained => {
                let from = weights.for_dinov2()?;
                dinov2_as_trained::DinoVisionTransformer::new(
                    from,
                    weights.layers,
                    width,
                    weights.heads,
                )?
                .forward(&image)?
            }
        };
        scores.squeeze(0)
    }
}
