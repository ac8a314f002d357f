//! Given memory: one ring of bytes for each key.
//!
//! [`Memory`] is carved from its start, once for each key. A piece becomes a [`Ring`], which takes
//! values until it is full, and from then on drops its oldest values for each new one:
//!
//! ```text
//! given memory   | ring "a.x"          | ring "a.y"     | ring "b.z"             | left     |
//!
//! a ring         | header | key | value 7 | value 8 | gap | value 4 | value 5 | value 6 | gap |
//!                                                   ^ tail  ^ head
//! a value        | header | elements | indices | dimensions |
//! ```
//!
//! A value is contiguous. If it doesn't fit after the newest one, a gap is left and it goes to the
//! start. So the cost of a push depends on the value itself, whatever else is stored: the bytes
//! copied, and a few instructions for each older value that is dropped to make room. If all values
//! have one size, each push drops one. At worst, with large and small values under one key, a push
//! drops the values in twice the bytes of the new one. Only a smaller limit drops more at once.
//!
//! All state is in the given memory, so it can be read after a reset ([`recover`]), or in a dump.
//! The state of a ring is two slots and a byte that selects the valid one: the other slot is
//! written first, then the byte. Before the bytes of old values are overwritten, the state without
//! these values is published; the state with the new value is published last. After a reset between
//! any two byte stores, the ring holds whole values only: guarded by the test
//! `a_reset_at_any_byte_leaves_whole_values`.
//!
//! Nothing here locks or waits. The owner of a ring keeps it under its own lock, which is held while
//! the elements are written. If other code writes to this memory by mistake, values may be lost or
//! misread, but that never causes a panic or an access outside the ring.
//!
//! # Format, version 1
//!
//! All numbers are unsigned, little-endian, and no more aligned than the memory itself. `up4`
//! rounds up to a multiple of four. The given memory is a chain of pieces without space between
//! them, from its first byte on. The chain ends where a piece would have a size under 8, or would
//! reach beyond the memory. Skip a piece without the magic bytes: it was carved, but its ring was
//! not finished.
//!
//! | ring, at | bytes | what |
//! | --- | --- | --- |
//! | 0 | 4 | magic: `AC 52 01 w`; 01 is the version, `w` the bytes of a dimension: 4, or 8 on 64-bit targets |
//! | 4 | 4 | size of the whole ring, a multiple of 4 |
//! | 8 | 2 | bytes of the key, padding included |
//! | 10 | 1 | the slot that is valid, 0 or 1 |
//! | 11 | 1 | bytes of padding after the key, 0 to 3 |
//! | 12 | 8 | slot 0: head, the offset of the oldest value; tail, the offset of the end of the newest one |
//! | 20 | 8 | slot 1: the same |
//! | 28 | 4 | values held |
//! | 32 | 24 | counts of values: overwritten, cleared, taken |
//! | 56 | | key, UTF-8, and padding up to a multiple of 4 |
//! | | rest | values |
//!
//! Offsets count from byte 56. A tail of 0 means that the ring is empty. Values follow each other
//! from head to tail. If fewer than 4 bytes are left in the ring, or the next four are less than 16,
//! the next value comes right after the key.
//!
//! | value, at | bytes | what |
//! | --- | --- | --- |
//! | 0 | 4 | size of the whole value, a multiple of 4 |
//! | 4 | 1 | element type: 0 to 14 for f32, f64, i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize, bool |
//! | 5 | 1 | number of dimensions, plus 16 times the number of indices |
//! | 6 | 1 | bytes of padding after the elements, 0 to 3; plus 4 if there is a thread number |
//! | 7 | 1 | `AC` |
//! | 8 | 8 | sequence |
//! | 16 | 0 or 4 | thread number |
//! | | | elements in row-major order, and padding up to a multiple of 4 |
//! | | 8 each | indices, signed |
//! | | `w` each | dimensions, outermost first |

use core::sync::atomic::{Ordering::SeqCst, compiler_fence};

use super::chunk::{MAX_INDICES, Stamp};
use super::counts::{Counts, Refused};
use super::element::{Element, Kind, MAX_RANK, Shape};
use super::value::Raw;

/// The bytes of a dimension: those of a `usize`, at least 4.
const WORD: usize = if size_of::<usize>() > 4 { 8 } else { 4 };

/// Not an ASCII character: the first byte of a ring, and one in each value's header.
const MARK: u8 = 0xAC;
/// The last step of [`Ring::create`]: memory without it is not a ring.
#[allow(clippy::cast_possible_truncation)]
const MAGIC: [u8; 4] = [MARK, b'R', 1, WORD as u8];

/// The bytes of a ring's header.
const HEADER: usize = 56;
type Header = [u8; HEADER];

// Offsets in a ring's header.
const SIZE: usize = 4;
const START: usize = 8;
const SELECTOR: usize = 10;
const PADDING: usize = 11;
const SLOTS: usize = 12;
const KEPT: usize = 28;
const OVERWRITTEN: usize = 32;
const CLEARED: usize = 40;
const TAKEN: usize = 48;

/// The start of a piece: magic bytes and size.
const PIECE: usize = 8;
/// The largest ring, and the most bytes of elements: offsets and sums of two fit in 32 bits.
pub(crate) const MAX_RING: usize =
    if size_of::<usize>() > 2 { i32::MAX as usize & !3 } else { isize::MAX as usize & !3 };

/// The bytes of a value's header, without the thread number.
const FIXED: usize = 16;
/// The bytes of the thread number.
const THREAD: usize = if cfg!(feature = "std") { 4 } else { 0 };
/// The flag in the byte of the padding.
const HAS_THREAD: u8 = 4;
type ValueHeader = [u8; FIXED + THREAD];

/// The next multiple of four.
const fn up4(size: usize) -> usize {
    (size + 3) & !3
}

/// The padding that [`up4`] adds.
#[allow(clippy::cast_possible_truncation)]
const fn padding(size: usize) -> u8 {
    (size as u8).wrapping_neg() & 3
}

/// The bytes in the ring of a value with `size` bytes of elements.
const fn value_size(size: usize, rank: usize, indices: usize) -> usize {
    up4(size) + FIXED + THREAD + 8 * indices + WORD * rank
}

/// The next byte of a key as it is shown, without the `r#` of raw identifiers, and the rest of the key.
const fn split_key(key: &[u8]) -> Option<(u8, &[u8])> {
    match key {
        [b'r', b'#', first, rest @ ..] | [first, rest @ ..] => Some((*first, rest)),
        [] => None,
    }
}

/// The number of bytes of a key as it is shown.
const fn key_size(key: &str) -> usize {
    let (mut rest, mut size) = (key.as_bytes(), 0);
    while let Some((_, behind)) = split_key(rest) {
        rest = behind;
        size += 1;
    }
    size
}

/// The bytes of given memory that hold exactly `count` values of a key, of element type `E` and
/// shape `shape`, each with `indices` indices (the numbers of the option `index`, 0 to 4).
///
/// The memory of a program is the sum over its keys. For values of several shapes under one key,
/// pass the largest.
///
/// # Examples
///
/// ```
/// use anycapture::region_size;
///
/// const REGION: usize = region_size::<f32>("attention.map", 8, &[4, 50, 50], 1) // `index = layer`
///     + region_size::<f32>("train.loss", 256, &[], 0);
/// static mut MEMORY: [u8; REGION] = [0; REGION];
/// ```
pub(crate) const fn region_size<E: Element>(
    key: &str,
    count: usize,
    shape: &[usize],
    indices: usize,
) -> usize {
    let (mut size, mut rest) = (E::SIZE, shape);
    while let [first, others @ ..] = rest {
        size = times(size, *first);
        rest = others;
    }
    let rank = if shape.len() > MAX_RANK { 1 } else { shape.len() };
    HEADER + up4(key_size(key)) + times(count, value_size(size, rank, indices))
}

const fn times(a: usize, b: usize) -> usize {
    a.checked_mul(b).expect("the values take more bytes than a `usize` can count")
}

/// The bytes wanted for a new ring, and the fewest that will do: room for one value like `first`.
///
/// `room` is the size of the whole ring. If it is 0, the ring has room for `keep` values like
/// `first`; if that is 0, for `max_size`; if that is 0, for 8.
pub(crate) fn ring_size(
    key: &str,
    first: &Form<'_>,
    keep: usize,
    room: usize,
    max_size: usize,
) -> (usize, usize) {
    let empty = HEADER + up4(key_size(key));
    let value = first.value_size();
    let least = value.saturating_add(empty);
    let count = match (keep, max_size) {
        (0, 0) => 8,
        (0, count) | (count, _) => count,
    };
    match room {
        0 => (value.saturating_mul(count).saturating_add(empty), least),
        room => (room.max(empty), least.min(room.max(empty))),
    }
}

/// The 32-bit number at `at`.
#[inline(always)]
fn word(memory: &[u8], at: usize) -> Option<usize> {
    let bytes = memory.get(at..)?.first_chunk()?;
    usize::try_from(u32::from_le_bytes(*bytes)).ok()
}

/// The 64-bit number at `at`.
fn wide(memory: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*memory.get(at..)?.first_chunk()?))
}

/// Stores `bytes` at `at`; does nothing beyond the end. All stores are made here, except those of
/// the elements of a value.
#[inline(always)]
fn set<const N: usize>(memory: &mut [u8], at: usize, bytes: [u8; N]) {
    if let Some(to) = memory.get_mut(at..).and_then(<[u8]>::first_chunk_mut) {
        *to = bytes;
        #[cfg(test)]
        tests::stored(to);
    }
}

/// The same for a size or an offset, which are at most [`MAX_RING`].
#[inline(always)]
#[allow(clippy::cast_possible_truncation)]
fn set_word(memory: &mut [u8], at: usize, value: usize) {
    set(memory, at, (value as u32).to_le_bytes());
}

/// Compiler fence: earlier stores are emitted before later ones.
///
/// After a reset, memory holds every store that an in-order core has made. Memory with a write-back
/// cache must be uncached, or the program must clean the cache.
#[inline(always)]
fn in_order() {
    compiler_fence(SeqCst);
}

/// The size of the piece that `memory` starts with.
pub(crate) fn piece_size(memory: &[u8]) -> Option<usize> {
    word(memory, SIZE).filter(|size| (PIECE..=memory.len()).contains(size))
}

/// The given memory that is left.
///
/// Carving takes a handful of stores, so this can be under a lock that every key takes once. The
/// ring is made from the piece afterwards, outside of that lock.
pub(crate) struct Memory {
    left: Option<&'static mut [u8]>,
    size: usize,
}

impl Memory {
    /// No memory was given. This is all zero.
    pub(crate) const fn new() -> Memory {
        Memory { left: None, size: 0 }
    }

    /// Takes the memory to carve, and erases it: its old values can't be [recovered](recover) any more.
    ///
    /// # Errors
    ///
    /// Returns `memory` if memory was given before.
    pub(crate) fn give(&mut self, memory: &'static mut [u8]) -> Result<(), &'static mut [u8]> {
        if self.left.is_some() {
            return Err(memory);
        }
        let mut rest = &mut *memory;
        while let Some(size) = piece_size(rest) {
            set(rest, 0, [0; PIECE]);
            rest = rest.get_mut(size..).unwrap_or_default();
        }
        set(memory, 0, [0; PIECE]);
        self.size = memory.len();
        self.left = Some(memory);
        Ok(())
    }

    /// A piece of `wanted` bytes, or all that is left if that is at least `least`: see
    /// [`ring_size`].
    pub(crate) fn carve(&mut self, wanted: usize, least: usize) -> Option<&'static mut [u8]> {
        let left = self.left.take()?;
        let size = up4(wanted.min(MAX_RING)).min(left.len() & !3);
        if size < least.max(PIECE) {
            self.left = Some(left);
            return None;
        }
        let (piece, rest) = left.split_at_mut_checked(size)?;
        // Terminate the chain before linking this piece.
        set(rest, 0, [0; PIECE]);
        set(piece, 0, [0; 4]);
        in_order();
        set_word(piece, SIZE, size);
        self.left = Some(rest);
        Some(piece)
    }

    /// The bytes that were given.
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// The bytes that are not carved yet.
    pub(crate) fn left(&self) -> usize {
        self.left.as_ref().map_or(0, |left| left.len())
    }
}

/// A value without its elements.
#[derive(Clone, Copy)]
pub(crate) struct Form<'a> {
    /// Its sequence, and its thread.
    pub stamp: Stamp,
    /// The type of the elements.
    pub kind: Kind,
    /// At most [`MAX_RANK`] dimensions, whose product is the number of elements.
    pub shape: &'a [usize],
    /// At most [`MAX_INDICES`].
    pub indices: &'a [i64],
    /// The number of elements.
    pub length: usize,
    /// The bytes of the elements, at most [`MAX_RING`].
    pub size: usize,
}

impl Form<'_> {
    /// The bytes that the value takes in its ring.
    fn value_size(&self) -> usize {
        value_size(self.size, self.shape.len(), self.indices.len())
    }

    /// Writes all but the elements, which are `size` bytes in `shape`, and returns the size of the
    /// value.
    #[inline(always)]
    #[allow(clippy::cast_possible_truncation)]
    fn write(
        &self,
        header: &mut ValueHeader,
        body: &mut [u8],
        shape: &[usize],
        size: usize,
    ) -> usize {
        let mut at = up4(size);
        for index in self.indices {
            set(body, at, index.to_le_bytes());
            at += 8;
        }
        for &dim in shape {
            if WORD == 8 {
                set(body, at, (dim as u64).to_le_bytes());
            } else {
                set_word(body, at, dim);
            }
            at += WORD;
        }
        let flags = padding(size) | if THREAD != 0 { HAS_THREAD } else { 0 };
        let ranks = shape.len() as u8 | (self.indices.len() as u8) << 4;
        if THREAD != 0 {
            set(header, FIXED, self.stamp.thread.to_le_bytes());
        }
        set(header, 8, self.stamp.sequence.to_le_bytes());
        set(header, 4, [self.kind as u8, ranks, flags, MARK]);
        in_order();
        set_word(header, 0, FIXED + THREAD + at);
        FIXED + THREAD + at
    }
}

/// Where the values of a ring are: from `head` to `tail`, wrapping around the end of the data if
/// `tail` is not after `head`.
struct Span {
    /// The offset of the oldest value, or of the gap before it.
    head: usize,
    /// The offset of the end of the newest value; 0 if there is none.
    tail: usize,
    /// The number of values.
    kept: usize,
}

impl Span {
    /// The published state.
    #[inline(always)]
    fn load(header: &Header) -> Span {
        let slot = SLOTS + 8 * usize::from(header[SELECTOR] & 1);
        Span {
            head: word(header, slot).unwrap_or(0),
            tail: word(header, slot + 4).unwrap_or(0),
            kept: word(header, KEPT).unwrap_or(0),
        }
    }

    /// Makes this the state of the ring, atomically: a reset finds either the old state or this one.
    #[inline(always)]
    fn publish(&self, header: &mut Header) {
        set_word(header, KEPT, self.kept);
        let other = !header[SELECTOR] & 1;
        let slot = SLOTS + 8 * usize::from(other);
        set_word(header, slot, self.head);
        set_word(header, slot + 4, self.tail);
        in_order();
        set(header, SELECTOR, [other]);
        in_order();
    }

    /// The same after values were dropped: there were `kept` before. Counts them at `reason`.
    #[inline(always)]
    fn publish_dropped(&self, header: &mut Header, kept: usize, reason: usize) {
        if self.kept != kept {
            count(header, reason, kept.wrapping_sub(self.kept));
            self.publish(header);
        }
    }

    /// Where the oldest value is, if there is one.
    fn oldest(&self, start: usize, body: &[u8]) -> usize {
        if size_at(body, self.head).is_some() { self.head } else { start }
    }

    /// Drops the oldest value, or skips the gap before it; true if it was a value. If there is neither, other code has written to
    /// this memory, and the ring is now empty.
    #[inline(always)]
    fn drop_oldest(&mut self, start: usize, body: &[u8]) -> bool {
        let size = size_at(body, self.head);
        match size {
            Some(size) => {
                self.head += size;
                self.kept -= 1;
            }
            None if self.head > start => self.head = start,
            None => self.kept = 0,
        }
        if self.kept == 0 {
            self.tail = 0;
        }
        size.is_some()
    }

    /// Drops the oldest values until `size` contiguous bytes are free and at most `others` values are
    /// left. Returns the offset of the free bytes.
    #[inline(always)]
    fn make_room(&mut self, start: usize, body: &[u8], size: usize, others: usize) -> usize {
        while self.kept > others {
            self.drop_oldest(start, body);
        }
        while self.kept > 0 {
            // The free bytes end at `end`, and are free once `head` has reached it.
            let end = if self.tail <= self.head {
                self.tail + size
            } else if body.len().wrapping_sub(self.tail) >= size {
                return self.tail;
            } else {
                start + size
            };
            while self.head < end {
                if !self.drop_oldest(start, body) || self.kept == 0 {
                    break;
                }
            }
            if self.head >= end && self.kept > 0 {
                return end - size;
            }
        }
        // After the value that was dropped last, which can then be put back.
        let behind = self.head;
        let fits = behind >= start && body.get(behind..).is_some_and(|free| free.len() >= size);
        if fits { behind } else { start }
    }

    /// Makes the `size` bytes at `at` the newest value.
    #[inline(always)]
    fn append(&mut self, body: &mut [u8], at: usize, size: usize) {
        if at < self.tail {
            // The gap; nothing if the memory ends there.
            set_word(body, self.tail, 0);
        }
        if self.kept == 0 {
            self.head = at;
        }
        self.tail = at + size;
        self.kept += 1;
    }

    /// Makes the `size` bytes at `at`, right before the oldest value, the oldest value.
    fn prepend(&mut self, at: usize, size: usize) {
        if self.kept == 0 {
            self.tail = at + size;
        }
        self.head = at;
        self.kept += 1;
    }
}

/// The former position of a value that was taken out of its ring.
pub(crate) struct Taken {
    at: usize,
    sequence: u64,
}

/// The size of the value at `at`, or `None` at a gap or the end.
#[inline(always)]
fn size_at(body: &[u8], at: usize) -> Option<usize> {
    let value = body.get(at..)?;
    word(value, 0).filter(|size| (FIXED..=value.len()).contains(size))
}

/// Where values begin in the body: after the key.
#[inline(always)]
fn start(header: &Header) -> usize {
    u16::from_le_bytes([header[START], header[START + 1]]).into()
}

/// Adds to one of the counts.
#[inline(always)]
fn count(header: &mut Header, at: usize, more: usize) {
    let count = wide(header, at).unwrap_or(0).wrapping_add(more as u64);
    set(header, at, count.to_le_bytes());
}

/// The values of one key. All state is in `memory`.
pub(crate) struct Ring<'m> {
    memory: &'m mut [u8],
}

impl<'m> Ring<'m> {
    /// A ring without values. The `r#` of raw identifiers in `key` is left out.
    ///
    /// # Errors
    ///
    /// [`Refused::NoMemory`] if the key does not fit, or is longer than 65,532 bytes.
    pub(crate) fn create(memory: &'m mut [u8], key: &str) -> Result<Ring<'m>, Refused> {
        let size = memory.len().min(MAX_RING) & !3;
        let memory = memory.get_mut(..size).unwrap_or_default();
        let key_size = key_size(key);
        let start = u16::try_from(up4(key_size)).map_err(|_| Refused::NoMemory)?;
        if size < HEADER + usize::from(start) {
            return Err(Refused::NoMemory);
        }
        set(memory, 0, [0; 4]);
        set_word(memory, SIZE, size);
        set(memory, START, [0; HEADER - START]);
        set(memory, START, start.to_le_bytes());
        set(memory, PADDING, [padding(key_size)]);
        let (mut at, mut rest) = (HEADER, key.as_bytes());
        while let Some((byte, behind)) = split_key(rest) {
            set(memory, at, [byte]);
            at += 1;
            rest = behind;
        }
        in_order();
        set(memory, 0, MAGIC);
        Ok(Ring { memory })
    }

    /// The header and the body.
    #[inline(always)]
    fn split(&mut self) -> Option<(&mut Header, &mut [u8])> {
        self.memory.split_first_chunk_mut()
    }

    /// Keeps a value of `form`. `write` puts its elements into a slice of `form.size` bytes, and returns
    /// their number. Older values are dropped, as overwritten, until the value fits and at most `limit`
    /// are held with it; a `limit` of 0 is none.
    ///
    /// `Ok(true)` if `write` wrote fewer elements than `form` announced: these are kept, flat.
    ///
    /// If `write` panics, the value is left out.
    ///
    /// # Errors
    ///
    /// [`Refused::TooLarge`] if the value is larger than the ring; nothing is dropped for it. Also if
    /// `write` did not write a scalar: there is no room for the dimension of an empty list.
    pub(crate) fn push(
        &mut self,
        form: &Form<'_>,
        limit: usize,
        write: &mut dyn FnMut(&mut [u8]) -> usize,
    ) -> Result<bool, Refused> {
        let (header, body) = self.split().ok_or(Refused::NoMemory)?;
        let size = form.value_size();
        if size + start(header) > body.len() {
            return Err(Refused::TooLarge);
        }
        let mut span = Span::load(header);
        let kept = span.kept;
        let at = span.make_room(start(header), body, size, limit.wrapping_sub(1));
        span.publish_dropped(header, kept, OVERWRITTEN);
        let value = body.get_mut(at..).and_then(<[u8]>::split_first_chunk_mut);
        let (front, rest) = value.ok_or(Refused::TooLarge)?;
        let written = write(rest.get_mut(..form.size).ok_or(Refused::TooLarge)?);
        let is_short = written < form.length;
        let flat;
        let (shape, bytes) = match form.shape {
            shape if !is_short => (shape, form.size),
            // A scalar has no room for a dimension.
            [] => return Err(Refused::TooLarge),
            _ => {
                flat = [written];
                (&flat[..], form.size / form.length * written)
            }
        };
        let size = form.write(front, rest, shape, bytes);
        span.append(body, at, size);
        span.publish(header);
        Ok(is_short)
    }

    /// Drops values, the oldest first, until at most `limit` are left, and counts them at `reason`.
    fn drop_to(&mut self, limit: usize, reason: usize) {
        let Some((header, body)) = self.split() else { return };
        let (mut span, start) = (Span::load(header), start(header));
        let kept = span.kept;
        while span.kept > limit {
            span.drop_oldest(start, body);
        }
        span.publish_dropped(header, kept, reason);
    }

    /// Drops the oldest value, as taken.
    pub(crate) fn drop_oldest(&mut self) {
        let kept = word(self.memory, KEPT).unwrap_or(0);
        self.drop_to(kept.saturating_sub(1), TAKEN);
    }

    /// The same, and returns what is needed to [put it back](Ring::put_back).
    pub(crate) fn take_oldest(&mut self) -> Option<Taken> {
        let (header, body) = self.split()?;
        let at = Span::load(header).oldest(start(header), body);
        let taken = Taken { at, sequence: wide(body, at + 8)? };
        self.drop_oldest();
        Some(taken)
    }

    /// Puts a taken value back. If newer values have overwritten it, it counts as overwritten.
    pub(crate) fn put_back(&mut self, taken: &Taken) {
        let Some((header, body)) = self.split() else { return };
        let mut span = Span::load(header);
        let taken_before = wide(header, TAKEN).unwrap_or(0).saturating_sub(1);
        set(header, TAKEN, taken_before.to_le_bytes());
        let size = size_at(body, taken.at).unwrap_or(0);
        // Another value in its place would have another sequence.
        let is_there = wide(body, taken.at + 8) == Some(taken.sequence);
        if is_there && span.head == taken.at + size {
            span.prepend(taken.at, size);
            span.publish(header);
        } else {
            count(header, OVERWRITTEN, 1);
        }
    }

    /// Drops every value, as taken or as cleared.
    pub(crate) fn clear(&mut self, taken: bool) {
        self.drop_to(0, if taken { TAKEN } else { CLEARED });
    }

    /// Drops all but the newest `limit` values, as overwritten; none if `limit` is 0.
    pub(crate) fn trim(&mut self, limit: usize) {
        if limit > 0 {
            self.drop_to(limit, OVERWRITTEN);
        }
    }

    /// The oldest value, if its sequence is below `until`. Inconsistent values, which other code has overwritten, are dropped.
    pub(crate) fn oldest_before(&mut self, until: u64) -> Option<Raw<'_>> {
        loop {
            let sequence = self.oldest_sequence().filter(|sequence| *sequence < until)?;
            if self.iter().next().is_some_and(|raw| raw.stamp.sequence == sequence) {
                return self.iter().next();
            }
            self.drop_oldest();
        }
    }

    /// The sequence of the oldest value, found quickly: a reader calls this under the lock of the ring.
    pub(crate) fn oldest_sequence(&self) -> Option<u64> {
        let (header, body) = self.memory.split_first_chunk()?;
        let span = Span::load(header);
        (span.kept > 0).then(|| wide(body, span.oldest(start(header), body) + 8))?
    }

    /// The values, oldest first.
    pub(crate) fn iter(&self) -> Values<'_> {
        Reader::find(self.memory).unwrap_or_default().values()
    }

    /// The key, without the `r#` of raw identifiers.
    pub(crate) fn key(&self) -> &str {
        Reader::find(self.memory).unwrap_or_default().key
    }

    /// The counts of the values.
    pub(crate) fn counts(&self) -> Counts {
        let count = |at| wide(self.memory, at).unwrap_or(0);
        Counts {
            opaque: 0,
            kept: word(self.memory, KEPT).unwrap_or(0) as u64,
            overwritten: count(OVERWRITTEN),
            cleared: count(CLEARED),
            taken: count(TAKEN),
        }
    }

    /// Resets the counts; values stay.
    pub(crate) fn reset_counts(&mut self) {
        set(self.memory, OVERWRITTEN, [0; HEADER - OVERWRITTEN]);
    }

    /// The bytes from the oldest value to the newest, headers included.
    #[cfg(test)]
    pub(crate) fn used(&self) -> usize {
        let ring = Reader::find(self.memory).unwrap_or_default();
        match ring.tail {
            0 => 0,
            tail if tail > ring.head => tail - ring.head,
            tail => ring.body.len() - ring.head + tail - ring.start,
        }
    }

    /// The bytes of the whole ring.
    #[cfg(test)]
    pub(crate) fn size(&self) -> usize {
        self.memory.len()
    }
}

/// A ring that is only read: a live one, or one found after a reset. Its bytes are not trusted.
#[derive(Clone, Copy, Default)]
pub(crate) struct Reader<'a> {
    key: &'a str,
    /// All bytes after the header.
    body: &'a [u8],
    /// Where values begin in the body.
    start: usize,
    head: usize,
    tail: usize,
    /// The bytes of a dimension.
    word: usize,
}

impl<'a> Reader<'a> {
    /// The ring that `memory` consists of, if it is one. Rings of targets with shorter words can be
    /// read, too.
    pub(crate) fn find(memory: &'a [u8]) -> Option<Reader<'a>> {
        let (header, body) = memory.split_first_chunk::<HEADER>()?;
        let [magic @ .., width] = header.first_chunk::<4>()?;
        let width = usize::from(*width);
        if *magic != MAGIC[..3] || header[SELECTOR] > 1 || (width != 4 && width != WORD) {
            return None;
        }
        let start = start(header);
        let key = body.get(..start.checked_sub(header[PADDING].into())?)?;
        let key = core::str::from_utf8(key).ok()?;
        let Span { head, tail, .. } = Span::load(header);
        let ring = Reader { key, body, start, head, tail, word: width };
        (start <= head && tail <= body.len() || tail == 0).then_some(ring)
    }

    /// Oldest first.
    pub(crate) fn values(self) -> Values<'a> {
        let wrapped = self.head < self.tail;
        Values { ring: self, at: self.head, wrapped, ended: self.tail == 0 }
    }

    /// The value of `size` bytes at `at`; `None` if it is inconsistent.
    #[allow(clippy::cast_possible_wrap)]
    fn read(&self, at: usize, size: usize) -> Option<Raw<'a>> {
        let value = self.body.get(at..)?.get(..size)?;
        let (header, mut rest) = value.split_first_chunk::<FIXED>()?;
        let [kind, ranks, flags, MARK] = *header.get(4..)?.first_chunk()? else { return None };
        let mut thread = [0; 4];
        if flags & HAS_THREAD != 0 {
            (thread, rest) = rest.split_first_chunk().map(|(thread, rest)| (*thread, rest))?;
        }
        let (rank, index_rank) = (usize::from(ranks & 15), usize::from(ranks >> 4));
        let elements = rest.len().checked_sub(8 * index_rank + self.word * rank)?;
        let (elements, behind) = rest.split_at_checked(elements)?;
        let bytes = elements.get(..elements.len().checked_sub(usize::from(flags & 3))?)?;
        let (mut indices, mut dims) = ([0; MAX_INDICES], [0; MAX_RANK]);
        for (number, index) in indices.get_mut(..index_rank)?.iter_mut().enumerate() {
            *index = wide(behind, 8 * number)? as i64;
        }
        let dims = dims.get_mut(..rank)?;
        for (number, dim) in dims.iter_mut().enumerate() {
            *dim = self.dim(behind, 8 * index_rank + self.word * number)?;
        }
        let kind = self.kind(kind)?;
        Some(Raw {
            key: self.key,
            stamp: Stamp { sequence: wide(header, 8)?, thread: u32::from_le_bytes(thread) },
            kind,
            shape: shape_of(dims, bytes.len(), kind.size())?,
            indices,
            index_rank,
            bytes,
        })
    }

    /// The element type of `byte`. From a 32-bit target, `usize` and `isize` are read as 32 bits.
    fn kind(&self, byte: u8) -> Option<Kind> {
        match Kind::from_byte(byte)? {
            Kind::Usize if self.word != WORD => Some(Kind::U32),
            Kind::Isize if self.word != WORD => Some(Kind::I32),
            kind => Some(kind),
        }
    }

    /// The dimension at `at`.
    fn dim(&self, memory: &[u8], at: usize) -> Option<usize> {
        if self.word == 4 { word(memory, at) } else { usize::try_from(wide(memory, at)?).ok() }
    }
}

/// The shape of `dims`, if elements of that shape take `size` bytes.
fn shape_of(dims: &[usize], size: usize, element: usize) -> Option<Shape> {
    let product = || dims.iter().try_fold(element, |product, dim| product.checked_mul(*dim));
    let expected = if dims.contains(&0) { 0 } else { product()? };
    (expected == size).then(|| Shape::new(dims))
}

/// The values of a ring, oldest first.
#[derive(Clone)]
pub(crate) struct Values<'a> {
    ring: Reader<'a>,
    at: usize,
    /// Whether the iterator has wrapped from the end of the data to its start, or need not.
    wrapped: bool,
    ended: bool,
}

impl<'a> Iterator for Values<'a> {
    type Item = Raw<'a>;

    // Ends whatever the memory holds: each step moves forward, and it wraps once.
    fn next(&mut self) -> Option<Raw<'a>> {
        while !self.ended {
            let at = self.at;
            match size_at(self.ring.body, at) {
                Some(size) if !self.wrapped || at + size <= self.ring.tail => {
                    self.at += size;
                    self.ended = self.wrapped && self.at == self.ring.tail;
                    if let Some(value) = self.ring.read(at, size) {
                        return Some(value);
                    }
                }
                None if !self.wrapped => (self.at, self.wrapped) = (self.ring.start, true),
                _ => self.ended = true,
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::cell::RefCell;
    use std::collections::VecDeque;
    use std::format;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::string::{String, ToString};
    use std::vec::Vec;

    use super::super::recover::recover;
    use super::*;

    /// Stores in their order, as addresses and bytes.
    type Stores = Vec<(usize, Vec<u8>)>;

    std::thread_local! {
        /// The stores of this thread, while a test asks for them.
        static STORES: RefCell<Option<Stores>> = const { RefCell::new(None) };
    }

    pub(super) fn stored(bytes: &[u8]) {
        STORES.with_borrow_mut(|stores| {
            let Some(stores) = stores else { return };
            stores.push((bytes.as_ptr().addr(), bytes.to_vec()));
        });
    }

    /// A value, owned.
    #[derive(Clone, Debug, PartialEq)]
    struct Owned(u64, Kind, Vec<usize>, Vec<i64>, Vec<u8>);

    fn owned(raw: Raw<'_>) -> Owned {
        let indices = raw.indices[..raw.index_rank].to_vec();
        Owned(
            raw.stamp.sequence,
            raw.kind,
            raw.shape.as_slice().to_vec(),
            indices,
            raw.bytes.to_vec(),
        )
    }

    fn values(ring: &Ring<'_>) -> Vec<Owned> {
        ring.iter().map(owned).collect()
    }

    fn recovered(memory: &[u8]) -> Vec<Owned> {
        recover(memory)
            .iter()
            .flat_map(|found| found.rings().flat_map(Reader::values).map(owned).collect::<Vec<_>>())
            .collect()
    }

    impl Owned {
        fn form(&self) -> Form<'_> {
            let stamp = Stamp { sequence: self.0, thread: 0 };
            let (size, length) = (self.4.len(), self.4.len() / self.1.size());
            Form { stamp, kind: self.1, shape: &self.2, indices: &self.3, length, size }
        }

        fn push(&self, ring: &mut Ring<'_>, limit: usize) -> Result<bool, Refused> {
            ring.push(&self.form(), limit, &mut |bytes| {
                bytes.copy_from_slice(&self.4);
                stored(bytes);
                bytes.len()
            })
        }
    }

    /// Numbers of xorshift, for histories that differ.
    struct Random(u64);

    impl Random {
        fn below(&mut self, end: usize) -> usize {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            (self.0 >> 11) as usize % end
        }

        fn value(&mut self, sequence: u64, largest: usize) -> Owned {
            let kind = [Kind::Bool, Kind::F32, Kind::Usize, Kind::I16][self.below(4)];
            let shape: Vec<usize> = match self.below(4) {
                0 => Vec::new(),
                1 => [self.below(largest)].into(),
                2 => [self.below(4), 1 + self.below(4)].into(),
                _ => [1, 1, 1, 1, 1, 2, 1, 1].into(),
            };
            let size = kind.size() * shape.iter().product::<usize>();
            let indices = (0..self.below(5)).map(|index| -(index as i64)).collect();
            Owned(
                sequence,
                kind,
                shape,
                indices,
                (0..size).map(|_| self.below(256) as u8).collect(),
            )
        }
    }

    fn scalar(number: u32) -> Owned {
        Owned(number.into(), Kind::U32, Vec::new(), Vec::new(), number.to_le_bytes().to_vec())
    }

    #[test]
    fn a_ring_holds_the_newest_values_of_any_history() {
        for seed in 1..60 {
            let mut random = Random(seed);
            let size = 200 + random.below(1000);
            let (mut memory, largest) = (std::vec![0xFF; size], size / 8);
            let mut ring = Ring::create(&mut memory, "f.x").unwrap();
            let mut model = VecDeque::new();
            let mut expected = Counts::default();
            for sequence in 0..2000 {
                let kept = model.len();
                match random.below(60) {
                    0 => {
                        let taken = random.below(2) == 0;
                        ring.clear(taken);
                        model.clear();
                        *if taken { &mut expected.taken } else { &mut expected.cleared } +=
                            kept as u64;
                    }
                    1..5 => {
                        assert_eq!(ring.oldest_before(u64::MAX).map(owned), model.pop_front());
                        ring.drop_oldest();
                        expected.taken += (kept - model.len()) as u64;
                    }
                    5 => {
                        let limit = random.below(10);
                        ring.trim(limit);
                        let over = if limit == 0 { 0 } else { kept.saturating_sub(limit) };
                        model.drain(..over);
                        expected.overwritten += over as u64;
                    }
                    _ => {
                        let value = random.value(sequence, largest);
                        let limit = random.below(30);
                        let bytes = value.form().value_size();
                        let room = size - HEADER - 4;
                        if bytes > room & !3 {
                            assert_eq!(value.push(&mut ring, limit), Err(Refused::TooLarge));
                        } else {
                            assert_eq!(value.push(&mut ring, limit), Ok(false));
                            model.push_back(value);
                            let held = values(&ring).len();
                            let over = model.len().saturating_sub(held);
                            let dropped: Vec<_> = model.drain(..over).collect();
                            expected.overwritten += over as u64;
                            assert!(limit == 0 || held <= limit);
                            // Nothing is dropped without need: with the last of the dropped values the ring would be
                            // over its limit, or fuller than gaps allow, which are smaller than the largest value.
                            let size = |value: &Owned| value.form().value_size();
                            let with_last = model.iter().chain(dropped.last());
                            let needed: usize = with_last.clone().map(size).sum();
                            let gaps = 2 * with_last.map(size).max().unwrap();
                            assert!(over == 0 || held == limit || needed + gaps > room);
                        }
                    }
                }
                expected.kept = model.len() as u64;
                assert_eq!(ring.counts(), expected);
                assert_eq!(values(&ring), Vec::from(model.clone()));
                assert!(ring.used() <= ring.size());
            }
            assert_eq!(recovered(&memory), Vec::from(model));
        }
    }

    #[test]
    fn a_reset_at_any_byte_leaves_whole_values() {
        let mut checked = 0;
        for seed in 1..30 {
            let mut random = Random(seed);
            let mut memory = std::vec![0xEE; 400];
            let base = memory.as_ptr().addr();
            let mut ring = Ring::create(&mut memory, "f.x").unwrap();
            for sequence in 0..60 {
                let image = ring.memory.to_vec();
                let before = values(&ring);
                STORES.set(Some(Vec::new()));
                let value = random.value(sequence, 40);
                match random.below(8) {
                    0 => ring.drop_oldest(),
                    1 => ring.trim(3),
                    // Some are too large, and change nothing.
                    _ => _ = value.push(&mut ring, random.below(12)),
                }
                let stores = STORES.take().unwrap();
                let after = values(&ring);
                for backwards in [false, true] {
                    let mut image = image.clone();
                    for (address, bytes) in &stores {
                        let at = address - base;
                        for number in 0..bytes.len() {
                            let number = if backwards { bytes.len() - 1 - number } else { number };
                            image[at + number] = bytes[number];
                            let found = recovered(&image);
                            assert!(found == after || before.ends_with(&found), "{found:?}");
                            // Of what stays in the end, nothing is missed in between.
                            let staying =
                                after.iter().filter(|value| before.contains(value)).count();
                            assert!(found.len() >= staying);
                            checked += 1;
                        }
                    }
                    // No store was made beside these.
                    assert_eq!(image, ring.memory);
                }
            }
        }
        assert!(checked > 50_000);
    }

    #[test]
    fn recovery_survives_any_bytes() {
        let mut random = Random(7);
        let mut image = std::vec![0; 2000];
        let mut rest = &mut image[..];
        for number in 0..3 {
            let (piece, behind) = rest.split_at_mut(600);
            rest = behind;
            let mut ring = Ring::create(piece, &format!("key.number{number}")).unwrap();
            for sequence in 0..40 {
                random.value(sequence, 20).push(&mut ring, 0).unwrap();
            }
        }
        let whole = recovered(&image).len();
        assert!(whole > 15);
        for _ in 0..20_000 {
            let mut image = image.clone();
            for _ in 0..=random.below(8) {
                let end = [100, image.len()][random.below(2)];
                let at = random.below(end);
                image[at] = [0, 1, 0xFF, 0x80, random.below(256) as u8][random.below(5)];
            }
            image.truncate(2000 - random.below(2000));
            let found = recover(&image);
            let mut count = 0;
            found.iter().for_each(|found| {
                found.visit(|value| count += usize::from(value.bytes().len() <= 600))
            });
            assert!(count <= 2000 / FIXED);
        }
        for size in 0..300 {
            let noise: Vec<u8> = (0..size).map(|_| random.below(256) as u8).collect();
            assert!(recover(&noise).is_none());
        }
    }

    /// A reader that takes the oldest value until none is left comes to an end.
    #[test]
    fn taking_the_oldest_ends_whatever_the_memory_holds() {
        let mut random = Random(13);
        for _ in 0..3000 {
            let mut memory = std::vec![0; 300];
            let mut ring = Ring::create(&mut memory, "f.x").unwrap();
            for sequence in 0..8 {
                let _ = random.value(sequence, 20).push(&mut ring, 0);
            }
            for _ in 0..=random.below(4) {
                let at = random.below(ring.memory.len());
                if !(KEPT..KEPT + 4).contains(&at) {
                    ring.memory[at] = random.below(256) as u8;
                }
            }
            let mut taken = 0;
            while ring.oldest_before(u64::MAX).is_some() {
                ring.drop_oldest();
                taken += 1;
            }
            assert!(
                taken <= 8 && ring.oldest_sequence().is_none_or(|sequence| sequence == u64::MAX)
            );
        }
    }

    /// A program may have bent its memory out of shape; a capture then keeps or refuses, and returns.
    #[test]
    fn a_push_survives_any_bytes() {
        let mut random = Random(11);
        for _ in 0..3000 {
            let mut memory = std::vec![0; 300];
            let mut ring = Ring::create(&mut memory, "f.x").unwrap();
            for sequence in 0..20 {
                let at = random.below(ring.memory.len());
                // Not the count of values: it bounds the time that is taken.
                if !(KEPT..KEPT + 4).contains(&at) {
                    ring.memory[at] = random.below(256) as u8;
                }
                let _ = random.value(sequence, 20).push(&mut ring, random.below(9));
                assert!(ring.iter().count() <= 300 / FIXED);
                ring.drop_oldest();
                let _: (usize, &str) = (ring.used(), ring.key());
            }
        }
    }

    #[test]
    fn a_size_beyond_usize_is_refused_not_wrapped() {
        let too_many = [(1, &[usize::MAX, 2][..]), (usize::MAX / 2, &[16]), (usize::MAX, &[])];
        for (count, shape) in too_many {
            assert!(catch_unwind(|| region_size::<f32>("f.x", count, shape, 0)).is_err());
        }
        assert!(catch_unwind(|| region_size::<f32>("f.x", 0, &[usize::MAX / 8], 0)).is_ok());
    }

    #[test]
    fn region_size_is_exact() {
        let fits = |key: &str, count: usize, shape: &[usize], indices: &[i64]| {
            let size = region_size::<i16>(key, count, shape, indices.len());
            for less in [0, 4] {
                let mut memory = Memory::new();
                memory.give(std::vec![0; size - less].leak()).unwrap();
                let mut ring = Ring::create(memory.carve(usize::MAX, 0).unwrap(), key).unwrap();
                let bytes = std::vec![1; 2 * shape.iter().product::<usize>()];
                let value = Owned(0, Kind::I16, shape.into(), indices.into(), bytes);
                for _ in 0..3 * count {
                    value.push(&mut ring, 0).unwrap();
                }
                assert_eq!(ring.iter().count(), count - less / 4);
                let (wanted, least) = ring_size(key, &value.form(), count, 0, 9);
                assert_eq!(
                    (wanted, least),
                    (size, region_size::<i16>(key, 1, shape, indices.len()))
                );
            }
        };
        fits("f.x", 7, &[], &[]);
        fits("f.r#type", 2, &[3], &[-1]);
        fits("Attention.forward.attn", 5, &[1, 2, 3, 1, 1, 1, 1, 1], &[1, 2, 3, 4]);
        fits("", 6, &[0, 5], &[1, 2]);
    }

    #[test]
    fn a_ring_is_as_large_as_it_should_be() {
        let value = scalar(0);
        let sizes = |keep, room, max| ring_size("f.x", &value.form(), keep, room, max);
        let (empty, one) = (HEADER + 4, FIXED + THREAD + 4);
        assert_eq!(sizes(3, 500, 7), (500, empty + one));
        assert_eq!(sizes(3, 0, 7), (empty + 3 * one, empty + one));
        assert_eq!(sizes(0, 0, 7), (empty + 7 * one, empty + one));
        assert_eq!(sizes(0, 0, 0), (empty + 8 * one, empty + one));
        assert_eq!(sizes(0, 1, 0), (empty, empty));
        assert_eq!(sizes(usize::MAX, 0, 0).0, usize::MAX);
    }

    #[test]
    fn memory_is_given_once_and_carved_to_its_end() {
        let mut memory = Memory::new();
        assert!(memory.carve(100, 8).is_none());
        memory.give(std::vec![0xFF; 203].leak()).unwrap();
        assert_eq!(memory.give(std::vec![0; 5].leak()).unwrap_err().len(), 5);
        assert_eq!(memory.carve(101, 90).unwrap().len(), 104);
        assert!(memory.carve(200, 100).is_none());
        assert_eq!((memory.size(), memory.left()), (203, 99));
        assert_eq!(memory.carve(200, 96).unwrap().len(), 96);
        assert!(memory.carve(1, 1).is_none());
    }

    #[test]
    fn only_the_rings_since_the_memory_was_given_are_recovered() {
        let mut bytes = std::vec![0; 900];
        let run = |bytes: &mut Vec<u8>, keys: &[&str]| {
            let given: &'static mut [u8] = bytes.clone().leak();
            let address = given.as_ptr().addr();
            let mut memory = Memory::new();
            memory.give(given).unwrap();
            let mut pieces = Vec::new();
            for key in keys {
                let piece = memory.carve(200, 200).unwrap();
                let at = piece.as_ptr().addr() - address;
                // A reset before a ring is finished.
                if !key.is_empty() {
                    scalar(5).push(&mut Ring::create(piece, key).unwrap(), 0).unwrap();
                    pieces.push((at, piece.to_vec()));
                } else {
                    pieces.push((at, piece.to_vec()));
                }
            }
            // What is left holds the end of the chain.
            let rest = memory.carve(usize::MAX, 8).unwrap();
            rest[4..8].fill(0);
            pieces.push((rest.as_ptr().addr() - address, rest.to_vec()));
            for (at, piece) in pieces {
                bytes[at..at + piece.len()].copy_from_slice(&piece);
            }
            let mut found = Vec::new();
            if let Some(recovered) = recover(bytes) {
                recovered.visit(|value| found.push(value.key().to_string()));
            }
            found
        };
        assert_eq!(
            run(&mut bytes, &["a.r#type", "b.r#fn.return", "c"]),
            ["a.type", "b.fn.return", "c"]
        );
        assert_eq!(run(&mut bytes, &["", "d"]), ["d"]);
        assert!(run(&mut bytes, &[]).is_empty());
    }

    #[test]
    fn a_panic_leaves_the_value_out() {
        let mut memory = std::vec![0; 200];
        let mut ring = Ring::create(&mut memory, "f.x").unwrap();
        (0..4).for_each(|number| assert!(scalar(number).push(&mut ring, 3).is_ok()));
        let value = scalar(4);
        catch_unwind(AssertUnwindSafe(|| ring.push(&value.form(), 3, &mut |_| panic!())))
            .unwrap_err();
        assert_eq!(values(&ring), [scalar(2), scalar(3)]);
        assert_eq!(ring.counts(), Counts { kept: 2, overwritten: 2, ..Counts::default() });
        scalar(5).push(&mut ring, 3).unwrap();
        assert_eq!(values(&ring), [scalar(2), scalar(3), scalar(5)]);
        ring.reset_counts();
        assert_eq!(ring.counts(), Counts { kept: 3, ..Counts::default() });
    }

    #[test]
    fn a_value_with_fewer_elements_is_shortened_and_flat() {
        let mut memory = std::vec![0; 200];
        let mut ring = Ring::create(&mut memory, "f.x").unwrap();
        let full = Owned(1, Kind::I16, [3, 2].into(), [-7].into(), [1; 12].into());
        let mut push = |value: &Owned, count| {
            ring.push(&value.form(), 0, &mut |bytes| {
                bytes.fill(1);
                count
            })
        };
        assert_eq!(push(&full, 3), Ok(true));
        assert_eq!(push(&full, 99), Ok(false));
        assert_eq!(
            push(&Owned(1, Kind::Bool, [].into(), [].into(), [1].into()), 0),
            Err(Refused::TooLarge)
        );
        let short = Owned(1, Kind::I16, [3].into(), [-7].into(), [1; 6].into());
        assert_eq!(values(&ring), [short, full]);
    }

    #[cfg(target_pointer_width = "64")]
    #[test]
    fn dimensions_are_kept_as_they_are() {
        let mut memory = std::vec![0; 300];
        let mut ring = Ring::create(&mut memory, "f.x").unwrap();
        let value = Owned(
            u64::MAX,
            Kind::F64,
            [0, 5_000_000_000, usize::MAX].into(),
            [i64::MIN].into(),
            Vec::new(),
        );
        value.push(&mut ring, 0).unwrap();
        assert_eq!(values(&ring), [value]);
    }

    #[test]
    fn the_thread_is_kept_with_std() {
        let mut memory = std::vec![0; 300];
        let mut ring = Ring::create(&mut memory, "f.x").unwrap();
        let value = scalar(1);
        let form = Form { stamp: Stamp { sequence: 1, thread: 77 }, ..value.form() };
        ring.push(&form, 0, &mut |bytes| bytes.len()).unwrap();
        assert_eq!(
            ring.oldest_before(u64::MAX).unwrap().stamp.thread,
            if cfg!(feature = "std") { 77 } else { 0 }
        );
    }

    #[test]
    fn keys_that_do_not_fit_are_refused() {
        assert_eq!(Ring::create(&mut [0; HEADER + 4], "f.abc").err(), Some(Refused::NoMemory));
        assert_eq!(
            Ring::create(&mut [0; HEADER + 7], "f.r#a")
                .map(|ring| ring.key().to_string())
                .ok()
                .as_deref(),
            Some("f.a")
        );
        let long: String = core::iter::repeat_n('k', 65_536).collect();
        assert_eq!(Ring::create(&mut std::vec![0; 100_000], &long).err(), Some(Refused::NoMemory));
    }

    #[test]
    fn a_key_of_many_letters_is_read_back() {
        for letters in [1, 251, 252, 253, 300, 1_000] {
            let key = "k".repeat(letters);
            let mut memory = std::vec![0xFF; letters + 200];
            let mut ring = Ring::create(&mut memory, &key).unwrap();
            assert_eq!(scalar(7).push(&mut ring, 0), Ok(false));
            assert_eq!((ring.key(), values(&ring)), (&*key, [scalar(7)].into()));
        }
    }

    #[test]
    fn memory_that_is_not_a_ring_of_this_version_is_not_read() {
        let mut memory = std::vec![0; 200];
        let mut ring = Ring::create(&mut memory, "f.x").unwrap();
        assert_eq!(scalar(7).push(&mut ring, 0), Ok(false));
        let slot = SLOTS + 8 * usize::from(memory[SELECTOR]);
        let is_read = |change: &dyn Fn(&mut [u8])| {
            let mut memory = memory.clone();
            change(&mut memory);
            Reader::find(&memory).is_some()
        };
        assert!(is_read(&|_| {}));
        for byte in 0..3 {
            assert!(!is_read(&|memory| memory[byte] ^= 1), "magic {byte}");
        }
        for width in [0, 2, 5, 16] {
            assert!(!is_read(&|memory| memory[3] = width), "width {width}");
        }
        assert!(!is_read(&|memory| memory[SELECTOR] = 2));
        assert!(!is_read(&|memory| set_word(memory, slot, 0)), "a head in the key");
        assert!(!is_read(&|memory| set_word(memory, slot + 4, 1_000)), "a tail behind the ring");
    }

    /// The format of version 1, byte by byte, from a target with 32 bits; `[u8; 3]` with `index = -2`, around the end.
    #[test]
    fn a_dump_of_a_smaller_target_is_read() {
        #[rustfmt::skip]
        let dump = [
            0xAC, b'R', 1, 4, 136, 0, 0, 0, 4, 0, 1, 1,
            9, 9, 9, 9, 9, 9, 9, 9, 40, 0, 0, 0, 24, 0, 0, 0,
            2, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
            b'f', b'.', b'x', 0,
            20, 0, 0, 0, 13, 0, 0, 0xAC, 6, 0, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0,
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
            32, 0, 0, 0, 8, 0x11, 1, 0xAC, 5, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 0,
            254, 255, 255, 255, 255, 255, 255, 255, 3, 0, 0, 0,
            0, 0, 0, 0, 1, 1, 1, 1,
        ];
        let usize_read = if WORD == 4 { Kind::Usize } else { Kind::U32 };
        let expected = [
            Owned(5, Kind::U8, [3].into(), [-2].into(), [1, 2, 3].into()),
            Owned(6, usize_read, [].into(), [].into(), [1, 2, 0, 0].into()),
        ];
        assert_eq!(recovered(&dump), expected);
    }

    /// The numbers of the table in the module's documentation.
    #[test]
    fn element_types_are_numbered_as_documented() {
        let order = "F32 F64 I8 I16 I32 I64 I128 Isize U8 U16 U32 U64 U128 Usize Bool";
        for (number, name) in (0..).zip(order.split(' ')) {
            assert_eq!(
                Kind::from_byte(number).map(|kind| format!("{kind:?}")).as_deref(),
                Some(name)
            );
        }
        assert!(Kind::from_byte(15).is_none());
    }

    #[test]
    fn a_value_that_was_taken_goes_back_unless_its_place_is_needed() {
        for (held, pushed, goes_back) in
            [(1, 0, true), (1, 3, true), (1, 4, false), (3, 1, true), (4, 0, true), (4, 1, false)]
        {
            let mut memory = std::vec![0; region_size::<u32>("f.x", 4, &[], 0)];
            let mut ring = Ring::create(&mut memory, "f.x").unwrap();
            for number in 0..held {
                scalar(number).push(&mut ring, 0).unwrap();
            }
            let taken = ring.take_oldest().unwrap();
            for number in 10..10 + pushed {
                scalar(number).push(&mut ring, 0).unwrap();
            }
            let mut expected = values(&ring);
            ring.put_back(&taken);
            if goes_back {
                expected.insert(0, scalar(0));
            }
            assert_eq!(values(&ring), expected);
            let Counts { taken, overwritten, .. } = ring.counts();
            assert_eq!((taken, overwritten), (0, u64::from(!goes_back)));
        }
    }
}
