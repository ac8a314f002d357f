//! An image file, as people have them, made into what the model takes.

use std::io::Cursor;

use image::{
    DynamicImage, ImageDecoder, ImageError, ImageReader, RgbImage, imageops::FilterType,
    metadata::Orientation,
};

/// The most pixels that a picture of attention needs along a side.
const FINE: u32 = 672;
/// The most bytes of a decoded image: 26,000 pixels square in colour.
const MOST: u64 = 2 << 30;

/// An image twice: as the model sees it, and as people like to see it.
pub struct Photo {
    /// `side` pixels square.
    pub seen: RgbImage,
    /// The same square with the pixels it came with, as far as they help.
    pub fine: RgbImage,
}

/// Takes the bytes of an image of any common format, upright, and of it the largest centred square.
/// One of `side` pixels is left as it is. `grey` takes the colours out.
pub fn read(bytes: &[u8], side: u32, grey: bool) -> Result<Photo, String> {
    let image = decode(bytes)?;
    let (width, height) = (image.width(), image.height());
    let square = width.min(height);
    let image = match width == height {
        true => image,
        false => image.crop_imm((width - square) / 2, (height - square) / 2, square, square),
    };
    let resized = |side| {
        let image = match side == square {
            true => flatten(&image),
            false => flatten(&image.resize_exact(side, side, FilterType::CatmullRom)),
        };
        if grey { DynamicImage::ImageRgb8(image).grayscale().to_rgb8() } else { image }
    };
    Ok(Photo { seen: resized(side), fine: resized(square.clamp(side, FINE.max(side))) })
}

/// The whole image, upright. A large one comes smaller, so that nothing later takes long.
fn decode(bytes: &[u8]) -> Result<DynamicImage, String> {
    let say = |error| match error {
        ImageError::Unsupported(_) => "it is not a PNG, JPEG, WebP, GIF, BMP or TIFF image".into(),
        error => error.to_string(),
    };
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format();
    let mut decoder = reader.map_err(|e| e.to_string())?.into_decoder().map_err(say)?;
    let (width, height) = decoder.dimensions();
    if decoder.total_bytes() > MOST {
        return Err(format!("{width} x {height} pixels are too many: make it smaller first"));
    }
    if is_cut_jpeg(bytes) {
        return Err("the file ends before the image does".into());
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut image = DynamicImage::from_decoder(decoder).map_err(say)?;
    // Averages of whole blocks: near what a filter that wide would give, in a tenth of the time.
    let least = width.min(height);
    if least > 4 * FINE {
        let part = |length: u32| {
            (u64::from(length) * u64::from(2 * FINE) / u64::from(least)).min(u32::MAX.into()) as u32
        };
        image = image.thumbnail_exact(part(width), part(height));
    }
    image.apply_orientation(orientation);
    Ok(image)
}

/// A JPEG whose last picture has no end: the decoder would paint the rest grey and say nothing.
fn is_cut_jpeg(bytes: &[u8]) -> bool {
    // Inside a picture's data no 0xff stands before such a byte.
    let last = |marker: u8| bytes.windows(2).rposition(|two| two == [0xff, marker]);
    bytes.starts_with(&[0xff, 0xd8]) && last(0xd9) < last(0xda)
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
