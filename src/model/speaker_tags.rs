//! Heads that tell, word by word, of those who speak: which words are their titles, and whether they act for a country.

use super::heads::{Linear, log_softmax};
use super::{ModelError, Weights};
use ndarray::{Array2, ArrayView2};

/// Log-probabilities that a word is outside any title, begins one, or goes on with one.
pub type TitleTag = [f32; 3];

/// Log-probabilities that whoever a word stands for acts for no country, and that they act for one.
pub type HomeTag = [f32; 2];

/// What the model says, word by word, of those who speak; a list is empty if the model has no such head.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SpeakerTags {
    /// Whether a word is part of a title.
    pub titles: Vec<TitleTag>,
    /// Whether a word of a speaker's name or description stands for somebody who acts for a country.
    pub homes: Vec<HomeTag>,
}

impl SpeakerTags {
    /// Adds those of the words that follow.
    pub(super) fn append(&mut self, next: Self) {
        self.titles.extend(next.titles);
        self.homes.extend(next.homes);
    }
}

/// The heads of a model, of which it may have one or both.
#[derive(Clone, Debug)]
pub(super) struct SpeakerHeads {
    titles: Option<Linear>,
    homes: Option<Linear>,
}

impl SpeakerHeads {
    pub(super) fn load(weights: &Weights, width: usize) -> Result<Self, ModelError> {
        let head = |name: &str, tags: usize| {
            let present = weights.has(&format!("{name}.weight"));
            present
                .then(|| Linear::load(weights, name, tags, width))
                .transpose()
        };
        Ok(Self {
            titles: head("heads.titles", TitleTag::default().len())?,
            homes: head("heads.homes", HomeTag::default().len())?,
        })
    }

    /// From the states of words, `[words, hidden]`.
    pub(super) fn score(&self, words: ArrayView2<'_, f32>) -> SpeakerTags {
        SpeakerTags {
            titles: tags(self.titles.as_ref(), words),
            homes: tags(self.homes.as_ref(), words),
        }
    }
}

fn tags<const N: usize>(head: Option<&Linear>, words: ArrayView2<'_, f32>) -> Vec<[f32; N]> {
    let Some(head) = head else {
        return Vec::new();
    };
    let mut scores: Array2<f32> = head.apply_all(words);
    (scores.outer_iter_mut())
        .map(|mut row| {
            log_softmax(row.view_mut(), 1.0);
            std::array::from_fn(|tag| row[tag])
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn each_word_has_probabilities_that_add_up() {
        let heads = SpeakerHeads {
            titles: Some(Linear::of(
                array![[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]],
                array![0.0, 1.0, 0.0],
            )),
            homes: None,
        };
        let tags = heads.score(array![[3.0, -1.0], [0.0, 2.0]].view());
        assert!(tags.homes.is_empty());
        for (tag, best) in tags.titles.iter().zip([0, 1]) {
            let sum: f32 = tag.iter().map(|log_p| log_p.exp()).sum();
            assert!((sum - 1.0).abs() < 1e-6, "{tag:?}");
            assert!(tag.iter().all(|log_p| *log_p <= tag[best]), "{tag:?}");
        }
    }
}
