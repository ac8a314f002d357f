//! A Cortex-M0, the micro:bit: no compare-and-swap, 16 KiB of RAM. SysTick captures too.

#![no_std]
#![no_main]

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use cortex_m::{peripheral::syst::SystClkSource, singleton};
use cortex_m_rt::{entry, exception};
use cortex_m_semihosting::{debug, hprintln};

/// On this target there is `load` and `store` and no more; only one of `main` and SysTick writes each.
static BY_MAIN: AtomicU32 = AtomicU32::new(0);
static BY_SYSTICK: AtomicU32 = AtomicU32::new(0);

fn work(count: &AtomicU32) {
    let number = count.load(Relaxed) + 1;
    count.store(number, Relaxed);
    let pair = [number; 2];
    if core::ptr::eq(count, &BY_MAIN) {
        anycapture::capture!(both, pair);
    } else {
        anycapture::capture!(both, pair);
    }
}

#[exception]
fn SysTick() {
    work(&BY_SYSTICK);
}

#[entry]
fn main() -> ! {
    // SAFETY: nobody else has them.
    let mut core = unsafe { cortex_m::Peripherals::steal() };
    let memory = singleton!(: [u8; 1024] = [0; 1024]).expect("asked for once");
    let result = targets::check(memory).and_then(|()| {
        anycapture::activate();
        core.SYST.set_clock_source(SystClkSource::Core);
        core.SYST.set_reload(999);
        core.SYST.clear_current();
        core.SYST.enable_interrupt();
        core.SYST.enable_counter();
        while BY_SYSTICK.load(Relaxed) < 2_000 {
            work(&BY_MAIN);
        }
        core.SYST.disable_interrupt();
        let counts = anycapture::report().key("both.pair").unwrap_or_default();
        let (by_main, by_systick) = (BY_MAIN.load(Relaxed), BY_SYSTICK.load(Relaxed));
        hprintln!("both.pair, {} by main, {} by SysTick: {}", by_main, by_systick, counts);
        let all = u64::from(by_main) + u64::from(by_systick);
        let counted = counts.kept() + counts.overwritten() + counts.refused();
        if counted == all && counts.busy() > 0 {
            Ok(())
        } else {
            Err("kept or counted")
        }
    });
    hprintln!("thumbv6m: {:?}", result);
    debug::exit(if result.is_ok() { debug::EXIT_SUCCESS } else { debug::EXIT_FAILURE });
    loop {}
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {
        debug::exit(debug::EXIT_FAILURE);
    }
}
