//! Compiles what `docs/embedding.md` shows: that it can't fall behind the crates it names.

#![no_std]

pub fn serial(mut uart: impl embedded_io::Write) {
    include!(concat!(env!("OUT_DIR"), "/serial.rs"))
}

pub fn rtt() {
    include!(concat!(env!("OUT_DIR"), "/rtt.rs"))
}
