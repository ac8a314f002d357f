//! Adds a value to a ring on the heap, in one of the two ways of [`Heap`]. Large values are copied, allocated and dropped here,
//! outside of the lock, as that may take long or run a user's code.

use super::chunk::{Chunk, Data, Opaque};
use super::control::Store;
use super::counts::Refused;
use super::element::{Buffer, Element, Shape, Stored, with_buffer};
use super::note::Note;
use super::ring::{Begun, Heap, Incoming, SMALL, Step};
use super::share::{Unique, try_box};
use super::source::Source;
use super::sync::{lock, thread};

/// The result of keeping a value.
#[derive(Clone, Copy, Default)]
pub(crate) struct Kept {
    /// Whether the source had fewer elements than announced, so that the value is flat.
    pub shortened: bool,
    /// Whether the value contains a NaN; false unless the store stops at one.
    pub has_nan: bool,
}

/// The ring that a value is added to, and the options of the value's line.
#[derive(Clone, Copy)]
pub(crate) struct Target<'a> {
    pub store: &'a Store,
    pub ring: usize,
    pub note: &'a Note<'a>,
}

impl<'a> Target<'a> {
    /// Keeps elements in `shape`, which must fit their number.
    pub(crate) fn keep<S: Source>(self, source: S, shape: &[usize]) -> Result<Kept, Refused> {
        /// The most elements of an iterator that are first collected on the stack, as its code must not run under the lock.
        const ON_STACK: usize = 32;
        let length = source.len();
        match source.as_slice() {
            Some(values) if size_of_val(values) <= SMALL => self.append(values, shape),
            None if length <= ON_STACK => {
                let mut room = [S::Element::ZERO; ON_STACK];
                let count = source.copy_to(&mut room[..length]);
                let (flat, shortened) = ([count], count < length);
                let shape = if shortened { &flat } else { shape };
                let kept = self.append(&room[..count], shape)?;
                Ok(Kept { shortened, ..kept })
            }
            _ => self.fill(source, shape),
        }
    }

    /// Keeps a value of a user's type.
    pub(crate) fn keep_opaque<T>(self, value: T) -> Result<(), Refused>
    where
        [T; 1]: Opaque + 'static,
    {
        let value = try_box(value).map_err(|_| Refused::NoMemory)?;
        self.hold(Data::Opaque(value), Shape::SCALAR, 1)?;
        Ok(())
    }

    /// Keeps the result of a conversion. A large buffer is not copied.
    pub(crate) fn keep_buffer(self, buffer: Buffer, shape: &[usize]) -> Result<Kept, Refused> {
        if buffer.capacity_in_bytes() <= SMALL {
            return with_buffer!(&buffer, values => self.append(values, shape));
        }
        let length = length_of(&buffer);
        self.hold(Data::Plain(buffer), Shape::new(shape), length)
    }

    /// Copies a small value under the lock.
    fn append<E: Element>(self, values: &[E], shape: &[usize]) -> Result<Kept, Refused> {
        let incoming = self.incoming(shape);
        self.steps(|heap| {
            if heap.append_quickly(self.ring, values, &incoming) {
                return Step::Done(());
            }
            heap.append_to_next_chunk(self.ring, values, &incoming)
        })?;
        let has_nan = self.store.stops_at_nan() && values.iter().any(|value| value.is_nan());
        Ok(Kept { shortened: false, has_nan })
    }

    /// Takes a chunk, fills it, and puts it back.
    fn fill<S: Source>(self, source: S, shape: &[usize]) -> Result<Kept, Refused> {
        let (length, indices) = (source.len(), self.note.indices);
        let bytes = length.checked_mul(S::Element::SIZE).ok_or(Refused::TooLarge)?;
        let cost = Chunk::cost_of(bytes, 1, indices.len());
        // A buffer for several such values would waste memory.
        let fits = |chunk: &Chunk| chunk.room_for::<S::Element>(length, indices.len()) == 1;
        let (mut chunk, reserved) = self.take_chunk(cost, fits)?;
        let room = chunk.reserve::<S::Element>(Shape::new(shape), length, indices.len(), 1);
        room.ok_or(Refused::NoMemory)?;
        let count = chunk.push_source(source, indices);
        let shortened = count < length;
        if shortened {
            (chunk.shape, chunk.stride) = (Shape::new(&[count]), count);
        }
        let has_nan = self.put_chunk(chunk, reserved)?;
        Ok(Kept { shortened, has_nan })
    }

    /// Takes a chunk, makes `data` its one value, and puts it back.
    fn hold(self, data: Data, shape: Shape, stride: usize) -> Result<Kept, Refused> {
        let indices = self.note.indices;
        let cost = Chunk::cost_of(data.size(), 1, indices.len());
        let (mut chunk, reserved) = self.take_chunk(cost, Chunk::is_for_one)?;
        let overwritten = chunk.hold(data, shape, stride, indices).ok_or(Refused::NoMemory)?;
        let has_nan = self.put_chunk(chunk, reserved)?;
        // After the new value is kept, as this may panic.
        drop(overwritten);
        Ok(Kept { shortened: false, has_nan })
    }

    /// Takes the oldest chunk of a full ring if it `fits`, or a new one, for which `cost` is reserved.
    fn take_chunk(
        self,
        cost: usize,
        fits: impl Fn(&Chunk) -> bool,
    ) -> Result<(Unique<Chunk>, Reserved<'a>), Refused> {
        let reserved = |cost| Reserved { target: self, cost };
        match self.steps(|heap| heap.begin(self.ring, self.note.keep, cost, &fits))? {
            Begun::Reused(chunk) => {
                let cost = chunk.cost();
                Ok((chunk, reserved(cost)))
            }
            Begun::Fresh => {
                let reserved = reserved(cost);
                let chunk = Unique::new(Chunk::empty("")).map_err(|_| Refused::NoMemory)?;
                Ok((chunk, reserved))
            }
        }
    }

    /// Puts a chunk of one value into the ring. Returns whether it contains a NaN, as in [`Kept`].
    fn put_chunk(self, chunk: Unique<Chunk>, reserved: Reserved<'_>) -> Result<bool, Refused> {
        let has_nan = self.store.stops_at_nan() && has_nan(&chunk);
        let (mut chunk, mut reserved) = (Some(chunk), Some(reserved.take()));
        let incoming = self.incoming(&[]);
        let push =
            |heap: &mut Heap| heap.push_chunk(self.ring, &mut chunk, &mut reserved, &incoming);
        let garbage = self.steps(push)?;
        drop(garbage);
        Ok(has_nan)
    }

    /// The value's description for the ring, with the number of this thread.
    fn incoming<'b>(&self, shape: &'b [usize]) -> Incoming<'b>
    where
        'a: 'b,
    {
        let Note { indices, keep, .. } = *self.note;
        Incoming { shape, indices, keep, thread: thread() }
    }

    /// Takes steps under the lock until one is done. Chunks that they remove are dropped in between.
    fn steps<T>(self, mut step: impl FnMut(&mut Heap) -> Step<T>) -> Result<T, Refused> {
        loop {
            let mut heap = lock(&self.store.heap).ok_or(Refused::Busy)?;
            let taken = step(&mut heap);
            drop(heap);
            match taken {
                Step::Done(done) => return Ok(done),
                Step::Refused(refused) => return Err(refused),
                Step::Again(garbage) => drop(garbage),
            }
        }
    }
}

/// Releases the reservation for a chunk, if a user's code panics or there is no memory.
struct Reserved<'a> {
    target: Target<'a>,
    cost: usize,
}

impl Reserved<'_> {
    /// Returns the reservation, which the chunk takes over.
    fn take(self) -> usize {
        let cost = self.cost;
        core::mem::forget(self);
        cost
    }
}

impl Drop for Reserved<'_> {
    fn drop(&mut self) {
        if let Some(mut heap) = lock(&self.target.store.heap) {
            heap.abandon(self.target.ring, self.cost);
        }
    }
}

fn has_nan(chunk: &Chunk) -> bool {
    let Data::Plain(buffer) = &chunk.data else { return false };
    with_buffer!(buffer, values => values.iter().any(|value| value.is_nan()))
}

/// The number of elements.
pub(crate) fn length_of(buffer: &Buffer) -> usize {
    with_buffer!(buffer, values => values.len())
}
