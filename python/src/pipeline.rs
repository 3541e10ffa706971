//! The pipeline, and articles that go through it many at a time.

use crate::annotation::Annotation;
use crate::error::{fail, failed};
use crate::pool::pool;
use dixit::article::Article;
use dixit::engine::native::{Native, Precision};
use dixit::model::Model;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyIterator;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, TryLockError};

/// An article as Python passes it: id, text, metadata in JSON.
type Given = (String, String, Option<String>);

fn article((id, text, meta): Given) -> PyResult<Article> {
    let mut article = Article::new(id, text);
    if let Some(meta) = meta {
        article.meta = serde_json::from_str(&meta).map_err(|e| fail(format!("metadata: {e}")))?;
    }
    Ok(article)
}

/// A model on the native engine.
#[pyclass(frozen, module = "dixit._dixit")]
pub(crate) struct Pipeline {
    pipeline: dixit::pipeline::Pipeline,
    threads: usize,
}

#[pymethods]
impl Pipeline {
    #[new]
    #[pyo3(signature = (path, *, precision, threads))]
    fn load(py: Python<'_>, path: PathBuf, precision: &str, threads: Option<usize>) -> PyResult<Self> {
        let precision = match precision {
            "int8" => Precision::Int8,
            "f32" => Precision::F32,
            other => return Err(fail(format!("no precision {other:?}; there are int8, f32"))),
        };
        let threads = match threads {
            Some(0) => return Err(fail("0 threads read nothing; one does")),
            Some(threads) => threads,
            None => std::thread::available_parallelism().map_or(1, usize::from),
        };
        py.detach(|| {
            let pipeline = pool()?.install(|| {
                let model = Model::load(&path).map_err(fail)?;
                let engine = Native::load(&model, precision, threads).map_err(fail)?;
                PyResult::Ok(dixit::pipeline::Pipeline::with(model, Box::new(engine)))
            })?;
            Ok(Self { pipeline, threads })
        })
    }

    /// Version, model, its hash, engine.
    #[getter]
    fn provenance(&self) -> (String, String, String, String) {
        let made = self.pipeline.provenance();
        (made.dixit, made.model, made.model_sha256, made.engine)
    }

    fn annotate(&self, py: Python<'_>, given: Given) -> PyResult<Annotation> {
        let article = article(given)?;
        let annotated = py.detach(|| self.pipeline.annotate(&article));
        annotated.map(Annotation).map_err(|e| failed(py, &e))
    }

    fn annotate_many(&self, articles: &Bound<'_, PyIterator>) -> PyResult<Many> {
        let fault = Arc::new(Mutex::new(None));
        let articles = Articles {
            articles: articles.clone().unbind(),
            fault: Arc::clone(&fault),
        };
        let many = (self.pipeline.annotate_many(articles, self.threads)).map_err(fail)?;
        Ok(Many {
            many: Mutex::new(many),
            fault,
        })
    }
}

/// What went wrong in a Python iterator.
type Fault = Arc<Mutex<Option<PyErr>>>;

/// Articles out of a Python iterator, as far as it goes without an exception.
struct Articles {
    articles: Py<PyIterator>,
    fault: Fault,
}

impl Iterator for Articles {
    type Item = Article;

    fn next(&mut self) -> Option<Article> {
        Python::attach(|py| {
            let next = self.articles.bind(py).clone().next()?;
            match next.and_then(|given| article(given.extract()?)) {
                Ok(article) => Some(article),
                Err(error) => {
                    *self.fault.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                    None
                }
            }
        })
    }
}

/// Annotations in the order of their articles.
#[pyclass(frozen, module = "dixit._dixit")]
pub(crate) struct Many {
    many: Mutex<dixit::many::Many<Articles>>,
    fault: Fault,
}

#[pymethods]
impl Many {
    fn __iter__(many: PyRef<'_, Self>) -> PyRef<'_, Self> {
        many
    }

    /// The next annotation. An exception of the iterator of articles comes after all that it gave before.
    fn __next__(&self, py: Python<'_>) -> PyResult<Option<Annotation>> {
        // Only tried: the articles may come from a generator that asks for annotations itself.
        let next = py.detach(|| match self.many.try_lock() {
            Ok(mut many) => Ok(many.next()),
            Err(TryLockError::WouldBlock) => Err("annotations are being asked for already"),
            Err(TryLockError::Poisoned(_)) => Err("an earlier call failed"),
        });
        match next.map_err(PyValueError::new_err)? {
            Some(annotated) => Ok(Some(Annotation(annotated.map_err(|e| failed(py, &e))?))),
            None => match self.fault.lock().unwrap_or_else(PoisonError::into_inner).take() {
                Some(error) => Err(error),
                None => Ok(None),
            },
        }
    }
}
