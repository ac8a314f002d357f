//! Starting, stopping, filtering, clearing.

use anycapture::{
    Options, activate, activate_with, cache, capture, clear, deactivate, is_active, report,
    set_size,
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
