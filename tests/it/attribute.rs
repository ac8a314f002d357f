//! `#[apply(captured_fn!)]` of `macro_rules_attribute` over `#[capture(...)]`: the same function, without a macro
//! around it.

use anycapture::{cache, captured_fn};
use macro_rules_attribute::apply;

use crate::alone;

/// Documentation stays.
#[apply(captured_fn!)]
#[inline]
#[capture(softmax => exponents, total, return[2, 2])]
fn softmax(scores: &[f32]) -> Vec<f32> {
    let exponents: Vec<f32> = scores.iter().map(|score| score.exp()).collect();
    let mut total = 0.0;
    for exponent in &exponents {
        total += exponent;
    }
    exponents.iter().map(|exponent| exponent / total).collect()
}

struct Layer(f32);

impl Layer {
    #[apply(captured_fn!)]
    #[capture(Layer::forward => *, !x; index = layer)]
    fn forward(&self, x: f32, layer: usize) -> f32 {
        let scaled = self.0 * x;
        scaled + 1.0
    }
}

trait Twice {
    fn once(&self) -> f32;

    #[apply(captured_fn!)]
    #[capture(return)]
    fn twice(&self) -> f32 {
        self.once() * 2.0
    }
}

impl Twice for Layer {
    fn once(&self) -> f32 {
        self.0
    }
}

#[test]
fn a_function_under_apply_is_captured_as_within_the_macro() {
    let _alone = alone();
    assert_eq!(softmax(&[0.0; 4]), [0.25; 4]);
    assert_eq!(Layer(2.0).forward(3.0, 7), 7.0);
    assert_eq!(Layer(2.0).twice(), 4.0);
    let cache = cache();
    let keys: Vec<_> = cache.keys().collect();
    assert_eq!(
        keys,
        [
            "softmax.exponents",
            "softmax.total",
            "softmax.return",
            "Layer.forward.layer",
            "Layer.forward.scaled",
            "twice.return"
        ]
    );
    assert_eq!(cache["softmax.total"][0].scalar::<f32>(), Some(4.0));
    assert_eq!(cache["softmax.return"][0].shape(), [2, 2]);
    assert_eq!(cache["Layer.forward.scaled"][0].index(), Some(7));
    assert_eq!(cache["twice.return"][0].scalar::<f32>(), Some(4.0));
}
