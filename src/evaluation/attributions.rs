//! Attributions: source, cue and content, each as the set of its spans in a document, of where they start, or of the
//! words under them. Which source belongs to which content is judged in `links`.

use super::assignment::Typed;
use super::{Averages, Counts, Metric, Options, Profile, Tally};
use crate::annotation::{Annotation, Attribution};
use crate::labels::ROLES;
use crate::span::Span;
use crate::text::{Segments, segment};
use std::collections::BTreeSet;

/// Exact fragments per role; a fragment that several attributions share counts once.
pub(super) struct Exact;

/// Starts of fragments per role, wherever they end.
pub(super) struct Begin;

/// Words per role: the partly right fragment gets the credit of its words.
pub(super) struct Overlap;

impl Metric for Exact {
    fn profile(&self) -> Profile {
        Profile {
            name: "attributions",
            about: "attributions, exact fragments",
            averages: Averages::Labelled,
        }
    }

    fn predicts(&self, predicted: &Annotation) -> bool {
        predicted.attributions.is_some()
    }

    fn count(&self, gold: &Annotation, predicted: &Annotation, _: &Options) -> Option<Tally> {
        count(gold, predicted, |spans| spans.collect())
    }
}

impl Metric for Begin {
    fn profile(&self) -> Profile {
        Profile {
            name: "attributions.begin",
            about: "attributions, starts of fragments",
            averages: Averages::Labelled,
        }
    }

    fn predicts(&self, predicted: &Annotation) -> bool {
        predicted.attributions.is_some()
    }

    fn count(&self, gold: &Annotation, predicted: &Annotation, _: &Options) -> Option<Tally> {
        count(gold, predicted, |spans| spans.map(|span| span.start).collect())
    }
}

impl Metric for Overlap {
    fn profile(&self) -> Profile {
        Profile {
            name: "attributions.overlap",
            about: "attributions, words",
            averages: Averages::Labelled,
        }
    }

    fn predicts(&self, predicted: &Annotation) -> bool {
        predicted.attributions.is_some()
    }

    fn count(&self, gold: &Annotation, predicted: &Annotation, _: &Options) -> Option<Tally> {
        gold.attributions.as_ref()?;
        let segments = segment(&gold.text);
        count(gold, predicted, |spans| {
            spans.flat_map(|span| words(&segments, span)).collect()
        })
    }
}

/// Compares, per role, the units that `units` makes of its fragments.
fn count<T: Ord>(
    gold: &Annotation,
    predicted: &Annotation,
    units: impl Fn(&mut dyn Iterator<Item = Span>) -> BTreeSet<T>,
) -> Option<Tally> {
    let gold = gold.attributions.as_ref()?;
    let predicted = predicted.attributions.as_deref().unwrap_or_default();
    let mut tally = Tally::default();
    for (role, name) in ROLES.iter().enumerate() {
        let side = |list: &[Attribution]| units(&mut list.iter().flat_map(|a| of_role(a, role)).copied());
        *tally.class(name) = Counts::of_sets(&side(gold), &side(predicted));
    }
    Some(tally)
}

/// The fragments of a role, by its place in [`ROLES`].
fn of_role(attribution: &Attribution, role: usize) -> &[Span] {
    match role {
        crate::labels::SOURCE => &attribution.source,
        crate::labels::CUE => &attribution.cue,
        _ => &attribution.content,
    }
}

/// The fragments of an attribution, each with its role.
pub(super) fn fragments(attribution: &Attribution) -> impl Iterator<Item = Typed<'static>> {
    (ROLES.into_iter().enumerate()).flat_map(|(role, label)| {
        let spans = of_role(attribution, role).iter();
        spans.map(move |span| Typed { span: *span, label })
    })
}

/// The words that a span touches.
fn words(segments: &Segments, span: Span) -> impl Iterator<Item = Span> + '_ {
    let first = segments.words.partition_point(|word| word.end <= span.start);
    segments.words[first..]
        .iter()
        .copied()
        .take_while(move |word| word.start < span.end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::fixtures::at;

    const TEXT: &str = "“We will go,” said Ida Lund on Friday, “and return.”";

    fn annotation(attributions: &[(&str, &str, &[&str])]) -> Annotation {
        let fragments = |text: &str| {
            if text.is_empty() {
                vec![]
            } else {
                vec![at(TEXT, text)]
            }
        };
        let attributions = attributions.iter().map(|(source, cue, content)| Attribution {
            source: fragments(source),
            cue: fragments(cue),
            content: content.iter().map(|c| at(TEXT, c)).collect(),
            score: None,
        });
        Annotation {
            text: TEXT.to_owned(),
            attributions: Some(attributions.collect()),
            ..Annotation::default()
        }
    }

    /// Hits, predicted and gold for SOURCE, CUE, CONTENT.
    fn counts(metric: &dyn Metric, gold: &Annotation, predicted: &Annotation) -> [[f64; 3]; 3] {
        let mut tally = metric.count(gold, predicted, &Options::default()).unwrap();
        ROLES.map(|role| {
            let counts = *tally.class(role);
            [counts.recall.hits, counts.precision.of, counts.recall.of]
        })
    }

    #[test]
    fn cases_by_hand() {
        let gold = annotation(&[("Ida Lund", "said", &["“We will go,”", "“and return.”"])]);
        let same = annotation(&[
            ("Ida Lund", "said", &["“We will go,”"]),
            ("Ida Lund", "said", &["“and return.”"]),
        ]);
        let short = annotation(&[("Lund", "said", &["We will go"])]);
        let cut = annotation(&[("Ida", "said", &["“We will", "“and"])]);
        let none = annotation(&[]);
        type Case<'a> = (&'a dyn Metric, &'a Annotation, [[f64; 3]; 3]);
        let cases: [Case<'_>; 8] = [
            // A source and a cue that two attributions share count once.
            (&Exact, &same, [[1.0, 1.0, 1.0], [1.0, 1.0, 1.0], [2.0, 2.0, 2.0]]),
            (
                &Exact,
                &short,
                [[0.0, 1.0, 1.0], [1.0, 1.0, 1.0], [0.0, 1.0, 2.0]],
            ),
            (&Exact, &none, [[0.0, 0.0, 1.0], [0.0, 0.0, 1.0], [0.0, 0.0, 2.0]]),
            // “Ida Lund” and “Lund” start elsewhere, and so does what is in the marks.
            (
                &Begin,
                &short,
                [[0.0, 1.0, 1.0], [1.0, 1.0, 1.0], [0.0, 1.0, 2.0]],
            ),
            (&Begin, &cut, [[1.0, 1.0, 1.0], [1.0, 1.0, 1.0], [2.0, 2.0, 2.0]]),
            // Words and marks: “ We will go , ” is 6, “ and return . ” is 5. The comma after “go” only touches.
            (
                &Overlap,
                &same,
                [[2.0, 2.0, 2.0], [1.0, 1.0, 1.0], [11.0, 11.0, 11.0]],
            ),
            (
                &Overlap,
                &short,
                [[1.0, 1.0, 2.0], [1.0, 1.0, 1.0], [3.0, 3.0, 11.0]],
            ),
            (
                &Overlap,
                &none,
                [[0.0, 0.0, 2.0], [0.0, 0.0, 1.0], [0.0, 0.0, 11.0]],
            ),
        ];
        for (metric, predicted, expected) in cases {
            let name = metric.profile().name;
            assert_eq!(counts(metric, &gold, predicted), expected, "{name} {predicted:?}");
        }
    }

    #[test]
    fn a_document_without_the_layer_is_not_scored() {
        let gold = Annotation::default();
        for metric in [&Exact as &dyn Metric, &Begin, &Overlap] {
            assert_eq!(metric.count(&gold, &annotation(&[]), &Options::default()), None);
        }
    }
}
