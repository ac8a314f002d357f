//! A decode loop whose recording lives in given memory.
#![cfg(feature = "capture")]

use anycapture::Options;
use candle_captured::{
    generation::{LAYERS, Text},
    numbers,
};

const KEY: &str = "decode.attention_map";

#[test]
fn given_memory_holds_the_newest_steps_of_a_long_text_and_nothing_is_kept_elsewhere() {
    let memory = Box::leak(vec![0_u8; 512 << 10].into_boxed_slice());
    anycapture::set_memory(memory).expect("given once");
    let mut text = Text::new(1, &[3, 14, 15, 9, 26, 5, 35, 8]).expect("a model");
    // A ring of so many maps as large as that of the prompt.
    anycapture::activate_with(Options::new().convert(numbers).max_size(128));
    const STEPS: u64 = 200;
    (0..STEPS).for_each(|_| assert!(text.step().is_ok()));
    anycapture::deactivate();

    let report = anycapture::report().key(KEY).expect("a key that was hit");
    assert_eq!(report.kept() + report.overwritten() + report.refused(), STEPS * LAYERS as u64);
    assert_eq!(report.refused(), 0, "{}", anycapture::report());
    let cache = anycapture::cache();
    let newest = text.tokens.len() as i64 - 2;
    for layer in 0..LAYERS as i64 {
        let map = cache.at(KEY, &[layer, newest]).expect("the newest step");
        for row in map.as_slice::<f32>().expect("floats").chunks_exact(newest as usize + 1) {
            assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        }
        assert!(cache.at(KEY, &[layer, 0]).is_none(), "overwritten long ago");
    }
}
