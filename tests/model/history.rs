//! Random histories.

use anycapture::{Options, Session};

use super::read::{check_by_export, check_by_visit, check_bytes, check_counts, check_value};
use super::{Engine, Input, KEYS, Line, Model, Random, input::capture_input};

/// A history on its way.
pub struct History {
    pub model: Model,
    random: Random,
    session: Option<Session>,
    /// How many keys are used: one, or all.
    keys: usize,
    /// The elements of a large value.
    large: usize,
    max_bytes: usize,
}

impl History {
    /// A history over a store that holds nothing, with limits as at first.
    pub fn new(engine: Engine, random: Random) -> History {
        let mut history = History {
            model: Model::new(engine),
            random: Random::new(0),
            session: None,
            keys: KEYS.len(),
            large: if engine == Engine::Memory { 600 } else { 20_000 },
            max_bytes: usize::MAX,
        };
        anycapture::activate();
        history.go_on(random);
        history
    }

    /// The next history, over the same store: its limits stay.
    pub fn go_on(&mut self, random: Random) {
        self.random = random;
        self.keys = self.random.pick(&[1, KEYS.len(), KEYS.len()]);
    }

    /// The next history, over a store that holds nothing, with limits as at first: what one history does does not depend
    /// on the one before, but for how given memory was divided.
    pub fn start_over(&mut self, random: Random) {
        if self.model.stops_at_nan {
            // What a NaN has stopped looks for none.
            anycapture::activate_with(Options::new().only(&["*"]));
            capture_input(0, &Input::Float(f32::NAN), &Line::default());
            assert!(!anycapture::is_active());
        }
        drop(self.session.take());
        anycapture::set_size(0);
        anycapture::activate_with(Options::new().only(&["*"]));
        self.session = Some(anycapture::session());
        self.model = Model::new(self.model.engine);
        self.go_on(random);
    }

    /// Runs `steps` random operations, or as many as a fuzzer has chosen.
    pub fn run(&mut self, steps: usize) {
        if self.model.engine == Engine::Budget {
            self.set_max_bytes();
        }
        // Most histories keep little, so that much happens at the limits.
        if !self.random.one_in(8) {
            self.set_size();
        }
        for step in 0..steps {
            if self.random.is_over() {
                break;
            }
            self.step(step);
        }
    }

    fn step(&mut self, step: usize) {
        let key = self.random.below(self.keys);
        match self.random.below(400) {
            0..4 => self.set_size(),
            4..8 if self.model.engine == Engine::Budget => self.set_max_bytes(),
            8..10 => self.clear(),
            10..14 => self.take(),
            14..18 => self.drain(),
            18..20 => check_by_export(&self.model),
            20..23 => self.set_filter(),
            23..26 => self.session(),
            26..29 => self.deactivate(),
            29 => self.stop_at_nan(),
            30..34 => check_by_visit(&self.model),
            _ => self.capture(key),
        }
        if !self.model.active && self.random.one_in(4) {
            anycapture::activate();
            self.model.active = true;
        }
        assert_eq!(anycapture::is_active(), self.model.active);
        self.check(key, step);
    }

    fn capture(&mut self, key: usize) {
        let opaque = cfg!(feature = "alloc");
        let input = Input::random(&mut self.random, self.large, opaque);
        let line = Line::random(&mut self.random, &input, self.model.engine != Engine::Budget);
        let times = if self.random.one_in(20) { self.random.below(50) } else { 1 };
        for _ in 0..times {
            capture_input(key, &input, &line);
            self.model.capture(key, &input, &line);
            self.model.settle(key);
        }
    }

    fn set_size(&mut self) {
        let size = self.random.pick(&[1, 2, 3, 5, 5, 8, 8, 13, 20, 30, 70, 0]);
        // Without a limit, what is compared at each step would grow.
        let size = if size == 0 && self.model.engine == Engine::Heap { 200 } else { size };
        if self.random.one_in(2) {
            anycapture::set_size(size);
        } else {
            anycapture::activate_with(Options::new().max_size(size));
            self.model.active = true;
        }
        self.model.set_size(size);
        self.settle_all();
    }

    fn set_max_bytes(&mut self) {
        self.max_bytes = self.random.pick(&[12, 20, 40, 80, 150, 400]) << 10;
        anycapture::activate_with(Options::new().max_bytes(self.max_bytes));
        self.model.active = true;
        self.settle_all();
    }

    fn settle_all(&mut self) {
        for key in 0..KEYS.len() {
            self.model.settle(key);
        }
    }

    fn clear(&mut self) {
        anycapture::clear();
        self.model.clear();
    }

    fn session(&mut self) {
        drop(self.session.take());
        self.session = Some(anycapture::session());
        self.model.session();
    }

    fn deactivate(&mut self) {
        match self.session.take() {
            Some(session) => drop(session),
            None => anycapture::deactivate(),
        }
        self.model.active = false;
    }

    fn set_filter(&mut self) {
        static FILTERS: [(&[&str], [bool; KEYS.len()]); 5] = [
            (&["*"], [true; KEYS.len()]),
            (&["*"], [true; KEYS.len()]),
            (&["model.a", "*.b"], [true, true, false, false, false]),
            (&["m*l.*c", "model.e"], [false, false, true, false, true]),
            (&[], [false; KEYS.len()]),
        ];
        let (patterns, only) = self.random.pick(&FILTERS);
        anycapture::activate_with(Options::new().only(patterns));
        self.model.only = only;
        self.model.active = true;
    }

    fn stop_at_nan(&mut self) {
        anycapture::activate_with(Options::new().stop_at_nan());
        self.model.stops_at_nan = true;
        self.model.active = true;
    }

    /// Drains, up to an error or to the end.
    fn drain(&mut self) {
        let mut left = if self.random.one_in(2) { self.random.below(20) } else { usize::MAX };
        let model = &mut self.model;
        let all: usize = model.keys.iter().map(|key| key.items.len()).sum();
        let fails = left < all;
        let drained = anycapture::drain(|value| {
            if left == 0 {
                let (key, item) = model
                    .in_order()
                    .first()
                    .map(|(key, item)| (*key, (*item).clone()))
                    .expect("a value");
                check_value(&item, key, value);
                return Err(());
            }
            left -= 1;
            let (key, item) = model.take_oldest().expect("no more values than there are");
            check_value(&item, key, value);
            Ok(())
        });
        assert_eq!(drained.is_err(), fails);
    }

    /// Compares the key that was just used at each step, and everything now and then.
    #[cfg(feature = "alloc")]
    fn check(&mut self, key: usize, step: usize) {
        use super::read::{check_cache, check_ends};

        check_counts(&self.model, key);
        let cache = anycapture::cache();
        check_ends(&self.model, &cache, key);
        if step % 32 == 0 {
            check_cache(&self.model, &cache);
            self.check_all();
        }
    }

    #[cfg(not(feature = "alloc"))]
    fn check(&mut self, key: usize, step: usize) {
        check_counts(&self.model, key);
        check_by_visit(&self.model);
        if step % 32 == 0 {
            self.check_all();
        }
    }

    fn check_all(&self) {
        for key in 0..KEYS.len() {
            check_counts(&self.model, key);
        }
        if self.model.engine == Engine::Budget {
            check_bytes(self.max_bytes);
        }
    }

    #[cfg(feature = "alloc")]
    fn take(&mut self) {
        let taken = anycapture::take();
        super::read::check_cache(&self.model, &taken);
        let mut file = Vec::new();
        if self.random.one_in(4) {
            let written = taken.export(|bytes| {
                file.extend_from_slice(bytes);
                Ok::<(), ()>(())
            });
            assert_eq!(written, Ok(()));
            super::read::check_file(&self.model, &file);
        }
        self.model.take();
    }

    #[cfg(not(feature = "alloc"))]
    fn take(&mut self) {
        self.drain();
    }
}

/// Runs histories with seeds from `first` on, until `operations` were done, each in a scope of its own.
#[cfg(feature = "std")]
pub fn run_in_scopes(engine: Engine, first: u64, operations: usize) {
    for seed in seeds(first, operations) {
        let _scope = anycapture::scope();
        say_seed_of_panic(engine, seed, || History::new(engine, Random::new(seed)).run(STEPS));
    }
}

/// The same in the store of the process, one history behind the other.
pub fn run_in_process(engine: Engine, first: u64, operations: usize) {
    let mut history = History::new(engine, Random::new(first));
    for seed in seeds(first, operations) {
        history.go_on(Random::new(seed));
        say_seed_of_panic(engine, seed, || history.run(STEPS));
    }
}

/// Operations of a history.
const STEPS: usize = 2_000;

fn seeds(first: u64, operations: usize) -> std::ops::Range<u64> {
    first..first + operations.div_ceil(STEPS) as u64
}

fn say_seed_of_panic(engine: Engine, seed: u64, run: impl FnOnce()) {
    if let Err(panic) = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)) {
        eprintln!("{engine:?}, seed {seed}");
        std::panic::resume_unwind(panic);
    }
}

/// The number of operations: `usual`, or what the environment says in `ANYCAPTURE_OPERATIONS`.
pub fn operations(usual: usize) -> usize {
    let told = std::env::var("ANYCAPTURE_OPERATIONS").ok();
    told.map_or(usual, |told| told.parse().expect("a number of operations"))
}

/// The first seed: `usual`, moved on by what the environment says in `ANYCAPTURE_SEED`.
pub fn seed(usual: u64) -> u64 {
    let told = std::env::var("ANYCAPTURE_SEED").ok();
    usual + told.map_or(0, |told| told.parse::<u64>().expect("a seed"))
}

/// Runs `f` in a process of its own, as the test of this name: what is given once is given there.
pub fn in_own_process(test: &str, f: impl FnOnce()) {
    const VARIABLE: &str = "ANYCAPTURE_TEST";
    if std::env::var(VARIABLE).as_deref() == Ok(test) {
        return f();
    }
    let mut process = std::process::Command::new(std::env::current_exe().expect("this program"));
    let output = process
        .args(["--exact", "--include-ignored", "--nocapture", test])
        .env(VARIABLE, test)
        .output()
        .expect("it runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
    assert!(text(&output.stdout).contains("1 passed"), "there is no test {test}");
}
