//! Annotations read back from what `dixit` has written: JSON Lines, compressed or not, and Parquet.

use super::parquet::ParquetReader;
use super::{DixitReader, FormatError, OffsetUnit, to_json};
use crate::annotation::Annotation;
use std::path::Path;

/// A record as it was stored.
pub struct Stored {
    /// What it says.
    pub annotation: Annotation,
    /// Unit of its offsets in the file.
    pub unit: OffsetUnit,
    /// Whether its bytes are those that writing it again would give; always so where the file has columns.
    pub canonical: bool,
}

/// Reads stored annotations one by one; offsets and the schema are checked on the way.
pub struct StoredReader(Source);

enum Source {
    Lines(DixitReader),
    Rows(Box<ParquetReader>),
}

impl StoredReader {
    /// Opens `path`; a name that ends in `.parquet` is Parquet, everything else JSON Lines.
    ///
    /// # Errors
    /// The file cannot be opened or is not what its name says.
    pub fn open(path: &Path) -> Result<Self, FormatError> {
        Ok(Self(if path.extension().is_some_and(|e| e == "parquet") {
            Source::Rows(Box::new(ParquetReader::open(path)?))
        } else {
            Source::Lines(DixitReader::open(path)?)
        }))
    }

    /// What the records say, without a look at how it was stored.
    pub fn annotations(self) -> Box<dyn Iterator<Item = Result<Annotation, FormatError>>> {
        match self.0 {
            Source::Lines(lines) => Box::new(lines),
            Source::Rows(rows) => Box::new(rows.map(|row| row.map(|(annotation, _)| annotation))),
        }
    }
}

impl Iterator for StoredReader {
    type Item = Result<Stored, FormatError>;

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.0 {
            Source::Lines(lines) => {
                let read = lines.next()?;
                Some(read.and_then(|annotation| {
                    let unit = lines.unit();
                    let again = to_json(&annotation, unit, false)?;
                    Ok(Stored {
                        canonical: lines.bytes().strip_suffix(b"\n") == Some(again.as_bytes()),
                        annotation,
                        unit,
                    })
                }))
            }
            Source::Rows(rows) => Some(rows.next()?.map(|(annotation, unit)| Stored {
                annotation,
                unit,
                canonical: true,
            })),
        }
    }
}
