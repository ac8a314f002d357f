//! A RISC-V without atomic instructions, such as the ESP32-C3. It is built and linked, not run.

#![no_std]
#![no_main]

use core::cell::Cell;

use riscv_rt::entry;

#[entry]
fn main() -> ! {
    let memory: Option<&'static mut [u8; 1024]> = riscv::singleton!(: [u8; 1024] = [0; 1024]);
    let result = memory.map(|memory| targets::check(memory).is_ok());
    let _ = core::hint::black_box(Cell::new(result));
    loop {
        riscv::asm::wfi();
    }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}
