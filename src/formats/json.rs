//! The project's own JSON and JSON Lines.

use super::{FormatError, OffsetUnit, WriteOptions, Writer, to_json};
use crate::annotation::Annotation;
use std::io::Write;

/// Writes JSON objects, each ended by a line break.
pub(super) struct Json {
    unit: OffsetUnit,
    pretty: bool,
}

impl Json {
    pub(super) fn new(options: WriteOptions, pretty: bool) -> Self {
        Self {
            unit: options.offset_unit,
            pretty,
        }
    }
}

impl Writer for Json {
    fn write(&mut self, annotation: &Annotation, out: &mut dyn Write) -> Result<(), FormatError> {
        let json = to_json(annotation, self.unit, self.pretty)?;
        out.write_all(json.as_bytes())?;
        out.write_all(b"\n")?;
        Ok(())
    }
}
