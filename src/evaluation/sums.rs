//! From the counts of documents to figures: micro, macro, per class and average precision, each written once for all
//! metrics and for any number of times that each document is taken (once, or as a bootstrap draw has it).

use super::Averages;
use super::counts::{Counts, Ratio, Tally};
use std::collections::BTreeSet;

/// Numbers of one class in a row of sums: hits and total for precision, hits and total for recall.
const CLASS_WIDTH: usize = 4;
/// Numbers of one share in a row of sums: hits and total.
const SHARE_WIDTH: usize = 2;

/// A figure that can be computed from sums.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Definition {
    /// Of one class, or of all together (micro).
    Precision(Option<usize>),
    /// Of one class, or of all together (micro).
    Recall(Option<usize>),
    /// Of one class, or of all together (micro).
    F1(Option<usize>),
    /// Mean F1 of the classes that occur in gold.
    MacroF1,
    /// A named share.
    Share(usize),
    /// Mean precision at the positives, in the order of the scores.
    AveragePrecision,
}

/// The counts of all documents of one metric, ready to be added up again and again.
pub(super) struct Sums {
    classes: Vec<String>,
    shares: Vec<&'static str>,
    /// One row per document: classes, then shares.
    rows: Vec<Vec<f64>>,
    /// Units by falling score: document, score, whether positive.
    ranking: Vec<(usize, f32, bool)>,
    definitions: Vec<Definition>,
}

impl Sums {
    pub(super) fn new(tallies: &[Tally], averages: Averages) -> Self {
        let classes: BTreeSet<&String> = tallies.iter().flat_map(|t| t.classes.keys()).collect();
        let shares: BTreeSet<&'static str> = tallies.iter().flat_map(|t| t.shares.keys().copied()).collect();
        let classes: Vec<String> = classes.into_iter().cloned().collect();
        let shares: Vec<&'static str> = shares.into_iter().collect();
        let rows = tallies.iter().map(|t| row(t, &classes, &shares)).collect();
        let mut ranking: Vec<(usize, f32, bool)> = (tallies.iter().enumerate())
            .flat_map(|(document, t)| {
                t.ranking
                    .iter()
                    .map(move |&(score, positive)| (document, score, positive))
            })
            .collect();
        ranking.sort_by(|a, b| b.1.total_cmp(&a.1));
        let definitions = definitions(averages, classes.len(), shares.len(), !ranking.is_empty());
        Self {
            classes,
            shares,
            rows,
            ranking,
            definitions,
        }
    }

    pub(super) fn documents(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn definitions(&self) -> &[Definition] {
        &self.definitions
    }

    /// Class of a figure, if it is of one, and what it measures.
    pub(super) fn name(&self, definition: Definition) -> (Option<&str>, &'static str) {
        let class = |index: Option<usize>| index.map(|i| self.classes[i].as_str());
        match definition {
            Definition::Precision(index) => (class(index), "precision"),
            Definition::Recall(index) => (class(index), "recall"),
            Definition::F1(index) => (class(index), "f1"),
            Definition::MacroF1 => (None, "macro_f1"),
            Definition::Share(index) => (None, self.shares[index]),
            Definition::AveragePrecision => (None, "average_precision"),
        }
    }

    /// Every figure, with each document taken as often as `weights` says.
    pub(super) fn values(&self, weights: &[u32]) -> Vec<Option<f64>> {
        let totals = self.totals(weights);
        self.definitions
            .iter()
            .map(|definition| match definition {
                Definition::Precision(index) => self.counts(&totals, *index).precision.value(),
                Definition::Recall(index) => self.counts(&totals, *index).recall.value(),
                Definition::F1(index) => self.counts(&totals, *index).f1(),
                Definition::MacroF1 => self.macro_f1(&totals),
                Definition::Share(index) => self.share(&totals, *index).value(),
                Definition::AveragePrecision => self.average_precision(weights),
            })
            .collect()
    }

    /// What each figure rests on: predicted units for precision, gold units for all others.
    pub(super) fn support(&self) -> Vec<u64> {
        let totals = self.totals(&vec![1; self.rows.len()]);
        self.definitions
            .iter()
            .map(|definition| match definition {
                Definition::Precision(index) => self.counts(&totals, *index).precision.of as u64,
                Definition::Recall(index) | Definition::F1(index) => {
                    self.counts(&totals, *index).recall.of as u64
                }
                Definition::MacroF1 => self.counts(&totals, None).recall.of as u64,
                Definition::Share(index) => self.share(&totals, *index).of as u64,
                Definition::AveragePrecision => self.ranking.iter().filter(|u| u.2).count() as u64,
            })
            .collect()
    }

    fn totals(&self, weights: &[u32]) -> Vec<f64> {
        let width = CLASS_WIDTH * self.classes.len() + SHARE_WIDTH * self.shares.len();
        let mut totals = vec![0.0; width];
        for (row, &weight) in self.rows.iter().zip(weights).filter(|(_, w)| **w > 0) {
            for (total, value) in totals.iter_mut().zip(row) {
                *total += f64::from(weight) * value;
            }
        }
        totals
    }

    fn counts(&self, totals: &[f64], class: Option<usize>) -> Counts {
        let range = class.map_or(0..self.classes.len(), |index| index..index + 1);
        let mut counts = Counts::default();
        for index in range {
            let cell = &totals[CLASS_WIDTH * index..CLASS_WIDTH * (index + 1)];
            counts.precision.hits += cell[0];
            counts.precision.of += cell[1];
            counts.recall.hits += cell[2];
            counts.recall.of += cell[3];
        }
        counts
    }

    fn share(&self, totals: &[f64], index: usize) -> Ratio {
        let at = CLASS_WIDTH * self.classes.len() + SHARE_WIDTH * index;
        Ratio {
            hits: totals[at],
            of: totals[at + 1],
        }
    }

    fn macro_f1(&self, totals: &[f64]) -> Option<f64> {
        let mut mean = Ratio::default();
        for index in 0..self.classes.len() {
            let counts = self.counts(totals, Some(index));
            if counts.recall.of > 0.0 {
                mean.hits += counts.f1().unwrap_or(0.0);
                mean.of += 1.0;
            }
        }
        mean.value()
    }

    /// Sum over the distinct scores, highest first, of precision there times the recall gained there.
    fn average_precision(&self, weights: &[u32]) -> Option<f64> {
        let (mut seen, mut found, mut sum) = (0.0, 0.0, 0.0);
        for tied in self.ranking.chunk_by(|a, b| a.1 == b.1) {
            let weight = |units: &mut dyn Iterator<Item = &(usize, f32, bool)>| -> f64 {
                units.map(|u| f64::from(weights[u.0])).sum()
            };
            let positives = weight(&mut tied.iter().filter(|u| u.2));
            seen += weight(&mut tied.iter());
            found += positives;
            if positives > 0.0 {
                sum += positives * found / seen;
            }
        }
        (found > 0.0).then(|| sum / found)
    }
}

fn row(tally: &Tally, classes: &[String], shares: &[&'static str]) -> Vec<f64> {
    let of_classes = classes.iter().flat_map(|class| {
        let counts = tally.classes.get(class).copied().unwrap_or_default();
        [
            counts.precision.hits,
            counts.precision.of,
            counts.recall.hits,
            counts.recall.of,
        ]
    });
    let of_shares = shares.iter().flat_map(|share| {
        let ratio = tally.shares.get(share).copied().unwrap_or_default();
        [ratio.hits, ratio.of]
    });
    of_classes.chain(of_shares).collect()
}

/// The figures of a metric, in the order in which reports show them.
fn definitions(averages: Averages, classes: usize, shares: usize, ranked: bool) -> Vec<Definition> {
    use Definition::{AveragePrecision, F1, MacroF1, Precision, Recall, Share};
    let (micro, by_class) = match averages {
        Averages::Labelled => (true, true),
        Averages::Exclusive => (false, true),
        Averages::Single => (true, false),
    };
    let scopes = (micro && classes > 0).then_some(None).into_iter();
    let scopes = scopes.chain((0..if by_class { classes } else { 0 }).map(Some));
    let mut definitions: Vec<Definition> = scopes
        .flat_map(|scope| [Precision(scope), Recall(scope), F1(scope)])
        .collect();
    if by_class && classes > 0 {
        definitions.push(MacroF1);
    }
    definitions.extend((0..shares).map(Share));
    definitions.extend(ranked.then_some(AveragePrecision));
    definitions
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let sums = Sums::new(&tallies, Averages::Labelled);
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
            let sums = Sums::new(&[ranked(units)], Averages::Single);
            assert_eq!(
                value(&sums, &[1], (None, "average_precision")),
                expected,
                "{units:?}"
            );
        }
        let two = Sums::new(
            &[ranked(&[(0.9, false)]), ranked(&[(0.8, true)])],
            Averages::Single,
        );
        assert_eq!(value(&two, &[2, 1], (None, "average_precision")), Some(1.0 / 3.0));
    }
}
