//! The embedding layer: word piece, position and shape, summed and normalised.

use super::lanes::padded;
use super::norm::LayerNorm;
use super::rows::Rows;
use crate::model::{EncoderConfig, ModelError, Weights, Window};
use half::f16;
use rten_simd::{Isa, SimdOp};

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

    /// Adds the rows of a window to `states`, and to `input` as the input of a layer.
    pub(super) fn embed(&self, window: &Window, states: &mut Vec<f32>, input: &mut Rows) {
        let first = states.len();
        let place = |index: usize| index * self.width..(index + 1) * self.width;
        for (position, (&id, shape)) in window.ids.iter().zip(&window.shapes).enumerate() {
            let word = &self.words[place(id as usize)];
            let rest = self.positions[place(position)]
                .iter()
                .zip(&self.shapes[place(shape.id().into())]);
            states.extend(word.iter().zip(rest).map(|(w, (p, s))| w.to_f32() + p + s));
            states.resize(states.len().next_multiple_of(padded(self.width)), 0.0);
        }
        input.reserve(states.len() / padded(self.width));
        Normalise {
            norm: &self.norm,
            states: &mut states[first..],
            input,
            first: first / padded(self.width),
        }
        .dispatch();
    }
}

struct Normalise<'a> {
    norm: &'a LayerNorm,
    states: &'a mut [f32],
    input: &'a mut Rows,
    first: usize,
}

impl SimdOp for Normalise<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        for (row, state) in self.states.chunks_exact_mut(self.norm.width()).enumerate() {
            self.norm.apply(isa, state);
            self.input.put(isa, self.first + row, state);
        }
    }
}
