//! A plain model of the store: a list of values a key, with the documented limits.
//!
//! A history drives the store and the model side by side with random operations, and compares after each: contents, order,
//! shapes, indices and counts. On the heap without a tight budget the model says exactly what is kept. Where bytes are the
//! limit (`max_bytes`, given memory) it says less: what is kept is the newest part of what came, without a gap.

pub mod history;
pub mod input;
pub mod read;

use std::collections::VecDeque;

use anycapture::{Dtype, KeyReport};

pub use input::{Input, Line};

/// The keys that histories use.
pub const KEYS: [&str; 5] = ["model.a", "model.b", "model.c", "model.d", "model.e"];

/// Choices at random, the same for a seed on every platform; or choices that a fuzzer makes.
#[derive(Clone)]
pub struct Random {
    /// Of SplitMix64.
    state: u64,
    /// Where the choices come from instead, as long as there are any.
    bytes: Option<std::vec::IntoIter<u8>>,
}

impl Random {
    pub fn new(seed: u64) -> Random {
        Random { state: seed, bytes: None }
    }

    /// Choices that `bytes` make: one or two bytes each.
    pub fn from_bytes(bytes: &[u8]) -> Random {
        Random { state: 0, bytes: Some(Vec::from(bytes).into_iter()) }
    }

    /// Whether a fuzzer's choices are used up.
    pub fn is_over(&self) -> bool {
        self.bytes.as_ref().is_some_and(|bytes| bytes.len() == 0)
    }

    pub fn next(&mut self) -> u64 {
        if self.bytes.is_some() {
            self.state = self.choice(1 << 16);
        }
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, end: usize) -> usize {
        let number = if self.bytes.is_some() { self.choice(end) } else { self.next() };
        (number % end as u64) as usize
    }

    /// A number made of as many bytes of the fuzzer's as it takes to reach every number below `end`, two at most.
    fn choice(&mut self, end: usize) -> u64 {
        let mut byte = || u64::from(self.bytes.as_mut().and_then(Iterator::next).unwrap_or(0));
        let low = byte();
        if end > 1 << 8 { low | byte() << 8 } else { low }
    }

    pub fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

/// A value that the store should hold.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its place among all captures of the history.
    pub order: u64,
    pub dtype: Dtype,
    pub shape: Vec<usize>,
    pub indices: Vec<i64>,
    pub content: Content,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Little-endian elements.
    Plain(Vec<u8>),
    Text(String),
    Tag(u64),
    Tags(Vec<u64>),
}

/// What became of the values of a key: each captured value is in exactly one of these, except that `mismatched`,
/// `shape_ignored` and `without_numbers` speak of values that are kept too.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Counts {
    pub kept: u64,
    pub without_numbers: u64,
    pub overwritten: u64,
    pub cleared: u64,
    pub taken: u64,
    pub filtered: u64,
    pub absent: u64,
    pub mismatched: u64,
    pub shape_ignored: u64,
    pub no_memory: u64,
    pub too_large: u64,
    pub busy: u64,
    pub not_plain: u64,
}

impl Counts {
    pub fn of(report: KeyReport) -> Counts {
        Counts {
            kept: report.kept(),
            without_numbers: report.without_numbers(),
            overwritten: report.overwritten(),
            cleared: report.cleared(),
            taken: report.taken(),
            filtered: report.filtered(),
            absent: report.absent(),
            mismatched: report.mismatched(),
            shape_ignored: report.shape_ignored(),
            no_memory: report.no_memory(),
            too_large: report.too_large(),
            busy: report.busy(),
            not_plain: report.not_plain(),
        }
    }

    /// What the store says of a key.
    pub fn reported(key: &str) -> Counts {
        Counts::of(anycapture::report().key(key).unwrap_or_default())
    }

    pub fn refused(&self) -> u64 {
        self.no_memory + self.too_large + self.busy + self.not_plain
    }

    /// All values that were captured.
    pub fn captured(&self) -> u64 {
        self.kept
            + self.overwritten
            + self.cleared
            + self.taken
            + self.filtered
            + self.absent
            + self.refused()
    }
}

/// How the store limits what it keeps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Engine {
    /// A heap whose budget is never reached: what is kept is known exactly.
    Heap,
    /// A heap with a tight `max_bytes`.
    Budget,
    /// A ring of bytes a key.
    Memory,
}

/// One key in the model.
#[derive(Default)]
pub struct Key {
    /// Oldest first.
    pub items: VecDeque<Item>,
    pub counts: Counts,
    /// What a line's `keep` said last, or 0.
    keep: usize,
    /// Whether a clone of a user's type came.
    has_clones: bool,
}

impl Key {
    /// The counts as the store should report them.
    pub fn counts(&self) -> Counts {
        let opaque = |item: &&Item| !matches!(item.content, Content::Plain(_));
        let without_numbers = self.items.iter().filter(opaque).count() as u64;
        Counts { kept: self.items.len() as u64, without_numbers, ..self.counts }
    }

    /// Drops all values, and with them what only they limit.
    fn forget(&mut self) {
        self.items.clear();
        self.has_clones = false;
    }

    /// Drops the oldest values down to `limit`, as overwritten.
    pub fn overwrite_to(&mut self, limit: usize) {
        while self.items.len() > limit {
            self.items.pop_front();
            self.counts.overwritten += 1;
        }
    }
}

pub struct Model {
    pub engine: Engine,
    pub keys: [Key; KEYS.len()],
    pub active: bool,
    /// The keys that the filter lets through.
    pub only: [bool; KEYS.len()],
    /// `usize::MAX` where there is no limit.
    pub max_size: usize,
    /// Clones of a user's type a key, until a size is told.
    pub max_clones: usize,
    pub stops_at_nan: bool,
    /// Captures so far.
    pub captured: u64,
}

impl Model {
    /// A store as it is at first, but that it is active.
    pub fn new(engine: Engine) -> Model {
        let (max_size, max_clones) = match engine {
            Engine::Memory => (usize::MAX, usize::MAX),
            Engine::Heap | Engine::Budget => (1024, 64),
        };
        Model {
            engine,
            keys: Default::default(),
            active: true,
            only: [true; KEYS.len()],
            max_size,
            max_clones,
            stops_at_nan: false,
            captured: 0,
        }
    }

    /// The largest number of values of a key.
    pub fn limit(&self, key: usize) -> usize {
        match self.keys[key].keep {
            0 if self.keys[key].has_clones => self.max_size.min(self.max_clones),
            0 => self.max_size,
            keep => keep,
        }
    }

    /// A capture, which the store has just seen too. What only the store knows, whether there was memory, is asked of it.
    pub fn capture(&mut self, key: usize, input: &Input, line: &Line) {
        if !self.active {
            return;
        }
        self.captured += 1;
        let Some((dtype, own, content)) = input.content() else {
            // A `None` is counted without asking the filter.
            self.keys[key].counts.absent += 1;
            return;
        };
        if !self.only[key] {
            self.keys[key].counts.filtered += 1;
            return;
        }
        let is_plain = dtype != Dtype::Opaque;
        if !is_plain && self.engine == Engine::Memory {
            self.keys[key].counts.not_plain += 1;
            return;
        }
        let is_clone = matches!(content, Content::Tag(_) | Content::Tags(_));
        // On the heap what a line says holds until another line says otherwise, and even if its value is refused.
        if line.keep != 0 && self.engine != Engine::Memory {
            self.keys[key].keep = line.keep;
        }
        self.keys[key].has_clones |= is_clone;
        if self.is_refused(key, input) {
            return;
        }
        // In given memory it holds for its own value.
        if self.engine == Engine::Memory {
            self.keys[key].keep = line.keep;
        }
        let (shape, fits) = line.shape_of(own, input.len());
        let counts = &mut self.keys[key].counts;
        counts.mismatched += u64::from(is_plain && (!fits || input.is_short()));
        counts.shape_ignored += u64::from(!is_plain && line.shape.is_some());
        let shape = match () {
            () if !is_plain => Vec::new(),
            () if input.is_short() => vec![input.len() - 1],
            () => shape,
        };
        let limit = self.limit(key);
        let item =
            Item { order: self.captured, dtype, shape, indices: line.indices.clone(), content };
        self.keys[key].items.push_back(item);
        self.keys[key].overwrite_to(limit);
        if self.stops_at_nan && input.has_nan() {
            self.active = false;
            self.stops_at_nan = false;
        }
    }

    /// Whether the store refused the value for its bytes. Checks that it had to.
    fn is_refused(&mut self, key: usize, input: &Input) -> bool {
        if self.engine == Engine::Heap {
            return false;
        }
        let reported = Counts::reported(KEYS[key]);
        let counts = &mut self.keys[key].counts;
        let refused = reported.refused() - counts.refused();
        assert!(refused <= 1, "one value, refused {refused} times");
        let too_large = reported.too_large > counts.too_large;
        counts.no_memory = reported.no_memory;
        counts.too_large = reported.too_large;
        assert_eq!(
            counts.refused(),
            reported.refused(),
            "{}: busy, but nothing else runs",
            KEYS[key]
        );
        if refused > 0 && !too_large && self.engine == Engine::Budget {
            assert_eq!(reported.kept, 0, "{}: older values go before one is refused", KEYS[key]);
        }
        if too_large && self.engine == Engine::Budget {
            assert!(input.bytes() > 100, "{}: {} bytes are too large", KEYS[key], input.bytes());
        }
        refused > 0
    }

    /// Where bytes are the limit, the store has dropped older values: takes over how many.
    pub fn settle(&mut self, key: usize) {
        if self.engine == Engine::Heap {
            return;
        }
        let kept = Counts::reported(KEYS[key]).kept as usize;
        let limit = self.limit(key);
        assert!(kept <= limit, "{}: {kept} kept, at most {limit} allowed", KEYS[key]);
        self.keys[key].overwrite_to(kept);
    }

    pub fn set_size(&mut self, max_size: usize) {
        self.max_size = if max_size == 0 { usize::MAX } else { max_size };
        self.max_clones = usize::MAX;
        for key in 0..KEYS.len() {
            let limit = match self.engine {
                // There the size is for all keys.
                Engine::Memory => self.max_size,
                _ => self.limit(key),
            };
            self.keys[key].overwrite_to(limit);
        }
    }

    pub fn clear(&mut self) {
        for key in &mut self.keys {
            key.counts.cleared += key.items.len() as u64;
            key.forget();
        }
    }

    pub fn take(&mut self) {
        for key in &mut self.keys {
            key.counts.taken += key.items.len() as u64;
            key.forget();
        }
    }

    /// The counts begin anew.
    pub fn session(&mut self) {
        for key in &mut self.keys {
            key.forget();
            key.counts = Counts::default();
        }
        self.active = true;
    }

    /// All values, in the order of capture.
    pub fn in_order(&self) -> Vec<(usize, &Item)> {
        let each = |(key, items): (usize, &'_ Key)| -> Vec<(usize, u64)> {
            items.items.iter().map(|item| (key, item.order)).collect()
        };
        let mut orders: Vec<_> = self.keys.iter().enumerate().flat_map(each).collect();
        orders.sort_unstable_by_key(|(_, order)| *order);
        let mut next = [0; KEYS.len()];
        orders
            .into_iter()
            .map(|(key, _)| {
                next[key] += 1;
                (key, &self.keys[key].items[next[key] - 1])
            })
            .collect()
    }

    /// Removes the oldest value of all, as taken.
    pub fn take_oldest(&mut self) -> Option<(usize, Item)> {
        let front = |key: usize| self.keys[key].items.front().map(|item| (item.order, key));
        let (_, key) = (0..KEYS.len()).filter_map(front).min()?;
        self.keys[key].counts.taken += 1;
        self.keys[key].items.pop_front().map(|item| (key, item))
    }
}
