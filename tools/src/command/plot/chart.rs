//! Pictures: a line chart, or heat maps side by side.
// Pixel counts have several integer types.
#![allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap, clippy::cast_precision_loss)]
#![allow(clippy::cast_sign_loss)]

use plotters::element::BitMapElement;
use plotters::prelude::*;

use super::matrix::{Panel, Scale};
use crate::Trouble;

/// Three bytes for each pixel.
pub(crate) struct Picture {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) pixels: Vec<u8>,
}

type Area<'a> = DrawingArea<BitMapBackend<'a>, plotters::coord::Shift>;

const FONT: &str = "sans-serif";
const MARGIN: i32 = 24;
const FAINT: RGBColor = RGBColor(110, 116, 126);
const LINE: RGBColor = RGBColor(31, 98, 184);

impl Picture {
    fn draw(
        (width, height): (u32, u32),
        paint: impl FnOnce(&Area<'_>) -> Result<(), String>,
    ) -> Result<Picture, Trouble> {
        let registered = plotters::style::register_font(
            FONT,
            FontStyle::Normal,
            epaint_default_fonts::UBUNTU_LIGHT,
        );
        registered.map_err(|_| Trouble("the built-in font can't be read".into()))?;
        let mut pixels = vec![255; (width * height * 3) as usize];
        let area = BitMapBackend::with_buffer(&mut pixels, (width, height)).into_drawing_area();
        let painted = paint(&area).and_then(|()| area.present().map_err(|error| error.to_string()));
        drop(area);
        painted.map_err(|reason| Trouble(format!("can't draw: {reason}")))?;
        Ok(Picture { width, height, pixels })
    }
}

/// A line through the points; it is broken where one is not finite, and such points are marked at the bottom.
pub(crate) fn line(title: &str, over: &str, points: &[(f64, f64)]) -> Result<Picture, Trouble> {
    let points = &thinned(points)[..];
    Picture::draw((1200, 640), |area| {
        let (first, last) = (points[0].0, points[points.len() - 1].0);
        let finite = || points.iter().map(|point| point.1).filter(|y| y.is_finite());
        let (low, high) =
            padded(finite().fold(f64::MAX, f64::min), finite().fold(f64::MIN, f64::max));
        let mut chart = ChartBuilder::on(area)
            .caption(title, (FONT, 26))
            .margin(MARGIN)
            .x_label_area_size(44)
            .y_label_area_size(90)
            .build_cartesian_2d(first..last.max(first + 1.0), low..high)
            .map_err(sentence)?;
        chart
            .configure_mesh()
            .x_desc(over)
            .x_label_formatter(&|x| number(*x))
            .y_label_formatter(&|y| number(*y))
            .label_style((FONT, 17))
            .axis_style(FAINT)
            .light_line_style(WHITE)
            .draw()
            .map_err(sentence)?;
        for run in points.split(|point| !point.1.is_finite()) {
            let line = LineSeries::new(run.iter().copied(), LINE.stroke_width(2));
            chart.draw_series(line).map_err(sentence)?;
            if points.len() <= 200 {
                let dots = run.iter().map(|&point| Circle::new(point, 3, LINE.filled()));
                chart.draw_series(dots).map_err(sentence)?;
            }
        }
        let marked = points.iter().filter(|point| !point.1.is_finite());
        let crosses = marked.map(|point| Cross::new((point.0, low), 6, RED.stroke_width(2)));
        chart.draw_series(crosses).map_err(sentence)?;
        Ok(())
    })
}

/// The lowest and the highest point of every run that is narrower than a pixel, and one that is not finite.
fn thinned(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    const MOST: usize = 4096;
    let runs = points.chunks(points.len().div_ceil(MOST).max(1));
    let kept = runs.flat_map(|run| {
        let by_height = |a: &&(f64, f64), b: &&(f64, f64)| a.1.total_cmp(&b.1);
        let lost = run.iter().find(|point| !point.1.is_finite());
        let low = run.iter().min_by(by_height);
        let high = run.iter().max_by(by_height).filter(|_| run.len() > 1);
        if lost.is_some() { [lost, None] } else { [low, high] }
    });
    let clamp = |y: f64| if y.is_finite() { y.clamp(-HUGE, HUGE) } else { y };
    kept.flatten().map(|&(x, y)| (x, clamp(y))).collect()
}

/// The largest number drawn: beyond it the distance of two elements may be infinite, which no axis can show.
const HUGE: f64 = 1e300;

/// Margins above and below; around a single height, as large as its digits can show.
fn padded(low: f64, high: f64) -> (f64, f64) {
    if low > high {
        return (0.0, 1.0);
    }
    let least = (low.abs().max(high.abs()) * 1e-6).max(f64::MIN_POSITIVE * 1e6);
    let range = if low < high { high - low } else { 1.0 };
    (low - (0.05 * range).max(least), high + (0.05 * range).max(least))
}

/// The layout of the panels, in cells of one size.
struct Layout {
    columns: usize,
    /// The pixels of the largest panel.
    width: usize,
    height: usize,
}

impl Layout {
    const GAP: usize = 18;
    const LABEL: usize = 24;
    const TOP: usize = 84;
    const SCALE: usize = 150;
    const WIDEST: usize = 1760;

    /// `heads` panels belong together: they share a row, if they are few.
    fn of(panels: &[Panel], heads: usize) -> Layout {
        let square = (1..=panels.len()).find(|columns| columns * columns >= panels.len());
        let together = if heads <= 16 { heads.max(1) } else { 1 };
        let columns = square.unwrap_or(1).next_multiple_of(together).min(panels.len()).max(1);
        let side = (Self::WIDEST / columns).saturating_sub(Self::GAP).clamp(150, 620);
        let most = |axis: fn(&Panel) -> usize| panels.iter().map(axis).max().unwrap_or(1);
        let (rows, wide) = (most(|panel| panel.matrix.rows), most(|panel| panel.matrix.columns));
        // Cells are square, unless an axis would have less than a pixel for each cell or a panel would be very narrow.
        let longest = rows.max(wide);
        let fit = |axis: usize| (side * axis / longest).max(side / 8);
        Layout { columns, width: fit(wide), height: fit(rows) }
    }

    /// The upper left corner of a panel.
    fn corner(&self, panel: usize) -> (usize, usize) {
        let (row, column) = (panel / self.columns, panel % self.columns);
        let step = self.width.max(150) + Self::GAP;
        (
            MARGIN as usize + column * step,
            Self::TOP + row * (self.height + Self::LABEL + Self::GAP) + Self::LABEL,
        )
    }

    fn size(&self, panels: usize) -> (usize, usize) {
        let (right, bottom) = self.corner(self.columns.saturating_sub(1));
        let last = self.corner(panels.saturating_sub(1)).1;
        let width = right + self.width.max(150) + Self::GAP + Self::SCALE;
        (width.max(720), bottom.max(last) + self.height.max(120) + MARGIN as usize)
    }
}

/// Heat maps, of which `heads` at a time belong to one value.
pub(crate) fn heat(title: &str, panels: &[Panel], heads: usize) -> Result<Picture, Trouble> {
    let (layout, scale) = (Layout::of(panels, heads), Scale::of(panels));
    let (width, height) = layout.size(panels.len());
    Picture::draw((width as u32, height as u32), |area| {
        text(area, title, 26, BLACK, (MARGIN as usize, 20))?;
        let note = "green: not a number";
        let has_nan = panels.iter().any(|panel| panel.matrix.elements.iter().any(|x| x.is_nan()));
        if has_nan {
            text(area, note, 17, FAINT, (MARGIN as usize, 54))?;
        }
        for (nth, panel) in panels.iter().enumerate() {
            let (x, y) = layout.corner(nth);
            let size = (layout.width, layout.height);
            text(area, &panel.label, 17, FAINT, (x, y - Layout::LABEL))?;
            paste(area, (x, y), size, panel.matrix.paint(size, &scale))?;
        }
        let right = layout.corner(layout.columns - 1).0 + layout.width.max(150) + Layout::GAP;
        draw_scale(area, &scale, (right, Layout::TOP + Layout::LABEL), (height - 160).min(400))
    })
}

fn draw_scale(
    area: &Area<'_>,
    scale: &Scale,
    (x, y): (usize, usize),
    height: usize,
) -> Result<(), String> {
    let share = |row: usize| 1.0 - row as f64 / (height - 1).max(1) as f64;
    let rows = (0..height).flat_map(|row| {
        let colour = scale.colour(scale.low + share(row) * (scale.high - scale.low));
        [colour.into_array(); 18].concat()
    });
    paste(area, (x, y), (18, height), rows.collect())?;
    let sign = |cut: bool, sign: &str| if cut { format!("{sign} ") } else { String::new() };
    let high = sign(scale.cut.1, "\u{2265}") + &number(scale.high);
    let low = sign(scale.cut.0, "\u{2264}") + &number(scale.low);
    let middle = number(f64::midpoint(scale.low, scale.high));
    text(area, &high, 17, FAINT, (x + 26, y - 4))?;
    text(area, &middle, 17, FAINT, (x + 26, y + height / 2 - 8))?;
    text(area, &low, 17, FAINT, (x + 26, y + height - 16))
}

fn paste(
    area: &Area<'_>,
    (x, y): (usize, usize),
    (width, height): (usize, usize),
    pixels: Vec<u8>,
) -> Result<(), String> {
    let at = (x as i32, y as i32);
    let picture = BitMapElement::with_owned_buffer(at, (width as u32, height as u32), pixels);
    area.draw(&picture.ok_or("a picture of another size")?).map_err(sentence)
}

fn text(
    area: &Area<'_>,
    text: &str,
    size: u32,
    colour: RGBColor,
    (x, y): (usize, usize),
) -> Result<(), String> {
    let style = (FONT, size).into_font().color(&colour);
    area.draw_text(text, &style, (x as i32, y as i32)).map_err(sentence)
}

/// A number in three significant digits.
fn number(value: f64) -> String {
    let rounded: f64 = format!("{value:.2e}").parse().unwrap_or(value);
    let plain = rounded == 0.0 || (1e-3..1e5).contains(&rounded.abs());
    if plain { rounded.to_string() } else { format!("{rounded:e}") }
}

#[allow(clippy::needless_pass_by_value)] // for `map_err`
fn sentence(error: impl std::error::Error) -> String {
    error.to_string()
}
