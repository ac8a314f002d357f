//! Writes a recording in the format of `anycapture::export`.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;

use safetensors::{Dtype, SafeTensorError, View};

use crate::error::{Error, Reason};
use crate::header::Tensor;
use crate::recording::{Recording, Tensors};

impl Recording {
    /// Writes it as one safetensors file, which replaces an older one once it is complete.
    ///
    /// # Errors
    ///
    /// Returns an error if the file can't be written.
    ///
    /// # Examples
    ///
    /// ```
    /// # use anycapture_tools::{Error, Recording};
    /// # fn excerpt() -> Result<(), Error> {
    /// let mut recording = Recording::load("run.safetensors")?;
    /// recording.retain(|key| key.ends_with("attention_map"));
    /// recording.save("maps.safetensors")?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        let path = path.as_ref();
        // The parent of a bare file name is "", where no file can be created.
        let full = std::path::absolute(path).map_err(|error| unsaved(path, error))?;
        safetensors::serialize_to_file(self.views(), self.metadata(), &full).map_err(|error| {
            match error {
                SafeTensorError::IoError(error) => unsaved(path, error),
                error => unsaved(path, error.to_string()),
            }
        })
    }

    fn views(&self) -> Vec<(String, Part<'_>)> {
        let mut views = Vec::new();
        let mut add = |name: String, tensor| views.push((name, Part { tensor, data: &self.data }));
        for (key, entry) in &self.keys {
            match &entry.tensors {
                Tensors::Stacked(tensor) => add(key.clone(), tensor),
                Tensors::List(tensors) => {
                    let named = tensors.iter().enumerate();
                    named.for_each(|(call, tensor)| add(format!("{key}/{call}"), tensor));
                }
            }
            let notes = entry.notes();
            let named =
                [("sequence", &notes.sequence), ("index", &notes.index), ("thread", &notes.thread)];
            for (note, tensor) in named {
                tensor.iter().for_each(|tensor| add(format!("{key}#{note}"), tensor));
            }
        }
        views
    }

    /// `None` if there are no metadata: the library writes an empty map of an empty file wrongly.
    fn metadata(&self) -> Option<HashMap<String, String>> {
        let texts = self.texts.iter().map(|(key, texts)| (key.clone(), json(texts)));
        let version = self.version.clone().map(|version| ("anycapture".into(), version));
        let omitted =
            (!self.omitted.is_empty()).then(|| ("anycapture.omitted".into(), json(&self.omitted)));
        let error = self.error.clone().map(|error| ("anycapture.error".into(), error));
        let metadata: HashMap<_, _> = texts.chain(version).chain(omitted).chain(error).collect();
        (!metadata.is_empty()).then_some(metadata)
    }
}

fn unsaved(path: &Path, reason: impl Into<Reason>) -> Error {
    Error::new(path.display().to_string(), reason)
}

fn json(list: &[String]) -> String {
    serde_json::Value::from(list).to_string()
}

/// A tensor and the data that it is in.
struct Part<'a> {
    tensor: &'a Tensor,
    data: &'a [u8],
}

impl View for Part<'_> {
    fn dtype(&self) -> Dtype {
        self.tensor.dtype.stored()
    }

    fn shape(&self) -> &[usize] {
        &self.tensor.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        self.data[self.tensor.range.clone()].into()
    }

    fn data_len(&self) -> usize {
        self.tensor.range.len()
    }
}
