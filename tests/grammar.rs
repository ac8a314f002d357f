//! Every form of the grammar of `capture!` and `captured_fn!`, as their documentation lists it, under a comment that repeats the
//! form. What compiles here must keep compiling: with the feature on and off, with a heap and without, with the oldest compiler.
#![deny(warnings)]
#![allow(unused_variables, unused_assignments, unused_unsafe)] // with the feature off, what only a list uses
#![allow(clippy::all, clippy::pedantic)] // forms, whatever they look like

use std::fmt::Debug;
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

use anycapture::{capture, captured_fn};

/// One test at a time has the store, which records.
fn alone() -> MutexGuard<'static, ()> {
    static STORE: Mutex<()> = Mutex::new(());
    static MEMORY: Once = Once::new();
    let guard = STORE.lock().unwrap_or_else(PoisonError::into_inner);
    if cfg!(not(feature = "alloc")) {
        MEMORY.call_once(|| {
            anycapture::set_memory(Box::leak(Box::new([0; 64 << 10]))).expect("the first");
        });
    }
    anycapture::set_size(16);
    anycapture::activate();
    guard
}

/// Asserts which keys begin with `prefix`, and how many values each holds: nothing with the feature off.
#[track_caller]
fn assert_kept(prefix: &str, counts: &[(&str, usize)]) {
    let mut kept: Vec<(String, usize)> = Vec::new();
    anycapture::visit(|value| {
        let Some(name) = value.key().strip_prefix(prefix) else { return };
        match kept.iter_mut().find(|(key, _)| key == name) {
            Some((_, count)) => *count += 1,
            None => kept.push((name.to_owned(), 1)),
        }
    });
    kept.sort();
    let expected = if anycapture::ENABLED { counts } else { &[] };
    assert!(
        kept.iter().map(|(key, count)| (&**key, *count)).eq(expected.iter().copied()),
        "{kept:?}"
    );
}

#[test]
fn every_path_item_and_option_of_a_line() {
    let _alone = alone();
    let (heads, tokens, attn) = (2_usize, 3_u8, [0.5_f32; 18]);
    let (layer, step, flag) = (7_u32, -1_i8, anycapture::is_active());
    let dims = [2, 9];

    // PATH forward
    capture!(forward, attn);
    // PATH Attention::forward
    capture!(line::Attention::forward, attn);

    // ITEM attn
    capture!(line, attn);
    // ITEM attn[heads, tokens, tokens]
    capture!(line, attn[heads, tokens, tokens]);
    // ITEM attn[..dims]
    capture!(line, attn[..dims]);
    capture!(line, attn[..&dims[..]]);
    // ITEM attn = expr
    capture!(line, expr = attn[0] * 2.0);
    // ITEM attn[dims] = expr
    capture!(line, row[1, 3] = &attn[..3], slice[..dims] = attn);
    capture!(line, one = 1, attn, two[1] = [2], three[..[1]] = [3],);

    // OPTION every = N
    capture!(line::every, attn; every = 10);
    // OPTION index = expr
    capture!(line::index, attn; index = layer + 1);
    // OPTION index = (layer, step)
    capture!(line::index, attn; index = (layer, step));
    capture!(line::index, attn; index = (layer, step, 2, 3_u64));
    // OPTION keep = N
    capture!(line::keep, attn; keep = 4);
    // OPTION room = BYTES
    capture!(line::room, attn; room = 1 << 10);
    // OPTION on = flag
    capture!(line::on, attn; on = flag);
    // OPTION if COND
    capture!(line::condition, attn; if attn[0] > 0.0 && layer == 7);
    capture!(line::all, attn, sum = attn.iter().sum::<f32>(); every = 1, index = layer, keep = 4, room = 512, on = flag, if true,);

    let _: () = capture!(line, unit = 0_u8);
    assert_kept("forward.", &[("attn", 1)]);
    let counts = [
        ("Attention.forward.attn", 1),
        ("all.attn", 1),
        ("all.sum", 1),
        ("attn", 5),
        ("condition.attn", 1),
        ("every.attn", 1),
        ("expr", 1),
        ("index.attn", 3),
        ("keep.attn", 1),
        ("on.attn", 1),
        ("one", 1),
        ("room.attn", 1),
        ("row", 1),
        ("slice", 1),
        ("three", 1),
        ("two", 1),
        ("unit", 1),
    ];
    assert_kept("line.", &counts);
}

#[derive(Clone, Debug, PartialEq)]
struct Tensor(u8);
#[cfg(feature = "alloc")]
#[derive(Clone, Debug, PartialEq)]
struct Matrix(u8);

captured_fn! {
    // PATH Attention::forward
    #[capture(list::Attention::forward => x)]
    fn path(x: f32) {}

    // ENTRY x
    #[capture(x, once, mutated, late)]
    fn list_names(x: f32) -> f32 {
        let once = x + 1.0;
        let mut mutated = once;
        let late;
        for step in 0..2_u8 {
            mutated += f32::from(step);
        }
        late = mutated;
        late
    }

    // ENTRY x[heads, n, n]
    #[capture(x[heads, n, n], y[..dims])]
    fn list_shapes(heads: usize, n: usize, dims: [usize; 2], x: &[f32]) {
        let y = x;
    }

    // ENTRY x = expr
    // ENTRY x[heads, n] = expr
    #[capture(x = x[0], y[heads, n] = &y[..heads * n], z[..dims] = y)]
    fn list_expressions(heads: usize, n: usize, dims: [usize; 2], x: &[f32]) {
        let y = x;
        let z = ();
    }

    // ENTRY let x
    #[capture(let moved)]
    fn list_let(x: u8) -> Tensor {
        let mut moved = x;
        moved += 1;
        Tensor(moved)
    }

    // ENTRY return
    #[capture(return)]
    fn list_return(x: Option<u8>) -> Option<u8> {
        if x == Some(0) {
            return None;
        }
        let next = x? + 1;
        Some(next)
    }

    // ENTRY *
    #[capture(*)]
    fn list_all(x: f32) -> Tensor {
        let mut sum = x;
        sum += 1.0;
        let other = Tensor(1);
        other
    }

    // ENTRY !x
    #[capture(*, !x, !other)]
    fn list_all_but(x: f32) {
        let y = x;
        let other = y;
    }

    #[capture(list::options => x, y[1]; every = 1, index = (x, -1), keep = 4, room = 256, on = anycapture::is_active(), if x > 0)]
    fn list_options(x: u8) {
        let y = [x];
    }
}

#[test]
fn every_path_entry_and_option_of_a_list() {
    let _alone = alone();
    path(1.0);
    assert_kept("list.Attention.forward.", &[("x", 1)]);
    assert!((list_names(1.0) - 3.0).abs() < 1e-6);
    assert_kept("list_names.", &[("late", 1), ("mutated", 1), ("once", 1), ("x", 1)]);
    list_shapes(1, 2, [4, 1], &[0.5; 4]);
    assert_kept("list_shapes.", &[("x", 1), ("y", 1)]);
    list_expressions(1, 2, [4, 1], &[0.5; 4]);
    assert_kept("list_expressions.", &[("x", 1), ("y", 1), ("z", 1)]);
    assert_eq!(list_let(1), Tensor(2));
    assert_kept("list_let.", &[("moved", 1)]);
    assert_eq!((list_return(Some(1)), list_return(Some(0))), (Some(2), None));
    assert_kept("list_return.", &[("return", 1)]);
    assert_eq!(list_all(1.0), Tensor(1));
    assert_kept("list_all.", &[("sum", 2), ("x", 1)]);
    list_all_but(1.0);
    assert_kept("list_all_but.", &[("y", 1)]);
    list_options(1);
    assert_kept("list.options.", &[("x", 1), ("y", 1)]);
}

#[cfg(feature = "alloc")]
captured_fn! {
    // ENTRY *: Tensor
    #[capture(*: Tensor)]
    fn list_tensors(x: Tensor) {
        let y = Matrix(1);
    }

    // ENTRY *: (Tensor, Matrix)
    #[capture(*: (Tensor, Matrix), !z)]
    fn list_types(x: Tensor) {
        let y = Matrix(1);
        let z = Matrix(2);
    }

    #[capture(x, y[..dims])]
    fn list_vecs(x: Vec<f32>) {
        let dims = vec![x.len()];
        let y = x;
    }
}

#[test]
#[cfg(feature = "alloc")]
fn entries_that_need_a_heap() {
    let _alone = alone();
    list_tensors(Tensor(1));
    assert_kept("list_tensors.", &[("x", 1)]);
    list_types(Tensor(1));
    assert_kept("list_types.", &[("x", 1), ("y", 1)]);
    list_vecs(vec![1.0]);
    assert_kept("list_vecs.", &[("x", 1), ("y", 1)]);
    let (text, dims, flat) = ("text", vec![2_i64, 2], vec![1.0_f64; 4]);
    capture!(heap, text, flat[..dims], tensor = Tensor(1));
    assert_kept("heap.", &[("flat", 1), ("tensor", 1), ("text", 1)]);
}

mod places {
    use super::{Debug, captured_fn};

    captured_fn! {
        #[capture(x)]
        pub(super) unsafe extern "C" fn foreign(x: u8) -> u8 { x }

        #[capture(x)]
        pub(super) async fn later(x: u8) -> u8 { x }

        pub(super) const fn without_a_list(x: u8) -> u8 { x + 1 }
    }

    pub(super) trait Layer {
        captured_fn! {
            #[capture(Layer::forward => x)]
            #[must_use]
            fn forward(&self, x: f32) -> f32 { x }
        }
        fn required(&mut self, x: f32);
    }

    pub(super) struct Head<const N: usize>;

    impl<const N: usize> Layer for Head<N> {
        captured_fn! {
            #[capture(Head::required => x)]
            fn required(&mut self, x: f32) {}
        }
    }

    impl<const N: usize> Head<N> {
        captured_fn! {
            /// As it stands in a type.
            #[capture(Head::new => n)]
            #[inline]
            pub(super) fn new() -> Self {
                let n = N;
                Head
            }

            #[capture(Head::generic => x, sum)]
            pub(super) fn generic<'a, T, const M: usize>(&self, x: &'a [T; M]) -> &'a T
            where
                T: anycapture::Element + Debug,
            {
                let sum = M + N;
                &x[0]
            }
        }
    }
}

#[test]
fn functions_wherever_they_may_stand() {
    use places::{Head, Layer, foreign, later, without_a_list};
    let _alone = alone();
    captured_fn! {
        #[capture(place::nested => x)]
        fn nested(x: u8) -> u8 { x }
    }
    assert_eq!(nested(1), 1);
    // SAFETY: it is unsafe in name only.
    assert_eq!(unsafe { foreign(1) } + without_a_list(1), 3);
    let future = std::pin::pin!(later(1));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(future.poll(&mut context).is_ready());
    let mut head = Head::<2>::new();
    head.required(1.0);
    assert!(head.forward(1.0) + head.generic(&[0.5_f32]) > 1.0);
    assert_kept("place.", &[("nested.x", 1)]);
    assert_kept("foreign.", &[("x", 1)]);
    assert_kept("later.", &[("x", 1)]);
    assert_kept("Layer.", &[("forward.x", 1)]);
    assert_kept("Head.", &[("generic.sum", 1), ("generic.x", 1), ("new.n", 1), ("required.x", 1)]);
}

struct Heads {
    q: f32,
    k: f32,
}

captured_fn! {
    #[capture(p, q, k, first, rest, some, held, at)]
    fn patterns((p, _): (f32, u8), heads: Heads) -> Option<f32> {
        let Heads { q, ref k } = heads;
        let [first, ref rest @ ..] = [q, *k, p];
        let (Ok(some) | Err(some)) = Ok::<f32, f32>(first);
        let Some(held) = Some(some) else { return None };
        let at @ 0..=9 = 3_u8 else { return None };
        Some(held)
    }
}

captured_fn! {
    #[capture(x)]
    fn blocks(n: u8) -> u8 {
        for i in 0..n { let x = i; }
        let mut i = 0;
        while i < n { let x = i; i += 1; }
        while let Some(less) = i.checked_sub(1) { let x = less; i = less; }
        loop { let x = i; break; }
        'label: loop { let x = i; break 'label; }
        if i > 0 { let x = 1_u8; } else if i == 0 { let x = 0_u8; } else { let x = 2_u8; }
        let value = if i > 0 { 1 } else { let x = i; x };
        let Some(value) = Some(value) else { let x = i; return x };
        match value {
            0 => { let x = value; }
            _ if value > 9 => { let x = value; }
            _ => {}
        }
        unsafe { let x = value; }
        { let x = value; }
        let value = 'block: { let x = value; break 'block x };
        let value = { const X: u8 = 0; value + X };
        let value = { static X: u8 = 0; value + X };
        let value = { use core::primitive::u8 as x; x::MAX - value };
        let value = { macro_rules! x { ($x:expr) => { u8::MAX - $x } } x!(value) };
        let value = if value > 9 { value } else { async fn _x() {} value };
        let value = { debug_assert! { true } [value, 0].iter().sum::<u8>() };
        let value = if value > 9 { value } else { ::core::debug_assert! { true } [value, 0].iter().sum() };
        if value > 9 { let x = value; } else {}
        value
    }
}

#[test]
#[allow(clippy::all, unused_unsafe)]
fn patterns_and_blocks_are_walked() {
    let _alone = alone();
    assert_eq!(patterns((1.0, 2), Heads { q: 3.0, k: 4.0 }), Some(3.0));
    let names = ["at", "first", "held", "k", "p", "q", "rest", "some"];
    assert_kept("patterns.", &names.map(|name| (name, 1)));
    assert_eq!(blocks(2), 0);
    assert_kept("blocks.", &[("x", 14)]);
}

/// The forms in the block of grammar of a macro's documentation: a word in capitals, then a form from column 8 on.
fn documented(text: &str) -> Vec<String> {
    let mut forms = Vec::new();
    let mut kind = "";
    for line in text.lines() {
        let line = line.trim_start_matches('/');
        let Some((word, form)) = line.split_at_checked(9) else { continue };
        match word.trim() {
            "" => {}
            word if word.bytes().all(|byte| byte.is_ascii_uppercase()) => kind = word,
            _ => continue,
        }
        if kind.is_empty() || form.starts_with([' ', '`']) || form.starts_with("as in") {
            continue;
        }
        let columns: Vec<_> =
            form.split("  ").map(str::trim).filter(|part| !part.is_empty()).collect();
        forms.push(format!("// {kind} {}", columns[0]));
        if let ["or", other, ..] = columns[1..] {
            forms.push(format!("// {kind} {other}"));
        }
        for part in &columns[1..] {
            if let Some((_, form)) = part.split_once("; *: ") {
                let form = form.split(" of ").next().expect("what is before it");
                forms.push(format!("// {kind} *: {form}"));
            }
        }
    }
    forms
}

#[test]
fn every_form_of_the_documentation_stands_in_this_file() {
    let here: Vec<_> = include_str!("grammar.rs").lines().map(str::trim).collect();
    let mut count = 0;
    for block in include_str!("../src/lib.rs").split("/// ```text\n").skip(1) {
        let forms = documented(block.split("/// ```").next().expect("its end"));
        count += forms.len();
        let missing: Vec<_> = forms.iter().filter(|form| !here.contains(&&***form)).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
    assert_eq!(count, 25, "the forms that were found");
}
