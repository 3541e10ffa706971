//! A model's figures beside the agreement of two annotators, who are as good as a model can be told to be.

use super::{EvaluationError, Options, Report, evaluate};
use crate::annotation::Annotation;
use serde::Serialize;

/// A figure and what two annotators reach.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ceiling {
    /// Full name of the figure.
    pub name: String,
    /// The model's.
    pub value: f64,
    /// The annotators': the mean of each held against the other.
    pub agreement: f64,
    /// The value as a share of the agreement; `None` where they never agree.
    pub share: Option<f64>,
}

/// Measures that mean the same whichever annotator is taken as right, or nearly so.
const MEASURES: [&str; 3] = ["f1", "macro_f1", "accuracy"];

/// Holds the figures of a report against the agreement of two annotators of the same documents or some of them.
///
/// # Errors
/// The annotators' documents do not match.
pub fn ceilings(
    report: &Report,
    first: &[Annotation],
    second: &[Annotation],
    options: &Options,
) -> Result<Vec<Ceiling>, EvaluationError> {
    let mut options = options.clone();
    options.bootstrap.draws = 0;
    let there = evaluate(first, second, &options)?.figures();
    let back = evaluate(second, first, &options)?.figures();
    let figures = report.all().filter(|f| MEASURES.contains(&f.measure));
    let ceilings = figures.filter_map(|figure| {
        let agreement = (there.get(&figure.name)? + back.get(&figure.name)?) / 2.0;
        let value = figure.value?;
        Some(Ceiling {
            name: figure.name.clone(),
            value,
            agreement,
            share: (agreement > 0.0).then(|| value / agreement),
        })
    });
    Ok(ceilings.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::fixtures::with_entities;

    #[test]
    fn a_share_of_what_annotators_reach() {
        let gold = with_entities("[LOC Oslo] and [LOC Bergen] and [LOC Moss]");
        let other = with_entities("[LOC Oslo] and [LOC Bergen] and Moss");
        let model = with_entities("[LOC Oslo] and Bergen and Moss");
        let options = Options::default();
        let gold = [gold];
        let report = evaluate(&gold, &[model], &options).unwrap();
        let found = ceilings(&report, &gold, &[other], &options).unwrap();
        assert_eq!(found[0].name, "entities.f1");
        assert_eq!((found[0].value, found[0].agreement), (0.5, 0.8));
        assert_eq!(found[0].share, Some(0.625));
        assert!(found.iter().all(|c| !c.name.ends_with("precision")));
    }
}
