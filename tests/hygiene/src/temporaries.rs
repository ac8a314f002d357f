//! Temporaries live as long as they do without the macro, before edition 2024: those of a block that is a single expression, and
//! those of an `if let` whose `else` is one.

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

/// Logs its drop.
struct Noisy<'a>(&'a ::std::cell::RefCell<Vec<&'static str>>);

impl Noisy<'_> {
    fn nothing(&self) -> Option<u8> {
        self.0.borrow_mut().push("value");
        None
    }
}

impl Drop for Noisy<'_> {
    fn drop(&mut self) {
        self.0.borrow_mut().push("drop");
    }
}

fn otherwise(log: &::std::cell::RefCell<Vec<&'static str>>) -> u8 {
    log.borrow_mut().push("else");
    0
}

::probe::captured_fn! {
    #[capture(x, y)]
    fn statement(log: &::std::cell::RefCell<Vec<&'static str>>) {
        let mut y = 0;
        if let Some(x) = Noisy(log).nothing() { y += x; } else { otherwise(log); }
        let _ = y;
    }

    #[capture(*)]
    fn value(log: &::std::cell::RefCell<Vec<&'static str>>) {
        let y = 1;
        let z = if let Some(x) = Noisy(log).nothing() { let w = x + y; w } else if y > 1 { y } else { otherwise(log) };
        let _ = z;
    }
}

fn main() {
    for function in [statement, value] {
        let log = ::std::cell::RefCell::default();
        function(&log);
        assert_eq!(log.into_inner(), ["value", "else", "drop"]);
    }
    assert_eq!(listed("abc"), 3);
    assert_eq!(all("abc"), 6);
}
