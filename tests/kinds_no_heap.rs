//! What can be captured without the `alloc` feature: every kind of value that has numbers.
#![cfg(all(feature = "capture", not(feature = "alloc")))]
#![deny(warnings)]

use std::{borrow::Cow, cell::RefCell, fmt::Debug, rc::Rc, sync::Arc, sync::Mutex};

use anycapture::{Element, capture, captured_fn, each, report, visit};

/// The newest value of a key: its shape and its elements.
fn newest<E: Element + Default>(key: &str) -> Option<(Vec<usize>, Vec<E>)> {
    let mut newest = None;
    let shown = visit(|value| {
        if value.key() == key {
            let mut room = [E::default(); 64];
            let elements = value.read_into(&mut room).map(<[E]>::to_vec).unwrap_or_default();
            newest = Some((value.shape().to_vec(), elements));
        }
    });
    assert!(shown.is_complete());
    newest
}

fn assert_holds<E: Element + Default + PartialEq + Debug>(
    key: &str,
    shape: &[usize],
    elements: &[E],
) {
    assert_eq!(newest(key), Some((shape.to_vec(), elements.to_vec())), "{key}: {}", report());
}

#[derive(Clone, Copy)]
struct Metres(f64);

impl From<Metres> for f64 {
    fn from(metres: Metres) -> f64 {
        metres.0
    }
}

/// Memory is given once in a process, so one test has them all.
#[test]
fn whatever_has_numbers_is_captured_without_a_heap() {
    let memory = Box::leak(vec![0_u8; 64 << 10].into_boxed_slice());
    anycapture::set_memory(memory).expect("it is the first");
    anycapture::activate();
    plain_data();
    what_dereferences();
    numbers_that_convert();
    options_and_results();
    iterators();
    shapes_and_indices();
    generic_code(&[1_u8, 2], 3);
    converting_code(half::f16::ONE, &[half::f16::ONE]);
    whole_functions();
}

fn plain_data() {
    let (flag, wide, rows, nothing) = (true, i128::MIN, [[1_u16, 2]; 2], [0.0_f32; 0]);
    let (slice, twice) = (&rows[..1], &&rows);
    capture!(plain, flag, wide, rows, nothing, slice, twice);
    assert_holds("plain.flag", &[], &[true]);
    assert_holds("plain.wide", &[], &[i128::MIN]);
    assert_holds("plain.rows", &[2, 2], &[1_u16, 2, 1, 2]);
    assert_holds::<f32>("plain.nothing", &[0], &[]);
    assert_holds("plain.slice", &[1, 2], &[1_u16, 2]);
    assert_holds("plain.twice", &[2, 2], &[1_u16, 2, 1, 2]);
}

fn what_dereferences() {
    let vector = vec![1.0_f32, 2.0];
    let (shared, cow) = (Arc::<[f32]>::from(&vector[..]), Cow::Borrowed(&vector[..]));
    let (cell, mutex) = (RefCell::new([1.0_f32, 2.0]), Mutex::new([1.0_f32, 2.0]));
    let (guard, locked) = (cell.borrow(), mutex.lock().expect("no panic inside"));
    let (behind, nested) = (&shared, Rc::new(Rc::new([1.0_f32, 2.0])));
    capture!(deref, vector, shared, cow, guard, locked, behind, nested);
    for key in ["vector", "shared", "cow", "guard", "locked", "behind", "nested"] {
        assert_holds(&format!("deref.{key}"), &[2], &[1.0_f32, 2.0]);
    }
}

fn numbers_that_convert() {
    let (one, many) = (half::bf16::ONE, [half::bf16::ONE; 2]);
    let (behind, slice, shared) = (&&one, &many[..], Rc::new(many));
    let (metres, all) = (Metres(0.1), [Metres(0.1); 2]);
    capture!(convert, one, many, behind, slice, shared, metres, all);
    assert_holds("convert.one", &[], &[1.0_f32]);
    assert_holds("convert.behind", &[], &[1.0_f32]);
    for key in ["convert.many", "convert.slice", "convert.shared"] {
        assert_holds(key, &[2], &[1.0_f32; 2]);
    }
    assert_holds("convert.metres", &[], &[0.1_f64]);
    assert_holds("convert.all", &[2], &[0.1_f64; 2]);
}

fn options_and_results() {
    let data = [1.0_f32, 2.0];
    for present in [true, false] {
        let slice = present.then_some(&data[..]);
        let nested = &slice;
        let result = if present { Ok(data) } else { Err("no") };
        let half = present.then_some(half::f16::ONE);
        let shared = present.then(|| Arc::new(data));
        capture!(held, slice, nested, result, half, shared);
    }
    for key in ["held.slice", "held.nested", "held.result", "held.shared"] {
        assert_holds(key, &[2], &data);
        assert_eq!(report().key(key).map(|key| (key.kept(), key.absent())), Some((1, 1)), "{key}");
    }
    assert_holds("held.half", &[], &[1.0_f32]);
}

fn iterators() {
    let data = [0.0_f32, 10.0, 1.0, 11.0, 2.0, 12.0];
    let in_rows = |nth: usize| data[nth % 3 * 2 + nth / 3];
    capture!(each, m[2, 3] = each((0..6).map(in_rows)), scaled = each(data.map(|x| x * 0.5)));
    assert_holds("each.m", &[2, 3], &[0.0_f32, 1.0, 2.0, 10.0, 11.0, 12.0]);
    assert_holds("each.scaled", &[6], &data.map(|x| x * 0.5));
}

fn shapes_and_indices() {
    let (flat, dims) = ([1_u8, 2, 3, 4], [2_u32, 2]);
    capture!(line, flat[..dims], same[2, 2] = flat, wrong[3] = flat; index = (3, -1), keep = 2);
    assert_holds("line.flat", &[2, 2], &flat);
    assert_holds("line.same", &[2, 2], &flat);
    assert_holds("line.wrong", &[4], &flat);
    assert_eq!(report().key("line.wrong").map(|key| key.mismatched()), Some(1));
    let shown = visit(|value| {
        if value.key() == "line.flat" {
            assert_eq!(value.indices(), [3, -1]);
        }
    });
    assert!(shown.is_complete());
}

fn generic_code<T: Element + Default + PartialEq + Debug>(many: &[T], one: T) {
    let held = Some(many);
    capture!(generic, many, one, held);
    assert_holds("generic.many", &[many.len()], many);
    assert_holds("generic.held", &[many.len()], many);
    assert_holds("generic.one", &[], &[one]);
}

fn converting_code<T: Into<f32> + Copy>(one: T, many: &[T]) {
    capture!(into, one, many);
    assert_holds("into.one", &[], &[one.into()]);
    assert_holds("into.many", &[1], &[many[0].into()]);
}

/// Values without numbers, which are an error in a list, are passed over by `*`.
fn whole_functions() {
    captured_fn! {
        #[capture(*, return)]
        fn forward(x: &[f32], name: &str) -> Result<[f32; 2], String> {
            let text = name.to_string();
            let half = half::f16::from_f32(x[0]);
            let tuple = (1, text.len());
            Ok([half.to_f32(), tuple.0 as f32])
        }
    }
    // 32 bytes hold one value of 16 bytes, 256 hold several.
    captured_fn! {
        #[capture(narrow => row; room = 32)]
        fn narrow(row: [f32; 4]) {}

        #[capture(wide => row; room = 256)]
        fn wide(row: [f32; 4]) {}
    }
    for n in 0..3_u8 {
        narrow([f32::from(n); 4]);
        wide([f32::from(n); 4]);
    }
    let kept = |key| report().key(key).map_or(0, |key| key.kept());
    assert!(kept("narrow.row") < kept("wide.row"), "{}", report());
    assert_eq!(kept("wide.row"), 3, "{}", report());
    assert!(forward(&[0.5, 1.0], "x").is_ok());
    assert_holds("forward.x", &[2], &[0.5_f32, 1.0]);
    assert_holds("forward.half", &[], &[0.5_f32]);
    assert_holds("forward.return", &[2], &[0.5_f32, 1.0]);
    for key in ["forward.name", "forward.text", "forward.tuple"] {
        assert_eq!(
            report().key(key).map(|key| (key.kept(), key.passed_over())),
            Some((0, 1)),
            "{key}"
        );
    }
}
