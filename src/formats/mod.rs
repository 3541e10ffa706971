//! Formats: how annotations are read and written, one file per format. Only here do byte offsets become code points
//! (or UTF-16 units, or bytes on request), and every span is checked on the way.

mod annotated;
mod conll;
mod dixit;
mod error;
mod html;
mod json;
mod offsets;
mod parquet;
mod reading;
mod standoff;
mod stored;
mod tables;

pub use annotated::{AnnotatedReader, is_columns};
pub use conll::{Chunk, Conll, ConllDocument, ConllWord, OUTSIDE, UNKNOWN, chunks};
pub use dixit::{DixitReader, parse_record, to_json};
pub use error::FormatError;
pub use offsets::{OffsetUnit, Offsets};
pub use standoff::{attach, detach};
pub use stored::{Stored, StoredReader};
pub use tables::{TableFormat, Tables};

use crate::annotation::Annotation;
use std::io::Write;

/// Writes annotations in one format.
pub trait Writer {
    /// Writes one article.
    ///
    /// # Errors
    /// A span that does not fit its text, or output that cannot be written.
    fn write(&mut self, annotation: &Annotation, out: &mut dyn Write) -> Result<(), FormatError>;

    /// Writes what is held back until the last article has been written.
    ///
    /// # Errors
    /// Output that cannot be written.
    fn finish(&mut self, _out: &mut dyn Write) -> Result<(), FormatError> {
        Ok(())
    }
}

/// What a writer may be asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WriteOptions {
    /// Unit of offsets.
    pub offset_unit: OffsetUnit,
    /// Whether the output is a terminal that shows colours.
    pub colour: bool,
    /// Columns of the terminal; 0 where unknown.
    pub columns: usize,
}

/// A format that can be written.
pub struct Format {
    /// The name by which it is asked for.
    pub name: &'static str,
    /// What it is.
    pub about: &'static str,
    /// Endings of the names of corpora that are written in it.
    pub extensions: &'static [&'static str],
    /// Ending of the name of a file, where each holds one article and no more.
    pub page: Option<&'static str>,
    /// Makes a writer.
    pub writer: fn(WriteOptions) -> Box<dyn Writer>,
}

/// All formats that can be written.
pub const FORMATS: &[Format] = &[
    Format {
        name: "text",
        about: "reading view: entities underlined, claims with speaker and type in the margin",
        extensions: &[],
        page: None,
        writer: |options| Box::new(reading::Reading::new(options)),
    },
    Format {
        name: "json",
        about: "one JSON object per article, indented",
        extensions: &[],
        page: None,
        writer: |options| Box::new(json::Json::new(options, true)),
    },
    Format {
        name: "jsonl",
        about: "one JSON object per article and line",
        extensions: &["jsonl", "ndjson"],
        page: None,
        writer: |options| Box::new(json::Json::new(options, false)),
    },
    Format {
        name: "html",
        about: "a page for the browser: text, speakers, filters, and who speaks about whom",
        extensions: &[],
        page: Some("html"),
        writer: |_| Box::new(html::Html::default()),
    },
    Format {
        name: "parquet",
        about: "Parquet with a row per article: the fields of the JSON, metadata as a string of JSON",
        extensions: &["parquet"],
        page: None,
        writer: |options| Box::new(parquet::Parquet::new(options)),
    },
];
