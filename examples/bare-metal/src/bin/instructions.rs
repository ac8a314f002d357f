//! How many instructions a capture takes: counted by SysTick, where QEMU's `-icount shift=0` makes every
//! instruction last 1 ns, and a tick of the board's 25 MHz thus 40 instructions.

#![no_std]
#![no_main]

use core::hint::black_box;

use anycapture::{capture, Options};
use bare_metal::{ensure, exit, println};
use cortex_m::peripheral::{syst::SystClkSource, SYST};
use cortex_m_rt::entry;
use static_cell::ConstStaticCell;

const REPEAT: u32 = 2_000;
const PER_TICK: u32 = 40;

#[entry]
fn main() -> ! {
    static MEMORY: ConstStaticCell<[u8; 32768]> = ConstStaticCell::new([0; 32768]);
    // SAFETY: nobody else has them.
    let mut core = unsafe { cortex_m::Peripherals::steal() };
    core.SYST.set_clock_source(SystClkSource::Core);
    core.SYST.set_reload(0x00ff_ffff);
    core.SYST.clear_current();
    core.SYST.enable_counter();

    let scalar = 0.5_f32;
    let large = [0.5_f32; 256];
    let shape = [16, 16];

    measure("inactive line", || capture!(cost, off = *black_box(&scalar)));
    anycapture::activate_with(Options::new().memory(MEMORY.take()).max_size(8));
    measure("scalar", || capture!(cost, scalar = *black_box(&scalar)));
    measure("scalar with an index", || capture!(cost, indexed = *black_box(&scalar); index = 7));
    measure("1 KiB of f32", || capture!(cost, large = black_box(&large)));
    measure("1 KiB of f32 with a shape", || {
        capture!(cost, shaped[shape[0], shape[1]] = black_box(&large[..]));
    });
    let kept = |key| anycapture::report().key(key).map(|key| (key.kept(), key.refused()));
    ensure(kept("cost.off").is_none(), "an inactive line records nothing");
    ensure(kept("cost.scalar") == Some((8, 0)), "the scalars were kept");
    ensure(kept("cost.shaped") == Some((8, 0)), "the arrays were kept");
    exit(true)
}

/// Runs `f` until all is as it will be from then on, then counts.
fn measure(what: &str, mut f: impl FnMut()) {
    let mut ticks = |repeat| {
        let start = SYST::get_current();
        for _ in 0..repeat {
            f();
            black_box(());
        }
        start.wrapping_sub(SYST::get_current()) & 0x00ff_ffff
    };
    ticks(20);
    let instructions = ticks(REPEAT) * PER_TICK / REPEAT;
    println!("| {what} | {instructions} |");
}
