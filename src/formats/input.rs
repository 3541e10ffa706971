//! Where a format is read from: a file, a folder, or standard input.

use super::FormatError;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// A file or folder, or standard input.
#[derive(Clone, Debug)]
pub struct Input(PathBuf);

impl Input {
    /// What is at `path`; `-` is standard input.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// The path, for messages too.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Whether it is standard input.
    pub fn is_stdin(&self) -> bool {
        self.0.as_os_str() == "-"
    }

    /// Opens it.
    ///
    /// # Errors
    /// There is no such file.
    pub(super) fn open(&self) -> Result<Box<dyn BufRead>, FormatError> {
        if self.is_stdin() {
            return Ok(Box::new(BufReader::new(io::stdin())));
        }
        let file = File::open(&self.0).map_err(|source| self.unreadable(source))?;
        Ok(Box::new(BufReader::new(file)))
    }

    /// All of it.
    ///
    /// # Errors
    /// It cannot be read, or is not UTF-8.
    pub(super) fn text(&self) -> Result<String, FormatError> {
        let mut bytes = Vec::new();
        self.open()?
            .read_to_end(&mut bytes)
            .map_err(|source| self.unreadable(source))?;
        String::from_utf8(bytes).map_err(|e| {
            let valid = e.utf8_error().valid_up_to();
            let line = 1 + e.as_bytes()[..valid].iter().filter(|b| **b == b'\n').count();
            let reason = "not UTF-8; convert the file first (iconv -t utf-8)".to_owned();
            self.fault(line, reason)
        })
    }

    /// An error at a line (or record) of it.
    pub(super) fn fault(&self, line: usize, reason: String) -> FormatError {
        FormatError::Record {
            path: self.0.clone(),
            line,
            reason,
        }
    }

    fn unreadable(&self, source: io::Error) -> FormatError {
        FormatError::Read {
            path: self.0.clone(),
            source,
        }
    }
}
