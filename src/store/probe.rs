//! Which way a value goes in, by its type.
//!
//! Stable Rust has no specialisation, but method lookup prefers a receiver with more references. A
//! [`Probe`] around the value's reference has one trait for each case, implemented on a type with one
//! reference more for a case that is preferred. The bounds in scope count, so this works in generic code too.
//!
//! Lookup knows no lifetimes: `&'a T` seems to be `'static` to it. So references are followed before a
//! value is taken to be owned. The test module `kinds` holds a value of every case.

// What is reachable here is hidden: it is named by expansions only.
#![allow(missing_docs)]

#[cfg(feature = "alloc")]
use alloc::{borrow::Cow, string::String, vec::Vec};

use super::Line;
use super::element::Plain;

/// The value of a capture. Not public API.
pub struct Probe<'a, T: ?Sized>(pub &'a T);

impl<T: ?Sized> Copy for Probe<'_, T> {}

impl<T: ?Sized> Clone for Probe<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

/// What a line says beside its value. Not public API.
#[derive(Clone, Copy)]
pub struct Note<'a> {
    pub shape: Option<&'a [usize]>,
    pub index: Option<u64>,
}

impl Note<'_> {
    pub const NONE: Note<'static> = Note { shape: None, index: None };
}

/// Declares a case: a trait, and what it does for the types that it looks through. A bound that holds a
/// lifetime stands on the method, where errors quote it, and not on the `impl`, where lookup would not see it.
///
/// What a closure holds, and what later lines say of a type, rustc knows after lookup only. What it then says is of the
/// value, and not of something within: this is what `do_not_recommend` is for.
macro_rules! case {
    ($(#[$doc:meta])* $name:ident, $self:ident, $line:ident, $note:ident
     $(where T: $lifetime:lifetime)?;
     $(impl[$($generics:tt)*] $probe:ty => $body:expr);+) => {
        $(#[$doc])*
        pub trait $name<N, T: ?Sized> {
            fn __anycapture_record(self, line: &'static Line, note: &Note<'_>, name: N)
            where
                $(T: $lifetime)?;
        }
        case!(@impls $name $self $line $note [$(T: $lifetime)?] $([$($generics)*] [$probe] [$body])+);
    };
    (@impls $name:ident $self:ident $line:ident $note:ident $bound:tt
     $([$($generics:tt)*] [$probe:ty] [$body:expr])+) => {
        $(case!(@impl $name $self $line $note $bound [$($generics)*] [$probe] [$body]);)+
    };
    (@impl $name:ident $self:ident $line:ident $note:ident [$($bound:tt)*]
     [$($generics:tt)*] [$probe:ty] [$body:expr]) => {
        #[diagnostic::do_not_recommend]
        impl<N, $($generics)*> $name<N, T> for $probe {
            #[inline(always)]
            fn __anycapture_record($self, $line: &'static Line, $note: &Note<'_>, _: N)
            where
                $($bound)*
            {
                $body;
            }
        }
    };
}

case! {
    /// Plain data, behind any number of references: taken for it, too, if its type is not known yet.
    #[diagnostic::on_unimplemented(
        message = "a `{T}` is no plain data, but its type is known from later lines only",
        label = "captured here",
        note = "give the variable its type where it is bound, or leave it out: `#[capture(*, !name)]`"
    )]
    ViaPlain, self, line, note;
    impl[T: Plain + ?Sized] &&&&&&&&Probe<'_, T> => self.0.hand_over(|value| line.record(value, note))
}

#[cfg(feature = "alloc")]
case! {
    /// Text, kept as a `String`.
    ViaText, self, line, note;
    impl[T: Text + ?Sized] &&&&&&&Probe<'_, T> => line.record_with(note, || String::from(self.0.text()))
}

#[cfg(feature = "alloc")]
case! {
    /// A slice of values that can be cloned, kept as a `Vec`.
    ViaItems, self, line, note;
    impl[T: Items + ?Sized] &&&&&&Probe<'_, T> => line.record_with(note, || self.0.items())
}

#[cfg(feature = "alloc")]
case! {
    /// Three references to a value that can be cloned.
    ViaThree, self, line, note where
        T: 'static; // what is captured is kept, so it must own what it holds
    impl[T: Clone + Send] &&&&&Probe<'_, &&&T> => line.record_with(note, || T::clone(self.0));
    impl[T: Clone + Send] &&&&&Probe<'_, &&mut T> => line.record_with(note, || T::clone(self.0));
    impl[T: Clone + Send] &&&&&Probe<'_, &mut &mut T> => line.record_with(note, || T::clone(self.0))
}

#[cfg(feature = "alloc")]
case! {
    /// Two references to it.
    ViaTwo, self, line, note where
        T: 'static; // what is captured is kept, so it must own what it holds
    impl[T: Clone + Send] &&&&Probe<'_, &&T> => line.record_with(note, || T::clone(self.0));
    impl[T: Clone + Send] &&&&Probe<'_, &mut &T> => line.record_with(note, || T::clone(self.0))
}

#[cfg(feature = "alloc")]
case! {
    /// A reference to it.
    ViaOne, self, line, note where
        T: 'static; // what is captured is kept, so it must own what it holds
    impl[T: Clone + Send] &&&Probe<'_, &T> => line.record_with(note, || T::clone(self.0));
    impl[T: Clone + Send] &&&Probe<'_, &mut T> => line.record_with(note, || T::clone(self.0))
}

/// A reference to something that can't be captured: it must not be taken for an owned value that is `Clone`.
pub trait ViaRefusedReference<T: ?Sized> {
    fn __anycapture_record<N>(self, line: &'static Line, note: &Note<'_>, name: N)
    where
        (): Capturable<T, N>;
}

impl<T: ?Sized> ViaRefusedReference<T> for &&Probe<'_, &T> {
    fn __anycapture_record<N>(self, _: &'static Line, _: &Note<'_>, _: N)
    where
        (): Capturable<T, N>,
    {
    }
}

#[cfg(feature = "alloc")]
case! {
    /// Any other value that can be cloned.
    #[diagnostic::on_unimplemented(
        message = "a `{T}` can't be captured: it is neither plain data nor `Clone + Send + 'static`",
        label = "can't be captured",
        note = "capture what can be kept of it, under the same name: `capture!(path, name = expression)`"
    )]
    ViaClone, self, line, note where
        T: 'static; // what is captured is kept, so it must own what it holds
    impl[T: Clone + Send] &Probe<'_, T> => line.record_with(note, || self.0.clone())
}

/// The rest, which is an error.
pub trait ViaRefused<T: ?Sized> {
    fn __anycapture_record<N>(self, line: &'static Line, note: &Note<'_>, name: N)
    where
        (): Capturable<T, N>;
}

impl<T: ?Sized> ViaRefused<T> for Probe<'_, T> {
    fn __anycapture_record<N>(self, _: &'static Line, _: &Note<'_>, _: N)
    where
        (): Capturable<T, N>,
    {
    }
}

/// What no type is: its absence carries the error that users read. Not public API.
#[cfg_attr(
    feature = "alloc",
    diagnostic::on_unimplemented(
        message = "a `{T}` can't be captured: it is neither plain data nor `Clone + Send + 'static`",
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

/// What stands for a name in a list, so that errors point there: they point at the argument of the type that a bound
/// speaks of. Not public API.
pub struct Listed;

/// Text behind references.
#[cfg(feature = "alloc")]
pub trait Text {
    fn text(&self) -> &str;
}

#[cfg(feature = "alloc")]
impl Text for str {
    fn text(&self) -> &str {
        self
    }
}

#[cfg(feature = "alloc")]
impl Text for String {
    fn text(&self) -> &str {
        self
    }
}

#[cfg(feature = "alloc")]
impl Text for Cow<'_, str> {
    fn text(&self) -> &str {
        self
    }
}

/// A slice behind references.
#[cfg(feature = "alloc")]
pub trait Items {
    type Item: Clone + Send + 'static;
    fn items(&self) -> Vec<Self::Item>;
}

#[cfg(feature = "alloc")]
impl<T: Clone + Send + 'static> Items for [T] {
    type Item = T;

    fn items(&self) -> Vec<T> {
        self.to_vec()
    }
}

#[cfg(feature = "alloc")]
macro_rules! followed {
    ($($reference:ty),+) => {$(
        impl<T: Text + ?Sized> Text for $reference {
            fn text(&self) -> &str {
                T::text(self)
            }
        }

        impl<T: Items + ?Sized> Items for $reference {
            type Item = T::Item;

            fn items(&self) -> Vec<T::Item> {
                T::items(self)
            }
        }
    )+};
}

#[cfg(feature = "alloc")]
followed!(&T, &mut T);

/// The two cases of a capture that passes over what is no plain data or text.
pub mod optional {
    use super::{Line, Note, Plain, Probe};

    /// Plain data, behind any number of references.
    pub trait ViaPlain {
        fn __anycapture_record<N>(self, line: &'static Line, note: &Note<'_>, name: N);
    }

    impl<T: Plain + ?Sized> ViaPlain for &&Probe<'_, T> {
        #[inline(always)]
        fn __anycapture_record<N>(self, line: &'static Line, note: &Note<'_>, _: N) {
            self.0.hand_over(|value| line.record(value, note));
        }
    }

    /// Text, kept as a `String`.
    #[cfg(feature = "alloc")]
    pub trait ViaText {
        fn __anycapture_record<N>(self, line: &'static Line, note: &Note<'_>, name: N);
    }

    #[cfg(feature = "alloc")]
    impl<T: super::Text + ?Sized> ViaText for &Probe<'_, T> {
        #[inline(always)]
        fn __anycapture_record<N>(self, line: &'static Line, note: &Note<'_>, _: N) {
            line.record_with(note, || super::String::from(self.0.text()));
        }
    }

    /// The rest.
    pub trait PassOver {
        #[inline(always)]
        fn __anycapture_record<N>(self, _: &'static Line, _: &Note<'_>, _: N)
        where
            Self: Sized,
        {
        }
    }

    impl<T: ?Sized> PassOver for Probe<'_, T> {}
}

/// An integer, for dimensions, indices and `every`. Not public API.
#[diagnostic::on_unimplemented(
    message = "a dimension, an `index` and `every` take an integer, not a `{Self}`",
    label = "not an integer"
)]
pub trait Integer: Copy {
    /// A negative number as its two's complement.
    fn to_u64(self) -> u64;
    /// `usize::MAX` for what is no `usize`.
    fn to_usize(self) -> usize;
}

macro_rules! integers {
    ($($type:ident)+) => {$(
        impl Integer for $type {
            #[inline(always)]
            #[allow(clippy::cast_sign_loss, clippy::cast_lossless, clippy::cast_possible_truncation)]
            fn to_u64(self) -> u64 {
                self as u64
            }

            #[inline(always)]
            fn to_usize(self) -> usize {
                usize::try_from(self).unwrap_or(usize::MAX)
            }
        }
    )+};
}

integers! { u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize }

impl<T: Integer> Integer for &T {
    #[inline(always)]
    fn to_u64(self) -> u64 {
        (*self).to_u64()
    }

    #[inline(always)]
    fn to_usize(self) -> usize {
        (*self).to_usize()
    }
}
