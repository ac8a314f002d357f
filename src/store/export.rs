//! All plain data as one safetensors file.

use core::fmt::{self, Write};

use super::Walk;
use super::element::Dtype;
use super::entry::Entry;

/// Streams what is held as a file in the format of [safetensors]: the length of the header in 8 bytes,
/// the header in JSON, the data.
///
/// [safetensors]: https://github.com/huggingface/safetensors#format
pub fn export(sink: &mut dyn FnMut(&[u8])) {
    super::hold(&mut |walk| {
        let mut header = Length(0);
        // A `Length` takes any text.
        let _ = write_header(walk, &mut header);
        // The data begin at a multiple of 8 bytes, as the format advises.
        let length = header.0.next_multiple_of(8);
        let mut out = Buffered { sink: &mut *sink, buffer: [0; 512], filled: 0 };
        out.write(&(length as u64).to_le_bytes());
        let _ = write_header(walk, &mut out);
        (header.0..length).for_each(|_| out.write(b" "));
        with_scratch(&mut |scratch| {
            each_tensor(walk, &mut |tensor| {
                tensor.entry.stream(scratch, &mut |bytes| out.write(bytes));
            });
        });
        out.flush();
    });
}

/// Gives `f` room to make bytes in, once for all values: as much as stays in the cache until the sink has read it,
/// because a file system takes large pieces in a third of the time of small ones; and little where there is no memory.
// `vec!` would abort where there is no memory.
#[cfg_attr(feature = "alloc", allow(clippy::slow_vector_initialization))]
fn with_scratch(f: &mut dyn FnMut(&mut [u8])) {
    #[cfg(feature = "alloc")]
    {
        const LARGE: usize = 256 * 1024;
        let mut large = alloc::vec::Vec::new();
        if large.try_reserve_exact(LARGE).is_ok() {
            large.resize(LARGE, 0);
            f(&mut large);
        } else {
            f(&mut [0; 512]);
        }
    }
    // Given memory holds bytes.
    #[cfg(not(feature = "alloc"))]
    f(&mut []);
}

fn write_header(walk: Walk<'_>, out: &mut dyn Write) -> fmt::Result {
    let mut result =
        write!(out, "{{\"__metadata__\":{{\"anycapture\":\"{}\"", env!("CARGO_PKG_VERSION"));
    let mut then = |next: &mut dyn FnMut() -> fmt::Result| result = result.and_then(|()| next());
    each_tensor(walk, &mut |&Tensor { key, nth, entry, .. }| {
        then(&mut || {
            let (sequence, thread) = (entry.sequence(), entry.thread());
            write!(
                out,
                ",\"{key}/{nth}\":\"{{\\\"sequence\\\":{sequence},\\\"thread\\\":{thread}"
            )?;
            if let Some(index) = entry.index() {
                write!(out, ",\\\"index\\\":{index}")?;
            }
            write!(out, "}}\"")
        });
    });
    then(&mut || write!(out, "}}"));
    each_tensor(walk, &mut |&Tensor { key, nth, entry, begin, end }| {
        then(&mut || {
            let (dtype, words) = safetensors_name(entry.dtype());
            write!(out, ",\"{key}/{nth}\":{{\"dtype\":\"{dtype}\",\"shape\":[")?;
            for (nth, dim) in entry.shape().iter().chain(words).enumerate() {
                write!(out, "{}{dim}", if nth == 0 { "" } else { "," })?;
            }
            write!(out, "],\"data_offsets\":[{begin},{end}]}}")
        });
    });
    then(&mut || write!(out, "}}"));
    result
}

/// The format has no integers of 128 bits: they are two words each.
fn safetensors_name(dtype: Dtype) -> (&'static str, &'static [usize]) {
    match dtype {
        Dtype::F32 => ("F32", &[]),
        Dtype::F64 => ("F64", &[]),
        Dtype::I8 => ("I8", &[]),
        Dtype::I16 => ("I16", &[]),
        Dtype::I32 => ("I32", &[]),
        Dtype::I64 => ("I64", &[]),
        Dtype::U8 | Dtype::Opaque => ("U8", &[]),
        Dtype::U16 => ("U16", &[]),
        Dtype::U32 => ("U32", &[]),
        Dtype::U64 => ("U64", &[]),
        Dtype::Bool => ("BOOL", &[]),
        Dtype::I128 | Dtype::U128 => ("U64", &[2]),
    }
}

/// A value of plain data, as the file has it.
struct Tensor<'a> {
    key: &'static str,
    /// Its position in the key's list.
    nth: usize,
    entry: &'a Entry<'a>,
    /// Where its bytes begin and end in the file's data.
    begin: usize,
    end: usize,
}

/// Shows every value of plain data in the order of the file: wide elements come first, so that all are
/// aligned.
fn each_tensor(walk: Walk<'_>, f: &mut dyn FnMut(&Tensor<'_>)) {
    let mut begin = 0;
    for width in [16, 8, 4, 2, 1] {
        let mut key = "";
        let mut nth = 0;
        walk(&mut |entry| {
            nth = if entry.key() == key { nth + 1 } else { 0 };
            key = entry.key();
            if entry.element_size() == Some(width) {
                let end = begin + width * entry.shape().iter().product::<usize>();
                f(&Tensor { key, nth, entry, begin, end });
                begin = end;
            }
        });
    }
}

/// Counts what is written.
struct Length(usize);

impl Write for Length {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 += text.len();
        Ok(())
    }
}

/// Hands small pieces on together.
struct Buffered<'a> {
    sink: &'a mut dyn FnMut(&[u8]),
    buffer: [u8; 512],
    filled: usize,
}

impl Buffered<'_> {
    fn write(&mut self, bytes: &[u8]) {
        if bytes.len() > self.buffer.len() - self.filled {
            self.flush();
        }
        if bytes.len() > self.buffer.len() {
            (self.sink)(bytes);
        } else {
            self.buffer[self.filled..self.filled + bytes.len()].copy_from_slice(bytes);
            self.filled += bytes.len();
        }
    }

    fn flush(&mut self) {
        if self.filled > 0 {
            (self.sink)(&self.buffer[..self.filled]);
            self.filled = 0;
        }
    }
}

impl Write for Buffered<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.write(text.as_bytes());
        Ok(())
    }
}
