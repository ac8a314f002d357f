//! The store with the feature off: the same names, with empty functions.
//!
//! The macros expand to the same calls with the feature on and off, so that a line is type-checked in both cases.
//! `tests/machine_code.rs` checks that the machine code is the same as without the line.

#[cfg(feature = "alloc")]
use core::any::Any;

use super::element::Plain;
use super::note::Note;
use super::options::Options;
use super::source::Source;
use super::value::{Shown, Value};

pub(crate) use super::export::nothing as export;

/// A capture line. Not public API.
pub struct Callsite(());

#[allow(missing_docs, clippy::unused_self)] // as with recording
impl Callsite {
    /// A line that was not hit.
    pub const NEW: Callsite = Callsite::new();

    /// The same.
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Callsite {
        Callsite(())
    }

    pub fn record<V: Plain + ?Sized>(&'static self, _: &'static &'static str, _: &V, _: &Note<'_>) {
    }

    pub fn record_source<S: Source>(
        &'static self,
        _: &'static &'static str,
        _: S,
        _: Option<&[usize]>,
        _: &Note<'_>,
    ) {
    }

    pub fn record_absent(&'static self, _: &'static &'static str) {}

    pub fn pass_over(&'static self, _: &'static &'static str, _: &'static str) {}

    #[cfg(feature = "alloc")]
    pub fn record_text(&'static self, _: &'static &'static str, _: &str, _: &Note<'_>) {}

    #[cfg(feature = "alloc")]
    pub fn record_made<T: Any + Send + Sync>(
        &'static self,
        _: &'static &'static str,
        _: &Note<'_>,
        _: impl FnOnce() -> Option<T>,
    ) {
    }

    #[cfg(feature = "alloc")]
    pub fn record_items<T: Clone + Any + Send + Sync>(
        &'static self,
        _: &'static &'static str,
        _: &[T],
        _: &Note<'_>,
    ) {
    }

    #[cfg(feature = "alloc")]
    pub fn record_value<T: Clone + Any + Send + Sync>(
        &'static self,
        _: &'static &'static str,
        _: &T,
        _: &Note<'_>,
    ) {
    }
}

/// The hits of a line with `every`. Not public API.
pub struct Hits(());

impl Hits {
    /// No hits.
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Hits {
        Hits(())
    }

    /// Whether this is the first of `every` hits.
    pub fn nth(&self, _: usize) -> bool {
        false
    }
}

#[inline(always)]
pub(crate) const fn is_active() -> bool {
    false
}

pub(crate) fn activate() {}

pub(crate) fn activate_with(_: Options) {}

pub(crate) fn deactivate() {}

pub(crate) fn set_size(_: usize) {}

pub(crate) fn clear() {}

pub(crate) fn reset() {}

#[allow(clippy::unnecessary_wraps)] // as with recording
pub(crate) fn set_memory(_: &'static mut [u8]) -> Result<(), &'static mut [u8]> {
    Ok(())
}

pub(crate) fn visit(_: impl FnMut(&Value<'_>)) -> Shown {
    Shown::default()
}

#[allow(clippy::unnecessary_wraps)] // as with recording
pub(crate) fn drain<E>(_: impl FnMut(&Value<'_>) -> Result<(), E>) -> Result<(), E> {
    Ok(())
}

/// This thread's own store: see [`scope`](crate::scope).
#[cfg(feature = "std")]
#[derive(Debug)]
#[must_use = "the scope ends as soon as this is dropped"]
pub struct Scope(());

#[cfg(feature = "std")]
impl Scope {
    pub(crate) fn begin() -> Scope {
        Scope(())
    }

    /// Returns a handle with which other threads record into this scope and read it, with the feature on.
    pub fn handle(&self) -> Handle {
        Handle(())
    }
}

/// Lets other threads join a scope: see [`Scope::handle`].
#[cfg(feature = "std")]
#[derive(Clone, Debug, Default)]
pub struct Handle(());

#[cfg(feature = "std")]
impl Handle {
    /// Creates a scope that no thread has entered yet.
    pub fn new() -> Handle {
        Handle(())
    }

    /// Puts this thread into the scope until the result is dropped.
    pub fn enter(&self) -> Entered {
        Entered(core::marker::PhantomData)
    }

    /// Returns `future`.
    pub fn in_future<F: core::future::Future>(
        &self,
        future: F,
    ) -> impl core::future::Future<Output = F::Output> + use<F> {
        future
    }
}

/// Keeps this thread in a scope until it is dropped: see [`Handle::enter`].
#[cfg(feature = "std")]
#[derive(Debug)]
#[must_use = "the thread leaves the scope as soon as this is dropped"]
pub struct Entered(core::marker::PhantomData<*const ()>);
