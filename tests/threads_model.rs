//! Four threads that do everything at random: each value is accounted for, handed out once, and as it was captured.
#![cfg(all(feature = "capture", feature = "std"))]
#![deny(warnings)]

#[allow(dead_code)]
#[path = "model/mod.rs"]
mod model;

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::thread;

use anycapture::{Cache, Options, Value, activate_with, capture};
use model::history::{in_own_process, operations, seed};
use model::{Counts, Random};

const THREADS: u64 = 4;
const KEYS: [&str; 3] = ["threads.a", "threads.b", "threads.c"];

/// The store of the process is one for all tests.
static ALONE: Mutex<()> = Mutex::new(());

/// What a number makes of another: a checksum.
fn mix(id: u64, nth: u64) -> u64 {
    Random::new(id ^ nth << 57).next()
}

/// A value of the user's, with its checksum.
#[derive(Clone)]
struct Tag(u64, u64);

/// What all threads know.
#[derive(Default)]
struct Shared {
    captured: [AtomicU64; KEYS.len()],
    /// Values that `take` and `drain` gave: key, number, sequence.
    given: Mutex<Vec<(usize, u64, u64)>>,
}

/// A value of a random kind. Its number says which thread it is from, and how many were before it.
fn capture_value(key: usize, id: u64, random: &mut Random, shared: &Shared) {
    let length = match random.below(30) {
        0 => 2_500,
        1..5 => random.below(200),
        _ => 3,
    };
    let kind = random.below(8);
    let long: Vec<u64> =
        std::iter::once(id).chain((1..length as u64).map(|nth| mix(id, nth))).collect();
    macro_rules! capture_as {
        ($name:ident) => {
            match kind {
                0..3 => capture!(threads, $name = [id, mix(id, 1)]; index = id),
                3 => capture!(threads, $name = Tag(id, mix(id, 1)); index = id),
                4 => capture!(threads, $name = None::<u64>),
                5 => capture!(threads, $name = anycapture::each(long.iter().copied()); index = id),
                _ => capture!(threads, $name = long; index = id),
            }
        };
    }
    shared.captured[key].fetch_add(1, Relaxed);
    match key {
        0 => capture_as!(a),
        1 => capture_as!(b),
        _ => capture_as!(c),
    }
}

/// The key of a value, and its number, which its content confirms.
fn number_of(value: &Value<'_>) -> (usize, u64) {
    let key = KEYS.iter().position(|key| *key == value.key()).expect("a key of this test");
    let id = value.index().expect("every value has its number") as u64;
    if let Some(tag) = value.downcast_ref::<Tag>() {
        assert_eq!((tag.0, tag.1), (id, mix(id, 1)));
        return (key, id);
    }
    let mut room = [0_u64; 2_500];
    let numbers = value.read_into(&mut room).expect("numbers");
    assert_eq!(numbers[0], id);
    assert!(numbers.iter().enumerate().skip(1).all(|(nth, &number)| number == mix(id, nth as u64)));
    (key, id)
}

/// What was read is in the order of capture: sequences, and the numbers of each thread.
struct Order {
    sequence: Option<u64>,
    last: [Option<u64>; THREADS as usize],
}

impl Order {
    const NONE: Order = Order { sequence: None, last: [None; THREADS as usize] };

    fn check(&mut self, id: u64, sequence: u64) {
        assert!(self.sequence < Some(sequence), "{sequence} is behind {:?}", self.sequence);
        self.sequence = Some(sequence);
        let last = &mut self.last[(id >> 48) as usize];
        assert!(*last < Some(id), "{id:x} is behind {last:x?}");
        *last = Some(id);
    }
}

fn check_cache(cache: &Cache) -> Vec<(usize, u64, u64)> {
    let mut values = Vec::new();
    for (_, list) in cache {
        let mut order = Order::NONE;
        for value in list {
            let (key, id) = number_of(value);
            order.check(id, value.sequence());
            values.push((key, id, value.sequence()));
        }
    }
    values
}

fn visit() {
    let mut orders = [Order::NONE; KEYS.len()];
    let _ = anycapture::visit(|value| {
        let (key, id) = number_of(value);
        orders[key].check(id, value.sequence());
    });
}

/// Up to an error at a random value, which is not given then.
fn drain(random: &mut Random, shared: &Shared) {
    let mut left = random.below(100);
    let mut given = Vec::new();
    let _ = anycapture::drain(|value| {
        let (key, id) = number_of(value);
        if left == 0 {
            return Err(());
        }
        left -= 1;
        given.push((key, id, value.sequence()));
        Ok(())
    });
    shared.given.lock().unwrap_or_else(PoisonError::into_inner).append(&mut given);
}

fn export() {
    let mut file = Vec::new();
    let written = anycapture::export(|piece| {
        file.extend_from_slice(piece);
        Ok::<(), ()>(())
    });
    assert_eq!(written, Ok(()));
    safetensors::SafeTensors::deserialize(&file).expect("a whole file");
}

/// Anything but a capture, for a choice below [`OPERATIONS`].
fn operate(choice: usize, random: &mut Random, shared: &Shared) {
    match choice {
        0..10 => {
            // In given memory an export may be on.
            let taken = anycapture::try_take().unwrap_or_default();
            let mut given = check_cache(&taken);
            shared.given.lock().unwrap_or_else(PoisonError::into_inner).append(&mut given);
        }
        10..14 => drain(random, shared),
        14..20 => drop(anycapture::try_cache().map(|cache| check_cache(&cache))),
        20..24 => visit(),
        24..26 => export(),
        26..31 => anycapture::set_size(random.pick(&[1, 3, 10, 100, 400])),
        31..34 => anycapture::clear(),
        34..36 => activate_with(Options::new().only(&["*.b"])),
        36..40 => activate_with(Options::new().only(&["*"])),
        40..42 => activate_with(Options::new().max_bytes(random.pick(&[100, 2_000]) << 10)),
        _ => drop(anycapture::report().to_string()),
    }
}

/// The choices that are an operation.
const OPERATIONS: usize = 44;

/// One thread: captures of every kind, and one operation in 23.
fn work(thread: u64, seed: u64, operations: usize, shared: &Shared) {
    let mut random = Random::new(seed ^ thread << 56);
    for nth in 0..operations as u64 {
        match random.below(1_000) {
            choice @ ..OPERATIONS => operate(choice, &mut random, shared),
            _ => capture_value(random.below(KEYS.len()), thread << 48 | nth, &mut random, shared),
        }
    }
}

/// One thread: small values one after another, and seldom an operation.
fn work_fast(thread: u64, seed: u64, captures: usize, shared: &Shared) {
    const CAPTURES_PER_OPERATION: u64 = 50_000;
    let mut random = Random::new(seed ^ thread << 56);
    let mut captured = [0; KEYS.len()];
    for nth in 0..captures as u64 {
        if nth % CAPTURES_PER_OPERATION == 0 {
            operate(random.below(OPERATIONS), &mut random, shared);
        }
        let id = thread << 48 | nth;
        let key = (nth % 3) as usize;
        captured[key] += 1;
        match key {
            0 => capture!(threads, a = [id, mix(id, 1)]; index = id),
            1 => capture!(threads, b = [id, mix(id, 1)]; index = id),
            _ => capture!(threads, c = [id, mix(id, 1)]; index = id),
        }
    }
    for (all, own) in shared.captured.iter().zip(captured) {
        all.fetch_add(own, Relaxed);
    }
}

/// What one of the threads does: its number, the seed, how much of it.
type Work = fn(u64, u64, usize, &Shared);

/// Runs four threads, and compares what they did with what the store says.
fn run(
    seed: u64,
    operations: usize,
    work: Work,
    enter: impl Fn() -> Box<dyn std::any::Any> + Sync,
) {
    activate_with(Options::new().only(&["*"]).max_size(100).max_bytes(4 << 20));
    drop(anycapture::session());
    anycapture::activate();
    let shared = Shared::default();
    thread::scope(|scope| {
        for number in 0..THREADS {
            let (shared, enter) = (&shared, &enter);
            scope.spawn(move || {
                let _entered = enter();
                work(number, seed, operations / THREADS as usize, shared);
            });
        }
    });
    let mut given = shared.given.into_inner().unwrap_or_else(PoisonError::into_inner);
    for (nth, key) in KEYS.iter().enumerate() {
        let counts = Counts::reported(key);
        assert_eq!(
            counts.captured(),
            shared.captured[nth].load(Relaxed),
            "seed {seed}: {key}: {counts:?}"
        );
        let taken = given.iter().filter(|(key, ..)| *key == nth).count() as u64;
        assert_eq!(counts.taken, taken, "seed {seed}: {key}: what was handed out");
        println!("{key}: {} captured: {counts:?}", counts.captured());
    }
    given.append(&mut check_cache(&anycapture::take()));
    let numbers: HashSet<_> = given.iter().map(|(_, id, _)| id).collect();
    let sequences: HashSet<_> = given.iter().map(|(.., sequence)| sequence).collect();
    assert_eq!(
        (numbers.len(), sequences.len()),
        (given.len(), given.len()),
        "seed {seed}: once each"
    );
}

#[test]
fn the_process_accounts_for_every_value() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    for seed in seed(1)..seed(4) {
        run(seed, operations(60_000) / 3, work, || Box::new(()));
    }
}

#[test]
fn a_scope_accounts_for_every_value() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    for seed in seed(10)..seed(13) {
        let scope = anycapture::scope();
        let handle = scope.handle();
        run(seed, operations(60_000) / 3, work, || Box::new(handle.enter()));
    }
}

#[test]
fn given_memory_accounts_for_every_value() {
    in_own_process("given_memory_accounts_for_every_value", || {
        let memory = Box::leak(vec![0_u8; 300 << 10].into_boxed_slice());
        anycapture::set_memory(memory).expect("given once");
        for seed in seed(20)..seed(23) {
            run(seed, operations(60_000) / 3, work, || Box::new(()));
        }
    });
}

/// `cargo test --release --features capture --test threads_model -- --ignored --nocapture`
#[test]
#[ignore = "takes minutes, in a release build"]
fn a_billion_captures_are_accounted_for() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    run(seed(30), operations(1_000_000_000), work_fast, || Box::new(()));
}

/// The same in given memory, for a tenth of them.
#[test]
#[ignore = "takes minutes, in a release build"]
fn captures_in_given_memory_are_accounted_for() {
    const TEST: &str = "captures_in_given_memory_are_accounted_for";
    in_own_process(TEST, || {
        let memory = Box::leak(vec![0_u8; 300 << 10].into_boxed_slice());
        anycapture::set_memory(memory).expect("given once");
        run(seed(40), operations(100_000_000), work_fast, || Box::new(()));
    });
}

/// Once `activate_with` is back, no capture that begins later gets past the filter.
#[test]
fn a_filter_holds_for_every_capture_that_begins_later() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let (ends, captures) = (AtomicBool::new(false), AtomicU64::new(0));
    anycapture::activate();
    thread::scope(|scope| {
        // One thread, so that it runs beside this one on two cores.
        scope.spawn(|| {
            while !ends.load(Relaxed) {
                capture!(filter, x = 1.0_f32);
                captures.fetch_add(1, Relaxed);
            }
        });
        let accepted = || {
            let counts = Counts::reported("filter.x");
            counts.kept + counts.overwritten
        };
        let some_more = || {
            let until = captures.load(Relaxed) + 3;
            while captures.load(Relaxed) < until {
                thread::yield_now();
            }
        };
        let mut let_through = 0;
        for _ in 0..500 {
            activate_with(Options::new().only(&["*"]));
            activate_with(Options::new().only(&["other"]));
            some_more();
            let before = accepted();
            some_more();
            let_through += accepted() - before;
        }
        ends.store(true, Relaxed);
        assert_eq!(let_through, 0);
    });
    activate_with(Options::new().only(&["*"]));
}
