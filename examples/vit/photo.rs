//! An image file, as people have them, made into what the model takes.

use std::io::{BufRead, Seek};

use image::{
    DynamicImage, ImageDecoder, ImageReader, RgbImage, imageops::FilterType, metadata::Orientation,
};

/// The most pixels that a picture of attention needs along a side.
const FINE: u32 = 672;

/// An image twice: as the model sees it, and as people like to see it.
pub struct Photo {
    /// `side` pixels square.
    pub seen: RgbImage,
    /// The same square with the pixels it came with, as far as they help.
    pub fine: RgbImage,
}

/// Reads an image of any common format, upright, and takes the largest centred square of it. One
/// of `side` pixels is left as it is. `grey` takes the colours out.
pub fn read<R: BufRead + Seek>(source: R, side: u32, grey: bool) -> Result<Photo, String> {
    let reader = ImageReader::new(source).with_guessed_format().map_err(|e| e.to_string())?;
    let mut decoder = reader.into_decoder().map_err(|e| e.to_string())?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut image = DynamicImage::from_decoder(decoder).map_err(|e| e.to_string())?;
    image.apply_orientation(orientation);

    let (width, height) = (image.width(), image.height());
    let square = width.min(height);
    let image = image.crop_imm((width - square) / 2, (height - square) / 2, square, square);
    let resized = |side| {
        // Resized before anything else, so that a huge image is never copied whole.
        let image = match side == square {
            true => flatten(&image),
            false => flatten(&image.resize_exact(side, side, FilterType::CatmullRom)),
        };
        if grey { DynamicImage::ImageRgb8(image).grayscale().to_rgb8() } else { image }
    };
    Ok(Photo { seen: resized(side), fine: resized(square.clamp(side, FINE.max(side))) })
}

/// Without alpha: what is transparent counts as black.
fn flatten(image: &DynamicImage) -> RgbImage {
    if !image.color().has_alpha() {
        return image.to_rgb8();
    }
    let image = image.to_rgba8();
    RgbImage::from_fn(image.width(), image.height(), |x, y| {
        let [r, g, b, a] = image[(x, y)].0;
        let over = |v: u8| (u16::from(v) * u16::from(a) / 255) as u8;
        image::Rgb([over(r), over(g), over(b)])
    })
}

/// The numbers the model takes, `[channels, side, side]`, by a mean and a deviation a channel.
pub fn normalise(image: &RgbImage, mean: &[f32], deviation: &[f32]) -> Vec<f32> {
    let mut values = Vec::new();
    for (channel, (mean, deviation)) in mean.iter().zip(deviation).enumerate() {
        values.extend(image.pixels().map(|p| (f32::from(p[channel]) / 255.0 - mean) / deviation));
    }
    values
}
