//! Interrupts that capture into the keys that `main` captures into.
//!
//! `main` captures in a tight loop. SysTick interrupts it, and TIMER0, of a higher priority, interrupts
//! both, at times that a random generator chooses. At the end: nothing hung (the program gets there), each
//! capture was kept or is counted, and each value kept is whole. Only captures of one key meet: a key
//! that one handler has for itself loses nothing, until `main` begins to read while handlers capture.
//!
//! No interrupt is ever masked: the program links without an implementation of `critical-section`.

#![no_std]
#![no_main]

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use anycapture::capture;
use bare_metal::{ensure, exit, give, println};
use cortex_m::peripheral::{scb::SystemHandler, syst::SystClkSource, NVIC};
use cortex_m_rt::{entry, exception};
use static_cell::ConstStaticCell;

bare_metal::exit_on_panic!();

/// How many times SysTick interrupts `main` while nobody reads, and in all.
const UNREAD: u32 = 25_000;
const INTERRUPTS: u32 = 50_000;

/// Values kept of each key: both limits in turn. The larger fills most of the memory.
const LARGE: usize = 12;
const SMALL: usize = 5;

/// Who captures: an element of a value tells that and the number of the capture.
const MAIN: u32 = 0;
const SYSTICK: u32 = 1;
const TIMER: u32 = 2;

/// How many captures each has made.
static MADE: [AtomicU32; 3] = [const { AtomicU32::new(0) }; 3];
/// How many interrupts interrupted a `SysTick` handler.
static NESTED: AtomicU32 = AtomicU32::new(0);
static IN_SYSTICK: AtomicU32 = AtomicU32::new(0);
/// How often `clear` and `set_size` were called in a handler.
static CLEARED: AtomicU32 = AtomicU32::new(0);

/// Captures one number repeated, by a line that all share and by a line of its own for each: the same
/// key, of another shape each time, `main` and handlers in the midst of each other.
fn work(who: u32) {
    let number = MADE[who as usize].fetch_add(1, Relaxed);
    let value = [who << 28 | number; 9];
    let shared = &value[..1 + number as usize % 9];
    capture!(work, shared; index = number);
    match who {
        MAIN => capture!(lines, value),
        SYSTICK => capture!(lines, value = &value[..3]),
        _ => capture!(lines, value = &value[..5]),
    }
    match who {
        MAIN => capture!(main, own = value),
        SYSTICK => capture!(systick, own = value),
        _ => capture!(timer, own = value),
    }
}

#[exception]
fn SysTick() {
    IN_SYSTICK.store(1, Relaxed);
    work(SYSTICK);
    if MADE[SYSTICK as usize].load(Relaxed) % 4096 == 0 {
        // A key that was interrupted in a capture is cleared before it is used next.
        CLEARED.fetch_add(1, Relaxed);
        anycapture::clear();
        anycapture::set_size(if CLEARED.load(Relaxed) % 2 == 0 { LARGE } else { SMALL });
    }
    IN_SYSTICK.store(0, Relaxed);
}

/// Every interrupt line of the board ends here; TIMER0 is the only one that is enabled.
#[exception]
unsafe fn DefaultHandler(_: i16) {
    NESTED.fetch_add(IN_SYSTICK.load(Relaxed), Relaxed);
    work(TIMER);
    timer::set(timer::CLEAR, 1);
    timer::set(timer::RELOAD, 100 + random() % 300);
}

/// The board's TIMER0, for which the generic crates have no name.
mod timer {
    pub const CONTROL: usize = 0x4000_0000;
    pub const VALUE: usize = 0x4000_0004;
    pub const RELOAD: usize = 0x4000_0008;
    pub const CLEAR: usize = 0x4000_000c;

    #[derive(Clone, Copy)]
    pub struct Line;

    // SAFETY: 8 is the number of TIMER0 on this board.
    unsafe impl cortex_m::interrupt::InterruptNumber for Line {
        fn number(self) -> u16 {
            8
        }
    }

    pub fn set(register: usize, value: u32) {
        // SAFETY: it is one of the registers above, and nothing else uses this timer.
        unsafe { core::ptr::write_volatile(register as *mut u32, value) }
    }
}

fn random() -> u32 {
    static STATE: AtomicU32 = AtomicU32::new(1);
    let next = STATE.load(Relaxed).wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
    STATE.store(next, Relaxed);
    next >> 8
}

#[entry]
fn main() -> ! {
    static MEMORY: ConstStaticCell<[u8; 4096]> = ConstStaticCell::new([0; 4096]);
    give(MEMORY.take());
    anycapture::set_size(LARGE);
    anycapture::activate();
    // The first hit of each key carves its ring: a handler that meets another one there is refused.
    for who in [MAIN, SYSTICK, TIMER] {
        work(who);
    }

    // SAFETY: nobody else has them (`take` would need a critical section), and none relies on priorities.
    let mut core = unsafe { cortex_m::Peripherals::steal() };
    unsafe {
        core.SCB.set_priority(SystemHandler::SysTick, 0x80);
        core.NVIC.set_priority(timer::Line, 0x40);
        NVIC::unmask(timer::Line);
    }
    timer::set(timer::VALUE, 300);
    timer::set(timer::RELOAD, 300);
    timer::set(timer::CONTROL, 0b1001);
    core.SYST.set_clock_source(SystClkSource::Core);
    core.SYST.set_reload(299);
    core.SYST.clear_current();
    core.SYST.enable_interrupt();
    core.SYST.enable_counter();

    while MADE[SYSTICK as usize].load(Relaxed) < UNREAD {
        work(MAIN);
        // Outside of the store for a while, so that not every interrupt meets a capture.
        cortex_m::asm::delay(random() % 600);
    }
    for key in ["main.own", "systick.own", "timer.own"] {
        ensure(busy(key) == 0, "captures of another key are never in the way");
    }
    ensure(busy("work.shared") > 0, "no capture met one of its own key, which proves nothing");

    let mut checked = 0;
    while MADE[SYSTICK as usize].load(Relaxed) < INTERRUPTS {
        work(MAIN);
        cortex_m::asm::delay(random() % 600);
        if MADE[MAIN as usize].load(Relaxed) % 300 == 0 {
            core.SYST.set_reload(100 + random() % 300);
            // What interrupts capture of the key that is being read is refused and counted.
            checked += whole();
        }
    }

    core.SYST.disable_interrupt();
    NVIC::mask(timer::Line);
    anycapture::deactivate();
    checked += whole();

    let [of_main, of_systick, of_timer] = MADE.each_ref().map(|made| u64::from(made.load(Relaxed)));
    let nested = NESTED.load(Relaxed);
    println!("captures by main {}, SysTick {}, TIMER0 {}", of_main, of_systick, of_timer);
    println!("TIMER0 interrupted SysTick's handler {} times", nested);
    println!("values checked for wholeness: {}", checked);
    println!("{}", anycapture::report());

    let all = of_main + of_systick + of_timer;
    accounted("work.shared", all);
    accounted("lines.value", all);
    accounted("main.own", of_main);
    accounted("systick.own", of_systick);
    accounted("timer.own", of_timer);
    ensure(nested > 100, "too few nested interrupts to prove anything");
    ensure(busy("main.own") == 0, "main meets nobody: handlers end before it goes on");
    ensure(busy("systick.own") > 0, "no interrupt met a reader, which proves nothing");
    ensure(busy("timer.own") > 0, "no nested interrupt met a reader, which proves nothing");
    println!("interrupts: all is kept or counted, and whole");
    exit(true)
}

fn busy(key: &str) -> u64 {
    anycapture::report().key(key).map_or(u64::MAX, |key| key.busy())
}

/// Each capture of `key` is held, or was, or is counted as refused.
fn accounted(key: &str, made: u64) {
    let Some(counts) = anycapture::report().key(key) else { return ensure(false, key) };
    let held = counts.kept() + counts.overwritten() + counts.cleared();
    ensure(held + counts.refused() == made, key);
    ensure(counts.refused() == counts.busy(), key);
    ensure(counts.kept() > 0 && counts.cleared() > 0, key);
}

const KEYS: [&str; 5] = ["work.shared", "lines.value", "main.own", "systick.own", "timer.own"];

/// Each value is one number repeated, and the numbers of one origin rise within a key. Gives the count.
fn whole() -> u32 {
    let mut count = 0;
    let mut key = None;
    let mut last = [None; 3];
    let mut sequence = None;
    let shown = anycapture::visit(|value| {
        let shown = KEYS.iter().position(|key| *key == value.key());
        ensure(shown.is_some(), "a key that no line has");
        if shown != key {
            (key, last, sequence) = (shown, [None; 3], None);
        }
        let mut room = [0; 9];
        let elements = value.read_into::<u32>(&mut room).unwrap_or(&[]);
        let first = elements.first().copied().unwrap_or(u32::MAX);
        let (who, number) = (first >> 28, first & 0x0fff_ffff);
        ensure(who <= TIMER && value.shape() == [elements.len()], "a value of unknown origin");
        ensure(elements.iter().all(|&element| element == first), "a value that is not whole");
        let length = match value.key() {
            "work.shared" => 1 + number as usize % 9,
            "lines.value" => [9, 3, 5][who as usize],
            _ => 9,
        };
        ensure(elements.len() == length, "a value of another length");
        if value.key() == "work.shared" {
            ensure(value.index() == Some(number.into()), "an index of another value");
        }
        ensure(last[who as usize] < Some(number), "values out of order");
        ensure(sequence < Some(value.sequence()), "sequence numbers out of order");
        last[who as usize] = Some(number);
        sequence = Some(value.sequence());
        count += 1;
    });
    ensure(shown.is_complete(), "main never finds a key in use");
    count
}
