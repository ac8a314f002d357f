//! Which way a value goes in, by its type.
//!
//! Stable Rust has no specialisation, but method lookup prefers a receiver with more references. A [`Probe`] around
//! the value's reference has one trait for each case, implemented on a type with one reference more for a case that is
//! preferred. The bounds in scope count, so this works in generic code too. Two cases may have the same number of
//! references if no type belongs to both.
//!
//! Lookup knows no lifetimes: `&'a T` seems to be `'static` to it. So references are followed before a value is taken
//! to be owned. The test module `kinds` holds a value of every case.

// What is reachable here is hidden: it is named by expansions only.
#![allow(missing_docs)]

use core::ops::Deref;

#[cfg(feature = "capture")]
use super::callsite::Callsite;
use super::element::Plain;
use super::kind::{Held, Line, Numbers, Sequence};
#[cfg(feature = "alloc")]
use super::kind::{HeldReference, Items, Texts};
use super::note::Note;
#[cfg(not(feature = "capture"))]
use super::off::Callsite;

/// The value of a capture. Not public API.
pub struct Probe<'a, T: ?Sized>(pub &'a T);

impl<T: ?Sized> Copy for Probe<'_, T> {}

impl<T: ?Sized> Clone for Probe<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

/// What stands for a name in a list, so that errors point there: they point at the argument of the type that a bound
/// speaks of. Not public API.
pub struct Listed;

/// Declares a case: a trait, and what it does for the types that it looks through. A bound that holds a
/// lifetime stands on the method, where errors quote it, and not on the `impl`, where lookup would not see it.
///
/// What a closure holds, and what later lines say of a type, rustc knows after lookup only. What it then says is of the
/// value, and not of something within: this is what `do_not_recommend` is for.
macro_rules! case {
    ($(#[$doc:meta])* $name:ident $(<T: $sealed:ident>)?, $value:ident, $line:ident
     $(where $owner:ty: $lifetime:lifetime)?;
     $(impl[$($generics:tt)*] $probe:ty $(where [$($bound:tt)+])? => $body:expr);+) => {
        $(#[$doc])*
        pub trait $name<N, T: ?Sized> {
            fn __anycapture_record(self, site: &'static Callsite, key: &'static &'static str, note: &Note<'_>, name: N)
            where
                $(T: $sealed,)?
                $($owner: $lifetime)?;
        }
        case!(@impls $name $value $line [$(T: $sealed,)? $($owner: $lifetime)?]
            $([$($generics)*] [$probe] [$($($bound)+)?] [$body])+);
    };
    (@impls $name:ident $value:ident $line:ident $lifetime:tt
     $([$($generics:tt)*] [$probe:ty] $bound:tt [$body:expr])+) => {
        $(case!(@impl $name $value $line $lifetime [$($generics)*] [$probe] $bound [$body]);)+
    };
    (@impl $name:ident $value:ident $line:ident [$($lifetime:tt)*]
     [$($generics:tt)*] [$probe:ty] [$($bound:tt)*] [$body:expr]) => {
        #[diagnostic::do_not_recommend]
        impl<N, $($generics)*> $name<N, T> for $probe where $($bound)* {
            #[inline(always)]
            fn __anycapture_record(self, site: &'static Callsite, key: &'static &'static str, note: &Note<'_>, _: N)
            where
                $($lifetime)*
            {
                let ($value, $line) = (self.0, Line { site, key, note });
                $body;
            }
        }
    };
}

/// The cases of numbers that a value leads to, as plain data, as `f32`s, and as `f64`s without loss, each preferred to the
/// next. `$found` is an `Option` of a reference to them.
macro_rules! numbers {
    ($(#[$doc:meta])* $target:ty, [$($generics:tt)*] [$($bound:tt)*] $value:ident => $found:expr;
     $plain:ident $first:ty, $f32:ident $f32s:ident $second:ty, $f64:ident $f64s:ident $third:ty) => {
        numbers!(@case [$(#[$doc])*] $plain [$($generics)*] $first [$($bound)* $target: Plain]
            $value line [$found] number => line.plain(number));
        numbers!(@case [$(#[$doc])*] $f32 [$($generics)*] $second [$($bound)* $target: Copy + Into<f32>]
            $value line [$found] number => line.number::<f32>((*number).into()));
        numbers!(@case [$(#[$doc])*] $f32s [$($generics)*] $second [$($bound)* $target: Numbers<f32>]
            $value line [$found] numbers => numbers.hand_over(line));
        numbers!(@case [$(#[$doc])*] $f64 [$($generics)*] $third [$($bound)* $target: Copy + Into<f64>]
            $value line [$found] number => line.number::<f64>((*number).into()));
        numbers!(@case [$(#[$doc])*] $f64s [$($generics)*] $third [$($bound)* $target: Numbers<f64>]
            $value line [$found] numbers => numbers.hand_over(line));
    };
    (@case [$(#[$doc:meta])*] $name:ident $generics:tt $probe:ty [$($bound:tt)*]
     $value:ident $line:ident [$found:expr] $it:ident => $body:expr) => {
        case! {
            $(#[$doc])*
            $name, $value, $line;
            impl $generics $probe where [$($bound)*] => match $found {
                Some($it) => $body,
                None => $line.absent(),
            }
        }
    };
}

case! {
    /// Plain data, behind any number of references: taken for it, too, if its type is not known yet.
    #[diagnostic::on_unimplemented(
        message = "a `{T}` is not plain data, but its type is known from later lines only",
        label = "captured here",
        note = "give the variable its type where it is bound, or leave it out: `#[capture(*, !name)]`"
    )]
    ViaPlain, value, line;
    impl[T: Plain + ?Sized] &&&&&&&&&&&&&&&&&&&&Probe<'_, T> => line.plain(value)
}

case! {
    /// What [`each`](crate::each) gives.
    ViaEach, value, line;
    impl[T: Sequence] &&&&&&&&&&&&&&&&&&&Probe<'_, T> => value.take_all(line)
}

case! {
    /// A number that is an `f32` without loss.
    ViaF32, value, line;
    impl[T: Copy + Into<f32>] &&&&&&&&&&&&&&&&&&&Probe<'_, T> => line.number::<f32>((*value).into())
}

case! {
    /// A slice of such numbers.
    ViaF32s, value, line;
    impl[T: Numbers<f32> + ?Sized] &&&&&&&&&&&&&&&&&&&Probe<'_, T> => value.hand_over(line)
}

case! {
    /// A number that is an `f64` without loss.
    ViaF64, value, line;
    impl[T: Copy + Into<f64>] &&&&&&&&&&&&&&&&&&Probe<'_, T> => line.number::<f64>((*value).into())
}

case! {
    /// A slice of such numbers.
    ViaF64s, value, line;
    impl[T: Numbers<f64> + ?Sized] &&&&&&&&&&&&&&&&&&Probe<'_, T> => value.hand_over(line)
}

#[cfg(feature = "alloc")]
case! {
    /// Text, kept as a `String`.
    ViaText, value, line;
    impl[T: AsRef<str> + ?Sized] &&&&&&&&&&&&&&&&&Probe<'_, T> => line.text(value.as_ref())
}

#[cfg(feature = "alloc")]
case! {
    /// A slice of texts, kept as a `Vec<String>`.
    ViaTexts, value, line;
    impl[T: Texts + ?Sized] &&&&&&&&&&&&&&&&&Probe<'_, T> => line.made(|| value.texts())
}

// What dereferences, from here on, and what is in an `Option` or a `Result`, further down, share levels: no type is both.

numbers! {
    /// What a value dereferences to: a smart pointer, a guard, a small vector, a reference.
    T::Target, [T: Deref + ?Sized] [] value => Some(&**value);
    ViaDeref &&&&&&&&&&&&&&&&Probe<'_, T>, ViaDerefF32 ViaDerefF32s &&&&&&&&&&&&&&&Probe<'_, T>, ViaDerefF64 ViaDerefF64s &&&&&&&&&&&&&&Probe<'_, T>
}

numbers! {
    /// The same behind a reference, a guard or a smart pointer.
    <T::Target as Deref>::Target, [T: Deref + ?Sized] [T::Target: Deref,] value => Some(&***value);
    ViaDeref2 &&&&&&&&&&&&&Probe<'_, T>, ViaDeref2F32 ViaDeref2F32s &&&&&&&&&&&&Probe<'_, T>, ViaDeref2F64 ViaDeref2F64s &&&&&&&&&&&Probe<'_, T>
}

numbers! {
    /// The same behind two of them.
    <<T::Target as Deref>::Target as Deref>::Target,
    [T: Deref + ?Sized] [T::Target: Deref, <T::Target as Deref>::Target: Deref,] value => Some(&****value);
    ViaDeref3 &&&&&&&&&&Probe<'_, T>, ViaDeref3F32 ViaDeref3F32s &&&&&&&&&Probe<'_, T>, ViaDeref3F64 ViaDeref3F64s &&&&&&&&Probe<'_, T>
}

#[cfg(feature = "alloc")]
case! {
    /// Text behind a smart pointer or a guard.
    ViaDerefText, value, line;
    impl[T: Deref + ?Sized] &&&&&&&Probe<'_, T> where [T::Target: AsRef<str>] => line.text((**value).as_ref())
}

numbers! {
    /// What is in an `Option` or a `Result`.
    T::Item, [T: Held + ?Sized] [] value => value.held();
    ViaHeld &&&&&&&&&&&&&&&&&Probe<'_, T>, ViaHeldF32 ViaHeldF32s &&&&&&&&&&&&&&&&Probe<'_, T>, ViaHeldF64 ViaHeldF64s &&&&&&&&&&&&&&&Probe<'_, T>
}

numbers! {
    /// What that dereferences to.
    <T::Item as Deref>::Target, [T: Held + ?Sized] [T::Item: Deref,] value => value.held().map(|held| &**held);
    ViaHeldDeref &&&&&&&&&&&&&&Probe<'_, T>,
    ViaHeldDerefF32 ViaHeldDerefF32s &&&&&&&&&&&&&Probe<'_, T>, ViaHeldDerefF64 ViaHeldDerefF64s &&&&&&&&&&&&Probe<'_, T>
}

numbers! {
    /// The same behind a reference, a guard or a smart pointer.
    <<T::Item as Deref>::Target as Deref>::Target,
    [T: Held + ?Sized] [T::Item: Deref, <T::Item as Deref>::Target: Deref,]
    value => value.held().map(|held| &***held);
    ViaHeldDeref2 &&&&&&&&&&&Probe<'_, T>,
    ViaHeldDeref2F32 ViaHeldDeref2F32s &&&&&&&&&&Probe<'_, T>, ViaHeldDeref2F64 ViaHeldDeref2F64s &&&&&&&&&Probe<'_, T>
}

#[cfg(feature = "alloc")]
case! {
    /// Text in an `Option` or a `Result`.
    ViaHeldText, value, line;
    impl[T: Held + ?Sized] &&&&&&&&&Probe<'_, T> where [T::Item: AsRef<str>] => match value.held() {
        Some(text) => line.text(text.as_ref()),
        None => line.absent(),
    }
}

#[cfg(feature = "alloc")]
case! {
    /// A slice of texts in an `Option` or a `Result`.
    ViaHeldTexts, value, line;
    impl[T: Held + ?Sized] &&&&&&&&&Probe<'_, T> where [T::Item: Texts] => match value.held() {
        Some(texts) => line.made(|| texts.texts()),
        None => line.absent(),
    }
}

#[cfg(feature = "alloc")]
case! {
    /// A reference to a value that can be cloned, in an `Option` or a `Result`.
    ViaHeldReference<T: HeldReference>, value, line where
        T::Item: 'static; // what is captured is kept, so it must own what it holds: of a view, capture `name = each(view.iter().copied())`
    impl[T: HeldReference + ?Sized] &&&&&&&&Probe<'_, T> where [T::Item: Clone + Send + Sync] => match value.held_reference() {
        Some(value) => line.value::<T::Item>(value),
        None => line.absent(),
    }
}

/// A reference to something that can't be captured, in an `Option` or a `Result`.
#[cfg(feature = "alloc")]
pub trait ViaRefusedHeld<T: ?Sized> {
    fn __anycapture_record<N>(
        self,
        site: &'static Callsite,
        key: &'static &'static str,
        note: &Note<'_>,
        name: N,
    ) where
        T: HeldReference,
        (): Capturable<T::Item, N>;
}

#[cfg(feature = "alloc")]
impl<T: HeldReference + ?Sized> ViaRefusedHeld<T> for &&&&&&&Probe<'_, T> {
    fn __anycapture_record<N>(
        self,
        _: &'static Callsite,
        _: &'static &'static str,
        _: &Note<'_>,
        _: N,
    ) where
        (): Capturable<T::Item, N>,
    {
    }
}

#[cfg(feature = "alloc")]
case! {
    /// A value that can be cloned, in an `Option` or a `Result`.
    ViaHeldClone<T: Held>, value, line where
        T::Item: 'static; // what is captured is kept, so it must own what it holds: of a view, capture `name = each(view.iter().copied())`
    impl[T: Held + ?Sized] &&&&&&Probe<'_, T> where [T::Item: Clone + Send + Sync] => match value.held() {
        Some(value) => line.value::<T::Item>(value),
        None => line.absent(),
    }
}

#[cfg(feature = "alloc")]
case! {
    /// A slice of values that can be cloned, kept as a `Vec`.
    ViaItems, value, line;
    impl[T: Items + ?Sized] &&&&&&Probe<'_, T> => value.hand_over(line)
}

#[cfg(feature = "alloc")]
case! {
    /// Three references to a value that can be cloned.
    ViaThree, value, line where
        T: 'static; // what is captured is kept, so it must own what it holds: of a view, capture `name = each(view.iter().copied())`
    impl[T: Clone + Send + Sync] &&&&&Probe<'_, &&&T> => line.value::<T>(value);
    impl[T: Clone + Send + Sync] &&&&&Probe<'_, &&mut T> => line.value::<T>(value);
    impl[T: Clone + Send + Sync] &&&&&Probe<'_, &mut &mut T> => line.value::<T>(value)
}

#[cfg(feature = "alloc")]
case! {
    /// Two references to it.
    ViaTwo, value, line where
        T: 'static; // what is captured is kept, so it must own what it holds: of a view, capture `name = each(view.iter().copied())`
    impl[T: Clone + Send + Sync] &&&&Probe<'_, &&T> => line.value::<T>(value);
    impl[T: Clone + Send + Sync] &&&&Probe<'_, &mut &T> => line.value::<T>(value)
}

#[cfg(feature = "alloc")]
case! {
    /// A reference to it.
    ViaOne, value, line where
        T: 'static; // what is captured is kept, so it must own what it holds: of a view, capture `name = each(view.iter().copied())`
    impl[T: Clone + Send + Sync] &&&Probe<'_, &T> => line.value::<T>(value);
    impl[T: Clone + Send + Sync] &&&Probe<'_, &mut T> => line.value::<T>(value)
}

/// A reference to something that can't be captured: it must not be taken for an owned value that is `Clone`.
pub trait ViaRefusedReference<T: ?Sized> {
    fn __anycapture_record<N>(
        self,
        site: &'static Callsite,
        key: &'static &'static str,
        note: &Note<'_>,
        name: N,
    ) where
        (): Capturable<T, N>;
}

impl<T: ?Sized> ViaRefusedReference<T> for &&Probe<'_, &T> {
    fn __anycapture_record<N>(
        self,
        _: &'static Callsite,
        _: &'static &'static str,
        _: &Note<'_>,
        _: N,
    ) where
        (): Capturable<T, N>,
    {
    }
}

#[cfg(feature = "alloc")]
case! {
    /// Any other value that can be cloned.
    #[diagnostic::on_unimplemented(
        message = "a `{T}` can't be captured: it is neither plain data nor `Clone + Send + Sync + 'static`",
        label = "can't be captured",
        note = "capture what can be kept of it, under the same name: `capture!(path, name = expression)`"
    )]
    ViaClone, value, line where
        T: 'static; // what is captured is kept, so it must own what it holds: of a view, capture `name = each(view.iter().copied())`
    impl[T: Clone + Send + Sync] &Probe<'_, T> => line.value::<T>(value)
}

/// The rest, which is an error.
pub trait ViaRefused<T: ?Sized> {
    fn __anycapture_record<N>(
        self,
        site: &'static Callsite,
        key: &'static &'static str,
        note: &Note<'_>,
        name: N,
    ) where
        (): Capturable<T, N>;
}

impl<T: ?Sized> ViaRefused<T> for Probe<'_, T> {
    fn __anycapture_record<N>(
        self,
        _: &'static Callsite,
        _: &'static &'static str,
        _: &Note<'_>,
        _: N,
    ) where
        (): Capturable<T, N>,
    {
    }
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

/// The rest of what `*` meets: not numbers, nor text. It is counted.
pub trait PassOver<T: ?Sized> {
    #[inline(always)]
    fn __anycapture_record<N>(
        self,
        site: &'static Callsite,
        key: &'static &'static str,
        _: &Note<'_>,
        _: N,
    ) where
        Self: Sized,
    {
        site.pass_over(key, core::any::type_name::<T>());
    }
}

impl<T: ?Sized> PassOver<T> for Probe<'_, T> {}

/// The cases of a capture. Not public API.
pub mod any {
    #[cfg(feature = "alloc")]
    pub use super::{
        ViaClone, ViaHeldClone, ViaHeldReference, ViaItems, ViaOne, ViaRefusedHeld, ViaThree,
        ViaTwo,
    };
    pub use super::{ViaRefused, ViaRefusedReference, numbers::*};
}

/// The cases of a capture that passes over what has no numbers and is not text. Not public API.
pub mod optional {
    pub use super::{PassOver, numbers::*};
}

mod numbers {
    pub use super::{
        ViaDeref, ViaDeref2, ViaDeref2F32, ViaDeref2F32s, ViaDeref2F64, ViaDeref2F64s, ViaDeref3,
        ViaDeref3F32, ViaDeref3F32s, ViaDeref3F64, ViaDeref3F64s, ViaDerefF32, ViaDerefF32s,
        ViaDerefF64, ViaDerefF64s,
    };
    #[cfg(feature = "alloc")]
    pub use super::{ViaDerefText, ViaHeldText, ViaHeldTexts, ViaText, ViaTexts};
    pub use super::{ViaEach, ViaF32, ViaF32s, ViaF64, ViaF64s, ViaPlain};
    pub use super::{
        ViaHeld, ViaHeldDeref, ViaHeldDeref2, ViaHeldDeref2F32, ViaHeldDeref2F32s,
        ViaHeldDeref2F64, ViaHeldDeref2F64s, ViaHeldDerefF32, ViaHeldDerefF32s, ViaHeldDerefF64,
        ViaHeldDerefF64s, ViaHeldF32, ViaHeldF32s, ViaHeldF64, ViaHeldF64s,
    };
}
