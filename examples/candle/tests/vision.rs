//! The maps of candle's Vision Transformer are those of `examples/vit`.
#![cfg(feature = "capture")]

use std::{fs, path::Path};

use anycapture::Options;
use anycapture_tools::{Recording, Tolerance};
use candle_captured::{numbers, vision::Model, weights::Weights};
use vit::{matmul::Fast, photo};

fn file(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../vit").join(name);
    fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

#[test]
fn maps_and_scores_of_a_digit_are_those_of_the_engine_in_plain_rust() {
    let bytes = file("digits.safetensors");
    let theirs = vit::weights::Model::read(&bytes).expect("the committed weights");
    let blocks = theirs.blocks();
    let engine = theirs.vit(&blocks);
    let weights = Weights::read(&bytes).expect("the same weights");
    for digit in [3, 5] {
        let photo = photo::read(&file(&format!("images/{digit}.png")), 28, true).expect("a digit");
        let image = photo::normalise(&photo.seen, &theirs.mean, &theirs.deviation);

        let _scope = anycapture::scope();
        let (mut workspace, mut expected) = (vec![0.0; engine.workspace_len()], vec![0.0; 10]);
        let features = engine.forward(&image, &mut workspace, &Fast);
        engine.classify(features, &mut expected, &Fast);
        let reference = Recording::from(&anycapture::take());

        anycapture::activate_with(Options::new().convert(numbers));
        let scores = Model::Vit.forward(&weights, &image).expect("a digit model");
        let cache = anycapture::cache();
        let maps = &cache["Attention.forward.attention_map"];
        assert_eq!((maps.len(), maps[0].shape()), (4, &[4, 50, 50][..]));
        let comparison = Recording::from(&cache).compare(&reference, Tolerance::absolute(1e-5));
        assert!(comparison.is_within(), "{comparison}");
        for (ours, theirs) in scores.to_vec1::<f32>().expect("scores").iter().zip(&expected) {
            assert!((ours - theirs).abs() < 1e-4, "digit {digit}: {ours} and {theirs}");
        }
    }
}

#[test]
fn weights_of_another_model_are_an_error_that_says_what_is_missing() {
    let weights = Weights::read(&file("digits.safetensors")).expect("the committed weights");
    let error =
        Model::Dinov2.forward(&weights, &[0.0; 28 * 28]).expect_err("it has no layer scale");
    assert!(error.to_string().contains("blocks.0.scale1"), "{error}");
}
