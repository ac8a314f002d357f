//! A decode loop, read back by layer and position.

use anycapture::{Cache, Options};
use candle_captured::{
    generation::{HEADS, LAYERS, Text},
    numbers,
};

const KEY: &str = "decode.attention_map";
const PROMPT: [u32; 8] = [3, 14, 15, 9, 26, 5, 35, 8];

/// What is captured of `steps` steps, and what the text is then.
fn decode(options: Options, prompt: &[u32], steps: usize) -> (Cache, Vec<u32>) {
    let mut text = Text::new(1, prompt).expect("a model");
    let _scope = anycapture::scope();
    anycapture::activate_with(options.convert(numbers));
    for _ in 0..steps {
        text.step().expect("a step");
    }
    (anycapture::cache(), text.tokens)
}

#[test]
fn capturing_changes_no_token() {
    let mut text = Text::new(1, &PROMPT).expect("a model");
    (0..20).for_each(|_| assert!(text.step().is_ok()));
    assert_eq!(text.tokens, decode(Options::new(), &PROMPT, 20).1);
}

#[test]
fn a_map_is_found_by_layer_and_position_and_is_that_of_a_pass_over_the_whole_text() {
    if !anycapture::ENABLED {
        return;
    }
    let steps = 24;
    let (cache, tokens) = decode(Options::new(), &PROMPT, steps);
    // The same text at once: each layer has one map, whose rows are what the steps looked at.
    let (read, count) = (&tokens[..tokens.len() - 1], tokens.len() - 1);
    let (whole, _) = decode(Options::new(), read, 1);
    for layer in 0..LAYERS as i64 {
        let whole = whole.at(KEY, &[layer, 0]).expect("the map of a layer");
        assert_eq!(whole.shape(), [HEADS, count, count]);
        let whole = whole.as_slice::<f32>().expect("floats");
        for position in PROMPT.len()..count {
            let map = cache.at(KEY, &[layer, position as i64]).expect("the map of a step");
            assert_eq!(map.shape(), [HEADS, 1, position + 1]);
            let map = map.as_slice::<f32>().expect("floats");
            for (head, row) in map.chunks_exact(position + 1).enumerate() {
                let expected = &whole[(head * count + position) * count..][..=position];
                let away = row.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                assert!(away < 1e-5, "layer {layer}, position {position}, head {head}: {away}");
            }
        }
        assert!(cache.at(KEY, &[layer, 3]).is_none(), "a position inside the prompt");
    }
    assert_eq!(cache[KEY].len(), LAYERS * steps);
    let next: Vec<u32> = cache["decode.next"].iter().filter_map(|token| token.scalar()).collect();
    assert_eq!(next, tokens[PROMPT.len()..]);
}

#[test]
fn with_a_limit_a_long_text_keeps_the_newest_steps_of_every_layer_and_counts_the_rest() {
    const LIMIT: usize = 256 << 10;
    if !anycapture::ENABLED {
        return;
    }
    let mut text = Text::new(1, &PROMPT).expect("a model");
    let _scope = anycapture::scope();
    anycapture::activate_with(Options::new().convert(numbers).max_bytes(LIMIT));
    for step in 1..=400 {
        text.step().expect("a step");
        let cache = anycapture::cache();
        let bytes: usize = cache.in_order().map(|value| value.bytes().len()).sum();
        assert!(bytes <= LIMIT, "{bytes} bytes after {step} steps");
        let newest = [LAYERS as i64 - 1, text.tokens.len() as i64 - 2];
        assert!(step == 1 || cache.at(KEY, &newest).is_some(), "{}", anycapture::report());
    }
    let report = anycapture::report().key(KEY).expect("a key that was hit");
    assert_eq!(report.kept() + report.overwritten(), 400 * LAYERS as u64, "{report:?}");
    assert!(report.overwritten() > 1000 && report.kept() > 20, "{report:?}");
}
