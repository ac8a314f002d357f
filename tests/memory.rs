//! Values in memory that the user gave, in a build that also has a heap.
//!
//! Memory is given once in a process, so each test here runs in a process of its own: see [`test_in_a_process`]. The unit tests of
//! `src/store/region.rs` have the rings under load.
#![cfg(all(feature = "capture", feature = "std"))]
#![deny(warnings)]

use std::{
    collections::BTreeSet,
    convert::Infallible,
    env,
    process::Command,
    sync::{Barrier, mpsc},
    thread,
};

use anycapture::{
    Dtype, KeyReport, Options, Value, activate, activate_with, cache, capture, clear, drain,
    export, region_size, report, set_memory, set_size, take, try_take, visit,
};
use safetensors::SafeTensors;

fn counts(key: &str) -> KeyReport {
    report().key(key).unwrap_or_default()
}

fn kept(key: &str) -> Vec<u32> {
    cache().get(key).unwrap_or_default().iter().filter_map(|v| v.scalar::<u32>()).collect()
}

fn give(size: usize) {
    set_memory(Box::leak(vec![0_u8; size].into())).expect("it is the first");
    activate();
}

fn exported() -> Vec<u8> {
    let mut file = Vec::new();
    export(|bytes| -> Result<(), Infallible> {
        file.extend_from_slice(bytes);
        Ok(())
    })
    .expect("a `Vec` takes all");
    file
}

/// The names of the tensors in a file.
fn tensors(file: &[u8]) -> Vec<String> {
    let tensors = SafeTensors::deserialize(file).expect("a safetensors file");
    let mut names: Vec<String> = tensors.names().iter().map(ToString::to_string).collect();
    names.sort();
    names
}

fn metadata(file: &[u8], key: &str) -> Option<String> {
    let (_, metadata) = SafeTensors::read_metadata(file).expect("a safetensors file");
    metadata.metadata().as_ref()?.get(key).cloned()
}

/// Captures with one thread, then with a second one: the names of the tensors in a file made after each.
fn files_of_one_thread_and_of_two() -> [Vec<String>; 2] {
    let hit = |n: u32| capture!(threads, n);
    (0..3).for_each(hit);
    let one = tensors(&exported());
    thread::scope(|scope| drop(scope.spawn(|| hit(3))));
    [one, tensors(&exported())]
}

/// Runs an ignored test of this file in a process of its own.
fn run_alone(name: &str, variables: &[(&str, String)]) {
    let this = env::current_exe().expect("this test's file");
    let mut command = Command::new(this);
    command.args(["--ignored", "--exact", name, "--nocapture"]);
    command.envs(variables.iter().map(|(name, value)| (name, value)));
    let output = command.output().expect("this test again");
    let (text, errors) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let passed = output.status.success() && text.contains("1 passed");
    assert!(passed, "{name} {variables:?}: {text}{errors}");
}

macro_rules! test_in_a_process {
    ($($(#[doc = $doc:literal])* fn $name:ident() $body:block)+) => {$(
        $(#[doc = $doc])*
        #[test]
        fn $name() {
            run_alone(concat!("alone::", stringify!($name)), &[]);
        }
    )+

    mod alone {
        use super::*;

        $(#[test]
        #[ignore = "run by the test of the same name, in a process of its own"]
        fn $name() $body)+
    }};
}

test_in_a_process! {
    fn memory_is_given_once_and_before_the_first_capture() {
        let size = 100;
        let (first, second) = (Box::leak(vec![0; size].into()), Box::leak(vec![7; size].into()));
        assert!(set_memory(first).is_ok());
        assert_eq!(set_memory(second), Err(&mut [7; 100][..]));
    }

    fn memory_is_not_taken_once_values_are_on_the_heap() {
        activate();
        let before = 1_u32;
        capture!(m, before);
        assert!(set_memory(Box::leak(vec![0; 100].into())).is_err());
        capture!(m, before);
        assert_eq!(cache()["m.before"].len(), 2, "they stay there");
    }

    fn a_report_begins_with_what_is_set_and_was_used() {
        let x = 1_u8;
        capture!(early, x);
        let text = report().to_string();
        assert!(text.starts_with("anycapture: recording was never activated"), "{text}");
        assert!(text.ends_with("  limits: 1024 values a key, 256 MiB in all; 0 bytes in use\n"), "{text}");
        activate();
        capture!(early, x);
        let text = report().to_string();
        assert!(text.contains("limits: 1024 values a key, 256 MiB in all; "), "{text}");
        assert!(text.contains("early.x: 1 kept") && !text.contains("0 bytes in use"), "{text}");
    }

    fn plain_data_comes_back() {
        // Odd in place and size: nothing has to be aligned.
        let memory: &'static mut [u8] = Box::leak(vec![0_u8; 8_195].into());
        set_memory(&mut memory[1..8_194]).expect("it is the first");
        activate();
        let (attn, flags) = ([[0.5_f32, 1.5], [2.5, -0.0]], vec![true, false]);
        for layer in 0..2_i64 {
            capture!(m, attn, flags, scalar = layer; index = (layer << 40, -1));
        }
        let empty: [f64; 0] = [];
        capture!(m, empty, flat[3] = [1_u8; 100], half = [half::f16::ONE; 2], some = Some(2_u32));
        capture!(m, each = anycapture::each((0..5_u16).rev()), none = None::<u8>);
        // Beyond 32 bits.
        capture!(m, wide[0, 5_000_000_000_u64] = empty);
        let held = cache();
        assert_eq!(held["m.attn"][1].as_slice::<f32>(), Some(attn.as_flattened()));
        assert_eq!((held["m.attn"][1].shape(), held["m.attn"][1].dtype()), (&[2, 2][..], Dtype::F32));
        assert_eq!(held["m.attn"][1].indices(), [1 << 40, -1]);
        assert!(held.at("m.attn", &[0, -1]).is_some());
        assert_eq!(held["m.flags"][0].as_slice::<bool>(), Some(&[true, false][..]));
        assert_eq!(held["m.flags"][0].as_slice::<u8>(), None);
        assert_eq!(held["m.empty"][0].shape(), [0]);
        assert_eq!(held["m.flat"][0].shape(), [100], "a shape that does not fit");
        assert_eq!(counts("m.flat").mismatched(), 1);
        assert_eq!(held["m.half"][0].as_slice::<f32>(), Some(&[1.0; 2][..]));
        assert_eq!(held["m.each"][0].as_slice::<u16>(), Some(&[4, 3, 2, 1, 0][..]));
        assert_eq!((kept("m.some"), counts("m.none").absent()), (vec![2], 1));
        if usize::BITS == 64 {
            assert_eq!(held["m.wide"][0].shape(), [0, 5_000_000_000]);
        }
        assert!(held["m.scalar"][1].sequence() > held["m.attn"][1].sequence());
        let shown = visit(|shown| {
            let same = held[shown.key()].iter().find(|value| value.sequence() == shown.sequence());
            let same = same.expect("it is in the snapshot");
            assert_eq!((shown.bytes(), shown.shape()), (same.bytes(), same.shape()));
            assert_eq!((shown.indices(), shown.thread()), (same.indices(), same.thread()));
            assert_eq!((shown.to_string(), shown.summary()), (same.to_string(), same.summary()));
            assert!(shown.as_slice::<f32>().is_none(), "bytes in no place that suits an `f32`");
            let mut one = [0.0_f32; 4];
            assert_eq!(shown.read_into(&mut one).is_ok(), shown.dtype() == Dtype::F32);
        });
        assert!(shown.is_complete());
        let mut file = Vec::new();
        export(|bytes| -> Result<(), Infallible> {
            file.extend_from_slice(bytes);
            Ok(())
        })
        .expect("a `Vec` takes all");
        let tensors = safetensors::SafeTensors::deserialize(&file).expect("a safetensors file");
        let attn = tensors.tensor("m.attn").expect("kept");
        assert_eq!(attn.shape(), [2, 2, 2]);
        assert_eq!(attn.data(), [held["m.attn"][0].bytes(), held["m.attn"][1].bytes()].concat());
        assert_eq!(tensors.tensor("m.attn#index").expect("given").shape(), [2, 2]);
        let mut from_snapshot = Vec::new();
        held.export(|bytes| -> Result<(), Infallible> {
            from_snapshot.extend_from_slice(bytes);
            Ok(())
        })
        .expect("a `Vec` takes all");
        assert!(from_snapshot == file, "the same file from a snapshot");
    }

    fn other_values_are_refused_and_counted() {
        give(1_000);
        let (text, vector) = ("text", vec![String::new()]);
        capture!(m, text, vector, optional = Some("text"));
        assert!(cache().is_empty());
        assert_eq!((counts("m.text").not_plain(), counts("m.vector").not_plain()), (1, 1));
        assert!(report().to_string().contains("not plain data, which given memory can't hold"));
    }

    fn values_of_a_type_with_a_conversion_are_kept_there() {
        #[derive(Clone)]
        struct Tensor(Vec<f32>);
        give(1_000);
        activate_with(Options::new().convert(|t: &Tensor| anycapture::Array::new(&[1, 2], t.0.clone())));
        let tensor = Tensor(vec![0.5, 1.5]);
        capture!(m, tensor);
        assert_eq!(cache()["m.tensor"][0].as_slice(), Some(&[0.5_f32, 1.5][..]));
        assert_eq!(cache()["m.tensor"][0].shape(), [1, 2]);
    }

    fn region_size_is_exact_to_the_byte() {
        const MEMORY: usize = region_size::<f32>("exact.map", 5, &[3, 4], 2)
            + region_size::<u8>("exact.loss", 100, &[], 0)
            + region_size::<u32>("exact.one", 1, &[], 0);
        set_size(100);
        give(MEMORY);
        let hit = |n: u8| capture!(exact, loss = n);
        // One value fewer than the whole of its ring would be a ring too small.
        let map = |n: i64| {
            let map = vec![n as f32; 12];
            capture!(exact, map[3, 4]; index = (n, -n));
        };
        (0..100).for_each(hit);
        (0..3).for_each(|n: u32| capture!(exact, one = n; keep = 1));
        assert_eq!((kept("exact.one"), counts("exact.one").overwritten()), (vec![2], 2));
        (0..7).for_each(map);
        assert_eq!(counts("exact.loss").overwritten(), 0);
        assert_eq!((counts("exact.map").kept(), counts("exact.map").overwritten()), (5, 2));
        hit(100);
        assert_eq!((counts("exact.loss").kept(), counts("exact.loss").overwritten()), (100, 1));
        let late = 1_u8;
        capture!(exact, late);
        assert_eq!(counts("exact.late").no_memory(), 1, "not a byte is left");
    }

    fn without_being_told_a_key_holds_eight_and_no_key_evicts_another() {
        give(8_000);
        let other = 7_u32;
        capture!(m, other);
        for n in 0..1_000_u32 {
            capture!(m, n);
        }
        assert_eq!(kept("m.n"), (992..1_000).collect::<Vec<_>>());
        assert_eq!(counts("m.n").overwritten(), 992);
        assert_eq!(kept("m.other"), [7]);
        capture!(m, n = [0_u8; 5_000]);
        assert_eq!(counts("m.n").too_large(), 1, "larger than its ring");
        assert_eq!(kept("m.n"), (992..1_000).collect::<Vec<_>>(), "nothing else is lost");
        // More of them fit if later ones are smaller.
        capture!(m, shrinking = [0_u64; 16]);
        for n in 0..100_u32 {
            capture!(m, shrinking = n);
        }
        assert!(kept("m.shrinking").len() > 16, "{:?}", kept("m.shrinking"));
        let late = [0_u8; 20_000];
        capture!(m, late);
        assert_eq!(counts("m.late").no_memory(), 1);
        set_size(3);
        assert_eq!(kept("m.n"), [997, 998, 999]);
        capture!(m, n = 5_u32);
        assert_eq!(kept("m.n"), [998, 999, 5]);
    }

    fn a_walk_refuses_captures_of_the_key_on_show_only() {
        give(4_000);
        let (n, other) = (1_u32, 2_u32);
        for _ in 0..3 {
            capture!(walk, n, other);
        }
        let mut shown = 0;
        let visited = visit(|value| {
            shown += 1;
            if value.key() == "walk.n" {
                capture!(walk, n);
                capture!(walk, other);
            }
        });
        assert!(visited.is_complete());
        assert_eq!(shown, 6, "what came during the walk is left out of it");
        assert_eq!((counts("walk.n").busy(), counts("walk.n").kept()), (3, 3));
        assert_eq!((counts("walk.other").busy(), counts("walk.other").kept()), (0, 6));
        let _ = visit(|value| {
            if value.key() == "walk.n" {
                clear();
            }
        });
        capture!(walk, n);
        assert_eq!((kept("walk.n"), counts("walk.n").cleared()), (vec![1], 3), "as soon as it can");
        let exported = export(|_| -> Result<(), Infallible> {
            capture!(walk, n);
            Ok(())
        });
        assert_eq!(exported, Ok(()));
        assert!(counts("walk.n").busy() > 3 && counts("walk.n").kept() == 1);
    }

    fn drain_shows_and_removes_in_the_order_of_capture() {
        give(8_000);
        for n in 0..6_u32 {
            capture!(port, n, row = [n; 4]; index = n);
        }
        let mut sent: Vec<(String, Option<i64>)> = Vec::new();
        let mut send = |value: &Value<'_>, most: usize| {
            if sent.len() == most {
                return Err("the line is down");
            }
            sent.push((value.key().to_string(), value.index()));
            Ok(())
        };
        assert_eq!(drain(|value| send(value, 5)), Err("the line is down"));
        assert_eq!(kept("port.n").len(), 3);
        assert_eq!(counts("port.row").kept(), 4, "the value that was shown stays");
        assert_eq!(drain(|value| send(value, 99)), Ok(()));
        let expected = (0..6).flat_map(|n| [("port.n".into(), Some(n)), ("port.row".into(), Some(n))]);
        assert_eq!(sent, expected.collect::<Vec<_>>());
        assert!(cache().is_empty());
        assert_eq!((counts("port.n").taken(), counts("port.n").cleared()), (6, 0));
    }

    fn take_hands_out_each_value_once_while_others_take_drain_and_visit() {
        give(1 << 20);
        set_size(10_000);
        let hit = |n: u32| capture!(once, n, row = [n; 8]);
        hit(0);
        let total = 20_000_u64;
        let taker = || {
            let mut own = Vec::new();
            for _ in 0..300 {
                // A key that is on show is busy.
                let taken = try_take().unwrap_or_default();
                own.extend(taken.in_order().map(Value::sequence));
                let _ = drain(|value| {
                    own.push(value.sequence());
                    Ok::<(), ()>(())
                });
            }
            own
        };
        let handed_out = thread::scope(|scope| {
            scope.spawn(|| (1..total as u32 / 2).for_each(hit));
            scope.spawn(|| {
                for _ in 0..200 {
                    let _ = visit(|value| drop(value.to_string()));
                }
            });
            let takers = [scope.spawn(taker), scope.spawn(taker)];
            takers.map(|taker| taker.join().expect("it takes"))
        });
        let mut all: Vec<u64> = handed_out.concat();
        all.extend(take().in_order().map(Value::sequence));
        let unique: BTreeSet<u64> = all.iter().copied().collect();
        assert_eq!(all.len(), unique.len());
        let counts = [counts("once.n"), counts("once.row")];
        let taken: u64 = counts.iter().map(KeyReport::taken).sum();
        let lost: u64 = counts.iter().map(|c| c.overwritten() + c.refused()).sum();
        assert_eq!((all.len() as u64, taken + lost), (taken, total));
    }

    fn threads_lose_nothing_but_to_readers() {
        give(1 << 18);
        set_size(500);
        let start = Barrier::new(3);
        let capturer = |id: u32| {
            start.wait();
            for n in 0..2_000_u32 {
                capture!(threads, row = [n + 10_000 * id; 16]);
            }
        };
        thread::scope(|scope| {
            scope.spawn(|| capturer(0));
            scope.spawn(|| capturer(1));
            scope.spawn(|| {
                start.wait();
                (0..100).map(|_| report().to_string().len() + cache().len()).sum::<usize>()
            });
        });
        // However the two took turns, the last value is of a thread that isn't the first one.
        thread::spawn(|| capture!(threads, row = [1_u32; 16])).join().expect("it captures");
        for value in &cache()["threads.row"] {
            let row = value.as_slice::<u32>().expect("its type");
            assert!(row.iter().all(|n| *n == row[0]), "whole");
        }
        let counts = counts("threads.row");
        assert_eq!(counts.kept() + counts.overwritten() + counts.refused(), 4_001, "{counts}");
        let file = exported();
        let file = SafeTensors::deserialize(&file).expect("a safetensors file");
        let threads = file.tensor("threads.row#thread").expect("not all of the first one");
        assert_eq!(threads.shape(), [usize::try_from(counts.kept()).expect("few")]);
        let cache = cache();
        let of_the_cache = cache["threads.row"].iter().map(|value| value.thread().to_le_bytes());
        assert!(of_the_cache.flatten().eq(threads.data().iter().copied()));
    }

    fn a_smaller_or_larger_size_and_clear_hold_at_once() {
        give(4_000);
        set_size(20);
        let hit = |n: u32| capture!(size, n);
        (0..30).for_each(hit);
        assert_eq!(kept("size.n"), (10..30).collect::<Vec<_>>());
        set_size(2);
        assert_eq!(kept("size.n"), [28, 29]);
        set_size(0);
        (30..60).for_each(hit);
        assert_eq!(kept("size.n"), (40..60).collect::<Vec<_>>(), "as many as its ring has room for");
        clear();
        assert!(cache().is_empty());
        assert_eq!((counts("size.n").overwritten(), counts("size.n").cleared()), (40, 20));
        let _session = anycapture::session();
        assert_eq!(report().key("size.n"), None, "a session counts anew");
    }

    fn recording_stops_behind_the_first_nan() {
        give(4_000);
        activate_with(Options::new().stop_at_nan());
        for step in 0..10_u32 {
            let loss = if step < 5 { 0.5 } else { f32::NAN };
            capture!(train, loss, step);
        }
        assert_eq!(cache()["train.loss"].len(), 6);
        assert_eq!(kept("train.step").len(), 5);
    }

    fn exports_within_and_beside_each_other_are_whole_files() {
        give(100_000);
        for n in 0..8_u32 {
            capture!(files, n, row = [n; 50], map = [n; 500]);
        }
        let expected = exported();
        assert_eq!(tensors(&expected).len(), 6);
        let (mut outer, mut inner) = (Vec::new(), None);
        export(|bytes| -> Result<(), Infallible> {
            outer.extend_from_slice(bytes);
            inner.get_or_insert_with(exported);
            Ok(())
        })
        .expect("a `Vec` takes all");
        assert!(outer == expected);
        let inner = inner.expect("there was a piece");
        assert!(tensors(&inner).len() >= 4, "all but the key whose lock the outer one may hold");
        thread::scope(|scope| {
            let threads = [0, 1].map(|_| scope.spawn(|| (0..20).map(|_| exported()).collect::<Vec<_>>()));
            for files in threads.map(|thread| thread.join().expect("it exports")) {
                assert!(files.iter().all(|file| *file == expected));
            }
        });
    }

    /// Each waits for the lock, and only while somebody reads on this very thread it would be in vain.
    fn threads_lose_next_to_nothing_where_nobody_reads() {
        give(1 << 18);
        set_size(20);
        let capturer = || {
            for n in 0..2_000_u32 {
                capture!(threads, row = [n; 2_000]);
            }
        };
        capturer();
        assert_eq!(visit(|_| {}).values(), 20);
        thread::scope(|scope| (0..4).for_each(|_| drop(scope.spawn(capturer))));
        let counts = counts("threads.row");
        assert_eq!((counts.kept(), counts.overwritten() + counts.refused()), (20, 9_980));
        // Where a thread gets no processor for a second, others lose values until it goes on. Without waiting, it is half of them.
        assert!(counts.refused() < 3_000, "{counts}");
    }

    fn a_walk_and_a_file_within_a_walk_leave_the_key_on_show_out_and_say_so() {
        give(8_000);
        for n in 0..3_u32 {
            capture!(walk, n, other = n);
        }
        let mut file = None;
        let outer = visit(|value| {
            if value.key() != "walk.n" || file.is_some() {
                return;
            }
            let inner = visit(|value| assert_eq!(value.key(), "walk.other"));
            assert_eq!((inner.values(), inner.skipped(), inner.is_complete()), (3, 1, false));
            file = Some(exported());
        });
        assert_eq!((outer.values(), outer.skipped(), outer.is_complete()), (6, 0, true));
        let file = file.expect("there was a value");
        assert_eq!(tensors(&file), ["walk.other", "walk.other#sequence"]);
        let error = metadata(&file, "anycapture.error");
        assert_eq!(error.as_deref(), Some("some keys were in use, and are left out"));
        let file = exported();
        assert_eq!((tensors(&file).len(), metadata(&file, "anycapture.error")), (4, None));
    }

    fn a_scalar_is_one_element_of_the_type_that_is_asked_for() {
        give(4_000);
        capture!(m, one = [5_u32], two = [1_u16, 2]);
        capture!(m, size = 7_usize, offset = -7_isize);
        let visited = visit(|value| {
            let scalars = (value.scalar::<u32>(), value.scalar::<i32>(), value.scalar::<u16>());
            let one = value.key() == "m.one";
            assert_eq!(scalars, (one.then_some(5), None, None), "{value}");
            let [size, offset] = ["m.size", "m.offset"].map(|key| value.key() == key);
            assert_eq!(value.scalar::<usize>(), size.then_some(7), "{value}");
            assert_eq!(value.scalar::<isize>(), offset.then_some(-7), "{value}");
        });
        assert_eq!(visited.values(), 4);
    }

    fn a_report_says_how_much_of_the_given_memory_is_in_use() {
        give(4_000);
        let limits = "limits: as many values a key as its ring has room for, 3.9 KiB of given memory; ";
        let text = report().to_string();
        assert!(text.contains(&format!("{limits}0 bytes in use\n")), "{text}");
        capture!(m, x = 1_u8);
        let text = report().to_string();
        assert!(text.contains(limits) && !text.contains("; 0 bytes in use"), "{text}");
        let _scope = anycapture::scope();
        assert!(!report().to_string().contains("given memory"), "a scope has none of it");
    }

    fn a_drain_ends_before_what_is_captured_meanwhile() {
        give(4_000);
        let hit = |n: u32| capture!(meanwhile, n);
        (0..3).for_each(hit);
        let mut shown = Vec::new();
        drain(|value| -> Result<(), Infallible> {
            shown.extend(value.scalar::<u32>());
            hit(7);
            Ok(())
        })
        .expect("the closure gives no error");
        assert_eq!((shown, kept("meanwhile.n")), (vec![0, 1, 2], vec![7, 7, 7]));
    }

    fn what_is_on_show_is_not_waited_for_by_the_code_that_shows_it() {
        give(8_000);
        for n in 0..3_u32 {
            capture!(nested, n, other = n);
        }
        let mut reads = 0;
        let outer = visit(|value| {
            if value.key() == "nested.n" {
                reads += 1;
                let mut others = 0;
                let inner = visit(|value| others += u64::from(value.key() == "nested.other"));
                assert_eq!((inner.skipped(), inner.values(), others), (1, 3, 3));
                assert!(anycapture::try_cache().is_err());
                assert_eq!(counts("nested.other").kept(), 3);
            }
        });
        assert!(outer.is_complete() && reads == 3);
        // An iterator runs where its elements will be.
        let elements = (0..3_u32).inspect(|&n| capture!(nested, n));
        capture!(nested, n = anycapture::each(elements));
        assert_eq!((counts("nested.n").busy(), counts("nested.n").kept()), (3, 4));
        capture!(nested, n = 4_u32);
        assert_eq!(counts("nested.n").kept(), 5, "and is free again");
    }

    fn a_reader_on_another_thread_does_not_cut_a_file_short() {
        give(8 << 20);
        // More than the pieces in which a file goes to the sink.
        for n in 0..3_u32 {
            capture!(cut, row = [n; 60_000], last = n);
        }
        let (begun, began) = mpsc::channel();
        let mut begun = Some(begun);
        let (showing, shows) = mpsc::channel();
        let (ended, end) = mpsc::channel::<()>();
        let mut file = Vec::new();
        thread::scope(|scope| {
            let reader = scope.spawn(move || {
                began.recv().expect("the export begins");
                visit(|_| {
                    let _ = showing.send(());
                    let _ = end.recv();
                })
            });
            let exported = export(|bytes| -> Result<(), Infallible> {
                file.extend_from_slice(bytes);
                // The first time, until the reader holds a ring or has ended.
                if begun.take().is_some_and(|begun| begun.send(()).is_ok()) {
                    let _ = shows.recv();
                }
                Ok(())
            });
            drop(ended);
            assert_eq!(exported, Ok(()));
            let shown = reader.join().expect("it reads");
            assert_eq!((shown.values(), shown.skipped()), (0, 2));
        });
        let file = safetensors::SafeTensors::deserialize(&file).expect("a whole file");
        assert_eq!(file.tensor("cut.last").expect("the last key").shape(), [3]);
    }

    fn a_file_has_thread_numbers_if_a_second_thread_has_captured() {
        give(4_000);
        let [one, two] = files_of_one_thread_and_of_two();
        assert_eq!(one, ["threads.n", "threads.n#sequence"]);
        assert_eq!(two, ["threads.n", "threads.n#sequence", "threads.n#thread"]);
    }

    fn a_file_has_thread_numbers_if_a_second_thread_has_captured_on_the_heap() {
        activate();
        let [one, two] = files_of_one_thread_and_of_two();
        assert_eq!(one, ["threads.n", "threads.n#sequence"]);
        assert_eq!(two, ["threads.n", "threads.n#sequence", "threads.n#thread"]);
    }

    fn a_conversion_or_an_iterator_that_panics_leaves_the_ring_sound() {
        give(4_000);
        let hit = |panics: bool| {
            let elements = (0..4_u8).map(move |n| if panics && n == 2 { panic!("as written") } else { n });
            capture!(sound, x = anycapture::each(elements));
        };
        hit(false);
        assert!(std::panic::catch_unwind(|| hit(true)).is_err());
        hit(false);
        assert_eq!(cache()["sound.x"].len(), 2);
        assert_eq!(cache()["sound.x"][1].as_slice(), Some(&[0_u8, 1, 2, 3][..]));
    }

    /// The bytes of the memory are read as a debugger would read them.
    fn a_copy_of_the_memory_is_recovered_as_after_a_reset() {
        #[cfg(target_os = "linux")]
        {
            use std::os::unix::fs::FileExt;

            let memory: &'static mut [u8] = Box::leak(vec![0xff_u8; 4_096].into());
            let (address, size) = (memory.as_ptr() as u64, memory.len());
            set_memory(memory).expect("it is the first");
            let copy = || {
                let mut copy = vec![0; size];
                let file = std::fs::File::open("/proc/self/mem").expect("Linux has it");
                file.read_exact_at(&mut copy, address).expect("the memory is there");
                copy
            };
            assert!(anycapture::recover(&copy()).is_none(), "nothing is captured yet");
            activate();
            let r#type = 1.5_f64;
            for n in 0..20_u32 {
                capture!(reset, n, row[2, 2] = [n as f32; 4], r#type; index = (n, -1));
            }
            let held = cache();
            let copy = copy();
            let recovered = anycapture::recover(&copy).expect("it holds values");
            assert!(format!("{recovered:?}").starts_with("Recovered("), "{recovered:?}");
            let mut found = 0;
            recovered.visit(|value| {
                let same = held[value.key()].iter().find(|v| v.sequence() == value.sequence());
                let same = same.expect("it was held");
                assert_eq!((value.bytes(), value.shape()), (same.bytes(), same.shape()));
                assert_eq!((value.dtype(), value.indices()), (same.dtype(), same.indices()));
                found += 1;
            });
            assert_eq!(found, held.iter().map(|(_, values)| values.len()).sum::<usize>());
            // Cut off, or with any byte changed: what is found is whole, and nothing panics.
            for end in (0..size).step_by(13) {
                if let Some(found) = anycapture::recover(&copy[..end]) {
                    found.visit(|value| drop(value.to_string()));
                }
            }
            for at in 0..size {
                let mut copy = copy.clone();
                copy[at] ^= 0x5a;
                if let Some(found) = anycapture::recover(&copy) {
                    found.visit(|value| assert!(value.bytes().len() <= size));
                }
            }
        }
    }
}

/// Regions from 64 bytes to 64 KiB, each in a process of its own.
#[test]
fn nothing_outside_the_region_is_written_whatever_its_size() {
    for power in 6..=16 {
        for size in [1_usize << power, (1 << power) + 37] {
            run_alone("one_region_between_guards", &[("REGION", size.to_string())]);
        }
    }
}

/// A stream of values of changing sizes into the middle of a buffer of known bytes.
#[test]
#[ignore = "run by the test above, in a process of its own"]
fn one_region_between_guards() {
    const GUARD: usize = 4096;
    const BYTE: u8 = 0xa7;
    let size: usize = env::var("REGION").ok().and_then(|size| size.parse().ok()).unwrap_or(4096);
    let buffer = Box::leak(vec![BYTE; GUARD + size + GUARD].into_boxed_slice());
    let (before, rest) = buffer.split_at_mut(GUARD);
    let (region, behind) = rest.split_at_mut(size);
    set_memory(region).expect("it is the first");
    activate();

    let mut random = 1_u64;
    let mut below = |end: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (random >> 33) as usize % end
    };
    // The last number that each key was given, which every element of its value is.
    let mut made = [0_u64; 3];
    for n in 0..6_000_u64 {
        // Largest: a little more than the whole region.
        let largest = [8, size / 64 + 1, size / 8 + 2][below(3)];
        let length = below(largest);
        let value = vec![n; length];
        let key = below(3);
        made[key] += 1;
        match key {
            0 => capture!(guard, a = value; index = n),
            1 => capture!(guard, b = value; index = n << 33),
            _ => capture!(guard, c[1, length] = value; index = n),
        }
        match below(1_000) {
            0 => clear(),
            1 => set_size(below(4) * 10),
            _ => {}
        }
        let used = |bytes: &[u8]| bytes.iter().any(|&byte| byte != BYTE);
        assert!(!used(before) && !used(behind), "capture {n} wrote outside");
    }

    let held = cache();
    let mut last: (String, i64) = (String::new(), 0);
    let _ = visit(|shown| {
        let value = held[shown.key()].iter().find(|value| value.sequence() == shown.sequence());
        let elements = value.and_then(|value| value.as_slice::<u64>()).expect("a whole value");
        let shift = if shown.key() == "guard.b" { 33 } else { 0 };
        let number = shown.index().expect("an index") >> shift;
        assert!(elements.iter().all(|&element| element == number as u64), "{shown}");
        assert_eq!(shown.shape().iter().product::<usize>(), elements.len());
        assert!(last.0 != shown.key() || last.1 < number, "in order");
        last = (shown.key().to_string(), number);
    });
    for (key, made) in ["guard.a", "guard.b", "guard.c"].iter().zip(made) {
        let counts = counts(key);
        let held = counts.kept() + counts.overwritten() + counts.cleared();
        assert_eq!(held + counts.refused(), made, "{key}: {counts}");
        assert_eq!(counts.refused(), counts.no_memory() + counts.too_large(), "{key}: {counts}");
    }
    if size >= 1_024 {
        let overwritten: u64 =
            ["guard.a", "guard.b", "guard.c"].map(|key| counts(key).overwritten()).iter().sum();
        assert!(overwritten > 0, "a ring was full");
    }
}
