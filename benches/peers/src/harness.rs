//! Runs candidates in turns, and takes the minimum of many short samples.
//!
//! The machine is shared, so a median depends on other programs. A sample in which the kernel preempted the process is dropped
//! and counted; the minimum of the others is the cost of the code itself. Single threads are measured in processor time, so that
//! long samples, which are always preempted, are usable too, if there are no clean ones.

use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::thread;
use std::time::{Duration, Instant};

/// Runs the given number of operations.
pub type Run<'a> = Box<dyn FnMut(u64) + 'a>;

/// Runs the given number of operations on one thread of a two-thread candidate. Threads are numbered 0 and 1.
pub type Pair<'a> = Box<dyn Fn(usize, u64) + Sync + 'a>;

/// Nanoseconds for each operation, by candidate, in the given order.
pub struct Times {
    pub title: String,
    pub rows: Vec<(&'static str, f64)>,
    pub dropped: usize,
    pub samples: usize,
}

impl Times {
    /// The measurements of another program: `name<TAB>ns` on every line.
    pub fn read(title: &str, text: &str) -> Times {
        let row = |line: &str| {
            let (name, ns) = line.split_once('\t')?;
            Some((&*name.to_string().leak(), ns.parse().ok()?))
        };
        let rows = text.lines().filter_map(row).collect();
        Times { title: title.into(), rows, dropped: 0, samples: 0 }
    }

    pub fn show(&self) {
        eprintln!("{}: {} of {} samples dropped", self.title, self.dropped, self.samples);
        for (name, ns) in &self.rows {
            eprintln!("    {ns:12.3}  {name}");
        }
    }

    /// The format that [`read`](Times::read) reads.
    pub fn print(&self) -> Vec<Times> {
        self.rows.iter().for_each(|(name, ns)| println!("{name}\t{ns}"));
        Vec::new()
    }

    pub fn of(&self, name: &str) -> f64 {
        let row = self.rows.iter().find(|(row, _)| *row == name);
        row.unwrap_or_else(|| panic!("no candidate `{name}` in `{}`", self.title)).1
    }
}

/// The minimum length of a sample, unless one operation is longer.
const SAMPLE_NS: f64 = 200_000.0;

/// Runs `candidates` in turns, `rounds` times.
pub fn race(title: &str, rounds: usize, candidates: Vec<(&'static str, Run<'_>)>) -> Times {
    pin(0);
    take_turns(title, rounds, candidates, |run, count| alone(|| run(count)))
}

/// The same with two threads that start together. The slower of them counts.
pub fn race_pairs(title: &str, rounds: usize, candidates: Vec<(&'static str, Pair<'_>)>) -> Times {
    take_turns(title, rounds, candidates, |pair, count| both(pair, count))
}

/// The time of one sample, and whether it ran without preemption.
struct Sample {
    ns: f64,
    clean: bool,
}

fn take_turns<C>(
    title: &str,
    rounds: usize,
    candidates: Vec<(&'static str, C)>,
    sample: impl Fn(&mut C, u64) -> Sample,
) -> Times {
    let mut racers: Vec<_> = candidates
        .into_iter()
        .map(|(name, mut run)| {
            let count = calibrate(&mut |count| sample(&mut run, count).ns);
            (name, run, count, [f64::INFINITY; 2])
        })
        .collect();
    let (mut dropped, samples) = (0, rounds * racers.len());
    for _ in 0..rounds {
        for (_, run, count, [clean, any]) in &mut racers {
            let sample = sample(run, *count);
            let ns = sample.ns / *count as f64;
            *any = any.min(ns);
            if sample.clean {
                *clean = clean.min(ns);
            } else {
                dropped += 1;
            }
        }
    }
    let least = |[clean, any]: [f64; 2]| if clean.is_finite() { clean } else { any };
    let rows = racers.into_iter().map(|(name, _, _, times)| (name, least(times))).collect();
    let times = Times { title: title.into(), rows, dropped, samples };
    times.show();
    times
}

/// The number of operations in a sample. Finding it also warms up the candidate.
fn calibrate(sample: &mut dyn FnMut(u64) -> f64) -> u64 {
    let mut count = 1;
    loop {
        let ns = (0..3).map(|_| sample(count)).fold(f64::INFINITY, f64::min);
        if ns >= SAMPLE_NS {
            return count;
        }
        count = (count * 2).max((count as f64 * SAMPLE_NS / ns.max(1.0)) as u64).min(count * 16);
    }
}

fn alone(run: impl FnOnce()) -> Sample {
    let (before, start) = (preemptions(), processor_time());
    run();
    let ns = (processor_time() - start).as_nanos() as f64;
    Sample { ns, clean: preemptions() == before }
}

fn both(pair: &Pair<'_>, count: u64) -> Sample {
    let ready = AtomicU32::new(0);
    let one = |number: usize| {
        pin(number);
        ready.fetch_add(1, SeqCst);
        while ready.load(SeqCst) < 2 {
            std::hint::spin_loop();
        }
        let (before, start) = (preemptions(), Instant::now());
        pair(number, count);
        (start, Instant::now(), preemptions() == before)
    };
    let (a, b) = thread::scope(|scope| {
        let (a, b) = (scope.spawn(|| one(0)), scope.spawn(|| one(1)));
        (a.join().expect("no panic"), b.join().expect("no panic"))
    });
    let whole = a.1.max(b.1) - a.0.min(b.0);
    // If one thread starts late, the other runs without contention for a while.
    let late = a.0.max(b.0) - a.0.min(b.0);
    Sample { ns: whole.as_nanos() as f64, clean: a.2 && b.2 && late < whole / 50 }
}

fn processor_time() -> Duration {
    // SAFETY: `clock_gettime` fills the struct that is passed to it.
    unsafe {
        let mut time: libc::timespec = std::mem::zeroed();
        libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time);
        Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
    }
}

fn preemptions() -> i64 {
    // SAFETY: `getrusage` fills the struct that is passed to it.
    unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_THREAD, &mut usage);
        usage.ru_nivcsw
    }
}

/// Pins this thread to one processor, so that two threads never share one.
fn pin(processor: usize) {
    // SAFETY: the set is initialised by `zeroed`, and only read by the kernel.
    unsafe {
        let mut set: libc::cpu_set_t = std::mem::zeroed();
        libc::CPU_SET(processor, &mut set);
        libc::sched_setaffinity(0, size_of_val(&set), &set);
    }
}
