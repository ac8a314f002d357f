//! The keys of a scope, with their rings and counts. The store of the process keeps these in the owners of the keys, where a capture
//! finds them without a lookup. A scope pays for a lookup, and frees its table when it ends.

use alloc::vec::Vec;
use std::collections::HashMap;

use super::callsite::{Callsite, Place};
use super::counts::Stats;

/// The keys that were hit, in the order of their first hits.
pub(crate) struct Table {
    /// Positions in `keys`, by the addresses of the owners.
    positions: HashMap<usize, usize>,
    keys: Vec<Key>,
}

/// A key in this store.
pub(crate) struct Key {
    owner: &'static Callsite,
    /// Its ring on the heap.
    pub ring: Option<usize>,
    pub stats: Stats,
}

impl Table {
    pub(crate) fn new() -> Table {
        Table { positions: HashMap::new(), keys: Vec::new() }
    }

    /// The key, if it was hit.
    pub(crate) fn get(&self, owner: &'static Callsite) -> Option<&Key> {
        self.keys.get(*self.positions.get(&address(owner))?)
    }

    /// The key, added if it is missing; `None` if there is no memory.
    pub(crate) fn key(&mut self, owner: &'static Callsite) -> Option<&mut Key> {
        let position = match self.positions.get(&address(owner)) {
            Some(&position) => position,
            None => {
                self.positions.try_reserve(1).ok()?;
                self.keys.try_reserve(1).ok()?;
                self.keys.push(Key { owner, ring: None, stats: Stats::new() });
                self.positions.insert(address(owner), self.keys.len() - 1);
                self.keys.len() - 1
            }
        };
        self.keys.get_mut(position)
    }

    /// The key that was hit after `nth` others.
    pub(crate) fn nth(&self, nth: usize) -> Option<(&'static Callsite, Option<Place>)> {
        self.keys.get(nth).map(|key| (key.owner, key.ring.map(Place::Heap)))
    }

    /// Resets all counts.
    pub(crate) fn reset_counts(&self) {
        for key in &self.keys {
            key.stats.reset();
        }
    }
}

/// Identifies an owner: owners are `static`, so their addresses are never reused.
fn address(owner: &'static Callsite) -> usize {
    core::ptr::from_ref(owner) as usize
}
