//! The functions of the crate's root, on the store of this thread. With the feature off, `off.rs` has the same names, so that the
//! root has no `#[cfg]`.

use super::control::Store;
use super::options::Options;
use super::scope::with_store;

pub(crate) use super::export::store as export;
pub(crate) use super::memory::set_memory;
pub(crate) use super::scope::is_active;
pub(crate) use super::walk::{drain, visit};

pub(crate) fn activate() {
    with_store(Store::activate);
}

pub(crate) fn activate_with(mut options: Options) {
    with_store(|store| store.set(&mut options));
    // The replaced settings are dropped here, when no lock is held, as that may run a user's code.
    drop(options);
    activate();
}

pub(crate) fn deactivate() {
    with_store(Store::deactivate);
}

pub(crate) fn set_size(max_size: usize) {
    with_store(|store| store.set_size(max_size));
}

pub(crate) fn clear() {
    with_store(Store::clear);
}

/// Drops every value, and resets all counts.
pub(crate) fn reset() {
    with_store(|store| {
        store.clear();
        store.reset_counts();
    });
}
