//! Threads for one call.

use crate::error::fail;
use pyo3::PyResult;

/// A pool of the call's own: the threads of a global one would be missing in a process that was forked.
pub(crate) fn pool() -> PyResult<rayon::ThreadPool> {
    rayon::ThreadPoolBuilder::new().build().map_err(fail)
}
