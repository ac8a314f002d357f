//! A task of low priority that captures large values all the time, and one of high priority under keys of its own.
//!
//! `main` is the low task: 1 KiB a capture, in a loop. SysTick is the high one: three captures each time, at times
//! that a random generator chooses. Nothing of the high task is lost. Now and then it reads, too: what `main`
//! was capturing is skipped, and `visit`, `drain` and `report` say so and come back at once.

#![no_std]
#![no_main]

use core::convert::Infallible;
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use anycapture::capture;
use bare_metal::{ensure, exit, give, println};
use cortex_m::peripheral::syst::SystClkSource;
use cortex_m_rt::{entry, exception};
use static_cell::ConstStaticCell;

bare_metal::exit_on_panic!();

const INTERRUPTS: u32 = 50_000;
const LOW: &str = "low.block";
const HIGH: [&str; 3] = ["high.number", "high.ramp", "high.wide"];

/// Whether `main` is in its capture line.
static IN_CAPTURE: AtomicU32 = AtomicU32::new(0);
/// How many interrupts found it there.
static MET: AtomicU32 = AtomicU32::new(0);
static MADE: AtomicU32 = AtomicU32::new(0);
static READS: AtomicU32 = AtomicU32::new(0);
/// How many times a reader skipped the key that was being captured.
static SKIPPED: AtomicU32 = AtomicU32::new(0);
static DRAINED: AtomicU32 = AtomicU32::new(0);

fn add(count: &AtomicU32, more: u32) {
    count.store(count.load(Relaxed) + more, Relaxed);
}

fn high() {
    let number = MADE.load(Relaxed);
    let ramp = [number, number + 1, number + 2, number + 3];
    capture!(high, number, ramp; index = number);
    capture!(high, wide = [f64::from(number); 16]);
    add(&MADE, 1);
}

#[exception]
fn SysTick() {
    add(&MET, IN_CAPTURE.load(Relaxed));
    high();
    if MADE.load(Relaxed) % 64 == 0 {
        read();
    }
    // SAFETY: nothing else uses the timer by now.
    let mut core = unsafe { cortex_m::Peripherals::steal() };
    core.SYST.set_reload(40 + random() % 100);
}

fn read() {
    let mut newest = [None; 3];
    let shown = anycapture::visit(|value| {
        if let Some(key) = HIGH.iter().position(|key| *key == value.key()) {
            newest[key] = Some(value.sequence());
        }
    });
    add(&READS, 1);
    add(&SKIPPED, shown.skipped() as u32);
    ensure(shown.skipped() <= 1, "one key at most is in use");
    ensure(newest.iter().all(Option::is_some), "the keys of this task can be read");
    let Ok(()) = anycapture::drain(|value| {
        add(&DRAINED, u32::from(value.key() == HIGH[0]));
        Ok::<(), Infallible>(())
    });
}

fn random() -> u32 {
    static STATE: AtomicU32 = AtomicU32::new(1);
    let next = STATE.load(Relaxed).wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
    STATE.store(next, Relaxed);
    next >> 8
}

#[entry]
fn main() -> ! {
    static MEMORY: ConstStaticCell<[u8; 16384]> = ConstStaticCell::new([0; 16384]);
    give(MEMORY.take());
    anycapture::activate();
    // The first hit of each key carves its ring.
    high();
    let mut block = [0_u32; 256];
    capture!(low, block);

    // SAFETY: nobody else has them.
    let mut core = unsafe { cortex_m::Peripherals::steal() };
    core.SYST.set_clock_source(SystClkSource::Core);
    core.SYST.set_reload(99);
    core.SYST.clear_current();
    core.SYST.enable_interrupt();
    core.SYST.enable_counter();
    let mut made = 1;
    while MADE.load(Relaxed) < INTERRUPTS {
        block = [made; 256];
        IN_CAPTURE.store(1, Relaxed);
        capture!(low, block);
        IN_CAPTURE.store(0, Relaxed);
        made += 1;
    }
    core.SYST.disable_interrupt();
    anycapture::deactivate();

    let shown = anycapture::visit(|value| {
        let mut room = [0; 256];
        if value.key() == LOW {
            let block = value.read_into::<u32>(&mut room).unwrap_or(&[]);
            ensure(block.len() == 256 && block.iter().all(|n| *n == block[0]), "a torn value");
        }
    });
    ensure(shown.is_complete(), "nothing is in use any more");
    println!("{}", anycapture::report());
    println!(
        "SysTick came {} times, {} of them into the capture of main; it read {} times and skipped that key {} times",
        MADE.load(Relaxed),
        MET.load(Relaxed),
        READS.load(Relaxed),
        SKIPPED.load(Relaxed)
    );
    ensure(MET.load(Relaxed) > INTERRUPTS / 4, "too few captures interrupted to prove anything");
    ensure(SKIPPED.load(Relaxed) > 0, "no reader met a capture, which proves nothing");
    let kept_or_counted = |key| {
        let counts = anycapture::report().key(key).unwrap_or_default();
        ensure(counts.refused() == 0, "no capture is refused");
        counts.kept() + counts.overwritten() + counts.taken()
    };
    for key in HIGH {
        ensure(kept_or_counted(key) == MADE.load(Relaxed).into(), "all of the high task's");
    }
    ensure(kept_or_counted(LOW) == made.into(), "all of main's: it meets nobody");
    let taken = anycapture::report().key(HIGH[0]).map_or(0, |counts| counts.taken());
    ensure(taken == DRAINED.load(Relaxed).into(), "what was drained is counted as taken");
    println!("priorities: nothing of the high task is lost");
    exit(true)
}
