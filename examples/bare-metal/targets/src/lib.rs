//! What a recorder must do on every target.

#![no_std]

use core::convert::Infallible;

use anycapture::{capture, Dtype};

/// Captures, reads back and counts, in `memory`. An error says what went wrong.
pub fn check(memory: &'static mut [u8]) -> Result<(), &'static str> {
    anycapture::set_memory(memory).map_err(|_| "memory is given once")?;
    anycapture::set_size(3);
    anycapture::activate();
    for step in 0..5_i32 {
        let map = [[step as f32, 0.5], [-1.0e-3, f32::MAX]];
        let flags = [step % 2 == 0, true];
        let wide = u64::MAX - step as u64;
        capture!(check, map, flags, wide, count = step as usize; index = (step, -1));
    }
    anycapture::deactivate();

    let mut seen = 0;
    let mut failure = Ok(());
    let mut ensure = |holds: bool, what| {
        if !holds && failure.is_ok() {
            failure = Err(what);
        }
    };
    let shown = anycapture::visit(|value| {
        let step = 2 + seen % 3;
        seen += 1;
        ensure(value.indices() == [step, -1], "the newest three, oldest first");
        match value.key() {
            "check.map" => {
                let mut room = [0.0_f32; 4];
                let map = [step as f32, 0.5, -1.0e-3, f32::MAX];
                ensure(value.shape() == [2, 2], "a shape");
                ensure(value.read_into(&mut room) == Ok(&map), "floats");
                // The bytes are little-endian also where memory is not.
                ensure(value.bytes()[4..8] == [0, 0, 0, 0x3f], "little-endian bytes");
            }
            "check.flags" => {
                ensure(value.bytes() == [u8::from(step % 2 == 0), 1], "a bool as 0 or 1");
            }
            "check.wide" => ensure(value.scalar() == Some(u64::MAX - step as u64), "64 bits"),
            _ => {
                let dtype = match usize::BITS {
                    16 => Dtype::U16,
                    32 => Dtype::U32,
                    _ => Dtype::U64,
                };
                ensure(value.dtype() == dtype, "the width of a usize");
                ensure(value.scalar() == Some(step as usize), "a usize");
            }
        }
    });
    ensure(seen == 12 && shown.is_complete(), "three values of each of four keys");
    let counts = anycapture::report().key("check.map");
    let counts = counts.map(|key| (key.kept(), key.overwritten(), key.refused()));
    ensure(counts == Some((3, 2, 0)), "counts");

    let (mut length, mut first) = (0, None);
    let Ok(()) = anycapture::export(|bytes| {
        length += bytes.len();
        first = first.or(bytes.first_chunk::<8>().copied());
        Ok::<(), Infallible>(())
    });
    let header = first.map_or(0, u64::from_le_bytes) as usize;
    // Beside the elements of each value stand its sequence and two indices.
    let data = 3 * (16 + 2 + 8 + size_of::<usize>() + 4 * (8 + 16));
    ensure(length == 8 + header + data, "an export of the right length");
    let mut calls = 0;
    let stopped = anycapture::export(|_| {
        calls += 1;
        Err(calls)
    });
    ensure(stopped == Err(1) && calls == 1, "an export stops at the first error");
    failure
}
