//! What readers yield: an article or what is wrong with it, and where it stands.

use crate::article::Article;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::fmt;

/// One record of the input.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Where it stands.
    pub position: Position,
    /// Character encoding that its text was in.
    pub encoding: &'static str,
    /// The article, or why there is none.
    pub body: Result<Article, Fault>,
}

/// A place in the input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The file, `-` for standard input.
    pub file: String,
    /// Line or row, from 1; `None` for a file as a whole.
    pub line: Option<u64>,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}", self.file),
            None => f.write_str(&self.file),
        }
    }
}

/// A record that is no article.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// Its id, as far as it has a readable one.
    pub id: Option<String>,
    /// What is wrong with it.
    pub reason: String,
    /// The record itself: as JSON, as a string, or bytes as `{"hex": "…"}`; null where it could not be read.
    pub record: Value,
}

impl Fault {
    /// A fault of something that could not be read.
    pub(super) fn unread(reason: impl Into<String>) -> Self {
        Self::of(reason, Value::Null)
    }

    /// A fault of a record without an id.
    pub(super) fn of(reason: impl Into<String>, record: Value) -> Self {
        Self {
            id: None,
            reason: reason.into(),
            record,
        }
    }
}

/// Bytes that are no text, as they stand in a fault.
pub(super) fn hex(bytes: &[u8]) -> Value {
    use fmt::Write;
    let mut digits = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a string does not fail.
        let _ = write!(digits, "{byte:02x}");
    }
    json!({ "hex": digits })
}

/// An article as the record it was read from.
pub(super) fn record_of(article: Article, fields: &Fields) -> Value {
    let mut record = Map::new();
    record.insert(fields.id.clone(), Value::String(article.id));
    record.insert(fields.text.clone(), Value::String(article.text));
    record.extend(article.meta);
    Value::Object(record)
}

/// Names of the fields that make an article of a record; all others become its metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fields {
    /// Holds the text.
    pub text: String,
    /// Holds the id.
    pub id: String,
}

impl Fields {
    /// Makes an article of a record; `id` is for one that has none.
    pub(super) fn article(&self, mut record: Map<String, Value>, id: String) -> Result<Article, Fault> {
        let id = match record.get(&self.id) {
            None => Ok(id),
            Some(Value::String(id)) if !id.is_empty() => Ok(id.clone()),
            Some(Value::Number(id)) => Ok(id.to_string()),
            Some(_) => Err(format!("{:?} is neither a string nor a number", self.id)),
        };
        let fault = match (&id, record.get(&self.text)) {
            (Err(reason), _) => reason.clone(),
            (_, Some(Value::String(_))) => String::new(),
            (_, None) => {
                let names: Vec<&str> = record.keys().map(String::as_str).collect();
                format!(
                    "no field {:?}; it has {}; --text-field names another",
                    self.text,
                    names.join(", ")
                )
            }
            (_, Some(Value::Null)) => format!("{:?} is null", self.text),
            (_, Some(_)) => format!("{:?} is not a string", self.text),
        };
        match (id, record.shift_remove(&self.text)) {
            (Ok(id), Some(Value::String(text))) => {
                record.shift_remove(&self.id);
                Ok(Article {
                    id,
                    text,
                    meta: record,
                })
            }
            (id, text) => {
                if let Some(text) = text {
                    record.insert(self.text.clone(), text);
                }
                Err(Fault {
                    id: id.ok(),
                    reason: fault,
                    record: Value::Object(record),
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn articles_of_records() {
        let fields = Fields {
            text: "body".into(),
            id: "key".into(),
        };
        let read = |record: Value| match record {
            Value::Object(record) => fields.article(record, "f:1".into()),
            _ => unreachable!(),
        };
        let meta = json!({"z": 1, "a": {"y": [null], "b": 0.1}});
        let record = json!({"z": 1, "body": "x", "a": {"y": [null], "b": 0.1}, "key": 7});
        let article = read(record).unwrap();
        assert_eq!((article.id.as_str(), article.text.as_str()), ("7", "x"));
        assert_eq!(Value::Object(article.meta).to_string(), meta.to_string());
        assert_eq!(read(json!({"body": "x"})).unwrap().id, "f:1");
        for (record, reason) in [
            (
                json!({"text": "x", "key": "a"}),
                "no field \"body\"; it has text, key",
            ),
            (json!({"body": null, "key": "a"}), "\"body\" is null"),
            (json!({"body": 1}), "\"body\" is not a string"),
            (json!({"body": "x", "key": null}), "\"key\" is neither"),
            (json!({"body": "x", "key": ""}), "\"key\" is neither"),
        ] {
            let fault = read(record.clone()).unwrap_err();
            assert!(fault.reason.starts_with(reason), "{}", fault.reason);
            assert_eq!(fault.record, record);
        }
    }
}
