//! Bootstrap over documents: draws, and the intervals of any figure that can be computed from how often each document
//! is taken. Knows nothing of what the figures are.

use ndarray::{Array2, ArrayView2, ArrayViewMut1};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rayon::prelude::*;
use serde::Serialize;
use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

/// Probability that an interval is made to hold the figure with.
pub const CONFIDENCE: f64 = 0.95;

/// Draws that are added up in one matrix product.
const BLOCK: u32 = 32;

/// Where the true value of a figure lies with a probability of [`CONFIDENCE`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// How to draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bootstrap {
    /// Number of draws; 0 computes no intervals.
    pub draws: u32,
    /// Seed of the draws.
    pub seed: u64,
}

impl Default for Bootstrap {
    fn default() -> Self {
        Self {
            draws: 10_000,
            seed: 20_130_614,
        }
    }
}

impl Bootstrap {
    /// The middle of the draws for each figure; `values` computes all figures for each row of a table that says how often
    /// each document (column) is taken. Draws that give a figure no value are left out of its interval; it has none
    /// where no draw gives it one, or where there are fewer than two documents to draw from.
    pub(super) fn percentiles(
        &self,
        documents: usize,
        figures: usize,
        values: impl Fn(ArrayView2<'_, f64>) -> Vec<Vec<Option<f64>>> + Sync,
    ) -> Vec<Option<Interval>> {
        let drawn = self.draws(documents, values);
        (0..figures)
            .into_par_iter()
            .map(|figure| {
                middle(
                    drawn.iter().filter_map(|values| values[figure]).collect(),
                    documents,
                )
            })
            .collect()
    }

    /// What `values` makes of the draws; nothing where there are fewer than two documents to draw from. Draw `n` is the
    /// same for every call with as many documents, whatever the number of threads.
    pub(super) fn draws<T: Send>(
        &self,
        documents: usize,
        values: impl Fn(ArrayView2<'_, f64>) -> Vec<T> + Sync,
    ) -> Vec<T> {
        let draws = if documents < 2 { 0 } else { self.draws };
        (0..draws.div_ceil(BLOCK))
            .into_par_iter()
            .flat_map_iter(|block| {
                let first = block * BLOCK;
                let number = BLOCK.min(draws - first);
                let mut weights = Array2::zeros((number as usize, documents));
                for (draw, row) in (first..).zip(weights.outer_iter_mut()) {
                    self.draw(draw, row);
                }
                values(weights.view())
            })
            .collect()
    }

    /// Draws as many documents as there are, with replacement; adds one for each time that a document is drawn.
    pub(super) fn draw(&self, draw: u32, mut weights: ArrayViewMut1<'_, f64>) {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        rng.set_stream(u64::from(draw));
        for _ in 0..weights.len() {
            // 64 bits on every platform, so that the draws are the same on all.
            let document = rng.random_range(0..weights.len() as u64);
            weights[document as usize] += 1.0;
        }
    }
}

/// The middle of values drawn from so many documents: percentiles that lie farther out, the fewer documents there are,
/// because draws spread less than what they are drawn from (expanded percentiles; Hesterberg 2015, "What teachers should
/// know about the bootstrap").
pub(super) fn middle(mut values: Vec<f64>, documents: usize) -> Option<Interval> {
    values.sort_unstable_by(f64::total_cmp);
    let n = documents as f64;
    let tail = Normal::standard().cdf(-student(documents)? * (n / (n - 1.0)).sqrt());
    Some(Interval {
        low: quantile(&values, tail)?,
        high: quantile(&values, 1.0 - tail)?,
    })
}

/// How many standard errors a mean of so many documents reaches to either side (Student 1908); `None` where there are
/// fewer than two.
pub(super) fn student(documents: usize) -> Option<f64> {
    let freedom = documents.checked_sub(1).filter(|freedom| *freedom > 0)? as f64;
    let t = StudentsT::new(0.0, 1.0, freedom).ok()?;
    Some(t.inverse_cdf((1.0 + CONFIDENCE) / 2.0))
}

/// The quantile `q` of sorted values, interpolated between neighbours.
pub(super) fn quantile(sorted: &[f64], q: f64) -> Option<f64> {
    let position = q * sorted.len().checked_sub(1)? as f64;
    let (low, high) = (
        sorted[position.floor() as usize],
        sorted[position.ceil() as usize],
    );
    Some(low + (high - low) * position.fract())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::ArrayView1;

    const SMALL: Bootstrap = Bootstrap { draws: 500, seed: 7 };

    /// Mean of 0, 1, 2, … over the documents drawn.
    fn mean(draws: ArrayView2<'_, f64>) -> Vec<Vec<Option<f64>>> {
        let mean = |weights: ArrayView1<'_, f64>| {
            let sum: f64 = weights.iter().enumerate().map(|(d, w)| d as f64 * w).sum();
            vec![Some(sum / weights.len() as f64)]
        };
        draws.outer_iter().map(mean).collect()
    }

    #[test]
    fn draws_keep_the_number_of_documents() {
        // A last block that is not full.
        let draws = Bootstrap { draws: 37, seed: 7 };
        let totals = draws.percentiles(9, 1, |draws| {
            draws
                .outer_iter()
                .map(|weights| vec![Some(weights.sum())])
                .collect()
        });
        assert_eq!(totals, [Some(Interval { low: 9.0, high: 9.0 })]);
    }

    #[test]
    fn the_same_seed_gives_the_same_interval_on_any_number_of_threads() {
        let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let many = rayon::ThreadPoolBuilder::new().num_threads(4).build().unwrap();
        let first = alone.install(|| SMALL.percentiles(40, 1, mean));
        assert_eq!(first, many.install(|| SMALL.percentiles(40, 1, mean)));
        let other = Bootstrap { seed: 8, ..SMALL };
        assert_ne!(first, other.percentiles(40, 1, mean));
    }

    #[test]
    fn an_interval_is_as_wide_as_theory_says() {
        // The mean of n uniform draws from 0..n has a standard error of about sqrt((n² - 1) / 12 / n).
        let n = 100.0_f64;
        let half = 1.96 * ((n * n - 1.0) / 12.0 / n).sqrt();
        let draws = Bootstrap {
            draws: 10_000,
            seed: 7,
        };
        let interval = draws.percentiles(100, 1, mean)[0].unwrap();
        assert!((interval.low - (49.5 - half)).abs() < 0.3, "{interval:?}");
        assert!((interval.high - (49.5 + half)).abs() < 0.3, "{interval:?}");
    }

    #[test]
    fn few_documents_reach_farther() {
        for (documents, expected) in [
            (0, None),
            (1, None),
            (2, Some(12.706)),
            (10, Some(2.262)),
            (1000, Some(1.962)),
        ] {
            match (student(documents), expected) {
                (Some(t), Some(expected)) => assert!((t - expected).abs() < 1e-3, "{documents}: {t}"),
                (found, expected) => assert_eq!(found, expected, "{documents}"),
            }
        }
        let values: Vec<f64> = (0..=1000).map(f64::from).collect();
        let ends = |documents| middle(values.clone(), documents).unwrap();
        assert!((ends(100_000).low - 25.0).abs() < 0.1, "{:?}", ends(100_000));
        // 2.262 times the root of 10 to 9 is 2.384, beyond which 0.856 % of a normal distribution lie.
        assert!((ends(10).low - 8.56).abs() < 0.02, "{:?}", ends(10));
    }

    #[test]
    fn what_cannot_be_drawn_has_no_interval() {
        assert_eq!(SMALL.percentiles(1, 1, mean), [None]);
        let nothing = |draws: ArrayView2<'_, f64>| vec![vec![None]; draws.nrows()];
        assert_eq!(SMALL.percentiles(5, 1, nothing), [None]);
        let off = Bootstrap { draws: 0, seed: 7 };
        assert_eq!(off.percentiles(5, 1, mean), [None]);
    }

    #[test]
    fn quantiles_are_interpolated() {
        let cases = [(0.0, 1.0), (0.5, 2.5), (1.0, 4.0), (0.25, 1.75)];
        for (q, expected) in cases {
            assert_eq!(quantile(&[1.0, 2.0, 3.0, 4.0], q), Some(expected));
        }
        assert_eq!(quantile(&[], 0.5), None);
    }
}
