//! The rings of a store on the heap: one queue of chunks for each key.
//!
//! A value is added in one of two ways:
//!
//! * [`Heap::append_quickly`]: a small value is appended to the open chunk, under the lock. In the steady state that is all: a check
//!   of the chunk's form and room, and the stores. If it fails, [`Heap::append_to_next_chunk`] follows.
//! * [`Heap::begin`], then [`Heap::push_chunk`]: for a large value, or one of a user's type, the oldest chunk of a full ring, or a
//!   new one, is taken, filled outside the lock, and put back.
//!
//! Every value has a position: the number of values that its ring took in before. A limit moves nothing. It determines the position
//! of the oldest value that counts: see [`Ring::tail`]. A ring that took in 1,031 values, of which the last
//! 800 count, and number 1,024 is large:
//!
//! ```text
//! sealed   | 0 .. 512            | 512 .. 1024 | 1024 |      open   | 1025 .. 1031, room for more |
//!                   ^ tail = 231                                                  ^ the next value
//! ```
//!
//! Nothing that may run a user's code happens under the lock. A step returns the chunks that it takes out of a ring, to be dropped
//! by the caller: as [`Step::Again`], or with its result.
//!
//! `Heap::used` is the sum over the rings, kept up to date by `Heap::with_ring`. The bytes of a value are checked against
//! `max_bytes` before they are allocated.

use alloc::{collections::VecDeque, string::String, vec::Vec};
use core::mem;

use super::chunk::{Chunk, Part, Stamp};
use super::counts::{Counts, Refused};
use super::element::{Element, Shape};
use super::share::{Pooled, Shared, Unique, slot_size};

/// Values up to this many bytes are appended under the lock; a larger one is copied outside of it.
pub(crate) const SMALL: usize = 16 << 10;
/// The largest number of values, and of bytes, in a chunk of small values. A ring drops whole chunks, so a chunk must be small
/// compared with its ring, and large compared with its bookkeeping.
const LONGEST_CHUNK: usize = 512;
const LARGEST_CHUNK: usize = 128 << 10;

/// The limits of a store.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    /// Values of each key; `usize::MAX` for no limit.
    pub max_size: usize,
    /// Bytes in all.
    pub max_bytes: usize,
    /// Clones of a user's type, of each key.
    pub max_clones: usize,
}

/// All rings of a store.
pub(crate) struct Heap {
    rings: Vec<Ring>,
    /// The sequence of the next capture.
    sequence: u64,
    /// The bytes of all chunks and rings, and those reserved for chunks that are being filled outside the lock.
    used: usize,
    limits: Limits,
    /// Whether the free slots of chunks, which all stores share, count here: true for the store of the process.
    counts_free_slots: bool,
}

/// The values of one key.
///
/// Positions are consecutive through `sealed`, then `open`. Readers don't see values below [`tail`](Ring::tail), even while their
/// chunk waits to be dropped.
// The open chunk first, at the start of a cache line.
#[repr(C, align(64))]
struct Ring {
    open: Chunk,
    /// Oldest first, without gaps between their positions.
    sealed: VecDeque<Shared<Chunk>>,
    /// Values before this position are gone. It only grows, except when a value is put back.
    floor: u64,
    /// The line's `keep`, or 0.
    keep: usize,
    /// The values that are not plain data, among all that were added.
    opaque: u64,
    /// Whether some of them are of a user's type.
    has_clones: bool,
    /// Values that are being filled outside the lock.
    in_flight: usize,
    /// The cost of the chunks.
    used: usize,
    /// The position from which values are counted.
    start: u64,
    cleared: u64,
    taken: u64,
}

/// A value on its way in.
#[derive(Clone, Copy)]
pub(crate) struct Incoming<'a> {
    pub shape: &'a [usize],
    pub indices: &'a [i64],
    /// The line's `keep`, or 0.
    pub keep: usize,
    pub thread: u32,
}

/// The result of a step under the lock.
pub(crate) enum Step<T> {
    Done(T),
    /// Drop this once the lock is free, then try again.
    Again(Garbage),
    Refused(Refused),
}

/// A chunk to drop when no lock is held, as that may run a user's code.
pub(crate) type Garbage = Shared<Chunk>;

/// A chunk to fill outside the lock.
pub(crate) enum Begun {
    /// The oldest chunk of the ring.
    Reused(Unique<Chunk>),
    /// A chunk that the caller makes.
    Fresh,
}

impl Ring {
    /// A ring without values, and without buffers.
    fn new(key: &'static str) -> Ring {
        Ring {
            open: Chunk::empty(key),
            sealed: VecDeque::new(),
            floor: 0,
            keep: 0,
            opaque: 0,
            has_clones: false,
            in_flight: 0,
            used: 0,
            start: 0,
            cleared: 0,
            taken: 0,
        }
    }

    /// The largest number of values.
    fn limit(&self, limits: &Limits) -> usize {
        match self.keep {
            0 if self.has_clones => limits.max_size.min(limits.max_clones),
            0 => limits.max_size,
            keep => keep,
        }
    }

    /// The position of the oldest value that will count after `more` values are added.
    fn tail(&self, limits: &Limits, more: usize) -> u64 {
        let end = self.open.end() + more as u64;
        self.floor.max(end.saturating_sub(self.limit(limits) as u64))
    }

    /// The number of sealed chunks whose values are all before `position`.
    fn chunks_before(&self, position: u64) -> usize {
        self.sealed.partition_point(|chunk| chunk.end() <= position)
    }

    /// The counts of the values, from positions alone: each value below `tail` was cleared, taken, or overwritten.
    fn counts(&self, limits: &Limits) -> Counts {
        let tail = self.tail(limits, 0);
        let oldest = self.chunks_before(tail);
        let gone = self.sealed.get(oldest).map_or(self.opaque, |chunk| chunk.opaque_before);
        Counts {
            kept: self.open.end() - tail,
            opaque: self.opaque - gone,
            overwritten: tail - self.start - self.cleared - self.taken,
            cleared: self.cleared,
            taken: self.taken,
        }
    }

    /// Applies the `keep` of a line. Values that the old limit dropped don't come back under a larger one.
    fn set_keep(&mut self, limits: &Limits, keep: usize) {
        if keep != 0 && keep != self.keep {
            self.floor = self.tail(limits, 0);
            self.keep = keep;
        }
    }

    /// Takes out all sealed chunks, after the open one was emptied.
    fn take_sealed(&mut self, limits: &Limits) -> Content {
        let tail = self.tail(limits, 0);
        self.floor = self.open.end();
        self.used = self.open.cost();
        self.has_clones = false;
        Content { sealed: mem::take(&mut self.sealed), tail }
    }

    /// Lowers the limit when the first clone of a user's type is added.
    fn note_clones(&mut self, limits: &Limits, chunk: &Chunk) {
        if !self.has_clones && chunk.opaque().is_some_and(|value| !value.value().is::<String>()) {
            self.floor = self.tail(limits, 0);
            self.has_clones = true;
        }
    }

    /// Removes the oldest sealed chunk, if none of its values will count after `more` values are added.
    fn pop_expired(&mut self, limits: &Limits, more: usize) -> Option<Shared<Chunk>> {
        let tail = self.tail(limits, more);
        self.sealed.front().filter(|chunk| chunk.end() <= tail)?;
        self.pop_oldest()
    }

    /// Removes the oldest sealed chunk, whether its values count or not.
    fn pop_oldest(&mut self) -> Option<Shared<Chunk>> {
        let chunk = self.sealed.pop_front()?;
        self.floor = self.floor.max(chunk.end());
        self.used -= chunk.cost();
        Some(chunk)
    }

    /// Seals the open chunk, if it has values, and opens one with the buffers of `spare`.
    fn seal(&mut self, spare: Option<Unique<Chunk>>) -> Result<(), Refused> {
        if spare.is_none() && self.open.len() == 0 {
            return Ok(());
        }
        self.sealed.try_reserve(1).map_err(|_| Refused::NoMemory)?;
        let mut chunk = match spare {
            Some(spare) => spare,
            None => Unique::new(Chunk::empty(self.open.key)).map_err(|_| Refused::NoMemory)?,
        };
        let (key, end) = (self.open.key, self.open.end());
        self.used += chunk.cost();
        mem::swap(&mut self.open, &mut *chunk);
        // A slot may change owners while its last ones leave: see `Shared::unique`.
        self.open.key = key;
        self.open.first = end;
        self.open.clear();
        if chunk.len() > 0 {
            chunk.opaque_before = self.opaque;
            self.sealed.push_back(chunk.share());
        } else {
            self.used -= chunk.cost();
        }
        Ok(())
    }

    /// The bytes by which the queue must grow for two more chunks.
    fn queue_growth(&self) -> usize {
        let capacity = self.sealed.capacity();
        if self.sealed.len() + 2 > capacity {
            capacity.max(4) * size_of::<Shared<Chunk>>()
        } else {
            0
        }
    }

    /// Frees memory of a queue that has become short.
    fn shrink_queue(&mut self) {
        if self.sealed.len() < self.sealed.capacity() / 4 {
            // `shrink_to` would abort if there is no memory.
            let mut queue = VecDeque::new();
            if queue.try_reserve_exact(self.sealed.len()).is_ok() {
                queue.append(&mut self.sealed);
                self.sealed = queue;
            }
        }
    }

    /// Removes the oldest chunk for a newer value that needs the memory.
    fn give_up_oldest<T>(&mut self) -> Step<T> {
        if self.sealed.is_empty() {
            if let Err(refused) = self.seal(None) {
                return Step::Refused(refused);
            }
        }
        match self.pop_oldest() {
            Some(chunk) => Step::Again(chunk),
            None => Step::Refused(Refused::NoMemory),
        }
    }

    /// Opens a chunk with room for a small value, when the open one is full or of another form.
    fn turn<E: Element>(
        &mut self,
        limits: &Limits,
        budget: usize,
        sequence: u64,
        length: usize,
        incoming: &Incoming<'_>,
    ) -> Step<()> {
        let rank = incoming.indices.len();
        let shape = Shape::new(incoming.shape);
        let bytes = length * E::SIZE;
        let oldest = self.pop_expired(limits, self.in_flight + 1).or_else(|| {
            // The newer value needs its memory.
            let afforded = self.afford(limits, budget, bytes, rank);
            if afforded == Err(Refused::NoMemory) { self.pop_oldest() } else { None }
        });
        let wanted = self.next_length(limits, bytes, rank);
        let spare = match oldest.map(Shared::unique) {
            Some(Some(chunk)) => match chunk.room_for::<E>(length, rank) {
                room if room >= wanted => Some((chunk, room)),
                _ => return Step::Again(chunk.share()),
            },
            // A snapshot shares it.
            Some(None) | None => None,
        };
        let (spare, count) = match spare {
            Some((chunk, room)) => (Some(chunk), room),
            None => match self.afford(limits, budget, bytes, rank) {
                Ok(count) => (None, count),
                // It is the only chunk: drop its older half.
                Err(Refused::NoMemory)
                    if self.sealed.is_empty() && self.open.is_like::<E>(&shape, rank) =>
                {
                    self.open.drop_front(self.open.len().div_ceil(2));
                    self.floor = self.floor.max(self.open.first);
                    return Step::Done(());
                }
                Err(Refused::NoMemory) => return self.give_up_oldest(),
                Err(refused) => return Step::Refused(refused),
            },
        };
        if let Err(refused) = self.seal(spare) {
            return Step::Refused(refused);
        }
        let before = self.open.cost();
        let prepared = self.open.prepare::<E>(sequence, shape, length, rank, count);
        self.used = self.used + self.open.cost() - before;
        match prepared {
            Some(()) => Step::Done(()),
            None => Step::Refused(Refused::NoMemory),
        }
    }

    /// The number of values of `bytes` each that a new chunk will have room for, within `budget`.
    fn afford(
        &self,
        limits: &Limits,
        budget: usize,
        bytes: usize,
        rank: usize,
    ) -> Result<usize, Refused> {
        let queue = self.queue_growth();
        let cost = |count| queue + Chunk::cost_of(count * bytes, count, count * rank);
        let mut count = self.next_length(limits, bytes, rank);
        let nothing_to_give_up = self.sealed.is_empty() && self.open.len() == 0;
        while nothing_to_give_up && count > 1 && cost(count) > budget {
            count /= 2;
        }
        match cost(count) {
            cost if cost <= budget => Ok(count),
            _ if cost(1) - queue > limits.max_bytes => Err(Refused::TooLarge),
            _ => Err(Refused::NoMemory),
        }
    }

    /// The number of values of `bytes` each in the next chunk: twice that of the last one, up to limits that keep the chunk a small
    /// part of its ring and of the budget.
    fn next_length(&self, limits: &Limits, bytes: usize, rank: usize) -> usize {
        let bytes = Chunk::cost_of(bytes, 1, rank) - Chunk::cost_of(0, 0, 0);
        let longest = (self.limit(limits) / 2).clamp(64, LONGEST_CHUNK);
        let largest = LARGEST_CHUNK.min(limits.max_bytes / 16);
        (2 * self.open.len()).max(4).min(longest).min(largest / bytes).max(1)
    }
}

/// All values of a ring.
pub(crate) struct Content {
    sealed: VecDeque<Shared<Chunk>>,
    tail: u64,
}

impl Heap {
    /// A heap without rings.
    pub(crate) const fn new(limits: Limits) -> Heap {
        Heap { rings: Vec::new(), sequence: 0, used: 0, limits, counts_free_slots: true }
    }

    /// Makes only the store of the process count the free slots, as their number depends on all stores.
    #[cfg(feature = "std")]
    pub(crate) fn leave_free_slots(&mut self) {
        self.counts_free_slots = false;
    }

    /// The number of rings.
    pub(crate) fn len(&self) -> usize {
        self.rings.len()
    }

    /// The bytes allocated, free slots included: they are reused, never freed.
    pub(crate) fn used(&self) -> usize {
        let free = if self.counts_free_slots { Chunk::pool().idle() } else { 0 };
        self.used + counted_slots(free, self.limits.max_bytes)
    }

    /// The current limits.
    pub(crate) fn limits(&self) -> Limits {
        self.limits
    }

    /// The sequence of the next capture.
    pub(crate) fn sequence(&self) -> u64 {
        self.sequence
    }

    /// Makes a ring, and returns its number.
    pub(crate) fn open(&mut self, key: &'static str) -> Result<usize, Refused> {
        let mut ring = Ring::new(key);
        ring.used = ring.open.cost();
        let before = self.rings.capacity();
        let growth = if self.rings.len() == before { before.max(4) } else { 0 };
        if self.used() + ring.used + growth * size_of::<Ring>() > self.limits.max_bytes {
            return Err(Refused::NoMemory);
        }
        self.rings.try_reserve(1).map_err(|_| Refused::NoMemory)?;
        self.used += ring.used + (self.rings.capacity() - before) * size_of::<Ring>();
        self.rings.push(ring);
        Ok(self.rings.len() - 1)
    }

    /// Runs `change` on a ring, and updates the bytes used.
    fn with_ring<R>(
        &mut self,
        number: usize,
        change: impl FnOnce(&mut Ring, &Limits) -> R,
    ) -> Option<R> {
        let ring = self.rings.get_mut(number)?;
        let before = ring.used + ring.sealed.capacity() * size_of::<Shared<Chunk>>();
        let result = change(ring, &self.limits);
        let after = ring.used + ring.sealed.capacity() * size_of::<Shared<Chunk>>();
        self.used = self.used + after - before;
        Some(result)
    }

    /// Appends a small value to the open chunk. False if the chunk is full, or of another form.
    ///
    /// `tests/instructions.rs` guards its length.
    #[inline(always)]
    pub(crate) fn append_quickly<E: Element>(
        &mut self,
        number: usize,
        values: &[E],
        incoming: &Incoming<'_>,
    ) -> bool {
        let Some(ring) = self.rings.get_mut(number) else { return false };
        if incoming.keep != 0 && incoming.keep != ring.keep {
            return false;
        }
        let stamp = Stamp { sequence: self.sequence, thread: incoming.thread };
        let appended = ring.open.append(values, incoming.shape, incoming.indices, stamp);
        self.sequence += u64::from(appended);
        appended
    }

    /// Appends a small value to a new chunk.
    pub(crate) fn append_to_next_chunk<E: Element>(
        &mut self,
        number: usize,
        values: &[E],
        incoming: &Incoming<'_>,
    ) -> Step<()> {
        let budget = self.limits.max_bytes.saturating_sub(self.used());
        let sequence = self.sequence;
        let turned = self.with_ring(number, |ring, limits| {
            ring.set_keep(limits, incoming.keep);
            ring.turn::<E>(limits, budget, sequence, values.len(), incoming)
        });
        match turned {
            Some(Step::Done(())) if self.append_quickly(number, values, incoming) => Step::Done(()),
            Some(Step::Done(())) | None => Step::Refused(Refused::NoMemory),
            Some(step) => step,
        }
    }

    /// Takes a chunk to fill outside the lock: the oldest of a full ring if it `fits`, or one that the caller makes, for which `cost`
    /// is reserved. [`push_chunk`](Heap::push_chunk) or [`abandon`](Heap::abandon) must follow.
    pub(crate) fn begin(
        &mut self,
        number: usize,
        keep: usize,
        cost: usize,
        fits: impl FnOnce(&Chunk) -> bool,
    ) -> Step<Begun> {
        let budget = self.limits.max_bytes.saturating_sub(self.used());
        let max_bytes = self.limits.max_bytes;
        let begun = self.with_ring(number, |ring, limits| {
            ring.set_keep(limits, keep);
            if let Some(chunk) = ring.pop_expired(limits, ring.in_flight + 1) {
                match chunk.unique() {
                    Some(chunk) if fits(&chunk) => return Step::Done(Begun::Reused(chunk)),
                    Some(chunk) => return Step::Again(chunk.share()),
                    // A snapshot shares it.
                    None => {}
                }
            }
            if cost + ring.queue_growth() <= budget {
                return Step::Done(Begun::Fresh);
            }
            if cost > max_bytes {
                return Step::Refused(Refused::TooLarge);
            }
            ring.give_up_oldest()
        });
        let Some(begun) = begun else { return Step::Refused(Refused::NoMemory) };
        if let Step::Done(begun) = &begun {
            self.rings[number].in_flight += 1;
            self.used += match begun {
                Begun::Reused(chunk) => chunk.cost(),
                Begun::Fresh => cost,
            };
        }
        begun
    }

    /// Releases the reservation of [`begin`](Heap::begin).
    pub(crate) fn abandon(&mut self, number: usize, reserved: usize) {
        self.used = self.used.saturating_sub(reserved);
        if let Some(ring) = self.rings.get_mut(number) {
            ring.in_flight = ring.in_flight.saturating_sub(1);
        }
    }

    /// Puts a chunk of one value into its ring. As long as the result isn't `Done`, it stays in `chunk`.
    ///
    /// `reserved` is the reservation of [`begin`](Heap::begin), and is `None` afterwards.
    pub(crate) fn push_chunk(
        &mut self,
        number: usize,
        chunk: &mut Option<Unique<Chunk>>,
        reserved: &mut Option<usize>,
        incoming: &Incoming<'_>,
    ) -> Step<Option<Garbage>> {
        if let Some(reserved) = reserved.take() {
            self.abandon(number, reserved);
        }
        let Some(value) = chunk.as_mut() else { return Step::Done(None) };
        let cost = value.cost();
        let (used, max_bytes) = (self.used(), self.limits.max_bytes);
        let stamp = Stamp { sequence: self.sequence, thread: incoming.thread };
        let pushed = self.with_ring(number, |ring, limits| {
            ring.set_keep(limits, incoming.keep);
            ring.note_clones(limits, value);
            let expired = ring.pop_expired(limits, ring.in_flight + 1);
            // The open chunk is sealed, if it has values, and an empty one takes its place.
            let open = if ring.open.len() > 0 { Chunk::cost_of(0, 0, 0) } else { 0 };
            let cost = cost + open + ring.queue_growth();
            if used + cost > max_bytes {
                return match expired {
                    Some(expired) => Step::Again(expired),
                    None if cost > max_bytes => Step::Refused(Refused::TooLarge),
                    None => ring.give_up_oldest(),
                };
            }
            if ring.seal(None).is_err() || ring.sealed.try_reserve(1).is_err() {
                return expired.map_or(Step::Refused(Refused::NoMemory), Step::Again);
            }
            value.key = ring.open.key;
            value.first = ring.open.first;
            value.push_stamp(stamp);
            Step::Done(expired)
        });
        let Some(pushed) = pushed else { return Step::Refused(Refused::NoMemory) };
        if !matches!(pushed, Step::Done(_)) {
            return pushed;
        }
        if let Some(mut value) = chunk.take() {
            self.sequence += 1;
            self.with_ring(number, |ring, _| {
                value.opaque_before = ring.opaque;
                ring.opaque += u64::from(value.opaque().is_some());
                ring.open.first += 1;
                ring.used += cost;
                ring.sealed.push_back(value.share());
            });
        }
        pushed
    }

    /// The counts of the values of a ring.
    pub(crate) fn counts(&self, number: usize) -> Counts {
        self.rings.get(number).map_or(Counts::default(), |ring| ring.counts(&self.limits))
    }

    /// Resets the counts of a ring; values stay.
    pub(crate) fn reset_counts(&mut self, number: usize) {
        let limits = self.limits;
        if let Some(ring) = self.rings.get_mut(number) {
            ring.start = ring.tail(&limits, 0);
            (ring.cleared, ring.taken) = (0, 0);
        }
    }

    /// Sets the limits, which readers see at once. [`trim`](Heap::trim) then frees the memory.
    pub(crate) fn set_limits(&mut self, limits: Limits) {
        for ring in &mut self.rings {
            ring.floor = ring.tail(&self.limits, 0);
        }
        self.limits = limits;
    }

    /// One step towards the limit of a ring: returns a chunk to drop.
    pub(crate) fn trim(&mut self, number: usize) -> Option<Garbage> {
        self.with_ring(number, |ring, limits| {
            let expired = ring.pop_expired(limits, 0);
            if expired.is_none() {
                ring.shrink_queue();
            }
            expired
        })?
    }

    /// One step towards the budget: removes the oldest chunk of a ring if its last value is older than `sequence`.
    pub(crate) fn trim_to_budget(&mut self, number: usize, sequence: u64) -> Option<Garbage> {
        if self.used() <= self.limits.max_bytes {
            return None;
        }
        self.with_ring(number, |ring, _| {
            let is_older = |chunk: &Chunk| chunk.count_before(sequence) == chunk.len();
            if ring.sealed.is_empty() && is_older(&ring.open) {
                ring.seal(None).ok()?;
            }
            ring.sealed.front().filter(|chunk| is_older(chunk))?;
            ring.pop_oldest()
        })?
    }

    /// Removes all values of a ring, and returns them to be dropped when no lock is held.
    pub(crate) fn clear(&mut self, number: usize) -> Option<Content> {
        self.with_ring(number, |ring, limits| {
            ring.cleared += ring.counts(limits).kept;
            let end = ring.open.end();
            ring.open = Chunk::empty(ring.open.key);
            ring.open.first = end;
            ring.take_sealed(limits)
        })
    }

    /// The largest number of chunks that [`take`](Heap::take) can return now.
    pub(crate) fn chunks(&self, number: usize) -> usize {
        self.rings.get(number).map_or(0, |ring| ring.sealed.len() + 1)
    }

    /// Takes out all values of a ring, if they are in at most `room` chunks.
    pub(crate) fn take(&mut self, number: usize, room: usize) -> Result<Option<Content>, Refused> {
        let taken = self.with_ring(number, |ring, limits| {
            if ring.sealed.len() + 1 > room {
                return Err(Refused::Busy);
            }
            ring.seal(None)?;
            ring.taken += ring.counts(limits).kept;
            Ok(ring.take_sealed(limits))
        });
        taken.transpose()
    }

    /// The positions at which the values of a ring begin and end.
    pub(crate) fn span(&self, number: usize) -> (u64, u64) {
        self.rings.get(number).map_or((0, 0), |ring| (ring.tail(&self.limits, 0), ring.open.end()))
    }

    /// The values from `position` on that are in one chunk; those of the open chunk are copied. The chunk is looked for at `nth`
    /// first, and searched if it is not there.
    pub(crate) fn part_from(
        &self,
        number: usize,
        position: u64,
        nth: usize,
    ) -> Result<Option<Part>, Refused> {
        let Some(ring) = self.rings.get(number) else { return Ok(None) };
        let position = position.max(ring.tail(&self.limits, 0));
        if position >= ring.open.end() {
            return Ok(None);
        }
        let holds = |chunk: &&Shared<Chunk>| (chunk.first..chunk.end()).contains(&position);
        let guess = ring.sealed.get(nth).filter(holds);
        match guess.or_else(|| ring.sealed.get(ring.chunks_before(position))) {
            Some(chunk) => Ok(Some(Part::of(chunk.clone(), position))),
            None => copy_open(&ring.open, position).map(Some),
        }
    }

    /// Adds the values before `position` to `parts`, the newest chunk first, up to `count` chunks, for which there must be room.
    /// Returns the position to continue from, or `None` at the end.
    ///
    /// Newest first, so that chunks overwritten meanwhile are missing at the end, and leave no gap.
    pub(crate) fn parts_before(
        &self,
        number: usize,
        position: u64,
        parts: &mut Vec<Part>,
        count: usize,
    ) -> Result<Option<u64>, Refused> {
        let full = parts.len() + count;
        let Some(ring) = self.rings.get(number) else { return Ok(None) };
        let tail = ring.tail(&self.limits, 0);
        let position = position.min(ring.open.end());
        if position <= tail {
            return Ok(None);
        }
        if position > ring.open.first {
            parts.push(copy_open(&ring.open, tail)?);
        }
        let nth = ring.chunks_before(position);
        for chunk in ring.sealed.range(..nth).rev() {
            if chunk.end() <= tail {
                return Ok(None);
            }
            if parts.len() == full {
                return Ok(Some(chunk.end()));
            }
            parts.push(Part::of(chunk.clone(), tail));
        }
        Ok(None)
    }

    /// The sequence of the oldest value of a ring.
    pub(crate) fn oldest(&self, number: usize) -> Option<u64> {
        let ring = self.rings.get(number)?;
        let tail = ring.tail(&self.limits, 0);
        let sealed = ring.sealed.get(ring.chunks_before(tail));
        let chunk = sealed.map_or(&ring.open, |chunk| &**chunk);
        let nth = tail.saturating_sub(chunk.first) as usize;
        (nth < chunk.len()).then(|| chunk.stamp(nth).sequence)
    }

    /// Takes the oldest value out.
    pub(crate) fn take_oldest(&mut self, number: usize) -> Step<Option<Part>> {
        let taken = self.with_ring(number, |ring, limits| {
            if let Some(expired) = ring.pop_expired(limits, 0) {
                return Step::Again(expired);
            }
            if ring.sealed.is_empty() {
                if let Err(refused) = ring.seal(None) {
                    return Step::Refused(refused);
                }
            }
            let position = ring.tail(limits, 0);
            let Some(chunk) = ring.sealed.front().cloned() else { return Step::Done(None) };
            ring.floor = position + 1;
            ring.taken += 1;
            Step::Done(Some(Part::of(chunk, position)))
        });
        taken.unwrap_or(Step::Done(None))
    }

    /// Puts back a value from [`take_oldest`](Heap::take_oldest). If newer ones have replaced it meanwhile, it counts as overwritten,
    /// not as taken: no reader got it.
    pub(crate) fn put_back(&mut self, number: usize, part: &Part) {
        let position = part.chunk.first + part.start as u64;
        self.with_ring(number, |ring, _| {
            if position < ring.start {
                // The counts were reset meanwhile.
                return;
            }
            ring.taken = ring.taken.saturating_sub(1);
            let is_there = ring.sealed.front().is_some_and(|chunk| chunk.first == part.chunk.first);
            if is_there && ring.floor == position + 1 {
                ring.floor = position;
            }
        });
    }
}

/// The bytes of `free` slots that count: up to those that chunks within the budget would leave. More of them are left over from a
/// larger budget, and must not keep values out of a smaller one.
const fn counted_slots(free: usize, max_bytes: usize) -> usize {
    /// The cost of a chunk is at least this many slots.
    const SLOTS_PER_CHUNK: usize = Chunk::cost_of(0, 1, 0) / slot_size::<Chunk>();
    let most = max_bytes / SLOTS_PER_CHUNK;
    if free < most { free } else { most }
}

/// The open chunk as a part of a snapshot: a copy, as the chunk goes on changing.
fn copy_open(open: &Chunk, position: u64) -> Result<Part, Refused> {
    let start = position.saturating_sub(open.first) as usize;
    let copy = open.copy(start).and_then(|copy| Unique::new(copy).ok());
    Ok(Part::of(copy.ok_or(Refused::NoMemory)?.share(), position))
}

impl Content {
    /// Moves the values, oldest first, into `parts`, which must have room for them. Chunks without values that count are dropped.
    pub(crate) fn into_parts(self, parts: &mut Vec<Part>) {
        let chunks = self.sealed.into_iter().filter(|chunk| chunk.end() > self.tail);
        parts.extend(chunks.map(|chunk| Part::of(chunk, self.tail)));
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use super::{
        Begun, Chunk, Heap, Incoming, LARGEST_CHUNK, LONGEST_CHUNK, Limits, Refused, Ring, SMALL,
        Shape, Shared, Step, Unique, counted_slots, slot_size,
    };

    const SCALAR: Incoming<'_> = Incoming { shape: &[], indices: &[], keep: 0, thread: 0 };

    /// The queue of a ring that has sealed a chunk.
    const QUEUE: usize = 4 * size_of::<Shared<Chunk>>();
    /// A chunk without buffers.
    const EMPTY: usize = Chunk::cost_of(0, 0, 0);
    /// What a heap with one ring uses.
    const OPENED: usize = 4 * size_of::<Ring>() + EMPTY;

    fn limits(max_size: usize, max_bytes: usize) -> Limits {
        Limits { max_size, max_bytes, max_clones: 8 }
    }

    /// A heap with one ring, whose budget is `max_bytes` from then on.
    fn opened(max_size: usize, max_bytes: usize) -> (Heap, usize) {
        let mut heap = Heap::new(limits(max_size, usize::MAX));
        // Free slots are those of all tests.
        heap.counts_free_slots = false;
        let ring = heap.open("a").unwrap_or_else(|_| panic!("room"));
        assert_eq!(heap.used, OPENED);
        heap.set_limits(limits(max_size, max_bytes));
        (heap, ring)
    }

    /// Takes steps until one is done.
    fn steps<T>(mut step: impl FnMut() -> Step<T>) -> Result<T, Refused> {
        loop {
            match step() {
                Step::Done(done) => return Ok(done),
                Step::Again(garbage) => drop(garbage),
                Step::Refused(refused) => return Err(refused),
            }
        }
    }

    /// Appends a value, as a capture does.
    fn try_append(
        heap: &mut Heap,
        ring: usize,
        values: &[f32],
        incoming: &Incoming<'_>,
    ) -> Result<(), Refused> {
        if heap.append_quickly(ring, values, incoming) {
            return Ok(());
        }
        steps(|| heap.append_to_next_chunk(ring, values, incoming))
    }

    /// The same. False if it is refused.
    fn append(heap: &mut Heap, ring: usize, values: &[f32], incoming: &Incoming<'_>) -> bool {
        try_append(heap, ring, values, incoming).is_ok()
    }

    /// The cost of a chunk for one large value.
    fn cost_of(values: &[f32]) -> usize {
        Chunk::cost_of(size_of_val(values), 1, 0)
    }

    /// Takes a chunk for a large value, and fills it.
    fn try_begin(heap: &mut Heap, ring: usize, values: &[f32]) -> Result<Filled, Refused> {
        let fits = |chunk: &Chunk| chunk.room_for::<f32>(values.len(), 0) == 1;
        let cost = cost_of(values);
        let (mut chunk, reserved) = match steps(|| heap.begin(ring, 0, cost, fits))? {
            Begun::Reused(chunk) => {
                let cost = chunk.cost();
                (chunk, cost)
            }
            Begun::Fresh => {
                (Unique::new(Chunk::empty("")).unwrap_or_else(|_| panic!("memory")), cost)
            }
        };
        chunk.reserve::<f32>(Shape::new(&[values.len()]), values.len(), 0, 1).expect("memory");
        assert_eq!(chunk.push_source(values, &[]), values.len());
        Ok((chunk, reserved))
    }

    /// A chunk that was filled, and what is reserved for it.
    type Filled = (Unique<Chunk>, usize);

    /// Puts it back.
    fn try_push(heap: &mut Heap, ring: usize, (chunk, reserved): Filled) -> Result<(), Refused> {
        let (mut chunk, mut reserved) = (Some(chunk), Some(reserved));
        steps(|| heap.push_chunk(ring, &mut chunk, &mut reserved, &SCALAR)).map(drop)
    }

    /// Takes a chunk, fills it with `values`, and puts it back, as a capture of a large value does. Where `given_up`, it ends as a
    /// capture that panics does. `check` is called while the chunk is outside, with what is reserved for it.
    fn push(
        heap: &mut Heap,
        ring: usize,
        values: &[f32],
        given_up: bool,
        check: impl Fn(&Heap, usize),
    ) {
        let Ok((chunk, reserved)) = try_begin(heap, ring, values) else { return };
        check(heap, reserved);
        if given_up {
            return heap.abandon(ring, reserved);
        }
        // It may be refused.
        let _ = try_push(heap, ring, (chunk, reserved));
    }

    /// What the heap has allocated, added up anew.
    fn allocated(heap: &Heap) -> usize {
        let of_ring = |ring: &Ring| {
            let sealed: usize = ring.sealed.iter().map(|chunk| chunk.cost()).sum();
            ring.open.cost() + sealed + ring.sealed.capacity() * size_of::<Shared<Chunk>>()
        };
        let rings: usize = heap.rings.iter().map(of_ring).sum();
        heap.rings.capacity() * size_of::<Ring>() + rings
    }

    /// Checks what holds after every step: no chunk is empty, positions have no gaps, and what is used is what is there.
    fn check(heap: &Heap) {
        assert_eq!(heap.used, allocated(heap));
        for ring in &heap.rings {
            let mut end = ring.sealed.front().map_or(ring.open.first, |chunk| chunk.first);
            for chunk in &ring.sealed {
                assert_eq!(chunk.first, end);
                assert!(chunk.len() > 0);
                end = chunk.end();
            }
            assert_eq!(ring.open.first, end);
        }
    }

    #[test]
    fn what_is_used_is_the_sum_of_what_is_there_and_stays_in_the_budget() {
        let values = [0.5_f32; 6_000];
        for seed in 1..=20_u64 {
            let mut random = seed;
            let mut below = |end: usize| {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(seed);
                (random >> 33) as usize % end
            };
            let mut heap = Heap::new(Limits { max_size: 100, max_bytes: 60_000, max_clones: 8 });
            // Free slots are those of all tests.
            heap.counts_free_slots = false;
            let rings =
                ["a", "b", "c"].map(|key| heap.open(key).unwrap_or_else(|_| panic!("room")));
            for _ in 0..3_000 {
                let (ring, before) = (rings[below(3)], heap.used);
                let choice = below(40);
                match choice {
                    0 => {
                        let (max_size, max_bytes) =
                            ([3, 100, usize::MAX][below(3)], 20_000 + below(80_000));
                        heap.set_limits(Limits { max_size, max_bytes, max_clones: 8 });
                        rings.iter().for_each(|ring| while heap.trim(*ring).is_some() {});
                        rings.iter().for_each(|ring| {
                            while heap.trim_to_budget(*ring, u64::MAX).is_some() {}
                        });
                        assert!(heap.used <= max_bytes, "trimmed to {} of {max_bytes}", heap.used);
                    }
                    1 => drop(heap.clear(ring)),
                    2 => drop(heap.take(ring, heap.chunks(ring))),
                    3 => {
                        if let Step::Done(Some(part)) = heap.take_oldest(ring) {
                            if below(2) == 0 {
                                heap.put_back(ring, &part);
                            }
                        }
                    }
                    4..8 => {
                        let (count, given_up) = (4_097 + below(1_500), below(8) == 0);
                        push(&mut heap, ring, &values[..count], given_up, |heap, reserved| {
                            assert_eq!(heap.used, allocated(heap) + reserved);
                        });
                    }
                    choice => {
                        let (count, rank) = ([1, 1, 7, 300][choice % 4], below(10) / 9);
                        let incoming =
                            Incoming { shape: &[count], indices: &[7][..rank], ..SCALAR };
                        append(&mut heap, ring, &values[..count], &incoming);
                    }
                }
                check(&heap);
                // Taking one value seals the open chunk, for another one without buffers.
                let sealed = if choice == 3 {
                    Chunk::cost_of(0, 0, 0) + heap.rings[ring].queue_growth()
                } else {
                    0
                };
                let most = heap.limits.max_bytes.max(before) + sealed;
                assert!(heap.used <= most, "{choice}: {} bytes of {most}", heap.used);
            }
        }
    }

    #[test]
    fn rings_are_opened_as_long_as_they_fit() {
        for max_bytes in [0, OPENED - 1, OPENED, OPENED + EMPTY, 5_000, 20_000, 50_000] {
            let mut heap = Heap::new(Limits { max_size: 8, max_bytes, max_clones: 8 });
            heap.counts_free_slots = false;
            loop {
                let room = heap.rings.capacity();
                let opened = heap.open("a").is_ok();
                assert_eq!(heap.used, allocated(&heap));
                assert!(heap.used <= max_bytes);
                if !opened {
                    let growth = if heap.rings.len() == room { room.max(4) } else { 0 };
                    let wanted = Chunk::cost_of(0, 0, 0) + growth * size_of::<Ring>();
                    assert!(heap.used + wanted > max_bytes, "{} rings", heap.rings.len());
                    break;
                }
            }
        }
    }

    #[test]
    fn chunks_get_twice_as_long_up_to_a_part_of_the_ring_and_of_the_budget() {
        let lengths = |max_size, max_bytes, count: usize| {
            let mut heap = Heap::new(Limits { max_size, max_bytes, max_clones: 8 });
            let ring = heap.open("a").unwrap_or_else(|_| panic!("room"));
            let (values, mut lengths) = ([0.5_f32; 4_096], std::vec![0]);
            for _ in 0..2_000 {
                assert!(append(
                    &mut heap,
                    ring,
                    &values[..count],
                    &Incoming { shape: &[count], ..SCALAR }
                ));
                let room = heap.rings[ring].open.room_for::<f32>(count, 0);
                if lengths.last() != Some(&room) {
                    lengths.push(room);
                }
            }
            lengths
        };
        let large = 64 << 20;
        assert_eq!(lengths(10_000, large, 1), [0, 4, 8, 16, 32, 64, 128, 256, LONGEST_CHUNK]);
        assert_eq!(
            lengths(600, large, 1),
            [0, 4, 8, 16, 32, 64, 128, 256, 300],
            "half of the ring"
        );
        assert_eq!(lengths(10, large, 1), [0, 4, 8, 16, 32, 64], "a short ring has a chunk of 64");
        // Elements, and eight bytes of a mark.
        assert_eq!(lengths(10_000, large, 4_096), [0, 4, LARGEST_CHUNK / (4 * 4_096 + 8)]);
        assert_eq!(
            lengths(10_000, 16 * 1_200, 1),
            [0, 4, 8, 16, 32, 64, 100],
            "a sixteenth of the budget"
        );
    }

    #[test]
    fn a_first_value_is_kept_if_it_fits_to_the_byte() {
        let values = [0.5_f32; 6_000];
        for (length, rank) in [(1, 0), (1, 1), (7, 4), (300, 0), (SMALL / 4, 2), (6_000, 0)] {
            let incoming = Incoming { shape: &[length], indices: &[7; 4][..rank], ..SCALAR };
            let values = &values[..length];
            let keep = |heap: &mut Heap, ring| {
                if size_of_val(values) <= SMALL {
                    return try_append(heap, ring, values, &incoming);
                }
                let filled = try_begin(heap, ring, values)?;
                assert_eq!(try_push(heap, ring, filled), Ok(()), "it was not filled in vain");
                Ok(())
            };
            let cost = Chunk::cost_of(4 * length, 1, rank);
            let enough = OPENED + QUEUE + cost;
            for (max_bytes, result) in [
                (enough + 1, Ok(())),
                (enough, Ok(())),
                (enough - 1, Err(Refused::NoMemory)),
                (cost, Err(Refused::NoMemory)),
                (cost - 1, Err(Refused::TooLarge)),
                (0, Err(Refused::TooLarge)),
            ] {
                let (mut heap, ring) = opened(8, max_bytes);
                assert_eq!(keep(&mut heap, ring), result, "{length} in {max_bytes} bytes");
                assert_eq!(heap.counts(ring).kept, u64::from(result.is_ok()));
                check(&heap);
            }
        }
    }

    #[test]
    fn the_first_chunk_is_as_long_as_fits_to_the_byte() {
        let room = |max_bytes| {
            let (mut heap, ring) = opened(usize::MAX, max_bytes);
            assert!(append(&mut heap, ring, &[0.5], &SCALAR));
            heap.rings[ring].open.room_for::<f32>(1, 0)
        };
        let enough = |count| OPENED + QUEUE + Chunk::cost_of(count * 4, count, 0);
        let lengths = [enough(4), enough(4) - 1, enough(2), enough(2) - 1].map(room);
        assert_eq!(lengths, [4, 2, 2, 1]);
    }

    /// Only a chunk at a time, and only where the new one does not fit, beside the growth of the queue.
    #[test]
    fn older_small_values_go_only_for_a_chunk_that_does_not_fit() {
        let values = [0.5_f32; 64];
        for nth in 0..120 {
            // By a number that has no factor in common with the size of an element.
            let max_bytes = OPENED + QUEUE + Chunk::cost_of(64 * 4, 1, 1) + 67 * nth;
            let (mut heap, ring) = opened(usize::MAX, max_bytes);
            for step in 0..400 {
                let (length, rank) = [(1, 0), (1, 0), (64, 0), (1, 1)][step / 23 % 4];
                let incoming = Incoming { shape: &[length], indices: &[7][..rank], ..SCALAR };
                let values = &values[..length];
                if heap.append_quickly(ring, values, &incoming) {
                    continue;
                }
                loop {
                    let of = &heap.rings[ring];
                    let is_empty = of.sealed.is_empty() && of.open.len() == 0;
                    let count =
                        if is_empty { 1 } else { of.next_length(&heap.limits, 4 * length, rank) };
                    let chunk = Chunk::cost_of(count * 4 * length, count, count * rank);
                    let fits = heap.used + of.queue_growth() + chunk <= max_bytes;
                    let (kept, chunks, half) =
                        (heap.counts(ring).kept, of.sealed.len(), of.open.len() / 2);
                    let has_form = of.open.is_like::<f32>(&Shape::new(&[length]), rank);
                    let oldest =
                        of.sealed.front().map_or(of.open.len(), |chunk| chunk.len()) as u64;
                    let taken = heap.append_to_next_chunk(ring, values, &incoming);
                    check(&heap);
                    assert!(heap.used <= max_bytes, "{} bytes of {max_bytes}", heap.used);
                    let now = heap.counts(ring).kept - u64::from(matches!(taken, Step::Done(())));
                    let gone = if fits {
                        0
                    } else if chunks == 0 && has_form {
                        oldest - half as u64
                    } else {
                        oldest
                    };
                    assert_eq!(kept - now, gone, "step {step} in {max_bytes} bytes");
                    match taken {
                        Step::Done(()) => break,
                        Step::Again(garbage) => drop(garbage),
                        Step::Refused(refused) => panic!("{refused:?} at step {step}"),
                    }
                }
            }
        }
    }

    /// A chunk that a snapshot shares is not reused, and its memory not counted.
    #[test]
    fn values_have_no_gaps_when_snapshots_share_the_chunks_that_go() {
        for nth in 0..120 {
            let max_bytes = OPENED + QUEUE + Chunk::cost_of(4, 1, 1) + 67 * nth;
            let (mut heap, ring) = opened(usize::MAX, max_bytes);
            for step in 0..400 {
                let snapshot = heap.part_from(ring, 0, 0).expect("memory");
                let rank = step / 23 % 2;
                let incoming = Incoming { indices: &[7][..rank], ..SCALAR };
                assert!(append(&mut heap, ring, &[1.0], &incoming));
                check(&heap);
                assert!(heap.used <= max_bytes, "{} bytes of {max_bytes}", heap.used);
                drop(snapshot);
            }
        }
    }

    #[test]
    fn an_older_value_goes_for_a_large_one_that_does_not_fit_by_a_byte() {
        let values = [0.5_f32; 5_000];
        let cost = cost_of(&values);
        for (missing, kept) in [(0, 2), (1, 1)] {
            // Beside another large one.
            let (mut heap, ring) = opened(8, OPENED + QUEUE + 2 * cost - missing);
            for _ in 0..2 {
                let filled = try_begin(&mut heap, ring, &values).expect("room");
                assert_eq!(try_push(&mut heap, ring, filled), Ok(()));
                check(&heap);
            }
            assert_eq!(heap.counts(ring).kept, kept);
            // Behind a small one, whose chunk is sealed for it.
            let (mut heap, ring) = opened(8, usize::MAX);
            assert!(append(&mut heap, ring, &[1.0], &SCALAR));
            heap.set_limits(limits(8, heap.used + QUEUE + EMPTY + cost - missing));
            let filled = try_begin(&mut heap, ring, &values).expect("room");
            assert_eq!(heap.counts(ring).kept, 1, "it goes when the large one is there");
            assert_eq!(try_push(&mut heap, ring, filled), Ok(()));
            assert_eq!(heap.counts(ring).kept, kept);
            check(&heap);
        }
    }

    /// Another thread may lower the budget while a large value is filled.
    #[test]
    fn a_large_value_is_checked_again_against_a_budget_that_was_lowered() {
        let values = [0.5_f32; 5_000];
        let cost = cost_of(&values);
        for (max_bytes, result) in [
            (OPENED + QUEUE + cost, Ok(())),
            (OPENED + QUEUE + cost - 1, Err(Refused::NoMemory)),
            (QUEUE + cost, Err(Refused::NoMemory)),
            (QUEUE + cost - 1, Err(Refused::TooLarge)),
        ] {
            let (mut heap, ring) = opened(8, usize::MAX);
            let filled = try_begin(&mut heap, ring, &values).expect("room");
            heap.set_limits(limits(8, max_bytes));
            assert_eq!(try_push(&mut heap, ring, filled), result, "{max_bytes} bytes");
            check(&heap);
        }
        // In a full ring, where the value that is overwritten makes room for it.
        let enough = OPENED + QUEUE + cost;
        for (max_bytes, result) in [(enough, Ok(())), (enough - 1, Err(Refused::NoMemory))] {
            let (mut heap, ring) = opened(1, usize::MAX);
            let first = try_begin(&mut heap, ring, &values).expect("room");
            let second = try_begin(&mut heap, ring, &values).expect("room");
            assert_eq!(heap.used, OPENED + 2 * cost);
            assert_eq!(try_push(&mut heap, ring, first), Ok(()));
            heap.set_limits(limits(1, max_bytes));
            assert_eq!(try_push(&mut heap, ring, second), result, "{max_bytes} bytes");
            assert_eq!(heap.counts(ring).kept, u64::from(result.is_ok()));
            check(&heap);
        }
    }

    /// A ring of `n` values that are chunks by themselves: the oldest makes room for the newest, also where several are under way.
    #[test]
    fn a_full_ring_has_no_more_chunks_than_values() {
        let values = [0.5_f32; 5_000];
        for max_size in 1..6_usize {
            let (mut heap, ring) = opened(max_size, usize::MAX);
            for n in 0..20 {
                // Two shapes by turns.
                let incoming = Incoming { shape: &[1, 1][..n % 2], ..SCALAR };
                assert!(append(&mut heap, ring, &[1.0], &incoming));
                assert_eq!(heap.rings[ring].sealed.len() + 1, max_size.max(2).min(n + 1));
            }
            let (mut heap, ring) = opened(max_size, usize::MAX);
            for n in 0..20 {
                let filled = try_begin(&mut heap, ring, &values).expect("room");
                assert_eq!(heap.rings[ring].sealed.len(), (max_size - 1).min(n));
                assert_eq!(try_push(&mut heap, ring, filled), Ok(()));
                assert_eq!(heap.rings[ring].sealed.len(), max_size.min(n + 1));
            }
            let begin = |heap: &mut Heap| try_begin(heap, ring, &values).expect("room");
            let filled = [begin(&mut heap), begin(&mut heap), begin(&mut heap)];
            assert_eq!(heap.rings[ring].sealed.len(), max_size.saturating_sub(3));
            for filled in filled {
                assert_eq!(try_push(&mut heap, ring, filled), Ok(()));
            }
            check(&heap);
            assert_eq!(heap.counts(ring).kept, max_size as u64);
            assert_eq!(heap.rings[ring].sealed.len(), max_size);
        }
    }

    #[test]
    fn a_full_ring_allocates_and_drops_nothing() {
        let values = [0.5_f32; 5_000];
        let (mut heap, ring) = opened(2_000, usize::MAX);
        let other = heap.open("b").unwrap_or_else(|_| panic!("room"));
        for nth in 0..20_000 {
            if !heap.append_quickly(ring, &[1.0], &SCALAR) {
                let used = heap.used;
                let step = heap.append_to_next_chunk(ring, &[1.0], &SCALAR);
                let is_full = nth >= 4_000;
                assert!(!is_full || matches!(step, Step::Done(())) && heap.used == used);
            }
        }
        heap.set_limits(limits(2, usize::MAX));
        for nth in 0..20 {
            let used = heap.used;
            let step = heap.begin(other, 0, cost_of(&values), |_| true);
            let is_reused = matches!(&step, Step::Done(Begun::Reused(_)));
            assert_eq!(is_reused, nth >= 2);
            assert!(heap.used == used || !is_reused);
            let reserved = heap.used - used + if is_reused { cost_of(&values) } else { 0 };
            drop(step);
            heap.abandon(other, reserved);
            let filled = try_begin(&mut heap, other, &values).expect("room");
            assert_eq!(try_push(&mut heap, other, filled), Ok(()));
        }
    }

    /// A buffer that does not fit is dropped before the value is filled, so that another one of its size is reserved.
    #[test]
    fn a_chunk_that_does_not_fit_is_not_reused() {
        let values = [0.5_f32; 5_000];
        let (mut heap, ring) = opened(1, usize::MAX);
        for _ in 0..2 {
            let filled = try_begin(&mut heap, ring, &values).expect("room");
            assert_eq!(try_push(&mut heap, ring, filled), Ok(()));
        }
        let cost = cost_of(&values);
        assert!(matches!(heap.begin(ring, 0, cost, |_| false), Step::Again(_)));
        assert!(matches!(heap.begin(ring, 0, cost, |_| false), Step::Done(Begun::Fresh)));
        assert_eq!(heap.used, OPENED + QUEUE + cost);
    }

    #[test]
    fn the_queue_grows_by_what_was_counted_for_two_more_chunks() {
        let (mut heap, ring) = opened(usize::MAX, usize::MAX);
        let of = &mut heap.rings[ring];
        let chunk = || Unique::new(Chunk::empty("")).unwrap_or_else(|_| panic!("memory")).share();
        for _ in 0..300 {
            let before = of.sealed.capacity();
            let growth = of.queue_growth();
            for _ in 0..2 {
                of.sealed.try_reserve(1).expect("memory");
                of.sealed.push_back(chunk());
            }
            assert_eq!((of.sealed.capacity() - before) * size_of::<Shared<Chunk>>(), growth);
            // So that both parities of its length are met.
            if of.sealed.len() % 64 == 0 {
                of.sealed.pop_front();
            }
        }
    }

    #[test]
    fn a_queue_of_which_less_than_a_quarter_is_left_gives_the_rest_back() {
        for (left, capacity) in [(16, 64), (15, 15), (1, 1)] {
            let (mut heap, ring) = opened(usize::MAX, usize::MAX);
            for n in 0..65 {
                let incoming = Incoming { shape: &[1, 1][..n % 2], ..SCALAR };
                assert!(append(&mut heap, ring, &[1.0], &incoming));
            }
            assert_eq!(heap.rings[ring].sealed.capacity(), 64);
            heap.set_limits(limits(left + 1, usize::MAX));
            while heap.trim(ring).is_some() {}
            assert_eq!(heap.rings[ring].sealed.len(), left);
            assert_eq!(heap.rings[ring].sealed.capacity(), capacity);
            assert_eq!(heap.counts(ring).kept, left as u64 + 1);
            check(&heap);
        }
    }

    #[test]
    fn a_budget_lowered_to_what_is_used_drops_nothing_and_a_byte_less_drops_a_chunk() {
        let (mut heap, ring) = opened(usize::MAX, usize::MAX);
        for n in 0..20 {
            let incoming = Incoming { shape: &[1, 1][..n % 2], ..SCALAR };
            assert!(append(&mut heap, ring, &[1.0], &incoming));
        }
        heap.set_limits(limits(usize::MAX, heap.used));
        assert!(heap.trim_to_budget(ring, u64::MAX).is_none());
        heap.set_limits(limits(usize::MAX, heap.used - 1));
        // Only what is older, and no more than it takes.
        for (sequence, gone) in [(0, false), (1, true), (1, false), (3, false)] {
            assert_eq!(heap.trim_to_budget(ring, sequence).is_some(), gone);
        }
        assert_eq!(heap.counts(ring).kept, 19);
        heap.set_limits(limits(usize::MAX, 0));
        while heap.trim_to_budget(ring, 19).is_some() {}
        assert_eq!(heap.counts(ring).kept, 1, "the open chunk has a newer value");
        assert!(heap.rings[ring].sealed.is_empty(), "and stays open");
        assert!(heap.trim_to_budget(ring, 20).is_some());
        assert_eq!(heap.counts(ring).kept, 0);
        assert!(heap.trim_to_budget(ring, 20).is_none());
        check(&heap);
    }

    #[test]
    fn free_slots_count_up_to_those_of_the_chunks_that_a_budget_has_room_for() {
        let (chunk, slot) = (Chunk::cost_of(0, 1, 0), slot_size::<Chunk>());
        for chunks in [0, 1, 2, 100, 12_345] {
            let counted = |free| counted_slots(free, chunks * chunk);
            let most = counted(usize::MAX);
            assert!((chunks * slot..=2 * chunks * slot).contains(&most), "{most} of {chunks}");
            assert_eq!([0, most / 2, most, most + 1].map(counted), [0, most / 2, most, most]);
        }
    }

    #[test]
    fn values_are_taken_if_there_is_room_for_all_chunks() {
        for count in 0..5_usize {
            let (mut heap, ring) = opened(8, usize::MAX);
            for n in 0..count {
                let incoming = Incoming { shape: &[1, 1][..n % 2], ..SCALAR };
                assert!(append(&mut heap, ring, &[1.0], &incoming));
            }
            let chunks = heap.chunks(ring);
            assert_eq!(chunks, count.max(1));
            let too_little = heap.take(ring, chunks - 1).map(|taken| taken.is_some());
            assert_eq!(too_little, Err(Refused::Busy));
            assert_eq!(heap.counts(ring).kept, count as u64);
            let mut parts = std::vec::Vec::new();
            heap.take(ring, chunks).expect("room").expect("a ring").into_parts(&mut parts);
            assert_eq!(parts.len(), count);
            assert_eq!((heap.counts(ring).kept, heap.counts(ring).taken), (0, count as u64));
            check(&heap);
        }
    }

    #[test]
    fn values_with_many_captures_between_them_keep_their_sequences() {
        let limits = Limits { max_size: 8, max_bytes: 1 << 20, max_clones: 8 };
        let mut heap = Heap::new(limits);
        let ring = heap.open("a.x").unwrap_or_default();
        let sequences = [0, 1, 1 << 31, 1 << 32, (1 << 32) + 1, 1 << 40];
        for sequence in sequences {
            heap.sequence = sequence;
            assert!(append(&mut heap, ring, &[1.0], &SCALAR), "{sequence}");
        }
        for sequence in sequences {
            assert_eq!(heap.oldest(ring), Some(sequence));
            while let Step::Again(_) = heap.take_oldest(ring) {}
        }
    }
}
