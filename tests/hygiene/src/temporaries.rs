//! Blocks whose last expression borrows from a temporary compile as they do without the macro: before edition 2024.

#![deny(warnings)]
#![allow(clippy::let_and_return)]

::probe::captured_fn! {
    #[capture(bytes)]
    fn listed(text: &str) -> usize {
        let bytes = { &String::from(text) }.len();
        bytes
    }
}

::probe::captured_fn! {
    #[capture(*)]
    fn all(text: &str) -> usize {
        let bytes = { &String::from(text) }.len();
        let doubled = bytes * 2;
        doubled
    }
}

fn main() {
    assert_eq!(listed("abc"), 3);
    assert_eq!(all("abc"), 6);
}
