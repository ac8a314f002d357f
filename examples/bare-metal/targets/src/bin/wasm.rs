//! WebAssembly: the host calls `check`, and reads what is exported too.

#![no_std]
#![no_main]

use core::{cell::Cell, convert::Infallible};

#[link(wasm_import_module = "host")]
extern "C" {
    fn write(bytes: *const u8, length: usize);
}

/// 0 if all is as it should be.
#[no_mangle]
extern "C" fn check() -> i32 {
    struct Memory(Cell<Option<&'static mut [u8; 4096]>>);
    // SAFETY: there is one thread.
    unsafe impl Sync for Memory {}
    static MEMORY: Memory = {
        static mut BYTES: [u8; 4096] = [0; 4096];
        // SAFETY: this is the only reference.
        Memory(Cell::new(Some(unsafe { &mut *(&raw mut BYTES) })))
    };
    let Some(memory) = MEMORY.0.take() else { return 1 };
    if targets::check(memory).is_err() {
        return 1;
    }
    let Ok(()) = anycapture::export(|bytes| {
        // SAFETY: the host reads as many bytes as there are.
        unsafe { write(bytes.as_ptr(), bytes.len()) };
        Ok::<(), Infallible>(())
    });
    0
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
