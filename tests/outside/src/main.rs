//! Compiles without a warning and gives the same results with the feature on and off.
#![deny(warnings, unused, clippy::pedantic, unsafe_code)]

use anycapture::{capture, captured_fn};

/// Inference code that knows nothing of features.
pub struct Attention {
    heads: usize,
}

impl Attention {
    captured_fn! {
        /// Doubles.
        #[must_use]
        #[capture(Attention::forward => attention_map[heads, n], total, return; index = layer)]
        pub fn forward(&self, x: &[f32], layer: usize) -> Vec<f32> {
            let heads = self.heads;
            let n = x.len() / heads;
            let attention_map: Vec<f32> = x.iter().map(|x| x * 2.0).collect();
            let mut total = 0.0;
            for (i, value) in attention_map.iter().enumerate() {
                total += value;
                if total > 1e6 {
                    return vec![total];
                }
                capture!(Attention::forward, running = total; every = 2, index = (layer, i));
            }
            debug_assert!(total.is_finite() && n > 0, "a sum of {heads} heads");
            attention_map
        }
    }
}

captured_fn! {
    #[capture(*)]
    fn everything(x: f32, name: &str) -> Option<f32> {
        let y = x.checked()?;
        let (a, mut b) = (y, name.len());
        b += 1;
        if b > 100 {
            return None;
        }
        Some(a)
    }
}

captured_fn! {
    /// Guards that bind, which Rust has since 1.95: the tests of the crate itself are for older ones too.
    #[capture(number, from_guard)]
    fn guarded(text: Option<&str>) -> i32 {
        match text {
            Some(text) if let Ok(number) = text.parse::<i32>() => {
                let from_guard = number * 2;
                from_guard / 2
            }
            Some(text) if let Some(b'a') = text.bytes().next() => 1,
            _ => 0,
        }
    }
}

trait Checked: Sized {
    fn checked(self) -> Option<Self>;
}

impl Checked for f32 {
    fn checked(self) -> Option<f32> {
        self.is_finite().then_some(self)
    }
}

fn main() {
    let session = anycapture::session();
    for layer in 0..3 {
        let out = Attention { heads: 2 }.forward(&[1.0, 2.0, 3.0, 4.0], layer);
        let expected = [2.0, 4.0, 6.0, 8.0];
        assert!(out.iter().zip(expected).all(|(a, b)| a.to_bits() == f32::to_bits(b)));
        assert!(everything(1.0, "x").is_some() && everything(f32::NAN, "x").is_none());
    }
    assert_eq!([Some("12"), Some("ab"), None].map(guarded), [12, 1, 0]);
    drop(session);
    let cache = anycapture::cache();
    assert_eq!(cache.is_empty(), !anycapture::ENABLED);
    if anycapture::ENABLED {
        assert_eq!(cache["Attention.forward.attention_map"].len(), 3);
        assert_eq!(cache["Attention.forward.return"][2].index(), Some(2));
        assert_eq!(cache["Attention.forward.running"][5].indices(), [2, 2]);
        assert_eq!(cache["everything.y"].len(), 3);
        assert_eq!(cache["guarded.number"][0].scalar::<i32>(), Some(12));
        assert_eq!(cache["guarded.from_guard"].len(), 1);
    }
    print!("{}", anycapture::report());
}
