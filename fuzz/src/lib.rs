//! What targets share: captures of a fuzzer's choice.

use anycapture::{Element, capture, each};
use arbitrary::Arbitrary;

/// A value of a user's type.
#[derive(Clone)]
pub struct Opaque;

/// A value of each kind.
#[derive(Arbitrary, Clone, Debug)]
pub enum Content {
    Scalar(f32),
    Wide(i128),
    Flag(bool),
    Size(usize),
    F32(Vec<f32>),
    F64(Vec<f64>),
    I8(Vec<i8>),
    I16(Vec<i16>),
    I32(Vec<i32>),
    I64(Vec<i64>),
    I128(Vec<i128>),
    U8(Vec<u8>),
    U16(Vec<u16>),
    U32(Vec<u32>),
    U64(Vec<u64>),
    U128(Vec<u128>),
    Bool(Vec<bool>),
    /// As many elements, all the same: more than are copied under a lock.
    Many(u16, i16),
    Each(Vec<u32>),
    Text(String),
    Texts(Vec<String>),
    Opaque,
}

/// The shape that a line gives.
#[derive(Arbitrary, Clone, Debug)]
pub enum Shape {
    Own,
    /// Rows of so many elements, which may not fit.
    Rows(u8),
    Ones(u8),
    Any(Vec<usize>),
}

/// What a line captures.
#[derive(Arbitrary, Clone, Debug)]
pub struct Capture {
    key: u8,
    content: Content,
    shape: Shape,
    rank: u8,
    indices: [i64; 4],
}

impl Shape {
    fn of(&self, length: usize) -> Option<Vec<usize>> {
        match self {
            Shape::Own => None,
            Shape::Rows(columns) => {
                let columns = usize::from(*columns).max(1);
                Some(vec![length / columns, columns])
            }
            Shape::Ones(rank) => Some([vec![1; usize::from(rank % 8)], vec![length]].concat()),
            Shape::Any(shape) => Some(shape.clone()),
        }
    }
}

/// Captures elements, by lines with every number of indices, with and without a shape.
fn capture_elements<E: Element>(values: &[E], capture: &Capture) {
    let [a, b, c, d] = capture.indices;
    let shape = capture.shape.of(values.len());
    macro_rules! lines {
        ($($path:ident)::+, $name:ident) => {
            match (&shape, capture.rank % 5) {
                (None, 0) => capture!($($path)::+, $name = values),
                (None, 1) => capture!($($path)::+, $name = values; index = a),
                (None, 2) => capture!($($path)::+, $name = values; index = (a, b)),
                (None, 3) => capture!($($path)::+, $name = values; index = (a, b, c)),
                (None, _) => capture!($($path)::+, $name = values; index = (a, b, c, d)),
                (Some(shape), 0) => capture!($($path)::+, $name[..shape] = values),
                (Some(shape), 1) => capture!($($path)::+, $name[..shape] = values; index = a),
                (Some(shape), 2) => capture!($($path)::+, $name[..shape] = values; index = (a, b)),
                (Some(shape), 3) => capture!($($path)::+, $name[..shape] = values; index = (a, b, c)),
                (Some(shape), _) => capture!($($path)::+, $name[..shape] = values; index = (a, b, c, d)),
            }
        };
    }
    match capture.key % 3 {
        0 => lines!(fuzz, a),
        1 => lines!(fuzz, b),
        _ => lines!(größe::r#type, r#match),
    }
}

/// Captures a value of another kind, by lines with and without an index.
macro_rules! capture_value {
    ($value:expr, $capture:expr) => {
        match ($capture.key % 3, $capture.rank % 5) {
            (0, 0) => capture!(fuzz, a = $value),
            (0, _) => capture!(fuzz, a = $value; index = $capture.indices[0]),
            (1, 0) => capture!(fuzz, b = $value),
            (1, _) => capture!(fuzz, b = $value; index = $capture.indices[0]),
            (_, 0) => capture!(größe::r#type, r#match = $value),
            (_, _) => capture!(größe::r#type, r#match = $value; index = $capture.indices[0]),
        }
    };
}

impl Capture {
    /// Captures it.
    pub fn run(&self) {
        match &self.content {
            Content::Scalar(value) => capture_value!(value, self),
            Content::Wide(value) => capture_value!(value, self),
            Content::Flag(value) => capture_value!(value, self),
            Content::Size(value) => capture_value!(value, self),
            Content::F32(values) => capture_elements(values, self),
            Content::F64(values) => capture_elements(values, self),
            Content::I8(values) => capture_elements(values, self),
            Content::I16(values) => capture_elements(values, self),
            Content::I32(values) => capture_elements(values, self),
            Content::I64(values) => capture_elements(values, self),
            Content::I128(values) => capture_elements(values, self),
            Content::U8(values) => capture_elements(values, self),
            Content::U16(values) => capture_elements(values, self),
            Content::U32(values) => capture_elements(values, self),
            Content::U64(values) => capture_elements(values, self),
            Content::U128(values) => capture_elements(values, self),
            Content::Bool(values) => capture_elements(values, self),
            Content::Many(count, value) => {
                capture_elements(&vec![*value; usize::from(*count)], self)
            }
            Content::Each(values) => capture_value!(each(values.iter().copied()), self),
            Content::Text(text) => capture_value!(text, self),
            Content::Texts(texts) => capture_value!(texts[..], self),
            Content::Opaque => capture_value!(Opaque, self),
        }
    }
}

/// What a sink is handed.
pub fn written(
    write: impl FnOnce(&mut dyn FnMut(&[u8]) -> Result<(), ()>) -> Result<(), ()>,
) -> Vec<u8> {
    let mut bytes = Vec::new();
    let result = write(&mut |piece| {
        bytes.extend_from_slice(piece);
        Ok(())
    });
    assert_eq!(result, Ok(()));
    bytes
}
