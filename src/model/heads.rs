//! The task heads on the encoder's hidden states.

use super::pointers::{PointerHeads, Pointers};
use super::pooling::{Pool, PooledHead};
use super::speaker_tags::{SpeakerHeads, SpeakerTags};
use super::{ModelConfig, ModelError, Weights, Window};
use crate::text::Segments;
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, ArrayViewMut1, Axis, s};

/// A linear layer: `y = W x + b`, `W` of `[out, in]`.
#[derive(Clone, Debug)]
pub struct Linear {
    weight: Array2<f32>,
    bias: Array1<f32>,
}

impl Linear {
    #[cfg(test)]
    pub(super) fn of(weight: Array2<f32>, bias: Array1<f32>) -> Self {
        Self { weight, bias }
    }

    pub(super) fn load(weights: &Weights, name: &str, out: usize, width: usize) -> Result<Self, ModelError> {
        Ok(Self {
            weight: weights.matrix(&format!("{name}.weight"), out, width)?,
            bias: weights.vector(&format!("{name}.bias"), out)?,
        })
    }

    pub(super) fn apply(&self, x: ArrayView1<'_, f32>) -> Array1<f32> {
        self.weight.dot(&x) + &self.bias
    }

    /// To each row of `x`.
    pub(super) fn apply_all(&self, x: ArrayView2<'_, f32>) -> Array2<f32> {
        x.dot(&self.weight.t()) + &self.bias
    }
}

/// The heads of a model.
#[derive(Clone, Debug)]
pub struct Heads {
    entities: Linear,
    attributions: Linear,
    speakers: SpeakerHeads,
    claim_types: PooledHead,
    check_worthiness: PooledHead,
    pointers: Option<PointerHeads>,
    temperatures: [f32; 4],
    claim_type_biases: Option<Array1<f32>>,
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
    /// Of those who speak, per word.
    pub speakers: SpeakerTags,
    /// Per sentence.
    pub pointers: Vec<Pointers>,
}

impl Heads {
    /// Takes the heads out of the weights: `entities` and `attributions` (linear), for `claim_types` and
    /// `check_worthiness` pooling queries beside the linear layer, and those heads that a model may lack.
    pub(crate) fn load(weights: &Weights, config: &ModelConfig) -> Result<Self, ModelError> {
        let width = config.encoder.hidden_size;
        let types = weights.matrix("heads.claim_types.query", config.dixit.claim_types.len(), width)?;
        let check = weights
            .vector("heads.check_worthiness.query", width)?
            .insert_axis(Axis(0));
        let temperature = |head: &str| config.dixit.temperatures.get(head).copied().unwrap_or(1.0);
        Ok(Self {
            entities: Linear::load(weights, "heads.entities", config.entity_tags().len(), width)?,
            attributions: Linear::load(
                weights,
                "heads.attributions",
                config.attribution_tags().len(),
                width,
            )?,
            speakers: SpeakerHeads::load(weights, width)?,
            claim_types: PooledHead::load(weights, "heads.claim_types", types)?,
            check_worthiness: PooledHead::load(weights, "heads.check_worthiness", check)?,
            pointers: PointerHeads::load(weights, width)?,
            temperatures: [
                temperature("entities"),
                temperature("attributions"),
                temperature("claim_types"),
                temperature("check_worthiness"),
            ],
            claim_type_biases: (!config.dixit.claim_type_biases.is_empty())
                .then(|| Array1::from_vec(config.dixit.claim_type_biases.clone())),
        })
    }

    /// Scores the words that are read from one window, from its hidden states (`[pieces, hidden]`).
    pub fn score(&self, window: &Window, hidden: ArrayView2<'_, f32>, segments: &Segments) -> WindowScores {
        let read = &window.words[window.read.clone()];
        // `[CLS]`, then the first piece of each word.
        let rows: Vec<usize> = std::iter::once(0).chain(read.iter().map(|w| w.first)).collect();
        let rows = hidden.select(Axis(0), &rows);
        let tags = |head: &Linear, temperature| {
            let mut scores = head.apply_all(rows.slice(s![1.., ..]));
            (scores.outer_iter_mut()).for_each(|row| log_softmax(row, temperature));
            scores
        };
        let entities = tags(&self.entities, self.temperatures[0]);
        let attributions = tags(&self.attributions, self.temperatures[1]);
        let speakers = self.speakers.score(rows.slice(s![1.., ..]));
        let pointers = self
            .pointers
            .as_ref()
            .map(|heads| (heads, heads.keys(rows.view())));
        let claim_types = self.claim_types.read(hidden);
        let check_worthiness = self.check_worthiness.read(hidden);
        let words = match (read.first(), read.last()) {
            (Some(first), Some(last)) => first.word..last.word + 1,
            _ => 0..0,
        };
        let from = segments.sentences.partition_point(|s| s.words.end <= words.start);
        let sentences = segments.sentences[from..]
            .iter()
            .take_while(|s| s.words.start < words.end)
            .map(|sentence| {
                let inside = sentence.words.start.max(words.start)..sentence.words.end.min(words.end);
                let inside = &read[inside.start - words.start..inside.end - words.start];
                let whole = inside.len() == sentence.words.len();
                let pieces = match (inside.first(), inside.last()) {
                    (Some(first), Some(last)) => first.first..last.first + last.len,
                    _ => 0..0,
                };
                let part =
                    |read: &Array2<f32>, head: &PooledHead| head.pool(read.slice(s![pieces.clone(), ..]));
                let pools = [
                    part(&claim_types, &self.claim_types),
                    part(&check_worthiness, &self.check_worthiness),
                ];
                if whole {
                    let point = |(heads, keys): &(&PointerHeads, Array2<f32>)| {
                        heads.point(hidden.slice(s![pieces.clone(), ..]), keys, words.start)
                    };
                    let pointers = pointers.as_ref().map(point).unwrap_or_default();
                    SentencePart::Whole(self.classify(&pools), Box::new(pointers))
                } else {
                    SentencePart::Part(Box::new(pools), words.end >= sentence.words.end)
                }
            })
            .collect();
        WindowScores {
            entities,
            attributions,
            speakers,
            sentences,
        }
    }

    /// Puts the scores of an article's windows, in order, together.
    pub fn join(&self, windows: Vec<WindowScores>, segments: &Segments) -> Scores {
        let mut entities = Vec::with_capacity(segments.words.len() * self.entities.bias.len());
        let mut attributions = Vec::with_capacity(segments.words.len() * self.attributions.bias.len());
        let mut claim_types = Vec::with_capacity(segments.sentences.len() * self.claim_types.outputs());
        let mut check_worthiness = Vec::with_capacity(segments.sentences.len());
        let mut pointers = Vec::with_capacity(segments.sentences.len());
        let mut speakers = SpeakerTags::default();
        let mut open: Option<[Pool; 2]> = None;
        for window in windows {
            entities.extend(window.entities);
            attributions.extend(window.attributions);
            speakers.append(window.speakers);
            for sentence in window.sentences {
                let ((types, check), pointed) = match sentence {
                    SentencePart::Whole(scores, pointers) => (scores, *pointers),
                    SentencePart::Part(pools, last) => {
                        let pools = match open.take() {
                            Some([claim, check]) => {
                                let [claim_part, check_part] = *pools;
                                [claim.merge(claim_part), check.merge(check_part)]
                            }
                            None => *pools,
                        };
                        if !last {
                            open = Some(pools);
                            continue;
                        }
                        (self.classify(&pools), Pointers::default())
                    }
                };
                claim_types.extend(types);
                check_worthiness.push(check);
                pointers.push(pointed);
            }
        }
        Scores {
            entities: table(entities, self.entities.bias.len()),
            attributions: table(attributions, self.attributions.bias.len()),
            claim_types: table(claim_types, self.claim_types.outputs()),
            check_worthiness: Array1::from_vec(check_worthiness),
            speakers,
            pointers,
        }
    }

    /// Log-probabilities of the claim types, and the probability that the sentence is worth checking.
    fn classify(&self, [claim, check]: &[Pool; 2]) -> (Array1<f32>, f32) {
        let mut types = self.claim_types.apply(claim);
        log_softmax(types.view_mut(), self.temperatures[2]);
        if let Some(biases) = &self.claim_type_biases {
            types += biases;
            log_softmax(types.view_mut(), 1.0);
        }
        let logit = self.check_worthiness.apply(check)[0];
        (types, 1.0 / (1.0 + (-logit / self.temperatures[3]).exp()))
    }
}

/// Rows one after the other as a table of `columns`.
fn table(values: Vec<f32>, columns: usize) -> Array2<f32> {
    let rows = values.len() / columns;
    Array2::from_shape_vec((rows, columns), values).unwrap_or_else(|_| Array2::zeros((0, columns)))
}

/// What the heads make of one window, so that the hidden states can go: a row per word that is read from it.
#[derive(Clone, Debug)]
pub struct WindowScores {
    entities: Array2<f32>,
    attributions: Array2<f32>,
    speakers: SpeakerTags,
    sentences: Vec<SentencePart>,
}

#[derive(Clone, Debug)]
enum SentencePart {
    /// Claim types and check-worthiness of a sentence read from one window, and where it points.
    Whole((Array1<f32>, f32), Box<Pointers>),
    /// What one window has of a sentence that is read from several; whether it is the last of them.
    Part(Box<[Pool; 2]>, bool),
}

pub(super) fn log_softmax(mut row: ArrayViewMut1<'_, f32>, temperature: f32) {
    row /= temperature;
    let top = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let log_sum = row.iter().map(|v| (v - top).exp()).sum::<f32>().ln() + top;
    row -= log_sum;
}
