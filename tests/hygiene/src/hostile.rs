//! Every name that the macros could mean by mistake is something else here, and every function still does what it does
//! without them.
#![allow(non_camel_case_types, non_upper_case_globals, dead_code, unused_macros)] // They only stand in the way.
#![allow(clippy::items_after_statements, clippy::let_and_return)] // With the feature off, functions are what they are.

use ::probe::{cache, capture, captured_fn, Value, ENABLED};
use ::std::assert_eq as same;

mod anycapture {}
mod core {}
mod std {}
mod alloc {}
mod __private {}

struct Some;
struct None;
struct Ok;
struct Err;
struct Option;
struct Result;
struct Vec;
struct String;
struct Box;
struct Last;
struct Shadowed;
struct Returned;
struct Probe;
struct Note;
struct Site;
struct Hits;
struct Key;
struct Listed;
struct bool;
struct u8;
struct u32;
struct u64;
struct usize;
struct f32;
struct str;

fn is_active() {}
fn size() {}
fn index() {}
fn check() {}

const path: () = ();
const active: () = ();
const case: () = ();
static record: () = ();

/// Not one of these may be called.
macro_rules! traps {
    ($d:tt $($name:ident)+) => {$(
        macro_rules! $name { ($d($d _:tt)*) => { the user means something else by it } }
    )+};
}

traps! {
    $ vec concat stringify assert debug_assert matches panic unreachable format compile_error write print println
    include cfg const_format line column file module_path env todo dbg
}
traps! {
    $ listed walk cut bind pattern head arms name conditions capture_line captured __capture __captured_fn __walk
    __bind __capture_line __capture_item __fn_head __fn_list __fn_body __check_names __cut __name __if_recording
}

/// Methods of every type, with the names of ours.
#[allow(clippy::wrong_self_convention)]
trait Everything: ::core::marker::Sized {
    fn is_last(self) {}
    fn go_on(self) {}
    fn same(self) {}
    fn value(self) {}
    fn nth(self, _: ::core::primitive::usize) {}
    fn record(self) {}
    fn hand_over(self) {}
    fn to_u64(self) {}
    fn to_usize(self) {}
    fn as_str(self) {}
    fn clone(self) {}
    fn is_active(self) {}
}

impl<T> Everything for T {}

/// What an identifier names in here, where nobody can write the name of the type.
type Number = ::core::primitive::f32;
type Count = ::core::primitive::usize;

/// `capture!` in all its forms.
fn lines(x: Number, n: Count) -> Number {
    let __anycapture_value = x;
    let __anycapture_note = x + 1.0;
    let __anycapture_index = n;
    let __anycapture_every = 2;
    let (value, note, site, key, on, every) = (x, x + 2.0, [x; 4], n, true, 1);
    capture!(lines, __anycapture_value, __anycapture_note[1]; index = __anycapture_index, every = __anycapture_every);
    capture!(hostile::lines, value, note, site[2, 2], key; on = on, every = every, index = key, if value < note);
    capture!(lines, sum = value + note, site[4] = &site[..], anycapture = __anycapture_value);
    capture!(lines, Some = x, core = x, str = x, r#type = x; index = 3);
    value
}

captured_fn! {
    #[capture(
        __anycapture_active, __anycapture_last, let __anycapture_value, __anycapture_note[1, 2], last, active_now, value,
        names, returned, return; index = index, if index < 9
    )]
    fn listed(x: Number, index: Count) -> Number {
        let _ = index; // with the feature off the list is not a use
        let __anycapture_active = x;
        let mut __anycapture_last = x;
        let mut __anycapture_value = x + 1.0;
        let __anycapture_note = [x, x];
        let mut last = x;
        let active_now = x;
        let mut value = 0.0;
        for names in [0.0, 1.0, 2.0] {
            value += names;
            __anycapture_last += 1.0;
        }
        let returned = last;
        last += 1.0;
        __anycapture_value += last;
        __anycapture_value + value + returned + __anycapture_active + __anycapture_note[1] + active_now
    }

    #[capture(*, !left_out)]
    fn everything(x: Number, left_out: Count) -> Number {
        let __anycapture_value = x * 2.0;
        let mut __anycapture_active = left_out;
        __anycapture_active += 1;
        let vec = [__anycapture_value; 2];
        let note = if let ::core::option::Option::Some(note) = vec.first() {
            let index = *note;
            index
        } else {
            return 0.0;
        };
        note
    }
}

struct Layer(Number);

impl Layer {
    captured_fn! {
        /// A method whose name, list and names are those of the crate's own.
        #[must_use]
        #[capture(anycapture::captured_fn => capture, site, return)]
        pub fn captured_fn(&self, capture: Number) -> Number {
            let site = self.0 + capture;
            fn nth(x: Number) -> Number {
                x
            }
            nth(site)
        }
    }
}

captured_fn! {
    #[capture(Some::nested => x)]
    fn outer(x: Number) -> Number {
        captured_fn! {
            #[capture(x, y)]
            fn inner(x: Number) -> Number {
                let y = x;
                y
            }
        }
        inner(x) + 1.0
    }
}

/// A function that a macro of the user's writes, with names of its own and of its caller.
macro_rules! layer {
    ($name:ident, $listed:ident) => {
        captured_fn! {
            #[capture(layers::$name => $listed, y, let z, return)]
            fn $name($listed: Number) -> Number {
                let y = $listed + 1.0;
                let mut z = y;
                z += $listed;
                z
            }
        }
    };
}

layer! { first, __anycapture_last }
layer! { second, x }

fn kept(key: &::core::primitive::str) -> ::std::vec::Vec<Number> {
    use ::core::iter::{IntoIterator, Iterator};
    let cache = cache();
    let values = cache.get(key).unwrap_or_default();
    IntoIterator::into_iter(values).filter_map(Value::scalar).collect()
}

pub fn main() {
    let session = ::probe::session();
    same!(lines(1.0, 7).to_bits(), 1.0_f32.to_bits());
    same!(listed(1.0, 5).to_bits(), 11.0_f32.to_bits());
    same!(everything(1.5, 3).to_bits(), 3.0_f32.to_bits());
    same!(Layer(2.0).captured_fn(3.0).to_bits(), 5.0_f32.to_bits());
    same!(outer(1.0).to_bits(), 2.0_f32.to_bits());
    same!(first(1.0).to_bits(), 3.0_f32.to_bits());
    same!(second(2.0).to_bits(), 5.0_f32.to_bits());
    ::core::mem::drop(session);
    if !ENABLED {
        ::std::assert!(cache().is_empty());
        return;
    }
    for (key, values) in [
        ("lines.__anycapture_value", &[1.0][..]),
        ("lines.__anycapture_note", &[2.0]),
        ("hostile.lines.value", &[1.0]),
        ("lines.sum", &[4.0]),
        ("lines.anycapture", &[1.0]),
        ("lines.Some", &[1.0]),
        ("lines.type", &[1.0]),
        ("listed.__anycapture_active", &[1.0]),
        ("listed.__anycapture_last", &[4.0]),
        ("listed.__anycapture_value", &[2.0]),
        ("listed.last", &[2.0]),
        ("listed.value", &[3.0]),
        ("listed.names", &[0.0, 1.0, 2.0]),
        ("listed.returned", &[1.0]),
        ("listed.return", &[11.0]),
        ("everything.x", &[1.5]),
        ("everything.__anycapture_value", &[3.0]),
        ("everything.note", &[3.0, 3.0]),
        ("everything.index", &[3.0]),
        ("everything.left_out", &[]),
        ("anycapture.captured_fn.capture", &[3.0]),
        ("anycapture.captured_fn.return", &[5.0]),
        ("Some.nested.x", &[1.0]),
        ("inner.y", &[1.0]),
        ("layers.second.x", &[2.0]),
        ("layers.second.y", &[3.0]),
        ("layers.second.z", &[3.0]),
        ("layers.second.return", &[5.0]),
    ] {
        same!(kept(key), values, "{key}");
    }
    same!(cache()["listed.__anycapture_note"][0].shape(), [1, 2]);
    same!(cache()["listed.last"][0].index(), ::core::option::Option::Some(5));
    same!(cache()["hostile.lines.site"][0].shape(), [2, 2]);
}
