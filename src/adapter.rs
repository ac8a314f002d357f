//! What expansions ask for, on top of the store as it is.

#![allow(missing_docs)]

use crate::store::probe::{self, Integer};
use crate::store::{Line, Site};

/// The site of a capture line.
#[cfg(feature = "capture")]
pub struct Callsite(Site, spin::Once<Line>);

#[cfg(not(feature = "capture"))]
pub struct Callsite(Site, Line);

impl Callsite {
    #[allow(clippy::new_without_default)]
    #[cfg(feature = "capture")]
    pub const fn new() -> Callsite {
        Callsite(Site::new(), spin::Once::new())
    }

    #[allow(clippy::new_without_default)]
    #[cfg(not(feature = "capture"))]
    pub const fn new() -> Callsite {
        static SITE: Site = Site::new();
        Callsite(Site::new(), Line::new("", &SITE))
    }

    #[cfg(feature = "capture")]
    #[cold]
    pub fn line(&'static self, key: &'static &'static str) -> &'static Line {
        self.1.call_once(|| Line::new(stripped(key), &self.0))
    }

    #[cfg(not(feature = "capture"))]
    pub fn line(&'static self, _: &'static &'static str) -> &'static Line {
        &self.1
    }
}

#[cfg(all(feature = "capture", feature = "alloc"))]
fn stripped(key: &'static str) -> &'static str {
    if !key.contains("r#") {
        return key;
    }
    let parts: alloc::vec::Vec<_> =
        key.split('.').map(|part| part.strip_prefix("r#").unwrap_or(part)).collect();
    alloc::string::String::leak(parts.join("."))
}

#[cfg(all(feature = "capture", not(feature = "alloc")))]
fn stripped(key: &'static str) -> &'static str {
    key
}

#[derive(Clone, Copy)]
pub struct Note<'a> {
    pub shape: Option<&'a [usize]>,
    pub indices: &'a [i64],
    pub keep: usize,
    pub room: usize,
    pub on: bool,
}

impl<'a> Note<'a> {
    pub const NONE: Note<'static> =
        Note { shape: None, indices: &[], keep: 0, room: 0, on: false };

    pub fn old(&self) -> probe::Note<'a> {
        probe::Note { shape: self.shape, index: self.indices.first().map(|index| *index as u64) }
    }
}

pub struct IndexList([i64; 4], usize);

impl IndexList {
    pub fn as_slice(&self) -> &[i64] {
        &self.0[..self.1]
    }
}

#[diagnostic::on_unimplemented(
    message = "`index` takes an integer, or up to four in parentheses, not a `{Self}`",
    label = "not an index"
)]
pub trait Indices {
    fn list(self) -> IndexList;
}

impl<T: Integer> Indices for T {
    fn list(self) -> IndexList {
        IndexList([self.to_u64() as i64, 0, 0, 0], 1)
    }
}

impl<A: Integer, B: Integer> Indices for (A, B) {
    fn list(self) -> IndexList {
        IndexList([self.0.to_u64() as i64, self.1.to_u64() as i64, 0, 0], 2)
    }
}

pub fn indices(indices: impl Indices) -> IndexList {
    indices.list()
}

pub struct DimList([usize; 8], usize);

impl DimList {
    pub fn as_slice(&self) -> &[usize] {
        &self.0[..self.1]
    }
}

pub trait Dims {
    fn list(&self) -> DimList;
}

impl<T: Integer> Dims for [T] {
    fn list(&self) -> DimList {
        let mut list = DimList([0; 8], self.len().min(8));
        for (to, from) in list.0.iter_mut().zip(self) {
            *to = from.to_usize();
        }
        list
    }
}

impl<T: Integer, const N: usize> Dims for [T; N] {
    fn list(&self) -> DimList {
        self[..].list()
    }
}

#[cfg(feature = "alloc")]
impl<T: Integer> Dims for alloc::vec::Vec<T> {
    fn list(&self) -> DimList {
        self[..].list()
    }
}

impl<T: Dims + ?Sized> Dims for &T {
    fn list(&self) -> DimList {
        T::list(self)
    }
}

pub fn dims<T: Dims + ?Sized>(dims: &T) -> DimList {
    dims.list()
}
