//! Values of any type: kept by clone, read back by type.
//!
//! ```text
//! cargo run --example any_value --features capture
//! ```
use anycapture::capture;

/// As a framework would have it.
#[derive(Clone, Debug)]
struct Tensor {
    shape: Vec<usize>,
    data: Vec<f32>,
}

fn forward(input: &Tensor, prompt: &str) {
    let hidden =
        Tensor { shape: input.shape.clone(), data: input.data.iter().map(|x| x * 2.0).collect() };
    let norms: Vec<f32> = hidden.data.chunks(2).map(|row| row.iter().sum()).collect();
    // A tensor by reference, text, plain data; and what is inside a tensor, with its shape.
    capture!(forward, input, prompt, norms, hidden[2, 2] = &hidden.data);
}

fn main() {
    let _session = anycapture::session();
    forward(&Tensor { shape: vec![2, 2], data: vec![1.0, 2.0, 3.0, 4.0] }, "a cat");

    let cache = anycapture::cache();
    print!("{cache}");
    if anycapture::ENABLED {
        println!("{:?}", cache["forward.input"][0].downcast_ref::<Tensor>());
        println!("{:?}", cache["forward.prompt"][0].downcast_ref::<String>());
        println!("{:?}", cache["forward.hidden"][0].as_slice::<f32>());
    }
}
