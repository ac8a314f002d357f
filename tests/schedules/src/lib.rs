//! Runs what the crate does on several threads under many schedules.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anycapture::KeyReport;
use portable_atomic::{Scheduler, scheduled};
use shuttle::scheduler::{PctScheduler, RandomScheduler};
use shuttle::{Config, Runner};

const SCHEDULER: Scheduler = Scheduler {
    // Takes no time; unlike `yield_now` it does not say that this thread waits for others.
    point: || shuttle::thread::sleep(Duration::ZERO),
    wait: shuttle::thread::yield_now,
};

/// Runs `f` under schedules of two kinds: where every step is of a random thread, and where a thread goes on until one of few
/// changes of priority.
///
/// `ANYCAPTURE_SCHEDULES=10000` runs more than 1,000 of each, `ANYCAPTURE_SEED=n` others.
pub fn check(f: fn()) {
    check_some(f, number("ANYCAPTURE_SCHEDULES", 1_000), number("ANYCAPTURE_SEED", 1) as u64);
}

/// The same for so many schedules of each kind.
pub fn check_some(f: fn(), schedules: usize, seed: u64) {
    /// The store of the process is one for all tests.
    static ALONE: Mutex<()> = Mutex::new(());
    /// Changes of priority.
    const CHANGES: usize = 3;
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let mut config = Config::new();
    config.stack_size = 256 << 10;
    config.silence_warnings = true;
    scheduled(SCHEDULER, || {
        let random = RandomScheduler::new_from_seed(seed, schedules);
        Runner::new(random, config.clone()).run(f);
        let priorities = PctScheduler::new_from_seed(seed, CHANGES, schedules);
        Runner::new(priorities, config).run(f);
    });
}

/// A number in the environment.
fn number(variable: &str, usual: usize) -> usize {
    std::env::var(variable).map_or(usual, |told| told.parse().expect("a number"))
}

/// What the store of this thread says of a key.
pub fn report(key: &str) -> KeyReport {
    anycapture::report().key(key).unwrap_or_default()
}

/// All values that were captured under a key, whatever became of them.
pub fn captured(key: &str) -> u64 {
    let report = report(key);
    report.kept()
        + report.overwritten()
        + report.cleared()
        + report.taken()
        + report.filtered()
        + report.absent()
        + report.refused()
}
