//! `#[captured(...)]` wherever a function may stand.
#![feature(macro_attr)]
#![deny(warnings, unused, clippy::pedantic)]
#![allow(clippy::let_and_return, clippy::unused_async)] // With the feature off, functions are what they are.

use anycapture::captured;

/// Documentation and attributes stay, before it and behind it.
#[must_use]
#[captured(first, total, return[1, 2]; index = rows.len())]
#[inline]
fn free<const N: usize>(rows: &[[f32; N]]) -> Vec<f32>
where
    [f32; N]: Copy,
{
    let mut total = 0.0;
    for row in rows {
        let Some(first) = row.first() else { continue };
        total += first;
    }
    if total < 0.0 {
        return vec![total];
    }
    vec![total, 1.0]
}

struct Layer(f32);

impl Layer {
    #[captured(Layer::forward => *, !x)]
    pub(crate) fn forward(&self, x: f32) -> f32 {
        let scaled = self.0 * x;
        scaled + 1.0
    }
}

trait Twice {
    fn once(&self) -> f32;

    #[captured(Twice::twice => return)]
    fn twice(&self) -> f32 {
        self.once() * 2.0
    }
}

impl Twice for Layer {
    #[captured(Layer::once => return)]
    fn once(&self) -> f32 {
        self.0
    }
}

#[captured(name)]
async fn later(name: &str) -> usize {
    name.len()
}

fn main() {
    #[captured(inner)]
    fn nested(x: f32) -> f32 {
        let inner = x * 2.0;
        inner
    }

    let session = anycapture::session();
    assert_eq!(free(&[[1.0, 2.0], [3.0, 4.0]]), [4.0, 1.0]);
    assert_eq!(Layer(2.0).forward(3.0).to_bits(), 7.0_f32.to_bits());
    assert_eq!(Layer(2.0).twice().to_bits(), 4.0_f32.to_bits());
    assert_eq!(nested(1.0).to_bits(), 2.0_f32.to_bits());
    let mut later = Box::pin(later("a name"));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert_eq!(later.as_mut().poll(&mut context), std::task::Poll::Ready(6));
    drop(session);

    let cache = anycapture::cache();
    let keys: Vec<_> = cache.keys().collect();
    if !anycapture::ENABLED {
        assert!(keys.is_empty());
        return;
    }
    assert_eq!(
        keys,
        [
            "free.first",
            "free.total",
            "free.return",
            "Layer.forward.scaled",
            "Layer.once.return",
            "Twice.twice.return",
            "nested.inner",
            "later.name",
        ]
    );
    assert_eq!(cache["free.first"].len(), 2);
    assert_eq!(cache["free.return"][0].shape(), [1, 2]);
    assert_eq!(cache["free.return"][0].index(), Some(2));
    assert_eq!(cache["Layer.forward.scaled"][0].scalar::<f32>(), Some(6.0));
}
