//! Tests of rings in given memory.

extern crate std;

use std::cell::RefCell;
use std::collections::VecDeque;
use std::format;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::string::{String, ToString};
use std::vec::Vec;

use super::*;

/// Stores in their order, as addresses and bytes.
type Stores = Vec<(usize, Vec<u8>)>;

std::thread_local! {
    /// The stores of this thread, while a test asks for them.
    static STORES: RefCell<Option<Stores>> = const { RefCell::new(None) };
}

pub(super) fn stored(bytes: &[u8]) {
    STORES.with_borrow_mut(|stores| {
        let Some(stores) = stores else { return };
        stores.push((bytes.as_ptr().addr(), bytes.to_vec()));
    });
}

/// A value, owned.
#[derive(Clone, Debug, PartialEq)]
struct Owned(u64, Kind, Vec<usize>, Vec<i64>, Vec<u8>);

fn owned(raw: Raw<'_>) -> Owned {
    let indices = raw.indices[..raw.index_rank].to_vec();
    Owned(raw.stamp.sequence, raw.kind, raw.shape.as_slice().to_vec(), indices, raw.bytes.to_vec())
}

fn values(ring: &Ring<'_>) -> Vec<Owned> {
    ring.iter().map(owned).collect()
}

fn recovered(memory: &[u8]) -> Vec<Owned> {
    recover(memory)
        .iter()
        .flat_map(|found| found.rings().flat_map(Reader::values).map(owned).collect::<Vec<_>>())
        .collect()
}

impl Owned {
    fn form(&self) -> Form<'_> {
        let stamp = Stamp { sequence: self.0, thread: 0 };
        let (size, length) = (self.4.len(), self.4.len() / self.1.size());
        Form { stamp, kind: self.1, shape: &self.2, indices: &self.3, length, size }
    }

    fn push(&self, ring: &mut Ring<'_>, limit: usize) -> Result<bool, Refused> {
        ring.push(&self.form(), limit, &mut |bytes| {
            bytes.copy_from_slice(&self.4);
            stored(bytes);
            bytes.len()
        })
    }
}

/// Numbers of xorshift, for histories that differ.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % end
    }

    fn value(&mut self, sequence: u64, largest: usize) -> Owned {
        let kind = [Kind::Bool, Kind::F32, Kind::Usize, Kind::I16][self.below(4)];
        let shape: Vec<usize> = match self.below(4) {
            0 => Vec::new(),
            1 => [self.below(largest)].into(),
            2 => [self.below(4), 1 + self.below(4)].into(),
            _ => [1, 1, 1, 1, 1, 2, 1, 1].into(),
        };
        let size = kind.size() * shape.iter().product::<usize>();
        let indices = (0..self.below(5)).map(|index| -(index as i64)).collect();
        Owned(sequence, kind, shape, indices, (0..size).map(|_| self.below(256) as u8).collect())
    }
}

fn scalar(number: u32) -> Owned {
    Owned(number.into(), Kind::U32, Vec::new(), Vec::new(), number.to_le_bytes().to_vec())
}

#[test]
fn a_ring_holds_the_newest_values_of_any_history() {
    for seed in 1..60 {
        let mut random = Random(seed);
        let size = 200 + random.below(1000);
        let (mut memory, largest) = (std::vec![0xFF; size], size / 8);
        let mut ring = Ring::create(&mut memory, "f.x").unwrap();
        let mut model = VecDeque::new();
        let mut expected = Counts::default();
        for sequence in 0..2000 {
            let kept = model.len();
            match random.below(60) {
                0 => {
                    let taken = random.below(2) == 0;
                    ring.clear(taken);
                    model.clear();
                    *if taken { &mut expected.taken } else { &mut expected.cleared } += kept as u64;
                }
                1..5 => {
                    assert_eq!(ring.oldest_before(u64::MAX).map(owned), model.pop_front());
                    ring.drop_oldest();
                    expected.taken += (kept - model.len()) as u64;
                }
                5 => {
                    let limit = random.below(10);
                    ring.trim(limit);
                    let over = if limit == 0 { 0 } else { kept.saturating_sub(limit) };
                    model.drain(..over);
                    expected.overwritten += over as u64;
                }
                _ => {
                    let value = random.value(sequence, largest);
                    let limit = random.below(30);
                    let bytes = value.form().value_size();
                    let room = size - HEADER - 4;
                    if bytes > room & !3 {
                        assert_eq!(value.push(&mut ring, limit), Err(Refused::TooLarge));
                    } else {
                        assert_eq!(value.push(&mut ring, limit), Ok(false));
                        model.push_back(value);
                        let held = values(&ring).len();
                        let over = model.len().saturating_sub(held);
                        let dropped: Vec<_> = model.drain(..over).collect();
                        expected.overwritten += over as u64;
                        assert!(limit == 0 || held <= limit);
                        // Nothing is dropped without need: with the last of the dropped values the ring would be
                        // over its limit, or fuller than gaps allow, which are smaller than the largest value.
                        let size = |value: &Owned| value.form().value_size();
                        let with_last = model.iter().chain(dropped.last());
                        let needed: usize = with_last.clone().map(size).sum();
                        let gaps = 2 * with_last.map(size).max().unwrap();
                        assert!(over == 0 || held == limit || needed + gaps > room);
                    }
                }
            }
            expected.kept = model.len() as u64;
            assert_eq!(ring.counts(), expected);
            assert_eq!(values(&ring), Vec::from(model.clone()));
            assert!(ring.used() <= ring.size());
        }
        assert_eq!(recovered(&memory), Vec::from(model));
    }
}

#[test]
fn a_reset_at_any_byte_leaves_whole_values() {
    let mut checked = 0;
    for seed in 1..30 {
        let mut random = Random(seed);
        let mut memory = std::vec![0xEE; 400];
        let base = memory.as_ptr().addr();
        let mut ring = Ring::create(&mut memory, "f.x").unwrap();
        for sequence in 0..60 {
            let image = ring.memory.to_vec();
            let before = values(&ring);
            STORES.set(Some(Vec::new()));
            let value = random.value(sequence, 40);
            match random.below(8) {
                0 => ring.drop_oldest(),
                1 => ring.trim(3),
                // Some are too large, and change nothing.
                _ => _ = value.push(&mut ring, random.below(12)),
            }
            let stores = STORES.take().unwrap();
            let after = values(&ring);
            for backwards in [false, true] {
                let mut image = image.clone();
                for (address, bytes) in &stores {
                    let at = address - base;
                    for number in 0..bytes.len() {
                        let number = if backwards { bytes.len() - 1 - number } else { number };
                        image[at + number] = bytes[number];
                        let found = recovered(&image);
                        assert!(found == after || before.ends_with(&found), "{found:?}");
                        // Of what stays in the end, nothing is missed in between.
                        let staying = after.iter().filter(|value| before.contains(value)).count();
                        assert!(found.len() >= staying);
                        checked += 1;
                    }
                }
                // No store was made beside these.
                assert_eq!(image, ring.memory);
            }
        }
    }
    assert!(checked > 50_000);
}

#[test]
fn recovery_survives_any_bytes() {
    let mut random = Random(7);
    let mut image = std::vec![0; 2000];
    let mut rest = &mut image[..];
    for number in 0..3 {
        let (piece, behind) = rest.split_at_mut(600);
        rest = behind;
        let mut ring = Ring::create(piece, &format!("key.number{number}")).unwrap();
        for sequence in 0..40 {
            random.value(sequence, 20).push(&mut ring, 0).unwrap();
        }
    }
    let whole = recovered(&image).len();
    assert!(whole > 15);
    for _ in 0..20_000 {
        let mut image = image.clone();
        for _ in 0..=random.below(8) {
            let end = [100, image.len()][random.below(2)];
            let at = random.below(end);
            image[at] = [0, 1, 0xFF, 0x80, random.below(256) as u8][random.below(5)];
        }
        image.truncate(2000 - random.below(2000));
        let found = recover(&image);
        let mut count = 0;
        found.iter().for_each(|found| {
            found.visit(|value| count += usize::from(value.bytes().len() <= 600))
        });
        assert!(count <= 2000 / FIXED);
    }
    for size in 0..300 {
        let noise: Vec<u8> = (0..size).map(|_| random.below(256) as u8).collect();
        assert!(recover(&noise).is_none());
    }
}

/// A reader that takes the oldest value until none is left comes to an end.
#[test]
fn taking_the_oldest_ends_whatever_the_memory_holds() {
    let mut random = Random(13);
    for _ in 0..3000 {
        let mut memory = std::vec![0; 300];
        let mut ring = Ring::create(&mut memory, "f.x").unwrap();
        for sequence in 0..8 {
            let _ = random.value(sequence, 20).push(&mut ring, 0);
        }
        for _ in 0..=random.below(4) {
            let at = random.below(ring.memory.len());
            if !(KEPT..KEPT + 4).contains(&at) {
                ring.memory[at] = random.below(256) as u8;
            }
        }
        let mut taken = 0;
        while ring.oldest_before(u64::MAX).is_some() {
            ring.drop_oldest();
            taken += 1;
        }
        assert!(taken <= 8 && ring.oldest_sequence().is_none_or(|sequence| sequence == u64::MAX));
    }
}

/// A program may have bent its memory out of shape; a capture then keeps or refuses, and returns.
#[test]
fn a_push_survives_any_bytes() {
    let mut random = Random(11);
    for _ in 0..3000 {
        let mut memory = std::vec![0; 300];
        let mut ring = Ring::create(&mut memory, "f.x").unwrap();
        for sequence in 0..20 {
            let at = random.below(ring.memory.len());
            // Not the count of values: it bounds the time that is taken.
            if !(KEPT..KEPT + 4).contains(&at) {
                ring.memory[at] = random.below(256) as u8;
            }
            let _ = random.value(sequence, 20).push(&mut ring, random.below(9));
            assert!(ring.iter().count() <= 300 / FIXED);
            ring.drop_oldest();
            let _: (usize, &str) = (ring.used(), ring.key());
        }
    }
}

#[test]
fn region_size_is_exact() {
    let fits = |key: &str, count: usize, shape: &[usize], indices: &[i64]| {
        let size = region_size::<i16>(key, count, shape, indices.len());
        for less in [0, 4] {
            let mut memory = Memory::new();
            memory.give(std::vec![0; size - less].leak()).unwrap();
            let mut ring = Ring::create(memory.carve(usize::MAX, 0).unwrap(), key).unwrap();
            let bytes = std::vec![1; 2 * shape.iter().product::<usize>()];
            let value = Owned(0, Kind::I16, shape.into(), indices.into(), bytes);
            for _ in 0..3 * count {
                value.push(&mut ring, 0).unwrap();
            }
            assert_eq!(ring.iter().count(), count - less / 4);
            let (wanted, least) = ring_size(key, &value.form(), count, 0, 9);
            assert_eq!((wanted, least), (size, region_size::<i16>(key, 1, shape, indices.len())));
        }
    };
    fits("f.x", 7, &[], &[]);
    fits("f.r#type", 2, &[3], &[-1]);
    fits("Attention.forward.attn", 5, &[1, 2, 3, 1, 1, 1, 1, 1], &[1, 2, 3, 4]);
    fits("", 6, &[0, 5], &[1, 2]);
}

#[test]
fn a_ring_is_as_large_as_told() {
    let value = scalar(0);
    let sizes = |keep, room, max| ring_size("f.x", &value.form(), keep, room, max);
    let (empty, one) = (HEADER + 4, FIXED + THREAD + 4);
    assert_eq!(sizes(3, 500, 7), (500, empty + one));
    assert_eq!(sizes(3, 0, 7), (empty + 3 * one, empty + one));
    assert_eq!(sizes(0, 0, 7), (empty + 7 * one, empty + one));
    assert_eq!(sizes(0, 0, 0), (empty + 8 * one, empty + one));
    assert_eq!(sizes(0, 1, 0), (empty, empty));
    assert_eq!(sizes(usize::MAX, 0, 0).0, usize::MAX);
}

#[test]
fn memory_is_given_once_and_carved_to_its_end() {
    let mut memory = Memory::new();
    assert!(memory.carve(100, 8).is_none());
    memory.give(std::vec![0xFF; 203].leak()).unwrap();
    assert_eq!(memory.give(std::vec![0; 5].leak()).unwrap_err().len(), 5);
    assert_eq!(memory.carve(101, 90).unwrap().len(), 104);
    assert!(memory.carve(200, 100).is_none());
    assert_eq!((memory.size(), memory.left()), (203, 99));
    assert_eq!(memory.carve(200, 96).unwrap().len(), 96);
    assert!(memory.carve(1, 1).is_none());
}

#[test]
fn only_the_rings_since_the_memory_was_given_are_recovered() {
    let mut bytes = std::vec![0; 900];
    let run = |bytes: &mut Vec<u8>, keys: &[&str]| {
        let given: &'static mut [u8] = bytes.clone().leak();
        let address = given.as_ptr().addr();
        let mut memory = Memory::new();
        memory.give(given).unwrap();
        let mut pieces = Vec::new();
        for key in keys {
            let piece = memory.carve(200, 200).unwrap();
            let at = piece.as_ptr().addr() - address;
            // A reset before a ring is finished.
            if !key.is_empty() {
                scalar(5).push(&mut Ring::create(piece, key).unwrap(), 0).unwrap();
                pieces.push((at, piece.to_vec()));
            } else {
                pieces.push((at, piece.to_vec()));
            }
        }
        // What is left holds the end of the chain.
        let rest = memory.carve(usize::MAX, 8).unwrap();
        rest[4..8].fill(0);
        pieces.push((rest.as_ptr().addr() - address, rest.to_vec()));
        for (at, piece) in pieces {
            bytes[at..at + piece.len()].copy_from_slice(&piece);
        }
        let mut found = Vec::new();
        if let Some(recovered) = recover(bytes) {
            recovered.visit(|value| found.push(value.key().to_string()));
        }
        found
    };
    assert_eq!(
        run(&mut bytes, &["a.r#type", "b.r#fn.return", "c"]),
        ["a.type", "b.fn.return", "c"]
    );
    assert_eq!(run(&mut bytes, &["", "d"]), ["d"]);
    assert!(run(&mut bytes, &[]).is_empty());
}

#[test]
fn a_panic_leaves_the_value_out() {
    let mut memory = std::vec![0; 200];
    let mut ring = Ring::create(&mut memory, "f.x").unwrap();
    (0..4).for_each(|number| assert!(scalar(number).push(&mut ring, 3).is_ok()));
    let value = scalar(4);
    catch_unwind(AssertUnwindSafe(|| ring.push(&value.form(), 3, &mut |_| panic!()))).unwrap_err();
    assert_eq!(values(&ring), [scalar(2), scalar(3)]);
    assert_eq!(ring.counts(), Counts { kept: 2, overwritten: 2, ..Counts::default() });
    scalar(5).push(&mut ring, 3).unwrap();
    assert_eq!(values(&ring), [scalar(2), scalar(3), scalar(5)]);
    ring.reset_counts();
    assert_eq!(ring.counts(), Counts { kept: 3, ..Counts::default() });
}

#[test]
fn a_value_with_fewer_elements_is_shortened_and_flat() {
    let mut memory = std::vec![0; 200];
    let mut ring = Ring::create(&mut memory, "f.x").unwrap();
    let full = Owned(1, Kind::I16, [3, 2].into(), [-7].into(), [1; 12].into());
    let mut push = |value: &Owned, count| {
        ring.push(&value.form(), 0, &mut |bytes| {
            bytes.fill(1);
            count
        })
    };
    assert_eq!(push(&full, 3), Ok(true));
    assert_eq!(push(&full, 99), Ok(false));
    assert_eq!(
        push(&Owned(1, Kind::Bool, [].into(), [].into(), [1].into()), 0),
        Err(Refused::TooLarge)
    );
    let short = Owned(1, Kind::I16, [3].into(), [-7].into(), [1; 6].into());
    assert_eq!(values(&ring), [short, full]);
}

#[cfg(target_pointer_width = "64")]
#[test]
fn dimensions_are_kept_as_they_are() {
    let mut memory = std::vec![0; 300];
    let mut ring = Ring::create(&mut memory, "f.x").unwrap();
    let value = Owned(
        u64::MAX,
        Kind::F64,
        [0, 5_000_000_000, usize::MAX].into(),
        [i64::MIN].into(),
        Vec::new(),
    );
    value.push(&mut ring, 0).unwrap();
    assert_eq!(values(&ring), [value]);
}

#[test]
fn the_thread_is_kept_with_std() {
    let mut memory = std::vec![0; 300];
    let mut ring = Ring::create(&mut memory, "f.x").unwrap();
    let value = scalar(1);
    let form = Form { stamp: Stamp { sequence: 1, thread: 77 }, ..value.form() };
    ring.push(&form, 0, &mut |bytes| bytes.len()).unwrap();
    assert_eq!(
        ring.oldest_before(u64::MAX).unwrap().stamp.thread,
        if cfg!(feature = "std") { 77 } else { 0 }
    );
}

#[test]
fn keys_that_do_not_fit_are_refused() {
    assert_eq!(Ring::create(&mut [0; HEADER + 4], "f.abc").err(), Some(Refused::NoMemory));
    assert_eq!(
        Ring::create(&mut [0; HEADER + 7], "f.r#a")
            .map(|ring| ring.key().to_string())
            .ok()
            .as_deref(),
        Some("f.a")
    );
    let long: String = iter::repeat_n('k', 65_536).collect();
    assert_eq!(Ring::create(&mut std::vec![0; 100_000], &long).err(), Some(Refused::NoMemory));
}

/// The format of version 1, byte by byte, from a target with 32 bits; `[u8; 3]` with `index = -2`, around the end.
#[test]
fn a_key_of_many_letters_is_read_back() {
    for letters in [1, 251, 252, 253, 300, 1_000] {
        let key = "k".repeat(letters);
        let mut memory = std::vec![0xFF; letters + 200];
        let mut ring = Ring::create(&mut memory, &key).unwrap();
        assert_eq!(scalar(7).push(&mut ring, 0), Ok(false));
        assert_eq!((ring.key(), values(&ring)), (&*key, [scalar(7)].into()));
    }
}

#[test]
fn memory_that_is_not_a_ring_of_this_version_is_not_read() {
    let mut memory = std::vec![0; 200];
    let mut ring = Ring::create(&mut memory, "f.x").unwrap();
    assert_eq!(scalar(7).push(&mut ring, 0), Ok(false));
    let slot = SLOTS + 8 * usize::from(memory[SELECTOR]);
    let is_read = |change: &dyn Fn(&mut [u8])| {
        let mut memory = memory.clone();
        change(&mut memory);
        Reader::find(&memory).is_some()
    };
    assert!(is_read(&|_| {}));
    for byte in 0..3 {
        assert!(!is_read(&|memory| memory[byte] ^= 1), "magic {byte}");
    }
    for width in [0, 2, 5, 16] {
        assert!(!is_read(&|memory| memory[3] = width), "width {width}");
    }
    assert!(!is_read(&|memory| memory[SELECTOR] = 2));
    assert!(!is_read(&|memory| set_word(memory, slot, 0)), "a head in the key");
    assert!(!is_read(&|memory| set_word(memory, slot + 4, 1_000)), "a tail behind the ring");
}

#[test]
fn a_dump_of_a_smaller_target_is_read() {
    #[rustfmt::skip]
    let dump = [
        0xAC, b'R', 1, 4, 136, 0, 0, 0, 4, 0, 1, 1,
        9, 9, 9, 9, 9, 9, 9, 9, 40, 0, 0, 0, 24, 0, 0, 0,
        2, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        b'f', b'.', b'x', 0,
        20, 0, 0, 0, 13, 0, 0, 0xAC, 6, 0, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        32, 0, 0, 0, 8, 0x11, 1, 0xAC, 5, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 0,
        254, 255, 255, 255, 255, 255, 255, 255, 3, 0, 0, 0,
        0, 0, 0, 0, 1, 1, 1, 1,
    ];
    let usize_read = if WORD == 4 { Kind::Usize } else { Kind::U32 };
    let expected = [
        Owned(5, Kind::U8, [3].into(), [-2].into(), [1, 2, 3].into()),
        Owned(6, usize_read, [].into(), [].into(), [1, 2, 0, 0].into()),
    ];
    assert_eq!(recovered(&dump), expected);
}

/// The numbers of the table in the module's documentation.
#[test]
fn element_types_are_numbered_as_documented() {
    let order = "F32 F64 I8 I16 I32 I64 I128 Isize U8 U16 U32 U64 U128 Usize Bool";
    for (number, name) in (0..).zip(order.split(' ')) {
        assert_eq!(Kind::from_byte(number).map(|kind| format!("{kind:?}")).as_deref(), Some(name));
    }
    assert!(Kind::from_byte(15).is_none());
}

#[test]
fn a_value_that_was_taken_goes_back_unless_its_place_is_needed() {
    for (held, pushed, goes_back) in
        [(1, 0, true), (1, 3, true), (1, 4, false), (3, 1, true), (4, 0, true), (4, 1, false)]
    {
        let mut memory = std::vec![0; region_size::<u32>("f.x", 4, &[], 0)];
        let mut ring = Ring::create(&mut memory, "f.x").unwrap();
        for number in 0..held {
            scalar(number).push(&mut ring, 0).unwrap();
        }
        let taken = ring.take_oldest().unwrap();
        for number in 10..10 + pushed {
            scalar(number).push(&mut ring, 0).unwrap();
        }
        let mut expected = values(&ring);
        ring.put_back(&taken);
        if goes_back {
            expected.insert(0, scalar(0));
        }
        assert_eq!(values(&ring), expected);
        let Counts { taken, overwritten, .. } = ring.counts();
        assert_eq!((taken, overwritten), (0, u64::from(!goes_back)));
    }
}
