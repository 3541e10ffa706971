//! Why predictions cannot be held against gold.

use std::fmt;

/// Documents of gold and predictions that do not fit together.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EvaluationError {
    /// Two documents of one side have the same id.
    #[error("id {id:?} occurs twice in the {side}, as documents {first} and {second}")]
    Duplicate {
        /// The side.
        side: Side,
        /// The id.
        id: String,
        /// Place of the first of them, from 1.
        first: usize,
        /// Place of the second.
        second: usize,
    },
    /// Documents that only one side has.
    #[error("{} of the {side} not in the {}: {}", documents(ids.len()), side.other(), some(ids))]
    Missing {
        /// The side that has them.
        side: Side,
        /// Their ids.
        ids: Vec<String>,
    },
    /// A document whose text is not the same on both sides, so that offsets mean different things.
    #[error("the text of {id:?} differs between gold and prediction from code point {at} on")]
    Text {
        /// The document.
        id: String,
        /// First code point that differs, from 0.
        at: usize,
    },
    /// A metadata field, to score parts by, that no document has.
    #[error("no gold document has the metadata field {field:?}; there is {}", if known.is_empty() { "none".to_owned() } else { some(known) })]
    Field {
        /// The field.
        field: String,
        /// The fields that there are.
        known: Vec<String>,
    },
    /// An entity that is listed twice.
    #[error("{side}, article {id:?}: {entity} is listed twice")]
    Twice {
        /// The side.
        side: Side,
        /// The document.
        id: String,
        /// The entity.
        entity: String,
    },
    /// Two entities that share characters.
    #[error("{side}, article {id:?}: {first} and {second} overlap")]
    Overlap {
        /// The side.
        side: Side,
        /// The document.
        id: String,
        /// The entity that begins first.
        first: String,
        /// The other.
        second: String,
    },
    /// A predicted entity whose label gold does not have.
    #[error("predictions, article {id:?}: the label of {entity} occurs nowhere in gold, which has {known}")]
    Label {
        /// The document.
        id: String,
        /// The entity.
        entity: String,
        /// The labels of gold.
        known: String,
    },
    /// No document is left to score.
    #[error("no document is both in the gold and in the predictions")]
    Empty,
}

/// Where an annotation comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// What is right.
    Gold,
    /// What is to be judged.
    Predictions,
}

impl EvaluationError {
    /// The article that is to blame, the first of several, and the side on which it is.
    pub fn article(&self) -> Option<(Side, &str)> {
        match self {
            Self::Duplicate { side, id, .. }
            | Self::Twice { side, id, .. }
            | Self::Overlap { side, id, .. } => Some((*side, id)),
            Self::Missing { side, ids } => ids.first().map(|id| (*side, id.as_str())),
            Self::Text { id, .. } | Self::Label { id, .. } => Some((Side::Predictions, id)),
            Self::Field { .. } | Self::Empty => None,
        }
    }
}

impl Side {
    /// The side it is held against.
    pub fn other(self) -> Self {
        match self {
            Self::Gold => Self::Predictions,
            Self::Predictions => Self::Gold,
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gold => "gold",
            Self::Predictions => "predictions",
        })
    }
}

pub(super) fn documents(number: usize) -> String {
    match number {
        1 => "1 document".to_owned(),
        n => format!("{n} documents"),
    }
}

/// Ids for a message: the first few, and how many more.
pub(super) fn some(ids: &[String]) -> String {
    const SHOWN: usize = 5;
    let shown: Vec<String> = ids.iter().take(SHOWN).map(|id| format!("{id:?}")).collect();
    match ids.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
