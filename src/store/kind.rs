//! How a line records a value once its kind is known, and the traits that look through references.
//!
//! Method lookup in [`probe`](super::probe) picks a case; the case calls one method of [`Line`]. The traits here resolve a value to
//! numbers, texts or items. They are implemented for references too, so a case need not count them.

// All items here are hidden from the documentation: only expansions name them.
#![allow(missing_docs)]

#[cfg(feature = "alloc")]
use alloc::{string::String, vec::Vec};
use core::{cell::Cell, ops::Deref};

#[cfg(feature = "capture")]
use super::callsite::Callsite;
use super::element::{Element, Fixed, Plain};
use super::note::Note;
#[cfg(not(feature = "capture"))]
use super::off::Callsite;
use super::source::Elements;

/// A line: its `static`, its key, its shape and options.
#[derive(Clone, Copy)]
pub struct Line<'a> {
    pub(crate) site: &'static Callsite,
    pub(crate) key: &'static &'static str,
    pub(crate) note: &'a Note<'a>,
}

impl<'a> Line<'a> {
    #[inline(always)]
    pub(crate) fn new(
        site: &'static Callsite,
        key: &'static &'static str,
        note: Option<&'a Note<'a>>,
    ) -> Line<'a> {
        Line { site, key, note: note.unwrap_or(&Note::NONE) }
    }

    /// The value inside an `Option` or a `Result`.
    #[inline(always)]
    pub(crate) fn held<T: ?Sized>(self, value: Option<&T>, record: impl FnOnce(&T)) {
        match value {
            Some(value) => record(value),
            None => self.site.record_absent(self.key),
        }
    }

    /// Plain data. A scalar or a small array is copied first, so that the variable may stay in registers.
    #[inline(always)]
    pub(crate) fn plain<V: Plain + ?Sized>(self, value: &V) {
        value.hand_over(|value| self.site.record(self.key, value, self.note));
    }

    /// Numbers that are converted one by one.
    #[inline(always)]
    pub(crate) fn numbers<E: Element>(self, numbers: impl ExactSizeIterator<Item = E>) {
        self.site.record_source(self.key, Elements::new(numbers), None, self.note);
    }

    #[inline(always)]
    pub(crate) fn number<E: Element>(self, number: E) {
        self.site.record(self.key, &number, self.note);
    }

    #[cfg(feature = "alloc")]
    #[inline(always)]
    pub(crate) fn text(self, text: &str) {
        self.site.record_text(self.key, text, self.note);
    }

    /// A value made from the line's variable, only if the key is recorded; `None` if there is no memory.
    #[cfg(feature = "alloc")]
    #[inline(always)]
    pub(crate) fn made<T: Send + Sync + 'static>(self, make: impl FnOnce() -> Option<T>) {
        self.site.record_made(self.key, self.note, make);
    }

    #[cfg(feature = "alloc")]
    #[inline(always)]
    pub(crate) fn items<T: Clone + Send + Sync + 'static>(self, items: &[T]) {
        self.site.record_items(self.key, items, self.note);
    }

    /// Any other value: converted, or cloned.
    #[cfg(feature = "alloc")]
    #[inline(always)]
    pub(crate) fn value<T: Clone + Send + Sync + 'static>(self, value: &T) {
        self.site.record_value(self.key, value, self.note);
    }
}

/// The note of a line, with a shape added.
#[inline(always)]
pub fn shaped<'a>(shape: &'a [usize], note: Option<&Note<'a>>) -> Note<'a> {
    Note { shape: Some(shape), ..*note.unwrap_or(&Note::NONE) }
}

/// Marker types for the cases that share a level of the lookup, and for the ways from a value to its numbers. rustc infers them.
pub(crate) mod way {
    pub struct Number;
    pub struct Slice;
    pub struct Array;
    pub struct Each;
    #[cfg(feature = "alloc")]
    pub struct Text;
    #[cfg(feature = "alloc")]
    pub struct Texts;
    #[cfg(feature = "alloc")]
    pub struct Items;
    #[cfg(feature = "alloc")]
    pub struct Target;
    /// Through `Deref`, then `Way`.
    pub struct Through<Way>(Way);
    /// Through an `Option` or a `Result`, then `Way`.
    pub struct Inside<Way>(Way);
}

/// The end type of a value that resolves to plain data.
pub struct AsIs;

/// The end type of a value that resolves to numbers that convert to `E` without loss.
pub struct Lossless<E>(E);

/// Resolves a value to numbers through `Deref`, `Option` and `Result`. The chain is unique, because no end type implements
/// `Deref`.
pub trait Resolve<End, Way> {
    fn follow(&self, line: Line<'_>);
}

impl<T: Fixed + Plain> Resolve<AsIs, way::Number> for T {
    #[inline(always)]
    fn follow(&self, line: Line<'_>) {
        line.plain(self);
    }
}

impl<T: Fixed> Resolve<AsIs, way::Slice> for [T] {
    #[inline(always)]
    fn follow(&self, line: Line<'_>) {
        line.plain(self);
    }
}

impl<E: Element, T: Copy + Into<E>> Resolve<Lossless<E>, way::Number> for T {
    #[inline(always)]
    fn follow(&self, line: Line<'_>) {
        line.number::<E>((*self).into());
    }
}

impl<E: Element, T: Copy + Into<E>> Resolve<Lossless<E>, way::Slice> for [T] {
    #[inline(always)]
    fn follow(&self, line: Line<'_>) {
        line.numbers(self.iter().map(|&number| number.into()));
    }
}

impl<E: Element, T: Copy + Into<E>, const N: usize> Resolve<Lossless<E>, way::Array> for [T; N] {
    #[inline(always)]
    fn follow(&self, line: Line<'_>) {
        self[..].follow(line);
    }
}

impl<End, Way, T: Deref + ?Sized> Resolve<End, way::Through<Way>> for T
where
    T::Target: Resolve<End, Way>,
{
    #[inline(always)]
    fn follow(&self, line: Line<'_>) {
        (**self).follow(line);
    }
}

impl<End, Way, T: Resolve<End, Way>> Resolve<End, way::Inside<Way>> for Option<T> {
    #[inline(always)]
    fn follow(&self, line: Line<'_>) {
        line.held(self.as_ref(), |value| value.follow(line));
    }
}

impl<End, Way, T: Resolve<End, Way>, E> Resolve<End, way::Inside<Way>> for Result<T, E> {
    #[inline(always)]
    fn follow(&self, line: Line<'_>) {
        line.held(self.as_ref().ok(), |value| value.follow(line));
    }
}

/// An `Option` or a `Result`, through references.
#[cfg(feature = "alloc")]
pub trait Held {
    type Item;
    fn held(&self) -> Option<&Self::Item>;
}

#[cfg(feature = "alloc")]
impl<T> Held for Option<T> {
    type Item = T;

    #[inline(always)]
    fn held(&self) -> Option<&T> {
        self.as_ref()
    }
}

#[cfg(feature = "alloc")]
impl<T, E> Held for Result<T, E> {
    type Item = T;

    #[inline(always)]
    fn held(&self) -> Option<&T> {
        self.as_ref().ok()
    }
}

/// An `Option` or a `Result` of a reference, through references.
#[cfg(feature = "alloc")]
pub trait HeldReference {
    type Item: ?Sized;
    fn held_reference(&self) -> Option<&Self::Item>;
}

#[cfg(feature = "alloc")]
impl<T: ?Sized> HeldReference for Option<&T> {
    type Item = T;

    #[inline(always)]
    fn held_reference(&self) -> Option<&T> {
        *self
    }
}

#[cfg(feature = "alloc")]
impl<T: ?Sized, E> HeldReference for Result<&T, E> {
    type Item = T;

    #[inline(always)]
    fn held_reference(&self) -> Option<&T> {
        self.as_ref().ok().copied()
    }
}

/// A slice of cloneable values, through references.
#[cfg(feature = "alloc")]
pub trait Items {
    fn hand_over(&self, line: Line<'_>);
}

#[cfg(feature = "alloc")]
impl<T: Clone + Send + Sync + 'static> Items for [T] {
    #[inline(always)]
    fn hand_over(&self, line: Line<'_>) {
        line.items(self);
    }
}

/// A slice of texts, through references.
#[cfg(feature = "alloc")]
pub trait Texts {
    /// Copies of the texts; `None` if there is no memory.
    fn texts(&self) -> Option<Vec<String>>;
}

#[cfg(feature = "alloc")]
impl<T: AsRef<str>> Texts for [T] {
    fn texts(&self) -> Option<Vec<String>> {
        let mut copies = Vec::new();
        copies.try_reserve_exact(self.len()).ok()?;
        for text in self {
            let (text, mut copy) = (text.as_ref(), String::new());
            copy.try_reserve_exact(text.len()).ok()?;
            copy.push_str(text);
            copies.push(copy);
        }
        Some(copies)
    }
}

#[cfg(feature = "alloc")]
impl<T: AsRef<str>, const N: usize> Texts for [T; N] {
    fn texts(&self) -> Option<Vec<String>> {
        self[..].texts()
    }
}

#[cfg(feature = "alloc")]
impl<T: AsRef<str>> Texts for Vec<T> {
    fn texts(&self) -> Option<Vec<String>> {
        self[..].texts()
    }
}

#[cfg(feature = "alloc")]
macro_rules! behind_references {
    ($($reference:ty),+) => {$(
        impl<T: Held + ?Sized> Held for $reference {
            type Item = T::Item;

            #[inline(always)]
            fn held(&self) -> Option<&T::Item> {
                T::held(self)
            }
        }

        impl<T: HeldReference + ?Sized> HeldReference for $reference {
            type Item = T::Item;

            #[inline(always)]
            fn held_reference(&self) -> Option<&T::Item> {
                T::held_reference(self)
            }
        }

        impl<T: Items + ?Sized> Items for $reference {
            #[inline(always)]
            fn hand_over(&self, line: Line<'_>) {
                T::hand_over(self, line);
            }
        }

        impl<T: Texts + ?Sized> Texts for $reference {
            fn texts(&self) -> Option<Vec<String>> {
                T::texts(self)
            }
        }
    )+};
}

#[cfg(feature = "alloc")]
behind_references!(&T, &mut T);

/// The elements of an iterator, as a value of a line: see [`each`].
pub struct Each<I>(Cell<Option<I>>);

/// The type returned by [`each`].
pub trait Sequence {
    fn take_all(&self, line: Line<'_>);
}

impl<E: Element, I: ExactSizeIterator<Item = E>> Sequence for Each<I> {
    #[inline(always)]
    fn take_all(&self, line: Line<'_>) {
        if let Some(iterator) = self.0.take() {
            line.numbers(iterator);
        }
    }
}

/// Captures the elements of an iterator one by one, without a buffer in between: a strided view, a column-major matrix in
/// row-major order, values that are scaled or dequantised on the way.
///
/// The iterator runs only while recording, and its length is read once. If it then yields fewer elements, the value is kept flat
/// and the mismatch is counted.
///
/// # Examples
///
/// A matrix stored column by column, such as nalgebra's, captured row by row:
///
/// ```
/// use anycapture::{capture, each};
///
/// let _session = anycapture::session();
/// let (rows, columns, data) = (2, 3, [0.0_f32, 3.0, 1.0, 4.0, 2.0, 5.0]);
/// let in_rows = (0..rows * columns).map(|nth| data[nth % columns * rows + nth / columns]);
/// capture!(forward, m[rows, columns] = each(in_rows));
/// # if !anycapture::ENABLED { return }
/// let cache = anycapture::cache();
/// assert_eq!(cache["forward.m"][0].as_slice::<f32>(), Some(&[0.0, 1.0, 2.0, 3.0, 4.0, 5.0][..]));
/// ```
pub fn each<I>(elements: I) -> Each<I::IntoIter>
where
    I: IntoIterator,
    I::IntoIter: ExactSizeIterator,
    I::Item: Element,
{
    Each(Cell::new(Some(elements.into_iter())))
}
