//! The Vision Transformer of `examples/vit` on a microcontroller: every attention map out of one call.
//!
//! Engine and weights are those of the host's example. The maps go into one static buffer, and from
//! there, as a safetensors file, to the host: through semihosting, and over the serial port as a board
//! without a debugger would send them.

#![no_std]
#![no_main]

#[path = "../../../vit/src/engine.rs"]
#[allow(dead_code)]
mod engine;
#[path = "../model.rs"]
mod model;

use bare_metal::{ensure, exit, give, println, uart, File};
use cortex_m_rt::entry;
use engine::Plain;
use model::{CLASSES, HEADS, LAYERS, TOKENS, VIT, WORKSPACE};
use static_cell::ConstStaticCell;

bare_metal::exit_on_panic!();

const KEY: &str = "Attention.forward.attention_map";
const REGION: usize = anycapture::region_size::<f32>(KEY, LAYERS, &[HEADS, TOKENS, TOKENS], 1);

#[entry]
fn main() -> ! {
    static REGION_: ConstStaticCell<[u8; REGION]> = ConstStaticCell::new([0; REGION]);
    static WORKSPACE_: ConstStaticCell<[f32; WORKSPACE]> = ConstStaticCell::new([0.0; WORKSPACE]);
    give(REGION_.take());
    anycapture::activate();

    let features = VIT.forward(&model::digit(), WORKSPACE_.take(), &Plain);
    let mut scores = [0.0; CLASSES];
    VIT.classify(features, &mut scores, &Plain);
    engine::softmax(&mut scores);
    let best =
        (0..CLASSES).fold(0, |best, class| if scores[class] > scores[best] { class } else { best });
    println!("this is a {best}, with a probability of {:.4}", scores[best]);
    ensure(best == 5, "the digit is a 5");

    let shown = anycapture::visit(|value| println!("layer {:?}: {value}", value.index()));
    ensure(shown.values() == LAYERS as u64 && shown.is_complete(), "a map of each layer");
    println!("{}", anycapture::report());

    let mut file = File::create("maps.safetensors");
    ensure(anycapture::export(|bytes| file.write(bytes)).is_ok(), "the host took all bytes");
    let Ok(()) = anycapture::export(uart::write);
    exit(true)
}
