//! What the public macros expand to. Not public API.
//!
//! * `line`: a capture line, `capture!(forward, attn[heads, n]; index = layer)`, and the one macro that writes its code.
//! * `functions`: takes the functions in a `captured_fn!` apart. With the feature off they pass through as they are.
//! * `list`: the list of `#[capture(...)]`. `names`: whether its names stand in the function, by its text.
//! * `walk`: copies a body and puts captures between its statements. `heads`: finds the block behind a head. `pattern`: what a pattern binds, and what becomes of it.
//! * `steps`: written by `.ci/steps.py`. A macro has no loop, so to look some tokens ahead takes an arm for each distance; and it has no
//!   alternatives, so a table of words takes an arm for each: `word!` tells a statement by its first word, `judge!` what a brace in a head is.
//!
//! # The walk
//!
//! Nothing is parsed into anything: tokens are copied from the right of a call to its output, and each macro calls the next with
//! what is left. What they hand on is a single token tree each:
//!
//! * `$c`, the context of the function: `[flag [path] active [entries] [options] [return] [all]]`. The flag is `*` for
//!   `#[capture(*)]`, `-` for names, `+` for both; `active` is the variable that holds the switch.
//! * `$s`, where in a block the walk is: `[$c (kind) pieces]`. The kind is `(unit)` for a block of type `()`, whose last
//!   expression is a statement; `(value)` for one that may have a value; `(fn)` for a body whose value is captured.
//! * `$at`, the attributes in front of a statement, and `$for`, the `let` that an expression of blocks is the value of.
//!
//! One body, token by token, with `#[capture(acc)]`; `walk!` and the others stand for `__anycapture_walk!` and so on:
//!
//! ```text
//! { let mut acc = 0.0; for x in xs { acc += x; } acc }
//!
//! cut!   { [coarse walk $c (value) []] [] let mut acc = 0.0; for x in xs { acc += x; } acc }
//!          short enough to stay in one piece; the piece is kept, for the captures at the end of the block
//! walk!  { [$c (value) [[..]]] [] let mut acc = 0.0; .. }
//! value! { .. [let mut acc] [let mut acc =] 0.0 0.0; for .. }       the value's first token twice: to match, to copy
//!   =>   let mut acc = 0.0;                                         the statement, as it was
//!        pattern! { @top let $c mut acc }                           which finds the name `acc`, a `let mut`
//!          => name! => __anycapture_listed! { acc acc mut $c $c }   defined in the function: an arm for each listed name
//!          => bind! { mut acc .. }  =>  let __anycapture_last = OfThisBlock;
//!                                                                   a `for` behind it is taken at once, else `walk!` goes on
//! find!  { .. for [for] for x in xs { acc += x; } acc }             the next brace
//! judge! { @judge .. for [for x in xs] xs { acc += x; } acc }       `xs` is no operator: the brace is the block
//!   =>   for x in xs {
//!            conditions! { .. }                                     `x` is bound, but not listed: nothing
//!            cut! { [coarse walk $c (unit) []] [] acc += x; }       the same for the inner block
//!        }
//!        walk! { .. acc }
//! word!  => jump! => tail! { [$c (value) [[..]]] [] [acc] }         the last expression, which is the block's value
//!   =>   ends! { $c [[let mut acc = 0.0; ..]] }                     finds `let mut acc` among the tokens of the piece
//!          => __anycapture_listed! { acc acc end $c $c }
//!          => if __anycapture_last.is_of_this_block() { .. capture `acc` .. }
//!        acc
//! ```
//!
//! Expansions nest by the statement, and rustc allows 128 of them in each other. That is why a block is cut into pieces
//! that are siblings, why some arms take several statements at once, and why a `let` calls the next one.
//!
//! What a macro copies has the places, lints and errors of the user's tokens as long as it is matched as `tt`, or as an
//! expression, a type or a pattern: an `ident` gets the place of the macro. The braces of walked blocks are the macro's, and so
//! is their edition, 2024.

// What is reachable here is hidden: it is named by expansions only.
#![allow(missing_docs)]

mod functions;
#[cfg(feature = "capture")]
mod heads;
mod line;
mod list;
pub mod names;
#[cfg(feature = "capture")]
mod pattern;
#[cfg(feature = "capture")]
mod walk;
#[rustfmt::skip]
mod steps;

use core::marker::PhantomData;

/// What a function returns, as a type without a name: a captured tail keeps the type that it is expected to have.
pub struct Returned<T>(PhantomData<fn() -> T>);

impl<T> Clone for Returned<T> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Returned<T> {}

impl<T> Returned<T> {
    #[allow(clippy::new_without_default)]
    #[inline(always)]
    pub const fn new() -> Self {
        Returned(PhantomData)
    }

    /// Is never called.
    pub fn value(self) -> T {
        unreachable!("a type, and no value")
    }

    #[inline(always)]
    pub fn same(self, value: T) -> T {
        value
    }
}

/// The variable of a listed name is a `let mut` of this block, to be captured where the block ends.
#[derive(Clone, Copy)]
pub struct OfThisBlock;

impl OfThisBlock {
    #[inline(always)]
    pub const fn is_of_this_block(self) -> bool {
        true
    }

    #[inline(always)]
    pub const fn go_on(self) {}

    #[inline(always)]
    pub const fn is_unassigned(self) -> bool {
        false
    }
}

/// The variable of a listed name was declared without a value, and is captured behind each assignment.
#[derive(Clone, Copy)]
pub struct Unassigned;

impl Unassigned {
    #[inline(always)]
    pub const fn is_of_this_block(self) -> bool {
        false
    }

    /// Does not return, so what stands behind it may use a variable that has no value.
    pub const fn go_on(self) -> ! {
        unreachable!()
    }

    #[inline(always)]
    pub const fn is_unassigned(self) -> bool {
        true
    }
}

/// The variable of a listed name is neither: it has been captured, or is not in scope.
#[derive(Clone, Copy)]
pub struct Elsewhere;

impl Elsewhere {
    #[inline(always)]
    pub const fn is_of_this_block(self) -> bool {
        false
    }

    /// Does not return, so what stands behind it may use a variable that has been moved.
    pub const fn go_on(self) -> ! {
        unreachable!()
    }

    #[inline(always)]
    pub const fn is_unassigned(self) -> bool {
        false
    }
}
