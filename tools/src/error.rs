//! Errors of reading and writing files.

use std::{fmt, io};

/// The error of reading, renaming or writing a recording: the file's name and one sentence.
///
/// # Examples
///
/// ```
/// use anycapture_tools::Recording;
///
/// let error = Recording::from_bytes(b"hello").unwrap_err();
/// assert_eq!(error.to_string(), "the given bytes: not a safetensors file: it has only 5 bytes");
/// ```
#[derive(Debug)]
pub struct Error {
    file: String,
    reason: Reason,
}

/// An error without the file's name.
#[derive(Debug)]
pub(crate) enum Reason {
    Io(io::Error),
    Invalid(String),
}

impl Error {
    pub(crate) fn new(file: impl Into<String>, reason: impl Into<Reason>) -> Error {
        Error { file: file.into(), reason: reason.into() }
    }

    /// The file's name, as passed by the caller.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Whether the file does not exist.
    pub fn is_not_found(&self) -> bool {
        matches!(&self.reason, Reason::Io(error) if error.kind() == io::ErrorKind::NotFound)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.reason {
            Reason::Io(error) => write!(f, "{}: {error}", self.file),
            Reason::Invalid(reason) => write!(f, "{}: {reason}", self.file),
        }
    }
}

impl std::error::Error for Error {}

impl From<io::Error> for Reason {
    fn from(error: io::Error) -> Reason {
        Reason::Io(error)
    }
}

impl From<String> for Reason {
    fn from(reason: String) -> Reason {
        Reason::Invalid(reason)
    }
}

impl From<&str> for Reason {
    fn from(reason: &str) -> Reason {
        Reason::Invalid(reason.into())
    }
}
