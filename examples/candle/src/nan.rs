//! Where was a NaN born? In a model that computes one now and then, found by name, layer and call.
//!
//! Padding is a row of zeros, and stays one in every layer. A norm divides it by its root mean square, 0, and only an epsilon keeps
//! that from being 0 / 0. One layer has none, and only some inputs have padding.

use anycapture::{Options, captured_fn};
use candle::{D, Device, Module, Result, Tensor};
use candle_nn::{Linear, linear_no_bias};

use crate::{numbers, random};

const LAYERS: usize = 6;
const WIDTH: usize = 16;
const TOKENS: usize = 4;

/// A model, in one of whose layers the epsilon may be missing.
pub struct Model {
    blocks: Vec<Block>,
}

/// A norm, and two layers around a GELU.
pub struct Block {
    /// The number of this layer, from 0. Without the feature only the list of `forward` names it.
    pub layer: usize,
    epsilon: f64,
    up: Linear,
    down: Linear,
}

impl Model {
    /// # Errors
    ///
    /// If candle has one.
    pub fn new(faulty: Option<usize>) -> Result<Model> {
        let weights = random::weights(2);
        let block = |layer| {
            let weights = weights.pp(layer);
            Ok(Block {
                layer,
                epsilon: if faulty == Some(layer) { 0.0 } else { 1e-6 },
                up: linear_no_bias(WIDTH, 2 * WIDTH, weights.pp("up"))?,
                down: linear_no_bias(2 * WIDTH, WIDTH, weights.pp("down"))?,
            })
        };
        Ok(Model { blocks: (0..LAYERS).map(block).collect::<Result<_>>()? })
    }

    /// `x` and the result: `[tokens, width]`.
    ///
    /// # Errors
    ///
    /// If candle has one.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.blocks.iter().try_fold(x.clone(), |x, block| block.forward(&x))
    }
}

impl Block {
    captured_fn! {
        #[capture(Block::forward => *: Tensor; index = self.layer)]
        fn forward(&self, x: &Tensor) -> Result<Tensor> {
            let mean_square = x.sqr()?.mean_keepdim(D::Minus1)?;
            let scale = (&mean_square + self.epsilon)?.sqrt()?;
            let normed = x.broadcast_div(&scale)?;
            let hidden = self.up.forward(&normed)?.gelu_erf()?;
            let added = self.down.forward(&hidden)?;
            x + added
        }
    }
}

/// Inputs, the last `padding` rows of which are padding.
///
/// # Errors
///
/// If candle has one.
pub fn input(padding: usize) -> Result<Tensor> {
    let tokens = Tensor::arange(1_f32, (1 + (TOKENS - padding) * WIDTH) as f32, &Device::Cpu)?;
    tokens.sin()?.reshape(((), WIDTH))?.pad_with_zeros(0, 0, padding)
}

/// The first captured value that holds a NaN.
#[derive(Debug, PartialEq)]
pub struct Find {
    /// The function and the name of the value.
    pub key: String,
    /// What its list says: `index = self.layer`.
    pub layer: i64,
    /// In which run of that layer, counted from 1.
    pub call: usize,
}

/// Runs the model on `inputs` until a value holds a NaN. What led to it is in the cache then.
///
/// # Errors
///
/// If candle has one.
pub fn hunt(model: &Model, inputs: &[Tensor]) -> Result<Option<Find>> {
    anycapture::activate_with(Options::new().convert(numbers).stop_at_nan());
    for input in inputs {
        model.forward(input)?;
    }
    let stopped = !anycapture::is_active();
    anycapture::deactivate();

    let cache = anycapture::cache();
    let Some(last) = cache.in_order().next_back().filter(|_| stopped) else {
        return Ok(None);
    };
    let of_this_layer = |value: &&anycapture::Value| value.indices() == last.indices();
    Ok(Some(Find {
        key: last.key().into(),
        layer: last.index().unwrap_or(0),
        call: cache[last.key()].iter().filter(of_this_layer).count(),
    }))
}
