//! What can be wrong with a model folder.

use std::path::{Path, PathBuf};

/// A model folder that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// A file of the folder cannot be read.
    #[error("cannot read {path}: {source}; a model folder holds config.json, tokenizer.json and model.safetensors", path = path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file of the folder does not hold what it should.
    #[error("{path}: {reason}", path = path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        reason: String,
    },
    /// The tokenizer failed on a text.
    #[error("the tokenizer failed: {0}")]
    Tokenize(String),
}

impl ModelError {
    pub(crate) fn invalid(reason: impl Into<String>) -> Self {
        Self::Invalid {
            path: PathBuf::new(),
            reason: reason.into(),
        }
    }

    /// Names the file in which the fault was found.
    pub(crate) fn at(self, file: &Path) -> Self {
        match self {
            Self::Invalid { reason, .. } => Self::Invalid {
                path: file.to_owned(),
                reason,
            },
            other => other,
        }
    }
}
