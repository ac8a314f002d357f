//! The values of one key in a snapshot.
//!
//! On the heap a list shares the sealed chunks of a ring and copies the open one. Given memory is copied, as it is overwritten in
//! place. The `Value`s are made when the list is first read.

use core::fmt;

/// Why a snapshot could not be made: see [`try_cache`](crate::try_cache). The values stay in the store.
///
/// # Examples
///
/// ```
/// use anycapture::SnapshotError;
///
/// match anycapture::try_cache() {
///     Ok(cache) => println!("{cache}"),
///     Err(SnapshotError::Busy) => {} // in a signal handler: try again later
///     Err(error) => eprintln!("{error}"),
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SnapshotError {
    /// There is no memory for it.
    NoMemory,
    /// The store is in use, and either waiting is not allowed, or a second of waiting did not help.
    Busy,
}

impl fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SnapshotError::NoMemory => "there is no memory for a snapshot of what was captured",
            SnapshotError::Busy => {
                "what was captured is in use, so that no snapshot can be made of it"
            }
        })
    }
}

impl core::error::Error for SnapshotError {}

#[cfg(feature = "capture")]
pub(crate) use with_capture::{List, snapshot, take};

#[cfg(feature = "capture")]
mod with_capture {
    use alloc::vec::Vec;

    use once_cell::race::OnceBox;

    use super::super::callsite::{Callsite, Place};
    use super::super::chunk::{Chunk, Part};
    use super::super::control::Store;
    use super::super::counts::Refused;
    use super::super::element::{Element, with_kind};
    use super::super::memory::{change_ring, read_ring};
    use super::super::region::Ring;
    use super::super::share::{Unique, try_box};
    use super::super::source::Elements;
    use super::super::sync::lock;
    use super::super::value::{Raw, Value};
    use super::SnapshotError;

    /// The chunks of a key, and its values once they were read.
    pub(crate) struct List {
        key: &'static str,
        /// Oldest first; never empty.
        parts: Vec<Part>,
        /// A `Value` for each value, made by the first reader.
        values: OnceBox<[Vec<Value<'static>>; 1]>,
    }

    impl List {
        pub(crate) fn key(&self) -> &'static str {
            self.key
        }

        /// The chunks of the values.
        pub(crate) fn parts(&self) -> &[Part] {
            &self.parts
        }

        /// The number of values.
        pub(crate) fn len(&self) -> usize {
            self.parts.iter().map(Part::len).sum()
        }

        /// The values, oldest first.
        ///
        /// # Panics
        ///
        /// Panics if there is no memory for the list, which is made at the first call and kept.
        pub(crate) fn values(&self) -> &[Value<'static>] {
            if self.values.get().is_none() {
                let values =
                    self.make_values().expect("no memory for the list of the values of a key");
                // A reader that loses the race drops its own.
                drop(self.values.set(values));
            }
            self.values.get().map_or(&[], |[values]| values)
        }

        fn make_values(&self) -> Option<alloc::boxed::Box<[Vec<Value<'static>>; 1]>> {
            let mut values = Vec::new();
            values.try_reserve_exact(self.len()).ok()?;
            for part in &self.parts {
                #[allow(clippy::cast_possible_truncation)] // a chunk is short
                values.extend(
                    (part.start..part.chunk.len())
                        .map(|nth| Value::shared(part.chunk.clone(), nth as u32)),
                );
            }
            try_box(values).ok()
        }

        /// The same list, or `None` where there is no memory.
        pub(crate) fn try_clone(&self) -> Option<List> {
            let mut parts = Vec::new();
            parts.try_reserve_exact(self.parts.len()).ok()?;
            parts.extend(self.parts.iter().cloned());
            Some(List { key: self.key, parts, values: OnceBox::new() })
        }
    }

    impl From<Refused> for SnapshotError {
        fn from(refused: Refused) -> SnapshotError {
            match refused {
                Refused::Busy => SnapshotError::Busy,
                _ => SnapshotError::NoMemory,
            }
        }
    }

    /// The current values of a key.
    pub(crate) fn snapshot(
        store: &Store,
        owner: &'static Callsite,
        place: Place,
    ) -> Result<Option<List>, SnapshotError> {
        let key = owner.text().ok_or(SnapshotError::NoMemory)?;
        let parts = match place {
            Place::Region => {
                let ring = read_ring(owner).ok_or(SnapshotError::Busy)?;
                ring.as_ref().map_or(Ok(Vec::new()), |ring| copy_region(ring, key))?
            }
            Place::Heap(ring) => share_heap(store, ring)?,
        };
        Ok((!parts.is_empty()).then(|| List { key, parts, values: OnceBox::new() }))
    }

    /// Moves the values of a key out of the store.
    pub(crate) fn take(
        store: &Store,
        owner: &'static Callsite,
        place: Place,
    ) -> Result<Option<List>, SnapshotError> {
        let key = owner.text().ok_or(SnapshotError::NoMemory)?;
        let parts = match place {
            Place::Region => {
                let mut ring = change_ring(owner).ok_or(SnapshotError::Busy)?;
                let Some(ring) = ring.as_mut() else { return Ok(None) };
                let parts = copy_region(ring, key)?;
                ring.clear(true);
                parts
            }
            Place::Heap(ring) => take_heap(store, ring)?,
        };
        Ok((!parts.is_empty()).then(|| List { key, parts, values: OnceBox::new() }))
    }

    /// Shares the chunks of a ring, a few under each lock, the newest first: see [`Heap::parts_before`].
    ///
    /// [`Heap::parts_before`]: super::super::ring::Heap::parts_before
    fn share_heap(store: &Store, ring: usize) -> Result<Vec<Part>, SnapshotError> {
        const BATCH: usize = 64;
        let no_memory = |_| SnapshotError::NoMemory;
        let mut parts = Vec::new();
        let chunks = lock(&store.heap).ok_or(SnapshotError::Busy)?.chunks(ring);
        parts.try_reserve_exact(chunks).map_err(no_memory)?;
        let mut position = Some(u64::MAX);
        while let Some(before) = position {
            if parts.len() == parts.capacity() {
                // More chunks were added meanwhile.
                parts.try_reserve(BATCH).map_err(no_memory)?;
            }
            let count = BATCH.min(parts.capacity() - parts.len());
            let heap = lock(&store.heap).ok_or(SnapshotError::Busy)?;
            position = heap.parts_before(ring, before, &mut parts, count)?;
        }
        parts.reverse();
        Ok(parts)
    }

    /// Takes the chunks of a ring under one lock, so that no value is handed out twice. The room for them is allocated before,
    /// without the lock.
    fn take_heap(store: &Store, ring: usize) -> Result<Vec<Part>, SnapshotError> {
        let mut parts = Vec::new();
        loop {
            let chunks = lock(&store.heap).ok_or(SnapshotError::Busy)?.chunks(ring);
            parts.try_reserve_exact(chunks).map_err(|_| SnapshotError::NoMemory)?;
            let taken = lock(&store.heap).ok_or(SnapshotError::Busy)?.take(ring, parts.capacity());
            match taken {
                Ok(content) => {
                    content.into_iter().for_each(|content| content.into_parts(&mut parts));
                    return Ok(parts);
                }
                // More chunks were added meanwhile.
                Err(Refused::Busy) => {}
                Err(refused) => return Err(refused.into()),
            }
        }
    }

    /// Copies the values of a ring in given memory into chunks, one for each run of values of the same form.
    fn copy_region(ring: &Ring<'_>, key: &'static str) -> Result<Vec<Part>, SnapshotError> {
        let mut parts = Vec::new();
        let mut values = ring.iter().peekable();
        while let Some(first) = values.peek().copied() {
            let count = values.clone().take_while(|value| same_form(value, &first)).count();
            parts.try_reserve(1).map_err(|_| SnapshotError::NoMemory)?;
            let mut chunk = Chunk::empty(key);
            for value in values.by_ref().take(count) {
                with_kind!(value.kind, T => push_raw::<T>(&mut chunk, &value, count))
                    .ok_or(SnapshotError::NoMemory)?;
            }
            let chunk = Unique::new(chunk).map_err(|_| SnapshotError::NoMemory)?.share();
            parts.push(Part::of(chunk, 0));
        }
        Ok(parts)
    }

    /// Whether `b` may follow `a` in one chunk.
    fn same_form(a: &Raw<'_>, b: &Raw<'_>) -> bool {
        let is_alike = a.kind == b.kind && a.shape == b.shape && a.index_rank == b.index_rank;
        is_alike && Chunk::follows(b.stamp.sequence, a.stamp)
    }

    /// Appends a value to a chunk. An empty chunk first gets room for `count` values.
    fn push_raw<E: Element>(chunk: &mut Chunk, value: &Raw<'_>, count: usize) -> Option<()> {
        let length = value.bytes.len() / E::SIZE;
        if chunk.len() == 0 {
            chunk.reserve::<E>(value.shape, length, value.index_rank, count)?;
        }
        let elements = Elements::new(value.bytes.chunks_exact(E::SIZE).map(E::read));
        chunk.push_source(elements, &value.indices[..value.index_rank]);
        chunk.push_stamp(value.stamp);
        Some(())
    }
}

/// Without recording there are no lists, so this type has no values.
#[cfg(not(feature = "capture"))]
mod without_capture {
    use super::super::value::Value;

    pub(crate) enum List {}

    impl List {
        pub(crate) fn key(&self) -> &'static str {
            match *self {}
        }

        pub(crate) fn len(&self) -> usize {
            match *self {}
        }

        pub(crate) fn values(&self) -> &[Value<'static>] {
            match *self {}
        }

        pub(crate) fn try_clone(&self) -> Option<List> {
            match *self {}
        }
    }
}

#[cfg(not(feature = "capture"))]
pub(crate) use without_capture::List;
