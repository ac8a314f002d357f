//! Matrices and their colours.

use colorous::{Color, Gradient, INFERNO, RED_BLUE};

/// One heat map of a picture.
pub(crate) struct Panel {
    pub(crate) label: String,
    pub(crate) matrix: Matrix,
}

/// Elements in row-major order.
pub(crate) struct Matrix {
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    pub(crate) elements: Vec<f64>,
}

impl Matrix {
    /// The number of matrices in a tensor: the product of all axes but the last two.
    pub(crate) fn count(shape: &[usize]) -> usize {
        shape.iter().rev().skip(2).product()
    }

    /// Matrix number `head` of a tensor; a vector is a matrix with one row.
    pub(crate) fn of(shape: &[usize], elements: &[f64], head: usize) -> Option<Matrix> {
        let mut axes = shape.iter().rev();
        let columns = axes.next().copied().unwrap_or(1);
        let rows = axes.next().copied().unwrap_or(1);
        let size = rows * columns;
        let elements = elements.get(head.checked_mul(size)?..)?.get(..size)?.to_vec();
        (size > 0).then_some(Matrix { rows, columns, elements })
    }

    /// The mean of the elements under pixel (x, y) of a picture of the matrix; NaN if one of them is.
    fn at(&self, (x, y): (usize, usize), (width, height): (usize, usize)) -> f64 {
        let range = |pixel: usize, pixels: usize, count: usize| {
            let start = pixel * count / pixels;
            start..((pixel + 1) * count / pixels).max(start + 1)
        };
        let (mut sum, mut count) = (0.0, 0.0);
        for row in range(y, height, self.rows) {
            for column in range(x, width, self.columns) {
                sum += self.elements[row * self.columns + column];
                count += 1.0;
            }
        }
        sum / count
    }

    /// A picture of the matrix, three bytes for each pixel.
    pub(crate) fn paint(&self, (width, height): (usize, usize), scale: &Scale) -> Vec<u8> {
        let pixels = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        pixels
            .flat_map(|pixel| scale.colour(self.at(pixel, (width, height))).into_array())
            .collect()
    }
}

/// The range of the colours. It leaves out the outermost hundredths, as outliers would leave the rest of a map in one colour.
pub(crate) struct Scale {
    pub(crate) low: f64,
    pub(crate) high: f64,
    /// Whether there are elements beyond the range.
    pub(crate) cut: (bool, bool),
    gradient: Gradient,
}

/// The colour of NaN, which is in none of the gradients.
const NAN: Color = Color { r: 0, g: 255, b: 120 };

impl Scale {
    pub(crate) fn of(panels: &[Panel]) -> Scale {
        let elements = panels.iter().flat_map(|panel| &panel.matrix.elements);
        let mut finite: Vec<f64> =
            elements.copied().filter(|element| element.is_finite()).collect();
        finite.sort_unstable_by(f64::total_cmp);
        let (Some(&least), Some(&most)) = (finite.first(), finite.last()) else {
            return Scale { low: 0.0, high: 1.0, cut: (false, false), gradient: INFERNO };
        };
        let beyond = finite.len() / 200;
        let (mut low, mut high) = (finite[beyond], finite[finite.len() - 1 - beyond]);
        let gradient = if low < 0.0 && high > 0.0 { RED_BLUE } else { INFERNO };
        if low < 0.0 && high > 0.0 {
            // White is 0.
            high = high.max(-low);
            low = -high;
        }
        if low >= high {
            (low, high) = if least < most { (least, most) } else { (low - 0.5, high + 0.5) };
        }
        Scale { low, high, cut: (least < low, most > high), gradient }
    }

    pub(crate) fn colour(&self, element: f64) -> Color {
        if element.is_nan() {
            return NAN;
        }
        let share = ((element - self.low) / (self.high - self.low)).clamp(0.0, 1.0);
        self.gradient.eval_continuous(share)
    }
}
