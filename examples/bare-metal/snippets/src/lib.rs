//! Compiles what `docs/embedding.md` shows: that it can't fall behind the crates it names.

#![no_std]

use core::mem::MaybeUninit;

use anycapture::capture;
use static_cell::ConstStaticCell;

/// Stands for what a program prints with.
macro_rules! println {
    ($($format:tt)*) => { print(core::format_args!($($format)*)) };
}

fn print(_: core::fmt::Arguments<'_>) {}

pub fn first<U: embedded_io::Write>(
    map: &[f32],
    [heads, tokens, layer]: [usize; 3],
    mut uart: U,
) -> Result<(), U::Error> {
    include!(concat!(env!("OUT_DIR"), "/first.rs"));
    Ok(())
}

pub fn reset() {
    include!(concat!(env!("OUT_DIR"), "/reset.rs"))
}

pub fn stream<U: embedded_io::Write>(mut uart: U) -> Result<(), U::Error> {
    include!(concat!(env!("OUT_DIR"), "/stream.rs"));
    Ok(())
}

pub fn serial<U: embedded_io::Write>(mut uart: U) -> Result<(), U::Error> {
    include!(concat!(env!("OUT_DIR"), "/serial.rs"));
    Ok(())
}

pub fn rtt() {
    include!(concat!(env!("OUT_DIR"), "/rtt.rs"))
}
