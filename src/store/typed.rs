//! The values that `*: Type` captures besides numbers and text.
//!
//! A [`Typed`] comes before the probe in method lookup: its traits match values of the wanted types, and any other value falls
//! through its `Deref` to the probe, which decides as for a plain `*`. Each position in the tuple of types has its own trait, as two
//! impls of one trait would overlap where two types are the same.

// All items here are hidden from the documentation: only expansions name them.
#![allow(missing_docs)]

use core::{marker::PhantomData, ops::Deref};

#[cfg(all(feature = "capture", feature = "alloc"))]
use super::callsite::Callsite;
#[cfg(feature = "alloc")]
use super::kind::Line;
#[cfg(feature = "alloc")]
use super::note::Note;
#[cfg(all(feature = "alloc", not(feature = "capture")))]
use super::off::Callsite;
#[cfg(feature = "alloc")]
use super::probe::Probe;

/// A value in a function with `*: (Tensor, ...)`. It is captured if it is of one of these types; otherwise the probe decides. Not
/// public API.
pub struct Typed<P, W> {
    probe: P,
    wanted: PhantomData<fn() -> W>,
}

impl<P, W> Typed<P, W> {
    #[inline(always)]
    pub fn new(probe: P) -> Typed<P, W> {
        Typed { probe, wanted: PhantomData }
    }
}

/// Lookup continues with the probe.
impl<P, W> Deref for Typed<P, W> {
    type Target = P;

    #[inline(always)]
    fn deref(&self) -> &P {
        &self.probe
    }
}

/// A wanted type, also through a reference, an `Option` or a `Result`: one trait for each position in the tuple.
#[cfg(feature = "alloc")]
macro_rules! wanted {
    ($($name:ident: $($wanted:ty, [$($other:ident)*]);+.)+) => {$(
        pub trait $name<N, T: ?Sized> {
            fn __anycapture_record(
                self,
                site: &'static Callsite,
                key: &'static &'static str,
                note: Option<&Note<'_>>,
                name: N,
            ) where
                T: 'static; // what is captured is kept, so it must own what it holds: of a view, capture `name = each(view.iter().copied())`
        }
        $(
            wanted!(@impl $name $wanted [$($other)*] T, value => Some(value));
            wanted!(@impl $name $wanted [$($other)*] &T, value => Some(*value));
            wanted!(@impl $name $wanted [$($other)*] &mut T, value => Some(&**value));
            wanted!(@impl $name $wanted [$($other)*] Option<T>, value => value.as_ref());
            wanted!(@impl $name $wanted [$($other)*] Option<&T>, value => *value);
            wanted!(@impl $name $wanted [$($other)* Error] Result<T, Error>, value => value.as_ref().ok());
        )+
    )+};
    (@impl $name:ident $wanted:ty [$($other:ident)*] $value:ty, $it:ident => $held:expr) => {
        impl<N, T: Clone + Send + Sync, $($other),*> $name<N, T>
            for Typed<Probe<'_, $value>, $wanted>
        {
            #[inline(always)]
            fn __anycapture_record(
                self,
                site: &'static Callsite,
                key: &'static &'static str,
                note: Option<&Note<'_>>,
                _: N,
            ) where
                T: 'static,
            {
                let (line, $it) = (Line::new(site, key, note), self.probe.value());
                line.held($held, |value| line.value::<T>(value));
            }
        }
    };
}

#[cfg(feature = "alloc")]
wanted! {
    ViaFirst: (T,), []; (T, B), [B]; (T, B, C), [B C]; (T, B, C, D), [B C D].
    ViaSecond: (A, T), [A]; (A, T, C), [A C]; (A, T, C, D), [A C D].
    ViaThird: (A, B, T), [A B]; (A, B, T, D), [A B D].
    ViaFourth: (A, B, C, T), [A B C].
}

/// The cases of a capture with `*: Type`, in addition to those of `optional`. Not public API.
pub mod cases {
    #[cfg(feature = "alloc")]
    pub use super::{ViaFirst, ViaFourth, ViaSecond, ViaThird};
}
