//! See the values inside running numeric code: attention maps, scores, activations, from one line or one
//! attribute, at no cost when it is off.
//!
//! ```
//! use anycapture::{capture, captured_fn};
//!
//! captured_fn! {
//!     #[capture(attention_map[n, n], total)] // name the variables, leave the body alone
//!     fn softmax(scores: &[f32], n: usize) -> Vec<f32> {
//!         let mut total = 0.0;
//!         let exponents: Vec<f32> = scores.iter().map(|score| score.exp()).collect();
//!         for exponent in &exponents {
//!             total += exponent;
//!         }
//!         let attention_map: Vec<f32> = exponents.iter().map(|e| e / total).collect();
//!         attention_map
//!     }
//! }
//!
//! let _session = anycapture::session(); // recording starts, and stops with the scope
//! for layer in 0..12_u32 {
//!     let map = softmax(&[0.0, 1.0, 2.0, 3.0], 2);
//!     capture!(model, largest = map[3]; index = layer); // or put a line anywhere
//! }
//!
//! let cache = anycapture::cache();
//! # if !anycapture::ENABLED { return }
//! assert_eq!(cache["softmax.attention_map"].len(), 12);
//! assert_eq!(cache["softmax.attention_map"][0].shape(), [2, 2]);
//! assert_eq!(cache["model.largest"][11].index(), Some(11));
//! println!("{cache}"); // a line a key: count, type, shape, minimum, maximum, mean, NaN
//! ```
//!
//! # Turning it on
//!
//! Without the `capture` feature the crate has no dependency, and a capture line is type-checked and leaves no
//! trace in the machine code. The features are read in this crate, never in yours: a library ships its
//! lines and leaves the feature off; the program that links it turns it on, for instance by
//! `cargo run --features anycapture/capture`. No line needs a `#[cfg]` around it.
//!
//! | feature | default | gives |
//! | --- | --- | --- |
//! | `std` | yes | `alloc`, and waiting threads that yield instead of spinning |
//! | `alloc` | with `std` | values of any type, owned snapshots ([`cache`], [`take`]) |
//! | `capture` | no | the recording itself, with `once_cell` and `spin` |
//! | `portable-atomic` | no | targets without compare-and-swap, such as Cortex-M0 |
//! | `nightly` | no | the attribute `#[captured(...)]`, on a nightly toolchain only |
//!
//! # What it costs
//!
//! * Feature off: nothing. The machine code is that without the line.
//! * Recording inactive: a relaxed load and a branch that is predicted. In a loop that the compiler would
//!   vectorise even that is dear, so read [`is_active`] before the loop and say `on = flag`, as
//!   [`captured_fn!`] does by itself: then the loop stays vectorised.
//! * Recording active: one copy into the ring of the key, without a heap allocation in the steady state.
//!   README.md has the figures.
//!
//! # What is kept
//!
//! Every key has a ring of its own. At a limit the oldest value of that key goes; no key evicts another's.
//! At first, with a heap, the limits are 1024 values a key and 256 MiB in all: [`set_size`], [`Options`].
//! Every value overwritten, and every value refused, is counted: print [`report`] when a cache is
//! not what you expected.
//!
//! Plain data (`bool`, integers, floats; arrays, slices, `Vec` and `Box<[T]>` of them; references to these) is copied with
//! element type and shape. Text is kept as a `String`. Anything else that is `Clone + Send + 'static`, such as a
//! framework's tensor, is cloned, and read back by its type. See [`capture!`] and [`captured_fn!`].
//!
//! # Without a heap
//!
//! With `default-features = false, features = ["capture"]` the crate uses neither `std` nor a heap. Give it memory
//! once, by [`Options::memory`]; read it with [`visit`], or stream it out with [`export`]. A capture may be in an interrupt
//! handler: it never waits there; a value that comes while the store is in use is refused and counted. The chapter
//! [embedding] has the figures and the recipes.
//!
//! # Limits
//!
//! * Captured values are copies: a large tensor costs what a copy of it costs.
//! * With `std`, a capture in a signal handler may wait for the thread it has interrupted, for ever.
//! * `captured_fn!` does not walk into closures and match arms without a block; put a [`capture!`] there.
//!   rustfmt leaves the bodies in it as they are, unless it is used as an attribute (see there). Temporaries of last
//!   expressions and of `if let` are dropped in them as edition 2024 does, whatever the edition of the crate.
#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(feature = "nightly", feature(macro_attr))] // `nightly` takes a nightly toolchain: on stable, leave it out
#![forbid(unsafe_code)]
#![warn(missing_docs)]

#[cfg(all(feature = "alloc", not(target_has_atomic = "ptr")))]
compile_error!(
    "the `alloc` feature of anycapture needs compare-and-swap, which this target lacks: use `default-features = false`"
);

#[cfg(feature = "alloc")]
extern crate alloc;

mod adapter;
#[macro_use]
mod macros;
// Without recording, nothing calls half of it; it is compiled all the same, so that it can't rot.
#[cfg_attr(not(feature = "capture"), allow(dead_code))]
mod store;

#[cfg(feature = "alloc")]
pub use store::cache::{Cache, Iter, Value};
pub use store::{
    element::{Dtype, Element},
    entry::{Entry, ReadError},
    options::Options,
    report::{KeyReport, Report},
};

/// Captures values under the key `PATH.ITEM`, while recording is active.
///
/// ```text
/// capture!(PATH, ITEM, ITEM, ... [; OPTION, ...])
///
/// PATH    forward   or   Attention::forward       key prefix `forward` / `Attention.forward`
/// ITEM    attn                                    the variable `attn`
///         attn[heads, tokens, tokens]             a flat buffer and its shape
///         attn = expr                             a value computed only while recording
///         attn[dims] = expr                       both
/// OPTION  every = N                               the 1st, N+1st, 2N+1st ... hit of this line
///         index = expr                            a number kept with the value: the layer, the token, the step
///         on = flag                               a `bool` read earlier with `is_active()`, in place of the switch
///         if COND                                 only when COND holds; evaluated only while recording
/// ```
///
/// It borrows its variables and evaluates to `()`. While recording is inactive, nothing in it is evaluated. It never
/// panics by itself and gives no error: what could not be kept is counted, see [`report`].
///
/// * Two lines with the same key fill one list, in the order of the captures.
/// * A shape has up to 8 dimensions, any integers. If their product is not the number of elements, the values are
///   kept flat, and the mismatch is counted.
/// * `every` counts the hits for which recording is active and `if` holds; 0 means every hit.
///
/// # Examples
///
/// ```
/// use anycapture::capture;
///
/// let _session = anycapture::session();
/// let (heads, tokens) = (2, 3);
/// let attn = vec![0.5_f32; heads * tokens * tokens];
/// for layer in 0..4_u32 {
///     capture!(Attention::forward, attn[heads, tokens, tokens]; index = layer);
///     capture!(forward, row = &attn[..tokens], first = attn[0]; every = 2, if layer > 0);
/// }
/// # if !anycapture::ENABLED { return }
/// let cache = anycapture::cache();
/// assert_eq!(cache["Attention.forward.attn"].len(), 4);
/// assert_eq!(cache["Attention.forward.attn"][3].shape(), [2, 3, 3]);
/// assert_eq!(cache["forward.row"].len(), 2);
/// ```
///
/// In a hot loop, read the switch once:
///
/// ```
/// # use anycapture::capture;
/// fn axpy(a: f32, x: &[f32], y: &mut [f32]) {
///     let active = anycapture::is_active();
///     for (y, x) in y.iter_mut().zip(x) {
///         *y += a * x;
///         capture!(axpy, y; on = active);
///     }
/// }
/// # axpy(1.0, &[1.0], &mut [1.0]);
/// ```
///
/// What can't be kept is an error, with the feature on and off:
///
/// ```compile_fail
/// struct NotClone;
/// let value = NotClone;
/// anycapture::capture!(forward, value);
/// ```
#[macro_export]
macro_rules! capture {
    // capture!(forward, attn): most lines, written at once
    ($($path:ident)::+, $item:ident) => {
        if $crate::ENABLED && $crate::is_active() {
            match &$item {
                __anycapture_value => $crate::__anycapture_value_must_own_what_it_holds! {
                    [any $($path)+] $item [] __anycapture_value (&$crate::__private::Note::NONE)
                }
            }
        }
    };
    // capture!(Attention::forward, q[heads, 64], norm = x.norm(); every = 10, index = layer)
    ($($line:tt)*) => {
        $crate::__anycapture_line! { $($line)* }
    };
}

/// Captures local variables, parameters and results of functions, and leaves their bodies alone.
///
/// `#[capture(...)]` on a function lists what to capture. Functions without it pass through unchanged.
/// `captured_fn!` stands wherever a function may: in a module, an `impl`, a `trait`, another function.
///
/// ```text
/// #[capture([PATH =>] ENTRY, ENTRY, ... [; OPTION, ...])]
///
/// PATH    Attention::forward      key prefix; without it, the function's name
/// ENTRY   x                       `let x`: as soon as it is bound, on every pass of a loop
///                                 `let mut x`: where its block ends, before the last expression
///                                 a parameter: on entry
///         x[heads, n, n]          the same, with a shape
///         let x                   a `let mut x` as soon as it is bound, for one that is moved on
///         return                  what the function returns, under `PATH.return`
///         *                       every parameter and every `let` whose value is plain data or text
///         !x                      with `*`: leaves `x` out
/// OPTION  as in `capture!`; `index` and `if` are evaluated where the value is captured
/// ```
///
/// Patterns count: `let (q, k) = ..`, `let Some(x) = .. else { .. }`, `let Heads { q, k } = ..`. Blocks are walked: `for`,
/// `while`, `loop`, `if`, `match` arms with a block, `unsafe`, bare and labelled blocks, also as the value of a
/// `let`. A listed name that the function does not bind is a compile error.
///
/// The body is not reinterpreted: captures are inserted between its statements, so that types, borrows, drop order and
/// evaluation order are those of the function as written. The switch is read once, on entry: loops stay vectorised
/// while recording is inactive.
///
/// # Examples
///
/// ```
/// use anycapture::captured_fn;
///
/// struct Attention { heads: usize }
///
/// impl Attention {
///     captured_fn! {
///         /// Documentation, attributes, visibility, generics: all are kept.
///         #[capture(Attention::forward => scores, attention_map[heads, n], return; index = layer)]
///         pub fn forward(&self, x: &[f32], layer: usize) -> f32 {
///             let heads = self.heads;
///             let n = x.len() / heads;
///             let scores: Vec<f32> = x.iter().map(|x| x * 0.5).collect();
///             let mut attention_map = scores;
///             for row in attention_map.chunks_mut(n) {
///                 row.sort_by(f32::total_cmp);
///             }
///             attention_map.iter().sum()
///         }
///     }
/// }
///
/// let _session = anycapture::session();
/// Attention { heads: 2 }.forward(&[4.0, 2.0, 8.0, 6.0], 7);
/// # if !anycapture::ENABLED { return }
/// let cache = anycapture::cache();
/// let map = &cache["Attention.forward.attention_map"][0];
/// assert_eq!((map.shape(), map.index()), (&[2, 2][..], Some(7)));
/// assert_eq!(map.as_slice::<f32>(), Some(&[1.0, 2.0, 3.0, 4.0][..]));
/// assert_eq!(cache["Attention.forward.return"][0].scalar::<f32>(), Some(10.0));
/// ```
///
/// Everything that a function computes, for hunting a wrong number:
///
/// ```
/// # use anycapture::captured_fn;
/// captured_fn! {
///     #[capture(*)]
///     fn normalise(x: f32, sum: f32) -> f32 {
///         let share = x / sum;
///         share.sqrt()
///     }
/// }
/// let _session = anycapture::session();
/// normalise(0.0, 0.0);
/// # if !anycapture::ENABLED { return }
/// assert!(anycapture::cache()["normalise.share"][0].scalar::<f32>().unwrap().is_nan());
/// ```
///
/// rustfmt and rust-analyzer are at home in a body that no macro is around. The crate [`macro_rules_attribute`] makes an
/// attribute of the macro, in any place where a function may stand:
///
/// ```
/// use anycapture::captured_fn;
/// use macro_rules_attribute::apply;
///
/// #[apply(captured_fn!)]
/// #[capture(share, return)]
/// fn normalise(x: f32, sum: f32) -> f32 {
///     let share = x / sum;
///     share.sqrt()
/// }
///
/// let _session = anycapture::session();
/// normalise(1.0, 4.0);
/// # if !anycapture::ENABLED { return }
/// assert_eq!(anycapture::cache()["normalise.return"][0].scalar::<f32>(), Some(0.5));
/// ```
///
/// On a nightly toolchain the feature `nightly` has an attribute of its own, `#[captured(share, return)]`.
///
/// [`macro_rules_attribute`]: https://docs.rs/macro_rules_attribute
#[macro_export]
macro_rules! captured_fn {
    () => { $crate::__anycapture_functions! {} };
    // #[capture(attention_map, q)] pub fn forward(&self, x: &[f32]) -> Vec<f32> { .. }
    ($($functions:tt)*) => {
        $crate::__anycapture_functions! { @all [$($functions)*] $($functions)* }
    };
}

/// `#[captured(q, k)]` on a function is `#[capture(q, k)]` in a [`captured_fn!`], without the macro around the function.
///
/// It takes a nightly toolchain, the feature `nightly`, and `#![feature(macro_attr)]` in the crate that writes the
/// attribute ([rust-lang/rust#143547]). It stands on free functions, nested ones, methods, and default methods of traits.
///
/// [rust-lang/rust#143547]: https://github.com/rust-lang/rust/issues/143547
///
/// # Examples
///
/// ```
/// #![feature(macro_attr)]
///
/// #[anycapture::captured(share, return)]
/// fn normalise(x: f32, sum: f32) -> f32 {
///     let share = x / sum;
///     share.sqrt()
/// }
///
/// let _session = anycapture::session();
/// normalise(1.0, 4.0);
/// # if !anycapture::ENABLED { return }
/// assert_eq!(anycapture::cache()["normalise.return"][0].scalar::<f32>(), Some(0.5));
/// ```
#[cfg(feature = "nightly")]
#[macro_export]
macro_rules! captured {
    // #[captured(attention_map, q)] pub fn forward(&self, x: &[f32]) -> Vec<f32> { .. }
    attr($($list:tt)*) ($($function:tt)*) => {
        $crate::__anycapture_functions! { () [] #[capture($($list)*)] $($function)* }
    };
}

/// Whether the `capture` feature is on.
pub const ENABLED: bool = cfg!(feature = "capture");

/// Starts recording, with the limits as they are.
#[inline]
pub fn activate() {
    store::activate();
}

/// Starts recording with other limits, with a filter, or with memory: see [`Options`].
///
/// Call it from the program, not from an interrupt handler.
#[inline]
pub fn activate_with(options: Options) {
    store::activate_with(options);
}

/// Stops recording. What was captured stays.
#[inline]
pub fn deactivate() {
    store::deactivate();
}

/// Whether recording is active: one relaxed load, and `false` for the compiler when the `capture` feature is off.
///
/// Read it once before a loop that should stay vectorised, and hand it to the line: `capture!(...; on = flag)`.
#[inline(always)]
pub fn is_active() -> bool {
    store::is_active()
}

/// Keeps the newest `max_size` values of each key, at once and from now on; 0 means as many as memory
/// allows.
#[inline]
pub fn set_size(max_size: usize) {
    store::set_size(max_size);
}

/// Drops every value. Limits, filter and memory stay.
///
/// In the closure of a [`visit`] over given memory, or in an interrupt handler that has interrupted a
/// capture, it is done as soon as the store is free.
#[inline]
pub fn clear() {
    store::clear();
}

/// Clears what was captured and starts recording, until the result is dropped.
///
/// There is one store: a session inside another clears what the outer one has captured, and ends its recording.
/// `every` counts on over sessions.
///
/// # Examples
///
/// ```
/// {
///     let _session = anycapture::session();
///     assert_eq!(anycapture::is_active(), anycapture::ENABLED);
/// }
/// assert!(!anycapture::is_active());
/// ```
pub fn session() -> Session {
    clear();
    activate();
    Session(())
}

/// Recording is active until this is dropped: see [`session`].
#[derive(Debug)]
#[must_use = "recording stops as soon as the session is dropped"]
pub struct Session(());

impl Drop for Session {
    fn drop(&mut self) {
        deactivate();
    }
}

/// Says why each key holds what it holds: the answer to "why is my cache empty?".
///
/// # Examples
///
/// ```
/// let report = anycapture::report();
/// println!("{report}");
/// # let text = report.to_string();
/// # assert!(text.contains(if anycapture::ENABLED { "never activated" } else { "feature is off" }));
/// ```
pub fn report() -> Report {
    Report::new()
}

/// The bytes of [`memory`](Options::memory) that one key takes for `count` values of this shape and element type, to
/// the byte; `index` says whether its lines have `index = ...` (below 2^32). Add up what the keys take.
///
/// It is 0 when the `capture` feature is off: then the region is empty too.
///
/// # Examples
///
/// ```
/// use anycapture::{region_size, Options};
///
/// // Four attention maps with their layers, and a loss for each of 100 steps.
/// const REGION: usize =
///     region_size::<f32>(4, &[4, 50, 50], true) + region_size::<f32>(100, &[], false);
///
/// let memory = Box::leak(Box::new([0_u8; REGION]));
/// anycapture::activate_with(Options::new().memory(memory));
/// ```
pub const fn region_size<E: Element>(count: usize, shape: &[usize], index: bool) -> usize {
    store::region_size(count, size_of::<E>(), shape, index)
}

/// Shows every value, key by key in the order of their first capture, oldest first.
///
/// Captures that come while it runs, also from the closure itself, are kept but not shown. Only where memory was
/// given, which leaves no place to copy to, they are refused and counted. A value of a user's type is out
/// with the closure while it is shown: a `visit` inside the closure does not show it again.
///
/// # Examples
///
/// ```
/// # use anycapture::capture;
/// let _session = anycapture::session();
/// let loss = 0.25_f64;
/// capture!(train, loss);
/// anycapture::visit(|entry| {
///     println!("{entry}");
///     assert_eq!((entry.key(), entry.scalar::<f64>()), ("train.loss", Some(0.25)));
/// });
/// ```
pub fn visit(f: impl FnMut(&Entry<'_>)) {
    store::walk(f);
}

/// An owned snapshot of what was captured.
///
/// Large values of plain data are shared with the store, not copied. See [`Cache`] for an example.
#[cfg(feature = "alloc")]
pub fn cache() -> Cache {
    store::cache::snapshot()
}

/// An owned snapshot of what was captured, which is no longer in the store afterwards.
///
/// # Examples
///
/// ```
/// # use anycapture::capture;
/// let _session = anycapture::session();
/// let loss = 0.25_f64;
/// capture!(train, loss);
/// # if !anycapture::ENABLED { return }
/// assert_eq!(anycapture::take()["train.loss"].len(), 1);
/// assert!(anycapture::take().is_empty());
/// ```
#[cfg(feature = "alloc")]
pub fn take() -> Cache {
    store::take()
}

/// Streams all plain data as one [safetensors] file, in pieces of any size, without a heap where memory was given.
///
/// The tensors are named `key/0`, `key/1`, ... oldest first; values that are no plain data are left out. The file's metadata has
/// for each name its sequence, thread and, if it was given, index, as JSON. In Python:
/// `safetensors.numpy.load(open("captured.safetensors", "rb").read())`.
///
/// [safetensors]: https://github.com/huggingface/safetensors#format
///
/// # Examples
///
/// ```
/// # use anycapture::capture;
/// let _session = anycapture::session();
/// let attn = [[0.5_f32; 3]; 3];
/// capture!(forward, attn);
///
/// let mut file = Vec::new(); // or a `File`, a serial port, a debug probe
/// anycapture::export(|bytes| file.extend_from_slice(bytes));
/// let header = u64::from_le_bytes(file[..8].try_into().unwrap());
/// assert_eq!(header % 8, 0);
/// ```
pub fn export(mut sink: impl FnMut(&[u8])) {
    store::export::export(&mut sink);
}

#[cfg(any(doc, doctest))]
#[doc = include_str!("../docs/embedding.md")]
pub mod embedding {}

/// The examples of the README, tested.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;

/// Not public API: what the macros expand to.
#[doc(hidden)]
pub mod __private {
    pub use core::option::Option::{None, Some};
    pub use core::primitive::{bool, str};
    pub use core::{compile_error, concat, stringify};

    pub use crate::adapter::{Callsite, Note, dims, indices};
    pub use crate::macros::{Elsewhere, OfThisBlock, Returned, Unassigned, names};
    pub use crate::store::Hits;
    pub use crate::store::probe::{Integer, Listed, Probe};

    /// The cases of a capture.
    pub mod any {
        #[cfg(feature = "alloc")]
        pub use crate::store::probe::{ViaClone, ViaItems, ViaOne, ViaText, ViaThree, ViaTwo};
        pub use crate::store::probe::{ViaPlain, ViaRefused, ViaRefusedReference};
    }

    /// The cases of a capture that passes over what is no plain data or text.
    pub mod optional {
        pub use crate::store::probe::optional::*;
    }

    #[inline(always)]
    pub fn size(size: impl Integer) -> usize {
        size.to_usize()
    }
}
