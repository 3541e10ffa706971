//! Intervals of figures between 0 and 1 from what a bootstrap drew: symmetric studentised intervals (bootstrap-t; Hall
//! 1988, "On symmetric bootstrap confidence intervals") of the logit of the figure. How far a draw lies from the figure
//! is measured in the draw's own standard error, so that the intervals are as wide as few, unequal documents make it
//! necessary; plain percentiles of the draws are too narrow for them. `benches/coverage.rs` shows how often the
//! intervals hold the true value.

use super::bootstrap::{CONFIDENCE, Interval, quantile, student};

/// Standard errors below this are those of rounding.
const SMALLEST: f64 = 1e-9;

/// A figure over some documents.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Estimate {
    /// Its value; `None` where there was nothing to measure it on.
    pub(super) value: Option<f64>,
    /// Its standard error; `None` where that is not known.
    pub(super) error: Option<f64>,
}

/// What is observed of a figure, before anything is drawn.
#[derive(Clone, Copy, Debug)]
pub(super) struct Observed {
    /// The figure over all documents.
    estimate: Estimate,
    /// Documents that have anything to measure it on.
    documents: usize,
}

impl Observed {
    /// A standard error of nothing is one that is not known: where each class of a mean is in one document only, say,
    /// there are no slopes, yet draws differ.
    pub(super) fn new(estimate: Estimate, documents: usize) -> Self {
        Self {
            estimate: Estimate {
                error: estimate.error.filter(|error| *error > SMALLEST),
                ..estimate
            },
            documents,
        }
    }

    /// What is kept of a draw: how many standard errors it lies from what is observed, or its value where standard
    /// errors are not known; `None` where it says nothing.
    pub(super) fn statistic(&self, drawn: &Estimate) -> Option<f64> {
        let value = drawn.value?;
        let error = drawn.error.filter(|error| *error > SMALLEST);
        match (self.estimate.value, self.estimate.error, error) {
            (Some(observed), Some(_), Some(error)) => {
                let distance = logit(value) - logit(observed);
                let distance = distance.abs() / (error / slope(value));
                distance.is_finite().then_some(distance)
            }
            (_, Some(_), None) => None,
            _ => Some(value),
        }
    }

    /// The interval, from the statistics of the draws of so many units. There is none of a figure that fewer than two
    /// documents have.
    ///
    /// Where every unit is right, or none is, draws are all alike and say nothing; then documents count as trials, each
    /// right or wrong as a whole, of which all were right, or none (Clopper and Pearson 1934).
    pub(super) fn interval(&self, mut statistics: Vec<f64>, units: usize) -> Option<Interval> {
        let value = self.estimate.value.filter(|_| self.documents > 1)?;
        let never = ((1.0 - CONFIDENCE) / 2.0).powf(1.0 / self.documents as f64);
        if value <= 0.0 {
            return Some(Interval {
                low: 0.0,
                high: 1.0 - never,
            });
        }
        if value >= 1.0 {
            return Some(Interval {
                low: never,
                high: 1.0,
            });
        }
        let student = student(units)?;
        let (distance, error) = match self.estimate.error {
            Some(error) => {
                statistics.sort_unstable_by(f64::total_cmp);
                // Of very few documents, most draws that are not all alike lie too close.
                let distance = quantile(&statistics, CONFIDENCE).unwrap_or_default();
                (distance.max(student), error)
            }
            None => (student, spread(&statistics, units)?),
        };
        let reach = distance * error / slope(value);
        let end = |logit: f64| 1.0 / (1.0 + (-logit).exp());
        Some(Interval {
            low: end(logit(value) - reach),
            high: end(logit(value) + reach),
        })
    }
}

fn logit(value: f64) -> f64 {
    (value / (1.0 - value)).ln()
}

/// By how much a value rises where its logit rises by a little.
fn slope(value: f64) -> f64 {
    value * (1.0 - value)
}

/// The standard error that draws of so many units show; draws spread a little less than what they are drawn from.
fn spread(values: &[f64], units: usize) -> Option<f64> {
    let (n, units) = (values.len() as f64, units as f64);
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0);
    (n > 1.0).then(|| (variance * units / (units - 1.0)).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn observed(value: f64, error: Option<f64>, documents: usize) -> Observed {
        let value = Some(value);
        Observed::new(Estimate { value, error }, documents)
    }

    fn close(found: Option<Interval>, low: f64, high: f64) {
        let found = found.unwrap();
        assert!(
            (found.low - low).abs() < 1e-3 && (found.high - high).abs() < 1e-3,
            "{found:?}"
        );
    }

    #[test]
    fn intervals_by_hand() {
        // Half of it: the logit is 0, and a standard error of 0.025 is one of 0.1 there.
        let half = observed(0.5, Some(0.025), 50);
        let end = 1.0 / (1.0 + (-0.3_f64).exp());
        close(half.interval(vec![3.0; 9], 50), 1.0 - end, end);
        // Draws that lie too close: Student's t for 9 degrees of freedom is 2.262.
        let end = 1.0 / (1.0 + (-0.2262_f64).exp());
        close(half.interval(vec![0.1; 9], 10), 1.0 - end, end);
        close(half.interval(vec![], 10), 1.0 - end, end);
        // No standard error: that of the draws, 0.0237 here, made larger by the root of 10 to 9.
        let end = 1.0 / (1.0 + (-2.262 * 0.1_f64).exp());
        let spread = 0.025 * (0.9_f64).sqrt() * (0.5_f64).sqrt();
        let draws = vec![0.5 - spread, 0.5 + spread];
        close(observed(0.5, None, 50).interval(draws, 10), 1.0 - end, end);
        // Ten documents without a fault: 0.025 to the tenth part.
        close(observed(1.0, Some(0.0), 10).interval(vec![], 10), 0.6915, 1.0);
        close(observed(0.0, Some(0.0), 10).interval(vec![], 10), 0.0, 0.3085);
        assert_eq!(observed(0.5, Some(0.1), 1).interval(vec![2.0; 9], 10), None);
    }

    #[test]
    fn draws_that_say_nothing_are_left_out() {
        let half = observed(0.5, Some(0.1), 9);
        let drawn = |value, error| Estimate { value, error };
        assert_eq!(half.statistic(&drawn(None, None)), None);
        assert_eq!(half.statistic(&drawn(Some(1.0), Some(0.0))), None);
        assert_eq!(half.statistic(&drawn(Some(0.5), Some(0.0))), None);
        assert_eq!(half.statistic(&drawn(Some(0.5), Some(0.1))), Some(0.0));
        // The logit of 0.75 is ln 3, and the slope there 3/16.
        let far = half.statistic(&drawn(Some(0.75), Some(0.1))).unwrap();
        assert!((far - 3_f64.ln() * 1.875).abs() < 1e-12);
        assert_eq!(
            observed(0.5, None, 9).statistic(&drawn(Some(0.7), None)),
            Some(0.7)
        );
    }
}
