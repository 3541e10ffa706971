//! The embedding layer: word piece, position and shape, summed and normalised.

use super::lanes::padded;
use super::norm::LayerNorm;
use super::rows::Rows;
use crate::model::{EncoderConfig, ModelError, Table, Weights, Window};
use rten_simd::{Isa, SimdOp};

pub(super) struct Embeddings {
    /// `[vocabulary, hidden]`: most of the model's bytes, of which few are ever read.
    words: Table,
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
            words: weights.table("embeddings.word_embeddings.weight", config.vocab_size, width)?,
            positions: table("position_embeddings", config.max_position_embeddings)?,
            shapes: table("token_type_embeddings", config.type_vocab_size)?,
            norm: LayerNorm::load(weights, "embeddings.LayerNorm", width, config.layer_norm_eps)?,
            width,
        })
    }

    /// Adds the rows of a window to `states`, and to `input` as the input of a layer.
    pub(super) fn embed(&self, window: &Window, states: &mut Vec<f32>, input: &mut Rows) {
        let (first, stride) = (states.len(), padded(self.width));
        let place = |index: usize| index * self.width..(index + 1) * self.width;
        states.resize(first + window.ids.len() * stride, 0.0);
        let rows = states[first..].chunks_exact_mut(stride).enumerate();
        for ((position, row), (&id, shape)) in rows.zip(window.ids.iter().zip(&window.shapes)) {
            let row = &mut row[..self.width];
            self.words.read(id as usize, row);
            let rest = self.positions[place(position)]
                .iter()
                .zip(&self.shapes[place(shape.id().into())]);
            row.iter_mut().zip(rest).for_each(|(w, (p, s))| *w += p + s);
        }
        input.reserve(states.len() / stride);
        Normalise {
            norm: &self.norm,
            states: &mut states[first..],
            input,
            first: first / stride,
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
