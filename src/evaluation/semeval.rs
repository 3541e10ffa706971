//! Entities by the lenient schemes of SemEval-2013 task 9.1: exact boundary, partial boundary and type. Each gold entity
//! stands for one prediction at most, and the other way round, in the matching that gives the most credit. Precision is
//! counted under the predicted label and recall under the gold one, so that the labels add up to the whole.

use super::assignment::{Typed, assign};
use super::{Averages, Metric, Options, Profile, Tally, entities};
use crate::annotation::Annotation;

/// Credit of a full match.
const FULL: u8 = 2;
/// Credit of half a match.
const HALF: u8 = 1;

/// A scheme: what a pair of gold entity and prediction is worth.
pub(super) struct Scheme {
    name: &'static str,
    about: &'static str,
    credit: fn(Typed<'_>, Typed<'_>) -> u8,
    /// Whether it is kept which label was taken for which.
    confusion: bool,
}

/// The span must be right.
pub(super) const EXACT: Scheme = Scheme {
    name: "entities.exact",
    about: "entities, exact span whatever the label",
    credit: |gold, predicted| if gold.span == predicted.span { FULL } else { 0 },
    confusion: false,
};

/// An overlap counts half.
pub(super) const PARTIAL: Scheme = Scheme {
    name: "entities.partial",
    about: "entities, span whatever the label, half for an overlap",
    credit: |gold, predicted| match gold.span.overlaps(predicted.span) {
        true if gold.span == predicted.span => FULL,
        true => HALF,
        false => 0,
    },
    confusion: true,
};

/// The label must be right, and the span overlap.
pub(super) const TYPE: Scheme = Scheme {
    name: "entities.type",
    about: "entities, label of overlapping spans",
    credit: |gold, predicted| {
        if gold.label == predicted.label && gold.span.overlaps(predicted.span) {
            FULL
        } else {
            0
        }
    },
    confusion: false,
};

impl Metric for Scheme {
    fn profile(&self) -> Profile {
        Profile {
            name: self.name,
            about: self.about,
            averages: Averages::Labelled,
        }
    }

    fn predicts(&self, predicted: &Annotation) -> bool {
        predicted.entities.is_some()
    }

    fn count(&self, gold: &Annotation, predicted: &Annotation, options: &Options) -> Option<Tally> {
        let gold = entities::typed(gold.entities.as_ref()?, options);
        let predicted = entities::typed(predicted.entities.as_deref().unwrap_or_default(), options);
        let mut tally = Tally::default();
        for unit in &gold {
            tally.class(unit.label).recall.of += 1.0;
        }
        for unit in &predicted {
            tally.class(unit.label).precision.of += 1.0;
        }
        let mut found = vec![None; gold.len()];
        for (g, p) in assign(&gold, &predicted, self.credit) {
            let (gold, predicted) = (gold[g], predicted[p]);
            found[g] = Some(predicted.label.to_owned());
            let credit = f64::from((self.credit)(gold, predicted)) / f64::from(FULL);
            tally.class(gold.label).recall.hits += credit;
            tally.class(predicted.label).precision.hits += credit;
        }
        if self.confusion {
            for (gold, found) in gold.iter().zip(found) {
                *tally.confusion.entry((gold.label.to_owned(), found)).or_default() += 1;
            }
        }
        Some(tally)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::annotation::Entity;
    use crate::evaluation::fixtures::with_entities;
    use crate::span::Span;

    /// Hits of precision, hits of recall, predicted, gold, over all labels.
    fn counts(scheme: &Scheme, gold: &Annotation, predicted: &Annotation) -> [f64; 4] {
        let tally = scheme.count(gold, predicted, &Options::default()).unwrap();
        tally.classes.values().fold([0.0; 4], |[a, b, c, d], counts| {
            let (p, r) = (counts.precision, counts.recall);
            [a + p.hits, b + r.hits, c + p.of, d + r.of]
        })
    }

    #[test]
    fn cases_by_hand() {
        // Gold and prediction; credit by the exact, partial and type scheme; predicted; gold.
        let cases = [
            (
                "[PER Ida Lund] left",
                "[PER Ida Lund] left",
                [1.0, 1.0, 1.0],
                1.0,
                1.0,
            ),
            (
                "[PER Ida Lund] left",
                "[ORG Ida Lund] left",
                [1.0, 1.0, 0.0],
                1.0,
                1.0,
            ),
            (
                "[PER Ida Lund] left",
                "Ida [PER Lund] left",
                [0.0, 0.5, 1.0],
                1.0,
                1.0,
            ),
            (
                "[PER Ida Lund] left",
                "Ida [ORG Lund] left",
                [0.0, 0.5, 0.0],
                1.0,
                1.0,
            ),
            // Two predictions in one gold entity: one of them is matched.
            (
                "[PER John Jones] left",
                "[PER John] [PER Jones] left",
                [0.0, 0.5, 1.0],
                2.0,
                1.0,
            ),
            (
                "[PER John] [PER Jones] left",
                "[PER John Jones] left",
                [0.0, 0.5, 1.0],
                1.0,
                2.0,
            ),
            // Touching is not overlapping.
            ("[LOC Ost]West", "Ost[LOC West]", [0.0, 0.0, 0.0], 1.0, 1.0),
            // A gold document in which there is nothing.
            ("Nobody left", "[PER Nobody] left", [0.0, 0.0, 0.0], 1.0, 0.0),
            ("[PER Lund] left", "Lund left", [0.0, 0.0, 0.0], 0.0, 1.0),
            // Characters of several bytes.
            ("👩‍👩‍👧 [LOC Ålby]!", "👩‍👩‍👧 [LOC Ålby]!", [1.0, 1.0, 1.0], 1.0, 1.0),
        ];
        for (gold, predicted, credits, predictions, golds) in cases {
            let (gold, predicted) = (with_entities(gold), with_entities(predicted));
            for (scheme, credit) in [EXACT, PARTIAL, TYPE].iter().zip(credits) {
                assert_eq!(
                    counts(scheme, &gold, &predicted),
                    [credit, credit, predictions, golds],
                    "{} {:?}",
                    scheme.name,
                    predicted.entities
                );
            }
        }
    }

    /// Labels by their first letter at spans of one text.
    fn at(spans: &[(usize, usize, &str)]) -> Annotation {
        let entity = |&(start, end, label): &(usize, usize, &str)| Entity {
            span: Span::new(start, end),
            label: label.to_owned(),
            score: None,
            country: None,
            ..Entity::default()
        };
        Annotation {
            entities: Some(spans.iter().map(entity).collect()),
            ..Annotation::default()
        }
    }

    #[test]
    fn the_order_of_the_lists_does_not_matter() {
        let gold = at(&[(0, 9, "PER")]);
        for predicted in [
            at(&[(0, 4, "PER"), (0, 9, "PER")]),
            at(&[(0, 9, "PER"), (0, 4, "PER")]),
        ] {
            for scheme in [EXACT, PARTIAL, TYPE] {
                assert_eq!(counts(&scheme, &gold, &predicted), [1.0, 1.0, 2.0, 1.0]);
            }
        }
    }

    #[test]
    fn nested_entities_find_their_own() {
        let gold = at(&[(0, 20, "ORG"), (5, 10, "LOC")]);
        let predicted = at(&[(5, 10, "LOC"), (0, 18, "ORG")]);
        assert_eq!(counts(&EXACT, &gold, &predicted), [1.0, 1.0, 2.0, 2.0]);
        assert_eq!(counts(&PARTIAL, &gold, &predicted), [1.5, 1.5, 2.0, 2.0]);
        assert_eq!(counts(&TYPE, &gold, &predicted), [2.0, 2.0, 2.0, 2.0]);
    }

    #[test]
    fn labels_add_up_to_the_whole() {
        let gold = with_entities("[PER Ida Lund] of [ORG Nord]");
        let predicted = with_entities("[ORG Ida Lund] of [ORG Nord]");
        let tally = EXACT.count(&gold, &predicted, &Options::default()).unwrap();
        let (org, per) = (tally.classes["ORG"], tally.classes["PER"]);
        assert_eq!(
            [
                org.precision.hits,
                org.precision.of,
                org.recall.hits,
                org.recall.of
            ],
            [2.0, 2.0, 1.0, 1.0]
        );
        assert_eq!(
            [
                per.precision.hits,
                per.precision.of,
                per.recall.hits,
                per.recall.of
            ],
            [0.0, 0.0, 1.0, 1.0]
        );
    }

    #[test]
    fn labels_are_taken_for_others_where_spans_overlap() {
        let gold = with_entities("[PER Ida Lund] of [ORG Nord] in [LOC Ålby]");
        let predicted = with_entities("[PER Ida] Lund of [LOC Nord] in Ålby");
        let options = Options::default();
        let tally = PARTIAL.count(&gold, &predicted, &options).unwrap();
        let confusion: Vec<_> = (tally.confusion.iter())
            .map(|((gold, found), number)| (gold.as_str(), found.as_deref(), *number))
            .collect();
        assert_eq!(
            confusion,
            [("LOC", None, 1), ("ORG", Some("LOC"), 1), ("PER", Some("PER"), 1)]
        );
        assert!(
            EXACT
                .count(&gold, &predicted, &options)
                .unwrap()
                .confusion
                .is_empty()
        );
    }

    #[test]
    fn a_span_listed_twice_counts_once() {
        let gold = at(&[(0, 4, "PER"), (0, 4, "PER")]);
        for scheme in [EXACT, PARTIAL, TYPE] {
            assert_eq!(counts(&scheme, &gold, &gold), [1.0; 4]);
        }
    }
}
