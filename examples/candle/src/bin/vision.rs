//! Every attention map of a Vision Transformer of candle-transformers, from one capture line in its published source.
//!
//! ```text
//! cargo run --release -p candle-captured --features capture --bin vision
//! ```
//!
//! reads a handwritten digit with the small model of `examples/vit`. `--weights` and `--image` take DINOv2 ViT-S/14 (see
//! `examples/vit/fetch.py`) and a photograph instead.

use std::{error::Error, fs, io::Write, path::PathBuf};

use anycapture::Options;
use candle_captured::{numbers, vision::Model, weights::Weights};
use clap::Parser;
use vit::photo;

const DIGIT_WEIGHTS: &[u8] = include_bytes!("../../../vit/digits.safetensors");
const DIGIT: &[u8] = include_bytes!("../../../vit/images/5.png");

/// Runs a Vision Transformer of candle-transformers, and shows what its attention was.
#[derive(Parser)]
struct Args {
    /// The published model
    #[arg(long, value_enum, default_value = "vit")]
    model: Model,

    /// Weights, as `examples/vit` takes them [default: a small model for handwritten digits]
    #[arg(long, value_name = "FILE", requires = "image")]
    weights: Option<PathBuf>,

    /// The image; the largest centred square of it is used [default: a digit]
    #[arg(long, value_name = "FILE")]
    image: Option<PathBuf>,

    /// Write the maps to this safetensors file
    #[arg(long, value_name = "FILE")]
    export: Option<PathBuf>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    let read = |path: &Option<PathBuf>, built_in: &[u8]| {
        path.as_ref().map_or(Ok(built_in.to_vec()), fs::read)
    };
    let bytes = read(&args.weights, DIGIT_WEIGHTS)?;
    let photo = read(&args.image, DIGIT)?;

    // How examples/vit makes numbers of a photograph.
    let preprocessing = vit::weights::Model::read(&bytes)?;
    let blocks = preprocessing.blocks();
    let shape = preprocessing.vit(&blocks);
    let photo = photo::read(&photo, shape.image_side() as u32, shape.channels == 1)?;
    let image = photo::normalise(&photo.seen, &preprocessing.mean, &preprocessing.deviation);
    let weights = Weights::read(&bytes)?;

    anycapture::activate_with(Options::new().convert(numbers));
    let scores = args.model.forward(&weights, &image)?;
    anycapture::deactivate();

    if !preprocessing.classes.is_empty() {
        let best = scores.argmax(0)?.to_scalar::<u32>()?;
        println!("This is a {}.", preprocessing.classes[best as usize]);
    }
    if !anycapture::ENABLED {
        println!(
            "Nothing was captured: build with `--features capture` to see the attention maps."
        );
        return Ok(());
    }
    let cache = anycapture::cache();
    println!("{cache}\n{}", anycapture::report());
    if let Some(path) = args.export {
        let mut file = fs::File::create(&path)?;
        cache.export(|part| file.write_all(part))?;
        println!("wrote {}", path.display());
    }
    Ok(())
}
