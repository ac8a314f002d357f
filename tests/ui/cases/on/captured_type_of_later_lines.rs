use std::ops::Shr;

use anycapture::captured_fn;

captured_fn! {
    #[capture(names)]
    pub fn names<I: Into<String>>(all: Vec<I>) -> Vec<String> {
        let names = all.into_iter().map(Into::into).collect();
        names
    }
}

/// An integer without a type shifts it, and that is an `i32` at the end of the function only.
pub struct Big;

impl Shr<u8> for Big {
    type Output = Big;

    fn shr(self, _: u8) -> Big {
        self
    }
}

impl Shr<i32> for Big {
    type Output = Big;

    fn shr(self, _: i32) -> Big {
        self
    }
}

captured_fn! {
    #[capture(*)]
    pub fn half(big: Big) {
        let half = big >> 1;
        drop(half);
    }
}

captured_fn! {
    #[capture(last)]
    pub fn last() -> Option<Big> {
        let last = None;
        last
    }
}

fn main() {}
