//! What the programs of this package share: see its README.md.

use anycapture::Array;
use candle::{DType, Result, Tensor};

pub mod generation;
pub mod nan;
pub mod random;
pub mod vision;
pub mod weights;

/// Models of candle-transformers as published, but for a capture line in the attention of each: `build.rs` puts them there.
#[allow(clippy::all, dead_code, unexpected_cfgs)]
pub mod models {
    pub mod dinov2 {
        include!(concat!(env!("OUT_DIR"), "/dinov2.rs"));
    }

    /// With the epsilon and the GELU that the weights were trained with.
    pub mod dinov2_as_trained {
        include!(concat!(env!("OUT_DIR"), "/dinov2_as_trained.rs"));
    }

    pub mod llama {
        include!(concat!(env!("OUT_DIR"), "/llama.rs"));
    }

    pub mod vit {
        include!(concat!(env!("OUT_DIR"), "/vit.rs"));
    }
}

/// The numbers of a tensor, for [`anycapture::Options::convert`].
pub fn numbers(tensor: &Tensor) -> Result<Array> {
    let numbers = tensor.to_dtype(DType::F32)?.flatten_all()?.to_vec1::<f32>()?;
    Ok(Array::new(tensor.dims(), numbers))
}
