//! Sites, control, and the locks around the rings.
//!
//! There are three locks, always taken in this order: `CONFIG` (filter, memory), then `HEAP` or `ARENA` (the rings).
//! None is held while a user's code runs that may capture: a clone, a drop, an expression, the closure of
//! a walk. The one exception is a walk over given memory, which has no place to copy to:
//! captures are refused, and counted, until it is over.
//!
//! With `std`, who finds a lock taken waits and yields. Without, a capture may be in an interrupt handler
//! that has interrupted the holder: it never waits, its value is refused and counted.

#[cfg(feature = "std")]
use core::cell::Cell;
use core::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering::Relaxed};
#[cfg(feature = "alloc")]
use {
    alloc::{boxed::Box, sync::Arc, vec::Vec},
    core::mem,
};

use once_cell::race::OnceRef;
#[cfg(feature = "alloc")]
use spin::MutexGuard;
use spin::{Mutex, RwLock, RwLockReadGuard, RwLockWriteGuard};

pub use super::arena::region_size;
use super::arena::{Arena, Form};
#[cfg(feature = "alloc")]
use super::cache::{Cache, Owned, Value};
use super::element::{Element, Plain, MAX_RANK};
use super::entry::{Entry, Run};
#[cfg(feature = "alloc")]
use super::heap::{
    place_cost, Cursor, Garbage, Heap, Payload, Place, Pushed, Step, Storage, ALIGN, SMALL,
};
use super::options::{matches, Options, Patterns};
use super::probe::Note;
use super::{Cause, Counts, Facts, KeyFacts, Walk};
#[cfg(feature = "alloc")]
use super::{Meta, Shape};

static ACTIVE: AtomicBool = AtomicBool::new(false);
static EVER_ACTIVE: AtomicBool = AtomicBool::new(false);

/// `usize::MAX` where there is no limit.
static MAX_SIZE: AtomicUsize = AtomicUsize::new(if HAS_HEAP { 1024 } else { usize::MAX });
static MAX_BYTES: AtomicUsize = AtomicUsize::new(if HAS_HEAP { 256 << 20 } else { usize::MAX });
/// Whether the user said how many; given memory alone sets no limit.
static SIZE_TOLD: AtomicBool = AtomicBool::new(false);
const HAS_HEAP: bool = cfg!(feature = "alloc");

static CONFIG: RwLock<Config> =
    RwLock::new(Config { only: None, bytes_told: false, memory: None, memory_refused: 0 });
#[cfg(feature = "alloc")]
static HEAP: Apart<Mutex<Heap>> = Apart(Mutex::new(Heap::new()));
static ARENA: RwLock<Arena> = RwLock::new(Arena::new());

/// The first of the list of sites that were hit.
static SITES: OnceRef<'static, Site> = OnceRef::new();

/// On cache lines of its own, the lock beside what it guards: threads write to it in turns, and neither what all
/// only read nor what one alone writes shall go to and fro with it.
#[cfg(feature = "alloc")]
#[cfg_attr(feature = "std", repr(align(128)))]
pub struct Apart<T>(pub T);

#[cfg(feature = "alloc")]
impl<T> core::ops::Deref for Apart<T> {
    type Target = T;

    #[inline(always)]
    fn deref(&self) -> &T {
        &self.0
    }
}

struct Config {
    only: Option<Patterns>,
    bytes_told: bool,
    /// The size of the given memory.
    memory: Option<usize>,
    memory_refused: u32,
}

impl Config {
    fn wants(&self, key: &str) -> bool {
        self.only
            .as_ref()
            .is_none_or(|patterns| patterns.iter().any(|pattern| matches(pattern, key)))
    }
}

/// The place of a capture line: a `static` of its own. Not public API.
///
/// All zero until the first hit, so that it costs no flash on a microcontroller. The test `an_idle_site_takes_64_bytes`
/// guards its size.
pub struct Site {
    key: OnceRef<'static, &'static str>,
    next: OnceRef<'static, Site>,
    /// The number of its key's ring, plus one, or 0 until it is known; and the flags below.
    state: AtomicU32,
    /// By [`Cause`].
    refused: [AtomicU32; 4],
    filtered: AtomicU32,
    mismatched: AtomicU32,
}

/// The ring is in the arena.
const IN_ARENA: u32 = 1 << 31;
/// The filter leaves the key out.
const FILTERED: u32 = 1 << 30;
const RING: u32 = FILTERED - 1;

impl Site {
    /// A site that was not hit.
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Site {
        Site {
            key: OnceRef::new(),
            next: OnceRef::new(),
            state: AtomicU32::new(0),
            refused: [const { AtomicU32::new(0) }; 4],
            filtered: AtomicU32::new(0),
            mismatched: AtomicU32::new(0),
        }
    }

    /// Keeps a copy of plain data.
    #[cold]
    #[inline(never)]
    pub fn record<V: Plain + ?Sized>(
        &'static self,
        key: &'static &'static str,
        value: &V,
        note: &Note<'_>,
    ) {
        #[cfg(all(feature = "alloc", not(feature = "std")))]
        settle_heap();
        #[cfg(feature = "alloc")]
        let kept = self.overwrite(value, note, || HEAP.try_lock());
        #[cfg(not(feature = "alloc"))]
        let kept = false;
        if !kept {
            self.record_slowly(key, value, note);
        }
        // With `std` everyone who asked for something has waited and done it.
        #[cfg(all(feature = "alloc", not(feature = "std")))]
        settle_heap();
    }

    /// Apart, so that the quick way saves no registers for this one.
    #[cfg_attr(feature = "alloc", cold, inline(never))]
    #[cfg_attr(not(feature = "alloc"), inline(always))]
    fn record_slowly<V: Plain + ?Sized>(
        &'static self,
        key: &'static &'static str,
        value: &V,
        note: &Note<'_>,
    ) {
        // Who had to wait for another thread goes the quick way now.
        #[cfg(feature = "alloc")]
        if self.overwrite(value, note, lock_heap) {
            return;
        }
        if self.is_filtered() {
            return;
        }
        let values = value.flat();
        let flat = [values.len()];
        let mut room;
        let shape = match note.shape {
            Some(dims) if fits(dims, values.len()) => dims,
            None if V::RANK == 0 => &[],
            None if V::RANK <= MAX_RANK => {
                room = [0; MAX_RANK];
                value.dims(&mut room);
                &room[..V::RANK]
            }
            _ => {
                bump(&self.mismatched);
                &flat
            }
        };
        #[cfg(feature = "alloc")]
        if self.refill(values, shape, note.index) {
            return;
        }
        self.keep(key, values, shape, note.index);
    }

    /// The quick way in the steady state: the ring is known, full, and keeps values like this one. Says whether
    /// it was so. `tests/instructions.rs` guards its length.
    #[cfg(feature = "alloc")]
    #[inline(always)]
    fn overwrite<V: Plain + ?Sized>(
        &self,
        value: &V,
        note: &Note<'_>,
        lock: impl FnOnce() -> Option<MutexGuard<'static, Heap>>,
    ) -> bool {
        let values = value.flat();
        if note.shape.is_some() || V::RANK > MAX_RANK || size_of_val(values) > SMALL {
            return false;
        }
        let mut room = [0; MAX_RANK];
        value.dims(&mut room);
        // What is no ring, is filtered out or in the arena is a number too large for the heap.
        let ring = (self.state.load(Relaxed) as usize).wrapping_sub(1);
        let (max_size, thread) = (MAX_SIZE.load(Relaxed), thread());
        let Some(mut heap) = lock() else { return false };
        let kept = heap.overwrite(ring, max_size, values, &room[..V::RANK], note.index, thread);
        drop(heap);
        kept
    }

    /// The same for a value with a place of its own: it is filled outside the lock.
    #[cfg(feature = "alloc")]
    #[inline]
    fn refill<E: Element>(&self, values: &[E], shape: &[usize], index: Option<u64>) -> bool {
        if size_of_val(values) <= SMALL {
            return false;
        }
        let ring = (self.state.load(Relaxed) as usize).wrapping_sub(1);
        let (max_size, thread) = (MAX_SIZE.load(Relaxed), thread());
        #[cfg(feature = "std")]
        if super::hands::keep(ring, max_size, values, shape, Meta::new(0, index, thread)) {
            return true;
        }
        let Some(mut heap) = lock_heap() else { return false };
        let Some(mut place) =
            heap.take_oldest(ring, max_size, |payload| payload.fits::<E>(values.len()))
        else {
            return false;
        };
        drop(heap);
        #[cfg(feature = "std")]
        let (cost, meets_another) = (place.cost, place.meta.thread() != thread);
        place.refill(values, shape, Meta::new(0, index, thread));
        let mut garbage = Garbage::new();
        wait_for_heap().commit(ring, MAX_SIZE.load(Relaxed), place, &mut garbage);
        #[cfg(feature = "std")]
        if meets_another && cost <= Heap::FAR {
            prepare(ring, cost, values, thread);
        }
        true
    }

    #[cfg(not(feature = "alloc"))]
    #[inline(always)]
    fn keep<E: Element>(
        &'static self,
        key: &'static &'static str,
        values: &[E],
        shape: &[usize],
        index: Option<u64>,
    ) {
        let form = Form { kind: E::KIND, shape, index, size: size_of_val(values) };
        self.keep_in_arena(key, &form, &|bytes| E::write(values, bytes));
    }

    /// The same code for values of every type: flash is small.
    #[inline(never)]
    fn keep_in_arena(
        &'static self,
        key: &'static &'static str,
        form: &Form<'_>,
        write: &dyn Fn(&mut [u8]),
    ) {
        let Some(ring) = self.admit(key) else { return };
        // What was asked for before this value came must not take it along.
        settle();
        let Some(mut arena) = write_arena() else { return self.refuse(Cause::Busy) };
        let kept = arena.push((ring & RING) as usize - 1, limits(), form, thread(), write);
        drop(arena);
        if let Err(cause) = kept {
            self.refuse(cause);
        }
        settle();
    }

    /// The state with the ring of this site's key, if values are wanted and can be kept.
    #[inline]
    fn admit(&'static self, key: &'static &'static str) -> Option<u32> {
        if self.is_filtered() {
            return None;
        }
        let state = self.state.load(Relaxed);
        if state & RING != 0 {
            return Some(state);
        }
        self.open(key)
    }

    /// Whether the filter leaves the key out, which is counted. A site that was hit once learns of a
    /// new filter from [`activate_with`].
    #[inline]
    fn is_filtered(&self) -> bool {
        let filtered = self.state.load(Relaxed) & FILTERED != 0;
        if filtered {
            bump(&self.filtered);
        }
        filtered
    }

    /// The same on the first hit, and after memory was given.
    #[cold]
    #[inline(never)]
    fn open(&'static self, key: &'static &'static str) -> Option<u32> {
        self.link(key);
        let Some(config) = wait_for(|| CONFIG.try_read()) else {
            self.refuse(Cause::Busy);
            return None;
        };
        if !config.wants(key) {
            self.state.store(self.state.load(Relaxed) | FILTERED, Relaxed);
            bump(&self.filtered);
            return None;
        }
        let (lost, state) = if HAS_HEAP && config.memory.is_none() {
            self.open_on_heap(key)
        } else {
            self.open_in_arena(key)
        };
        if let Some(state) = state {
            self.state.store(state, Relaxed);
        } else {
            self.refuse(lost);
        }
        state
    }

    fn open_in_arena(&'static self, key: &str) -> (Cause, Option<u32>) {
        let Some(mut arena) = write_arena() else { return (Cause::Busy, None) };
        let ring = ring_of(key, IN_ARENA)
            .or_else(|| Some(arena.open(MAX_BYTES.load(Relaxed))? as u32 + 1));
        // Kept under the lock, for the next site with this key to find.
        if let Some(ring) = ring {
            self.state.store(ring | IN_ARENA, Relaxed);
        }
        (Cause::NoMemory, ring.map(|ring| ring | IN_ARENA))
    }

    /// Adds this site to the list. Who comes second, an interrupt in the midst of it or another thread,
    /// goes the same way to the end, and finds it there or puts it there.
    fn link(&'static self, key: &'static &'static str) {
        let _ = self.key.set(key);
        let mut end = &SITES;
        while end.set(self).is_err() {
            match end.get() {
                Some(site) if !core::ptr::eq(site, self) => end = &site.next,
                _ => return,
            }
        }
    }

    fn key(&self) -> &'static str {
        self.key.get().copied().unwrap_or_default()
    }

    #[cold]
    #[inline(never)]
    fn refuse(&self, cause: Cause) {
        bump(&self.refused[cause as usize]);
    }
}

/// The ring, plus one, that a site with this key has found.
fn ring_of(key: &str, place: u32) -> Option<u32> {
    sites()
        .filter(|site| site.key() == key)
        .map(|site| site.state.load(Relaxed))
        .find(|state| state & RING != 0 && state & IN_ARENA == place)
        .map(|state| state & RING)
}

fn fits(dims: &[usize], length: usize) -> bool {
    let product = dims.iter().try_fold(1_usize, |product, &dim| product.checked_mul(dim));
    dims.len() <= MAX_RANK && product == Some(length)
}

/// Counts one more. At the largest number it stays there.
fn bump(counter: &AtomicU32) {
    let count = counter.load(Relaxed);
    if count == u32::MAX {
        return;
    }
    #[cfg(target_has_atomic = "32")]
    counter.fetch_add(1, Relaxed);
    // Without compare-and-swap there is one core; an interrupt right here loses its count.
    #[cfg(not(target_has_atomic = "32"))]
    counter.store(count + 1, Relaxed);
}

fn sites() -> impl Iterator<Item = &'static Site> {
    core::iter::successors(SITES.get(), |site| site.next.get())
}

#[cfg(feature = "alloc")]
impl Site {
    fn open_on_heap(&'static self, key: &'static str) -> (Cause, Option<u32>) {
        let Some(mut heap) = lock_heap() else { return (Cause::Busy, None) };
        let ring = ring_of(key, 0).or_else(|| Some(heap.open(key)? as u32 + 1));
        if let Some(ring) = ring {
            self.state.store(ring, Relaxed);
        }
        (Cause::NoMemory, ring)
    }

    fn keep<E: Element>(
        &'static self,
        key: &'static &'static str,
        values: &[E],
        shape: &[usize],
        index: Option<u64>,
    ) {
        let Some(ring) = self.admit(key) else { return };
        let meta = Meta::new(0, index, thread());
        if self.keep_on_heap(key, ring, values, shape, meta).is_some() {
            let form = Form { kind: E::KIND, shape, index, size: size_of_val(values) };
            self.keep_in_arena(key, &form, &|bytes| E::write(values, bytes));
        }
    }

    /// Keeps plain data, or gives the ring in the arena where it must go.
    #[inline]
    fn keep_on_heap<E: Element>(
        &'static self,
        key: &'static &'static str,
        mut ring: u32,
        values: &[E],
        shape: &[usize],
        meta: Meta,
    ) -> Option<u32> {
        // The second time is for memory that was given in between.
        for _ in 0..2 {
            if ring & IN_ARENA != 0 {
                return Some(ring);
            }
            let number = (ring & RING) as usize - 1;
            let mut pushed = Pushed::Elsewhere;
            if size_of_val(values) <= SMALL {
                let Some(mut heap) = lock_heap() else {
                    self.refuse(Cause::Busy);
                    return None;
                };
                pushed = heap.push(number, limits(), values, shape, meta);
            }
            if let Pushed::Elsewhere = pushed {
                let place = |reused| Some((Shape::new(shape), fill(reused, values)?));
                pushed = keep_in_place(number, size_of_val(values), meta, place);
            }
            match pushed {
                Pushed::Gone => ring = self.open(key)?,
                Pushed::Refused(cause) => {
                    self.refuse(cause);
                    return None;
                }
                _ => return None,
            }
        }
        self.refuse(Cause::Busy);
        None
    }

    /// Keeps a value of any type. `make` is the user's code, and runs only if the value is wanted.
    #[cold]
    #[inline(never)]
    pub fn record_with<T: Clone + Send + 'static>(
        &'static self,
        key: &'static &'static str,
        note: &Note<'_>,
        make: impl FnOnce() -> T,
    ) {
        let thread = thread();
        let Some(ring) = self.admit(key) else { return };
        if ring & IN_ARENA != 0 {
            return self.refuse(Cause::NotPlain);
        }
        if note.shape.is_some() {
            bump(&self.mismatched);
        }
        let mut value = make();
        // The quick way in the steady state. The old value is dropped when the lock is gone: that is a user's code.
        let number = (ring & RING) as usize - 1;
        let Some(mut heap) = lock_heap() else { return self.refuse(Cause::Busy) };
        let kept = heap.replace(number, MAX_SIZE.load(Relaxed), &mut value, note.index, thread);
        drop(heap);
        if kept {
            return;
        }
        let place = |reused| Some((Shape::new(&[]), Payload::Owned(boxed(reused, value))));
        let meta = Meta::new(0, note.index, thread);
        match keep_in_place(number, size_of::<T>(), meta, place) {
            Pushed::Refused(cause) => self.refuse(cause),
            // Memory was given in the midst of it.
            Pushed::Gone => self.refuse(Cause::NotPlain),
            Pushed::Done | Pushed::Elsewhere => {}
        }
    }
}

#[cfg(not(feature = "alloc"))]
impl Site {
    fn open_on_heap(&'static self, _: &'static str) -> (Cause, Option<u32>) {
        (Cause::NoMemory, None)
    }
}

#[inline]
fn limits() -> (usize, usize) {
    (MAX_SIZE.load(Relaxed), MAX_BYTES.load(Relaxed))
}

/// Takes a place under the lock, fills it outside, and puts it back under the lock.
#[cfg(feature = "alloc")]
fn keep_in_place(
    ring: usize,
    bytes: usize,
    meta: Meta,
    fill: impl FnOnce(Option<Payload>) -> Option<(Shape, Payload)>,
) -> Pushed {
    let cost = place_cost(bytes);
    let mut garbage = Garbage::new();
    let reserved = match lock_heap() {
        Some(mut heap) => heap.reserve(ring, limits(), cost, &mut garbage),
        None => return Pushed::Refused(Cause::Busy),
    };
    let reused = match reserved {
        Ok(reused) => reused,
        Err(pushed) => return pushed,
    };
    let reservation = Reservation { ring, cost };
    drop(garbage);
    let Some((shape, payload)) = fill(reused) else { return Pushed::Refused(Cause::NoMemory) };
    mem::forget(reservation);
    let place = Place { meta, shape, payload, cost };
    let mut garbage = Garbage::new();
    wait_for_heap().commit(ring, MAX_SIZE.load(Relaxed), place, &mut garbage);
    Pushed::Done
}

/// Makes spare buffers for a thread that was given one out of another's cache.
#[cfg(feature = "std")]
#[cold]
fn prepare<E: Element>(ring: usize, cost: usize, values: &[E], thread: u32) {
    let planned = wait_for_heap().plan_spares(ring, limits(), cost);
    if planned.0 == 0 {
        return;
    }
    let made = (0..planned.0).filter_map(|_| fill(None, values)).collect();
    let hand = wait_for_heap().add_spares(ring, planned, cost, made, thread);
    if let Some(hand) = hand {
        super::hands::offer(hand, thread);
    }
}

/// Gives back what was reserved, if a user's `Drop` panics or there is no memory.
#[cfg(feature = "alloc")]
struct Reservation {
    ring: usize,
    cost: usize,
}

#[cfg(feature = "alloc")]
impl Drop for Reservation {
    fn drop(&mut self) {
        wait_for_heap().abandon(self.ring, self.cost);
    }
}

/// `values` in a buffer: that of the value they overwrite, if it will do.
#[cfg(feature = "alloc")]
fn fill<E: Element>(reused: Option<Payload>, values: &[E]) -> Option<Payload> {
    if let Some(Payload::Plain(mut shared, start)) = reused {
        // A snapshot may still hold it.
        if let Some(data) = Arc::get_mut(&mut shared).and_then(E::of_mut) {
            let room = data.capacity() - start;
            // A much larger buffer would hold on to memory that is not accounted for.
            if room >= values.len() && room / 2 <= values.len() {
                data.truncate(start);
                data.extend_from_slice(values);
                return Some(Payload::Plain(shared, start));
            }
        }
    }
    let spare = if size_of_val(values) > SMALL { ALIGN / E::SIZE } else { 0 };
    let mut data = Vec::<E>::new();
    data.try_reserve_exact(values.len() + spare).ok()?;
    let start = data.as_ptr().align_offset(ALIGN).min(spare);
    data.resize(start, E::ZERO);
    data.extend_from_slice(values);
    Some(Payload::Plain(Arc::new(E::buffer(data)), start))
}

/// `value` in a box: that of the value it overwrites, if it will do.
#[cfg(feature = "alloc")]
fn boxed<T: Clone + Send + 'static>(reused: Option<Payload>, value: T) -> Box<dyn Owned> {
    if let Some(Payload::Owned(mut old)) = reused {
        if let Some(place) = old.as_mut().as_any_mut().downcast_mut::<T>() {
            *place = value;
            return old;
        }
    }
    Box::new(value)
}

/// The hits of a line with `every`. Not public API.
pub struct Hits(Mutex<usize>);

impl Hits {
    /// No hits.
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Hits {
        Hits(Mutex::new(0))
    }

    /// Whether this is the first of `every` hits. An interrupt in the midst of another hit counts as one.
    #[cold]
    #[inline(never)]
    pub fn nth(&self, every: usize) -> bool {
        let Some(mut hits) = wait_for(|| self.0.try_lock()) else { return true };
        let first = *hits == 0;
        *hits = if *hits + 1 >= every { 0 } else { *hits + 1 };
        first
    }
}

#[inline(always)]
pub fn is_active() -> bool {
    ACTIVE.load(Relaxed)
}

pub fn activate() {
    EVER_ACTIVE.store(true, Relaxed);
    ACTIVE.store(true, Relaxed);
}

pub fn deactivate() {
    ACTIVE.store(false, Relaxed);
}

pub fn activate_with(options: Options) {
    // Dropped, and `settle` called, when no lock is held: a user's `Drop` may run then.
    #[cfg(feature = "alloc")]
    let mut dropped = Vec::new();
    if let Some(mut config) = patiently(|| CONFIG.try_write()) {
        if options.only.is_some() {
            config.only = options.only;
        }
        if let Some(max_size) = options.max_size {
            request_size(max_size);
        }
        if let Some(max_bytes) = options.max_bytes {
            config.bytes_told = true;
            MAX_BYTES.store(max_bytes, Relaxed);
        }
        if let Some(memory) = options.memory {
            give(
                &mut config,
                memory,
                #[cfg(feature = "alloc")]
                &mut dropped,
            );
        }
        for site in sites() {
            let state = site.state.load(Relaxed) & !FILTERED;
            let filtered = if config.wants(site.key()) { 0 } else { FILTERED };
            site.state.store(state | filtered, Relaxed);
        }
    }
    settle();
    activate();
}

fn give(
    config: &mut Config,
    memory: &'static mut [u8],
    #[cfg(feature = "alloc")] dropped: &mut Vec<(&'static str, Storage)>,
) {
    if config.memory.is_some() {
        config.memory_refused = config.memory_refused.saturating_add(1);
        return;
    }
    #[cfg(feature = "alloc")]
    let mut heap = wait_for_heap();
    let Some(mut arena) = patiently(|| ARENA.try_write()) else { return };
    arena.give(memory);
    config.memory = Some(arena.size());
    if !SIZE_TOLD.load(Relaxed) {
        MAX_SIZE.store(usize::MAX, Relaxed);
    }
    if !config.bytes_told {
        MAX_BYTES.store(usize::MAX, Relaxed);
    }
    #[cfg(feature = "alloc")]
    {
        heap.closed = true;
        arena.sequence = heap.sequence;
        *dropped = heap.drain(false);
        for site in sites() {
            site.state.store(site.state.load(Relaxed) & FILTERED, Relaxed);
        }
    }
}

pub fn set_size(max_size: usize) {
    request_size(max_size);
    settle();
}

fn request_size(max_size: usize) {
    SIZE_TOLD.store(true, Relaxed);
    MAX_SIZE.store(if max_size == 0 { usize::MAX } else { max_size }, Relaxed);
    TRIM_DUE.request();
}

pub fn clear() {
    CLEAR_DUE.request();
    settle();
}

/// A change to all rings, asked for.
///
/// An interrupt handler, or the closure of a walk over given memory, may ask while the rings are in use;
/// then who uses them does it afterwards.
struct Due {
    #[cfg(feature = "alloc")]
    heap: AtomicBool,
    arena: AtomicBool,
}

static CLEAR_DUE: Due = Due::NOTHING;
/// What is to be cleared from given memory was handed out by `take`.
static TAKEN: AtomicBool = AtomicBool::new(false);
static TRIM_DUE: Due = Due::NOTHING;

impl Due {
    #[allow(clippy::declare_interior_mutable_const)] // the initial value of a `static`
    const NOTHING: Due = Due {
        #[cfg(feature = "alloc")]
        heap: AtomicBool::new(false),
        arena: AtomicBool::new(false),
    };

    fn request(&self) {
        #[cfg(feature = "alloc")]
        self.heap.store(true, Relaxed);
        self.arena.store(true, Relaxed);
    }
}

/// Does what is due, where the rings are not in use.
#[inline]
fn settle() {
    #[cfg(feature = "alloc")]
    settle_heap();
    if CLEAR_DUE.arena.load(Relaxed) || TRIM_DUE.arena.load(Relaxed) {
        settle_arena();
    }
}

#[cfg(feature = "alloc")]
fn settle_heap() {
    while CLEAR_DUE.heap.load(Relaxed) || TRIM_DUE.heap.load(Relaxed) {
        let Some(mut heap) = lock_heap() else { return };
        let mut dropped = Vec::new();
        if CLEAR_DUE.heap.load(Relaxed) {
            CLEAR_DUE.heap.store(false, Relaxed);
            dropped = heap.drain(false);
        }
        TRIM_DUE.heap.store(false, Relaxed);
        let mut garbage = Garbage::new();
        heap.trim(MAX_SIZE.load(Relaxed), &mut garbage);
        drop(heap);
        drop((dropped, garbage));
    }
}

#[cold]
fn settle_arena() {
    while CLEAR_DUE.arena.load(Relaxed) || TRIM_DUE.arena.load(Relaxed) {
        let Some(mut arena) = write_arena() else { return };
        if CLEAR_DUE.arena.load(Relaxed) {
            CLEAR_DUE.arena.store(false, Relaxed);
            arena.clear(TAKEN.load(Relaxed));
            TAKEN.store(false, Relaxed);
        }
        TRIM_DUE.arena.store(false, Relaxed);
        arena.trim(MAX_SIZE.load(Relaxed));
    }
}

/// A small number for this thread.
#[cfg(feature = "std")]
#[inline]
fn thread() -> u32 {
    std::thread_local! {
        static THREAD: Cell<u32> = const { Cell::new(UNKNOWN) };
    }
    const UNKNOWN: u32 = u32::MAX;
    static THREADS: AtomicU32 = AtomicU32::new(0);
    THREAD.with(|thread| {
        if thread.get() == UNKNOWN {
            thread.set(THREADS.fetch_add(1, Relaxed) & Meta::MAX_THREAD);
        }
        thread.get()
    })
}

#[cfg(not(feature = "std"))]
fn thread() -> u32 {
    0
}

/// With `std`, waits for a lock; without, gives up at once, as an interrupt handler must.
#[inline]
fn wait_for<L>(try_lock: impl Fn() -> Option<L>) -> Option<L> {
    let lock = try_lock();
    if lock.is_some() || cfg!(not(feature = "std")) {
        return lock;
    }
    wait_longer(try_lock, usize::MAX)
}

/// Waits for a lock also without `std`, but not for ever: an interrupt handler may have asked, and then who
/// holds the lock can't go on.
fn patiently<L>(try_lock: impl Fn() -> Option<L>) -> Option<L> {
    wait_longer(try_lock, if cfg!(feature = "std") { usize::MAX } else { 10_000 })
}

/// Pauses that grow: who waits leaves the lock's cache line to who works, which makes two threads that
/// capture in turns faster than a fair queue.
#[cold]
fn wait_longer<L>(try_lock: impl Fn() -> Option<L>, attempts: usize) -> Option<L> {
    const LONGEST: usize = 6;
    /// A holder that is at work is done long before this; one that is not needs the processor.
    const PATIENCE: usize = 200;
    for attempt in 0..attempts {
        if let Some(lock) = try_lock() {
            return Some(lock);
        }
        for _ in 0..1 << attempt.min(LONGEST) {
            core::hint::spin_loop();
        }
        if attempt > PATIENCE {
            #[cfg(feature = "std")]
            std::thread::yield_now();
        }
    }
    None
}

/// Closures of users that read given memory right now, and its lock with them.
#[cfg(feature = "std")]
static WALKS: AtomicUsize = AtomicUsize::new(0);

/// Counts as one of the [`WALKS`] until it is dropped.
struct Walking;

impl Walking {
    fn begin() -> Walking {
        #[cfg(feature = "std")]
        WALKS.fetch_add(1, Relaxed);
        Walking
    }

    /// Whether to wait for who reads given memory is vain: it may be this thread, further out.
    fn is_on() -> bool {
        #[cfg(feature = "std")]
        return WALKS.load(Relaxed) > 0;
        #[cfg(not(feature = "std"))]
        return true;
    }
}

impl Drop for Walking {
    fn drop(&mut self) {
        #[cfg(feature = "std")]
        WALKS.fetch_sub(1, Relaxed);
    }
}

/// To push. `None` if somebody holds the lock who may not go on before this returns: a walk, or
/// without `std` anyone.
fn write_arena() -> Option<RwLockWriteGuard<'static, Arena>> {
    let lock = wait_for(|| match ARENA.try_write() {
        None if Walking::is_on() => Some(None),
        None => None,
        lock => Some(lock),
    });
    lock.flatten()
}

fn read_arena() -> Option<RwLockReadGuard<'static, Arena>> {
    let arena = patiently(|| ARENA.try_read())?;
    arena.given.then_some(arena)
}

#[cfg(feature = "alloc")]
#[inline]
fn lock_heap() -> Option<MutexGuard<'static, Heap>> {
    wait_for(|| HEAP.try_lock())
}

/// After [`lock_heap`] has succeeded on this thread: whoever holds it now is on another core, and goes on.
#[cfg(feature = "alloc")]
#[inline]
pub fn wait_for_heap() -> MutexGuard<'static, Heap> {
    if let Some(heap) = HEAP.try_lock() {
        return heap;
    }
    loop {
        if let Some(heap) = patiently(|| HEAP.try_lock()) {
            return heap;
        }
    }
}

/// Shows every value once, key by key, oldest first, to a user's closure.
#[inline]
pub fn walk(mut f: impl FnMut(&Entry<'_>)) {
    walk_runs(&mut |run| run.each(&mut f));
}

fn walk_runs(f: &mut dyn FnMut(&Run<'_>)) {
    settle();
    {
        let _walking = Walking::begin();
        walk_runs_quickly(f);
    }
    settle();
}

/// The same for a closure that does not capture.
#[cfg(feature = "alloc")]
pub fn walk_quickly(f: &mut dyn FnMut(&Entry<'_>)) {
    walk_runs_quickly(&mut |run| run.each(&mut *f));
}

fn walk_runs_quickly(f: &mut dyn FnMut(&Run<'_>)) {
    #[cfg(feature = "alloc")]
    walk_heap(f);
    if let Some(arena) = read_arena() {
        each_in_arena(&arena, f);
    }
}

fn walk_arena(arena: &Arena, f: &mut dyn FnMut(&Entry<'_>)) {
    each_in_arena(arena, &mut |run| run.each(&mut *f));
}

fn each_in_arena(arena: &Arena, f: &mut dyn FnMut(&Run<'_>)) {
    for ring in 0..arena.rings() {
        let key = key_in_arena(ring);
        arena.each(ring, |header, bytes| {
            let entry = Entry::in_memory(key, header.kind, &header.shape, &header.meta, bytes);
            f(&Run::One(entry));
        });
    }
}

fn key_in_arena(ring: usize) -> &'static str {
    let state = |site: &&Site| site.state.load(Relaxed) & !FILTERED;
    sites().find(|site| state(site) == IN_ARENA | (ring as u32 + 1)).map_or("", Site::key)
}

#[cfg(feature = "alloc")]
fn walk_heap(f: &mut dyn FnMut(&Run<'_>)) {
    let Some(mut cursor) = patiently(|| HEAP.try_lock()).map(|heap| heap.cursor()) else { return };
    loop {
        let Some(step) =
            patiently(|| HEAP.try_lock()).map(|mut heap| heap.next(&mut cursor, showing()))
        else {
            return;
        };
        match step {
            Step::Column { key, column } => f(&Run::Column(key, &column)),
            Step::Value { key, value } => {
                let shown = Shown::new(&cursor, value);
                if let Some(value) = &shown.value {
                    f(&Run::One(Entry::on_heap(key, value)));
                }
            }
            Step::Wait => {
                #[cfg(feature = "std")]
                std::thread::yield_now();
            }
            Step::End => return,
        }
    }
}

/// Gives a lent value back, also if the closure of the walk panics.
#[cfg(feature = "alloc")]
struct Shown<'a> {
    cursor: &'a Cursor,
    value: Option<Value>,
}

#[cfg(feature = "alloc")]
impl<'a> Shown<'a> {
    fn new(cursor: &'a Cursor, value: Value) -> Shown<'a> {
        show(if value.is_owned() { 1 } else { 0 });
        Shown { cursor, value: Some(value) }
    }
}

#[cfg(feature = "alloc")]
impl Drop for Shown<'_> {
    fn drop(&mut self) {
        let Some(value) = self.value.take() else { return };
        let meta = value.meta;
        if let Some(owned) = value.into_owned() {
            let orphan = wait_for_heap().give_back(self.cursor, meta, owned);
            show(-1);
            drop(orphan);
        }
    }
}

#[cfg(feature = "std")]
std::thread_local! {
    /// How many lent values are out with walks on this thread.
    static SHOWN: Cell<isize> = const { Cell::new(0) };
}

/// Counts a lent value, or one given back.
#[cfg(feature = "alloc")]
fn show(more: isize) {
    #[cfg(feature = "std")]
    SHOWN.with(|shown| shown.set(shown.get() + more));
    #[cfg(not(feature = "std"))]
    let _ = more;
}

/// Whether this thread has a lent value out: then it must not wait for one that is out with another thread,
/// which may wait for this one's. Without `std` nobody waits.
#[cfg(feature = "alloc")]
fn showing() -> bool {
    #[cfg(feature = "std")]
    return SHOWN.with(Cell::get) > 0;
    #[cfg(not(feature = "std"))]
    return true;
}

/// Gives `f` a walk to repeat: it shows the same values every time.
pub fn hold(f: &mut dyn FnMut(Walk<'_>)) {
    settle();
    #[cfg(feature = "alloc")]
    if read_arena().is_none() {
        // Shares large values, and copies small ones.
        let cache = super::cache::snapshot();
        return f(&|show| cache.walk(show));
    }
    {
        let _walking = Walking::begin();
        match read_arena() {
            Some(arena) => f(&|show| walk_arena(&arena, show)),
            None => f(&|_| {}),
        }
    }
    settle();
}

#[cfg(feature = "alloc")]
pub fn take() -> Cache {
    settle();
    let mut cache = Cache::default();
    let Some(drained) = patiently(|| HEAP.try_lock()).map(|mut heap| heap.drain(true)) else {
        return cache;
    };
    for (key, storage) in drained {
        cache.push(key, storage.into_values());
    }
    if let Some(mut arena) = write_arena() {
        walk_arena(&arena, &mut |entry| cache.show(entry));
        arena.clear(true);
    } else if let Some(arena) = read_arena().filter(|_| !CLEAR_DUE.arena.load(Relaxed)) {
        // In the closure of a walk: nothing can come in before it is over.
        walk_arena(&arena, &mut |entry| cache.show(entry));
        TAKEN.store(true, Relaxed);
        CLEAR_DUE.arena.store(true, Relaxed);
    }
    settle();
    cache
}

/// `None` without the `capture` feature.
pub fn facts() -> Option<Facts> {
    let config = patiently(|| CONFIG.try_read());
    let (max_size, max_bytes) = limits();
    let used = read_arena().map_or(0, |arena| arena.used());
    #[cfg(feature = "alloc")]
    let used = used + patiently(|| HEAP.try_lock()).map_or(0, |heap| heap.used());
    Some(Facts {
        active: is_active(),
        ever_active: EVER_ACTIVE.load(Relaxed),
        max_size,
        max_bytes,
        used,
        memory: config.as_ref().and_then(|config| config.memory),
        memory_refused: config.as_ref().map_or(0, |config| config.memory_refused),
        filter: config.is_some_and(|config| config.only.is_some()),
    })
}

/// Tells what is known of every key that was hit, in the order of their first hits.
pub fn each_key(f: &mut dyn FnMut(&KeyFacts)) {
    for (nth, site) in sites().enumerate() {
        let key = site.key();
        if sites().take(nth).any(|earlier| earlier.key() == key) {
            continue;
        }
        let mut facts = KeyFacts {
            key,
            counts: Counts::default(),
            refused: [0; 4],
            filtered: 0,
            mismatched: 0,
        };
        for site in sites().skip(nth).filter(|site| site.key() == key) {
            for (sum, refused) in facts.refused.iter_mut().zip(&site.refused) {
                *sum += u64::from(refused.load(Relaxed));
            }
            facts.filtered += u64::from(site.filtered.load(Relaxed));
            facts.mismatched += u64::from(site.mismatched.load(Relaxed));
        }
        #[cfg(feature = "alloc")]
        if let Some(counts) = patiently(|| HEAP.try_lock()).and_then(|heap| heap.counts(key)) {
            facts.counts = counts;
        }
        if let (Some(arena), Some(ring)) = (read_arena(), ring_of(key, IN_ARENA)) {
            facts.counts = facts.counts.and(arena.counts(ring as usize - 1));
        }
        f(&facts);
    }
}
