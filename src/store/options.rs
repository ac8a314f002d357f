//! What to record, and how much of it.

#[cfg(feature = "alloc")]
use alloc::{string::String, vec::Vec};
use core::fmt;

/// Limits, filter and memory for [`activate_with`](crate::activate_with). What is not set stays as it is.
///
/// At first, with a heap, 1024 values are kept of each key and 256 MiB in all. Without a heap nothing is
/// kept until [`memory`](Options::memory) is given, and then whatever fits it.
///
/// # Examples
///
/// ```
/// use anycapture::{capture, Options};
///
/// anycapture::activate_with(Options::new().max_size(10).max_bytes(64 << 20).only(&["*.logits"]));
/// for step in 0..100_u32 {
///     let (logits, scores) = ([0.5_f32; 8], [0.25_f32; 8]);
///     capture!(decode, logits, scores; index = step);
/// }
/// # if !anycapture::ENABLED { return }
/// let cache = anycapture::cache();
/// assert_eq!(cache.keys().collect::<Vec<_>>(), ["decode.logits"]);
/// assert_eq!(cache["decode.logits"].len(), 10);
/// assert_eq!(cache["decode.logits"][0].index(), Some(90));
/// ```
#[derive(Default)]
#[must_use = "options do nothing until they are given to `activate_with`"]
pub struct Options {
    pub(super) max_size: Option<usize>,
    pub(super) max_bytes: Option<usize>,
    pub(super) only: Option<Patterns>,
    pub(super) memory: Option<&'static mut [u8]>,
}

#[cfg(feature = "alloc")]
pub(super) type Patterns = Vec<String>;
#[cfg(not(feature = "alloc"))]
pub(super) type Patterns = &'static [&'static str];

impl Options {
    /// Options that change nothing.
    pub fn new() -> Options {
        Options::default()
    }

    /// Keep the newest `max_size` values of each key; 0 means as many as memory allows.
    pub fn max_size(mut self, max_size: usize) -> Options {
        self.max_size = Some(max_size);
        self
    }

    /// Keep at most so many bytes in all: the values and what is kept with each of them (24 bytes for
    /// a small value, about 200 for a large one; in given memory, its header).
    ///
    /// Of a value that is no plain data only its own size counts, not what it points to: bound these keys by
    /// [`max_size`](Options::max_size). A key that needs room gives up its own oldest values. A value that finds no room even so is
    /// refused, and counted. Values that were kept under a larger limit stay until they are overwritten.
    pub fn max_bytes(mut self, max_bytes: usize) -> Options {
        self.max_bytes = Some(max_bytes);
        self
    }

    /// Record only keys that match one of `patterns`, in which `*` stands for any run of characters; a
    /// value of another key is not copied at all. `&["*"]` records every key again, `&[]` none.
    #[cfg(feature = "alloc")]
    pub fn only(mut self, patterns: &[&str]) -> Options {
        self.only = Some(patterns.iter().copied().map(String::from).collect());
        self
    }

    /// Record only keys that match one of `patterns`, in which `*` stands for any run of characters; a
    /// value of another key is not copied at all. `&["*"]` records every key again, `&[]` none.
    #[cfg(not(feature = "alloc"))]
    pub fn only(mut self, patterns: &'static [&'static str]) -> Options {
        self.only = Some(patterns);
        self
    }

    /// Keep the values in `memory`, and only there: no heap is used.
    ///
    /// Only plain data is kept there. Memory can be given once; if it is given again, the first stays, and the
    /// [`report`](crate::report) says so. Values that were on the heap before are cleared, and
    /// counted as such. Without limits of your own, whatever fits is kept. Of memory larger than
    /// 4 GiB, the first 4 GiB are used.
    ///
    /// # Examples
    ///
    /// ```
    /// use anycapture::{capture, Options};
    ///
    /// // On a microcontroller, a `static` through `static_cell` or `cortex_m::singleton!`.
    /// let memory = Box::leak(Box::new([0_u8; 4096]));
    /// anycapture::activate_with(Options::new().memory(memory));
    ///
    /// let scores = [0.5_f32, 0.25, 0.25];
    /// capture!(softmax, scores);
    /// anycapture::visit(|entry| assert_eq!(entry.shape(), [3]));
    /// ```
    pub fn memory(mut self, memory: &'static mut [u8]) -> Options {
        self.memory = Some(memory);
        self
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("max_size", &self.max_size)
            .field("max_bytes", &self.max_bytes)
            .field("only", &self.only)
            .field("memory", &self.memory.as_ref().map(|memory| memory.len()))
            .finish()
    }
}

/// Whether `pattern`, in which `*` stands for any run of characters, is all of `text`.
///
/// By hand, for a searcher of `core` is larger than all of the rest of the recorder.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let (mut pattern, mut text) = (pattern.as_bytes(), text.as_bytes());
    // Where to go on when a mismatch comes: behind the last `*`, with one more byte of the text left to it.
    let mut again: Option<(&[u8], &[u8])> = None;
    loop {
        match (pattern, text) {
            ([], []) => return true,
            ([b'*', rest @ ..], _) => {
                pattern = rest;
                again = Some((rest, text));
            }
            ([a, pattern_rest @ ..], [b, text_rest @ ..]) if a == b => {
                (pattern, text) = (pattern_rest, text_rest);
            }
            _ => match again {
                Some((rest, [_, less @ ..])) => {
                    (pattern, text) = (rest, less);
                    again = Some((rest, less));
                }
                _ => return false,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_stand_for_any_run() {
        for (pattern, text) in [
            ("*", ""),
            ("*", "a.b"),
            ("a.b", "a.b"),
            ("a*", "a.b"),
            ("*b", "a.b"),
            ("a*b", "a.b.b"),
            ("*.*", "a.b"),
            ("*ab*ab", "aabab.ab"),
            ("é*é", "éxé"),
        ] {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [
            ("", "a"),
            ("a", "a.b"),
            ("b", "a.b"),
            ("a*a", "a"),
            ("*ab*ab", "abb.ab.a"),
            ("*c*", "a.b"),
        ] {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }
}
