//! Element types, and the conversion of elements to numbers.

use std::fmt;

use half::{bf16, f16};
use safetensors::Dtype as Stored;

/// The type of the elements of a tensor, by its name in safetensors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum Dtype {
    Bool,
    U8,
    I8,
    U16,
    I16,
    F16,
    Bf16,
    U32,
    I32,
    F32,
    U64,
    I64,
    F64,
}

const ALL: [(Dtype, &str, Stored); 13] = [
    (Dtype::Bool, "BOOL", Stored::BOOL),
    (Dtype::U8, "U8", Stored::U8),
    (Dtype::I8, "I8", Stored::I8),
    (Dtype::U16, "U16", Stored::U16),
    (Dtype::I16, "I16", Stored::I16),
    (Dtype::F16, "F16", Stored::F16),
    (Dtype::Bf16, "BF16", Stored::BF16),
    (Dtype::U32, "U32", Stored::U32),
    (Dtype::I32, "I32", Stored::I32),
    (Dtype::F32, "F32", Stored::F32),
    (Dtype::U64, "U64", Stored::U64),
    (Dtype::I64, "I64", Stored::I64),
    (Dtype::F64, "F64", Stored::F64),
];

impl Dtype {
    pub(crate) fn from_name(name: &str) -> Option<Dtype> {
        ALL.iter().find(|row| row.1 == name).map(|row| row.0)
    }

    /// The name in a safetensors file, such as `"F32"`.
    pub fn name(self) -> &'static str {
        ALL[self as usize].1
    }

    pub(crate) fn stored(self) -> Stored {
        ALL[self as usize].2
    }

    /// The bytes of a tensor of this shape. A zero may follow axes whose product overflows.
    pub(crate) fn size_of(self, shape: &[usize]) -> Option<usize> {
        let axes = if shape.contains(&0) { &[0] } else { shape };
        axes.iter().try_fold(self.size(), |size, &axis| size.checked_mul(axis))
    }

    /// The bytes of an element.
    pub fn size(self) -> usize {
        match self {
            Dtype::Bool | Dtype::U8 | Dtype::I8 => 1,
            Dtype::U16 | Dtype::I16 | Dtype::F16 | Dtype::Bf16 => 2,
            Dtype::U32 | Dtype::I32 | Dtype::F32 => 4,
            Dtype::U64 | Dtype::I64 | Dtype::F64 => 8,
        }
    }

    /// Whether every element converts to `f64` without loss.
    pub(crate) fn fits_f64(self) -> bool {
        !matches!(self, Dtype::U64 | Dtype::I64)
    }

    pub(crate) fn is_integer(self) -> bool {
        !matches!(self, Dtype::F16 | Dtype::Bf16 | Dtype::F32 | Dtype::F64)
    }
}

impl fmt::Display for Dtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// One element of any type, without loss.
///
/// `Display` is the shortest text that reads back as the same element.
///
/// # Examples
///
/// ```
/// use anycapture_tools::Number;
///
/// assert_eq!(Number::Float(0.1_f32.into()).to_string(), "0.1");
/// assert_eq!(Number::Integer(u64::MAX.into()).to_string(), "18446744073709551615");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// An element of a float type: `F16`, `BF16`, `F32`, `F64`.
    Float(f64),
    /// An element of an integer type; a `bool` is 0 or 1.
    Integer(i128),
}

impl Number {
    /// The element in `bytes`, whose number is that of `dtype`.
    pub(crate) fn read(dtype: Dtype, bytes: &[u8]) -> Number {
        if dtype.is_integer() {
            let mut out = [0];
            integers(dtype, bytes, &mut out);
            Number::Integer(out[0])
        } else {
            let mut out = [0.0];
            reals(dtype, bytes, &mut out);
            Number::Float(out[0])
        }
    }

    /// The nearest `f64`.
    #[allow(clippy::cast_precision_loss)]
    pub fn to_f64(self) -> f64 {
        match self {
            Number::Float(value) => value,
            Number::Integer(value) => value as f64,
        }
    }
}

impl fmt::Display for Number {
    #[allow(clippy::cast_possible_truncation, clippy::float_cmp)]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Number::Integer(value) => write!(f, "{value}"),
            // Debug chooses between decimals and an exponent.
            Number::Float(value) if f64::from(value as f32) == value => {
                write!(f, "{:?}", value as f32)
            }
            Number::Float(value) => write!(f, "{value:?}"),
        }
    }
}

/// Reads as many elements as `out` holds; those of 64-bit integers are rounded.
#[allow(clippy::cast_precision_loss)]
pub(crate) fn reals(dtype: Dtype, bytes: &[u8], out: &mut [f64]) {
    match dtype {
        Dtype::Bool => each(bytes, out, |[byte]| f64::from(u8::from(byte != 0))),
        Dtype::U8 => each(bytes, out, |b| u8::from_le_bytes(b).into()),
        Dtype::I8 => each(bytes, out, |b| i8::from_le_bytes(b).into()),
        Dtype::U16 => each(bytes, out, |b| u16::from_le_bytes(b).into()),
        Dtype::I16 => each(bytes, out, |b| i16::from_le_bytes(b).into()),
        Dtype::F16 => each(bytes, out, |b| f16::from_le_bytes(b).to_f64()),
        Dtype::Bf16 => each(bytes, out, |b| bf16::from_le_bytes(b).to_f64()),
        Dtype::U32 => each(bytes, out, |b| u32::from_le_bytes(b).into()),
        Dtype::I32 => each(bytes, out, |b| i32::from_le_bytes(b).into()),
        Dtype::F32 => each(bytes, out, |b| f32::from_le_bytes(b).into()),
        Dtype::U64 => each(bytes, out, |b| u64::from_le_bytes(b) as f64),
        Dtype::I64 => each(bytes, out, |b| i64::from_le_bytes(b) as f64),
        Dtype::F64 => each(bytes, out, f64::from_le_bytes),
    }
}

/// Reads as many elements of an integer type as `out` holds; for a float type, `out` is unchanged.
pub(crate) fn integers(dtype: Dtype, bytes: &[u8], out: &mut [i128]) {
    match dtype {
        Dtype::Bool => each(bytes, out, |[byte]| i128::from(byte != 0)),
        Dtype::U8 => each(bytes, out, |b| u8::from_le_bytes(b).into()),
        Dtype::I8 => each(bytes, out, |b| i8::from_le_bytes(b).into()),
        Dtype::U16 => each(bytes, out, |b| u16::from_le_bytes(b).into()),
        Dtype::I16 => each(bytes, out, |b| i16::from_le_bytes(b).into()),
        Dtype::U32 => each(bytes, out, |b| u32::from_le_bytes(b).into()),
        Dtype::I32 => each(bytes, out, |b| i32::from_le_bytes(b).into()),
        Dtype::U64 => each(bytes, out, |b| u64::from_le_bytes(b).into()),
        Dtype::I64 => each(bytes, out, |b| i64::from_le_bytes(b).into()),
        Dtype::F16 | Dtype::Bf16 | Dtype::F32 | Dtype::F64 => {}
    }
}

fn each<const N: usize, T>(bytes: &[u8], out: &mut [T], read: impl Fn([u8; N]) -> T) {
    for (out, bytes) in out.iter_mut().zip(bytes.chunks_exact(N)) {
        let mut element = [0; N];
        element.copy_from_slice(bytes);
        *out = read(element);
    }
}

/// A number in up to six significant digits.
pub(crate) struct Short(pub(crate) f64);

impl fmt::Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rounded: f64 = format!("{:.5e}", self.0).parse().unwrap_or(self.0);
        let magnitude = rounded.abs();
        if rounded.is_finite() && rounded != 0.0 && !(1e-4..1e7).contains(&magnitude) {
            f.pad(&format!("{rounded:e}"))
        } else {
            f.pad(&rounded.to_string())
        }
    }
}
