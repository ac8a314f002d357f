//! Exports captured values as a file: from given memory, from a snapshot, or, with the feature off, an empty one.
//!
//! On the heap a snapshot is made first, so that captures go on while a slow sink takes the bytes. Given memory is read in place, as
//! there may be no other memory: captures are refused meanwhile.

#[cfg(all(feature = "capture", feature = "alloc"))]
pub(crate) use heap::{cache, store};
#[cfg(all(feature = "alloc", not(feature = "capture")))]
pub(crate) use off::cache;
#[cfg(feature = "alloc")]
impl super::cache::Cache {
    /// Writes the snapshot as a safetensors file, in pieces of any size: see [`export`](crate::export) for its content.
    ///
    /// # Errors
    ///
    /// Returns the first error of `sink`, and writes no more after it.
    ///
    /// # Examples
    ///
    /// ```
    /// # use anycapture::capture;
    /// let _session = anycapture::session();
    /// capture!(Attention::forward, map = [[0.5_f32; 3]; 3]);
    /// let cache = anycapture::take(); // the store is empty, and the file can wait
    ///
    /// let mut file = Vec::new();
    /// cache.export(|bytes| std::io::Write::write_all(&mut file, bytes))?;
    /// # if !anycapture::ENABLED { return Ok(()) }
    /// let tensors = safetensors::SafeTensors::deserialize(&file)?;
    /// assert_eq!(tensors.tensor("Attention.forward.map")?.shape(), [1, 3, 3]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn export<E>(&self, sink: impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        cache(self, sink)
    }
}

#[cfg(not(feature = "capture"))]
pub(crate) use off::nothing;
#[cfg(all(feature = "capture", not(feature = "alloc")))]
pub(crate) use region::store;

/// Exports given memory in place, without a snapshot.
#[cfg(feature = "capture")]
mod region {
    use core::fmt;

    use super::super::callsite::{Place, state};
    use super::super::chunk::MAX_INDICES;
    use super::super::control::Store;
    use super::super::memory::{Exporting, Held, read_ring};
    use super::super::region::Ring;
    use super::super::safetensors::{Column, Form, Key, Keys, Out};
    use super::super::sync::lock;
    use super::super::value::Value;

    /// All rings in given memory. No capture changes them while [`Exporting`] lives.
    pub(super) struct Rings<'a> {
        store: &'a Store,
        /// `None` if there are too many exports.
        exporting: Option<Exporting>,
        /// Whether a ring was in use at the beginning. It is left out of all passes over the rings.
        lacks: Option<InUse>,
    }

    /// The message in the file's metadata if a ring was in use.
    struct InUse;

    impl fmt::Display for InUse {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("some keys were in use, and are left out")
        }
    }

    impl Rings<'_> {
        /// Begins an export: marks the rings that are free now. Other rings, and those of later keys, are left out of all passes.
        pub(super) fn of(store: &Store) -> Rings<'_> {
            /// Without `std` nothing waits, and another core uses a ring for a moment only.
            const TRIES: u32 = if cfg!(feature = "std") { 1 } else { 4 };
            let Some(exporting) = Exporting::begin() else {
                return Rings { store, exporting: None, lacks: Some(InUse) };
            };
            let (bit, mut lacks) = (state::EXPORTED[exporting.number], None);
            for (owner, _) in store.keys().filter(|(_, place)| *place == Some(Place::Region)) {
                if (0..TRIES).any(|_| read_ring(owner).is_some()) {
                    owner.change_state(0, bit);
                } else {
                    owner.change_state(bit, 0);
                    lacks = Some(InUse);
                }
            }
            Rings { store, exporting: Some(exporting), lacks }
        }
    }

    impl Keys for Rings<'_> {
        fn each(&self, f: &mut dyn FnMut(&dyn Key, &Form) -> fmt::Result) -> fmt::Result {
            /// A ring that was free at the beginning may be in use while another core or thread shows one of its values.
            const TRIES: u32 = if cfg!(feature = "std") { 10 } else { 1 << 20 };
            let Some(exporting) = &self.exporting else { return Ok(()) };
            let exported = state::EXPORTED[exporting.number];
            for (owner, place) in self.store.keys() {
                if place == Some(Place::Region) && owner.state() & exported != 0 {
                    // The file can't be completed without this ring.
                    let ring = (0..TRIES).find_map(|_| lock(&owner.ring)).ok_or(fmt::Error)?;
                    if let Some(ring) = ring.as_ref() {
                        let _held = Held::begin(owner);
                        f(ring, &Form::of(ring))?;
                    }
                }
            }
            Ok(())
        }

        fn lacks(&self) -> Option<&dyn fmt::Display> {
            self.lacks.as_ref().map(|lacks| lacks as &dyn fmt::Display)
        }
    }

    impl Key for Ring<'_> {
        fn name(&self) -> &str {
            self.key()
        }

        fn each_run(&self, f: &mut dyn FnMut(&Value<'_>, u64) -> fmt::Result) -> fmt::Result {
            self.each_value(&mut |value| f(value, 1))
        }

        fn each_value(&self, f: &mut dyn FnMut(&Value<'_>) -> fmt::Result) -> fmt::Result {
            self.iter().try_for_each(|raw| f(&Value::raw(&raw)))
        }

        fn has_threads(&self) -> bool {
            self.iter().any(|raw| raw.stamp.thread != 0)
        }

        fn write(&self, column: Column, indices: usize, out: &mut Out<'_>) -> fmt::Result {
            self.iter().try_for_each(|raw| match column {
                Column::Elements => out.write(raw.bytes),
                Column::Sequence => out.write(&raw.stamp.sequence.to_le_bytes()),
                Column::Thread => out.write(&raw.stamp.thread.to_le_bytes()),
                Column::Index => {
                    let mut bytes = [0; 8 * MAX_INDICES];
                    let bytes = &mut bytes[..8 * indices];
                    super::super::safetensors::write_indices(&raw.indices[..raw.index_rank], bytes);
                    out.write(bytes)
                }
            })
        }
    }

    /// Exports the store of this thread.
    #[cfg(not(feature = "alloc"))]
    pub(crate) fn store<E>(sink: impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        super::super::scope::with_store(|store| {
            super::super::safetensors::export(
                &Rings::of(store),
                sink,
                &mut [0; super::super::safetensors::PIECE],
            )
        })
    }
}

/// Exports snapshots.
#[cfg(all(feature = "capture", feature = "alloc"))]
mod heap {
    use alloc::vec::Vec;
    use core::fmt;

    use super::super::cache::{Cache, try_cache};
    use super::super::chunk::Chunk;
    use super::super::chunk::Part;
    use super::super::element::Kind;
    use super::super::list::{List, SnapshotError};
    use super::super::safetensors::{Column, Form, Key, Keys, Out, PIECE, export};
    use super::super::scope::with_store;
    use super::super::value::Value;
    use super::region::Rings;

    /// The lists of a snapshot, with their forms if there was memory for these.
    struct Lists<'a> {
        lists: &'a [List],
        forms: Vec<Form>,
        error: Option<SnapshotError>,
    }

    impl Keys for Lists<'_> {
        fn each(&self, f: &mut dyn FnMut(&dyn Key, &Form) -> fmt::Result) -> fmt::Result {
            for (nth, list) in self.lists.iter().enumerate() {
                match self.forms.get(nth) {
                    Some(form) => f(list, form)?,
                    None => f(list, &Form::of(list))?,
                }
            }
            Ok(())
        }

        fn lacks(&self) -> Option<&dyn fmt::Display> {
            self.error.as_ref().map(|error| error as &dyn fmt::Display)
        }
    }

    #[allow(clippy::cast_possible_truncation)] // a chunk is short
    impl Key for List {
        fn name(&self) -> &str {
            self.key()
        }

        fn each_run(&self, f: &mut dyn FnMut(&Value<'_>, u64) -> fmt::Result) -> fmt::Result {
            self.parts().iter().try_for_each(|part| {
                f(&Value::in_chunk(&part.chunk, part.start as u32), part.len() as u64)
            })
        }

        fn each_value(&self, f: &mut dyn FnMut(&Value<'_>) -> fmt::Result) -> fmt::Result {
            self.parts().iter().try_for_each(|part| {
                (part.start..part.chunk.len())
                    .try_for_each(|nth| f(&Value::in_chunk(&part.chunk, nth as u32)))
            })
        }

        fn has_threads(&self) -> bool {
            self.parts().iter().any(|part| part.chunk.has_threads(part.start))
        }

        fn write(&self, column: Column, indices: usize, out: &mut Out<'_>) -> fmt::Result {
            let plain = self.parts().iter().filter(|part| part.chunk.kind().is_some());
            plain.into_iter().try_for_each(|part| write_part(part, column, indices, out))
        }
    }

    /// Writes the column of the values in one chunk.
    fn write_part(
        Part { chunk, start }: &Part,
        column: Column,
        indices: usize,
        out: &mut Out<'_>,
    ) -> fmt::Result {
        let count = chunk.len() - start;
        let stamps = |nth| chunk.stamps(start + nth);
        match column {
            Column::Elements => write_elements(chunk, *start, out),
            Column::Sequence => out.write_items(count, 8, &mut |nth, to| {
                for (to, stamp) in to.chunks_exact_mut(8).zip(stamps(nth)) {
                    to.copy_from_slice(&stamp.sequence.to_le_bytes());
                }
            }),
            Column::Thread => out.write_items(count, 4, &mut |nth, to| {
                for (to, stamp) in to.chunks_exact_mut(4).zip(stamps(nth)) {
                    to.copy_from_slice(&stamp.thread.to_le_bytes());
                }
            }),
            Column::Index => out.write_items(count, 8 * indices, &mut |nth, to| {
                for (position, to) in (start + nth..).zip(to.chunks_exact_mut(8 * indices)) {
                    super::super::safetensors::write_indices(chunk.indices_of(position), to);
                }
            }),
        }
    }

    /// Writes the elements of a chunk: at once if they are bytes, else in pieces that fit the buffer.
    fn write_elements(chunk: &Chunk, start: usize, out: &mut Out<'_>) -> fmt::Result {
        if let Some(bytes) = chunk.raw_bytes(start) {
            return out.write(bytes);
        }
        let first = start * chunk.stride;
        let count = chunk.len() * chunk.stride - first;
        let size = chunk.kind().map_or(1, Kind::size);
        out.write_items(count, size, &mut |nth, to| chunk.write_elements(first + nth, to))
    }

    /// Exports a snapshot.
    pub(crate) fn cache<E>(
        cache: &Cache,
        sink: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        lists(cache.lists(), None, sink)
    }

    /// Exports lists. The form of each is computed once if there is memory to keep it, otherwise in each pass.
    fn lists<E>(
        lists: &[List],
        error: Option<SnapshotError>,
        sink: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut forms = Vec::new();
        if forms.try_reserve_exact(lists.len()).is_ok() {
            forms.extend(lists.iter().map(|list| Form::of(list)));
        }
        let chunks = lists.iter().flat_map(List::parts).map(|part| part.chunk.cost());
        let size = chunks.fold(0, usize::saturating_add);
        with_buffer(size, |buffer| export(&Lists { lists, forms, error }, sink, buffer))
    }

    /// Exports the store of this thread.
    pub(crate) fn store<E>(sink: impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        with_store(|store| {
            if store.uses_memory() {
                return with_buffer(PIECE, |buffer| export(&Rings::of(store), sink, buffer));
            }
            match try_cache() {
                Ok(snapshot) => cache(&snapshot, sink),
                Err(error) => lists(&[], Some(error), sink),
            }
        })
    }

    /// Runs `f` with a large buffer, as a file system takes large pieces faster than small ones. For a file of some `size` bytes it
    /// is no larger, as it must be filled with zeros.
    // `vec!` would abort if there is no memory.
    #[allow(clippy::slow_vector_initialization)]
    fn with_buffer<R>(size: usize, f: impl FnOnce(&mut [u8]) -> R) -> R {
        let (mut buffer, size) = (Vec::new(), size.clamp(4096, PIECE));
        if buffer.try_reserve_exact(size).is_err() {
            return f(&mut [0; 512]);
        }
        buffer.resize(size, 0);
        f(&mut buffer)
    }
}

/// Without recording, exports a file without tensors.
#[cfg(not(feature = "capture"))]
mod off {
    use core::fmt;

    use super::super::safetensors::{Form, Key, Keys, export};

    struct Nothing;

    impl Keys for Nothing {
        fn each(&self, _: &mut dyn FnMut(&dyn Key, &Form) -> fmt::Result) -> fmt::Result {
            Ok(())
        }
    }

    pub(crate) fn nothing<E>(sink: impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        export(&Nothing, sink, &mut [0; 512])
    }

    #[cfg(feature = "alloc")]
    pub(crate) fn cache<E>(
        _: &super::super::cache::Cache,
        sink: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        nothing(sink)
    }
}
