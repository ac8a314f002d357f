//! Recording: from a capture line to the ring of its key.
//!
//! [`Callsite::record`] is for plain data, [`Callsite::record_source`] for elements that are produced one by one, and with a heap
//! [`Callsite::record_value`] for values of any other type. Each admits the key, which gives the place of its values, and keeps the
//! value there: on the heap with [`Target`], or in given memory.
//!
//! No lock is held while a user's code runs, with one exception: an iterator writes its elements into given memory under the lock of
//! the ring, so a capture of the same key in its code is refused.

#[cfg(feature = "alloc")]
use alloc::{string::String, vec::Vec};
#[cfg(feature = "alloc")]
use core::any::{Any, TypeId};

#[cfg(feature = "alloc")]
use spin::MutexGuard;

#[cfg(feature = "alloc")]
use super::callsite::state;
use super::callsite::{Callsite, Place};
use super::chunk::Stamp;
use super::control::{PROCESS, Store};
#[cfg(feature = "alloc")]
use super::convert::Array;
use super::counts::{Event, Refused};
use super::element::{MAX_RANK, Plain, Stored};
#[cfg(feature = "alloc")]
use super::element::{primitives, with_buffer};
#[cfg(feature = "alloc")]
use super::keep::{Target, length_of};
#[cfg(feature = "std")]
use super::memory::Held;
use super::memory::{carve, change_ring, next_in_region};
use super::note::Note;
use super::region::{Form, MAX_RING, Ring, ring_size};
#[cfg(feature = "alloc")]
use super::ring::{Heap, Incoming, SMALL, Step};
#[cfg(feature = "alloc")]
use super::scope;
use super::scope::with_store;
#[cfg(feature = "alloc")]
use super::source::Elements;
use super::source::Source;
#[cfg(feature = "alloc")]
use super::sync::known_thread;
use super::sync::thread;

/// The result of keeping a value, with an event to count in addition, if any.
type Kept = Result<Option<Event>, Refused>;

impl Callsite {
    /// Keeps a copy of plain data.
    #[cold]
    #[inline(never)]
    pub fn record<V: Plain + ?Sized>(
        &'static self,
        key: &'static &'static str,
        value: &V,
        note: &Note<'_>,
    ) {
        #[cfg(feature = "alloc")]
        if note.is_none() {
            return self.record_quickly(key, value, &Note::NONE);
        }
        self.record_with_note(key, value, note);
    }

    /// The same for a line with options. It is separate to keep the code for a plain line short.
    #[cfg_attr(feature = "alloc", cold, inline(never))]
    fn record_with_note<V: Plain + ?Sized>(
        &'static self,
        key: &'static &'static str,
        value: &V,
        note: &Note<'_>,
    ) {
        #[cfg(feature = "alloc")]
        self.record_quickly(key, value, note);
        #[cfg(not(feature = "alloc"))]
        self.record_slowly(key, value, note);
    }

    /// Keeps plain data in any state of the store.
    #[cfg_attr(feature = "alloc", cold, inline(never))]
    fn record_slowly<V: Plain + ?Sized>(
        &'static self,
        key: &'static &'static str,
        value: &V,
        note: &Note<'_>,
    ) {
        let values = value.flat();
        let (flat, mut room) = ([values.len()], [0; MAX_RANK]);
        let own = own_shape(value, &flat, &mut room);
        keep(self.owner(key), values, note.shape, own, note);
    }

    /// Keeps elements that are produced one by one, in the shape of the line, in `shape`, or flat.
    #[cold]
    #[inline(never)]
    pub fn record_source<S: Source>(
        &'static self,
        key: &'static &'static str,
        source: S,
        shape: Option<&[usize]>,
        note: &Note<'_>,
    ) {
        let flat = [source.len()];
        keep(self.owner(key), source, note.shape.or(shape), Some(&flat), note);
    }

    /// Counts a `None` or an `Err`.
    #[cold]
    #[inline(never)]
    pub fn record_absent(&'static self, key: &'static &'static str) {
        count(self.owner(key), Event::Absent);
    }

    /// Counts a value that `*` passes over.
    #[cold]
    #[inline(never)]
    pub fn pass_over(&'static self, key: &'static &'static str, type_name: &'static str) {
        let owner = self.owner(key);
        with_store(|store| {
            if store.is_active() {
                store.pass_over(owner, type_name);
            }
        });
    }
}

/// Counts an event of a line that has nothing to keep.
fn count(owner: &'static Callsite, event: Event) {
    with_store(|store| {
        if store.is_active() {
            store.count(owner, event);
        }
    });
}

/// Runs `keep` with the place of a key, if the key is recorded, and counts the result.
#[inline]
fn with_admitted(owner: &'static Callsite, keep: impl FnOnce(&Store, Place) -> Kept) {
    with_store(|store| {
        // The flag of a line with `on = flag` may be older than the end of recording.
        if !store.is_active() {
            return;
        }
        let Some(place) = store.admit(owner) else { return };
        match keep(store, place) {
            Ok(None) => {}
            Ok(Some(event)) => store.count(owner, event),
            Err(refused) => store.count(owner, Event::Refused(refused)),
        }
    });
}

/// Keeps elements in the dimensions `given`, if they fit; without any in their `own`, which fit, or are `None` if there are too many.
#[cfg_attr(not(feature = "alloc"), inline(always))]
fn keep<S: Source>(
    owner: &'static Callsite,
    source: S,
    given: Option<&[usize]>,
    own: Option<&[usize]>,
    note: &Note<'_>,
) {
    #[cfg(feature = "alloc")]
    with_admitted(owner, |store, place| {
        keep_elements(store, owner, place, source, given, own, note)
    });
    #[cfg(not(feature = "alloc"))]
    keep_in_region(owner, source, given, own, note, |form, fits, write| {
        push_if_admitted(owner, form, fits, note, write);
    });
}

/// Keeps elements in the shape of the line, in their own, or, if that does not fit, flat, which is counted.
#[cfg(feature = "alloc")]
fn keep_elements<S: Source>(
    store: &Store,
    owner: &'static Callsite,
    place: Place,
    source: S,
    given: Option<&[usize]>,
    own: Option<&[usize]>,
    note: &Note<'_>,
) -> Kept {
    let Place::Heap(ring) = place else {
        return keep_in_region(owner, source, given, own, note, |form, fits, write| {
            push_to_region(store, owner, form, fits, note, write)
        });
    };
    let flat = [source.len()];
    let (shape, fits) = shape_of(given, own, &flat);
    let kept = Target { store, ring, note }.keep(source, shape)?;
    stop_at_nan(store, owner, kept.has_nan);
    Ok((!fits || kept.shortened).then_some(Event::Mismatched))
}

/// The dimensions to keep a value with, and whether they are the wanted ones.
#[inline(always)]
fn shape_of<'a>(
    given: Option<&'a [usize]>,
    own: Option<&'a [usize]>,
    flat: &'a [usize; 1],
) -> (&'a [usize], bool) {
    match (given, own) {
        (None, Some(own)) => (own, true),
        (Some(shape), _) if fits(shape, flat[0]) => (shape, true),
        _ => (flat, false),
    }
}

fn stop_at_nan(store: &Store, owner: &'static Callsite, has_nan: bool) {
    if has_nan {
        store.stop_at_nan(owner);
    }
}

/// The dimensions of the value itself: `flat` for one dimension, in `room` for more. `None` if there are too many.
#[inline(always)]
fn own_shape<'a, V: Plain + ?Sized>(
    value: &V,
    flat: &'a [usize; 1],
    room: &'a mut [usize; MAX_RANK],
) -> Option<&'a [usize]> {
    match V::RANK {
        0 => Some(&[]),
        1 => Some(flat),
        2..=MAX_RANK => {
            value.dims(room);
            Some(&room[..V::RANK])
        }
        _ => None,
    }
}

/// Whether `dims` are a shape of `length` elements. False if the product overflows.
#[inline(always)]
fn fits(dims: &[usize], length: usize) -> bool {
    let product = || dims.iter().try_fold(1_usize, |product, &dim| product.checked_mul(dim));
    // With a zero, the product of the others may overflow.
    let product = if dims.contains(&0) { Some(0) } else { product() };
    dims.len() <= MAX_RANK && product == Some(length)
}

/// Calls `push` with the form of a value, whether its shape is the wanted one, and a function that writes its elements into the ring
/// of the key in given memory.
#[inline(always)]
fn keep_in_region<S: Source, R>(
    owner: &'static Callsite,
    source: S,
    given: Option<&[usize]>,
    own: Option<&[usize]>,
    note: &Note<'_>,
    push: impl FnOnce(&mut Form<'_>, bool, &mut dyn FnMut(&mut [u8]) -> usize) -> R,
) -> R {
    let flat = [source.len()];
    let (shape, fits) = shape_of(given, own, &flat);
    let mut form = Form {
        stamp: Stamp { sequence: 0, thread: thread() },
        kind: S::Element::KIND,
        shape,
        indices: note.indices,
        length: source.len(),
        size: source.len().saturating_mul(S::Element::SIZE).min(MAX_RING + 1),
    };
    #[cfg(feature = "std")]
    let is_made = source.as_slice().is_none();
    let (mut source, mut has_nan) = (Some(source), false);
    let pushed = push(&mut form, fits, &mut |bytes| {
        // An iterator is a user's code. Without `std` nothing would wait for it.
        #[cfg(feature = "std")]
        let _held = is_made.then(|| Held::begin(owner));
        let count = source.take().map_or(0, |source| source.write_to(bytes));
        if PROCESS.stops_at_nan() {
            let mut elements = bytes.chunks_exact(S::Element::SIZE).take(count);
            has_nan = elements.any(|bytes| S::Element::read(bytes).is_nan());
        }
        count
    });
    // Checked first: in a program that never sets it, the compiler removes this code.
    if PROCESS.stops_at_nan() {
        stop_at_nan(&PROCESS, owner, has_nan);
    }
    pushed
}

/// Not generic over the element type, to save flash.
#[cfg(not(feature = "alloc"))]
#[inline(never)]
fn push_if_admitted(
    owner: &'static Callsite,
    form: &mut Form<'_>,
    fits: bool,
    note: &Note<'_>,
    write: &mut dyn FnMut(&mut [u8]) -> usize,
) {
    with_admitted(owner, |store, _| push_to_region(store, owner, form, fits, note, write));
}

/// Pushes a value into the ring of the key, which is carved for the first value.
#[cfg_attr(feature = "alloc", inline(never))]
fn push_to_region(
    store: &Store,
    owner: &'static Callsite,
    form: &mut Form<'_>,
    fits: bool,
    note: &Note<'_>,
    write: &mut dyn FnMut(&mut [u8]) -> usize,
) -> Kept {
    let mut ring = change_ring(owner).ok_or(Refused::Busy)?;
    let ring = match &mut *ring {
        Some(ring) => ring,
        none => none.insert(carve_ring(store, owner, form, note)?),
    };
    let limit = match (note.keep, note.room) {
        (0, 0) => store.explicit_max_size(),
        (keep, _) => keep,
    };
    form.stamp.sequence = next_in_region()?;
    let shortened = ring.push(form, limit, write)?;
    Ok((!fits || shortened).then_some(Event::Mismatched))
}

/// The ring of a key, made for its first value.
#[cold]
#[inline(never)]
fn carve_ring(
    store: &Store,
    owner: &'static Callsite,
    first: &Form<'_>,
    note: &Note<'_>,
) -> Result<Ring<'static>, Refused> {
    let max_size = store.explicit_max_size();
    let (wanted, least) = ring_size(owner.key(), first, note.keep, note.room, max_size);
    Ring::create(carve(wanted, least)?, owner.key())
}

#[cfg(feature = "alloc")]
impl Callsite {
    /// The steady state: a small value of the same form as the open chunk, in the store of the process. `tests/instructions.rs`
    /// guards its length.
    #[inline(always)]
    fn record_quickly<V: Plain + ?Sized>(
        &'static self,
        key: &'static &'static str,
        value: &V,
        note: &Note<'_>,
    ) {
        let values = value.flat();
        let (flat, mut room) = ([values.len()], [0; MAX_RANK]);
        let is_quick =
            size_of_val(values) <= SMALL && scope::is_process_active() && !PROCESS.stops_at_nan();
        if let (true, Some(ring)) = (is_quick, self.ring_number()) {
            if let Some(incoming) = incoming(value, note, &flat, &mut room) {
                if let Some(mut heap) = PROCESS.heap.try_lock() {
                    if !heap.append_quickly(ring, values, &incoming) {
                        self.record_in_next_chunk(heap, key, value, note);
                    }
                    return;
                }
            }
        }
        self.record_slowly(key, value, note);
    }

    /// The open chunk is full, or of another form.
    #[cold]
    #[inline(never)]
    fn record_in_next_chunk<V: Plain + ?Sized>(
        &'static self,
        mut heap: MutexGuard<'_, Heap>,
        key: &'static &'static str,
        value: &V,
        note: &Note<'_>,
    ) {
        let values = value.flat();
        let (flat, mut room) = ([values.len()], [0; MAX_RANK]);
        let incoming = incoming(value, note, &flat, &mut room);
        let step = self
            .ring_number()
            .zip(incoming)
            .map(|(ring, incoming)| heap.append_to_next_chunk(ring, values, &incoming));
        let appended = matches!(&step, Some(Step::Done(())));
        drop(heap);
        // Drops the chunk that the step removed, when no lock is held.
        drop(step);
        if !appended {
            self.record_slowly(key, value, note);
        }
    }

    /// The number of the key's ring on the heap, if the key is admitted and has one.
    #[inline(always)]
    fn ring_number(&self) -> Option<usize> {
        // With any other bit set or without a ring, the number is too large for a ring.
        let number = (self.known_owner()?.state() ^ state::ADMITTED).wrapping_sub(1);
        (number < state::RING).then_some(number as usize)
    }

    /// Keeps a text as a `String`.
    #[cold]
    #[inline(never)]
    pub fn record_text(&'static self, key: &'static &'static str, text: &str, note: &Note<'_>) {
        self.record_made(key, note, || {
            let mut copy = String::new();
            copy.try_reserve_exact(text.len()).ok()?;
            copy.push_str(text);
            Some(copy)
        });
    }

    /// Keeps the result of `make`, which runs only if the key is recorded.
    #[cold]
    #[inline(never)]
    pub fn record_made<T: Any + Send + Sync>(
        &'static self,
        key: &'static &'static str,
        note: &Note<'_>,
        make: impl FnOnce() -> Option<T>,
    ) {
        let owner = self.owner(key);
        with_admitted(owner, |store, place| keep_made(store, place, note, make));
    }

    /// Keeps a value of any type: as numbers if it is plain data after all or has a conversion, otherwise as a clone.
    #[cold]
    #[inline(never)]
    pub fn record_value<T: Clone + Any + Send + Sync>(
        &'static self,
        key: &'static &'static str,
        value: &T,
        note: &Note<'_>,
    ) {
        if self.record_numbers(key, value, note) {
            return;
        }
        let owner = self.owner(key);
        with_admitted(owner, |store, place| {
            let Some(conversion) = store.conversion(TypeId::of::<T>()) else {
                return keep_made(store, place, note, || Some(value.clone()));
            };
            let failed = Failed { store, owner };
            let array = conversion.run(value);
            core::mem::forget(failed);
            match array {
                Some(Ok(array)) => keep_array(store, owner, place, array, note),
                Some(Err(message)) => {
                    store.set_message(owner, message);
                    Ok(Some(Event::Unconverted))
                }
                None => Ok(None),
            }
        });
    }

    /// Records a value that is plain data after all, as in code that is generic over any type. Returns whether it is.
    fn record_numbers(
        &'static self,
        key: &'static &'static str,
        value: &dyn Any,
        note: &Note<'_>,
    ) -> bool {
        macro_rules! try_each {
            ($($kind:ident $element:ident, $dtype:expr, $zero:expr, $read:expr, $f64:expr;)+) => {$(
                if let Some(scalar) = value.downcast_ref::<$element>() {
                    self.record_slowly(key, scalar, note);
                    return true;
                }
                if let Some(values) = value.downcast_ref::<Vec<$element>>() {
                    self.record_slowly(key, values, note);
                    return true;
                }
            )+};
        }
        primitives!(try_each);
        false
    }

    /// Keeps a slice of cloneable values as numbers if its elements are plain data after all, otherwise as a `Vec`.
    #[cold]
    #[inline(never)]
    pub fn record_items<T: Clone + Any + Send + Sync>(
        &'static self,
        key: &'static &'static str,
        items: &[T],
        note: &Note<'_>,
    ) {
        macro_rules! try_each {
            ($($kind:ident $element:ident, $dtype:expr, $zero:expr, $read:expr, $f64:expr;)+) => {$(
                if TypeId::of::<T>() == TypeId::of::<$element>() {
                    let element = |item: &T| (item as &dyn Any).downcast_ref().copied();
                    let elements = items.iter().map(|item| element(item).unwrap_or($element::ZERO));
                    return self.record_source(key, Elements::new(elements), None, note);
                }
            )+};
        }
        primitives!(try_each);
        self.record_made(key, note, || {
            let mut copy = Vec::new();
            copy.try_reserve_exact(items.len()).ok()?;
            copy.extend_from_slice(items);
            Some(copy)
        });
    }
}

/// The value's description for the ring. `None` if the shape does not fit the value, or the thread has no number yet.
#[cfg(feature = "alloc")]
#[inline(always)]
fn incoming<'a, V: Plain + ?Sized>(
    value: &V,
    note: &'a Note<'_>,
    flat: &'a [usize; 1],
    room: &'a mut [usize; MAX_RANK],
) -> Option<Incoming<'a>> {
    let shape = match note.shape {
        Some(shape) if fits(shape, flat[0]) => shape,
        Some(_) => return None,
        None => own_shape(value, flat, room)?,
    };
    Some(Incoming { shape, indices: note.indices, keep: note.keep, thread: known_thread()? })
}

/// Keeps a value that is not plain data.
#[cfg(feature = "alloc")]
fn keep_made<T: Any + Send + Sync>(
    store: &Store,
    place: Place,
    note: &Note<'_>,
    make: impl FnOnce() -> Option<T>,
) -> Kept {
    let Place::Heap(ring) = place else { return Err(Refused::NotPlain) };
    let value = make().ok_or(Refused::NoMemory)?;
    Target { store, ring, note }.keep_opaque(value)?;
    Ok(note.shape.map(|_| Event::ShapeIgnored))
}

/// Keeps the result of a conversion.
#[cfg(feature = "alloc")]
fn keep_array(
    store: &Store,
    owner: &'static Callsite,
    place: Place,
    array: Array,
    note: &Note<'_>,
) -> Kept {
    let Array { shape: own, buffer } = array;
    let Place::Heap(ring) = place else {
        return with_buffer!(&buffer, values => {
            let given = note.shape.unwrap_or(own.as_slice());
            keep_elements(store, owner, place, &values[..], Some(given), None, note)
        });
    };
    let length = length_of(&buffer);
    let (flat, shape) = ([length], note.shape.unwrap_or(own.as_slice()));
    let fits = fits(shape, length);
    let target = Target { store, ring, note };
    let kept = target.keep_buffer(buffer, if fits { shape } else { &flat })?;
    stop_at_nan(store, owner, kept.has_nan);
    Ok((!fits).then_some(Event::Mismatched))
}

/// Counts a conversion that panics.
#[cfg(feature = "alloc")]
struct Failed<'a> {
    store: &'a Store,
    owner: &'static Callsite,
}

#[cfg(feature = "alloc")]
impl Drop for Failed<'_> {
    fn drop(&mut self) {
        self.store.count(self.owner, Event::Unconverted);
        self.store.set_message(self.owner, String::from("it panicked"));
    }
}

/// The hits of a line with `every`. Not public API.
pub struct Hits(spin::Mutex<usize>);

impl Hits {
    /// No hits.
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Hits {
        Hits(spin::Mutex::new(0))
    }

    /// Whether this is the first of `every` hits. Also true for a hit in a handler that interrupted another hit of the line.
    #[cold]
    #[inline(never)]
    pub fn nth(&self, every: usize) -> bool {
        let Some(mut hits) = super::sync::lock(&self.0) else { return true };
        let first = *hits == 0;
        *hits = if *hits + 1 >= every { 0 } else { *hits + 1 };
        first
    }
}
