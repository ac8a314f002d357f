//! Compares two recordings.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

use crate::difference::{Difference, Kind, Place};
use crate::dtype::Short;
use crate::gap::{self, Largest, Tolerance};
use crate::hint::{self, Hint};
use crate::recording::Recording;
use crate::table;
use crate::value::Values;

impl Recording {
    /// Compares every key, call by call, with a reference.
    ///
    /// Values are paired by their position in the list of their key. If both sides have indices (`index = ...`), these must be equal;
    /// threads and sequences are ignored.
    ///
    /// Types are widened if that is exact: integers with integers, floats and integers of up to 32 bits with floats. The first
    /// difference is the first in the order of our captures, if that is known; otherwise in the order of the reference's, and otherwise
    /// that of the lowest call, by key.
    ///
    /// # Examples
    ///
    /// ```
    /// use anycapture_tools::{Recording, Tolerance};
    /// # fn file(scale: f32) -> Vec<u8> {
    /// #     let x = [1.0, 2.0, 3.0 * scale].map(f32::to_le_bytes).concat();
    /// #     let tensor = safetensors::tensor::TensorView::new(safetensors::Dtype::F32, vec![1, 3], &x).unwrap();
    /// #     safetensors::serialize([("f.x", tensor)], None).unwrap()
    /// # }
    /// # let (ours, theirs) = (file(1.5), file(1.0));
    /// let ours = Recording::from_bytes(&ours)?;
    /// let reference = Recording::from_bytes(&theirs)?;
    ///
    /// let comparison = ours.compare(&reference, Tolerance::absolute(1e-5));
    /// assert!(!comparison.is_within());
    /// let first = comparison.first().unwrap();
    /// assert_eq!((first.key(), first.call(), first.indices()), ("f.x", 0, Some(&[2][..])));
    /// assert_eq!(first.to_string(), "`f.x`, call 0, element [2]: 4.5, the reference has 3.0");
    /// # Ok::<(), anycapture_tools::Error>(())
    /// ```
    pub fn compare(&self, reference: &Recording, tolerance: Tolerance) -> Comparison {
        let keys: BTreeSet<&str> = self.keys().chain(reference.keys()).collect();
        let numbers = keys.into_iter().map(|key| self.compare_key(key, reference, tolerance));
        let texts: BTreeSet<&str> =
            self.texts().chain(reference.texts()).map(|text| text.0).collect();
        let texts = texts.into_iter().map(|key| self.compare_text(key, reference));
        let mut keys: Vec<KeyComparison> = numbers.chain(texts).collect();
        let first = keys
            .iter()
            .filter_map(|key| key.first.clone().map(|first| (key.order, first)))
            // The keys are sorted, and of equals the first is taken.
            .min_by_key(|(order, _)| *order)
            .map(|(_, first)| first);
        keys.sort_by(KeyComparison::worst_first);
        Comparison { keys, first, tolerance }
    }

    fn compare_key(&self, key: &str, reference: &Recording, tolerance: Tolerance) -> KeyComparison {
        let (ours, theirs) = (self.get(key), reference.get(key));
        let mut result = KeyComparison::new(key, ours.map(Values::len), theirs.map(Values::len));
        if let (Some(ours), Some(theirs)) = (ours, theirs) {
            result.compare(ours, theirs, tolerance);
        }
        result.count();
        result
    }

    fn compare_text(&self, key: &str, reference: &Recording) -> KeyComparison {
        let none = Vec::new();
        let ours = self.texts.get(key).unwrap_or(&none);
        let theirs = reference.texts.get(key).unwrap_or(&none);
        let mut result = KeyComparison::new(key, Some(ours.len()), Some(theirs.len()));
        if let Some(call) = ours.iter().zip(theirs).position(|(ours, theirs)| ours != theirs) {
            let (ours, reference) = (ours[call].clone(), theirs[call].clone());
            result.part(call, Vec::new(), None, Kind::Text { ours, reference });
        }
        result.count();
        result
    }
}

/// The result of [`Recording::compare`].
///
/// `Display` shows the first difference, then a line for each key, the worst first.
#[derive(Clone, Debug)]
pub struct Comparison {
    keys: Vec<KeyComparison>,
    first: Option<Difference>,
    tolerance: Tolerance,
}

impl Comparison {
    /// Whether both sides have the same keys, counts, shapes and texts, and every element is within the tolerance.
    pub fn is_within(&self) -> bool {
        self.first.is_none()
    }

    /// The first difference. Keys and values that one side lacks come after those that both have.
    pub fn first(&self) -> Option<&Difference> {
        self.first.as_ref()
    }

    /// Every key that either side has, the worst first: keys that differ before others, then by the largest absolute difference.
    pub fn iter(&self) -> impl Iterator<Item = &KeyComparison> {
        self.keys.iter()
    }

    /// The tolerance of the comparison.
    pub fn tolerance(&self) -> Tolerance {
        self.tolerance
    }
}

/// The comparison of the values of one key: an item of [`Comparison::iter`].
///
/// # Examples
///
/// A matrix that was stored in the other layout:
///
/// ```
/// use anycapture_tools::{Hint, Recording, Tolerance};
/// # fn file(x: [f32; 6], shape: [usize; 3]) -> Vec<u8> {
/// #     let x = x.map(f32::to_le_bytes).concat();
/// #     let tensor = safetensors::tensor::TensorView::new(safetensors::Dtype::F32, shape.into(), &x).unwrap();
/// #     safetensors::serialize([("f.x", tensor)], None).unwrap()
/// # }
/// # let ours = file([1., 2., 3., 4., 5., 6.], [1, 2, 3]);
/// # let theirs = file([1., 4., 2., 5., 3., 6.], [1, 3, 2]);
/// let ours = Recording::from_bytes(&ours)?;
/// let comparison = ours.compare(&Recording::from_bytes(&theirs)?, Tolerance::absolute(1e-5));
/// let key = comparison.iter().next().unwrap();
/// assert_eq!(key.first().unwrap().to_string(), "`f.x`, call 0: the shape is [2, 3], in the reference [3, 2]");
/// assert_eq!(key.hint(), Some(Hint::Transposed));
/// # Ok::<(), anycapture_tools::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct KeyComparison {
    key: String,
    ours: usize,
    reference: usize,
    elements: usize,
    outside: usize,
    absolute: Option<Extreme>,
    relative: Option<Extreme>,
    first: Option<Difference>,
    order: Order,
    hint: Option<Hint>,
}

/// Orders differences by capture: missing ones last, then by sequence, then by call.
type Order = (bool, u64, usize);

/// The largest difference of a key, and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Extreme {
    /// The difference; infinite if one of the two elements is not finite.
    pub distance: f64,
    /// The position of the value in the list of its key, from 0 on.
    pub call: usize,
    /// The element's indices in the tensor, outermost first.
    pub indices: Vec<usize>,
}

impl KeyComparison {
    fn new(key: &str, ours: Option<usize>, reference: Option<usize>) -> KeyComparison {
        KeyComparison {
            key: key.into(),
            ours: ours.unwrap_or(0),
            reference: reference.unwrap_or(0),
            elements: 0,
            outside: 0,
            absolute: None,
            relative: None,
            first: None,
            order: (false, 0, 0),
            hint: None,
        }
    }

    /// The key, under our name.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The numbers of values on our side and in the reference.
    pub fn counts(&self) -> (usize, usize) {
        (self.ours, self.reference)
    }

    /// The number of elements compared.
    pub fn elements(&self) -> usize {
        self.elements
    }

    /// The number of elements that are not within the tolerance.
    pub fn outside(&self) -> usize {
        self.outside
    }

    /// The largest |ours - reference|; `None` if all elements are equal.
    pub fn absolute(&self) -> Option<&Extreme> {
        self.absolute.as_ref()
    }

    /// The largest |ours - reference| / max(|ours|, |reference|); `None` if all elements are equal.
    pub fn relative(&self) -> Option<&Extreme> {
        self.relative.as_ref()
    }

    /// The first difference under this key.
    pub fn first(&self) -> Option<&Difference> {
        self.first.as_ref()
    }

    /// The change of layout that would make the first differing value fit, if there is one.
    pub fn hint(&self) -> Option<Hint> {
        self.hint
    }

    fn compare(&mut self, ours: Values<'_>, theirs: Values<'_>, tolerance: Tolerance) {
        let calls = ours.len().min(theirs.len());
        let shape = |values: Values<'_>| values.stacked_shape().map(<[usize]>::to_vec);
        // Many small values at once, if they are contiguous on both sides.
        let alike = shape(ours).is_some() && shape(ours) == shape(theirs);
        let step = if alike { calls.max(1) } else { 1 };
        for call in (0..calls).step_by(step) {
            self.compare_calls([ours, theirs], call..call + step, tolerance);
        }
        self.compare_indices(ours, theirs);
        if self.hint.is_none() && self.ours != self.reference {
            self.hint = hint::of_lists(ours, theirs, tolerance);
        }
    }

    /// Compares values that are contiguous on both sides.
    fn compare_calls(
        &mut self,
        pair: [Values<'_>; 2],
        calls: Range<usize>,
        tolerance: Tolerance,
    ) -> Option<()> {
        let [ours, theirs] = [pair[0].get(calls.start)?, pair[1].get(calls.start)?];
        let mut part = |call, kind| self.part_in(pair, call, kind, tolerance);
        if !gap::comparable(ours.dtype(), theirs.dtype()) {
            return part(
                calls.start,
                Kind::Dtype { ours: ours.dtype(), reference: theirs.dtype() },
            );
        }
        if ours.shape() != theirs.shape() {
            let (ours, reference) = (ours.shape().to_vec(), theirs.shape().to_vec());
            return part(calls.start, Kind::Shape { ours, reference });
        }
        let [left, right] = [pair[0].elements(calls.clone())?, pair[1].elements(calls.clone())?];
        let gap = gap::gap(left, right, tolerance);
        let place = |position: usize| {
            let (call, position) = (position / ours.len(), position % ours.len());
            (calls.start + call, unravel(position, ours.shape()))
        };
        if let Some(position) = gap.first {
            let (call, indices) = place(position);
            let (ours, reference) = (left.element(position)?, right.element(position)?);
            part(call, Kind::Value { indices, ours, reference });
        }
        self.elements += left.len();
        self.outside += gap.outside;
        meet(&mut self.absolute, gap.absolute, place);
        meet(&mut self.relative, gap.relative, place);
        Some(())
    }

    /// Different indices explain all later differences.
    fn compare_indices(&mut self, ours: Values<'_>, theirs: Values<'_>) {
        if ours.has_index_of(theirs) {
            return;
        }
        let different = ours.iter().zip(theirs.iter()).find_map(|(ours, theirs)| {
            let (left, right) = (ours.indices(), theirs.indices());
            let both = !left.is_empty() && !right.is_empty();
            (both && left != right).then_some((ours, left, right))
        });
        let Some((value, ours, reference)) = different else { return };
        if self.first.as_ref().is_none_or(|first| value.call() <= first.call) {
            (self.first, self.hint) = (None, None);
            let index = ours.clone();
            self.part(value.call(), index, value.sequence(), Kind::Index { ours, reference });
        }
    }

    /// Records that two values differ, and the layout that would make them fit.
    fn part_in(
        &mut self,
        pair: [Values<'_>; 2],
        call: usize,
        kind: Kind,
        tolerance: Tolerance,
    ) -> Option<()> {
        let [ours, theirs] = [pair[0].get(call)?, pair[1].get(call)?];
        let index = if ours.indices().is_empty() { theirs.indices() } else { ours.indices() };
        let sequence = ours.sequence().or_else(|| theirs.sequence());
        if self.part(call, index, sequence, kind) {
            self.hint = hint::of_values(ours, theirs, tolerance);
        }
        Some(())
    }

    /// Records a difference, and returns whether it is the first.
    fn part(&mut self, call: usize, index: Vec<i64>, sequence: Option<u64>, kind: Kind) -> bool {
        if self.first.is_some() {
            return false;
        }
        let missing = matches!(kind, Kind::Count { .. });
        self.order = (missing, sequence.unwrap_or(u64::MAX), call);
        self.first = Some(Difference { key: self.key.clone(), call, index, kind });
        true
    }

    fn count(&mut self) {
        let (ours, reference) = (self.ours, self.reference);
        if ours != reference {
            self.part(ours.min(reference), Vec::new(), None, Kind::Count { ours, reference });
        }
    }

    fn worst_first(left: &KeyComparison, right: &KeyComparison) -> std::cmp::Ordering {
        let badness = |key: &KeyComparison| {
            let distance = key.absolute.as_ref().map_or(0.0, |extreme| extreme.distance);
            (key.first.is_some(), distance)
        };
        let (left, right) = (badness(left), badness(right));
        right.0.cmp(&left.0).then(right.1.total_cmp(&left.1))
    }

    fn row(&self) -> [String; 5] {
        let Self { ours, reference, .. } = self;
        let counts =
            if ours == reference { ours.to_string() } else { format!("{ours} / {reference}") };
        let share = |slot: &Option<Extreme>| {
            slot.as_ref().map_or("0".into(), |extreme| Short(extreme.distance).to_string())
        };
        let verdict = match (&self.first, &self.hint) {
            (None, _) => "within".into(),
            (Some(_), Some(hint)) => format!("PARTS: {hint}"),
            (Some(first), None) => format!("PARTS: {}", self.verdict(first)),
        };
        [self.key.clone(), counts, share(&self.absolute), share(&self.relative), verdict]
    }

    fn verdict(&self, first: &Difference) -> String {
        match first.kind() {
            Kind::Value { .. } => {
                let place = Place { call: first.call, index: &first.index };
                format!("{} of {} elements, from {place} on", self.outside, self.elements)
            }
            Kind::Shape { ours, reference } => format!("shapes {ours:?} and {reference:?}"),
            Kind::Dtype { ours, reference } => format!("types {ours} and {reference}"),
            Kind::Index { ours, reference } => {
                format!("index {ours:?} and {reference:?} at call {}", first.call)
            }
            Kind::Text { .. } => "texts".into(),
            Kind::Count { ours: 0, .. } => "only in the reference".into(),
            Kind::Count { reference: 0, .. } => "not in the reference".into(),
            Kind::Count { .. } => "counts".into(),
        }
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.first {
            Some(first) => writeln!(f, "The two part at {first} ({}).", self.tolerance)?,
            None => writeln!(f, "The two agree in {} keys ({}).", self.keys.len(), self.tolerance)?,
        }
        let title = ["key", "calls", "largest difference", "relative", ""].map(String::from);
        let rows = std::iter::once(title).chain(self.keys.iter().map(KeyComparison::row));
        f.write_str(&table::aligned(rows, &[1, 2, 3]))
    }
}

/// Keeps the larger of two; `place` returns the call and the indices of a position.
fn meet(
    slot: &mut Option<Extreme>,
    largest: Option<Largest>,
    place: impl Fn(usize) -> (usize, Vec<usize>),
) {
    let Some(Largest { distance, position }) = largest else { return };
    if slot.as_ref().is_none_or(|extreme| distance > extreme.distance) {
        let (call, indices) = place(position);
        *slot = Some(Extreme { distance, call, indices });
    }
}

/// The indices of element `position` in row-major order.
fn unravel(mut position: usize, shape: &[usize]) -> Vec<usize> {
    let mut indices = vec![0; shape.len()];
    for (index, &axis) in indices.iter_mut().zip(shape).rev() {
        *index = position % axis.max(1);
        position /= axis.max(1);
    }
    indices
}
