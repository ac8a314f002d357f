//! Values with a place of their own: it is taken and put back under the lock, and filled outside.

use alloc::{boxed::Box, sync::Arc, vec::Vec};
use core::{mem, sync::atomic::Ordering::Relaxed};

use super::cache::Owned;
use super::control::{MAX_SIZE, limits};
use super::element::Element;
use super::heap::{ALIGN, Garbage, Payload, Place, Pushed, SMALL, place_cost};
use super::locks::{lock_heap, wait_for_heap};
use super::{Cause, Meta, Shape};

/// Takes a place under the lock, fills it outside, and puts it back under the lock.
#[cfg(feature = "alloc")]
pub fn keep_in_place(
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
pub fn prepare<E: Element>(ring: usize, cost: usize, values: &[E], thread: u32) {
    if !super::hands::wants(ring, thread) {
        return;
    }
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
pub fn fill<E: Element>(reused: Option<Payload>, values: &[E]) -> Option<Payload> {
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
pub fn boxed<T: Clone + Send + 'static>(reused: Option<Payload>, value: T) -> Box<dyn Owned> {
    if let Some(Payload::Owned(mut old)) = reused {
        if let Some(place) = old.as_mut().as_any_mut().downcast_mut::<T>() {
            *place = value;
            return old;
        }
    }
    Box::new(value)
}
