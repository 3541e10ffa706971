//! What a metric counts in one document. Sums only: they can be added over any choice of documents, and ratios are
//! computed from the sum (`sums`).

use std::collections::{BTreeMap, BTreeSet};

/// How many of a number of things were hit. Fractions leave room for partial credit.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Ratio {
    /// Credit.
    pub hits: f64,
    /// Things there were.
    pub of: f64,
}

impl Ratio {
    /// Counts one more thing.
    pub fn count(&mut self, hit: bool) {
        self.of += 1.0;
        if hit {
            self.hits += 1.0;
        }
    }

    /// The share that was hit; `None` where there was nothing.
    pub fn value(&self) -> Option<f64> {
        (self.of > 0.0).then(|| self.hits / self.of)
    }
}

/// Hits of one class: of what was predicted, and of what stands in gold.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Counts {
    /// Hits among the predictions.
    pub precision: Ratio,
    /// Hits among the gold units.
    pub recall: Ratio,
}

impl Counts {
    /// Counts of two sets in which equal members are hits.
    pub fn of_sets<T: Ord>(gold: &BTreeSet<T>, predicted: &BTreeSet<T>) -> Self {
        let hits = gold.intersection(predicted).count() as f64;
        Self {
            precision: Ratio {
                hits,
                of: predicted.len() as f64,
            },
            recall: Ratio {
                hits,
                of: gold.len() as f64,
            },
        }
    }

    /// Counts one unit for which it is known whether the class is predicted and whether it holds.
    pub fn count(&mut self, gold: bool, predicted: bool) {
        if gold {
            self.recall.count(predicted);
        }
        if predicted {
            self.precision.count(gold);
        }
    }

    /// Harmonic mean of precision and recall: 0 where nothing was hit, `None` where there is neither gold nor prediction,
    /// or hits on one side and nothing on the other (of a class whose units were matched with those of other classes).
    pub fn f1(&self) -> Option<f64> {
        match (self.precision.value(), self.recall.value()) {
            (None, None) => None,
            (Some(hits), None) | (None, Some(hits)) => (hits == 0.0).then_some(0.0),
            (Some(p), Some(r)) if p + r > 0.0 => Some(2.0 * p * r / (p + r)),
            _ => Some(0.0),
        }
    }
}

/// Number of equal steps of probability in a reliability table.
pub const BINS: usize = 10;

/// Units whose probabilities lie in one step.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bin {
    /// How many of them are right.
    pub hits: f64,
    /// Sum of their probabilities.
    pub scores: f64,
    /// How many there are.
    pub of: f64,
}

/// All that one metric counts in one document.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    /// Hits per class.
    pub classes: BTreeMap<String, Counts>,
    /// Named shares, such as an accuracy.
    pub shares: BTreeMap<&'static str, Ratio>,
    /// How often a gold class met a predicted one; `None` where nothing was predicted.
    pub confusion: BTreeMap<(String, Option<String>), u64>,
    /// Score of each unit and whether the positive class holds for it, where the order of the scores is judged.
    pub ranking: Vec<(f32, bool)>,
    /// Units by their probability, where it is judged how far that can be taken at its word.
    pub bins: [Bin; BINS],
}

impl Tally {
    /// The counts of a class.
    pub fn class(&mut self, class: &str) -> &mut Counts {
        self.classes.entry(class.to_owned()).or_default()
    }

    /// The ratio of a share.
    pub fn share(&mut self, name: &'static str) -> &mut Ratio {
        self.shares.entry(name).or_default()
    }

    /// Counts a unit that is right with the given probability; one that is no probability is not counted.
    pub fn scored(&mut self, probability: f32, right: bool) {
        if !(0.0..=1.0).contains(&probability) {
            return;
        }
        let bin = &mut self.bins[((probability * BINS as f32) as usize).min(BINS - 1)];
        bin.of += 1.0;
        bin.scores += f64::from(probability);
        if right {
            bin.hits += 1.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(hits: f64, predicted: f64, gold: f64) -> Counts {
        Counts {
            precision: Ratio { hits, of: predicted },
            recall: Ratio { hits, of: gold },
        }
    }

    #[test]
    fn nothing_of_nothing_is_not_zero() {
        let cases = [
            // hits, predicted, gold: precision, recall, F1
            (0.0, 0.0, 0.0, None, None, None),
            (0.0, 0.0, 3.0, None, Some(0.0), Some(0.0)),
            (0.0, 3.0, 0.0, Some(0.0), None, Some(0.0)),
            (0.0, 2.0, 3.0, Some(0.0), Some(0.0), Some(0.0)),
            (1.0, 4.0, 2.0, Some(0.25), Some(0.5), Some(1.0 / 3.0)),
            (2.0, 2.0, 2.0, Some(1.0), Some(1.0), Some(1.0)),
            (2.0, 0.0, 2.0, None, Some(1.0), None),
            (2.0, 2.0, 0.0, Some(1.0), None, None),
        ];
        for (hits, predicted, gold, precision, recall, f1) in cases {
            let counts = counts(hits, predicted, gold);
            assert_eq!(counts.precision.value(), precision);
            assert_eq!(counts.recall.value(), recall);
            assert_eq!(counts.f1(), f1, "{hits} of {predicted}, {gold}");
        }
    }

    #[test]
    fn steps_hold_their_lower_end_and_the_last_holds_both() {
        let cases = [
            (0.0, Some(0)),
            (0.0999, Some(0)),
            (0.1, Some(1)),
            (0.55, Some(5)),
            (1.0, Some(9)),
            (1.5, None),
            (-0.1, None),
            (f32::NAN, None),
        ];
        for (probability, expected) in cases {
            let mut tally = Tally::default();
            tally.scored(probability, true);
            let at = tally.bins.iter().position(|bin| bin.of == 1.0);
            assert_eq!(at, expected, "{probability}");
        }
    }

    #[test]
    fn sets_and_units_count_alike() {
        let of_sets = Counts::of_sets(&BTreeSet::from([1, 2, 3]), &BTreeSet::from([2, 3, 4, 5]));
        assert_eq!(of_sets, counts(2.0, 4.0, 3.0));
        let mut of_units = Counts::default();
        for unit in 0..7 {
            of_units.count((1..=3).contains(&unit), (2..=5).contains(&unit));
        }
        assert_eq!(of_units, of_sets);
    }
}
