//! What comes out, and in which order.

use std::thread;

use anycapture::{Cache, Dtype, ReadError, Value, cache, capture, drain, report, take};

use crate::alone;

#[test]
fn sequence_orders_all_captures_over_all_keys() {
    let _alone = alone();
    for n in 0..4_u32 {
        capture!(a, n);
        capture!(b, n = vec![n; 1000], text = "x");
    }
    let cache = cache();
    let mut all: Vec<_> = cache
        .iter()
        .flat_map(|(key, values)| values.iter().map(move |v| (v.sequence(), key)))
        .collect();
    all.sort_unstable();
    let keys: Vec<_> = all.iter().map(|(_, key)| *key).collect();
    assert_eq!(keys, ["a.n", "b.n", "b.text"].repeat(4));
    assert!(all.windows(2).all(|pair| pair[1].0 == pair[0].0 + 1), "{all:?}");
}

#[test]
fn the_wrong_type_gives_nothing() {
    let _alone = alone();
    let (x, xs, text) = (1_u32, [1_u32, 2], "1");
    capture!(f, x, xs, text);
    let cache = cache();
    let (x, xs, text) = (&cache["f.x"][0], &cache["f.xs"][0], &cache["f.text"][0]);
    assert_eq!((x.scalar::<i32>(), x.scalar::<f32>(), x.scalar::<u64>()), (None, None, None));
    assert_eq!((xs.as_slice::<f32>(), xs.scalar::<u32>()), (None, None));
    assert_eq!((x.downcast_ref::<u32>(), xs.downcast_ref::<[u32; 2]>()), (None, None));
    assert_eq!((text.as_slice::<u8>(), text.downcast_ref::<&str>()), (None, None));
    let shown = anycapture::visit(|value| {
        let mut room = [7_u64; 4];
        assert!(matches!(value.read_into(&mut room), Err(ReadError::WrongType { .. })));
        assert_eq!(room, [7; 4], "left as it was");
        let mut short = [9_u32; 1];
        if value.key() == "f.xs" {
            let error = value.read_into(&mut short).expect_err("two do not fit one");
            assert_eq!(error, ReadError::TooShort { needed: 2, room: 1 });
            assert_eq!(error.to_string(), "2 captured elements do not fit a slice of 1");
            assert_eq!(short, [9]);
        }
    });
    assert_eq!(shown.values(), 3);
}

#[test]
fn a_snapshot_does_not_change_and_leaves_the_store_alone() {
    let _alone = alone();
    anycapture::set_size(2);
    let hit = |n: u32| capture!(f, n, big = vec![n; 1000]);
    (0..2).for_each(hit);
    let before = cache();
    (2..4).for_each(hit);
    assert_eq!(before["f.n"][0].scalar::<u32>(), Some(0));
    assert_eq!(before["f.big"][1].as_slice::<u32>(), Some(&[1; 1000][..]));
    assert_eq!(cache()["f.big"][0].as_slice::<u32>(), Some(&[2; 1000][..]));
}

#[test]
fn take_hands_out_what_it_clears() {
    let _alone = alone();
    anycapture::set_size(3);
    for n in 0..5_u32 {
        capture!(take, n, big = vec![n; 1000], text = n.to_string());
    }
    let taken = take();
    assert!(cache().is_empty());
    let values = &taken["take.n"];
    assert_eq!(values.iter().filter_map(|v| v.scalar::<u32>()).collect::<Vec<_>>(), [2, 3, 4]);
    assert_eq!(taken["take.big"][2].as_slice::<u32>(), Some(&[4; 1000][..]));
    assert_eq!(taken["take.text"][0].downcast_ref::<String>().map(String::as_str), Some("2"));
    assert_eq!(
        anycapture::report().key("take.n").map(|key| (key.taken(), key.kept())),
        Some((3, 0))
    );
}

#[test]
fn a_cache_is_a_map_from_key_to_list() {
    let _alone = alone();
    capture!(map, b = 1_u8, a = 2_u8);
    let cache = cache();
    assert_eq!((cache.len(), cache.is_empty()), (2, false));
    assert_eq!(cache.keys().collect::<Vec<_>>(), ["map.b", "map.a"], "in the order of capture");
    assert!(cache.get("map.c").is_none() && !cache.contains_key("map.c"));
    assert_eq!(cache.iter().map(|(_, values)| values.len()).sum::<usize>(), 2);
    let mut keys = 0;
    for (key, values) in &cache {
        keys += usize::from(values[0].scalar::<u8>() == Some(if key == "map.b" { 1 } else { 2 }));
    }
    assert_eq!(keys, 2);
    let mut entries = cache.iter();
    assert_eq!(entries.len(), 2);
    assert_eq!(format!("{entries:?}"), format!("{cache:?}"));
    assert_eq!(entries.next().map(|(key, _)| key), Some("map.b"));
    assert_eq!((entries.len(), format!("{entries:?}").contains("map.a")), (1, true));
}

#[test]
#[should_panic(expected = "The nearest that were: `Attention.forward.attn`")]
fn an_unknown_key_panics_with_the_nearest_name() {
    let _alone = alone();
    capture!(Attention::forward, attn = 1_u8);
    let _ = &cache()["Attention.forward.atn"];
}

#[test]
fn display_is_a_line_to_judge_by() {
    let _alone = alone();
    let xs = [1.0_f32, 2.5, f32::NAN, f32::INFINITY, -3.0];
    let weights = vec![0.125_f64; 2000];
    let text = "hello";
    capture!(show, xs, xs[5], weights, text, flag = true, empty = [0_u8; 0], tiny = 1.5e-9_f32);
    capture!(show, xs = 1_u8, list = vec![vec![String::new()]]);
    let cache = cache();
    let show = |key: &str| cache[key][0].to_string();
    assert_eq!(show("show.xs"), "F32 [5] min -3 max 2.5 mean 0.166667 nan 1 inf 1");
    assert_eq!(show("show.weights"), "F64 [2000] min 0.125 max 0.125 mean 0.125 nan 0 inf 0");
    assert_eq!(show("show.flag"), "Bool [] min 1 max 1 mean 1 nan 0 inf 0");
    assert_eq!(show("show.empty"), "U8 [0] nan 0 inf 0");
    assert_eq!(show("show.tiny"), "F32 [] min 1.5000e-9 max 1.5000e-9 mean 1.5000e-9 nan 0 inf 0");
    assert_eq!(show("show.text"), "hello");
    assert_eq!(show("show.list"), "Vec<Vec<String>>");
    let table = cache.to_string();
    let lines: Vec<_> = table.lines().collect();
    assert_eq!(lines.len(), cache.len());
    assert_eq!(
        lines[0],
        "show.xs       3 x F32 [5] and 1 other shapes or types  min -3 max 2.5 mean 0.285714 nan 2 inf 2"
    );
    assert_eq!(lines[2], "show.text     1 x String");
}

#[test]
fn the_line_of_a_key_counts_its_other_shapes_and_types() {
    #[derive(Clone)]
    struct Opaque;
    let _alone = alone();
    capture!(mixed, numbers = [1.0_f32; 2], numbers = [1_u8; 2], numbers = [1.0_f32; 3]);
    capture!(mixed, numbers = [1.0_f32; 4], numbers = [1_u8; 2], any = "text", any = Opaque);
    let table = cache().to_string();
    let lines: Vec<_> = table.lines().collect();
    let numbers =
        "mixed.numbers  5 x F32 [2] and 3 other shapes or types  min 1 max 1 mean 1 nan 0 inf 0";
    assert_eq!(lines, [numbers, "mixed.any      2 x Opaque and 1 other shapes or types"]);
}

#[test]
fn visited_values_say_what_those_of_a_cache_say() {
    let _alone = alone();
    let xs = [[1_i16, 2], [-3, 4]];
    capture!(f, xs; index = (7_u8, -1));
    let cache = cache();
    let value = &cache["f.xs"][0];
    let shown = anycapture::visit(|shown| {
        assert_eq!((shown.key(), value.key()), ("f.xs", "f.xs"));
        assert_eq!((shown.shape(), shown.dtype()), (value.shape(), Dtype::I16));
        assert_eq!(shown.bytes(), [1, 0, 2, 0, 253, 255, 4, 0]);
        assert_eq!(shown.bytes(), value.bytes());
        assert_eq!((shown.index(), shown.sequence()), (Some(7), value.sequence()));
        assert_eq!((shown.indices(), value.indices()), (&[7, -1][..], &[7, -1][..]));
        assert_eq!(shown.thread(), value.thread());
        assert!(cfg!(feature = "std") || shown.thread() == 0, "no thread has a number");
        assert_eq!(shown.to_string(), value.to_string());
        assert_eq!(shown.summary(), value.summary());
        assert_eq!((shown.scalar::<i16>(), shown.downcast_ref::<i16>()), (None, None));
        assert_eq!(shown.as_slice::<i16>(), Some(xs.as_flattened()));
    });
    assert_eq!(shown.values(), 1);
}

#[test]
fn a_summary_counts_what_is_finite_and_what_is_not() {
    let _alone = alone();
    capture!(sum, x = [1.0_f32, f32::NEG_INFINITY, f32::NAN, -3.0], none = [0_i8; 0], text = "x");
    capture!(sum, large = [u64::MAX, 0], flags = [true, true, false, true]);
    let cache = cache();
    let of = |key: &str| cache[key][0].summary();
    let x = of("sum.x");
    assert_eq!((x.min(), x.max(), x.mean()), (Some(-3.0), Some(1.0), Some(-1.0)));
    assert_eq!((x.finite(), x.nan(), x.infinite()), (2, 1, 1));
    let none = of("sum.none");
    assert_eq!((none.min(), none.max(), none.mean()), (None, None, None));
    assert_eq!((none.finite(), none.nan(), none.infinite()), (0, 0, 0));
    assert_eq!(of("sum.text").finite(), 0);
    assert_eq!(of("sum.large").max(), Some(u64::MAX as f64));
    assert_eq!(of("sum.flags").mean(), Some(0.75));
}

#[test]
fn the_line_of_a_key_counts_what_is_not_finite_in_all_of_its_values() {
    let _alone = alone();
    for row in [[1.0_f32, f32::NAN], [f32::NAN, f32::INFINITY], [3.0, -f32::INFINITY]] {
        capture!(all, row);
    }
    for bad in [f32::NAN, f32::INFINITY, 2.0] {
        capture!(all, bad);
    }
    let cache = cache().to_string();
    let lines: Vec<_> = cache.lines().collect();
    assert_eq!(lines[0], "all.row  3 x F32 [2]  min 1 max 3 mean 2 nan 2 inf 2");
    assert_eq!(lines[1], "all.bad  3 x F32 []   min 2 max 2 mean 2 nan 1 inf 1");
}

#[test]
fn a_long_ring_is_visited_whole_and_in_order() {
    let _alone = alone();
    anycapture::set_size(5_000);
    for n in 0..12_345_u32 {
        capture!(f, n);
    }
    let mut expected = 7_345;
    let shown = anycapture::visit(|value| {
        assert_eq!(value.scalar::<u32>(), Some(expected));
        assert_eq!(value.bytes(), expected.to_le_bytes());
        expected += 1;
    });
    assert_eq!((expected, shown.values()), (12_345, 5_000));
    assert_eq!(cache()["f.n"].len(), 5_000);
}

#[test]
fn values_and_caches_may_be_kept_cloned_and_sent() {
    fn assert_shared<T: Send + Sync + Clone>(_: &T) {}
    let _alone = alone();
    capture!(f, row = [1.5_f32; 3], text = "kept");
    let cache = cache();
    assert_shared(&cache);
    assert_shared(&cache["f.row"][0]);
    assert_eq!(size_of::<Value<'_>>(), 16);
    let (row, text) = (cache["f.row"][0].clone(), cache["f.text"][0].clone());
    let copy: Cache = cache.clone();
    drop(cache);
    anycapture::clear();
    let read = thread::spawn(move || {
        assert_eq!(row.as_slice(), Some(&[1.5_f32; 3][..]));
        assert_eq!(text.to_string(), "kept");
        copy.len()
    });
    assert_eq!(read.join().expect("it reads"), 2);
}

#[test]
fn in_order_gives_all_keys_by_sequence() {
    let _alone = alone();
    for n in 0..600_u32 {
        capture!(order, a = n);
        if n % 3 == 0 {
            capture!(order, b = [n; 2], c = n.to_string());
        }
    }
    let cache = cache();
    let all: Vec<_> = cache.in_order().collect();
    assert_eq!(all.len(), 1_000);
    assert!(all.windows(2).all(|pair| pair[0].sequence() < pair[1].sequence()));
    let keys: Vec<_> = all[..6].iter().map(|value| value.key()).collect();
    assert_eq!(keys, ["order.a", "order.b", "order.c", "order.a", "order.a", "order.a"]);
    assert_eq!(cache.in_order().next_back().map(Value::key), Some("order.a"));
}

#[test]
fn drain_shows_and_removes_in_the_order_of_capture() {
    let _alone = alone();
    anycapture::set_size(500);
    for n in 0..600_u32 {
        capture!(drain, small = n, row = [n; 3]);
        if n % 10 == 0 {
            capture!(drain, large = vec![n; 5_000], text = n.to_string());
        }
    }
    let expected: Vec<u64> = cache().in_order().map(Value::sequence).collect();
    let mut shown = Vec::new();
    drain(|value| {
        shown.push(value.sequence());
        capture!(drain, meanwhile = 1_u8); // kept, and not shown
        Ok::<(), ()>(())
    })
    .expect("the closure gives no error");
    assert_eq!(shown, expected);
    assert_eq!(cache().keys().collect::<Vec<_>>(), ["drain.meanwhile"]);
    let counts = report().key("drain.small").expect("was hit");
    assert_eq!((counts.kept(), counts.taken(), counts.overwritten()), (0, 500, 100));
}

#[test]
fn a_drain_ends_before_what_is_captured_meanwhile() {
    let _alone = alone();
    let hit = |n: u32| capture!(meanwhile, n);
    (0..3).for_each(hit);
    let mut shown = Vec::new();
    drain(|value| {
        shown.extend(value.scalar::<u32>());
        hit(7);
        Ok::<(), ()>(())
    })
    .expect("the closure gives no error");
    assert_eq!(shown, [0, 1, 2]);
    let cache = cache();
    assert!(cache["meanwhile.n"].iter().all(|value| value.scalar() == Some(7_u32)));
    assert_eq!(cache["meanwhile.n"].len(), 3);
}

#[test]
fn an_error_ends_a_drain_and_the_value_that_was_shown_stays() {
    let _alone = alone();
    for n in 0..10_u32 {
        capture!(port, n, text = n.to_string());
    }
    let mut sent = Vec::new();
    let mut send = |value: &Value<'_>, fails_at: &str| {
        if value.to_string() == fails_at {
            return Err("the line is down");
        }
        sent.push(value.sequence());
        Ok(())
    };
    let error = drain(|value| send(value, "7"));
    assert_eq!(error, Err("the line is down"));
    assert_eq!(cache()["port.text"][0].to_string(), "7");
    assert_eq!(cache()["port.n"].len(), 2, "8 and 9");
    assert_eq!(drain(|value| send(value, "")), Ok(()));
    assert!(sent.windows(2).all(|pair| pair[0] < pair[1]));
    assert_eq!(sent.len(), 20);
    assert!(cache().is_empty());
    assert_eq!(report().key("port.text").map(|key| key.taken()), Some(10));
}

/// A record is found by what stands in it: see the format in `src/store/frame.rs`.
#[test]
fn a_frame_holds_the_key_and_the_elements() {
    #[derive(Clone)]
    struct Opaque;
    let _alone = alone();
    let opaque = Opaque;
    capture!(frame, x = [1.5_f32, 2.5], text = "hello", opaque; index = -1);
    let mut frames: Vec<Vec<u8>> = Vec::new();
    drain(|value| {
        let mut frame = Vec::new();
        value.frame(|bytes| {
            frame.extend_from_slice(bytes);
            Ok::<(), ()>(())
        })?;
        frames.push(frame);
        Ok::<(), ()>(())
    })
    .expect("a `Vec` takes all");
    let holds = |frame: &[u8], part: &[u8]| frame.windows(part.len()).any(|bytes| bytes == part);
    assert!(frames[0].starts_with(&[0xAC, b'F', 1]));
    assert!(holds(&frames[0], b"frame.x") && holds(&frames[0], &2.5_f32.to_le_bytes()));
    assert!(holds(&frames[1], b"frame.text") && holds(&frames[1], b"hello"));
    assert!(frames[2].is_empty(), "it has neither numbers nor text");
    for n in 0..3_u8 {
        capture!(frame, bytes = [n; 5], words = [u16::from(n); 5]);
    }
    let mut lengths = Vec::new();
    let shown = anycapture::visit(|value| {
        let mut frame = Vec::new();
        let Ok(()) = value.frame(|bytes| {
            frame.extend_from_slice(bytes);
            Ok::<(), std::convert::Infallible>(())
        });
        assert!(holds(&frame, value.bytes()), "{value:?} in {frame:?}");
        lengths.push(frame.len() - value.bytes().len());
    });
    assert_eq!((shown.values(), lengths.len()), (6, 6));
    assert!(lengths.iter().all(|length| *length == lengths[0] || *length == lengths[3]));
    anycapture::clear();
    capture!(frame, x = [1.5_f32; 300]);
    let mut calls = 0;
    let error = drain(|value| {
        value.frame(|_| {
            calls += 1;
            if calls == 2 { Err("full") } else { Ok(()) }
        })
    });
    assert_eq!((error, calls), (Err("full"), 2));
}
