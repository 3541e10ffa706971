//! A model folder on disk (`config.json`, `tokenizer.json`, `model.safetensors`, `MODEL_CARD.md`) and all that the
//! program does with it around the encoder's forward pass, which is an [`engine`](crate::engine)'s.

mod config;
mod decode;
mod error;
mod heads;
mod packing;
mod pointers;
mod pooling;
mod reliability;
mod shapes;
mod speaker_tags;
mod tags;
mod tokenizer;
mod weights;
mod windows;

pub use config::{EncoderConfig, LabelConfig, ModelConfig};
pub use decode::{TaggedSpan, decode, label_scores};
pub use error::ModelError;
pub use heads::{Heads, Linear, Scores, WindowScores};
pub use packing::pack;
#[cfg(feature = "libtorch")]
pub(crate) use pointers::WIDTH as POINTER_WIDTH;
pub use pointers::{Pointed, Pointers};
pub use reliability::Reliability;
#[cfg(feature = "libtorch")]
pub(crate) use reliability::logarithms;
pub use shapes::Shape;
pub use speaker_tags::{HomeTag, SpeakerTags, TitleTag};
pub use tags::TagSet;
pub use tokenizer::{PieceTokenizer, Pieces};
pub use weights::{Table, Weights};
pub use windows::{Window, WindowWord, windows};

use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// A model folder, read and checked.
pub struct Model {
    /// The folder.
    pub path: PathBuf,
    /// Sizes and labels.
    pub config: ModelConfig,
    /// Text to word pieces.
    pub tokenizer: PieceTokenizer,
    /// All tensors of `model.safetensors`.
    pub weights: Weights,
    /// The task heads, taken from the weights.
    pub heads: Heads,
    /// SHA-256 over `config.json`, `tokenizer.json` and `model.safetensors`, in this order.
    pub sha256: String,
}

impl Model {
    /// Reads the folder at `path`.
    ///
    /// # Errors
    /// A file that is missing or malformed, or tensors that do not have the shapes that `config.json` asks for.
    pub fn load(path: &Path) -> Result<Self, ModelError> {
        let config_bytes = read(&path.join("config.json"))?;
        let tokenizer_bytes = read(&path.join("tokenizer.json"))?;
        let weight_bytes = read(&path.join("model.safetensors"))?;
        let (sha256, parsed) = rayon::join(
            || sha256([&config_bytes, &tokenizer_bytes, &weight_bytes]),
            || -> Result<_, ModelError> {
                let config =
                    ModelConfig::parse(&config_bytes).map_err(|e| e.at(&path.join("config.json")))?;
                let tokenizer = PieceTokenizer::parse(&tokenizer_bytes)
                    .map_err(|e| e.at(&path.join("tokenizer.json")))?;
                Ok((config, tokenizer))
            },
        );
        let (config, tokenizer) = parsed?;
        let weights_path = path.join("model.safetensors");
        let weights = Weights::parse(weight_bytes).map_err(|e| e.at(&weights_path))?;
        let heads = Heads::load(&weights, &config).map_err(|e| e.at(&weights_path))?;
        Ok(Self {
            path: path.to_owned(),
            config,
            tokenizer,
            weights,
            heads,
            sha256,
        })
    }
}

/// Over all of `files`, one after the other.
fn sha256(files: [&[u8]; 3]) -> String {
    let mut digest = Sha256::new();
    for bytes in files {
        digest.update(bytes);
    }
    digest.finalize().iter().map(|b| format!("{b:02x}")).collect()
}

fn read(path: &Path) -> Result<Vec<u8>, ModelError> {
    std::fs::read(path).map_err(|source| ModelError::Read {
        path: path.to_owned(),
        source,
    })
}
