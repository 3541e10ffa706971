//! The entities that are wrong, one entry per mistake, by kind and by what they cost; the worst of them with their
//! context.

use super::Options;
use super::assignment::{Cluster, Typed, assign, clusters};
use super::entities::{label, typed};
use super::pairs::Pair;
use crate::annotation::{Annotation, Entity};
use crate::span::Span;
use serde::Serialize;
use std::cmp::{Ordering, Reverse};
use std::collections::BTreeMap;

/// Code points of context on either side of a mistake.
const CONTEXT: usize = 60;

/// How an entity can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ErrorKind {
    /// Overlapping span, same label.
    Boundary,
    /// Same or overlapping span, other label.
    Type,
    /// Nothing was predicted for a gold entity.
    Missed,
    /// Nothing in gold stands where an entity was predicted.
    Spurious,
    /// Several predictions for one gold entity.
    Split,
    /// One prediction for several gold entities.
    Merged,
}

impl ErrorKind {
    /// All kinds, in the order in which reports show them.
    pub const ALL: [Self; 6] = [
        Self::Boundary,
        Self::Type,
        Self::Missed,
        Self::Spurious,
        Self::Split,
        Self::Merged,
    ];

    /// Its name, as reports spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Boundary => "boundary",
            Self::Type => "type",
            Self::Missed => "missed",
            Self::Spurious => "spurious",
            Self::Split => "split",
            Self::Merged => "merged",
        }
    }
}

/// The entities that are wrong in all documents.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Errors {
    /// How many mistakes there are of each kind.
    pub kinds: BTreeMap<ErrorKind, u64>,
    /// The worst of them: by falling cost, then by falling score of what was predicted, then by place.
    pub worst: Vec<Mistake>,
    /// Texts of the documents of the worst, by id.
    #[serde(skip)]
    pub texts: BTreeMap<String, String>,
}

/// One mistake.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Mistake {
    /// What is wrong.
    pub kind: ErrorKind,
    /// What it takes away from strict precision and recall: wrong predictions and gold entities that were not found.
    pub cost: usize,
    /// Id of the document.
    pub document: String,
    /// The gold entities.
    pub gold: Vec<Mention>,
    /// The predictions.
    pub predicted: Vec<Mention>,
    /// Text before, on one line.
    pub before: String,
    /// Text from the first entity's start to the last one's end, on one line.
    pub text: String,
    /// Text after, on one line.
    pub after: String,
}

/// An entity of a mistake.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Mention {
    /// First code point.
    pub start: usize,
    /// One past the last code point.
    pub end: usize,
    /// Where that is in bytes.
    #[serde(skip)]
    pub span: Span,
    /// The label it counts under.
    pub label: String,
    /// The text under it.
    pub text: String,
    /// The score that was predicted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<f32>,
}

/// A mistake before it is shown.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Candidate {
    /// Place of the document in the gold.
    place: usize,
    kind: ErrorKind,
    gold: Vec<Wrong>,
    predicted: Vec<Wrong>,
}

/// An entity that is not right.
#[derive(Clone, Debug, PartialEq)]
struct Wrong {
    span: Span,
    label: String,
    score: Option<f32>,
}

impl Candidate {
    fn cost(&self) -> usize {
        self.gold.len() + self.predicted.len()
    }

    /// From the first start to the last end.
    fn cover(&self) -> Span {
        let spans = self.gold.iter().chain(&self.predicted).map(|wrong| wrong.span);
        spans.reduce(|a, b| a.cover(b)).unwrap_or(Span::new(0, 0))
    }

    /// Sorts the worst first.
    fn rank(&self) -> impl Ord + use<> {
        // Scores are not negative, so their bits are in their order.
        let score = self
            .predicted
            .iter()
            .filter_map(|wrong| wrong.score)
            .fold(0.0, f32::max);
        (
            Reverse(self.cost()),
            Reverse(score.to_bits()),
            self.place,
            self.cover(),
        )
    }
}

/// The mistakes found so far.
#[derive(Default)]
pub(super) struct Found {
    kinds: BTreeMap<ErrorKind, u64>,
    worst: Vec<Candidate>,
}

impl Found {
    /// Adds mistakes, and keeps as many as are to be listed.
    pub(super) fn extend(&mut self, candidates: impl Iterator<Item = Candidate>, listed: usize) {
        for candidate in candidates {
            *self.kinds.entry(candidate.kind).or_default() += 1;
            self.worst.push(candidate);
        }
        self.worst.sort_by_cached_key(Candidate::rank);
        self.worst.truncate(listed);
    }

    /// The mistakes with what is to be shown of them.
    pub(super) fn listed(self, gold: &[Annotation]) -> Errors {
        let mut texts = BTreeMap::new();
        let worst = self.worst.into_iter().map(|candidate| {
            let document = &gold[candidate.place];
            texts
                .entry(document.id.clone())
                .or_insert_with(|| document.text.clone());
            mistake(candidate, document)
        });
        Errors {
            worst: worst.collect(),
            kinds: self.kinds,
            texts,
        }
    }
}

/// The mistakes of one document.
pub(super) fn find<'a>(pair: &Pair<'a>, options: &'a Options) -> Vec<Candidate> {
    let Some(gold) = &pair.gold.entities else {
        return Vec::new();
    };
    let predictions = pair.predicted.entities.as_deref().unwrap_or_default();
    let right = (typed(gold, options), typed(predictions, options));
    let without = |list: &[Typed<'a>], other: &[Typed<'a>]| -> Vec<Typed<'a>> {
        let wrong = list.iter().filter(|unit| other.binary_search(unit).is_err());
        wrong.copied().collect()
    };
    let sides = Sides {
        place: pair.place,
        gold: without(&right.0, &right.1),
        predicted: without(&right.1, &right.0),
        predictions,
        options,
    };
    clusters(&sides.gold, &sides.predicted)
        .iter()
        .flat_map(|cluster| sides.mistakes(cluster))
        .collect()
}

/// The entities of one document that are not right.
struct Sides<'a> {
    place: usize,
    gold: Vec<Typed<'a>>,
    predicted: Vec<Typed<'a>>,
    /// All predictions, right or wrong, with their scores.
    predictions: &'a [Entity],
    options: &'a Options,
}

impl<'a> Sides<'a> {
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

    /// As many predictions as gold entities: each is taken for the one that it shares most with.
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
                .map(|p| wrong(self.predicted[*p], self.score(self.predicted[*p])))
                .collect(),
        }
    }

    fn score(&self, unit: Typed<'_>) -> Option<f32> {
        let mut same = (self.predictions.iter())
            .filter(|e| e.span == unit.span && label(e, self.options) == Some(unit.label));
        same.find_map(|e| e.score)
    }
}

/// A mistake with its texts.
fn mistake(candidate: Candidate, document: &Annotation) -> Mistake {
    let text = document.text.as_str();
    let cover = candidate.cover();
    let cost = candidate.cost();
    let before = Span::new(0, cover.start).of(text);
    let after = Span::new(cover.end, text.len()).of(text);
    let from = before
        .char_indices()
        .rev()
        .nth(CONTEXT - 1)
        .map_or(0, |(at, _)| at);
    let to = after
        .char_indices()
        .nth(CONTEXT)
        .map_or(after.len(), |(at, _)| at);
    let code_point = |byte: usize| Span::new(0, byte).of(text).chars().count();
    let mention = |wrong: Wrong| Mention {
        start: code_point(wrong.span.start),
        end: code_point(wrong.span.end),
        span: wrong.span,
        text: wrong.span.of(text).to_owned(),
        label: wrong.label,
        score: wrong.score,
    };
    Mistake {
        kind: candidate.kind,
        cost,
        document: document.id.clone(),
        gold: candidate.gold.into_iter().map(mention).collect(),
        predicted: candidate.predicted.into_iter().map(mention).collect(),
        before: one_line(&before[from..]),
        text: one_line(cover.of(text)),
        after: one_line(&after[..to]),
    }
}

/// Text with every run of white space as one space.
fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        match c.is_whitespace() {
            false => line.push(c),
            true if !line.ends_with(' ') => line.push(' '),
            true => {}
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::fixtures::with_entities;

    fn errors(gold: &Annotation, predicted: &Annotation, listed: usize) -> Errors {
        let pair = Pair {
            place: 0,
            gold,
            predicted,
        };
        let mut found = Found::default();
        found.extend(find(&pair, &Options::default()).into_iter(), listed);
        found.listed(std::slice::from_ref(gold))
    }

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
            let found = errors(&with_entities(gold), &with_entities(predicted), 9);
            let worst: Vec<_> = (found.worst.iter())
                .map(|m| (m.kind, m.cost, m.text.as_str()))
                .collect();
            assert_eq!(worst, expected, "{predicted}");
            assert_eq!(found.kinds.values().sum::<u64>() as usize, expected.len());
        }
    }

    #[test]
    fn the_worst_come_first_and_the_rest_is_counted() {
        let gold = with_entities("[PER Ida] [PER Lund] and [ORG Nord] and [LOC Ålby] and Olje");
        let mut predicted = with_entities("[PER Ida Lund] and [LOC Nord] and [ORG Ålby] and [ORG Olje]");
        let scores = [0.5, 0.6, 0.7, 0.99];
        for (entity, score) in predicted.entities.iter_mut().flatten().zip(scores) {
            entity.score = Some(score);
        }
        let found = errors(&gold, &predicted, 3);
        let worst: Vec<_> = found.worst.iter().map(|m| (m.cost, m.text.as_str())).collect();
        assert_eq!(worst, [(3, "Ida Lund"), (2, "Ålby"), (2, "Nord")]);
        assert_eq!(found.worst[1].predicted[0].score, Some(0.7));
        let kinds: Vec<_> = found.kinds.into_iter().collect();
        assert_eq!(
            kinds,
            [
                (ErrorKind::Type, 2),
                (ErrorKind::Spurious, 1),
                (ErrorKind::Merged, 1)
            ]
        );
    }

    #[test]
    fn context_is_on_one_line_and_offsets_are_code_points() {
        let long = "é".repeat(CONTEXT + 5);
        let gold = with_entities(&format!("{long} in\n\n [LOC Ålby]\tnow {long}"));
        let found = errors(&gold, &with_entities(&gold.text), 1);
        let mistake = &found.worst[0];
        assert_eq!(
            (mistake.gold[0].start, mistake.gold[0].end),
            (CONTEXT + 11, CONTEXT + 15)
        );
        assert_eq!(mistake.gold[0].text, "Ålby");
        assert!(
            mistake.before.starts_with('é') && mistake.before.ends_with("é in "),
            "{mistake:?}"
        );
        assert!(
            mistake.after.starts_with(" now é") && mistake.after.ends_with('é'),
            "{mistake:?}"
        );
        assert_eq!(found.texts.keys().collect::<Vec<_>>(), [&gold.id]);
    }
}
