//! What was captured before a reset: read after it, from memory that the start-up code does not clear.
//!
//! The program runs five times, with a warm reset between: one in the midst of a capture, one by a panic, one by a
//! HardFault in the midst of a capture, one by itself. Each time `recover` gives what was kept before, and leaves out the value
//! that was being written. A panic handler and a HardFault handler read with `visit`, as any handler: what
//! is in use is skipped. At the end the memory goes to a file, as a debugger would dump it.

#![no_std]
#![no_main]

use core::mem::MaybeUninit;
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use anycapture::{capture, each};
use bare_metal::{ensure, exit, give, println, File};
use cortex_m::peripheral::SCB;
use cortex_m_rt::{entry, exception, ExceptionFrame};

const SIZE: usize = 2048;
#[link_section = ".uninit.MEMORY"]
static mut MEMORY: MaybeUninit<[u8; SIZE]> = MaybeUninit::uninit();

/// How many times the program has begun; anything at first.
#[link_section = ".uninit.RUNS"]
static mut RUNS: MaybeUninit<[u32; 2]> = MaybeUninit::uninit();
const KNOWN: u32 = 0x5eed_ca7e;

/// The run, for handlers.
static RUN: AtomicU32 = AtomicU32::new(0);

/// The run that this is, from 0 on.
fn begin_run() -> u32 {
    let runs = &raw mut RUNS as *mut u32;
    // SAFETY: `main` is the only one that uses it, and every pattern is a number.
    unsafe {
        let run = if runs.read_volatile() == KNOWN { runs.add(1).read_volatile() } else { 0 };
        runs.write_volatile(KNOWN);
        runs.add(1).write_volatile(run + 1);
        run
    }
}

#[entry]
fn main() -> ! {
    let run = begin_run();
    RUN.store(run, Relaxed);
    // SAFETY: this is the only reference, made once a run; every pattern is a number.
    let memory: &'static mut [u8; SIZE] = unsafe { &mut *(&raw mut MEMORY).cast() };
    println!("run {run}");
    match anycapture::recover(memory) {
        None => ensure(run == 0, "what was captured survives a reset"),
        Some(before) => check(run, &before),
    }
    if run == 4 {
        let mut file = File::create("ram.bin");
        ensure(file.write(&[0xff; 100]).is_ok() && file.write(memory).is_ok(), "a file");
        println!("reset: all that was kept is there again, and nothing else");
        exit(true);
    }

    give(memory);
    anycapture::set_size(4);
    anycapture::activate();
    for step in 0..10_u32 {
        capture!(model, loss = run * 1000 + step; index = step);
        let map = [run; 9];
        capture!(model, map[3, 3]);
    }
    match run {
        0 => capture!(
            model,
            map = each((0..9_u32).map(|n| if n < 5 { n } else { SCB::sys_reset() }))
        ),
        1 => panic!("on purpose"),
        2 => capture!(model, map = each((0..9_u32).map(|n| if n < 5 { n } else { fault() }))),
        _ => SCB::sys_reset(),
    }
    exit(false)
}

fn fault() -> ! {
    cortex_m::asm::udf()
}

/// The newest four of each key, less the one whose place a value was being written to.
fn check(run: u32, before: &anycapture::Recovered<'_>) {
    let (mut losses, mut maps) = (0, 0);
    let was_writing = matches!(run, 1 | 3);
    before.visit(|value| {
        println!("  {} {:?} {value}", value.key(), value.index());
        let mut room = [0; 9];
        let elements = value.read_into::<u32>(&mut room).unwrap_or(&[]);
        if value.key() == "model.loss" {
            ensure(elements == [(run - 1) * 1000 + 6 + losses], "the newest four, in order");
            ensure(value.index() == Some((6 + losses).into()), "with their indices");
            losses += 1;
        } else {
            ensure(elements == [run - 1; 9] && value.shape() == [3, 3], "a whole map");
            maps += 1;
        }
    });
    let expected = if was_writing { 3 } else { 4 };
    ensure((losses, maps) == (4, expected), "all but the value that was being written");
}

/// Prints what can be read while `main` stands still, and begins again.
fn post_mortem(in_use: u64) -> ! {
    let mut shown = 0;
    let seen = anycapture::visit(|_| shown += 1);
    println!("  a handler reads {shown} values, and skips {} keys", seen.skipped());
    ensure(seen.skipped() == in_use, "what is in use is skipped");
    ensure(shown == if in_use == 0 { 8 } else { 4 }, "the rest can be read");
    SCB::sys_reset()
}

#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    println!("  {info}");
    ensure(RUN.load(Relaxed) == 1, "a panic that is meant");
    post_mortem(0)
}

#[exception]
unsafe fn HardFault(_: &ExceptionFrame) -> ! {
    ensure(RUN.load(Relaxed) == 2, "a fault that is meant");
    post_mortem(1)
}
