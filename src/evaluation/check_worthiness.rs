//! Check-worthiness: whether a sentence is worth fact-checking, as a decision at a threshold and as an order.

use super::{Averages, Metric, Options, Profile, Tally, matching};
use crate::annotation::{Annotation, Sentence};

/// The positive class of the tally.
const POSITIVE: &str = "check_worthy";

/// Check-worthiness of sentences.
pub(super) struct CheckWorthiness;

impl Metric for CheckWorthiness {
    fn profile(&self) -> Profile {
        Profile {
            name: "check_worthiness",
            about: "check-worthiness of sentences, positive class",
            averages: Averages::Single,
        }
    }

    fn predicts(&self, predicted: &Annotation) -> bool {
        predicted.sentences.iter().flatten().any(|s| score(s).is_some())
    }

    fn count(&self, gold: &Annotation, predicted: &Annotation, options: &Options) -> Option<Tally> {
        let mut tally = Tally::default();
        for sentence in gold.sentences.iter().flatten() {
            let Some(worthy) = sentence.check_worthy else {
                continue;
            };
            // What was not predicted comes last in the order, and is not above any threshold.
            let found = matching::sentence(sentence.span, predicted)
                .and_then(score)
                .unwrap_or(f32::NEG_INFINITY);
            tally.class(POSITIVE).count(worthy, found >= options.threshold);
            tally.ranking.push((found, worthy));
        }
        (!tally.ranking.is_empty()).then_some(tally)
    }
}

/// The probability that a sentence is worth checking; of a yes or no, as people give it, 1 or 0.
fn score(sentence: &Sentence) -> Option<f32> {
    let flag = sentence.check_worthy.map(|yes| if yes { 1.0 } else { 0.0 });
    sentence.check_worthiness.filter(|p| !p.is_nan()).or(flag)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::fixtures::{sentence, with_sentences};

    fn gold(flags: &[Option<bool>]) -> Annotation {
        with_sentences(flags.iter().enumerate().map(|(index, flag)| {
            let mut sentence = sentence(10 * index, 10 * index + 9);
            sentence.check_worthy = *flag;
            sentence
        }))
    }

    fn predicted(scores: &[f32]) -> Annotation {
        with_sentences(scores.iter().enumerate().map(|(index, score)| {
            let mut sentence = sentence(10 * index, 10 * index + 9);
            sentence.check_worthiness = Some(*score);
            sentence
        }))
    }

    #[test]
    fn cases_by_hand() {
        const YES: Option<bool> = Some(true);
        const NO: Option<bool> = Some(false);
        // Gold, probabilities, threshold: hits, predicted, gold positives.
        type Case<'a> = (&'a [Option<bool>], &'a [f32], f32, [f64; 3]);
        let cases: [Case<'_>; 5] = [
            (&[YES, NO, YES], &[0.9, 0.6, 0.2], 0.5, [1.0, 2.0, 2.0]),
            (&[YES, NO, YES], &[0.9, 0.6, 0.2], 0.1, [2.0, 3.0, 2.0]),
            // A probability at the threshold is above it.
            (&[YES, NO], &[0.5, 0.4], 0.5, [1.0, 1.0, 1.0]),
            // No label, no score.
            (&[None, NO], &[0.9, 0.1], 0.5, [0.0, 0.0, 0.0]),
            (&[YES, YES], &[0.9], 0.5, [1.0, 1.0, 2.0]),
        ];
        for (flags, scores, threshold, expected) in cases {
            let options = Options {
                threshold,
                ..Options::default()
            };
            let tally = CheckWorthiness
                .count(&gold(flags), &predicted(scores), &options)
                .unwrap();
            let counts = tally.classes[POSITIVE];
            assert_eq!(
                [counts.recall.hits, counts.precision.of, counts.recall.of],
                expected,
                "{scores:?}"
            );
            assert_eq!(tally.ranking.len(), flags.iter().flatten().count());
        }
    }

    #[test]
    fn a_document_without_the_label_is_not_scored() {
        let count = CheckWorthiness.count(&gold(&[None]), &predicted(&[0.9]), &Options::default());
        assert_eq!(count, None);
    }
}
