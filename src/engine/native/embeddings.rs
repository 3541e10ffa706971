//! The embedding layer: word piece, position and shape, summed and normalised.

use super::norm::LayerNorm;
use crate::model::{EncoderConfig, ModelError, Weights, Window};
use half::f16;

pub(super) struct Embeddings {
    /// `[vocabulary, hidden]`; kept in f16, as only a few hundred rows are read per window.
    words: Vec<f16>,
    positions: Vec<f32>,
    shapes: Vec<f32>,
    norm: LayerNorm,
    width: usize,
}

impl Embeddings {
    pub(super) fn load(weights: &Weights, config: &EncoderConfig) -> Result<Self, ModelError> {
        let width = config.hidden_size;
        let table =
            |name: &str, rows: usize| weights.tensor(&format!("embeddings.{name}.weight"), &[rows, width]);
        Ok(Self {
            words: weights.tensor_f16("embeddings.word_embeddings.weight", &[config.vocab_size, width])?,
            positions: table("position_embeddings", config.max_position_embeddings)?,
            shapes: table("token_type_embeddings", config.type_vocab_size)?,
            norm: LayerNorm::load(weights, "embeddings.LayerNorm", width, config.layer_norm_eps)?,
            width,
        })
    }

    /// `[pieces, hidden]` of a window.
    pub(super) fn embed(&self, window: &Window) -> Vec<f32> {
        let row = |index: usize| index * self.width..(index + 1) * self.width;
        let mut states = Vec::with_capacity(window.ids.len() * self.width);
        for (position, (&id, shape)) in window.ids.iter().zip(&window.shapes).enumerate() {
            let word = &self.words[row(id as usize)];
            let rest = self.positions[row(position)]
                .iter()
                .zip(&self.shapes[row(shape.id().into())]);
            states.extend(word.iter().zip(rest).map(|(w, (p, s))| w.to_f32() + p + s));
        }
        self.norm.apply(&mut states);
        states
    }
}
