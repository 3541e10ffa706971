//! The project's own JSON and JSON Lines.

use super::{
    DixitReader, Format, FormatError, Input, Losses, OffsetUnit, Output, Part, Reader, WriteOptions, Writer,
    parse_record, to_json,
};
use crate::annotation::Annotation;
use serde_json::Value;
use std::io::Write;

pub(super) const JSON: Format = Format {
    name: "json",
    about: "one JSON object per article, indented",
    extensions: &["json"],
    corpora: false,
    output: Output::Stream(|options| Box::new(Json::new(options, true))),
    reader: Some(|input| Ok(Box::new(Objects::open(input)?))),
    ..LINES
};

pub(super) const LINES: Format = Format {
    name: "jsonl",
    about: "one JSON object per article and line",
    extensions: &["jsonl", "ndjson"],
    corpora: true,
    units: true,
    carries: Some(Part::ALL),
    faults: |_, _| {},
    output: Output::Stream(|options| Box::new(Json::new(options, false))),
    reader: Some(|input| {
        Ok(match input.is_stdin() {
            true => Box::new(DixitReader::of(input.path(), input.open()?)),
            false => Box::new(DixitReader::open(input.path())?),
        })
    }),
};

/// Writes JSON objects, each ended by a line break.
struct Json {
    unit: OffsetUnit,
    pretty: bool,
}

impl Json {
    fn new(options: WriteOptions, pretty: bool) -> Self {
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

impl Reader for DixitReader {
    fn next(&mut self, _: &mut Losses) -> Option<Result<Annotation, FormatError>> {
        Iterator::next(self)
    }
}

/// Reads objects that may go over several lines.
struct Objects {
    input: Input,
    /// Each with the line at which it ends.
    objects: std::vec::IntoIter<(Value, usize)>,
}

impl Objects {
    fn open(input: &Input) -> Result<Self, FormatError> {
        let text = input.text()?;
        let mut stream = serde_json::Deserializer::from_str(&text).into_iter::<Value>();
        let mut objects = Vec::new();
        let (mut line, mut at) = (1, 0);
        while let Some(object) = stream.next() {
            let object = object.map_err(|e| input.fault(e.line(), format!("not JSON: {e}")))?;
            line += text[at..stream.byte_offset()].matches('\n').count();
            at = stream.byte_offset();
            objects.push((object, line));
        }
        Ok(Self {
            input: input.clone(),
            objects: objects.into_iter(),
        })
    }
}

impl Reader for Objects {
    fn next(&mut self, _: &mut Losses) -> Option<Result<Annotation, FormatError>> {
        let (object, line) = self.objects.next()?;
        Some(parse_record(&object.to_string()).map_err(|reason| self.input.fault(line, reason)))
    }
}
