//! Two threads that record under one key.

use std::collections::VecDeque;
use std::sync::Mutex;

use anycapture::capture;
use crossbeam_queue::ArrayQueue;
use heapless::HistoryBuf;

use crate::harness::{race_pairs, Pair, Times};
use crate::recording::{Naive, Ring, Sources, SCALARS, SLICES};

pub fn race_scalars() -> Times {
    let own = [const { Apart(spin::Mutex::new(HistoryBuf::<f32, SCALARS>::new())) }; 2];
    let shared = spin::Mutex::new(HistoryBuf::<f32, SCALARS>::new());
    let queue = ArrayQueue::new(SCALARS);
    let deque = Mutex::new(VecDeque::<f32>::with_capacity(SCALARS));
    let naive = Naive::default();
    anycapture::set_size(SCALARS);
    let _session = anycapture::session();
    let number = |nth: u64| f32::from_bits(nth as u32);
    let candidates: Vec<(_, Pair<'_>)> = vec![
        (
            "ours",
            Box::new(|_, count| {
                for nth in 0..count {
                    let x = number(nth);
                    capture!(peers::pair, x);
                }
            }),
        ),
        (
            "own ring each",
            Box::new(|thread, count| {
                let mut ring = own[thread].0.lock();
                for nth in 0..count {
                    ring.write(number(nth));
                }
            }),
        ),
        (
            "`HistoryBuf` in a `spin::Mutex`",
            Box::new(|_, count| {
                for nth in 0..count {
                    shared.lock().write(number(nth));
                }
            }),
        ),
        (
            "`ArrayQueue::force_push`",
            Box::new(|_, count| {
                for nth in 0..count {
                    queue.force_push(number(nth));
                }
            }),
        ),
        (
            "`Mutex<VecDeque>`",
            Box::new(|_, count| {
                for nth in 0..count {
                    let mut ring = deque.lock().unwrap();
                    if ring.len() == SCALARS {
                        ring.pop_front();
                    }
                    ring.push_back(number(nth));
                }
            }),
        ),
        (
            "naive port",
            Box::new(|_, count| {
                for nth in 0..count {
                    naive.record("peers.x", SCALARS, number(nth));
                }
            }),
        ),
    ];
    race_pairs("Two threads, one key, one f32", 150, candidates)
}

pub fn race_slices(length: usize, rounds: usize) -> Times {
    // Each thread has its own values to copy, as in a real program.
    let sources = [Sources::new(length), Sources::new(length)];
    let own =
        [Apart(spin::Mutex::new(Ring::new(length))), Apart(spin::Mutex::new(Ring::new(length)))];
    let shared = spin::Mutex::new(Ring::new(length));
    let deque = Mutex::new(VecDeque::<Vec<f32>>::with_capacity(SLICES));
    let naive = Naive::default();
    anycapture::set_size(SLICES);
    let _session = anycapture::session();
    let candidates: Vec<(_, Pair<'_>)> = vec![
        (
            "ours",
            Box::new(|thread, count| {
                for nth in 0..count {
                    let values = sources[thread].nth(nth);
                    capture!(peers::pair, values);
                }
            }),
        ),
        (
            "ours, a key each",
            Box::new(|thread, count| {
                for nth in 0..count {
                    let values = sources[thread].nth(nth);
                    if thread == 0 {
                        capture!(peers::first, values);
                    } else {
                        capture!(peers::second, values);
                    }
                }
            }),
        ),
        (
            "own ring each",
            Box::new(|thread, count| {
                let mut ring = own[thread].0.lock();
                for nth in 0..count {
                    ring.write(sources[thread].nth(nth));
                }
            }),
        ),
        (
            "memcpy into a ring, spin lock",
            Box::new(|thread, count| {
                for nth in 0..count {
                    shared.lock().write(sources[thread].nth(nth));
                }
            }),
        ),
        (
            "`Mutex<VecDeque<Vec>>`",
            Box::new(|thread, count| {
                for nth in 0..count {
                    let mut ring = deque.lock().unwrap();
                    if ring.len() == SLICES {
                        ring.pop_front();
                    }
                    ring.push_back(sources[thread].nth(nth).to_vec());
                }
            }),
        ),
        (
            "naive port",
            Box::new(|thread, count| {
                for nth in 0..count {
                    naive.record("peers.values", SLICES, sources[thread].nth(nth).to_vec());
                }
            }),
        ),
    ];
    race_pairs(&format!("Two threads, one key, {length} f32"), rounds, candidates)
}

/// On separate cache lines.
#[repr(align(128))]
struct Apart<T>(T);
