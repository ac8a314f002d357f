//! Picks how a value is recorded, by its type.
//!
//! Stable Rust has no specialisation, but method lookup picks the first type in a chain of `Deref`s that has the method. So the
//! value's reference is wrapped in a [`Probe`], which dereferences to the next of the levels below, and so on. Each level has the
//! method for the values of its case, preferred cases first: `Probe` for plain data, `ByF32` for numbers that convert to `f32`
//! without loss, and so on. The bounds in scope count, so this works in generic code too. Two cases may share a level if no type
//! belongs to both: they implement [`Via`] for different markers, which rustc infers.
//!
//! Lookup ignores lifetimes: it treats `&'a T` as `'static`. So references are followed before a value is taken as owned. The test
//! module `kinds` has a value of every case.
//!
//! Most of the compile time of a line is spent here, so few traits are in scope, and the most common case is on the first level.

// All items here are hidden from the documentation: only expansions name them.
#![allow(missing_docs)]

use core::ops::Deref;

#[cfg(feature = "capture")]
use super::callsite::Callsite;
use super::element::Plain;
use super::kind::{AsIs, Line, Lossless, Resolve, Sequence, way};
#[cfg(feature = "alloc")]
use super::kind::{Held, HeldReference, Items, Texts};
use super::note::Note;
#[cfg(not(feature = "capture"))]
use super::off::Callsite;

/// The levels, each a wrapper around the next one.
macro_rules! levels {
    ($level:ident $next:ident $($more:ident)*) => {
        levels!(@level $level (pub(crate) $next<'a, T>) value => $next::new(value), probe => probe.0.value());

        impl<'a, T: ?Sized> Deref for $level<'a, T> {
            type Target = $next<'a, T>;

            #[inline(always)]
            fn deref(&self) -> &$next<'a, T> {
                &self.0
            }
        }

        levels!($next $($more)*);
    };
    ($last:ident) => { levels!(@level $last (&'a T) value => value, probe => probe.0); };
    (@level $level:ident ($($inner:tt)+) $value:ident => $new:expr, $probe:ident => $get:expr) => {
        /// The value of a capture, on one level of the lookup. Not public API.
        pub struct $level<'a, T: ?Sized>($($inner)+);

        impl<T: ?Sized> Copy for $level<'_, T> {}

        impl<T: ?Sized> Clone for $level<'_, T> {
            fn clone(&self) -> Self {
                *self
            }
        }

        impl<'a, T: ?Sized> $level<'a, T> {
            #[inline(always)]
            pub fn new($value: &'a T) -> Self {
                $level($new)
            }

            #[inline(always)]
            pub(crate) fn value(self) -> &'a T {
                let $probe = self;
                $get
            }
        }
    };
}

levels! {
    Probe ByF32 ByF64 ByText ToPlain ToF32 ToF64 ToText
    ByHeldReference ByRefusedHeld ByHeld ByThree ByTwo ByOne ByRefusedReference ByClone ByNothing
}

/// Represents a name in a list, so that errors point to it: rustc points at the argument whose type has the unmet bound. Not public
/// API.
pub struct Listed;

/// Declares a trait with the method that lookup looks for. A bound with a lifetime is on the method, where errors quote it, and not
/// on an `impl`, where lookup would ignore it.
macro_rules! method {
    ($(#[$doc:meta])* $name:ident<$($generic:ident $(: ?$sized:ident)?),+> $(where $($bound:tt)+)?) => {
        $(#[$doc])*
        pub trait $name<$($generic $(: ?$sized)?),+> {
            fn __anycapture_record(
                self,
                site: &'static Callsite,
                key: &'static &'static str,
                note: Option<&Note<'_>>,
                name: N,
            ) $(where $($bound)+)?;
        }
    };
}

/// A case: an `impl` of such a trait for a level. `[bound]` is the bound of the method.
///
/// rustc learns what a closure captures, and types that later lines decide, only after lookup. With `do_not_recommend` its errors
/// then name the value, and not something within.
macro_rules! case {
    ([$($generics:tt)*] $trait:ident<$($parameter:ty),+> $([$($bound:tt)+])? for $level:ident<$type:ty>
     $(where [$($where:tt)+])?; $value:ident, $line:ident => $body:expr) => {
        #[diagnostic::do_not_recommend]
        impl<N, $($generics)*> $trait<$($parameter),+> for $level<'_, $type> $(where $($where)+)? {
            #[inline(always)]
            fn __anycapture_record(
                self,
                site: &'static Callsite,
                key: &'static &'static str,
                note: Option<&Note<'_>>,
                _: N,
            ) $(where $($bound)+)? {
                let ($value, $line) = (self.value(), Line::new(site, key, note));
                $body;
            }
        }
    };
}

method! {
    /// Plain data, through any number of references. Also picked for a value whose type is not known yet.
    #[diagnostic::on_unimplemented(
        message = "a `{T}` is not plain data, but its type is known from later lines only",
        label = "captured here",
        note = "give the variable its type where it is bound"
    )]
    ViaPlain<N, T: ?Sized>
}

method! {
    /// A value that has numbers or is text. `By` is the case, one of those of the level.
    #[diagnostic::on_unimplemented(
        message = "a `{T}` has no numbers, but its type is known from later lines only",
        label = "captured here",
        note = "give the variable its type where it is bound"
    )]
    Via<By, N, T: ?Sized>
}

method! {
    /// Any other cloneable value. `T` is its type, without references, `Option` and `Result`.
    #[diagnostic::on_unimplemented(
        message = "a `{T}` can't be captured: it is neither plain data nor `Clone + Send + Sync + 'static`",
        label = "can't be captured",
        note = "capture what can be kept of it, under the same name: `capture!(path, name = expression)`"
    )]
    ViaClone<N, T> where
        T: 'static // what is captured is kept, so it must own what it holds: of a view, capture `name = each(view.iter().copied())`
}

/// A value that can't be captured, which is an error.
pub trait ViaRefused<T: ?Sized>: Sized {
    fn __anycapture_record<N>(
        self,
        _: &'static Callsite,
        _: &'static &'static str,
        _: Option<&Note<'_>>,
        _: N,
    ) where
        (): Capturable<T, N>,
    {
    }
}

case! { [T: Plain + ?Sized] ViaPlain<N, T> for Probe<T>; value, line => line.plain(value) }
case! { [T: Sequence] Via<way::Each, N, T> for ByF32<T>; value, line => value.take_all(line) }
case! { [T: Copy + Into<f32>] Via<way::Number, N, T> for ByF32<T>; value, line => line.number::<f32>((*value).into()) }
case! { [T: Copy + Into<f64>] Via<way::Number, N, T> for ByF64<T>; value, line => line.number::<f64>((*value).into()) }

// Values that resolve to numbers through `Deref`, `Option`, `Result`, or several of them.
case! { [W, T: Resolve<AsIs, W> + ?Sized] Via<W, N, T> for ToPlain<T>; value, line => value.follow(line) }
case! { [W, T: Resolve<Lossless<f32>, W> + ?Sized] Via<W, N, T> for ToF32<T>; value, line => value.follow(line) }
case! { [W, T: Resolve<Lossless<f64>, W> + ?Sized] Via<W, N, T> for ToF64<T>; value, line => value.follow(line) }

/// A reference to such a value must not be taken for an owned value that is `Clone`.
impl<T: ?Sized> ViaRefused<T> for ByRefusedReference<'_, &T> {}

impl<T: ?Sized> ViaRefused<T> for ByNothing<'_, T> {}

/// The cases that need a heap: text, and clones.
#[cfg(feature = "alloc")]
mod with_heap {
    use super::*;

    case! { [T: AsRef<str> + ?Sized] Via<way::Text, N, T> for ByText<T>; value, line => line.text(value.as_ref()) }
    case! { [T: Texts + ?Sized] Via<way::Texts, N, T> for ByText<T>; value, line => line.made(|| value.texts()) }

    case! {
        [T: Deref + ?Sized] Via<way::Target, N, T> for ToText<T> where [T::Target: AsRef<str>];
        value, line => line.text((**value).as_ref())
    }
    case! {
        [T: Held + ?Sized] Via<way::Text, N, T> for ToText<T> where [T::Item: AsRef<str>];
        value, line => line.held(value.held(), |text| line.text(text.as_ref()))
    }
    case! {
        [T: Held + ?Sized] Via<way::Texts, N, T> for ToText<T> where [T::Item: Texts];
        value, line => line.held(value.held(), |texts| line.made(|| texts.texts()))
    }

    // References are followed first: an `Option<&T>` is `Clone` itself.
    case! {
        [T: HeldReference + ?Sized] ViaClone<N, T::Item> [T::Item: 'static] for ByHeldReference<T>
        where [T::Item: Clone + Send + Sync];
        value, line => line.held(value.held_reference(), |value| line.value::<T::Item>(value))
    }
    impl<T: HeldReference + ?Sized> ViaRefused<T::Item> for ByRefusedHeld<'_, T> {}
    case! {
        [T: Held + ?Sized] ViaClone<N, T::Item> [T::Item: 'static] for ByHeld<T> where [T::Item: Clone + Send + Sync];
        value, line => line.held(value.held(), |value| line.value::<T::Item>(value))
    }
    case! { [T: Items + ?Sized] Via<way::Items, N, T> for ByHeld<T>; value, line => value.hand_over(line) }

    case! { [T: Clone + Send + Sync] ViaClone<N, T> [T: 'static] for ByThree<&&&T>; value, line => line.value::<T>(value) }
    case! { [T: Clone + Send + Sync] ViaClone<N, T> [T: 'static] for ByThree<&&mut T>; value, line => line.value::<T>(value) }
    case! { [T: Clone + Send + Sync] ViaClone<N, T> [T: 'static] for ByThree<&mut &mut T>; value, line => line.value::<T>(value) }
    case! { [T: Clone + Send + Sync] ViaClone<N, T> [T: 'static] for ByTwo<&&T>; value, line => line.value::<T>(value) }
    case! { [T: Clone + Send + Sync] ViaClone<N, T> [T: 'static] for ByTwo<&mut &T>; value, line => line.value::<T>(value) }
    case! { [T: Clone + Send + Sync] ViaClone<N, T> [T: 'static] for ByOne<&T>; value, line => line.value::<T>(value) }
    case! { [T: Clone + Send + Sync] ViaClone<N, T> [T: 'static] for ByOne<&mut T>; value, line => line.value::<T>(value) }
    case! { [T: Clone + Send + Sync] ViaClone<N, T> [T: 'static] for ByClone<T>; value, line => line.value::<T>(value) }
}

/// Never implemented; the unmet bound carries the diagnostic. Not public API.
#[cfg_attr(
    feature = "alloc",
    diagnostic::on_unimplemented(
        message = "a `{T}` can't be captured: it is neither plain data nor `Clone + Send + Sync + 'static`",
        label = "can't be captured",
        note = "capture what can be kept of it, under the same name: `capture!(path, name = expression)`"
    )
)]
#[cfg_attr(
    not(feature = "alloc"),
    diagnostic::on_unimplemented(
        message = "a `{T}` can't be captured: without the `alloc` feature of `anycapture` only plain data can",
        label = "can't be captured",
        note = "capture the numbers in it, under the same name: `capture!(path, name = expression)`"
    )
)]
pub trait Capturable<T: ?Sized, N> {}

/// The cases of a capture, for lookup. Not public API.
pub mod any {
    pub use super::{Via, ViaClone, ViaPlain, ViaRefused};
}
