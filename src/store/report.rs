//! The report: why the store holds the values it holds.
//!
//! A report is composed while it is displayed, from the counts in the store, so it needs no heap and costs nothing before. It states
//! only what was counted, and says so where it can't know, such as why a line was not reached.

use core::fmt;

use super::counts::{Bits, Counts, Event, Events, Refused};

/// Explains why each key holds the values it holds: returned by [`report`](crate::report).
///
/// [`Display`](fmt::Display) explains it in words, [`key`](Report::key) in numbers. A report stores nothing, so it needs no heap: it
/// reads the store each time.
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

/// The counts of one key: see [`Report::key`].
///
/// [`kept`](KeyReport::kept), [`overwritten`](KeyReport::overwritten), [`cleared`](KeyReport::cleared), [`taken`](KeyReport::taken)
/// and [`refused`](KeyReport::refused) add up to the captures of values that should be kept. Values that were filtered, absent, passed
/// over or not converted are counted separately. [`mismatched`](KeyReport::mismatched),
/// [`shape_ignored`](KeyReport::shape_ignored) and [`without_numbers`](KeyReport::without_numbers) count kept values. A
/// [`session`](crate::session) resets all counts. All but `kept`, `overwritten`, `cleared` and `taken` have 32 bits (16 on AVR) and
/// stay at the largest number, which then means at least so many.
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
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct KeyReport {
    counts: Counts,
    events: Events,
}

impl KeyReport {
    fn count(&self, event: Event) -> u64 {
        self.events[event.number()].into()
    }

    /// Whether `*` passed over all values, of which there is at least one.
    #[cfg(feature = "capture")]
    fn is_passed_over(&self) -> bool {
        let mut rest = *self;
        rest.events[Event::PassedOver.number()] = 0;
        rest != *self && rest == KeyReport::default()
    }

    /// Values that are in the store now.
    pub fn kept(&self) -> u64 {
        self.counts.kept
    }

    /// Kept values without numbers: they are not in the tensors of an [`export`](crate::export).
    ///
    /// # Examples
    ///
    /// ```
    /// # use anycapture::capture;
    /// let _scope = anycapture::scope();
    /// capture!(decode, token = "cat");
    /// capture!(decode, token = 7_u32);
    /// # if !anycapture::ENABLED { return }
    /// let counts = anycapture::report().key("decode.token").unwrap();
    /// assert_eq!((counts.kept(), counts.without_numbers()), (2, 1));
    /// ```
    pub fn without_numbers(&self) -> u64 {
        self.counts.opaque
    }

    /// Values that made room for newer ones of this key, or were dropped by a smaller limit.
    pub fn overwritten(&self) -> u64 {
        self.counts.overwritten
    }

    /// Values dropped by [`clear`](crate::clear).
    ///
    /// # Examples
    ///
    /// ```
    /// # use anycapture::capture;
    /// let _scope = anycapture::scope();
    /// capture!(train, loss = 0.5_f32);
    /// anycapture::clear();
    /// # if !anycapture::ENABLED { return }
    /// let counts = anycapture::report().key("train.loss").unwrap();
    /// assert_eq!((counts.kept(), counts.cleared()), (0, 1));
    /// ```
    pub fn cleared(&self) -> u64 {
        self.counts.cleared
    }

    /// Values handed out by `take` or [`drain`](crate::drain), each of them once.
    ///
    /// # Examples
    ///
    /// ```
    /// # use anycapture::capture;
    /// let _scope = anycapture::scope();
    /// capture!(train, loss = 0.5_f32);
    /// let taken = anycapture::take();
    ///
    /// # if !anycapture::ENABLED { return }
    /// let counts = anycapture::report().key("train.loss").unwrap();
    /// assert_eq!(taken["train.loss"].len(), 1);
    /// assert_eq!((counts.kept(), counts.taken()), (0, 1));
    /// ```
    pub fn taken(&self) -> u64 {
        self.counts.taken
    }

    /// Captures that the filter [`Options::only`](crate::Options::only) left out, without copying a value.
    ///
    /// # Examples
    ///
    /// ```
    /// # use anycapture::capture;
    /// let _scope = anycapture::scope();
    /// anycapture::activate_with(anycapture::Options::new().only(&["*.map"]));
    /// capture!(forward, map = [0.5_f32; 4], query = [1.0_f32; 4]);
    /// # if !anycapture::ENABLED { return }
    /// let counts = anycapture::report().key("forward.query").unwrap();
    /// assert_eq!((counts.kept(), counts.filtered()), (0, 1));
    /// ```
    pub fn filtered(&self) -> u64 {
        self.count(Event::Filtered)
    }

    /// Values kept flat, because the product of the shape was not their number of elements, or the rank was above 8. Only kept values
    /// count.
    ///
    /// # Examples
    ///
    /// ```
    /// # use anycapture::capture;
    /// let _scope = anycapture::scope();
    /// let map = [0.5_f32; 6];
    /// capture!(forward, map[2, 4]);
    /// # if !anycapture::ENABLED { return }
    /// let counts = anycapture::report().key("forward.map").unwrap();
    /// assert_eq!((counts.kept(), counts.mismatched()), (1, 1));
    /// assert_eq!(anycapture::cache()["forward.map"][0].shape(), [6]);
    /// ```
    pub fn mismatched(&self) -> u64 {
        self.count(Event::Mismatched)
    }

    /// Values kept without the line's shape, as they are not plain data. With a [conversion](crate::Options) of their type,
    /// the shape is used.
    ///
    /// # Examples
    ///
    /// ```
    /// # use anycapture::capture;
    /// let _scope = anycapture::scope();
    /// capture!(decode, token[2, 3] = "cat");
    /// # if !anycapture::ENABLED { return }
    /// let counts = anycapture::report().key("decode.token").unwrap();
    /// assert_eq!((counts.kept(), counts.shape_ignored()), (1, 1));
    /// ```
    pub fn shape_ignored(&self) -> u64 {
        self.count(Event::ShapeIgnored)
    }

    /// Captures of a `None` or an `Err`, such as `array.as_slice()` of an array that is not contiguous.
    pub fn absent(&self) -> u64 {
        self.count(Event::Absent)
    }

    /// Values that `*` passed over, as they have no numbers and are not text.
    ///
    /// # Examples
    ///
    /// ```
    /// # use anycapture::capture;
    /// anycapture::captured_fn! {
    ///     #[capture(*)]
    ///     fn scale(factor: f32) {
    ///         let lock = std::sync::Mutex::new(factor);
    ///         *lock.lock().unwrap() *= factor;
    ///     }
    /// }
    /// let _scope = anycapture::scope();
    /// scale(2.0);
    /// # if !anycapture::ENABLED { return }
    /// let counts = anycapture::report().key("scale.lock").unwrap();
    /// assert_eq!((counts.kept(), counts.passed_over()), (0, 1));
    /// ```
    pub fn passed_over(&self) -> u64 {
        self.count(Event::PassedOver)
    }

    /// Values whose conversion failed or panicked: they are lost. The report has the last error message.
    ///
    /// # Examples
    ///
    /// ```
    /// # use anycapture::capture;
    /// # use anycapture::{Array, Options};
    /// #[derive(Clone)]
    /// struct Sparse;
    ///
    /// let _scope = anycapture::scope();
    /// anycapture::activate_with(Options::new().convert(|_: &Sparse| Err::<Array, _>("it is sparse")));
    /// capture!(forward, weights = Sparse);
    /// # if !anycapture::ENABLED { return }
    /// let counts = anycapture::report().key("forward.weights").unwrap();
    /// assert_eq!((counts.kept(), counts.unconverted()), (0, 1));
    /// assert!(anycapture::report().to_string().contains("it is sparse"));
    /// ```
    pub fn unconverted(&self) -> u64 {
        self.count(Event::Unconverted)
    }

    /// Values refused for any cause.
    pub fn refused(&self) -> u64 {
        self.no_memory() + self.too_large() + self.busy() + self.not_plain()
    }

    /// Values refused because no memory was left, and the key had no older values to drop.
    ///
    /// # Examples
    ///
    /// ```
    /// # use anycapture::capture;
    /// let _scope = anycapture::scope();
    /// anycapture::activate_with(anycapture::Options::new().max_bytes(50_000));
    /// capture!(forward, map = vec![0.5_f32; 10_000]);
    /// capture!(forward, query = vec![0.5_f32; 10_000]);
    /// # if !anycapture::ENABLED { return }
    /// let counts = anycapture::report().key("forward.query").unwrap();
    /// assert_eq!((counts.kept(), counts.no_memory()), (0, 1));
    /// ```
    pub fn no_memory(&self) -> u64 {
        self.count(Event::Refused(Refused::NoMemory))
    }

    /// Values refused because they are larger than the whole budget, or than the ring of their key in given memory.
    ///
    /// # Examples
    ///
    /// ```
    /// # use anycapture::capture;
    /// let _scope = anycapture::scope();
    /// anycapture::activate_with(anycapture::Options::new().max_bytes(50_000));
    /// capture!(forward, map = vec![0.5_f32; 20_000]);
    /// # if !anycapture::ENABLED { return }
    /// let counts = anycapture::report().key("forward.map").unwrap();
    /// assert_eq!((counts.kept(), counts.too_large()), (0, 1));
    /// ```
    pub fn too_large(&self) -> u64 {
        self.count(Event::Refused(Refused::TooLarge))
    }

    /// Values refused because a lock was taken, and waiting is not allowed (without `std`) or a second of waiting did not help (after
    /// `fork`, in a signal handler).
    ///
    /// # Examples
    ///
    /// ```
    /// # use anycapture::capture;
    /// anycapture::set_memory(Box::leak(Box::new([0; 4096]))).expect("given once");
    /// anycapture::activate();
    /// let record = |loss: f32| capture!(train, loss);
    /// record(0.5);
    /// anycapture::visit(|_| record(0.25)); // the ring is locked while its values are shown
    /// # if !anycapture::ENABLED { return }
    /// let counts = anycapture::report().key("train.loss").unwrap();
    /// assert_eq!((counts.kept(), counts.busy()), (1, 1));
    /// ```
    pub fn busy(&self) -> u64 {
        self.count(Event::Refused(Refused::Busy))
    }

    /// Values refused because they are not plain data, and the store uses given memory.
    ///
    /// # Examples
    ///
    /// ```
    /// # use anycapture::capture;
    /// anycapture::set_memory(Box::leak(Box::new([0; 4096]))).expect("given once");
    /// anycapture::activate();
    /// capture!(decode, token = "cat");
    /// # if !anycapture::ENABLED { return }
    /// let counts = anycapture::report().key("decode.token").unwrap();
    /// assert_eq!((counts.kept(), counts.not_plain()), (0, 1));
    /// ```
    pub fn not_plain(&self) -> u64 {
        self.count(Event::Refused(Refused::NotPlain))
    }
}

/// One line without the key, such as `2 kept, 3 overwritten by newer ones of this key`.
impl fmt::Display for KeyReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kept() {
            0 => f.write_str("nothing kept")?,
            kept => write!(f, "{kept} kept")?,
        }
        let values = [
            (
                self.without_numbers(),
                "of them without numbers (`Options::convert` gives a type some)",
            ),
            (self.overwritten(), "overwritten by newer ones of this key"),
            (self.cleared(), "cleared"),
            (self.taken(), "taken"),
        ];
        for (count, what) in values.into_iter().filter(|(count, _)| *count > 0) {
            write!(f, ", {count} {what}")?;
        }
        let events = [
            (Event::Filtered, "left out by the filter"),
            (Event::Absent, "absent: `None` or `Err`"),
            (
                Event::Mismatched,
                "kept flat: the shape is not that of as many elements, or has a rank above 8",
            ),
            (Event::ShapeIgnored, "kept without the given shape: not plain data"),
            (Event::PassedOver, "passed over by `*`: no numbers, and no text"),
            (Event::Unconverted, "lost: the conversion failed"),
            (Event::Refused(Refused::NoMemory), "refused: no memory left"),
            (
                Event::Refused(Refused::TooLarge),
                "refused: larger than the budget, or than the ring",
            ),
            (Event::Refused(Refused::Busy), "refused: in use where waiting is not allowed"),
            (
                Event::Refused(Refused::NotPlain),
                "refused: not plain data, which given memory can't hold",
            ),
        ];
        for (event, what) in events {
            // A counter at its largest number stays there.
            match self.count(event) {
                0 => {}
                count if count == u64::from(Bits::MAX) => write!(f, ", at least {count} {what}")?,
                count => write!(f, ", {count} {what}")?,
            }
        }
        Ok(())
    }
}

impl fmt::Debug for KeyReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
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

    /// The key as it is shown, without `r#`. Without a heap there is no room for that form, and raw identifiers keep their `r#`.
    fn text_of(owner: &'static Callsite) -> &'static str {
        #[cfg(feature = "alloc")]
        if let Some(text) = owner.text() {
            return text;
        }
        owner.key()
    }

    /// All counts of a key. They are read one by one, while captures go on.
    fn key_report(store: &Store, owner: &'static Callsite, place: Option<Place>) -> KeyReport {
        KeyReport { counts: store.counts(owner, place), events: store.events(owner) }
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

    /// Lists the keys, and returns their number.
    fn keys(store: &Store, f: &mut fmt::Formatter<'_>) -> Result<u64, fmt::Error> {
        let (mut count, mut passed_over) = (0, 0);
        for (owner, place) in store.keys() {
            let report = key_report(store, owner, place);
            if report == KeyReport::default() {
                continue;
            }
            count += 1;
            if report.is_passed_over() {
                passed_over += 1;
                continue;
            }
            writeln!(f, "  {}: {report}", KeyName(owner.key()))?;
            #[cfg(feature = "alloc")]
            if let (1.., Some(message)) = (report.unconverted(), store.message(owner)) {
                writeln!(f, "    the conversion said: {message}")?;
            }
        }
        if passed_over > 0 {
            keys_passed_over(store, f)?;
        }
        Ok(count)
    }

    /// The keys that `*` passed over each time: a line for each function.
    fn keys_passed_over(store: &Store, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut group: Option<Group> = None;
        for (owner, place) in store.keys() {
            let report = key_report(store, owner, place);
            if !report.is_passed_over() {
                continue;
            }
            let this = Group::of(store, owner, report.passed_over());
            match group.take() {
                Some(last) if last.goes_on_with(&this) => {
                    if last.type_name != this.type_name {
                        last.write_type(f)?;
                    }
                    f.write_str(", ")?;
                }
                last => {
                    Group::end(last, f)?;
                    let times = if this.count == 1 { "time" } else { "times" };
                    let (path, count) = (KeyName(this.path), this.count);
                    write!(f, "  {path}: reached {count} {times}; passed over: ")?;
                }
            }
            write!(f, "{}", KeyName(this.name))?;
            group = Some(this);
        }
        Group::end(group, f)
    }

    /// The last of some keys of one function that `*` passed over equally often. They stand in one line.
    struct Group {
        path: &'static str,
        name: &'static str,
        type_name: &'static str,
        count: u64,
    }

    impl Group {
        /// The group that a key begins. `name` is the part of the key after the last dot.
        fn of(store: &Store, owner: &'static Callsite, count: u64) -> Group {
            let key = owner.key();
            let dot = key.bytes().rposition(|byte| byte == b'.').unwrap_or(0);
            let (path, name) = (&key[..dot], key.get(dot + 1..).unwrap_or_default());
            Group { path, name, type_name: store.passed_over_type(owner), count }
        }

        fn goes_on_with(&self, next: &Group) -> bool {
            (self.path, self.count) == (next.path, next.count)
        }

        /// The type of the last keys, if it is known.
        #[cfg_attr(not(feature = "alloc"), allow(clippy::unused_self, unused_variables))]
        fn write_type(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            #[cfg(feature = "alloc")]
            if !self.type_name.is_empty() {
                write!(f, " (`{}`)", super::super::value::ShortTypeName(self.type_name))?;
            }
            Ok(())
        }

        fn end(group: Option<Group>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            let Some(group) = group else { return Ok(()) };
            group.write_type(f)?;
            f.write_str("\n")
        }
    }

    /// A number of bytes, in the largest unit that fits.
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
            /// The number of values in the snapshot, if any.
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

        /// Writes up to three keys of this store with similar names; none if there is no memory.
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

        /// The Levenshtein distance in bytes. `row` is scratch space; `None` if there is no memory for it.
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

        use super::super::{Bits, Event, Refused};
        use super::{Bytes, KeyReport};

        #[test]
        fn a_key_is_passed_over_if_nothing_else_became_of_its_values() {
            let mut report = KeyReport::default();
            assert!(!report.is_passed_over());
            report.events[Event::PassedOver.number()] = 2;
            assert!(report.is_passed_over());
            report.events[Event::ShapeIgnored.number()] = 7;
            assert!(!report.is_passed_over());
            assert_eq!((report.passed_over(), report.shape_ignored()), (2, 7));
        }

        #[test]
        fn a_count_that_stays_at_the_largest_number_means_at_least_so_many() {
            let mut report = KeyReport::default();
            report.events[Event::Filtered.number()] = Bits::MAX;
            report.events[Event::Absent.number()] = Bits::MAX - 1;
            let text = report.to_string();
            assert!(text.contains(&std::format!("at least {} left out", Bits::MAX)), "{text}");
            assert!(text.contains(&std::format!(", {} absent", Bits::MAX - 1)), "{text}");
            assert_eq!(std::format!("{report:?}"), text);
        }

        #[test]
        fn refused_is_the_sum_of_all_causes() {
            let causes = [Refused::NoMemory, Refused::TooLarge, Refused::Busy, Refused::NotPlain];
            let mut report = KeyReport::default();
            for (count, cause) in [1, 10, 100, 1_000].into_iter().zip(causes) {
                report.events[Event::Refused(cause).number()] = count;
            }
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
