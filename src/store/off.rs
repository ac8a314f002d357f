//! The store when nothing is recorded: the same names, and nothing behind them.

#[cfg(feature = "alloc")]
use super::cache::Cache;
use super::element::Plain;
use super::entry::Entry;
use super::options::Options;
use super::probe::Note;
use super::{Facts, KeyFacts, Walk};

/// The place of a capture line. Not public API.
pub struct Site(());

impl Site {
    /// A site that was not hit.
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Site {
        Site(())
    }
}

/// A capture line. Not public API.
pub struct Line(());

impl Line {
    /// The line that keeps the values of a key.
    pub const fn new(_: &'static str, _: &'static Site) -> Line {
        Line(())
    }

    /// Keeps a copy of plain data.
    pub fn record<V: Plain + ?Sized>(&'static self, _: &V, _: &Note<'_>) {}

    /// Keeps a value of any type.
    #[cfg(feature = "alloc")]
    pub fn record_with<T: Clone + Send + 'static>(
        &'static self,
        _: &Note<'_>,
        _: impl FnOnce() -> T,
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

    /// Whether this is the first of so many hits.
    pub fn nth(&self, _: usize) -> bool {
        false
    }
}

#[inline(always)]
pub const fn is_active() -> bool {
    false
}

pub const fn region_size(_: usize, _: usize, _: &[usize], _: bool) -> usize {
    0
}

pub fn activate() {}

pub fn activate_with(_: Options) {}

pub fn deactivate() {}

pub fn set_size(_: usize) {}

pub fn clear() {}

pub fn walk(_: impl FnMut(&Entry<'_>)) {}

pub fn walk_quickly(_: &mut dyn FnMut(&Entry<'_>)) {}

pub fn hold(f: &mut dyn FnMut(Walk<'_>)) {
    f(&|_| {});
}

#[cfg(feature = "alloc")]
pub fn take() -> Cache {
    Cache::default()
}

pub fn facts() -> Option<Facts> {
    None
}

pub fn each_key(_: &mut dyn FnMut(&KeyFacts)) {}
