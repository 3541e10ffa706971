//! From the counts of documents to figures: micro, macro, per class, average precision and calibration error, each
//! written once for all metrics and for any number of times that each document is taken (once, or as a bootstrap draw
//! has it).

use super::Averages;
use super::counted::{Counted, Ranked};
use super::counts::{Bin, Counts, Ratio};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};
use std::ops::Range;

/// Numbers of one scope in a row of sums: hits and total for precision, hits and total for recall.
pub(super) const SCOPE_WIDTH: usize = 4;
/// Numbers of one share in a row of sums: hits and total.
pub(super) const SHARE_WIDTH: usize = 2;
/// Numbers of one step of probability in a row of sums: hits, sum of probabilities and total.
const BIN_WIDTH: usize = 3;

/// A figure that can be computed from sums.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Definition {
    /// Of a scope.
    Precision(usize),
    /// Of a scope.
    Recall(usize),
    /// Of a scope.
    F1(usize),
    /// Mean F1 of the classes that occur in gold.
    MacroF1,
    /// A named share.
    Share(usize),
    /// Expected calibration error.
    CalibrationError,
    /// Mean precision at the positives, in the order of the scores.
    AveragePrecision,
}

/// The counts of all documents of one metric, ready to be added up again and again.
pub(super) struct Sums {
    /// What hits are counted of: a class, or all of them together (`None`).
    scopes: Vec<Option<String>>,
    shares: Vec<&'static str>,
    /// Whether there is a reliability table.
    binned: bool,
    /// One row per document: scopes, then shares, then bins.
    rows: Array2<f64>,
    /// Places of the rows in the gold.
    documents: Vec<usize>,
    /// Units by falling score, with the row of their document.
    ranking: Vec<Ranked>,
    definitions: Vec<Definition>,
}

impl Sums {
    pub(super) fn new(counted: Counted, averages: Averages) -> Self {
        let Counted {
            documents,
            classes,
            shares,
            bins,
            mut ranking,
            ..
        } = counted;
        let mut order: Vec<usize> = (0..documents.len()).collect();
        order.sort_unstable_by_key(|row| documents[*row]);
        let binned = bins.iter().any(|bin| !bin[0].is_empty());
        let micro = matches!(averages, Averages::Labelled | Averages::Single) && !classes.is_empty();
        let all: [Vec<f64>; SCOPE_WIDTH] = match micro {
            true => std::array::from_fn(|number| total(classes.values().map(|columns| &columns[number]))),
            false => Default::default(),
        };
        let columns: Vec<&Vec<f64>> = (all.iter().filter(|_| micro))
            .chain(classes.values().flatten())
            .chain(shares.values().flatten())
            .chain(bins.iter().flatten().filter(|_| binned))
            .collect();
        let rows = Array2::from_shape_fn((documents.len(), columns.len()), |(row, column)| {
            columns[column].get(order[row]).copied().unwrap_or(0.0)
        });
        let mut row_of = vec![0; order.len()];
        for (row, &counted) in order.iter().enumerate() {
            row_of[counted] = row;
        }
        for unit in &mut ranking {
            unit.row = row_of[unit.row];
        }
        ranking.sort_by(|a, b| b.score.total_cmp(&a.score));
        let scopes = micro.then_some(None).into_iter();
        let mut sums = Self {
            scopes: scopes.chain(classes.into_keys().map(Some)).collect(),
            shares: shares.into_keys().collect(),
            binned,
            rows,
            documents: order.into_iter().map(|row| documents[row]).collect(),
            ranking,
            definitions: Vec::new(),
        };
        sums.definitions = sums.defined(averages);
        sums
    }

    /// The figures of a metric, in the order in which reports show them.
    fn defined(&self, averages: Averages) -> Vec<Definition> {
        use Definition::{AveragePrecision, CalibrationError, F1, MacroF1, Precision, Recall, Share};
        let by_class = averages != Averages::Single;
        let shown = |index: &usize| by_class || self.scopes[*index].is_none();
        let mut definitions: Vec<Definition> = (0..self.scopes.len())
            .filter(shown)
            .flat_map(|scope| [Precision(scope), Recall(scope), F1(scope)])
            .collect();
        let mean = matches!(averages, Averages::Labelled | Averages::Exclusive);
        if mean && !self.scopes.is_empty() {
            definitions.push(MacroF1);
        }
        definitions.extend((0..self.shares.len()).map(Share));
        definitions.extend(self.binned.then_some(CalibrationError));
        definitions.extend((!self.ranking.is_empty()).then_some(AveragePrecision));
        definitions
    }

    /// The same for some of the documents, told by their places in the gold.
    pub(super) fn select(&self, chosen: impl Fn(usize) -> bool) -> Self {
        let rows: Vec<usize> = (0..self.documents.len())
            .filter(|row| chosen(self.documents[*row]))
            .collect();
        let ranking = self.ranking.iter().filter_map(|unit| {
            let row = rows.binary_search(&unit.row).ok()?;
            Some(Ranked { row, ..*unit })
        });
        Self {
            rows: self.rows.select(Axis(0), &rows),
            documents: rows.iter().map(|row| self.documents[*row]).collect(),
            ranking: ranking.collect(),
            ..self.without_rows()
        }
    }

    /// The same with the documents added up in groups, as many as are given: each document joins the next group in turn,
    /// so that neighbours are apart. What a row is then is a group.
    pub(super) fn grouped(&self, groups: usize) -> Self {
        let mut rows = Array2::zeros((groups, self.rows.ncols()));
        for (row, document) in self.rows.outer_iter().enumerate() {
            let mut group = rows.row_mut(row % groups);
            group += &document;
        }
        let ranking = self.ranking.iter().map(|unit| Ranked {
            row: unit.row % groups,
            ..*unit
        });
        Self {
            rows,
            documents: (0..groups).collect(),
            ranking: ranking.collect(),
            ..self.without_rows()
        }
    }

    fn without_rows(&self) -> Self {
        Self {
            scopes: self.scopes.clone(),
            shares: self.shares.clone(),
            binned: self.binned,
            rows: Array2::zeros((0, 0)),
            documents: Vec::new(),
            ranking: Vec::new(),
            definitions: self.definitions.clone(),
        }
    }

    pub(super) fn documents(&self) -> usize {
        self.documents.len()
    }

    /// Rows of numbers by document.
    pub(super) fn rows(&self) -> ArrayView2<'_, f64> {
        self.rows.view()
    }

    pub(super) fn definitions(&self) -> &[Definition] {
        &self.definitions
    }

    /// Class of a figure, if it is of one, and what it measures.
    pub(super) fn name(&self, definition: Definition) -> (Option<&str>, &'static str) {
        let class = |index: usize| self.scopes[index].as_deref();
        match definition {
            Definition::Precision(index) => (class(index), "precision"),
            Definition::Recall(index) => (class(index), "recall"),
            Definition::F1(index) => (class(index), "f1"),
            Definition::MacroF1 => (None, "macro_f1"),
            Definition::Share(index) => (None, self.shares[index]),
            Definition::CalibrationError => (None, "ece"),
            Definition::AveragePrecision => (None, "average_precision"),
        }
    }

    /// Every figure, with each document taken as often as `weights` says.
    pub(super) fn values(&self, weights: &[u32]) -> Vec<Option<f64>> {
        let weights = Array1::from_iter(weights.iter().map(|w| f64::from(*w)));
        let figures = self.values_of_draws(weights.view().insert_axis(Axis(0)));
        figures.into_iter().flatten().collect()
    }

    /// Every figure for each of several draws; `weights` has a row per draw and a column per document.
    pub(super) fn values_of_draws(&self, weights: ArrayView2<'_, f64>) -> Vec<Vec<Option<f64>>> {
        let totals = weights.dot(&self.rows);
        (totals.outer_iter().zip(weights.outer_iter()))
            .map(|(totals, weights)| {
                let value = |definition: &Definition| self.value(*definition, totals, weights);
                self.definitions.iter().map(value).collect()
            })
            .collect()
    }

    /// A figure from the sums of a draw, and from how often each document is taken in it.
    pub(super) fn value(
        &self,
        definition: Definition,
        totals: ArrayView1<'_, f64>,
        weights: ArrayView1<'_, f64>,
    ) -> Option<f64> {
        match definition {
            Definition::Precision(index) => self.counts(totals, index).precision.value(),
            Definition::Recall(index) => self.counts(totals, index).recall.value(),
            Definition::F1(index) => self.counts(totals, index).f1(),
            Definition::MacroF1 => self.macro_f1(totals),
            Definition::Share(index) => self.share(totals, index).value(),
            Definition::CalibrationError => calibration_error(&self.bins_of(totals)),
            Definition::AveragePrecision => self.average_precision(weights),
        }
    }

    /// What each figure rests on: predicted units for precision, gold units for all others.
    pub(super) fn support(&self) -> Vec<u64> {
        let totals = self.rows.sum_axis(Axis(0));
        let totals = totals.view();
        self.definitions
            .iter()
            .map(|definition| match definition {
                Definition::Precision(index) => self.counts(totals, *index).precision.of as u64,
                Definition::Recall(index) | Definition::F1(index) => {
                    self.counts(totals, *index).recall.of as u64
                }
                Definition::MacroF1 => {
                    let of_class = |index| self.counts(totals, index).recall.of;
                    self.classes().map(of_class).sum::<f64>() as u64
                }
                Definition::Share(index) => self.share(totals, *index).of as u64,
                Definition::CalibrationError => self.bins_of(totals).iter().map(|b| b.of as u64).sum(),
                Definition::AveragePrecision => self.ranking.iter().filter(|u| u.positive).count() as u64,
            })
            .collect()
    }

    /// In how many documents each figure has anything to be measured on.
    pub(super) fn documents_with(&self, definition: Definition) -> usize {
        let any = |columns: &[usize]| {
            let rows = self.rows.outer_iter();
            rows.filter(|row| columns.iter().any(|column| row[*column] > 0.0))
                .count()
        };
        let scope = |index: usize| SCOPE_WIDTH * index;
        match definition {
            Definition::Precision(index) => any(&[scope(index) + 1]),
            Definition::Recall(index) => any(&[scope(index) + 3]),
            Definition::F1(index) => any(&[scope(index) + 1, scope(index) + 3]),
            Definition::MacroF1 => {
                let totals = |index| [scope(index) + 1, scope(index) + 3];
                any(&self.classes().flat_map(totals).collect::<Vec<_>>())
            }
            Definition::Share(index) => any(&[self.share_columns(index).start + 1]),
            Definition::CalibrationError => {
                any(&self.bin_columns().skip(2).step_by(BIN_WIDTH).collect::<Vec<_>>())
            }
            Definition::AveragePrecision => {
                let mut rows: Vec<usize> = self.ranking.iter().map(|unit| unit.row).collect();
                rows.sort_unstable();
                rows.dedup();
                rows.len()
            }
        }
    }

    /// The reliability table of all documents, where there is one.
    pub(super) fn bins(&self) -> Option<Vec<Bin>> {
        self.binned
            .then(|| self.bins_of(self.rows.sum_axis(Axis(0)).view()))
    }

    /// How many scopes there are.
    pub(super) fn scopes(&self) -> usize {
        self.scopes.len()
    }

    /// Scopes that are of one class.
    pub(super) fn classes(&self) -> Range<usize> {
        let micro = self.scopes.first().is_some_and(Option::is_none);
        usize::from(micro)..self.scopes.len()
    }

    /// How many shares there are.
    pub(super) fn shares(&self) -> usize {
        self.shares.len()
    }

    /// Where a share stands in a row.
    pub(super) fn share_columns(&self, index: usize) -> Range<usize> {
        let start = SCOPE_WIDTH * self.scopes.len() + SHARE_WIDTH * index;
        start..start + SHARE_WIDTH
    }

    /// Where the reliability table stands in a row.
    pub(super) fn bin_columns(&self) -> Range<usize> {
        self.share_columns(self.shares.len()).start..self.rows.ncols()
    }

    pub(super) fn counts(&self, totals: ArrayView1<'_, f64>, scope: usize) -> Counts {
        let ratio = |at: usize| Ratio {
            hits: totals[at],
            of: totals[at + 1],
        };
        Counts {
            precision: ratio(SCOPE_WIDTH * scope),
            recall: ratio(SCOPE_WIDTH * scope + 2),
        }
    }

    pub(super) fn share(&self, totals: ArrayView1<'_, f64>, index: usize) -> Ratio {
        let at = self.share_columns(index).start;
        Ratio {
            hits: totals[at],
            of: totals[at + 1],
        }
    }

    pub(super) fn bins_of(&self, totals: ArrayView1<'_, f64>) -> Vec<Bin> {
        self.bin_columns()
            .step_by(BIN_WIDTH)
            .map(|at| Bin {
                hits: totals[at],
                scores: totals[at + 1],
                of: totals[at + 2],
            })
            .collect()
    }

    fn macro_f1(&self, totals: ArrayView1<'_, f64>) -> Option<f64> {
        let mut mean = Ratio::default();
        for index in self.classes() {
            let counts = self.counts(totals, index);
            if let Some(f1) = counts.f1().filter(|_| counts.recall.of > 0.0) {
                mean.hits += f1;
                mean.of += 1.0;
            }
        }
        mean.value()
    }

    /// Sum over the distinct scores, highest first, of precision there times the recall gained there.
    fn average_precision(&self, weights: ArrayView1<'_, f64>) -> Option<f64> {
        let (mut seen, mut found, mut sum) = (0.0, 0.0, 0.0);
        for tied in self.ranking.chunk_by(|a, b| a.score == b.score) {
            let mut positives = 0.0;
            for unit in tied {
                let weight = weights[unit.row];
                seen += weight;
                if unit.positive {
                    positives += weight;
                }
            }
            found += positives;
            if positives > 0.0 {
                sum += positives * found / seen;
            }
        }
        (found > 0.0).then(|| sum / found)
    }
}

/// Columns added up; a column ends with the last document that has anything in it.
fn total<'a>(columns: impl Iterator<Item = &'a Vec<f64>>) -> Vec<f64> {
    let mut sum: Vec<f64> = Vec::new();
    for column in columns {
        sum.resize(sum.len().max(column.len()), 0.0);
        for (sum, number) in sum.iter_mut().zip(column) {
            *sum += number;
        }
    }
    sum
}

/// Mean distance between the probabilities in a step and the share that is right there, weighted by units (Naeini et
/// al. 2015).
fn calibration_error(bins: &[Bin]) -> Option<f64> {
    let units: f64 = bins.iter().map(|bin| bin.of).sum();
    let distance: f64 = bins.iter().map(|bin| (bin.hits - bin.scores).abs()).sum();
    (units > 0.0).then(|| distance / units)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::counts::Tally;

    /// Sums of documents that stand in the gold in this order.
    fn sums(tallies: &[Tally], averages: Averages) -> Sums {
        let mut counted = Counted::default();
        for (place, tally) in tallies.iter().enumerate() {
            counted.add(place, tally);
        }
        Sums::new(counted, averages)
    }

    fn tally(classes: &[(&str, f64, f64, f64)]) -> Tally {
        let mut tally = Tally::default();
        for &(class, hits, predicted, gold) in classes {
            *tally.class(class) = Counts {
                precision: Ratio { hits, of: predicted },
                recall: Ratio { hits, of: gold },
            };
        }
        tally
    }

    fn value(sums: &Sums, weights: &[u32], name: (Option<&str>, &str)) -> Option<f64> {
        let at = sums
            .definitions()
            .iter()
            .position(|d| sums.name(*d) == name)
            .unwrap();
        sums.values(weights)[at]
    }

    #[test]
    fn sums_are_added_before_they_are_divided() {
        let tallies = [
            tally(&[("A", 1.0, 1.0, 1.0)]),
            tally(&[("A", 1.0, 3.0, 9.0), ("B", 0.0, 2.0, 0.0)]),
        ];
        let sums = sums(&tallies, Averages::Labelled);
        let cases = [
            ([1, 1], (Some("A"), "precision"), Some(0.5)),
            ([1, 1], (Some("A"), "recall"), Some(0.2)),
            ([1, 1], (None, "precision"), Some(2.0 / 6.0)),
            // B does not occur in gold, so it is not part of the mean.
            ([1, 1], (None, "macro_f1"), Some(2.0 * 0.5 * 0.2 / 0.7)),
            ([3, 1], (Some("A"), "precision"), Some(4.0 / 6.0)),
            ([2, 0], (Some("B"), "precision"), None),
            ([0, 0], (None, "f1"), None),
            ([0, 0], (None, "macro_f1"), None),
        ];
        for (weights, name, expected) in cases {
            assert_eq!(value(&sums, &weights, name), expected, "{weights:?} {name:?}");
        }
    }

    #[test]
    fn average_precision_by_hand() {
        let ranked = |units: &[(f32, bool)]| Tally {
            ranking: units.to_vec(),
            ..Tally::default()
        };
        type Case<'a> = (&'a [(f32, bool)], Option<f64>);
        let cases: [Case<'_>; 5] = [
            (
                &[(0.9, true), (0.8, false), (0.7, true)],
                Some((1.0 + 2.0 / 3.0) / 2.0),
            ),
            (&[(0.1, true), (0.8, false)], Some(0.5)),
            // Ties are one step: which of them comes first is not known.
            (&[(0.5, true), (0.5, false)], Some(0.5)),
            (&[(f32::NEG_INFINITY, true), (0.5, true)], Some(1.0)),
            (&[(0.5, false)], None),
        ];
        for (units, expected) in cases {
            let sums = sums(&[ranked(units)], Averages::Single);
            assert_eq!(
                value(&sums, &[1], (None, "average_precision")),
                expected,
                "{units:?}"
            );
        }
        let two = sums(
            &[ranked(&[(0.9, false)]), ranked(&[(0.8, true)])],
            Averages::Single,
        );
        assert_eq!(value(&two, &[2, 1], (None, "average_precision")), Some(1.0 / 3.0));
    }

    #[test]
    fn calibration_error_by_hand() {
        type Case<'a> = (&'a [(f32, bool)], Option<f64>);
        let cases: [Case<'_>; 4] = [
            (&[], None),
            // Half of those that are said to be right with 0.5 are.
            (&[(0.5, true), (0.5, false)], Some(0.0)),
            // Steps of one and of two units: (|1 - 0.25| + |1 - 1.5|) / 3.
            (&[(0.25, true), (0.75, true), (0.75, false)], Some(1.25 / 3.0)),
            // Within a step, too low and too high make up for each other: |1 - (0.5 + 0.5625)| / 2.
            (&[(0.5, true), (0.5625, false)], Some(0.031_25)),
        ];
        for (units, expected) in cases {
            let mut tally = Tally::default();
            for (probability, right) in units {
                tally.scored(*probability, *right);
            }
            // A document without any unit first, so that there is a table at all.
            let mut other = Tally::default();
            other.scored(0.5, true);
            let sums = sums(&[other, tally], Averages::Single);
            assert_eq!(value(&sums, &[0, 1], (None, "ece")), expected, "{units:?}");
        }
    }

    #[test]
    fn documents_are_in_the_order_of_the_gold_and_can_be_chosen() {
        let mut counted = Counted::default();
        let ranked = |class: &str, score: f32, positive: bool| Tally {
            ranking: vec![(score, positive)],
            ..tally(&[(class, 1.0, 1.0, 1.0)])
        };
        counted.add(7, &ranked("B", 0.9, false));
        counted.add(2, &ranked("A", 0.8, true));
        counted.add(4, &ranked("A", 0.7, true));
        let all = Sums::new(counted, Averages::Labelled);
        assert_eq!(value(&all, &[1, 0, 0], (Some("A"), "f1")), Some(1.0));
        assert_eq!(value(&all, &[0, 0, 1], (Some("B"), "f1")), Some(1.0));
        assert_eq!(value(&all, &[1, 0, 1], (None, "average_precision")), Some(0.5));
        let some = all.select(|document| document != 4);
        assert_eq!(some.documents(), 2);
        assert_eq!(value(&some, &[1, 0], (Some("B"), "f1")), None);
        assert_eq!(value(&some, &[1, 1], (None, "average_precision")), Some(0.5));
        assert_eq!(value(&some, &[1, 0], (None, "average_precision")), Some(1.0));
    }
}
