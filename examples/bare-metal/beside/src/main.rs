//! One number and one kilobyte, kept or sent by this crate and by what people use instead: `beside.sh` builds this for each
//! and measures.

#![no_std]
#![no_main]

use core::hint::black_box;

use cortex_m_rt::entry;
use panic_halt as _;

/// This crate: the newest eight of each key, from any priority.
#[cfg(feature = "anycapture")]
macro_rules! line {
    ($name:ident) => {
        anycapture::capture!(lines, $name)
    };
}

/// A `HistoryBuf` a line, the newest eight, behind a critical section.
#[cfg(feature = "history")]
macro_rules! line {
    ($name:ident) => {{
        type History = heapless::HistoryBuf<Value, 8>;
        static BUFFER: Mutex<RefCell<History>> = Mutex::new(RefCell::new(History::new()));
        critical_section::with(|section| BUFFER.borrow_ref_mut(section).write(*$name));
    }};
}
#[cfg(feature = "history")]
use {core::cell::RefCell, critical_section::Mutex};

/// A log line over RTT.
#[cfg(feature = "defmt")]
macro_rules! line {
    ($name:ident) => {
        defmt::info!("{} {}", stringify!($name), $name)
    };
}
#[cfg(feature = "defmt")]
use defmt_rtt as _;

/// A queue of bytes for one producer, which a consumer empties: a number of the line, and the value.
#[cfg(feature = "bbqueue")]
macro_rules! line {
    ($name:ident) => {{
        let bytes = $name.as_bytes();
        if let Ok(mut grant) = QUEUE.stream_producer().grant_exact(1 + bytes.len()) {
            grant[0] = core::line!() as u8;
            grant[1..].copy_from_slice(bytes);
            grant.commit(1 + bytes.len());
        }
    }};
}
#[cfg(feature = "bbqueue")]
static QUEUE: bbqueue::nicknames::Churrasco<{ 64 * 1024 }> = bbqueue::nicknames::Churrasco::new();

#[cfg(not(any(
    feature = "anycapture",
    feature = "history",
    feature = "defmt",
    feature = "bbqueue"
)))]
macro_rules! line {
    ($name:ident) => {
        let _ = black_box($name);
    };
}

/// What is captured, and its bytes.
#[cfg(not(feature = "large"))]
type Value = f32;
#[cfg(not(feature = "large"))]
const VALUE: Value = 0.5;
#[cfg(feature = "large")]
type Value = [f32; 256];
#[cfg(feature = "large")]
const VALUE: Value = [0.5; 256];

#[cfg(feature = "bbqueue")]
trait Bytes {
    fn as_bytes(&self) -> &[u8];
}

#[cfg(feature = "bbqueue")]
impl Bytes for Value {
    fn as_bytes(&self) -> &[u8] {
        // SAFETY: every byte of a float is one.
        unsafe { core::slice::from_raw_parts((self as *const Value).cast(), size_of::<Value>()) }
    }
}

#[entry]
fn main() -> ! {
    #[cfg(feature = "anycapture")]
    {
        static MEMORY: static_cell::ConstStaticCell<[u8; 16 * 1024]> =
            static_cell::ConstStaticCell::new([0; 16 * 1024]);
        let _ = anycapture::set_memory(MEMORY.take());
        anycapture::activate();
    }
    let value = black_box(VALUE);
    #[cfg(feature = "measure")]
    measure(&value);
    #[cfg(feature = "line")]
    one(black_box(&value));
    #[cfg(feature = "lines")]
    eight(black_box(&value));
    loop {
        cortex_m::asm::wfi();
    }
}

#[cfg(any(feature = "line", feature = "measure"))]
#[inline(never)]
fn one(nul_0: &Value) {
    line!(nul_0);
}

/// Prints how many instructions a line takes, where QEMU's `-icount shift=0` makes each last 1 ns: see `instructions.rs`.
#[cfg(feature = "measure")]
fn measure(value: &Value) {
    use cortex_m::peripheral::{syst::SystClkSource, SYST};

    const REPEAT: u32 = 40;
    // SAFETY: nobody else has them.
    let mut core = unsafe { cortex_m::Peripherals::steal() };
    core.SYST.set_clock_source(SystClkSource::Core);
    core.SYST.set_reload(0x00ff_ffff);
    core.SYST.clear_current();
    core.SYST.enable_counter();
    let mut instructions = 0;
    for _ in 0..2 {
        let start = SYST::get_current();
        for _ in 0..REPEAT {
            one(black_box(value));
        }
        instructions = (start.wrapping_sub(SYST::get_current()) & 0x00ff_ffff) * 40 / REPEAT;
        #[cfg(feature = "bbqueue")]
        while let Ok(grant) = QUEUE.stream_consumer().read() {
            let sent = grant.len();
            grant.release(sent);
        }
    }
    bare_metal::println!("{instructions}");
    bare_metal::exit(true);
}

/// With keys as long as that of the first line.
#[cfg(feature = "lines")]
#[inline(never)]
fn eight(one_1: &Value) {
    let next = |value| black_box(value);
    line!(one_1);
    let two_2 = next(one_1);
    line!(two_2);
    let tri_3 = next(two_2);
    line!(tri_3);
    let for_4 = next(tri_3);
    line!(for_4);
    let fiv_5 = next(for_4);
    line!(fiv_5);
    let six_6 = next(fiv_5);
    line!(six_6);
    let sev_7 = next(six_6);
    line!(sev_7);
    let eig_8 = next(sev_7);
    line!(eig_8);
}
