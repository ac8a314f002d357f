//! Given memory of a device, in a dump.
//!
//! The layout is version 1, described in the crate's `src/store/region.rs`: a chain of rings, one for each key, each with a header
//! of 56 bytes, the key, and values. A dump may hold anything around it; the rings are found by their first bytes.

use crate::builder::{self, Captured, Content, Elements};
use crate::error::Error;
use crate::recording::Recording;

/// The first bytes of a ring. The next byte is the size of a `usize` on the device.
const MAGIC: [u8; 3] = [0xAC, b'R', 1];
const HEADER: usize = 56;
/// The bytes of a value's header, without the thread number.
const FIXED: usize = 16;
const VALUE_MARK: u8 = 0xAC;
const HAS_THREAD: u8 = 4;

impl Recording {
    /// Reads the values in given memory (`anycapture::set_memory`) from a dump of a device's memory.
    ///
    /// The dump may begin before that memory and end after it, or hold only a part of it. Values that are inconsistent, or were being
    /// written when the device stopped, are left out. `name` is used in errors in place of a file's name.
    ///
    /// # Errors
    ///
    /// Returns an error if there is no value in the dump.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # use anycapture_tools::Recording;
    /// let recording = Recording::from_dump("ram.bin", &std::fs::read("ram.bin")?)?;
    /// print!("{recording}");
    /// recording.save("ram.safetensors")?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn from_dump(name: &str, dump: &[u8]) -> Result<Recording, Error> {
        let mut values = Vec::new();
        let mut rest = dump;
        while let Some(start) = rest.windows(MAGIC.len()).position(|bytes| bytes == MAGIC) {
            rest = &rest[start..];
            let read = Ring::at(rest).map_or(1, |ring| {
                values.extend(ring.values());
                ring.size
            });
            rest = &rest[read..];
        }
        if values.is_empty() {
            return Err(Error::new(
                name,
                "no values of anycapture's given memory are in this dump",
            ));
        }
        Ok(builder::build(name, values))
    }
}

/// A ring of values of one key.
struct Ring<'a> {
    key: &'a str,
    /// Everything after the header, from where offsets count.
    data: &'a [u8],
    /// Where the first value can begin: after the key.
    start: usize,
    /// Where the oldest value begins and the newest one ends; the end is 0 if there is none.
    head: usize,
    tail: usize,
    /// The size of a `usize` on the device.
    word: usize,
    /// The bytes of the ring that are in the dump.
    size: usize,
}

impl<'a> Ring<'a> {
    /// The ring at the start of the dump. Its end may be missing.
    fn at(dump: &'a [u8]) -> Option<Ring<'a>> {
        let word = usize::from(*dump.get(3)?);
        let size = u32_at(dump, 4)?;
        let start = usize::from(u16::from_le_bytes(*dump.get(8..)?.first_chunk()?));
        let [slot @ (0 | 1), padding @ 0..4] = *dump.get(10..)?.first_chunk()? else { return None };
        let slot = 12 + 8 * usize::from(slot);
        let (head, tail) = (u32_at(dump, slot)?, u32_at(dump, slot + 4)?);
        let ring = dump.get(..size.min(dump.len()))?;
        let data = ring.get(HEADER..)?;
        let key = data.get(..start.checked_sub(padding.into())?)?;
        let key = std::str::from_utf8(key).ok()?;
        let sound = (word == 4 || word == 8) && tail <= size - HEADER;
        sound.then_some(Ring { key, data, start, head, tail, word, size: ring.len() })
    }

    /// Every consistent value, oldest first.
    fn values(&self) -> Vec<Captured> {
        let mut values = Vec::new();
        // From the head to the end of the data, then from its start, unless the values are contiguous.
        let runs = if self.head < self.tail {
            vec![(self.head, self.tail)]
        } else {
            vec![(self.head, self.data.len()), (self.start, self.tail)]
        };
        for (mut at, end) in runs {
            while self.tail > 0 && at < end {
                let Some(size) = u32_at(self.data, at).filter(|size| *size >= FIXED) else { break };
                values.extend(self.data.get(at..).and_then(|value| self.value(value.get(..size)?)));
                at += size;
            }
        }
        values
    }

    #[allow(clippy::cast_possible_wrap)] // indices are stored as unsigned numbers
    fn value(&self, value: &[u8]) -> Option<Captured> {
        let (header, mut rest) = value.split_at_checked(FIXED)?;
        let &[kind, ranks, flags, VALUE_MARK] = header.get(4..)?.first_chunk()? else {
            return None;
        };
        let sequence = u64_at(header, 8)?;
        let mut thread = None;
        if flags & HAS_THREAD != 0 {
            thread = Some(u32::from_le_bytes(*rest.first_chunk()?));
            rest = &rest[4..];
        }
        let (rank, index_rank) = (usize::from(ranks & 15), usize::from(ranks >> 4));
        let elements = rest.len().checked_sub(8 * index_rank + self.word * rank)?;
        let (elements, notes) = rest.split_at_checked(elements)?;
        let (indices, dims) = notes.split_at_checked(8 * index_rank)?;
        let bytes = elements.get(..elements.len().checked_sub(usize::from(flags & 3))?)?;
        let (dtype, words) = builder::dtype(kind, self.word)?;
        let dim = |at: usize| match self.word {
            4 => u32_at(dims, at),
            _ => usize::try_from(u64_at(dims, at)?).ok(),
        };
        let shape: Vec<usize> = (0..rank)
            .map(|axis| dim(axis * self.word))
            .chain(words.map(Some))
            .collect::<Option<_>>()?;
        let indices = (0..index_rank).map(|index| Some(u64_at(indices, 8 * index)? as i64));
        let indices = indices.collect::<Option<_>>()?;
        (dtype.size_of(&shape)? == bytes.len()).then(|| {
            let content = Content::Tensor(Elements { dtype, shape, bytes: bytes.into() });
            Captured { key: self.key.into(), indices, sequence, thread, content }
        })
    }
}

fn u32_at(bytes: &[u8], at: usize) -> Option<usize> {
    let bytes = bytes.get(at..)?.first_chunk()?;
    usize::try_from(u32::from_le_bytes(*bytes)).ok()
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}
