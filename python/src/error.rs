//! The one exception of the package.

use dixit::pipeline::PipelineError;
use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use std::fmt::Display;

pyo3::create_exception!(
    dixit,
    DixitError,
    PyException,
    "Something that dixit cannot do, and why."
);

/// An exception that says what `error` says.
pub(crate) fn fail<E: Display>(error: E) -> PyErr {
    DixitError::new_err(error.to_string())
}

/// The same, with the id of the article in `article` where it is one article's fault alone.
pub(crate) fn failed(py: Python<'_>, error: &PipelineError) -> PyErr {
    let exception = fail(error);
    let article = match error {
        PipelineError::Article { id, .. } => Some(id),
        _ => None,
    };
    match exception.value(py).setattr("article", article) {
        Ok(()) => exception,
        Err(other) => other,
    }
}
