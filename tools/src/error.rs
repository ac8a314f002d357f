//! Why a file could not be read or written.

use std::{fmt, io};

/// Why a recording could not be read, renamed or written: one sentence behind the file's name.
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

/// What is wrong, before the file's name is put in front of it.
#[derive(Debug)]
pub(crate) enum Reason {
    Io(io::Error),
    Invalid(String),
}

impl Error {
    pub(crate) fn new(file: impl Into<String>, reason: impl Into<Reason>) -> Error {
        Error { file: file.into(), reason: reason.into() }
    }

    /// The file's name as it was given.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Whether there is no such file.
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
