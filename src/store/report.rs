//! Why the store holds what it holds, in words.
//!
//! A report is made while it is written, from the counts in the store: so it needs no heap, and costs nothing until it is asked
//! for. It says only what was counted. What it can't know, such as why a line was not reached, it names as that.

use core::fmt;

use super::counts::{Bits, Counts};

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

/// What became of the values of one key, in numbers: see [`Report::key`].
///
/// For each key [`kept`](KeyReport::kept), [`overwritten`](KeyReport::overwritten), [`cleared`](KeyReport::cleared),
/// [`taken`](KeyReport::taken) and [`refused`](KeyReport::refused) add up to the captures of values that were to be kept; what the
/// filter left out, what was absent, passed over or not converted is counted beside them. [`mismatched`](KeyReport::mismatched),
/// [`shape_ignored`](KeyReport::shape_ignored) and [`without_numbers`](KeyReport::without_numbers) speak of kept values. All begin
/// anew with a [`session`](crate::session). Refusals and what stands beside are counted in 32 bits: the largest number
/// means at least so many.
///
/// # Examples
///
/// ```
/// # use anycapture::capture;
/// let _scope = anycapture::scope();
/// anycapture::set_size(2);
/// for step in 0..5 {
///     let loss = if step == 3 { None } else { Some(0.5_f32) };
///     capture!(train, loss);
/// }
/// # if !anycapture::ENABLED { return }
/// let loss = anycapture::report().key("train.loss").unwrap();
/// assert_eq!((loss.kept(), loss.overwritten(), loss.absent(), loss.refused()), (2, 2, 1, 0));
/// assert_eq!(
///     loss.to_string(),
///     "2 kept, 2 overwritten by newer ones of this key, 1 absent: `None` or `Err`",
/// );
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeyReport {
    counts: Counts,
    no_memory: u64,
    too_large: u64,
    busy: u64,
    not_plain: u64,
    filtered: u64,
    mismatched: u64,
    shape_ignored: u64,
    absent: u64,
    passed_over: u64,
    unconverted: u64,
}

impl KeyReport {
    /// Values that are held now.
    pub fn kept(&self) -> u64 {
        self.counts.kept
    }

    /// Of these, the ones without numbers: they are not in the tensors of an [`export`](crate::export).
    pub fn without_numbers(&self) -> u64 {
        self.counts.opaque
    }

    /// Values that made room for newer ones of this key, or were dropped by a smaller limit.
    pub fn overwritten(&self) -> u64 {
        self.counts.overwritten
    }

    /// Values dropped by [`clear`](crate::clear).
    pub fn cleared(&self) -> u64 {
        self.counts.cleared
    }

    /// Values handed out by `take` or [`drain`](crate::drain), each of them once.
    pub fn taken(&self) -> u64 {
        self.counts.taken
    }

    /// Captures that the filter left out, [`Options::only`](crate::Options::only): nothing of them was copied.
    pub fn filtered(&self) -> u64 {
        self.filtered
    }

    /// Values kept flat, because their shape was not that of as many elements, or had a rank above 8. A value that was not kept does
    /// not count.
    pub fn mismatched(&self) -> u64 {
        self.mismatched
    }

    /// Values that are not plain data, and for which the line gave a shape: it is left out. A [`convert`](crate::Options) of
    /// their type would use it.
    pub fn shape_ignored(&self) -> u64 {
        self.shape_ignored
    }

    /// Captures of a `None` or an `Err`, or of what was not there, such as `array.as_slice()` of another layout.
    pub fn absent(&self) -> u64 {
        self.absent
    }

    /// Values that `*` passed over, because they have no numbers and are not text.
    pub fn passed_over(&self) -> u64 {
        self.passed_over
    }

    /// Values whose conversion failed, or panicked: they are lost. The report has its last message.
    pub fn unconverted(&self) -> u64 {
        self.unconverted
    }

    /// Values refused for any cause.
    pub fn refused(&self) -> u64 {
        self.no_memory + self.too_large + self.busy + self.not_plain
    }

    /// Values refused because no memory was left, and the key had none to give up.
    pub fn no_memory(&self) -> u64 {
        self.no_memory
    }

    /// Values refused because they are larger than the whole budget, or than the ring of their key in given memory.
    pub fn too_large(&self) -> u64 {
        self.too_large
    }

    /// Values refused because what they needed was in use, and waiting is not allowed (in an interrupt handler, without
    /// `std`) or did not help for a second (after `fork`, in a signal handler).
    pub fn busy(&self) -> u64 {
        self.busy
    }

    /// Values refused because they are not plain data, and the values live in given memory.
    pub fn not_plain(&self) -> u64 {
        self.not_plain
    }
}

/// A line without the key, such as `2 kept, 3 overwritten by newer ones of this key`.
impl fmt::Display for KeyReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kept() {
            0 => f.write_str("nothing kept")?,
            kept => write!(f, "{kept} kept")?,
        }
        let counts = [
            (
                self.without_numbers(),
                "of them without numbers (`Options::convert` gives a type some)",
            ),
            (self.overwritten(), "overwritten by newer ones of this key"),
            (self.cleared(), "cleared"),
            (self.taken(), "taken"),
            (self.filtered, "left out by the filter"),
            (self.absent, "absent: `None` or `Err`"),
            (
                self.mismatched,
                "kept flat: the shape is not that of as many elements, or has a rank above 8",
            ),
            (self.shape_ignored, "kept without the given shape: not plain data"),
            (self.passed_over, "passed over by `*`: no numbers, and no text"),
            (self.unconverted, "lost: the conversion failed"),
            (self.no_memory, "refused: no memory left"),
            (self.too_large, "refused: larger than the budget, or than the ring"),
            (self.busy, "refused: in use where waiting is not allowed"),
            (self.not_plain, "refused: not plain data, which given memory can't hold"),
        ];
        for (count, what) in counts {
            if count > 0 {
                let at_least = if count >= u64::from(Bits::MAX) { "at least " } else { "" };
                write!(f, ", {at_least}{count} {what}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(not(feature = "capture"))]
mod off {
    use core::fmt;

    use super::{KeyReport, Report};

    const OFF: &str = "anycapture: nothing is recorded, because the `capture` feature is off; \
        build with `--features anycapture/capture`\n";

    impl Report {
        pub(crate) fn new() -> Report {
            Report(())
        }

        /// The counts of one key, or `None` if it was never hit while recording was active.
        pub fn key(&self, _: &str) -> Option<KeyReport> {
            None
        }

        /// Shows the counts of every key that was hit while recording was active, in the order of the first hits.
        pub fn each_key(&self, _: impl FnMut(&str, KeyReport)) {}
    }

    impl fmt::Display for Report {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(OFF)
        }
    }

    /// Why one key holds what it holds.
    #[cfg(feature = "alloc")]
    pub(crate) struct Explanation<'a> {
        #[allow(dead_code)]
        pub key: &'a str,
        #[allow(dead_code)]
        pub held: Option<usize>,
    }

    #[cfg(feature = "alloc")]
    impl fmt::Display for Explanation<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(OFF)
        }
    }
}

#[cfg(all(feature = "alloc", not(feature = "capture")))]
pub(crate) use off::Explanation;
#[cfg(all(feature = "alloc", feature = "capture"))]
pub(crate) use with_capture::Explanation;

#[cfg(feature = "capture")]
mod with_capture {
    use core::fmt;

    use super::super::callsite::{Callsite, KeyName, Place, find};
    use super::super::control::{Status, Store};
    use super::super::counts::{Event, Refused};
    use super::super::scope::with_store;
    use super::{KeyReport, Report};

    impl Report {
        pub(crate) fn new() -> Report {
            Report(())
        }

        /// The counts of one key, or `None` if it was never hit while recording was active.
        ///
        /// # Examples
        ///
        /// ```
        /// # use anycapture::capture;
        /// let _scope = anycapture::scope();
        /// capture!(train, loss = 0.5_f32);
        /// # if !anycapture::ENABLED { return }
        /// let report = anycapture::report();
        /// assert_eq!(report.key("train.loss").map(|key| key.kept()), Some(1));
        /// assert_eq!(report.key("train.los"), None);
        /// ```
        pub fn key(&self, key: &str) -> Option<KeyReport> {
            let owner = find(key)?;
            with_store(|store| {
                let report = key_report(store, owner, store.place(owner));
                (report != KeyReport::default()).then_some(report)
            })
        }

        /// Shows the counts of every key that was hit while recording was active, in the order of the first hits.
        ///
        /// # Examples
        ///
        /// ```
        /// anycapture::report().each_key(|key, counts| {
        ///     if counts.refused() > 0 {
        ///         eprintln!("{key}: {counts}");
        ///     }
        /// });
        /// ```
        pub fn each_key(&self, mut f: impl FnMut(&str, KeyReport)) {
            with_store(|store| {
                for (owner, place) in store.keys() {
                    let report = key_report(store, owner, place);
                    if report != KeyReport::default() {
                        f(text_of(owner), report);
                    }
                }
            });
        }
    }

    /// The key as it is shown, without `r#`. Without a heap there is no place for that form, and raw identifiers keep theirs.
    fn text_of(owner: &'static Callsite) -> &'static str {
        #[cfg(feature = "alloc")]
        if let Some(text) = owner.text() {
            return text;
        }
        owner.key()
    }

    /// All counts of a key. They are read one after the other, while captures go on.
    fn key_report(store: &Store, owner: &'static Callsite, place: Option<Place>) -> KeyReport {
        let events = |event| u64::from(store.events(owner, event));
        KeyReport {
            counts: store.counts(owner, place),
            no_memory: events(Event::Refused(Refused::NoMemory)),
            too_large: events(Event::Refused(Refused::TooLarge)),
            busy: events(Event::Refused(Refused::Busy)),
            not_plain: events(Event::Refused(Refused::NotPlain)),
            filtered: events(Event::Filtered),
            mismatched: events(Event::Mismatched),
            shape_ignored: events(Event::ShapeIgnored),
            absent: events(Event::Absent),
            passed_over: events(Event::PassedOver),
            unconverted: events(Event::Unconverted),
        }
    }

    impl fmt::Display for Report {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            with_store(|store| {
                let status = store.status();
                f.write_str(state(&status))?;
                limits(&status, f)?;
                let keys = keys(store, f)?;
                f.write_str(match (keys, status.ever_active) {
                    (0, false) => "",
                    (0, true) => {
                        "  No capture line was reached while recording was active. A function that was running already \
                         when recording began may see it only at its next call.\n"
                    }
                    _ => "  A line that was not reached while recording was active is not listed.\n",
                })
            })
        }
    }

    /// Whether anything can be recorded at all.
    fn state(status: &Status) -> &'static str {
        match (status.active, status.ever_active) {
            (true, _) => "anycapture: recording is active\n",
            (false, true) => "anycapture: recording is not active now; it was before\n",
            (false, false) => {
                "anycapture: recording was never activated; call `anycapture::activate()` before the code \
                 whose values you want\n"
            }
        }
    }

    /// The lines about limits, memory, filter and NaN.
    fn limits(status: &Status, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("  limits: ")?;
        match (status.max_size, status.memory) {
            (usize::MAX, Some(_)) => {
                f.write_str("as many values a key as its ring has room for")?
            }
            (usize::MAX, None) => f.write_str("as many values a key as memory allows")?,
            (1, _) => f.write_str("1 value a key")?,
            (size, _) => write!(f, "{size} values a key")?,
        }
        match (status.memory, status.max_bytes) {
            (Some(memory), _) => write!(f, ", {} of given memory", Bytes(memory))?,
            (None, _) if cfg!(not(feature = "alloc")) => {
                f.write_str(
                    "; no memory was given: call `anycapture::set_memory` before the first capture",
                )?;
            }
            (None, usize::MAX) => f.write_str(", any number of bytes in all")?,
            (None, bytes) => write!(f, ", {} in all", Bytes(bytes))?,
        }
        writeln!(f, "; {} in use", Bytes(status.used))?;
        if status.filter {
            f.write_str("  filter: only keys that match `Options::only` are recorded\n")?;
        }
        if let Some(key) = status.stopped_by {
            writeln!(
                f,
                "  recording stopped at a NaN in {}, which is its newest value",
                KeyName(key)
            )?;
        }
        Ok(())
    }

    /// Lists the keys, and says how many there are.
    fn keys(store: &Store, f: &mut fmt::Formatter<'_>) -> Result<u64, fmt::Error> {
        let mut count = 0;
        let mut group: Option<Group> = None;
        for (owner, place) in store.keys() {
            let report = key_report(store, owner, place);
            if report == KeyReport::default() {
                continue;
            }
            count += 1;
            let passed_over = KeyReport { passed_over: report.passed_over, ..KeyReport::default() };
            if report == passed_over {
                let this = Group::of(store, owner, report.passed_over);
                let goes_on = group.as_ref().is_some_and(|group| group.holds(&this));
                if !goes_on {
                    Group::end(group.take(), f)?;
                    let times = if this.count == 1 { "time" } else { "times" };
                    let (path, count) = (KeyName(this.path), this.count);
                    write!(f, "  {path}: reached {count} {times}; passed over: ")?;
                }
                write!(f, "{}{}", if goes_on { ", " } else { "" }, KeyName(this.name))?;
                group = Some(this);
                continue;
            }
            Group::end(group.take(), f)?;
            writeln!(f, "  {}: {report}", KeyName(owner.key()))?;
            #[cfg(feature = "alloc")]
            if let Some(message) = store.message(owner) {
                writeln!(f, "    the conversion said: {message}")?;
            }
        }
        Group::end(group, f)?;
        Ok(count)
    }

    /// Values that `*` has passed over in one function, as often, and of one type.
    struct Group {
        path: &'static str,
        name: &'static str,
        type_name: &'static str,
        count: u64,
    }

    impl Group {
        /// The group that a key begins: its path, and its name behind the last dot.
        fn of(store: &Store, owner: &'static Callsite, count: u64) -> Group {
            let key = owner.key();
            let dot = key.bytes().rposition(|byte| byte == b'.').unwrap_or(0);
            let (path, name) = (&key[..dot], key.get(dot + 1..).unwrap_or_default());
            Group { path, name, type_name: store.passed_over_type(owner), count }
        }

        fn holds(&self, other: &Group) -> bool {
            (self.path, self.type_name, self.count) == (other.path, other.type_name, other.count)
        }

        /// Ends the line of a group with the type of its values, if it is known.
        fn end(group: Option<Group>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            match group {
                Some(Group { type_name: "", .. }) => f.write_str("\n"),
                #[cfg(feature = "alloc")]
                Some(Group { type_name, .. }) => {
                    writeln!(f, " (`{}`)", super::super::value::ShortTypeName(type_name))
                }
                _ => Ok(()),
            }
        }
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

    #[cfg(feature = "alloc")]
    pub(crate) use explanation::Explanation;

    #[cfg(feature = "alloc")]
    mod explanation {
        use alloc::vec::Vec;
        use core::fmt;

        use super::{KeyReport, Report, key_report, state, text_of, with_store};

        /// Why one key holds what it holds.
        pub(crate) struct Explanation<'a> {
            pub key: &'a str,
            /// How many values the snapshot has, if any.
            pub held: Option<usize>,
        }

        impl fmt::Display for Explanation<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let key = self.key;
                match self.held {
                    Some(1) => write!(f, "`{key}` has 1 value in this snapshot. ")?,
                    Some(held) => write!(f, "`{key}` has {held} values in this snapshot. ")?,
                    None => write!(f, "`{key}` has no value in this snapshot. ")?,
                }
                if let Some(report) = Report::new().key(key) {
                    return write!(f, "The store says: {report}.");
                }
                let status = with_store(|store| store.status());
                if !status.ever_active {
                    return f.write_str(state(&status));
                }
                f.write_str("No line with this key was reached while recording was active.")?;
                nearest(key, f)
            }
        }

        /// Up to three keys of this store that are written much alike. Without memory, none.
        fn nearest(key: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            let farthest = key.len().max(3) / 2;
            let mut row = Vec::new();
            let mut near = [(usize::MAX, ""); 3];
            with_store(|store| {
                for (owner, place) in store.keys() {
                    let other = text_of(owner);
                    if other.len().abs_diff(key.len()) > farthest {
                        continue;
                    }
                    let Some(distance) = distance(key, other, &mut row) else { break };
                    let was_hit = || key_report(store, owner, place) != KeyReport::default();
                    if distance <= farthest && (distance, other) < near[2] && was_hit() {
                        near[2] = (distance, other);
                        near.sort_unstable();
                    }
                }
            });
            let mut names = near.iter().filter(|(_, name)| !name.is_empty());
            let Some((_, first)) = names.next() else { return Ok(()) };
            write!(f, " The nearest that were: `{first}`")?;
            names.try_for_each(|(_, name)| write!(f, ", `{name}`"))?;
            f.write_str(".")
        }

        /// The number of bytes to insert, delete or replace to make one text of the other (Levenshtein). `row` is where
        /// it counts; `None` if there is no memory for that.
        fn distance(from: &str, to: &str, row: &mut Vec<usize>) -> Option<usize> {
            row.clear();
            row.try_reserve(to.len() + 1).ok()?;
            row.extend(0..=to.len());
            for (nth, a) in from.bytes().enumerate() {
                let mut diagonal = row[0];
                row[0] = nth + 1;
                for (at, b) in to.bytes().enumerate() {
                    let replaced = diagonal + usize::from(a != b);
                    diagonal = row[at + 1];
                    row[at + 1] = replaced.min(row[at] + 1).min(diagonal + 1);
                }
            }
            row.last().copied()
        }

        #[cfg(test)]
        mod tests {
            use alloc::vec::Vec;

            use super::distance;

            #[test]
            fn the_distance_of_two_texts_is_the_fewest_changes_from_one_to_the_other() {
                let mut row = Vec::new();
                for (from, to, changes) in [
                    ("", "", 0),
                    ("", "abc", 3),
                    ("abc", "", 3),
                    ("xabc", "abc", 1),
                    ("abc", "xabc", 1),
                    ("abcx", "abc", 1),
                    ("abxc", "abc", 1),
                    ("xxxxabc", "abc", 4),
                    ("abc", "cab", 2),
                    ("aaaa", "bbbb", 4),
                    ("kitten", "sitting", 3),
                ] {
                    assert_eq!(distance(from, to, &mut row), Some(changes), "{from} {to}");
                }
            }
        }
    }

    #[cfg(test)]
    mod tests {
        extern crate std;

        use std::string::ToString;

        use super::{Bytes, KeyReport};

        #[test]
        fn refused_is_the_sum_of_all_causes() {
            let [no_memory, too_large, busy, not_plain] = [1, 10, 100, 1_000];
            let report =
                KeyReport { no_memory, too_large, busy, not_plain, ..KeyReport::default() };
            assert_eq!(report.refused(), 1_111);
        }

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
}
