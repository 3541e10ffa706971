//! What an evaluation found: figures with their intervals and support. How they are shown is the business of `output`.

use super::counts::{BINS, Bin};
use super::errors::Errors;
use super::{Ceiling, Interval, Options};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The result of an evaluation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// Documents that both sides have.
    pub documents: usize,
    /// Probability of the intervals.
    pub confidence: f64,
    /// Bootstrap draws behind each interval.
    pub draws: u32,
    /// Seed of the draws.
    pub seed: u64,
    /// One section per metric that gold is annotated for.
    pub sections: Vec<Section>,
    /// The same for parts of the gold, by metadata.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub slicings: Vec<Slicing>,
    /// What is wrong, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errors: Option<Errors>,
    /// Figures beside the agreement of two annotators, where there are two.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ceilings: Vec<Ceiling>,
    /// What was passed over or not scored.
    pub notes: Vec<String>,
}

/// The figures of one metric.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Section {
    /// Name of the metric.
    pub metric: &'static str,
    /// What is counted.
    pub about: &'static str,
    /// Documents whose gold is annotated for it.
    pub documents: usize,
    /// Its figures.
    pub figures: Vec<Figure>,
    /// Which class was taken for which.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confusion: Option<Confusion>,
    /// How far probabilities can be taken at their word; empty where that is not what is scored.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reliability: Vec<Step>,
}

/// The gold in parts, by a metadata field.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Slicing {
    /// The field.
    pub field: String,
    /// A part per value, in the order of the values; documents without the field come last.
    pub slices: Vec<Slice>,
}

/// The documents that have one value of a metadata field.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Slice {
    /// The value; JSON where it is not a string, `None` for documents without the field.
    pub value: Option<String>,
    /// How many documents there are.
    pub documents: usize,
    /// A section per metric that they are annotated for, without confusion and reliability.
    pub sections: Vec<Section>,
}

/// The units whose probabilities lie in one step of a reliability table.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Step {
    /// Lowest probability.
    pub low: f64,
    /// Where the next step begins; the last one holds 1 as well.
    pub high: f64,
    /// How many units there are.
    pub units: u64,
    /// Their mean probability; `None` where there are none.
    pub score: Option<f64>,
    /// The share of them that is right; `None` where there are none.
    pub right: Option<f64>,
}

/// One number.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// Full name: metric, class where it is of one, measure; parted by dots.
    pub name: String,
    /// The class that it is of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// What is measured, such as `f1`.
    pub measure: &'static str,
    /// The value; `None` where there was nothing to measure it on.
    pub value: Option<f64>,
    /// Its interval; `None` with fewer than two documents.
    pub interval: Option<Interval>,
    /// Units that it rests on: predicted ones for a precision, gold ones for all others.
    pub support: u64,
}

/// Which class was taken for which.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Confusion {
    /// The classes, in the order of rows and columns.
    pub classes: Vec<String>,
    /// Units by gold class (row) and predicted class (column).
    pub counts: Vec<Vec<u64>>,
    /// Units by gold class for which nothing was predicted.
    pub missing: Vec<u64>,
}

impl Report {
    /// All figures that have a value, by full name.
    pub fn figures(&self) -> BTreeMap<String, f64> {
        self.all()
            .filter_map(|f| Some((f.name.clone(), f.value?)))
            .collect()
    }

    /// A figure by its full name.
    pub fn figure(&self, name: &str) -> Option<&Figure> {
        self.all().find(|f| f.name == name)
    }

    /// All figures in order.
    pub fn all(&self) -> impl Iterator<Item = &Figure> {
        self.sections.iter().flat_map(|s| &s.figures)
    }
}

impl Confusion {
    /// The table of how often a gold class met a predicted one; `None` where nothing met.
    pub(super) fn of(met: &BTreeMap<(String, Option<String>), u64>) -> Option<Self> {
        let classes: BTreeSet<&String> = (met.keys())
            .flat_map(|(gold, found)| std::iter::once(gold).chain(found))
            .collect();
        let classes: Vec<String> = classes.into_iter().cloned().collect();
        let mut counts = vec![vec![0; classes.len()]; classes.len()];
        let mut missing = vec![0; classes.len()];
        for ((gold, found), number) in met {
            let Ok(row) = classes.binary_search(gold) else {
                continue;
            };
            match found.as_ref().map(|class| classes.binary_search(class)) {
                Some(Ok(column)) => counts[row][column] += number,
                _ => missing[row] += number,
            }
        }
        (!classes.is_empty()).then_some(Self {
            classes,
            counts,
            missing,
        })
    }
}

impl Step {
    /// The steps of a reliability table.
    pub(super) fn all(bins: &[Bin]) -> Vec<Self> {
        let mean = |sum: f64, of: f64| (of > 0.0).then(|| sum / of);
        (bins.iter().enumerate())
            .map(|(index, bin)| Self {
                low: index as f64 / BINS as f64,
                high: (index + 1) as f64 / BINS as f64,
                units: bin.of as u64,
                score: mean(bin.scores, bin.of),
                right: mean(bin.hits, bin.of),
            })
            .collect()
    }
}

/// A note for each label of the options that no entity has.
pub(super) fn unknown_labels(known: &BTreeSet<String>, options: &Options) -> Vec<String> {
    let merged: BTreeSet<&str> = known
        .iter()
        .map(|label| options.merge.get(label).unwrap_or(label).as_str())
        .collect();
    let from = options.merge.keys().filter(|label| !known.contains(*label));
    let chosen = options
        .labels
        .iter()
        .flatten()
        .filter(|label| !merged.contains(label.as_str()));
    from.chain(chosen)
        .map(|label| format!("label {label}: no entity of gold or predictions has it"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_confusion_has_every_class_in_rows_and_columns() {
        let met = [
            ("denial", Some("threat"), 3),
            ("none", Some("none"), 5),
            ("denial", None, 4),
        ];
        let met = met
            .map(|(gold, found, number)| ((gold.to_owned(), found.map(str::to_owned)), number))
            .into();
        let expected = Confusion {
            classes: ["denial", "none", "threat"].map(str::to_owned).to_vec(),
            counts: vec![vec![0, 0, 3], vec![0, 5, 0], vec![0, 0, 0]],
            missing: vec![4, 0, 0],
        };
        assert_eq!(Confusion::of(&met), Some(expected));
        assert_eq!(Confusion::of(&BTreeMap::new()), None);
    }

    #[test]
    fn steps_without_units_have_no_mean() {
        let bin = |hits, scores, of| Bin { hits, scores, of };
        let steps = Step::all(&[bin(0.0, 0.0, 0.0), bin(1.0, 0.5, 4.0)]);
        assert_eq!((steps[0].units, steps[0].score, steps[0].right), (0, None, None));
        assert_eq!(
            (steps[1].low, steps[1].high, steps[1].score, steps[1].right),
            (0.1, 0.2, Some(0.125), Some(0.25))
        );
    }
}
