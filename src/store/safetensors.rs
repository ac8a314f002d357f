//! One file in the format of [safetensors]: the length of the header in 8 bytes, the header in JSON,
//! the data.
//!
//! The length of the header has to be known before anything is written, and there may be no memory for the header. So it
//! is made twice, the first time to be counted. Data of wide elements come first, so that all are aligned.
//!
//! The values must be the same in each pass. [`Keys`] promises that: a snapshot does not change, and captures in given memory are refused
//! meanwhile. An error of the sink stops every pass at once and is given back; inside, it is a `fmt::Error` without content.
//!
//! [safetensors]: https://github.com/huggingface/safetensors#format

use core::fmt::{self, Write};

use super::element::{Dtype, Shape};
use super::value::Value;

/// The bytes that are handed to the sink together.
#[cfg(feature = "capture")]
pub(crate) const PIECE: usize = if cfg!(feature = "alloc") { 256 << 10 } else { 512 };

/// The values of a store or of a snapshot, by key. They must not change while they are exported.
pub(crate) trait Keys {
    /// Shows every key with its form. Ends at an error, which only says that the sink gave one.
    fn each(&self, f: &mut dyn FnMut(&dyn Key, &Form) -> fmt::Result) -> fmt::Result;

    /// Why the values are not there, if so.
    fn lacks(&self) -> Option<&dyn fmt::Display> {
        None
    }
}

/// The values of one key, oldest first.
pub(crate) trait Key {
    fn name(&self) -> &str;

    /// Shows one value of each run of values of the same form, with their number.
    fn each_run(&self, f: &mut dyn FnMut(&Value<'_>, u64) -> fmt::Result) -> fmt::Result;

    /// Shows every value.
    fn each_value(&self, f: &mut dyn FnMut(&Value<'_>) -> fmt::Result) -> fmt::Result;

    /// Whether a value is of another thread than the first.
    fn has_threads(&self) -> bool;

    /// Writes a column of all values of plain data; of indices, `indices` a value.
    fn write(&self, column: Column, indices: usize, out: &mut Out<'_>) -> fmt::Result;
}

/// What is kept of every value.
#[derive(Clone, Copy)]
pub(crate) enum Column {
    Elements,
    Sequence,
    Index,
    Thread,
}

/// What a file needs to know of a key.
#[derive(Clone, Copy, Default)]
pub(crate) struct Form {
    /// The number of values of plain data.
    count: u64,
    /// Whether these differ in type or shape.
    mixed: bool,
    /// The widths of their elements in the file, added up: each is a power of two.
    widths: u8,
    /// The largest number of indices.
    indices: u8,
    /// Whether some value is of another thread than the first.
    threads: bool,
    /// Whether there is text; and values that are neither that nor plain data.
    text: bool,
    omitted: bool,
}

impl Form {
    /// Looks at one value of each run: a key of a million values of one form is looked at once.
    pub(crate) fn of(key: &dyn Key) -> Form {
        let mut form = Form::default();
        let mut first: Option<(Dtype, Shape)> = None;
        // The closure gives no error.
        let _ = key.each_run(&mut |value, count| {
            if value.dtype() == Dtype::Opaque {
                let is_text = value.text().is_some() || value.texts().is_some();
                form.text |= is_text;
                form.omitted |= !is_text;
                return Ok(());
            }
            let this = (value.dtype(), Shape::new(value.shape()));
            form.widths |= width_of(value.dtype());
            form.mixed |= first.replace(this).is_some_and(|other| other != this);
            form.count += count;
            #[allow(clippy::cast_possible_truncation)] // at most four
            let indices = value.indices().len() as u8;
            form.indices = form.indices.max(indices);
            Ok(())
        });
        form.threads = key.has_threads();
        form
    }
}

/// Streams a file to `sink`.
pub(crate) fn export<E>(
    keys: &dyn Keys,
    mut sink: impl FnMut(&[u8]) -> Result<(), E>,
    buffer: &mut [u8],
) -> Result<(), E> {
    let mut error = None;
    let mut sink = |bytes: &[u8]| {
        sink(bytes).map_err(|first| {
            error = Some(first);
            fmt::Error
        })
    };
    // An error is one of the sink, and is there.
    let _ = write_file(keys, &mut Out { sink: &mut sink, buffer, filled: 0 });
    error.map_or(Ok(()), Err)
}

/// The first error of the sink stops everything.
fn write_file(keys: &dyn Keys, out: &mut Out<'_>) -> fmt::Result {
    let mut header = Length(0);
    write_header(keys, &mut header)?;
    // The data begin at a multiple of 8 bytes, as the format advises.
    let length = header.0.next_multiple_of(8);
    out.write(&length.to_le_bytes())?;
    write_header(keys, out)?;
    (header.0..length).try_for_each(|_| out.write(b" "))?;
    each_tensor(keys, &mut |tensor| tensor.write_data(out))?;
    out.flush()
}

/// Metadata, then an entry for each tensor, whose offsets are added up in the order of [`each_tensor`].
fn write_header(keys: &dyn Keys, out: &mut dyn Write) -> fmt::Result {
    write!(out, "{{\"__metadata__\":{{\"anycapture\":\"{}\"", env!("CARGO_PKG_VERSION"))?;
    keys.each(&mut |key, form| if form.text { write_texts(key, out) } else { Ok(()) })?;
    write_omitted(keys, out)?;
    if let Some(lacks) = keys.lacks() {
        write!(out, ",\"anycapture.error\":\"{lacks}\"")?;
    }
    out.write_str("}")?;
    let mut begin = 0;
    each_tensor(keys, &mut |tensor| {
        let end = begin + tensor.bytes();
        tensor.write_entry(begin, end, out)?;
        begin = end;
        Ok(())
    })?;
    out.write_str("}")
}

/// The texts of a key: a JSON list, in a string, for metadata are strings. A value that is a list of texts is a list in it.
fn write_texts(key: &dyn Key, out: &mut dyn Write) -> fmt::Result {
    write!(out, ",\"{}\":\"[", key.name())?;
    let mut separator = "";
    key.each_value(&mut |value| {
        if let Some(text) = value.text() {
            write_text(core::mem::replace(&mut separator, ","), text, out)?;
        }
        let Some(texts) = value.texts() else { return Ok(()) };
        write!(out, "{}[", core::mem::replace(&mut separator, ","))?;
        for (nth, text) in texts.iter().enumerate() {
            write_text(if nth == 0 { "" } else { "," }, text, out)?;
        }
        out.write_str("]")
    })?;
    out.write_str("]\"")
}

/// A text as a JSON string within a JSON string: escaped twice.
fn write_text(separator: &str, text: &str, out: &mut dyn Write) -> fmt::Result {
    write!(out, "{separator}\\\"")?;
    write!(Escaped(&mut Escaped(out)), "{text}")?;
    out.write_str("\\\"")
}

/// The keys with values that are not in the file.
fn write_omitted(keys: &dyn Keys, out: &mut dyn Write) -> fmt::Result {
    let mut names = 0;
    keys.each(&mut |key, form| {
        if !form.omitted {
            return Ok(());
        }
        out.write_str(if names == 0 { ",\"anycapture.omitted\":\"[" } else { "," })?;
        names += 1;
        write!(out, "\\\"{}\\\"", key.name())
    })?;
    out.write_str(if names == 0 { "" } else { "]\"" })
}

/// Escapes what is written as the inside of a JSON string.
struct Escaped<'a>(&'a mut dyn Write);

impl Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for c in text.chars() {
            match c {
                '"' | '\\' => write!(self.0, "\\{c}")?,
                '\0'..='\x1f' => write!(self.0, "\\u{:04x}", c as u32)?,
                c => self.0.write_char(c)?,
            }
        }
        Ok(())
    }
}

/// A tensor of the file.
struct Tensor<'a> {
    key: &'a dyn Key,
    form: &'a Form,
    part: Part<'a>,
    dtype: Dtype,
    shape: &'a [usize],
}

/// What of a key a tensor holds.
#[derive(Clone, Copy)]
enum Part<'a> {
    /// `key`, `key#sequence`, `key#index` or `key#thread`: of all values.
    All(Column),
    /// `key/3`: one value.
    Value(u64, &'a Value<'a>),
}

/// Shows every tensor in the order of the file.
fn each_tensor(keys: &dyn Keys, f: &mut dyn FnMut(&Tensor<'_>) -> fmt::Result) -> fmt::Result {
    for width in [8, 4, 2, 1] {
        keys.each(&mut |key, form| {
            if form.count == 0 {
                return Ok(());
            }
            let mut show = |part: Part<'_>, dtype, shape: &[usize]| {
                if width_of(dtype) == width {
                    let shape = readable(form.count, shape);
                    f(&Tensor { key, form, part, dtype, shape })
                } else {
                    Ok(())
                }
            };
            if form.widths & width != 0 {
                each_of_values(key, form, &mut show)?;
            }
            show(Part::All(Column::Sequence), Dtype::I64, &[])?;
            match form.indices {
                0 => {}
                1 => show(Part::All(Column::Index), Dtype::I64, &[])?,
                rank => show(Part::All(Column::Index), Dtype::I64, &[rank.into()])?,
            }
            if form.threads { show(Part::All(Column::Thread), Dtype::U32, &[]) } else { Ok(()) }
        })?;
    }
    Ok(())
}

/// A shape, or that of no elements where readers of the file would find its product to be beyond 64 bits before they come
/// to its zero. There is one, for the elements are in memory.
fn readable(count: u64, shape: &[usize]) -> &[usize] {
    let product = shape.iter().try_fold(count, |product, &dim| product.checked_mul(dim as u64));
    if product.is_some() { shape } else { &[0] }
}

/// The tensor of all values, or those of each.
fn each_of_values(
    key: &dyn Key,
    form: &Form,
    show: &mut dyn FnMut(Part<'_>, Dtype, &[usize]) -> fmt::Result,
) -> fmt::Result {
    let mut nth = 0;
    if form.mixed {
        return key.each_value(&mut |value| {
            if value.dtype() == Dtype::Opaque {
                return Ok(());
            }
            show(Part::Value(nth, value), value.dtype(), value.shape())?;
            nth += 1;
            Ok(())
        });
    }
    key.each_run(&mut |value, _| {
        if value.dtype() == Dtype::Opaque || nth > 0 {
            return Ok(());
        }
        nth += 1;
        show(Part::All(Column::Elements), value.dtype(), value.shape())
    })
}

impl Tensor<'_> {
    /// Whether its first dimension is the number of values.
    fn is_stacked(&self) -> bool {
        !matches!(self.part, Part::Value(..))
    }

    /// The bytes of its data in the file.
    fn bytes(&self) -> u64 {
        let elements: u64 = self.shape.iter().map(|&dim| dim as u64).product();
        let words = if is_wide(self.dtype) { 2 } else { 1 };
        let count = if self.is_stacked() { self.form.count } else { 1 };
        count * elements * words * u64::from(width_of(self.dtype))
    }

    /// Its entry in the header.
    fn write_entry(&self, begin: u64, end: u64, out: &mut dyn Write) -> fmt::Result {
        out.write_str(",\"")?;
        out.write_str(self.key.name())?;
        match self.part {
            Part::All(Column::Elements) => {}
            Part::All(Column::Sequence) => out.write_str("#sequence")?,
            Part::All(Column::Index) => out.write_str("#index")?,
            Part::All(Column::Thread) => out.write_str("#thread")?,
            Part::Value(nth, _) => {
                out.write_str("/")?;
                write_number(nth, out)?;
            }
        }
        out.write_str("\":{\"dtype\":\"")?;
        out.write_str(name_of(self.dtype))?;
        out.write_str("\",\"shape\":[")?;
        let count = self.is_stacked().then_some(self.form.count);
        let words = is_wide(self.dtype).then_some(2);
        let dims = count.into_iter().chain(self.shape.iter().map(|&dim| dim as u64)).chain(words);
        for (nth, dim) in dims.enumerate() {
            out.write_str(if nth == 0 { "" } else { "," })?;
            write_number(dim, out)?;
        }
        out.write_str("],\"data_offsets\":[")?;
        write_number(begin, out)?;
        out.write_str(",")?;
        write_number(end, out)?;
        out.write_str("]}")
    }

    fn write_data(&self, out: &mut Out<'_>) -> fmt::Result {
        match self.part {
            Part::All(column) => self.key.write(column, self.form.indices.into(), out),
            Part::Value(_, value) => value.stream(&mut |bytes| out.write(bytes)),
        }
    }
}

/// The name of the elements in the file. It has no integers of 128 bits: they are two words each, the low one first.
fn name_of(dtype: Dtype) -> &'static str {
    match dtype {
        Dtype::F32 => "F32",
        Dtype::F64 => "F64",
        Dtype::I8 => "I8",
        Dtype::I16 => "I16",
        Dtype::I32 => "I32",
        Dtype::I64 => "I64",
        Dtype::U8 | Dtype::Opaque => "U8",
        Dtype::U16 => "U16",
        Dtype::U32 => "U32",
        Dtype::U64 | Dtype::I128 | Dtype::U128 => "U64",
        Dtype::Bool => "BOOL",
    }
}

/// A header has a few numbers for every tensor, and `write!` takes most of its time for them.
fn write_number(number: u64, out: &mut dyn Write) -> fmt::Result {
    let (mut digits, mut at, mut rest) = ([b'0'; 20], 20, number);
    while rest > 0 || at == 20 {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    out.write_str(core::str::from_utf8(&digits[at..]).unwrap_or_default())
}

/// Indices that a value lacks are the smallest number.
#[cfg(feature = "capture")]
pub(crate) fn write_indices(indices: &[i64], to: &mut [u8]) {
    for (nth, to) in to.chunks_exact_mut(8).enumerate() {
        to.copy_from_slice(&indices.get(nth).unwrap_or(&i64::MIN).to_le_bytes());
    }
}

/// Whether it takes two words of the file.
fn is_wide(dtype: Dtype) -> bool {
    matches!(dtype, Dtype::I128 | Dtype::U128)
}

/// The bytes of an element in the file, of a word if it has two.
fn width_of(dtype: Dtype) -> u8 {
    match dtype {
        Dtype::F64 | Dtype::I64 | Dtype::U64 | Dtype::I128 | Dtype::U128 => 8,
        Dtype::F32 | Dtype::I32 | Dtype::U32 => 4,
        Dtype::I16 | Dtype::U16 => 2,
        Dtype::I8 | Dtype::U8 | Dtype::Bool | Dtype::Opaque => 1,
    }
}

/// Counts what is written.
struct Length(u64);

impl Write for Length {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 += text.len() as u64;
        Ok(())
    }
}

/// Hands small pieces on together.
pub(crate) struct Out<'a> {
    sink: &'a mut dyn FnMut(&[u8]) -> fmt::Result,
    buffer: &'a mut [u8],
    filled: usize,
}

impl Out<'_> {
    /// Takes bytes in. More of them than the buffer holds go to the sink as they are, without a copy.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> fmt::Result {
        if bytes.len() > self.buffer.len() - self.filled {
            self.flush()?;
        }
        if bytes.len() > self.buffer.len() {
            return (self.sink)(bytes);
        }
        self.buffer[self.filled..self.filled + bytes.len()].copy_from_slice(bytes);
        self.filled += bytes.len();
        Ok(())
    }

    /// Writes `count` items of `size` bytes, at most 64: `fill` puts as many as there is room for, from a number on, in place.
    #[cfg(all(feature = "capture", feature = "alloc"))]
    pub(crate) fn write_items(
        &mut self,
        count: usize,
        size: usize,
        fill: &mut dyn FnMut(usize, &mut [u8]),
    ) -> fmt::Result {
        let mut done = 0;
        while done < count {
            if self.buffer.len() - self.filled < size {
                self.flush()?;
            }
            let room = &mut self.buffer[self.filled..];
            let fitting = (room.len() / size).min(count - done);
            fill(done, &mut room[..fitting * size]);
            self.filled += fitting * size;
            done += fitting;
        }
        Ok(())
    }

    fn flush(&mut self) -> fmt::Result {
        if self.filled == 0 {
            return Ok(());
        }
        (self.sink)(&self.buffer[..core::mem::take(&mut self.filled)])
    }
}

impl Write for Out<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.write(text.as_bytes())
    }
}
