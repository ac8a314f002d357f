//! `drain` over a slow serial port while SysTick captures a thousand times a second.
//!
//! The port takes 11,520 bytes a second, as one of 115,200 baud does. The handler captures three axes of a sensor every
//! fourth time, which the port can take, and every eighth second something else each time, which it can't. The memory is
//! 4 KiB. At the end every capture was sent, or is counted as overwritten, or as refused.
//!
//! QEMU's own port takes a byte at once, so the sink waits as long as a real port would. Run with `-icount
//! shift=5`, an instruction takes 32 ns, as on a core that does 31 million a second.

#![no_std]
#![no_main]

use core::convert::Infallible;
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use anycapture::capture;
use bare_metal::{ensure, exit, give, println, uart};
use cortex_m::peripheral::{syst::SystClkSource, SCB, SYST};
use cortex_m_rt::{entry, exception};
use static_cell::ConstStaticCell;

bare_metal::exit_on_panic!();

const CLOCK: u32 = 25_000_000;
const SECONDS: u32 = 60;
const BYTES_A_SECOND: u32 = 11_520;

/// Milliseconds since the start.
static NOW: AtomicU32 = AtomicU32::new(0);
static MADE: [AtomicU32; 2] = [const { AtomicU32::new(0) }; 2];
const KEYS: [&str; 2] = ["imu.accel", "imu.burst"];

fn add(count: &AtomicU32) {
    count.store(count.load(Relaxed) + 1, Relaxed);
}

#[exception]
fn SysTick() {
    let now = NOW.load(Relaxed);
    add(&NOW);
    // Every fourth millisecond fits the port; in a burst, every one, which does not.
    if now % 4 == 0 {
        let accel = [now as i16, -1, 1];
        capture!(imu, accel; index = now);
        add(&MADE[0]);
    }
    if now / 1000 % 8 == 7 {
        let burst = [now as f32; 4];
        capture!(imu, burst; index = now);
        add(&MADE[1]);
    }
}

/// A port of this speed, with a queue of 64 bytes.
struct Port {
    sent: u64,
    /// When all that it was given will be sent, in ticks.
    done: u64,
}

const TICKS_A_BYTE: u64 = (CLOCK / BYTES_A_SECOND) as u64;
const QUEUE: u64 = 64 * TICKS_A_BYTE;

impl Port {
    fn write(&mut self, bytes: &[u8]) -> Result<(), Infallible> {
        self.done = self.done.max(ticks()) + TICKS_A_BYTE * bytes.len() as u64;
        while self.done > ticks() + QUEUE {
            cortex_m::asm::wfi();
        }
        self.sent += bytes.len() as u64;
        uart::write(bytes)
    }
}

/// Ticks of the clock since the start.
fn ticks() -> u64 {
    loop {
        let now = NOW.load(Relaxed);
        let into = CLOCK / 1000 - 1 - SYST::get_current();
        // A tick whose handler has not run yet.
        let pending = SCB::is_pendst_pending();
        if !pending && now == NOW.load(Relaxed) {
            return u64::from(now) * u64::from(CLOCK / 1000) + u64::from(into);
        }
    }
}

#[entry]
fn main() -> ! {
    static MEMORY: ConstStaticCell<[u8; 4096]> = ConstStaticCell::new([0; 4096]);
    give(MEMORY.take());
    anycapture::set_size(40);
    anycapture::activate();

    // SAFETY: nobody else has them.
    let mut core = unsafe { cortex_m::Peripherals::steal() };
    core.SYST.set_clock_source(SystClkSource::Core);
    core.SYST.set_reload(CLOCK / 1000 - 1);
    core.SYST.clear_current();
    core.SYST.enable_interrupt();
    core.SYST.enable_counter();

    let mut port = Port { sent: 0, done: 0 };
    let mut records = [0_u32; 2];
    let mut last = None;
    let mut send = |value: &anycapture::Value<'_>| {
        ensure(last < Some(value.sequence()), "the order of the captures");
        last = Some(value.sequence());
        let key = KEYS.iter().position(|key| *key == value.key());
        key.map(|key| records[key] += 1);
        value.frame(|bytes| port.write(bytes))
    };
    while NOW.load(Relaxed) < SECONDS * 1000 {
        let Ok(()) = anycapture::drain(&mut send);
        // A reader that asks all the time would be in the way of captures for nothing.
        cortex_m::asm::wfi();
    }
    anycapture::deactivate();
    core.SYST.disable_interrupt();
    println!("{}", anycapture::report());
    let mut left = [0_u32; 2];
    let shown = anycapture::visit(|value| {
        let key = KEYS.iter().position(|key| *key == value.key());
        key.map(|key| left[key] += 1);
    });
    ensure(shown.is_complete(), "nothing is in use");

    for (nth, key) in KEYS.into_iter().enumerate() {
        let counts = anycapture::report().key(key).unwrap_or_default();
        let made = u64::from(MADE[nth].load(Relaxed));
        ensure(counts.taken() == records[nth].into(), "each record sent is a value taken");
        ensure(counts.kept() == left[nth].into(), "what is left is what is kept");
        let held = counts.kept() + counts.taken() + counts.overwritten();
        ensure(held + counts.refused() == made, "each capture is sent, held, or counted as lost");
        println!(
            "{key}: {made} captured, {} sent, {} overwritten, {} refused",
            counts.taken(),
            counts.overwritten(),
            counts.refused()
        );
    }
    let [steady, burst] = KEYS.map(|key| anycapture::report().key(key).unwrap_or_default());
    ensure(steady.refused() * 100 < steady.taken(), "a reader that is slow is not in the way");
    ensure(burst.overwritten() > 0, "the port was fast enough, which proves nothing");
    println!("stream: {SECONDS} s, {} bytes over the port; every loss is counted", port.sent);
    exit(true)
}
