//! The example finds the NaN where it was made.
#![cfg(all(feature = "capture", feature = "alloc"))]
#![allow(dead_code)] // Its `main` is not called.

#[path = "../examples/nan_hunt.rs"]
mod nan_hunt;

#[test]
fn the_first_nan_is_found_by_the_order_of_captures() {
    let found = nan_hunt::hunt().expect("one was planted");
    assert_eq!(found, nan_hunt::Find { key: "normalise.normal".into(), layer: 3 });
}
