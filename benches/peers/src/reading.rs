//! Reading the store: `visit`, `cache`, `export`.

use std::fs::File;
use std::hint::black_box;
use std::io::{Seek, Write};
use std::path::Path;

use anycapture::capture;

use crate::harness::{race, Times};
use crate::recording::MAP;

/// The data of a scalar that a walk shows.
#[derive(Clone, Copy)]
struct Record {
    value: f32,
    sequence: u64,
    index: Option<i64>,
    thread: u32,
}

const SCALARS: usize = 1_000_000;

pub fn race_visit() -> Times {
    anycapture::set_size(SCALARS);
    let _session = anycapture::session();
    for nth in 0..SCALARS {
        let x = nth as f32;
        capture!(visit, x; index = nth);
    }
    let mut records = Vec::with_capacity(SCALARS);
    let shown = anycapture::visit(|entry| {
        let (value, sequence, index, thread) =
            (entry.scalar().unwrap(), entry.sequence(), entry.index(), entry.thread());
        records.push(Record { value, sequence, index, thread });
    });
    assert!(shown.is_complete());
    assert_eq!(records.len(), SCALARS);
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
                        let shown = anycapture::visit(|entry| {
                            all = sum(all, entry.scalar::<f32>().unwrap_or(0.0), entry.sequence())
                        });
                        black_box((all, shown.values()));
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
            .map(|record| record.index.unwrap_or(0) + i64::from(record.thread))
            .sum::<i64>(),
    );
    anycapture::clear();
    times
}

/// Snapshots of 250 MB of maps, and of as many scalars as the walks have. A snapshot is dropped within the sample.
pub fn race_cache() -> Vec<Times> {
    anycapture::set_size(0);
    let snapshot = |title, unit: f64| {
        let mut times = race(
            title,
            20,
            vec![
                (
                    "ours, `cache()`",
                    Box::new(|count| {
                        for _ in 0..count {
                            black_box(anycapture::cache());
                        }
                    }),
                ),
                (
                    "ours, `cache()` and every value",
                    Box::new(|count| {
                        for _ in 0..count {
                            let cache = anycapture::cache();
                            black_box(cache.iter().map(|(_, values)| values.len()).sum::<usize>());
                        }
                    }),
                ),
            ],
        );
        times.rows.iter_mut().for_each(|(_, ns)| *ns /= unit);
        times
    };
    let session = anycapture::session();
    for nth in 0..SCALARS {
        let x = nth as f32;
        capture!(snapshot, x);
    }
    let scalars = snapshot("A snapshot of 1,000,000 scalars, a value", SCALARS as f64);
    drop(session);
    let _session = anycapture::session();
    let map = vec![0.5_f32; MAP];
    for _ in 0..157 {
        capture!(snapshot, map);
    }
    let maps = snapshot("A snapshot of 250 MB", 1.0);
    anycapture::clear();
    vec![scalars, maps]
}

pub fn race_export() -> Vec<Times> {
    anycapture::set_size(0);
    let session = anycapture::session();
    let map = vec![0.5_f32; MAP];
    for _ in 0..63 {
        capture!(export, map);
    }
    let mut races = vec![race_export_of("`export` of 100 MB to a file", 12)];
    // Writes to a file system in memory are cheaper than to one on a disk.
    if Path::new("/dev/shm").is_dir() {
        let title = "`export` of 100 MB to a file in memory";
        races.push(race_export_to(Path::new("/dev/shm"), title, 12));
    }
    races.push(race_export_to_memory());
    drop(session);
    let _session = anycapture::session();
    for nth in 0..900_000 {
        let x = nth as f32;
        capture!(export, x);
    }
    races.push(race_export_of("`export` of 900,000 scalars to a file", 20));
    anycapture::clear();
    races
}

/// Exports the whole store to a file, compared with a write of the same bytes.
pub fn race_export_of(title: &str, rounds: usize) -> Times {
    race_export_to(&std::env::temp_dir(), title, rounds)
}

fn exported() -> Vec<u8> {
    let mut bytes = Vec::new();
    anycapture::export(|piece| bytes.write_all(piece)).expect("memory takes all");
    bytes
}

fn race_export_to(folder: &Path, title: &str, rounds: usize) -> Times {
    let bytes = exported();
    let path = folder.join("anycapture-peers.safetensors");
    // The same pages are overwritten each time, so that allocation in the file system doesn't count.
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
        rounds,
        vec![
            (
                "ours",
                Box::new(move |count| {
                    for _ in 0..count {
                        file.rewind().unwrap();
                        anycapture::export(|piece| file.write_all(piece)).unwrap();
                    }
                }),
            ),
            (
                "one slice",
                Box::new(|count| {
                    for _ in 0..count {
                        same.rewind().unwrap();
                        same.write_all(&bytes).unwrap();
                    }
                }),
            ),
        ],
    );
    let _ = std::fs::remove_file(path);
    times
}

fn race_export_to_memory() -> Times {
    let bytes = exported();
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
                        let mut rest = &mut ours[..];
                        anycapture::export(|piece| rest.write_all(piece)).unwrap();
                    }
                    black_box(&mut *ours);
                }),
            ),
            (
                "one slice",
                Box::new(|count| {
                    for _ in 0..count {
                        slice.copy_from_slice(black_box(&bytes));
                        black_box(&mut *slice);
                    }
                }),
            ),
        ],
    )
}
