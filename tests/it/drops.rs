//! What is dropped, and when, in a captured function: what edition 2024 says, as in the function without the macro.

use std::cell::RefCell;

use anycapture::{cache, captured_fn};

use crate::alone;

thread_local! {
    static DROPPED: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
}

/// Writes down when it is dropped.
struct Noisy(&'static str);

impl Noisy {
    fn number(&self) -> usize {
        self.0.len()
    }
}

impl Drop for Noisy {
    fn drop(&mut self) {
        DROPPED.with(|dropped| dropped.borrow_mut().push(self.0));
    }
}

fn dropped() -> Vec<&'static str> {
    DROPPED.with(RefCell::take)
}

#[test]
fn temporaries_of_the_last_expression_are_dropped_in_the_same_order() {
    fn without() -> usize {
        let first = Noisy("first");
        let mut second = Noisy("second!");
        second.0 = "second";
        let number = 1;
        let sum = { Noisy("a temporary").number() + number };
        first.number() + second.number() + Noisy("the last").number() + sum
    }
    captured_fn! {
        #[capture(number, sum, return)]
        fn within() -> usize {
            let first = Noisy("first");
            let mut second = Noisy("second!");
            second.0 = "second";
            let number = 1;
            let sum = { Noisy("a temporary").number() + number };
            first.number() + second.number() + Noisy("the last").number() + sum
        }
    }
    captured_fn! {
        #[capture(*)]
        fn all() -> usize {
            let first = Noisy("first");
            let mut second = Noisy("second!");
            second.0 = "second";
            let number = 1;
            let sum = { Noisy("a temporary").number() + number };
            first.number() + second.number() + Noisy("the last").number() + sum
        }
    }
    let _alone = alone();
    dropped();
    let expected = (without(), dropped());
    assert_eq!((within(), dropped()), expected);
    assert_eq!((all(), dropped()), expected);
    let cache = cache();
    assert_eq!(cache["within.return"].len(), 1);
    assert_eq!(cache["all.sum"].len(), 1);
}

#[test]
fn a_panic_passes_through_and_drops_what_it_should() {
    captured_fn! {
        #[capture(a)]
        fn panics(n: i32) -> i32 {
            let _noisy = Noisy("on the way out");
            let a = n;
            if a > 0 {
                panic!("as written");
            }
            a
        }
    }
    let _alone = alone();
    dropped();
    let message = std::panic::catch_unwind(|| panics(1)).expect_err("it panics");
    assert_eq!(message.downcast_ref::<&str>(), Some(&"as written"));
    assert_eq!(dropped(), ["on the way out"]);
    assert_eq!(cache()["panics.a"].len(), 1);
}
