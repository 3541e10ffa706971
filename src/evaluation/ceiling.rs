//! A model's figures beside the agreement of two annotators, who are as good as a model can be told to be.

use super::{EvaluationError, Interval, Options, Report, evaluate};
use crate::annotation::Annotation;
use serde::Serialize;

/// A figure and what two annotators reach.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ceiling {
    /// Full name of the figure.
    pub name: String,
    /// The class that it is of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// The model's.
    pub value: f64,
    /// Its interval.
    pub interval: Option<Interval>,
    /// The annotators': the mean of each held against the other.
    pub agreement: f64,
    /// Its interval: the means of the ends.
    pub agreement_interval: Option<Interval>,
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
    let options = Options {
        slices: Vec::new(),
        errors: 0,
        ..options.clone()
    };
    let there = evaluate(first, second, &options)?;
    let back = evaluate(second, first, &options)?;
    let mean = |a: f64, b: f64| (a + b) / 2.0;
    let figures = report.all().filter(|f| MEASURES.contains(&f.measure));
    let ceilings = figures.filter_map(|figure| {
        let (there, back) = (there.figure(&figure.name)?, back.figure(&figure.name)?);
        let agreement = mean(there.value?, back.value?);
        let value = figure.value?;
        let intervals = there.interval.zip(back.interval);
        Some(Ceiling {
            name: figure.name.clone(),
            class: figure.class.clone(),
            value,
            interval: figure.interval,
            agreement,
            agreement_interval: intervals.map(|(a, b)| Interval {
                low: mean(a.low, b.low),
                high: mean(a.high, b.high),
            }),
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
