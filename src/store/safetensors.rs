//! One file in the format of [safetensors]: the length of the header in 8 bytes, the header in JSON,
//! the data.
//!
//! The length of the header must be known before anything is written, and there may be no memory to buffer the header. So it is
//! generated twice, the first time only to count its bytes. Wide elements come first, so that all data are aligned.
//!
//! The values must be the same in each pass. [`Keys`] guarantees that: a snapshot does not change, and captures in given memory are
//! refused meanwhile. An error of the sink stops every pass at once and is returned; internally it is a `fmt::Error` without content.
//!
//! [safetensors]: https://github.com/huggingface/safetensors#format

use core::fmt::{self, Write};

use super::element::{Dtype, Shape};
use super::value::Value;

/// The size of the pieces passed to the sink.
#[cfg(feature = "capture")]
pub(crate) const PIECE: usize = if cfg!(feature = "alloc") { 320 << 10 } else { 512 };

/// A part of every value, written as one tensor.
#[derive(Clone, Copy)]
pub(crate) enum Column {
    Elements,
    Sequence,
    Index,
    Thread,
}

/// The properties of a key that determine its tensors.
#[derive(Clone, Copy, Default)]
pub(crate) struct Form {
    /// The number of plain data values.
    count: u64,
    /// Whether these differ in type or shape.
    mixed: bool,
    /// The set of the widths of their elements in the file: each width is a power of two, and so a bit.
    widths: u8,
    /// The largest number of indices.
    indices: u8,
    /// Whether any value is from a thread other than the first.
    threads: bool,
    /// Whether there is text.
    text: bool,
    /// Whether there are values that are neither text nor plain data.
    omitted: bool,
}

impl Form {
    /// Reads one value of each run: for a million values of one form, a single one.
    pub(crate) fn of(key: &dyn Key) -> Form {
        let mut form = Form::default();
        let mut first: Option<(Dtype, Shape)> = None;
        // The closure returns no error.
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

/// The values of a store or of a snapshot, by key. They must not change while they are exported.
pub(crate) trait Keys {
    /// Shows every key with its form. Stops at an error, which means that the sink returned one.
    fn each(&self, f: &mut dyn FnMut(&dyn Key, &Form) -> fmt::Result) -> fmt::Result;

    /// Why values are missing, if any are.
    fn lacks(&self) -> Option<&dyn fmt::Display> {
        None
    }
}

/// The values of one key, oldest first.
pub(crate) trait Key {
    fn name(&self) -> &str;

    /// Shows one value of each run of values of the same form, with the length of the run.
    fn each_run(&self, f: &mut dyn FnMut(&Value<'_>, u64) -> fmt::Result) -> fmt::Result;

    /// Shows every value.
    fn each_value(&self, f: &mut dyn FnMut(&Value<'_>) -> fmt::Result) -> fmt::Result;

    /// Whether any value is from a thread other than the first.
    fn has_threads(&self) -> bool;

    /// Writes a column of all plain data values; for `Column::Index`, `indices` numbers for each value.
    fn write(&self, column: Column, indices: usize, out: &mut Out<'_>) -> fmt::Result;
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
    // Any error comes from the sink, and is in `error`.
    let _ = write_file(keys, &mut Out { sink: &mut sink, buffer, filled: 0 });
    error.map_or(Ok(()), Err)
}

/// Writes the whole file; stops at the first error of the sink.
fn write_file(keys: &dyn Keys, out: &mut Out<'_>) -> fmt::Result {
    let mut header = Length(0);
    write_header(keys, &mut header)?;
    // The data begin at a multiple of 8 bytes, as the format recommends.
    let length = header.0.next_multiple_of(8);
    out.write(&length.to_le_bytes())?;
    write_header(keys, out)?;
    (header.0..length).try_for_each(|_| out.write(b" "))?;
    each_tensor(keys, &mut |tensor| tensor.write_data(out))?;
    out.flush()
}

/// Writes the metadata, then an entry for each tensor, with offsets in the order of [`each_tensor`].
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

/// Writes the texts of a key: a JSON list within a string, as metadata must be strings. A value that is a list of texts is a nested
/// list.
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

/// Writes a text as a JSON string within a JSON string: escaped twice.
fn write_text(separator: &str, text: &str, out: &mut dyn Write) -> fmt::Result {
    write!(out, "{separator}\\\"")?;
    write!(Escaped(&mut Escaped(out)), "{text}")?;
    out.write_str("\\\"")
}

/// Writes the keys with values that are not in the file.
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

/// Escapes the content of a JSON string.
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

/// The content of a tensor.
#[derive(Clone, Copy)]
enum Part<'a> {
    /// `key`, `key#sequence`, `key#index` or `key#thread`: a column of all values.
    All(Column),
    /// `key/3`: the elements of one value.
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

/// `shape`, or `[0]` if its product overflows 64 bits before its zero: readers of the file would reject it. A shape that overflows
/// does have a zero, as its elements are in memory.
fn readable(count: u64, shape: &[usize]) -> &[usize] {
    let product = shape.iter().try_fold(count, |product, &dim| product.checked_mul(dim as u64));
    if product.is_some() { shape } else { &[0] }
}

/// Shows the tensor of all values, or one tensor for each value.
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

    /// The size of its data in the file.
    fn bytes(&self) -> u64 {
        let elements: u64 = self.shape.iter().map(|&dim| dim as u64).product();
        let words = if is_wide(self.dtype) { 2 } else { 1 };
        let count = if self.is_stacked() { self.form.count } else { 1 };
        count * elements * words * u64::from(width_of(self.dtype))
    }

    /// Writes its entry in the header.
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

/// The name of the element type in the file. The format has no 128-bit integers: they are two words each, the low one first.
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

/// Writes a decimal number, faster than `write!`, which would take most of the time of a header.
fn write_number(number: u64, out: &mut dyn Write) -> fmt::Result {
    let (mut digits, mut at, mut rest) = ([b'0'; 20], 20, number);
    while rest > 0 || at == 20 {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    out.write_str(core::str::from_utf8(&digits[at..]).unwrap_or_default())
}

/// Writes the indices of a value, and `i64::MIN` for missing ones.
#[cfg(feature = "capture")]
pub(crate) fn write_indices(indices: &[i64], to: &mut [u8]) {
    for (nth, to) in to.chunks_exact_mut(8).enumerate() {
        to.copy_from_slice(&indices.get(nth).unwrap_or(&i64::MIN).to_le_bytes());
    }
}

/// Whether an element takes two words of the file.
fn is_wide(dtype: Dtype) -> bool {
    matches!(dtype, Dtype::I128 | Dtype::U128)
}

/// The bytes of an element in the file, or of one of its two words.
fn width_of(dtype: Dtype) -> u8 {
    match dtype {
        Dtype::F64 | Dtype::I64 | Dtype::U64 | Dtype::I128 | Dtype::U128 => 8,
        Dtype::F32 | Dtype::I32 | Dtype::U32 => 4,
        Dtype::I16 | Dtype::U16 => 2,
        Dtype::I8 | Dtype::U8 | Dtype::Bool | Dtype::Opaque => 1,
    }
}

/// Counts the bytes written.
struct Length(u64);

impl Write for Length {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 += text.len() as u64;
        Ok(())
    }
}

/// A buffer that joins small pieces.
pub(crate) struct Out<'a> {
    sink: &'a mut dyn FnMut(&[u8]) -> fmt::Result,
    buffer: &'a mut [u8],
    filled: usize,
}

impl Out<'_> {
    /// Buffers bytes. A piece larger than the buffer goes straight to the sink, without a copy.
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

    /// Writes `count` items of `size` bytes each, at most 64. `fill` gets the number of the next item and the room for one or more
    /// items, and fills it in place.
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
