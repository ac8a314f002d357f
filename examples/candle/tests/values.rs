//! The lines of docs/values.md on candle's tensors, with the feature on and off.

use std::sync::Arc;

use anycapture::{Options, capture, captured_fn};
use candle::{DType, Device, Result, Tensor, Var};
use candle_captured::numbers;

fn tensor() -> Tensor {
    Tensor::new(&[[0_f32, 1.0, 2.0], [3.0, 4.0, 5.0]], &Device::Cpu).expect("a tensor")
}

#[test]
fn a_line_may_read_the_numbers_itself() {
    let _scope = anycapture::scope();
    let t = tensor();
    capture!(forward, t[..t.dims()] = t.flatten_all().and_then(|t| t.to_vec1::<f32>()));
    if !anycapture::ENABLED {
        return;
    }
    let cache = anycapture::cache();
    let value = &cache["forward.t"][0];
    assert_eq!(value.shape(), [2, 3]);
    assert_eq!(value.as_slice::<f32>(), Some(&[0.0, 1.0, 2.0, 3.0, 4.0, 5.0][..]));
}

#[test]
fn a_conversion_reads_them_in_every_layout_type_and_place() {
    captured_fn! {
        #[capture(forward => x, transposed, half, *: Tensor, return)]
        fn forward(x: &Tensor) -> Result<Tensor> {
            let transposed = x.t()?;
            let half = x.to_dtype(DType::BF16);
            let sum = transposed.sum_all()?;
            half?.broadcast_add(&sum.to_dtype(DType::BF16)?)
        }
    }
    let _scope = anycapture::scope();
    anycapture::activate_with(Options::new().convert(numbers));
    forward(&tensor()).expect("an answer");
    if !anycapture::ENABLED {
        return;
    }
    let cache = anycapture::cache();
    let read = |key: &str| {
        let value = &cache[key][0];
        (value.shape().to_vec(), value.as_slice::<f32>().expect("floats").to_vec())
    };
    let plain = vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0];
    assert_eq!(read("forward.x"), (vec![2, 3], plain.clone()));
    assert_eq!(read("forward.transposed"), (vec![3, 2], vec![0.0, 3.0, 1.0, 4.0, 2.0, 5.0]));
    assert_eq!(read("forward.half"), (vec![2, 3], plain));
    assert_eq!(read("forward.sum"), (vec![], vec![15.0]), "by `*: Tensor`");
    assert_eq!(read("forward.return").1, [15.0, 16.0, 17.0, 18.0, 19.0, 20.0]);
}

#[test]
fn what_dereferences_to_a_tensor_is_converted_where_the_line_says_so() {
    let _scope = anycapture::scope();
    anycapture::activate_with(Options::new().convert(numbers));
    let var = Var::from_tensor(&tensor()).expect("a variable");
    let t = Arc::new(tensor());
    capture!(forward, var = var.as_tensor(), t = &*t);
    if !anycapture::ENABLED {
        return;
    }
    let cache = anycapture::cache();
    for key in ["forward.var", "forward.t"] {
        assert_eq!(cache[key][0].as_slice::<f32>(), Some(&[0.0, 1.0, 2.0, 3.0, 4.0, 5.0][..]));
    }
}

#[test]
fn without_a_conversion_a_tensor_is_a_clone_that_shows_what_is_later_written() {
    let _scope = anycapture::scope();
    let t = tensor();
    capture!(forward, t);
    anycapture::activate_with(Options::new().convert(numbers));
    capture!(forward, t);
    t.slice_set(&Tensor::full(9_f32, (1, 3), &Device::Cpu).expect("a row"), 0, 0)
        .expect("written in place");
    if !anycapture::ENABLED {
        return;
    }
    let cache = anycapture::cache();
    let [clone, copy] = &cache["forward.t"] else { panic!("{cache}") };
    let clone = clone.downcast_ref::<Tensor>().expect("a tensor").to_vec2::<f32>().expect("floats");
    assert_eq!(clone, [[9.0, 9.0, 9.0], [3.0, 4.0, 5.0]]);
    assert_eq!(copy.as_slice::<f32>(), Some(&[0.0, 1.0, 2.0, 3.0, 4.0, 5.0][..]));
}
