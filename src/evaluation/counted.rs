//! The tallies of all documents of one metric, column by column: what is kept while documents pass by, so that neither
//! they nor their tallies need to be.

use super::counts::{BINS, Tally};
use std::collections::BTreeMap;

/// Counts of the documents that were added, in the order in which they came.
#[derive(Default)]
pub(super) struct Counted {
    /// Place of each document in the gold.
    pub(super) documents: Vec<usize>,
    /// Per class: hits and total for precision, hits and total for recall. A column ends with the last document that
    /// has the class.
    pub(super) classes: BTreeMap<String, [Vec<f64>; 4]>,
    /// Per share: hits and total.
    pub(super) shares: BTreeMap<&'static str, [Vec<f64>; 2]>,
    /// Per step of probability: hits, sum of probabilities and total.
    pub(super) bins: [[Vec<f64>; 3]; BINS],
    /// Scored units, whose order is judged.
    pub(super) ranking: Vec<Ranked>,
    /// How often a gold class met a predicted one.
    pub(super) confusion: BTreeMap<(String, Option<String>), u64>,
}

/// A scored unit.
#[derive(Clone, Copy)]
pub(super) struct Ranked {
    /// Number of its document, in the order in which they came.
    pub(super) row: usize,
    pub(super) score: f32,
    pub(super) positive: bool,
}

impl Counted {
    /// Adds the tally of the document at a place in the gold.
    pub(super) fn add(&mut self, place: usize, tally: &Tally) {
        let row = self.documents.len();
        self.documents.push(place);
        for (class, counts) in &tally.classes {
            let (precision, recall) = (counts.precision, counts.recall);
            let numbers = [precision.hits, precision.of, recall.hits, recall.of];
            match self.classes.get_mut(class) {
                Some(columns) => put(columns, row, numbers),
                None => put(self.classes.entry(class.clone()).or_default(), row, numbers),
            }
        }
        for (share, ratio) in &tally.shares {
            put(self.shares.entry(share).or_default(), row, [ratio.hits, ratio.of]);
        }
        for (columns, bin) in self.bins.iter_mut().zip(&tally.bins) {
            if bin.of > 0.0 {
                put(columns, row, [bin.hits, bin.scores, bin.of]);
            }
        }
        let units = tally.ranking.iter();
        self.ranking
            .extend(units.map(|&(score, positive)| Ranked { row, score, positive }));
        for (pair, number) in &tally.confusion {
            match self.confusion.get_mut(pair) {
                Some(sum) => *sum += number,
                None => drop(self.confusion.insert(pair.clone(), *number)),
            }
        }
    }
}

/// Puts numbers into a row of their columns; rows that were left out before hold zeros.
fn put<const N: usize>(columns: &mut [Vec<f64>; N], row: usize, numbers: [f64; N]) {
    for (column, number) in columns.iter_mut().zip(numbers) {
        column.resize(row, 0.0);
        column.push(number);
    }
}
