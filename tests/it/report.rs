//! The answers to "why is my cache empty?".

use anycapture::{Options, activate_with, cache, capture, deactivate, report};

use crate::alone;

#[test]
fn the_report_names_every_cause() {
    let _alone = alone();
    activate_with(Options::new().max_size(2).max_bytes(1 << 20).only(&["r.*"]));
    let xs = [1_u8; 4];
    for _ in 0..3 {
        capture!(r, xs[5] = xs);
    }
    capture!(r, huge = vec![0_u8; 2 << 20], none = None::<f32>);
    capture!(left, out = 1_u8);
    let text = report().to_string();
    for part in [
        "recording is active",
        "2 values a key, 1 MiB in all",
        "only keys that match",
        "r.xs: 2 kept, 1 overwritten by newer ones of this key, 3 kept flat",
        "r.huge: nothing kept, 1 refused: larger than the budget",
        "left.out: nothing kept, 1 left out by the filter",
        "r.none: nothing kept, 1 absent",
        "not reached while recording was active is not listed",
    ] {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
    deactivate();
    assert!(report().to_string().contains("not active now"));
    let mut keys = 0;
    report().each_key(|key, counts| {
        keys += usize::from(key.starts_with("r.") && counts.refused() + counts.kept() > 0);
    });
    assert_eq!(keys, 2, "what is absent is neither kept nor refused");
}

#[test]
fn explain_says_it_of_one_key() {
    let _alone = alone();
    capture!(Attention::forward, attention_map = [0.5_f32; 4], q = 1_u8);
    let cache = cache();
    assert_eq!(
        cache.explain("Attention.forward.q"),
        "`Attention.forward.q` has 1 value in this snapshot. The store says: 1 kept."
    );
    let nearest = cache.explain("attention.forward.attentionmap");
    assert!(
        nearest.contains("The nearest that were: `Attention.forward.attention_map`"),
        "{nearest}"
    );
    let unknown = cache.explain("something.else.altogether");
    assert!(
        unknown.ends_with("No line with this key was reached while recording was active."),
        "{unknown}"
    );
    drop(anycapture::take());
    let taken = anycapture::cache().explain("Attention.forward.q");
    assert!(taken.contains("has no value") && taken.contains("1 taken"), "{taken}");
}

#[test]
fn a_name_is_near_if_at_most_half_of_its_letters_differ() {
    let _alone = alone();
    capture!(f, x = 1_u8);
    let cache = cache();
    for (name, near) in [("f.", true), ("f.x123", true), ("f.x1234", false), ("g.y1", false)] {
        let text = cache.explain(name);
        assert_eq!(text.ends_with("The nearest that were: `f.x`."), near, "{name}: {text}");
    }
}

#[test]
fn a_report_on_nothing_says_what_may_be_the_reason() {
    let _alone = alone();
    let text = report().to_string();
    assert!(text.contains("recording is active") && text.contains("No capture line was reached"));
    deactivate();
    let x = 1_u8;
    capture!(never, x);
    assert!(report().to_string().contains("not active now"), "{}", report());
    assert!(report().key("never.x").is_none());
}

#[test]
fn the_nearest_names_are_those_that_were_captured_here() {
    fn hit() {
        let somewhere = 1_u8;
        capture!(nearest, somewhere);
    }
    let _alone = alone();
    hit();
    let _session = anycapture::session();
    let unknown = cache().explain("nearest.somewhere");
    assert!(unknown.ends_with("was reached while recording was active."), "{unknown}");
}
