//! How many instructions and how much stack each call takes, with few and with many values stored.
//!
//! SysTick counts, where QEMU's `-icount shift=0` makes every instruction last 1 ns, and a tick of the
//! board's 25 MHz thus 40 instructions. The stack is painted before a call and looked at behind it.
//!
//! The columns are those of a store with few values and keys, and with many.

#![no_std]
#![no_main]

use core::convert::Infallible;
use core::fmt::Write;
use core::hint::black_box;
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use anycapture::capture;
use bare_metal::{ensure, exit, give, println};
use cortex_m::peripheral::{syst::SystClkSource, SYST};
use cortex_m_rt::entry;
use static_cell::ConstStaticCell;

bare_metal::exit_on_panic!();

/// Instructions a tick.
const PER_TICK: u32 = 40;
/// How many values are stored beside those that are measured.
const STORED: [u32; 2] = [10, 1_000];
/// A first hit looks its key up among so many others.
const KEYS: [u32; 2] = [4, 96];
const MEMORY: usize = 256 * 1024;
const ROWS: usize = 64;
/// Where the given memory begins.
static REGION: AtomicUsize = AtomicUsize::new(0);

/// What a call takes.
#[derive(Clone, Copy)]
struct Cost {
    what: &'static str,
    instructions: [u32; 2],
    stack: usize,
}

/// The measurements of one round, with so many values stored.
struct Round<'a> {
    costs: &'a mut [Cost; ROWS],
    stored: usize,
    next: usize,
    /// What it takes to measure nothing.
    empty: Cost,
}

impl Round<'_> {
    /// Calls `f` until all is as it will be from then on, then counts.
    fn often(&mut self, what: &'static str, f: &mut dyn FnMut()) {
        ticks(20, f);
        const REPEAT: u32 = 2_000;
        self.note(what, ticks(REPEAT, f) * PER_TICK / REPEAT, stack(f));
    }

    /// Calls `f` once: to 40 instructions.
    fn once(&mut self, what: &'static str, f: &mut dyn FnMut()) {
        let mut instructions = 0;
        let stack = stack(&mut || instructions = ticks(1, f) * PER_TICK);
        self.note(what, instructions, stack);
    }

    /// Calls `f` once, which does the same so many times.
    fn each(&mut self, what: &'static str, count: u32, f: &mut dyn FnMut()) {
        self.once(what, f);
        let cost = &mut self.costs[self.next - 1];
        cost.instructions[self.stored] /= count;
    }

    fn note(&mut self, what: &'static str, instructions: u32, stack: usize) {
        let cost = &mut self.costs[self.next];
        cost.what = what;
        cost.instructions[self.stored] = instructions.saturating_sub(self.empty.instructions[0]);
        cost.stack = cost.stack.max(stack.saturating_sub(self.empty.stack));
        self.next += 1;
    }
}

#[inline(never)]
fn ticks(repeat: u32, f: &mut dyn FnMut()) -> u32 {
    let start = SYST::get_current();
    for _ in 0..repeat {
        f();
    }
    start.wrapping_sub(SYST::get_current()) & 0x00ff_ffff
}

/// The bytes of stack that `f` takes.
#[inline(never)]
fn stack(f: &mut dyn FnMut()) -> usize {
    const PAINT: u32 = 0xc0de_57ac;
    const DEPTH: usize = 16 * 1024;
    let top = cortex_m::register::msp::read() as usize & !3;
    // SAFETY: below the stack pointer there is nothing, down to the variables far below.
    for at in (top - DEPTH..top).step_by(4) {
        unsafe { core::ptr::write_volatile(at as *mut u32, PAINT) };
    }
    f();
    // SAFETY: the same.
    let used = |at: &usize| unsafe { core::ptr::read_volatile(*at as *const u32) } != PAINT;
    top - (top - DEPTH..top).step_by(4).find(used).unwrap_or(top)
}

#[entry]
fn main() -> ! {
    static MEMORY_: ConstStaticCell<[u8; MEMORY]> = ConstStaticCell::new([0; MEMORY]);
    // SAFETY: nobody else has them.
    let mut core = unsafe { cortex_m::Peripherals::steal() };
    core.SYST.set_clock_source(SystClkSource::Core);
    core.SYST.set_reload(0x00ff_ffff);
    core.SYST.clear_current();
    core.SYST.enable_counter();

    let mut costs = [Cost { what: "", instructions: [0; 2], stack: 0 }; ROWS];
    let empty = Cost {
        what: "",
        instructions: [ticks(2_000, &mut || black_box(())) * PER_TICK / 2_000, 0],
        stack: stack(&mut || black_box(())),
    };
    let line = Round { costs: &mut costs, stored: 0, next: 0, empty };
    inactive(line);
    given(&mut Round { costs: &mut costs, stored: 1, next: 1, empty }, MEMORY_.take());
    let mut rows = 0;
    for (stored, count) in STORED.into_iter().enumerate() {
        fill(count);
        let mut round = Round { costs: &mut costs, stored, next: 3, empty };
        first_hits(&mut round, stored);
        captures(&mut round);
        if stored == 1 {
            ensure(kept() >= u64::from(count), "as many values are stored as is said");
            readers(&mut round);
        }
        rows = round.next;
    }
    println!("| | instructions, {} values stored | {} values | stack |", STORED[0], STORED[1]);
    println!("| (a first hit: among {} keys, and {}) | | | |", KEYS[0], KEYS[1]);
    println!("| --- | ---: | ---: | ---: |");
    for Cost { what, instructions: [few, many], stack } in &costs[..rows] {
        match few {
            0 => println!("| {what} | | {many} | {stack} |"),
            few => println!("| {what} | {few} | {many} | {stack} |"),
        }
    }
    let most = |what| {
        let cost = costs.iter().find(|cost| cost.what == what);
        cost.map_or(u32::MAX, |cost| cost.instructions[0].max(cost.instructions[1]))
    };
    let flat = costs[1..].iter().all(|cost| {
        let [few, many] = cost.instructions;
        few == 0 || cost.what.starts_with("the first") || many <= few + few / 20
    });
    ensure(flat, "a capture takes the same, whatever is stored");
    ensure(most("a scalar") <= 335, "a scalar takes more instructions than it did");
    ensure(most("1 KiB of `f32`") <= 950, "1 KiB takes more instructions than it did");
    exit(true)
}

/// Values of mixed sizes under four keys, until `count` are kept.
fn fill(count: u32) {
    let large = [0.5_f32; 1024];
    let put = |key: u32, values: &[f32]| match key % 4 {
        0 => capture!(fill, a = values),
        1 => capture!(fill, b = values),
        2 => capture!(fill, c = values),
        _ => capture!(fill, d = values),
    };
    // The first value of a key says how large its ring is.
    (0..4).for_each(|key| put(key, &large));
    let mut nth = 0;
    while kept() < count.into() {
        put(nth, &large[..1 + nth as usize * 7 % 13]);
        nth += 1;
    }
}

fn kept() -> u64 {
    let mut kept = 0;
    anycapture::report().each_key(|key, counts| {
        if key.starts_with("fill.") {
            kept += counts.kept();
        }
    });
    kept
}

fn inactive(mut round: Round<'_>) {
    let scalar = 0.5_f32;
    round.often("a line while recording is inactive", &mut || {
        capture!(cost, off = *black_box(&scalar));
    });
    // The same whatever is stored.
    round.costs[0].instructions[1] = round.costs[0].instructions[0];
}

fn given(round: &mut Round<'_>, memory: &'static mut [u8]) {
    REGION.store(memory.as_ptr() as usize, Relaxed);
    let mut memory = Some(memory);
    round.once("`set_memory`", &mut || memory.take().into_iter().for_each(give));
    round.often("`activate`", &mut anycapture::activate);
}

/// A key each.
macro_rules! keys {
    ($($path:ident: $($name:ident)+;)+) => {$($(
        capture!($path, $name = 1_u8; keep = 1);
    )+)+};
}

fn many_keys() {
    keys! {
        first_of_many: a b c d e f g h i j k l m n o p q r s t u v w x;
        second_of_many: a b c d e f g h i j k l m n o p q r s t u v w x;
        third_of_many: a b c d e f g h i j k l m n o p q r s t u v w x;
        fourth_of_many: a b c d e f g h i j k l;
    }
}

fn first_hits(round: &mut Round<'_>, stored: usize) {
    let mut keys = 0;
    if stored == 1 {
        many_keys();
    }
    anycapture::report().each_key(|_, _| keys += 1);
    ensure(keys >= KEYS[stored], "as many keys are there as is said");
    let (scalar, large) = (0.5_f32, [0.5_f32; 256]);
    let mut scalars = || match stored {
        0 => capture!(first, a = *black_box(&scalar)),
        _ => capture!(first, b = *black_box(&scalar)),
    };
    round.once("the first hit of a key, a scalar", &mut scalars);
    let mut blocks = || match stored {
        0 => capture!(first, c = black_box(&large)),
        _ => capture!(first, d = black_box(&large)),
    };
    round.once("the first hit of a key, 1 KiB", &mut blocks);
}

fn captures(round: &mut Round<'_>) {
    let (scalar, large, shape) = (0.5_f32, [0.5_f32; 256], [16, 16]);
    round.often("a scalar", &mut || capture!(cost, scalar = *black_box(&scalar)));
    round.often("a scalar with `index`", &mut || {
        capture!(cost, indexed = *black_box(&scalar); index = black_box(7));
    });
    round.often("1 KiB of `f32`", &mut || capture!(cost, large = black_box(&large)));
    round.often("1 KiB of `f32` with a shape", &mut || {
        capture!(cost, shaped[shape[0], shape[1]] = black_box(&large[..]));
    });
    round.often("a scalar, of `every = 1000`", &mut || {
        capture!(cost, seldom = *black_box(&scalar); every = 1000);
    });
    round.often("a `None`", &mut || capture!(cost, absent = *black_box(&None::<f32>)));
    round.often("1 KiB of `f32` by `each`", &mut || {
        capture!(cost, made = anycapture::each(black_box(&large).iter().map(|x| x + 1.0)));
    });
    // With elements of one type only, the compiler would know more than it does in a program of some size.
    round.often("1 KiB of `i8`", &mut || capture!(cost, bytes = black_box(&[1_i8; 1024])));
    let mut first = true;
    let _ = anycapture::visit(|value| {
        if value.key() == "cost.scalar" && core::mem::take(&mut first) {
            round.often("a scalar that is refused, as its key is in use", &mut || {
                capture!(cost, scalar = *black_box(&scalar));
            });
        }
    });
    // The ring is as large as eight values of 1 KiB: some four hundred scalars.
    let mixed = |values: &[f32]| capture!(cost, mixed = black_box(values));
    mixed(&large);
    (0..1_000).for_each(|_| mixed(&large[..1]));
    round.once("1 KiB of `f32` in place of scalars", &mut || mixed(&large));
}

fn readers(round: &mut Round<'_>) {
    round.often("`is_active`", &mut || {
        black_box(anycapture::is_active());
    });
    round.often("`report().key(..)`", &mut || {
        black_box(anycapture::report().key("cost.scalar").map(|key| key.kept()));
    });
    let mut keys = 0;
    round.once("`report().each_key(..)`, over 100 keys", &mut || {
        anycapture::report().each_key(|_, counts| {
            black_box(counts.kept());
            keys += 1;
        });
    });
    ensure(keys / 10 == 10, "as many keys are there as is said");
    round.once("`report()` as text, over 100 keys", &mut || {
        let _ = write!(Nowhere, "{}", anycapture::report());
    });
    all_values(round);
    one_value(round);
    let scalar = 0.5_f32;
    round.often("a scalar, and `drain` of it, over 100 keys", &mut || {
        capture!(cost, scalar = *black_box(&scalar));
        let Ok(()) = anycapture::drain(|value| {
            black_box(value.bytes());
            Ok::<(), Infallible>(())
        });
    });
    round.often("`set_size`, over 100 keys", &mut || anycapture::set_size(black_box(100)));
    round.often("`clear`, over 100 keys", &mut anycapture::clear);
    round.often("`session`, and its end, over 100 keys", &mut || drop(anycapture::session()));
    round.often("`deactivate`", &mut anycapture::deactivate);
}

/// Readers of all values: what each value takes.
fn all_values(round: &mut Round<'_>) {
    let mut all = 0;
    anycapture::report().each_key(|_, counts| all += counts.kept() as u32);
    round.each("`visit`, each value", all, &mut || {
        let shown = anycapture::visit(|value| {
            black_box(value.bytes());
        });
        ensure(shown.values() == all.into(), "all are shown");
    });
    recovered(round, all);
    let mut sink = |piece: &[u8]| {
        black_box(piece);
        Ok::<(), Infallible>(())
    };
    round.each("`export`, each value, of some 50 bytes", all, &mut || {
        let Ok(()) = anycapture::export(&mut sink);
    });
    round.each("`drain` with `Value::frame`, each value, of some 50 bytes", all, &mut || {
        let Ok(()) = anycapture::drain(|value| value.frame(&mut sink));
    });
}

/// `recover` of a copy of the region.
fn recovered(round: &mut Round<'_>, all: u32) {
    static COPY: ConstStaticCell<[u8; MEMORY]> = ConstStaticCell::new([0; MEMORY]);
    let copy = COPY.take();
    let from = REGION.load(Relaxed) as *const u8;
    // SAFETY: there are as many bytes, which nothing changes meanwhile.
    copy.copy_from_slice(unsafe { core::slice::from_raw_parts(from, MEMORY) });
    round.once("`recover`, over 100 keys", &mut || {
        black_box(anycapture::recover(black_box(copy)).is_some());
    });
    round.each("`recover` and `Recovered::visit`, each value", all, &mut || {
        let mut seen = 0;
        anycapture::recover(black_box(copy)).into_iter().for_each(|before| {
            before.visit(|value| {
                black_box(value.bytes());
                seen += 1;
            });
        });
        ensure(seen == all, "all are there");
    });
}

/// What is asked of a value of 1 KiB.
fn one_value(round: &mut Round<'_>) {
    let large = [0.5_f32; 256];
    capture!(cost, large = black_box(&large));
    let mut room = [0.0_f32; 256];
    let mut first = true;
    let _ = anycapture::visit(|value| {
        if value.key() != "cost.large" || !core::mem::take(&mut first) {
            return;
        }
        round.often("`read_into`, 1 KiB of `f32`", &mut || {
            black_box(value.read_into(black_box(&mut room)).is_ok());
        });
        round.often("`summary`, 1 KiB of `f32`", &mut || {
            black_box(value.summary());
        });
        round.once("`Value::frame`, 1 KiB of `f32`", &mut || {
            let Ok(()) = value.frame(|piece| {
                black_box(piece);
                Ok::<(), Infallible>(())
            });
        });
        round.once("`Display`, 1 KiB of `f32`", &mut || {
            let _ = write!(Nowhere, "{value}");
        });
    });
}

struct Nowhere;

impl Write for Nowhere {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        black_box(text);
        Ok(())
    }
}
