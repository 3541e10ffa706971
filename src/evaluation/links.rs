//! Which source and cue belong to which content: whole attributions, and links between fragments that were both found.

use super::{Averages, Counts, Metric, Options, Profile, Tally};
use crate::annotation::{Annotation, Attribution};
use crate::span::Span;
use std::collections::BTreeSet;

/// The one class of the tally.
const TRIPLE: &str = "triple";

/// Attributions whose source, cue and content are all exact.
pub(super) struct Triples;

impl Metric for Triples {
    fn profile(&self) -> Profile {
        Profile {
            name: "attributions.triples",
            about: "attributions, source, cue and content all exact",
            averages: Averages::Single,
        }
    }

    fn predicts(&self, predicted: &Annotation) -> bool {
        predicted.attributions.is_some()
    }

    fn count(&self, gold: &Annotation, predicted: &Annotation, _: &Options) -> Option<Tally> {
        let gold = triples(gold.attributions.as_ref()?);
        let predicted = triples(predicted.attributions.as_deref().unwrap_or_default());
        let mut tally = Tally::default();
        *tally.class(TRIPLE) = Counts::of_sets(&gold, &predicted);
        Some(tally)
    }
}

/// An attribution as its three sets of fragments.
pub(super) type Triple = [BTreeSet<Span>; 3];

pub(super) fn triples(attributions: &[Attribution]) -> BTreeSet<Triple> {
    attributions.iter().map(triple).collect()
}

pub(super) fn triple(attribution: &Attribution) -> Triple {
    let parts = [&attribution.source, &attribution.cue, &attribution.content];
    parts.map(|spans| spans.iter().copied().collect())
}

/// Links from contents to their sources and cues, given the spans: a gold content counts if the prediction has it, and
/// has each gold fragment that it is linked to, and it is right if the prediction links it to just these. What share of
/// the links can be judged is `found`; predictions made from gold spans have all of them.
pub(super) struct Links;

impl Metric for Links {
    fn profile(&self) -> Profile {
        Profile {
            name: "attributions.links",
            about: "attributions, links of contents whose fragments were found",
            averages: Averages::Single,
        }
    }

    fn predicts(&self, predicted: &Annotation) -> bool {
        predicted.attributions.is_some()
    }

    fn count(&self, gold: &Annotation, predicted: &Annotation, _: &Options) -> Option<Tally> {
        let gold = gold.attributions.as_ref()?;
        let predicted = predicted.attributions.as_deref().unwrap_or_default();
        type Fragments = fn(&Attribution) -> &[Span];
        let roles: [(&'static str, Fragments); 2] = [("source", |a| &a.source), ("cue", |a| &a.cue)];
        let contents = |list: &[Attribution]| -> BTreeSet<Span> {
            list.iter().flat_map(|a| &a.content).copied().collect()
        };
        let found_contents = contents(predicted);
        let mut tally = Tally::default();
        for (name, role) in roles {
            let found: BTreeSet<Span> = predicted.iter().flat_map(role).copied().collect();
            for content in contents(gold) {
                let linked = |list: &[Attribution]| -> BTreeSet<Span> {
                    (list.iter().filter(|a| a.content.contains(&content)))
                        .flat_map(role)
                        .copied()
                        .collect()
                };
                let gold = linked(gold);
                let given = found_contents.contains(&content) && gold.is_subset(&found);
                tally.share("found").count(given);
                if given {
                    let right = gold == linked(predicted);
                    tally.share("accuracy").count(right);
                    tally.share(name).count(right);
                }
            }
        }
        Some(tally)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Span = Span { start: 0, end: 2 };
    const B: Span = Span { start: 10, end: 12 };
    const SAID: Span = Span { start: 3, end: 4 };
    const TOLD: Span = Span { start: 13, end: 14 };
    const FIRST: Span = Span { start: 5, end: 9 };
    const SECOND: Span = Span { start: 15, end: 19 };
    const SHORT: Span = Span { start: 15, end: 18 };

    fn annotation(attributions: &[(&[Span], &[Span], &[Span])]) -> Annotation {
        let attribution = |&(source, cue, content): &(&[Span], &[Span], &[Span])| Attribution {
            source: source.to_vec(),
            cue: cue.to_vec(),
            content: content.to_vec(),
            score: None,
        };
        Annotation {
            attributions: Some(attributions.iter().map(attribution).collect()),
            ..Annotation::default()
        }
    }

    #[test]
    fn cases_by_hand() {
        let gold = annotation(&[(&[A], &[SAID], &[FIRST]), (&[B], &[TOLD], &[SECOND])]);
        let cases = [
            // Prediction; triples hit, predicted; links found of 4; source, cue and all links right of those judged.
            (gold.clone(), [2, 2], 4, [(2, 2), (2, 2), (4, 4)]),
            // Sources changed over.
            (
                annotation(&[(&[B], &[SAID], &[FIRST]), (&[A], &[TOLD], &[SECOND])]),
                [0, 2],
                4,
                [(0, 2), (2, 2), (2, 4)],
            ),
            // A source too many.
            (
                annotation(&[(&[A, B], &[SAID], &[FIRST]), (&[B], &[TOLD], &[SECOND])]),
                [1, 2],
                4,
                [(1, 2), (2, 2), (3, 4)],
            ),
            // A content that was not found is not judged, nor is one whose source was not.
            (
                annotation(&[(&[A], &[SAID], &[FIRST]), (&[B], &[TOLD], &[SHORT])]),
                [1, 2],
                2,
                [(1, 1), (1, 1), (2, 2)],
            ),
            (
                annotation(&[(&[A], &[SAID], &[FIRST]), (&[], &[TOLD], &[SECOND])]),
                [1, 2],
                3,
                [(1, 1), (2, 2), (3, 3)],
            ),
            (annotation(&[]), [0, 0], 0, [(0, 0), (0, 0), (0, 0)]),
        ];
        for (predicted, triples, found, links) in cases {
            let options = Options::default();
            let counts = Triples.count(&gold, &predicted, &options).unwrap().classes[TRIPLE];
            assert_eq!(
                [counts.recall.hits as u32, counts.precision.of as u32],
                triples,
                "{predicted:?}"
            );
            let mut tally = Links.count(&gold, &predicted, &options).unwrap();
            assert_eq!(tally.share("found").hits as u32, found, "{predicted:?}");
            for (name, expected) in ["source", "cue", "accuracy"].into_iter().zip(links) {
                let ratio = *tally.share(name);
                assert_eq!(
                    (ratio.hits as u32, ratio.of as u32),
                    expected,
                    "{name} {predicted:?}"
                );
            }
        }
    }

    #[test]
    fn a_content_without_source_is_right_if_none_is_linked() {
        let gold = annotation(&[(&[], &[SAID], &[FIRST])]);
        for (source, right) in [(&[] as &[Span], 1.0), (&[A], 0.0)] {
            let predicted = annotation(&[(source, &[SAID], &[FIRST])]);
            let tally = Links.count(&gold, &predicted, &Options::default()).unwrap();
            assert_eq!(tally.shares["source"].hits, right);
            assert_eq!(tally.shares["source"].of, 1.0);
        }
    }

    #[test]
    fn a_document_without_the_layer_is_not_scored() {
        for metric in [&Triples as &dyn Metric, &Links] {
            let count = metric.count(&Annotation::default(), &annotation(&[]), &Options::default());
            assert_eq!(count, None);
        }
    }
}
