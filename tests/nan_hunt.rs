//! The example finds the NaN where it was made.
#![cfg(all(feature = "capture", feature = "alloc"))]
#![allow(dead_code)] // Its `main` is not called.

#[path = "../examples/nan_hunt.rs"]
mod nan_hunt;

#[test]
fn the_first_nan_is_found_by_the_order_of_captures() {
    let found = nan_hunt::hunt().expect("one was planted");
    assert_eq!(found, nan_hunt::Find { key: "normalise.normal".into(), layer: 3, call: 4 });
    let cache = anycapture::cache();
    let has_nan = |key: &str, call: usize| {
        cache[key][call].as_slice::<f32>().is_some_and(|x| x.iter().any(|x| x.is_nan()))
    };
    assert!(has_nan("normalise.normal", 3) && has_nan("bend.x", 3) && has_nan("mix.x", 4));
    assert!(!has_nan("normalise.x", 3) && !has_nan("normalise.deviation", 3), "it was born there");
}
