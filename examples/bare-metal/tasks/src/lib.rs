//! What both programs do: a low task captures 1 KiB all the time, a high one under keys of its own.

#![no_std]

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use anycapture::capture;
use bare_metal::{ensure, exit, println};
use cortex_m::peripheral::{syst::SystClkSource, SYST};

const ENOUGH: u32 = 20_000;

static IN_CAPTURE: AtomicU32 = AtomicU32::new(0);
static MET: AtomicU32 = AtomicU32::new(0);
static BY_LOW: AtomicU32 = AtomicU32::new(0);
static BY_HIGH: AtomicU32 = AtomicU32::new(0);

fn add(count: &AtomicU32, more: u32) {
    count.store(count.load(Relaxed) + more, Relaxed);
}

/// One run of the high task.
pub fn high() {
    if !anycapture::is_active() {
        return;
    }
    add(&MET, IN_CAPTURE.load(Relaxed));
    let number = BY_HIGH.load(Relaxed);
    let ramp = [number, number + 1, number + 2];
    capture!(high, number, ramp, wide = [f64::from(number); 8]; index = number);
    add(&BY_HIGH, 1);
}

/// One run of the low task; says whether there is more to do.
pub fn low() -> bool {
    let block = [BY_LOW.load(Relaxed); 256];
    IN_CAPTURE.store(1, Relaxed);
    capture!(low, block);
    IN_CAPTURE.store(0, Relaxed);
    add(&BY_LOW, 1);
    BY_HIGH.load(Relaxed) < ENOUGH
}

/// Has `SysTick` come at intervals that are not those of the low task.
pub fn start(mut clock: SYST) {
    clock.set_clock_source(SystClkSource::Core);
    clock.set_reload(96);
    clock.clear_current();
    clock.enable_interrupt();
    clock.enable_counter();
}

/// Ends the program: nothing was lost.
pub fn finish(name: &str) -> ! {
    anycapture::deactivate();
    println!("{}", anycapture::report());
    let (met, made) = (MET.load(Relaxed), BY_HIGH.load(Relaxed));
    println!(
        "{name}: the high task came {made} times, {met} of them into a capture of the low one"
    );
    ensure(met > ENOUGH / 10, "too few captures interrupted to prove anything");
    let keys = [("high.number", made), ("high.ramp", made), ("high.wide", made)];
    for (key, made) in keys.into_iter().chain([("low.block", BY_LOW.load(Relaxed))]) {
        let counts = anycapture::report().key(key).unwrap_or_default();
        ensure(counts.refused() == 0, "nothing is refused");
        ensure(counts.kept() + counts.overwritten() == made.into(), "nothing is missing");
    }
    exit(true)
}
