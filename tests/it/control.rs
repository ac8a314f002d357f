//! Starting, stopping, filtering, clearing.

use anycapture::{
    Options, activate, activate_with, cache, capture, captured_fn, clear, deactivate, is_active,
    report, set_size,
};

use crate::alone;

fn hit(x: u32) {
    capture!(hit, x);
}

fn kept() -> Vec<u32> {
    cache().get("hit.x").unwrap_or_default().iter().filter_map(|v| v.scalar::<u32>()).collect()
}

#[test]
fn recording_follows_the_switch_and_keeps_what_was_captured() {
    let _alone = alone();
    hit(1);
    deactivate();
    assert!(!is_active());
    hit(2);
    activate();
    assert!(is_active());
    hit(3);
    deactivate();
    assert_eq!(kept(), [1, 3]);
}

#[test]
fn deactivate_works_at_once_also_for_lines_with_a_flag_of_their_own() {
    let _alone = alone();
    let active = is_active();
    for n in 0..10_u32 {
        if n == 3 {
            deactivate();
        }
        capture!(flagged, n, row = [n; 64], map = vec![n; 5_000], text = "x"; on = active);
    }
    let cache = cache();
    for key in ["n", "row", "map", "text"] {
        assert_eq!(cache[&*format!("flagged.{key}")].len(), 3, "{key}");
    }
}

/// The way of people who hunt a NaN: the ring has what led to it, and is not filled up behind it.
#[test]
fn stopping_at_a_nan_by_hand_keeps_what_led_to_it() {
    captured_fn! {
        #[capture(loss)]
        fn train(diverges_at: usize) {
            for step in 0..1_000_usize {
                let loss = if step < diverges_at { 1.0 / step as f32 } else { f32::NAN };
                if loss.is_nan() {
                    deactivate();
                }
            }
        }
    }
    let _alone = alone();
    set_size(100);
    train(500);
    let cache = cache();
    let losses: Vec<_> = cache["train.loss"].iter().filter_map(|v| v.scalar::<f32>()).collect();
    assert_eq!(losses.len(), 100);
    assert_eq!(losses.iter().position(|loss| loss.is_nan()), Some(99));
}

#[test]
fn a_session_begins_empty_and_ends_with_its_scope() {
    let _alone = alone();
    hit(1);
    {
        let _session = anycapture::session();
        assert!(is_active() && kept().is_empty());
        hit(2);
    }
    assert!(!is_active());
    assert_eq!(kept(), [2]);
}

#[test]
fn a_session_begins_every_count_anew() {
    let _alone = alone();
    let none: Option<f32> = None;
    activate_with(Options::new().max_size(2).only(&["counted.*"]));
    let hit = || {
        for n in 0..5_u32 {
            capture!(counted, n, flat[7] = [n; 3], large = vec![n; 5_000], none);
            capture!(left, out = n);
        }
    };
    hit();
    assert!(report().key("left.out").is_some());
    clear();
    hit();
    let _session = anycapture::session();
    let report = report();
    for key in ["counted.n", "counted.flat", "counted.large", "counted.none", "left.out"] {
        assert!(report.key(key).is_none(), "{key}: {:?}", report.key(key));
    }
    report.each_key(|key, counts| panic!("{key}: {counts}"));
    hit();
    let counts = report.key("counted.n").expect("it was hit again");
    assert_eq!((counts.kept(), counts.overwritten(), counts.cleared()), (2, 3, 0));
    assert_eq!(report.key("counted.flat").map(|key| key.mismatched()), Some(5));
    assert_eq!(report.key("counted.none").map(|key| key.absent()), Some(5));
    assert_eq!(report.key("left.out").map(|key| key.filtered()), Some(5));
}

#[test]
fn activate_keeps_limits_and_filter() {
    let _alone = alone();
    activate_with(Options::new().max_size(2).only(&["hit.*"]));
    deactivate();
    activate();
    for x in 0..5 {
        hit(x);
        capture!(other, x);
    }
    assert_eq!(kept(), [3, 4]);
    assert!(cache().get("other.x").is_none());
    assert_eq!(report().key("other.x").map(|key| key.filtered()), Some(5));
}

#[test]
fn a_filter_may_change_and_patterns_match_any_run() {
    let _alone = alone();
    let x = 1_u8;
    let run = |patterns: &[&str]| {
        clear();
        activate_with(Options::new().only(patterns));
        capture!(Attention::forward, x);
        capture!(decode, logits = x);
        capture!(decode, x);
        cache().keys().map(String::from).collect::<Vec<_>>()
    };
    assert_eq!(run(&["Attention.*", "*.logits"]), ["Attention.forward.x", "decode.logits"]);
    assert_eq!(run(&[]), [""; 0]);
    assert_eq!(run(&["decode.x"]), ["decode.x"]);
    assert_eq!(run(&["*o*r*d*"]), ["Attention.forward.x"]);
    assert_eq!(run(&["decode"]), [""; 0]);
    assert_eq!(run(&["*d*", "nothing"]).len(), 3);
    assert_eq!(run(&["*"]).len(), 3);
    let computed = format!("dec{}.x", "ode");
    assert_eq!(run(&[&computed]), ["decode.x"]);
}

#[test]
fn nothing_is_cloned_for_a_key_that_is_filtered_out() {
    #[derive(Debug)]
    struct Loud;
    impl Clone for Loud {
        fn clone(&self) -> Loud {
            panic!("cloned")
        }
    }
    let _alone = alone();
    activate_with(Options::new().only(&["other"]));
    let loud = Loud;
    capture!(f, loud);
    capture!(f, loud);
    assert_eq!(report().key("f.loud").map(|key| key.filtered()), Some(2));
}

#[test]
fn clear_drops_values_and_keeps_limits() {
    let _alone = alone();
    set_size(2);
    let hit = |x: u32| capture!(cleared, x);
    let kept = || cache()["cleared.x"].iter().filter_map(|v| v.scalar::<u32>()).collect::<Vec<_>>();
    (0..5).for_each(hit);
    clear();
    assert!(cache().is_empty());
    (5..9).for_each(hit);
    assert_eq!(kept(), [7, 8]);
    assert_eq!(report().key("cleared.x").map(|key| key.cleared()), Some(2));
}

#[test]
fn a_line_that_says_nothing_else_may_say_how_many_to_keep() {
    let _alone = alone();
    for n in 0..9_u8 {
        capture!(keep, n; keep = 3);
        capture!(both, n; keep = 4, room = 4);
        capture!(room, n; room = 512);
    }
    let cache = cache();
    let counts = ["keep.n", "both.n", "room.n"].map(|key| cache[key].len());
    assert_eq!(counts, [3, 4, 9]);
}
