//! The extension module `dixit._dixit`: what the Python package calls. What its users see, and its documentation, is in
//! the package; here are conversions and the release of the interpreter's lock.

mod annotation;
mod error;
mod evaluation;
mod pipeline;
mod pool;
mod rows;

use pyo3::pymodule;

#[pymodule]
mod _dixit {
    #[pymodule_export]
    use crate::annotation::{Annotation, Reader, read, table};
    #[pymodule_export]
    use crate::error::DixitError;
    #[pymodule_export]
    use crate::evaluation::{Report, evaluate};
    #[pymodule_export]
    use crate::pipeline::{Many, Pipeline};
    #[pymodule_export]
    use crate::rows::articles;
}
