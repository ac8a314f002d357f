//! Compiles what `docs/embedding.md` shows: that it can't fall behind the crates it names.

#![no_std]

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
