//! What goes in: an article as stored.

use serde_json::{Map, Value};

/// An article: its text is never changed, trimmed or normalised.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Article {
    /// Identifier, unique within a corpus.
    pub id: String,
    /// The text exactly as stored.
    pub text: String,
    /// Free metadata, carried through to the output untouched.
    pub meta: Map<String, Value>,
}

impl Article {
    /// An article without metadata.
    pub fn new(id: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            text: text.into(),
            meta: Map::new(),
        }
    }
}
