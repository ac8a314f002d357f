//! What the crate costs in flash and RAM: `size.sh` builds this with the crate and without, and compares.
//!
//! It prints nothing, as text would count; and without the feature `anycapture` there is no such crate, but
//! macros of that name that make nothing of a capture line.

#![no_std]
#![no_main]

#[cfg(not(feature = "anycapture"))]
extern crate self as anycapture;

#[path = "../../../vit/src/engine.rs"]
#[allow(dead_code)]
mod engine;
#[path = "../model.rs"]
#[allow(dead_code)]
mod model;

use core::hint::black_box;

use cortex_m_rt::entry;
use engine::Plain;
use panic_halt as _;
use static_cell::ConstStaticCell;

#[cfg(not(feature = "anycapture"))]
#[macro_export]
macro_rules! capture {
    ($($line:tt)*) => {};
}

#[cfg(not(feature = "anycapture"))]
#[macro_export]
macro_rules! captured_fn {
    ($(#[doc = $doc:literal])* #[capture($($list:tt)*)] $($function:tt)*) => {
        $(#[doc = $doc])* $($function)*
    };
}

#[entry]
fn main() -> ! {
    static WORKSPACE: ConstStaticCell<[f32; model::WORKSPACE]> =
        ConstStaticCell::new([0.0; model::WORKSPACE]);
    // The region itself is the user's choice, and not counted.
    #[cfg(feature = "cost-active")]
    {
        let _ = anycapture::set_memory(&mut []);
        anycapture::activate();
    }

    let features = model::VIT.forward(&model::digit(), WORKSPACE.take(), &Plain);
    let mut scores = [0.0; model::CLASSES];
    model::VIT.classify(features, &mut scores, &Plain);
    black_box(scores);
    #[cfg(feature = "cost-line")]
    lines(black_box(1.0));
    #[cfg(feature = "cost-visit")]
    let _ = anycapture::visit(|value| {
        black_box((value.key(), value.shape(), value.bytes()));
    });
    #[cfg(feature = "cost-drain")]
    let Ok(()) = anycapture::drain(|value| value.frame(nowhere));
    #[cfg(feature = "cost-export")]
    let Ok(()) = anycapture::export(nowhere);
    #[cfg(feature = "cost-recover")]
    if let Some(before) = anycapture::recover(black_box(&[0; 64])) {
        before.visit(|value| {
            black_box((value.key(), value.shape(), value.bytes()));
        });
    }
    #[cfg(feature = "cost-display")]
    let _ = anycapture::visit(|value| {
        let _ = core::fmt::write(&mut Nowhere, format_args!("{value}"));
    });
    #[cfg(feature = "cost-counts")]
    anycapture::report().each_key(|key, counts| {
        black_box((key, counts));
    });
    #[cfg(feature = "cost-report")]
    let _ = core::fmt::write(&mut Nowhere, format_args!("{}", anycapture::report()));
    loop {
        cortex_m::asm::wfi();
    }
}

/// One line that captures a number, and eight more if asked for, with keys of 11 bytes.
#[cfg(feature = "cost-line")]
#[inline(never)]
fn lines(score: f32) {
    let next = |score: &f32| black_box(*score) + 1.0;
    let nul_0 = next(&score);
    anycapture::capture!(lines, nul_0);
    let one_1 = next(&nul_0);
    #[cfg(feature = "cost-lines")]
    anycapture::capture!(lines, one_1);
    let two_2 = next(&one_1);
    #[cfg(feature = "cost-lines")]
    anycapture::capture!(lines, two_2);
    let tri_3 = next(&two_2);
    #[cfg(feature = "cost-lines")]
    anycapture::capture!(lines, tri_3);
    let for_4 = next(&tri_3);
    #[cfg(feature = "cost-lines")]
    anycapture::capture!(lines, for_4);
    let fiv_5 = next(&for_4);
    #[cfg(feature = "cost-lines")]
    anycapture::capture!(lines, fiv_5);
    let six_6 = next(&fiv_5);
    #[cfg(feature = "cost-lines")]
    anycapture::capture!(lines, six_6);
    let sev_7 = next(&six_6);
    #[cfg(feature = "cost-lines")]
    anycapture::capture!(lines, sev_7);
    let eig_8 = next(&sev_7);
    #[cfg(feature = "cost-lines")]
    anycapture::capture!(lines, eig_8);
    black_box(eig_8);
}

#[cfg(any(feature = "cost-export", feature = "cost-drain"))]
fn nowhere(bytes: &[u8]) -> Result<(), core::convert::Infallible> {
    black_box(bytes);
    Ok(())
}

#[cfg(any(feature = "cost-report", feature = "cost-display"))]
struct Nowhere;

#[cfg(any(feature = "cost-report", feature = "cost-display"))]
impl core::fmt::Write for Nowhere {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        black_box(text);
        Ok(())
    }
}
