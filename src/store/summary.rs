//! Numbers to judge a value by.

use core::fmt;

use super::element::Element;

/// Minimum, maximum and mean of the finite elements, and how many are not finite.
#[derive(Clone, Copy, Default)]
pub struct Summary {
    count: u64,
    min: f64,
    max: f64,
    sum: f64,
    nan: u64,
    infinite: u64,
}

impl Summary {
    pub fn of<E: Element>(values: impl Iterator<Item = E>) -> Summary {
        let mut summary = Summary::default();
        for value in values {
            let value = value.to_f64();
            if value.is_finite() {
                summary = summary.and(Summary {
                    count: 1,
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

    /// That of the elements of both.
    pub fn and(self, other: Summary) -> Summary {
        let (nan, infinite) = (self.nan + other.nan, self.infinite + other.infinite);
        if self.count == 0 {
            return Summary { nan, infinite, ..other };
        }
        if other.count == 0 {
            return Summary { nan, infinite, ..self };
        }
        Summary {
            count: self.count + other.count,
            min: self.min.min(other.min),
            max: self.max.max(other.max),
            sum: self.sum + other.sum,
            nan,
            infinite,
        }
    }
}

impl fmt::Display for Summary {
    #[allow(clippy::cast_precision_loss)]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.count > 0 {
            let mean = self.sum / self.count as f64;
            write!(f, "min {} max {} mean {} ", Short(self.min), Short(self.max), Short(mean))?;
        }
        write!(f, "nan {} inf {}", self.nan, self.infinite)
    }
}

/// A number in a few digits: a count as it is, others with six that matter.
struct Short(f64);

impl fmt::Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Short(value) = *self;
        // `f64::abs` came to `core` in Rust 1.85 only.
        let magnitude = if value < 0.0 { -value } else { value };
        if value == 0.0 {
            f.write_str("0")
        } else if (1e-4..1e7).contains(&magnitude) {
            // As many decimals as leave six digits, without the zeros at the end.
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

/// `f64::round`, which `core` got only in Rust 1.90; for less than 2^53.
#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
fn round(value: f64) -> f64 {
    (value + if value < 0.0 { -0.5 } else { 0.5 }) as i64 as f64
}
