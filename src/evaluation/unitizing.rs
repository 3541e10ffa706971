//! Krippendorff's alpha for unitising: whether two observers cut the same units out of a continuum.
//!
//! K. Krippendorff, "On the reliability of unitizing continuous data" (Sociological Methodology 25, 1995), for two
//! observers; figures of its example are in the tests.

/// Units that two observers cut out of one continuum, of one category.
#[derive(Clone, Debug, Default)]
pub(super) struct Units {
    /// `[start, end)` of each observer's units, in order and without overlap.
    pub(super) observers: [Vec<(usize, usize)>; 2],
}

/// Observed and expected disagreement over one category.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Disagreements {
    observed: f64,
    expected: f64,
}

impl Disagreements {
    pub(super) fn add(&mut self, other: Self) {
        self.observed += other.observed;
        self.expected += other.expected;
    }

    /// 1 of perfect agreement, 0 of chance; `None` where nobody has any unit.
    pub(super) fn alpha(self) -> Option<f64> {
        (self.expected > 0.0).then(|| 1.0 - self.observed / self.expected)
    }
}

/// Disagreement over the units of one category in a continuum of some length.
pub(super) fn disagreements(units: &Units, length: usize) -> Disagreements {
    if length == 0 {
        return Disagreements::default();
    }
    Disagreements {
        observed: observed(units, length as f64),
        expected: expected(units, length),
    }
}

fn observed(units: &Units, length: f64) -> f64 {
    let [first, second] = &units.observers;
    let mut sum = 0.0;
    for (own, others) in [(first, second), (second, first)] {
        let mut from = 0;
        for &(start, end) in own {
            while others.get(from).is_some_and(|o| o.1 <= start) {
                from += 1;
            }
            let overlapping = others[from..].iter().take_while(|o| o.0 < end);
            let mut met = false;
            for &(other_start, other_end) in overlapping {
                met = true;
                let edges = start.abs_diff(other_start) as f64;
                sum += edges.powi(2) + (end.abs_diff(other_end) as f64).powi(2);
            }
            if !met {
                // The unit lies in a gap of the other; it is met once more from the gap's side.
                sum += 2.0 * ((end - start) as f64).powi(2);
            }
        }
    }
    sum / (2.0 * length.powi(2))
}

fn expected(units: &Units, length: usize) -> f64 {
    let lengths = || units.observers.iter().flatten().map(|(s, e)| (e - s) as f64);
    let number = lengths().count() as f64;
    let mut gaps: Vec<usize> = units.observers.iter().flat_map(|u| gaps(u, length)).collect();
    gaps.sort_unstable();
    let sum: f64 = lengths()
        .map(|l| {
            let wide = &gaps[gaps.partition_point(|g| (*g as f64) < l)..];
            let places: f64 = wide.iter().map(|g| *g as f64 - l + 1.0).sum();
            (number - 1.0) / 3.0 * (2.0 * l.powi(3) - 3.0 * l.powi(2) + l) + l.powi(2) * places
        })
        .sum();
    let all = 2.0 * length as f64;
    let pairs = all * (all - 1.0) - lengths().map(|l| l * (l - 1.0)).sum::<f64>();
    if pairs > 0.0 {
        sum * 2.0 / length as f64 / pairs
    } else {
        0.0
    }
}

/// Lengths of what lies before, between and behind units.
fn gaps(units: &[(usize, usize)], length: usize) -> Vec<usize> {
    let mut at = 0;
    let mut gaps = Vec::new();
    for &(start, end) in units.iter().chain([&(length, length)]) {
        gaps.extend((start > at).then(|| start - at));
        at = end;
    }
    gaps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() < 0.000_1, "{found} {expected}");
    }

    #[test]
    fn the_published_example() {
        // A continuum from 150 to 450 with two categories.
        let c = Units {
            observers: [
                vec![(75, 145), (220, 250)],
                vec![(70, 150), (205, 225), (250, 270)],
            ],
        };
        let k = Units {
            observers: [vec![(30, 90), (150, 200)], vec![(30, 90), (150, 200)]],
        };
        let (of_c, of_k) = (disagreements(&c, 300), disagreements(&k, 300));
        near(of_c.observed, 0.0144);
        near(of_c.expected, 0.0532);
        near(of_k.observed, 0.0);
        near(of_k.expected, 0.0490);
        near(of_c.alpha().unwrap(), 0.7285);
        assert_eq!(of_k.alpha(), Some(1.0));
        let mut both = of_c;
        both.add(of_k);
        near(both.alpha().unwrap(), 0.8587);
    }

    #[test]
    fn nothing_to_agree_about() {
        assert_eq!(disagreements(&Units::default(), 100).alpha(), None);
        assert_eq!(disagreements(&Units::default(), 0).alpha(), None);
    }

    #[test]
    fn units_apart_are_worse_than_chance() {
        let apart = Units {
            observers: [vec![(0, 40)], vec![(60, 100)]],
        };
        let alpha = disagreements(&apart, 100).alpha().unwrap();
        assert!(alpha < 0.0, "{alpha}");
    }
}
