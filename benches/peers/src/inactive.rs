//! Present but not recording: one statement in every element of `y[i] += a * x[i]`.

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use anycapture::capture;

use crate::harness::{race, Run, Times};

/// Both vectors fit the first-level cache.
const LENGTH: usize = 1024;

/// Written by `race_inactive`, so that the compiler can't fold it.
static FLAG: AtomicBool = AtomicBool::new(false);

macro_rules! axpy {
    ($name:ident $(, $before:stmt)?; |$v:ident| $($statement:tt)*) => {
        #[inline(never)]
        pub fn $name(y: &mut [f32], a: f32, x: &[f32]) {
            $($before)?
            for (y, x) in y.iter_mut().zip(x) {
                *y += a * *x;
                let $v = *y;
                { $($statement)* }
            }
        }
    };
}

axpy!(nothing; |_y| {});
axpy!(ours; |y| { capture!(peers::axpy, y); });
axpy!(log_line; |y| { log::trace!("{y}"); });
axpy!(tracing_line; |y| { tracing::trace!(y); });

#[cfg(feature = "on")]
mod others {
    use super::*;

    #[cold]
    #[inline(never)]
    fn record(value: f32) {
        black_box(value);
    }

    axpy!(ours_on, let recording = anycapture::is_active(); |y| { capture!(peers::axpy_on, y; on = recording); });
    anycapture::captured_fn! {
        #[inline(never)]
        #[capture(peers::axpy_fn => sum)]
        pub fn ours_fn(y: &mut [f32], a: f32, x: &[f32]) {
            for (y, x) in y.iter_mut().zip(x) {
                let sum = *y + a * *x;
                *y = sum;
            }
        }
    }
    axpy!(flag_before, let flag = FLAG.load(Relaxed); |y| if flag { record(y) });
    axpy!(flag_inside; |y| if FLAG.load(Relaxed) { record(y) });
    axpy!(puffin_line; |_y| { puffin::profile_scope!("axpy"); });
    axpy!(metrics_line; |y| { metrics::gauge!("axpy").set(f64::from(y)); });
    axpy!(fastrace_line; |_y| { let _span = fastrace::local::LocalSpan::enter_with_local_parent("axpy"); });
}

type Axpy = fn(&mut [f32], f32, &[f32]);

fn run(axpy: Axpy) -> Run<'static> {
    let (mut y, x) = (vec![0.0_f32; LENGTH], vec![1.0_f32; LENGTH]);
    // Processes whole vectors; an operation is one element.
    Box::new(move |elements| {
        for _ in 0..elements.div_ceil(LENGTH as u64) {
            axpy(black_box(&mut y), black_box(1e-6), black_box(&x));
        }
    })
}

#[cfg(feature = "on")]
pub fn race_inactive() -> Times {
    use others::*;
    FLAG.store(black_box(false), Relaxed);
    let candidates: [(_, Axpy); 11] = [
        ("nothing", nothing),
        ("ours, `on = flag`", ours_on),
        ("ours, `captured_fn!`", ours_fn),
        ("a flag read before the loop", flag_before),
        ("ours", ours),
        ("`AtomicBool` in the loop", flag_inside),
        ("puffin, off", puffin_line),
        ("log, off", log_line),
        ("tracing, off", tracing_line),
        ("metrics, no recorder", metrics_line),
        ("fastrace, no parent", fastrace_line),
    ];
    race("Not recording, in a loop", 150, candidates.map(|(name, axpy)| (name, run(axpy))).into())
}

/// Runs in the build with everything compiled out.
#[cfg(not(feature = "on"))]
pub fn race_compiled_out() -> Times {
    FLAG.store(black_box(false), Relaxed);
    let candidates: [(_, Axpy); 4] = [
        ("nothing", nothing),
        ("ours, compiled out", ours),
        ("log, compiled out", log_line),
        ("tracing, compiled out", tracing_line),
    ];
    race("Compiled out", 150, candidates.map(|(name, axpy)| (name, run(axpy))).into())
}
