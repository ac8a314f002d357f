//! The grammar of `capture!`.

use std::cell::Cell;

use anycapture::{cache, capture};

use crate::alone;

#[test]
fn a_path_and_an_item_make_the_key() {
    let _alone = alone();
    let (attn, r#type) = (1.0_f32, 2_u8);
    capture!(key, attn);
    capture!(Key::forward, attn);
    capture!(nn::Key::r#move, r#type);
    let keys = ["key.attn", "Key.forward.attn", "nn.Key.move.type"];
    assert_eq!(cache().keys().collect::<Vec<_>>(), keys);
}

#[test]
fn two_lines_with_one_key_fill_one_list_in_order() {
    let _alone = alone();
    for step in 0..3_u32 {
        capture!(decode, step);
        let step = step + 10;
        capture!(decode, step);
    }
    let all: Vec<_> = cache()["decode.step"].iter().filter_map(|v| v.scalar::<u32>()).collect();
    assert_eq!(all, [0, 10, 1, 11, 2, 12]);
}

#[test]
fn items_come_in_all_four_forms() {
    let _alone = alone();
    let flat = [1_i16, 2, 3, 4, 5, 6];
    let (rows, columns) = (2_usize, 3_u8);
    capture!(f, flat, flat[rows, columns], sum = flat.iter().sum::<i16>(), half[3] = &flat[..3],);
    let cache = cache();
    assert_eq!(cache["f.flat"][0].shape(), [6]);
    assert_eq!(cache["f.flat"][1].shape(), [2, 3]);
    assert_eq!(cache["f.sum"][0].scalar::<i16>(), Some(21));
    assert_eq!(cache["f.half"][0].as_slice::<i16>(), Some(&[1, 2, 3][..]));
}

#[test]
fn a_shape_may_be_a_slice_an_array_or_a_vec_of_integers() {
    let _alone = alone();
    let flat = [1_i16, 2, 3, 4, 5, 6];
    let (array, vec) = ([3_u8, 2], vec![1_usize, 6]);
    let slice = &vec[..];
    capture!(f, flat[..array], v[..vec] = flat, s[..slice] = &flat, t[..[2, 1, 3]] = &flat[..]; keep = 7, room = 512);
    let cache = cache();
    assert_eq!(cache["f.flat"][0].shape(), [3, 2]);
    assert_eq!(cache["f.v"][0].shape(), [1, 6]);
    assert_eq!(cache["f.s"][0].shape(), [1, 6]);
    assert_eq!(cache["f.t"][0].shape(), [2, 1, 3]);
}

#[test]
fn a_line_is_an_expression_of_unit_and_borrows() {
    let _alone = alone();
    let text = String::from("moved later");
    let unit: () = capture!(f, text);
    let () = unit;
    let closure = || capture!(f, text);
    closure();
    match 3 {
        3 => capture!(f, text),
        _ => unreachable!(),
    }
    drop(text);
    assert_eq!(cache()["f.text"].len(), 3);
}

#[test]
fn every_takes_the_first_of_every_n_hits() {
    let _alone = alone();
    let none = 0;
    for step in 0..10_u8 {
        capture!(every, step; every = 4);
        capture!(all, step; every = none);
        let n = 3_u64;
        capture!(variable, step; every = n);
    }
    let kept = |key| cache()[key].iter().filter_map(|v| v.scalar::<u8>()).collect::<Vec<_>>();
    assert_eq!(kept("every.step"), [0, 4, 8]);
    assert_eq!(kept("variable.step"), [0, 3, 6, 9]);
    assert_eq!(kept("all.step").len(), 10, "`every = 0` at run time keeps every hit");
}

#[test]
fn index_is_kept_with_the_value() {
    let _alone = alone();
    let x = 0.5_f32;
    for layer in 0..2_usize {
        capture!(f, x, big = vec![x; 2000]; index = layer);
    }
    capture!(f, x; index = -1);
    capture!(f, x);
    let cache = cache();
    let indices: Vec<_> = cache["f.x"].iter().map(anycapture::Value::index).collect();
    assert_eq!(indices, [Some(0), Some(1), Some(-1), None]);
    assert_eq!(cache["f.big"][1].index(), Some(1));
}

#[test]
fn on_stands_in_for_the_switch_and_records_nothing_once_recording_has_stopped() {
    let _alone = alone();
    let active = anycapture::is_active();
    let evaluated = Cell::new(0);
    let x = 1_u8;
    capture!(f, x; on = active);
    capture!(f, x; on = !active);
    anycapture::deactivate();
    capture!(f, x; on = active);
    capture!(f, x = evaluated.replace(1); on = active, if evaluated.replace(1) == 0);
    capture!(f, x);
    assert_eq!((cache()["f.x"].len(), evaluated.get()), (1, 0));
}

#[test]
fn if_decides_for_the_whole_line() {
    let _alone = alone();
    for x in 0..6_i32 {
        capture!(f, x, twice = 2 * x; if x % 2 == 0 && x > 0);
    }
    assert_eq!(cache()["f.x"].len(), 2);
    assert_eq!(cache()["f.twice"][1].scalar::<i32>(), Some(8));
}

#[test]
fn options_go_together_in_any_order() {
    let _alone = alone();
    for x in 0..8_i32 {
        capture!(f, x; if x >= 2, index = x, on = true, every = 3);
    }
    let indices: Vec<_> = cache()["f.x"].iter().filter_map(anycapture::Value::index).collect();
    assert_eq!(indices, [2, 5], "hits of `every` are those for which `if` holds");
}

#[test]
fn nothing_is_evaluated_while_inactive() {
    let _alone = alone();
    anycapture::deactivate();
    let evaluated = Cell::new(0);
    let touch = || {
        evaluated.set(evaluated.get() + 1);
        1_usize
    };
    capture!(f, x = touch(), y[touch()] = [touch()]; every = touch(), index = touch(), if touch() == 1);
    assert_eq!(evaluated.get(), 0);
    anycapture::activate();
    capture!(f, x = touch(), y[touch()] = [touch()]; every = touch(), index = touch(), if touch() == 1);
    assert_eq!(evaluated.get(), 6, "each once");
    capture!(f, x = touch(); every = 1, if false);
    assert_eq!(evaluated.get(), 6);
}

#[test]
fn a_value_may_return_or_break_out() {
    let _alone = alone();
    fn parse(text: &str) -> Option<u8> {
        capture!(parse, value = text.parse::<u8>().ok()?);
        Some(0)
    }
    assert_eq!((parse("7"), parse("x")), (Some(0), None));
    assert_eq!(cache()["parse.value"][0].scalar::<u8>(), Some(7));
}

#[test]
fn names_of_the_expansion_are_not_in_the_way() {
    let _alone = alone();
    let (value, note, index, every) = (1_u8, 2_u8, 3_u8, 4_u8);
    capture!(f, sum = value + note + index + every, value, note; index = index, every = every);
    assert_eq!(cache()["f.sum"][0].scalar::<u8>(), Some(10));
    assert_eq!(cache()["f.note"][0].index(), Some(3));
}
