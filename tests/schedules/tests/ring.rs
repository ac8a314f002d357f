//! The ways into a ring on the heap, while others take values out of it.

use std::collections::HashSet;

use anycapture::{Cache, Handle, Options, Value, capture};
use schedules::{captured, check, report};
use shuttle::thread;

/// Elements of a value that is copied outside of the lock: the oldest chunk is taken, filled, and put back.
const LARGE: usize = 5_000;

/// The number that all elements of a value are.
fn number_of(value: &Value<'_>) -> u32 {
    let numbers = value.as_slice::<u32>().expect("a slice");
    assert!(numbers.iter().all(|number| *number == numbers[0]), "a value is whole");
    numbers[0]
}

/// The numbers of the values of a key: in the order of capture.
fn numbers(cache: &Cache, key: &str) -> Vec<(u64, u32)> {
    let values = cache.get(key).unwrap_or_default();
    assert!(values.is_sorted_by(|a, b| a.sequence() < b.sequence()));
    values.iter().map(|value| (value.sequence(), number_of(value))).collect()
}

fn each_is_there_once(values: &[(u64, u32)]) {
    let sequences: HashSet<_> = values.iter().map(|(sequence, _)| sequence).collect();
    let numbers: HashSet<_> = values.iter().map(|(_, number)| number).collect();
    assert_eq!((sequences.len(), numbers.len()), (values.len(), values.len()), "{values:?}");
}

/// A thread in the scope that captures three values.
fn capture_three(scope: &Handle, first: u32, length: usize) -> thread::JoinHandle<()> {
    let scope = scope.clone();
    thread::spawn(move || {
        let _entered = scope.enter();
        for number in first..first + 3 {
            let values = vec![number; length];
            capture!(ring, values);
        }
    })
}

/// Two threads capture, one reads and takes.
fn fill_and_take(lengths: [usize; 2], options: Options) {
    let scope = Handle::new();
    let entered = scope.enter();
    anycapture::activate_with(options);
    let writers = [capture_three(&scope, 0, lengths[0]), capture_three(&scope, 10, lengths[1])];
    let reader = {
        let scope = scope.clone();
        thread::spawn(move || {
            let _entered = scope.enter();
            each_is_there_once(&numbers(&anycapture::cache(), "ring.values"));
            numbers(&anycapture::take(), "ring.values")
        })
    };
    let _ = writers.map(|writer| writer.join().unwrap());
    let mut taken = reader.join().unwrap();
    assert_eq!(captured("ring.values"), 6);
    assert_eq!(report("ring.values").taken(), taken.len() as u64);
    taken.extend(numbers(&anycapture::take(), "ring.values"));
    each_is_there_once(&taken);
    assert_eq!(taken.len() as u64, 6 - report("ring.values").overwritten());
    drop(entered);
}

#[test]
fn large_values_are_kept_whole_and_taken_once() {
    check(|| fill_and_take([LARGE; 2], Options::new().max_size(2)));
}

#[test]
fn small_values_are_kept_whole_and_taken_once() {
    check(|| fill_and_take([3; 2], Options::new().max_size(2)));
}

#[test]
fn values_of_two_sizes_are_kept_whole_and_taken_once() {
    check(|| fill_and_take([3, LARGE], Options::new().max_size(3)));
}

/// Nothing is refused, for there is always an older value to give up.
#[test]
fn a_tight_budget_overwrites_and_refuses_nothing() {
    check(|| {
        fill_and_take([LARGE; 2], Options::new().max_size(100).max_bytes(70_000));
    });
}

#[test]
fn a_value_is_drained_once() {
    check(|| {
        let scope = Handle::new();
        let _entered = scope.enter();
        let writer = capture_three(&scope, 0, 3);
        let drain = |gives_up: bool| {
            let scope = scope.clone();
            thread::spawn(move || {
                let _entered = scope.enter();
                let mut taken = Vec::new();
                // One that fails gives its value back.
                let _ = anycapture::drain(|value| {
                    if gives_up && taken.len() == 1 {
                        return Err(());
                    }
                    taken.push((value.sequence(), number_of(value)));
                    Ok(())
                });
                taken
            })
        };
        let drains = [drain(true), drain(false)];
        writer.join().unwrap();
        let mut taken: Vec<_> =
            drains.into_iter().flat_map(|drain| drain.join().unwrap()).collect();
        let report = report("ring.values");
        assert_eq!(captured("ring.values"), 3);
        assert_eq!(report.taken(), taken.len() as u64);
        taken.extend(numbers(&anycapture::take(), "ring.values"));
        each_is_there_once(&taken);
        assert_eq!(taken.len() as u64, 3 - report.overwritten());
    });
}

/// Two rings reuse chunks whose last owners, snapshots, leave at the same time.
#[test]
fn chunks_that_snapshots_leave_stay_with_their_keys() {
    check(|| {
        let scope = Handle::new();
        let _entered = scope.enter();
        anycapture::set_size(1);
        let first = vec![1_u32; LARGE];
        let second = vec![2_u32; LARGE];
        let capture_both = || {
            capture!(share, first);
            capture!(share, second);
        };
        capture_both();
        let snapshot = anycapture::cache();
        let owners = [snapshot.clone(), snapshot].map(|snapshot| thread::spawn(|| drop(snapshot)));
        let writer = {
            let scope = scope.clone();
            thread::spawn(move || {
                let _entered = scope.enter();
                let first = vec![1_u32; LARGE];
                capture!(share, first);
                capture!(share, first = [1_u32]);
            })
        };
        capture_both();
        capture!(share, second = [2_u32]);
        let _ = owners.map(|owner| owner.join().unwrap());
        writer.join().unwrap();
        for (key, number, count) in [("share.first", 1, 4), ("share.second", 2, 3)] {
            assert_eq!(captured(key), count, "{key}");
            let cache = anycapture::cache();
            assert_eq!(cache[key].len(), 1);
            assert!(cache[key].iter().all(|value| value.key() == key));
            assert_eq!(number_of(&cache[key][0]), number);
        }
    });
}

/// The slot of a chunk that a ring takes back may be that of another store's chunk by then: see `Shared::unique`.
#[test]
fn a_chunk_that_changed_hands_is_read_under_the_key_of_its_ring() {
    check(|| {
        let scope = Handle::new();
        let entered = scope.enter();
        anycapture::set_size(1);
        // Each shape begins a chunk, in the buffers of the oldest one.
        let capture_shapes = || {
            for length in [1, 2, 1, 2] {
                capture!(hands, own = vec![1_u32; length]);
            }
        };
        capture_shapes();
        let snapshot = anycapture::cache();
        let owner = thread::spawn(|| drop(snapshot));
        let other = thread::spawn(|| {
            let _scope = anycapture::scope();
            (0..8).for_each(|_| capture!(hands, other = [2_u32; 2]));
            // A copy of the open chunk each, with room for eight.
            (0..4).for_each(|_| drop(anycapture::cache()));
        });
        capture_shapes();
        capture_shapes();
        owner.join().unwrap();
        other.join().unwrap();
        let cache = anycapture::cache();
        assert_eq!(numbers(&cache, "hands.own").len(), 1);
        assert!(cache["hands.own"].iter().all(|value| value.key() == "hands.own"));
        drop(entered);
    });
}
