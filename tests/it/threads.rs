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
