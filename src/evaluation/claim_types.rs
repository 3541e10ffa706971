//! Claim types: one class per gold sentence, held against the best type of the predicted sentence that shares most with
//! it. Of a sentence for which gold accepts several types, any is right; where none of them is predicted, the first is
//! the one that was missed.

use super::{Averages, Metric, Options, Profile, Tally, matching};
use crate::annotation::Annotation;

/// Claim types of sentences.
pub(super) struct ClaimTypes;

impl Metric for ClaimTypes {
    fn profile(&self) -> Profile {
        Profile {
            name: "claim_types",
            about: "claim types of sentences",
            averages: Averages::Exclusive,
        }
    }

    fn predicts(&self, predicted: &Annotation) -> bool {
        predicted
            .sentences
            .iter()
            .flatten()
            .any(|s| !s.claim_type.is_empty())
    }

    fn count(&self, gold: &Annotation, predicted: &Annotation, _: &Options) -> Option<Tally> {
        let mut tally = Tally::default();
        for sentence in gold.sentences.iter().flatten() {
            let Some(first) = sentence.claim_type.first() else {
                continue;
            };
            let found = matching::sentence(sentence.span, predicted).and_then(|s| s.claim_type.first());
            let accepted = found.filter(|f| sentence.claim_type.contains(f)).unwrap_or(first);
            tally.share("accuracy").count(found == Some(accepted));
            tally.class(accepted).recall.count(found == Some(accepted));
            if let Some(found) = found {
                tally.class(found).precision.count(found == accepted);
            }
            *tally
                .confusion
                .entry((accepted.clone(), found.cloned()))
                .or_default() += 1;
        }
        (!tally.classes.is_empty()).then_some(tally)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::fixtures::{sentence, with_sentences};

    fn typed(types: &[&[&str]]) -> Annotation {
        with_sentences(types.iter().enumerate().map(|(index, types)| {
            let mut sentence = sentence(10 * index, 10 * index + 9);
            sentence.claim_type = types.iter().map(|t| (*t).to_owned()).collect();
            sentence
        }))
    }

    #[test]
    fn cases_by_hand() {
        // Gold types and predicted types by sentence: right sentences, then hits/predicted/gold per class.
        type Case<'a> = (
            &'a [&'a [&'a str]],
            &'a [&'a [&'a str]],
            f64,
            &'a [(&'a str, [f64; 3])],
        );
        let cases: [Case<'_>; 4] = [
            (
                &[&["none"], &["denial"], &["none"]],
                &[&["none"], &["none"], &["threat"]],
                1.0,
                &[
                    ("denial", [0.0, 0.0, 1.0]),
                    ("none", [1.0, 2.0, 2.0]),
                    ("threat", [0.0, 1.0, 0.0]),
                ],
            ),
            // Several accepted types: the predicted one holds, else the first.
            (
                &[&["denial", "threat"], &["denial", "threat"]],
                &[&["threat"], &["none"]],
                1.0,
                &[
                    ("denial", [0.0, 0.0, 1.0]),
                    ("none", [0.0, 1.0, 0.0]),
                    ("threat", [1.0, 1.0, 1.0]),
                ],
            ),
            // A sentence without a prediction is missed.
            (
                &[&["denial"], &["none"]],
                &[&["denial"]],
                1.0,
                &[("denial", [1.0; 3]), ("none", [0.0, 0.0, 1.0])],
            ),
            // A sentence without gold is not scored.
            (
                &[&[], &["none"]],
                &[&["threat"], &["none"]],
                1.0,
                &[("none", [1.0; 3])],
            ),
        ];
        for (gold, predicted, right, expected) in cases {
            let tally = ClaimTypes
                .count(&typed(gold), &typed(predicted), &Options::default())
                .unwrap();
            let labelled = gold.iter().filter(|types| !types.is_empty()).count();
            assert_eq!(tally.shares["accuracy"].hits, right, "{gold:?}");
            assert_eq!(tally.shares["accuracy"].of, labelled as f64, "{gold:?}");
            assert_eq!(tally.confusion.values().sum::<u64>(), labelled as u64, "{gold:?}");
            let counts: Vec<_> = (tally.classes.iter())
                .map(|(class, c)| (class.as_str(), [c.recall.hits, c.precision.of, c.recall.of]))
                .collect();
            assert_eq!(counts, expected, "{gold:?}");
        }
    }

    #[test]
    fn sentences_are_matched_by_what_they_share() {
        let gold = typed(&[&["denial"], &["none"]]);
        // The prediction parts the text elsewhere: its second sentence holds the end of the first and all of the second.
        let mut predicted = typed(&[&["denial"], &["none"]]);
        let sentences = predicted.sentences.as_mut().unwrap();
        sentences[0].span.end = 5;
        sentences[1].span.start = 5;
        let tally = ClaimTypes.count(&gold, &predicted, &Options::default()).unwrap();
        assert_eq!(tally.shares["accuracy"].value(), Some(1.0));
    }

    #[test]
    fn a_document_without_claim_types_is_not_scored() {
        let gold = typed(&[&[], &[]]);
        assert_eq!(
            ClaimTypes.count(&gold, &typed(&[&["none"]]), &Options::default()),
            None
        );
    }
}
