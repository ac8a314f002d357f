//! `captured_fn!`: which values are captured, when, and that the function stays what it was.

use anycapture::{Value, cache, captured_fn, report};

use crate::alone;

/// The captured scalars of a key.
fn kept<E: anycapture::Element>(key: &str) -> Vec<E> {
    cache().get(key).unwrap_or_default().iter().filter_map(Value::scalar).collect()
}

/// A value without numbers.
#[derive(Clone, Debug, PartialEq, PartialOrd)]
struct Opaque(u8);

impl From<u8> for Opaque {
    fn from(value: u8) -> Opaque {
        Opaque(value)
    }
}

impl From<Opaque> for u32 {
    fn from(value: Opaque) -> u32 {
        value.0.into()
    }
}

struct Attention {
    heads: usize,
    scale: f32,
}

impl Attention {
    captured_fn! {
        /// Documentation and attributes stay.
        #[must_use]
        #[capture(Attention::forward => attention_map[heads, n], total; index = heads)]
        pub fn forward(&self, x: &[f32]) -> Vec<f32> {
            let heads = self.heads;
            let n = x.len() / heads;
            let attention_map: Vec<f32> = x.iter().map(|x| x * self.scale).collect();
            let mut total = 0.0_f32;
            for value in &attention_map {
                total += value;
            }
            assert_eq!(n * heads, x.len());
            attention_map
        }

        #[inline]
        fn plain(self) -> usize {
            self.heads
        }
    }
}

#[test]
fn a_method_captures_under_its_path_with_shape_and_options() {
    let _alone = alone();
    let attention = Attention { heads: 2, scale: 0.5 };
    assert_eq!(attention.forward(&[2.0, 4.0, 6.0, 8.0]), [1.0, 2.0, 3.0, 4.0]);
    let cache = cache();
    let map = &cache["Attention.forward.attention_map"][0];
    assert_eq!((map.shape(), map.index()), (&[2, 2][..], Some(2)));
    assert_eq!(map.as_slice::<f32>(), Some(&[1.0, 2.0, 3.0, 4.0][..]));
    assert_eq!(kept::<f32>("Attention.forward.total"), [10.0], "the final value of a `let mut`");
    assert_eq!(attention.plain(), 2);
}

captured_fn! {
    #[capture(x, y, mut_param, a, b, q, k, first, second)]
    fn patterns(x: f32, mut mut_param: u8, (a, b): (u8, u8)) -> Option<u8> {
        mut_param += 1;
        let y = x * 2.0;
        let (q, mut k) = (a + b, 1_u8);
        let [first, .., second] = [q, k, mut_param];
        k += 10;
        let Some(z) = first.checked_add(second) else { unreachable!() };
        Some(z + k)
    }

    #[capture(step, inner, acc, odd, value)]
    fn blocks(n: u32) -> u32 {
        let mut acc = 0;
        for step in 0..n {
            let inner = step * step;
            if inner % 2 == 1 {
                let odd = inner;
                acc += odd;
            } else if inner > 100 {
                unreachable!();
            } else {
                acc += 1;
            }
        }
        let value = match acc {
            0 => 0,
            n if n > 1_000 => {
                unreachable!()
            }
            n => {
                let inner = n + 100;
                inner * 2
            }
        };
        'outer: loop {
            while acc > 0 {
                acc -= 1;
                if acc == 3 {
                    break 'outer;
                }
            }
            break;
        }
        value
    }
}

#[test]
fn patterns_and_parameters_are_captured() {
    let _alone = alone();
    assert_eq!(patterns(1.5, 7, (3, 4)), Some(26));
    assert_eq!(kept::<f32>("patterns.x"), [1.5]);
    assert_eq!(kept::<f32>("patterns.y"), [3.0]);
    assert_eq!(kept::<u8>("patterns.mut_param"), [7], "as it was on entry");
    for (name, value) in [("a", 3), ("b", 4), ("q", 7), ("k", 11), ("first", 7), ("second", 8)] {
        assert_eq!(kept::<u8>(&format!("patterns.{name}")), [value], "{name}");
    }
}

#[test]
fn blocks_are_walked_on_every_pass() {
    let _alone = alone();
    assert_eq!(blocks(4), 224);
    assert_eq!(kept::<u32>("blocks.step"), [0, 1, 2, 3]);
    assert_eq!(kept::<u32>("blocks.inner"), [0, 1, 4, 9, 112]);
    assert_eq!(kept::<u32>("blocks.odd"), [1, 9]);
    assert_eq!(kept::<u32>("blocks.value"), [224]);
    assert_eq!(kept::<u32>("blocks.acc"), [3], "after the loops");
}

captured_fn! {
    #[capture(return, x)]
    fn early(x: i32) -> Result<i32, String> {
        if x < 0 {
            return Err(format!("{x}"));
        }
        let half = x.checked_div(2).ok_or("none")?;
        for i in 0..3 {
            if i == x {
                return Ok(-1);
            }
        }
        Ok(half)
    }

    #[capture(return)]
    fn coerced() -> &'static [u8] {
        &[1, 2]
    }

    #[capture(return[2, 2])]
    fn shaped(x: f32) -> [f32; 4] {
        [x; 4]
    }

    #[capture(return)]
    fn collected() -> Vec<u8> {
        (0..3).collect()
    }
}

#[test]
fn every_return_is_captured() {
    let _alone = alone();
    assert_eq!(early(-1), Err("-1".into()));
    assert_eq!(early(1), Ok(-1));
    assert_eq!(early(8), Ok(4));
    assert_eq!(kept::<i32>("early.return"), [-1, 4], "what a `Result` holds; `Err` holds nothing");
    assert_eq!(shaped(1.0), [1.0; 4]);
    assert_eq!(cache()["shaped.return"][0].shape(), [2, 2]);
    assert_eq!(coerced(), [1, 2]);
    assert_eq!(cache()["coerced.return"][0].shape(), [2]);
    assert_eq!(collected(), [0, 1, 2]);
    assert_eq!(cache()["collected.return"][0].as_slice::<u8>(), Some(&[0, 1, 2][..]));
}

captured_fn! {
    #[capture(let moved, kept)]
    fn moves(x: u8) -> Vec<u8> {
        let mut moved = vec![x];
        moved.push(x + 1);
        let kept = moved;
        kept
    }

    #[allow(clippy::needless_late_init)]
    #[capture(*, !hidden)]
    fn everything<'a, T: Clone>(x: f32, opaque: &'a T, text: &str) -> &'a T {
        let mut y = x + 1.0;
        let hidden = y;
        let closure = |z: f32| z + hidden;
        let rows = [closure(y); 2];
        y += 1.0;
        let later;
        later = y;
        let (a, mut b) = (later, rows.len());
        for i in 0..2_usize {
            b += i;
        }
        let _ = (a, b, text);
        opaque
    }
}

#[test]
fn let_in_the_list_asks_for_the_value_at_the_binding() {
    let _alone = alone();
    assert_eq!(moves(1), [1, 2]);
    assert_eq!(cache()["moves.moved"][0].as_slice::<u8>(), Some(&[1][..]));
    assert_eq!(cache()["moves.kept"][0].as_slice::<u8>(), Some(&[1, 2][..]));
}

#[test]
fn a_star_takes_all_plain_data_and_text_and_passes_over_the_rest() {
    struct Opaque;
    impl Clone for Opaque {
        fn clone(&self) -> Opaque {
            unreachable!()
        }
    }
    let _alone = alone();
    everything(1.0, &Opaque, "text");
    let cache = cache();
    let mut keys: Vec<_> = cache.keys().map(|key| key.trim_start_matches("everything.")).collect();
    keys.sort_unstable();
    assert_eq!(keys, ["a", "b", "i", "later", "rows", "text", "x", "y"]);
    assert_eq!(kept::<f32>("everything.y"), [2.0, 3.0], "at its binding and behind `y += 1.0`");
    assert_eq!(kept::<usize>("everything.b"), [2, 2, 3]);
}

trait Layer {
    captured_fn! {
        #[capture(Layer::apply => out)]
        fn apply(&self, x: f32) -> f32 {
            let out = self.weight() * x;
            out
        }
    }

    fn weight(&self) -> f32;
}

impl Layer for f32 {
    fn weight(&self) -> f32 {
        *self
    }
}

captured_fn! {
    #[capture(sums)]
    pub(crate) fn generic<T, const N: usize>(rows: [[T; N]; 2]) -> [T; N]
    where
        T: anycapture::Element + std::ops::Add<Output = T>,
    {
        let sums: [T; N] = std::array::from_fn(|i| rows[0][i] + rows[1][i]);
        sums
    }

    #[capture(sum)]
    fn with_impl(xs: &[u8]) -> impl Iterator<Item = u8> + '_ {
        let sum: u8 = xs.iter().sum();
        xs.iter().map(move |x| x + sum)
    }

    #[capture(x)]
    unsafe fn not_safe(x: u8) -> u8 { x }

    #[capture(x)]
    extern "C" fn for_c(x: u8) -> u8 { x }

    const fn constant(x: u8) -> u8 { x + 1 }
}

#[test]
fn functions_of_many_forms_are_taken() {
    let _alone = alone();
    assert_eq!(Layer::apply(&2.0, 3.0), 6.0);
    assert_eq!(kept::<f32>("Layer.apply.out"), [6.0]);
    assert_eq!(generic([[1_u8, 2], [3, 4]]), [4, 6]);
    assert_eq!(cache()["generic.sums"][0].shape(), [2]);
    assert_eq!(with_impl(&[1, 2]).collect::<Vec<_>>(), [4, 5]);
    assert_eq!(for_c(const { constant(1) }), 2);
    let _ = not_safe;
    captured_fn! {
        #[capture(inner)]
        fn nested() {
            let inner = 1_u8;
        }
    }
    nested();
    assert_eq!(kept::<u8>("nested.inner"), [1]);
}

#[test]
fn nothing_is_captured_while_inactive() {
    let _alone = alone();
    anycapture::deactivate();
    assert_eq!(blocks(4), 224);
    assert!(cache().is_empty());
}

/// Calls `$macro` with a hundred times the same statement.
macro_rules! a_hundred {
    (@ten $s:tt) => { a_hundred! { @all $s $s $s $s $s $s $s $s $s $s } };
    (@all $([$($s:tt)*])*) => {
        captured_fn! {
            #[capture(x, last)]
            fn long(start: f32) -> f32 {
                let mut last = start;
                $($($s)* $($s)* $($s)* $($s)* $($s)* $($s)* $($s)* $($s)* $($s)* $($s)*)*
                last += 1.0;
                last
            }
        }
    };
    ($($statement:tt)*) => { a_hundred! { @ten [$($statement)*] } };
}

a_hundred! { let x = 1.0_f32; }

#[test]
fn a_hundred_statements() {
    let _alone = alone();
    assert_eq!(long(1.5), 2.5);
    assert_eq!(kept::<f32>("long.x").len(), 100);
    assert_eq!(kept::<f32>("long.last"), [2.5]);
}

captured_fn! {
    #[capture(p)]
    fn guard_in_a_head(value: &std::sync::Mutex<Option<f32>>) -> f32 {
        let p = if let Some(p) = *value.lock().unwrap() {
            p
        } else {
            *value.lock().unwrap() = Some(2.0);
            3.0
        };
        p
    }

    #[capture(seed)]
    fn guard_in_the_last_expression(seed: usize) -> usize {
        let all = std::sync::Mutex::new(vec![0_u8; seed]);
        all.lock().unwrap().len()
    }
}

/// What edition 2024 promises of temporaries.
#[test]
fn temporaries_go_before_the_variables_of_their_block() {
    let _alone = alone();
    let value = std::sync::Mutex::new(None);
    assert_eq!((guard_in_a_head(&value), guard_in_a_head(&value)), (3.0, 2.0));
    assert_eq!(kept::<f32>("guard_in_a_head.p"), [3.0, 2.0, 2.0], "in the head, and at the `let`");
    assert_eq!(guard_in_the_last_expression(3), 3);
}

#[rustversion::since(1.88)]
captured_fn! {
    #[capture(q, sum)]
    fn chains(p: Option<f32>, q: Option<f32>) -> f32 {
        if let Some(p) = p && let Some(q) = q && p > q {
            let sum = p + q;
            return sum;
        }
        let sum = if let Some(q) = q && q > 0.0 { q } else { 0.0 };
        sum
    }
}

#[rustversion::since(1.88)]
#[test]
fn let_chains_are_heads_like_others() {
    let _alone = alone();
    assert_eq!((chains(Some(3.0), Some(1.0)), chains(None, Some(0.5))), (4.0, 0.5));
    assert_eq!(kept::<f32>("chains.sum"), [4.0, 0.5]);
    assert_eq!(
        kept::<f32>("chains.q"),
        [1.0, 1.0, 0.5, 0.5],
        "the parameter holds it, and the pattern"
    );
}

captured_fn! {
    #[capture(x, y, z)]
    fn braces_in_heads(x: i32, all: [i32; 3]) -> i32 {
        ::core::debug_assert! { x >= 0 }
        let y = x + 1;
        if x > { 3 } {
            let z = 1;
            return z;
        }
        if x << { 1 } == { 2 } {
            let z = 2;
            return z;
        }
        while match x { 1 => true, _ => false } {
            let z = 3;
            return z;
        }
        if 'label: {
            break 'label x == 9;
        } {
            return 99;
        }
        for i in if x == 0 { all } else { [1; 3] } {
            let z = i + y;
            if z > 6 {
                return z;
            }
        }
        -1
    }

    #[capture(x)]
    fn closure_behind_a_block(x: f32) -> impl Fn(f32) -> f32 {
        if x > 1.0 {
            assert!(x < 10.0);
        }
        |y| y + 1.0
    }

    #[capture(*)]
    fn types_of_later_lines(text: &str, rows: &[f32]) -> f32 {
        let owned = text.into();
        let length: &String = &owned;
        let sum = rows.iter().map(|x| x * 2.0).sum();
        let all = rows.iter().map(|x| x + 1.0).collect();
        let typed = rows.iter().map(|x| x * 1.0).collect::<Vec<f32>>();
        let doubled: f32 = sum;
        let rest: &Vec<f32> = &all;
        let last = rest.last().copied().unwrap_or(doubled);
        let parsed = length.parse().unwrap_or(last);
        let mut doubled_again = [Default::default(); 2];
        doubled_again[0] = 2.0 * doubled;
        let half = From::from(0.5_f32);
        let _: (f64, [f32; 2]) = (half, doubled_again);
        parsed + typed[0]
    }

    #[capture(*)]
    fn later_without_numbers<T: From<u8> + PartialOrd + Clone + Into<u32>>(all: &[T], out: &mut Vec<T>) -> u32 {
        let mut found = None;
        for one in all {
            if found.is_none() {
                found = Some(one);
            }
            if let Some(greatest) = found {
                if one > greatest {
                    found = Some(one);
                }
            }
        }
        let zeros = vec![0.into(); 3];
        let parts = all.chunks(1).map(<[T]>::to_vec).collect();
        let never = if all.is_empty() { return 0 } else { found };
        let _: &Vec<Vec<T>> = &parts;
        out.extend_from_slice(&zeros);
        let best_of_all = never.map_or(0, |best| best.clone().into());
        best_of_all
    }

    #[capture(*: Opaque)]
    fn typed_by_later_lines(rows: &[u8]) {
        let first = rows[0].into();
        let numbers = rows.iter().map(|row| (*row).into()).collect();
        let texts = rows.iter().map(u8::to_string).collect();
        let others = rows.iter().map(|row| (*row).into()).collect();
        let _: (&Opaque, &Vec<u32>, &Vec<String>, &Vec<Opaque>) = (&first, &numbers, &texts, &others);
    }

    #[capture(n, kept)]
    fn values_that_are_thrown_away(n: usize) -> usize {
        let mut kept = vec![n];
        match n {
            0 => Some(1),
            _ => kept.pop(),
        };
        if n > 1 { Some(n) } else { kept.pop() };
        unsafe { kept.set_len(kept.len()) };
        kept.len()
    }

    #[capture(*)]
    fn constants_in_patterns(n: Option<usize>) -> usize {
        const MAX: usize = 3;
        match n {
            Some(MAX) => {
                let at_most = MAX;
                at_most
            }
            Some(other) => {
                other
            }
            None => 0,
        }
    }
}

#[test]
fn a_brace_in_a_head_is_told_from_the_block() {
    let _alone = alone();
    let results = [4, 1, 0, 2].map(|x| braces_in_heads(x, [4, 5, 6]));
    assert_eq!(results, [1, 2, 7, -1]);
    assert_eq!(kept::<i32>("braces_in_heads.y"), [5, 2, 1, 3]);
    assert_eq!(kept::<i32>("braces_in_heads.z"), [1, 2, 5, 6, 7, 4, 4, 4]);
    assert_eq!(closure_behind_a_block(2.0)(1.0), 2.0);
    assert_eq!(kept::<f32>("closure_behind_a_block.x"), [2.0]);
}

#[test]
fn a_star_waits_for_the_type_that_later_lines_give() {
    let _alone = alone();
    assert_eq!(types_of_later_lines("0.5", &[1.0, 2.0]), 1.5);
    let cache = cache();
    let keys: Vec<_> = cache.keys().map(|key| key.split('.').next_back().unwrap()).collect();
    let all = [
        "text",
        "rows",
        "owned",
        "length",
        "sum",
        "all",
        "typed",
        "doubled",
        "rest",
        "last",
        "parsed",
        "doubled_again",
        "half",
    ];
    assert_eq!(keys, all);
    assert_eq!(cache["types_of_later_lines.all"][0].as_slice(), Some(&[2.0_f32, 3.0][..]));
    assert_eq!(cache["types_of_later_lines.half"][0].scalar(), Some(0.5_f64));
    assert_eq!(cache["types_of_later_lines.owned"][0].downcast_ref::<String>().unwrap(), "0.5");
}

#[test]
fn a_star_passes_over_a_value_that_later_lines_make_one_without_numbers() {
    let _alone = alone();
    assert_eq!(later_without_numbers(&[Opaque(3), Opaque(5)], &mut Vec::new()), 5);
    let cache = cache();
    let keys: Vec<_> = cache.keys().map(|key| key.split('.').next_back().unwrap()).collect();
    assert_eq!(keys, ["best_of_all"]);
    let report = report().to_string();
    for name in ["found", "greatest", "zeros", "never", "parts"] {
        assert!(report.contains(name), "{name} is not in {report}");
    }
}

#[test]
fn a_star_with_a_type_waits_for_later_lines_too() {
    let _alone = alone();
    typed_by_later_lines(&[3, 5]);
    assert_eq!(cache()["typed_by_later_lines.first"][0].downcast_ref(), Some(&Opaque(3)));
    assert_eq!(cache()["typed_by_later_lines.numbers"][0].as_slice(), Some(&[3_u32, 5][..]));
    assert!(cache().get("typed_by_later_lines.texts").is_some());
    assert!(cache().get("typed_by_later_lines.others").is_none());
}

#[test]
fn a_value_of_blocks_may_be_thrown_away() {
    let _alone = alone();
    assert_eq!(values_that_are_thrown_away(0), 0);
    assert_eq!(cache()["values_that_are_thrown_away.kept"][0].shape(), [0]);
}

#[test]
fn a_star_leaves_constants_in_patterns_alone() {
    let _alone = alone();
    assert_eq!((constants_in_patterns(Some(3)), constants_in_patterns(Some(7))), (3, 7));
    let cache = cache();
    let keys: Vec<_> = cache.keys().map(|key| key.split('.').next_back().unwrap()).collect();
    assert_eq!(keys, ["n", "at_most", "other"]);
}

captured_fn! {
    #[capture(x, y)]
    fn shadowed(x: u8) -> u8 {
        let mut x = x + 1;
        x += 1;
        let x = x * 2;
        let y = x;
        let mut y = y + 1;
        y += x;
        y
    }

    #[capture(rows, sums)]
    #[allow(clippy::vec_init_then_push)]
    fn inference(n: u8) -> usize {
        let mut rows = Vec::new();
        let mut sums = Default::default();
        for i in 0..n {
            rows.push(f32::from(i));
            sums = [rows.len(); 2];
        }
        rows.len() + sums[0]
    }
}

#[test]
fn a_name_that_is_bound_again_is_captured_as_what_it_is_then() {
    let _alone = alone();
    assert_eq!(shadowed(1), 13);
    assert_eq!(kept::<u8>("shadowed.x"), [1, 6], "not the `let mut` that is hidden");
    assert_eq!(kept::<u8>("shadowed.y"), [6, 13]);
}

#[test]
fn an_empty_vector_may_get_its_type_from_later_lines() {
    let _alone = alone();
    assert_eq!(inference(3), 6);
    let cache = cache();
    assert_eq!(cache["inference.rows"][0].as_slice::<f32>(), Some(&[0.0, 1.0, 2.0][..]));
    assert_eq!(cache["inference.sums"][0].shape(), [2]);
}

captured_fn! {
    #[capture(first, whole, held, return)]
    fn opposite_cfgs(x: u8) -> Option<u8> {
        let mut whole = x;
        whole += 1;
        #[cfg(all())]
        {
            let mut first = whole;
            first += 1;
            Some(first)
        }
        #[cfg(not(all()))]
        {
            let mut held = whole;
            held += 2;
            Some(held)
        }
    }
}

captured_fn! {
    #[capture(first, held, return)]
    fn second_of_opposite_cfgs(x: u8) -> Option<u8> {
        #[cfg(not(all()))]
        {
            let mut first = x;
            first += 1;
            Some(first)
        }
        #[cfg(all())]
        {
            let mut held = x;
            held += 2;
            Some(held)
        }
    }
}

#[test]
fn a_block_under_a_cfg_may_be_the_last_expression() {
    let _alone = alone();
    assert_eq!(second_of_opposite_cfgs(1), Some(3));
    assert_eq!(kept::<u8>("second_of_opposite_cfgs.held"), [3]);
    assert_eq!(kept::<u8>("second_of_opposite_cfgs.return"), [3]);
    assert_eq!(opposite_cfgs(1), Some(3));
    assert_eq!(kept::<u8>("opposite_cfgs.whole"), [2]);
    assert_eq!(kept::<u8>("opposite_cfgs.first"), [3]);
    assert_eq!(kept::<u8>("opposite_cfgs.return"), [3]);
}

/// Chains of 16 `else if`, so long that each gets a piece of its own where the block is cut, among other statements.
macro_rules! chained {
    ($($n:literal)*) => {
        captured_fn! {
            #[capture(before, link, behind, total)]
            fn chained(n: u32) -> u32 {
                let mut total = n;
                let mut before = n;
                before += 1;
                if n == 100 { total += 100; } $(else if n == $n && total < 50 { let link = n + $n; total += link; })*
                let mut behind = total;
                behind += before;
                behind
            }

            #[capture(link, value, total)]
            fn chained_value(n: u32) -> u32 {
                let mut total = n;
                let mut value = if let Some(link) = n.checked_sub(1000) { link } $(else if $n == n { let link = $n; link })* else { 0 };
                value += 1;
                if n == 100 { total += 1; } $(else if $n == 0 && n == 0 || total > 1000 { let link = 7; total += link; })*;
                value + total
            }
        }
    };
}

chained!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);

#[test]
fn what_stands_in_and_around_a_long_chain_is_captured_once() {
    let _alone = alone();
    assert_eq!([chained(0), chained(15), chained(99)], [1, 61, 199]);
    assert_eq!(kept::<u32>("chained.link"), [0, 30]);
    assert_eq!(kept::<u32>("chained.before"), [1, 16, 100]);
    assert_eq!(kept::<u32>("chained.total"), [0, 45, 99]);
    assert_eq!(kept::<u32>("chained.behind"), [1, 61, 199]);
    assert_eq!([chained_value(0), chained_value(15), chained_value(2000)], [8, 31, 3008]);
    assert_eq!(kept::<u32>("chained_value.link"), [0, 7, 15, 1000, 7]);
    assert_eq!(kept::<u32>("chained_value.value"), [1, 16, 1001]);
    assert_eq!(kept::<u32>("chained_value.total"), [7, 15, 2007]);
}

/// What the default recursion limit must be enough for: twelve blocks in each other, long before, within and behind.
mod depth {
    use super::*;

    /// A function of a hundred statements around and in twelve blocks.
    macro_rules! deep {
        // Five a time, so that a hundred stand around the blocks, and five in each of two.
        ($name:ident $list:tt $s:tt) => { deep! { @five $name $list $s $s $s $s $s } };
        (@five $name:ident $list:tt $([$($s:tt)*])*) => {
            deep! { @all $name $list [$($($s)*)*] }
        };
        (@all $name:ident $list:tt [$($s:tt)*]) => {
            captured_fn! {
                #[capture $list]
                fn $name(start: u32) -> u32 {
                    let mut inner = 0;
                    $($s)*
                    if start > 0 {
                        for i in 0..2_u32 {
                            loop {
                                match start + i {
                                    0 => {}
                                    _ => {
                                        $($s)*
                                        let value = {
                                            if let Some(n) = start.checked_add(1) {
                                                'named: {
                                                    while inner < 5 {
                                                        nothing(i);
                                                        if n > 2 {
                                                            {
                                                                for j in 0..1_u32 {
                                                                    $($s)*
                                                                    let deepest = j + n;
                                                                    inner += deepest;
                                                                }
                                                            }
                                                        } else {
                                                            inner += 1;
                                                        }
                                                    }
                                                    if n == 0 {
                                                        break 'named;
                                                    }
                                                }
                                                n
                                            } else {
                                                0
                                            }
                                        };
                                        inner += value;
                                    }
                                }
                                break;
                            }
                        }
                    }
                    $($s)* $($s)* $($s)* $($s)* $($s)* $($s)* $($s)* $($s)* $($s)* $($s)*
                    $($s)* $($s)* $($s)* $($s)* $($s)* $($s)* $($s)*
                    inner += start;
                    inner
                }
            }
        };
    }

    fn nothing(_: u32) {}

    deep! { listed (x, deepest, inner, value) [let x = 1;] }
    deep! { all (*) [let x = 1;] }

    #[test]
    fn a_hundred_statements_and_twelve_blocks() {
        let _alone = alone();
        assert_eq!((listed(2), all(2)), (14, 14));
        assert_eq!(kept::<u32>("listed.deepest"), [3, 3]);
        assert_eq!(kept::<u32>("listed.value"), [3, 3]);
        assert_eq!(kept::<u32>("listed.inner"), [14]);
        assert_eq!(kept::<u32>("all.deepest"), [3, 3]);
    }
}

/// Wherever `__cut!` cuts a body, it stays whole: every form of a statement, behind as many tokens as bodies are cut by.
mod lengths {
    use super::*;

    macro_rules! forms {
        ([$($not:tt)*] $log:ident $b:ident) => { forms! { @functions $log $b {
            let _ = $($not)* 0_u8;
            if $b > 0 { $log.push(1); } else { $log.push(2); }
            if $b > 1 { $log.push(3); } else if $b > 0 { $log.push(4); } else { $log.push(5); }
            match $b { 0 => $log.push(6), _ => { $log.push(7); } }
            for i in 0..$b { $log.push(8 + i); }
            if let Some(n) = $b.checked_sub(1) { $log.push(20 + n); }
            match $b { 0 => { $log.push(30); } _ => { let seen = $b; $log.push(31 + seen); } };
            let value = if $b > 0 { $b } else { 40 };
            unsafe { $log.set_len($log.len()); }
            'named: { if $b > 0 { break 'named; } $log.push(41); }
            loop { $log.push(42); if $b < 9 { break; } }
            { $log.push(43); }
            std::debug_assert! { $b < 9 }
            while $log.len() < 3 { $log.push(44); }
            let Some(half) = $b.checked_div(2) else { return };
            #[allow(clippy::needless_return)]
            if half > 5 { return; }
            $log.push(value + half);
            if $b > 0 { $log.push(45); } else { $log.push(46); }
        } } };
        (@functions $log:ident $b:ident $body:tt) => {
            |$b: u8| {
                #[allow(clippy::blocks_in_conditions, clippy::never_loop)]
                fn plain($log: &mut Vec<u8>, $b: u8) $body
                captured_fn! {
                    #[capture(value, half, seen)]
                    #[allow(clippy::blocks_in_conditions, clippy::never_loop)]
                    fn listed($log: &mut Vec<u8>, $b: u8) $body

                    #[capture(*)]
                    #[allow(clippy::blocks_in_conditions, clippy::never_loop)]
                    fn all($log: &mut Vec<u8>, $b: u8) $body
                }
                [plain, listed, all].map(|f| { let mut log = vec![]; f(&mut log, $b); log })
            }
        };
    }

    type Compared = fn(u8) -> [Vec<u8>; 3];

    /// Of these lengths, and those four, eight and twelve tokens longer: no statement above is as short as that.
    macro_rules! lengths {
        ($($to:ident [$($t:tt)*])*) => {$(
            $to.push(forms! { [$($t)*] log b } as Compared);
            $to.push(forms! { [! ! ! ! $($t)*] log b } as Compared);
            $to.push(forms! { [! ! ! ! ! ! ! ! $($t)*] log b } as Compared);
            $to.push(forms! { [! ! ! ! ! ! ! ! ! ! ! ! $($t)*] log b } as Compared);
        )*};
    }

    /// Sixteen times as many tokens.
    macro_rules! sixteen {
        ($to:ident [$($t:tt)*]) => { lengths! { $to [
            $($t)* $($t)* $($t)* $($t)* $($t)* $($t)* $($t)* $($t)* $($t)* $($t)* $($t)* $($t)* $($t)* $($t)* $($t)* $($t)*
        ] } };
    }

    #[test]
    fn a_body_stays_whole_wherever_it_is_cut() {
        let _alone = alone();
        let mut all: Vec<Compared> = Vec::new();
        lengths! { all [] all [! ! ! ! ! ! ! ! ! ! ! ! ! ! ! !] }
        sixteen! { all [! !] }
        sixteen! { all [! ! ! ! ! ! ! ! ! ! ! ! !] }
        sixteen! { all [! ! ! ! ! ! ! ! ! ! ! ! ! !] }
        for (length, compare) in all.iter().enumerate() {
            for b in 0..3 {
                let [plain, listed, star] = compare(b);
                assert_eq!((&listed, &star), (&plain, &plain), "{} tokens more, {b}", 4 * length);
            }
        }
    }
}

/// Statements that end with a brace, without a `;` to cut at: as many as fit the limit where each can be cut off.
mod braces {
    use super::*;

    macro_rules! five {
        ($($s:tt)*) => { $($s)* $($s)* $($s)* $($s)* $($s)* };
    }

    macro_rules! many {
        ($name:ident $n:ident $x:ident $s:tt) => { many! { @ten $name $n $x $s $s $s $s $s $s $s $s $s $s } };
        (@ten $name:ident $n:ident $x:ident $([$($s:tt)*])*) => { many! { @all $name $n $x [$($($s)*)*] } };
        (@all $name:ident $n:ident $x:ident [$($s:tt)*]) => {
            captured_fn! {
                #[capture($n, $x)]
                #[allow(unused_labels)]
                fn $name($n: u32) -> u32 {
                    let mut $x = $n;
                    $($s)* $($s)* $($s)* $($s)* $($s)* $($s)* $($s)* $($s)* $($s)* $($s)*
                    $x
                }
            }
        };
    }

    many! { labelled n x ['label: for i in 0..n { x += i; }] }
    many! { attributes n x [#[allow(unused)] if x > 0 { x += 1; }] }
    many! { macros n x [five! { x += 1; }] }
    many! { unsafes n x [unsafe { x = std::ptr::read(&raw const x); }] }
    many! { assigned n x [if n > 9 { x = 0; } x += 1;] }

    captured_fn! {
        #[capture(*)]
        fn absent(#[cfg(any())] gone: Nowhere, #[cfg(all())] here: u32) -> u32 {
            here
        }
    }

    #[test]
    fn a_hundred_of_them_fit_the_limit() {
        let _alone = alone();
        assert_eq!(
            [labelled(2), attributes(1), macros(0), unsafes(4), assigned(3)],
            [102, 101, 500, 4, 103]
        );
        assert_eq!(kept::<u32>("labelled.x"), [102]);
        assert_eq!(absent(7), 7);
        assert_eq!(kept::<u32>("absent.here"), [7]);
    }
}

/// Where a capture stands, and what it sees there.
mod placement {
    use super::*;

    captured_fn! {
        #[capture(acc)]
        fn ends_with_a_match(xs: &[i32]) {
            for x in xs {
                let mut acc = *x;
                match x {
                    1 => acc += 100,
                    _ => acc += 200,
                }
            }
        }

        #[capture(acc)]
        fn ends_with_an_if(x: i32) {
            let mut acc = x;
            if x > 1 {
                acc += 10;
            } else {
                acc += 20;
            }
        }

        #[capture(acc, part)]
        fn ends_with_a_value(x: i32) -> i32 {
            let mut acc = x;
            acc += 1;
            if x > 1 {
                let mut part = acc;
                part += 1;
                match x {
                    2 => part * 2,
                    _ => part,
                }
            } else {
                acc
            }
        }

        #[capture(acc)]
        fn ends_with_a_call(x: i32) {
            let mut acc = vec![x];
            acc.push(x + 1)
        }

        #[capture(y, z)]
        #[allow(clippy::needless_late_init)]
        fn assigned_later(c: bool) -> i32 {
            let y;
            let mut z;
            if c {
                y = 1;
                z = 10;
            } else {
                (y, z) = (2, 20);
            }
            if c {
                z += y;
            }
            z
        }

        #[capture(y)]
        #[allow(clippy::needless_late_init)]
        fn perhaps_assigned(c: bool) -> i32 {
            let y;
            if c {
                y = 7;
                return y;
            }
            0
        }

        #[capture(*)]
        #[allow(clippy::needless_late_init)]
        fn all_of_it(n: i32) -> i32 {
            let later;
            let mut sum = 0;
            for i in 0..n {
                sum += i;
            }
            later = sum;
            let (mut a, b) = (later, 2);
            a <<= b;
            a
        }
    }

    #[test]
    fn a_match_or_an_if_that_ends_a_block_without_a_value_is_a_statement() {
        let _alone = alone();
        ends_with_a_match(&[1, 2]);
        assert_eq!(kept::<i32>("ends_with_a_match.acc"), [101, 202]);
        ends_with_an_if(1);
        ends_with_an_if(2);
        assert_eq!(kept::<i32>("ends_with_an_if.acc"), [21, 12]);
        ends_with_a_call(1);
        assert_eq!(cache()["ends_with_a_call.acc"][0].as_slice::<i32>(), Some(&[1, 2][..]));
        assert_eq!((ends_with_a_value(1), ends_with_a_value(2), ends_with_a_value(3)), (2, 8, 5));
        assert_eq!(kept::<i32>("ends_with_a_value.acc"), [2, 3, 4]);
        assert_eq!(kept::<i32>("ends_with_a_value.part"), [4, 5]);
    }

    #[test]
    fn a_let_without_a_value_is_captured_behind_each_assignment() {
        let _alone = alone();
        assert_eq!((assigned_later(true), assigned_later(false)), (11, 20));
        assert_eq!(kept::<i32>("assigned_later.y"), [1, 2]);
        assert_eq!(kept::<i32>("assigned_later.z"), [10, 11, 20]);
        assert_eq!((perhaps_assigned(true), perhaps_assigned(false)), (7, 0));
        assert_eq!(kept::<i32>("perhaps_assigned.y"), [7]);
    }

    #[test]
    fn a_star_sees_each_value_of_an_accumulator() {
        let _alone = alone();
        assert_eq!(all_of_it(4), 24);
        assert_eq!(kept::<i32>("all_of_it.sum"), [0, 0, 1, 3, 6]);
        assert_eq!(kept::<i32>("all_of_it.later"), [6]);
        assert_eq!(kept::<i32>("all_of_it.a"), [6, 24]);
    }

    captured_fn! {
        #[capture(x, step)]
        fn activated_from_inside(n: i32) -> i32 {
            let mut x = 0;
            loop {
                let step = x;
                x += 1;
                if x == 2 {
                    anycapture::activate();
                }
                if x == 6 {
                    anycapture::deactivate();
                }
                if x == n {
                    break;
                }
            }
            x
        }

        #[capture(item)]
        fn taken(mut stack: Vec<i32>) {
            while let Some(item) = stack.pop() {
                if item == 3 {
                    anycapture::activate();
                }
            }
        }
    }

    #[test]
    fn a_loop_sees_that_recording_has_started_or_stopped() {
        let _alone = alone();
        anycapture::deactivate();
        assert_eq!(activated_from_inside(8), 8);
        assert_eq!(kept::<i32>("activated_from_inside.step"), [2, 3, 4, 5]);
        taken(vec![1, 2, 3, 4]);
        assert_eq!(kept::<i32>("taken.item"), [2, 1]);
    }

    captured_fn! {
        #[capture(losses => loss, seen)]
        fn until_nan(values: &[f32]) -> usize {
            let mut seen = 0_usize;
            for value in values {
                let loss = value * 2.0;
                seen += 1;
                if loss.is_nan() {
                    anycapture::deactivate();
                }
            }
            seen
        }
    }

    #[test]
    fn nothing_is_captured_behind_the_place_where_recording_stops() {
        let _alone = alone();
        assert_eq!(until_nan(&[1.0, f32::NAN, 3.0]), 3);
        assert_eq!(cache()["losses.loss"].len(), 2);
        assert!(cache().get("losses.seen").is_none());
    }
}

/// Entries with values and shapes, and what `*` passes over.
mod entries {
    use super::*;

    #[derive(Clone, Debug, PartialEq)]
    struct Tensor(Vec<f32>);

    captured_fn! {
        #[capture(f => norm = x * x, map[rows, 2] = &map.0, twice[..dims] = [x, x]; index = (layer, -1), keep = 3)]
        fn with_values(x: f32, rows: usize, layer: i32) -> f32 {
            let dims = [2_u8, 1];
            let norm = x + 1.0;
            let mut map = Tensor(vec![x; rows * 2]);
            map.0[0] = 0.0;
            let twice = "what is kept is the expression";
            let _ = twice;
            norm
        }
    }

    captured_fn! {
        #[capture(*: Tensor)]
        fn of_a_type(x: f32) -> Tensor {
            let map = Tensor(vec![x]);
            let other = std::rc::Rc::new(());
            let none: Option<Tensor> = None;
            let _ = (other, none);
            map
        }

        #[capture(*: (Tensor, String), !b)]
        fn of_two_types(x: f32) -> f32 {
            let a = Tensor(vec![x]);
            let b = a.clone();
            let s = Some(b);
            x + s.map_or(0.0, |s| s.0[0])
        }
    }

    #[test]
    fn an_entry_may_be_an_expression_with_a_shape() {
        let _alone = alone();
        assert_eq!(with_values(3.0, 2, 7), 4.0);
        let cache = cache();
        assert_eq!(kept::<f32>("f.norm"), [9.0]);
        assert_eq!(cache["f.map"][0].shape(), [2, 2]);
        assert_eq!(cache["f.map"][0].as_slice::<f32>(), Some(&[0.0, 3.0, 3.0, 3.0][..]));
        assert_eq!(cache["f.twice"][0].shape(), [2, 1]);
        assert_eq!(cache["f.norm"][0].indices(), [7, -1]);
    }

    captured_fn! {
        #[capture(*; keep = 2)]
        fn of_which_some_are_passed_over(x: f32) -> f32 {
            let both = [x, 2.0].into_iter();
            let sum: f32 = both.sum();
            let pair = (sum, "sum");
            pair.0
        }
    }

    #[test]
    fn the_report_counts_by_name_what_a_star_passes_over() {
        let _alone = alone();
        for x in [1.0, 2.0, 3.0] {
            assert_eq!(of_which_some_are_passed_over(x), x + 2.0);
        }
        let counts = |name: &str| {
            let key = report().key(&format!("of_which_some_are_passed_over.{name}"));
            key.map(|key| (key.kept(), key.overwritten(), key.passed_over()))
        };
        assert_eq!(counts("both"), Some((0, 0, 3)));
        assert_eq!(counts("pair"), Some((0, 0, 3)));
        assert_eq!(counts("sum"), Some((2, 1, 0)));
        let text = report().to_string();
        for part in [
            "of_which_some_are_passed_over: reached 3 times; passed over: ",
            "both",
            "IntoIter",
            "pair",
            "(f32, &str)",
        ] {
            assert!(text.contains(part), "{part:?} is not in\n{text}");
        }
    }

    #[test]
    fn keep_bounds_the_ring_of_each_listed_name() {
        let _alone = alone();
        for x in [1.0, 2.0, 3.0, 4.0, 5.0] {
            with_values(x, 1, 0);
        }
        assert_eq!(kept::<f32>("f.norm"), [9.0, 16.0, 25.0]);
        assert_eq!(cache()["f.map"].len(), 3);
    }

    #[test]
    fn a_star_takes_values_of_the_types_that_it_names() {
        let _alone = alone();
        of_a_type(1.0);
        assert_eq!(cache()["of_a_type.map"][0].downcast_ref::<Tensor>(), Some(&Tensor(vec![1.0])));
        assert_eq!(kept::<f32>("of_a_type.x"), [1.0]);
        assert_eq!(of_two_types(1.0), 2.0);
        let cache = cache();
        let mut keys: Vec<_> =
            cache.keys().filter_map(|key| key.strip_prefix("of_two_types.")).collect();
        keys.sort_unstable();
        assert_eq!(keys, ["a", "s", "x"]);
    }
}

/// Forms that once did not compile.
mod once_refused {
    use super::*;

    captured_fn! {
        #[capture(*)]
        fn negated(x: i32) -> i32 {
            let y = -x;
            let pair = [-y, x];
            let z = match y {
                -1 => 1,
                0 => x,
                1 => -x,
                2 => -(x + 1),
                _ => 7,
            };
            let w = match x {
                1 => -z,
                2 => { let inner = z; inner }
                3 => z,
                4 => 4,
                5 => 5,
                _ => 6,
            };
            match w {
                1 => 1,
                7 => { let block = w; block },
                3 => 3,
                4 => 4,
                _ => -pair[0] - w,
            }
        }
    }

    #[test]
    fn a_minus_is_no_literal() {
        let _alone = alone();
        assert_eq!(negated(2), 7);
        assert_eq!(kept::<i32>("negated.z"), [7]);
        assert_eq!(kept::<i32>("negated.w"), [7]);
        assert_eq!(kept::<i32>("negated.inner"), [7]);
        assert_eq!(kept::<i32>("negated.block"), [7]);
        assert_eq!(negated(-1), -5);
    }

    trait Limits {
        fn max_value() -> Self;
        fn infinity() -> Self;
    }

    impl Limits for f32 {
        fn max_value() -> f32 {
            f32::MAX
        }
        fn infinity() -> f32 {
            f32::INFINITY
        }
    }

    static mut CALLS: u32 = 0;

    captured_fn! {
        #[capture(y, b)]
        fn bound_in_an_else(o: Option<u32>) -> u32 {
            let Some(n) = o else {
                let (y, b) = (1, 2);
                return y + b;
            };
            n
        }

        #[capture(*)]
        fn ranges_without_a_start(n: u8) -> u8 {
            let m = match n {
                ..=0 => 4,
                1..=3 => { 5 }
                _ => 3,
            };
            m
        }

        #[capture(*)]
        fn inner_attributes_in_blocks(n: u8) -> u8 {
            let mut sum = 0;
            for i in 0..n {
                #![allow(unused_variables)]
                let unused = i;
                sum += 1;
            }
            let x = {
                #![allow(unused_mut)]
                let mut y = sum;
                y
            };
            x
        }

        #[capture(*)]
        #[allow(unreachable_code, unused_variables, clippy::diverging_sub_expression, clippy::never_loop)]
        fn values_that_never_come(n: u8) -> u8 {
            loop {
                let never = return n;
            }
        }

        #[capture(*)]
        fn values_of_a_later_type(xs: &[f32]) -> f32 {
            let mut m = Limits::max_value();
            let mut best = None;
            let start = Limits::infinity();
            for x in xs {
                if *x < m {
                    m = *x;
                    best = Some(x);
                }
            }
            let _: f32 = start;
            m + best.copied().unwrap_or(0.0)
        }

        #[capture(*)]
        fn arms_without_a_comma(n: u8) -> u8 {
            let mut sum = 0;
            match n {
                3 => unsafe { CALLS += 1; }
                4 => if n > 3 { sum += 1 } else { sum += 2 }
                5 => for i in 0..n { sum += i }
                6 => 'outer: loop { break 'outer; }
                7 if n > 6 => match n { 7 => sum = 70, _ => {} }
                _ => sum = 9,
            }
            sum
        }

        #[capture(*)]
        fn statics(n: u32) -> u32 {
            unsafe {
                CALLS += n;
                CALLS = CALLS.min(100);
            }
            n
        }

        #[capture(x)]
        fn collects_nothing(xs: Vec<()>, x: u8) {
            let _ = x;
            xs.into_iter().collect()
        }
    }

    #[test]
    fn forms_that_were_refused_are_taken() {
        let _alone = alone();
        assert_eq!((bound_in_an_else(None), bound_in_an_else(Some(1))), (3, 1));
        assert_eq!(kept::<u32>("bound_in_an_else.b"), [2]);
        assert_eq!([0, 2, 9].map(ranges_without_a_start), [4, 5, 3]);
        assert_eq!(inner_attributes_in_blocks(2), 2);
        assert_eq!(kept::<u8>("inner_attributes_in_blocks.unused"), [0, 1]);
        assert_eq!(values_that_never_come(9), 9);
        assert_eq!(values_of_a_later_type(&[3.0, 1.0]), 2.0);
        assert_eq!(kept::<f32>("values_of_a_later_type.m"), [f32::MAX, 3.0, 1.0]);
        assert_eq!([3, 4, 5, 6, 7, 8].map(arms_without_a_comma), [0, 1, 10, 0, 70, 9]);
        assert_eq!(statics(1), 1);
        collects_nothing(vec![()], 1);
    }
}
