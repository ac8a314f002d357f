//! Puts `memory.x` where the linker finds it, and the pixels of a digit where the model finds them.

use std::{env, fs, path::Path};

fn main() {
    let out = env::var("OUT_DIR").expect("cargo sets it");
    let out = Path::new(&out);
    fs::copy("memory.x", out.join("memory.x")).expect("a folder to write to");
    println!("cargo:rustc-link-search={}", out.display());
    // Cargo by itself does not link again when only this file has changed.
    println!("cargo:rerun-if-changed=memory.x");
    println!("cargo:rerun-if-changed=build.rs");

    const DIGIT: &str = "../vit/images/5.png";
    let mut png = png::Decoder::new(fs::File::open(DIGIT).expect(DIGIT)).read_info().expect(DIGIT);
    let mut pixels = vec![0; png.output_buffer_size()];
    let info = png.next_frame(&mut pixels).expect(DIGIT);
    assert_eq!(
        (info.color_type, info.bit_depth),
        (png::ColorType::Grayscale, png::BitDepth::Eight)
    );
    fs::write(out.join("digit.grey"), pixels).expect("a folder to write to");
    println!("cargo:rerun-if-changed={DIGIT}");
}
