//! The header of a safetensors file: its tensors and their places.

use std::{borrow::Cow, collections::BTreeMap, fmt, ops::Range};

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use crate::dtype::Dtype;

/// The longest header that readers of the format accept, in bytes.
pub(crate) const LONGEST: u64 = 100_000_000;
/// The largest number of axes. More than array libraries allow are a sign of damage, and would cost memory.
const MOST_AXES: usize = 64;

/// The place of a tensor in the data, its type and its shape, which match its length.
#[derive(Clone, Debug)]
pub(crate) struct Tensor {
    pub(crate) dtype: Dtype,
    pub(crate) shape: Box<[usize]>,
    pub(crate) range: Range<usize>,
}

#[derive(Debug, Default)]
pub(crate) struct Header {
    /// By name.
    pub(crate) tensors: BTreeMap<String, Tensor>,
    pub(crate) metadata: BTreeMap<String, String>,
    /// The bytes of data after the header.
    pub(crate) data: usize,
}

impl Header {
    /// Reads and checks the JSON text of a header.
    pub(crate) fn parse(text: &[u8]) -> Result<Header, String> {
        let text = std::str::from_utf8(text)
            .map_err(|error| format!("its header is not valid UTF-8: {error}"))?;
        let Checked(header) = serde_json::from_str(text)
            .map_err(|error| format!("its header is not one of safetensors: {error}"))?;
        let mut header = header?;
        header.data = end_of_data(&header.tensors)?;
        Ok(header)
    }

    fn add(&mut self, name: String, tensor: RawTensor<'_>) -> Result<(), String> {
        let tensor = tensor.check(&name)?;
        if self.tensors.contains_key(&name) {
            return Err(format!("the name `{name}` stands for two tensors"));
        }
        self.tensors.insert(name, tensor);
        Ok(())
    }
}

/// Checks that the tensors are contiguous, and returns the end of the last one.
fn end_of_data(tensors: &BTreeMap<String, Tensor>) -> Result<usize, String> {
    let mut in_order: Vec<_> = tensors.iter().collect();
    in_order.sort_by_key(|(_, tensor)| (tensor.range.start, tensor.range.end));
    let (mut before, mut end) = ("", 0);
    for (name, tensor) in in_order {
        let start = tensor.range.start;
        if start < end {
            return Err(format!("the tensors `{before}` and `{name}` overlap"));
        }
        if start > end {
            let gap = start - end;
            return Err(format!("{gap} bytes in front of the tensor `{name}` belong to none"));
        }
        (before, end) = (name, tensor.range.end);
    }
    Ok(end)
}

/// A header, or the error in one that is well-formed JSON.
struct Checked(Result<Header, String>);

impl<'de> Deserialize<'de> for Checked {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(HeaderVisitor).map(Checked)
    }
}

struct HeaderVisitor;

impl<'de> Visitor<'de> for HeaderVisitor {
    type Value = Result<Header, String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with an entry a tensor")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut header = Ok(Header::default());
        while let Some(name) = map.next_key::<String>()? {
            if name == "__metadata__" {
                let metadata = map.next_value()?;
                header = header.map(|header| Header { metadata, ..header });
            } else {
                let tensor = map.next_value()?;
                header = header.and_then(|mut header| header.add(name, tensor).map(|()| header));
            }
        }
        Ok(header)
    }
}

/// A tensor as in the file, unchecked.
#[derive(Deserialize)]
struct RawTensor<'a> {
    #[serde(borrow)]
    dtype: Cow<'a, str>,
    shape: Axes,
    data_offsets: (usize, usize),
}

impl RawTensor<'_> {
    fn check(self, name: &str) -> Result<Tensor, String> {
        let Some(dtype) = Dtype::from_name(&self.dtype) else {
            let dtype = &self.dtype;
            return Err(format!("the tensor `{name}` is of the unsupported type {dtype:?}"));
        };
        let Axes(shape) = self.shape;
        let (start, end) = self.data_offsets;
        let size = dtype.size_of(&shape);
        if size.is_none() || size != end.checked_sub(start) {
            return Err(format!(
                "the tensor `{name}` is {dtype} {shape:?}, and lies at the bytes {start} to {end}"
            ));
        }
        Ok(Tensor { dtype, shape: shape.into(), range: start..end })
    }
}

struct Axes(Vec<usize>);

impl<'de> Deserialize<'de> for Axes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(AxesVisitor)
    }
}

struct AxesVisitor;

impl<'de> Visitor<'de> for AxesVisitor {
    type Value = Axes;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a shape of up to {MOST_AXES} axes")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Axes, A::Error> {
        let mut axes = Vec::new();
        while let Some(axis) = seq.next_element()? {
            if axes.len() == MOST_AXES {
                return Err(A::Error::invalid_length(MOST_AXES + 1, &self));
            }
            axes.push(axis);
        }
        Ok(Axes(axes))
    }
}
