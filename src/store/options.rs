//! What to record, and how much of it.
//!
//! Options are collected here without access to the store, and applied at once by [`activate_with`](crate::activate_with). The
//! settings they replace are dropped afterwards, when no lock is held, as a conversion may own anything.

#[cfg(feature = "alloc")]
use alloc::{string::String, vec::Vec};
use core::fmt;

#[cfg(feature = "alloc")]
use super::convert::{Conversions, Converted};

/// Limits, filter and conversions for [`activate_with`](crate::activate_with). Settings that are left out stay as they are.
///
/// By default, on the heap, a key keeps its newest 1024 values (64 if they are clones of a user's type) and the store 256 MiB. In
/// given memory, see [`set_memory`](crate::set_memory).
///
/// Zero: `max_size(0)` is no limit, `max_bytes(0)` lets no value in.
///
/// To lift a setting: `max_size(0)` and `max_bytes(usize::MAX)` for the limits, `only(&["*"])` for the filter. A conversion can be
/// replaced, but not removed, and a pending [`stop_at_nan`](Options::stop_at_nan) ends only at a NaN. A [scope](crate::Scope)
/// starts with the defaults.
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
    pub(crate) max_size: Option<usize>,
    pub(crate) max_bytes: Option<usize>,
    pub(crate) only: Option<Patterns>,
    pub(crate) stop_at_nan: bool,
    #[cfg(feature = "alloc")]
    pub(crate) conversions: Conversions,
}

#[cfg(feature = "alloc")]
pub(crate) type Patterns = Vec<String>;
#[cfg(not(feature = "alloc"))]
pub(crate) type Patterns = &'static [&'static str];

impl Options {
    /// Options that change nothing.
    pub fn new() -> Options {
        Options::default()
    }

    /// Keeps the newest `max_size` values of each key; 0 means as many as fit in memory and [`max_bytes`](Options::max_bytes).
    ///
    /// The same as [`set_size`](crate::set_size): it takes effect at once, also replaces the limit of 64 clones, and is overridden
    /// by a line's `keep`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use anycapture::{Options, capture};
    /// let _scope = anycapture::scope();
    /// anycapture::activate_with(Options::new().max_size(2));
    /// for step in 0..5 {
    ///     capture!(train, step);
    /// }
    /// # if !anycapture::ENABLED { return }
    /// let cache = anycapture::cache();
    /// let steps: Vec<_> = cache["train.step"].iter().map(|step| step.scalar::<i32>()).collect();
    /// assert_eq!(steps, [Some(3), Some(4)]);
    /// ```
    pub fn max_size(mut self, max_size: usize) -> Options {
        self.max_size = Some(max_size);
        self
    }

    /// Keeps at most `max_bytes` in all, counted as the memory really taken: values and their bookkeeping.
    ///
    /// It applies to the heap only; given memory has a fixed size. A key that needs room drops its own oldest values, a chunk at a
    /// time. A value that still doesn't fit is refused, and counted. A smaller limit takes effect at once: the oldest values of all
    /// keys are dropped.
    ///
    /// A value of a user's type counts with its own size only, without the memory it points to. [Convert](Options::convert) it,
    /// or keep few.
    ///
    /// # Examples
    ///
    /// ```
    /// use anycapture::{Options, capture};
    ///
    /// anycapture::activate_with(Options::new().max_bytes(64 << 10));
    /// for step in 0..100 {
    ///     let row = [0.5_f32; 1024]; // 4 KiB
    ///     capture!(forward, row; index = step);
    /// }
    /// # if !anycapture::ENABLED { return }
    /// let cache = anycapture::cache();
    /// let rows = &cache["forward.row"];
    /// assert!(rows.len() <= 16);
    /// assert_eq!(rows.last().and_then(|row| row.index()), Some(99)); // the newest stay
    /// ```
    pub fn max_bytes(mut self, max_bytes: usize) -> Options {
        self.max_bytes = Some(max_bytes);
        self
    }

    /// Records only keys that match one of `patterns`, in which `*` stands for any run of characters; values of other keys are not
    /// copied at all. `&["*"]` records every key again, `&[]` none.
    ///
    /// The expression of an item, `norm = x.norm()`, is evaluated before its key is checked. `if` or `on` avoids that.
    ///
    /// # Examples
    ///
    /// ```
    /// use anycapture::{Options, capture};
    ///
    /// anycapture::activate_with(Options::new().only(&["Attention.*", "*.logits"]));
    /// capture!(Attention::forward, map = [0.5_f32; 4], scores = [1.0_f32; 4]);
    /// capture!(Model::forward, logits = [0.1_f32; 2], hidden = [0.2_f32; 8]);
    /// # if !anycapture::ENABLED { return }
    /// let keys = ["Attention.forward.map", "Attention.forward.scores", "Model.forward.logits"];
    /// assert!(anycapture::cache().keys().eq(keys));
    /// ```
    #[cfg(feature = "alloc")]
    pub fn only(mut self, patterns: &[&str]) -> Options {
        // A pattern for which there is no memory matches nothing.
        let copy = |pattern: &&str| {
            let mut copy = String::new();
            copy.try_reserve_exact(pattern.len()).ok()?;
            copy.push_str(pattern);
            Some(copy)
        };
        let mut copies = Patterns::new();
        if copies.try_reserve_exact(patterns.len()).is_ok() {
            copies.extend(patterns.iter().filter_map(copy));
        }
        self.only = Some(copies);
        self
    }

    /// Records only keys that match one of `patterns`, in which `*` stands for any run of characters; values of other keys are not
    /// copied at all. `&["*"]` records every key again, `&[]` none.
    #[cfg(not(feature = "alloc"))]
    pub fn only(mut self, patterns: &'static [&'static str]) -> Options {
        self.only = Some(patterns);
        self
    }

    /// Stops recording after the first value that contains a NaN. That value is kept, and so is everything before it.
    ///
    /// It stops once: after the next [`activate`](crate::activate), recording goes on even at a NaN. Until then it stays set, also
    /// across [`session`](crate::session), and can't be unset. [`report`](crate::report) names the key with the NaN. Only floats are
    /// checked, including those that other values were converted to.
    ///
    /// # Examples
    ///
    /// ```
    /// use anycapture::{capture, Options};
    ///
    /// anycapture::activate_with(Options::new().stop_at_nan());
    /// for step in 0..100 {
    ///     let loss = if step < 7 { 0.5 } else { f32::NAN };
    ///     capture!(train, loss);
    /// }
    /// # if !anycapture::ENABLED { return }
    /// assert!(!anycapture::is_active());
    /// assert_eq!(anycapture::cache()["train.loss"].len(), 8);
    /// ```
    pub fn stop_at_nan(mut self) -> Options {
        self.stop_at_nan = true;
        self
    }

    /// Converts values of type `T` to numbers when they are captured, alone or in an `Option` or a `Result`.
    ///
    /// `convert` returns an [`Array`](crate::Array), or a `Result` of one. It runs once for each capture, on the capturing thread,
    /// when no lock is held, and never while recording is inactive. A later conversion of the same type replaces an earlier one. A
    /// conversion that fails is counted, and the last error message is in the [`report`](crate::report).
    ///
    /// # Examples
    ///
    /// ```
    /// use anycapture::{capture, Array, Options};
    ///
    /// #[derive(Clone)]
    /// struct Tensor { rows: usize, data: Vec<f32> }
    ///
    /// anycapture::activate_with(Options::new().convert(|tensor: &Tensor| {
    ///     Array::new(&[tensor.rows, tensor.data.len() / tensor.rows], tensor.data.clone())
    /// }));
    /// let attn = Tensor { rows: 2, data: vec![0.5; 6] };
    /// capture!(forward, attn);
    /// # if !anycapture::ENABLED { return }
    /// assert_eq!(anycapture::cache()["forward.attn"][0].shape(), [2, 3]);
    /// ```
    #[cfg(feature = "alloc")]
    pub fn convert<T: 'static, C: Converted>(
        mut self,
        convert: impl Fn(&T) -> C + Send + Sync + 'static,
    ) -> Options {
        self.conversions.add(convert);
        self
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("max_size", &self.max_size)
            .field("max_bytes", &self.max_bytes)
            .field("only", &self.only)
            .field("stop_at_nan", &self.stop_at_nan)
            .finish_non_exhaustive()
    }
}

/// Whether `pattern`, in which `*` stands for any run of characters, matches all of `text`.
///
/// Hand-written: `str::find` costs more flash than the recorder.
#[cfg(any(feature = "capture", test))]
pub(crate) fn matches(pattern: &str, mut text: impl Iterator<Item = u8> + Clone) -> bool {
    let mut pattern = pattern.as_bytes();
    // Where to resume after a mismatch: after the last `*`, which then matches one more byte of the text.
    let mut retry = None;
    loop {
        if let [b'*', rest @ ..] = pattern {
            pattern = rest;
            retry = Some((rest, text.clone()));
            continue;
        }
        let next = text.next();
        match (pattern, next) {
            ([], None) => return true,
            ([expected, rest @ ..], Some(byte)) if *expected == byte => pattern = rest,
            _ => {
                let Some((rest, mut skipped)) = retry.take() else { return false };
                if skipped.next().is_none() {
                    return false;
                }
                pattern = rest;
                text = skipped.clone();
                retry = Some((rest, skipped));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    fn matches(pattern: &str, text: &str) -> bool {
        super::matches(pattern, text.bytes())
    }

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
