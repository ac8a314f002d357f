//! Values of any type: kept by clone and read back by type, or converted to numbers as they are captured.
//!
//! ```text
//! cargo run --example any_value --features capture
//! ```
use anycapture::{Array, Options, capture};

/// A tensor like a framework's.
#[derive(Clone, Debug)]
struct Tensor {
    shape: Vec<usize>,
    data: Vec<f32>,
}

fn forward(input: &Tensor, prompt: &str) {
    let hidden =
        Tensor { shape: input.shape.clone(), data: input.data.iter().map(|x| x * 2.0).collect() };
    let norms: Vec<f32> = hidden.data.chunks(2).map(|row| row.iter().sum()).collect();
    // A tensor by reference, text, plain data; and the data inside a tensor, with its shape.
    capture!(forward, input, prompt, norms, hidden[2, 2] = &hidden.data);
}

fn main() {
    let _session = anycapture::session();
    let input = Tensor { shape: vec![2, 2], data: vec![1.0, 2.0, 3.0, 4.0] };
    forward(&input, "a cat");

    let cache = anycapture::take();
    print!("{cache}");
    if anycapture::ENABLED {
        println!("{:?}", cache["forward.input"][0].downcast_ref::<Tensor>());
        println!("{:?}", cache["forward.prompt"][0].downcast_ref::<String>());
        println!("{:?}", cache["forward.hidden"][0].as_slice::<f32>());
    }

    // A conversion is registered once: from now on tables, files and comparisons have the tensor's numbers.
    anycapture::activate_with(
        Options::new().convert(|tensor: &Tensor| Array::new(&tensor.shape, tensor.data.clone())),
    );
    forward(&input, "a dog");
    print!("{}", anycapture::cache());
}
