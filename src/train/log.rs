//! The training log, JSON Lines: one record per update and per epoch.

use super::TrainError;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

/// One update.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepLog {
    /// Updates so far, this one included.
    pub update: usize,
    /// Epoch, from 1.
    pub epoch: usize,
    /// Weighted loss of the batch.
    pub loss: f64,
    /// Loss of each task in the batch.
    pub tasks: BTreeMap<String, f64>,
    /// Base learning rate.
    pub rate: f64,
    /// Pieces in the batch, padding left out.
    pub pieces: usize,
    /// Seconds that the update took.
    pub seconds: f64,
}

/// One epoch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EpochLog {
    /// Epoch, from 1.
    pub epoch: usize,
    /// Updates so far.
    pub update: usize,
    /// Figures on the development files, by file and metric.
    pub figures: BTreeMap<String, f64>,
}

/// A log file that is appended to.
pub struct TrainLog {
    path: PathBuf,
    file: File,
}

impl TrainLog {
    /// Opens the log at `path`, which is created where there is none.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub fn open(path: &Path) -> Result<Self, TrainError> {
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(path)
            .map_err(TrainError::io(path))?;
        Ok(Self {
            path: path.to_owned(),
            file,
        })
    }

    /// Appends one record.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&mut self, record: &impl Serialize) -> Result<(), TrainError> {
        let line = serde_json::to_string(record).map_err(std::io::Error::from);
        line.and_then(|line| writeln!(self.file, "{line}"))
            .map_err(TrainError::io(&self.path))
    }
}
