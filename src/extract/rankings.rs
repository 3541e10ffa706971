//! Choices among candidates: each kind of choice has weights of its own for the features of its candidates, learnt from
//! labelled articles (`fitting`) and kept as data. The probability of a candidate is the softmax of its weighted sum.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::OnceLock;

const WEIGHTS: &str = include_str!("../../data/rankings/weights.json");

/// A feature of a candidate: its name and value.
pub type Feature = (&'static str, f64);

/// Weights of features by name, for each kind of choice.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Rankings {
    weights: BTreeMap<String, BTreeMap<String, f64>>,
}

/// Somebody or something that may be chosen.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// Name or code; `None` for nobody.
    pub name: Option<String>,
    /// Probability that it is the right one.
    pub score: f64,
    /// What speaks for and against it.
    pub features: Vec<Feature>,
}

impl Candidate {
    pub(super) fn new(name: Option<String>, features: Vec<Feature>) -> Self {
        Self {
            name,
            score: 0.0,
            features,
        }
    }
}

impl Rankings {
    /// The built-in weights.
    pub fn builtin() -> &'static Self {
        static BUILTIN: OnceLock<Rankings> = OnceLock::new();
        BUILTIN.get_or_init(|| serde_json::from_str(WEIGHTS).unwrap_or_default())
    }

    pub(super) fn of(weights: BTreeMap<String, BTreeMap<String, f64>>) -> Self {
        Self { weights }
    }

    /// Whether there are weights for a kind of choice whose name begins so.
    pub fn has(&self, kind: &str) -> bool {
        self.weights.keys().any(|k| k.starts_with(kind))
    }

    /// These weights, with those of `other` for the kinds of choice whose names begin with one of `kinds`; with all of
    /// them if `kinds` is empty.
    #[must_use]
    pub fn updated(mut self, other: Self, kinds: &[String]) -> Self {
        let meant = |kind: &str| kinds.is_empty() || kinds.iter().any(|k| kind.starts_with(k.as_str()));
        self.weights.retain(|kind, _| !meant(kind));
        self.weights
            .extend(other.weights.into_iter().filter(|(kind, _)| meant(kind)));
        self
    }

    /// Scores the candidates of one choice, and says which is the best, the first of equals.
    pub(super) fn rank(&self, kind: &str, candidates: &mut [Candidate]) -> Option<usize> {
        let weights = self.weights.get(kind);
        let sum = |c: &Candidate| -> f64 {
            let weight = |name: &str| weights.and_then(|w| w.get(name)).copied().unwrap_or(0.0);
            c.features.iter().map(|(name, value)| weight(name) * value).sum()
        };
        let sums: Vec<f64> = candidates.iter().map(sum).collect();
        for (candidate, p) in candidates.iter_mut().zip(softmax(&sums)) {
            candidate.score = p;
        }
        let best = sums.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        sums.iter().position(|s| *s >= best)
    }

    /// The features of a candidate with what each adds to its sum, the strongest first.
    pub fn reasons(&self, kind: &str, candidate: &Candidate) -> Vec<(&'static str, f64)> {
        let weights = self.weights.get(kind);
        let mut reasons: Vec<(&'static str, f64)> = (candidate.features.iter())
            .filter_map(|(name, value)| Some((*name, weights?.get(*name)? * value)))
            .collect();
        reasons.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
        reasons
    }
}

pub(super) fn softmax(sums: &[f64]) -> Vec<f64> {
    let best = sums.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let powers: Vec<f64> = sums.iter().map(|s| (s - best).exp()).collect();
    let total: f64 = powers.iter().sum();
    powers.iter().map(|p| p / total).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn builtin_weights_are_there() {
        assert!(!Rankings::builtin().weights.is_empty());
        assert!(
            Rankings::builtin()
                .weights
                .values()
                .flat_map(|w| w.values())
                .all(|w| w.is_finite())
        );
    }

    #[test]
    fn an_update_leaves_other_kinds_alone() {
        let of = |kinds: &[(&str, f64)]| {
            let weights = |w: f64| [("near".to_owned(), w)].into();
            Rankings::of(
                kinds
                    .iter()
                    .map(|(k, w)| ((*k).to_owned(), weights(*w)))
                    .collect(),
            )
        };
        let (old, new) = (
            of(&[
                ("speaker by name", 1.0),
                ("target of a demand", 1.0),
                ("role", 1.0),
            ]),
            of(&[("speaker by name", 2.0), ("role", 2.0)]),
        );
        let kinds = ["speaker".to_owned(), "target".to_owned()];
        assert_eq!(
            old.clone().updated(new.clone(), &kinds),
            of(&[("speaker by name", 2.0), ("role", 1.0)])
        );
        assert_eq!(old.updated(new.clone(), &[]), new);
        assert!(new.has("speaker") && !new.has("target"));
    }

    #[test]
    fn the_weighted_sum_decides() {
        let weights = [("near".to_owned(), 2.0), ("far".to_owned(), -1.0)].into();
        let rankings = Rankings::of([("speaker".to_owned(), weights)].into());
        let candidate =
            |name: &str, features: &[Feature]| Candidate::new(Some(name.to_owned()), features.to_vec());
        for (candidates, expected) in [
            (
                vec![candidate("a", &[("far", 1.0)]), candidate("b", &[("near", 0.1)])],
                Some(1),
            ),
            (
                vec![candidate("a", &[("unheard of", 9.0)]), candidate("b", &[])],
                Some(0),
            ),
            (vec![], None),
        ] {
            let mut ranked = candidates.clone();
            assert_eq!(rankings.rank("speaker", &mut ranked), expected, "{candidates:?}");
            let total: f64 = ranked.iter().map(|c| c.score).sum();
            assert!(ranked.is_empty() || (total - 1.0).abs() < 1e-9);
        }
        let mut two = vec![candidate("a", &[]), candidate("b", &[("near", 0.5)])];
        rankings.rank("speaker", &mut two);
        assert!((two[1].score - 1.0 / (1.0 + (-1.0f64).exp())).abs() < 1e-9);
        assert_eq!(rankings.reasons("speaker", &two[1]), [("near", 1.0)]);
    }
}
