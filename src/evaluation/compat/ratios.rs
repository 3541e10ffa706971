//! Precision, recall and F1 of counted spans, as the tools compute them: where there is nothing to divide by, 0.

/// Hits, guesses and gold spans.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Hits {
    pub(super) correct: u64,
    pub(super) predicted: u64,
    pub(super) gold: u64,
}

impl Hits {
    pub(super) fn add(&mut self, other: Self) {
        self.correct += other.correct;
        self.predicted += other.predicted;
        self.gold += other.gold;
    }

    pub(super) fn precision(self) -> f64 {
        share(self.correct as f64, self.predicted)
    }

    pub(super) fn recall(self) -> f64 {
        share(self.correct as f64, self.gold)
    }

    pub(super) fn f1(self) -> f64 {
        harmonic(self.precision(), self.recall())
    }
}

/// A share of a number of things; 0 where there are none.
pub(super) fn share(hits: f64, of: u64) -> f64 {
    if of == 0 { 0.0 } else { hits / of as f64 }
}

/// Harmonic mean; 0 where both are.
pub(super) fn harmonic(p: f64, r: f64) -> f64 {
    if p + r > 0.0 { 2.0 * p * r / (p + r) } else { 0.0 }
}
