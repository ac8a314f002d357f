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
//! let cache = anycapture::cache(); // a map from key to the list of its values
//! # if !anycapture::ENABLED { return }
//! assert_eq!(cache["softmax.attention_map"].len(), 12);
//! assert_eq!(cache["softmax.attention_map"][0].shape(), [2, 2]);
//! assert_eq!(cache["model.largest"][11].index(), Some(11));
//! println!("{cache}"); // a line a key: count, type, shape, minimum, maximum, mean, NaN
//! ```
//!
//! A tour: [what it costs](#what-it-costs) · [turning it on](#turning-it-on) · [a framework's tensor](#a-frameworks-tensor) ·
//! [reading](#reading) · [what is kept](#what-is-kept) · [whole functions](#whole-functions) · [any type](#any-type) ·
//! [threads](#threads-tests-requests) · [no heap](#without-a-heap) · [comparing](#comparing-two-runs) ·
//! [beside others](#beside-others) · [F.A.Q.](#faq)
//!
//! # What it costs
//!
//! * **Off**, without the feature: nothing. The machine code is the same as without the line, and the crate has no
//!   dependencies. The line is still type-checked, so it can't rot.
//! * **Inactive**: a relaxed load and a predicted branch. In a loop that the compiler could vectorise, even that is
//!   expensive: read [`is_active`] before the loop and pass it as `on = flag`, and the loop stays vectorised.
//!   [`captured_fn!`] does so by itself.
//! * **Active**: one copy into the ring of the key, without a heap allocation in the steady state. Small values are copied
//!   under a lock, values above 16 KiB outside of it.
//!
//! `docs/cost.md` in the repository has the figures for this crate and others, and the command that measures them.
//!
//! # Turning it on
//!
//! The feature `capture` compiles recording in; [`activate`] or [`session`] switches it on at run time.
//!
//! | feature | default | gives |
//! | --- | --- | --- |
//! | `std` | yes | `alloc`, waiting instead of refusing, scopes |
//! | `alloc` | with `std` | values of any type, snapshots ([`cache`], [`take`]), conversions |
//! | `capture` | no | the recording itself, with `once_cell` and `spin` |
//! | `portable-atomic` | no | targets without compare-and-swap, such as Cortex-M0 |
//!
//! The features are read in this crate, never in yours, so no line needs a `#[cfg]`, and a line that compiles with the
//! feature off compiles with it on. (The list of a `captured_fn!` is fully checked only with the feature on: build that way
//! once in CI.) A library ships its lines and leaves the feature off. The program that links it turns it on, for instance
//! with `cargo run --features anycapture/capture`.
//!
//! # A framework's tensor
//!
//! A tensor of candle or burn is `Clone`, but its clone shares storage. Register a conversion for the type once, and every
//! capture copies the tensor's numbers, which tables, files and comparisons then show:
//!
//! ```
//! # // Stands in for candle, which is too large for a test: the names and signatures are candle's.
//! # mod candle_core {
//! #     pub type Result<T> = std::result::Result<T, String>;
//! #     pub enum DType { F32 }
//! #     #[derive(Clone)]
//! #     pub struct Tensor(Vec<usize>, std::sync::Arc<std::sync::Mutex<Vec<f32>>>);
//! #     impl Tensor {
//! #         pub fn new(data: &[[f32; 2]; 2]) -> Result<Tensor> {
//! #             Ok(Tensor(vec![2, 2], std::sync::Arc::new(std::sync::Mutex::new(data.as_flattened().to_vec()))))
//! #         }
//! #         pub fn dims(&self) -> &[usize] { &self.0 }
//! #         pub fn to_dtype(&self, _: DType) -> Result<Tensor> { Ok(self.clone()) }
//! #         pub fn flatten_all(&self) -> Result<Tensor> { Ok(self.clone()) }
//! #         pub fn to_vec1<E: From<f32>>(&self) -> Result<Vec<E>> { Ok(self.1.lock().unwrap().iter().map(|&x| x.into()).collect()) }
//! #         pub fn matmul(&self, _: &Tensor) -> Result<Tensor> { Ok(self.clone()) }
//! #     }
//! # }
//! # mod candle_nn { pub mod ops {
//! #     use super::super::candle_core::{Result, Tensor};
//! #     pub fn softmax_last_dim(_: &Tensor) -> Result<Tensor> { Tensor::new(&[[0.25, 0.75], [0.5, 0.5]]) }
//! # } }
//! use anycapture::{Array, Options, captured_fn};
//! use candle_core::{DType, Tensor};
//!
//! captured_fn! {
//!     #[capture(Attention::forward => attention_probs, return; index = layer)]
//!     fn forward(scores: &Tensor, value: &Tensor, layer: usize) -> candle_core::Result<Tensor> {
//!         let attention_probs = candle_nn::ops::softmax_last_dim(scores)?;
//!         attention_probs.matmul(value)
//!     }
//! }
//!
//! # fn main() -> candle_core::Result<()> {
//! anycapture::activate_with(Options::new().convert(|t: &Tensor| -> candle_core::Result<Array> {
//!     Ok(Array::new(t.dims(), t.to_dtype(DType::F32)?.flatten_all()?.to_vec1::<f32>()?))
//! }));
//! # let (scores, value) = (Tensor::new(&[[0.0; 2]; 2])?, Tensor::new(&[[0.0; 2]; 2])?);
//! for layer in 0..12 {
//!     forward(&scores, &value, layer)?;
//! }
//! # if !anycapture::ENABLED { return Ok(()) }
//! let cache = anycapture::cache();
//! assert_eq!(cache["Attention.forward.attention_probs"].len(), 12);
//! assert_eq!(cache["Attention.forward.attention_probs"][11].as_slice(), Some(&[0.25_f32, 0.75, 0.5, 0.5][..]));
//! assert_eq!(cache["Attention.forward.return"][11].index(), Some(11)); // of a `Result`, what it holds
//! # Ok(())
//! # }
//! ```
//!
//! The chapter [`values`] has a line for ndarray, nalgebra, half and others. `examples/candle-bert` in the repository
//! captures inside the published `candle-transformers`.
//!
//! # Reading
//!
//! | | |
//! | --- | --- |
//! | [`cache`] | an owned snapshot, a map from key to the list of its values, oldest first; it shares values, and copies none of the large ones |
//! | [`take`] | the same, and the store is empty afterwards: every value is handed out once |
//! | [`visit`], [`drain`] | every value in turn, without a heap; `drain` also removes, in the order of capture |
//! | [`export`] | one safetensors file, with one tensor of shape `[n, ...]` for each key, to any sink |
//! | [`report`] | why each key holds what it holds |
//!
//! A [`Value`] has a [key](Value::key), a [shape](Value::shape), an [element type](Value::dtype), up to four
//! [indices](Value::indices) from its line, and a [sequence](Value::sequence), its position among all captures:
//!
//! ```
//! # use anycapture::capture;
//! let _session = anycapture::session();
//! for step in 0..3_usize {
//!     for layer in 0..2_usize {
//!         let scores = vec![0.5_f32; 4 * (step + 1)];
//!         capture!(decode, scores[4, step + 1]; index = (layer, step));
//!     }
//! }
//! # if !anycapture::ENABLED { return }
//! let cache = anycapture::cache();
//! let newest = cache.at("decode.scores", &[1, 2]).unwrap(); // layer 1, step 2
//! assert_eq!(newest.shape(), [4, 3]);
//! assert_eq!(newest.as_slice::<f32>().unwrap().len(), 12);
//! assert_eq!(newest.summary().max(), Some(0.5));
//! ```
//!
//! # What is kept
//!
//! * Every key has its own ring. At a limit the ring overwrites the oldest value of that key; no key evicts another's values.
//! * By default a key keeps its newest 1024 values (64 if they are clones of a user's type) and the store 256 MiB, counted as
//!   the memory really taken. [`set_size`], [`Options`] and `keep = N` change that.
//! * `every = N` takes one hit in N, `if COND` takes those for which it holds, [`Options::only`] filters by key, and
//!   [`Options::stop_at_nan`] stops recording after the first value that contains a NaN.
//! * Every value that is overwritten or refused is counted by key and cause. Nothing is lost silently, and a capture never
//!   returns an error to the code around it.
//!
//! # Whole functions
//!
//! [`captured_fn!`] captures a function's variables and parameters by name, its result (`return`), or everything that has
//! numbers (`*`). The body stays as written. A `let` is captured where it is bound, on every pass of a loop; a `let mut` where
//! its block ends.
//!
//! It does not walk into closures, nor into match arms without a block: put a [`capture!`] there. An early exit (`?`, `return`,
//! `break`, a panic) skips the `let mut` captures of the blocks it leaves: see
//! [where a `let mut` is captured](captured_fn!#where-a-let-mut-is-captured). rustfmt does not format the body, unless the
//! macro is [used as an attribute](captured_fn!#examples). [Its page](captured_fn!#limits) lists all limits.
//!
//! # Any type
//!
//! | value | how it is kept |
//! | --- | --- |
//! | plain data: `bool`, integers, floats; arrays, slices, `Vec`, `Box<[T]>` of them; references to these | copied, with element type and shape |
//! | types that dereference to it: `Arc<[f32]>`, `Rc<Vec<f32>>`, `Box<f32>`, `Cow<[f32]>`, small vectors, guards | as the target |
//! | numbers that convert to `f32` or `f64` without loss, such as `half::bf16`, and slices of them | as `F32` or `F64` |
//! | [`each`]`(iterator)`: strided views, column-major matrices, values scaled on the way | written one by one |
//! | `Option` and `Result` of these | the value inside; `None` and `Err` are counted as absent |
//! | text, with `alloc` | as a `String` |
//! | a type with a [conversion](Options::convert), with `alloc` | as the numbers it is converted to |
//! | any other type that is `Clone + Send + Sync + 'static`, with `alloc` | a clone, read back by [its type](Value::downcast_ref) |
//!
//! Any other value, such as a view that borrows, is a compile error that says what to write instead. The chapter [`values`]
//! has the details.
//!
//! # Threads, tests, requests
//!
//! Lines may run on any thread. There is one store for the process, and [`scope`] gives a thread its own store, for a test, a
//! request, or one of two models. A [`Handle`] carries that store to other threads and across `.await`. Nothing waits for
//! ever: if a lock is not free within a second (because the process was forked while another thread held it, or because a
//! signal handler interrupted its holder), the value is refused and counted. The chapter [`threads`] has recipes.
//!
//! # Without a heap
//!
//! With `default-features = false, features = ["capture"]` the crate uses neither `std` nor a heap. Give it memory once, with
//! [`set_memory`]; read the values with [`visit`] or [`drain`], stream them out with [`export`] or [`Value::frame`], and read
//! them after a reset with [`recover`]. Interrupt handlers may capture: nothing waits there. The chapter [`embedding`] has
//! figures and recipes.
//!
//! # Comparing two runs
//!
//! The companion crate `anycapture-tools` reads the files of [`export`], and those that Python wrote under the same names:
//!
//! ```ignore
//! let reference = Recording::load("torch.safetensors")?;
//! let ours = Recording::from(&anycapture::cache());
//! let comparison = ours.compare(&reference, Tolerance::absolute(1e-5));
//! assert!(comparison.is_within(), "{comparison}"); // names the first value that differs
//!
//! // A golden test: the first run writes the file, later ones compare.
//! golden("tests/golden/map.safetensors", &anycapture::cache(), Tolerance::absolute(1e-5));
//! ```
//!
//! On the command line, `anycapture show FILE`, `anycapture diff A B` and `anycapture plot FILE KEY`.
//!
//! # Beside others
//!
//! | | shows | when off | good at | drawbacks |
//! | --- | --- | --- | --- | --- |
//! | this crate | named variables, parameters, results; numbers with shape, index and order | no code | hot loops, `no_std`, interrupts, comparing two runs | needs the source, and a rebuild for each new variable; copies every value, from a GPU through the host; read-only: no value can be changed, no graph is built; `captured_fn!` hides a body from rustfmt |
//! | the Python tool [AnyCapture] | named variables of a function, when it returns | a wrapper call | the same idea in Python: no build, and other people's functions can be decorated at run time | an early `return` breaks the function or gives its caller another value; arrays are kept by reference; no limit by default |
//! | a PyTorch [forward hook] | inputs and output of a module | nothing, when removed | needs no change to the model; may replace the output | sees no variable inside `forward`; candle [has none] |
//! | [TorchLens] | the output of every operation, and the graph | not called | a whole PyTorch model in one call, drawn | PyTorch only; a variable is found by its operation, not by its name |
//! | [`tracing`] | events and spans with fields | a load and a branch, or no code | where and when, across tasks; a large ecosystem | records a slice as `Debug` text, at several hundred times the cost of a copy |
//! | [`dbg!`] | the `Debug` text of an expression | can't be off | needs no set-up | prints in release builds too; not for code that stays |
//! | [hotpath] | times and allocations; `Debug` text with `val!` | no code | where the time goes, live in a terminal | needs `std`; values are text |
//!
//! [AnyCapture]: https://pypi.org/project/anycapture/
//! [forward hook]: https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.register_forward_hook
//! [has none]: https://github.com/huggingface/candle/issues/2774
//! [TorchLens]: https://pypi.org/project/torchlens/
//! [`tracing`]: https://docs.rs/tracing
//! [hotpath]: https://docs.rs/hotpath
//!
//! # F.A.Q.
//!
//! **My cache is empty.** Print [`report`]: it says whether the feature is off, recording was never activated, a filter left
//! the key out, or a capture was refused, and why. [`Cache::explain`] names the nearest keys. A line that isn't listed was not
//! reached while recording was active, or belongs to another scope, or to another copy of the crate.
//!
//! **Fused attention has no map.** A fused kernel never builds one. Compute it in your own function from `q` and `k`,
//! `capture!(forward, map = attention_map(&q, &k))`: the function runs only while recording, and may return a `Result`.
//!
//! **Two versions of the crate in one program**, or a plugin, have a store each, and `activate()` of one does not switch on the
//! lines of the other. Cargo links one copy of compatible versions, so this takes a 0.1 beside a 0.2;
//! `cargo tree --duplicates` shows it. See [`threads`].
//!
//! **In a library?** Yes: depend on `anycapture` without the feature. The lines are then no code until a program turns them on.
//! All lines with one key fill one list, so begin your keys with the library's name: `capture!(my_crate::forward, x)`.
//!
//! **My values change later.** They are clones that share storage. [Convert](Options::convert) the type, or capture the
//! numbers: `x = tensor.to_vec1::<f32>()`.
//!
//! **A `let mut` in a loop has only its last value, or lacks it.** A `let mut` is captured where its block ends. `let x` in the
//! list captures it at its binding, `*` after each assignment.
//!
//! **A function that runs for ever doesn't see `activate()`.** `captured_fn!` reads the switch on entry and on each pass of a
//! `loop` or `while let`; a `for` or `while` loop that is already running doesn't see the change. A [`capture!`] reads the
//! switch every time.
//!
//! **My tensor is on a GPU.** A conversion copies it to the host and waits for the copy. `every = N`, `if` and
//! [`Options::only`] make that rare.
//!
//! **May the lines stay in the code I ship?** Yes, that is what they are for. With the feature off they are no code; with it on
//! and recording inactive, a load and a branch.
//!
//! **I want it in NumPy.** [`export`] to a file, then
//! `safetensors.numpy.load_file("run.safetensors")["Attention.forward.map"]`, an array of shape `[n, ...]`.
//!
//! **I come from the Python tool.** `docs/python.md` in the repository shows each of its calls beside ours.
#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(anycapture_nightly, feature(macro_attr))]
// The docs show which features an item needs. No item needs `capture`.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(docsrs, doc(auto_cfg(hide(feature = "capture"))))]
#![forbid(unsafe_code)]
#![warn(missing_docs, unreachable_pub)]

#[cfg(all(feature = "alloc", not(target_has_atomic = "ptr")))]
compile_error!(
    "the `alloc` feature of anycapture needs compare-and-swap, which this target lacks: use `default-features = false`"
);

#[cfg(feature = "alloc")]
extern crate alloc;

#[macro_use]
mod macros;
// Without recording, half of it is unused; it is compiled all the same, so that it can't rot.
#[cfg_attr(not(feature = "capture"), allow(dead_code))]
mod store;

#[cfg(feature = "std")]
#[cfg_attr(docsrs, doc(cfg(feature = "std")))]
pub use store::{Entered, Handle, Scope};
#[cfg(feature = "alloc")]
pub use store::{
    cache::{Cache, Iter},
    convert::{Array, Converted},
    list::SnapshotError,
};
pub use store::{
    element::{Dtype, Element},
    kind::each,
    options::Options,
    recover::Recovered,
    report::{KeyReport, Report},
    summary::Summary,
    value::{ReadError, Shown, Value},
};

/// A panic in a user's code leaves the store sound and captured values unchanged, so these types may cross `catch_unwind`
/// whatever values they hold, with the feature on or off.
macro_rules! unwind_safe {
    ($($type:ty),+) => {$(
        impl core::panic::UnwindSafe for $type {}
        impl core::panic::RefUnwindSafe for $type {}
    )+};
}

unwind_safe!(Options, Value<'_>);
#[cfg(feature = "alloc")]
unwind_safe!(Cache, Iter<'_>);
#[cfg(feature = "std")]
unwind_safe!(Scope, Handle, Entered);

/// Captures values under the key `PATH.ITEM`, while recording is active.
///
/// ```text
/// capture!(PATH, ITEM, ITEM, ... [; OPTION, ...])
///
/// PATH    forward   or   Attention::forward       key prefix `forward` / `Attention.forward`
/// ITEM    attn                                    the variable `attn`
///         attn[heads, tokens, tokens]             a flat buffer and its shape
///         attn[..dims]                            its shape as a slice, an array or a `Vec` of integers
///         attn = expr                             a value computed only while recording
///         attn[dims] = expr                       both
/// OPTION  every = N                               the 1st, N+1st, 2N+1st ... hit of this line
///         index = expr                            a number kept with the value: the layer, the token, the step
///         index = (layer, step)                   up to four of them
///         keep = N                                the ring of this key holds the newest N
///         room = BYTES                            in given memory: the bytes of this key's ring
///         on = flag                               a `bool` read earlier with `is_active()`, in place of the switch
///         if COND                                 only when COND holds; evaluated only while recording
/// ```
///
/// It borrows its variables and evaluates to `()`. While recording is inactive, it evaluates nothing. It never panics by itself
/// and returns no error: a value that can't be kept is counted, see [`report`].
///
/// * Lines with the same key fill one list, in the order of the captures.
/// * A shape has up to 8 dimensions, of any integer types. If their product is not the number of elements, the values are
///   kept flat and the mismatch is counted.
/// * `every` counts only the hits for which recording is active and `if` holds.
/// * Zero: an `every` that is 0 at run time takes every hit (a literal 0 does not compile); `keep = 0` and `room = 0` are as if not
///   given.
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
/// In a hot loop, read the switch once, before it:
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
/// A value that can't be kept is a compile error, with the feature on or off:
///
/// ```compile_fail
/// struct NotClone;
/// let value = NotClone;
/// anycapture::capture!(forward, value);
/// ```
#[macro_export]
macro_rules! capture {
    // capture!(forward, attn): the usual line, in one expansion
    ($($path:ident)::+, $item:ident) => {
        if $crate::ENABLED && $crate::is_active() {
            $crate::__anycapture_value_must_own_what_it_holds! {
                [any $($path)+] $item [] [&$item] ($crate::__private::None)
            }
        }
    };
    // capture!(Attention::forward, q[heads, 64], norm = x.norm(); every = 10, index = layer)
    ($($line:tt)*) => {
        $crate::__anycapture_line! { $($line)* }
    };
}

/// Captures local variables, parameters and results of functions, without changing their bodies.
///
/// `#[capture(...)]` on a function lists what to capture. Functions without it pass through unchanged.
/// `captured_fn!` may be used wherever a function may: in a module, an `impl`, a `trait`, another function.
///
/// ```text
/// #[capture([PATH =>] ENTRY, ENTRY, ... [; OPTION, ...])]
///
/// PATH    Attention::forward      key prefix; without it, the function's name
/// ENTRY   x                       `let x`: as soon as it is bound, on every pass of a loop
///                                 `let mut x`: where its block ends
///                                 `let x;`: after each assignment to it
///                                 a parameter: on entry
///         x[heads, n, n]          the same, with a shape
///         x = expr                `expr`, where `x` would be captured
///         x[heads, n] = expr      both
///         let x                   a `let mut x` as soon as it is bound, for one that is moved on
///         return                  the result, under `PATH.return`; of a `Result` or `Option`, the value inside
///         *                       every parameter, every `let`, and a variable after each assignment to it, if the value
///                                 has numbers or is text
///         *: Tensor               values of that type too; *: (Tensor, Matrix) of up to four
///         !x                      with `*`: leaves `x` out
/// OPTION  as in `capture!`; they are evaluated where the value is captured
/// ```
///
/// Patterns count: `let (q, k) = ..`, `let Some(x) = .. else { .. }`, `let Heads { q, k } = ..`. Blocks are walked: `for`,
/// `while`, `loop`, `if`, `match` arms with a block, `unsafe`, bare and labelled blocks, also as the value of a
/// `let`. A listed name that occurs nowhere in the function is a compile error.
///
/// The body is not reinterpreted: captures are inserted between its statements, so types, borrows and evaluation order are
/// those of the function as written. The switch is read on entry, and again on each pass of a `loop` or `while let`. `for` and
/// `while` loops don't read it, and so stay vectorised while recording is inactive.
///
/// # Where a `let mut` is captured
///
/// After the last statement of its block; before the last expression if that is the value of the block; before a `return`,
/// `break` or `continue` that is the block's last statement. In a block of type `()`, such as the body of a loop, a last `match`,
/// `if` or call is a statement, so the variable is captured after it.
///
/// An early exit skips the `let mut` captures of the blocks it leaves: `?`; `return`, `break` or `continue` within an expression
/// or in an inner block; a call that does not return; a panic. (An inner `if c { return x; }` captures the `let mut`s of its own
/// block, but not those of the blocks around it.) To get such a value, put a `capture!(path, x)` before the exit, or list
/// `let x` for the value at the binding, or list `*`, which captures a variable at its binding and after each `x = ..` and
/// `x += ..`.
///
/// `*` does not see what a method or an index changes: of `let mut out = Vec::new(); out.extend(x);` it captures the empty `Vec`. List
/// the name beside it, `#[capture(*, out)]`, for its last value.
///
/// # With the feature off
///
/// The function passes through token by token: lints, coverage, drop order and compile time are its own. Only the syntax of the
/// list is checked; that its names occur in the function and that their values can be kept is checked with the feature on.
/// A variable or field that only the list uses is unused, and rustc warns about it.
///
/// # Limits
///
/// * Under an attribute macro that rewrites the functions of an `impl`, such as `#[async_trait]`, write [`capture!`].
/// * With the feature on, the braces of walked blocks are the macro's, of edition 2024. In a crate of edition 2018 or 2021, temporaries
///   of the last expression of a block are then dropped before the variables of the block, not after them, and temporaries of the value
///   of an `if let` before the `else` runs, not after it. An `if let` keeps its own edition if it is the first of its chain and the
///   last `else` holds one expression, `else { f(x) }` or `else { return; }`, without a block to walk or a variable to assign. Where the
///   order matters, give the value a name, `let y = ..; y` or `let y = ..; if let Some(x) = y`: then it is the same with and without
///   the macro.
/// * Warnings about a whole function, such as `dead_code`, appear only with the feature off.
/// * The type of a variable listed by name must be known where it is captured. Otherwise rustc reports the variable: give it a type.
///   `*` waits for later lines to decide a type, and captures `None`, `.collect()`, `.parse()` and the like. It can't wait for
///   the default type of a number: if nothing else decides the type of `let half = big >> 1;` and it is not plain data, rustc
///   reports it. Give the variable or the number a type, or leave the variable out, `#[capture(*, !half)]`.
/// * A capture may call `deref`, `clone`, `as_ref` or `into` of the value. Such a function must not capture its own `self`, by name or by
///   `*`: it would call itself without end. Leave it out, `#[capture(*, !self)]`.
/// * A key holds the values of every variable of that name in the function, in the order of the captures. To tell two apart,
///   rename one, or list neither and write [`capture!`] lines with their own paths. If a name is bound twice in a block, a
///   `let mut` that the second binding shadows is not captured at the end.
/// * The default recursion limit allows a hundred statements, twenty nested blocks, fifteen nested `match`es, a `match` of
///   150 arms with blocks or 100 without, forty generic parameters, eighty names, 150 functions in one macro, 300 lines of
///   documentation; and 150 `else if` in a chain whose conditions have one length, of up to ten tokens, 100 if they have up to
///   twelve tokens each, 45 if up to forty. Beyond that, write `#![recursion_limit = "256"]`.
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
/// Everything that a function computes, to hunt a wrong number:
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
/// rustfmt and rust-analyzer work best on a body outside of a macro. The crate [`macro_rules_attribute`] turns the macro into an
/// attribute, for any function:
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
/// On a nightly toolchain, `--cfg anycapture_nightly` enables this crate's own attribute, `#[captured(share, return)]`.
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
/// It needs a nightly toolchain, `--cfg anycapture_nightly` in `RUSTFLAGS`, and `#![feature(macro_attr)]` in the crate that uses
/// the attribute ([rust-lang/rust#143547]). It works on free and nested functions, methods, and default methods of traits.
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
#[cfg(anycapture_nightly)]
#[macro_export]
macro_rules! captured {
    // #[captured(attention_map, q)] pub fn forward(&self, x: &[f32]) -> Vec<f32> { .. }
    attr($($list:tt)*) ($($function:tt)*) => {
        $crate::__anycapture_functions! { () [] #[capture($($list)*)] $($function)* }
    };
}

/// Whether the `capture` feature is on.
///
/// No capture line needs it. It is for a program that would rather say so than print an empty table, and for tests that check
/// values.
///
/// # Examples
///
/// ```
/// if !anycapture::ENABLED {
///     eprintln!("built without recording: cargo run --features anycapture/capture");
/// }
/// ```
pub const ENABLED: bool = cfg!(feature = "capture");

/// Starts recording with the current limits. Values captured before stay.
///
/// It may be called before or after the code with the lines is loaded, from any thread, any number of times. A [`captured_fn!`]
/// function that is already running sees it on the next pass of a `loop` or `while let`, otherwise at its next call.
///
/// # Examples
///
/// ```
/// # use anycapture::capture;
/// for step in 0..4 {
///     if step == 2 {
///         anycapture::activate(); // after the warm-up
///     }
///     capture!(train, step);
/// }
/// # if !anycapture::ENABLED { return }
/// assert_eq!(anycapture::cache()["train.step"].len(), 2);
/// ```
#[inline]
pub fn activate() {
    store::activate();
}

/// Sets limits, a filter or conversions, then starts recording: see [`Options`].
///
/// Settings that the options leave out stay as they are. Limits take effect at once, and a smaller one drops the oldest
/// values. A new filter is applied to every key again.
///
/// Don't call it in an interrupt handler.
///
/// # Examples
///
/// ```
/// use anycapture::{Options, capture};
///
/// anycapture::activate_with(Options::new().max_size(2));
/// anycapture::activate_with(Options::new().only(&["train.*"])); // the limit stays
/// for step in 0..4 {
///     capture!(train, step);
///     capture!(evaluate, step);
/// }
/// # if !anycapture::ENABLED { return }
/// let cache = anycapture::cache();
/// assert_eq!((cache.len(), cache["train.step"].len()), (1, 2));
/// ```
#[inline]
pub fn activate_with(options: Options) {
    store::activate_with(options);
}

/// Stops recording at once, on every line, even if its `on = flag` was read before. Captured values stay.
///
/// # Examples
///
/// Stop at the first value that is out of bounds, and keep the values before it:
///
/// ```
/// # use anycapture::capture;
/// anycapture::activate();
/// for step in 0..10_u32 {
///     let norm = 2.0_f32.powi(step as i32);
///     capture!(train, norm);
///     if norm > 100.0 {
///         anycapture::deactivate();
///     }
/// }
/// # if !anycapture::ENABLED { return }
/// let norms = &anycapture::cache()["train.norm"];
/// assert_eq!(norms.last().and_then(|norm| norm.scalar::<f32>()), Some(128.0));
/// ```
#[inline]
pub fn deactivate() {
    store::deactivate();
}

/// Whether recording is active: one relaxed load, or the constant `false` when the `capture` feature is off.
///
/// Read it once before a loop that should stay vectorised, and pass it to the line: `capture!(...; on = flag)`. It can also
/// choose a slower path that computes the values to capture:
///
/// ```
/// # fn fused(q: &[f32]) -> Vec<f32> { q.to_vec() }
/// # fn with_map(q: &[f32]) -> Vec<f32> { q.to_vec() }
/// # let q = [1.0];
/// let out = if anycapture::is_active() { with_map(&q) } else { fused(&q) };
/// # assert_eq!(out, q);
/// ```
#[inline(always)]
pub fn is_active() -> bool {
    store::is_active()
}

/// Keeps the newest `max_size` values of each key, at once and from now on; 0 means as many as fit in memory and
/// [`max_bytes`](Options::max_bytes).
///
/// A line with `keep = N` has its own limit. In [given memory](set_memory) a ring that was already carved keeps its size in
/// bytes, and after `set_size(0)` the next new key takes all the memory that is left, unless its line has `keep` or `room`.
///
/// # Examples
///
/// ```
/// # use anycapture::capture;
/// let _session = anycapture::session();
/// (0..5).for_each(|step| capture!(train, step));
/// anycapture::set_size(2);
/// # if !anycapture::ENABLED { return }
/// let steps: Vec<i32> = anycapture::cache()["train.step"].iter().filter_map(|step| step.scalar()).collect();
/// assert_eq!(steps, [3, 4]);
/// ```
#[inline]
pub fn set_size(max_size: usize) {
    store::set_size(max_size);
}

/// Drops every value; keys without values do not appear in a later [`cache`]. Limits, filter, conversions and memory stay, and so
/// do the counts, which report these values as cleared.
///
/// A key that is in use (the call is inside the closure of a [`visit`] over given memory, or in an interrupt handler that
/// interrupted a capture) is cleared before its next use.
///
/// # Examples
///
/// ```
/// # use anycapture::capture;
/// let _session = anycapture::session();
/// capture!(warm_up, loss = 0.5_f32);
/// let before = anycapture::cache();
/// anycapture::clear();
/// # if !anycapture::ENABLED { return }
/// assert!(anycapture::cache().is_empty());
/// assert_eq!(before["warm_up.loss"].len(), 1); // a snapshot keeps what it has
/// assert_eq!(anycapture::report().key("warm_up.loss").map(|key| key.cleared()), Some(1));
/// ```
#[inline]
pub fn clear() {
    store::clear();
}

/// Drops all captured values, resets all counts, and records until the returned [`Session`] is dropped.
///
/// Limits, filter, conversions and a pending [`stop_at_nan`](Options::stop_at_nan) stay as they are; [`Options`] says how to lift
/// each of them.
///
/// A session belongs to the whole process, so use [`scope`](crate::Scope) in a test: tests run on several threads. A session
/// inside another one drops the values of the outer one, and stops its recording when it ends. On a thread that is in a scope,
/// the session acts on the scope's store.
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
    store::reset();
    activate();
    Session(())
}

/// Stops recording when it is dropped: see [`session`].
#[derive(Debug)]
#[must_use = "recording stops as soon as the session is dropped"]
pub struct Session(());

impl Drop for Session {
    fn drop(&mut self) {
        deactivate();
    }
}

/// Gives this thread its own store, for a test, a request, or one of two models. Recording into it is active.
///
/// While the [`Scope`] lives, every capture on this thread goes to that store, and every function of this crate acts on it when
/// called on this thread. Other threads neither see it nor add to it, unless they join with a [`Handle`]. It starts with the
/// default limits and without a filter or conversions. Scopes nest. Their values are dropped with them.
///
/// It needs the `std` feature, for thread-local storage. With `capture` off a scope stays empty.
///
/// A scope may be dropped on another thread, and in any order. It ends then, and each thread that is in it is back in the
/// scope that it was in before.
///
/// # Examples
///
/// ```
/// # use anycapture::capture;
/// fn loss_of(x: f32) -> Option<f32> {
///     let _scope = anycapture::scope();
///     capture!(train, loss = x * 0.5);
///     anycapture::cache().get("train.loss")?[0].scalar()
/// }
///
/// let threads = [1.0, 2.0].map(|x| std::thread::spawn(move || loss_of(x)));
/// let losses = threads.map(|thread| thread.join().unwrap());
/// assert_eq!(losses, if anycapture::ENABLED { [Some(0.5), Some(1.0)] } else { [None, None] });
/// ```
#[cfg(feature = "std")]
pub fn scope() -> Scope {
    Scope::begin()
}

/// Stores all values in `memory` instead of on the heap. Call it at most once, before the first capture.
///
/// Only plain data is kept there. Every key gets a ring of fixed size when it is first hit: `room` bytes if its line has that
/// option, otherwise room for `keep` values of the first one's size, or for [`max_size`](Options::max_size) of them, or for 8;
/// less if less is left. If later values are smaller, more of them fit. [`region_size`] computes the bytes.
///
/// [Scopes](crate::Scope) keep their values on the heap.
///
/// # Errors
///
/// Returns `memory` if memory was given before, if a value was captured on the heap before, or if the store is in use, as in an
/// interrupt handler that interrupted the first hit of a key or a [`report`].
///
/// # Examples
///
/// ```
/// use anycapture::capture;
///
/// // On a microcontroller, a `static` through `static_cell` or `cortex_m::singleton!`.
/// let memory = Box::leak(Box::new([0_u8; 4096]));
/// anycapture::set_memory(memory).unwrap();
/// anycapture::activate();
///
/// let scores = [0.5_f32, 0.25, 0.25];
/// capture!(softmax, scores);
/// anycapture::visit(|value| assert_eq!(value.shape(), [3]));
/// ```
#[inline]
pub fn set_memory(memory: &'static mut [u8]) -> Result<(), &'static mut [u8]> {
    store::set_memory(memory)
}

/// Explains why each key holds the values it holds: the answer to "why is my cache empty?".
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

/// Shows every value, key by key in the order of their first hits, oldest first. It needs no heap.
///
/// On the heap, values captured while it runs, even by the closure itself, are kept but not shown. In given memory the closure
/// borrows the values in place, so captures of the key being shown are refused meanwhile, and counted.
///
/// A key that is in use and can't be waited for is skipped, and [`Shown`] says so: in an interrupt handler that interrupted a
/// capture of it, within a `visit` that is showing it, or, in given memory, while an [`export`] runs.
///
/// # Examples
///
/// ```
/// # use anycapture::capture;
/// let _session = anycapture::session();
/// let loss = 0.25_f64;
/// capture!(train, loss);
/// let shown = anycapture::visit(|value| {
///     println!("{} {value}", value.key());
///     assert_eq!((value.key(), value.scalar::<f64>()), ("train.loss", Some(0.25)));
/// });
/// assert!(shown.is_complete());
/// ```
pub fn visit(f: impl FnMut(&Value<'_>)) -> Shown {
    store::visit(f)
}

/// Shows and removes values in the order of capture, over all keys, while recording goes on. It needs no heap.
///
/// It ends before values that are captured while it runs. Every value is shown once, even if other threads take or drain at the
/// same time. In given memory, a value whose elements and key take up to 256 bytes is copied to the stack before it is shown;
/// while a larger one is shown, captures of its key are refused, and counted.
///
/// # Errors
///
/// Returns the first error of the closure. The value that it was shown then stays, and so do those after it.
///
/// # Examples
///
/// ```
/// # use anycapture::capture;
/// let _session = anycapture::session();
/// for step in 0..3 {
///     capture!(train, loss = 0.5_f32, step);
/// }
/// let mut lines = Vec::new(); // or a serial port
/// anycapture::drain(|value| {
///     lines.push(format!("{} {value}", value.key()));
///     Ok::<(), std::io::Error>(())
/// })?;
/// assert_eq!(lines.len(), if anycapture::ENABLED { 6 } else { 0 });
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn drain<E>(f: impl FnMut(&Value<'_>) -> Result<(), E>) -> Result<(), E> {
    store::drain(f)
}

/// Returns an owned snapshot of the captured values.
///
/// It shares the values with the store; only the newest small ones are copied. Later captures, overwrites and clears don't change
/// it. See [`Cache`] for how to read it.
///
/// # Panics
///
/// Panics with the message of [`SnapshotError`] where [`try_cache`] returns an error: there is no memory for it, or the store is
/// in use for too long.
///
/// # Examples
///
/// ```
/// # use anycapture::capture;
/// let _session = anycapture::session();
/// for layer in 0..2_u8 {
///     capture!(forward, scores = [f32::from(layer), 1.0]; index = layer);
/// }
/// let cache = anycapture::cache();
/// # if !anycapture::ENABLED { return }
/// assert_eq!(
///     cache.to_string(),
///     "forward.scores  2 x F32 [2]  min 0 max 1 mean 0.75 nan 0 inf 0\n",
/// );
/// ```
#[cfg(feature = "alloc")]
pub fn cache() -> Cache {
    try_cache().unwrap_or_else(|error| panic!("{error}"))
}

/// The same as [`cache`], but returns an error instead of panicking.
///
/// # Errors
///
/// [`SnapshotError::NoMemory`] if there is no memory for it; [`SnapshotError::Busy`] if the store is in use and either waiting is
/// not allowed, as in an interrupt handler that interrupted a capture, or a second of waiting did not help.
///
/// # Examples
///
/// ```
/// # use anycapture::capture;
/// let _session = anycapture::session();
/// capture!(train, loss = 0.5_f32);
/// match anycapture::try_cache() {
///     Ok(cache) => println!("{cache}"),
///     Err(error) => eprintln!("{error}"), // the values stay in the store
/// }
/// ```
#[cfg(feature = "alloc")]
pub fn try_cache() -> Result<Cache, SnapshotError> {
    store::cache::try_cache()
}

/// Moves the captured values out of the store into an owned snapshot, for a long-running program to call now and then. Every
/// value is handed out once, even if other threads take or [`drain`] at the same time.
///
/// Like [`try_take`], it may hand out only some of the keys: call it again for the others.
///
/// # Panics
///
/// Panics with the message of [`SnapshotError`] where [`try_take`] returns an error.
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
    try_take().unwrap_or_else(|error| panic!("{error}"))
}

/// The same as [`take`], but returns an error instead of panicking.
///
/// The result may lack keys: at the first key that is in use, or for which there is no memory, it stops, and returns the keys it
/// has taken so far. That key and those after it stay in the store, for the next call.
///
/// # Errors
///
/// Those of [`try_cache`], and only if nothing could be taken.
///
/// # Examples
///
/// Writing captured values to a log from time to time:
///
/// ```
/// # use anycapture::capture;
/// # let _session = anycapture::session();
/// # capture!(train, loss = 0.5_f32);
/// let mut log = Vec::new();
/// // A store that is in use now is read next time.
/// if let Ok(cache) = anycapture::try_take() {
///     log.extend(cache.in_order().map(|value| format!("{} {value}", value.key())));
/// }
/// assert_eq!(log.len(), if anycapture::ENABLED { 1 } else { 0 });
/// ```
#[cfg(feature = "alloc")]
pub fn try_take() -> Result<Cache, SnapshotError> {
    store::cache::try_take()
}

/// Streams the captured values as one [safetensors] file, in pieces of any size; in given memory, without a heap.
///
/// * A key whose values all have one element type and shape is one tensor, `key`, of shape `[n, ...]`, oldest first. A key of
///   mixed types or shapes is one tensor for each value, `key/0`, `key/1`, ...
/// * `key#sequence` has shape `[n]`, in `I64`, as some readers lack `U64`.
/// * If the line gives an index, `key#index` has shape `[n]`, or `[n, r]` for several, with the smallest `i64` where a value has
///   none.
/// * If threads other than the first have captured, `key#thread` has their numbers.
/// * `I128` and `U128` are written as `U64` with a last dimension of two, the low word first.
/// * Text is in the metadata under its key, as a JSON list. The metadata also lists, under `anycapture.omitted`, the keys with
///   values that have no numbers.
///
/// In Python: `safetensors.numpy.load_file("captured.safetensors")["Attention.forward.map"].shape`.
///
/// In given memory, captures made while it runs are refused, and counted, and [`visit`] skips all keys.
///
/// [safetensors]: https://github.com/huggingface/safetensors#format
///
/// # Errors
///
/// Returns the first error of `sink`, and writes no more after it. If values are missing, because a key was in use or there was no
/// memory for a snapshot, that is not an error: `anycapture.error` in the metadata says so.
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
/// anycapture::export(|bytes| std::io::Write::write_all(&mut file, bytes))?;
/// let header = u64::from_le_bytes(file[..8].try_into().unwrap());
/// assert_eq!(header % 8, 0);
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn export<E>(sink: impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
    store::export(sink)
}

/// The exact number of bytes of [given memory](set_memory) that one key needs for `count` values of element type `E` and shape
/// `shape`, each with `indices` indices. Add up the sizes of all keys.
///
/// A shape of more than 8 dimensions counts as flat, as such a value is kept. It is 0 when the `capture` feature is off, so the
/// memory is then empty too.
///
/// # Panics
///
/// Panics, at compile time in a `const`, if the size overflows a `usize`.
///
/// # Examples
///
/// ```
/// use anycapture::region_size;
///
/// // Four attention maps with their layers, and a loss for each of 100 steps.
/// const MEMORY: usize = region_size::<f32>("attention.map", 4, &[4, 50, 50], 1)
///     + region_size::<f32>("train.loss", 100, &[], 0);
///
/// anycapture::set_memory(Box::leak(Box::new([0_u8; MEMORY]))).unwrap();
/// ```
pub const fn region_size<E: Element>(
    key: &str,
    count: usize,
    shape: &[usize],
    indices: usize,
) -> usize {
    if ENABLED { store::region::region_size::<E>(key, count, shape, indices) } else { 0 }
}

/// Reads [given memory](set_memory) after a reset, or a copy of it: `None` if it holds no rings. Call it before `set_memory`,
/// which erases it.
///
/// Memory that the start-up code does not clear, such as a section `.uninit`, still holds the values after a warm reset. A value
/// that was being written at the reset is left out. It doesn't panic, whatever the bytes are. A dump from a 32-bit target can be
/// read on a 64-bit one.
///
/// # Examples
///
/// ```
/// let memory = [0_u8; 1024]; // in `.uninit`
/// if let Some(recovered) = anycapture::recover(&memory) {
///     recovered.visit(|value| println!("{} {value}", value.key()));
/// }
/// ```
pub fn recover(memory: &[u8]) -> Option<Recovered<'_>> {
    store::recover::recover(memory)
}

#[cfg(any(doc, doctest))]
#[doc = include_str!("../docs/embedding.md")]
pub mod embedding {}

#[cfg(any(doc, doctest))]
#[doc = include_str!("../docs/threads.md")]
pub mod threads {}

#[cfg(any(doc, doctest))]
#[doc = include_str!("../docs/values.md")]
pub mod values {}

/// The examples of the README, tested.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;

/// The examples of the Chinese README, tested.
#[cfg(doctest)]
#[doc = include_str!("../README.zh-CN.md")]
pub struct ReadmeInChinese;

/// The examples for users of the Python tool, tested.
#[cfg(doctest)]
#[doc = include_str!("../docs/python.md")]
pub struct Python;

/// Not public API: what the macros expand to.
#[doc(hidden)]
pub mod __private {
    pub use core::option::Option::{None, Some};
    pub use core::primitive::{bool, str};
    pub use core::{compile_error, concat, stringify};

    pub use crate::macros::{Elsewhere, OfThisBlock, Returned, Unassigned, names};
    pub use crate::store::kind::shaped;
    pub use crate::store::note::{Note, dims, indices, size};
    pub use crate::store::probe::{Listed, Probe, ToPlain, any};
    pub use crate::store::star::{Typed, choose};
    pub use crate::store::{Callsite, Hits};
}
