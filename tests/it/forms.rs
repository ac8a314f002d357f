//! Functions and bodies in every form that Rust has: each does, within `captured_fn!`, what it does without, and its names
//! are captured as often as they are bound.
//!
//! `tests/outside` compiles this file too, in edition 2021, and with the feature off.
#![allow(clippy::all, clippy::pedantic, unused_braces, unused_unsafe, redundant_semicolons)] // forms, whatever they look like

use std::fmt::Debug;
use std::future::Future;

use anycapture::{cache, captured_fn};

use crate::alone;

/// How often the names were captured, under a key that begins with the function's name.
fn assert_kept(function: &str, counts: &[(&str, usize)]) {
    if !anycapture::ENABLED {
        return;
    }
    let cache = cache();
    for (name, count) in counts {
        let key = format!("{function}.{name}");
        assert_eq!(cache.get(&key).unwrap_or_default().len(), *count, "{key}");
    }
    let keys = cache.keys().filter(|key| key.split('.').next() == Some(function));
    assert_eq!(keys.count(), counts.len(), "{:?}", cache.keys().collect::<Vec<_>>());
}

/// A test: the function with and without the macro around it, called, and the names with their counts.
macro_rules! form {
    ($test:ident: $function:ident $list:tt [$($name:ident $count:literal),* $(,)?] $call:expr; $($body:tt)*) => {
        #[test]
        #[allow(clippy::all, clippy::pedantic)]
        fn $test() {
            let _alone = alone();
            let without = {
                $($body)*
                $call
            };
            let within = {
                captured_fn! {
                    #[capture $list]
                    $($body)*
                }
                $call
            };
            assert_eq!(within, without);
            assert_kept(stringify!($function), &[$((stringify!($name), $count)),*]);
        }
    };
}

/// Runs a future that never waits.
fn ready<T>(future: impl Future<Output = T>) -> T {
    let mut future = Box::pin(future);
    let waker = std::task::Waker::noop();
    match future.as_mut().poll(&mut std::task::Context::from_waker(&waker)) {
        std::task::Poll::Ready(value) => value,
        std::task::Poll::Pending => unreachable!("nothing to wait for"),
    }
}

/// Nothing can be captured of it.
struct Opaque(i32);

#[derive(Clone, Copy, Debug, PartialEq)]
struct Pair {
    x: i32,
    y: i32,
}

#[derive(Debug, PartialEq)]
enum Shape {
    Dot,
    Line(i32),
    Box { width: i32, height: i32 },
}

form! { labels: labelled(i, j, found) [i 2, j 4, found 1] labelled(3);
    fn labelled(n: i32) -> i32 {
        let found = 'search: {
            'rows: for i in 0..n {
                'columns: for j in 0..n {
                    if i * j == 1 {
                        break 'search i + j;
                    }
                    if j > i {
                        continue 'rows;
                    }
                    if j > 10 {
                        break 'columns;
                    }
                }
            }
            0
        };
        found
    }
}

form! { let_else: otherwise(a, b, c) [a 2, b 2, c 1] (otherwise(Some("7")), otherwise(Some("x")), otherwise(None));
    fn otherwise(text: Option<&str>) -> Result<i32, String> {
        let Some(a) = text else { return Err("nothing".to_string()) };
        let (b, Ok(c)) = (a.len(), a.parse::<i32>()) else {
            let b = 0;
            return Err(format!("{a} {b}"));
        };
        Ok(c + b as i32)
    }
}

form! { let_without_a_value: later(a, b, c) [a 2, b 2, c 4] (later(1), later(-1));
    fn later(n: i32) -> i32 {
        let a;
        let b: i32;
        let mut c;
        if n > 0 {
            a = n;
            b = 2 * n;
            c = 1;
        } else {
            (a, b) = (-n, 3);
            c = 2;
        }
        c += a;
        b + c
    }
}

form! { or_patterns: alternatives(n, w, either) [n 3, w 2, either 5]
    [Shape::Dot, Shape::Line(1), Shape::Line(-1), Shape::Box { width: 3, height: 4 }, Shape::Box { width: 4, height: 0 }]
        .map(alternatives);
    fn alternatives(shape: Shape) -> i32 {
        let either = match shape {
            Shape::Line(n) | Shape::Box { width: n, height: 0 } => {
                n + 1
            }
            Shape::Box { width: w @ (1 | 3), height: -1 | 4 } if w > 2 => {
                let w = w * 10;
                w
            }
            Shape::Box { .. } => -1,
            Shape::Dot => 0,
        };
        either
    }
}

form! { ranges_and_struct_literals_beside_blocks: beside(i, p, q, inside) [i 3, p 1, q 1, inside 5] beside(2);
    fn beside(n: i32) -> i32 {
        let mut sum = 0;
        let p = Pair { x: n, y: { 3 } };
        for i in 0..=n {
            sum += i;
        }
        if (Pair { x: 2, y: 3 }) == p {
            let inside = 1;
            sum += inside;
        }
        if p == (Pair { x: n, ..p }) && matches!(p, Pair { x: 1..=2, .. }) {
            let inside = 2;
            sum += inside;
        }
        while sum < { n * 10 } {
            let inside = 7;
            sum += inside;
        }
        let q = Pair { y: sum, ..p };
        match (q.x..).next() {
            Some(..=5) => {
                let inside = q.y;
                sum += inside;
            }
            _ => {}
        }
        ({ sum }) - 1
    }
}

form! { closures: closing(with, total, doubled) [with 1, total 1, doubled 1] closing(&[1, 2, 3]);
    fn closing(xs: &[i32]) -> i32 {
        let with = 2;
        let add = |a: i32, b: i32| -> i32 { a + b + with };
        let doubled: Vec<i32> = xs.iter().map(|x| x * 2).collect();
        let mut total = doubled.iter().fold(0, |sum, x| add(sum, *x));
        let mut count = || {
            total += 1;
            total
        };
        count();
        let take = move |(a, Pair { x, y }): (i32, Pair)| a + x + y;
        total + take((1, Pair { x: 1, y: 2 })) + (|| 3)() + if xs.iter().any(|&x| x > 2) { 1 } else { 0 }
    }
}

form! { matches_with_guards: guarded(n, m, out) [n 1, m 4, out 4] [0, 5, 50, -3].map(guarded);
    fn guarded(n_: i32) -> String {
        let out = match n_ {
            0 => "zero".to_string(),
            n if n > 10 && n < 100 || n > 100 => {
                format!("{n}!")
            }
            m @ (1..=9 | -9..=-1) => {
                let sign = if m < 0 { '-' } else { '+' };
                let m = m.abs();
                format!("{sign}{m}")
            }
            _ if n_ == i32::MIN => unreachable!(),
            _ => return String::new(),
        };
        out
    }
}

form! { question_marks: asked(a, b, c) [a 2, b 1, c 1] (asked("1,2"), asked("1,x"), asked(",2"));
    fn asked(text: &str) -> Result<i32, std::num::ParseIntError> {
        let (first, second) = text.split_once(',').unwrap_or_default();
        let a = first.parse::<i32>()?;
        let b: i32 = second.parse::<i32>().map(|b| b * 2)?;
        let c = { Ok::<i32, std::num::ParseIntError>(a) }? + i32::from_str_radix("1", 2)?;
        (a + b + c).to_string().parse()
    }
}

form! { awaits: waited(a, b, c, x) [a 1, b 2, c 1, x 1] ready(waited(4));
    async fn waited(x: i32) -> i32 {
        let a = async { x + 1 }.await;
        let future = async move {
            let inner = a;
            inner * 2
        };
        let b = future.await;
        let c = match std::future::ready(b).await {
            0 => 0,
            b => {
                std::future::ready(b + 1).await
            }
        };
        if std::future::ready(c > 3).await { c } else { std::future::ready(0).await }
    }
}

#[test]
fn raw_identifiers() {
    fn without(r#type: i32) -> i32 {
        let r#match = r#type + 1;
        let mut r#loop = r#match;
        r#loop += 1;
        r#loop
    }
    captured_fn! {
        #[capture(r#type, r#match, r#loop)]
        fn within(r#type: i32) -> i32 {
            let r#match = r#type + 1;
            let mut r#loop = r#match;
            r#loop += 1;
            r#loop
        }
    }
    let _alone = alone();
    assert_eq!(within(1), without(1));
    assert_kept("within", &[("type", 1), ("match", 1), ("loop", 1)]);
}

form! { items_in_bodies: items(a, b) [a 1, b 1] items(2);
    fn items(n: i32) -> i32 {
        use std::collections::BTreeMap as Map;
        const FACTOR: i32 = 3;
        static OFFSET: i32 = { 4 };
        #[derive(Clone, Copy)]
        struct Local(i32);
        #[allow(dead_code)]
        enum Kind { A, B(i32) }
        impl Local {
            fn get(self) -> i32 { let a = self.0; a }
        }
        trait Twice { fn twice(self) -> i32; }
        impl Twice for Local { fn twice(self) -> i32 { self.0 * 2 } }
        type Alias = Local;
        mod within { pub fn one() -> i32 { let b = 1; b } }
        fn helper(n: i32) -> i32 { let a = n; a + OFFSET }
        macro_rules! plus { ($e:expr) => { $e + FACTOR }; }
        let a = helper(n) + Alias::get(Local(1)) + Local(2).twice();
        let b = match Kind::B(a) { Kind::A => 0, Kind::B(b) => plus!(b) };
        let map = Map::from([(a, b)]);
        map[&a] + within::one()
    }
}

form! { macros_with_all_brackets: bracketed(a, b, c, d) [a 1, b 1, c 1, d 1] bracketed(2);
    fn bracketed(n: usize) -> usize {
        assert!(n > 0);
        assert_ne![n, 0];
        debug_assert! { n > 0, "{n}" }
        let a = vec![n; 2];
        let b = vec!(1, 2, 3);
        let c = vec! { 4, 5 };
        let d = std::vec![6].len();
        std::println! { "{}", n }
        macro_rules! local { () => { 1 }; }
        let text = format!("{a:?}{b:?}{c:?}", c = { c.len() });
        local!();
        text.len() + local! {} + local![] + matches!(d, 1) as usize
    }
}

form! { inner_attributes: inner(a, b) [a 1, b 1] inner(2);
    #[allow(dead_code)]
    fn inner(n: i32) -> i32 {
        #![allow(unused_variables)]
        #![allow(unused_mut)]
        let mut a = n;
        let b = a;
        let unused = 1;
        n
    }
}

form! { attributes_on_statements: outer(a, b, d) [a 1, b 1, d 1] outer(2);
    fn outer(n: i32) -> i32 {
        #[allow(unused_mut)]
        let mut a = n;
        #[cfg(any())]
        let b = "never";
        #[cfg(all())]
        #[allow(clippy::all)]
        let b = a;
        #[cfg(any())]
        let c = missing();
        #[cfg(any())]
        {
            missing();
        }
        #[rustfmt::skip]
        let Pair { x: d, #[cfg(any())] y, .. } = Pair { x: 1, y: b };
        #[allow(unused_must_use)]
        if d > 0 {
            #[cfg(any())]
            missing();
        }
        #[cfg(all())]
        return a + b + d;
    }
}

form! { comments_in_bodies: documented(a) [a 1] documented(2);
    /// A document before it,
    #[allow(unused_doc_comments)]
    /// and one behind an attribute.
    fn documented(n: i32) -> i32 {
        // plain
        /// of a statement
        let a = n /* in between */ + 1;
        /** of an item */
        const ONE: i32 = 1;
        /* before the last */
        a + ONE // behind the last
    }
}

form! { turbofish_and_generics: fish(a, b, c, d) [a 1, b 1, c 1, d 1] fish(&["1", "2"]);
    fn fish(texts: &[&str]) -> i64 {
        let a = texts.iter().map(|t| t.parse::<i64>()).collect::<Result<Vec<_>, _>>().unwrap_or_default();
        let b: Vec<Vec<i64>> = Vec::<Vec<i64>>::from([a.clone()]);
        let c = <i64 as std::str::FromStr>::from_str("3").unwrap_or(0) >> 1 << 2;
        let d = std::mem::size_of::<[u8; { 2 + 2 }]>() as i64;
        let less = (c as i64) < d && a.len() < 3;
        b[0].iter().sum::<i64>() + c + d + i64::from(less)
    }
}

form! { operators_and_negative_literals: signs(a, b, c, d) [a 1, b 1, c 1, d 1] signs(3);
    fn signs(n: i32) -> i32 {
        let a = -1;
        let b = -n - -a + !n;
        let c = match b { -1 => -2, i32::MIN..=-2 => { -3 } _ => 4 };
        let mut d = 1_i32;
        d <<= 2;
        d |= 1;
        d -= -1;
        *&mut d *= 2;
        -c + d
    }
}

form! { const_and_async_blocks: blocks(a, b, c) [a 1, b 1, c 1] blocks(3);
    fn blocks(n: i32) -> i32 {
        let a = const { 1 + 1 };
        const { assert!(1 < 2) }
        let b = ready(async { let inner = n; inner });
        let c = unsafe { let pointer = &raw const b; *pointer };
        let later = async move { c };
        a + ready(later)
    }
}

form! { loops_with_values: looped(step, last, rest) [step 3, last 1, rest 2] looped(10);
    fn looped(mut n: i32) -> i32 {
        let last = loop {
            let step = n / 2;
            n -= step;
            if n < 3 {
                break n * 2;
            }
        };
        let mut stack = vec![1, 2];
        while let Some(rest) = stack.pop() {
            n += rest;
        }
        while n > 100 {
            n -= 1;
        }
        n + last
    }
}

form! { values_of_all_blocks: valued(a, b, c, d, e, inner) [a 2, b 2, c 2, d 2, e 2, inner 8] (valued(1), valued(-1));
    fn valued(n: i32) -> i32 {
        let a = if n > 0 { let inner = 1; inner } else if n == 0 { 0 } else { let inner = 2; inner };
        let b = if let Some(inner) = Some(n) { inner } else { 0 };
        let c = { let inner = n; inner };
        let d = match n { 0.. => { 1 } _ => { 2 } } + 1;
        let e = unsafe { let inner = n; inner }.abs();
        a + b + c + d + e
    }
}

form! { statements_of_all_blocks: stated(inner) [inner 6] stated(3);
    fn stated(n: i32) -> i32 {
        let mut sum = 0;
        { let inner = 1; sum += inner; }
        unsafe { let inner = 2; sum += inner; }
        'a: { let inner = 3; sum += inner; if n > 0 { break 'a; } unreachable!() }
        if n > 5 { unreachable!() } else if let 3 = n { let inner = 4; sum += inner; } else { unreachable!() }
        match n { 3 => { let inner = 5; sum += inner; } _ => (), }
        match n { 3 => { let inner = 6; sum += inner } _ => {} };
        ;
        sum
    }
}

form! { last_expressions_of_blocks: last_one(inner, x) [inner 1, x 1] last_one(3);
    fn last_one(x: i32) -> i32 {
        if x > 0 {
            let inner = x;
            inner
        } else {
            match x { 0 => 1, _ => { let inner = 2; inner } }
        }
    }
}

form! { shadowing: shadowed(x, y) [x 5, y 1] shadowed(1);
    fn shadowed(x: i32) -> i32 {
        let x = x + 1;
        let y = { let x = x * 2; x };
        let x = move |z: i32| z + x + y;
        let x = x(1);
        x
    }
}

form! { many_patterns: patterned(a, b, c, d, e, f, g, h, i, k, first, rest)
    [a 1, b 1, c 1, d 1, e 1, f 1, g 2, h 1, i 1, k 1, first 1, rest 1]
    patterned((1, 2), [3, 4, 5], &Pair { x: 6, y: 7 }, &mut 8);
    fn patterned((a, mut b): (i32, i32), [c, .., d]: [i32; 3], &Pair { x: e, y: ref f }: &Pair, g: &mut i32) -> i32 {
        b += 1;
        let [first, rest @ ..] = [a, b, c];
        let (h, _, (i, ..)) = (first, rest, (d, e, *f));
        let k @ Pair { x: _, .. } = Pair { x: h, y: i };
        let &mut g = g;
        g + k.x + rest[0] + b
    }
}

form! { a_long_list:
    many(
        a0[1], a1, a2, a3, a4, a5, a6, a7[1], a8, a9, b0, b1, b2, b3, b4[1], b5, b6, b7, b8, b9, c0, c1[1], c2,
        c3, c4, c5, c6, c7, c8[1], c9, d0, d1, d2, d3, d4, d5[1], d6, d7, d8, d9, return, total
    ) [
        a0 1, a1 1, a2 1, a3 1, a4 1, a5 1, a6 1, a7 1, a8 1, a9 1, b0 1, b1 1, b2 1, b3 1, b4 1, b5 1, b6 1, b7
        1, b8 1, b9 1, c0 1, c1 1, c2 1, c3 1, c4 1, c5 1, c6 1, c7 1, c8 1, c9 1, d0 1, d1 1, d2 1, d3 1, d4 1,
        d5 1, d6 1, d7 1, d8 1, d9 1, return 1, total 1
    ] many([1; 10]);
    #[allow(unused_variables)]
    fn many(xs: [i32; 10]) -> i32 {
        let [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9] = xs;
        let [b0, b1, b2, b3, b4, b5, b6, b7, b8, b9] = xs;
        let [c0, c1, c2, c3, c4, c5, c6, c7, c8, c9] = xs;
        let [d0, d1, d2, d3, d4, d5, d6, d7, d8, d9] = xs;
        let total = a0 + b1 + c2 + d3;
        total
    }
}

form! { a_list_of_final_values: finals(a, b, c, d, e) [a 1, b 1, c 2, d 2, e 1] finals(1);
    fn finals(mut x: i32) -> i32 {
        let mut a = x;
        let mut b = x;
        let mut c = x;
        {
            let mut d = x;
            d += 1;
            let c = d;
            x += c;
        }
        let d = x;
        let mut e = d;
        for y in [&mut a, &mut b, &mut c, &mut e] {
            *y += 1;
        }
        a + b + c + d + e
    }
}

form! { early_returns: early(a, return) [a 3, return 2] [-1, 0, 1, 2].map(early);
    fn early(n: i32) -> Option<i32> {
        if n < 0 { return None }
        let a = n;
        for i in 0..n {
            if i == 1 { return Some(a + i); }
        }
        match n {
            0 => return Some(10), // an arm without a block is not walked
            _ => {}
        }
        Some(a)
    }
}

struct Counter {
    count: i32,
}

/// What the methods do without the macro.
mod without {
    pub struct Counter {
        pub count: i32,
    }

    impl Counter {
        pub fn by_value(self) -> i32 {
            let a = self.count;
            a
        }
        pub fn by_mut_value(mut self) -> i32 {
            self.count += 1;
            let a = self.count;
            a
        }
        pub fn by_reference(&self) -> i32 {
            let a = self.count;
            a
        }
        pub fn by_mut_reference(&mut self) -> &mut i32 {
            self.count += 1;
            let a = self.count;
            self.count += a;
            &mut self.count
        }
        pub fn by_box(self: Box<Self>) -> i32 {
            let a = self.count;
            a
        }
        pub fn by_rc(self: &std::rc::Rc<Self>) -> i32 {
            let a = self.count;
            a
        }
        pub fn associated(count: i32) -> Self {
            let a = count;
            Self { count: a }
        }
    }
}

impl Counter {
    captured_fn! {
        #[capture(Counter::by_value => a)]
        pub fn by_value(self) -> i32 { let a = self.count; a }
        #[capture(Counter::by_mut_value => a)]
        pub(crate) fn by_mut_value(mut self) -> i32 { self.count += 1; let a = self.count; a }
        #[capture(Counter::by_reference => a)]
        pub(self) fn by_reference(&self) -> i32 { let a = self.count; a }
        #[capture(Counter::by_mut_reference => a)]
        pub(in crate::forms) fn by_mut_reference(&mut self) -> &mut i32 { self.count += 1; let a = self.count; self.count += a; &mut self.count }
        #[capture(Counter::by_box => a)]
        pub(super) fn by_box(self: Box<Self>) -> i32 { let a = self.count; a }
        #[capture(Counter::by_rc => a)]
        fn by_rc(self: &std::rc::Rc<Self>) -> i32 { let a = self.count; a }
        #[capture(Counter::associated => a)]
        fn associated(count: i32) -> Self { let a = count; Self { count: a } }
    }
}

#[test]
fn methods_with_every_self() {
    let _alone = alone();
    let (mut within, mut without) = (Counter::associated(1), without::Counter::associated(1));
    assert_eq!(within.by_mut_reference(), without.by_mut_reference());
    assert_eq!(within.by_reference(), without.by_reference());
    assert_eq!(within.by_value(), without.by_value());
    let (within, without) = (Counter { count: 5 }, without::Counter { count: 5 });
    assert_eq!(within.by_mut_value(), without.by_mut_value());
    let (within, without) =
        (Box::new(Counter { count: 6 }), Box::new(without::Counter { count: 6 }));
    assert_eq!(within.by_box(), without.by_box());
    let within = std::rc::Rc::new(Counter { count: 7 });
    assert_eq!(within.by_rc(), std::rc::Rc::new(without::Counter { count: 7 }).by_rc());
    assert_kept(
        "Counter",
        &[
            ("by_value.a", 1),
            ("by_mut_value.a", 1),
            ("by_reference.a", 1),
            ("by_mut_reference.a", 1),
            ("by_box.a", 1),
            ("by_rc.a", 1),
            ("associated.a", 1),
        ],
    );
}

trait Layer {
    type Out: Debug + PartialEq;

    fn weight(&self) -> i32;

    fn forward(&self, x: i32) -> Self::Out;

    captured_fn! {
        /// A default body.
        #[capture(Layer::twice => out, return)]
        fn twice(&self, x: i32) -> (Self::Out, Self::Out)
        where
            Self::Out: Clone + Send + Sync + 'static,
        {
            let out = self.forward(x);
            (out, self.forward(x * 2))
        }
    }
}

impl Layer for Counter {
    type Out = i32;

    captured_fn! {
        #[capture(Counter::weight => return)]
        fn weight(&self) -> i32 {
            self.count
        }

        #[inline]
        #[capture(Counter::forward => product)]
        fn forward(&self, x: i32) -> Self::Out {
            let product = x * self.weight();
            product
        }
    }
}

#[test]
fn traits_and_their_implementations() {
    let _alone = alone();
    assert_eq!(Counter { count: 3 }.twice(2), (6, 12));
    assert_kept("Layer", &[("twice.out", 1), ("twice.return", 1)]);
    assert_kept("Counter", &[("forward.product", 2), ("weight.return", 2)]);
}

form! { bounds_and_where_clauses: bounded(a, b) [a 1, b 1]
    bounded::<_, 3>(|x| x + 1, &|x: &i32| x, [1, 2, 3]);
    fn bounded<'a, F, const N: usize>(f: F, g: &'a (dyn for<'b> Fn(&'b i32) -> &'b i32 + 'a), xs: [i32; N]) -> i32
    where
        F: Fn(i32) -> i32 + 'a,
        for<'b> &'b [i32; N]: IntoIterator<Item = &'b i32>,
        [(); { 3 }]: Sized,
    {
        let a: [i32; N] = xs.map(|x| f(x));
        let b = *g(&a[0]);
        a.iter().sum::<i32>() + b
    }
}

form! { impl_trait_and_lifetimes: lent(n) [n 1] lent(&[1, 2, 3], 1..=2).copied().collect::<Vec<_>>();
    fn lent<'a>(xs: &'a [i32], range: impl Iterator<Item = usize> + Clone + 'a) -> impl Iterator<Item = &'a i32> + 'a {
        let n = range.clone().count();
        range.take(n).filter_map(move |i| xs.get(i))
    }
}

form! { boxed_results: boxed(x) [x 1] (boxed(2))(3);
    fn boxed(x: i32) -> Box<dyn Fn(i32) -> i32 + Send> {
        Box::new(move |y| x + y)
    }
}

form! { unsafe_functions: dangerous(x, y) [x 1, y 1] unsafe { dangerous(Pair { x: 1, y: 2 }) };
    /// # Safety
    /// None needed.
    unsafe fn dangerous(Pair { x, .. }: Pair) -> i32 {
        let y = unsafe { *&raw const x };
        y
    }
}

form! { functions_for_c: for_c(x, y) [x 1, y 1] for_c(2);
    pub extern "C" fn for_c(x: i32) -> i32 {
        let y = x + 1;
        y
    }
}

form! { functions_without_a_value: nothing(x, y) [x 1, y 1] nothing(2);
    fn nothing(x: i32) {
        let y = x;
        let _ = y;
    }
}

form! { empty_functions: empty(x) [x 1] empty(2);
    fn empty(#[allow(unused_variables)] x: i32) {}
}

#[test]
fn a_function_that_does_not_return() {
    captured_fn! {
        #[capture(x)]
        fn never(x: i32) -> ! {
            panic!("{x}")
        }
    }
    let _alone = alone();
    assert!(std::panic::catch_unwind(|| never(3)).is_err());
    assert_kept("never", &[("x", 1)]);
}

#[test]
fn const_functions_pass_through() {
    captured_fn! {
        #[must_use]
        const fn constant<const N: usize>(x: [u8; N]) -> usize { N + x[0] as usize }
        #[capture(y)]
        fn beside(x: usize) -> usize { let y = x; y }
    }
    const FOUR: usize = constant([1, 2, 3]);
    let _alone = alone();
    assert_eq!(beside(FOUR), 4);
    assert_kept("beside", &[("y", 1)]);
}

form! { everything_of_it: whole(*) [x 1, a 1, text 1, sum 3, i 2, square 2, b 1, words 1, last 1] whole(2);
    fn whole(x: i32) -> Result<i32, String> {
        let a = x + 1;
        let text = format!("{a}");
        let opaque = Opaque(6);
        let mut sum = 0_i32;
        for i in 0..x {
            let square = i * i;
            sum += square;
        }
        let Some(b) = sum.checked_add(a) else { return Err(text) };
        let words: Vec<&str> = text.split(' ').collect();
        let later = |x: i32| x + b;
        let last = later(opaque.0);
        Ok(last + words.len() as i32)
    }
}
