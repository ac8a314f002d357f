//! Captures from several threads.

use std::{sync::Barrier, thread};

use anycapture::{cache, capture, report, set_size};

use crate::alone;

#[test]
fn nothing_is_lost_or_torn_between_threads() {
    for threads in [2_u64, 4] {
        let _alone = alone();
        set_size(0);
        let start = Barrier::new(usize::try_from(threads).expect("few"));
        thread::scope(|scope| {
            for id in 0..threads {
                let start = &start;
                scope.spawn(move || {
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
                let own = values.iter().filter(|value| value.index() == Some(id));
                let numbers: Vec<_> = own.filter_map(anycapture::Value::as_slice::<u64>).collect();
                assert!(numbers.windows(2).all(|pair| pair[0][0] < pair[1][0]), "in its own order");
                assert!(numbers.iter().all(|row| row.iter().all(|n| *n == row[0])), "whole");
            }
        }
        let thread = |id: u64| {
            let mut own = cache["threads.number"].iter().filter(|value| value.index() == Some(id));
            own.next().map(anycapture::Value::thread)
        };
        assert_ne!(thread(0), thread(1));
    }
}

#[test]
fn readers_and_writers_do_not_wait_for_ever() {
    let _alone = alone();
    set_size(8);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for n in 0..3_000_u32 {
                    capture!(busy, n, big = vec![n; 500], text = n.to_string());
                }
            });
        }
        scope.spawn(|| {
            for size in 1..200 {
                let kept = cache();
                for (_, values) in &kept {
                    assert!(values.len() <= 200);
                }
                anycapture::visit(|entry| assert!(!entry.key().is_empty()));
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
    let _alone = alone();
    anycapture::deactivate();
    set_size(0);
    thread::scope(|scope| {
        let worker = scope.spawn(|| {
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

/// What the report says is used, in KiB.
fn used() -> f32 {
    let text = report().to_string();
    let used = text.split("; ").nth(1).and_then(|rest| rest.split(' ').next());
    used.and_then(|kib| kib.parse().ok()).unwrap_or_else(|| panic!("{text}"))
}

/// Threads have buffers of their own for values that fit a processor's cache: these cost no value its place.
#[test]
fn spare_buffers_of_threads_hold_no_value_and_yield_to_others() {
    let _alone = alone();
    const LENGTH: usize = 1000;
    // 16 values, and as much for spare buffers; the other half of the budget is left alone.
    anycapture::activate_with(anycapture::Options::new().max_size(16).max_bytes(64 * 4 * LENGTH));
    let big = |n: u32| capture!(spare, big = vec![n; LENGTH]);
    (0..16).for_each(big);
    let one = used();
    let start = Barrier::new(2);
    thread::scope(|scope| {
        for id in 1..3 {
            let (start, big) = (&start, &big);
            scope.spawn(move || {
                start.wait();
                (0..1000).for_each(|n| big(id * 10_000 + n));
            });
        }
    });
    let two = used();
    assert!(two > one, "two threads have spare buffers: {two} KiB, {one} KiB before");
    let cache = cache();
    let values = &cache["spare.big"];
    assert_eq!(values.len(), 16);
    assert!(values.windows(2).all(|pair| pair[0].sequence() < pair[1].sequence()));
    // No other key captures: the newest have the last numbers there are.
    assert_eq!(values[15].sequence() - values[0].sequence(), 15);
    for id in [1, 2] {
        let numbers = values.iter().filter_map(|value| value.as_slice::<u32>());
        let own: Vec<_> = numbers.filter(|all| all[0] / 10_000 == id).collect();
        assert!(own.windows(2).all(|pair| pair[0][0] < pair[1][0]), "in its own order");
        assert!(own.iter().all(|all| all.iter().all(|n| *n == all[0])), "whole");
        assert!(own.last().is_none_or(|all| all[0] % 10_000 == 999), "to the last");
    }
    drop(cache);
    // Beside the spare buffers there is no room for so many more.
    for n in 0..16_u32 {
        let other = vec![n; LENGTH];
        capture!(spare::first, other);
        capture!(spare::second, other);
        if n % 2 == 0 {
            capture!(spare::third, other);
        }
    }
    let cache = anycapture::cache();
    let counts: Vec<_> = cache.iter().map(|(_, values)| values.len()).collect();
    assert_eq!(counts, [16, 16, 16, 8]);
    drop(cache);
    anycapture::clear();
    assert!(used() < 0.1, "{} KiB", used());
}
