//! Rows in memory, of a Parquet file or of another program that runs over a corpus.

use super::record::{Fault, Fields, record_of};
use super::scan::unfit;
use crate::article::Article;
use arrow_array::RecordBatch;
use serde_json::{Map, Value};

/// The articles of rows, by the rules of a run over a Parquet file, but for ids that occur twice. A text of more than
/// `limit` bytes is a fault.
///
/// # Errors
/// The columns that `fields` names are not there, or one has a type that is no JSON.
pub fn articles(
    batch: &RecordBatch,
    fields: &Fields,
    limit: usize,
) -> Result<Vec<Result<Article, Fault>>, String> {
    let schema = batch.schema();
    for name in [&fields.id, &fields.text] {
        if schema.index_of(name).is_err() {
            let names: Vec<&str> = schema.fields().iter().map(|f| f.name().as_str()).collect();
            return Err(format!("no column {name:?}; it has {}", names.join(", ")));
        }
    }
    let article = |record| {
        let article = fields.article(record, String::new())?;
        match unfit(&article.text, limit) {
            None => Ok(article),
            Some(reason) => Err(Fault {
                id: Some(article.id.clone()),
                reason,
                record: record_of(article, fields),
            }),
        }
    };
    Ok(rows(batch)?.into_iter().map(article).collect())
}

/// Rows as objects of their columns.
pub(super) fn rows(batch: &RecordBatch) -> Result<Vec<Map<String, Value>>, String> {
    serde_arrow::from_record_batch(batch).map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::{ArrayRef, Int64Array, StringArray};
    use std::sync::Arc;

    #[test]
    fn rows_are_articles_or_faults() {
        let batch = RecordBatch::try_from_iter([
            (
                "key",
                Arc::new(Int64Array::from(vec![Some(7), None, Some(9), Some(8)])) as ArrayRef,
            ),
            (
                "text",
                Arc::new(StringArray::from(vec![
                    Some("Oslo."),
                    Some("x"),
                    Some(" "),
                    Some("too long"),
                ])),
            ),
            (
                "page",
                Arc::new(Int64Array::from(vec![Some(1), None, None, None])),
            ),
        ])
        .unwrap();
        let fields = |id: &str| Fields {
            text: "text".into(),
            id: id.into(),
        };
        let found = articles(&batch, &fields("key"), 7).unwrap();
        let [Ok(good), Err(no_id), Err(empty), Err(long)] = found.as_slice() else {
            panic!("{found:?}");
        };
        assert_eq!((good.id.as_str(), good.text.as_str()), ("7", "Oslo."));
        assert_eq!(Value::Object(good.meta.clone()).to_string(), r#"{"page":1}"#);
        assert!(
            no_id.reason.contains("neither a string nor a number"),
            "{}",
            no_id.reason
        );
        assert_eq!(
            (empty.id.as_deref(), empty.reason.as_str()),
            (Some("9"), "the text is empty")
        );
        assert!(long.reason.contains("8 bytes"), "{}", long.reason);
        assert!(
            articles(&batch, &fields("id"), 7)
                .unwrap_err()
                .contains("no column \"id\"; it has key")
        );
    }
}
