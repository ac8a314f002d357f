//! Values in memory that the user gave, in a build that also has a heap.
//!
//! Memory is given once in a process, so one test tells the whole story, and regions of other sizes get processes of
//! their own. The unit tests of `src/store/arena.rs` have the rings in such memory under load.
#![cfg(all(feature = "capture", feature = "std"))]
#![deny(warnings)]

use std::{env, process::Command, thread};

use anycapture::{
    Dtype, KeyReport, Options, Value, activate, activate_with, cache, capture, clear, export,
    report, set_size, take, visit,
};

fn counts(key: &str) -> KeyReport {
    report().key(key).unwrap_or_default()
}

fn kept(key: &str) -> Vec<u32> {
    cache().get(key).unwrap_or_default().iter().filter_map(Value::scalar::<u32>).collect()
}

#[test]
fn given_memory_holds_the_values_and_only_it() {
    set_size(100);
    activate();
    let before = 1_u32;
    capture!(m, before);

    // Odd in place and size: nothing has to be aligned.
    let memory = Box::leak(Box::new([0_u8; 4099]));
    activate_with(Options::new().memory(&mut memory[1..4098]));
    assert!(cache().is_empty(), "the heap's values are gone");
    assert_eq!(counts("m.before").cleared(), 1, "and counted");

    for n in 0..200_u8 {
        capture!(m, told = n);
    }
    assert_eq!(cache()["m.told"].len(), 100, "a size told before still holds");
    set_size(0);
    clear();

    plain_data_comes_back();
    other_values_are_refused();
    the_newest_stay();
    a_walk_refuses_captures_and_puts_off_changes();
    memory_is_given_once();
    threads_wait_for_each_other();
    take_clears();
}

fn plain_data_comes_back() {
    let (attn, flags) = ([[0.5_f32, 1.5], [2.5, -0.0]], vec![true, false]);
    for layer in 0..2_u64 {
        capture!(m, attn, flags, scalar = layer; index = layer << 40);
    }
    let empty: [f64; 0] = [];
    capture!(m, empty, wide[1, 70_000] = [1_u8; 100], before = 2_u32);
    let held = cache();
    assert_eq!(held["m.attn"][1].as_slice::<f32>(), Some(attn.as_flattened()));
    assert_eq!((held["m.attn"][1].shape(), held["m.attn"][1].dtype()), (&[2, 2][..], Dtype::F32));
    assert_eq!(held["m.attn"][1].index(), Some(1 << 40));
    assert_eq!(held["m.flags"][0].as_slice::<bool>(), Some(&[true, false][..]));
    assert_eq!(held["m.flags"][0].as_slice::<u8>(), None);
    assert_eq!(held["m.empty"][0].shape(), [0]);
    assert_eq!(held["m.wide"][0].shape(), [100], "a shape that does not fit");
    assert_eq!(counts("m.wide").mismatched(), 1);
    assert_eq!(kept("m.before"), [2]);
    assert!(held["m.scalar"][1].sequence() > held["m.attn"][1].sequence());
    visit(|entry| {
        let same = held[entry.key()].iter().find(|value| value.sequence() == entry.sequence());
        assert_eq!(Some(entry.bytes()), same.map(Value::bytes), "{entry}");
        let mut one = [0.0_f32; 4];
        assert_eq!(entry.read_into(&mut one).is_ok(), entry.key() == "m.attn");
    });
    let mut file = Vec::new();
    export(|bytes| file.extend_from_slice(bytes));
    let tensors = safetensors::SafeTensors::deserialize(&file).expect("a safetensors file");
    let count: usize = held.iter().map(|(_, values)| values.len()).sum();
    assert_eq!(tensors.len(), count);
    assert_eq!(tensors.tensor("m.attn/1").expect("kept").data(), held["m.attn"][1].bytes());
    clear();
}

fn other_values_are_refused() {
    let (text, vector) = ("text", vec![String::new()]);
    capture!(m, text, vector);
    assert!(cache().is_empty());
    assert_eq!((counts("m.text").not_plain(), counts("m.vector").not_plain()), (1, 1));
    assert!(report().to_string().contains("no plain data, which given memory can't hold"));
}

fn the_newest_stay() {
    let n = 7_u32;
    capture!(m, other = n);
    for n in 0..1_000_u32 {
        capture!(m, n);
    }
    let newest = kept("m.n");
    assert!(newest.len() > 50 && newest.len() < 4097 / 4, "{}", newest.len());
    assert!(newest.iter().rev().copied().eq((0..1000).rev().take(newest.len())));
    assert_eq!(counts("m.n").kept() + counts("m.n").overwritten(), 1_000);
    assert_eq!(kept("m.other"), [7], "no key evicts another");
    capture!(m, n = [0_u8; 5_000]);
    assert_eq!(counts("m.n").too_large(), 1);
    assert_eq!(kept("m.n"), newest, "nothing else is lost");
    let late = [0_u8; 2_000];
    capture!(m, late);
    assert_eq!(counts("m.late").no_memory(), 1);
    set_size(3);
    assert_eq!(kept("m.n"), [997, 998, 999]);
    capture!(m, n);
    assert_eq!(kept("m.n"), [998, 999, 7]);
    capture!(m, late);
    assert_eq!(counts("m.late").kept(), 1, "what others gave up is free for all");
    clear();
    set_size(0);
}

fn a_walk_refuses_captures_and_puts_off_changes() {
    let n = 1_u32;
    for _ in 0..3 {
        capture!(walk, n);
    }
    let mut shown = 0;
    visit(|_| {
        capture!(walk, n);
        visit(|_| shown += 1);
        set_size(1);
    });
    assert_eq!(shown, 9, "a walk in a walk sees all");
    assert_eq!((counts("walk.n").busy(), counts("walk.n").kept()), (3, 1), "{}", counts("walk.n"));
    visit(|_| clear());
    assert_eq!((counts("walk.n").cleared(), cache().len()), (1, 0));
    capture!(walk, n);
    let mut taken = Vec::new();
    set_size(0);
    capture!(walk, n);
    visit(|_| taken.push(take().len()));
    assert_eq!((taken, cache().len()), (vec![1, 0], 0), "taken once");
    assert_eq!((counts("walk.n").taken(), counts("walk.n").cleared()), (2, 1));
    set_size(0);
}

fn memory_is_given_once() {
    let again = Box::leak(Box::new([0_u8; 100]));
    activate_with(Options::new().memory(again));
    assert_eq!(again_is_untouched(), None);
    let text = report().to_string();
    assert!(
        text.contains("memory was given again, 1 time: the first, of 4.0 KiB, stays"),
        "{text}"
    );
}

fn again_is_untouched() -> Option<()> {
    let n = 5_u32;
    capture!(m, n);
    (kept("m.n") != [5]).then_some(())
}

fn threads_wait_for_each_other() {
    clear();
    thread::scope(|scope| {
        for id in 0..2_u32 {
            scope.spawn(move || {
                for n in 0..1_000_u32 {
                    capture!(threads, row = [n + 10_000 * id; 16]);
                }
            });
        }
        // Who reads for the crate's own sake makes them wait, not lose.
        scope.spawn(|| (0..100).map(|_| report().to_string().len() + cache().len()).sum::<usize>());
    });
    for value in &cache()["threads.row"] {
        let row = value.as_slice::<u32>().expect("its type");
        assert!(row.iter().all(|n| *n == row[0]), "whole");
    }
    let counts = counts("threads.row");
    assert_eq!(counts.kept() + counts.overwritten(), 2_000, "{counts}");
}

fn take_clears() {
    let held = cache()["threads.row"].len();
    let taken = take();
    assert_eq!(taken["threads.row"].len(), held);
    assert!(cache().is_empty());
    assert_eq!(counts("threads.row").taken(), held as u64);
}

/// Regions from 64 bytes to 64 KiB, each in a process of its own.
#[test]
fn nothing_outside_the_region_is_written_whatever_its_size() {
    let this = env::current_exe().expect("this test's file");
    for power in 6..=16 {
        for size in [1_usize << power, (1 << power) + 37] {
            let output = Command::new(&this)
                .args(["--ignored", "--exact", "one_region_between_guards"])
                .env("REGION", size.to_string())
                .output()
                .expect("this test again");
            let text = String::from_utf8_lossy(&output.stdout);
            assert!(output.status.success() && text.contains("1 passed"), "{size} bytes: {text}");
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
    activate_with(Options::new().memory(region));

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

    let mut last: (&str, u64) = ("", 0);
    visit(|entry| {
        let held = cache();
        let value = &held[entry.key()].iter().find(|value| value.sequence() == entry.sequence());
        let elements = value.and_then(|value| value.as_slice::<u64>()).expect("a whole value");
        let shift = if entry.key() == "guard.b" { 33 } else { 0 };
        let number = entry.index().expect("an index") >> shift;
        assert!(elements.iter().all(|&element| element == number), "{entry}");
        assert_eq!(entry.shape().iter().product::<usize>(), elements.len());
        assert!(last.0 != entry.key() || last.1 < number, "in order");
        last = (entry.key(), number);
    });
    for (key, made) in ["guard.a", "guard.b", "guard.c"].iter().zip(made) {
        let counts = counts(key);
        let held = counts.kept() + counts.overwritten() + counts.cleared();
        assert_eq!(held + counts.refused(), made, "{key}: {counts}");
        assert_eq!(counts.refused(), counts.no_memory() + counts.too_large(), "{key}: {counts}");
    }
    if size >= 256 {
        let overwritten: u64 =
            ["guard.a", "guard.b", "guard.c"].map(|key| counts(key).overwritten()).iter().sum();
        assert!(overwritten > 0, "the region was full");
    }
}
