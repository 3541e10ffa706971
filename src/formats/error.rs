//! What can be wrong with a file of annotations.

use std::path::PathBuf;

/// Annotations that cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FormatError {
    /// A file cannot be read.
    #[error("cannot read {path}: {source}", path = path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Output cannot be written.
    #[error("cannot write: {0}")]
    Write(#[from] std::io::Error),
    /// A record does not hold what the format asks for.
    #[error("{path}:{line}: {reason}", path = path.display())]
    Record {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// What is wrong, and with which article.
        reason: String,
    },
    /// A column cannot be built or read.
    #[error("{0}")]
    Columns(String),
    /// A second article for a file that holds one.
    #[error("a page holds one article; write several into a folder, each to a page of its own")]
    OneArticle,
    /// A span does not fit the text it is over.
    #[error("{0}")]
    Span(String),
}
