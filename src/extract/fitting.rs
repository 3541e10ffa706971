//! Learns the weights of [`Rankings`] from choices of which the right candidates are known: conditional maximum
//! likelihood with a quadratic penalty, by gradient ascent with steps per feature (AdaGrad, Duchi et al. 2011).

use super::rankings::{Candidate, Rankings, softmax};
use std::collections::BTreeMap;

/// Passes over all examples.
const PASSES: usize = 400;
/// First step of a weight.
const STEP: f64 = 0.3;
/// Weight of the penalty, in examples.
const PENALTY: f64 = 0.5;

/// A choice of which the right candidates are known.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// The kind of choice.
    pub kind: &'static str,
    /// The candidates.
    pub candidates: Vec<Candidate>,
    /// Whether each of them is right.
    pub right: Vec<bool>,
}

/// The weights under which the right candidates are the most probable. Examples without a right or without a wrong
/// candidate teach nothing. The same examples give the same weights.
pub fn fit(examples: &[Example]) -> Rankings {
    let mut kinds: BTreeMap<&str, Vec<&Example>> = BTreeMap::new();
    for example in examples {
        if example.right.contains(&true) && example.right.contains(&false) {
            kinds.entry(example.kind).or_default().push(example);
        }
    }
    let fitted = kinds
        .into_iter()
        .map(|(kind, examples)| (kind.to_owned(), weights(&examples)));
    Rankings::of(fitted.collect())
}

/// An example with its features by number.
struct Numbered {
    candidates: Vec<(Vec<(usize, f64)>, bool)>,
}

fn weights(examples: &[&Example]) -> BTreeMap<String, f64> {
    let mut numbers: BTreeMap<&'static str, usize> = BTreeMap::new();
    for (name, _) in examples
        .iter()
        .flat_map(|e| &e.candidates)
        .flat_map(|c| &c.features)
    {
        let next = numbers.len();
        numbers.entry(name).or_insert(next);
    }
    let numbered: Vec<Numbered> = (examples.iter())
        .map(|example| Numbered {
            candidates: (example.candidates.iter().zip(&example.right))
                .map(|(c, right)| {
                    (
                        c.features
                            .iter()
                            .map(|(name, value)| (numbers[name], *value))
                            .collect(),
                        *right,
                    )
                })
                .collect(),
        })
        .collect();
    let mut weights = vec![0.0; numbers.len()];
    let mut squares = vec![1e-8; numbers.len()];
    for _ in 0..PASSES {
        let mut gradient: Vec<f64> = weights.iter().map(|w| -PENALTY * w).collect();
        for example in &numbered {
            ascend(example, &weights, &mut gradient);
        }
        for ((weight, square), slope) in weights.iter_mut().zip(&mut squares).zip(&gradient) {
            *square += slope * slope;
            *weight += STEP * slope / square.sqrt();
        }
    }
    let rounded = |w: f64| (w * 1e4).round() / 1e4;
    numbers
        .into_iter()
        .map(|(name, number)| (name.to_owned(), rounded(weights[number])))
        .collect()
}

/// Adds the slope of an example's log likelihood.
fn ascend(example: &Numbered, weights: &[f64], gradient: &mut [f64]) {
    let sums: Vec<f64> = (example.candidates.iter())
        .map(|(features, _)| {
            features
                .iter()
                .map(|(number, value)| weights[*number] * value)
                .sum()
        })
        .collect();
    let all = softmax(&sums);
    let right: f64 = (all.iter().zip(&example.candidates))
        .filter(|(_, c)| c.1)
        .map(|(p, _)| p)
        .sum();
    for (p, (features, is_right)) in all.iter().zip(&example.candidates) {
        let share = if *is_right {
            p / right.max(f64::MIN_POSITIVE)
        } else {
            0.0
        };
        for (number, value) in features {
            gradient[*number] += (share - p) * value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_point_to_the_right_candidates() {
        let example = |near: usize, kind| Example {
            kind,
            candidates: (0..3)
                .map(|c| {
                    Candidate::new(
                        None,
                        vec![("near", f64::from(u8::from(c == near))), ("there", 1.0)],
                    )
                })
                .collect(),
            right: (0..3).map(|c| c == near).collect(),
        };
        let examples = [
            example(0, "speaker"),
            example(2, "speaker"),
            example(1, "speaker"),
        ];
        let fitted = fit(&examples);
        assert_eq!(fitted, fit(&examples));
        let mut unseen = example(1, "speaker").candidates;
        assert_eq!(fitted.rank("speaker", &mut unseen), Some(1));
        assert!(unseen[1].score > 0.5);
        // What all candidates have says nothing.
        assert!(
            fitted
                .reasons("speaker", &unseen[0])
                .iter()
                .any(|(name, add)| *name == "there" && add.abs() < 1e-3)
        );
        assert!(fitted.reasons("target", &unseen[0]).is_empty());
    }
}
