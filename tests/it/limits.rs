//! How much is kept.

use std::{collections::BTreeMap, sync::Mutex};

use anycapture::{Options, activate_with, cache, capture, report, set_size};

use crate::alone;

/// What became of the values of `key` since the last call.
fn counts(key: &str) -> [u64; 4] {
    static BEFORE: Mutex<BTreeMap<String, [u64; 4]>> = Mutex::new(BTreeMap::new());
    let Some(now) = report().key(key) else { return [0; 4] };
    let now = [now.kept(), now.overwritten(), now.no_memory(), now.too_large()];
    let mut before = BEFORE.lock().expect("no panic inside");
    let then = before.insert(key.into(), now).unwrap_or_default();
    [now[0], now[1] - then[1], now[2] - then[2], now[3] - then[3]]
}

fn hit(x: u32) {
    capture!(small, x);
    capture!(large, x = vec![x; 1000]);
}

fn small() -> Vec<u32> {
    cache().get("small.x").unwrap_or_default().iter().filter_map(|v| v.scalar::<u32>()).collect()
}

fn large() -> Vec<u32> {
    let cache = cache();
    let values = cache.get("large.x").unwrap_or_default();
    values.iter().filter_map(|v| v.as_slice::<u32>().map(|x| x[0])).collect()
}

#[test]
fn the_newest_of_each_key_are_kept_in_order() {
    let _alone = alone();
    for size in 1..9 {
        set_size(size);
        anycapture::clear();
        for n in 0..20 {
            hit(n);
            let first = (n + 1).saturating_sub(u32::try_from(size).expect("small"));
            assert_eq!(small(), (first..=n).collect::<Vec<_>>(), "{size} of {n}");
            assert_eq!(large(), (first..=n).collect::<Vec<_>>(), "{size} of {n}");
        }
    }
}

#[test]
fn set_size_shrinks_at_once_and_grows_again() {
    let _alone = alone();
    counts("small.x");
    set_size(7);
    (0..10).for_each(hit);
    set_size(3);
    assert_eq!((small(), large()), (vec![7, 8, 9], vec![7, 8, 9]));
    set_size(5);
    (10..13).for_each(hit);
    assert_eq!((small(), large()), ((8..13).collect(), (8..13).collect()));
    set_size(0);
    (13..100).for_each(hit);
    assert_eq!((small(), large()), ((8..100).collect(), (8..100).collect()));
    set_size(usize::MAX);
    hit(100);
    assert_eq!(small().len(), 93);
    set_size(1);
    assert_eq!((small(), large()), (vec![100], vec![100]));
    assert_eq!(counts("small.x"), [1, 100, 0, 0]);
}

#[test]
fn the_budget_holds_in_all_and_no_key_evicts_another() {
    let _alone = alone();
    counts("large.x");
    activate_with(Options::new().max_size(0).max_bytes(100_000));
    for n in 0..10 {
        capture!(other, n);
    }
    (0..200).for_each(hit);
    let cache = cache();
    let held: usize = cache.iter().flat_map(|(_, values)| values).map(|v| v.bytes().len()).sum();
    assert!(held <= 100_000, "{held} bytes");
    assert_eq!(cache["other.n"].len(), 10, "another key stays whole");
    assert_eq!(
        large(),
        (200 - u32::try_from(large().len()).expect("few")..200).collect::<Vec<_>>()
    );
    let kept = large().len() as u64;
    assert_eq!(counts("large.x"), [kept, 200 - kept, 0, 0]);
}

#[test]
fn a_value_larger_than_the_budget_is_refused_and_nothing_else_is_lost() {
    let _alone = alone();
    counts("large.x");
    activate_with(Options::new().max_bytes(10_000));
    (0..2).for_each(hit);
    let huge = vec![0_u8; 10_000];
    capture!(large, x = huge);
    capture!(f, huge);
    assert_eq!((small(), large()), (vec![0, 1], vec![0, 1]));
    assert_eq!(counts("large.x"), [2, 0, 0, 1]);
    assert_eq!(counts("f.huge"), [0, 0, 0, 1]);
}

#[test]
fn a_key_without_room_is_refused_when_others_have_it_all() {
    let _alone = alone();
    activate_with(Options::new().max_size(0).max_bytes(10_000));
    (0..400).for_each(hit);
    let before = (small(), large());
    let late = [0_u8; 2000];
    for _ in 0..3 {
        capture!(f, late);
    }
    assert_eq!(counts("f.late"), [0, 0, 3, 0]);
    assert_eq!((small(), large()), before);
}

#[test]
fn a_budget_of_nothing_or_one_byte_refuses_and_one_of_everything_does_not() {
    let _alone = alone();
    counts("small.x");
    for max_bytes in [0, 1] {
        activate_with(Options::new().max_bytes(max_bytes));
        hit(1);
        assert_eq!((small(), large()), (vec![], vec![]));
    }
    assert_eq!(counts("small.x"), [0, 0, 0, 2]);
    activate_with(Options::new().max_bytes(usize::MAX).max_size(usize::MAX));
    hit(2);
    assert_eq!((small(), large()), (vec![2], vec![2]));
}

#[test]
fn a_smaller_budget_binds_what_comes() {
    let _alone = alone();
    (0..10).for_each(hit);
    activate_with(Options::new().max_bytes(100));
    capture!(small, x = 10_u32);
    assert_eq!(small(), (1..11).collect::<Vec<_>>(), "it takes the place of the oldest");
}

#[test]
fn a_refused_value_leaves_a_column_as_it_is() {
    let _alone = alone();
    activate_with(Options::new().max_size(0).max_bytes(100_000));
    let scalar = |n: u32| capture!(column, x = n);
    (0..5_000).for_each(scalar);
    let before = cache()["column.x"].len();
    capture!(column, x = vec![0_u8; 200_000]);
    assert_eq!(cache()["column.x"].len(), before);
    assert_eq!(counts("column.x")[3], 1);
    // A value that fits makes places of the column, within the budget.
    capture!(column, x = vec![0_u8; 20_000]);
    assert!(report().to_string().contains("97.7 KiB in all"), "{}", report());
    let used = report().to_string();
    let used = used.split("; ").nth(1).and_then(|rest| rest.split(' ').next());
    assert!(used.is_some_and(|kib| kib.parse::<f32>().is_ok_and(|kib| kib <= 97.7)), "{used:?}");
    assert_eq!(cache()["column.x"].last().map(|value| value.shape()[0]), Some(20_000));
}
