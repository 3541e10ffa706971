//! What gold and predictions must not hold, because it could be counted in more than one way: duplicates, overlaps,
//! labels that gold does not have.

use super::{EvaluationError, Options, Side};
use crate::annotation::{Annotation, Entity};
use std::collections::BTreeSet;

/// What is let pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Allow {
    /// Entities that share characters; each is scored.
    pub overlaps: bool,
    /// Entities that are listed twice; they count once.
    pub duplicates: bool,
    /// Labels that only the predictions have; each is wrong.
    pub labels: bool,
}

/// Looks through annotations for entities that cannot be scored without a choice.
pub struct Check<'a> {
    options: &'a Options,
    allow: Allow,
    /// Labels of gold after merging; `None` where no gold document has entities.
    known: Option<BTreeSet<&'a str>>,
}

impl<'a> Check<'a> {
    /// Looks through gold, and keeps its labels.
    ///
    /// # Errors
    /// The first entity that is listed twice, or overlaps another.
    pub fn new(gold: &'a [Annotation], options: &'a Options, allow: Allow) -> Result<Self, EvaluationError> {
        for annotation in gold {
            spans(Side::Gold, annotation, allow)?;
        }
        let entities = || gold.iter().flat_map(|a| a.entities.iter().flatten());
        let labels = || entities().map(|entity| merged(entity, options)).collect();
        Ok(Self {
            options,
            allow,
            known: gold.iter().any(|a| a.entities.is_some()).then(labels),
        })
    }

    /// Looks through a prediction.
    ///
    /// # Errors
    /// The first entity that is listed twice, overlaps another, or has a label that gold does not have.
    pub fn predicted(&self, annotation: &Annotation) -> Result<(), EvaluationError> {
        spans(Side::Predictions, annotation, self.allow)?;
        let Some(known) = self.known.as_ref().filter(|_| !self.allow.labels) else {
            return Ok(());
        };
        let counts = |label: &str| {
            self.options
                .labels
                .as_ref()
                .is_none_or(|labels| labels.contains(label))
        };
        let strange = annotation.entities.iter().flatten().find(|entity| {
            let label = merged(entity, self.options);
            counts(label) && !known.contains(label)
        });
        match strange {
            None => Ok(()),
            Some(entity) => Err(EvaluationError::Label {
                id: annotation.id.clone(),
                entity: described(annotation, entity),
                known: match known.len() {
                    0 => "no entities".to_owned(),
                    _ => known.iter().copied().collect::<Vec<_>>().join(", "),
                },
            }),
        }
    }
}

fn merged<'a>(entity: &'a Entity, options: &'a Options) -> &'a str {
    options.merge.get(&entity.label).unwrap_or(&entity.label)
}

fn spans(side: Side, annotation: &Annotation, allow: Allow) -> Result<(), EvaluationError> {
    let mut entities: Vec<&Entity> = annotation.entities.iter().flatten().collect();
    entities.sort_by(|a, b| (a.span, &a.label).cmp(&(b.span, &b.label)));
    let same = |a: &Entity, b: &Entity| a.span == b.span && a.label == b.label;
    if !allow.duplicates
        && let Some(pair) = entities.windows(2).find(|pair| same(pair[0], pair[1]))
    {
        return Err(EvaluationError::Twice {
            side,
            id: annotation.id.clone(),
            entity: described(annotation, pair[0]),
        });
    }
    entities.dedup_by(|a, b| same(a, b));
    // Of spans in order, one that overlaps any earlier one overlaps the one that reaches farthest.
    let mut farthest: Option<&Entity> = None;
    for entity in entities {
        match farthest {
            Some(last) if !allow.overlaps && last.span.overlaps(entity.span) => {
                return Err(EvaluationError::Overlap {
                    side,
                    id: annotation.id.clone(),
                    first: described(annotation, last),
                    second: described(annotation, entity),
                });
            }
            Some(last) if last.span.end >= entity.span.end => {}
            _ => farthest = Some(entity),
        }
    }
    Ok(())
}

/// An entity for a message, with its place in code points.
fn described(annotation: &Annotation, entity: &Entity) -> String {
    let characters = |to: usize| annotation.text.get(..to).map_or(0, |t| t.chars().count());
    format!(
        "{} {:?} at {}..{}",
        entity.label,
        entity.span.of(&annotation.text),
        characters(entity.span.start),
        characters(entity.span.end)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::fixtures::with_entities;
    use crate::span::Span;

    fn with(base: &Annotation, start: usize, end: usize, label: &str) -> Annotation {
        let mut annotation = base.clone();
        annotation.entities.as_mut().unwrap().push(Entity {
            span: Span::new(start, end),
            label: label.to_owned(),
            score: None,
            country: None,
            ..Entity::default()
        });
        annotation
    }

    fn look(
        gold: &Annotation,
        predicted: &Annotation,
        options: &Options,
        allow: Allow,
    ) -> Result<(), EvaluationError> {
        Check::new(std::slice::from_ref(gold), options, allow)?.predicted(predicted)
    }

    #[test]
    fn what_could_be_counted_in_two_ways_is_an_error() {
        let gold = with_entities("é [PERSON Ida Lund] left [LOC Oslo]");
        let all = Allow {
            overlaps: true,
            duplicates: true,
            labels: true,
        };
        let cases = [
            (gold.clone(), Allow::default(), None),
            (
                with(&gold, 3, 11, "PERSON"),
                Allow::default(),
                Some("predictions, article \"a\": PERSON \"Ida Lund\" at 2..10 is listed twice"),
            ),
            (
                with(&gold, 3, 6, "PERSON"),
                Allow::default(),
                Some(
                    "predictions, article \"a\": PERSON \"Ida\" at 2..5 and PERSON \"Ida Lund\" at 2..10 overlap",
                ),
            ),
            // Another label over the same span is an overlap, touching is not.
            (
                with(&gold, 3, 11, "LOC"),
                Allow::default(),
                Some(
                    "predictions, article \"a\": LOC \"Ida Lund\" at 2..10 and PERSON \"Ida Lund\" at 2..10 overlap",
                ),
            ),
            (with(&gold, 11, 12, "LOC"), Allow::default(), None),
            (
                with(&gold, 12, 16, "GPE"),
                Allow::default(),
                Some(
                    "predictions, article \"a\": the label of GPE \"left\" at 11..15 occurs nowhere in gold, which \
                     has LOC, PERSON",
                ),
            ),
            (with(&gold, 12, 16, "GPE"), all, None),
            (with(&gold, 3, 11, "PERSON"), all, None),
            (with(&gold, 3, 6, "PERSON"), all, None),
        ];
        for (predicted, allow, expected) in cases {
            let found = look(&gold, &predicted, &Options::default(), allow);
            assert_eq!(found.err().map(|e| e.to_string()).as_deref(), expected);
        }
        let nested = with(&gold, 3, 6, "PERSON");
        let message = look(&nested, &gold, &Options::default(), Allow::default()).unwrap_err();
        assert!(message.to_string().starts_with("gold, article"), "{message}");
    }

    #[test]
    fn merged_labels_are_known_and_labels_that_do_not_count_may_be_anything() {
        let gold = with_entities("[LOC Oslo] fell");
        let predicted = with_entities("[GPE Oslo] fell");
        let merge = Options {
            merge: [("GPE".to_owned(), "LOC".to_owned())].into(),
            ..Options::default()
        };
        let chosen = Options {
            labels: Some(["LOC".to_owned()].into()),
            ..Options::default()
        };
        for (options, right) in [(merge, true), (chosen, true), (Options::default(), false)] {
            let found = look(&gold, &predicted, &options, Allow::default());
            assert_eq!(found.is_ok(), right, "{options:?}");
        }
    }
}
