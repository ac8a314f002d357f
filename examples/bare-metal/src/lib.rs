//! The host on the other side of semihosting: text, files, and the end of the program.
//!
//! `cortex-m-semihosting` has the same with a critical section around it; the programs here do
//! without any, so that they show that the recorder does.

#![no_std]

use core::fmt;

use cortex_m_semihosting::{debug, syscall, syscall1};

/// Prints a line on the host.
#[macro_export]
macro_rules! println {
    ($($format:tt)*) => {
        $crate::print(core::format_args!("{}\n", core::format_args!($($format)*)))
    };
}

pub fn print(text: fmt::Arguments<'_>) {
    let _ = fmt::write(&mut Console, text);
}

struct Console;

impl fmt::Write for Console {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // The call wants text that ends with a zero byte.
        for piece in text.as_bytes().chunks(63) {
            let mut room = [0; 64];
            room[..piece.len()].copy_from_slice(piece);
            // SAFETY: the text ends in `room`.
            unsafe { syscall1!(WRITE0, room.as_ptr()) };
        }
        Ok(())
    }
}

/// A new file on the host.
pub struct File(usize);

impl File {
    pub fn create(name: &str) -> File {
        const BINARY_FOR_WRITING: usize = 5;
        let mut path = [0; 256];
        path[..name.len()].copy_from_slice(name.as_bytes());
        // SAFETY: the path ends with a zero byte, which is not counted.
        File(unsafe { syscall!(OPEN, path.as_ptr(), BINARY_FOR_WRITING, name.len()) })
    }

    /// An error gives the number of bytes that the host did not take.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), usize> {
        // SAFETY: as many bytes are there.
        match unsafe { syscall!(WRITE, self.0, bytes.as_ptr(), bytes.len()) } {
            0 => Ok(()),
            left => Err(left),
        }
    }
}

impl Drop for File {
    fn drop(&mut self) {
        // SAFETY: the file is open.
        unsafe { syscall!(CLOSE, self.0) };
    }
}

/// Gives the recorder its memory, which it takes once.
#[cfg(feature = "anycapture")]
pub fn give(memory: &'static mut [u8]) {
    ensure(
        anycapture::set_memory(memory).is_ok(),
        "memory is given once, before the first capture",
    );
}

/// Ends the program with a failure unless `holds`.
pub fn ensure(holds: bool, what: &str) {
    if !holds {
        println!("FAILED: {what}");
        exit(false);
    }
}

pub fn exit(success: bool) -> ! {
    loop {
        debug::exit(if success { debug::EXIT_SUCCESS } else { debug::EXIT_FAILURE });
    }
}

/// Makes a panic end the program with a failure, in a program that has nothing better to do then.
#[macro_export]
macro_rules! exit_on_panic {
    () => {
        #[panic_handler]
        fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
            $crate::println!("{info}");
            $crate::exit(false)
        }
    };
}

/// The board's first serial port.
pub mod uart {
    use core::convert::Infallible;
    use core::ptr::{read_volatile, write_volatile};

    const DATA: *mut u32 = 0x4000_4000 as *mut u32;
    const STATE: *const u32 = 0x4000_4004 as *const u32;
    const CONTROL: *mut u32 = 0x4000_4008 as *mut u32;
    const BAUD_DIVISOR: *mut u32 = 0x4000_4010 as *mut u32;

    const FULL: u32 = 1;
    const TRANSMIT: u32 = 1;

    /// Sends `bytes`, and waits until the port has taken them. It takes all.
    pub fn write(bytes: &[u8]) -> Result<(), Infallible> {
        // SAFETY: these are the port's registers, which nothing else uses.
        unsafe {
            write_volatile(BAUD_DIVISOR, 16);
            write_volatile(CONTROL, TRANSMIT);
            for &byte in bytes {
                while read_volatile(STATE) & FULL != 0 {}
                write_volatile(DATA, byte.into());
            }
        }
        Ok(())
    }
}
