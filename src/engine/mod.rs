//! Engines: the encoder's forward pass, one file or folder each. They know nothing of labels.

#[cfg(feature = "libtorch")]
pub mod libtorch;
pub mod native;

use crate::model::Window;
use ndarray::Array2;

/// Runs the encoder.
pub trait Engine: Send + Sync {
    /// The last hidden states of each window, `[pieces, hidden]`. A window's result does not depend on the others
    /// in the batch. Several threads may call at a time.
    ///
    /// # Errors
    /// A window that the encoder cannot take, or a failure of the library underneath.
    fn encode(&self, batch: &[Window]) -> Result<Vec<Array2<f32>>, EngineError>;

    /// Name and precision, for provenance: `native-int8`.
    fn name(&self) -> &str;
}

/// A forward pass that failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The window does not fit the encoder.
    #[error("a window of {pieces} pieces does not fit an encoder of {positions} positions")]
    TooLong {
        /// Pieces in the window.
        pieces: usize,
        /// Positions of the encoder.
        positions: usize,
    },
    /// The weights do not fit the configuration.
    #[error(transparent)]
    Model(#[from] crate::model::ModelError),
    /// The library underneath failed.
    #[error("{0}")]
    Backend(String),
}
