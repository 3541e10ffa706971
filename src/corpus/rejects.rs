//! The dead-letter file: records that could not be annotated, with the reason and the record itself.

use super::record::Position;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A record that was not annotated; a line of `OUT.rejected.jsonl`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reject {
    /// Its id, as far as it has a readable one.
    pub id: Option<String>,
    /// Where it stands.
    #[serde(flatten)]
    pub position: Position,
    /// Its number in the input, from 0.
    pub number: u64,
    /// Why it was not annotated.
    pub reason: String,
    /// The record itself.
    pub record: Value,
}
