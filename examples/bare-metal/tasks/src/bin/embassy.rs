//! embassy: an executor in an interrupt handler, and one in the thread.

#![no_std]
#![no_main]

use cortex_m_rt::{entry, exception};
use embassy_executor::{Executor, InterruptExecutor};
use embassy_sync::{blocking_mutex::raw::CriticalSectionRawMutex, signal::Signal};
use lm3s6965::{interrupt, Interrupt};
use static_cell::{ConstStaticCell, StaticCell};

bare_metal::exit_on_panic!();

static HIGH: InterruptExecutor = InterruptExecutor::new();
static TICK: Signal<CriticalSectionRawMutex, ()> = Signal::new();

#[interrupt]
unsafe fn UART0() {
    HIGH.on_interrupt()
}

#[exception]
fn SysTick() {
    TICK.signal(());
}

#[embassy_executor::task]
async fn high() {
    loop {
        TICK.wait().await;
        tasks::high();
    }
}

#[embassy_executor::task]
async fn low() {
    while tasks::low() {}
    tasks::finish("embassy")
}

#[entry]
fn main() -> ! {
    static MEMORY: ConstStaticCell<[u8; 16384]> = ConstStaticCell::new([0; 16384]);
    static LOW: StaticCell<Executor> = StaticCell::new();
    anycapture::set_memory(MEMORY.take()).expect("given once");
    anycapture::activate();
    // The first hit of each key carves its ring.
    tasks::high();
    tasks::low();

    // SAFETY: nobody else has them.
    let core = unsafe { cortex_m::Peripherals::steal() };
    let spawner = HIGH.start(Interrupt::UART0);
    spawner.spawn(high().expect("spawned once"));
    tasks::start(core.SYST);
    LOW.init(Executor::new()).run(|spawner| spawner.spawn(low().expect("spawned once")))
}
