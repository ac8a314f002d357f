//! The models that come with microflow, on a Cortex-M4: what its operators made, out of the inside.

#![no_std]
#![no_main]

use bare_metal::{ensure, exit, give, println};
use cortex_m_rt::entry;
use microflow::{buffer::Buffer2D, model};
use nalgebra::SMatrix;
use static_cell::ConstStaticCell;

bare_metal::exit_on_panic!();

#[model("target/microflow/models/speech.tflite")]
struct Speech;

#[model("target/microflow/models/person_detect.tflite")]
struct PersonDetect;

#[entry]
fn main() -> ! {
    static REGION: ConstStaticCell<[u8; 4096]> = ConstStaticCell::new([0; 4096]);
    give(REGION.take());
    anycapture::activate();

    let speech = Speech::predict(Buffer2D::from_element(0.5));
    let person = PersonDetect::predict([SMatrix::from_element([0.5])]);
    println!("{}", anycapture::report());

    // One key, two shapes: the last operator of both models is a softmax.
    let outputs = [speech.as_slice(), person.as_slice()];
    let mut nth = 0;
    let shown = anycapture::visit(|value| {
        println!("{value}");
        if value.key() == "softmax.output" {
            let mut room = [0.0; 8];
            let equal = value.read_into::<f32>(&mut room) == Ok(outputs[nth]);
            ensure(equal, "what softmax made is what the engine gives");
            nth += 1;
        }
    });
    ensure(shown.is_complete(), "nothing is in use");
    ensure(nth == outputs.len(), "each model has one softmax");
    ensure(anycapture::report().key("fully_connected.output").is_some(), "an inner value");
    println!("microflow: captured values equal to the engine's own outputs");
    exit(true)
}
