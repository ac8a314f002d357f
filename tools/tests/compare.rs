//! Where two recordings part.
#![allow(clippy::float_cmp)] // distances are exact here

mod support;

use anycapture_tools::{Comparison, Hint, Kind, Number, Recording, Tolerance};
use safetensors::Dtype as Stored;
use support::Writer;

fn x(elements: &[f32]) -> Writer {
    Writer::new().f32("f.x", &[1, elements.len()], elements)
}

fn compare(ours: Writer, reference: Writer, tolerance: Tolerance) -> Comparison {
    ours.recording().compare(&reference.recording(), tolerance)
}

fn within(ours: &[f32], reference: &[f32], tolerance: Tolerance) -> bool {
    compare(x(ours), x(reference), tolerance).is_within()
}

#[test]
fn the_absolute_tolerance_is_inclusive() {
    assert!(within(&[1.5], &[1.0], Tolerance::absolute(0.5)));
    assert!(!within(&[1.5], &[1.0], Tolerance::absolute(0.499)));
    assert!(!within(&[1.0], &[1.5], Tolerance::absolute(0.499)));
}

#[test]
fn a_negative_tolerance_is_none() {
    assert_eq!(Tolerance::new(-1.0, f64::NAN), Tolerance::EXACT);
    assert!(within(&[1.5], &[1.5], Tolerance::absolute(-1.0)));
}

#[test]
fn every_element_outside_is_counted() {
    for length in [1, 1024, 5000] {
        let (ours, reference) = (vec![1.0; length], vec![2.0; length]);
        let comparison = compare(x(&ours), x(&reference), Tolerance::absolute(0.5));
        assert_eq!(comparison.iter().next().unwrap().outside(), length);
        let ours = vec![f32::NAN; length];
        let comparison = compare(x(&ours), x(&reference), Tolerance::absolute(0.5));
        assert_eq!(comparison.iter().next().unwrap().outside(), length);
    }
}

#[test]
fn the_relative_tolerance_is_a_share_of_the_larger() {
    assert!(within(&[100.0], &[75.0], Tolerance::relative(0.25)));
    assert!(within(&[75.0], &[100.0], Tolerance::relative(0.25)));
    assert!(!within(&[100.0], &[74.0], Tolerance::relative(0.25)));
    assert!(within(&[100.0], &[74.0], Tolerance::new(1.0, 0.25)));
    assert!(!within(&[0.0], &[1e-30], Tolerance::relative(0.25)));
}

#[test]
fn nan_equals_nan_and_infinities_equal_themselves() {
    let (nan, inf) = (f32::NAN, f32::INFINITY);
    assert!(within(&[nan, inf, -inf, 0.0], &[-nan, inf, -inf, -0.0], Tolerance::EXACT));
    let loose = Tolerance::new(1e30, 10.0);
    for (ours, reference) in
        [(nan, 1.0), (1.0, nan), (inf, 1.0), (1.0, inf), (inf, -inf), (inf, nan)]
    {
        let comparison = compare(x(&[0.0, ours]), x(&[0.0, reference]), loose);
        assert_eq!(comparison.first().unwrap().indices(), Some(&[1][..]), "{ours} {reference}");
        let key = comparison.iter().next().unwrap();
        assert_eq!(key.absolute().unwrap().distance, f64::INFINITY);
        assert_eq!((key.outside(), key.elements()), (1, 2));
    }
}

#[test]
fn the_largest_differences_are_found_anywhere() {
    // More than a block, and no multiple of the lanes.
    for length in [1, 7, 8, 9, 1023, 1024, 1025, 5000] {
        for place in [0, length / 2, length - 1] {
            let reference = vec![1000.0; length];
            let mut ours = reference.clone();
            ours[length - 1 - place] = 1000.25;
            ours[place] = 999.0;
            let comparison = compare(x(&ours), x(&reference), Tolerance::absolute(0.5));
            let key = comparison.iter().next().unwrap();
            let absolute = key.absolute().unwrap();
            assert_eq!((absolute.distance, &absolute.indices[..]), (1.0, &[place][..]));
            let relative = key.relative().unwrap();
            assert_eq!((relative.distance, &relative.indices[..]), (0.001, &[place][..]));
            assert_eq!(key.outside(), 1);
            let first = comparison.first().unwrap();
            assert_eq!(first.indices(), Some(&[place][..]));
            assert_eq!(first.ours(), Some(Number::Float(999.0)));
            assert_eq!(first.reference(), Some(Number::Float(1000.0)));
        }
    }
}

#[test]
fn relative_and_absolute_extremes_may_be_different_elements() {
    let comparison = compare(x(&[101.0, 0.02]), x(&[100.0, 0.01]), Tolerance::absolute(2.0));
    assert!(comparison.is_within());
    let key = comparison.iter().next().unwrap();
    assert_eq!(key.absolute().unwrap().indices, [0]);
    assert_eq!(key.relative().unwrap().indices, [1]);
}

#[test]
fn places_are_indices_of_the_tensor() {
    let mut ours = [0.0; 24];
    ours[17] = 1.0;
    let file = |elements: &[f32]| Writer::new().f32("f.x", &[2, 3, 2, 2], elements);
    let comparison = compare(file(&ours), file(&[0.0; 24]), Tolerance::EXACT);
    let first = comparison.first().unwrap();
    assert_eq!((first.call(), first.indices()), (1, Some(&[1, 0, 1][..])));
}

#[test]
fn types_are_widened_where_that_is_exact() {
    let tensor = |dtype, bytes: &[u8]| Writer::new().bytes("x", dtype, &[1], bytes);
    let one = [
        tensor(Stored::BOOL, &[1]),
        tensor(Stored::U8, &[1]),
        tensor(Stored::I32, &[1, 0, 0, 0]),
        tensor(Stored::F16, &0x3C00_u16.to_le_bytes()),
        tensor(Stored::BF16, &0x3F80_u16.to_le_bytes()),
        Writer::new().f32("x", &[1], &[1.0]),
        Writer::new().f64("x", &[1], &[1.0]),
    ];
    let one: Vec<Recording> = one.into_iter().map(Writer::recording).collect();
    for (left, right) in one.iter().flat_map(|left| one.iter().map(move |right| (left, right))) {
        assert!(left.compare(right, Tolerance::EXACT).is_within());
    }
    let tenth = Writer::new().f64("x", &[1], &[0.1]).recording();
    let rounded = Writer::new().f32("x", &[1], &[0.1]).recording();
    assert!(!tenth.compare(&rounded, Tolerance::EXACT).is_within());
    assert!(tenth.compare(&rounded, Tolerance::absolute(1e-8)).is_within());
}

#[test]
fn integers_of_64_bits_are_compared_exactly() {
    let large = i64::MAX - 1;
    let signed = |element| Writer::new().i64("x", &[1], &[element]);
    let comparison = compare(signed(large), signed(large - 1), Tolerance::EXACT);
    let first = comparison.first().unwrap();
    assert_eq!(first.ours(), Some(Number::Integer(large.into())));
    assert!(
        compare(signed(large), Writer::new().u64("x", &[large.unsigned_abs()]), Tolerance::EXACT)
            .is_within()
    );
    assert!(
        !compare(signed(-1), Writer::new().u64("x", &[u64::MAX]), Tolerance::absolute(1e9))
            .is_within()
    );
    assert!(compare(signed(7), signed(9), Tolerance::absolute(2.0)).is_within());
}

#[test]
fn integers_of_64_bits_and_floats_are_different_types() {
    let comparison = compare(
        Writer::new().i64("x", &[1], &[1]),
        Writer::new().f32("x", &[1], &[1.0]),
        Tolerance::EXACT,
    );
    assert_eq!(
        comparison.first().unwrap().to_string(),
        "`x`, call 0: the type is I64, in the reference F32"
    );
}

#[test]
fn stacked_and_numbered_values_are_the_same() {
    let stacked = Writer::new().f32("x", &[2, 2], &[1.0, 2.0, 3.0, 4.0]);
    let numbered = Writer::new().f32("x/0", &[2], &[1.0, 2.0]).f32("x/1", &[2], &[3.0, 4.0]);
    assert!(compare(stacked, numbered, Tolerance::EXACT).is_within());
}

#[test]
fn what_one_side_lacks_is_said() {
    let comparison = compare(
        x(&[1.0]).f32("only.here", &[1], &[1.0]),
        x(&[1.0]).f32("only.there", &[2], &[1.0, 1.0]),
        Tolerance::EXACT,
    );
    let kinds: Vec<_> =
        comparison.iter().filter_map(|key| key.first()).map(|first| first.kind().clone()).collect();
    assert_eq!(
        kinds,
        [Kind::Count { ours: 1, reference: 0 }, Kind::Count { ours: 0, reference: 2 }]
    );
    assert_eq!(comparison.first().unwrap().to_string(), "`only.here`, which the reference lacks");
}

#[test]
fn another_count_is_a_difference_behind_those_of_values() {
    let values = |elements: &[f32]| Writer::new().f32("x", &[elements.len()], elements);
    let comparison = compare(values(&[1.0, 2.0, 3.0]), values(&[1.0, 2.0]), Tolerance::EXACT);
    let first = comparison.first().unwrap();
    assert_eq!((first.call(), first.kind()), (2, &Kind::Count { ours: 3, reference: 2 }));
    let comparison = compare(values(&[1.0, 5.0, 3.0]), values(&[1.0, 2.0]), Tolerance::EXACT);
    assert_eq!(comparison.first().unwrap().call(), 1);
    assert_eq!(comparison.iter().next().unwrap().counts(), (3, 2));
}

#[test]
fn the_first_place_is_the_first_that_was_captured() {
    // `late` comes first by name, and its call 0 behind call 1 of `soon`.
    let file = |change: f32| {
        Writer::new()
            .f32("late", &[1], &[1.0 + change])
            .u64("late#sequence", &[30])
            .f32("soon", &[2], &[1.0, 1.0 + change])
            .u64("soon#sequence", &[10, 20])
            .i64("soon#index", &[2], &[4, 5])
    };
    let comparison = compare(file(1.0), file(0.0), Tolerance::EXACT);
    let first = comparison.first().unwrap();
    assert_eq!((first.key(), first.call(), first.index()), ("soon", 1, &[5][..]));
    assert_eq!(first.to_string(), "`soon`, call 1 (index 5): 2.0, the reference has 1.0");
    let plain = Writer::new().f32("late", &[1], &[2.0]).f32("soon", &[2], &[1.0, 2.0]);
    let comparison = plain.recording().compare(&file(0.0).recording(), Tolerance::EXACT);
    assert_eq!(comparison.first().unwrap().key(), "soon");
}

#[test]
fn lists_of_other_captures_are_told_by_their_index() {
    // The ring of one side has dropped the first value.
    let side = |elements: &[f32], index: &[i64]| {
        Writer::new().f32("x", &[elements.len()], elements).i64("x#index", &[index.len()], index)
    };
    let comparison =
        compare(side(&[2.0, 3.0], &[1, 2]), side(&[1.0, 2.0], &[0, 1]), Tolerance::EXACT);
    let first = comparison.first().unwrap();
    assert_eq!(first.kind(), &Kind::Index { ours: vec![1], reference: vec![0] });
    assert_eq!(first.to_string(), "`x`, call 0: the index is [1], in the reference [0]");
    assert!(comparison.to_string().contains("PARTS: index [1] and [0] at call 0"), "{comparison}");
    let comparison =
        compare(side(&[9.0, 3.0], &[1, 2]), side(&[1.0, 3.0], &[1, 7]), Tolerance::EXACT);
    assert_eq!(comparison.first().unwrap().ours(), Some(Number::Float(9.0)));
    let without = Writer::new().f32("x", &[2], &[2.0, 3.0]);
    assert!(compare(side(&[2.0, 3.0], &[1, 2]), without, Tolerance::EXACT).is_within());
    let wide = Writer::new().f32("x", &[2], &[2.0, 3.0]).i64("x#index", &[2, 1], &[1, 2]);
    assert!(compare(side(&[2.0, 3.0], &[1, 2]), wide, Tolerance::EXACT).is_within());
}

#[test]
fn without_an_order_the_lowest_call_comes_first() {
    let ours = Writer::new().f32("a", &[2], &[1.0, 9.0]).f32("b", &[2], &[9.0, 9.0]).f32(
        "c",
        &[1],
        &[9.0],
    );
    let reference =
        Writer::new().f32("a", &[2], &[1.0; 2]).f32("b", &[2], &[1.0; 2]).f32("c", &[1], &[1.0]);
    let comparison = compare(ours, reference, Tolerance::EXACT);
    let first = comparison.first().unwrap();
    assert_eq!((first.key(), first.call()), ("b", 0));
}

#[test]
fn another_shape_is_a_difference() {
    let shaped = |shape: &[usize]| Writer::new().f32("x/0", shape, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    let comparison = compare(shaped(&[2, 3]), shaped(&[6]), Tolerance::EXACT);
    let first = comparison.first().unwrap();
    assert_eq!(first.to_string(), "`x`, call 0: the shape is [2, 3], in the reference [6]");
    assert_eq!(comparison.iter().next().unwrap().hint(), Some(Hint::Reshaped));
    let other = Writer::new().f32("x/0", &[6], &[1.0, 2.0, 3.0, 4.0, 5.0, 7.0]);
    let comparison = compare(shaped(&[2, 3]), other, Tolerance::EXACT);
    assert_eq!(comparison.iter().next().unwrap().hint(), None);
}

#[test]
fn the_other_layout_is_named() {
    let rows =
        Writer::new().f32("x/0", &[2, 2, 3], &[1., 2., 3., 4., 5., 6., 7., 8., 9., 10., 11., 12.]);
    let columns =
        Writer::new().f64("x/0", &[2, 3, 2], &[1., 4., 2., 5., 3., 6., 7., 10., 8., 11., 9., 12.]);
    let comparison = compare(rows, columns, Tolerance::EXACT);
    assert_eq!(comparison.iter().next().unwrap().hint(), Some(Hint::Transposed));
    assert!(
        comparison.to_string().contains("PARTS: fits with the last two axes exchanged"),
        "{comparison}"
    );
    let square = |elements: &[f32]| Writer::new().f32("x/0", &[2, 2], elements);
    let comparison =
        compare(square(&[1., 2., 3., 4.]), square(&[1., 3., 2., 4.]), Tolerance::EXACT);
    assert_eq!(comparison.first().unwrap().indices(), Some(&[0, 1][..]));
    assert_eq!(comparison.iter().next().unwrap().hint(), Some(Hint::Transposed));
    let comparison =
        compare(square(&[1., 2., 3., 4.]), square(&[1., 3., 2., 5.]), Tolerance::EXACT);
    assert_eq!(comparison.iter().next().unwrap().hint(), None);
}

#[test]
fn lists_that_were_stacked_once_less_are_named() {
    let elements = [1.0, 2.0, 3.0, 4.0];
    let ours = Writer::new().f32("x", &[1, 2, 2], &elements);
    let theirs = Writer::new().f32("x", &[2, 2], &elements);
    let comparison = compare(ours, theirs, Tolerance::EXACT);
    assert_eq!(comparison.iter().next().unwrap().hint(), Some(Hint::Reshaped));
}

#[test]
fn texts_are_compared() {
    let text = |list: &str| Writer::new().text("tokens", list);
    assert!(compare(text(r#"["a","b"]"#), text(r#"["a","b"]"#), Tolerance::EXACT).is_within());
    let comparison = compare(text(r#"["a","b"]"#), text(r#"["a","c"]"#), Tolerance::EXACT);
    assert_eq!(
        comparison.first().unwrap().to_string(),
        r#"`tokens`, call 1: "b", the reference has "c""#
    );
    let comparison = compare(text(r#"["a"]"#), text(r#"["a","c"]"#), Tolerance::EXACT);
    assert_eq!(
        comparison.first().unwrap().to_string(),
        "`tokens`, of which there are 1, in the reference 2"
    );
}

#[test]
fn the_table_has_a_line_a_key_the_worst_first() {
    let file = |a: f32, b: f32, c: f32| {
        Writer::new().f32("a", &[1, 2], &[a, 1.0]).f32("b", &[1], &[b]).f32("c", &[1], &[c])
    };
    let comparison =
        compare(file(1.0, 1.5, 1.0001), file(1.0, 1.0, 1.0), Tolerance::absolute(1e-3));
    let lines: Vec<String> = comparison.to_string().lines().map(String::from).collect();
    assert_eq!(
        lines[0],
        "The two part at `b`, call 0: 1.5, the reference has 1.0 (tolerance 1e-3)."
    );
    assert_eq!(lines[1], "key  calls  largest difference     relative");
    assert_eq!(
        lines[2],
        "b        1                 0.5     0.333333  PARTS: 1 of 1 elements, from call 0 on"
    );
    assert_eq!(lines[3], "c        1         0.000100017  0.000100007  within");
    assert_eq!(lines[4], "a        1                   0            0  within");
    let comparison = compare(file(1.0, 1.0, 1.0), file(1.0, 1.0, 1.0), Tolerance::new(1e-3, 1e-2));
    let text = comparison.to_string();
    assert_eq!(
        text.lines().next().unwrap(),
        "The two agree in 3 keys (tolerance 1e-3, relative 1e-2)."
    );
}
