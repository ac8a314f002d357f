//! A NaN that is planted is found where it was born.
#![cfg(feature = "capture")]

use candle_captured::nan::{Find, Model, hunt, input};

fn inputs() -> [candle::Tensor; 4] {
    [0, 0, 1, 0].map(|padding| input(padding).expect("an input"))
}

#[test]
fn the_value_that_first_held_a_nan_is_found_by_name_layer_and_call() {
    for layer in [0, 3, 5] {
        let _scope = anycapture::scope();
        let model = Model::new(Some(layer)).expect("a model");
        let found = hunt(&model, &inputs()).expect("candle has no error");
        let key = "Block.forward.normed".to_string();
        assert_eq!(found, Some(Find { key, layer: layer as i64, call: 3 }));

        let cache = anycapture::cache();
        let with_nan = cache.in_order().filter(|value| value.summary().nan() > 0);
        assert_eq!(with_nan.count(), 1, "recording stops behind it");
        let report = anycapture::report().to_string();
        assert!(report.contains("Block.forward.normed"), "{report}");
        // What led to it is there: the scale by which padding was divided.
        let scale = cache.in_order().rev().nth(1).expect("captured in front of it");
        assert_eq!((scale.key(), scale.summary().min()), ("Block.forward.scale", Some(0.0)));
    }
}

#[test]
fn a_sound_model_is_not_accused() {
    let _scope = anycapture::scope();
    let model = Model::new(None).expect("a model");
    assert_eq!(hunt(&model, &inputs()).expect("candle has no error"), None);
    assert!(anycapture::cache().contains_key("Block.forward.normed"), "it was recorded");
}
