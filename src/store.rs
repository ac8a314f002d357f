//! The store: where captured values live.
//!
//! The path of a value, with a heap:
//!
//! 1. A line `capture!(forward, attn)` expands to a `static` [`Callsite`] and a call that method lookup picks by the type of the
//!    value ([`probe`]).
//! 2. [`record`] finds the owner of the key, and gets the place of its values, a ring, from the store of this thread ([`control`],
//!    [`scope`]), if that records the key.
//! 3. The ring ([`ring`]) is a queue of chunks ([`chunk`]). A small value is appended to the newest chunk, under one lock. A large
//!    one is copied outside of the lock, into the chunk of the value that it overwrites.
//! 4. A reader ([`walk`], [`list`], [`cache`]) shares chunks with the ring; a [`Value`](value::Value) is a chunk and a position in it.
//!
//! In given memory, step 3 is a ring of bytes ([`region`]) with its own lock, in the owner of the key, and step 4 borrows values from
//! it.
//!
//! Each file uses only files above it in this list, which `tests/house.py` checks:
//!
//! | file | its one job |
//! | --- | --- |
//! | `element.rs` | plain data: the primitives, arrays and slices of them, their shapes, a typed buffer |
//! | `summary.rs` | minimum, maximum, mean, NaN and infinite counts of a value |
//! | `counts.rs` | counts of what became of values |
//! | `sync.rs` | how to lock, and for how long to wait |
//! | `share.rs` | a reference-counted pointer whose allocation may fail |
//! | `source.rs` | elements on their way into a ring: a slice, or an iterator |
//! | `chunk.rs` | a run of values of one form |
//! | `frame.rs` | a value as a self-contained record, for a serial line that loses bytes |
//! | `value.rs` | one captured value, as a reader sees it |
//! | `ring.rs` | rings of chunks, on the heap |
//! | `region.rs` | rings of bytes, in given memory |
//! | `recover.rs` | the rings found after a reset |
//! | `callsite.rs` | the `static` of a capture line; the keys |
//! | `note.rs` | the shape and the options of a line |
//! | `convert.rs` | conversions of users' types |
//! | `memory.rs` | the given memory of the process |
//! | `options.rs` | limits, filter and conversions, before they are set |
//! | `table.rs` | the keys of a scope |
//! | `control.rs` | a store: its settings, and where the values of each key live |
//! | `scope.rs` | which store a thread uses |
//! | `keep.rs` | adds a value to a ring on the heap |
//! | `record.rs` | recording: from a line to the ring of its key |
//! | `walk.rs` | reading without a snapshot: `visit` and `drain` |
//! | `report.rs` | why the store holds the values it holds |
//! | `list.rs` | the values of one key in a snapshot |
//! | `cache.rs` | snapshots: `cache` and `take` |
//! | `safetensors.rs` | a file in that format |
//! | `export.rs` | exports captured values as a file |
//! | `front.rs` | the functions of the crate's root |
//! | `off.rs` | the same names with the feature off |
//! | `kind.rs` | how a line records a value of each kind |
//! | `probe.rs` | picks how a value is recorded, by its type |
//! | `star.rs` | picks how a value of a function with `*` is recorded, by a type that later lines may tell |

#[cfg(feature = "alloc")]
pub(crate) mod cache;
#[cfg(feature = "capture")]
pub(crate) mod callsite;
pub(crate) mod chunk;
#[cfg(feature = "capture")]
pub(crate) mod control;
#[cfg(feature = "alloc")]
pub(crate) mod convert;
pub(crate) mod counts;
pub(crate) mod element;
pub(crate) mod export;
pub(crate) mod frame;
#[cfg(feature = "capture")]
pub(crate) mod front;
#[cfg(all(feature = "capture", feature = "alloc"))]
pub(crate) mod keep;
pub(crate) mod kind;
#[cfg(feature = "alloc")]
pub(crate) mod list;
#[cfg(feature = "capture")]
pub(crate) mod memory;
pub(crate) mod note;
#[cfg(not(feature = "capture"))]
pub(crate) mod off;
pub(crate) mod options;
pub(crate) mod probe;
#[cfg(feature = "capture")]
pub(crate) mod record;
pub(crate) mod recover;
pub(crate) mod region;
pub(crate) mod report;
#[cfg(all(feature = "capture", feature = "alloc"))]
pub(crate) mod ring;
pub(crate) mod safetensors;
#[cfg(feature = "capture")]
pub(crate) mod scope;
#[cfg(all(feature = "capture", feature = "alloc"))]
pub(crate) mod share;
pub(crate) mod source;
pub(crate) mod star;
pub(crate) mod summary;
#[cfg(feature = "capture")]
pub(crate) mod sync;
#[cfg(all(feature = "capture", feature = "std"))]
pub(crate) mod table;
pub(crate) mod value;
#[cfg(feature = "capture")]
pub(crate) mod walk;

#[cfg(feature = "capture")]
pub(crate) use front::*;
#[cfg(not(feature = "capture"))]
pub use off::*;
#[cfg(all(feature = "capture", feature = "std"))]
pub use scope::{Entered, Handle, Scope};
#[cfg(feature = "capture")]
pub use {callsite::Callsite, record::Hits};
