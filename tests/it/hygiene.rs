//! Items of the user's with the names that an expansion might use.
#![allow(non_upper_case_globals, non_camel_case_types, dead_code)]

use anycapture::{cache, capture, captured_fn};

use crate::alone;

const value: f32 = 1.0;
const note: u8 = 2;
static index: usize = 3;
static every: usize = 4;
const active: bool = true;
struct last;
struct returned;
struct shape;
type Option = ();
type Vec = ();
type str = ();
type usize_ = usize;

captured_fn! {
    #[capture(x, y, return; index = index)]
    fn hostile(x: f32) -> f32 {
        let mut y = x + value;
        y += f32::from(note);
        y
    }
}

#[test]
fn names_of_items_do_not_collide_with_the_expansion() {
    let _alone = alone();
    let x = [value; 2];
    capture!(hostile, sum = value, x[2]; index = index, every = every);
    assert!(hostile(value) > 3.0);
    assert_eq!(cache()["hostile.sum"].len(), 1);
    assert_eq!(cache()["hostile.y"][0].scalar::<f32>(), Some(4.0));
    assert_eq!(cache()["hostile.return"][0].index(), Some(3));
}
