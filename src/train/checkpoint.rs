//! Checkpoints: all that a run needs to go on to the same result.

use super::TrainError;
use super::adamw::AdamW;
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};
use tch::Tensor;

/// Where a run stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Position {
    /// Hash over the configuration and the data files.
    pub(super) fingerprint: String,
    /// Updates done.
    pub(super) updates: usize,
    /// Epochs that are evaluated and logged.
    pub(super) epochs_closed: usize,
}

/// The checkpoint of a run, in its working folder. The small state file is replaced last, so that a run killed at
/// any moment finds either the old checkpoint or the new one whole.
pub(super) struct Checkpoint {
    folder: PathBuf,
}

impl Checkpoint {
    pub(super) fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
        }
    }

    fn state_file(&self) -> PathBuf {
        self.folder.join("checkpoint.json")
    }

    fn tensor_file(&self, position: &Position) -> PathBuf {
        self.folder
            .join(format!("checkpoint-{:07}.safetensors", position.updates))
    }

    /// Whether there is one.
    pub(super) fn exists(&self) -> bool {
        self.state_file().exists()
    }

    pub(super) fn save(&self, position: &Position, optimizer: &AdamW) -> Result<(), TrainError> {
        let previous = self.position().ok();
        Tensor::write_safetensors(&optimizer.state(), self.tensor_file(position))?;
        let state = self.state_file();
        let fresh = state.with_extension("json.tmp");
        let json = serde_json::to_vec_pretty(position).map_err(std::io::Error::from);
        json.and_then(|json| fs::write(&fresh, json))
            .and_then(|()| fs::rename(&fresh, &state))
            .map_err(TrainError::io(&state))?;
        match previous {
            Some(old) if old.updates != position.updates => {
                let old = self.tensor_file(&old);
                fs::remove_file(&old).map_err(TrainError::io(old))
            }
            _ => Ok(()),
        }
    }

    fn position(&self) -> Result<Position, TrainError> {
        let path = self.state_file();
        let json = fs::read(&path).map_err(TrainError::io(&path))?;
        serde_json::from_slice(&json).map_err(|e| TrainError::io(path)(e.into()))
    }

    /// Puts the optimiser where the checkpoint left it.
    pub(super) fn restore(&self, fingerprint: &str, optimizer: &mut AdamW) -> Result<Position, TrainError> {
        let position = self.position()?;
        let other = || TrainError::OtherCheckpoint {
            path: self.state_file(),
        };
        if position.fingerprint != fingerprint {
            return Err(other());
        }
        let state = Tensor::read_safetensors(self.tensor_file(&position))?;
        if !optimizer.restore(state, position.updates)? {
            return Err(other());
        }
        Ok(position)
    }
}
