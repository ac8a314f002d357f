//! What a recorder must do on every target.

#![no_std]

use anycapture::{capture, Dtype, Options};

/// Captures, reads back and counts, in `memory`. An error says what went wrong.
pub fn check(memory: &'static mut [u8]) -> Result<(), &'static str> {
    anycapture::activate_with(Options::new().memory(memory).max_size(3));
    for step in 0..5_u32 {
        let map = [[step as f32, 0.5], [-1.0e-3, f32::MAX]];
        let flags = [step % 2 == 0, true];
        let wide = u64::MAX - u64::from(step);
        capture!(check, map, flags, wide, count = step as usize; index = step);
    }
    anycapture::deactivate();

    let mut seen = 0;
    let mut failure = Ok(());
    let mut ensure = |holds: bool, what| {
        if !holds && failure.is_ok() {
            failure = Err(what);
        }
    };
    anycapture::visit(|entry| {
        let step = 2 + seen % 3;
        seen += 1;
        ensure(entry.index() == Some(step), "the newest three, oldest first");
        match entry.key() {
            "check.map" => {
                let mut room = [0.0_f32; 4];
                let map = [step as f32, 0.5, -1.0e-3, f32::MAX];
                ensure(entry.shape() == [2, 2], "a shape");
                ensure(entry.read_into(&mut room) == Ok(&map), "floats");
                // The bytes are little-endian also where memory is not.
                ensure(entry.bytes()[4..8] == [0, 0, 0, 0x3f], "little-endian bytes");
            }
            "check.flags" => {
                ensure(entry.bytes() == [u8::from(step % 2 == 0), 1], "a bool as 0 or 1");
            }
            "check.wide" => ensure(entry.scalar() == Some(u64::MAX - step), "64 bits"),
            _ => {
                let dtype = if usize::BITS == 64 { Dtype::U64 } else { Dtype::U32 };
                ensure(entry.dtype() == dtype, "the width of a usize");
                ensure(entry.scalar() == Some(step as usize), "a usize");
            }
        }
    });
    ensure(seen == 12, "three values of each of four keys");
    let counts = anycapture::report().key("check.map");
    let counts = counts.map(|key| (key.kept(), key.overwritten(), key.refused()));
    ensure(counts == Some((3, 2, 0)), "counts");

    let (mut length, mut first) = (0, None);
    anycapture::export(|bytes| {
        length += bytes.len();
        first = first.or(bytes.first_chunk::<8>().copied());
    });
    let header = first.map_or(0, u64::from_le_bytes) as usize;
    let data = 3 * (16 + 2 + 8 + size_of::<usize>());
    ensure(length == 8 + header + data, "an export of the right length");
    failure
}
