//! The traits of the public types, with every combination of features.
#![deny(warnings, unused)]

use std::error::Error;
use std::fmt::{Debug, Display};
use std::panic::{RefUnwindSafe, UnwindSafe};

use anycapture::{
    Dtype, KeyReport, Options, ReadError, Recovered, Report, Session, Shown, Summary, Value,
};

const fn is_debug<T: Debug>() {}
const fn is_display<T: Display>() {}
const fn is_shared<T: Send + Sync>() {}
const fn is_unwind_safe<T: UnwindSafe + RefUnwindSafe>() {}
const fn is_cloned<T: Clone>() {}
const fn is_copied<T: Copy + PartialEq>() {}
const fn is_error<T: Error + Send + Sync + 'static>() {}

#[test]
fn public_types_have_the_common_traits() {
    is_debug::<Value<'static>>();
    is_display::<Value<'static>>();
    is_shared::<Value<'static>>();
    is_cloned::<Value<'static>>();
    is_unwind_safe::<Value<'static>>();

    is_debug::<Options>();
    is_shared::<Options>();
    is_unwind_safe::<Options>();

    is_debug::<Session>();
    is_shared::<Session>();
    is_unwind_safe::<Session>();

    is_debug::<Report>();
    is_display::<Report>();
    is_shared::<Report>();
    is_unwind_safe::<Report>();

    is_debug::<KeyReport>();
    is_display::<KeyReport>();
    is_copied::<KeyReport>();
    is_unwind_safe::<KeyReport>();

    is_debug::<Dtype>();
    is_display::<Dtype>();
    is_copied::<Dtype>();
    is_unwind_safe::<Dtype>();

    is_debug::<Summary>();
    is_display::<Summary>();
    is_copied::<Summary>();
    is_unwind_safe::<Summary>();

    is_debug::<Shown>();
    is_copied::<Shown>();
    is_shared::<Shown>();
    is_unwind_safe::<Shown>();

    is_debug::<Recovered<'static>>();
    is_cloned::<Recovered<'static>>();
    is_shared::<Recovered<'static>>();
    is_unwind_safe::<Recovered<'static>>();

    is_copied::<ReadError>();
    is_error::<ReadError>();
    is_unwind_safe::<ReadError>();
}

#[cfg(feature = "alloc")]
#[test]
fn public_types_with_a_heap_have_the_common_traits() {
    use anycapture::{Array, Cache, Iter, SnapshotError};

    is_debug::<Cache>();
    is_display::<Cache>();
    is_shared::<Cache>();
    is_cloned::<Cache>();
    is_unwind_safe::<Cache>();

    is_debug::<Iter<'static>>();
    is_shared::<Iter<'static>>();
    is_cloned::<Iter<'static>>();
    is_unwind_safe::<Iter<'static>>();

    is_debug::<Array>();
    is_shared::<Array>();
    is_unwind_safe::<Array>();

    is_copied::<SnapshotError>();
    is_error::<SnapshotError>();
    is_unwind_safe::<SnapshotError>();
}

#[cfg(feature = "std")]
#[test]
fn public_types_with_std_have_the_common_traits() {
    use anycapture::{Entered, Handle, Scope};

    is_debug::<Scope>();
    is_shared::<Scope>();
    is_unwind_safe::<Scope>();

    is_debug::<Handle>();
    is_shared::<Handle>();
    is_cloned::<Handle>();
    is_unwind_safe::<Handle>();

    is_debug::<Entered>();
    is_unwind_safe::<Entered>();
}
