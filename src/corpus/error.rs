//! What can stop work on a corpus. A single bad article cannot: see [`Reject`](super::Reject).

use crate::formats::FormatError;
use crate::pipeline::PipelineError;
use std::io;
use std::path::{Path, PathBuf};

/// Work on a corpus that had to stop.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CorpusError {
    /// An input that cannot be used at all.
    #[error("{path}: {reason}", path = path.display())]
    Input {
        /// The input.
        path: PathBuf,
        /// Why, and what to do.
        reason: String,
    },
    /// The output is there already.
    #[error("{path} exists, and is not the finished output of this input and these options; --force overwrites it", path = path.display())]
    Exists {
        /// The output.
        path: PathBuf,
    },
    /// Another run works on the same output.
    #[error("another run is at work in {folder}; wait for it, or write to another output", folder = folder.display())]
    Busy {
        /// The run's folder.
        folder: PathBuf,
    },
    /// A stopped run had another model or other options.
    #[error("{folder} holds a run that was begun otherwise ({changes}); repeat it with what it was begun with, or discard what it has computed with --force", folder = folder.display())]
    Configuration {
        /// The run's folder.
        folder: PathBuf,
        /// What differs: `name: then, now`.
        changes: String,
    },
    /// A file cannot be read.
    #[error("cannot read {path}: {source}", path = path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file cannot be written.
    #[error("cannot write {path}: {source}; what has been computed is kept: mend this and run the same command again", path = path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The journal cannot be read or written.
    #[error("cannot use the journal in {folder}: {source}; what it holds is kept: mend this and run the same command again", folder = folder.display())]
    Journal {
        /// The run's folder.
        folder: PathBuf,
        /// Why.
        source: Box<redb::Error>,
    },
    /// An entry of the journal cannot be read.
    #[error("the journal in {folder} is damaged ({reason}); --force discards it", folder = folder.display())]
    Damaged {
        /// The run's folder.
        folder: PathBuf,
        /// Why.
        reason: String,
    },
    /// A result cannot be put into the form in which the journal keeps it.
    #[error("cannot store a result: {0}")]
    Encode(String),
    /// An article was not read to the end, or the engine failed.
    #[error(transparent)]
    Pipeline(#[from] PipelineError),
    /// Annotations that cannot be written or read.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// More records were rejected than allowed.
    #[error("stopped after {count} rejected records, the last one {last}; {file} has what was wrong with the input; what has been computed is kept", file = file.display())]
    Rejects {
        /// Records rejected.
        count: u64,
        /// Position and reason of the last one.
        last: String,
        /// Where they are.
        file: PathBuf,
    },
    /// The input was not the same in both passes.
    #[error(
        "the input changed while it was being read; run the same command again, only what is new will be computed"
    )]
    Changed,
    /// Shards that do not make a whole.
    #[error("{0}")]
    Shards(String),
}

impl CorpusError {
    /// A file that cannot be written.
    pub(super) fn write(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Write { path, source }
    }

    /// A file that cannot be read.
    pub(super) fn read(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Read { path, source }
    }
}
