//! What can stop a training run.

use crate::engine::EngineError;
use crate::formats::FormatError;
use crate::model::ModelError;
use std::path::PathBuf;

/// A training run that cannot start or go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrainError {
    /// The configuration is not usable.
    #[error("{path}: {reason}", path = path.display())]
    Config {
        /// The configuration file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A record of a data file is not usable.
    #[error("{path}:{line}: {reason}", path = path.display())]
    Data {
        /// The data file.
        path: PathBuf,
        /// Line, from 1; 0 for the file as a whole.
        line: usize,
        /// What is wrong, and with which article.
        reason: String,
    },
    /// A file cannot be read or written.
    #[error("{path}: {source}", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A data file is malformed.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// The encoder to start from is not usable.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The forward pass failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// libtorch failed.
    #[error("libtorch: {0}")]
    Torch(#[from] tch::TchError),
    /// The loss is not a number any more.
    #[error("the loss is {loss} at step {step}; a lower learning_rate or clip may help")]
    Diverged {
        /// Update at which it happened.
        step: usize,
        /// The loss.
        loss: f64,
    },
    /// A checkpoint of another configuration.
    #[error("{path} belongs to another configuration or data; remove it to start anew", path = path.display())]
    OtherCheckpoint {
        /// The checkpoint.
        path: PathBuf,
    },
    /// The evaluation after an epoch failed.
    #[error("evaluation: {0}")]
    Evaluation(String),
}

impl TrainError {
    pub(crate) fn io(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { path, source }
    }
}
