//! Recording: one scalar, and slices of several lengths, on one thread.

use std::any::Any;
use std::collections::{HashMap, VecDeque};
use std::hint::black_box;
use std::sync::Mutex;

use anycapture::capture;
use crossbeam_queue::ArrayQueue;
use heapless::HistoryBuf;

use crate::harness::{race, Times};

/// Values of each key, for scalars and for slices.
pub const SCALARS: usize = 1024;
pub const SLICES: usize = 16;

/// 6 heads of attention over 257 tokens.
pub const MAP: usize = 6 * 257 * 257;

/// Several rings of memory, written in turns.
pub struct Ring {
    data: Vec<f32>,
    next: usize,
}

impl Ring {
    pub fn new(length: usize) -> Ring {
        Ring { data: vec![0.0; length * SLICES], next: 0 }
    }

    #[inline]
    pub fn write(&mut self, values: &[f32]) {
        self.data[self.next..][..values.len()].copy_from_slice(values);
        self.next += values.len();
        if self.next == self.data.len() {
            self.next = 0;
        }
    }
}

/// Vectors of one length at all 256 offsets in a page that an allocator gives, used in turns. The time of a copy depends on the
/// offsets of source and target within a page, by a factor of up to twenty, and no candidate should be lucky.
pub struct Sources {
    data: Vec<f32>,
    length: usize,
}

impl Sources {
    pub fn new(length: usize) -> Sources {
        Sources { data: vec![1.0; length + 1024], length }
    }

    #[inline]
    pub fn nth(&self, nth: u64) -> &[f32] {
        // Not around the slice: reloading a slice from memory is slow.
        &self.data[black_box(nth as usize * 37 % 256 * 4)..][..self.length]
    }
}

/// The naive port: for each key a list of values of any type.
#[derive(Default)]
pub struct Naive(Mutex<HashMap<&'static str, VecDeque<Box<dyn Any + Send>>>>);

impl Naive {
    pub fn record<T: Any + Send>(&self, key: &'static str, max_size: usize, value: T) {
        let mut keys = self.0.lock().unwrap();
        let list = keys.entry(key).or_default();
        if list.len() == max_size {
            list.pop_front();
        }
        list.push_back(Box::new(value));
    }
}

/// The minimal subscriber that records: it takes every event, and keeps its number in the fastest ring that threads can share.
pub struct Least;

static NUMBERS: spin::Mutex<HistoryBuf<f32, SCALARS>> = spin::Mutex::new(HistoryBuf::new());

impl tracing::field::Visit for Least {
    fn record_f64(&mut self, _: &tracing::field::Field, value: f64) {
        NUMBERS.lock().write(value as f32);
    }

    fn record_debug(&mut self, _: &tracing::field::Field, value: &dyn std::fmt::Debug) {
        NUMBERS.lock().write(format!("{value:?}").len() as f32);
    }
}

impl tracing::Subscriber for Least {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }
    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
    fn event(&self, event: &tracing::Event<'_>) {
        event.record(&mut Least);
    }
    fn enter(&self, _: &tracing::span::Id) {}
    fn exit(&self, _: &tracing::span::Id) {}
}

pub fn race_scalars() -> Times {
    let mut bare = HistoryBuf::<f32, SCALARS>::new();
    let locked = spin::Mutex::new(HistoryBuf::<f32, SCALARS>::new());
    let queue = ArrayQueue::new(SCALARS);
    let deque = Mutex::new(VecDeque::<f32>::with_capacity(SCALARS));
    let naive = Naive::default();
    let (locked, queue, deque) = (&locked, &queue, &deque);
    anycapture::set_size(SCALARS);
    let _session = anycapture::session();
    // `number` turns every count into a different scalar, at no cost.
    let number = |nth: u64| f32::from_bits(nth as u32);
    race(
        "Recording one f32",
        150,
        vec![
            (
                "ours",
                Box::new(move |count| {
                    for nth in 0..count {
                        let x = number(nth);
                        capture!(peers, x);
                    }
                }),
            ),
            (
                "`HistoryBuf`, no lock",
                Box::new(move |count| {
                    let ring = black_box(&mut bare);
                    for nth in 0..count {
                        ring.write(number(nth));
                    }
                    black_box(ring);
                }),
            ),
            (
                "`HistoryBuf` in a `spin::Mutex`",
                Box::new(move |count| {
                    let ring = black_box(locked);
                    for nth in 0..count {
                        ring.lock().write(number(nth));
                    }
                }),
            ),
            (
                "`ArrayQueue::force_push`",
                Box::new(move |count| {
                    let queue = black_box(queue);
                    for nth in 0..count {
                        queue.force_push(number(nth));
                    }
                }),
            ),
            (
                "`Mutex<VecDeque>`",
                Box::new(move |count| {
                    let ring = black_box(deque);
                    for nth in 0..count {
                        let mut ring = ring.lock().unwrap();
                        if ring.len() == SCALARS {
                            ring.pop_front();
                        }
                        ring.push_back(number(nth));
                    }
                }),
            ),
            (
                "tracing, least subscriber",
                Box::new(move |count| {
                    for nth in 0..count {
                        let x = number(nth);
                        tracing::trace!(x);
                    }
                }),
            ),
            (
                "naive port",
                Box::new(move |count| {
                    for nth in 0..count {
                        naive.record("peers.x", SCALARS, number(nth));
                    }
                }),
            ),
        ],
    )
}

pub fn race_slices(length: usize, rounds: usize) -> Times {
    let sources = Sources::new(length);
    let sources = &sources;
    let mut bare = Ring::new(length);
    let locked = spin::Mutex::new(Ring::new(length));
    let deque = Mutex::new(VecDeque::<Vec<f32>>::with_capacity(SLICES));
    let naive = Naive::default();
    let (locked, deque) = (&locked, &deque);
    anycapture::set_size(SLICES);
    let _session = anycapture::session();
    let mut candidates: Vec<(_, crate::harness::Run<'_>)> = vec![
        (
            "ours",
            Box::new(move |count| {
                for nth in 0..count {
                    let values = sources.nth(nth);
                    capture!(peers, values);
                }
            }),
        ),
        (
            "memcpy into a ring",
            Box::new(move |count| {
                for nth in 0..count {
                    bare.write(sources.nth(nth));
                }
                black_box(&mut bare);
            }),
        ),
        (
            "memcpy into a ring, spin lock",
            Box::new(move |count| {
                let ring = black_box(locked);
                for nth in 0..count {
                    ring.lock().write(sources.nth(nth));
                }
            }),
        ),
        (
            "`Mutex<VecDeque<Vec>>`",
            Box::new(move |count| {
                let ring = black_box(deque);
                for nth in 0..count {
                    let mut ring = ring.lock().unwrap();
                    if ring.len() == SLICES {
                        ring.pop_front();
                    }
                    ring.push_back(sources.nth(nth).to_vec());
                }
            }),
        ),
        (
            "naive port",
            Box::new(move |count| {
                for nth in 0..count {
                    naive.record("peers.values", SLICES, sources.nth(nth).to_vec());
                }
            }),
        ),
    ];
    if length < MAP {
        candidates.push((
            "tracing `?values`",
            Box::new(move |count| {
                for nth in 0..count {
                    let values = sources.nth(nth);
                    tracing::trace!(?values);
                }
            }),
        ));
    }
    race(&format!("Recording {length} f32"), rounds, candidates)
}

/// Small values of one shape, and of two in turns, under one key.
pub fn race_shapes() -> Times {
    anycapture::set_size(SLICES);
    let _session = anycapture::session();
    let (row, longer) = ([1.0_f32; 16], [1.0_f32; 17]);
    race(
        "One shape, and two in turns",
        100,
        vec![
            (
                "one shape",
                Box::new(move |count| {
                    for _ in 0..count {
                        let row = &black_box(&row)[..];
                        capture!(peers::one_shape, row);
                    }
                }),
            ),
            (
                "two shapes",
                Box::new(move |count| {
                    for nth in 0..count {
                        let row = &black_box(&longer)[..16 + nth as usize % 2];
                        capture!(peers::two_shapes, row);
                    }
                }),
            ),
        ],
    )
}

/// A value that is kept by clone: candle's tensor.
pub fn race_clones() -> Times {
    let tensor = candle_core::Tensor::new(&[0.0_f32, 1.0], &candle_core::Device::Cpu);
    let tensor = &tensor.expect("two numbers");
    anycapture::set_size(SLICES);
    let _session = anycapture::session();
    race(
        "Recording a tensor by clone",
        60,
        vec![
            (
                "ours",
                Box::new(move |count| {
                    for _ in 0..count {
                        let tensor = black_box(tensor);
                        capture!(peers, tensor);
                    }
                }),
            ),
            (
                "clone and drop",
                Box::new(move |count| {
                    for _ in 0..count {
                        black_box(black_box(tensor).clone());
                    }
                }),
            ),
            (
                "ours, a scalar",
                Box::new(move |count| {
                    for nth in 0..count {
                        let tensor_scalar = nth as u32;
                        capture!(peers, tensor_scalar);
                    }
                }),
            ),
        ],
    )
}
