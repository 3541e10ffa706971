//! Options that say which model runs on what, shared by the subcommands that run one.

use clap::ValueEnum;
use dixit::engine::Engine;
use dixit::engine::native::{Native, Precision};
use dixit::model::Model;
use dixit::pipeline::Pipeline;
use std::error::Error;
use std::path::PathBuf;

/// Folder of the default model, from the working directory or beside the program.
const DEFAULT_MODEL: &str = "models/news-en";

#[derive(clap::Args)]
pub(super) struct EngineArgs {
    /// Model folder [default: models/news-en, here or in a folder above the program]
    #[arg(long, value_name = "DIR")]
    model: Option<PathBuf>,
    /// What runs the encoder
    #[arg(long, value_enum, default_value = "native")]
    engine: EngineName,
    /// Number format of the native engine
    #[arg(long, value_enum, default_value = "int8")]
    precision: PrecisionName,
    /// Threads [default: one per processor]
    #[arg(long, value_name = "N")]
    threads: Option<std::num::NonZeroUsize>,
}

#[derive(Clone, Copy, ValueEnum)]
enum EngineName {
    /// Pure Rust
    Native,
    /// rust-bert on libtorch
    #[cfg(feature = "libtorch")]
    Libtorch,
}

#[derive(Clone, Copy, ValueEnum)]
enum PrecisionName {
    Int8,
    F32,
}

impl EngineArgs {
    /// Whether a model folder was named.
    pub(super) fn is_named(&self) -> bool {
        self.model.is_some()
    }

    /// The folder of the model.
    pub(super) fn model_folder(&self) -> Result<PathBuf, Box<dyn Error>> {
        if let Some(folder) = &self.model {
            return Ok(folder.clone());
        }
        let program = std::env::current_exe().unwrap_or_default();
        std::iter::once(PathBuf::from(DEFAULT_MODEL))
            .chain(program.ancestors().map(|folder| folder.join(DEFAULT_MODEL)))
            .find(|folder| folder.join("config.json").is_file())
            .ok_or_else(|| format!("no model at {DEFAULT_MODEL}; name its folder with --model").into())
    }

    /// Number of threads to run on.
    pub(super) fn threads(&self) -> usize {
        self.threads
            .or_else(|| std::thread::available_parallelism().ok())
            .map_or(1, usize::from)
    }

    pub(super) fn load(&self) -> Result<Pipeline, Box<dyn Error>> {
        let model = Model::load(&self.model_folder()?)?;
        let engine: Box<dyn Engine> = match self.engine {
            EngineName::Native => {
                let precision = match self.precision {
                    PrecisionName::Int8 => Precision::Int8,
                    PrecisionName::F32 => Precision::F32,
                };
                Box::new(Native::load(&model, precision, self.threads())?)
            }
            #[cfg(feature = "libtorch")]
            EngineName::Libtorch => Box::new(dixit::engine::libtorch::LibTorch::load(&model)?),
        };
        Ok(Pipeline::with(model, engine))
    }
}
