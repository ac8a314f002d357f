//! Every attention map of a BERT, from one line in front of the attention of candle-transformers.
//!
//! The line is in `build.rs`, the conversion of candle's tensor in [`options`].

pub mod maps;
pub mod model;
pub mod page;
pub mod pictures;

use std::{cell::Cell, ptr};

use anycapture::{Array, Options};
use candle::{DType, Tensor};

/// BERT as candle-transformers 0.11.1 publishes it, with one more line: see `build.rs`.
#[allow(dead_code, clippy::all)]
pub mod bert {
    use anycapture::captured_fn;
    use macro_rules_attribute::apply;

    include!(concat!(env!("OUT_DIR"), "/bert.rs"));
}

/// Recording with the numbers of candle's tensors, widened to `f32`.
///
/// A tensor shares its storage with its clones, and its storage has a type that only the running program knows.
pub fn options() -> Options {
    Options::new().convert(|tensor: &Tensor| -> candle::Result<Array> {
        let numbers = tensor.to_dtype(DType::F32)?.flatten_all()?.to_vec1::<f32>()?;
        Ok(Array::new(tensor.dims(), numbers))
    })
}

thread_local! {
    /// The attention that was met last in this pass, by its address, and its number.
    static MET: Cell<(usize, i64)> = const { Cell::new((0, -1)) };
}

/// The number of the layer that `attention` belongs to, from 0; for the line in `build.rs`.
///
/// BERT's attention does not know its layer. In a pass through the model, which runs on one thread, another attention
/// than before is that of the next layer.
pub fn layer<T>(attention: &T) -> i64 {
    let address = ptr::from_ref(attention).addr();
    let (last, number) = MET.get();
    let number = if address == last { number } else { number + 1 };
    MET.set((address, number));
    number
}

/// Begins a pass: the next attention is that of layer 0.
fn begin_pass() {
    MET.set((0, -1));
}
