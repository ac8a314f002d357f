//! Capture lines: whether a value is wanted, and its way into the ring of its key.

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use once_cell::race::OnceRef;
use spin::Mutex;
#[cfg(feature = "alloc")]
use spin::MutexGuard;

use super::Cause;
use super::arena::Form;
#[cfg(feature = "alloc")]
use super::control::MAX_SIZE;
#[cfg(all(feature = "alloc", not(feature = "std")))]
use super::control::settle_heap;
use super::control::{CONFIG, HAS_HEAP, MAX_BYTES, limits, settle};
use super::element::{Element, MAX_RANK, Plain};
#[cfg(feature = "std")]
use super::fill::prepare;
#[cfg(feature = "alloc")]
use super::fill::{boxed, fill, keep_in_place};
#[cfg(feature = "alloc")]
use super::heap::{Garbage, Heap, Payload, Pushed, SMALL};
#[cfg(feature = "alloc")]
use super::locks::{HEAP, lock_heap, wait_for_heap};
use super::locks::{thread, wait_for, write_arena};
use super::probe::Note;
#[cfg(feature = "alloc")]
use super::{Meta, Shape};

/// The first of the list of lines that were hit.
static LINES: OnceRef<'static, Line> = OnceRef::new();

/// A capture line: a `static` of its own, in read-only memory. Not public API.
///
/// One address is all that a line has to hand over: see the bytes of a line that `examples/bare-metal/size.sh` counts.
pub struct Line {
    pub(super) key: &'static str,
    site: &'static Site,
}

/// What changes of a line: another `static`. Not public API.
///
/// All zero until the first hit, so that it costs no flash on a microcontroller. The test `an_idle_site_takes_64_bytes`
/// guards its size.
pub struct Site {
    next: OnceRef<'static, Line>,
    /// The number of its key's ring, plus one, or 0 until it is known; and the flags below.
    pub(super) state: AtomicU32,
    /// By [`Cause`].
    pub(super) refused: [AtomicU32; 4],
    pub(super) filtered: AtomicU32,
    pub(super) mismatched: AtomicU32,
}

/// The ring is in the arena.
pub const IN_ARENA: u32 = 1 << 31;
/// The filter leaves the key out.
pub const FILTERED: u32 = 1 << 30;
const RING: u32 = FILTERED - 1;

impl Site {
    /// Of a line that was not hit.
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Site {
        Site {
            next: OnceRef::new(),
            state: AtomicU32::new(0),
            refused: [const { AtomicU32::new(0) }; 4],
            filtered: AtomicU32::new(0),
            mismatched: AtomicU32::new(0),
        }
    }
}

impl core::ops::Deref for Line {
    type Target = Site;

    #[inline(always)]
    fn deref(&self) -> &Site {
        self.site
    }
}

impl Line {
    /// The line that keeps the values of a key.
    pub const fn new(key: &'static str, site: &'static Site) -> Line {
        Line { key, site }
    }

    /// Keeps a copy of plain data.
    #[cold]
    #[inline(never)]
    pub fn record<V: Plain + ?Sized>(&'static self, value: &V, note: &Note<'_>) {
        #[cfg(all(feature = "alloc", not(feature = "std")))]
        settle_heap();
        #[cfg(feature = "alloc")]
        let kept = self.overwrite(value, note, || HEAP.try_lock());
        #[cfg(not(feature = "alloc"))]
        let kept = false;
        if !kept {
            self.record_slowly(value, note);
        }
        // With `std` everyone who asked for something has waited and done it.
        #[cfg(all(feature = "alloc", not(feature = "std")))]
        settle_heap();
    }

    /// Apart, so that the quick way saves no registers for this one.
    #[cfg_attr(feature = "alloc", cold, inline(never))]
    #[cfg_attr(not(feature = "alloc"), inline(always))]
    fn record_slowly<V: Plain + ?Sized>(&'static self, value: &V, note: &Note<'_>) {
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
        self.keep(values, shape, note.index);
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
        let max_size = MAX_SIZE.load(Relaxed);
        let mut heap = wait_for_heap();
        if let Some(place) = heap.put_back(ring, max_size, place) {
            let mut garbage = Garbage::new();
            heap.commit(ring, max_size, place, &mut garbage);
            drop(heap);
            drop(garbage);
        } else {
            drop(heap);
        }
        #[cfg(feature = "std")]
        if meets_another && cost <= Heap::FAR {
            prepare(ring, cost, values, thread);
        }
        true
    }

    #[cfg(not(feature = "alloc"))]
    #[inline(always)]
    fn keep<E: Element>(&'static self, values: &[E], shape: &[usize], index: Option<u64>) {
        let form = Form { kind: E::KIND, shape, index, size: size_of_val(values) };
        self.keep_in_arena(&form, &|bytes| E::write(values, bytes));
    }

    /// The same code for values of every type: flash is small.
    #[inline(never)]
    fn keep_in_arena(&'static self, form: &Form<'_>, write: &dyn Fn(&mut [u8])) {
        let Some(ring) = self.admit() else { return };
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
    fn admit(&'static self) -> Option<u32> {
        if self.is_filtered() {
            return None;
        }
        let state = self.state.load(Relaxed);
        if state & RING != 0 {
            return Some(state);
        }
        self.open()
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
    fn open(&'static self) -> Option<u32> {
        self.link();
        let Some(config) = wait_for(|| CONFIG.try_read()) else {
            self.refuse(Cause::Busy);
            return None;
        };
        if !config.wants(self.key) {
            self.state.store(self.state.load(Relaxed) | FILTERED, Relaxed);
            bump(&self.filtered);
            return None;
        }
        let (lost, state) = if HAS_HEAP && config.memory.is_none() {
            self.open_on_heap()
        } else {
            self.open_in_arena()
        };
        if let Some(state) = state {
            self.state.store(state, Relaxed);
        } else {
            self.refuse(lost);
        }
        state
    }

    fn open_in_arena(&'static self) -> (Cause, Option<u32>) {
        let Some(mut arena) = write_arena() else { return (Cause::Busy, None) };
        let ring = ring_of(self.key, IN_ARENA)
            .or_else(|| Some(arena.open(MAX_BYTES.load(Relaxed))? as u32 + 1));
        // Kept under the lock, for the next site with this key to find.
        if let Some(ring) = ring {
            self.state.store(ring | IN_ARENA, Relaxed);
        }
        (Cause::NoMemory, ring.map(|ring| ring | IN_ARENA))
    }

    /// Adds this site to the list. Who comes second, an interrupt in the midst of it or another thread,
    /// goes the same way to the end, and finds it there or puts it there.
    fn link(&'static self) {
        let mut end = &LINES;
        while end.set(self).is_err() {
            match end.get() {
                Some(line) if !core::ptr::eq(line, self) => end = &line.site.next,
                _ => return,
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn refuse(&self, cause: Cause) {
        bump(&self.refused[cause as usize]);
    }
}

/// The ring, plus one, that a line with this key has found.
pub fn ring_of(key: &str, place: u32) -> Option<u32> {
    lines()
        .filter(|line| line.key == key)
        .map(|line| line.state.load(Relaxed))
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

pub fn lines() -> impl Iterator<Item = &'static Line> {
    core::iter::successors(LINES.get(), |line| line.next.get())
}

#[cfg(feature = "alloc")]
impl Line {
    fn open_on_heap(&'static self) -> (Cause, Option<u32>) {
        let Some(mut heap) = lock_heap() else { return (Cause::Busy, None) };
        let ring = ring_of(self.key, 0).or_else(|| Some(heap.open(self.key)? as u32 + 1));
        if let Some(ring) = ring {
            self.state.store(ring, Relaxed);
        }
        (Cause::NoMemory, ring)
    }

    fn keep<E: Element>(&'static self, values: &[E], shape: &[usize], index: Option<u64>) {
        let Some(ring) = self.admit() else { return };
        let meta = Meta::new(0, index, thread());
        if self.keep_on_heap(ring, values, shape, meta).is_some() {
            let form = Form { kind: E::KIND, shape, index, size: size_of_val(values) };
            self.keep_in_arena(&form, &|bytes| E::write(values, bytes));
        }
    }

    /// Keeps plain data, or gives the ring in the arena where it must go.
    #[inline]
    fn keep_on_heap<E: Element>(
        &'static self,
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
                Pushed::Gone => ring = self.open()?,
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
        note: &Note<'_>,
        make: impl FnOnce() -> T,
    ) {
        let thread = thread();
        let Some(ring) = self.admit() else { return };
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
impl Line {
    fn open_on_heap(&'static self) -> (Cause, Option<u32>) {
        (Cause::NoMemory, None)
    }
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
