//! Elements on the heap, end to end.

use alloc::vec::Vec;
use core::ops::Range;

use super::element::{Kind, with_elements};

/// An element in a [`Buffer`]. Not public API.
pub trait InBuffer: Sized {
    fn buffer(values: Vec<Self>) -> Buffer;
    /// The elements of a buffer, if they are of this type.
    fn of(buffer: &Buffer) -> Option<&Vec<Self>>;
    fn of_mut(buffer: &mut Buffer) -> Option<&mut Vec<Self>>;
}

macro_rules! buffers {
    ($($kind:ident $type:ident, $dtype:expr, $zero:expr, $read:expr, $f64:expr;)+) => {
        /// Elements of one kind, end to end.
        #[derive(Clone, Debug)]
        pub enum Buffer { $($kind(Vec<$type>)),+ }

        impl Buffer {
            pub fn kind(&self) -> Kind {
                match self { $(Buffer::$kind(_) => Kind::$kind),+ }
            }

            pub fn len(&self) -> usize {
                match self { $(Buffer::$kind(values) => values.len()),+ }
            }

            /// The elements in `range`, as a buffer of their own.
            pub fn copy(&self, range: Range<usize>) -> Buffer {
                match self { $(Buffer::$kind(values) => Buffer::$kind(values[range].to_vec())),+ }
            }
        }

        /// Runs `$body` with `$data` standing for the elements in `$buffer`, a [`Buffer`].
        macro_rules! with_buffer {
            ($buffer:expr, $data:ident => $body:expr) => {
                match $buffer { $($crate::store::buffer::Buffer::$kind($data) => $body),+ }
            };
        }
        pub(super) use with_buffer;

        $(
            impl InBuffer for $type {
                fn buffer(values: Vec<Self>) -> Buffer { Buffer::$kind(values) }

                #[inline]
                fn of(buffer: &Buffer) -> Option<&Vec<Self>> {
                    if let Buffer::$kind(values) = buffer { Some(values) } else { None }
                }

                #[inline]
                fn of_mut(buffer: &mut Buffer) -> Option<&mut Vec<Self>> {
                    if let Buffer::$kind(values) = buffer { Some(values) } else { None }
                }
            }
        )+
    };
}

with_elements!(buffers);
