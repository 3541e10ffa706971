//! From the score of a result to the probability that it is right.

use serde::{Deserialize, Serialize};

/// Nearest to 0 and 1 that a score comes.
const EDGE: f32 = 1e-4;

/// Beta calibration (Kull, Silva Filho and Flach 2017): a logistic function of the logarithms of a score and of what it
/// leaves, fitted on development files. With equal factors it is that of the score's logit (Platt 1999).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reliability {
    /// Factor of the logarithm of the score, at least 0.
    pub right: f32,
    /// Factor of the negative logarithm of one less the score, at least 0.
    pub wrong: f32,
    /// What is added to both.
    pub intercept: f32,
}

impl Default for Reliability {
    /// Leaves scores as they are.
    fn default() -> Self {
        Self {
            right: 1.0,
            wrong: 1.0,
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
        let [right, wrong] = logarithms(score);
        1.0 / (1.0 + (-(self.right * right + self.wrong * wrong + self.intercept)).exp())
    }

    /// Whether higher scores have higher probabilities.
    pub(super) fn rises(self) -> bool {
        let sum = self.right + self.wrong;
        self.right >= 0.0 && self.wrong >= 0.0 && sum > 0.0 && (sum + self.intercept).is_finite()
    }
}

/// Logarithm of a score, and the negative one of what it leaves.
pub(crate) fn logarithms(score: f32) -> [f32; 2] {
    let score = score.clamp(EDGE, 1.0 - EDGE);
    [score.ln(), -(1.0 - score).ln()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_of_scores() {
        for score in [0.0, 0.3, 0.99999, 1.0] {
            assert_eq!(Reliability::default().probability(score), score);
        }
        let map = |right, wrong, intercept| Reliability {
            right,
            wrong,
            intercept,
        };
        assert!((map(2.0, 2.0, 0.0).probability(0.75) - 0.9).abs() < 1e-6);
        assert!((map(1.0, 1.0, -(3f32.ln())).probability(0.75) - 0.5).abs() < 1e-6);
        // 1 / (1 - 0.75) = 4.
        assert!((map(0.0, 1.0, 0.0).probability(0.75) - 0.8).abs() < 1e-6);
        assert!(map(0.5, 0.5, 0.0).probability(1.0) < 1.0);
        assert!(
            map(0.0, 1.0, 0.0).rises() && !map(0.0, 0.0, 1.0).rises() && !map(f32::NAN, 1.0, 0.0).rises()
        );
        assert!(!map(f32::INFINITY, 1.0, 0.0).rises() && !map(1.0, 1.0, f32::NEG_INFINITY).rises());
    }
}
