//! How much is kept.

use anycapture::{Options, activate_with, cache, capture, report, set_size};

use crate::alone;

/// Kept, overwritten, and refused for lack of memory and for the value's size.
fn counts(key: &str) -> [u64; 4] {
    let counts = report().key(key).unwrap_or_default();
    [counts.kept(), counts.overwritten(), counts.no_memory(), counts.too_large()]
}

fn hit(x: u32) {
    capture!(small, x);
    capture!(large, x = vec![x; 10_000]);
}

fn small() -> Vec<u32> {
    cache().get("small.x").unwrap_or_default().iter().filter_map(|v| v.scalar::<u32>()).collect()
}

fn large() -> Vec<u32> {
    let cache = cache();
    let values = cache.get("large.x").unwrap_or_default();
    values.iter().filter_map(|v| v.as_slice::<u32>().map(|x| x[0])).collect()
}

/// The bytes that the report says are in use.
fn used() -> f64 {
    let text = report().to_string();
    let used = text.split("; ").nth(1).and_then(|rest| rest.split_once(" in use"));
    let parse = |(used, _): (&str, &str)| {
        let (number, unit) = used.split_once(' ')?;
        let unit = ["bytes", "KiB", "MiB", "GiB"].iter().position(|name| *name == unit)?;
        Some(number.parse::<f64>().ok()? * 1024_f64.powi(i32::try_from(unit).ok()?))
    };
    used.and_then(parse).unwrap_or_else(|| panic!("{text}"))
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
fn set_size_gives_the_memory_back() {
    let _alone = alone();
    set_size(0);
    (0..300).for_each(hit);
    let n = 7_u32;
    for _ in 0..100_000 {
        capture!(many, n);
    }
    assert!(used() > 13e6, "{}", used());
    set_size(1);
    assert!(used() < 150e3, "{} bytes for three values, one of 40 KB", used());
}

#[test]
fn the_budget_holds_in_all_and_no_key_evicts_another() {
    let _alone = alone();
    activate_with(Options::new().max_size(0).max_bytes(1 << 20));
    for n in 0..10 {
        capture!(other, n);
    }
    (0..200).for_each(hit);
    let cache = cache();
    let held: usize = cache.iter().flat_map(|(_, values)| values).map(|v| v.bytes().len()).sum();
    assert!(held <= 1 << 20, "{held} bytes");
    assert!(held >= 900_000, "{held} bytes of a million that may be used");
    assert!(used() <= 1024.0 * 1024.0, "{} bytes", used());
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
    activate_with(Options::new().max_bytes(100_000));
    (0..2).for_each(hit);
    let huge = vec![0_u8; 100_000];
    capture!(large, x = huge);
    capture!(f, huge);
    assert_eq!((small(), large()), (vec![0, 1], vec![0, 1]));
    assert_eq!(counts("large.x"), [2, 0, 0, 1]);
    assert_eq!(counts("f.huge"), [0, 0, 0, 1]);
}

/// Values share memory however their elements come: a chunk for each of them would be several times as much.
#[test]
fn short_values_of_an_iterator_or_a_conversion_take_no_more_memory_than_those_of_a_slice() {
    #[derive(Clone)]
    struct Pair;
    let used_by = |capture: &dyn Fn()| {
        let _scope = anycapture::scope();
        activate_with(
            Options::new()
                .max_size(0)
                .convert(|_: &Pair| anycapture::Array::new(&[2], vec![0.5_f32, 1.5])),
        );
        (0..1_000).for_each(|_| capture());
        let pair = Some(&[0.5_f32, 1.5][..]);
        assert!(cache()["short.x"].iter().all(|value| value.as_slice() == pair));
        assert_eq!(counts("short.x"), [1_000, 0, 0, 0]);
        used()
    };
    let slice = used_by(&|| capture!(short, x = [0.5_f32, 1.5]));
    let iterator = used_by(&|| {
        capture!(short, x = anycapture::each([0.25_f32, 0.75].iter().map(|x| x * 2.0)));
    });
    let conversion = used_by(&|| capture!(short, x = Pair));
    assert_eq!([iterator, conversion], [slice; 2]);
}

#[test]
fn a_key_without_room_is_refused_when_others_have_it_all() {
    let _alone = alone();
    activate_with(Options::new().max_size(0).max_bytes(100_000));
    (0..400).for_each(hit);
    let before = (small(), large());
    let late = [0_u8; 30_000];
    for _ in 0..3 {
        capture!(f, late);
    }
    assert_eq!(counts("f.late"), [0, 0, 3, 0]);
    assert_eq!((small(), large()), before);
}

#[test]
fn a_budget_of_nothing_or_one_byte_refuses_and_one_of_everything_does_not() {
    let _alone = alone();
    for max_bytes in [0, 1] {
        activate_with(Options::new().max_bytes(max_bytes));
        hit(1);
        assert_eq!((small(), large()), (vec![], vec![]));
    }
    let [kept, overwritten, no_memory, too_large] = counts("small.x");
    assert_eq!([kept, overwritten, no_memory + too_large], [0, 0, 2]);
    activate_with(Options::new().max_bytes(usize::MAX).max_size(usize::MAX));
    hit(2);
    assert_eq!((small(), large()), (vec![2], vec![2]));
}

#[test]
fn a_budget_holds_for_many_keys_of_one_small_value() {
    for max_bytes in (500..20_000).step_by(97) {
        let _alone = alone();
        activate_with(Options::new().max_bytes(max_bytes));
        let n = 1_u8;
        capture!(keys, a = n, b = n, c = n, d = n, e = n, f = n, g = n, h = n, i = n, j = n);
        capture!(keys, k = n, l = n, m = n, o = n, p = n, q = n, r = n, s = n, t = n, u = n);
        // The report rounds to tenths of a KiB.
        assert!(used() <= max_bytes as f64 + 52.0, "{} of {max_bytes}", used());
        let kept = cache().len();
        assert_eq!(cache().iter().filter(|(_, values)| values.len() == 1).count(), kept);
        assert!(kept == 20 || report().to_string().contains("no memory"), "{}", report());
    }
}

#[test]
fn a_new_scope_uses_nothing_whatever_others_have_left() {
    {
        let _other = alone();
        set_size(0);
        (0..2_000).for_each(|n| capture!(other, x = vec![n; 1_000]));
    }
    let _alone = alone();
    assert_eq!(used(), 0.0);
}

/// There is room for a chunk or two: the older half of the only one makes room for the newer values.
#[test]
fn a_budget_of_some_small_values_keeps_the_newest_of_them() {
    const COUNT: u32 = 3_000;
    for max_bytes in (1_500..6_000).step_by(100).chain([10_000, 50_000]) {
        let _alone = alone();
        activate_with(Options::new().max_size(0).max_bytes(max_bytes));
        for n in 0..COUNT {
            capture!(tight, n; index = n);
            if n % 7 == 0 && n > COUNT / 2 {
                // Of another form, in the same ring.
                capture!(tight, n = [n; 2]; index = n);
            }
        }
        let [kept, overwritten, no_memory, too_large] = counts("tight.n");
        let all = u64::from(COUNT + (COUNT / 2 + 1..COUNT).filter(|n| n % 7 == 0).count() as u32);
        assert_eq!(kept + overwritten + no_memory + too_large, all, "{max_bytes}");
        let cache = cache();
        let values = cache.get("tight.n").unwrap_or_default();
        assert_eq!(values.len() as u64, kept);
        assert!(kept == 0 || values.last().and_then(|v| v.index()) == Some(i64::from(COUNT - 1)));
        assert!(values.windows(2).all(|pair| pair[1].sequence() == pair[0].sequence() + 1));
        for value in values {
            let n = value.as_slice::<u32>().and_then(|n| n.first()).copied();
            assert_eq!(n.map(i64::from), value.index(), "{max_bytes}");
        }
        // The report rounds to tenths of a KiB.
        assert!(used() <= max_bytes as f64 + 52.0, "{} of {max_bytes}", used());
        if max_bytes >= 3_000 {
            assert!(kept >= 8 && no_memory + too_large == 0, "{max_bytes}: {kept} {no_memory}");
        }
    }
}

#[test]
fn a_smaller_budget_takes_effect_at_once_and_keeps_the_newest() {
    let _alone = alone();
    (0..50).for_each(hit);
    activate_with(Options::new().max_bytes(500 << 10));
    assert!(used() <= 500.0 * 1024.0, "{} bytes", used());
    let (kept, newest) = (large().len(), large());
    assert!((5..=12).contains(&kept), "{kept} of 40 KB each");
    assert_eq!(newest, (50 - u32::try_from(kept).expect("few")..50).collect::<Vec<_>>());
    let [kept, overwritten, ..] = counts("large.x");
    assert_eq!(kept + overwritten, 50);
    assert_eq!(small().last(), Some(&49));
    // And on a ring that is full.
    set_size(4);
    (50..60).for_each(hit);
    activate_with(Options::new().max_bytes(150 << 10));
    assert!(used() <= 150.0 * 1024.0, "{} bytes", used());
    (60..70).for_each(hit);
    assert!(used() <= 150.0 * 1024.0, "{} bytes", used());
    assert_eq!(large().last(), Some(&69));
}

/// What a larger budget leaves behind is reused, and does not count against a smaller one.
#[test]
fn a_smaller_budget_has_room_after_a_larger_one() {
    let _alone = alone();
    set_size(0);
    for n in 0..3_000_u32 {
        capture!(small, text = n.to_string());
    }
    anycapture::clear();
    activate_with(Options::new().max_bytes(8_000));
    (0..3_u32).for_each(|x| capture!(small, x));
    assert_eq!((small(), counts("small.x")), (vec![0, 1, 2], [3, 0, 0, 0]), "{}", report());
}

#[test]
fn clearing_while_a_large_value_is_being_filled_does_not_exceed_the_budget() {
    let _alone = alone();
    set_size(0);
    activate_with(Options::new().max_bytes(1 << 20));
    for n in 0..60_u8 {
        let clearing = (0..60_000).map(|at| {
            if at == 30_000 {
                anycapture::clear();
                // Fills the budget while the value is under way.
                for _ in 0..20 {
                    capture!(filled, inner = vec![n; 60_000]);
                }
            }
            n
        });
        capture!(filled, outer = anycapture::each(clearing));
        assert!(used() <= 1024.0 * 1024.0, "{} bytes", used());
    }
    let counts = report().key("filled.outer").expect("was hit");
    let all = counts.kept() + counts.overwritten() + counts.cleared() + counts.refused();
    assert_eq!(all, 60, "{counts}");
}

#[test]
fn a_value_whose_iterator_panics_gives_its_memory_back() {
    let _alone = alone();
    activate_with(Options::new().max_bytes(1 << 20));
    let capture = |panics: bool| {
        let values = (0..100_000_u32).map(|at| match (panics, at) {
            (true, 50_000) => std::panic::resume_unwind(Box::new("half way")),
            _ => at,
        });
        capture!(f, values = anycapture::each(values));
    };
    for _ in 0..20 {
        assert!(std::panic::catch_unwind(|| capture(true)).is_err());
    }
    capture(false);
    assert_eq!(counts("f.values")[0], 1, "{}", report());
}

#[test]
fn texts_and_users_values_count_with_the_bytes_that_are_known_of_them() {
    #[derive(Clone)]
    struct Big(#[allow(dead_code)] [u8; 10_000]);
    for form in 0..4 {
        let _alone = alone();
        activate_with(Options::new().max_bytes(100_000));
        for _ in 0..30 {
            match form {
                0 => capture!(f, x = "x".repeat(10_000)),
                1 => capture!(f, x = vec!["x".repeat(2_500); 4]),
                2 => capture!(f, x = vec![String::new(); 420]),
                _ => capture!(f, x = Big([1; 10_000])),
            }
        }
        let kept = counts("f.x")[0];
        assert!((6..10).contains(&kept), "{kept} of form {form}");
    }
}

#[test]
fn a_drop_that_clears_and_captures_does_not_exceed_the_budget() {
    struct Chatty;
    impl Clone for Chatty {
        fn clone(&self) -> Chatty {
            Chatty
        }
    }
    impl Drop for Chatty {
        fn drop(&mut self) {
            if anycapture::is_active() {
                anycapture::clear();
                capture!(dropping, map = vec![1_u8; 60_000]);
            }
        }
    }
    let _alone = alone();
    activate_with(Options::new().max_size(2).max_bytes(200 << 10));
    let chatty = std::mem::ManuallyDrop::new(Chatty);
    let chatty: &Chatty = &chatty;
    for n in 0..50_u8 {
        capture!(dropping, chatty, large = vec![n; 60_000]);
        assert!(used() <= 200.0 * 1024.0, "{} bytes", used());
    }
    anycapture::deactivate();
    anycapture::clear();
}

#[test]
fn a_refused_value_leaves_a_full_key_as_it_is() {
    let _alone = alone();
    activate_with(Options::new().max_size(0).max_bytes(100 << 10));
    let scalar = |n: u32| capture!(column, x = n);
    (0..5_000).for_each(scalar);
    let before = cache()["column.x"].len();
    assert!(before > 2_500, "{before} scalars of 20 bytes in 100 KB");
    capture!(column, x = vec![0_u8; 200_000]);
    assert_eq!(cache()["column.x"].len(), before);
    assert_eq!(counts("column.x")[3], 1);
    // A value that fits takes the place of the oldest, within the budget.
    capture!(column, x = vec![0_u8; 20_000]);
    assert!(used() <= 100.0 * 1024.0, "{} bytes", used());
    assert_eq!(cache()["column.x"].last().map(|value| value.shape()[0]), Some(20_000));
    assert!(cache()["column.x"].len() > before / 2);
}

#[test]
fn values_of_changing_shapes_share_a_full_ring() {
    let _alone = alone();
    set_size(10);
    for n in 0..1_000_usize {
        let odd = n % 7 == 3;
        capture!(shapes, x = vec![n as f32; if odd { 50 } else { 2 }]);
        if n % 100 == 99 {
            capture!(shapes, x = [n as f64; 3]);
        }
    }
    let cache = cache();
    let kept = &cache["shapes.x"];
    assert_eq!(kept.len(), 10);
    assert_eq!(kept[9].as_slice(), Some(&[999.0_f64; 3][..]));
    for (value, n) in kept.iter().zip(991..1_000_usize) {
        let length = if n % 7 == 3 { 50 } else { 2 };
        assert_eq!(value.as_slice(), Some(&vec![n as f32; length][..]));
    }
    assert_eq!(counts("shapes.x"), [10, 1_000, 0, 0]);
}

/// However many captures there were before.
#[test]
fn a_smaller_budget_takes_as_much_from_each_key() {
    let _scope = anycapture::scope();
    for gone in 0..20_000_u32 {
        capture!(alike, gone);
    }
    anycapture::clear();
    let capture = |n: u32| {
        capture!(alike, left = vec![n; 5_000]);
        capture!(alike, right = vec![n; 5_000]);
    };
    (0..100).for_each(capture);
    for mib in [3, 2, 1] {
        activate_with(Options::new().max_bytes(mib << 20));
        let [left, right] = ["alike.left", "alike.right"].map(|key| counts(key)[0]);
        assert!(left.abs_diff(right) <= 4, "{left} and {right} are left");
        // 20 KB each.
        assert!(
            (45 * mib as u64..=52 * mib as u64).contains(&(left + right)),
            "{left} and {right}"
        );
    }
}
