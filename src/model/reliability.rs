//! From the score of a result to the probability that it is right.

use serde::{Deserialize, Serialize};

/// Nearest to 0 and 1 that a score comes.
const EDGE: f32 = 1e-4;

/// A logistic function of a score's logit (Platt 1999), fitted on development files.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reliability {
    /// Factor of the logit.
    pub slope: f32,
    /// What is added to it.
    pub intercept: f32,
}

impl Default for Reliability {
    /// Leaves scores as they are.
    fn default() -> Self {
        Self {
            slope: 1.0,
            intercept: 0.0,
        }
    }
}

impl Reliability {
    /// The probability for a score.
    pub fn probability(self, score: f32) -> f32 {
        if self == Self::default() {
            return score;
        }
        sigmoid(self.slope * logit(score) + self.intercept)
    }
}

/// Log-odds of a score.
pub(crate) fn logit(score: f32) -> f32 {
    let score = score.clamp(EDGE, 1.0 - EDGE);
    (score / (1.0 - score)).ln()
}

fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_of_scores() {
        for score in [0.0, 0.3, 0.99999, 1.0] {
            assert_eq!(Reliability::default().probability(score), score);
        }
        let map = |slope, intercept| Reliability { slope, intercept };
        assert!((map(2.0, 0.0).probability(0.75) - 0.9).abs() < 1e-6);
        assert!((map(1.0, -(3f32.ln())).probability(0.75) - 0.5).abs() < 1e-6);
        assert!(map(0.5, 0.0).probability(1.0) < 1.0);
    }
}
