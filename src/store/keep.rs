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

/// The value's description for the ring, with the number of this thread.
fn incoming<'a>(shape: &'a [usize], note: &'a Note<'_>) -> Incoming<'a> {
    Incoming { shape, indices: note.indices, keep: note.keep, thread: thread() }
}

/// Takes steps under the lock until one is done. Chunks that they remove are dropped in between.
fn steps<T>(store: &Store, mut step: impl FnMut(&mut Heap) -> Step<T>) -> Result<T, Refused> {
    loop {
        let mut heap = lock(&store.heap).ok_or(Refused::Busy)?;
        let taken = step(&mut heap);
        drop(heap);
        match taken {
            Step::Done(done) => return Ok(done),
            Step::Refused(refused) => return Err(refused),
            Step::Again(garbage) => drop(garbage),
        }
    }
}

/// Keeps elements in `shape`, which must fit their number.
pub(crate) fn keep<S: Source>(
    store: &Store,
    ring: usize,
    source: S,
    shape: &[usize],
    note: &Note<'_>,
) -> Result<Kept, Refused> {
    /// The most elements of an iterator that are first collected on the stack, as its code must not run under the lock.
    const ON_STACK: usize = 32;
    let length = source.len();
    match source.as_slice() {
        Some(values) if size_of_val(values) <= SMALL => append(store, ring, values, shape, note),
        None if length <= ON_STACK => {
            let mut room = [S::Element::ZERO; ON_STACK];
            let count = source.copy_to(&mut room[..length]);
            let (flat, shortened) = ([count], count < length);
            let shape = if shortened { &flat } else { shape };
            let kept = append(store, ring, &room[..count], shape, note)?;
            Ok(Kept { shortened, ..kept })
        }
        _ => fill(store, ring, source, shape, note),
    }
}

/// Copies a small value under the lock.
fn append<E: Element>(
    store: &Store,
    ring: usize,
    values: &[E],
    shape: &[usize],
    note: &Note<'_>,
) -> Result<Kept, Refused> {
    let incoming = incoming(shape, note);
    steps(store, |heap| {
        if heap.append_quickly(ring, values, &incoming) {
            return Step::Done(());
        }
        heap.append_to_next_chunk(ring, values, &incoming)
    })?;
    let has_nan = store.stops_at_nan() && values.iter().any(|value| value.is_nan());
    Ok(Kept { shortened: false, has_nan })
}

/// Releases the reservation for a chunk, if a user's code panics or there is no memory.
struct Reserved<'a> {
    store: &'a Store,
    ring: usize,
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
        if let Some(mut heap) = lock(&self.store.heap) {
            heap.abandon(self.ring, self.cost);
        }
    }
}

/// Takes the oldest chunk of a full ring if it `fits`, or a new one, for which `cost` is reserved.
fn take_chunk<'a>(
    store: &'a Store,
    ring: usize,
    note: &Note<'_>,
    cost: usize,
    fits: impl Fn(&Chunk) -> bool,
) -> Result<(Unique<Chunk>, Reserved<'a>), Refused> {
    let reserved = |cost| Reserved { store, ring, cost };
    match steps(store, |heap| heap.begin(ring, note.keep, cost, &fits))? {
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

/// Puts a chunk of one value into the ring.
fn put_chunk(
    (chunk, reserved): (Unique<Chunk>, Reserved<'_>),
    note: &Note<'_>,
) -> Result<(), Refused> {
    let (store, ring) = (reserved.store, reserved.ring);
    let (mut chunk, mut reserved) = (Some(chunk), Some(reserved.take()));
    let incoming = incoming(&[], note);
    let garbage = steps(store, |heap| heap.push_chunk(ring, &mut chunk, &mut reserved, &incoming))?;
    drop(garbage);
    Ok(())
}

/// Takes a chunk, fills it, and puts it back.
fn fill<S: Source>(
    store: &Store,
    ring: usize,
    source: S,
    shape: &[usize],
    note: &Note<'_>,
) -> Result<Kept, Refused> {
    let (length, rank) = (source.len(), note.indices.len());
    let bytes = length.checked_mul(S::Element::SIZE).ok_or(Refused::TooLarge)?;
    let cost = Chunk::cost_of(bytes, 1, rank);
    // A buffer for several such values would waste memory.
    let fits = |chunk: &Chunk| chunk.room_for::<S::Element>(length, rank) == 1;
    let (mut chunk, reserved) = take_chunk(store, ring, note, cost, fits)?;
    let reserved_room = chunk.reserve::<S::Element>(Shape::new(shape), length, rank, 1);
    reserved_room.ok_or(Refused::NoMemory)?;
    let count = chunk.push_source(source, note.indices);
    let shortened = count < length;
    if shortened {
        (chunk.shape, chunk.stride) = (Shape::new(&[count]), count);
    }
    let has_nan = store.stops_at_nan() && has_nan(&chunk);
    put_chunk((chunk, reserved), note)?;
    Ok(Kept { shortened, has_nan })
}

fn has_nan(chunk: &Chunk) -> bool {
    let Data::Plain(buffer) = &chunk.data else { return false };
    with_buffer!(buffer, values => values.iter().any(|value| value.is_nan()))
}

/// Takes a chunk, makes `data` its one value, and puts it back.
fn hold(
    store: &Store,
    ring: usize,
    data: Data,
    (shape, stride): (Shape, usize),
    note: &Note<'_>,
) -> Result<Kept, Refused> {
    let cost = Chunk::cost_of(data.size(), 1, note.indices.len());
    let (mut chunk, reserved) = take_chunk(store, ring, note, cost, Chunk::is_for_one)?;
    let overwritten = chunk.hold(data, shape, stride, note.indices).ok_or(Refused::NoMemory)?;
    let has_nan = store.stops_at_nan() && has_nan(&chunk);
    put_chunk((chunk, reserved), note)?;
    // After the new value is kept, as this may panic.
    drop(overwritten);
    Ok(Kept { shortened: false, has_nan })
}

/// Keeps a value of a user's type.
pub(crate) fn keep_opaque<T>(
    store: &Store,
    ring: usize,
    value: T,
    note: &Note<'_>,
) -> Result<(), Refused>
where
    [T; 1]: Opaque + 'static,
{
    let value = try_box(value).map_err(|_| Refused::NoMemory)?;
    hold(store, ring, Data::Opaque(value), (Shape::SCALAR, 1), note)?;
    Ok(())
}

/// Keeps the result of a conversion. A large buffer is not copied.
pub(crate) fn keep_buffer(
    store: &Store,
    ring: usize,
    buffer: Buffer,
    shape: &[usize],
    note: &Note<'_>,
) -> Result<Kept, Refused> {
    if buffer.capacity_in_bytes() <= SMALL {
        return with_buffer!(&buffer, values => append(store, ring, values, shape, note));
    }
    let form = (Shape::new(shape), length_of(&buffer));
    hold(store, ring, Data::Plain(buffer), form, note)
}

/// The number of elements.
pub(crate) fn length_of(buffer: &Buffer) -> usize {
    with_buffer!(buffer, values => values.len())
}
