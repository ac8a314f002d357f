//! Attention maps as pictures.

use ab_glyph::{Font, FontRef, PxScale, ScaleFont, point};
use colorous::{Gradient, INFERNO};
use image::{ImageBuffer, Luma, Rgb, RgbImage, imageops, imageops::FilterType};

const PAPER: Rgb<u8> = Rgb([13, 15, 20]);
const INK: Rgb<u8> = Rgb([236, 239, 244]);
const FAINT: Rgb<u8> = Rgb([164, 172, 186]);
const LINE: Rgb<u8> = Rgb([52, 58, 70]);
const MARK: Rgb<u8> = Rgb([84, 222, 253]);
pub const COLOURS: Gradient = INFERNO;
const MARGIN: u32 = 40;

/// The attention maps of one layer, `[heads, tokens, tokens]`.
#[derive(Clone, Copy)]
pub struct Layer<'a> {
    pub number: usize,
    pub heads: usize,
    pub tokens: usize,
    pub maps: &'a [f32],
}

impl Layer<'_> {
    /// One head's map, `[tokens, tokens]`.
    pub fn head(&self, head: usize) -> &[f32] {
        &self.maps[head * self.tokens * self.tokens..][..self.tokens * self.tokens]
    }

    pub fn average(&self) -> Vec<f32> {
        let sum = |i| (0..self.heads).map(|head| self.head(head)[i]).sum::<f32>();
        (0..self.tokens * self.tokens).map(|i| sum(i) / self.heads as f32).collect()
    }

    pub fn grid(&self) -> usize {
        ((self.tokens - 1) as f64).sqrt() as usize
    }
}

/// One head as a matrix: a row for each token that looks, a column for each looked at.
pub fn head(layer: Layer, head: usize) -> RgbImage {
    let map = layer.head(head);
    let zoom = (780 / layer.tokens as u32).max(1);
    let side = zoom * layer.tokens as u32;
    let (left, top) = (MARGIN + 44, MARGIN + 118);
    let mut page = Page::new(left + side + 150, top + side + MARGIN + 10);
    page.text(left, MARGIN, 34.0, INK, &format!("Layer {}, head {head}", layer.number));
    page.text(
        left,
        MARGIN + 46,
        20.0,
        FAINT,
        "Each row is a token that looks, each column a token looked at.",
    );

    let top_value = ceiling(map);
    page.paste(&matrix(map, layer.tokens, top_value, zoom), left, top);
    page.frame(left, top, side, side, 1, LINE);
    for token in ticks(layer.tokens) {
        let label = if token == 0 { "CLS".into() } else { token.to_string() };
        let middle = zoom * token as u32 + zoom / 2;
        page.text_right(left - 10, top + middle - 9, 17.0, FAINT, &label);
        page.text_centre(left + middle, top - 28, 17.0, FAINT, &label);
    }
    page.scale(left + side + 28, top, side, top_value, 17.0);
    page.image
}

/// Every head of a layer, and their average.
pub fn heads(layer: Layer) -> RgbImage {
    let zoom = (520 / layer.tokens as u32).clamp(1, 6);
    let side = zoom * layer.tokens as u32;
    let average = layer.average();
    let panels: Vec<(String, &[f32])> = (0..layer.heads)
        .map(|head| (format!("head {head}"), layer.head(head)))
        .chain([("average".to_string(), &average[..])])
        .collect();
    let columns = if panels.len() <= 5 { panels.len() as u32 } else { 4 };
    let rows = (panels.len() as u32).div_ceil(columns);
    let (step_x, step_y, top) = (side + 28, side + 62, MARGIN + 118);
    let mut page =
        Page::new(2 * MARGIN + columns * step_x - 28 + 150, top + rows * step_y + MARGIN - 20);
    page.text(MARGIN, MARGIN, 34.0, INK, &format!("Layer {}: all heads", layer.number));
    page.text(
        MARGIN,
        MARGIN + 48,
        if columns == 4 { 26.0 } else { 20.0 },
        FAINT,
        "Each row is a token that looks, each column a token looked at; CLS is the first of both.",
    );

    let top_value = ceiling(layer.maps);
    for (i, (label, map)) in (0u32..).zip(&panels) {
        let (x, y) = (MARGIN + i % columns * step_x, top + i / columns * step_y);
        page.text(x, y - 4, 26.0, if label == "average" { MARK } else { INK }, label);
        page.paste(&matrix(map, layer.tokens, top_value, zoom), x, y + 30);
        page.frame(x, y + 30, side, side, 1, LINE);
    }
    page.scale(MARGIN + columns * step_x, top + 30, rows * step_y - 62, top_value, 24.0);
    page.image
}

/// What a patch and CLS look at, over the image, and below it what CLS looks at in every head.
///
/// `patch` counts from 0, row by row.
pub fn grids(photo: &RgbImage, layer: Layer, head: usize, patch: usize) -> RgbImage {
    let (grid, map) = (layer.grid(), layer.head(head));
    let side = ((448 / grid).max(1) * grid) as u32;
    let gap = 28;
    let step = side + gap;
    let width = 2 * MARGIN + 3 * step - gap;
    let count = layer.heads as u32 + 1;
    let in_row = count.min(9);
    let small = (3 * step - gap - (in_row - 1) * 16) / in_row;
    let top = MARGIN + 100;
    let below = top + side + 82;
    let mut page = Page::new(width, below + count.div_ceil(in_row) * (small + 50) - 16 + MARGIN);

    let title = format!("Layer {}, head {head}", layer.number);
    page.text(MARGIN, MARGIN, 34.0, INK, &title);
    let place = format!("row {}, column {}", patch / grid, patch % grid);
    let row = |token: usize| &map[token * layer.tokens + 1..][..grid * grid];
    let panels = [
        (format!("the image, patch {patch} marked"), None),
        (format!("what that patch looks at ({place})"), Some(row(patch + 1))),
        ("what CLS looks at".to_string(), Some(row(0))),
    ];
    for (i, (label, attention)) in (0u32..).zip(&panels) {
        let x = MARGIN + i * step;
        page.text(x, top - 34, 20.0, FAINT, label);
        let panel = match attention {
            Some(row) => overlay(photo, row, grid, side),
            None => enlarge(photo, side),
        };
        page.paste(&panel, x, top);
        if i < 2 {
            let cell = side / grid as u32;
            let (column, line) = (patch % grid, patch / grid);
            page.frame(x + cell * column as u32, top + cell * line as u32, cell, cell, 3, MARK);
        }
        if let Some(row) = attention {
            page.small_scale(x, top + side + 14, side, largest(row));
        }
    }

    let average = layer.average();
    for i in 0..count {
        let x = MARGIN + i % in_row * (small + 16);
        let y = below + i / in_row * (small + 50);
        let (label, map) = match i as usize {
            i if i < layer.heads => (format!("CLS, head {i}"), layer.head(i)),
            _ => ("CLS, average".to_string(), &average[..]),
        };
        let chosen = i as usize == head;
        let row = &map[1..=grid * grid];
        page.text(x, y, 18.0, if chosen { MARK } else { FAINT }, &label);
        page.text_right(x + small, y + 2, 15.0, FAINT, &format!("max {}", short(largest(row))));
        page.paste(&overlay(photo, row, grid, small), x, y + 28);
        if chosen {
            page.frame(x, y + 28, small, small, 2, MARK);
        }
    }
    page.image
}

/// Attention, a number a patch, over a darkened image. The brightest is the largest of them.
fn overlay(photo: &RgbImage, attention: &[f32], grid: usize, side: u32) -> RgbImage {
    let heat = ImageBuffer::<Luma<f32>, _>::from_raw(grid as u32, grid as u32, attention.to_vec())
        .expect("a square grid");
    let smooth = if grid < 12 { FilterType::Nearest } else { FilterType::CatmullRom };
    let heat = imageops::resize(&heat, side, side, smooth);
    let largest = largest(attention).max(f32::MIN_POSITIVE);
    let mut panel = enlarge(photo, side);
    for (pixel, heat) in panel.pixels_mut().zip(heat.pixels()) {
        let share = f64::from(within(heat[0] / largest));
        let cover = 0.25 + 0.6 * share.sqrt();
        let colour = colour(share as f32).0;
        let grey =
            0.3 * f64::from(pixel[0]) + 0.59 * f64::from(pixel[1]) + 0.11 * f64::from(pixel[2]);
        for (v, colour) in pixel.0.iter_mut().zip(colour) {
            let dim = 0.35 * f64::from(*v) + 0.3 * grey;
            *v = (dim * (1.0 - cover) + f64::from(colour) * cover) as u8;
        }
    }
    panel
}

fn largest(row: &[f32]) -> f32 {
    row.iter().copied().fold(0.0, f32::max)
}

/// Few pixels stay squares; a photograph stays smooth.
fn enlarge(photo: &RgbImage, side: u32) -> RgbImage {
    let filter = if photo.width() < 64 { FilterType::Nearest } else { FilterType::CatmullRom };
    imageops::resize(photo, side, side, filter)
}

fn matrix(map: &[f32], tokens: usize, top: f32, zoom: u32) -> RgbImage {
    RgbImage::from_fn(zoom * tokens as u32, zoom * tokens as u32, |x, y| {
        colour(map[(y / zoom) as usize * tokens + (x / zoom) as usize] / top)
    })
}

fn colour(share: f32) -> Rgb<u8> {
    // The power lifts what is faint: most values of a map are.
    let place = f64::from(within(share)).powf(0.6);
    Rgb(COLOURS.eval_continuous(place).into_array())
}

/// Between 0 and 1; NaN, which no colour stands for, as 0.
fn within(share: f32) -> f32 {
    if share > 0.0 { share.min(1.0) } else { 0.0 }
}

/// The value painted brightest: a few outliers would leave the rest of a map black.
fn ceiling(map: &[f32]) -> f32 {
    let mut values = map.to_vec();
    let rank = (values.len() - 1) * 995 / 1000;
    let (_, ceiling, _) = values.select_nth_unstable_by(rank, f32::total_cmp);
    ceiling.max(f32::MIN_POSITIVE)
}

/// CLS and some round numbers.
fn ticks(tokens: usize) -> impl Iterator<Item = usize> {
    (0..tokens).step_by(if tokens > 100 { 50 } else { 10 })
}

/// A dark page with text on it.
struct Page {
    image: RgbImage,
    font: FontRef<'static>,
}

impl Page {
    fn new(width: u32, height: u32) -> Self {
        let font =
            FontRef::try_from_slice(epaint_default_fonts::UBUNTU_LIGHT).expect("the font is whole");
        Page { image: RgbImage::from_pixel(width, height, PAPER), font }
    }

    fn paste(&mut self, picture: &RgbImage, x: u32, y: u32) {
        imageops::replace(&mut self.image, picture, x.into(), y.into());
    }

    /// A frame of `thick` pixels just inside the given rectangle.
    fn frame(&mut self, x: u32, y: u32, width: u32, height: u32, thick: u32, colour: Rgb<u8>) {
        for (i, j) in (0..width).flat_map(|i| (0..height).map(move |j| (i, j))) {
            let edge = i.min(j).min(width - 1 - i).min(height - 1 - j);
            if edge < thick {
                self.image.put_pixel(x + i, y + j, colour);
            }
        }
    }

    /// An upright colour scale from 0 to `top`, with numbers of a size.
    fn scale(&mut self, x: u32, y: u32, height: u32, top: f32, size: f32) {
        for j in 0..height {
            let share = 1.0 - j as f32 / (height - 1) as f32;
            (0..18).for_each(|i| self.image.put_pixel(x + i, y + j, colour(share)));
        }
        let (x, line) = (x + 28, size as u32);
        self.text(x, y - 2, size, FAINT, &format!("\u{2265} {}", short(top)));
        self.text(x, y + height / 2 - line / 2, size, FAINT, &short(top / 2.0));
        self.text(x, y + height - line - 1, size, FAINT, "0");
    }

    /// A lying colour scale from 0 to `top`, for an overlay above it.
    fn small_scale(&mut self, x: u32, y: u32, width: u32, top: f32) {
        for i in 0..width {
            let colour = colour(i as f32 / (width - 1) as f32);
            (0..8).for_each(|j| self.image.put_pixel(x + i, y + j, colour));
        }
        self.text(x, y + 13, 17.0, FAINT, "0");
        self.text_right(x + width, y + 13, 17.0, FAINT, &short(top));
    }

    fn text_right(&mut self, x: u32, y: u32, size: f32, colour: Rgb<u8>, text: &str) {
        let width = self.width(size, text);
        self.text(x.saturating_sub(width), y, size, colour, text);
    }

    fn text_centre(&mut self, x: u32, y: u32, size: f32, colour: Rgb<u8>, text: &str) {
        let width = self.width(size, text);
        self.text(x.saturating_sub(width / 2), y, size, colour, text);
    }

    fn width(&self, size: f32, text: &str) -> u32 {
        let font = self.font.as_scaled(PxScale::from(size));
        text.chars().map(|c| font.h_advance(font.glyph_id(c))).sum::<f32>() as u32
    }

    /// Text whose top left corner is at (x, y).
    fn text(&mut self, x: u32, y: u32, size: f32, colour: Rgb<u8>, text: &str) {
        let font = self.font.as_scaled(PxScale::from(size));
        let mut pen = point(x as f32, y as f32 + font.ascent());
        for c in text.chars() {
            let id = font.glyph_id(c);
            let glyph = id.with_scale_and_position(size, pen);
            pen.x += font.h_advance(id);
            let Some(outline) = self.font.outline_glyph(glyph) else {
                continue;
            };
            let corner = outline.px_bounds().min;
            outline.draw(|i, j, cover| {
                let (x, y) = (corner.x as u32 + i, corner.y as u32 + j);
                if let Some(pixel) = self.image.get_pixel_mut_checked(x, y) {
                    for (old, new) in pixel.0.iter_mut().zip(colour.0) {
                        *old = (f32::from(*old)
                            + (f32::from(new) - f32::from(*old)) * cover.min(1.0))
                            as u8;
                    }
                }
            });
        }
    }
}

/// Three digits that matter, of a share.
fn short(value: f32) -> String {
    let digits = [0.9995, 0.09995].iter().filter(|limit| value < **limit).count() + 2;
    format!("{value:.digits$}")
}
