//! The same capture in stores of different sizes, and the way out of the store.

use std::fs::File;
use std::hint::black_box;
use std::io::Write;

use anycapture::__private::{Line, Note, Site};
use anycapture::capture;

use crate::harness::{race, Times};
use crate::recording::MAP;

fn capture_scalars(count: u64) {
    for nth in 0..count {
        let x = nth as u32;
        capture!(scale, x);
    }
}

const KEYS: usize = 10_000;

/// Adds so many other keys to the store for good: what a capture line has as a `static`.
fn open_other_keys() -> Vec<&'static Line> {
    let open = |nth| {
        let key = Box::leak(format!("other.{nth}").into_boxed_str());
        let line: &'static Line =
            Box::leak(Box::new(Line::new(key, Box::leak(Box::new(Site::new())))));
        line.record(&1.0_f32, &Note::NONE);
        line
    };
    (0..KEYS).map(open).collect()
}

/// One line in a store that holds one key, then 10,001, and all of these in turn. Several races, as the keys can't be
/// taken out again.
pub fn race_keys() -> Vec<Times> {
    anycapture::set_size(16);
    let _session = anycapture::session();
    let line =
        || -> Vec<(_, crate::harness::Run<'_>)> { vec![("a capture", Box::new(capture_scalars))] };
    let few = race("In a store of a few keys", 200, line());
    let lines = open_other_keys();
    let many = race("In a store of 10,000 keys", 200, line());
    let mut rings: Vec<_> =
        (0..KEYS).map(|_| spin::Mutex::new(heapless::HistoryBuf::<f32, 16>::new())).collect();
    let rings = black_box(&mut rings[..]);
    let number = |nth: u64| f32::from_bits(nth as u32);
    let in_turn = race(
        "10,000 keys in turn",
        60,
        vec![
            (
                "ours",
                Box::new(move |count| {
                    for (nth, line) in (0..count).zip(lines.iter().cycle()) {
                        line.record(&number(nth), &Note::NONE);
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
    );
    let times = Times {
        title: "10,000 keys".into(),
        rows: vec![("few keys", few.rows[0].1), ("10,000 keys", many.rows[0].1)],
        dropped: few.dropped + many.dropped,
        samples: few.samples + many.samples,
    };
    vec![times, in_turn]
}

pub fn race_counts() -> Times {
    anycapture::set_size(16);
    let _session = anycapture::session();
    let captures = |each| -> crate::harness::Run<'_> {
        Box::new(move |count| (0..count).for_each(|_| capture_scalars(each)))
    };
    let candidates = vec![("1,000", captures(1000)), ("1,000,000", captures(1_000_000))];
    let mut times = race("1,000 captures, and 1,000,000", 60, candidates);
    // A capture.
    times.rows[0].1 /= 1e3;
    times.rows[1].1 /= 1e6;
    times
}

pub fn race_widths() -> Times {
    let _session = anycapture::session();
    // The width is set within the sample, which has so many captures that the time in which the ring fills is lost
    // among them.
    const EACH: u64 = 500_000;
    let width = |size| {
        move |count| {
            anycapture::set_size(size);
            capture_scalars(count * EACH);
        }
    };
    let mut times = race(
        "A ring 16 wide, and 1,024",
        30,
        vec![("16 wide", Box::new(width(16))), ("1,024 wide", Box::new(width(1024)))],
    );
    times.rows.iter_mut().for_each(|(_, ns)| *ns /= EACH as f64);
    times
}

/// What a walk shows of a scalar.
#[derive(Clone, Copy)]
struct Record {
    value: f32,
    sequence: u64,
    index: Option<u64>,
    thread: u32,
}

pub fn race_visit() -> Times {
    const COUNT: usize = 1_000_000;
    anycapture::set_size(COUNT);
    let _session = anycapture::session();
    for nth in 0..COUNT {
        let x = nth as f32;
        capture!(visit, x; index = nth);
    }
    let mut records = Vec::with_capacity(COUNT);
    anycapture::visit(|entry| {
        let (value, sequence, index, thread) =
            (entry.scalar().unwrap(), entry.sequence(), entry.index(), entry.thread());
        records.push(Record { value, sequence, index, thread });
    });
    assert_eq!(records.len(), COUNT);
    let sum = |(sum, sequences): (f32, u64), value: f32, sequence: u64| {
        (sum + value, sequences ^ sequence)
    };
    let times = race(
        "`visit` over 1,000,000 scalars",
        20,
        vec![
            (
                "ours",
                Box::new(move |count| {
                    for _ in 0..count {
                        let mut all = (0.0, 0);
                        anycapture::visit(|entry| {
                            all = sum(all, entry.scalar::<f32>().unwrap_or(0.0), entry.sequence())
                        });
                        black_box(all);
                    }
                }),
            ),
            (
                "a `Vec` of the same records",
                Box::new(|count| {
                    for _ in 0..count {
                        let mut all = (0.0, 0);
                        for record in black_box(&records) {
                            all = sum(all, record.value, record.sequence);
                        }
                        black_box(all);
                    }
                }),
            ),
        ],
    );
    black_box(
        records
            .iter()
            .map(|record| record.index.unwrap_or(0) + u64::from(record.thread))
            .sum::<u64>(),
    );
    anycapture::clear();
    times
}

pub fn race_export() -> Vec<Times> {
    anycapture::set_size(0);
    let _session = anycapture::session();
    let map = vec![0.5_f32; MAP];
    for _ in 0..63 {
        capture!(export, map);
    }
    let mut bytes = Vec::new();
    anycapture::export(|piece| bytes.extend_from_slice(piece));
    let mut races = Vec::new();
    // A file system in memory asks less of a write than one on a disk does.
    let folders = [std::env::temp_dir(), "/dev/shm".into()];
    let titles = ["`export` of 100 MB to a file", "`export` of 100 MB to a file in memory"];
    for (folder, title) in folders.into_iter().zip(titles).filter(|(folder, _)| folder.is_dir()) {
        let path = folder.join("anycapture-peers.safetensors");
        // The same pages are written again and again, so that the file system has no say in it.
        let mut file = File::options()
            .create(true)
            .write(true)
            .truncate(true)
            .open(&path)
            .expect("a file to write to");
        file.write_all(&bytes).unwrap();
        let mut same = file.try_clone().unwrap();
        let times = race(
            title,
            12,
            vec![
                (
                    "ours",
                    Box::new(move |count| {
                        for _ in 0..count {
                            rewind(&mut file);
                            anycapture::export(|piece| file.write_all(piece).unwrap());
                        }
                    }),
                ),
                (
                    "one slice",
                    Box::new(|count| {
                        for _ in 0..count {
                            rewind(&mut same);
                            same.write_all(&bytes).unwrap();
                        }
                    }),
                ),
            ],
        );
        let _ = std::fs::remove_file(path);
        races.push(times);
    }
    races.push(race_export_to_memory(&bytes));
    anycapture::clear();
    races
}

fn race_export_to_memory(bytes: &[u8]) -> Times {
    let mut room = [vec![0_u8; bytes.len()], vec![0_u8; bytes.len()]];
    let [ours, slice] = &mut room;
    race(
        "`export` of 100 MB to memory",
        12,
        vec![
            (
                "ours",
                Box::new(|count| {
                    for _ in 0..count {
                        let mut at = 0;
                        anycapture::export(|piece| {
                            ours[at..at + piece.len()].copy_from_slice(piece);
                            at += piece.len();
                        });
                    }
                    black_box(&mut *ours);
                }),
            ),
            (
                "one slice",
                Box::new(|count| {
                    for _ in 0..count {
                        slice.copy_from_slice(black_box(bytes));
                        black_box(&mut *slice);
                    }
                }),
            ),
        ],
    )
}

fn rewind(file: &mut File) {
    use std::io::Seek;
    file.rewind().unwrap();
}
