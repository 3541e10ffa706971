//! Heads that point from a sentence to words of its window: to whoever makes its claim, and to whom that is directed at.

use super::heads::{Linear, log_softmax};
use super::{ModelError, Weights};
use ndarray::{Array1, Array2, ArrayView2, Axis};

/// Width of the space in which a sentence and the words of its window are compared.
pub(crate) const WIDTH: usize = 64;

/// The pointers of a model, of which it may have one or both.
#[derive(Clone, Debug)]
pub(super) struct PointerHeads {
    keys: Linear,
    speakers: Option<Pointer>,
    targets: Option<Pointer>,
}

/// A sentence, pooled by its mean and a learnt query, is compared with every word by a scaled dot product (a pointer
/// network, Vinyals et al. 2015, arXiv 1506.03134).
#[derive(Clone, Debug)]
struct Pointer {
    pool: Array1<f32>,
    query: Linear,
}

/// Where a sentence points: a distribution over the words of its window.
#[derive(Clone, Debug, PartialEq)]
pub struct Pointed {
    /// Probability that it is none of them.
    pub elsewhere: f32,
    /// The first of the words, an index into [`Segments::words`](crate::text::Segments::words).
    pub first: usize,
    /// Probability of each word.
    pub words: Vec<f32>,
}

/// Whose claim a sentence is and whom it is directed at, as the model sees it; `None` where it has no such head, or
/// reads the sentence from several windows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pointers {
    /// Whose claim it is.
    pub speaker: Option<Pointed>,
    /// Whom the claim is directed at.
    pub target: Option<Pointed>,
}

impl PointerHeads {
    /// `None` where the weights have no pointers.
    pub(super) fn load(weights: &Weights, width: usize) -> Result<Option<Self>, ModelError> {
        if !weights.has("heads.keys.weight") {
            return Ok(None);
        }
        let pointer = |name: &str| {
            let present = weights.has(&format!("{name}.query"));
            present.then(|| Pointer::load(weights, name, width)).transpose()
        };
        Ok(Some(Self {
            keys: Linear::load(weights, "heads.keys", WIDTH, width)?,
            speakers: pointer("heads.speakers")?,
            targets: pointer("heads.targets")?,
        }))
    }

    /// Keys of the states of `[CLS]` and the words of a window, `[1 + words, WIDTH]`.
    pub(super) fn keys(&self, rows: ArrayView2<'_, f32>) -> Array2<f32> {
        self.keys.apply_all(rows)
    }

    /// Where the sentence with these states points; `first` is the first of the window's words.
    pub(super) fn point(&self, states: ArrayView2<'_, f32>, keys: &Array2<f32>, first: usize) -> Pointers {
        let point = |pointer: &Option<Pointer>| {
            let pointer = pointer.as_ref()?;
            Some(pointer.point(states, keys, first))
        };
        Pointers {
            speaker: point(&self.speakers),
            target: point(&self.targets),
        }
    }
}

impl Pointer {
    fn load(weights: &Weights, name: &str, width: usize) -> Result<Self, ModelError> {
        Ok(Self {
            pool: weights.vector(&format!("{name}.query"), width)?,
            query: Linear::load(weights, name, WIDTH, 2 * width)?,
        })
    }

    /// `keys` begins with the key of `[CLS]`, which stands for what is not in the window.
    fn point(&self, states: ArrayView2<'_, f32>, keys: &Array2<f32>, first: usize) -> Pointed {
        let mut weights = states.dot(&self.pool);
        log_softmax(weights.view_mut(), 1.0);
        let attended = weights.mapv(f32::exp).dot(&states);
        let mean = states.sum_axis(Axis(0)) / states.nrows().max(1) as f32;
        let pooled: Array1<f32> = mean.into_iter().chain(attended).collect();
        let query = self.query.apply(pooled.view());
        let mut scores = keys.dot(&query);
        log_softmax(scores.view_mut(), (WIDTH as f32).sqrt());
        let mut probabilities = scores.iter().map(|log_p| log_p.exp());
        Pointed {
            elsewhere: probabilities.next().unwrap_or(1.0),
            first,
            words: probabilities.collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn a_sentence_points_to_the_words_that_are_like_it() {
        // States of one number; the key of a state is that number in the first place, the query four times it.
        let mut keys = Array2::zeros((WIDTH, 1));
        keys[[0, 0]] = 1.0;
        let mut query = Array2::zeros((WIDTH, 2));
        query[[0, 0]] = 4.0 * (WIDTH as f32).sqrt();
        let heads = PointerHeads {
            keys: Linear::of(keys, Array1::zeros(WIDTH)),
            speakers: Some(Pointer {
                pool: array![0.0],
                query: Linear::of(query, Array1::zeros(WIDTH)),
            }),
            targets: None,
        };
        let rows = array![[0.0f32], [1.0], [2.0]];
        let sentence = array![[1.0f32]];
        let pointers = heads.point(sentence.view(), &heads.keys(rows.view()), 7);
        assert_eq!(pointers.target, None);
        let pointed = pointers.speaker.unwrap();
        assert_eq!((pointed.first, pointed.words.len()), (7, 2));
        let total = 1.0 + 4f32.exp() + 8f32.exp();
        let found = [pointed.elsewhere, pointed.words[0], pointed.words[1]];
        for (found, logit) in found.iter().zip([0f32, 4.0, 8.0]) {
            assert!((found - logit.exp() / total).abs() < 1e-5, "{pointed:?}");
        }
    }
}
