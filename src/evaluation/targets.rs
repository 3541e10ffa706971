//! Targets: whom claims are directed at or about. The predicted claim that shares most with a gold sentence stands for
//! it. A document counts if its gold has any target, since none at all may mean that nobody looked.

use super::{Averages, Metric, Options, Profile, Tally, matching};
use crate::annotation::Annotation;
use crate::span::Span;

/// Targets of attributed sentences.
pub(super) struct Targets;

impl Metric for Targets {
    fn profile(&self) -> Profile {
        Profile {
            name: "targets",
            about: "targets of attributed sentences",
            averages: Averages::Single,
        }
    }

    fn predicts(&self, predicted: &Annotation) -> bool {
        !predicted.claims.is_empty() || predicted.sentences.iter().flatten().any(|s| s.target.is_some())
    }

    fn count(&self, gold: &Annotation, predicted: &Annotation, _: &Options) -> Option<Tally> {
        let sentences = || gold.sentences.iter().flatten();
        sentences().find(|s| s.target.is_some())?;
        let claims = claims(predicted);
        let mut tally = Tally::default();
        for sentence in sentences() {
            let found =
                matching::best(sentence.span, &claims, |(span, _)| *span).and_then(|(_, target)| *target);
            match &sentence.target {
                Some(target) => {
                    let same = found.is_some_and(|name| name.to_lowercase() == target.to_lowercase());
                    tally.share("accuracy").count(same);
                    tally.share("found").count(found.is_some());
                }
                None if sentence.speaker.is_some() => tally.share("spurious").count(found.is_some()),
                None => {}
            }
        }
        Some(tally)
    }
}

/// Claims with their targets, or, where there are none, the sentences that people gave targets.
fn claims(annotation: &Annotation) -> Vec<(Span, Option<&str>)> {
    if annotation.claims.is_empty() {
        let labelled = annotation.sentences.iter().flatten();
        return labelled.map(|s| (s.span, s.target.as_deref())).collect();
    }
    let claims = annotation.claims.iter();
    claims
        .map(|claim| (claim.span, claim.target.as_ref().map(|t| t.name.as_str())))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::annotation::{Quotation, Target};
    use crate::evaluation::fixtures::{claim, sentence, with_sentences};
    use crate::labels::COUNTRY;

    /// Sentences of ten bytes: whether somebody speaks, and the target.
    fn gold(sentences: &[(bool, Option<&str>)]) -> Annotation {
        with_sentences(sentences.iter().enumerate().map(|(index, (speaks, target))| {
            let mut sentence = sentence(10 * index, 10 * index + 10);
            sentence.speaker = speaks.then(|| "Ida Lund".to_owned());
            sentence.target = target.map(str::to_owned);
            sentence
        }))
    }

    fn predicted(claims: &[(usize, usize, Option<&str>)]) -> Annotation {
        let claims = claims.iter().map(|&(start, end, target)| {
            let mut claim = claim(start, end, None, Quotation::Indirect);
            claim.target = target.map(|name| Target {
                name: name.to_owned(),
                label: COUNTRY.to_owned(),
                country: None,
            });
            claim
        });
        Annotation {
            claims: claims.collect(),
            ..Annotation::default()
        }
    }

    #[test]
    fn cases_by_hand() {
        const NORWAY: (bool, Option<&str>) = (true, Some("Norway"));
        let cases = [
            // Hits and total of accuracy, found, spurious.
            (
                vec![NORWAY],
                vec![(0, 10, Some("norway"))],
                [(1, 1), (1, 1), (0, 0)],
            ),
            (
                vec![NORWAY],
                vec![(0, 10, Some("Sweden"))],
                [(0, 1), (1, 1), (0, 0)],
            ),
            (vec![NORWAY], vec![(0, 10, None)], [(0, 1), (0, 1), (0, 0)]),
            (vec![NORWAY], vec![], [(0, 1), (0, 1), (0, 0)]),
            // Touching is not overlapping.
            (
                vec![NORWAY],
                vec![(10, 20, Some("Norway"))],
                [(0, 1), (0, 1), (0, 0)],
            ),
            // Somebody speaks, of nobody; where nobody speaks, nothing is counted.
            (
                vec![NORWAY, (true, None), (false, None)],
                vec![
                    (0, 10, Some("Norway")),
                    (10, 20, Some("Norway")),
                    (20, 30, Some("Norway")),
                ],
                [(1, 1), (1, 1), (1, 1)],
            ),
        ];
        for (sentences, claims, expected) in cases {
            let mut tally = Targets
                .count(&gold(&sentences), &predicted(&claims), &Options::default())
                .unwrap();
            let found = ["accuracy", "found", "spurious"].map(|name| {
                let ratio = tally.share(name);
                (ratio.hits as u32, ratio.of as u32)
            });
            assert_eq!(found, expected, "{sentences:?} {claims:?}");
        }
    }

    #[test]
    fn a_document_without_targets_is_not_scored() {
        let count = Targets.count(&gold(&[(true, None)]), &predicted(&[]), &Options::default());
        assert_eq!(count, None);
    }
}
