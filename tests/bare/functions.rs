//! Functions that `run.py` compiles twice: as they stand, and without the macro and its lists. A line that is the macro's
//! alone begins with `captured_fn!`, `#[capture` or `} // captured_fn`.
#![allow(clippy::print_stdout)]

use std::cell::RefCell;

thread_local! {
    static LOG: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Logs when it goes.
pub struct Noisy(&'static str);

impl Noisy {
    fn len(&self) -> usize {
        self.0.len()
    }
}

impl Drop for Noisy {
    fn drop(&mut self) {
        LOG.with(|log| log.borrow_mut().push(format!("drop {}", self.0)));
    }
}

captured_fn! {
#[capture(never_used)]
fn dead(never_used: u32) -> u32 {
    let unused = never_used;
    7
}
} // captured_fn

captured_fn! {
/// What clippy finds in the documentation of a function, or misses there.
///
/// # Panics
///
/// If there is none.
#[capture(first)]
#[must_use]
pub fn documented(xs: &[f32]) -> f32 {
    let first = xs.first().unwrap();
    *first
}
} // captured_fn

captured_fn! {
/// Says nothing of panics.
#[capture(last)]
#[must_use]
pub fn undocumented(xs: &[f32]) -> f32 {
    let last = xs.last().unwrap();
    *last
}
} // captured_fn

struct Layer(f32);

impl Layer {
captured_fn! {
#[capture(scaled, x)]
fn unused_method(&self, x: f32) -> f32 {
    let mut scaled = self.0 * x;
    unsafe { return scaled; }
}
} // captured_fn

    fn sibling_that_is_dead(&self) -> f32 {
        self.0
    }

captured_fn! {
#[capture(total)]
pub fn pedantic(&self, xs: Vec<f32>) -> i32 {
    let mut total = 0.0;
    for i in 0..xs.len() {
        total += xs[i];
    }
    if total == 0.0 { return 1; } else { total as i32 };
    xs;
    total as i32
}
} // captured_fn
}

captured_fn! {
/// Temporaries of a last expression.
#[capture(a, n)]
pub fn tail_of_a_function(name: &'static str) -> usize {
    let a = Noisy("a");
    let n = { let _inner = Noisy("inner"); Noisy(name).len() };
    n + { &Noisy("extended") }.len() + Noisy("tail").len() + a.len()
}
#[capture(n)]
pub fn head_of_an_if_let(name: Option<&'static str>) -> usize {
    let n = if let Some(_) = name.map(Noisy).as_ref().map(Noisy::len) { Noisy("then").len() } else { Noisy("else").len() };
    match Noisy("head").len() { 4 => { let m = Noisy("arm"); m.len() + n } _ => n }
}
#[capture(x, half; index = x)]
pub fn panics(x: usize) -> usize {
    let half = x / 2;
    let list = [1, 2, 3];
    list[half] + x
}
} // captured_fn

fn main() {
    println!("{}", Layer(1.0).pedantic(vec![1.0, 2.0]));
    println!("{}", tail_of_a_function("name"));
    println!("{} {}", head_of_an_if_let(Some("some")), head_of_an_if_let(None));
    println!("{:?}", LOG.with(RefCell::take));
    std::panic::set_hook(Box::new(|info| println!("panic at {}", info.location().unwrap())));
    println!("{:?}", std::panic::catch_unwind(|| panics(8)).is_err());
}
