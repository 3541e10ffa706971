//! Evaluation: predictions held against gold, both [`Annotation`]s. One file per metric, one list of metrics; what is
//! counted once per document is added up, averaged and resampled by the same code for all of them.

mod agreement;
mod assignment;
mod attributions;
mod bootstrap;
mod calibration;
mod ceiling;
mod check;
mod check_worthiness;
mod claim_types;
mod compare;
pub mod compat;
mod counted;
mod countries;
mod counts;
mod entities;
mod error;
mod errors;
mod fixture_set;
#[cfg(test)]
mod fixtures;
mod linearised;
mod links;
mod matching;
mod output;
mod pairs;
mod report;
mod scoring;
mod semeval;
mod speaker_records;
mod speakers;
mod studentised;
mod sums;
mod targets;
mod unitizing;

pub use agreement::{Agreement, Coefficient, Disagreement, agree};
pub use bootstrap::{Bootstrap, CONFIDENCE, Interval};
pub use ceiling::{Ceiling, ceilings};
pub use check::{Allow, Check};
pub use compare::{Comparison, Difference, Moved, compare};
pub use counts::{BINS, Bin, Counts, Ratio, Tally};
pub use error::{EvaluationError, Side};
pub use errors::{ErrorKind, Errors, Layer, LayerErrors, Mention, Mistake};
pub use fixture_set::{FixtureError, read_fixtures};
pub use output::{OUTPUTS, Output, SHEETS, Shown, show};
pub use report::{Confusion, Figure, Report, Section, Slice, Slicing, Step};
pub use scoring::{Evaluation, evaluate};

use crate::annotation::Annotation;
use std::collections::{BTreeMap, BTreeSet};

/// All metrics, in the order in which reports show them.
pub const METRICS: &[&dyn Metric] = &[
    &entities::Entities,
    &semeval::EXACT,
    &semeval::PARTIAL,
    &semeval::TYPE,
    &attributions::Exact,
    &attributions::Begin,
    &attributions::Overlap,
    &links::Triples,
    &links::Links,
    &claim_types::ClaimTypes,
    &check_worthiness::CheckWorthiness,
    &speakers::Speakers,
    &speaker_records::SpeakerRecords,
    &targets::Targets,
    &countries::Countries,
    &calibration::Entities,
    &calibration::Attributions,
    &calibration::ClaimTypes,
    &calibration::CheckWorthiness,
];

/// Something that predictions are scored on.
pub trait Metric: Sync {
    /// What it is.
    fn profile(&self) -> Profile;

    /// Whether a prediction has the layer that is scored, be it empty.
    fn predicts(&self, predicted: &Annotation) -> bool;

    /// Counts one document; `None` where its gold is not annotated for this (or its prediction has no scores to judge).
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
    /// Classes that are not of one kind: per class only.
    Separate,
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
    /// Metadata fields of the gold by which it is scored in parts as well.
    pub slices: Vec<String>,
    /// How many of the mistakes of each layer to list; 0 for none.
    pub errors: usize,
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
            slices: Vec::new(),
            errors: 0,
            ignore_missing: false,
            ignore_differing: false,
        }
    }
}

#[cfg(test)]
mod tests;
