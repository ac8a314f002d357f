//! An AVR, the ATmega1280: 8 bits, a `usize` of 16, 8 KiB of RAM.

#![no_std]
#![no_main]
// For the two instructions that end the program.
#![feature(asm_experimental_arch)]

use core::ptr::{addr_of_mut, write_volatile};

static mut MEMORY: [u8; 1024] = [0; 1024];

/// The serial port's control and data registers.
const CONTROL: *mut u8 = 0xC1 as *mut u8;
const DATA: *mut u8 = 0xC6 as *mut u8;
const TRANSMIT: u8 = 1 << 3;

fn say(text: &str) {
    // SAFETY: these are the port's registers. The simulator's port takes a byte at once.
    unsafe {
        write_volatile(CONTROL, TRANSMIT);
        text.bytes().for_each(|byte| write_volatile(DATA, byte));
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn main() -> ! {
    // SAFETY: the only reference to it.
    match targets::check(unsafe { &mut *addr_of_mut!(MEMORY) }) {
        Ok(()) => say("avr: ok\n"),
        Err(what) => {
            say(what);
            say("\n");
        }
    }
    end()
}

/// The simulator ends where a program sleeps and no interrupt can wake it.
fn end() -> ! {
    loop {
        // SAFETY: nothing goes on behind it.
        unsafe { core::arch::asm!("cli", "sleep") };
    }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    say("a panic\n");
    end()
}
