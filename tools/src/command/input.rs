//! Reading files and standard input, with progress.

use std::fs::File;
use std::io::{self, IsTerminal, Read};

use anycapture_tools::{Error, Recording, Values};

use crate::Trouble;

/// The size from which on reading shows its progress, in bytes.
const LARGE: u64 = 200 << 20;

/// Reads a file, or standard input if it is `-`.
pub(crate) fn load(path: &str) -> Result<Recording, Error> {
    if path == "-" {
        let reader = Progress::new("standard input", io::stdin().lock(), None);
        return Recording::read("standard input", reader, None);
    }
    let size = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file).map(|it| it.len());
    match File::open(path) {
        Ok(file) if size >= Some(LARGE) => {
            Recording::read(path, Progress::new(path, file, size), size)
        }
        _ => Recording::load(path),
    }
}

/// The values of a key, or an error with the nearest keys.
pub(crate) fn values<'a>(recording: &'a Recording, key: &str) -> Result<Values<'a>, Trouble> {
    recording.get(key).ok_or_else(|| {
        let mut keys: Vec<&str> = recording.keys().collect();
        keys.sort_by_key(|known| strsim::damerau_levenshtein(known, key));
        let known = match keys[..] {
            [] => "and none at all with numbers".into(),
            _ => format!("the nearest are {}", keys[..keys.len().min(3)].join(", ")),
        };
        Trouble(format!("{}: there is no key {key}, {known}", recording.name()))
    })
}

/// Whether `key` matches `pattern`, in which `*` stands for any text.
pub(crate) fn is_like(key: &str, pattern: &str) -> bool {
    match pattern.split_once('*') {
        None => key == pattern,
        Some((start, rest)) => key.strip_prefix(start).is_some_and(|key| {
            key.char_indices()
                .map(|(place, _)| place)
                .chain([key.len()])
                .any(|place| is_like(&key[place..], rest))
        }),
    }
}

/// Shows progress on standard error, if that is a terminal.
struct Progress<R> {
    name: String,
    inner: R,
    size: Option<u64>,
    done: u64,
    shown: u64,
    visible: bool,
}

impl<R> Progress<R> {
    fn new(name: &str, inner: R, size: Option<u64>) -> Progress<R> {
        let visible = io::stderr().is_terminal();
        Progress { name: name.into(), inner, size, done: 0, shown: 0, visible }
    }

    fn show(&mut self) {
        const STEP: u64 = 32 << 20;
        if !self.visible || self.done < self.shown + STEP {
            return;
        }
        self.shown = self.done;
        let megabytes = self.done >> 20;
        match self.size {
            Some(size) => eprint!("\r{}: {} %", self.name, self.done * 100 / size.max(1)),
            None => eprint!("\r{}: {megabytes} MiB", self.name),
        }
    }
}

impl<R: Read> Read for Progress<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.done += read as u64;
        self.show();
        Ok(read)
    }
}

impl<R> Drop for Progress<R> {
    fn drop(&mut self) {
        if self.shown > 0 {
            eprint!("\r\x1b[K");
        }
    }
}
