//! Standard errors of figures over documents, by linearisation: near the sums of a draw, a figure is a sum over its
//! documents, of each document's numbers times the slopes of the figure there, and the spread of these summands is known
//! without drawing again (the infinitesimal jackknife; Efron and Tibshirani 1993, chapter 21).

use super::studentised::Estimate;
use super::sums::{Definition, SCOPE_WIDTH, SHARE_WIDTH, Sums};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, s};
use std::ops::Range;

/// Sums whose figures come with standard errors.
///
/// What a scope or share needs of its documents are the sums of the products of its numbers, which are columns of their
/// own beside the sums, so that a draw is one matrix product. Figures of more numbers go through the documents.
pub(super) struct Linearised<'a> {
    sums: &'a Sums,
    /// One row per document: the products of the numbers of each scope, then of each share.
    products: Array2<f64>,
}

/// How many products there are of so many numbers, each pair once.
const fn pairs(numbers: usize) -> usize {
    numbers * (numbers + 1) / 2
}

impl<'a> Linearised<'a> {
    pub(super) fn new(sums: &'a Sums) -> Self {
        let scopes = (0..sums.scopes()).map(|index| SCOPE_WIDTH * index..SCOPE_WIDTH * (index + 1));
        let shares = (0..sums.shares()).map(|index| sums.share_columns(index));
        let runs: Vec<Range<usize>> = scopes.chain(shares).collect();
        let width = runs.iter().map(|run| pairs(run.len())).sum();
        let mut products = Array2::zeros((sums.documents(), width));
        for (numbers, mut row) in sums.rows().outer_iter().zip(products.outer_iter_mut()) {
            let of_runs = runs
                .iter()
                .flat_map(|run| run.clone().flat_map(|i| (i..run.end).map(move |j| (i, j))));
            for ((i, j), product) in of_runs.zip(&mut row) {
                *product = numbers[i] * numbers[j];
            }
        }
        Self { sums, products }
    }

    /// Every figure with its standard error for each of several draws; `weights` has a row per draw and a column per
    /// document.
    pub(super) fn estimates(&self, weights: ArrayView2<'_, f64>) -> Vec<Vec<Estimate>> {
        let totals = weights.dot(&self.sums.rows());
        let products = weights.dot(&self.products);
        let draws = totals
            .outer_iter()
            .zip(products.outer_iter())
            .zip(weights.outer_iter());
        draws
            .map(|((totals, products), weights)| {
                let estimate = |definition: &Definition| Estimate {
                    value: self.sums.value(*definition, totals, weights),
                    error: self.error(*definition, totals, products, weights),
                };
                self.sums.definitions().iter().map(estimate).collect()
            })
            .collect()
    }

    /// The standard error of a figure; `None` where it has no slopes there.
    fn error(
        &self,
        definition: Definition,
        totals: ArrayView1<'_, f64>,
        products: ArrayView1<'_, f64>,
        weights: ArrayView1<'_, f64>,
    ) -> Option<f64> {
        let of_scope = |index: usize, slopes: [f64; SCOPE_WIDTH]| {
            let first = pairs(SCOPE_WIDTH) * index;
            form(&slopes, products.slice(s![first..first + pairs(SCOPE_WIDTH)]))
        };
        let squares = match definition {
            Definition::Precision(index) => {
                let [hits, of] = ratio(totals, SCOPE_WIDTH * index)?;
                of_scope(index, [hits, of, 0.0, 0.0])
            }
            Definition::Recall(index) => {
                let [hits, of] = ratio(totals, SCOPE_WIDTH * index + 2)?;
                of_scope(index, [0.0, 0.0, hits, of])
            }
            Definition::F1(index) => of_scope(index, f1(totals, index)?),
            Definition::Share(index) => {
                let slopes = ratio(totals, self.sums.share_columns(index).start)?;
                let first = pairs(SCOPE_WIDTH) * self.sums.scopes() + pairs(SHARE_WIDTH) * index;
                form(&slopes, products.slice(s![first..first + pairs(SHARE_WIDTH)]))
            }
            Definition::MacroF1 => {
                let classes = self.sums.classes();
                self.through(
                    SCOPE_WIDTH * classes.start..SCOPE_WIDTH * classes.end,
                    &self.macro_f1(totals)?,
                    weights,
                )
            }
            Definition::CalibrationError => {
                self.through(self.sums.bin_columns(), &self.calibration_error(totals)?, weights)
            }
            Definition::AveragePrecision => return None,
        };
        let documents = weights.len() as f64;
        // Rounding may leave a little less than nothing.
        Some((squares.max(0.0) * documents / (documents - 1.0)).sqrt())
    }

    /// Sum of the squares of what each document adds.
    fn through(&self, columns: Range<usize>, slopes: &Array1<f64>, weights: ArrayView1<'_, f64>) -> f64 {
        let added = self.sums.rows().slice(s![.., columns]).dot(slopes);
        added
            .iter()
            .zip(weights)
            .map(|(added, weight)| weight * added * added)
            .sum()
    }

    /// Slopes of the mean F1 in the numbers of all classes.
    fn macro_f1(&self, totals: ArrayView1<'_, f64>) -> Option<Array1<f64>> {
        let classes = self.sums.classes();
        let mut slopes = Array1::zeros(SCOPE_WIDTH * classes.len());
        let mut counted = 0.0;
        for (number, index) in classes.enumerate() {
            let counts = self.sums.counts(totals, index);
            if counts.recall.of > 0.0 && counts.f1().is_some() {
                counted += 1.0;
                for (at, slope) in f1(totals, index).into_iter().flatten().enumerate() {
                    slopes[SCOPE_WIDTH * number + at] = slope;
                }
            }
        }
        (counted > 0.0).then(|| slopes / counted)
    }

    /// Slopes of the calibration error in the numbers of all steps.
    fn calibration_error(&self, totals: ArrayView1<'_, f64>) -> Option<Array1<f64>> {
        let bins = self.sums.bins_of(totals);
        let units: f64 = bins.iter().map(|bin| bin.of).sum();
        let error = bins.iter().map(|bin| (bin.hits - bin.scores).abs()).sum::<f64>() / units;
        let slopes = bins.iter().flat_map(|bin| {
            let sign = (bin.hits - bin.scores).signum();
            [sign / units, -sign / units, -error / units]
        });
        (units > 0.0).then(|| slopes.collect())
    }
}

/// Slopes of a ratio in its hits and its total.
fn ratio(totals: ArrayView1<'_, f64>, at: usize) -> Option<[f64; SHARE_WIDTH]> {
    let (hits, of) = (totals[at], totals[at + 1]);
    (of > 0.0).then(|| [1.0 / of, -hits / (of * of)])
}

/// Slopes of F1 in the four numbers of a scope; `None` where nothing is hit.
fn f1(totals: ArrayView1<'_, f64>, scope: usize) -> Option<[f64; SCOPE_WIDTH]> {
    let at = SCOPE_WIDTH * scope;
    let ([a, b], [c, d]) = (ratio(totals, at)?, ratio(totals, at + 2)?);
    let (precision, recall) = (totals[at] / totals[at + 1], totals[at + 2] / totals[at + 3]);
    let sum = precision + recall;
    let (of_precision, of_recall) = (2.0 * (recall / sum).powi(2), 2.0 * (precision / sum).powi(2));
    (sum > 0.0).then_some([of_precision * a, of_precision * b, of_recall * c, of_recall * d])
}

/// The square of a sum of numbers times slopes, from the products of the numbers.
fn form(slopes: &[f64], products: ArrayView1<'_, f64>) -> f64 {
    let pairs = (0..slopes.len()).flat_map(|i| (i..slopes.len()).map(move |j| (i, j)));
    pairs
        .zip(products)
        .map(|((i, j), product)| {
            let times = if i == j { 1.0 } else { 2.0 };
            times * slopes[i] * slopes[j] * product
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::Averages;
    use crate::evaluation::counted::Counted;
    use crate::evaluation::counts::{Counts, Ratio, Tally};
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    /// Documents with hits and misses of two classes, shares and scores.
    fn documents(number: usize) -> Sums {
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let mut counted = Counted::default();
        for place in 0..number {
            let mut tally = Tally::default();
            for class in ["A", "B"] {
                let hits = f64::from(rng.random_range(1..9_u8));
                *tally.class(class) = Counts {
                    precision: Ratio {
                        hits,
                        of: hits + f64::from(rng.random_range(0..5_u8)),
                    },
                    recall: Ratio {
                        hits,
                        of: hits + f64::from(rng.random_range(0..5_u8)),
                    },
                };
            }
            for _ in 0..rng.random_range(1..9_u8) {
                tally.share("accuracy").count(rng.random_bool(0.7));
                tally.scored(rng.random_range(0.0..0.4), rng.random_bool(0.6));
            }
            counted.add(place, &tally);
        }
        Sums::new(counted, Averages::Labelled)
    }

    /// The jackknife, which leaves out one document after the other, has no slopes that could be wrong.
    #[test]
    fn standard_errors_are_those_of_the_jackknife() {
        let number = 400;
        let sums = documents(number);
        let once = Array2::ones((1, number));
        let estimates = Linearised::new(&sums).estimates(once.view()).remove(0);
        let without = Array2::from_shape_fn((number, number), |(i, j)| if i == j { 0.0 } else { 1.0 });
        let left = sums.values_of_draws(without.view());
        let n = number as f64;
        for (index, estimate) in estimates.iter().enumerate() {
            let values: Vec<f64> = left.iter().filter_map(|values| values[index]).collect();
            let mean = values.iter().sum::<f64>() / n;
            let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
            let jackknife = ((n - 1.0) / n * squares).sqrt();
            let error = estimate.error.unwrap();
            assert!(
                (error / jackknife - 1.0).abs() < 0.02,
                "{:?}: {error} {jackknife}",
                sums.definitions()[index]
            );
        }
    }
}
