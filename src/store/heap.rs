//! Rings on the heap.
//!
//! The values of a key that are small and of one shape lie end to end in a column, and are
//! copied under the lock. All others get places of their own, whose buffers go from the oldest value to the
//! newest: the lock is held to take the buffer and to put it back, not while it is filled.

use alloc::{boxed::Box, collections::VecDeque, sync::Arc, vec::Vec};
use core::{mem, slice};

use super::buffer::{Buffer, with_buffer};
use super::cache::{Data, Owned, Stretch, Value};
use super::element::Element;
use super::{Cause, Counts, Meta, Shape};

/// Values of up to so many bytes are copied under the lock, into a column.
pub const SMALL: usize = 1024;

/// Larger values begin at a multiple of so many bytes: a copy to any other place takes up to twice as long.
pub const ALIGN: usize = 64;

pub struct Heap {
    rings: Vec<Ring>,
    /// Bytes of all values and their bookkeeping, those being filled included.
    used: usize,
    pub sequence: u64,
    /// Bytes of spare buffers, those at hand included.
    #[cfg(feature = "std")]
    spare: usize,
    /// Spare buffers of an earlier round have been let go.
    #[cfg(feature = "std")]
    round: u32,
    /// Memory was given: what is captured from now on goes there.
    pub closed: bool,
}

/// On cache lines of its own: two threads that capture different keys don't wait for each other's counters.
#[cfg_attr(feature = "std", repr(align(128)))]
struct Ring {
    key: &'static str,
    storage: Storage,
    /// What the values in `storage` count against the budget.
    bytes: usize,
    /// Places that are out to be filled.
    in_flight: usize,
    counts: Counts,
    #[cfg(feature = "std")]
    spares: Vec<Spare>,
}

/// A buffer that holds no value, and the thread in whose cache it probably is.
#[cfg(feature = "std")]
struct Spare {
    payload: Payload,
    thread: u32,
}

/// The buffer that a thread fills next for a ring; see [`Heap::exchange`].
#[cfg(feature = "std")]
pub struct Hand {
    pub ring: usize,
    pub payload: Payload,
    cost: usize,
    round: u32,
}

#[derive(Default)]
pub enum Storage {
    #[default]
    Empty,
    Column(Column),
    Places(VecDeque<Place>),
}

/// Values of one kind and one shape, end to end, as a ring: the oldest is number `head`.
pub struct Column {
    buffer: Buffer,
    shape: Shape,
    /// Elements in a value.
    stride: usize,
    metas: Vec<Meta>,
    head: usize,
    /// Values overwritten before `head` was last 0: it is one store less in a capture.
    overwritten: u64,
}

/// One value, with its own buffer.
pub struct Place {
    pub meta: Meta,
    pub shape: Shape,
    pub payload: Payload,
    /// What it counts against the budget.
    pub cost: usize,
}

pub enum Payload {
    /// Shared with snapshots, which never change it; and the number of the first element that counts.
    Plain(Arc<Buffer>, usize),
    Owned(Box<dyn Owned>),
    /// Out with a reader; see [`Heap::next`].
    Lent,
}

/// Values to drop once the lock is gone: a user's `Drop` may run then.
pub type Garbage = Vec<Payload>;

/// What a push under the lock came to.
pub enum Pushed {
    Done,
    Refused(Cause),
    /// The value needs a place of its own.
    Elsewhere,
    /// The ring is not here any more.
    Gone,
}

/// What counts against the budget for a value of `bytes` in a place.
pub fn place_cost(bytes: usize) -> usize {
    const BOOKKEEPING: usize = size_of::<Place>() + size_of::<Buffer>() + 2 * size_of::<usize>();
    bytes.saturating_add(if bytes > SMALL { BOOKKEEPING + ALIGN } else { BOOKKEEPING })
}

impl Column {
    fn new<E: Element>(shape: Shape, stride: usize) -> Column {
        Column {
            buffer: E::buffer(Vec::new()),
            shape,
            stride,
            metas: Vec::new(),
            head: 0,
            overwritten: 0,
        }
    }

    fn cost(&self) -> usize {
        self.stride * self.buffer.kind().size() + size_of::<Meta>()
    }

    /// The place of a new value at the end, if there is memory for it.
    fn grow<E: Element>(&mut self, values: &[E], meta: Meta, max_size: usize) -> Result<(), Cause> {
        let data = E::of_mut(&mut self.buffer).ok_or(Cause::NoMemory)?;
        if self.head != 0 {
            data.rotate_left(self.head * self.stride);
            self.metas.rotate_left(self.head);
            self.overwritten += self.head as u64;
            self.head = 0;
        }
        let count = self.metas.len();
        if count == self.metas.capacity() {
            reserve(data, &mut self.metas, self.stride, max_size).ok_or(Cause::NoMemory)?;
        }
        data.extend_from_slice(values);
        self.metas.push(meta);
        Ok(())
    }

    /// Forgets the oldest `count` values.
    fn drop_oldest(&mut self, count: usize) {
        with_buffer!(&mut self.buffer, data => {
            data.rotate_left(self.head * self.stride);
            data.drain(..count * self.stride);
        });
        with_buffer!(&mut self.buffer, data => data.shrink_to_fit());
        self.metas.rotate_left(self.head);
        self.metas.drain(..count);
        self.metas.shrink_to_fit();
        self.overwritten += self.head as u64;
        self.head = 0;
    }

    fn overwritten(&self) -> u64 {
        self.overwritten + self.head as u64
    }

    /// The place where number `nth`, counted from the oldest, is stored; that of number 0 for one beyond the newest.
    fn position(&self, nth: usize) -> usize {
        let at = self.head + nth;
        if at < self.metas.len() { at } else { at - self.metas.len() }
    }

    /// How many of the values came before `sequence`: `hint` in most cases.
    fn before(&self, sequence: u64, hint: usize) -> usize {
        let came_before = |nth: usize| self.metas[self.position(nth)].sequence < sequence;
        let count = self.metas.len();
        if (hint == 0 || hint <= count && came_before(hint - 1))
            && (hint == count || hint < count && !came_before(hint))
        {
            return hint;
        }
        let (new, old) = self.metas.split_at(self.head);
        let old_count = old.partition_point(|meta| meta.sequence < sequence);
        if old_count < old.len() {
            return old_count;
        }
        old_count + new.partition_point(|meta| meta.sequence < sequence)
    }
}

/// Room for as many values again, but never more than the ring will hold.
#[cold]
fn reserve<E>(
    data: &mut Vec<E>,
    metas: &mut Vec<Meta>,
    stride: usize,
    max_size: usize,
) -> Option<()> {
    let count = metas.len();
    let more = count.max(4).min(max_size.saturating_sub(count)).max(1);
    data.try_reserve_exact(more.checked_mul(stride)?).ok()?;
    metas.try_reserve_exact(more).ok()
}

impl Payload {
    /// Whether `length` elements of this kind can take the place of those in it: no snapshot shares it.
    #[inline]
    pub fn fits<E: Element>(&self, length: usize) -> bool {
        let Payload::Plain(buffer, start) = self else { return false };
        let as_long = |values: &Vec<E>| values.len() - start == length;
        E::of(buffer).is_some_and(as_long) && Arc::strong_count(buffer) == 1
    }

    /// Overwrites the elements in it, after [`fits`](Payload::fits).
    #[inline]
    pub fn refill<E: Element>(&mut self, values: &[E]) {
        if let Payload::Plain(buffer, start) = self {
            if let Some(data) = Arc::get_mut(buffer).and_then(E::of_mut) {
                data[*start..].copy_from_slice(values);
            }
        }
    }
}

impl Place {
    /// Takes in a value as long as the one before, after [`take_oldest`](Heap::take_oldest).
    #[inline]
    pub fn refill<E: Element>(&mut self, values: &[E], shape: &[usize], meta: Meta) {
        self.payload.refill(values);
        if !self.shape.is(shape) {
            self.shape = Shape::new(shape);
        }
        self.meta = meta;
    }
}

impl Ring {
    #[inline]
    fn len(&self) -> usize {
        match &self.storage {
            Storage::Empty => 0,
            Storage::Column(column) => column.metas.len(),
            Storage::Places(places) => places.len(),
        }
    }

    /// Drops the oldest values until `keep` are left, and says how many bytes that gave.
    fn shrink(&mut self, keep: usize, garbage: &mut Garbage) -> usize {
        let surplus = self.len().saturating_sub(keep);
        if surplus == 0 {
            return 0;
        }
        let freed = match &mut self.storage {
            Storage::Empty => 0,
            Storage::Column(column) => {
                column.drop_oldest(surplus);
                surplus * column.cost()
            }
            Storage::Places(places) => places
                .drain(..surplus)
                .map(|place| {
                    garbage.push(place.payload);
                    place.cost
                })
                .sum(),
        };
        self.bytes -= freed;
        self.counts.overwritten += surplus as u64;
        freed
    }

    /// Gives every value a place of its own: a value came that the column can't take.
    fn spread(&mut self) -> &mut VecDeque<Place> {
        if let Storage::Column(column) = &self.storage {
            let mut places = VecDeque::with_capacity(column.metas.len() + 1);
            for nth in 0..column.metas.len() {
                let at = column.position(nth);
                let values = at * column.stride..(at + 1) * column.stride;
                places.push_back(Place {
                    meta: column.metas[at],
                    shape: column.shape,
                    payload: Payload::Plain(Arc::new(column.buffer.copy(values)), 0),
                    cost: place_cost(column.cost() - size_of::<Meta>()),
                });
            }
            self.bytes = places.iter().map(|place| place.cost).sum();
            self.counts.overwritten += column.overwritten();
            self.storage = Storage::Places(places);
        } else if let Storage::Empty = self.storage {
            self.storage = Storage::Places(VecDeque::new());
        }
        match &mut self.storage {
            Storage::Places(places) => places,
            _ => unreachable!("just made so"),
        }
    }
}

impl Heap {
    pub const fn new() -> Heap {
        Heap {
            rings: Vec::new(),
            used: 0,
            sequence: 0,
            #[cfg(feature = "std")]
            spare: 0,
            #[cfg(feature = "std")]
            round: 0,
            closed: false,
        }
    }

    /// Bytes of all values and their bookkeeping.
    pub fn used(&self) -> usize {
        #[cfg(feature = "std")]
        return self.used + self.spare;
        #[cfg(not(feature = "std"))]
        self.used
    }

    pub fn open(&mut self, key: &'static str) -> Option<usize> {
        self.rings.try_reserve(1).ok()?;
        let counts = Counts::default();
        self.rings.push(Ring {
            key,
            storage: Storage::Empty,
            bytes: 0,
            in_flight: 0,
            counts,
            #[cfg(feature = "std")]
            spares: Vec::new(),
        });
        Some(self.rings.len() - 1)
    }

    /// Puts a value in the place of the oldest, if the ring is full and all of its values are like this one. Says
    /// whether it was so.
    #[inline(always)]
    pub fn overwrite<E: Element>(
        &mut self,
        ring: usize,
        max_size: usize,
        values: &[E],
        shape: &[usize],
        index: Option<u64>,
        thread: u32,
    ) -> bool {
        // What is closed is empty.
        let Some(ring) = self.rings.get_mut(ring) else { return false };
        let Storage::Column(column) = &mut ring.storage else { return false };
        let Some(data) = E::of_mut(&mut column.buffer) else { return false };
        if column.metas.len() < max_size || !column.shape.is(shape) {
            return false;
        }
        let at = column.head;
        let Some(place) = place(data, at, values.len()) else { return false };
        let Some(meta) = column.metas.get_mut(at) else { return false };
        let sequence = self.sequence;
        self.sequence = sequence + 1;
        meta.set(sequence, index, thread);
        column.head = at + 1;
        if at + 1 == column.metas.len() {
            column.overwritten += column.head as u64;
            column.head = 0;
        }
        // Last: what lives beyond a call has to be saved before it.
        copy(place, values);
        true
    }

    /// Puts a user's value in the place of the oldest, if the ring is full and that is one of the same type, and leaves
    /// the old one in `value`. Says whether it was so. No code of the user's runs.
    #[inline]
    pub fn replace<T: Clone + Send + 'static>(
        &mut self,
        ring: usize,
        max_size: usize,
        value: &mut T,
        index: Option<u64>,
        thread: u32,
    ) -> bool {
        // What is closed is empty.
        let Some(ring) = self.rings.get_mut(ring) else { return false };
        let Storage::Places(places) = &mut ring.storage else { return false };
        if places.len() != max_size || ring.in_flight != 0 {
            return false;
        }
        let Some(place) = places.front_mut() else { return false };
        let Payload::Owned(owned) = &mut place.payload else { return false };
        let Some(kept) = owned.as_mut().as_any_mut().downcast_mut::<T>() else { return false };
        mem::swap(kept, value);
        place.meta.set(self.sequence, index, thread);
        self.sequence += 1;
        ring.counts.overwritten += 1;
        places.rotate_left(1);
        true
    }

    /// Takes the oldest value's place out of a full ring, if a new value fits it as it is. It must be given to
    /// [`commit`](Heap::commit).
    #[inline]
    pub fn take_oldest(
        &mut self,
        ring: usize,
        max_size: usize,
        fits: impl FnOnce(&Payload) -> bool,
    ) -> Option<Place> {
        let ring = self.rings.get_mut(ring)?;
        let Storage::Places(places) = &mut ring.storage else { return None };
        if places.len() + ring.in_flight != max_size || !fits(&places.front()?.payload) {
            return None;
        }
        let place = places.pop_front()?;
        ring.in_flight += 1;
        ring.bytes -= place.cost;
        ring.counts.overwritten += 1;
        Some(place)
    }

    /// The quick way of [`commit`](Heap::commit), or the place again if it must go there.
    #[inline]
    pub fn put_back(&mut self, ring: usize, max_size: usize, mut place: Place) -> Option<Place> {
        let Some(ring) = self.rings.get_mut(ring) else { return Some(place) };
        let Storage::Places(places) = &mut ring.storage else { return Some(place) };
        if self.closed || places.len() >= max_size {
            return Some(place);
        }
        place.meta.sequence = self.sequence;
        self.sequence += 1;
        ring.in_flight -= 1;
        ring.bytes += place.cost;
        places.push_back(place);
        None
    }

    /// Keeps a small value of plain data.
    #[inline]
    pub fn push<E: Element>(
        &mut self,
        number: usize,
        (max_size, max_bytes): (usize, usize),
        values: &[E],
        shape: &[usize],
        mut meta: Meta,
    ) -> Pushed {
        if self.closed {
            return Pushed::Gone;
        }
        let cost = size_of_val(values) + size_of::<Meta>();
        self.make_room(cost, max_bytes);
        let Some(ring) = self.rings.get_mut(number) else { return Pushed::Gone };
        if let Storage::Empty = ring.storage {
            ring.storage = Storage::Column(Column::new::<E>(Shape::new(shape), values.len()));
        }
        let Storage::Column(column) = &mut ring.storage else { return Pushed::Elsewhere };
        if !column.shape.is(shape) {
            return Pushed::Elsewhere;
        }
        if column.buffer.kind() != E::KIND {
            return Pushed::Elsewhere;
        }
        meta.sequence = self.sequence;
        let count = column.metas.len();
        let room = max_bytes.saturating_sub(self.used) / cost;
        if count < max_size && room > 0 {
            let capacity = max_size.min(count.saturating_add(room));
            if let Err(cause) = column.grow(values, meta, capacity) {
                return Pushed::Refused(cause);
            }
            ring.bytes += cost;
            self.used += cost;
        } else if count == 0 {
            return Pushed::Refused(too_much(cost, max_bytes));
        } else {
            // At the limit of bytes it is full with fewer values than `max_size`.
            let (index, thread) = (meta.index(), meta.thread());
            return if self.overwrite(number, 0, values, shape, index, thread) {
                Pushed::Done
            } else {
                Pushed::Elsewhere
            };
        }
        self.sequence += 1;
        Pushed::Done
    }

    /// Makes room for a value in a place of its own, to be filled and then given to
    /// [`commit`](Heap::commit), or else to [`abandon`](Heap::abandon). Gives the payload to use again,
    /// if there is one.
    pub fn reserve(
        &mut self,
        ring: usize,
        (max_size, max_bytes): (usize, usize),
        cost: usize,
        garbage: &mut Garbage,
    ) -> Result<Option<Payload>, Pushed> {
        if self.closed {
            return Err(Pushed::Gone);
        }
        self.make_room(cost, max_bytes);
        let ring = self.rings.get_mut(ring).ok_or(Pushed::Gone)?;
        let room = max_bytes.saturating_sub(self.used - ring.bytes);
        if cost > room {
            return Err(Pushed::Refused(too_much(cost, max_bytes)));
        }
        if let Storage::Column(column) = &ring.storage {
            // Places cost more: the oldest values go rather than the limit.
            let each = place_cost(column.cost() - size_of::<Meta>());
            self.used -= ring.shrink((room - cost) / each, garbage);
        }
        let before = ring.bytes;
        ring.spread();
        self.used = self.used - before + ring.bytes;
        let mut reused = None;
        let Storage::Places(places) = &mut ring.storage else { return Err(Pushed::Gone) };
        while places.len() + ring.in_flight >= max_size
            || cost > max_bytes.saturating_sub(self.used)
        {
            let Some(oldest) = places.pop_front() else { break };
            ring.counts.overwritten += 1;
            ring.bytes -= oldest.cost;
            self.used -= oldest.cost;
            garbage.extend(reused.replace(oldest.payload));
        }
        ring.in_flight += 1;
        self.used += cost;
        Ok(reused)
    }

    /// Keeps a value for which [`reserve`](Heap::reserve) made room.
    pub fn commit(
        &mut self,
        ring: usize,
        max_size: usize,
        mut place: Place,
        garbage: &mut Garbage,
    ) {
        let Some(ring) = self.rings.get_mut(ring) else { return };
        ring.in_flight -= 1;
        if self.closed {
            self.used -= place.cost;
            ring.counts.cleared += 1;
            garbage.push(place.payload);
            return;
        }
        place.meta.sequence = self.sequence;
        self.sequence += 1;
        ring.bytes += place.cost;
        if let Storage::Places(places) = &mut ring.storage {
            places.push_back(place);
        } else {
            let (before, cost) = (ring.bytes, place.cost);
            ring.bytes -= cost;
            ring.spread().push_back(place);
            ring.bytes += cost;
            self.used = self.used - before + ring.bytes;
        }
        // Others may have come in between, and `set_size`.
        if ring.len() > max_size {
            self.used -= ring.shrink(max_size, garbage);
        }
    }

    /// Takes back what [`reserve`](Heap::reserve) counted.
    pub fn abandon(&mut self, ring: usize, cost: usize) {
        self.used -= cost;
        if let Some(ring) = self.rings.get_mut(ring) {
            ring.in_flight -= 1;
        }
    }

    /// Keeps the newest `max_size` values of every key.
    pub fn trim(&mut self, max_size: usize, garbage: &mut Garbage) {
        self.release();
        for ring in &mut self.rings {
            self.used -= ring.shrink(max_size, garbage);
        }
    }

    /// Takes every value out. `taken` says whether they count as taken, not as cleared. A value
    /// that is out with a reader stays if it is to be taken: the reader that takes has not got it.
    pub fn drain(&mut self, taken: bool) -> Vec<(&'static str, Storage)> {
        self.release();
        let mut drained = Vec::with_capacity(self.rings.len());
        for ring in &mut self.rings {
            let mut lent = VecDeque::new();
            let mut count = ring.len();
            let mut storage = mem::take(&mut ring.storage);
            if let Storage::Column(column) = &storage {
                ring.counts.overwritten += column.overwritten();
            }
            if let (true, Storage::Places(places)) = (taken, &mut storage) {
                let all = mem::take(places);
                for place in all {
                    if let Payload::Lent = place.payload {
                        lent.push_back(place);
                    } else {
                        places.push_back(place);
                    }
                }
            }
            count -= lent.len();
            self.used -= ring.bytes;
            ring.bytes = lent.iter().map(|place| place.cost).sum();
            self.used += ring.bytes;
            if !lent.is_empty() {
                ring.storage = Storage::Places(lent);
            }
            let counter = if taken { &mut ring.counts.taken } else { &mut ring.counts.cleared };
            *counter += count as u64;
            drained.push((ring.key, storage));
        }
        drained
    }

    pub fn counts(&self, key: &str) -> Option<Counts> {
        let ring = self.rings.iter().find(|ring| ring.key == key)?;
        let mut counts = Counts { kept: ring.len() as u64, ..ring.counts };
        if let Storage::Column(column) = &ring.storage {
            counts.overwritten += column.overwritten();
        }
        Some(counts)
    }
}

/// Two threads that take the oldest place in turns get buffers out of each other's cache, which takes longer than the
/// copy. So each has a buffer of its own at hand, fills it without any lock, and swaps it in, under one lock, for the
/// oldest: and if that is in another thread's cache, for a spare one of its own.
#[cfg(feature = "std")]
impl Heap {
    /// Larger buffers don't stay in a cache.
    pub const FAR: usize = 64 * 1024;
    /// Spare buffers of a ring, at most; those at hand not counted.
    const SPARES: usize = 8;

    /// How many buffers to make for a thread that met another's in a ring: one to have at hand, and the ring's
    /// spare ones.
    pub fn plan_spares(
        &mut self,
        ring: usize,
        (max_size, max_bytes): (usize, usize),
        cost: usize,
    ) -> (usize, u32) {
        let (used, round) = (self.used(), self.round);
        let Some(ring) = self.rings.get_mut(ring).filter(|_| !self.closed) else {
            return (0, round);
        };
        let count = 1 + (max_size / 2).min(Self::SPARES).saturating_sub(ring.spares.len());
        // Values that come later need room, and letting spare buffers go again is dear.
        if max_size < 4 || used.saturating_add(count * cost) > max_bytes / 2 {
            return (0, round);
        }
        self.spare += count * cost;
        ring.spares.reserve_exact(count - 1);
        (count, round)
    }

    /// Takes in what was planned.
    pub fn add_spares(
        &mut self,
        ring: usize,
        planned: (usize, u32),
        cost: usize,
        mut made: Vec<Payload>,
        thread: u32,
    ) -> Option<Hand> {
        if planned.1 != self.round {
            return None;
        }
        self.spare -= (planned.0 - made.len()) * cost;
        let payload = made.pop()?;
        let spares = &mut self.rings.get_mut(ring)?.spares;
        spares.extend(made.into_iter().map(|payload| Spare { payload, thread }));
        Some(Hand { ring, payload, cost, round: planned.1 })
    }

    /// Puts the value at hand in the place of the oldest, if the ring is full and that is one of the same size, and
    /// takes a buffer for the next. Says whether it was so.
    #[inline]
    pub fn exchange(
        &mut self,
        hand: &mut Hand,
        max_size: usize,
        shape: &[usize],
        mut meta: Meta,
    ) -> bool {
        if hand.round != self.round {
            return false;
        }
        let Some(ring) = self.rings.get_mut(hand.ring) else { return false };
        let Storage::Places(places) = &mut ring.storage else { return false };
        if places.len() + ring.in_flight != max_size {
            return false;
        }
        let Some(place) = places.front_mut() else { return false };
        if place.cost != hand.cost || !matches!(place.payload, Payload::Plain(..)) {
            return false;
        }
        mem::swap(&mut place.payload, &mut hand.payload);
        let (thread, owner) = (meta.thread(), place.meta.thread());
        meta.sequence = self.sequence;
        self.sequence += 1;
        place.meta = meta;
        if !place.shape.is(shape) {
            place.shape = Shape::new(shape);
        }
        places.rotate_left(1);
        ring.counts.overwritten += 1;
        if owner != thread && !ring.spares.is_empty() {
            let own = ring.spares.iter().position(|spare| spare.thread == thread);
            // Or any: then the other thread finds its own here.
            let at = own.unwrap_or(self.sequence as usize % ring.spares.len());
            let spare = &mut ring.spares[at];
            mem::swap(&mut spare.payload, &mut hand.payload);
            spare.thread = owner;
        }
        true
    }

    /// Forgets a buffer that was at hand and is dropped.
    pub fn forget(&mut self, hand: &Hand) {
        if hand.round == self.round {
            self.spare -= hand.cost;
        }
    }

    /// Lets all spare buffers go.
    pub fn release(&mut self) {
        if self.spare > 0 {
            self.spare = 0;
            self.round += 1;
            for ring in &mut self.rings {
                ring.spares = Vec::new();
            }
            super::hands::drop_all();
        }
    }

    /// Spare buffers go before a value is refused or takes another's place.
    #[inline]
    fn make_room(&mut self, cost: usize, max_bytes: usize) {
        if self.spare > 0 && self.used().saturating_add(cost) > max_bytes {
            self.release();
        }
    }
}

#[cfg(not(feature = "std"))]
impl Heap {
    #[inline]
    fn make_room(&mut self, _: usize, _: usize) {}

    fn release(&mut self) {}
}

fn too_much(cost: usize, max_bytes: usize) -> Cause {
    if cost > max_bytes { Cause::TooLarge } else { Cause::NoMemory }
}

/// The elements of number `at`, in line and with one check for scalars.
#[inline]
fn place<E>(data: &mut [E], at: usize, stride: usize) -> Option<&mut [E]> {
    if stride == 1 {
        return data.get_mut(at).map(slice::from_mut);
    }
    data.get_mut(at * stride..)?.get_mut(..stride)
}

/// `copy_from_slice`, without the call for one element.
#[inline]
fn copy<E: Copy>(to: &mut [E], from: &[E]) {
    if let ([to], [from]) = (&mut *to, from) {
        *to = *from;
    } else {
        to.copy_from_slice(from);
    }
}

/// Where a walk over the rings is.
pub struct Cursor {
    ring: usize,
    /// Values from here on are still to come.
    from: u64,
    /// Where in a column these probably begin, counted from the oldest.
    hint: usize,
    /// Values from here on came after the walk began, and are left out: or a closure that
    /// captures would walk for ever.
    until: u64,
}

/// What a walk meets next.
pub enum Step {
    Value {
        key: &'static str,
        value: Value,
    },
    Column {
        key: &'static str,
        column: Stretch,
    },
    /// The value is out with a reader on another thread, which gives it back soon.
    Wait,
    End,
}

/// At most so many bytes are copied at once while the lock is held.
const CHUNK: usize = 32 * 1024;

impl Heap {
    pub fn cursor(&self) -> Cursor {
        Cursor { ring: 0, from: 0, hint: 0, until: self.sequence }
    }

    /// The next values, as copies, shared, or, if they are a user's type, lent: these go back with
    /// [`give_back`](Heap::give_back).
    ///
    /// A value that is out with another walk is waited for, or passed over if `showing`.
    pub fn next(&mut self, cursor: &mut Cursor, showing: bool) -> Step {
        while let Some(ring) = self.rings.get_mut(cursor.ring) {
            let key = ring.key;
            match &mut ring.storage {
                Storage::Empty => {}
                Storage::Column(column) => {
                    let first = column.before(cursor.from, cursor.hint);
                    let at = column.position(first);
                    let run = (column.metas.len() - first).min(column.metas.len() - at);
                    let count = run.min((CHUNK / column.cost()).max(1));
                    let metas = &column.metas[at..at + count];
                    let count = match metas.last() {
                        Some(last) if last.sequence < cursor.until => count,
                        _ => metas.partition_point(|meta| meta.sequence < cursor.until),
                    };
                    if count > 0 {
                        let metas = metas[..count].to_vec();
                        let data =
                            column.buffer.copy(at * column.stride..(at + count) * column.stride);
                        cursor.from = metas[count - 1].sequence + 1;
                        cursor.hint = first + count;
                        return Step::Column {
                            key,
                            column: Stretch {
                                buffer: Arc::new(data),
                                shape: column.shape,
                                stride: column.stride,
                                metas,
                            },
                        };
                    }
                }
                Storage::Places(places) => {
                    let first = places.partition_point(|place| place.meta.sequence < cursor.from);
                    for place in places.range_mut(first..) {
                        let (meta, shape) = (place.meta, place.shape);
                        if meta.sequence >= cursor.until {
                            break;
                        }
                        let data = match &mut place.payload {
                            Payload::Plain(buffer, start) => {
                                Data::shared(Arc::clone(buffer), *start)
                            }
                            Payload::Lent if !showing => return Step::Wait,
                            // It can't be had twice.
                            Payload::Lent => continue,
                            owned @ Payload::Owned(_) => match mem::replace(owned, Payload::Lent) {
                                Payload::Owned(value) => Data::Owned(value),
                                _ => continue,
                            },
                        };
                        cursor.from = meta.sequence + 1;
                        let value = Value::new(meta, shape, data);
                        return Step::Value { key, value };
                    }
                }
            }
            cursor.ring += 1;
            cursor.from = 0;
            cursor.hint = 0;
        }
        Step::End
    }

    /// Puts a lent value back, or returns it if its place is gone.
    pub fn give_back(
        &mut self,
        cursor: &Cursor,
        meta: Meta,
        value: Box<dyn Owned>,
    ) -> Option<Box<dyn Owned>> {
        let ring = self.rings.get_mut(cursor.ring);
        let Some(Storage::Places(places)) = ring.map(|ring| &mut ring.storage) else {
            return Some(value);
        };
        match places.binary_search_by_key(&meta.sequence, |place| place.meta.sequence) {
            Ok(at) => {
                places[at].payload = Payload::Owned(value);
                None
            }
            Err(_) => Some(value),
        }
    }
}

impl Storage {
    /// The values, oldest first, without a copy.
    pub fn into_values(self) -> Vec<Value> {
        match self {
            Storage::Empty => Vec::new(),
            Storage::Column(column) => {
                let order = (0..column.metas.len()).map(|nth| column.position(nth));
                let positions: Vec<usize> = order.collect();
                let Column { buffer, shape, stride, metas, .. } = column;
                let buffer = Arc::new(buffer);
                let value = |at: usize| {
                    let data = Data::Plain {
                        buffer: Arc::clone(&buffer),
                        start: at * stride,
                        len: stride,
                    };
                    Value::new(metas[at], shape, data)
                };
                positions.into_iter().map(value).collect()
            }
            Storage::Places(places) => places
                .into_iter()
                .filter_map(|place| {
                    let data = match place.payload {
                        Payload::Plain(buffer, start) => Data::shared(buffer, start),
                        Payload::Owned(value) => Data::Owned(value),
                        Payload::Lent => return None,
                    };
                    Some(Value::new(place.meta, place.shape, data))
                })
                .collect(),
        }
    }
}
