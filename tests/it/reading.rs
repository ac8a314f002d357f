//! What comes out, and in which order.

use anycapture::{Dtype, ReadError, cache, capture, take};

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
    anycapture::visit(|entry| {
        let mut room = [7_u64; 4];
        assert!(matches!(entry.read_into(&mut room), Err(ReadError::WrongType { .. })));
        assert_eq!(room, [7; 4], "left as it was");
        let mut short = [9_u32; 1];
        if entry.key() == "f.xs" {
            let error = entry.read_into(&mut short).expect_err("two do not fit one");
            assert_eq!(error, ReadError::TooShort { needed: 2, room: 1 });
            assert_eq!(error.to_string(), "2 captured elements do not fit a slice of 1");
            assert_eq!(short, [9]);
        }
    });
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
    capture!(show, xs = 1_u8);
    let cache = cache();
    let show = |key: &str| cache[key][0].to_string();
    assert_eq!(show("show.xs"), "F32 [5] min -3 max 2.5 mean 0.166667 nan 1 inf 1");
    assert_eq!(show("show.weights"), "F64 [2000] min 0.125 max 0.125 mean 0.125 nan 0 inf 0");
    assert_eq!(show("show.flag"), "Bool [] min 1 max 1 mean 1 nan 0 inf 0");
    assert_eq!(show("show.empty"), "U8 [0] nan 0 inf 0");
    assert_eq!(show("show.tiny"), "F32 [] min 1.5000e-9 max 1.5000e-9 mean 1.5000e-9 nan 0 inf 0");
    assert_eq!(show("show.text"), "alloc::string::String");
    let table = cache.to_string();
    let lines: Vec<_> = table.lines().collect();
    assert_eq!(lines.len(), cache.len());
    assert_eq!(
        lines[0],
        "show.xs       3 x F32 [5] and 1 other shapes or types  min -3 max 2.5 mean 0.285714 nan 2 inf 2"
    );
    assert_eq!(lines[2], "show.text     1 x alloc::string::String");
}

#[test]
fn entries_say_what_values_say() {
    let _alone = alone();
    let xs = [[1_i16, 2], [-3, 4]];
    capture!(f, xs; index = 7_u8);
    let cache = cache();
    let value = &cache["f.xs"][0];
    anycapture::visit(|entry| {
        assert_eq!(entry.key(), "f.xs");
        assert_eq!((entry.shape(), entry.dtype()), (value.shape(), Dtype::I16));
        assert_eq!(entry.bytes(), [1, 0, 2, 0, 253, 255, 4, 0]);
        assert_eq!(entry.bytes(), value.bytes());
        assert_eq!((entry.index(), entry.sequence()), (Some(7), value.sequence()));
        assert_eq!(entry.thread(), value.thread());
        assert_eq!(entry.to_string(), format!("f.xs {value}"));
        assert_eq!((entry.scalar::<i16>(), entry.downcast_ref::<i16>()), (None, None));
    });
}

#[test]
fn a_long_ring_is_visited_whole_and_in_order() {
    let _alone = alone();
    anycapture::set_size(5_000);
    for n in 0..12_345_u32 {
        capture!(f, n);
    }
    let mut expected = 7_345;
    anycapture::visit(|entry| {
        assert_eq!(entry.scalar::<u32>(), Some(expected));
        assert_eq!(entry.bytes(), expected.to_le_bytes());
        expected += 1;
    });
    assert_eq!(expected, 12_345);
}
