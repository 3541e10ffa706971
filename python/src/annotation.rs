//! Annotations, and the files that they are read from.

use crate::error::fail;
use dixit::evaluation::read_fixtures;
use dixit::formats::{
    AnnotatedReader, FormatError, OffsetUnit, Offsets, StoredReader, TableFormat, Tables, parse_record,
    to_json,
};
use dixit::text::segment;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use serde_json::Value;
use std::path::PathBuf;

/// An annotated article.
#[pyclass(frozen, module = "dixit._dixit")]
pub(crate) struct Annotation(pub(crate) dixit::annotation::Annotation);

#[pymethods]
impl Annotation {
    #[staticmethod]
    fn from_json(json: &str) -> PyResult<Self> {
        parse_record(json).map(Self).map_err(fail)
    }

    #[getter]
    fn id(&self) -> &str {
        &self.0.id
    }

    #[getter]
    fn text(&self) -> &str {
        &self.0.text
    }

    #[pyo3(signature = (*, pretty, offset_unit))]
    fn to_json(&self, py: Python<'_>, pretty: bool, offset_unit: String) -> PyResult<String> {
        let unit: OffsetUnit = serde_json::from_value(Value::String(offset_unit)).map_err(fail)?;
        py.detach(|| to_json(&self.0, unit, pretty)).map_err(fail)
    }

    /// The words of the text, in code points.
    fn words(&self, py: Python<'_>) -> PyResult<Vec<(usize, usize)>> {
        py.detach(|| {
            let offsets = Offsets::new(&self.0.text, OffsetUnit::Codepoint);
            let words = segment(&self.0.text).words;
            (words.into_iter())
                .map(|word| offsets.write(word))
                .collect::<Result<_, FormatError>>()
        })
        .map_err(fail)
    }
}

/// Annotations of a file, one by one.
#[pyclass(unsendable, module = "dixit._dixit")]
pub(crate) struct Reader(Box<dyn Iterator<Item = PyResult<Annotation>>>);

#[pymethods]
impl Reader {
    fn __iter__(reader: PyRef<'_, Self>) -> PyRef<'_, Self> {
        reader
    }

    fn __next__(&mut self) -> Option<PyResult<Annotation>> {
        self.0.next()
    }
}

/// Reads JSON Lines, CoNLL columns, Parquet, or a folder of fixtures.
#[pyfunction]
pub(crate) fn read(path: PathBuf) -> PyResult<Reader> {
    Ok(Reader(if path.is_dir() {
        let lines = |errors: Vec<_>| {
            fail(
                errors
                    .iter()
                    .map(ToString::to_string)
                    .collect::<Vec<_>>()
                    .join("\n"),
            )
        };
        let fixtures = read_fixtures(&path).map_err(lines)?;
        Box::new(fixtures.into_iter().map(|fixture| Ok(Annotation(fixture))))
    } else if path.extension().is_some_and(|e| e == "parquet") {
        let stored = StoredReader::open(&path).map_err(fail)?;
        Box::new(stored.map(|stored| stored.map(|s| Annotation(s.annotation)).map_err(fail)))
    } else {
        let annotated = AnnotatedReader::open(&path).map_err(fail)?;
        Box::new(annotated.map(|annotation| annotation.map(Annotation).map_err(fail)))
    }))
}

/// A flat table of annotations, as the bytes of a Parquet file.
#[pyfunction]
pub(crate) fn table<'py>(
    py: Python<'py>,
    annotations: Vec<Py<Annotation>>,
    name: &str,
) -> PyResult<Bound<'py, PyBytes>> {
    let names = Tables::<Vec<u8>>::NAMES;
    let Some(place) = names.iter().position(|known| *known == name) else {
        return Err(fail(format!("no table {name:?}; there are {}", names.join(", "))));
    };
    let bytes = py
        .detach(|| {
            let mut tables = Tables::new(TableFormat::Parquet, OffsetUnit::Codepoint, |_| Ok(Vec::new()))?;
            for annotation in &annotations {
                tables.write(&annotation.get().0)?;
            }
            tables.finish()
        })
        .map_err(fail)?;
    Ok(PyBytes::new(py, &bytes[place]))
}
