//! Finds a layout in which differing values would agree.

use std::fmt;

use crate::gap::{self, Elements, Tolerance};
use crate::value::{Value, Values};

/// A change of layout that would make differing values agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Hint {
    /// Exchanging the last two axes of one side.
    Transposed,
    /// Giving one side the other's shape: the elements agree in row-major order.
    Reshaped,
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Hint::Transposed => "fits with the last two axes exchanged",
            Hint::Reshaped => "fits in another shape",
        })
    }
}

/// The change that makes two values agree that differ in shape or in elements.
pub(crate) fn of_values(ours: Value<'_>, theirs: Value<'_>, tolerance: Tolerance) -> Option<Hint> {
    let (left, right) = (Elements::of(ours), Elements::of(theirs));
    if ours.shape() != theirs.shape() && agree(left, right, tolerance) {
        return Some(Hint::Reshaped);
    }
    let [outer @ .., rows, columns] = theirs.shape() else { return None };
    if [outer, &[*columns, *rows]].concat() != ours.shape() || *rows < 2 || *columns < 2 {
        return None;
    }
    let exchanged = exchanged(right, *rows, *columns);
    let right = Elements { bytes: &exchanged, ..right };
    agree(left, right, tolerance).then_some(Hint::Transposed)
}

/// The change that makes two lists of different lengths agree: stacking once more or once less.
pub(crate) fn of_lists(ours: Values<'_>, theirs: Values<'_>, tolerance: Tolerance) -> Option<Hint> {
    agree(ours.flat()?, theirs.flat()?, tolerance).then_some(Hint::Reshaped)
}

/// Whether both sides have the same number of elements, and all are within the tolerance.
fn agree(ours: Elements<'_>, theirs: Elements<'_>, tolerance: Tolerance) -> bool {
    gap::comparable(ours.dtype, theirs.dtype)
        && ours.len() == theirs.len()
        && gap::gap(ours, theirs, tolerance).outside == 0
}

/// The elements of matrices of `rows` rows and `columns` columns, column by column.
fn exchanged(elements: Elements<'_>, rows: usize, columns: usize) -> Vec<u8> {
    let size = elements.dtype.size();
    let mut bytes = Vec::with_capacity(elements.bytes.len());
    for matrix in elements.bytes.chunks_exact(rows * columns * size) {
        for column in 0..columns {
            for row in 0..rows {
                bytes.extend_from_slice(&matrix[(row * columns + column) * size..][..size]);
            }
        }
    }
    bytes
}
