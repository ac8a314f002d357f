//! Reading without an owned snapshot: `visit` and `drain`.
//!
//! On the heap no lock is held while a value is shown. In given memory the ring of its key is locked, except for small values in
//! `drain`: captures of that key are refused meanwhile, and counted.

#[cfg(feature = "alloc")]
use alloc::{collections::BinaryHeap, vec::Vec};
#[cfg(feature = "alloc")]
use core::cmp::Reverse;

use super::callsite::{Callsite, Place};
#[cfg(feature = "alloc")]
use super::chunk::Part;
use super::control::Store;
use super::memory::{Held, captured_in_region, change_ring, read_ring, show_ring};
#[cfg(feature = "alloc")]
use super::ring::Step;
use super::scope::with_store;
#[cfg(feature = "alloc")]
use super::sync::lock;
use super::value::{Raw, Shown, Value};

/// The ring is locked, or an allocation failed.
pub(crate) struct Unavailable;

/// Shows every value, key by key. Values captured meanwhile are not shown.
pub(crate) fn visit(mut f: impl FnMut(&Value<'_>)) -> Shown {
    let mut shown = Shown::default();
    with_store(|store| {
        let end = end_of_captures(store);
        for (owner, place) in store.keys() {
            store.run_pending(owner);
            let visited = match place {
                None => Ok(()),
                Some(Place::Region) => visit_region(owner, end, &mut shown, &mut f),
                #[cfg(feature = "alloc")]
                Some(Place::Heap(ring)) => visit_heap(store, ring, end, &mut shown, &mut f),
            };
            shown.skipped += u64::from(visited.is_err());
        }
    });
    shown
}

/// Shows the values before sequence `end`.
fn visit_region(
    owner: &'static Callsite,
    end: u64,
    shown: &mut Shown,
    f: &mut dyn FnMut(&Value<'_>),
) -> Result<(), Unavailable> {
    let ring = show_ring(owner).ok_or(Unavailable)?;
    let _held = Held::begin(owner);
    let values = ring.iter().flat_map(|ring| ring.iter());
    for raw in values.filter(|raw| raw.stamp.sequence < end) {
        f(&Value::raw(&raw));
        shown.values += 1;
    }
    Ok(())
}

/// The same. One chunk at a time is shared with the store.
#[cfg(feature = "alloc")]
fn visit_heap(
    store: &Store,
    ring: usize,
    end: u64,
    shown: &mut Shown,
    f: &mut impl FnMut(&Value<'_>),
) -> Result<(), Unavailable> {
    let (mut position, last) = lock(&store.heap).ok_or(Unavailable)?.span(ring);
    let mut nth = 0;
    while position < last {
        let part = lock(&store.heap).ok_or(Unavailable)?.part_from(ring, position, nth);
        let Some(Part { chunk, start }) = part.map_err(|_| Unavailable)? else { break };
        let (chunk, count) = (&*chunk, chunk.count_before(end));
        let mut value = Value::in_chunk(chunk, 0);
        for at in start..count {
            #[allow(clippy::cast_possible_truncation)] // a chunk is short
            value.set_position(at as u32);
            f(&value);
        }
        shown.values += count.saturating_sub(start) as u64;
        position = chunk.end();
        nth += 1;
    }
    Ok(())
}

/// Shows and removes values in the order of capture. It ends before values that are captured meanwhile.
pub(crate) fn drain<E>(mut f: impl FnMut(&Value<'_>) -> Result<(), E>) -> Result<(), E> {
    with_store(|store| {
        let end = end_of_captures(store);
        let mut queue = Queue::new(store);
        while let Some(next) = queue.next(store, end) {
            while oldest(store, next.owner, next.place)
                .is_some_and(|sequence| sequence < next.until)
            {
                let goes_on = match next.place {
                    Place::Region => drain_region(next.owner, next.until, &mut f)?,
                    #[cfg(feature = "alloc")]
                    Place::Heap(ring) => drain_heap(store, ring, &mut f)?,
                };
                if !goes_on {
                    return Ok(());
                }
            }
        }
        Ok(())
    })
}

/// The key with the oldest value, and the sequence of the oldest value of any other key.
struct Next {
    owner: &'static Callsite,
    place: Place,
    until: u64,
}

/// The sequence of the next capture; `u64::MAX` if the store is locked.
fn end_of_captures(store: &Store) -> u64 {
    #[cfg(feature = "alloc")]
    if !store.uses_memory() {
        return lock(&store.heap).map_or(u64::MAX, |heap| heap.sequence());
    }
    let _ = store;
    captured_in_region()
}

/// The sequence of the oldest value of a key.
fn oldest(store: &Store, owner: &'static Callsite, place: Place) -> Option<u64> {
    match place {
        Place::Region => {
            store.run_pending(owner);
            read_ring(owner)?.as_ref()?.oldest_sequence()
        }
        #[cfg(feature = "alloc")]
        Place::Heap(ring) => lock(&store.heap)?.oldest(ring),
    }
}

/// The most bytes of key and elements that `drain` copies to the stack.
const COPIED: usize = 256;

/// Shows and removes one value of a ring in given memory. False if the ring is locked.
///
/// A small value is copied and removed before it is shown, so captures of its key go on however slow the reader is.
fn drain_region<E>(
    owner: &'static Callsite,
    until: u64,
    f: &mut impl FnMut(&Value<'_>) -> Result<(), E>,
) -> Result<bool, E> {
    let Some(mut guard) = change_ring(owner) else { return Ok(false) };
    let Some(ring) = guard.as_mut() else { return Ok(false) };
    let Some(raw) = ring.oldest_before(until) else { return Ok(true) };
    let mut room = [0; COPIED];
    let Some(copy) = copy(&raw, &mut room) else {
        let _held = Held::begin(owner);
        f(&Value::raw(&raw))?;
        ring.drop_oldest();
        return Ok(true);
    };
    let taken = ring.take_oldest();
    drop(guard);
    let shown = f(&Value::raw(&copy));
    if let (Err(_), Some(taken), Some(mut guard)) = (&shown, taken, change_ring(owner)) {
        if let Some(ring) = guard.as_mut() {
            ring.put_back(&taken);
        }
    }
    shown.map(|()| true)
}

/// `raw` with its key and its elements copied to `room`, if they fit.
fn copy<'a>(raw: &Raw<'_>, room: &'a mut [u8]) -> Option<Raw<'a>> {
    let Raw { stamp, kind, shape, indices, index_rank, .. } = *raw;
    let (key, room) = room.split_at_mut_checked(raw.key.len())?;
    let bytes = room.get_mut(..raw.bytes.len())?;
    key.copy_from_slice(raw.key.as_bytes());
    bytes.copy_from_slice(raw.bytes);
    let key = core::str::from_utf8(key).ok()?;
    Some(Raw { key, stamp, kind, shape, indices, index_rank, bytes })
}

/// Shows and removes one value of a ring on the heap. It is removed before it is shown, so that no other reader gets it too.
#[cfg(feature = "alloc")]
fn drain_heap<E>(
    store: &Store,
    ring: usize,
    f: &mut impl FnMut(&Value<'_>) -> Result<(), E>,
) -> Result<bool, E> {
    let Some(mut heap) = lock(&store.heap) else { return Ok(false) };
    let step = heap.take_oldest(ring);
    drop(heap);
    let part = match step {
        Step::Done(Some(part)) => part,
        Step::Done(None) | Step::Again(_) => return Ok(true),
        Step::Refused(_) => return Ok(false),
    };
    #[allow(clippy::cast_possible_truncation)] // a chunk is short
    let shown = f(&Value::in_chunk(&part.chunk, part.start as u32));
    if shown.is_err() {
        if let Some(mut heap) = lock(&store.heap) {
            heap.put_back(ring, &part);
        }
    }
    shown.map(|()| true)
}

/// The keys in the order of their oldest values.
#[cfg(not(feature = "alloc"))]
struct Queue;

#[cfg(not(feature = "alloc"))]
impl Queue {
    fn new(_: &Store) -> Queue {
        Queue
    }

    #[allow(clippy::unused_self)] // as with a heap
    fn next(&mut self, store: &Store, end: u64) -> Option<Next> {
        next_of_all(store, end)
    }
}

/// The keys in the order of their oldest values, as of the last look at each key.
#[cfg(feature = "alloc")]
struct Queue {
    waiting: BinaryHeap<Reverse<(u64, usize)>>,
    keys: Vec<(&'static Callsite, Place)>,
    /// The position in `keys` of the one that is not waiting.
    current: Option<usize>,
}

#[cfg(feature = "alloc")]
impl Queue {
    /// Without memory the queue is empty, and each step looks at all keys.
    fn new(store: &Store) -> Queue {
        let mut queue = Queue { waiting: BinaryHeap::new(), keys: Vec::new(), current: None };
        let count = store.keys().count();
        if queue.keys.try_reserve_exact(count).is_ok()
            && queue.waiting.try_reserve_exact(count).is_ok()
        {
            let with_place = |(owner, place)| Some((owner, place?));
            queue.keys.extend(store.keys().filter_map(with_place).take(count));
            for (nth, (owner, place)) in queue.keys.iter().enumerate() {
                let oldest = oldest(store, owner, *place);
                queue.waiting.extend(oldest.map(|sequence| Reverse((sequence, nth))));
            }
        }
        queue
    }

    /// The key with the oldest value. An entry may be out of date, as other threads capture and take meanwhile: when the turn of a
    /// key comes, its oldest value is looked up again, and the key is queued again if that has changed.
    fn next(&mut self, store: &Store, end: u64) -> Option<Next> {
        if self.keys.is_empty() {
            return next_of_all(store, end);
        }
        let mut again = self.current.take();
        loop {
            if let Some(nth) = again {
                let (owner, place) = self.keys[nth];
                let oldest = oldest(store, owner, place);
                // There is room for one entry a key.
                self.waiting.extend(oldest.map(|sequence| Reverse((sequence, nth))));
            }
            let Reverse((sequence, nth)) = self.waiting.pop()?;
            let (owner, place) = self.keys[nth];
            if oldest(store, owner, place) != Some(sequence) {
                again = Some(nth);
                continue;
            }
            let until = self.waiting.peek().map_or(end, |Reverse((second, _))| end.min(*second));
            self.current = Some(nth);
            return (sequence < end).then_some(Next { owner, place, until });
        }
    }
}

/// Looks at the oldest value of every key.
fn next_of_all(store: &Store, end: u64) -> Option<Next> {
    let mut next: Option<(u64, Next)> = None;
    for (owner, place) in store.keys() {
        let Some(place) = place else { continue };
        let Some(sequence) = oldest(store, owner, place).filter(|sequence| *sequence < end) else {
            continue;
        };
        match &mut next {
            Some((first, next)) if *first < sequence => next.until = next.until.min(sequence),
            next => {
                let until = next.as_ref().map_or(end, |(first, _)| *first);
                *next = Some((sequence, Next { owner, place, until }));
            }
        }
    }
    next.map(|(_, next)| next)
}
