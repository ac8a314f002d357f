//! What the public macros expand to. Not public API.

// What is reachable here is hidden: it is named by expansions only.
#![allow(missing_docs)]

mod functions;
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
