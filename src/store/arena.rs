//! Rings in one piece of memory that the user gave: no heap.
//!
//! Values lie back to back from the start of the memory, each behind a header; a record for each
//! key lies at its end. The values of a key are linked into a circle, from each to the next newer and
//! from the newest to the oldest; the record says which is the newest:
//!
//! ```text
//! | header value | header value | hole | header value |  free  | record 2 | record 1 |
//! ```
//!
//! What is freed in the middle becomes a hole. When the free part is used up, the values slide
//! together; so a value is refused only if free bytes, holes and the key's own values are, all
//! in all, too few for it. In the steady state a value takes the place of the key's oldest, which has
//! its size: nothing moves, no link changes, and the record points one further.

use super::element::{Kind, MAX_RANK};
use super::{Cause, Counts, Meta, Shape};

pub struct Arena {
    memory: &'static mut [u8],
    /// Bytes at the start that are values and holes.
    top: usize,
    /// Bytes of records, headers and values: the rest is free or holes.
    used: usize,
    records: usize,
    pub sequence: u64,
    pub given: bool,
}

/// A record: the offset of its key's newest value, if it has one, then these numbers.
const RECORD: usize = 24;
const NEWEST: usize = 0;
const COUNT: usize = 4;
const BYTES: usize = 8;
const OVERWRITTEN: usize = 12;
const CLEARED: usize = 16;
const TAKEN: usize = 20;

/// A header: the offsets of the next older and next newer value; the size of header and value; `sequence`
/// (6 bytes, enough for a capture every microsecond for 8 years), `thread` (2), kind (1), rank and flags (1);
/// then the index, if there is one, and the dimensions, in 4 and 2 bytes each or, if `WIDE`, in 8 and 4.
const OLDER: usize = 0;
const NEWER: usize = 4;
const SIZE: usize = 8;
const STAMP: usize = 12;
const KIND: usize = 20;
const FLAGS: usize = 21;
const HEADER: usize = 22;
const RANK: u8 = 0x0f;
const INDEXED: u8 = 0x10;
const WIDE: u8 = 0x20;
/// The kind of a hole, of which only `SIZE` says something else.
const HOLE: u8 = 0xff;
const SEQUENCE_BITS: u32 = 48;
const SEQUENCES: u64 = (1 << SEQUENCE_BITS) - 1;

/// What a capture says of its value.
pub struct Form<'a> {
    pub kind: Kind,
    pub shape: &'a [usize],
    pub index: Option<u64>,
    /// In bytes.
    pub size: usize,
}

impl Form<'_> {
    fn bare(&self) -> bool {
        self.shape.is_empty() && self.index.is_none()
    }
}

/// What is kept of a value beside its bytes.
pub struct Header {
    pub kind: Kind,
    pub shape: Shape,
    pub meta: Meta,
}

/// Rank and flags of a header, and its size.
fn layout(shape: &[usize], index: Option<u64>) -> (u8, usize) {
    let narrow = shape.iter().all(|&dim| u16::try_from(dim).is_ok())
        && u32::try_from(index.unwrap_or_default()).is_ok();
    #[allow(clippy::cast_possible_truncation)] // no rank is above `MAX_RANK`
    let rank = shape.len() as u8;
    let indexed = if index.is_some() { INDEXED } else { 0 };
    let flags = rank | indexed | if narrow { 0 } else { WIDE };
    (flags, header_size(flags))
}

fn header_size(flags: u8) -> usize {
    let index = if flags & INDEXED == 0 { 0 } else { 4 };
    let narrow = HEADER + index + 2 * usize::from(flags & RANK);
    if flags & WIDE == 0 { narrow } else { 2 * narrow - HEADER }
}

/// See [`region_size`](crate::region_size).
pub const fn region_size(count: usize, element: usize, shape: &[usize], index: bool) -> usize {
    let (mut elements, mut wide, mut at) = (1, false, 0);
    while at < shape.len() {
        elements *= shape[at];
        wide |= shape[at] > u16::MAX as usize;
        at += 1;
    }
    let dims = if wide { 4 } else { 2 } * shape.len();
    let index = match (index, wide) {
        (false, _) => 0,
        (true, false) => 4,
        (true, true) => 8,
    };
    RECORD + count * (HEADER + index + dims + elements * element)
}

/// Writes a header, apart from its links and its size, and gives the rest of the block.
fn write_header<'b>(
    block: &'b mut [u8],
    flags: u8,
    form: &Form<'_>,
    stamp: u64,
) -> Option<&'b mut [u8]> {
    let wide = flags & WIDE != 0;
    let (head, mut rest) = block.split_first_chunk_mut::<HEADER>()?;
    put(head, STAMP, stamp.to_le_bytes());
    put(head, KIND, [form.kind as u8, flags]);
    #[allow(clippy::cast_possible_truncation)] // what does not fit is `wide`
    if let Some(index) = form.index {
        rest = if wide {
            next(rest, index.to_le_bytes())?
        } else {
            next(rest, (index as u32).to_le_bytes())?
        };
    }
    #[allow(clippy::cast_possible_truncation)] // and no dimension is larger than the memory
    for &dim in form.shape {
        rest = if wide {
            next(rest, (dim as u32).to_le_bytes())?
        } else {
            next(rest, (dim as u16).to_le_bytes())?
        };
    }
    Some(rest)
}

/// Writes `bytes`, and gives what is behind them.
fn next<const N: usize>(to: &mut [u8], bytes: [u8; N]) -> Option<&mut [u8]> {
    let (to, rest) = to.split_first_chunk_mut::<N>()?;
    *to = bytes;
    Some(rest)
}

fn read_header(from: &[u8]) -> Header {
    let flags = from[FLAGS];
    let (index_bytes, dim_bytes) = if flags & WIDE == 0 { (4, 2) } else { (8, 4) };
    let mut at = STAMP;
    let mut number = |bytes: usize| {
        let mut word = [0; 8];
        word[..bytes].copy_from_slice(&from[at..at + bytes]);
        at += bytes;
        u64::from_le_bytes(word)
    };
    let stamp = number(8);
    // Kind and flags.
    number(2);
    let index = (flags & INDEXED != 0).then(|| number(index_bytes));
    let mut dims = [0; MAX_RANK];
    let rank = usize::from(flags & RANK);
    for dim in &mut dims[..rank] {
        #[allow(clippy::cast_possible_truncation)] // it was a `usize`
        let read = number(dim_bytes) as usize;
        *dim = read;
    }
    #[allow(clippy::cast_possible_truncation)] // 16 bits are left
    let thread = (stamp >> SEQUENCE_BITS) as u32;
    Header {
        // Only `write_header` writes a kind.
        kind: Kind::from_byte(from[KIND]).unwrap_or(Kind::U8),
        shape: Shape::new(&dims[..rank]),
        meta: Meta::new(stamp & SEQUENCES, index, thread),
    }
}

/// With `to` of a known length, one store and no check.
#[inline(always)]
fn put<const N: usize>(to: &mut [u8], at: usize, bytes: [u8; N]) {
    to[at..at + N].copy_from_slice(&bytes);
}

#[inline(always)]
fn word(from: &[u8], at: usize) -> usize {
    let mut bytes = [0; 4];
    bytes.copy_from_slice(&from[at..at + 4]);
    u32::from_le_bytes(bytes) as usize
}

/// Offsets and counts are kept in 32 bits: memory beyond 4 GiB is left alone.
#[allow(clippy::cast_possible_truncation)]
const LARGEST: usize = if usize::BITS > 32 { u32::MAX as usize } else { usize::MAX };

impl Arena {
    pub const fn new() -> Arena {
        Arena { memory: &mut [], top: 0, used: 0, records: 0, sequence: 0, given: false }
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
        self.used
    }

    // Out of line: the steady state does without these two, and the rest takes a third less flash.
    #[inline(never)]
    fn word(&self, at: usize) -> usize {
        word(self.memory, at)
    }

    /// Numbers that outgrow 32 bits stay at the largest.
    #[inline(never)]
    fn set_word(&mut self, at: usize, word: usize) {
        put(self.memory, at, u32::try_from(word).unwrap_or(u32::MAX).to_le_bytes());
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
        self.used += RECORD;
        let record = self.record(ring);
        self.memory[record..record + RECORD].fill(0);
        Some(ring)
    }

    /// Keeps a value, which `write` writes.
    pub fn push(
        &mut self,
        ring: usize,
        limits: (usize, usize),
        form: &Form<'_>,
        thread: u32,
        write: &dyn Fn(&mut [u8]),
    ) -> Result<(), Cause> {
        // Spelt out for the scalar without an index, which so takes the shortest way.
        let (flags, header) =
            if form.bare() { (0, HEADER) } else { layout(form.shape, form.index) };
        let size = header.saturating_add(form.size);
        let (max_size, max_bytes) = limits;
        let budget = max_bytes.min(self.memory.len());
        let record = self.record(ring);
        let at = match self.overwrite(record, max_size, budget, size) {
            Some(at) => at,
            None => self.place(record, max_size, budget, size)?,
        };
        // More threads than the field can tell apart share its last number.
        let thread = u64::from(thread.min(u32::from(u16::MAX)));
        let stamp = self.sequence & SEQUENCES | thread << SEQUENCE_BITS;
        self.sequence += 1;
        let block = &mut self.memory[at..at + size];
        if let Some(data) = write_header(block, flags, form, stamp) {
            write(data);
        }
        Ok(())
    }

    /// A block of `size` bytes, linked as the newest of its key. Apart, so that the steady state saves no
    /// registers for it.
    #[cold]
    #[inline(never)]
    fn place(
        &mut self,
        record: usize,
        max_size: usize,
        budget: usize,
        size: usize,
    ) -> Result<usize, Cause> {
        let others = self.used - self.word(record + BYTES);
        if size > budget.saturating_sub(others) {
            let too_large = size > budget.saturating_sub(RECORD);
            return Err(if too_large { Cause::TooLarge } else { Cause::NoMemory });
        }
        // When the last of the key's values is gone, there is room.
        while self.word(record + COUNT) >= max_size || size > budget.saturating_sub(self.used) {
            self.drop_oldest(record);
        }
        Ok(self.append(record, size))
    }

    /// The steady state: the place of the key's oldest value, if that must go and has the same size.
    ///
    /// Written for speed: through arrays, which are checked once.
    #[inline(always)]
    fn overwrite(
        &mut self,
        record: usize,
        max_size: usize,
        budget: usize,
        size: usize,
    ) -> Option<usize> {
        let room = budget.checked_sub(self.used)?;
        let (values, record) = self.memory.split_at_mut_checked(record)?;
        let record = record.first_chunk_mut::<RECORD>()?;
        let count = word(record, COUNT);
        if count == 0 || count > max_size || (count < max_size && size <= room) {
            return None;
        }
        let newest = values.get(word(record, NEWEST)..)?.first_chunk::<HEADER>()?;
        let at = word(newest, NEWER);
        let oldest = values.get(at..)?.first_chunk::<HEADER>()?;
        if word(oldest, SIZE) != size {
            return None;
        }
        #[allow(clippy::cast_possible_truncation)] // they come from 32 bits
        {
            let overwritten = (word(record, OVERWRITTEN) as u32).saturating_add(1);
            put(record, OVERWRITTEN, overwritten.to_le_bytes());
            put(record, NEWEST, (at as u32).to_le_bytes());
        }
        Some(at)
    }

    /// A new block behind all others.
    fn append(&mut self, record: usize, size: usize) -> usize {
        if self.end() - self.top < size {
            self.compact();
        }
        let at = self.top;
        self.top += size;
        self.used += size;
        let (mut older, mut newer) = (at, at);
        if self.word(record + COUNT) > 0 {
            older = self.word(record + NEWEST);
            newer = self.word(older + NEWER);
        }
        self.set_word(at + SIZE, size);
        self.join(older, at);
        self.join(at, newer);
        self.set_word(record + NEWEST, at);
        self.add(record + COUNT, 1);
        self.add(record + BYTES, size);
        at
    }

    fn join(&mut self, older: usize, newer: usize) {
        self.set_word(older + NEWER, newer);
        self.set_word(newer + OLDER, older);
    }

    /// Counts it as overwritten.
    fn drop_oldest(&mut self, record: usize) {
        let newest = self.word(record + NEWEST);
        let at = self.word(newest + NEWER);
        let size = self.word(at + SIZE);
        self.join(newest, self.word(at + NEWER));
        self.set_word(record + COUNT, self.word(record + COUNT) - 1);
        self.set_word(record + BYTES, self.word(record + BYTES) - size);
        self.add(record + OVERWRITTEN, 1);
        self.used -= size;
        if at + size == self.top {
            self.top = at;
        } else {
            self.memory[at + KIND] = HOLE;
        }
    }

    /// Slides the values together, over the holes. One pass over the memory.
    fn compact(&mut self) {
        let (mut from, mut to) = (0, 0);
        while from < self.top {
            let size = self.word(from + SIZE);
            if self.memory[from + KIND] != HOLE {
                if from != to {
                    self.slide(from, to, size);
                }
                to += size;
            }
            from += size;
        }
        self.top = to;
    }

    fn slide(&mut self, from: usize, to: usize, size: usize) {
        let (older, newer) = (self.word(from + OLDER), self.word(from + NEWER));
        // In pieces that do not overlap: `copy_within` would bring `memmove`, a sixth of the recorder's flash.
        let piece = from - to;
        for at in (to..to + size).step_by(piece) {
            let (before, behind) = self.memory.split_at_mut(at + piece);
            let length = piece.min(to + size - at);
            before[at..at + length].copy_from_slice(&behind[..length]);
        }
        if older == from {
            self.join(to, to);
        } else {
            self.join(older, to);
            self.join(to, newer);
        }
        for ring in 0..self.records {
            let record = self.record(ring);
            if self.word(record + NEWEST) == from && self.word(record + COUNT) > 0 {
                self.set_word(record + NEWEST, to);
            }
        }
    }

    /// The values of a ring, oldest first.
    pub fn each(&self, ring: usize, mut f: impl FnMut(&Header, &[u8])) {
        let record = self.record(ring);
        let mut at = self.word(record + NEWEST);
        for _ in 0..self.word(record + COUNT) {
            at = self.word(at + NEWER);
            let block = &self.memory[at..at + self.word(at + SIZE)];
            f(&read_header(block), &block[header_size(block[FLAGS])..]);
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
        }
        self.top = 0;
        self.used = self.records * RECORD;
    }

    /// Keeps the newest `max_size` values of every key.
    pub fn trim(&mut self, max_size: usize) {
        for ring in 0..self.records {
            let record = self.record(ring);
            while self.word(record + COUNT) > max_size {
                self.drop_oldest(record);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::boxed::Box;
    use std::collections::VecDeque;
    use std::{vec, vec::Vec};

    use super::*;

    /// What an arena promises, in the plainest words: the newest of each key that fit.
    #[derive(Default)]
    struct Model {
        rings: Vec<Ring>,
        sequence: u64,
    }

    #[derive(Default)]
    struct Ring {
        values: VecDeque<Value>,
        overwritten: u64,
        cleared: u64,
        taken: u64,
    }

    #[derive(Debug, PartialEq)]
    struct Value {
        sequence: u64,
        index: Option<u64>,
        thread: u32,
        shape: Vec<usize>,
        data: Vec<u8>,
    }

    impl Value {
        fn size(&self) -> usize {
            layout(&self.shape, self.index).1 + self.data.len()
        }
    }

    impl Ring {
        fn bytes(&self) -> usize {
            self.values.iter().map(Value::size).sum()
        }

        fn drop_oldest(&mut self) {
            self.values.pop_front();
            self.overwritten += 1;
        }
    }

    impl Model {
        fn used(&self) -> usize {
            self.rings.len() * RECORD + self.rings.iter().map(Ring::bytes).sum::<usize>()
        }

        fn push(
            &mut self,
            ring: usize,
            max_size: usize,
            budget: usize,
            mut value: Value,
        ) -> Result<(), Cause> {
            let others = self.used() - self.rings[ring].bytes();
            if others + value.size() > budget {
                let alone = RECORD + value.size() > budget;
                return Err(if alone { Cause::TooLarge } else { Cause::NoMemory });
            }
            while self.rings[ring].values.len() >= max_size || self.used() + value.size() > budget {
                self.rings[ring].drop_oldest();
            }
            value.sequence = self.sequence;
            self.sequence += 1;
            self.rings[ring].values.push_back(value);
            Ok(())
        }
    }

    /// The same numbers in every run.
    struct Random(u64);

    impl Random {
        fn below(&mut self, end: usize) -> usize {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (self.0 >> 33) as usize % end
        }

        fn value(&mut self, largest: usize) -> Value {
            let length = match self.below(4) {
                // The same size again and again, as scalars have it.
                0 => 4,
                1 => self.below(largest / 8 + 1),
                2 => self.below(largest / 2 + 1),
                _ => self.below(largest + largest / 8 + 2),
            };
            let index = match self.below(4) {
                0 => Some(self.below(1000) as u64),
                1 => Some(u64::MAX - self.below(1000) as u64),
                _ => None,
            };
            let shape = match self.below(3) {
                0 => vec![length],
                1 => vec![1, length, 1, 1],
                _ => vec![length; usize::from(length == 1)],
            };
            let thread = [0, 3, 70_000][self.below(3)];
            let shape =
                if shape.iter().product::<usize>() == length { shape } else { vec![length] };
            let data = (0..length).map(|at| (at ^ self.0 as usize) as u8).collect();
            Value { sequence: 0, index, thread, shape, data }
        }
    }

    fn held(arena: &Arena, ring: usize) -> VecDeque<Value> {
        let mut values = VecDeque::new();
        arena.each(ring, |header, bytes| {
            assert_eq!(header.kind, Kind::U8);
            values.push_back(Value {
                sequence: header.meta.sequence,
                index: header.meta.index(),
                thread: header.meta.thread(),
                shape: header.shape.as_slice().to_vec(),
                data: bytes.to_vec(),
            });
        });
        values
    }

    /// One stream of captures, limits, clears into a region of `size` bytes, checked step by step.
    fn stream(size: usize, seed: u64, steps: usize) {
        let memory = Box::leak(vec![0xa5; size].into_boxed_slice());
        let mut arena = Arena::new();
        arena.give(memory);
        let mut model = Model::default();
        let mut random = Random(seed);
        let (mut max_size, mut max_bytes) = (usize::MAX, usize::MAX);
        let whole = |size: usize| size.saturating_sub(RECORD);
        for step in 0..steps {
            match random.below(200) {
                0 => {
                    arena.clear(step % 2 == 0);
                    for ring in &mut model.rings {
                        let count = ring.values.drain(..).len() as u64;
                        *if step % 2 == 0 { &mut ring.taken } else { &mut ring.cleared } += count;
                    }
                }
                1 => {
                    max_size = [1, 2, 5, 50, usize::MAX][random.below(5)];
                    arena.trim(max_size);
                    for ring in &mut model.rings {
                        while ring.values.len() > max_size {
                            ring.drop_oldest();
                        }
                    }
                }
                // Smaller than what is in use, at times.
                2 => {
                    max_bytes =
                        [usize::MAX, size, size / 2, random.below(size + 1)][random.below(4)]
                }
                3..20 if model.rings.len() < 12 => {
                    let budget = max_bytes.min(size);
                    let opened = arena.open(max_bytes);
                    assert_eq!(opened.is_some(), model.used() + RECORD <= budget);
                    if let Some(ring) = opened {
                        assert_eq!(ring, model.rings.len());
                        model.rings.push(Ring::default());
                    }
                }
                _ if !model.rings.is_empty() => {
                    let ring = random.below(model.rings.len());
                    let share = [1, 4, 16][random.below(3)];
                    let mut value = random.value(whole(size) / share);
                    let (index, bytes) = (value.index, value.data.len());
                    let form = Form { kind: Kind::U8, shape: &value.shape, index, size: bytes };
                    let limits = (max_size, max_bytes);
                    let kept = arena.push(ring, limits, &form, value.thread, &|to| {
                        to.copy_from_slice(&value.data);
                    });
                    value.thread = value.thread.min(u32::from(u16::MAX));
                    assert_eq!(kept, model.push(ring, max_size, max_bytes.min(size), value));
                }
                _ => {}
            }
            assert_eq!(arena.used(), model.used(), "step {step} of seed {seed}, {size} bytes");
            if step % 16 == 0 || step + 1 == steps {
                for (nth, ring) in model.rings.iter().enumerate() {
                    assert_eq!(
                        held(&arena, nth),
                        ring.values,
                        "step {step} of seed {seed}, {size} bytes"
                    );
                    let counts = arena.counts(nth);
                    assert_eq!(counts.kept, ring.values.len() as u64);
                    assert_eq!(counts.overwritten, ring.overwritten);
                    assert_eq!((counts.cleared, counts.taken), (ring.cleared, ring.taken));
                }
            }
        }
    }

    #[test]
    fn the_newest_that_fit_are_kept_whatever_comes() {
        for power in 6..=16 {
            for seed in 0..12 {
                let size = (1 << power) - 3 * seed as usize;
                stream(size, seed, 700);
            }
        }
    }

    #[test]
    fn regions_of_every_small_size() {
        for size in 0..200 {
            stream(size, size as u64, 300);
        }
    }

    #[test]
    fn the_size_of_a_region_is_exact() {
        for (shape, index) in [
            (&[][..], None),
            (&[], Some(1)),
            (&[3], None),
            (&[4, 5, 5], Some(3)),
            (&[70_000], None),
            (&[2, 70_000], Some(9)),
            (&[0, 7], None),
        ] {
            let size = region_size(6, 2, shape, index.is_some());
            for less in 0..2 {
                let mut arena = Arena::new();
                arena.give(Box::leak(vec![0; size - less].into_boxed_slice()));
                let ring = arena.open(usize::MAX).unwrap();
                let bytes = 2 * shape.iter().product::<usize>();
                let form = Form { kind: Kind::I16, shape, index, size: bytes };
                for _ in 0..20 {
                    arena.push(ring, (usize::MAX, usize::MAX), &form, 0, &|_| {}).unwrap();
                }
                assert_eq!(arena.counts(ring).kept, 6 - less as u64, "{shape:?} {index:?}");
            }
        }
    }

    #[test]
    fn a_header_is_small() {
        assert_eq!(layout(&[], None).1, 22);
        assert_eq!(layout(&[12, 197, 197], Some(11)).1, 32);
    }

    /// What `docs/embedding.md` says of numbers that run over.
    #[test]
    fn counts_stop_at_the_largest_number_and_sequences_wrap() {
        let mut arena = Arena::new();
        arena.give(Box::leak(vec![0; region_size(2, 4, &[], false)].into_boxed_slice()));
        let ring = arena.open(usize::MAX).unwrap();
        let record = arena.record(ring);
        let form = Form { kind: Kind::F32, shape: &[], index: None, size: 4 };
        let push = |arena: &mut Arena| {
            arena.push(ring, (usize::MAX, usize::MAX), &form, 0, &|_| {}).unwrap();
        };
        for at in [OVERWRITTEN, CLEARED, TAKEN] {
            arena.set_word(record + at, u32::MAX as usize - 1);
        }
        arena.sequence = SEQUENCES;
        for _ in 0..5 {
            push(&mut arena);
        }
        let sequences: Vec<u64> = held_sequences(&arena, ring);
        assert_eq!(sequences, [2, 3], "after the largest comes 0");
        arena.clear(false);
        push(&mut arena);
        push(&mut arena);
        arena.clear(true);
        let counts = arena.counts(ring);
        let most = u64::from(u32::MAX);
        assert_eq!((counts.overwritten, counts.cleared, counts.taken), (most, most, most));
    }

    fn held_sequences(arena: &Arena, ring: usize) -> Vec<u64> {
        let mut sequences = Vec::new();
        arena.each(ring, |header, _| sequences.push(header.meta.sequence));
        sequences
    }
}
