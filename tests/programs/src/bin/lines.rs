//! Hits a line so many times, for a tool that counts instructions: `lines WHERE inactive|active COUNT`.
//!
//! WHERE is what lives meanwhile: `none` (no scope has ever lived), `ended` (one has), `elsewhere` (one, on another thread), or
//! `inside` (one, on this thread).

use std::{env, hint::black_box, thread};

use anycapture::capture;

#[inline(never)]
fn hit(count: u64) {
    for nth in 0..count {
        let x = black_box(nth as f32);
        capture!(lines, x);
    }
}

fn set_active(active: bool) {
    anycapture::set_size(16);
    if active {
        anycapture::activate();
    } else {
        anycapture::deactivate();
    }
}

fn main() {
    let words: Vec<String> = env::args().collect();
    let [_, place, switch, count] = &words[..] else { panic!("where, which, how often") };
    set_active(switch == "active");
    let _alive = match place.as_str() {
        "none" => None,
        "ended" => {
            drop(anycapture::scope());
            None
        }
        // It is handed over, and goes on living in its thread's store of scopes.
        "elsewhere" => thread::spawn(anycapture::scope).join().ok(),
        "inside" => {
            let scope = anycapture::scope();
            set_active(switch == "active");
            Some(scope)
        }
        other => panic!("no place named {other}"),
    };
    // The steady state.
    hit(4_000);
    hit(count.parse().expect("a number"));
}
