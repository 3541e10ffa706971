//! Evaluation: annotations held against gold.

use crate::annotation::Annotation;
use crate::error::fail;
use crate::pool::pool;
use dixit::evaluation::{Allow, Bootstrap, Check, EvaluationError, OUTPUTS, Options};
use pyo3::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// The result of an evaluation.
#[pyclass(frozen, module = "dixit._dixit")]
pub(crate) struct Report(dixit::evaluation::Report);

#[pymethods]
impl Report {
    /// The report as one of the command line's formats.
    fn render(&self, format: &str) -> PyResult<String> {
        let Some(output) = OUTPUTS.iter().find(|output| output.name == format) else {
            let names: Vec<&str> = OUTPUTS.iter().map(|output| output.name).collect();
            return Err(fail(format!(
                "no format {format:?}; there are {}",
                names.join(", ")
            )));
        };
        let mut bytes = Vec::new();
        (output.write)(&self.0, &mut bytes).map_err(fail)?;
        String::from_utf8(bytes).map_err(fail)
    }
}

/// Scores predictions; what may be let pass is `allow`: `overlaps`, `duplicates`, `labels`.
#[pyfunction]
#[pyo3(signature = (gold, predicted, *, merge, labels, threshold, slices, errors, draws, seed, allow, ignore_missing,
                    ignore_differing))]
#[expect(clippy::too_many_arguments, reason = "keywords in Python")]
pub(crate) fn evaluate(
    py: Python<'_>,
    gold: Vec<Py<Annotation>>,
    predicted: Vec<Py<Annotation>>,
    merge: BTreeMap<String, String>,
    labels: Option<BTreeSet<String>>,
    threshold: f32,
    slices: Vec<String>,
    errors: usize,
    draws: Option<u32>,
    seed: Option<u64>,
    allow: Vec<String>,
    ignore_missing: bool,
    ignore_differing: bool,
) -> PyResult<Report> {
    let defaults = Bootstrap::default();
    let options = Options {
        merge,
        labels,
        threshold,
        bootstrap: Bootstrap {
            draws: draws.unwrap_or(defaults.draws),
            seed: seed.unwrap_or(defaults.seed),
        },
        slices,
        errors,
        ignore_missing,
        ignore_differing,
    };
    let allow = allowed(&allow)?;
    let inner = |annotations: Vec<Py<Annotation>>| annotations.iter().map(|a| a.get().0.clone()).collect();
    let (gold, predicted): (Vec<_>, Vec<_>) = (inner(gold), inner(predicted));
    py.detach(|| {
        let report = pool()?.install(|| {
            let check = Check::new(&gold, &options, allow)?;
            predicted
                .iter()
                .try_for_each(|annotation| check.predicted(annotation))?;
            dixit::evaluation::evaluate(&gold, &predicted, &options)
        });
        report.map(Report).map_err(fail::<EvaluationError>)
    })
}

fn allowed(names: &[String]) -> PyResult<Allow> {
    let mut allow = Allow::default();
    for name in names {
        match name.as_str() {
            "overlaps" => allow.overlaps = true,
            "duplicates" => allow.duplicates = true,
            "labels" => allow.labels = true,
            other => {
                let known = "overlaps, duplicates, labels";
                return Err(fail(format!(
                    "cannot allow {other:?}; what can be allowed is {known}"
                )));
            }
        }
    }
    Ok(allow)
}
