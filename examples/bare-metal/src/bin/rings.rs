//! `keep`, `room` and `set_size`: how many values each key holds in memory that is given to the byte.

#![no_std]
#![no_main]

use anycapture::{capture, region_size, KeyReport};
use bare_metal::{ensure, exit, give, println};
use cortex_m_rt::entry;
use static_cell::ConstStaticCell;

bare_metal::exit_on_panic!();

/// The newest values of a key whose line says `keep`, and of one whose line does not.
const KEEP: usize = 5;
const TOLD: usize = 3;
/// The bytes that a line with `room` asks for.
const ROOM: usize = 400;
/// `keep` alone says how many: `set_size` counts for lines without it.
const MEMORY: usize = region_size::<u16>("rings.kept", KEEP, &[3], 1)
    + region_size::<f32>("rings.told", TOLD, &[], 0)
    + ROOM;

fn counts(key: &str) -> KeyReport {
    anycapture::report().key(key).unwrap_or_default()
}

/// The values of a key, and the last element of each, oldest first.
fn held<const N: usize>(key: &str) -> ([u16; N], usize) {
    let (mut last, mut count) = ([0; N], 0);
    let shown = anycapture::visit(|value| {
        let mut room = [0_u16; 64];
        if let (true, Ok(elements)) = (value.key() == key, value.read_into(&mut room)) {
            if let (Some(to), Some(from)) = (last.get_mut(count), elements.last()) {
                *to = *from;
            }
            count += 1;
        }
    });
    ensure(shown.is_complete(), "nothing is in use");
    (last, count)
}

#[entry]
fn main() -> ! {
    static GIVEN: ConstStaticCell<[u8; MEMORY]> = ConstStaticCell::new([0; MEMORY]);
    give(GIVEN.take());
    anycapture::set_size(TOLD);
    anycapture::activate();

    for step in 0..20_u16 {
        capture!(rings, kept = [0, 1, step]; index = step, keep = KEEP);
        capture!(rings, told = f32::from(step));
        // The first value has one element, later ones up to 16.
        let list = [step; 16];
        capture!(rings, roomy = &list[..1 + usize::from(step) % 16]; room = ROOM);
    }
    let kept = held("rings.kept");
    ensure(kept == ([15, 16, 17, 18, 19], KEEP), "`keep`: the newest, and no more");
    ensure(counts("rings.kept").overwritten() == 15, "the others were overwritten");
    ensure(counts("rings.told").kept() == TOLD as u64, "`set_size`: as many");

    // 56 bytes and the key; of each value 16 bytes, and 4 for the dimension, beside its elements.
    let free = ROOM - 56 - "rings.roomy ".len();
    let (newest, count) = held::<32>("rings.roomy");
    ensure(count > TOLD && newest[count - 1] == 19, "`room`: whatever `set_size` says");
    (0..40_u16).for_each(|_| capture!(rings, roomy = [7_u16; 2]; room = ROOM));
    ensure(held::<32>("rings.roomy").1 == free / (16 + 4 + 4), "`room`: as many small ones as fit");
    capture!(rings, roomy = [8_u16; 64]; room = ROOM);
    let (newest, count) = held::<32>("rings.roomy");
    ensure(newest[count - 1] == 8, "`room`: a large one, in place of small ones");
    capture!(rings, roomy = [9_u16; 200]; room = ROOM);
    ensure(counts("rings.roomy").too_large() == 1, "one that is larger than its ring is refused");
    ensure(held::<32>("rings.roomy") == (newest, count), "and nothing is dropped for it");

    capture!(rings, late = 1_u8);
    ensure(counts("rings.late").no_memory() == 1, "all memory is carved, to the byte");
    println!("{}", anycapture::report());
    println!("rings: {MEMORY} bytes hold what was asked for, and no more");
    exit(true)
}
