//! What a line with `*` does with a value: it captures numbers, text and, with `*: Type`, values of that type, and passes over
//! any other value.
//!
//! Method lookup, as in [`probe`](super::probe), must know the type of a variable where it looks. `*` also meets variables whose
//! type only later lines decide: `None`, `.collect()`, `Vec::new()`. A trait bound waits for these lines, so [`choose`] has one. The
//! value starts on the first of several levels. Each level implements [`Choose`] twice: with `(i32, _)` the value is captured, with
//! `(u8, _)` it goes on to the next level. A line passes a `0` for each level, an integer whose type rustc infers:
//!
//! * If the value does not fit the level, only the second impl applies, and rustc takes it.
//! * If it fits, both apply. rustc waits, and at the end of the function an undecided integer becomes an `i32`.
//!
//! The test `a_star_waits_for_the_type_that_later_lines_give` guards it.

// All items here are hidden from the documentation: only expansions name them.
#![allow(missing_docs)]

use core::{any::type_name, marker::PhantomData};

#[cfg(feature = "capture")]
use super::callsite::Callsite;
use super::kind::Line;
use super::note::Note;
#[cfg(not(feature = "capture"))]
use super::off::Callsite;
use super::probe::{ByHeldReference, ByText, Listed, ToF32, ToF64, ToPlain, ToText, Via};

/// A value of type `T` on a level. rustc infers `Way` once it has chosen the level. Not public API.
#[diagnostic::on_unimplemented(
    message = "`*` can't tell in time that this is a `{T}`: it hangs on a number without a type, as in `big >> 1`",
    label = "captured here",
    note = "give the variable or the number its type, `big >> 1_u32`, or leave the variable out: `#[capture(*, !name)]`"
)]
pub trait Choose<T: ?Sized, Numbers, Way> {
    fn record(self, line: Line<'_>);
}

/// What a line with `*` calls. Not public API.
#[inline(always)]
pub fn choose<T: ?Sized, Numbers, Way>(
    value: impl Choose<T, Numbers, Way>,
    site: &'static Callsite,
    key: &'static &'static str,
    note: Option<&Note<'_>>,
    _: Numbers,
) {
    value.record(Line::new(site, key, note));
}

/// The levels of a plain `*`: those levels of the probe that hold numbers or text.
macro_rules! levels {
    ($level:ident $next:ident $($more:ident)*) => {
        #[diagnostic::do_not_recommend]
        impl<T: ?Sized, Rest, By> Choose<T, (i32, Rest), By> for $level<'_, T>
        where
            Self: Via<By, Listed, T>,
        {
            #[inline(always)]
            fn record(self, line: Line<'_>) {
                self.__anycapture_record(line.site, line.key, Some(line.note), Listed);
            }
        }

        #[diagnostic::do_not_recommend]
        impl<'a, T: ?Sized, Rest, Way> Choose<T, (u8, Rest), Way> for $level<'a, T>
        where
            $next<'a, T>: Choose<T, Rest, Way>,
        {
            #[inline(always)]
            fn record(self, line: Line<'_>) {
                $next::new(self.value()).record(line);
            }
        }

        levels!($next $($more)*);
    };
    ($last:ident) => {};
}

levels!(ToPlain ToF32 ToF64 ByText ToText ByHeldReference);

impl<T: ?Sized> Choose<T, (), ()> for ByHeldReference<'_, T> {
    #[inline(always)]
    fn record(self, line: Line<'_>) {
        line.site.pass_over(line.key, type_name::<T>());
    }
}

/// The types that rustc gives, at the end of the function like an `i32`, to a value that never comes: `()` before edition 2024, now
/// `!`, which has no name in stable Rust.
macro_rules! nothing {
    ($($type:ty),+) => {$(
        #[diagnostic::do_not_recommend]
        impl<Rest> Choose<$type, (i32, Rest), Nothing> for ToPlain<'_, $type> {
            #[inline(always)]
            fn record(self, line: Line<'_>) {
                line.site.pass_over(line.key, type_name::<$type>());
            }
        }
    )+};
}

nothing!((), <fn() -> ! as Returns>::Value);

/// The `Way` of these types.
pub struct Nothing;

pub trait Returns {
    type Value;
}

impl<T> Returns for fn() -> T {
    type Value = T;
}

/// The levels of `*: (Tensor, ...)`, before the others: one for each position in the tuple of types. Not public API.
pub struct Typed<'a, const AT: usize, T, Wanted> {
    value: &'a T,
    wanted: PhantomData<fn() -> Wanted>,
}

impl<'a, const AT: usize, T, Wanted> Typed<'a, AT, T, Wanted> {
    #[inline(always)]
    pub fn new(value: &'a T) -> Self {
        Typed { value, wanted: PhantomData }
    }
}

macro_rules! typed {
    ($($at:literal $next:ty;)+) => {$(
        #[diagnostic::do_not_recommend]
        impl<'a, T, Wanted, Rest, Way> Choose<T, (u8, Rest), Way> for Typed<'a, $at, T, Wanted>
        where
            $next: Choose<T, Rest, Way>,
        {
            #[inline(always)]
            fn record(self, line: Line<'_>) {
                <$next>::new(self.value).record(line);
            }
        }
    )+};
}

typed! {
    0 Typed<'a, 1, T, Wanted>;
    1 Typed<'a, 2, T, Wanted>;
    2 Typed<'a, 3, T, Wanted>;
    3 ToPlain<'a, T>;
}

/// A wanted type, also through a reference, an `Option` or a `Result`.
#[cfg(feature = "alloc")]
macro_rules! wanted {
    ($($at:literal: $($wanted:ty, [$($other:ident)*]);+.)+) => {$($(
        wanted!(@impl $at $wanted [$($other)*] T, value => Some(value));
        wanted!(@impl $at $wanted [$($other)*] &T, value => Some(*value));
        wanted!(@impl $at $wanted [$($other)*] &mut T, value => Some(&**value));
        wanted!(@impl $at $wanted [$($other)*] Option<T>, value => value.as_ref());
        wanted!(@impl $at $wanted [$($other)*] Option<&T>, value => *value);
        wanted!(@impl $at $wanted [$($other)* Error] Result<T, Error>, value => value.as_ref().ok());
    )+)+};
    (@impl $at:literal $wanted:ty [$($other:ident)*] $value:ty, $it:ident => $held:expr) => {
        #[diagnostic::do_not_recommend]
        impl<
            T: Clone + Send + Sync + 'static, // what is captured is kept, so it must own what it holds: of a view, capture `name = each(view.iter().copied())`
            Rest,
            $($other),*
        > Choose<$value, (i32, Rest), T> for Typed<'_, $at, $value, $wanted> {
            #[inline(always)]
            fn record(self, line: Line<'_>) {
                let $it = self.value;
                line.held($held, |value| line.value::<T>(value));
            }
        }
    };
}

#[cfg(feature = "alloc")]
wanted! {
    0: (T,), []; (T, B), [B]; (T, B, C), [B C]; (T, B, C, D), [B C D].
    1: (A, T), [A]; (A, T, C), [A C]; (A, T, C, D), [A C D].
    2: (A, B, T), [A B]; (A, B, T, D), [A B D].
    3: (A, B, C, T), [A B C].
}
