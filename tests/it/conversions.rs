//! Types of users that are converted to plain data when they are captured.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering::Relaxed},
};

use anycapture::{Array, Dtype, Options, activate_with, cache, capture, captured_fn, report};

use crate::alone;

/// As those of frameworks: a clone shares the storage.
#[derive(Clone)]
struct Tensor {
    rows: usize,
    storage: Arc<Mutex<Vec<f32>>>,
}

impl Tensor {
    fn new(rows: usize, data: Vec<f32>) -> Tensor {
        Tensor { rows, storage: Arc::new(Mutex::new(data)) }
    }

    fn data(&self) -> Vec<f32> {
        self.storage.lock().expect("no panic inside").clone()
    }

    fn fill(&self, x: f32) {
        self.storage.lock().expect("no panic inside").fill(x);
    }
}

fn array(tensor: &Tensor) -> Array {
    let data = tensor.data();
    Array::new(&[tensor.rows, data.len() / tensor.rows], data)
}

#[test]
fn a_tensor_that_is_written_in_place_shows_each_state_once_converted() {
    let _alone = alone();
    let tensor = Tensor::new(1, vec![0.0; 4]);
    let run = || {
        for step in 0..4_u8 {
            tensor.fill(f32::from(step));
            capture!(state, tensor);
        }
    };
    run();
    let shared = cache()["state.tensor"].iter().filter_map(|v| v.downcast_ref::<Tensor>()).count();
    assert_eq!(shared, 4, "without a conversion, clones that share their storage");
    assert!(
        cache()["state.tensor"]
            .iter()
            .filter_map(|v| v.downcast_ref::<Tensor>())
            .all(|tensor| tensor.data() == [3.0; 4])
    );
    anycapture::clear();
    activate_with(Options::new().convert(array));
    run();
    let cache = cache();
    let first = cache["state.tensor"].iter().filter_map(|v| v.as_slice::<f32>()).map(|x| x[0]);
    assert!(first.eq([0.0, 1.0, 2.0, 3.0]));
    assert_eq!(cache["state.tensor"][0].shape(), [1, 4]);
}

#[test]
fn options_results_and_returned_values_are_converted_too() {
    captured_fn! {
        #[capture(return, input)]
        fn forward(input: &Tensor) -> Result<Tensor, String> {
            if input.rows == 0 { Err("empty".to_string()) } else { Ok(input.clone()) }
        }
    }
    let _alone = alone();
    activate_with(Options::new().convert(|tensor: &Tensor| -> Result<Array, String> {
        if tensor.rows == 0 {
            return Err("no rows".to_string());
        }
        Ok(array(tensor))
    }));
    let tensor = Tensor::new(2, vec![0.5; 6]);
    assert!(forward(&tensor).is_ok());
    let optional = Some(&tensor);
    let large = Tensor::new(100, vec![1.0; 10_000]);
    capture!(f, optional, large, none = None::<Tensor>, reshaped[3, 2] = &tensor, wrong[4] = &tensor);
    let cache = cache();
    for key in ["forward.return", "forward.input", "f.optional"] {
        assert_eq!((cache[key][0].dtype(), cache[key][0].shape()), (Dtype::F32, &[2, 3][..]));
    }
    assert_eq!(cache["f.large"][0].shape(), [100, 100]);
    assert_eq!(cache["f.reshaped"][0].shape(), [3, 2], "the line knows better");
    assert_eq!(cache["f.wrong"][0].shape(), [6], "no shape of six elements");
    let mismatched = |key: &str| report().key(key).map(|key| key.mismatched());
    assert_eq!((mismatched("f.reshaped"), mismatched("f.wrong")), (Some(0), Some(1)));
    assert_eq!(report().key("f.none").map(|key| key.absent()), Some(1));
}

#[test]
fn every_tensor_of_a_function_that_names_its_type_is_converted() {
    captured_fn! {
        #[capture(block => *: Tensor, return; index = (layer, step), keep = 4)]
        fn forward(
            input: &Tensor,
            state: &mut Tensor,
            mask: Option<&Tensor>,
            (layer, step): (usize, i64),
        ) -> Result<Tensor, String> {
            let Some(scores) = mask else { return Err("no mask".to_string()) };
            state.fill(step as f32);
            let summed = state.data().iter().sum::<f32>();
            let out = Tensor::new(input.rows, vec![summed; scores.data().len()]);
            Ok(out)
        }
    }
    let _alone = alone();
    activate_with(Options::new().convert(array));
    let (input, mut state) = (Tensor::new(2, vec![0.5; 4]), Tensor::new(1, vec![0.0; 3]));
    for step in 0..10 {
        for layer in 0..2 {
            assert!(forward(&input, &mut state, Some(&input), (layer, step)).is_ok());
        }
    }
    assert!(forward(&input, &mut state, None, (9, 9)).is_err());
    let cache = cache();
    for (key, shape) in [
        ("input", [2, 2]),
        ("state", [1, 3]),
        ("mask", [2, 2]),
        ("scores", [2, 2]),
        ("out", [2, 2]),
        ("return", [2, 2]),
    ] {
        let key = format!("block.{key}");
        let value = cache.at(&key, &[1, 9]).unwrap_or_else(|| panic!("{key}: {}", report()));
        assert_eq!((value.dtype(), value.shape()), (Dtype::F32, &shape[..]), "{key}");
        assert_eq!(cache[&*key].len(), 4, "{key}");
        assert!(cache.at(&key, &[1, 6]).is_none(), "the newest four at most");
    }
    let out = cache.at("block.out", &[1, 9]).and_then(|value| value.as_slice());
    assert_eq!(out, Some(&[27.0_f32; 4][..]));
    assert_eq!(report().key("block.mask").map(|key| key.absent()), Some(1));
    assert_eq!(report().key("block.return").map(|key| key.absent()), Some(1));
}

#[test]
fn a_conversion_that_fails_or_panics_is_counted_with_its_message() {
    let _alone = alone();
    activate_with(Options::new().convert(|tensor: &Tensor| -> Result<Array, String> {
        match tensor.rows {
            0 => Err("not on this device".to_string()),
            1 => panic!("as written"),
            _ => Ok(array(tensor)),
        }
    }));
    for rows in [0, 2] {
        let tensor = Tensor::new(rows, vec![0.0; 4]);
        capture!(failing, tensor);
    }
    let counts = report().key("failing.tensor").expect("was hit");
    assert_eq!((counts.kept(), counts.unconverted(), counts.refused()), (1, 1, 0));
    assert!(report().to_string().contains("not on this device"), "{}", report());
    let tensor = Tensor::new(1, vec![]);
    let panicked = std::panic::catch_unwind(|| capture!(failing, tensor));
    assert!(panicked.is_err(), "a panic of the user's code passes through");
    assert_eq!(report().key("failing.tensor").map(|key| key.unconverted()), Some(2));
    assert_eq!(cache()["failing.tensor"].len(), 1);
    // What was said before a session is not said of it.
    let _session = anycapture::session();
    let tensor = Tensor::new(2, vec![0.0; 4]);
    capture!(failing, tensor);
    assert!(report().to_string().contains("failing.tensor: 1 kept\n"), "{}", report());
    assert!(!report().to_string().contains("conversion"), "{}", report());
}

#[test]
fn the_later_of_two_conversions_counts_and_runs_once_a_capture() {
    static RUNS: AtomicUsize = AtomicUsize::new(0);
    let _alone = alone();
    activate_with(Options::new().convert(|_: &Tensor| Array::new(&[1], vec![1_u8])));
    activate_with(Options::new().convert(|_: &Tensor| {
        RUNS.fetch_add(1, Relaxed);
        let nested = 2_u8;
        capture!(conversion, nested); // no lock is held: it may capture, read, take, and begin a scope
        assert_eq!(cache()["conversion.nested"].len(), 1);
        assert!(report().key("conversion.nested").is_some());
        assert_eq!(anycapture::take()["conversion.nested"].len(), 1);
        let _inner = anycapture::scope();
        activate_with(Options::new().convert(|_: &Tensor| Array::new(&[1], vec![3_u8])));
        capture!(inner, nested);
        assert_eq!(cache().len(), 1);
        Array::new(&[1], vec![2_u8])
    }));
    let tensor = Tensor::new(1, vec![0.0]);
    capture!(later, tensor);
    anycapture::deactivate();
    capture!(later, tensor);
    anycapture::activate_with(Options::new().only(&["later.tensor"]));
    capture!(filtered, tensor);
    assert_eq!(RUNS.load(Relaxed), 1, "not while inactive, and not for a key that is left out");
    assert_eq!(cache()["later.tensor"][0].as_slice(), Some(&[2_u8][..]));
    assert!(cache().get("conversion.nested").is_none_or(<[_]>::is_empty), "it was taken");
}

#[test]
fn recording_stops_behind_the_first_nan_and_says_where() {
    let _alone = alone();
    activate_with(Options::new().max_size(100).stop_at_nan().convert(array));
    let run = |diverges_at: u32| {
        for step in 0..300_u32 {
            let loss = if step < diverges_at { 0.5 } else { f32::NAN };
            capture!(train, step, loss);
        }
    };
    run(200);
    let kept = cache();
    assert!(!anycapture::is_active());
    let losses: Vec<_> = kept["train.loss"].iter().filter_map(|v| v.scalar::<f32>()).collect();
    assert_eq!(losses.len(), 100);
    assert_eq!(losses.iter().position(|loss| loss.is_nan()), Some(99));
    assert_eq!(kept["train.step"][99].scalar(), Some(200_u32));
    let text = report().to_string();
    assert!(text.contains("NaN") && text.contains("train.loss"), "{text}");

    // Wherever the NaN is.
    let behind = 1_u8;
    let tensor = Tensor::new(1, vec![0.0, f32::NAN]);
    let large = vec![f64::NAN; 5_000];
    let captures: [&dyn Fn(); 5] = [
        &|| capture!(nan, tensor, behind),
        &|| capture!(nan, large, behind),
        &|| capture!(nan, each = anycapture::each([0.0, f32::NAN]), behind),
        &|| capture!(nan, half = [half::f16::NAN; 2], behind),
        &|| capture!(nan, optional = Some(f64::NAN), behind),
    ];
    for capture in captures {
        activate_with(Options::new().stop_at_nan());
        capture();
        assert!(!anycapture::is_active());
        assert!(cache().get("nan.behind").is_none());
    }
}

#[test]
fn recording_goes_on_without_a_nan_and_without_the_option() {
    let _alone = alone();
    activate_with(Options::new().convert(array));
    let capture_all = |x: f32| {
        for rows in [1, 5_000] {
            let tensor = Tensor::new(rows, vec![x; rows * 2]);
            let (values, iterator) = (tensor.data(), anycapture::each(tensor.data()));
            capture!(f, tensor, values, iterator = iterator);
        }
        anycapture::is_active()
    };
    assert!(capture_all(f32::NAN), "nobody has asked for a stop");
    activate_with(Options::new().stop_at_nan());
    assert!(capture_all(f32::INFINITY), "no NaN");
    assert!(!capture_all(f32::NAN));
    assert_eq!(cache()["f.tensor"].len(), 5);
}
