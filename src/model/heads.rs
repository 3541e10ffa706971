//! The four task heads on the encoder's hidden states.

use super::{ModelConfig, ModelError, Weights, Window};
use crate::text::Segments;
use ndarray::{Array1, Array2, ArrayView1, ArrayViewMut1, Axis};

/// A linear layer: `y = W x + b`, `W` of `[out, in]`.
#[derive(Clone, Debug)]
pub struct Linear {
    weight: Array2<f32>,
    bias: Array1<f32>,
}

impl Linear {
    fn load(weights: &Weights, name: &str, out: usize, width: usize) -> Result<Self, ModelError> {
        Ok(Self {
            weight: weights.matrix(&format!("{name}.weight"), out, width)?,
            bias: weights.vector(&format!("{name}.bias"), out)?,
        })
    }

    fn apply(&self, x: ArrayView1<'_, f32>) -> Array1<f32> {
        self.weight.dot(&x) + &self.bias
    }
}

/// The heads of a model.
#[derive(Clone, Debug)]
pub struct Heads {
    entities: Linear,
    attributions: Linear,
    claim_pool: Array1<f32>,
    claim_types: Linear,
    check_pool: Array1<f32>,
    check_worthiness: Linear,
    temperatures: [f32; 4],
}

/// What the model thinks of an article. Tag and class scores are log-probabilities.
#[derive(Clone, Debug, PartialEq)]
pub struct Scores {
    /// `[words, entity tags]`.
    pub entities: Array2<f32>,
    /// `[words, attribution tags]`.
    pub attributions: Array2<f32>,
    /// `[sentences, claim types]`.
    pub claim_types: Array2<f32>,
    /// Probability per sentence that it is worth fact-checking.
    pub check_worthiness: Array1<f32>,
}

impl Heads {
    /// Takes the heads out of the weights: `entities`, `attributions` (linear), and for `claim_types` and
    /// `check_worthiness` a pooling query beside the linear layer.
    pub(crate) fn load(weights: &Weights, config: &ModelConfig) -> Result<Self, ModelError> {
        let width = config.encoder.hidden_size;
        let temperature = |head: &str| config.dixit.temperatures.get(head).copied().unwrap_or(1.0);
        Ok(Self {
            entities: Linear::load(weights, "heads.entities", config.entity_tags().len(), width)?,
            attributions: Linear::load(
                weights,
                "heads.attributions",
                config.attribution_tags().len(),
                width,
            )?,
            claim_pool: weights.vector("heads.claim_types.query", width)?,
            claim_types: Linear::load(
                weights,
                "heads.claim_types",
                config.dixit.claim_types.len(),
                2 * width,
            )?,
            check_pool: weights.vector("heads.check_worthiness.query", width)?,
            check_worthiness: Linear::load(weights, "heads.check_worthiness", 1, 2 * width)?,
            temperatures: [
                temperature("entities"),
                temperature("attributions"),
                temperature("claim_types"),
                temperature("check_worthiness"),
            ],
        })
    }

    /// Scores an article from the hidden states of its windows (`[pieces, hidden]` each).
    pub fn score(&self, windows: &[Window], hidden: &[Array2<f32>], segments: &Segments) -> Scores {
        let mut entities = Array2::zeros((segments.words.len(), self.entities.bias.len()));
        let mut attributions = Array2::zeros((segments.words.len(), self.attributions.bias.len()));
        let mut pooled: Vec<Vec<ArrayView1<'_, f32>>> = vec![Vec::new(); segments.sentences.len()];
        let mut sentence = 0;
        for (window, states) in windows.iter().zip(hidden) {
            for word in &window.words[window.read.clone()] {
                let state = states.row(word.first);
                let mut row = entities.row_mut(word.word);
                row.assign(&self.entities.apply(state));
                log_softmax(row, self.temperatures[0]);
                let mut row = attributions.row_mut(word.word);
                row.assign(&self.attributions.apply(state));
                log_softmax(row, self.temperatures[1]);
                while segments.sentences[sentence].words.end <= word.word {
                    sentence += 1;
                }
                for piece in word.first..word.first + word.len {
                    pooled[sentence].push(states.row(piece));
                }
            }
        }
        let mut claim_types = Array2::zeros((pooled.len(), self.claim_types.bias.len()));
        let mut check_worthiness = Array1::zeros(pooled.len());
        for (index, states) in pooled.iter().enumerate() {
            let mut row = claim_types.row_mut(index);
            row.assign(&self.claim_types.apply(pool(states, &self.claim_pool).view()));
            log_softmax(row, self.temperatures[2]);
            let logit = self.check_worthiness.apply(pool(states, &self.check_pool).view())[0];
            check_worthiness[index] = 1.0 / (1.0 + (-logit / self.temperatures[3]).exp());
        }
        Scores {
            entities,
            attributions,
            claim_types,
            check_worthiness,
        }
    }
}

/// The mean of a sentence's pieces, and beside it their mean weighted by a learnt query (softmax of `query · state`).
fn pool(states: &[ArrayView1<'_, f32>], query: &Array1<f32>) -> Array1<f32> {
    let width = query.len();
    let mut out = Array1::zeros(2 * width);
    if states.is_empty() {
        return out;
    }
    let scores: Vec<f32> = states.iter().map(|s| s.dot(query)).collect();
    let top = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let weights: Vec<f32> = scores.iter().map(|s| (s - top).exp()).collect();
    let total: f32 = weights.iter().sum();
    let (mut mean, mut attended) = out.view_mut().split_at(Axis(0), width);
    for (state, weight) in states.iter().zip(&weights) {
        mean.scaled_add(1.0 / states.len() as f32, state);
        attended.scaled_add(weight / total, state);
    }
    out
}

fn log_softmax(mut row: ArrayViewMut1<'_, f32>, temperature: f32) {
    row /= temperature;
    let top = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let log_sum = row.iter().map(|v| (v - top).exp()).sum::<f32>().ln() + top;
    row -= log_sum;
}
