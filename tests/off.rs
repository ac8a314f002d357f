//! With the feature off everything compiles, and nothing happens.
#![cfg(not(feature = "capture"))]
#![deny(warnings, unused, clippy::pedantic)]

use std::{cell::Cell, convert::Infallible};

use anycapture::{Options, capture};

#[test]
fn nothing_is_evaluated_or_recorded() {
    anycapture::activate_with(Options::new().max_size(10).max_bytes(10).only(&["*"]).stop_at_nan());
    let _session = anycapture::session();
    let evaluated = Cell::new(0);
    let touch = || {
        evaluated.set(evaluated.get() + 1);
        1_usize
    };
    let attn = [1.0_f32; 4];
    capture!(Attention::forward, attn[2, 2], x = touch(); every = touch(), if touch() == 1);
    capture!(f, attn; on = touch() == 1, index = (touch(), -1));
    capture!(f, made = anycapture::each((0..touch()).map(|_| 1_u8)), none = Some(touch()));
    assert_eq!(evaluated.get(), 0);
    assert!(!anycapture::is_active() && !const { anycapture::ENABLED });
    anycapture::set_size(3);
    anycapture::clear();
    let shown = anycapture::visit(|value| unreachable!("{value}"));
    assert!(shown.is_complete() && shown.values() == 0);
    let drained = anycapture::drain(|value| -> Result<(), Infallible> { unreachable!("{value}") });
    assert_eq!(drained, Ok(()));
    anycapture::deactivate();
}

#[test]
fn memory_is_taken_and_nothing_is_in_it() {
    assert_eq!(anycapture::region_size::<f32>("f.x", 10, &[4], 1), 0);
    assert!(anycapture::set_memory(Box::leak(Box::new([0; 64]))).is_ok());
    assert!(anycapture::recover(&[0; 64]).is_none());
}

#[test]
#[cfg(feature = "alloc")]
fn conversions_are_accepted_and_never_run() {
    #[derive(Clone)]
    struct Tensor;
    let convert = |_: &Tensor| -> anycapture::Array { unreachable!("nothing is captured") };
    anycapture::activate_with(Options::new().convert(convert));
    let tensor = Tensor;
    capture!(f, tensor);
    assert_eq!(anycapture::Array::new(&[2], vec![1_u8, 2]).shape(), [2]);
}

#[test]
#[cfg(feature = "std")]
fn scopes_begin_and_end() {
    let scope = anycapture::scope();
    let handle = scope.handle();
    std::thread::spawn(move || drop(handle.enter())).join().expect("it enters and leaves");
    assert!(!anycapture::is_active());
    drop(scope);
    let future = std::pin::pin!(anycapture::Handle::new().in_future(async { 1 }));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert_eq!(future.poll(&mut context), std::task::Poll::Ready(1));
}

#[test]
fn the_report_says_that_the_feature_is_off_and_how_to_turn_it_on() {
    let report = anycapture::report().to_string();
    assert!(
        report.contains("`capture` feature is off") && report.contains("--features"),
        "{report}"
    );
    assert!(anycapture::report().key("f.attn").is_none());
    anycapture::report().each_key(|key, _| unreachable!("{key}"));
}

#[test]
#[cfg(feature = "alloc")]
fn snapshots_are_empty_and_say_why() {
    assert!(anycapture::cache().is_empty() && anycapture::take().is_empty());
    assert!(anycapture::try_cache().is_ok() && anycapture::try_take().is_ok());
    let cache = anycapture::cache();
    assert_eq!((cache.in_order().len(), cache.at("f.attn", &[1]).is_none()), (0, true));
    let why = cache.explain("f.attn");
    assert!(why.contains("feature is off"), "{why}");
}

#[test]
fn the_export_is_a_file_without_tensors_and_its_sink_may_fail() {
    let mut file = Vec::new();
    let sink = |bytes: &[u8]| -> Result<(), Infallible> {
        file.extend_from_slice(bytes);
        Ok(())
    };
    assert_eq!(anycapture::export(sink), Ok(()));
    let tensors = safetensors::SafeTensors::deserialize(&file).expect("a safetensors file");
    assert_eq!(tensors.len(), 0);
    assert_eq!(anycapture::export(|_| Err("full")), Err("full"));
    #[cfg(feature = "alloc")]
    {
        let mut of_a_cache = Vec::new();
        let sink = |bytes: &[u8]| -> Result<(), Infallible> {
            of_a_cache.extend_from_slice(bytes);
            Ok(())
        };
        assert_eq!(anycapture::cache().export(sink), Ok(()));
        assert_eq!(of_a_cache, file);
    }
}
