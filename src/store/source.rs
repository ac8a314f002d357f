//! Elements on their way into a ring: a slice, or an iterator.
//!
//! A slice is copied as one, and may be copied under a lock. An iterator runs a user's code and may yield fewer elements than it
//! announced, so it runs outside of locks, and its length is used only to reserve room.

#[cfg(feature = "alloc")]
use alloc::vec::Vec;

use super::element::Element;

/// The elements of one value, in row-major order.
pub trait Source: Sized {
    type Element: Element;

    /// The number of elements.
    fn len(&self) -> usize;

    /// The elements, if they are in memory already.
    fn as_slice(&self) -> Option<&[Self::Element]>;

    /// Copies the elements to the start of `to`, and returns their number.
    fn copy_to(self, to: &mut [Self::Element]) -> usize;

    /// The same as little-endian bytes. Returns the number of elements.
    fn write_to(self, to: &mut [u8]) -> usize;

    /// Appends up to `len` elements to a `Vec` that has room for them.
    #[cfg(feature = "alloc")]
    fn append_to(self, to: &mut Vec<Self::Element>);
}

impl<E: Element> Source for &[E] {
    type Element = E;

    fn len(&self) -> usize {
        <[E]>::len(self)
    }

    fn as_slice(&self) -> Option<&[E]> {
        Some(self)
    }

    fn copy_to(self, to: &mut [E]) -> usize {
        to.iter_mut().zip(self).map(|(to, from)| *to = *from).count()
    }

    #[inline(always)]
    fn write_to(self, to: &mut [u8]) -> usize {
        if cfg!(target_pointer_width = "64") || self.len() < GROUP {
            E::write(self, to);
        } else {
            write_groups(self, to);
        }
        self.len()
    }

    #[cfg(feature = "alloc")]
    fn append_to(self, to: &mut Vec<E>) {
        to.extend_from_slice(self);
    }
}

/// The smallest number of elements that is written in groups.
const GROUP: usize = 8;

/// Writes elements in groups of four: without vector instructions, a loop over single elements is mostly overhead.
#[inline(never)]
fn write_groups<E: Element>(elements: &[E], to: &mut [u8]) {
    let groups = elements.chunks_exact(4);
    let (rest, grouped) = (groups.remainder(), 4 * groups.len() * E::SIZE);
    for (to, group) in to.chunks_exact_mut(4 * E::SIZE).zip(groups) {
        let (low, high) = to.split_at_mut(2 * E::SIZE);
        let ((first, second), (third, fourth)) =
            (low.split_at_mut(E::SIZE), high.split_at_mut(E::SIZE));
        E::write(&group[..1], first);
        E::write(&group[1..2], second);
        E::write(&group[2..3], third);
        E::write(&group[3..4], fourth);
    }
    E::write(rest, to.get_mut(grouped..).unwrap_or_default());
}

/// An iterator, whose length may be wrong: it is read once, and no more elements than that are taken.
pub(crate) struct Elements<I> {
    iterator: I,
    length: usize,
}

impl<I: ExactSizeIterator> Elements<I> {
    pub(crate) fn new(iterator: I) -> Elements<I> {
        Elements { length: iterator.len(), iterator }
    }
}

impl<E: Element, I: Iterator<Item = E>> Source for Elements<I> {
    type Element = E;

    fn len(&self) -> usize {
        self.length
    }

    fn as_slice(&self) -> Option<&[E]> {
        None
    }

    fn copy_to(self, to: &mut [E]) -> usize {
        to.iter_mut().zip(self.iterator.take(self.length)).map(|(to, from)| *to = from).count()
    }

    fn write_to(self, to: &mut [u8]) -> usize {
        let bytes = to.chunks_exact_mut(E::SIZE);
        bytes.zip(self.iterator.take(self.length)).map(|(to, from)| E::write(&[from], to)).count()
    }

    #[cfg(feature = "alloc")]
    fn append_to(self, to: &mut Vec<E>) {
        to.extend(self.iterator.take(self.length));
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::{vec, vec::Vec};

    use super::*;

    /// On 32-bit targets, long slices are always written this way.
    #[test]
    fn elements_in_groups_are_written_as_one_after_the_other() {
        fn check<E: Element>(make: impl Fn(u8) -> E) {
            for length in 0..20 {
                let elements: Vec<E> = (0..length).map(&make).collect();
                let (mut grouped, mut single) = (vec![0; 200], vec![0; 200]);
                write_groups(&elements, &mut grouped[..elements.len() * E::SIZE]);
                E::write(&elements, &mut single);
                assert_eq!(grouped, single, "{length}");
            }
        }
        check(|n| n % 3 == 0);
        check(|n| i16::from(n) * -700);
        check(|n| f32::from(n) * 0.3);
        check(|n| f64::from(n) * -0.7);
    }
}
