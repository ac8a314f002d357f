//! Captures from several threads.

use std::{collections::BTreeSet, sync::Barrier, thread};

use anycapture::{Value, cache, capture, drain, report, set_size, take};

use crate::alone;

#[test]
fn nothing_is_lost_or_torn_between_threads() {
    for threads in [2_u64, 4] {
        let alone = alone();
        let handle = alone.handle();
        set_size(0);
        let start = Barrier::new(usize::try_from(threads).expect("few"));
        thread::scope(|scope| {
            for id in 0..threads {
                let (start, handle) = (&start, handle.clone());
                scope.spawn(move || {
                    let _entered = handle.enter();
                    start.wait();
                    for n in 0..2_000_u64 {
                        let number = id * 1_000_000 + n;
                        let row = [number; 64];
                        capture!(threads, number, row; index = id);
                        if n % 10 == 0 {
                            capture!(threads, big = vec![number; 1000], text = number.to_string());
                        }
                    }
                });
            }
        });
        let cache = cache();
        for (key, each) in [("number", 2_000), ("row", 2_000), ("big", 200), ("text", 200)] {
            let values = &cache[&*format!("threads.{key}")];
            assert_eq!(values.len() as u64, threads * each, "{key}");
            assert!(values.windows(2).all(|pair| pair[0].sequence() < pair[1].sequence()));
            for id in 0..threads {
                let own = values.iter().filter(|value| value.index() == i64::try_from(id).ok());
                let numbers: Vec<_> = own.filter_map(|value| value.as_slice::<u64>()).collect();
                assert!(numbers.windows(2).all(|pair| pair[0][0] < pair[1][0]), "in its own order");
                assert!(numbers.iter().all(|row| row.iter().all(|n| *n == row[0])), "whole");
            }
        }
        let thread = |id: i64| {
            let mut own = cache["threads.number"].iter().filter(|value| value.index() == Some(id));
            own.next().map(anycapture::Value::thread)
        };
        assert_ne!(thread(0), thread(1));
    }
}

#[test]
fn readers_and_writers_do_not_wait_for_ever() {
    let alone = alone();
    let handle = alone.handle();
    set_size(8);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let _entered = handle.enter();
                for n in 0..3_000_u32 {
                    capture!(busy, n, big = vec![n; 500], text = n.to_string());
                }
            });
        }
        scope.spawn(|| {
            let _entered = handle.enter();
            for size in 1..200 {
                let kept = cache();
                for (_, values) in &kept {
                    assert!(values.len() <= 200);
                }
                let _ = anycapture::visit(|value| assert!(!value.key().is_empty()));
                let _ = anycapture::export(|_| Ok::<(), ()>(()));
                set_size(size);
                match size % 3 {
                    0 => anycapture::clear(),
                    1 => drop(anycapture::take()),
                    _ => anycapture::activate_with(anycapture::Options::new().only(&["*"])),
                }
                let _ = report().to_string();
            }
        });
    });
    for key in ["busy.n", "busy.big", "busy.text"] {
        let counts = report().key(key).expect("was hit");
        let all = counts.kept() + counts.overwritten() + counts.cleared() + counts.taken();
        assert_eq!(all + counts.refused(), 6_000, "{key}: {counts}");
    }
}

#[test]
fn recording_may_start_in_the_midst_of_captures() {
    let alone = alone();
    let handle = alone.handle();
    anycapture::deactivate();
    set_size(0);
    thread::scope(|scope| {
        let worker = scope.spawn(|| {
            let _entered = handle.enter();
            let mut n = 0_u64;
            while cache().get("start.n").is_none_or(|values| values.len() < 100) {
                capture!(start, n);
                n += 1;
            }
        });
        anycapture::activate();
        worker.join().expect("it ends");
    });
    assert!(cache()["start.n"].windows(2).all(|pair| pair[0].scalar::<u64>() < pair[1].scalar()));
}

#[test]
fn one_key_on_several_threads_counts_every_value_of_every_size() {
    const LENGTH: usize = 10_000;
    let alone = alone();
    let handle = alone.handle();
    anycapture::activate_with(anycapture::Options::new().max_size(16).max_bytes(64 * 4 * LENGTH));
    let start = Barrier::new(4);
    thread::scope(|scope| {
        for id in 0..4_u32 {
            let (start, handle) = (&start, handle.clone());
            scope.spawn(move || {
                let _entered = handle.enter();
                start.wait();
                for n in 0..500 {
                    let length = [LENGTH, 1, 50][n as usize % 3];
                    capture!(one, key = vec![id * 10_000 + n; length]);
                }
            });
        }
    });
    let cache = cache();
    let values = &cache["one.key"];
    assert_eq!(values.len(), 16);
    // No other key captures: the newest have the last numbers there are.
    assert!(values.windows(2).all(|pair| pair[0].sequence() + 1 == pair[1].sequence()));
    for id in 0..4 {
        let numbers = values.iter().filter_map(|value| value.as_slice::<u32>());
        let own: Vec<_> = numbers.filter(|all| all[0] / 10_000 == id).collect();
        assert!(own.windows(2).all(|pair| pair[0][0] < pair[1][0]), "in its own order");
        assert!(own.iter().all(|all| all.iter().all(|n| *n == all[0])), "whole");
        assert!(own.last().is_none_or(|all| all[0] % 10_000 == 499), "to the last");
    }
    let counts = report().key("one.key").expect("was hit");
    assert_eq!((counts.kept(), counts.overwritten(), counts.refused()), (16, 1_984, 0));
}

/// Events are counted by atomics: none of them is lost between threads.
#[test]
fn what_several_threads_lose_is_counted_exactly() {
    let alone = alone();
    let handle = alone.handle();
    anycapture::activate_with(anycapture::Options::new().max_bytes(100_000).only(&["lost.*"]));
    let (huge, none) = (vec![0_u8; 200_000], None::<f32>);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let _entered = handle.enter();
                for _ in 0..5_000 {
                    capture!(lost, huge, none);
                    capture!(filtered, huge);
                }
            });
        }
    });
    let counts = |key: &str| report().key(key).expect("was hit");
    assert_eq!(counts("lost.huge").too_large(), 20_000);
    assert_eq!(counts("lost.none").absent(), 20_000);
    assert_eq!(counts("filtered.huge").filtered(), 20_000);
}

#[test]
fn what_take_and_drain_hand_out_on_several_threads_is_handed_out_once() {
    let alone = alone();
    let handle = alone.handle();
    anycapture::set_size(0);
    let total = 40_000_u64;
    let writer = || {
        let _entered = handle.enter();
        for n in 0..total / 2 {
            capture!(once, n, row = [n; 20]);
        }
    };
    let taker = || {
        let _entered = handle.enter();
        let mut own = Vec::new();
        for _ in 0..400 {
            own.extend(take().in_order().map(Value::sequence));
        }
        own
    };
    let drainer = || {
        let _entered = handle.enter();
        let mut own = Vec::new();
        for _ in 0..40 {
            drain(|value| {
                own.push(value.sequence());
                Ok::<(), ()>(())
            })
            .expect("the closure gives no error");
        }
        own
    };
    let watcher = || {
        let _entered = handle.enter();
        for _ in 0..100 {
            let mut last = 0;
            let _ = anycapture::visit(|value| last = last.max(value.sequence()));
        }
    };
    let handed_out = thread::scope(|scope| {
        scope.spawn(writer);
        scope.spawn(watcher);
        let threads = [scope.spawn(taker), scope.spawn(taker), scope.spawn(drainer)];
        threads.map(|thread| thread.join().expect("it takes"))
    });
    let mut all: Vec<u64> = handed_out.concat();
    all.extend(take().in_order().map(Value::sequence));
    let unique: BTreeSet<u64> = all.iter().copied().collect();
    assert_eq!((all.len() as u64, unique.len() as u64), (total, total));
}
