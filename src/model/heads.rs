//! The task heads on the encoder's hidden states.

use super::pointers::{PointerHeads, Pointers};
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
    claim_pool: Array1<f32>,
    claim_types: Linear,
    check_pool: Array1<f32>,
    check_worthiness: Linear,
    pointers: Option<PointerHeads>,
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
    /// Per sentence.
    pub pointers: Vec<Pointers>,
}

impl Heads {
    /// Takes the heads out of the weights: `entities` and `attributions` (linear), for `claim_types` and
    /// `check_worthiness` a pooling query beside the linear layer, and the pointers, if there are any.
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
            pointers: PointerHeads::load(weights, width)?,
            temperatures: [
                temperature("entities"),
                temperature("attributions"),
                temperature("claim_types"),
                temperature("check_worthiness"),
            ],
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
        let pointers = self
            .pointers
            .as_ref()
            .map(|heads| (heads, heads.keys(rows.view())));
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
                let states: Vec<ArrayView1<'_, f32>> = read
                    [inside.start - words.start..inside.end - words.start]
                    .iter()
                    .flat_map(|word| (word.first..word.first + word.len).map(|piece| hidden.row(piece)))
                    .collect();
                let pools = [
                    Pool::new(&states, &self.claim_pool),
                    Pool::new(&states, &self.check_pool),
                ];
                if inside == sentence.words {
                    let point = |(heads, keys): &(&PointerHeads, Array2<f32>)| {
                        heads.point(&states, keys, words.start)
                    };
                    let pointers = pointers.as_ref().map(point).unwrap_or_default();
                    SentencePart::Whole(self.classify(&pools), Box::new(pointers))
                } else {
                    SentencePart::Part(Box::new(pools), inside.end == sentence.words.end)
                }
            })
            .collect();
        WindowScores {
            entities,
            attributions,
            sentences,
        }
    }

    /// Puts the scores of an article's windows, in order, together.
    pub fn join(&self, windows: Vec<WindowScores>, segments: &Segments) -> Scores {
        let mut entities = Vec::with_capacity(segments.words.len() * self.entities.bias.len());
        let mut attributions = Vec::with_capacity(segments.words.len() * self.attributions.bias.len());
        let mut claim_types = Vec::with_capacity(segments.sentences.len() * self.claim_types.bias.len());
        let mut check_worthiness = Vec::with_capacity(segments.sentences.len());
        let mut pointers = Vec::with_capacity(segments.sentences.len());
        let mut open: Option<[Pool; 2]> = None;
        for window in windows {
            entities.extend(window.entities);
            attributions.extend(window.attributions);
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
            claim_types: table(claim_types, self.claim_types.bias.len()),
            check_worthiness: Array1::from_vec(check_worthiness),
            pointers,
        }
    }

    /// Log-probabilities of the claim types, and the probability that the sentence is worth checking.
    fn classify(&self, [claim, check]: &[Pool; 2]) -> (Array1<f32>, f32) {
        let mut types = self.claim_types.apply(claim.vector().view());
        log_softmax(types.view_mut(), self.temperatures[2]);
        let logit = self.check_worthiness.apply(check.vector().view())[0];
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
    sentences: Vec<SentencePart>,
}

#[derive(Clone, Debug)]
enum SentencePart {
    /// Claim types and check-worthiness of a sentence read from one window, and where it points.
    Whole((Array1<f32>, f32), Box<Pointers>),
    /// What one window has of a sentence that is read from several; whether it is the last of them.
    Part(Box<[Pool; 2]>, bool),
}

/// The mean of a sentence's pieces, and beside it their mean weighted by a learnt query (softmax of `query · state`),
/// as sums, so that the parts of a sentence add up (as in Milakov and Gimelshein 2018, arXiv 1805.02867).
#[derive(Clone, Debug)]
pub(super) struct Pool {
    pieces: f32,
    sum: Array1<f32>,
    top: f32,
    total: f32,
    attended: Array1<f32>,
}

impl Pool {
    pub(super) fn new(states: &[ArrayView1<'_, f32>], query: &Array1<f32>) -> Self {
        let scores: Vec<f32> = states.iter().map(|s| s.dot(query)).collect();
        let mut pool = Self {
            pieces: states.len() as f32,
            sum: Array1::zeros(query.len()),
            top: scores.iter().copied().fold(f32::NEG_INFINITY, f32::max),
            total: 0.0,
            attended: Array1::zeros(query.len()),
        };
        for (state, score) in states.iter().zip(&scores) {
            let weight = (score - pool.top).exp();
            pool.total += weight;
            pool.sum += state;
            pool.attended.scaled_add(weight, state);
        }
        pool
    }

    fn merge(mut self, other: Self) -> Self {
        let top = self.top.max(other.top);
        let (own, its) = ((self.top - top).exp(), (other.top - top).exp());
        self.pieces += other.pieces;
        self.sum += &other.sum;
        self.top = top;
        self.total = self.total * own + other.total * its;
        self.attended *= own;
        self.attended.scaled_add(its, &other.attended);
        self
    }

    /// Both means, one after the other.
    pub(super) fn vector(&self) -> Array1<f32> {
        let mean = self.sum.iter().map(|v| v / self.pieces.max(1.0));
        let attended = (self.attended.iter()).map(|v| v / self.total.max(f32::MIN_POSITIVE));
        mean.chain(attended).collect()
    }
}

pub(super) fn log_softmax(mut row: ArrayViewMut1<'_, f32>, temperature: f32) {
    row /= temperature;
    let top = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let log_sum = row.iter().map(|v| (v - top).exp()).sum::<f32>().ln() + top;
    row -= log_sum;
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn parts_of_a_sentence_add_up() {
        let states = [array![1.0f32, 2.0], array![-3.0, 0.5], array![0.0, 4.0]];
        let views: Vec<_> = states.iter().map(|s| s.view()).collect();
        let query = array![0.5f32, -1.0];
        let whole = Pool::new(&views, &query).vector();
        for at in 1..3 {
            let parts = Pool::new(&views[..at], &query).merge(Pool::new(&views[at..], &query));
            let difference = &parts.vector() - &whole;
            assert!(difference.iter().all(|d| d.abs() < 1e-6), "{difference}");
        }
    }
}
