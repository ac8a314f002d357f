//! See the values inside running numeric code.
#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

#[cfg(feature = "alloc")]
extern crate alloc;

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
#[macro_export]
macro_rules! capture {
    // capture!(forward, attn)
    // capture!(Attention::forward, q[heads, 64], norm = x.norm(); every = 10, index = layer)
    ($($line:tt)*) => {
        $crate::__capture!(any $($line)*)
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

/// Keeps the newest `max_size` values of each key, at once and from now on; 0 means as many as memory allows.
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

/// Says why each key holds what it holds.
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

/// Shows every value, key by key in the order of their first capture, oldest first. Uses no heap of its own where
/// memory was given.
pub fn visit(mut f: impl FnMut(&Entry<'_>)) {
    store::walk(&mut f);
}

/// An owned snapshot of what was captured.
#[cfg(feature = "alloc")]
pub fn cache() -> Cache {
    store::cache::snapshot()
}

/// An owned snapshot of what was captured, which is no longer in the store afterwards.
#[cfg(feature = "alloc")]
pub fn take() -> Cache {
    store::take()
}

/// Streams all plain data as one safetensors file.
pub fn export(mut sink: impl FnMut(&[u8])) {
    store::export::export(&mut sink);
}

/// Not public API: what the macros expand to.
#[doc(hidden)]
pub mod __private {
    pub use core::option::Option::{None, Some};
    pub use core::primitive::str;
    pub use core::{compile_error, concat, stringify};

    pub use crate::store::probe::{Integer, Note, Probe};
    pub use crate::store::{Hits, Site};

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
    pub fn index(index: impl Integer) -> Option<u64> {
        Some(index.to_u64())
    }

    #[inline(always)]
    pub fn size(size: impl Integer) -> usize {
        size.to_usize()
    }

    /// A key as people write it: of a raw identifier, the `r#` is left out.
    pub struct Key<const LENGTH: usize>([u8; LENGTH]);

    /// The length of `raw` as a key.
    pub const fn key_length(raw: &str) -> usize {
        let (mut length, mut at) = (0, 0);
        while at < raw.len() {
            at += prefix(raw.as_bytes(), at) + 1;
            length += 1;
        }
        length
    }

    /// The length of an `r#` at the start of a segment.
    const fn prefix(raw: &[u8], at: usize) -> usize {
        let starts = at == 0 || raw[at - 1] == b'.';
        if starts && at + 1 < raw.len() && raw[at] == b'r' && raw[at + 1] == b'#' {
            2
        } else {
            0
        }
    }

    impl<const LENGTH: usize> Key<LENGTH> {
        pub const fn new(raw: &str) -> Self {
            let mut key = [0; LENGTH];
            let (mut length, mut at) = (0, 0);
            while length < LENGTH {
                at += prefix(raw.as_bytes(), at);
                key[length] = raw.as_bytes()[at];
                at += 1;
                length += 1;
            }
            Key(key)
        }

        pub const fn as_str(&self) -> &str {
            match core::str::from_utf8(&self.0) {
                Ok(key) => key,
                Err(_) => panic!("a key is made of identifiers"),
            }
        }
    }
}
