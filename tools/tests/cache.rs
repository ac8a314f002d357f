//! What the running program captured, as a recording.
// Small, exact numbers.
#![allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
#![allow(clippy::cast_sign_loss, clippy::float_cmp)]

use anycapture::capture;
use anycapture_tools::{Listener, Number, Recording, Tolerance, Value};

/// A type without numbers.
#[derive(Clone)]
struct Tree;

/// What `run` captures in a store of its own.
fn recorded(run: impl FnOnce()) -> Recording {
    let _scope = anycapture::scope();
    anycapture::activate();
    run();
    Recording::from(&anycapture::cache())
}

#[test]
fn every_form_of_our_files_is_read() {
    let recording = recorded(|| {
        for layer in 0..3_i64 {
            let map = [[layer as f32, 1.0], [2.0, 3.0]];
            capture!(attention, map; index = (layer, -1));
            let growing = vec![1_u16; layer as usize + 1];
            capture!(attention, growing);
            let (token, wide, flag) = (format!("t{layer}"), u128::MAX - 1, layer == 1);
            capture!(attention, token, wide, flag);
        }
        let tree = Tree;
        capture!(attention, tree);
    });
    let maps = recording.get("attention.map").unwrap();
    assert_eq!(maps.len(), 3);
    let last = maps.get(2).unwrap();
    assert_eq!((last.shape(), last.indices()), (&[2, 2][..], vec![2, -1]));
    assert_eq!(last.to_f64(), [2.0, 1.0, 2.0, 3.0]);
    let lengths = recording.get("attention.growing").unwrap().iter().map(Value::len);
    assert_eq!(lengths.collect::<Vec<_>>(), [1, 2, 3]);
    let wide = recording.get("attention.wide").unwrap().get(0).unwrap();
    assert_eq!(wide.element(0), Some(Number::Integer(i128::from(u64::MAX) - 1)));
    assert_eq!(recording.get("attention.flag").unwrap().get(1).unwrap().to_f64(), [1.0]);
    let texts: Vec<_> = recording.texts().collect();
    assert_eq!(texts.len(), 1);
    assert_eq!(
        (texts[0].0, texts[0].1),
        ("attention.token", &["t0", "t1", "t2"].map(String::from)[..])
    );
    assert_eq!(recording.omitted(), ["attention.tree"]);
    assert!(recording.version().is_some());
}

#[test]
fn sequences_give_the_order_of_all_captures() {
    let recording = recorded(|| {
        for step in 0..4_u32 {
            let (b, a) = (step, step);
            capture!(f, b);
            capture!(f, a);
        }
    });
    let sequence = |key, call| recording.get(key).unwrap().get(call).unwrap().sequence().unwrap();
    for step in 0..3 {
        assert!(sequence("f.b", step) < sequence("f.a", step));
        assert!(sequence("f.a", step) < sequence("f.b", step + 1));
    }
}

#[test]
fn two_runs_part_where_the_values_do() {
    let run = |fault: f32| {
        recorded(|| {
            for layer in 0..4 {
                let q = [1.0_f32, layer as f32];
                capture!(z, q; index = layer);
                let k = [q[0] + if layer >= 2 { fault } else { 0.0 }];
                capture!(a, k; index = layer);
            }
        })
    };
    let comparison = run(0.5).compare(&run(0.0), Tolerance::EXACT);
    let first = comparison.first().unwrap();
    assert_eq!((first.key(), first.call(), first.index()), ("a.k", 2, &[2][..]));
    assert!(run(0.0).compare(&run(0.0), Tolerance::EXACT).is_within());
}

#[test]
fn a_recording_of_nothing_is_empty() {
    assert!(recorded(|| {}).is_empty());
}

#[test]
fn a_drained_value_comes_through_a_line_that_loses_bytes() {
    let _scope = anycapture::scope();
    anycapture::activate();
    let capture = |step: i64| {
        let map = [[step as f32, 1.0], [2.0, f32::NAN]];
        capture!(attention, map; index = (step, -1));
        let (token, word, flag) = (format!("t{step}"), usize::MAX, true);
        capture!(attention, token, word, flag);
    };
    (0..50).for_each(capture);
    let live = Recording::from(&anycapture::cache());

    let mut port = b"boot\r\n".to_vec();
    let mut frame = |value: &anycapture::Value<'_>| {
        value.frame(|bytes| {
            port.extend_from_slice(bytes);
            Ok::<(), std::convert::Infallible>(())
        })
    };
    let Ok(()) = anycapture::drain(&mut frame);
    let mut listener = Listener::new(1000);
    port.chunks(7).for_each(|piece| listener.feed(piece));
    listener.end();
    assert_eq!((listener.received(), listener.missing(), listener.skipped()), (200, 0, 6));
    let comparison = listener.recording("port").compare(&live, Tolerance::EXACT);
    assert!(comparison.is_within(), "{comparison}");

    port[1000] ^= 1;
    port.remove(2000);
    let mut listener = Listener::new(1000);
    listener.feed(&port);
    listener.end();
    assert_eq!((listener.received(), listener.missing()), (198, 2));
}
