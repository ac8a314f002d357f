//! Statistics of a value: minimum, maximum, mean, and the numbers of NaN and infinite elements.
//!
//! Elements that are not finite are only counted, so that one NaN does not hide the range of the others.

use core::fmt;

use super::element::Element;

/// Minimum, maximum and mean of the finite elements of a value, and the numbers of NaN and infinite elements.
///
/// Every element counts as the nearest `f64`, a `bool` as 0 or 1. The sum for the mean is computed in `f64`, in the order of the
/// elements. [`Display`](fmt::Display) rounds each number to about six significant digits.
///
/// # Examples
///
/// ```
/// # use anycapture::capture;
/// let _session = anycapture::session();
/// let loss = [0.5_f32, f32::NAN, 1.5];
/// capture!(train, loss);
/// anycapture::visit(|value| {
///     let summary = value.summary();
///     assert_eq!((summary.min(), summary.max(), summary.mean()), (Some(0.5), Some(1.5), Some(1.0)));
///     assert_eq!((summary.finite(), summary.nan(), summary.infinite()), (2, 1, 0));
/// });
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Summary {
    finite: u64,
    min: f64,
    max: f64,
    sum: f64,
    nan: u64,
    infinite: u64,
}

impl Summary {
    /// The summary of these elements.
    pub(crate) fn of<E: Element>(values: impl Iterator<Item = E>) -> Summary {
        let mut summary = Summary::default();
        for value in values {
            let value = value.to_f64();
            if value.is_finite() {
                summary = summary.and(Summary {
                    finite: 1,
                    min: value,
                    max: value,
                    sum: value,
                    ..Summary::default()
                });
            } else if value.is_nan() {
                summary.nan += 1;
            } else {
                summary.infinite += 1;
            }
        }
        summary
    }

    /// The summary of the elements of both.
    pub(crate) fn and(self, other: Summary) -> Summary {
        let (nan, infinite) = (self.nan + other.nan, self.infinite + other.infinite);
        if self.finite == 0 {
            return Summary { nan, infinite, ..other };
        }
        if other.finite == 0 {
            return Summary { nan, infinite, ..self };
        }
        Summary {
            finite: self.finite + other.finite,
            min: self.min.min(other.min),
            max: self.max.max(other.max),
            sum: self.sum + other.sum,
            nan,
            infinite,
        }
    }

    /// The number of finite elements.
    pub fn finite(&self) -> u64 {
        self.finite
    }

    /// The number of NaN elements. Check it first: a calculation has gone wrong at this value, or before it. See
    /// [`Options::stop_at_nan`](crate::Options::stop_at_nan).
    pub fn nan(&self) -> u64 {
        self.nan
    }

    /// The number of infinite elements, of both signs. They are common in attention masks.
    pub fn infinite(&self) -> u64 {
        self.infinite
    }

    /// The smallest finite element; `None` if there is none.
    pub fn min(&self) -> Option<f64> {
        (self.finite > 0).then_some(self.min)
    }

    /// The largest finite element; `None` if there is none.
    pub fn max(&self) -> Option<f64> {
        (self.finite > 0).then_some(self.max)
    }

    /// The mean of the finite elements; `None` if there is none. It is infinite if their sum overflows `f64`.
    #[allow(clippy::cast_precision_loss)]
    pub fn mean(&self) -> Option<f64> {
        (self.finite > 0).then(|| self.sum / self.finite as f64)
    }
}

/// Such as `min 0.25 max 0.75 mean 0.5 nan 0 inf 0`; without finite elements, only the last two.
impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(mean) = self.mean() {
            write!(f, "min {} max {} mean {} ", Short(self.min), Short(self.max), Short(mean))?;
        }
        write!(f, "nan {} inf {}", self.nan, self.infinite)
    }
}

/// A number in about six significant digits.
struct Short(f64);

impl fmt::Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Short(value) = *self;
        let magnitude = value.abs();
        if value == 0.0 {
            f.write_str("0")
        } else if (1e-4..1e7).contains(&magnitude) {
            // As many decimals as give six digits, without trailing zeros.
            let digits = [1.0, 1e1, 1e2, 1e3, 1e4, 1e5].iter().filter(|&&power| magnitude >= power);
            let decimals = 6 - digits.count();
            let unit = [1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6];
            let shown_as_well = |fewer: usize| {
                let scaled = value * unit[fewer];
                let rest = scaled - round(scaled);
                rest.max(-rest) * unit[decimals - fewer] < 0.5
            };
            let enough = (0..decimals).find(|&fewer| shown_as_well(fewer)).unwrap_or(decimals);
            write!(f, "{value:.enough$}")
        } else {
            write!(f, "{value:.4e}")
        }
    }
}

/// `f64::round`, which `core` lacks in Rust 1.85, for values below 2^53.
#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
fn round(value: f64) -> f64 {
    (value + if value < 0.0 { -0.5 } else { 0.5 }) as i64 as f64
}
