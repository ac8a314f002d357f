//! A chunk: contiguous values of one key, one element type, one shape and one number of indices.
//!
//! The newest chunk of a ring is open: it belongs to the ring alone, and values are appended to it. The others are sealed, and never
//! change again, so a snapshot can share them: a reader needs no lock, and a value needs no allocation of its own. A value that is
//! large, or not plain data, is a chunk by itself.

/// When, and on which thread, a value was captured.
#[derive(Clone, Copy)]
pub(crate) struct Stamp {
    /// The position among all captures of the store.
    pub sequence: u64,
    /// See [`Value::thread`](super::value::Value::thread).
    pub thread: u32,
}

/// The largest number of indices that are kept with a value.
pub(crate) const MAX_INDICES: usize = 4;

#[cfg(all(feature = "capture", feature = "alloc"))]
pub(crate) use heap::{Chunk, Data, Opaque, Part};

#[cfg(all(feature = "capture", feature = "alloc"))]
mod heap {
    use alloc::{boxed::Box, string::String, vec::Vec};
    use core::{any::Any, fmt, mem, ops::Range};

    use once_cell::race::OnceBox;

    use super::super::element::{Buffer, Buffered, Element, Kind, Shape, with_buffer};
    use super::super::share::{Pool, Pooled, Shared, slot_size, try_box};
    use super::super::source::Source;
    use super::super::summary::Summary;
    use super::Stamp;

    /// A run of values of one form: `len` of them, with their marks, indices and elements at the same positions.
    // In this order: the fields that an append reads come first, on two cache lines.
    #[repr(C)]
    pub(crate) struct Chunk {
        pub data: Data,
        /// One for each value.
        pub marks: Vec<Mark>,
        /// The number of values. In a chunk for small values, elements, marks and indices are longer: the excess is room for
        /// further values.
        len: usize,
        /// The sequence that marks count from.
        base: u64,
        /// The number of indices of each value.
        pub index_rank: usize,
        pub shape: Shape,
        pub key: &'static str,
        /// The number of elements of each value.
        pub stride: usize,
        /// `index_rank` for each value.
        pub indices: Vec<i64>,
        /// The position of the first value among all that its ring took in.
        pub first: u64,
        /// The values of the ring before these that are not plain data.
        pub opaque_before: u64,
        /// The elements as bytes, made for the first reader that needs them.
        bytes: OnceBox<[Vec<u8>; 1]>,
    }

    /// A [`Stamp`] in half the bytes.
    #[derive(Clone, Copy)]
    pub(crate) struct Mark {
        /// The sequence, counted from [`Chunk::base`].
        after: u32,
        thread: u32,
    }

    impl Mark {
        /// `None` if the sequence is too far from `base`.
        #[inline(always)]
        fn new(stamp: Stamp, base: u64) -> Option<Mark> {
            let after = u32::try_from(stamp.sequence.wrapping_sub(base)).ok()?;
            Some(Mark { after, thread: stamp.thread })
        }
    }

    /// Some values of a chunk.
    #[derive(Clone)]
    pub(crate) struct Part {
        pub chunk: Shared<Chunk>,
        /// The number of the first value of the part; earlier values of the chunk are gone.
        pub start: usize,
    }

    impl Part {
        /// The values of a chunk from `position` on.
        pub(crate) fn of(chunk: Shared<Chunk>, position: u64) -> Part {
            let start = position.saturating_sub(chunk.first) as usize;
            Part { chunk, start }
        }

        /// The number of values.
        pub(crate) fn len(&self) -> usize {
            self.chunk.len() - self.start
        }
    }

    /// The elements of a chunk, or its one value that is not plain data.
    pub(crate) enum Data {
        Plain(Buffer),
        /// One value of a user's type, or a text.
        Opaque(Box<dyn Opaque>),
    }

    impl Data {
        /// The size in bytes.
        pub(crate) fn size(&self) -> usize {
            match self {
                Data::Plain(buffer) => buffer.capacity_in_bytes(),
                Data::Opaque(value) => value.size(),
            }
        }
    }

    /// A value that is not plain data, in a box that [`try_box`] has made.
    pub(crate) trait Opaque: Send + Sync {
        /// The value itself.
        fn value(&self) -> &dyn Any;
        /// The name of its type, with all paths.
        fn type_name(&self) -> &'static str;
        /// The size in bytes, as far as it can be known.
        fn size(&self) -> usize;
    }

    impl<T: Any + Send + Sync> Opaque for [T; 1] {
        fn value(&self) -> &dyn Any {
            &self[0]
        }

        fn type_name(&self) -> &'static str {
            core::any::type_name::<T>()
        }

        fn size(&self) -> usize {
            let bytes = |text: &String| text.capacity();
            let text = self.value().downcast_ref().map_or(0, bytes);
            let texts = self.value().downcast_ref::<Vec<String>>().map_or(0, |texts| {
                texts.capacity() * size_of::<String>() + texts.iter().map(bytes).sum::<usize>()
            });
            size_of::<T>() + text + texts
        }
    }

    impl Pooled for Chunk {
        fn pool() -> &'static Pool<Chunk> {
            static POOL: Pool<Chunk> = Pool::new();
            &POOL
        }
    }

    impl Chunk {
        /// A chunk without values and without room for any.
        pub(crate) const fn empty(key: &'static str) -> Chunk {
            Chunk {
                key,
                shape: Shape::SCALAR,
                stride: 1,
                data: Data::Plain(Buffer::U8(Vec::new())),
                marks: Vec::new(),
                indices: Vec::new(),
                index_rank: 0,
                len: 0,
                base: 0,
                first: 0,
                opaque_before: 0,
                bytes: OnceBox::new(),
            }
        }

        /// The number of values.
        #[inline]
        pub(crate) fn len(&self) -> usize {
            self.len
        }

        /// The position after the last value.
        pub(crate) fn end(&self) -> u64 {
            self.first + self.len() as u64
        }

        /// The bytes that this chunk counts against the budget.
        pub(crate) fn cost(&self) -> usize {
            Chunk::cost_of(self.data.size(), self.marks.capacity(), self.indices.capacity())
        }

        /// The cost of a chunk with `data` bytes of elements and room for this many marks and indices.
        pub(crate) const fn cost_of(data: usize, marks: usize, indices: usize) -> usize {
            /// The chunk and its slot.
            const BOOKKEEPING: usize = size_of::<Chunk>() + slot_size::<Chunk>();
            let marks = marks * size_of::<Mark>() + indices * size_of::<i64>();
            data.saturating_add(BOOKKEEPING + marks)
        }

        /// Makes this a chunk for values of another form, without values. Buffers of the right type are kept.
        fn reform<E: Element>(&mut self, shape: Shape, stride: usize, index_rank: usize) {
            self.clear();
            if !matches!(&self.data, Data::Plain(buffer) if E::of(buffer).is_some()) {
                self.data = Data::Plain(E::buffer());
            }
            self.shape = shape;
            self.stride = stride;
            self.index_rank = index_rank;
        }

        /// Makes this a chunk in which [`append`](Chunk::append) has room for `count` values of this form, the first with the
        /// sequence `base`.
        pub(crate) fn prepare<E: Element>(
            &mut self,
            base: u64,
            shape: Shape,
            stride: usize,
            index_rank: usize,
            count: usize,
        ) -> Option<()> {
            self.reform::<E>(shape, stride, index_rank);
            self.base = base;
            let Data::Plain(buffer) = &mut self.data else { return None };
            resize(E::of_mut(buffer)?, count.checked_mul(stride)?, E::ZERO)?;
            resize(&mut self.marks, count, Mark { after: 0, thread: 0 })?;
            resize(&mut self.indices, count.checked_mul(index_rank)?, 0)
        }

        /// Makes this a chunk on which [`push_source`](Chunk::push_source) may be called `count` times.
        pub(crate) fn reserve<E: Element>(
            &mut self,
            shape: Shape,
            stride: usize,
            index_rank: usize,
            count: usize,
        ) -> Option<()> {
            self.reform::<E>(shape, stride, index_rank);
            let Data::Plain(buffer) = &mut self.data else { return None };
            let data = E::of_mut(buffer)?;
            data.clear();
            self.marks.clear();
            self.indices.clear();
            data.try_reserve_exact(count.checked_mul(stride)?).ok()?;
            self.marks.try_reserve_exact(count).ok()?;
            self.indices.try_reserve_exact(count.checked_mul(index_rank)?).ok()
        }

        /// Whether this is a chunk for exactly one value.
        pub(crate) fn is_for_one(&self) -> bool {
            self.marks.capacity() == 1
        }

        /// Makes `data` the one value of this chunk. Returns its former data, as dropping them may run a user's code.
        /// [`push_stamp`](Chunk::push_stamp) must follow.
        pub(crate) fn hold(
            &mut self,
            data: Data,
            shape: Shape,
            stride: usize,
            indices: &[i64],
        ) -> Option<Data> {
            self.clear();
            self.marks.clear();
            self.indices.clear();
            self.marks.try_reserve_exact(1).ok()?;
            self.indices.try_reserve_exact(indices.len()).ok()?;
            self.indices.extend_from_slice(indices);
            (self.shape, self.stride, self.index_rank) = (shape, stride, indices.len());
            Some(mem::replace(&mut self.data, data))
        }

        /// Appends a small value. False if it has another form than this chunk, or there is no room.
        ///
        /// `tests/instructions.rs` guards its length, which is most of the cost of a capture.
        #[inline(always)]
        pub(crate) fn append<E: Element>(
            &mut self,
            values: &[E],
            shape: &[usize],
            indices: &[i64],
            stamp: Stamp,
        ) -> bool {
            let Data::Plain(buffer) = &mut self.data else { return false };
            let Some(data) = E::of_mut(buffer) else { return false };
            if !self.shape.is(shape) || self.index_rank != indices.len() {
                return false;
            }
            let position = self.len;
            let Some(to_mark) = self.marks.get_mut(position) else { return false };
            let Some(mark) = Mark::new(stamp, self.base) else { return false };
            let Some(to) = room_at(data, position, values.len()) else { return false };
            *to_mark = mark;
            if !indices.is_empty() {
                let Some(to) = room_at(&mut self.indices, position, indices.len()) else {
                    return false;
                };
                copy(indices, to);
            }
            self.len = position + 1;
            copy(values, to);
            true
        }

        /// The number of values of `length` elements and `rank` indices that fit the buffers.
        pub(crate) fn room_for<E: Element>(&self, length: usize, rank: usize) -> usize {
            let Data::Plain(buffer) = &self.data else { return 0 };
            let Some(data) = E::of(buffer) else { return 0 };
            let by_data = data.capacity().checked_div(length).unwrap_or(usize::MAX);
            let by_indices = self.indices.capacity().checked_div(rank).unwrap_or(usize::MAX);
            self.marks.capacity().min(by_data).min(by_indices)
        }

        /// Whether the values have this type, shape and number of indices.
        pub(crate) fn is_like<E: Element>(&self, shape: &Shape, rank: usize) -> bool {
            let is_of_type = matches!(&self.data, Data::Plain(buffer) if E::of(buffer).is_some());
            is_of_type && self.shape == *shape && self.index_rank == rank
        }

        /// Forgets all values. The buffers stay.
        pub(crate) fn clear(&mut self) {
            self.len = 0;
            self.bytes = OnceBox::new();
        }

        /// Appends the elements and the indices of a value, after [`reserve`](Chunk::reserve), and returns the number of elements.
        /// [`push_stamp`](Chunk::push_stamp) must follow.
        pub(crate) fn push_source<S: Source>(&mut self, source: S, indices: &[i64]) -> usize {
            let Data::Plain(buffer) = &mut self.data else { return 0 };
            let Some(data) = S::Element::of_mut(buffer) else { return 0 };
            let before = data.len();
            source.append_to(data);
            self.indices.extend_from_slice(indices);
            data.len() - before
        }

        /// Completes a value after [`push_source`](Chunk::push_source) or [`hold`](Chunk::hold). [`follows`](Chunk::follows) must
        /// be true.
        pub(crate) fn push_stamp(&mut self, stamp: Stamp) {
            if self.len == 0 {
                self.base = stamp.sequence;
            }
            self.marks.extend(Mark::new(stamp, self.base));
            self.len = self.marks.len();
        }

        /// Whether a value may be in a chunk whose first value has the sequence `base`.
        pub(crate) fn follows(base: u64, stamp: Stamp) -> bool {
            Mark::new(stamp, base).is_some()
        }

        /// A new chunk with copies of the values from number `start` on.
        pub(crate) fn copy(&self, start: usize) -> Option<Chunk> {
            let mut copy = Chunk::empty(self.key);
            let Data::Plain(buffer) = &self.data else { return None };
            let count = self.len() - start;
            with_buffer!(buffer, values => {
                copy.copy_elements(&values[start * self.stride..self.len * self.stride], self, count)?;
            });
            copy.marks.extend_from_slice(&self.marks[start..self.len]);
            copy.base = self.base;
            copy.indices.extend_from_slice(
                &self.indices[start * self.index_rank..self.len * self.index_rank],
            );
            copy.len = count;
            copy.first = self.first + start as u64;
            Some(copy)
        }

        /// Takes the form of `other`, with room for `count` values, and `values` as their elements.
        fn copy_elements<E: Element>(
            &mut self,
            values: &[E],
            other: &Chunk,
            count: usize,
        ) -> Option<()> {
            self.reserve::<E>(other.shape, other.stride, other.index_rank, count)?;
            let Data::Plain(buffer) = &mut self.data else { return None };
            E::of_mut(buffer)?.extend_from_slice(values);
            Some(())
        }

        /// Forgets the first `count` values.
        pub(crate) fn drop_front(&mut self, count: usize) {
            let count = count.min(self.len);
            let (stride, rank) = (self.stride, self.index_rank);
            if let Data::Plain(buffer) = &mut self.data {
                with_buffer!(buffer, values => {
                    values.copy_within(count * stride..self.len * stride, 0);
                });
            }
            self.marks.copy_within(count..self.len, 0);
            self.indices.copy_within(count * rank..self.len * rank, 0);
            self.len -= count;
            self.first += count as u64;
            self.bytes = OnceBox::new();
        }

        /// The key of all values.
        pub(crate) fn key(&self) -> &'static str {
            self.key
        }

        /// The shape of each.
        pub(crate) fn shape(&self) -> &Shape {
            &self.shape
        }

        /// The stamps of the values from number `start` on.
        #[inline]
        pub(crate) fn stamps(&self, start: usize) -> impl Iterator<Item = Stamp> {
            self.marks[start..self.len].iter().map(|mark| self.stamp_of(mark))
        }

        /// The stamp of a value.
        #[inline]
        pub(crate) fn stamp(&self, position: usize) -> Stamp {
            self.stamp_of(&self.marks[position])
        }

        /// A mark as it is shown: sequences are kept as differences from `base`.
        #[inline]
        fn stamp_of(&self, mark: &Mark) -> Stamp {
            Stamp { sequence: self.base + u64::from(mark.after), thread: mark.thread }
        }

        /// Whether any value from number `start` on is from a thread other than the first.
        pub(crate) fn has_threads(&self, start: usize) -> bool {
            // Reads all of them without an early exit, several at a time.
            self.marks[start..self.len].iter().fold(0, |all, mark| all | mark.thread) != 0
        }

        /// The number of values with a smaller sequence than `end`.
        pub(crate) fn count_before(&self, end: u64) -> usize {
            let is_before = |mark: &Mark| self.stamp_of(mark).sequence < end;
            let marks = &self.marks[..self.len];
            // Mostly it is all of them.
            if marks.last().is_some_and(is_before) {
                marks.len()
            } else {
                marks.partition_point(is_before)
            }
        }

        /// `None` if the values are not plain data.
        pub(crate) fn kind(&self) -> Option<Kind> {
            match &self.data {
                Data::Plain(buffer) => Some(buffer.kind()),
                Data::Opaque(_) => None,
            }
        }

        /// The indices of a value.
        pub(crate) fn indices_of(&self, position: usize) -> &[i64] {
            &self.indices[position * self.index_rank..][..self.index_rank]
        }

        /// Where the elements of a value lie.
        fn range(&self, position: usize) -> Range<usize> {
            position * self.stride..(position + 1) * self.stride
        }

        /// The elements of a value, if they are of this type.
        #[inline]
        pub(crate) fn slice<E: Element>(&self, position: usize) -> Option<&[E]> {
            match &self.data {
                Data::Plain(buffer) => {
                    E::of(buffer)?.get(position * self.stride..)?.get(..self.stride)
                }
                Data::Opaque(_) => None,
            }
        }

        /// The value, if it is not plain data.
        pub(crate) fn opaque(&self) -> Option<&dyn Opaque> {
            match &self.data {
                Data::Plain(_) => None,
                Data::Opaque(value) => Some(&**value),
            }
        }

        /// The elements of a value, little-endian.
        ///
        /// # Panics
        ///
        /// If there is no memory for the bytes of the chunk, which are made at the first call and kept.
        pub(crate) fn bytes(&self, position: usize) -> &[u8] {
            let Data::Plain(buffer) = &self.data else { return &[] };
            let Range { start, end } = self.range(position);
            if let Buffer::U8(bytes) = buffer {
                return &bytes[start..end];
            }
            let size = buffer.kind().size();
            if self.bytes.get().is_none() {
                let bytes = to_bytes(buffer).and_then(|bytes| try_box(bytes).ok());
                let bytes = bytes.expect("no memory for the bytes of a captured value");
                // A reader that loses the race drops its own.
                drop(self.bytes.set(bytes));
            }
            self.bytes.get().map_or(&[], |[bytes]| &bytes[start * size..end * size])
        }

        /// The summary of a value.
        pub(crate) fn summary(&self, position: usize) -> Summary {
            match &self.data {
                Data::Plain(buffer) => with_buffer!(buffer, values => {
                    Summary::of(values[self.range(position)].iter().copied())
                }),
                Data::Opaque(_) => Summary::default(),
            }
        }

        /// The elements from value `start` on, if they are bytes.
        pub(crate) fn raw_bytes(&self, start: usize) -> Option<&[u8]> {
            match &self.data {
                Data::Plain(Buffer::U8(bytes)) => {
                    Some(&bytes[start * self.stride..self.len * self.stride])
                }
                _ => None,
            }
        }

        /// Writes elements from number `first` on, little-endian, as many as fit `to`.
        pub(crate) fn write_elements(&self, first: usize, to: &mut [u8]) {
            fn write<E: Element>(values: &[E], to: &mut [u8]) {
                E::write(&values[..to.len() / E::SIZE], to);
            }
            if let Data::Plain(buffer) = &self.data {
                with_buffer!(buffer, values => write(&values[first..], to));
            }
        }

        /// Passes the elements of the values from `start` up to `end` to `sink`, as little-endian bytes in pieces.
        pub(crate) fn stream(
            &self,
            start: usize,
            end: usize,
            sink: &mut dyn FnMut(&[u8]) -> fmt::Result,
        ) -> fmt::Result {
            let Data::Plain(buffer) = &self.data else { return Ok(()) };
            if let Buffer::U8(bytes) = buffer {
                return sink(&bytes[start * self.stride..end * self.stride]);
            }
            with_buffer!(buffer, values => {
                stream(&values[start * self.stride..end * self.stride], sink)
            })
        }
    }

    /// The place of the value after `position` others, each of `length` elements.
    #[inline(always)]
    fn room_at<T>(all: &mut [T], position: usize, length: usize) -> Option<&mut [T]> {
        all.get_mut(position * length..)?.get_mut(..length)
    }

    /// Copies, for a scalar without a call to `memcpy`.
    #[inline(always)]
    fn copy<T: Copy>(from: &[T], to: &mut [T]) {
        match (from, to) {
            ([from], [to]) => *to = *from,
            (from, to) => to.copy_from_slice(from),
        }
    }

    /// Makes `all` exactly `count` long; `None` if there is no memory.
    fn resize<T: Copy>(all: &mut Vec<T>, count: usize, zero: T) -> Option<()> {
        all.try_reserve_exact(count.saturating_sub(all.len())).ok()?;
        all.resize(count, zero);
        Some(())
    }

    /// All elements as little-endian bytes; `None` if there is no memory.
    fn to_bytes(buffer: &Buffer) -> Option<Vec<u8>> {
        with_buffer!(buffer, values => elements_to_bytes(values))
    }

    fn elements_to_bytes<E: Element>(values: &[E]) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(size_of_val(values)).ok()?;
        bytes.resize(size_of_val(values), 0);
        E::write(values, &mut bytes);
        Some(bytes)
    }

    /// Passes elements to `sink` as little-endian bytes, converted on the stack in pieces, so it needs no heap.
    fn stream<E: Element>(values: &[E], sink: &mut dyn FnMut(&[u8]) -> fmt::Result) -> fmt::Result {
        let mut scratch = [0; 512];
        for piece in values.chunks(scratch.len() / E::SIZE) {
            let bytes = &mut scratch[..size_of_val(piece)];
            E::write(piece, bytes);
            sink(bytes)?;
        }
        Ok(())
    }
}

/// Without a heap there are no chunks, so this type has no values.
#[cfg(not(all(feature = "capture", feature = "alloc")))]
mod no_heap {
    use super::super::element::{Element, Kind, Shape};
    use super::super::summary::Summary;
    use super::Stamp;

    pub(crate) enum Chunk {}

    impl Chunk {
        pub(crate) fn key(&self) -> &'static str {
            match *self {}
        }

        pub(crate) fn shape(&self) -> &Shape {
            match *self {}
        }

        pub(crate) fn kind(&self) -> Option<Kind> {
            match *self {}
        }

        pub(crate) fn stamp(&self, _: usize) -> Stamp {
            match *self {}
        }

        pub(crate) fn indices_of(&self, _: usize) -> &[i64] {
            match *self {}
        }

        pub(crate) fn slice<E: Element>(&self, _: usize) -> Option<&[E]> {
            match *self {}
        }

        pub(crate) fn bytes(&self, _: usize) -> &[u8] {
            match *self {}
        }

        pub(crate) fn summary(&self, _: usize) -> Summary {
            match *self {}
        }

        pub(crate) fn stream(
            &self,
            _: usize,
            _: usize,
            _: &mut dyn FnMut(&[u8]) -> core::fmt::Result,
        ) -> core::fmt::Result {
            match *self {}
        }
    }
}

#[cfg(not(all(feature = "capture", feature = "alloc")))]
pub(crate) use no_heap::Chunk;

#[cfg(all(feature = "capture", feature = "alloc"))]
#[cfg(test)]
mod tests {
    use alloc::{string::String, vec::Vec};

    use super::super::element::Shape;
    use super::super::share::{Unique, slot_size};
    use super::{Chunk, Part, Stamp};

    /// A chunk of pairs of `f32`, each with an index, for the captures from number 100 on: every second one, of threads 0, 0, 2, 3 ...
    fn pairs(room: usize, count: usize) -> Chunk {
        let mut chunk = Chunk::empty("a");
        chunk.prepare::<f32>(100, Shape::new(&[2]), 2, 1, room).expect("memory");
        chunk.first = 50;
        for nth in 0..count {
            let thread = if nth < 2 { 0 } else { nth as u32 };
            let stamp = Stamp { sequence: 100 + 2 * nth as u64, thread };
            let n = nth as f32;
            assert!(chunk.append(&[n, -n], &[2], &[nth as i64], stamp));
        }
        chunk
    }

    /// Checks that the values of `chunk` are `numbers` of those of [`pairs`].
    fn check(chunk: &Chunk, numbers: core::ops::Range<usize>) {
        assert_eq!(chunk.len(), numbers.len());
        assert_eq!(
            (chunk.first, chunk.end()),
            (50 + numbers.start as u64, 50 + numbers.end as u64)
        );
        for (position, nth) in numbers.enumerate() {
            let n = nth as f32;
            assert_eq!(chunk.slice::<f32>(position), Some(&[n, -n][..]));
            assert_eq!(chunk.indices_of(position), [nth as i64]);
            assert_eq!(chunk.stamp(position).sequence, 100 + 2 * nth as u64);
            assert_eq!(chunk.bytes(position), [n.to_le_bytes(), (-n).to_le_bytes()].concat());
        }
    }

    #[test]
    fn a_chunk_costs_its_elements_marks_indices_itself_and_its_slot() {
        let bookkeeping = size_of::<Chunk>() + slot_size::<Chunk>();
        assert_eq!(Chunk::empty("a").cost(), bookkeeping);
        assert_eq!(Chunk::cost_of(1_000, 10, 20), bookkeeping + 1_000 + 10 * 8 + 20 * 8);
        assert_eq!(pairs(7, 3).cost(), bookkeeping + 7 * (8 + 8 + 8));
        assert_eq!(Chunk::cost_of(usize::MAX - 9, 0, 0), usize::MAX);
    }

    #[test]
    fn a_chunk_has_room_for_what_the_shortest_of_its_buffers_holds() {
        let chunk = pairs(12, 0);
        let room = |length, rank| chunk.room_for::<f32>(length, rank);
        assert_eq!([room(0, 0), room(1, 0), room(2, 1)], [12, 12, 12], "by marks");
        assert_eq!([room(3, 1), room(24, 1), room(25, 1)], [8, 1, 0], "by elements");
        assert_eq!([room(2, 2), room(2, 4)], [6, 3], "by indices");
        assert_eq!(chunk.room_for::<f64>(1, 0), 0);
    }

    #[test]
    fn a_chunk_takes_values_of_its_type_shape_and_number_of_indices() {
        let chunk = pairs(4, 1);
        let (pair, triple) = (Shape::new(&[2]), Shape::new(&[3]));
        assert!(chunk.is_like::<f32>(&pair, 1));
        assert!(!chunk.is_like::<f64>(&pair, 1));
        assert!(!chunk.is_like::<f32>(&triple, 1));
        assert!(!chunk.is_like::<f32>(&pair, 0));
    }

    #[test]
    fn values_keep_their_elements_stamps_and_indices_when_those_before_them_go() {
        for count in [0, 1, 5, 8] {
            for gone in 0..=count + 2 {
                let mut chunk = pairs(8, count);
                check(&chunk, 0..count);
                chunk.drop_front(gone);
                let gone = gone.min(count);
                check(&chunk, gone..count);
                check(&pairs(8, count).copy(gone).expect("memory"), gone..count);
                // And leave room behind them.
                let stamp = Stamp { sequence: 1_000, thread: 0 };
                for position in count - gone..8 {
                    assert!(chunk.append(&[0.5_f32; 2], &[2], &[7], stamp));
                    assert_eq!(chunk.len(), position + 1);
                }
                assert!(!chunk.append(&[0.5_f32; 2], &[2], &[7], stamp));
            }
        }
    }

    #[test]
    fn values_before_a_capture_are_counted() {
        for count in 0..5 {
            let chunk = pairs(8, count);
            for end in 98..112_u64 {
                let before = (0..count as u64).filter(|nth| 100 + 2 * nth < end).count();
                assert_eq!(chunk.count_before(end), before, "{count} values before {end}");
            }
        }
    }

    #[test]
    fn threads_are_looked_for_from_the_first_value_that_counts_to_the_last() {
        let mut chunk = pairs(8, 4);
        assert!(chunk.has_threads(0) && chunk.has_threads(3));
        assert!(!chunk.has_threads(4));
        // Room for further values has no threads, whatever was there.
        chunk.drop_front(4);
        assert!(!chunk.has_threads(0));
        assert!(!pairs(8, 2).has_threads(0));
    }

    #[test]
    fn a_part_begins_with_the_first_value_that_counts() {
        let chunk = Unique::new(pairs(8, 4)).unwrap_or_else(|_| panic!("memory")).share();
        for (position, start) in [(0, 0), (49, 0), (50, 0), (51, 1), (53, 3)] {
            let part = Part::of(chunk.clone(), position);
            assert_eq!((part.start, part.len()), (start, 4 - start));
        }
    }

    #[test]
    fn texts_cost_their_bytes_and_those_of_a_list_their_places_as_well() {
        use super::Opaque;

        let text = |length| String::from_utf8(alloc::vec![b'x'; length]).expect("ascii");
        assert_eq!([7_u16].size(), 2);
        assert_eq!([text(100)].size(), size_of::<String>() + 100);
        let mut texts = Vec::with_capacity(5);
        texts.extend([text(10), text(20)]);
        assert_eq!([texts].size(), size_of::<Vec<String>>() + 5 * size_of::<String>() + 30);
    }
}
