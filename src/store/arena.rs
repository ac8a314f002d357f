//! Rings in one piece of memory that the user gave: no heap.
//!
//! Values lie back to back from the start of the memory, each behind a header; a record for each
//! key lies at its end. The values of a key are linked into a circle through its record, oldest
//! first, by offsets:
//!
//! ```text
//! | header value | header value | hole | header value |  free  | record 2 | record 1 |
//! ```
//!
//! What is freed in the middle becomes a hole. When the free part is used up, the values slide
//! together; so a value is refused only if free bytes, holes and the key's own values are, all
//! in all, too few for it. In the steady state a value takes the place of the key's oldest, which has
//! its size, and nothing moves.

use super::element::{Element, Kind, MAX_RANK};
use super::{Cause, Counts, Meta, Shape};

pub struct Arena {
    memory: &'static mut [u8],
    /// Bytes at the start that are values and holes.
    top: usize,
    /// Bytes of these that are holes.
    holes: usize,
    records: usize,
    pub sequence: u64,
    pub given: bool,
}

/// A record: the offsets of its key's newest and oldest value (or of itself), where a value's
/// header has those of the next older and the next newer; then these numbers.
const RECORD: usize = 28;
const COUNT: usize = 8;
const BYTES: usize = 12;
const OVERWRITTEN: usize = 16;
const CLEARED: usize = 20;
const TAKEN: usize = 24;

/// A header: the two offsets, then `sequence` (8 bytes), `thread` (2), kind (1), and rank and flags
/// (1); then the index, if there is one, and the dimensions, in 4 and 2 bytes each or, if `WIDE`,
/// in 8 and 4.
const OLDER: usize = 0;
const NEWER: usize = 4;
const SEQUENCE: usize = 8;
const THREAD: usize = 16;
const KIND: usize = 18;
const FLAGS: usize = 19;
const HEADER: usize = 20;
const RANK: u8 = 0x0f;
const INDEXED: u8 = 0x10;
const WIDE: u8 = 0x20;
/// The kind of a hole. Its size stands where a value has its first offset.
const HOLE: u8 = 0xff;

/// A value's header, decoded.
pub struct Header {
    pub kind: Kind,
    pub shape: Shape,
    pub meta: Meta,
    flags: u8,
}

impl Header {
    pub fn new(kind: Kind, shape: Shape, meta: Meta) -> Header {
        let narrow = shape.as_slice().iter().all(|&dim| u16::try_from(dim).is_ok())
            && meta.index().is_none_or(|index| u32::try_from(index).is_ok());
        let mut flags = shape.rank();
        if meta.index().is_some() {
            flags |= INDEXED;
        }
        if !narrow {
            flags |= WIDE;
        }
        Header { kind, shape, meta, flags }
    }

    fn size(&self) -> usize {
        let (index, dim) = if self.flags & WIDE == 0 { (4, 2) } else { (8, 4) };
        let index = if self.flags & INDEXED == 0 { 0 } else { index };
        HEADER + index + dim * usize::from(self.flags & RANK)
    }

    fn write(&self, to: &mut [u8]) {
        let wide = self.flags & WIDE != 0;
        put(to, SEQUENCE, &self.meta.sequence.to_le_bytes());
        // More threads than the field can tell apart share its last number.
        let thread = u16::try_from(self.meta.thread()).unwrap_or(u16::MAX);
        put(to, THREAD, &thread.to_le_bytes());
        to[KIND] = self.kind as u8;
        to[FLAGS] = self.flags;
        let mut at = HEADER;
        if let Some(index) = self.meta.index() {
            let bytes = index.to_le_bytes();
            let bytes = if wide { &bytes[..] } else { &bytes[..4] };
            put(to, at, bytes);
            at += bytes.len();
        }
        for &dim in self.shape.as_slice() {
            #[allow(clippy::cast_possible_truncation)] // no dimension is larger than the memory
            let bytes = (dim as u32).to_le_bytes();
            let bytes = if wide { &bytes[..] } else { &bytes[..2] };
            put(to, at, bytes);
            at += bytes.len();
        }
    }

    fn read(from: &[u8]) -> Header {
        let flags = from[FLAGS];
        let wide = flags & WIDE != 0;
        let mut at = HEADER;
        let mut number = |bytes: usize| {
            let mut word = [0; 8];
            word[..bytes].copy_from_slice(&from[at..at + bytes]);
            at += bytes;
            u64::from_le_bytes(word)
        };
        let index = (flags & INDEXED != 0).then(|| number(if wide { 8 } else { 4 }));
        let mut dims = [0; MAX_RANK];
        let rank = usize::from(flags & RANK);
        for dim in &mut dims[..rank] {
            #[allow(clippy::cast_possible_truncation)] // it was a `usize`
            let read = number(if wide { 4 } else { 2 }) as usize;
            *dim = read;
        }
        let mut sequence = [0; 8];
        sequence.copy_from_slice(&from[SEQUENCE..SEQUENCE + 8]);
        let thread = u32::from(u16::from_le_bytes([from[THREAD], from[THREAD + 1]]));
        Header {
            // Only `write` writes a kind.
            kind: Kind::from_byte(from[KIND]).unwrap_or(Kind::U8),
            shape: Shape::new(&dims[..rank]),
            meta: Meta::new(u64::from_le_bytes(sequence), index, thread),
            flags,
        }
    }
}

fn put(to: &mut [u8], at: usize, bytes: &[u8]) {
    to[at..at + bytes.len()].copy_from_slice(bytes);
}

/// Offsets and counts are kept in 32 bits: memory beyond 4 GiB is left alone.
#[allow(clippy::cast_possible_truncation)]
const LARGEST: usize = if usize::BITS > 32 { u32::MAX as usize } else { usize::MAX };

impl Arena {
    pub const fn new() -> Arena {
        Arena { memory: &mut [], top: 0, holes: 0, records: 0, sequence: 0, given: false }
    }

    /// Puts the values in `memory` from now on. Given once.
    pub fn give(&mut self, memory: &'static mut [u8]) {
        let length = memory.len().min(LARGEST);
        self.memory = &mut memory[..length];
        self.given = true;
    }

    pub fn size(&self) -> usize {
        self.memory.len()
    }

    /// Bytes in use: records, headers and values.
    pub fn used(&self) -> usize {
        self.top - self.holes + self.records * RECORD
    }

    fn word(&self, at: usize) -> usize {
        let mut bytes = [0; 4];
        bytes.copy_from_slice(&self.memory[at..at + 4]);
        u32::from_le_bytes(bytes) as usize
    }

    /// Numbers that outgrow 32 bits stay at the largest.
    fn set_word(&mut self, at: usize, word: usize) {
        put(self.memory, at, &u32::try_from(word).unwrap_or(u32::MAX).to_le_bytes());
    }

    fn add(&mut self, at: usize, more: usize) {
        self.set_word(at, self.word(at).saturating_add(more));
    }

    fn record(&self, ring: usize) -> usize {
        self.memory.len() - (ring + 1) * RECORD
    }

    /// Where the part of the values ends.
    fn end(&self) -> usize {
        self.memory.len() - self.records * RECORD
    }

    /// Bytes left of the memory, or of a budget smaller than that.
    fn free(&self, max_bytes: usize) -> usize {
        max_bytes.min(self.memory.len()).saturating_sub(self.used())
    }

    /// The ring of a new key, or `None` if there is no memory for its record.
    pub fn open(&mut self, max_bytes: usize) -> Option<usize> {
        if self.free(max_bytes) < RECORD {
            return None;
        }
        if self.end() - self.top < RECORD {
            self.compact();
        }
        let ring = self.records;
        self.records += 1;
        let record = self.record(ring);
        self.memory[record..record + RECORD].fill(0);
        self.set_word(record + OLDER, record);
        self.set_word(record + NEWER, record);
        Some(ring)
    }

    pub fn push<E: Element>(
        &mut self,
        ring: usize,
        limits: (usize, usize),
        values: &[E],
        shape: Shape,
        mut meta: Meta,
    ) -> Result<(), Cause> {
        meta.sequence = self.sequence;
        let header = Header::new(E::KIND, shape, meta);
        let data = size_of_val(values);
        let at = self.place(ring, limits, header.size().saturating_add(data))?;
        self.sequence += 1;
        let block = &mut self.memory[at..at + header.size() + data];
        header.write(block);
        E::write(values, &mut block[header.size()..]);
        Ok(())
    }

    /// A block of `size` bytes, linked as the newest of its key.
    fn place(&mut self, ring: usize, limits: (usize, usize), size: usize) -> Result<usize, Cause> {
        let (max_size, max_bytes) = limits;
        let record = self.record(ring);
        if size > max_bytes.min(self.memory.len()).saturating_sub(RECORD) {
            return Err(Cause::TooLarge);
        }
        if size > self.free(max_bytes) + self.word(record + BYTES) {
            return Err(Cause::NoMemory);
        }
        while self.word(record + COUNT) >= max_size || self.free(max_bytes) < size {
            let oldest = self.word(record + NEWER);
            self.unlink(record, oldest);
            self.add(record + OVERWRITTEN, 1);
            if self.block_size(oldest) == size && self.word(record + COUNT) < max_size {
                self.link(record, oldest, size);
                return Ok(oldest);
            }
            self.free_block(oldest);
        }
        if self.end() - self.top < size {
            self.compact();
        }
        let at = self.top;
        self.top += size;
        self.link(record, at, size);
        Ok(at)
    }

    fn link(&mut self, record: usize, at: usize, size: usize) {
        let newest = self.word(record + OLDER);
        self.set_word(at + OLDER, newest);
        self.set_word(at + NEWER, record);
        self.set_word(newest + NEWER, at);
        self.set_word(record + OLDER, at);
        self.add(record + COUNT, 1);
        self.add(record + BYTES, size);
    }

    fn unlink(&mut self, record: usize, at: usize) {
        let (older, newer) = (self.word(at + OLDER), self.word(at + NEWER));
        self.set_word(older + NEWER, newer);
        self.set_word(newer + OLDER, older);
        self.set_word(record + COUNT, self.word(record + COUNT) - 1);
        self.set_word(record + BYTES, self.word(record + BYTES) - self.block_size(at));
    }

    fn free_block(&mut self, at: usize) {
        let size = self.block_size(at);
        if at + size == self.top {
            self.top = at;
        } else {
            self.holes += size;
            self.memory[at + KIND] = HOLE;
            self.set_word(at, size);
        }
    }

    fn block_size(&self, at: usize) -> usize {
        let header = Header::read(&self.memory[at..]);
        header.size() + header.kind.size() * header.shape.product()
    }

    /// Slides the values together, over the holes. One pass over the memory.
    fn compact(&mut self) {
        let (mut from, mut to) = (0, 0);
        while from < self.top {
            if self.memory[from + KIND] == HOLE {
                from += self.word(from);
                continue;
            }
            let size = self.block_size(from);
            if from != to {
                self.memory.copy_within(from..from + size, to);
                let (older, newer) = (self.word(to + OLDER), self.word(to + NEWER));
                self.set_word(older + NEWER, to);
                self.set_word(newer + OLDER, to);
            }
            from += size;
            to += size;
        }
        self.top = to;
        self.holes = 0;
    }

    /// The values of a ring, oldest first.
    pub fn each(&self, ring: usize, mut f: impl FnMut(&Header, &[u8])) {
        let record = self.record(ring);
        let mut at = self.word(record + NEWER);
        while at != record {
            let block = &self.memory[at..];
            let header = Header::read(block);
            let data = header.size();
            f(&header, &block[data..data + header.kind.size() * header.shape.product()]);
            at = self.word(at + NEWER);
        }
    }

    pub fn rings(&self) -> usize {
        self.records
    }

    pub fn counts(&self, ring: usize) -> Counts {
        let record = self.record(ring);
        Counts {
            kept: self.word(record + COUNT) as u64,
            overwritten: self.word(record + OVERWRITTEN) as u64,
            cleared: self.word(record + CLEARED) as u64,
            taken: self.word(record + TAKEN) as u64,
        }
    }

    /// Drops every value. `taken` says whether they count as taken, not as cleared.
    pub fn clear(&mut self, taken: bool) {
        for ring in 0..self.records {
            let record = self.record(ring);
            let count = self.word(record + COUNT);
            self.add(record + if taken { TAKEN } else { CLEARED }, count);
            self.set_word(record + COUNT, 0);
            self.set_word(record + BYTES, 0);
            self.set_word(record + OLDER, record);
            self.set_word(record + NEWER, record);
        }
        self.top = 0;
        self.holes = 0;
    }

    /// Keeps the newest `max_size` values of every key.
    pub fn trim(&mut self, max_size: usize) {
        for ring in 0..self.records {
            let record = self.record(ring);
            while self.word(record + COUNT) > max_size {
                let oldest = self.word(record + NEWER);
                self.unlink(record, oldest);
                self.free_block(oldest);
                self.add(record + OVERWRITTEN, 1);
            }
        }
    }
}
