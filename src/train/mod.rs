//! Multi-task fine-tuning on `rust-bert` (feature `libtorch`): one encoder, eight heads, any mix of files.

mod adamw;
mod augment;
mod batches;
mod calibrate;
mod card;
mod checkpoint;
mod config;
mod data;
mod dev;
mod error;
mod export;
mod log;
mod network;
mod run;
mod speaker_tags;

pub use config::{DevFile, Precision, TaskWeights, TrainConfig, TrainFile};
pub use error::TrainError;
pub use log::{EpochLog, StepLog, TrainLog};
pub use run::{Observer, train};
