//! Entities: a prediction is right if its span and its label are. A typed span counts once, however often it is listed.

use super::assignment::Typed;
use super::{Averages, Counts, Metric, Options, Profile, Tally};
use crate::annotation::{Annotation, Entity};
use crate::span::Span;
use std::collections::{BTreeMap, BTreeSet};

/// Strict typed spans.
pub(super) struct Entities;

impl Metric for Entities {
    fn profile(&self) -> Profile {
        Profile {
            name: "entities",
            about: "entities, exact span and label",
            averages: Averages::Labelled,
        }
    }

    fn predicts(&self, predicted: &Annotation) -> bool {
        predicted.entities.is_some()
    }

    fn count(&self, gold: &Annotation, predicted: &Annotation, options: &Options) -> Option<Tally> {
        let gold = spans(gold.entities.as_ref()?, options);
        let predicted = spans(predicted.entities.as_deref().unwrap_or_default(), options);
        let labels: BTreeSet<&str> = gold.keys().chain(predicted.keys()).copied().collect();
        let nothing = BTreeSet::new();
        let mut tally = Tally::default();
        for label in labels {
            let of = |side: &'_ BTreeMap<&str, BTreeSet<Span>>| side.get(label).unwrap_or(&nothing).clone();
            *tally.class(label) = Counts::of_sets(&of(&gold), &of(&predicted));
        }
        Some(tally)
    }
}

/// Distinct spans per label, after merging, of the labels that count.
fn spans<'a>(entities: &'a [Entity], options: &'a Options) -> BTreeMap<&'a str, BTreeSet<Span>> {
    let mut spans: BTreeMap<&str, BTreeSet<Span>> = BTreeMap::new();
    for entity in entities {
        if let Some(label) = label(entity, options) {
            spans.entry(label).or_default().insert(entity.span);
        }
    }
    spans
}

/// Distinct typed spans, after merging, of the labels that count, sorted.
pub(super) fn typed<'a>(entities: &'a [Entity], options: &'a Options) -> Vec<Typed<'a>> {
    let mut typed: Vec<Typed<'_>> = (entities.iter())
        .filter_map(|entity| {
            Some(Typed {
                span: entity.span,
                label: label(entity, options)?,
            })
        })
        .collect();
    typed.sort_unstable();
    typed.dedup();
    typed
}

/// The label that an entity counts under; `None` where it does not count.
pub(super) fn label<'a>(entity: &'a Entity, options: &'a Options) -> Option<&'a str> {
    let label = options.merge.get(&entity.label).unwrap_or(&entity.label).as_str();
    let counts = options
        .labels
        .as_ref()
        .is_none_or(|labels| labels.contains(label));
    counts.then_some(label)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::fixtures::with_entities;

    /// Hits, predicted and gold per label.
    fn counts(gold: &Annotation, predicted: &Annotation, options: &Options) -> Vec<(String, [f64; 3])> {
        let tally = Entities.count(gold, predicted, options).unwrap();
        tally
            .classes
            .into_iter()
            .map(|(label, c)| (label, [c.recall.hits, c.precision.of, c.recall.of]))
            .collect()
    }

    #[test]
    fn cases_by_hand() {
        // Text with entities in brackets: gold, prediction, hits/predicted/gold per label.
        type Case<'a> = (&'a str, &'a str, &'a [(&'a str, [f64; 3])]);
        let cases: [Case<'_>; 9] = [
            (
                "[PERSON Ida Lund] left",
                "[PERSON Ida Lund] left",
                &[("PERSON", [1.0, 1.0, 1.0])],
            ),
            (
                "[PERSON Ida Lund] left",
                "[ORG Ida Lund] left",
                &[("ORG", [0.0, 1.0, 0.0]), ("PERSON", [0.0, 0.0, 1.0])],
            ),
            // Two predictions in one gold entity.
            (
                "[PERSON John Jones] left",
                "[PERSON John] [PERSON Jones] left",
                &[("PERSON", [0.0, 2.0, 1.0])],
            ),
            // Touching spans of one label are two.
            (
                "[LOC Ost][LOC West]",
                "[LOC Ost][LOC West]",
                &[("LOC", [2.0, 2.0, 2.0])],
            ),
            (
                "[LOC Ost][LOC West]",
                "[LOC OstWest]",
                &[("LOC", [0.0, 1.0, 2.0])],
            ),
            // Characters of several bytes before a span.
            (
                "👩‍👩‍👧 é [LOC Ålby]!",
                "👩‍👩‍👧 é [LOC Ålby]!",
                &[("LOC", [1.0, 1.0, 1.0])],
            ),
            // A gold document in which nothing was found.
            (
                "Nobody left",
                "[PERSON Nobody] left",
                &[("PERSON", [0.0, 1.0, 0.0])],
            ),
            ("[PERSON Lund] left", "Lund left", &[("PERSON", [0.0, 0.0, 1.0])]),
            ("Nobody left", "Nobody left", &[]),
        ];
        for (gold, predicted, expected) in cases {
            let (gold, predicted) = (with_entities(gold), with_entities(predicted));
            assert_eq!(gold.text, predicted.text);
            let expected: Vec<_> = expected.iter().map(|(l, c)| ((*l).to_owned(), *c)).collect();
            assert_eq!(
                counts(&gold, &predicted, &Options::default()),
                expected,
                "{}",
                gold.text
            );
        }
    }

    #[test]
    fn a_span_listed_twice_counts_once() {
        let gold = with_entities("[PERSON Lund] left");
        let mut predicted = gold.clone();
        let entities = predicted.entities.as_mut().unwrap();
        entities.push(entities[0].clone());
        assert_eq!(
            counts(&gold, &predicted, &Options::default()),
            [("PERSON".to_owned(), [1.0; 3])]
        );
        let both = counts(&predicted, &predicted, &Options::default());
        assert_eq!(both, [("PERSON".to_owned(), [1.0; 3])]);
    }

    #[test]
    fn labels_are_merged_on_both_sides_and_then_chosen() {
        let gold = with_entities("[LOC Ruritania] and [COUNTRY Narnia], says [PERSON Lund]");
        let predicted = with_entities("[COUNTRY Ruritania] and [LOC Narnia], says Lund");
        let mut options = Options::default();
        options.merge.insert("COUNTRY".to_owned(), "LOC".to_owned());
        let merged = counts(&gold, &predicted, &options);
        assert_eq!(
            merged,
            [
                ("LOC".to_owned(), [2.0; 3]),
                ("PERSON".to_owned(), [0.0, 0.0, 1.0])
            ]
        );
        options.labels = Some(BTreeSet::from(["LOC".to_owned()]));
        assert_eq!(
            counts(&gold, &predicted, &options),
            [("LOC".to_owned(), [2.0; 3])]
        );
    }

    #[test]
    fn a_document_without_the_layer_is_not_scored() {
        let predicted = with_entities("[PERSON Lund] left");
        let gold = Annotation {
            entities: None,
            ..predicted.clone()
        };
        assert_eq!(Entities.count(&gold, &predicted, &Options::default()), None);
    }
}
