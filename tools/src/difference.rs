//! One difference of two recordings.

use std::fmt;

use crate::dtype::{Dtype, Number};

/// The first difference of two recordings under a key.
///
/// `Display` is one sentence, such as
/// ``` text
/// `Attention.forward.scores`, call 2 (index 3), element [0, 5]: 0.123, the reference has 0.456
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    pub(crate) key: String,
    pub(crate) call: usize,
    pub(crate) index: Vec<i64>,
    pub(crate) kind: Kind,
}

/// The kind of a difference.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Kind {
    /// In an element that is not within the tolerance.
    Value {
        /// Its indices in the tensor, outermost first.
        indices: Vec<usize>,
        /// The element on our side.
        ours: Number,
        /// The element in the reference.
        reference: Number,
    },
    /// In the shape.
    Shape {
        /// On our side.
        ours: Vec<usize>,
        /// In the reference.
        reference: Vec<usize>,
    },
    /// In the element type, if neither widens exactly to the other's: 64-bit integers and floats.
    Dtype {
        /// On our side.
        ours: Dtype,
        /// In the reference.
        reference: Dtype,
    },
    /// In the numbers of `index = ...`: the two lists are not of the same captures.
    Index {
        /// On our side.
        ours: Vec<i64>,
        /// In the reference.
        reference: Vec<i64>,
    },
    /// In the text.
    Text {
        /// On our side.
        ours: String,
        /// In the reference.
        reference: String,
    },
    /// In the number of values, if those that both sides have agree.
    Count {
        /// On our side; 0 if the key is missing.
        ours: usize,
        /// In the reference; 0 if the key is missing.
        reference: usize,
    },
}

impl Difference {
    /// The key, under our name.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The position of the value in the list of its key, from 0 on; for [`Kind::Count`], that of the first value that one side lacks.
    pub fn call(&self) -> usize {
        self.call
    }

    /// The numbers of the capture line's `index = ...`, from our side if it has them.
    pub fn index(&self) -> &[i64] {
        &self.index
    }

    /// The kind of the difference.
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    /// The indices in the tensor of the element that differs.
    pub fn indices(&self) -> Option<&[usize]> {
        match &self.kind {
            Kind::Value { indices, .. } => Some(indices),
            _ => None,
        }
    }

    /// The element that differs, on our side.
    pub fn ours(&self) -> Option<Number> {
        match self.kind {
            Kind::Value { ours, .. } => Some(ours),
            _ => None,
        }
    }

    /// The element that differs, in the reference.
    pub fn reference(&self) -> Option<Number> {
        match self.kind {
            Kind::Value { reference, .. } => Some(reference),
            _ => None,
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`, ", self.key)?;
        if let Kind::Count { ours, reference } = self.kind {
            return match (ours, reference) {
                (0, _) => f.write_str("which only the reference has"),
                (_, 0) => f.write_str("which the reference lacks"),
                _ => write!(f, "of which there are {ours}, in the reference {reference}"),
            };
        }
        let index = if matches!(self.kind, Kind::Index { .. }) { &[][..] } else { &self.index };
        write!(f, "{}", Place { call: self.call, index })?;
        match &self.kind {
            Kind::Value { indices, ours, reference } => {
                if !indices.is_empty() {
                    write!(f, ", element {indices:?}")?;
                }
                write!(f, ": {ours}, the reference has {reference}")
            }
            Kind::Shape { ours, reference } => {
                write!(f, ": the shape is {ours:?}, in the reference {reference:?}")
            }
            Kind::Dtype { ours, reference } => {
                write!(f, ": the type is {ours}, in the reference {reference}")
            }
            Kind::Index { ours, reference } => {
                write!(f, ": the index is {ours:?}, in the reference {reference:?}")
            }
            Kind::Text { ours, reference } => {
                write!(f, ": {ours:?}, the reference has {reference:?}")
            }
            Kind::Count { .. } => Ok(()),
        }
    }
}

/// A call by its number and its index.
pub(crate) struct Place<'a> {
    pub(crate) call: usize,
    pub(crate) index: &'a [i64],
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "call {}", self.call)?;
        match self.index {
            [] => Ok(()),
            [index] => write!(f, " (index {index})"),
            several => write!(f, " (index {several:?})"),
        }
    }
}
