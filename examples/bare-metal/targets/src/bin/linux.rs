//! A process of its own, for the processors that QEMU's user mode knows.

#![no_std]
#![no_main]

#[link(name = "c")]
extern "C" {
    fn puts(text: *const core::ffi::c_char) -> i32;
    fn abort() -> !;
}

#[no_mangle]
extern "C" fn main() -> i32 {
    static mut MEMORY: [u8; 4096] = [0; 4096];
    // SAFETY: `main` runs once.
    let result = targets::check(unsafe { &mut *(&raw mut MEMORY) });
    let text = match result {
        Ok(()) if cfg!(target_endian = "big") => c"all well, big-endian",
        Ok(()) => c"all well, little-endian",
        Err(_) => c"FAILED",
    };
    // SAFETY: the text ends with a zero byte.
    unsafe { puts(text.as_ptr()) };
    i32::from(result.is_err())
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    // SAFETY: it does not come back.
    unsafe { abort() }
}
