//! Values that a device sends one by one.
//!
//! A frame is what `anycapture::Value::frame` writes, in this order, all numbers little-endian:
//!
//! | bytes | what |
//! | --- | --- |
//! | 3 | magic: `AC 46 01`; 01 is the version |
//! | 1 | element type: 0 to 14 for f32, f64, i8, i16, i32, i64, i128, -, u8, u16, u32, u64, u128, -, bool |
//! | 4 | size of the whole frame |
//! | 1 | number of dimensions, plus 16 times the number of indices |
//! | 1 | 0 |
//! | 2 | length of the key |
//! | 8 | sequence |
//! | 2 | thread number, at most 65535 |
//! | | key, UTF-8 |
//! | 8 each | indices, signed |
//! | 4 each | dimensions, outermost first |
//! | | elements in row-major order |
//! | 4 | CRC-32 (that of zip and Ethernet) of everything before |

use std::collections::{BTreeMap, VecDeque};
use std::fmt;

use crate::builder::{self, Captured};
use crate::recording::Recording;

const MAGIC: [u8; 3] = [0xAC, b'F', 1];
/// What stands in front of the key.
const HEADER: usize = 22;
const CRC: usize = 4;
/// A larger frame is taken for damage.
const LARGEST: usize = 1 << 26;

/// Finds the values that a device sends (`anycapture::Value::frame`) in a stream of bytes.
///
/// The stream may begin anywhere, hold other output, and lose or change bytes: a frame is taken only if its checksum fits,
/// and whatever is no frame is skipped. `Display` is one line of counts.
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

    /// Takes what is left of a stream that has ended, in which a frame may have been cut short.
    pub fn end(&mut self) {
        self.scan(true);
    }

    /// How many values have come.
    pub fn received(&self) -> u64 {
        self.received
    }

    /// How many bytes were no frame, or of a damaged one.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// How many captures between the first and the last value have not come: lost on the way, overwritten before they
    /// were sent, or left out by the device.
    pub fn missing(&self) -> u64 {
        let span =
            self.range.map_or(0, |(first, last)| last.saturating_sub(first).saturating_add(1));
        span.saturating_sub(self.received)
    }

    /// What has come and is kept; `name` stands for the file's.
    pub fn recording(&self, name: &str) -> Recording {
        builder::build(name, self.kept.values().flatten().cloned().collect())
    }

    fn scan(&mut self, ended: bool) {
        let mut at = 0;
        while at < self.pending.len() {
            match Frame::at(&self.pending[at..]) {
                Found::Frame(value, size) => {
                    at += size;
                    self.keep(value);
                }
                Found::More if !ended => break,
                Found::More | Found::Nothing => {
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

/// What begins at a byte of the stream.
enum Found {
    Frame(Captured, usize),
    /// Perhaps a frame, of which more has to come.
    More,
    Nothing,
}

/// The parts of a frame in front of its key.
struct Frame {
    kind: u8,
    size: usize,
    rank: usize,
    index_rank: usize,
    key: usize,
    sequence: u64,
    thread: u16,
}

impl Frame {
    fn at(bytes: &[u8]) -> Found {
        let known = bytes.len().min(MAGIC.len());
        if bytes[..known] != MAGIC[..known] {
            return Found::Nothing;
        }
        let Some(header) = bytes.first_chunk() else { return Found::More };
        let Some(frame) = Frame::read(header) else { return Found::Nothing };
        match bytes.get(..frame.size) {
            Some(bytes) => {
                frame.value(bytes).map_or(Found::Nothing, |value| Found::Frame(value, frame.size))
            }
            // A size that is damaged is told from the dimensions, before the whole is waited for.
            None if frame.is_contradicted_by(bytes) => Found::Nothing,
            None => Found::More,
        }
    }

    fn read(header: &[u8; HEADER]) -> Option<Frame> {
        let &[_, _, _, kind, s0, s1, s2, s3, ranks, 0, k0, k1, ref stamp @ ..] = header else {
            return None;
        };
        let frame = Frame {
            kind,
            size: usize::try_from(u32::from_le_bytes([s0, s1, s2, s3])).ok()?,
            rank: usize::from(ranks & 15),
            index_rank: usize::from(ranks >> 4),
            key: usize::from(u16::from_le_bytes([k0, k1])),
            sequence: u64::from_le_bytes(*stamp.first_chunk()?),
            thread: u16::from_le_bytes(*stamp.last_chunk()?),
        };
        (frame.data() + CRC <= frame.size && frame.size <= LARGEST).then_some(frame)
    }

    fn indices(&self) -> usize {
        HEADER + self.key
    }

    fn dimensions(&self) -> usize {
        self.indices() + 8 * self.index_rank
    }

    fn data(&self) -> usize {
        self.dimensions() + 4 * self.rank
    }

    fn is_contradicted_by(&self, bytes: &[u8]) -> bool {
        bytes.len() >= self.data() && self.shape(bytes).is_none()
    }

    /// The shape, if as many elements have room in the frame.
    fn shape(&self, bytes: &[u8]) -> Option<Vec<usize>> {
        let (dtype, words) = builder::dtype(self.kind, 4)?;
        let stored = bytes[self.dimensions()..self.data()].chunks_exact(4);
        let axis = |bytes: &[u8]| u32::from_le_bytes(*bytes.first_chunk()?).try_into().ok();
        let shape: Vec<usize> = stored.map(axis).chain(words.map(Some)).collect::<Option<_>>()?;
        builder::fits(dtype, &shape, self.size - CRC - self.data()).then_some(shape)
    }

    /// The value of a whole frame, if its checksum fits.
    fn value(&self, bytes: &[u8]) -> Option<Captured> {
        let shape = self.shape(bytes)?;
        let (content, crc) = bytes.split_last_chunk::<CRC>()?;
        if crc32fast::hash(content) != u32::from_le_bytes(*crc) {
            return None;
        }
        let index = |bytes: &[u8]| Some(i64::from_le_bytes(*bytes.first_chunk()?));
        Some(Captured {
            key: std::str::from_utf8(&content[HEADER..self.indices()]).ok()?.into(),
            dtype: builder::dtype(self.kind, 4)?.0,
            shape,
            indices: content[self.indices()..self.dimensions()]
                .chunks_exact(8)
                .map(index)
                .collect::<Option<_>>()?,
            sequence: self.sequence,
            thread: Some(self.thread.into()),
            bytes: content[self.data()..].into(),
        })
    }
}
