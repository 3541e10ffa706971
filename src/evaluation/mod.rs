//! Evaluation: predictions held against gold, both [`Annotation`]s. One file per metric, one list of metrics; what is
//! counted once per document is added up, averaged and resampled by the same code for all of them.

mod attributions;
mod bootstrap;
mod check_worthiness;
mod claim_types;
mod countries;
mod counts;
mod entities;
mod error;
#[cfg(test)]
mod fixtures;
mod matching;
mod output;
mod pairs;
mod report;
mod speakers;
mod sums;

pub use bootstrap::{Bootstrap, CONFIDENCE, Interval};
pub use counts::{Counts, Ratio, Tally};
pub use error::{EvaluationError, Side};
pub use output::{OUTPUTS, Output};
pub use report::{Confusion, Figure, Report, Section};

use crate::annotation::Annotation;
use pairs::{Pair, Pairs};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use sums::Sums;

/// All metrics, in the order in which reports show them.
pub const METRICS: &[&dyn Metric] = &[
    &entities::Entities,
    &attributions::Exact,
    &attributions::Overlap,
    &claim_types::ClaimTypes,
    &check_worthiness::CheckWorthiness,
    &speakers::Speakers,
    &countries::Countries,
];

/// Something that predictions are scored on.
pub trait Metric: Sync {
    /// What it is.
    fn profile(&self) -> Profile;

    /// Whether a prediction has the layer that is scored, be it empty.
    fn predicts(&self, predicted: &Annotation) -> bool;

    /// Counts one document; `None` where its gold is not annotated for this.
    fn count(&self, gold: &Annotation, predicted: &Annotation, options: &Options) -> Option<Tally>;
}

/// What a metric is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Profile {
    /// First part of the names of its figures.
    pub name: &'static str,
    /// What is counted.
    pub about: &'static str,
    /// Which averages of its classes make sense.
    pub averages: Averages,
}

/// Which averages of a metric's classes make sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Averages {
    /// Units that have a label: micro, per class and macro.
    Labelled,
    /// Each unit has exactly one of the classes, so that micro would repeat the accuracy: per class and macro.
    Exclusive,
    /// One class only.
    Single,
}

/// What to score, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Entity labels that count as another one, in gold and prediction.
    pub merge: BTreeMap<String, String>,
    /// Entity labels that count, after merging; all where `None`.
    pub labels: Option<BTreeSet<String>>,
    /// Probability from which a sentence is predicted to be worth fact-checking.
    pub threshold: f32,
    /// How intervals are drawn.
    pub bootstrap: Bootstrap,
    /// Pass over documents that only one side has.
    pub ignore_missing: bool,
    /// Pass over documents whose text differs between gold and prediction.
    pub ignore_differing: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            merge: BTreeMap::new(),
            labels: None,
            threshold: 0.5,
            bootstrap: Bootstrap::default(),
            ignore_missing: false,
            ignore_differing: false,
        }
    }
}

/// Scores predictions against gold. Documents are matched by id; a layer that a gold document lacks is not scored in it.
///
/// ```
/// use dixit::evaluation::{Options, evaluate};
/// use dixit::formats::parse_record;
///
/// let gold = parse_record(
///     r#"{"id": "a", "text": "Ida Lund left Oslo.", "entities": [
///         {"start": 0, "end": 8, "label": "PERSON"}, {"start": 14, "end": 18, "label": "LOC"}]}"#,
/// )?;
/// let predicted = parse_record(
///     r#"{"id": "a", "text": "Ida Lund left Oslo.", "entities": [
///         {"start": 0, "end": 8, "label": "PERSON"}, {"start": 14, "end": 18, "label": "ORG"}]}"#,
/// )?;
/// let report = evaluate(&[gold], &[predicted], &Options::default())?;
/// assert_eq!(report.figures()["entities.f1"], 0.5);
/// assert_eq!(report.figures()["entities.PERSON.f1"], 1.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Documents that do not match: see [`EvaluationError`].
pub fn evaluate(
    gold: &[Annotation],
    predicted: &[Annotation],
    options: &Options,
) -> Result<Report, EvaluationError> {
    let Pairs { pairs, mut notes } = pairs::pairs(gold, predicted, options)?;
    let labels = gold
        .iter()
        .chain(predicted)
        .flat_map(|a| a.entities.iter().flatten());
    notes.extend(report::unknown_labels(labels.map(|e| e.label.as_str()), options));
    let mut sections = Vec::new();
    for &metric in METRICS {
        let tallies = count(metric, &pairs, options);
        if tallies.is_empty() {
            continue;
        }
        let profile = metric.profile();
        if pairs.iter().any(|pair| metric.predicts(pair.predicted)) {
            sections.push(section(profile, &tallies, options));
        } else {
            notes.push(format!("{}: in gold, but not in any prediction", profile.name));
        }
    }
    Ok(Report {
        documents: pairs.len(),
        confidence: CONFIDENCE,
        draws: options.bootstrap.draws,
        seed: options.bootstrap.seed,
        sections,
        notes,
    })
}

/// Counts of the documents whose gold is annotated for a metric.
fn count(metric: &dyn Metric, pairs: &[Pair<'_>], options: &Options) -> Vec<Tally> {
    pairs
        .par_iter()
        .filter_map(|pair| metric.count(pair.gold, pair.predicted, options))
        .collect()
}

fn section(profile: Profile, tallies: &[Tally], options: &Options) -> Section {
    let sums = Sums::new(tallies, profile.averages);
    let intervals = options
        .bootstrap
        .intervals(sums.documents(), sums.definitions().len(), |weights| {
            sums.values(weights)
        });
    let values = sums.values(&vec![1; sums.documents()]);
    let figures = sums
        .definitions()
        .iter()
        .zip(values)
        .zip(intervals)
        .zip(sums.support())
        .map(|(((definition, value), interval), support)| {
            let (class, measure) = sums.name(*definition);
            Figure {
                name: [Some(profile.name), class, Some(measure)]
                    .into_iter()
                    .flatten()
                    .collect::<Vec<_>>()
                    .join("."),
                class: class.map(str::to_owned),
                measure,
                value,
                interval,
                support,
            }
        })
        .collect();
    Section {
        metric: profile.name,
        about: profile.about,
        documents: sums.documents(),
        figures,
        confusion: Confusion::of(tallies),
    }
}

#[cfg(test)]
mod tests;
