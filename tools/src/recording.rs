//! A recording, read from a file or from the running program.

use std::collections::BTreeMap;
use std::fs::{File, Metadata};
use std::io::Read;
use std::path::Path;

use crate::error::{Error, Reason};
use crate::header::{self, Header, Tensor};
use crate::value::Values;

/// The recorded values of a run: a list of values for each key, and texts.
///
/// It is read from a file that [`anycapture::export`] wrote, from any safetensors file whose tensors are named by key, or from a running
/// program with `Recording::from(&anycapture::cache())`. A tensor `key` of shape `[n, ...]` holds `n` values, oldest first; the tensors
/// `key/0`, `key/1`, ... hold one each. A tensor without axes is one value.
///
/// # Limits
///
/// The file is read once and kept in memory, with some 200 bytes more for each tensor. Element types of less than a byte, 8-bit floats
/// and complex numbers are not supported.
///
/// # Examples
///
/// ```
/// use anycapture_tools::Recording;
///
/// # let dir = tempfile::tempdir()?;
/// # let path = dir.path().join("run.safetensors");
/// # let scores = [0.25_f32, 0.75, 0.5, 0.5].map(f32::to_le_bytes).concat();
/// # let tensor = safetensors::tensor::TensorView::new(safetensors::Dtype::F32, vec![2, 2], &scores)?;
/// # safetensors::serialize_to_file([("softmax.scores", tensor)], None, &path)?;
/// let recording = Recording::load(path)?;
/// let scores = recording.get("softmax.scores").unwrap();
/// assert_eq!(scores.len(), 2);
/// assert_eq!(scores.get(0).unwrap().to_f64(), [0.25, 0.75]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Recording {
    pub(crate) name: String,
    pub(crate) keys: BTreeMap<String, Key>,
    pub(crate) texts: BTreeMap<String, Vec<String>>,
    pub(crate) omitted: Vec<String>,
    pub(crate) version: Option<String>,
    pub(crate) error: Option<String>,
    pub(crate) data: Vec<u8>,
}

/// The values of a key, with their sequences, indices and threads.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) tensors: Tensors,
    /// Boxed, as many files have none.
    pub(crate) notes: Option<Box<Notes>>,
}

impl Key {
    pub(crate) fn notes(&self) -> &Notes {
        const NONE: &Notes = &Notes { sequence: None, index: None, thread: None };
        self.notes.as_deref().unwrap_or(NONE)
    }
}

/// Further tensors, with an entry for each value.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notes {
    pub(crate) sequence: Option<Tensor>,
    pub(crate) index: Option<Tensor>,
    pub(crate) thread: Option<Tensor>,
}

#[derive(Clone, Debug)]
pub(crate) enum Tensors {
    /// Of shape `[n, ...]`, or one value without axes.
    Stacked(Tensor),
    /// One tensor for each value.
    List(Vec<Tensor>),
}

impl Tensors {
    pub(crate) fn len(&self) -> usize {
        match self {
            Tensors::Stacked(tensor) => tensor.shape.first().copied().unwrap_or(1),
            Tensors::List(tensors) => tensors.len(),
        }
    }
}

impl Recording {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// Returns an error if the file can't be read, is not a safetensors file, is damaged or truncated, or if its indices, sequences or
    /// threads don't fit its values. A damaged file never takes more memory than a few times its size.
    pub fn load(path: impl AsRef<Path>) -> Result<Recording, Error> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let open = || {
            let file = File::open(path)?;
            // Pipes have no size.
            let size = Some(file.metadata()?).filter(Metadata::is_file).map(|data| data.len());
            Ok::<_, std::io::Error>((file, size))
        };
        let (file, size) = open().map_err(|error| Error::new(&name, error))?;
        Recording::read(&name, file, size)
    }

    /// Reads a file from `bytes`, which are copied.
    ///
    /// # Errors
    ///
    /// As of [`load`](Recording::load).
    pub fn from_bytes(bytes: &[u8]) -> Result<Recording, Error> {
        Recording::read("the given bytes", bytes, Some(bytes.len() as u64))
    }

    /// Reads a stream to its end: standard input, a socket.
    ///
    /// `name` is used in errors in place of a file's name; `size` is the number of bytes, if it is known.
    ///
    /// # Errors
    ///
    /// The errors of [`load`](Recording::load). From an endless stream, only one byte more is read than its header announces.
    ///
    /// # Examples
    ///
    /// ```
    /// use anycapture_tools::Recording;
    ///
    /// let error = Recording::read("standard input", &b"not at all"[..], None).unwrap_err();
    /// assert_eq!(error.to_string(), "standard input: not a safetensors file");
    /// ```
    pub fn read(name: &str, mut reader: impl Read, size: Option<u64>) -> Result<Recording, Error> {
        let mut read = || {
            let (length, header) = read_header(&mut reader, size)?;
            let at_hand = size.unwrap_or(0).saturating_sub(8 + length);
            let data = read_data(&mut reader, header.data, at_hand)?;
            Ok((header, data))
        };
        let (header, data) = read().map_err(|reason: Reason| Error::new(name, reason))?;
        Recording::new(name, header, data).map_err(|reason| Error::new(name, reason))
    }

    fn new(name: &str, mut header: Header, data: Vec<u8>) -> Result<Recording, String> {
        let version = header.metadata.remove("anycapture");
        let omitted = header.metadata.remove("anycapture.omitted");
        let error = header.metadata.remove("anycapture.error");
        let texts = header.metadata.into_iter();
        let texts = texts.filter_map(|(key, text)| Some((key, serde_json::from_str(&text).ok()?)));
        Ok(Recording {
            name: name.into(),
            keys: crate::names::group(header.tensors)?,
            texts: texts.collect(),
            omitted: omitted.and_then(|list| serde_json::from_str(&list).ok()).unwrap_or_default(),
            version,
            error,
            data,
        })
    }

    /// The file's name, as passed by the caller.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The keys with numbers, sorted.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.keys.keys().map(String::as_str)
    }

    /// The values of a key, oldest first.
    pub fn get(&self, key: &str) -> Option<Values<'_>> {
        let (key, entry) = self.keys.get_key_value(key)?;
        Some(Values::new(key, entry, &self.data))
    }

    /// The values of all keys, sorted by key.
    pub fn iter(&self) -> impl Iterator<Item = Values<'_>> {
        self.keys.iter().map(|(key, entry)| Values::new(key, entry, &self.data))
    }

    /// The texts of all keys that have some, sorted by key, then oldest first.
    pub fn texts(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.texts.iter().map(|(key, texts)| (key.as_str(), texts.as_slice()))
    }

    /// The keys with captured values that have no numbers, and so are not in the file.
    pub fn omitted(&self) -> &[String] {
        &self.omitted
    }

    /// The version of `anycapture` that wrote the file, if it did.
    pub fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    /// The reason why values are missing, if the program could not write all of them.
    pub fn error(&self) -> Option<&str> {
        self.error.as_deref()
    }

    /// Whether there is nothing to compare: neither numbers nor text.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.texts.is_empty()
    }

    /// Keeps only keys for which `wanted` returns true.
    ///
    /// # Examples
    ///
    /// Only the keys that both sides have:
    ///
    /// ```
    /// # use anycapture_tools::{Error, Recording};
    /// # fn common(mut ours: Recording, reference: &Recording) -> Recording {
    /// ours.retain(|key| reference.get(key).is_some());
    /// # ours
    /// # }
    /// ```
    pub fn retain(&mut self, mut wanted: impl FnMut(&str) -> bool) {
        self.keys.retain(|key, _| wanted(key));
        self.texts.retain(|key, _| wanted(key));
        self.omitted.retain(|key| wanted(key));
    }

    /// Renames every key to the result of `to`.
    ///
    /// # Errors
    ///
    /// Returns an error if two keys would have the same name.
    ///
    /// # Examples
    ///
    /// ```
    /// # use anycapture_tools::{Error, Recording};
    /// # fn rename(reference: Recording) -> Result<Recording, Error> {
    /// let reference = reference.rename(|key| key.replace("MultiheadAttention", "Attention"))?;
    /// # Ok(reference)
    /// # }
    /// ```
    pub fn rename(mut self, mut to: impl FnMut(&str) -> String) -> Result<Recording, Error> {
        self.keys = renamed(self.keys, &mut to).map_err(|twice| Error::new(&self.name, twice))?;
        self.texts = renamed(self.texts, &mut to).map_err(|twice| Error::new(&self.name, twice))?;
        self.omitted.iter_mut().for_each(|key| *key = to(key));
        Ok(self)
    }
}

fn renamed<T>(
    map: BTreeMap<String, T>,
    to: &mut impl FnMut(&str) -> String,
) -> Result<BTreeMap<String, T>, String> {
    let mut new = BTreeMap::new();
    for (key, value) in map {
        let name = to(&key);
        if new.contains_key(&name) {
            return Err(format!("`{key}` and another key would both be renamed to `{name}`"));
        }
        new.insert(name, value);
    }
    Ok(new)
}

/// The header and its length.
fn read_header(reader: &mut impl Read, size: Option<u64>) -> Result<(u64, Header), Reason> {
    let mut start = Vec::new();
    reader.by_ref().take(9).read_to_end(&mut start)?;
    let (Some(length), Some(&brace)) = (start.first_chunk(), start.get(8)) else {
        return Err(format!("not a safetensors file: it has only {} bytes", start.len()).into());
    };
    let length = u64::from_le_bytes(*length);
    if length > header::LONGEST || brace != b'{' {
        return Err(format!("not a safetensors file{}", looks_like(&start)).into());
    }
    if let Some(rest) = size.map(|size| size.saturating_sub(8)).filter(|&rest| length > rest) {
        return Err(
            format!("cut short: {length} bytes of header, of which {rest} are there").into()
        );
    }
    let mut text = vec![brace];
    reader.by_ref().take(length.saturating_sub(1)).read_to_end(&mut text)?;
    if (text.len() as u64) < length {
        let rest = text.len();
        return Err(
            format!("cut short: {length} bytes of header, of which {rest} are there").into()
        );
    }
    Ok((length, Header::parse(&text)?))
}

/// Reads as many bytes as the header announces, and no more.
fn read_data(reader: &mut impl Read, wanted: usize, at_hand: u64) -> Result<Vec<u8>, Reason> {
    let at_hand = usize::try_from(at_hand).unwrap_or(usize::MAX);
    let mut data = Vec::new();
    data.try_reserve_exact(wanted.min(at_hand)).map_err(|_| "too large for the memory")?;
    reader.by_ref().take(wanted as u64).read_to_end(&mut data)?;
    if data.len() < wanted {
        let rest = data.len();
        return Err(format!("cut short: {wanted} bytes of data, of which {rest} are there").into());
    }
    if reader.read(&mut [0])? > 0 {
        return Err(format!("longer than its header says: {wanted} bytes of data").into());
    }
    Ok(data)
}

/// Recognises common other files by their first bytes.
fn looks_like(start: &[u8]) -> &'static str {
    const KINDS: [(&[u8], &str); 4] = [
        (b"PK\x03\x04", ", but a zip file, as PyTorch's .pt and NumPy's .npz are"),
        (b"\x93NUMPY", ", but a NumPy array; save it with safetensors.numpy.save_file"),
        (b"\x80", ", but a Python pickle; save it with safetensors"),
        (b"version ", ", but the pointer of Git LFS to one: run `git lfs pull`"),
    ];
    KINDS.iter().find(|kind| start.starts_with(kind.0)).map_or("", |kind| kind.1)
}
