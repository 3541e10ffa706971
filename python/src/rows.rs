//! Articles out of rows that another program holds, passed as a stream of Arrow IPC.

use crate::error::fail;
use arrow_array::RecordBatch;
use arrow_ipc::reader::StreamReader;
use dixit::corpus::{Fields, MAX_ARTICLE_BYTES};
use pyo3::prelude::*;

/// Articles (id, text, metadata in JSON), and what is wrong with the other rows (id, reason).
type Sorted = (Vec<(String, String, String)>, Vec<(Option<String>, String)>);

/// The articles of rows.
#[pyfunction]
pub(crate) fn articles(py: Python<'_>, ipc: &[u8], id: String, text: String) -> PyResult<Sorted> {
    let fields = Fields { text, id };
    py.detach(|| {
        let (mut articles, mut faults) = (Vec::new(), Vec::new());
        for batch in StreamReader::try_new(ipc, None).map_err(fail)? {
            let batch: RecordBatch = batch.map_err(fail)?;
            for row in dixit::corpus::articles(&batch, &fields, MAX_ARTICLE_BYTES).map_err(fail)? {
                match row {
                    Ok(article) => {
                        let meta = serde_json::to_string(&article.meta).map_err(fail)?;
                        articles.push((article.id, article.text, meta));
                    }
                    Err(fault) => faults.push((fault.id, fault.reason)),
                }
            }
        }
        Ok((articles, faults))
    })
}
