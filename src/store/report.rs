//! Why the store holds what it holds, in words.

use core::fmt;

use super::{Cause, Counts, Facts, KeyFacts, each_key, facts};

/// Why each key holds what it holds: returned by [`report`](crate::report).
///
/// [`Display`](fmt::Display) says it in words. A report holds nothing itself (that needs no heap): it reads the
/// store when it is displayed or asked.
///
/// # Examples
///
/// ```
/// # use anycapture::{capture, Options};
/// anycapture::activate_with(Options::new().max_size(2));
/// for step in 0..5_u32 {
///     capture!(decode, step);
/// }
/// # if !anycapture::ENABLED { return }
/// let report = anycapture::report();
/// assert!(report.to_string().contains("decode.step: 2 kept, 3 overwritten"));
/// assert_eq!(report.key("decode.step").map(|key| key.overwritten()), Some(3));
/// ```
#[derive(Clone, Copy)]
pub struct Report(());

impl Report {
    pub(crate) fn new() -> Report {
        Report(())
    }

    /// The counts of one key, or `None` if it was never hit while recording was active.
    pub fn key(&self, key: &str) -> Option<KeyReport> {
        let mut found = None;
        each_key(&mut |facts| {
            if facts.key == key {
                found = Some(KeyReport::new(facts));
            }
        });
        found
    }

    /// Shows the counts of every key that was hit while recording was active, in the order of the first
    /// hits.
    pub fn each_key(&self, mut f: impl FnMut(&str, KeyReport)) {
        each_key(&mut |facts| f(facts.key, KeyReport::new(facts)));
    }
}

/// What became of the values of one key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeyReport {
    kept: u64,
    overwritten: u64,
    cleared: u64,
    taken: u64,
    filtered: u64,
    mismatched: u64,
    refused: [u64; 4],
}

impl KeyReport {
    fn new(facts: &KeyFacts) -> KeyReport {
        let KeyFacts { counts, refused, filtered, mismatched, .. } = *facts;
        let Counts { kept, overwritten, cleared, taken } = counts;
        KeyReport { kept, overwritten, cleared, taken, filtered, mismatched, refused }
    }

    /// Values that are held now.
    pub fn kept(&self) -> u64 {
        self.kept
    }

    /// Values that made room for newer ones of this key, or were dropped by a smaller limit.
    pub fn overwritten(&self) -> u64 {
        self.overwritten
    }

    /// Values dropped by [`clear`](crate::clear) or [`session`](crate::session), or when memory was given.
    pub fn cleared(&self) -> u64 {
        self.cleared
    }

    /// Values handed out by `take`.
    pub fn taken(&self) -> u64 {
        self.taken
    }

    /// Captures that the filter left out.
    pub fn filtered(&self) -> u64 {
        self.filtered
    }

    /// Values kept flat, because their shape was not that of as many elements, or had a rank above 8.
    pub fn mismatched(&self) -> u64 {
        self.mismatched
    }

    /// Values refused for any cause.
    pub fn refused(&self) -> u64 {
        self.refused.iter().sum()
    }

    /// Values refused because no memory was left, and the key had none to give up.
    pub fn no_memory(&self) -> u64 {
        self.refused[Cause::NoMemory as usize]
    }

    /// Values refused because they are larger than the whole budget.
    pub fn too_large(&self) -> u64 {
        self.refused[Cause::TooLarge as usize]
    }

    /// Values refused because the store was in use where waiting is not allowed.
    pub fn busy(&self) -> u64 {
        self.refused[Cause::Busy as usize]
    }

    /// Values refused because they are no plain data, and the values live in given memory.
    pub fn not_plain(&self) -> u64 {
        self.refused[Cause::NotPlain as usize]
    }
}

/// A line without the key, such as `2 kept, 3 overwritten`.
impl fmt::Display for KeyReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.kept == 0 {
            f.write_str("nothing kept")?;
        } else {
            write!(f, "{} kept", self.kept)?;
        }
        let counts = [
            (self.overwritten, "overwritten by newer ones of this key"),
            (self.cleared, "cleared"),
            (self.taken, "taken"),
            (self.filtered, "left out by the filter"),
            (
                self.mismatched,
                "kept flat, as the shape given does not fit the length, or has a rank above 8",
            ),
            (self.no_memory(), "refused: no memory left"),
            (self.too_large(), "refused: larger than the whole budget"),
            (self.busy(), "refused: the store was in use, and an interrupt or a walk can't wait"),
            (self.not_plain(), "refused: no plain data, which given memory can't hold"),
        ];
        for (count, what) in counts {
            if count > 0 {
                let at_least = if count >= u64::from(u32::MAX) { "at least " } else { "" };
                write!(f, ", {at_least}{count} {what}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        state(f)?;
        let Some(facts) = facts() else { return Ok(()) };
        let mut result = limits(&facts, f);
        let mut keys = 0_usize;
        each_key(&mut |key| {
            keys += 1;
            if result.is_ok() {
                result = writeln!(f, "  {}: {}", key.key, KeyReport::new(key));
            }
        });
        result?;
        match (keys, facts.ever_active) {
            (0, true) => f.write_str("  No capture line was reached while recording was active.\n"),
            (0, false) => Ok(()),
            _ => f.write_str(
                "  A line that was not reached, or only while recording was inactive, leaves no trace here.\n",
            ),
        }
    }
}

/// Whether anything can be recorded at all.
fn state(f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str(match facts() {
        None => {
            "anycapture: nothing is recorded, because the `capture` feature is off; \
             build with `--features anycapture/capture`\n"
        }
        Some(Facts { active: true, .. }) => "anycapture: recording is active\n",
        Some(Facts { ever_active: true, .. }) => "anycapture: recording is not active now; it was before\n",
        Some(_) => {
            "anycapture: recording was never activated; call `anycapture::activate()` before the code \
             whose values you want\n"
        }
    })
}

fn limits(facts: &Facts, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str("  limits: ")?;
    match facts.max_size {
        usize::MAX => f.write_str("as many values a key as memory allows")?,
        1 => f.write_str("1 value a key")?,
        size => write!(f, "{size} values a key")?,
    }
    match (facts.memory, facts.max_bytes) {
        (Some(memory), max_bytes) => {
            write!(f, ", {} of given memory", Bytes(memory.min(max_bytes)))?;
        }
        (None, _) if cfg!(not(feature = "alloc")) => {
            f.write_str("; no memory was given: call `activate_with(Options::new().memory(..))`")?;
        }
        (None, usize::MAX) => f.write_str(", any number of bytes in all")?,
        (None, bytes) => write!(f, ", {} in all", Bytes(bytes))?,
    }
    writeln!(f, "; {} in use", Bytes(facts.used))?;
    if facts.filter {
        writeln!(f, "  filter: only keys that match `Options::only` are recorded")?;
    }
    if facts.memory_refused > 0 {
        writeln!(
            f,
            "  memory was given again, {} time{}: the first, of {}, stays",
            facts.memory_refused,
            if facts.memory_refused == 1 { "" } else { "s" },
            Bytes(facts.memory.unwrap_or_default())
        )?;
    }
    Ok(())
}

/// A number of bytes as people say it.
struct Bytes(usize);

impl fmt::Display for Bytes {
    // In integers: floats would take as much flash as three recorders.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.0;
        for (shift, unit) in [(30, "GiB"), (20, "MiB"), (10, "KiB")] {
            if bytes.trailing_zeros() >= shift && bytes > 0 {
                return write!(f, "{} {unit}", bytes >> shift);
            }
            if bytes >> shift > 0 {
                let fraction = (bytes & ((1 << shift) - 1)) as u64;
                let tenths = (fraction * 10 + (1 << (shift - 1))) >> shift;
                let whole = (bytes >> shift) as u64 + tenths / 10;
                return write!(f, "{whole}.{} {unit}", tenths % 10);
            }
        }
        write!(f, "{bytes} bytes")
    }
}

impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why one key holds what it holds.
#[cfg(feature = "alloc")]
pub struct Explanation<'a> {
    pub key: &'a str,
    /// How many values the snapshot has, if any.
    pub held: Option<usize>,
}

#[cfg(feature = "alloc")]
impl fmt::Display for Explanation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = self.key;
        if facts().is_none() {
            return state(f);
        }
        if let Some(held) = self.held {
            let s = if held == 1 { "" } else { "s" };
            write!(f, "`{key}` has {held} value{s} in this snapshot. ")?;
        } else {
            write!(f, "`{key}` has no value in this snapshot. ")?;
        }
        if let Some(report) = Report(()).key(key) {
            return write!(f, "The store says: {report}.");
        }
        if facts().is_none_or(|facts| !facts.ever_active) {
            return state(f);
        }
        f.write_str("No line with this key was reached while recording was active.")?;
        let mut near = alloc::vec::Vec::new();
        each_key(&mut |facts| near.push((distance(key, facts.key), facts.key)));
        near.sort_unstable();
        let close = |&&(distance, _): &&(usize, &str)| distance <= key.len().max(3) / 2;
        for (nth, (_, name)) in near.iter().filter(close).take(3).enumerate() {
            write!(f, "{}`{name}`", if nth == 0 { " The nearest that were: " } else { ", " })?;
        }
        f.write_str(if near.iter().any(|near| close(&near)) { "." } else { "" })
    }
}

/// The number of characters to insert, delete or replace to make one text of the other (Levenshtein).
#[cfg(feature = "alloc")]
fn distance(from: &str, to: &str) -> usize {
    let mut row: alloc::vec::Vec<usize> = (0..=to.chars().count()).collect();
    for (nth, a) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = nth + 1;
        for (at, b) in to.chars().enumerate() {
            let replaced = diagonal + usize::from(a != b);
            diagonal = row[at + 1];
            row[at + 1] = replaced.min(row[at] + 1).min(diagonal + 1);
        }
    }
    row[row.len() - 1]
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::string::ToString;

    use super::Bytes;

    #[test]
    fn bytes_read_as_people_say_them() {
        for (bytes, text) in [
            (0, "0 bytes"),
            (1023, "1023 bytes"),
            (1024, "1 KiB"),
            (1500, "1.5 KiB"),
            (2047, "2.0 KiB"),
            (4096, "4 KiB"),
            (5 << 20, "5 MiB"),
            ((5 << 20) + 1, "5.0 MiB"),
            ((3 << 30) - (1 << 26), "2.9 GiB"),
        ] {
            assert_eq!(Bytes(bytes).to_string(), text);
        }
    }
}
