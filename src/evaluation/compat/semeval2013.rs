//! SemEval-2013 task 9.1: strict, exact, partial and type scenarios of correct, incorrect, partial, missed and spurious
//! spans, laid out as nervaluate does. Gold and predicted spans are matched one to one so that as many as possible are
//! correct, and then as many as possible matched at all: the order in which they are listed does not matter.
//!
//! I. Segura-Bedmar, P. Martínez, M. Herrero-Zazo, "SemEval-2013 Task 9" (2013), section 3.

use super::super::assignment::{Typed, assign};
use super::corpus::Corpus;
use super::nervaluate;
use super::ratios::harmonic;
use super::{CompatError, Scheme, Scores};
use crate::formats::{Chunk, chunks};
use crate::span::Span;
use std::collections::BTreeSet;
use std::fmt::Write;

/// Share of a gold span, in per cent, from which an overlap counts.
const MIN_OVERLAP: f64 = 1.0;

/// What makes a matched prediction right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scenario {
    /// Any overlap, same label.
    Type,
    /// Same span.
    Exact,
    /// Same span; half of it for any overlap.
    Partial,
    /// Same span and label.
    Strict,
}

/// The scenarios in the order in which nervaluate prints them, with its names for them.
pub(super) const SCENARIOS: [(&str, Scenario); 4] = [
    ("ent_type", Scenario::Type),
    ("exact", Scenario::Exact),
    ("partial", Scenario::Partial),
    ("strict", Scenario::Strict),
];

/// Spans that may be matched with each other: those of a document, or of a sentence.
#[derive(Clone, Debug, Default)]
pub(super) struct Instance {
    pub(super) gold: Vec<Chunk>,
    pub(super) predicted: Vec<Chunk>,
}

impl Instance {
    /// Only the spans of one label.
    pub(super) fn of(&self, label: &str) -> Self {
        let only = |spans: &[Chunk]| spans.iter().filter(|c| c.label == label).cloned().collect();
        Self {
            gold: only(&self.gold),
            predicted: only(&self.predicted),
        }
    }
}

/// The five outcomes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Outcomes {
    pub(super) correct: u64,
    pub(super) incorrect: u64,
    pub(super) partial: u64,
    pub(super) missed: u64,
    pub(super) spurious: u64,
}

impl Outcomes {
    fn add(&mut self, other: Self) {
        self.correct += other.correct;
        self.incorrect += other.incorrect;
        self.partial += other.partial;
        self.missed += other.missed;
        self.spurious += other.spurious;
    }

    /// Counts of one after another.
    pub(super) fn of(
        instances: &[Instance],
        scenario: Scenario,
        count: fn(&Instance, Scenario) -> Self,
    ) -> Self {
        let mut sum = Self::default();
        for instance in instances {
            sum.add(count(instance, scenario));
        }
        sum
    }

    /// Precision, recall, F1; 0 where there is nothing to divide by.
    pub(super) fn figures(&self) -> [f64; 3] {
        let matched = self.correct + self.incorrect + self.partial;
        let credit = self.correct as f64 + 0.5 * self.partial as f64;
        let share = |of: u64| if of == 0 { 0.0 } else { credit / of as f64 };
        let (p, r) = (share(matched + self.spurious), share(matched + self.missed));
        [p, r, harmonic(p, r)]
    }
}

/// Whether a prediction covers enough of a gold span to be held against it.
pub(super) fn overlaps(gold: Span, predicted: Span) -> bool {
    let shared = gold.overlap(predicted);
    shared > 0 && shared as f64 / gold.len() as f64 * 100.0 >= MIN_OVERLAP
}

/// Whether a prediction that is held against a gold span is right.
pub(super) fn is_correct(gold: Typed<'_>, predicted: Typed<'_>, scenario: Scenario) -> bool {
    let span = gold.span == predicted.span;
    let label = gold.label == predicted.label;
    match scenario {
        Scenario::Strict => span && label,
        Scenario::Exact | Scenario::Partial => span,
        Scenario::Type => label,
    }
}

/// What a correct pair is worth: more than any number of others that it could stand in the way of.
const CORRECT: u8 = u8::MAX;
/// What any other pair is worth.
const MATCHED: u8 = 1;

/// Outcomes of the best matching; a span that is listed twice counts once.
pub(super) fn best(instance: &Instance, scenario: Scenario) -> Outcomes {
    let set = |spans: &[Chunk]| -> Vec<Chunk> {
        let set: BTreeSet<&Chunk> = spans.iter().collect();
        set.into_iter().cloned().collect()
    };
    let (gold, predicted) = (set(&instance.gold), set(&instance.predicted));
    let worth = |g: Typed<'_>, p: Typed<'_>| match overlaps(g.span, p.span) {
        true if is_correct(g, p, scenario) => CORRECT,
        true => MATCHED,
        false => 0,
    };
    let (gold, predicted) = (typed(&gold), typed(&predicted));
    let mut outcomes = Outcomes::default();
    for (g, p) in assign(&gold, &predicted, worth) {
        match scenario {
            _ if is_correct(gold[g], predicted[p], scenario) => outcomes.correct += 1,
            Scenario::Partial => outcomes.partial += 1,
            _ => outcomes.incorrect += 1,
        }
    }
    let matched = outcomes.correct + outcomes.partial + outcomes.incorrect;
    outcomes.missed = gold.len() as u64 - matched;
    outcomes.spurious = predicted.len() as u64 - matched;
    outcomes
}

/// The same spans for the matching, which does not care what they are counted in.
pub(super) fn typed(chunks: &[Chunk]) -> Vec<Typed<'_>> {
    let typed = chunks.iter().map(|chunk| Typed {
        span: Span::new(chunk.start, chunk.end),
        label: &chunk.label,
    });
    typed.collect()
}

pub(super) fn score(corpus: &Corpus, _: Option<Scheme>) -> Result<Scores, CompatError> {
    corpus.same_words()?;
    let instances = instances(corpus);
    let labels: BTreeSet<&str> = (instances.iter())
        .flat_map(|i| i.gold.iter().chain(&i.predicted))
        .map(|c| c.label.as_str())
        .collect();
    let mut scores = Scores::default();
    let mut rows = Vec::new();
    for (name, scenario) in SCENARIOS {
        let outcomes = Outcomes::of(&instances, scenario, best);
        rows.push((name, outcomes));
        scores.figures.extend(named(name, outcomes));
        if scenario == Scenario::Strict {
            scores.headline = outcomes.figures().map(Some);
        }
        let greedy = Outcomes::of(&instances, scenario, nervaluate::greedy);
        if greedy != outcomes {
            scores.notes.push(format!(
                "{name}: nervaluate has F1 {:.4} where the best matching has {:.4}; it lets the first prediction take \
                 a gold span that a later one fits better, or counts a span twice that is listed twice",
                greedy.figures()[2],
                outcomes.figures()[2]
            ));
        }
    }
    for label in labels {
        let of_label: Vec<Instance> = instances.iter().map(|i| i.of(label)).collect();
        for (name, scenario) in SCENARIOS {
            let outcomes = Outcomes::of(&of_label, scenario, best);
            scores.figures.extend(named(&format!("{label}.{name}"), outcomes));
        }
    }
    scores.text = table(&rows);
    Ok(scores)
}

/// Spans in code points where there are any, else in words, sentence by sentence.
fn instances(corpus: &Corpus) -> Vec<Instance> {
    let mut instances = Vec::new();
    for document in &corpus.documents {
        match &document.spans {
            Some([gold, predicted]) => instances.push(Instance {
                gold: gold.clone(),
                predicted: predicted.clone(),
            }),
            None => instances.extend(document.sentences.iter().map(|s| Instance {
                gold: chunks(&s.gold.tags),
                predicted: chunks(&s.predicted.tags),
            })),
        }
    }
    instances
}

fn named(prefix: &str, outcomes: Outcomes) -> Vec<(String, Option<f64>)> {
    let [precision, recall, f1] = outcomes.figures();
    [
        ("correct", outcomes.correct as f64),
        ("incorrect", outcomes.incorrect as f64),
        ("partial", outcomes.partial as f64),
        ("missed", outcomes.missed as f64),
        ("spurious", outcomes.spurious as f64),
        ("precision", precision),
        ("recall", recall),
        ("f1", f1),
    ]
    .map(|(name, value)| (format!("{prefix}.{name}"), Some(value)))
    .to_vec()
}

fn table(rows: &[(&str, Outcomes)]) -> String {
    let mut text = format!("Scenario: all\n\n{:>8} ", "");
    for head in [
        "correct",
        "incorrect",
        "partial",
        "missed",
        "spurious",
        "precision",
        "recall",
        "f1-score",
    ] {
        let _ = write!(text, " {head:>11}");
    }
    text.push_str("\n\n");
    for (name, o) in rows {
        let _ = write!(text, "{name:>8} ");
        for count in [o.correct, o.incorrect, o.partial, o.missed, o.spurious] {
            let _ = write!(text, " {count:>11}");
        }
        for figure in o.figures() {
            let _ = write!(text, " {figure:>11.2}");
        }
        text.push('\n');
    }
    text
}
