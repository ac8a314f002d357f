//! What the store of a scope knows of its keys. The store of the process keeps that in the owners of the keys, where a capture
//! finds it without a look-up; a scope pays for one, and goes with all it knows when it ends.

use alloc::vec::Vec;
use std::collections::HashMap;

use super::callsite::{Callsite, Place};
use super::counts::Stats;

/// The keys that were hit, in the order of their first hits.
pub(crate) struct Table {
    /// The position in `keys` by the address of the owner.
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

    /// The key, which is added if it is not there, as far as there is memory.
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

    /// Begins all counts anew.
    pub(crate) fn reset_counts(&self) {
        for key in &self.keys {
            key.stats.reset();
        }
    }
}

/// Owners are `static`, so an address stands for one as long as the program runs.
fn address(owner: &'static Callsite) -> usize {
    core::ptr::from_ref(owner) as usize
}
