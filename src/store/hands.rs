//! Buffers that threads have at hand; see [`Heap::exchange`](super::heap::Heap::exchange).

use alloc::vec::Vec;
use core::sync::atomic::{AtomicBool, Ordering::Relaxed};

use spin::Mutex;

use super::Meta;
use super::element::Element;
use super::heap::Hand;
use super::locks::{Apart, wait_for_heap};

/// Threads whose numbers differ by so many share what is at hand: those that have ended leave it to new ones.
const SLOTS: usize = 16;

/// Buffers in a slot, at most: each is for another key.
const HANDS: usize = 8;

/// Locked before the heap. Who has the heap only tries.
static SLOT: [Apart<Mutex<Vec<Hand>>>; SLOTS] = [const { Apart(Mutex::new(Vec::new())) }; SLOTS];

/// Whether there ever was one: a program with one thread never looks for any.
static ANY: AtomicBool = AtomicBool::new(false);

/// Keeps `values` by way of the buffer at hand, if there is one and it fits, and the ring is full. Says whether it was so.
#[inline]
pub fn keep<E: Element>(
    ring: usize,
    max_size: usize,
    values: &[E],
    shape: &[usize],
    meta: Meta,
) -> bool {
    if !ANY.load(Relaxed) {
        return false;
    }
    let Some(mut hands) = SLOT[meta.thread() as usize % SLOTS].try_lock() else { return false };
    let Some(at) = hands.iter().position(|hand| hand.ring == ring) else { return false };
    let hand = &mut hands[at];
    if hand.payload.fits::<E>(values.len()) {
        hand.payload.refill(values);
        if wait_for_heap().exchange(hand, max_size, shape, meta) {
            return true;
        }
    }
    let hand = hands.swap_remove(at);
    wait_for_heap().forget(&hand);
    false
}

/// Whether to make a buffer for `ring`.
pub fn wants(ring: usize, thread: u32) -> bool {
    SLOT[thread as usize % SLOTS].try_lock().is_some_and(|hands| has_room(&hands, ring))
}

fn has_room(hands: &[Hand], ring: usize) -> bool {
    hands.len() < HANDS && hands.iter().all(|hand| hand.ring != ring)
}

/// Has `hand` at hand from now on.
pub fn offer(hand: Hand, thread: u32) {
    ANY.store(true, Relaxed);
    let refused = match SLOT[thread as usize % SLOTS].try_lock() {
        Some(mut hands) if has_room(&hands, hand.ring) => {
            hands.push(hand);
            None
        }
        _ => Some(hand),
    };
    if let Some(hand) = refused {
        wait_for_heap().forget(&hand);
    }
}

/// Drops what is at hand anywhere. What is in use right now is of an earlier round for the heap, which does not take it.
pub fn drop_all() {
    for slot in &SLOT {
        if let Some(mut hands) = slot.try_lock() {
            *hands = Vec::new();
        }
    }
}
