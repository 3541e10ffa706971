//! The matching of nervaluate 1.2.1, kept to say where it differs from the best one: each prediction in turn takes the
//! first gold span that is left and fits, so the result depends on the order in which predictions are listed.

use super::semeval2013::{Instance, Outcomes, Scenario, is_correct, overlaps, typed};
use crate::span::Span;

/// Outcomes of an instance in the order in which its spans are listed.
pub(super) fn greedy(instance: &Instance, scenario: Scenario) -> Outcomes {
    let all = typed(&instance.gold);
    let mut taken = vec![false; all.len()];
    let mut outcomes = Outcomes::default();
    for predicted in typed(&instance.predicted) {
        let free = || (all.iter().copied().enumerate()).filter(|(index, _)| !taken[*index]);
        let overlapping = || free().filter(|(_, gold)| overlaps(gold.span, predicted.span));
        let correct = match scenario {
            Scenario::Strict | Scenario::Exact => {
                free().find(|(_, gold)| is_correct(*gold, predicted, scenario))
            }
            Scenario::Partial => overlapping().find(|(_, gold)| is_correct(*gold, predicted, scenario)),
            // The closest edges, the first of several.
            Scenario::Type => overlapping()
                .filter(|(_, gold)| is_correct(*gold, predicted, scenario))
                .min_by_key(|(_, gold)| distance(gold.span, predicted.span)),
        };
        let found = match correct {
            Some((index, _)) => {
                outcomes.correct += 1;
                Some(index)
            }
            None => {
                let wrong = overlapping()
                    .find(|(_, gold)| !is_correct(*gold, predicted, scenario))
                    .map(|(index, _)| index);
                match (wrong, scenario) {
                    (None, _) => outcomes.spurious += 1,
                    (Some(_), Scenario::Partial) => outcomes.partial += 1,
                    (Some(_), _) => outcomes.incorrect += 1,
                }
                wrong
            }
        };
        if let Some(index) = found {
            taken[index] = true;
        }
    }
    outcomes.missed = taken.iter().filter(|taken| !**taken).count() as u64;
    outcomes
}

fn distance(gold: Span, predicted: Span) -> usize {
    gold.start.abs_diff(predicted.start) + gold.end.abs_diff(predicted.end)
}
