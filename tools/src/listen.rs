//! Reads the values that a device sends one by one.
//!
//! The format of a frame is version 1, described in the crate's `src/store/frame.rs`.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;

use crate::builder::{self, Captured, Content, Elements};
use crate::recording::Recording;

const MAGIC: [u8; 3] = [0xAC, b'F', 1];
/// The type of a text.
const TEXT: u8 = 15;
/// The size of a `usize`, which is irrelevant: the integers of frames have fixed widths.
const WORD: usize = 8;
/// The largest numbers accepted. Larger ones count as damage, so that a damaged frame does not hold up those after it.
const MOST_AXES: usize = 8;
const MOST_INDICES: usize = 4;
const LONGEST_KEY: usize = 4096;
const LARGEST: usize = 1 << 28;

/// Finds the values that a device sends (`anycapture::Value::frame`) in a stream of bytes.
///
/// The stream may begin anywhere, contain other output, and lose or change bytes: a frame is accepted only if its checksum matches,
/// and other bytes are skipped. `Display` is one line of counts.
///
/// # Examples
///
/// ```
/// use anycapture_tools::Listener;
///
/// let mut listener = Listener::new(100);
/// listener.feed(b"boot: ok\r\n");
/// let recording = listener.recording("/dev/ttyACM0");
/// assert!(recording.is_empty());
/// assert_eq!(listener.to_string(), "0 values, 0 captures missing, 10 bytes skipped");
/// ```
#[derive(Debug)]
pub struct Listener {
    keep: usize,
    pending: Vec<u8>,
    kept: BTreeMap<String, VecDeque<Captured>>,
    received: u64,
    skipped: u64,
    /// The sequence numbers seen, first and last.
    range: Option<(u64, u64)>,
}

impl Listener {
    /// Keeps the newest `keep` values of each key.
    pub fn new(keep: usize) -> Listener {
        let kept = BTreeMap::new();
        Listener { keep, pending: Vec::new(), kept, received: 0, skipped: 0, range: None }
    }

    /// Takes the next bytes of the stream.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.pending.extend_from_slice(bytes);
        self.scan(false);
    }

    /// Ends the stream, whose last frame may have been cut short.
    pub fn end(&mut self) {
        self.scan(true);
    }

    /// The number of values received.
    pub fn received(&self) -> u64 {
        self.received
    }

    /// The number of bytes that were outside of a frame, or in a damaged one.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// The number of captures between the first and the last value that were not received: lost on the way, overwritten before they
    /// were sent, or not sent by the device.
    pub fn missing(&self) -> u64 {
        let span = self.range.map_or(0, |(first, last)| (last - first).saturating_add(1));
        span.saturating_sub(self.received)
    }

    /// The values received and kept; `name` is used in place of a file's name.
    pub fn recording(&self, name: &str) -> Recording {
        builder::build(name, self.kept.values().flatten().cloned().collect())
    }

    fn scan(&mut self, ended: bool) {
        let mut at = 0;
        while at < self.pending.len() {
            match frame(&self.pending[at..]) {
                Ok((value, size)) => {
                    at += size;
                    self.keep(value);
                }
                Err(Stop::More) if !ended => break,
                Err(_) => {
                    at += 1;
                    self.skipped += 1;
                }
            }
        }
        self.pending.drain(..at);
    }

    fn keep(&mut self, value: Captured) {
        self.received += 1;
        let sequence = value.sequence;
        let (first, last) = self.range.unwrap_or((sequence, sequence));
        self.range = Some((first.min(sequence), last.max(sequence)));
        let values = self.kept.entry(value.key.clone()).or_default();
        values.push_back(value);
        if values.len() > self.keep {
            values.pop_front();
        }
    }
}

impl fmt::Display for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (received, missing, skipped) = (self.received, self.missing(), self.skipped);
        write!(f, "{received} values, {missing} captures missing, {skipped} bytes skipped")
    }
}

/// The reason why no value was read.
enum Stop {
    /// A frame may begin here, but is incomplete.
    More,
    Damaged,
}

/// The value whose frame begins here, and the length of the frame.
fn frame(bytes: &[u8]) -> Result<(Captured, usize), Stop> {
    let mut reader = Reader { bytes, at: 0 };
    for byte in MAGIC {
        if reader.byte()? != byte {
            return Err(Stop::Damaged);
        }
    }
    let (kind, ranks) = (reader.byte()?, reader.byte()?);
    let (rank, index_rank) = (usize::from(ranks & 15), usize::from(ranks >> 4));
    if rank > MOST_AXES || index_rank > MOST_INDICES {
        return Err(Stop::Damaged);
    }
    let sequence = reader.varint()?;
    let thread = u32::try_from(reader.varint()?).map_err(|_| Stop::Damaged)?;
    let key_size = reader.size(LONGEST_KEY)?;
    // With a zero, the other dimensions may be of any size.
    let shape = (0..rank).map(|_| reader.size(usize::MAX)).collect::<Result<Vec<_>, _>>()?;
    let indices = (0..index_rank).map(|_| reader.signed()).collect::<Result<_, _>>()?;
    let key = reader.text(key_size)?;
    reader.check::<2>()?;
    let content = reader.content(kind, shape)?;
    reader.check::<4>()?;
    Ok((Captured { key, indices, sequence, thread: Some(thread), content }, reader.at))
}

/// A place in a frame.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], Stop> {
        let taken = self.bytes.get(self.at..self.at + count).ok_or(Stop::More)?;
        self.at += count;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, Stop> {
        self.take(1).map(|bytes| bytes[0])
    }

    /// Seven bits in each byte, the lowest first; the highest bit is set in all but the last.
    fn varint(&mut self) -> Result<u64, Stop> {
        let mut number = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7F);
            if bits << shift >> shift != bits {
                return Err(Stop::Damaged);
            }
            number |= bits << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(Stop::Damaged)
    }

    /// Decodes `2 i` for a number `i` from 0 on, else `-2 i - 1`.
    #[allow(clippy::cast_possible_wrap)]
    fn signed(&mut self) -> Result<i64, Stop> {
        let number = self.varint()?;
        Ok((number >> 1) as i64 ^ -((number & 1) as i64))
    }

    fn size(&mut self, most: usize) -> Result<usize, Stop> {
        let size = usize::try_from(self.varint()?).map_err(|_| Stop::Damaged)?;
        if size > most { Err(Stop::Damaged) } else { Ok(size) }
    }

    fn text(&mut self, size: usize) -> Result<String, Stop> {
        let text = std::str::from_utf8(self.take(size)?).map_err(|_| Stop::Damaged)?;
        Ok(text.into())
    }

    /// Checks the lowest bytes of the checksum of everything before.
    fn check<const N: usize>(&mut self) -> Result<(), Stop> {
        let checksum = crc32fast::hash(&self.bytes[..self.at]).to_le_bytes();
        if *self.take(N)? == checksum[..N] { Ok(()) } else { Err(Stop::Damaged) }
    }

    fn content(&mut self, kind: u8, mut shape: Vec<usize>) -> Result<Content, Stop> {
        if let (TEXT, &[size]) = (kind, &shape[..]) {
            let size = Some(size).filter(|size| *size <= LARGEST);
            return Ok(Content::Text(self.text(size.ok_or(Stop::Damaged)?)?));
        }
        let (dtype, words) = builder::dtype(kind, WORD).ok_or(Stop::Damaged)?;
        shape.extend(words);
        let size = dtype.size_of(&shape).filter(|size| *size <= LARGEST);
        let bytes = self.take(size.ok_or(Stop::Damaged)?)?.into();
        Ok(Content::Tensor(Elements { dtype, shape, bytes }))
    }
}
