//! Weights for a model of which only the arithmetic matters.

use std::hash::{DefaultHasher, Hash, Hasher};

use candle::{DType, Device, Result, Shape, Tensor, bail};
use candle_nn::{Init, VarBuilder, var_builder::SimpleBackend};
use rand::{Rng, SeedableRng, rngs::StdRng};

/// Random weights for any model, the same for each seed: uniform around 0, of variance 1 / (inputs of the layer), and 1 for the scales of a norm.
pub fn weights(seed: u64) -> VarBuilder<'static> {
    VarBuilder::from_backend(Box::new(Seeded(seed)), DType::F32, Device::Cpu)
}

struct Seeded(u64);

impl SimpleBackend for Seeded {
    fn get(
        &self,
        shape: Shape,
        name: &str,
        init: Init,
        dtype: DType,
        device: &Device,
    ) -> Result<Tensor> {
        if let Init::Const(value) = init {
            return Tensor::full(value as f32, shape, device)?.to_dtype(dtype);
        }
        let mut hasher = DefaultHasher::new();
        (self.0, name).hash(&mut hasher);
        let mut rng = StdRng::seed_from_u64(hasher.finish());
        let inputs = shape.dims().last().copied().unwrap_or(1);
        let limit = (3.0 / inputs as f32).sqrt();
        let numbers: Vec<f32> =
            (0..shape.elem_count()).map(|_| rng.random_range(-limit..limit)).collect();
        Tensor::from_vec(numbers, shape, device)?.to_dtype(dtype)
    }

    fn get_unchecked(&self, name: &str, _: DType, _: &Device) -> Result<Tensor> {
        bail!("`{name}` is asked for without a shape")
    }

    fn contains_tensor(&self, _: &str) -> bool {
        true
    }
}
