//! What an evaluation found: figures with their intervals and support. How they are shown is the business of `output`.

use super::counts::Tally;
use super::{Interval, Options};
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
    /// Adds up the confusions of documents; `None` where the metric keeps none.
    pub(super) fn of(tallies: &[Tally]) -> Option<Self> {
        let pairs = || tallies.iter().flat_map(|t| &t.confusion);
        let classes: BTreeSet<&String> = pairs()
            .flat_map(|((gold, found), _)| std::iter::once(gold).chain(found))
            .collect();
        let classes: Vec<String> = classes.into_iter().cloned().collect();
        let mut counts = vec![vec![0; classes.len()]; classes.len()];
        let mut missing = vec![0; classes.len()];
        for ((gold, found), number) in pairs() {
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

/// A note for each label of the options that no entity has.
pub(super) fn unknown_labels<'a>(labels: impl Iterator<Item = &'a str>, options: &Options) -> Vec<String> {
    let known: BTreeSet<&str> = labels.collect();
    let merged: BTreeSet<&str> = known
        .iter()
        .map(|label| options.merge.get(*label).map_or(*label, String::as_str))
        .collect();
    let from = options
        .merge
        .keys()
        .filter(|label| !known.contains(label.as_str()));
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
    fn confusions_of_documents_are_added_up() {
        let tally = |pairs: &[(&str, Option<&str>, u64)]| Tally {
            confusion: (pairs.iter())
                .map(|(gold, found, number)| (((*gold).to_owned(), found.map(str::to_owned)), *number))
                .collect(),
            ..Tally::default()
        };
        let tallies = [
            tally(&[("denial", Some("threat"), 2), ("none", Some("none"), 5)]),
            tally(&[("denial", Some("threat"), 1), ("denial", None, 4)]),
        ];
        let expected = Confusion {
            classes: ["denial", "none", "threat"].map(str::to_owned).to_vec(),
            counts: vec![vec![0, 0, 3], vec![0, 5, 0], vec![0, 0, 0]],
            missing: vec![4, 0, 0],
        };
        assert_eq!(Confusion::of(&tallies), Some(expected));
        assert_eq!(Confusion::of(&[Tally::default()]), None);
    }
}
