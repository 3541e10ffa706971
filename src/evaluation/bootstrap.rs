//! Percentile bootstrap over documents: intervals for any figure that can be computed from how often each document is
//! taken. Knows nothing of what the figures are.

use ndarray::{Array2, ArrayView2, ArrayViewMut1};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rayon::prelude::*;
use serde::Serialize;

/// Probability that an interval is made to hold the figure with.
pub const CONFIDENCE: f64 = 0.95;

/// Draws that are added up in one matrix product.
const BLOCK: u32 = 16;

/// Where a figure lies in the middle [`CONFIDENCE`] of the draws.
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
    /// An interval per figure; `values` computes all figures for each row of a table that says how often each document
    /// (column) is taken. Draws that give a figure no value are left out of its interval; it has none where no draw
    /// gives it one, or where there are fewer than two documents to draw from.
    ///
    /// Draw `n` is the same for every call with as many documents, whatever the number of threads, so that two
    /// predictions for the same documents are compared on the same draws.
    pub fn intervals(
        &self,
        documents: usize,
        figures: usize,
        values: impl Fn(ArrayView2<'_, f64>) -> Vec<Vec<Option<f64>>> + Sync,
    ) -> Vec<Option<Interval>> {
        if documents < 2 || self.draws == 0 {
            return vec![None; figures];
        }
        let drawn: Vec<Vec<Option<f64>>> = (0..self.draws.div_ceil(BLOCK))
            .into_par_iter()
            .flat_map_iter(|block| {
                let first = block * BLOCK;
                let draws = BLOCK.min(self.draws - first);
                let mut weights = Array2::zeros((draws as usize, documents));
                for (draw, row) in (first..).zip(weights.outer_iter_mut()) {
                    self.draw(draw, row);
                }
                values(weights.view())
            })
            .collect();
        (0..figures)
            .into_par_iter()
            .map(|figure| middle(drawn.iter().filter_map(|values| values[figure]).collect()))
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

/// The middle of some values.
pub(super) fn middle(mut values: Vec<f64>) -> Option<Interval> {
    values.sort_unstable_by(f64::total_cmp);
    let tail = (1.0 - CONFIDENCE) / 2.0;
    Some(Interval {
        low: quantile(&values, tail)?,
        high: quantile(&values, 1.0 - tail)?,
    })
}

/// The quantile `q` of sorted values, interpolated between neighbours.
fn quantile(sorted: &[f64], q: f64) -> Option<f64> {
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
        let totals = draws.intervals(9, 1, |draws| {
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
        let first = alone.install(|| SMALL.intervals(40, 1, mean));
        assert_eq!(first, many.install(|| SMALL.intervals(40, 1, mean)));
        let other = Bootstrap { seed: 8, ..SMALL };
        assert_ne!(first, other.intervals(40, 1, mean));
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
        let interval = draws.intervals(100, 1, mean)[0].unwrap();
        assert!((interval.low - (49.5 - half)).abs() < 0.3, "{interval:?}");
        assert!((interval.high - (49.5 + half)).abs() < 0.3, "{interval:?}");
    }

    #[test]
    fn what_cannot_be_drawn_has_no_interval() {
        assert_eq!(SMALL.intervals(1, 1, mean), [None]);
        let nothing = |draws: ArrayView2<'_, f64>| vec![vec![None]; draws.nrows()];
        assert_eq!(SMALL.intervals(5, 1, nothing), [None]);
        let off = Bootstrap { draws: 0, seed: 7 };
        assert_eq!(off.intervals(5, 1, mean), [None]);
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
