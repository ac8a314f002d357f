//! At which value do two runs differ? Reads and compares recordings of [`anycapture`].
//!
//! ```no_run
//! use anycapture_tools::{Recording, Tolerance};
//!
//! let reference = Recording::load("torch.safetensors")?;
//! let ours = Recording::from(&anycapture::cache());
//! let comparison = ours.compare(&reference, Tolerance::absolute(1e-5));
//! assert!(comparison.is_within(), "{comparison}");
//! # Ok::<(), anycapture_tools::Error>(())
//! ```
//!
//! * A [`Recording`] is read from a file of `anycapture`, from a file that Python wrote under the same names, or from the running
//!   program.
//! * A [`Comparison`] has the first difference of two recordings, and the differences of each key. A failing test should print its
//!   `Display`.
//! * [`golden()`] compares a test with its own earlier run.
//!
//! The command `anycapture` shows, compares and draws files: `anycapture --help`.
//!
//! # From Python
//!
//! A reference is a safetensors file with one tensor of shape `[n, ...]` for each key, oldest value first:
//!
//! ``` text
//! get_local.activate()                     # the Python tool AnyCapture, or a dictionary of lists of your own
//! model(x)
//! captured = {key: np.stack(values) for key, values in get_local.cache.items()}
//! safetensors.numpy.save_file(captured, "torch.safetensors")
//! ```
//!
//! If the names differ, [`Recording::rename`] maps the keys of one side. A batch axis of length 1 on one side only is a difference in
//! shape: [`KeyComparison::hint`] says that the values would fit otherwise.
//!
//! # Names
//!
//! | tensor | content |
//! | --- | --- |
//! | `key`, `[n, ...]` | `n` values of one shape, oldest first |
//! | `key/0`, `key/1`, ... | one value each, of any shapes |
//! | `key#sequence`, `[n]` | the order of the captures over all keys |
//! | `key#index`, `[n]` or `[n, r]` | the numbers of `index = ...` |
//! | `key#thread`, `[n]` | the thread that captured it |
//!
//! Texts are in the metadata, as a JSON list under their key; `anycapture.omitted` lists the keys with values that have no numbers.
//!
//! # Features
//!
//! `command`, on by default, builds the command; a library leaves it out. The feature `capture` of `anycapture`, in the final program,
//! turns recording on.

mod builder;
mod cache;
mod compare;
mod difference;
mod display;
mod dtype;
mod dump;
mod error;
mod gap;
mod golden;
mod header;
mod hint;
mod listen;
mod names;
mod recording;
mod save;
mod table;
mod value;

pub use compare::{Comparison, Extreme, KeyComparison};
pub use difference::{Difference, Kind};
pub use dtype::{Dtype, Number};
pub use error::Error;
pub use gap::Tolerance;
pub use golden::golden;
pub use hint::Hint;
pub use listen::Listener;
pub use recording::Recording;
pub use value::{Summary, Value, Values};
