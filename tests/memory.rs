//! Values in memory that the user gave, in a build that also has a heap.
//!
//! Memory is given once in a process, so one test tells the whole story. The unit tests of
//! `src/store/arena.rs` have the rings in such memory under load.
#![cfg(all(feature = "capture", feature = "std"))]
#![deny(warnings)]

use std::thread;

use anycapture::{
    activate, activate_with, cache, capture, clear, export, report, set_size, take, visit, Dtype,
    KeyReport, Options, Value,
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
