//! Attention maps as pictures: PNG files, twice as fine as their coordinates.

use std::fmt::Write as _;

use colorous::{Gradient, INFERNO};
use resvg::{
    tiny_skia::{Color, Pixmap, PremultipliedColorU8, Transform},
    usvg::{Options, Tree},
};

use crate::maps::{Maps, View};

const PAPER: [u8; 3] = [13, 15, 20];
const INK: &str = "#eceff4";
const FAINT: &str = "#a4acba";
const LINE: &str = "#343a46";
const MARK: &str = "#54defd";
const GOLD: &str = "#ffc24b";
const COLOURS: Gradient = INFERNO;
const MARGIN: f32 = 44.0;
const FINENESS: f32 = 2.0;

/// One head as a matrix: a row for each token that attends, a column for each attended to.
pub fn matrix(maps: &Maps, view: &View) -> Result<Vec<u8>, String> {
    let View { layer, head, link } = *view;
    let Sizes { row, font, label } = Sizes::of(&maps.tokens);
    let side = row * maps.tokens.len() as f32;
    // Labels of columns lean to the right.
    let rise = 0.87 * label;
    let (left, top) = (MARGIN + label, MARGIN + 92.0 + rise);
    let mut picture =
        Picture::new((left + side).max(560.0) + 0.5 * label + 110.0, top + side + MARGIN);
    picture.title(
        &format!("Layer {layer}, head {head}"),
        "Each row is a token that attends, each column a token attended to.",
    );
    let map = maps.head(layer, head);
    let most = largest(map);
    picture.maps.push(Cells { x: left, y: top, side, map, count: maps.tokens.len(), most });
    picture.frame([left, top, side, side], LINE, 1.0);
    for (nth, token) in maps.tokens.iter().enumerate() {
        let middle = (nth as f32 + 0.5) * row;
        picture.text(
            [left - 10.0, top + middle + 0.35 * font],
            font,
            ink(nth == link.from),
            "end",
            token,
        );
        let [x, y] = [left + middle + 0.3 * font, top - 10.0];
        picture.turned_text([x, y], font, ink(nth == link.to), -60.0, token);
    }
    picture.frame([left + link.to as f32 * row, top + link.from as f32 * row, row, row], MARK, 2.0);
    if row > 30.0 {
        for (place, share) in map.iter().enumerate().filter(|(_, share)| **share >= 0.095) {
            let (line, column) = (place / maps.tokens.len(), place % maps.tokens.len());
            let [x, y] =
                [left + (column as f32 + 0.5) * row, top + (line as f32 + 0.5) * row + 5.0];
            let on_bright = if *share > 0.45 * most { "#14090a" } else { INK };
            picture.text(
                [x, y],
                15.0,
                on_bright,
                "middle",
                format!("{share:.2}").trim_start_matches('0'),
            );
        }
    }
    picture.scale([left + side + 30.0, top], side, most);
    picture.png()
}

/// One head as links: on the left the tokens that attend, on the right what they attend to.
pub fn links(maps: &Maps, view: &View) -> Result<Vec<u8>, String> {
    let View { layer, head, link } = *view;
    let Sizes { row, font, label } = Sizes::of(&maps.tokens);
    let span = 320.0;
    let (left, top) = (MARGIN + label, MARGIN + 92.0);
    let (from, to) = (left + 12.0, left + 12.0 + span);
    let width = (to + 12.0 + label).max(460.0) + MARGIN;
    let mut picture = Picture::new(width, top + row * maps.tokens.len() as f32 + MARGIN);
    let [attends, attended] = [link.from, link.to].map(|token| &maps.tokens[token]);
    let told = format!(
        "\u{201c}{attends}\u{201d} attends to \u{201c}{attended}\u{201d} with {:.2}.",
        link.share
    );
    picture.title(&format!("Layer {layer}, head {head}"), &told);
    let middle = |token: usize| top + (token as f32 + 0.5) * row;
    let mut shares: Vec<(usize, f32)> =
        maps.head(layer, head).iter().copied().enumerate().collect();
    let marked = link.from * maps.tokens.len() + link.to;
    // The strongest are drawn over the others, and the marked one over all.
    shares.sort_by(|a, b| (a.0 == marked).cmp(&(b.0 == marked)).then(a.1.total_cmp(&b.1)));
    for (place, share) in shares.into_iter().filter(|(_, share)| *share >= 0.01) {
        let (i, j) = (place / maps.tokens.len(), place % maps.tokens.len());
        let colour = if place == marked { GOLD } else { MARK };
        picture.curve([from, middle(i)], [to, middle(j)], colour, share);
    }
    for (nth, token) in maps.tokens.iter().enumerate() {
        let y = middle(nth) + 0.35 * font;
        picture.text([left, y], font, ink(nth == link.from), "end", token);
        picture.text([to + 12.0, y], font, ink(nth == link.to), "start", token);
    }
    picture.png()
}

/// Every head of every layer, small; one of them is marked.
pub fn heads(maps: &Maps, view: &View) -> Result<Vec<u8>, String> {
    let View { layer, head, .. } = *view;
    let (side, gap) = (108.0, 14.0);
    let (left, top) = (MARGIN + 76.0, MARGIN + 118.0);
    let step = side + gap;
    let (across, down) = (step * maps.heads as f32 - gap, step * maps.layers as f32 - gap);
    let mut picture = Picture::new((left + across).max(560.0) + 128.0, top + down + MARGIN);
    let most = largest(maps.values());
    picture.title(
        &format!("{} layers, {} heads", maps.layers, maps.heads),
        "In each map, a row is a token that attends, a column a token attended to.",
    );
    for h in 0..maps.heads {
        let ink = if h == head { MARK } else { FAINT };
        let x = left + h as f32 * step + side / 2.0;
        picture.text([x, top - 14.0], 17.0, ink, "middle", &format!("head {h}"));
    }
    for l in 0..maps.layers {
        let y = top + l as f32 * step;
        let ink = if l == layer { MARK } else { FAINT };
        picture.text([left - 14.0, y + side / 2.0 + 6.0], 17.0, ink, "end", &format!("layer {l}"));
        for h in 0..maps.heads {
            let x = left + h as f32 * step;
            picture.maps.push(Cells {
                x,
                y,
                side,
                map: maps.head(l, h),
                count: maps.tokens.len(),
                most,
            });
            let chosen = (l, h) == (layer, head);
            picture.frame(
                [x, y, side, side],
                if chosen { MARK } else { LINE },
                if chosen { 3.0 } else { 1.0 },
            );
        }
    }
    picture.scale([left + across + 30.0, top], down, most);
    picture.png()
}

fn ink(marked: bool) -> &'static str {
    if marked { GOLD } else { INK }
}

/// How large rows, letters and the longest label are.
struct Sizes {
    row: f32,
    font: f32,
    label: f32,
}

impl Sizes {
    fn of(tokens: &[String]) -> Sizes {
        let row = (624.0 / tokens.len() as f32).clamp(12.0, 48.0);
        let font = (0.52 * row).clamp(9.5, 19.0);
        let longest = tokens.iter().map(|token| token.chars().count()).max().unwrap_or(0);
        Sizes { row, font, label: (0.58 * font * longest as f32).max(50.0) }
    }
}

/// A square of cells: one map.
struct Cells<'a> {
    x: f32,
    y: f32,
    side: f32,
    map: &'a [f32],
    /// In a row and in a column.
    count: usize,
    /// What is painted brightest.
    most: f32,
}

/// A dark page: maps, and everything else as SVG over them.
struct Picture<'a> {
    width: f32,
    height: f32,
    maps: Vec<Cells<'a>>,
    svg: String,
}

impl<'a> Picture<'a> {
    fn new(width: f32, height: f32) -> Picture<'a> {
        Picture { width: width.ceil(), height: height.ceil(), maps: Vec::new(), svg: String::new() }
    }

    fn put(&mut self, element: std::fmt::Arguments) {
        self.svg.write_fmt(element).expect("a String takes everything");
    }

    fn title(&mut self, title: &str, told: &str) {
        self.text([MARGIN, MARGIN + 26.0], 34.0, INK, "start", title);
        self.text([MARGIN, MARGIN + 62.0], 19.0, FAINT, "start", told);
    }

    /// Text whose base line is at `y`; `anchor` is SVG's: start, middle or end.
    fn text(&mut self, [x, y]: [f32; 2], size: f32, ink: &str, anchor: &str, text: &str) {
        let text = escape(text);
        self.put(format_args!(
            r#"<text x="{x}" y="{y}" font-size="{size}" fill="{ink}" text-anchor="{anchor}">{text}</text>"#
        ));
    }

    fn turned_text(&mut self, [x, y]: [f32; 2], size: f32, ink: &str, degrees: f32, text: &str) {
        self.put(format_args!(r#"<g transform="translate({x} {y}) rotate({degrees})">"#));
        self.text([0.0, 0.0], size, ink, "start", text);
        self.put(format_args!("</g>"));
    }

    fn frame(&mut self, [x, y, width, height]: [f32; 4], ink: &str, thick: f32) {
        self.put(format_args!(
            r#"<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="none" stroke="{ink}" stroke-width="{thick}"/>"#
        ));
    }

    fn curve(&mut self, [x, y]: [f32; 2], [to_x, to_y]: [f32; 2], ink: &str, share: f32) {
        let bend = 0.45 * (to_x - x);
        let (thick, cover) = (1.0 + 5.0 * share, share.powf(0.7).min(1.0));
        self.put(format_args!(
            r#"<path d="M{x} {y} C{} {y} {} {to_y} {to_x} {to_y}" fill="none" stroke="{ink}" stroke-width="{thick}" stroke-opacity="{cover}" stroke-linecap="round"/>"#,
            x + bend,
            to_x - bend,
        ));
    }

    /// An upright colour scale from 0 to `most`.
    fn scale(&mut self, [x, y]: [f32; 2], height: f32, most: f32) {
        self.put(format_args!(r#"<linearGradient id="scale" x1="0" y1="1" x2="0" y2="0">"#));
        for step in 0..=24 {
            let share = step as f32 / 24.0;
            let [r, g, b] = colour(share);
            self.put(format_args!(r#"<stop offset="{share}" stop-color="rgb({r},{g},{b})"/>"#));
        }
        self.put(format_args!(
            r##"</linearGradient><rect x="{x}" y="{y}" width="16" height="{height}" rx="3" fill="url(#scale)"/>"##
        ));
        for (share, y) in
            [(most, y + 13.0), (most / 2.0, y + height / 2.0 + 5.0), (0.0, y + height)]
        {
            let label = if share == 0.0 { "0".into() } else { format!("{share:.2}") };
            self.text([x + 26.0, y], 17.0, FAINT, "start", &label);
        }
    }

    fn png(&self) -> Result<Vec<u8>, String> {
        let mut options = Options::default();
        options.fontdb_mut().load_font_data(epaint_default_fonts::UBUNTU_LIGHT.to_vec());
        let face = options.fontdb.faces().next().ok_or("the font has no face")?;
        let (family, weight) = (face.families[0].0.clone(), face.weight.0);
        let svg = format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="{}" height="{}" font-family="{family}" font-weight="{weight}">{}</svg>"#,
            self.width, self.height, self.svg
        );
        let tree = Tree::from_str(&svg, &options).map_err(|e| format!("can't draw: {e}"))?;
        let [width, height] = [self.width, self.height].map(|size| (FINENESS * size) as u32);
        let mut pixels = Pixmap::new(width, height).ok_or("can't draw: too large")?;
        let [r, g, b] = PAPER;
        pixels.fill(Color::from_rgba8(r, g, b, 255));
        self.maps.iter().for_each(|map| map.paint(&mut pixels));
        resvg::render(&tree, Transform::from_scale(FINENESS, FINENESS), &mut pixels.as_mut());
        pixels.encode_png().map_err(|e| format!("can't draw: {e}"))
    }
}

impl Cells<'_> {
    fn paint(&self, pixels: &mut Pixmap) {
        let [x, y, side] = [self.x, self.y, self.side].map(|v| (FINENESS * v).round() as usize);
        let width = pixels.width() as usize;
        for (line, row) in pixels.pixels_mut().chunks_mut(width).skip(y).take(side).enumerate() {
            for (column, pixel) in row[x..x + side].iter_mut().enumerate() {
                let share =
                    self.map[line * self.count / side * self.count + column * self.count / side];
                let [r, g, b] = colour(share / self.most);
                *pixel = PremultipliedColorU8::from_rgba(r, g, b, 255)
                    .expect("no colour is over its cover");
            }
        }
    }
}

fn colour(share: f32) -> [u8; 3] {
    // The power lifts what is faint: most values of a map are.
    COLOURS.eval_continuous(f64::from(share.clamp(0.0, 1.0)).powf(0.6)).into_array()
}

fn largest(map: &[f32]) -> f32 {
    map.iter().copied().fold(f32::MIN_POSITIVE, f32::max)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
