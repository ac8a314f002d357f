//! What was captured as one file in the format of [safetensors]: the length of the header in 8 bytes, the header in JSON,
//! the data.
//!
//! The length of the header has to be known before anything is written, and there may be no memory for the header. So it
//! is made twice, the first time to be counted. Data of wide elements come first, so that all are aligned.
//!
//! [safetensors]: https://github.com/huggingface/safetensors#format

use core::fmt::{self, Write};

use super::element::{Dtype, Shape};
use super::value::Value;

/// The bytes that are handed to the sink together.
#[cfg(feature = "capture")]
const PIECE: usize = if cfg!(feature = "alloc") { 64 << 10 } else { 512 };

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

    /// The elements of all values of plain data, as little-endian bytes in pieces.
    fn stream(&self, sink: &mut dyn FnMut(&[u8]) -> fmt::Result) -> fmt::Result;
}

/// What a file needs to know of a key.
#[derive(Clone, Copy, Default)]
pub(crate) struct Form {
    /// The number of values of plain data.
    count: u64,
    /// Whether these differ in type or shape.
    mixed: bool,
    /// The largest number of indices.
    indices: u8,
    /// Whether some value is of another thread than the first.
    threads: bool,
    /// Whether there is text; and values that are neither that nor plain data.
    text: bool,
    omitted: bool,
}

impl Form {
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
            form.mixed |= first.replace(this).is_some_and(|other| other != this);
            form.count += count;
            #[allow(clippy::cast_possible_truncation)] // at most four
            let indices = value.indices().len() as u8;
            form.indices = form.indices.max(indices);
            Ok(())
        });
        let _ = key.each_value(&mut |value| {
            form.threads |= value.thread() != 0;
            if form.threads { Err(fmt::Error) } else { Ok(()) }
        });
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
    /// `key`: all values.
    Values,
    /// `key/3`: one of them.
    Value(u64, &'a Value<'a>),
    /// `key#sequence`, `key#index` and `key#thread`: a number, or a row of them, a value.
    Sequence,
    Index,
    Thread,
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
            each_of_values(key, form, &mut show)?;
            show(Part::Sequence, Dtype::U64, &[])?;
            match form.indices {
                0 => {}
                1 => show(Part::Index, Dtype::I64, &[])?,
                rank => show(Part::Index, Dtype::I64, &[rank.into()])?,
            }
            if form.threads { show(Part::Thread, Dtype::U32, &[]) } else { Ok(()) }
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
        show(Part::Values, value.dtype(), value.shape())
    })
}

impl Tensor<'_> {
    /// Whether its first dimension is the number of values.
    fn is_stacked(&self) -> bool {
        !matches!(self.part, Part::Value(..))
    }

    fn bytes(&self) -> u64 {
        let elements: u64 = self.shape.iter().map(|&dim| dim as u64).product();
        let words = if is_wide(self.dtype) { 2 } else { 1 };
        let count = if self.is_stacked() { self.form.count } else { 1 };
        count * elements * words * width_of(self.dtype)
    }

    /// Its entry in the header.
    fn write_entry(&self, begin: u64, end: u64, out: &mut dyn Write) -> fmt::Result {
        write!(out, ",\"{}", self.key.name())?;
        match self.part {
            Part::Values => Ok(()),
            Part::Value(nth, _) => write!(out, "/{nth}"),
            Part::Sequence => out.write_str("#sequence"),
            Part::Index => out.write_str("#index"),
            Part::Thread => out.write_str("#thread"),
        }?;
        // The format has no integers of 128 bits: they are two words each, the low one first.
        let dtype = if is_wide(self.dtype) { Dtype::U64 } else { self.dtype };
        let name = if dtype == Dtype::Bool { "BOOL" } else { "" };
        write!(out, "\":{{\"dtype\":\"{name}")?;
        if name.is_empty() {
            write!(out, "{dtype}")?;
        }
        out.write_str("\",\"shape\":[")?;
        let mut separator = "";
        let count = self.is_stacked().then_some(self.form.count);
        let words = is_wide(self.dtype).then_some(2);
        for dim in count.into_iter().chain(self.shape.iter().map(|&dim| dim as u64)).chain(words) {
            write!(out, "{separator}{dim}")?;
            separator = ",";
        }
        write!(out, "],\"data_offsets\":[{begin},{end}]}}")
    }

    fn write_data(&self, out: &mut Out<'_>) -> fmt::Result {
        let each_plain = |f: &mut dyn FnMut(&Value<'_>) -> fmt::Result| {
            self.key.each_value(&mut |value| {
                if value.dtype() == Dtype::Opaque { Ok(()) } else { f(value) }
            })
        };
        match self.part {
            Part::Values => self.key.stream(&mut |bytes| out.write(bytes)),
            Part::Value(_, value) => value.stream(&mut |bytes| out.write(bytes)),
            Part::Sequence => each_plain(&mut |value| out.write(&value.sequence().to_le_bytes())),
            Part::Thread => each_plain(&mut |value| out.write(&value.thread().to_le_bytes())),
            Part::Index => each_plain(&mut |value| {
                for nth in 0..usize::from(self.form.indices) {
                    let index = value.indices().get(nth).copied().unwrap_or(i64::MIN);
                    out.write(&index.to_le_bytes())?;
                }
                Ok(())
            }),
        }
    }
}

/// Whether it takes two words of the file.
fn is_wide(dtype: Dtype) -> bool {
    matches!(dtype, Dtype::I128 | Dtype::U128)
}

/// The bytes of an element in the file, of a word if it has two.
fn width_of(dtype: Dtype) -> u64 {
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
struct Out<'a> {
    sink: &'a mut dyn FnMut(&[u8]) -> fmt::Result,
    buffer: &'a mut [u8],
    filled: usize,
}

impl Out<'_> {
    fn write(&mut self, bytes: &[u8]) -> fmt::Result {
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

#[cfg(all(feature = "capture", feature = "alloc"))]
pub(crate) use heap::{cache, store};
#[cfg(all(feature = "alloc", not(feature = "capture")))]
pub(crate) use off::cache;
#[cfg(feature = "alloc")]
impl super::cache::Cache {
    /// Writes the snapshot as a safetensors file, in pieces of any size: see [`export`](crate::export).
    ///
    /// # Errors
    ///
    /// The first that `sink` gives, and then no more is written.
    pub fn export<E>(&self, sink: impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        cache(self, sink)
    }
}

#[cfg(not(feature = "capture"))]
pub(crate) use off::nothing;
#[cfg(all(feature = "capture", not(feature = "alloc")))]
pub(crate) use region::store;

/// Given memory: exported as it lies there, without a snapshot.
#[cfg(feature = "capture")]
mod region {
    use core::fmt;

    use super::super::callsite::{Place, state};
    use super::super::control::Store;
    use super::super::memory::Exporting;
    use super::super::region::Ring;
    use super::super::sync::lock;
    use super::super::value::Value;
    use super::{Form, Key, Keys};

    /// All rings in given memory, which no capture changes while [`Exporting`] lives.
    pub(super) struct Rings<'a> {
        store: &'a Store,
        /// `None` if there are too many exports.
        exporting: Option<Exporting>,
        /// Whether something was in use when this began. It is left out of the whole file, whose parts are made one after
        /// the other.
        lacks: Option<InUse>,
    }

    /// What the file says then.
    struct InUse;

    impl fmt::Display for InUse {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("some keys were in use, and are left out")
        }
    }

    impl Rings<'_> {
        pub(super) fn of(store: &Store) -> Rings<'_> {
            let Some(exporting) = Exporting::begin() else {
                return Rings { store, exporting: None, lacks: Some(InUse) };
            };
            let (bit, mut lacks) = (state::LEFT_OUT[exporting.number], None);
            for (owner, _) in store.keys().filter(|(_, place)| *place == Some(Place::Region)) {
                if lock(&owner.ring).is_some() {
                    owner.change_state(bit, 0);
                } else {
                    owner.change_state(0, bit);
                    lacks = Some(InUse);
                }
            }
            Rings { store, exporting: Some(exporting), lacks }
        }
    }

    impl Keys for Rings<'_> {
        fn each(&self, f: &mut dyn FnMut(&dyn Key, &Form) -> fmt::Result) -> fmt::Result {
            /// A ring that was free is in use for as long as another core or thread shows it.
            const TRIES: usize = if cfg!(feature = "std") { 10 } else { 1 << 20 };
            let Some(exporting) = &self.exporting else { return Ok(()) };
            let left_out = state::LEFT_OUT[exporting.number];
            for (owner, place) in self.store.keys() {
                if place == Some(Place::Region) && owner.state() & left_out == 0 {
                    // What is begun can't be ended without it.
                    let ring = (0..TRIES).find_map(|_| lock(&owner.ring)).ok_or(fmt::Error)?;
                    if let Some(ring) = ring.as_ref() {
                        f(ring, &Form::of(ring))?;
                    }
                }
            }
            Ok(())
        }

        fn lacks(&self) -> Option<&dyn fmt::Display> {
            self.lacks.as_ref().map(|lacks| lacks as &dyn fmt::Display)
        }
    }

    impl Key for Ring<'_> {
        fn name(&self) -> &str {
            self.key()
        }

        fn each_run(&self, f: &mut dyn FnMut(&Value<'_>, u64) -> fmt::Result) -> fmt::Result {
            self.each_value(&mut |value| f(value, 1))
        }

        fn each_value(&self, f: &mut dyn FnMut(&Value<'_>) -> fmt::Result) -> fmt::Result {
            self.iter().try_for_each(|raw| f(&Value::raw(&raw)))
        }

        fn stream(&self, sink: &mut dyn FnMut(&[u8]) -> fmt::Result) -> fmt::Result {
            self.iter().try_for_each(|raw| sink(raw.bytes))
        }
    }

    /// Exports the store of this thread.
    #[cfg(not(feature = "alloc"))]
    pub(crate) fn store<E>(sink: impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        super::super::scope::with_store(|store| {
            super::export(&Rings::of(store), sink, &mut [0; super::PIECE])
        })
    }
}

/// Snapshots.
#[cfg(all(feature = "capture", feature = "alloc"))]
mod heap {
    use alloc::vec::Vec;
    use core::fmt;

    use super::super::cache::{Cache, try_cache};
    use super::super::list::{List, SnapshotError};
    use super::super::scope::with_store;
    use super::super::value::Value;
    use super::region::Rings;
    use super::{Form, Key, Keys, PIECE, export};

    /// The lists of a snapshot, with their forms where there is memory for these.
    struct Lists<'a> {
        lists: &'a [List],
        forms: Vec<Form>,
        error: Option<SnapshotError>,
    }

    impl Keys for Lists<'_> {
        fn each(&self, f: &mut dyn FnMut(&dyn Key, &Form) -> fmt::Result) -> fmt::Result {
            for (nth, list) in self.lists.iter().enumerate() {
                match self.forms.get(nth) {
                    Some(form) => f(list, form)?,
                    None => f(list, &Form::of(list))?,
                }
            }
            Ok(())
        }

        fn lacks(&self) -> Option<&dyn fmt::Display> {
            self.error.as_ref().map(|error| error as &dyn fmt::Display)
        }
    }

    #[allow(clippy::cast_possible_truncation)] // a chunk is short
    impl Key for List {
        fn name(&self) -> &str {
            self.key()
        }

        fn each_run(&self, f: &mut dyn FnMut(&Value<'_>, u64) -> fmt::Result) -> fmt::Result {
            self.parts().iter().try_for_each(|part| {
                f(&Value::in_chunk(&part.chunk, part.start as u32), part.len() as u64)
            })
        }

        fn each_value(&self, f: &mut dyn FnMut(&Value<'_>) -> fmt::Result) -> fmt::Result {
            self.parts().iter().try_for_each(|part| {
                (part.start..part.chunk.len())
                    .try_for_each(|nth| f(&Value::in_chunk(&part.chunk, nth as u32)))
            })
        }

        fn stream(&self, sink: &mut dyn FnMut(&[u8]) -> fmt::Result) -> fmt::Result {
            self.parts()
                .iter()
                .try_for_each(|part| part.chunk.stream(part.start, part.chunk.len(), sink))
        }
    }

    /// Exports a snapshot.
    pub(crate) fn cache<E>(
        cache: &Cache,
        sink: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        lists(cache.lists(), None, sink)
    }

    fn lists<E>(
        lists: &[List],
        error: Option<SnapshotError>,
        sink: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut forms = Vec::new();
        if forms.try_reserve_exact(lists.len()).is_ok() {
            forms.extend(lists.iter().map(|list| Form::of(list)));
        }
        with_buffer(|buffer| export(&Lists { lists, forms, error }, sink, buffer))
    }

    /// Exports the store of this thread.
    pub(crate) fn store<E>(sink: impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        with_store(|store| {
            if store.uses_memory() {
                return with_buffer(|buffer| export(&Rings::of(store), sink, buffer));
            }
            match try_cache() {
                Ok(snapshot) => cache(&snapshot, sink),
                Err(error) => lists(&[], Some(error), sink),
            }
        })
    }

    /// A file system takes large pieces in a third of the time of small ones.
    // `vec!` would abort where there is no memory.
    #[allow(clippy::slow_vector_initialization)]
    fn with_buffer<R>(f: impl FnOnce(&mut [u8]) -> R) -> R {
        let mut buffer = Vec::new();
        if buffer.try_reserve_exact(PIECE).is_err() {
            return f(&mut [0; 512]);
        }
        buffer.resize(PIECE, 0);
        f(&mut buffer)
    }
}

/// Without recording: a file without tensors.
#[cfg(not(feature = "capture"))]
mod off {
    use core::fmt;

    use super::{Form, Key, Keys, export};

    struct Nothing;

    impl Keys for Nothing {
        fn each(&self, _: &mut dyn FnMut(&dyn Key, &Form) -> fmt::Result) -> fmt::Result {
            Ok(())
        }
    }

    pub(crate) fn nothing<E>(sink: impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        export(&Nothing, sink, &mut [0; 512])
    }

    #[cfg(feature = "alloc")]
    pub(crate) fn cache<E>(
        _: &super::super::cache::Cache,
        sink: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        nothing(sink)
    }
}
