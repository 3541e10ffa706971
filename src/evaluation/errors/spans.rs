//! Mistakes in typed spans: entities with their labels, and fragments of attributions with their roles.

use super::{Candidate, ErrorKind, Wrong};
use crate::annotation::{Attribution, Entity};
use crate::evaluation::Options;
use crate::evaluation::assignment::{Cluster, Typed, assign, clusters};
use crate::evaluation::attributions::fragments;
use crate::evaluation::entities::{label, typed};
use crate::evaluation::pairs::Pair;
use crate::labels::ROLES;
use std::cmp::Ordering;

/// The entities of a document that are wrong.
pub(super) fn entities(pair: &Pair<'_>, options: &Options) -> Option<Vec<Candidate>> {
    let gold = typed(pair.gold.entities.as_ref()?, options);
    let predictions: &[Entity] = pair.predicted.entities.as_deref().unwrap_or_default();
    let score = |unit: Typed<'_>| {
        let mut same =
            (predictions.iter()).filter(|e| e.span == unit.span && label(e, options) == Some(unit.label));
        same.find_map(|e| e.score)
    };
    Some(Sides::new(pair.place, &gold, &typed(predictions, options), score).find())
}

/// The fragments of attributions of a document that are wrong, each role by itself: what one attribution has for its
/// content holds the source and the cue of the one within it.
pub(super) fn attributions(pair: &Pair<'_>) -> Option<Vec<Candidate>> {
    let gold = pair.gold.attributions.as_ref()?;
    let predictions: &[Attribution] = pair.predicted.attributions.as_deref().unwrap_or_default();
    let score = |unit: Typed<'_>| {
        let mut same = (predictions.iter()).filter(|a| fragments(a).any(|fragment| fragment == unit));
        same.find_map(|a| a.score)
    };
    let candidates = ROLES.iter().flat_map(|role| {
        let typed = |list: &[Attribution]| -> Vec<Typed<'static>> {
            let of_role = list.iter().flat_map(fragments).filter(|unit| unit.label == *role);
            let mut typed: Vec<_> = of_role.collect();
            typed.sort_unstable();
            typed.dedup();
            typed
        };
        Sides::new(pair.place, &typed(gold), &typed(predictions), score).find()
    });
    Some(candidates.collect())
}

/// The spans of one document that are not right.
struct Sides<'a, S> {
    place: usize,
    gold: Vec<Typed<'a>>,
    predicted: Vec<Typed<'a>>,
    /// The score of a prediction.
    score: S,
}

impl<'a, S: Fn(Typed<'_>) -> Option<f32>> Sides<'a, S> {
    /// From the distinct spans of both sides, sorted.
    fn new(place: usize, gold: &[Typed<'a>], predicted: &[Typed<'a>], score: S) -> Self {
        let without = |list: &[Typed<'a>], other: &[Typed<'a>]| -> Vec<Typed<'a>> {
            let wrong = list.iter().filter(|unit| other.binary_search(unit).is_err());
            wrong.copied().collect()
        };
        Self {
            place,
            gold: without(gold, predicted),
            predicted: without(predicted, gold),
            score,
        }
    }

    fn find(&self) -> Vec<Candidate> {
        clusters(&self.gold, &self.predicted)
            .iter()
            .flat_map(|cluster| self.mistakes(cluster))
            .collect()
    }

    fn mistakes(&self, cluster: &Cluster) -> Vec<Candidate> {
        let overlap = |g: &usize, p: &usize| self.gold[*g].span.overlaps(self.predicted[*p].span);
        let (gold, missed): (Vec<usize>, Vec<usize>) =
            (cluster.gold.iter().copied()).partition(|g| cluster.predicted.iter().any(|p| overlap(g, p)));
        let (predicted, spurious): (Vec<usize>, Vec<usize>) =
            (cluster.predicted.iter().copied()).partition(|p| cluster.gold.iter().any(|g| overlap(g, p)));
        let mut mistakes: Vec<Candidate> = (missed.into_iter())
            .map(|g| self.candidate(ErrorKind::Missed, &[g], &[]))
            .chain(
                spurious
                    .into_iter()
                    .map(|p| self.candidate(ErrorKind::Spurious, &[], &[p])),
            )
            .collect();
        match gold.len().cmp(&predicted.len()) {
            Ordering::Less => mistakes.push(self.candidate(ErrorKind::Split, &gold, &predicted)),
            Ordering::Greater => mistakes.push(self.candidate(ErrorKind::Merged, &gold, &predicted)),
            Ordering::Equal => mistakes.extend(self.one_to_one(&gold, &predicted)),
        }
        mistakes
    }

    /// As many predictions as gold spans: each is taken for the one that it shares most with.
    fn one_to_one(&self, gold: &[usize], predicted: &[usize]) -> Vec<Candidate> {
        let golds: Vec<Typed<'_>> = gold.iter().map(|g| self.gold[*g]).collect();
        let predictions: Vec<Typed<'_>> = predicted.iter().map(|p| self.predicted[*p]).collect();
        let pairs = assign(&golds, &predictions, |g, p| u8::from(g.span.overlaps(p.span)));
        let left = |all: &[usize], taken: &[usize]| -> Vec<usize> {
            (0..all.len())
                .filter(|i| !taken.contains(i))
                .map(|i| all[i])
                .collect()
        };
        let (taken_gold, taken_predicted): (Vec<usize>, Vec<usize>) = pairs.iter().copied().unzip();
        let matched = pairs.iter().map(|&(g, p)| {
            let kind = if golds[g].label == predictions[p].label {
                ErrorKind::Boundary
            } else {
                ErrorKind::Type
            };
            self.candidate(kind, &[gold[g]], &[predicted[p]])
        });
        let missed = left(gold, &taken_gold).into_iter();
        let spurious = left(predicted, &taken_predicted).into_iter();
        matched
            .chain(missed.map(|g| self.candidate(ErrorKind::Missed, &[g], &[])))
            .chain(spurious.map(|p| self.candidate(ErrorKind::Spurious, &[], &[p])))
            .collect()
    }

    fn candidate(&self, kind: ErrorKind, gold: &[usize], predicted: &[usize]) -> Candidate {
        let wrong = |unit: Typed<'a>, score| Wrong {
            span: unit.span,
            label: unit.label.to_owned(),
            score,
        };
        Candidate {
            place: self.place,
            kind,
            gold: gold.iter().map(|g| wrong(self.gold[*g], None)).collect(),
            predicted: (predicted.iter())
                .map(|p| wrong(self.predicted[*p], (self.score)(self.predicted[*p])))
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::annotation::Annotation;
    use crate::evaluation::fixtures::{at, with_entities};

    #[test]
    fn kinds_by_hand() {
        use ErrorKind::{Boundary, Merged, Missed, Split, Spurious, Type};
        type Case<'a> = (&'a str, &'a str, &'a [(ErrorKind, usize, &'a str)]);
        let cases: [Case<'_>; 11] = [
            ("[PER Ida Lund] left", "[PER Ida Lund] left", &[]),
            (
                "[PER Ida Lund] left",
                "Ida [PER Lund] left",
                &[(Boundary, 2, "Ida Lund")],
            ),
            (
                "[PER Ida Lund] left",
                "[ORG Ida Lund] left",
                &[(Type, 2, "Ida Lund")],
            ),
            // Both wrong: the label says more.
            (
                "[PER Ida Lund] left",
                "Ida [ORG Lund] left",
                &[(Type, 2, "Ida Lund")],
            ),
            ("[PER Ida Lund] left", "Ida Lund left", &[(Missed, 1, "Ida Lund")]),
            ("Ida Lund left", "Ida Lund [PER left]", &[(Spurious, 1, "left")]),
            (
                "[PER Ida Lund] left",
                "[PER Ida] [PER Lund] left",
                &[(Split, 3, "Ida Lund")],
            ),
            (
                "[PER Ida] [PER Lund] left",
                "[PER Ida Lund] left",
                &[(Merged, 3, "Ida Lund")],
            ),
            // The border between two lies elsewhere: two boundaries, in a chain of overlaps.
            (
                "[ORG Nord Sund] [ORG Olje] left",
                "[ORG Nord] [ORG Sund Olje] left",
                &[(Boundary, 2, "Nord Sund"), (Boundary, 2, "Sund Olje")],
            ),
            // Touching is not overlapping.
            (
                "[LOC Ost]West",
                "Ost[LOC West]",
                &[(Missed, 1, "Ost"), (Spurious, 1, "West")],
            ),
            // A right one is no part of a mistake.
            (
                "[PER Ida Lund] of [ORG Nord]",
                "[PER Ida Lund] of Nord",
                &[(Missed, 1, "Nord")],
            ),
        ];
        for (gold, predicted, expected) in cases {
            let (gold, predicted) = (with_entities(gold), with_entities(predicted));
            let pair = Pair {
                place: 0,
                gold: &gold,
                predicted: &predicted,
            };
            let found = entities(&pair, &Options::default()).unwrap();
            let mut found: Vec<_> = (found.iter())
                .map(|c| (c.kind, c.cost(), c.cover().of(&gold.text)))
                .collect();
            found.sort_by_key(|(kind, ..)| *kind);
            assert_eq!(found, expected, "{predicted:?}");
        }
    }

    #[test]
    fn fragments_are_matched_by_role() {
        use ErrorKind::{Boundary, Missed, Spurious};
        const TEXT: &str = "“We go,” said Ida Lund.";
        let annotation = |source: &str, cue: &[&str], content: &str| {
            let spans = |words: &[&str]| words.iter().map(|w| at(TEXT, w)).collect();
            Annotation {
                text: TEXT.to_owned(),
                attributions: Some(vec![Attribution {
                    source: spans(&[source]),
                    cue: spans(cue),
                    content: spans(&[content]),
                    score: Some(0.5),
                }]),
                ..Annotation::default()
            }
        };
        let gold = annotation("Ida Lund", &["said"], "“We go,”");
        let predicted = annotation("said", &[], "We go");
        let pair = Pair {
            place: 0,
            gold: &gold,
            predicted: &predicted,
        };
        let found: Vec<_> = (attributions(&pair).unwrap().iter())
            .map(|c| {
                (
                    c.kind,
                    c.cover().of(TEXT),
                    c.predicted.first().and_then(|w| w.score),
                )
            })
            .collect();
        // Where a cue is taken for a source, both roles have a mistake.
        let expected = [
            (Spurious, "said", Some(0.5)),
            (Missed, "Ida Lund", None),
            (Missed, "said", None),
            (Boundary, "“We go,”", Some(0.5)),
        ];
        assert_eq!(found, expected);
    }
}
