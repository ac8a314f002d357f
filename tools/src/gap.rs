//! The differences between two runs of elements.

use crate::dtype::{self, Dtype, Number};
use crate::value::Value;

/// The largest difference at which two elements count as equal.
///
/// An element is within the tolerance if |ours - reference| ≤ absolute + relative · max(|ours|, |reference|). NaN equals NaN and
/// nothing else; an infinity equals itself and nothing else.
///
/// # Examples
///
/// ```
/// use anycapture_tools::Tolerance;
///
/// const SUMMED_IN_ANOTHER_ORDER: Tolerance = Tolerance::new(1e-6, 1e-5);
/// assert_eq!(SUMMED_IN_ANOTHER_ORDER.to_string(), "tolerance 1e-6, relative 1e-5");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tolerance {
    absolute: f64,
    relative: f64,
}

impl Tolerance {
    /// Allows no difference, except that 0 equals -0 and NaN equals NaN.
    pub const EXACT: Tolerance = Tolerance::new(0.0, 0.0);

    /// Allows the sum of both. Negative numbers and NaN count as 0.
    pub const fn new(absolute: f64, relative: f64) -> Tolerance {
        Tolerance { absolute: larger(absolute, 0.0), relative: larger(relative, 0.0) }
    }

    /// Allows the same difference for elements of any size.
    pub const fn absolute(absolute: f64) -> Tolerance {
        Tolerance::new(absolute, 0.0)
    }

    /// Allows a fraction of the larger of both elements.
    pub const fn relative(relative: f64) -> Tolerance {
        Tolerance::new(0.0, relative)
    }

    fn allows(self, distance: Distance) -> bool {
        let allowed = self.absolute + self.relative * distance.magnitude;
        distance.absolute <= allowed && distance.absolute < f64::INFINITY
    }
}

impl std::fmt::Display for Tolerance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.absolute == 0.0, self.relative == 0.0) {
            (true, true) => write!(f, "no tolerance"),
            (false, true) => write!(f, "tolerance {:e}", self.absolute),
            (true, false) => write!(f, "relative tolerance {:e}", self.relative),
            (false, false) => {
                write!(f, "tolerance {:e}, relative {:e}", self.absolute, self.relative)
            }
        }
    }
}

/// The difference of two elements that are not equal.
#[derive(Clone, Copy)]
struct Distance {
    /// Infinite if one of them is not finite.
    absolute: f64,
    /// The same, divided by the larger of both.
    magnitude: f64,
}

impl Distance {
    fn relative(self) -> f64 {
        if self.absolute == f64::INFINITY { f64::INFINITY } else { self.absolute / self.magnitude }
    }
}

/// A distance and the position of the element where it was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Largest {
    pub(crate) distance: f64,
    pub(crate) position: usize,
}

impl Largest {
    fn meet(slot: &mut Option<Largest>, distance: f64, position: usize) {
        if slot.is_none_or(|largest| distance > largest.distance) {
            *slot = Some(Largest { distance, position });
        }
    }
}

/// The differences of two values of one shape.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Gap {
    /// The number of elements that are not within the tolerance, and the first of them.
    pub(crate) outside: usize,
    pub(crate) first: Option<usize>,
    /// `None` if all are equal.
    pub(crate) absolute: Option<Largest>,
    pub(crate) relative: Option<Largest>,
}

/// Little-endian elements.
#[derive(Clone, Copy)]
pub(crate) struct Elements<'a> {
    pub(crate) dtype: Dtype,
    pub(crate) bytes: &'a [u8],
}

const BLOCK: usize = 1024;
/// The number of independent maxima, which the processor computes in parallel.
const LANES: usize = 8;

impl<'a> Elements<'a> {
    pub(crate) fn of(value: Value<'a>) -> Elements<'a> {
        Elements { dtype: value.dtype(), bytes: value.bytes() }
    }

    pub(crate) fn len(self) -> usize {
        self.bytes.len() / self.dtype.size()
    }

    pub(crate) fn element(self, position: usize) -> Option<Number> {
        let size = self.dtype.size();
        let start = position.checked_mul(size)?;
        Some(Number::read(self.dtype, self.bytes.get(start..)?.get(..size)?))
    }

    fn block(self, start: usize) -> &'a [u8] {
        let rest = &self.bytes[start * self.dtype.size()..];
        &rest[..rest.len().min(BLOCK * self.dtype.size())]
    }
}

/// Whether both types widen exactly to a common one.
pub(crate) fn comparable(ours: Dtype, reference: Dtype) -> bool {
    (ours.fits_f64() && reference.fits_f64()) || (ours.is_integer() && reference.is_integer())
}

/// Compares as many elements as both have, of types that are [`comparable`].
pub(crate) fn gap(ours: Elements<'_>, reference: Elements<'_>, tolerance: Tolerance) -> Gap {
    let mut gap = Gap::default();
    let real = ours.dtype.fits_f64() && reference.dtype.fits_f64();
    for start in (0..ours.len()).step_by(BLOCK) {
        let (left, right) = (ours.block(start), reference.block(start));
        if ours.dtype == reference.dtype && left == right {
            continue;
        }
        let pair = [(ours.dtype, left), (reference.dtype, right)];
        if real {
            gap.add_reals(start, pair, tolerance);
        } else {
            gap.add_integers(start, pair, tolerance);
        }
    }
    gap
}

type Pair<'a> = [(Dtype, &'a [u8]); 2];

impl Gap {
    fn add_reals(&mut self, start: usize, [ours, reference]: Pair<'_>, tolerance: Tolerance) {
        // Missing elements at the end read as 0 on both sides.
        let (mut left, mut right) = ([0.0; BLOCK], [0.0; BLOCK]);
        let count = ours.1.len() / ours.0.size();
        dtype::reals(ours.0, ours.1, &mut left[..count]);
        dtype::reals(reference.0, reference.1, &mut right[..count]);
        let padded = count.next_multiple_of(LANES);
        let (left, right) = (&left[..padded], &right[..padded]);
        let block = Extremes::of(left, right, tolerance);
        if self.knows(&block) {
            self.outside += block.outside;
            return;
        }
        for (offset, (&left, &right)) in left.iter().zip(right).enumerate() {
            self.add(start + offset, distance_of_reals(left, right), tolerance);
        }
    }

    #[allow(clippy::cast_precision_loss)]
    fn add_integers(&mut self, start: usize, [ours, reference]: Pair<'_>, tolerance: Tolerance) {
        let (mut left, mut right) = ([0; BLOCK], [0; BLOCK]);
        dtype::integers(ours.0, ours.1, &mut left);
        dtype::integers(reference.0, reference.1, &mut right);
        for (offset, (&left, &right)) in left.iter().zip(&right).enumerate() {
            let distance = (left != right).then(|| Distance {
                absolute: left.abs_diff(right) as f64,
                magnitude: left.unsigned_abs().max(right.unsigned_abs()) as f64,
            });
            self.add(start + offset, distance, tolerance);
        }
    }

    fn add(&mut self, position: usize, distance: Option<Distance>, tolerance: Tolerance) {
        let Some(distance) = distance else { return };
        if !tolerance.allows(distance) {
            self.outside += 1;
            self.first.get_or_insert(position);
        }
        Largest::meet(&mut self.absolute, distance.absolute, position);
        Largest::meet(&mut self.relative, distance.relative(), position);
    }

    /// Whether a block can be skipped: it has neither the first element outside of the tolerance nor a larger distance.
    fn knows(&self, block: &Extremes) -> bool {
        let largest = |slot: Option<Largest>| slot.map_or(0.0, |largest| largest.distance);
        block.finite
            && (block.outside == 0 || self.first.is_some())
            && block.absolute <= largest(self.absolute)
            && block.relative <= largest(self.relative)
    }
}

#[allow(clippy::float_cmp)]
fn distance_of_reals(left: f64, right: f64) -> Option<Distance> {
    if left == right || (left.is_nan() && right.is_nan()) {
        return None;
    }
    let finite = left.is_finite() && right.is_finite();
    let absolute = if finite { (left - right).abs() } else { f64::INFINITY };
    Some(Distance { absolute, magnitude: left.abs().max(right.abs()) })
}

/// The worst differences of a block of elements.
struct Extremes {
    absolute: f64,
    relative: f64,
    /// The number of elements that are not within the tolerance; too large unless `finite`.
    outside: usize,
    /// Whether no element is NaN or infinite.
    finite: bool,
}

impl Extremes {
    /// Without branches, so that it compiles to vector instructions.
    #[allow(clippy::cast_possible_truncation)] // at most `BLOCK`
    fn of(left: &[f64], right: &[f64], tolerance: Tolerance) -> Extremes {
        let (mut absolute, mut relative) = ([0.0; LANES], [0.0; LANES]);
        let (mut outside, mut infinite) = ([0_u64; LANES], [0_u64; LANES]);
        for (left, right) in left.chunks_exact(LANES).zip(right.chunks_exact(LANES)) {
            for lane in 0..LANES {
                let distance = (left[lane] - right[lane]).abs();
                let magnitude = larger(left[lane].abs(), right[lane].abs());
                let within = distance <= tolerance.absolute + tolerance.relative * magnitude;
                let finite = distance < f64::INFINITY;
                outside[lane] += u64::from(!within);
                infinite[lane] |= u64::from(!finite);
                absolute[lane] = larger(distance, absolute[lane]);
                relative[lane] = larger(distance / magnitude, relative[lane]);
            }
        }
        Extremes {
            absolute: absolute.into_iter().fold(0.0, f64::max),
            relative: relative.into_iter().fold(0.0, f64::max),
            outside: outside.into_iter().sum::<u64>() as usize,
            finite: infinite == [0; LANES],
        }
    }
}

/// A maximum in one instruction, unlike `f64::max`; the second number if one is NaN.
const fn larger(left: f64, right: f64) -> f64 {
    if left > right { left } else { right }
}
