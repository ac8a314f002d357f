//! What is captured, and by which line.

use anycapture::__private::{Listed, Note};
use anycapture::{Dtype, capture};

use super::{Content, Random};

/// A user's type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tag(pub u64);

/// A number that converts without loss.
#[derive(Clone, Copy, Debug)]
pub struct Half(u16);

impl From<Half> for f32 {
    fn from(half: Half) -> f32 {
        half.0.into()
    }
}

/// A value of each kind.
#[derive(Clone, Debug)]
pub enum Input {
    Float(f32),
    Double(f64),
    Wide(i128),
    Flag(bool),
    Size(usize),
    Floats(Vec<f32>),
    Bytes(Vec<u8>),
    Grid([[i16; 2]; 3]),
    Flags(Vec<bool>),
    Half(Half),
    Maybe(Option<f64>),
    Outcome(Result<Vec<u32>, ()>),
    Each(Vec<i64>),
    /// An iterator that gives one element less than it says.
    Short(Vec<u16>),
    Text(String),
    Tag(Tag),
    Tags(Vec<Tag>),
}

/// Elements of any length class: mostly a few, sometimes many, seldom more than are copied under the lock.
fn vector<T>(random: &mut Random, large: usize, make: impl Fn(u64) -> T) -> Vec<T> {
    let length = match random.below(40) {
        0 => large,
        1..4 => random.below(300),
        4 => 0,
        _ => random.pick(&[1, 2, 2, 3, 4, 4, 4, 17]),
    };
    let seed = random.next();
    (0..length as u64).map(|nth| make(seed.wrapping_add(nth.wrapping_mul(seed | 1)))).collect()
}

impl Input {
    /// `large` is the length of a large value.
    pub fn random(random: &mut Random, large: usize, opaque: bool) -> Input {
        let bits = random.next();
        match random.below(if opaque { 34 } else { 28 }) {
            0..6 => Input::Float(bits as u32 as f32),
            6..8 => Input::Double(bits as f64),
            8 => Input::Wide(i128::from(bits) << 60),
            9 => Input::Flag(bits & 1 == 1),
            10 => Input::Size(bits as usize),
            11..16 => Input::Floats(vector(random, large / 4, |bits| bits as u32 as f32)),
            16..18 => Input::Bytes(vector(random, large, |bits| bits as u8)),
            18 => {
                Input::Grid([[bits as i16; 2], [(bits >> 16) as i16; 2], [(bits >> 32) as i16; 2]])
            }
            19 => Input::Flags(vector(random, 700, |bits| bits & 1 == 1)),
            20 => Input::Half(Half(bits as u16)),
            21 => Input::Maybe((bits & 1 == 0).then_some(bits as f64)),
            22..24 if bits & 1 == 0 => {
                Input::Outcome(Ok(vector(random, large / 4, |bits| bits as u32)))
            }
            22..24 => Input::Outcome(Err(())),
            24..26 => Input::Each(vector(random, large / 8, |bits| bits as i64)),
            26 => Input::Float(f32::NAN),
            27 => Input::Short(
                vector(random, large / 2, |bits| bits as u16).into_iter().chain([1, 2]).collect(),
            ),
            28..31 => Input::Text(format!("{:width$}", bits % 1000, width = (bits % 37) as usize)),
            31..33 => Input::Tag(Tag(bits)),
            _ => Input::Tags(vector(random, 100, Tag)),
        }
    }

    /// What it is kept as, with its own shape; `None` where there is no value.
    pub fn content(&self) -> Option<(Dtype, Vec<usize>, Content)> {
        macro_rules! plain {
            ($dtype:ident [$($dim:expr),*] $values:expr) => {
                (Dtype::$dtype, vec![$($dim),*], Content::Plain($values.iter().flat_map(|value| value.to_le_bytes()).collect()))
            };
        }
        Some(match self {
            Input::Float(value) => plain!(F32 [] [value]),
            Input::Double(value) => plain!(F64 [] [value]),
            Input::Wide(value) => plain!(I128 [] [value]),
            Input::Flag(value) => plain!(Bool [] [u8::from(*value)]),
            Input::Size(value) => plain!(U64 [] [value]),
            Input::Floats(values) => plain!(F32 [values.len()] values),
            Input::Bytes(values) => plain!(U8 [values.len()] values),
            Input::Grid(values) => plain!(I16 [3, 2] values.as_flattened()),
            Input::Flags(values) => (
                Dtype::Bool,
                vec![values.len()],
                Content::Plain(values.iter().map(|&flag| flag.into()).collect()),
            ),
            Input::Half(value) => plain!(F32 [] [f32::from(*value)]),
            Input::Maybe(value) => plain!(F64 [] [(*value)?]),
            Input::Outcome(values) => {
                let values = values.as_ref().ok()?;
                plain!(U32 [values.len()] values)
            }
            Input::Each(values) => plain!(I64 [values.len()] values),
            Input::Short(values) => plain!(U16 [values.len()] values[..values.len() - 1]),
            Input::Text(text) => (Dtype::Opaque, vec![], Content::Text(text.clone())),
            Input::Tag(tag) => (Dtype::Opaque, vec![], Content::Tag(tag.0)),
            Input::Tags(tags) => {
                (Dtype::Opaque, vec![], Content::Tags(tags.iter().map(|tag| tag.0).collect()))
            }
        })
    }

    /// The number of elements.
    pub fn len(&self) -> usize {
        match self {
            Input::Floats(values) => values.len(),
            Input::Bytes(values) => values.len(),
            Input::Flags(values) => values.len(),
            Input::Outcome(Ok(values)) => values.len(),
            Input::Each(values) => values.len(),
            Input::Short(values) => values.len(),
            Input::Grid(_) => 6,
            _ => 1,
        }
    }

    /// The bytes of its elements, or of what it is made of.
    pub fn bytes(&self) -> usize {
        match self.content() {
            Some((_, _, Content::Plain(bytes))) => bytes.len(),
            Some((_, _, Content::Text(text))) => text.len(),
            Some((_, _, Content::Tags(tags))) => 8 * tags.len(),
            Some((_, _, Content::Tag(_))) | None => 8,
        }
    }

    /// Whether it gives less than it says.
    pub fn is_short(&self) -> bool {
        matches!(self, Input::Short(_))
    }

    pub fn has_nan(&self) -> bool {
        match self {
            Input::Float(value) => value.is_nan(),
            Input::Floats(values) => values.iter().any(|value| value.is_nan()),
            _ => false,
        }
    }
}

/// What a line says beside its value.
#[derive(Clone, Debug, Default)]
pub struct Line {
    pub shape: Option<Vec<usize>>,
    pub indices: Vec<i64>,
    /// 0: nothing.
    pub keep: usize,
}

impl Line {
    pub fn random(random: &mut Random, input: &Input, keep: bool) -> Line {
        let length = input.len();
        let shape = match random.below(16) {
            0 if length % 2 == 0 => Some(vec![2, length / 2]),
            0..2 => Some(vec![1, length, 1]),
            2 => Some(vec![length + 1]),
            3 if random.one_in(2) => Some(vec![1; 9]),
            3 => Some(vec![usize::MAX, 2, length]),
            4 => Some(vec![]),
            _ => None,
        };
        let rank = random.pick(&[0, 0, 0, 0, 0, 1, 1, 2, 3, 4]);
        let keep = if keep && random.one_in(12) { random.pick(&[1, 2, 5, 40, 0]) } else { 0 };
        Line { shape, indices: (0..rank).map(|_| random.below(5) as i64 - 2).collect(), keep }
    }

    /// The shape that a value of `length` elements, of the shape `own`, is kept in; and whether this is not the flat one for
    /// want of another.
    pub fn shape_of(&self, own: Vec<usize>, length: usize) -> (Vec<usize>, bool) {
        let shape = self.shape.clone().unwrap_or(own);
        let product = shape.iter().try_fold(1_usize, |product, dim| product.checked_mul(*dim));
        // The product of the others may be beyond `usize`.
        let product = if shape.contains(&0) { Some(0) } else { product };
        if shape.len() <= 8 && product == Some(length) {
            (shape, true)
        } else {
            (vec![length], false)
        }
    }

    fn says_nothing(&self) -> bool {
        self.shape.is_none() && self.indices.is_empty() && self.keep == 0
    }
}

/// An iterator that gives one element less than it says.
struct Lying<'a>(&'a [u16]);

impl Iterator for Lying<'_> {
    type Item = u16;

    fn next(&mut self) -> Option<u16> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        if rest.is_empty() { None } else { Some(*first) }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.0.len(), Some(self.0.len()))
    }
}

impl ExactSizeIterator for Lying<'_> {}

/// A capture line whose shape, indices and `keep` are chosen while it runs: what `capture!` expands to.
macro_rules! line {
    ($key:expr, $value:expr, $note:expr) => {
        match &$value {
            value => {
                use anycapture::__private::any::*;
                static SITE: anycapture::__private::Callsite =
                    anycapture::__private::Callsite::new();
                let probe = anycapture::__private::Probe::new(value);
                probe.__anycapture_record(&SITE, &$key, Some($note), Listed);
            }
        }
    };
}

/// Makes the lines of each key, one a kind of value.
macro_rules! lines {
    ($($nth:literal $name:ident),+) => {
        /// Captures `input` under a key.
        pub fn capture_input(key: usize, input: &Input, line: &Line) {
            if line.says_nothing() && capture_plainly(key, input) {
                return;
            }
            let note = &Note { shape: line.shape.as_deref(), indices: &line.indices, keep: line.keep, ..Note::NONE };
            if !anycapture::is_active() {
                return;
            }
            match key {
                $($nth => {
                    const KEY: &str = concat!("model.", stringify!($name));
                    match input {
                        Input::Float(value) => line!(KEY, value, note),
                        Input::Double(value) => line!(KEY, *value, note),
                        Input::Wide(value) => line!(KEY, value, note),
                        Input::Flag(value) => line!(KEY, value, note),
                        Input::Size(value) => line!(KEY, value, note),
                        Input::Floats(values) => line!(KEY, values[..], note),
                        Input::Bytes(values) => line!(KEY, values, note),
                        Input::Grid(values) => line!(KEY, values, note),
                        Input::Flags(values) => line!(KEY, values, note),
                        Input::Half(value) => line!(KEY, *value, note),
                        Input::Maybe(value) => line!(KEY, *value, note),
                        Input::Outcome(values) => line!(KEY, values, note),
                        Input::Each(values) => line!(KEY, anycapture::each(values.iter().copied()), note),
                        Input::Short(values) => line!(KEY, anycapture::each(Lying(values)), note),
                        #[cfg(feature = "alloc")]
                        Input::Text(text) => line!(KEY, text, note),
                        #[cfg(feature = "alloc")]
                        Input::Tag(tag) => line!(KEY, tag, note),
                        #[cfg(feature = "alloc")]
                        Input::Tags(tags) => line!(KEY, tags[..], note),
                        #[cfg(not(feature = "alloc"))]
                        other => unreachable!("{other:?} needs `alloc`"),
                    }
                })+
                _ => unreachable!("there are fewer keys"),
            }
        }

        /// The same by a `capture!` line, for some kinds. Says whether this is one.
        fn capture_plainly(key: usize, input: &Input) -> bool {
            match (key, input) {
                $(($nth, Input::Float(value)) => capture!(model, $name = *value),
                ($nth, Input::Floats(values)) => capture!(model, $name = values),
                #[cfg(feature = "alloc")]
                ($nth, Input::Tag(value)) => capture!(model, $name = *value),)+
                _ => return false,
            }
            true
        }
    };
}

lines! { 0 a, 1 b, 2 c, 3 d, 4 e }
