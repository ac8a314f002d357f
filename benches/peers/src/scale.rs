//! The same capture in stores of different sizes, and stores of many lines.

use std::hint::black_box;
use std::time::Instant;

use anycapture::__private::{Callsite, Note};
use anycapture::{capture, Options};

use crate::harness::{race, Run, Times};
use crate::reading;

fn capture_scalars(count: u64) {
    for nth in 0..count {
        let x = nth as u32;
        capture!(scale, x);
    }
}

const LINES: usize = 10_000;

/// The `static` and the key of a capture line, made at run time.
struct Line {
    site: Callsite,
    key: &'static str,
}

impl Line {
    fn new(nth: usize) -> &'static Line {
        let key = format!("other.{nth}").leak();
        Box::leak(Box::new(Line { site: Callsite::new(), key }))
    }

    fn hit(&'static self, value: f32) {
        self.site.record(&self.key, &value, &Note::NONE);
    }
}

/// One line in a store with one key, then with 10,001, and all of these in turn. These are several races, as keys can't be removed.
pub fn race_keys() -> Vec<Times> {
    anycapture::set_size(16);
    let _session = anycapture::session();
    let line = || -> Vec<(_, Run<'_>)> { vec![("a capture", Box::new(capture_scalars))] };
    let few = race("In a store of a few keys", 200, line());
    let lines: Vec<_> = (0..LINES).map(Line::new).collect();
    lines.iter().for_each(|line| line.hit(1.0));
    let first_hits = time_first_hits();
    let many = race("In a store of 10,000 keys", 200, line());
    let times = Times {
        title: "10,000 keys".into(),
        rows: vec![("few keys", few.rows[0].1), ("10,000 keys", many.rows[0].1)],
        dropped: few.dropped + many.dropped,
        samples: few.samples + many.samples,
    };
    vec![
        times,
        first_hits,
        race_in_turn(&lines),
        race_reports(),
        reading::race_export_of("`export` of 10,000 keys to a file", 20),
    ]
}

/// A line has only one first hit, so these are quantiles over 1,000 lines, after 10,000 others.
fn time_first_hits() -> Times {
    let lines: Vec<_> = (LINES..LINES + 1000).map(Line::new).collect();
    let time = |line: &&'static Line| {
        let start = Instant::now();
        line.hit(1.0);
        start.elapsed().as_nanos() as f64
    };
    let mut times: Vec<f64> = lines.iter().map(time).collect();
    times.sort_by(f64::total_cmp);
    let rows = vec![("ours", times[500]), ("ours, the slowest tenth", times[900])];
    let title = "The first hit of a line after 10,000 others".into();
    let times = Times { title, rows, dropped: 0, samples: 1000 };
    times.show();
    times
}

fn race_in_turn(lines: &[&'static Line]) -> Times {
    // The rings grow to their full length first.
    (0..200).for_each(|_| lines.iter().for_each(|line| line.hit(1.0)));
    let mut rings: Vec<_> =
        (0..LINES).map(|_| spin::Mutex::new(heapless::HistoryBuf::<f32, 16>::new())).collect();
    let rings = black_box(&mut rings[..]);
    let number = |nth: u64| f32::from_bits(nth as u32);
    race(
        "10,000 keys in turn",
        60,
        vec![
            (
                "ours",
                Box::new(move |count| {
                    for (nth, line) in (0..count).zip(lines.iter().cycle()) {
                        line.hit(number(nth));
                    }
                }),
            ),
            (
                "`HistoryBuf`s in `spin::Mutex`es",
                Box::new(move |count| {
                    for (nth, ring) in (0..count).zip(rings.iter().cycle()) {
                        ring.lock().write(number(nth));
                    }
                }),
            ),
        ],
    )
}

fn race_reports() -> Times {
    let cache = anycapture::cache();
    race(
        "Reports over 10,000 lines",
        12,
        vec![
            (
                "ours, `report()` as text",
                Box::new(|count| {
                    for _ in 0..count {
                        black_box(anycapture::report().to_string());
                    }
                }),
            ),
            (
                "ours, `report().each_key`",
                Box::new(|count| {
                    for _ in 0..count {
                        anycapture::report().each_key(|key, report| {
                            black_box((key, report.kept()));
                        });
                    }
                }),
            ),
            (
                "ours, `explain` of a key that is not there",
                Box::new(move |count| {
                    for _ in 0..count {
                        black_box(cache.explain("other.1234x"));
                    }
                }),
            ),
        ],
    )
}

pub fn race_counts() -> Times {
    anycapture::set_size(16);
    let _session = anycapture::session();
    let captures =
        |each| -> Run<'_> { Box::new(move |count| (0..count).for_each(|_| capture_scalars(each))) };
    let candidates = vec![("1,000", captures(1000)), ("1,000,000", captures(1_000_000))];
    let mut times = race("1,000 captures, and 1,000,000", 60, candidates);
    // A capture.
    times.rows[0].1 /= 1e3;
    times.rows[1].1 /= 1e6;
    times
}

/// Limits are set within the sample. It has so many captures that the time to fill the ring is negligible.
const EACH: u64 = 500_000;

type Limits = (&'static str, fn() -> Options);

fn race_limits(title: &str, candidates: [Limits; 2]) -> Times {
    let _session = anycapture::session();
    let candidates = candidates.map(|(name, options)| -> (_, Run<'_>) {
        let run = move |count| {
            anycapture::activate_with(options());
            capture_scalars(count * EACH);
        };
        (name, Box::new(run))
    });
    let mut times = race(title, 30, candidates.into());
    times.rows.iter_mut().for_each(|(_, ns)| *ns /= EACH as f64);
    anycapture::activate_with(Options::new().max_size(16).max_bytes(256 << 20));
    times
}

pub fn race_widths() -> Times {
    race_limits(
        "A ring 16 wide, and 1,024",
        [
            ("16 wide", || Options::new().max_size(16)),
            ("1,024 wide", || Options::new().max_size(1024)),
        ],
    )
}

/// A budget of about the bytes of 1,024 values: in both cases one is dropped for each new one.
pub fn race_budgets() -> Times {
    race_limits(
        "At `max_size`, and at `max_bytes`",
        [
            ("`max_size`", || Options::new().max_size(1024).max_bytes(256 << 20)),
            ("`max_bytes`", || Options::new().max_size(0).max_bytes(1 << 20)),
        ],
    )
}
