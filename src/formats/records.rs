//! Formats with one JSON object per article: in lines, or in one array.

use super::{FormatError, Input, Losses, OffsetUnit, Offsets, Reader, Writer};
use crate::annotation::Annotation;
use crate::span::Span;
use serde_json::{Map, Value};
use std::io::{BufRead, Write};

/// Writes what `record` makes of each article.
pub(super) struct Records {
    record: fn(&Annotation) -> Result<Value, FormatError>,
    array: bool,
    any: bool,
}

impl Records {
    /// One record per line.
    pub(super) fn lines(record: fn(&Annotation) -> Result<Value, FormatError>) -> Self {
        Self {
            record,
            array: false,
            any: false,
        }
    }

    /// All records in one array.
    pub(super) fn array(record: fn(&Annotation) -> Result<Value, FormatError>) -> Self {
        Self {
            array: true,
            ..Self::lines(record)
        }
    }
}

impl Writer for Records {
    fn write(&mut self, annotation: &Annotation, out: &mut dyn Write) -> Result<(), FormatError> {
        let record = (self.record)(annotation)?;
        match (self.array, self.any) {
            (false, _) => writeln!(out, "{record}")?,
            (true, false) => write!(out, "[\n{record}")?,
            (true, true) => write!(out, ",\n{record}")?,
        }
        self.any = true;
        Ok(())
    }

    fn finish(&mut self, out: &mut dyn Write) -> Result<(), FormatError> {
        match (self.array, self.any) {
            (false, _) => {}
            (true, false) => writeln!(out, "[]")?,
            (true, true) => writeln!(out, "\n]")?,
        }
        Ok(())
    }
}

/// Makes an annotation of a record, which is the one of that number, from 1.
pub(super) type Parse = fn(Map<String, Value>, usize, &mut Losses) -> Result<Annotation, String>;

/// Reads records, in lines or in one array.
pub(super) struct RecordReader {
    input: Input,
    parse: Parse,
    source: Source,
    number: usize,
}

enum Source {
    Lines(Box<dyn BufRead>, usize),
    Array(std::vec::IntoIter<Value>),
}

impl RecordReader {
    /// Opens `input`.
    ///
    /// # Errors
    /// It cannot be read, or begins as an array and is none.
    pub(super) fn open(input: &Input, parse: Parse) -> Result<Box<dyn Reader>, FormatError> {
        let mut lines = input.open()?;
        let unreadable = |source| FormatError::Read {
            path: input.path().to_owned(),
            source,
        };
        let mut blank = 0;
        let source = loop {
            let start = lines.fill_buf().map_err(unreadable)?;
            match start.first() {
                Some(b'[') => {
                    let array = serde_json::from_reader::<_, Vec<Value>>(lines).map_err(|e| {
                        input.fault(blank + e.line(), format!("not an array of JSON records: {e}"))
                    })?;
                    break Source::Array(array.into_iter());
                }
                Some(first) if first.is_ascii_whitespace() => {
                    blank += usize::from(*first == b'\n');
                    lines.consume(1);
                }
                _ => break Source::Lines(lines, blank),
            }
        };
        Ok(Box::new(Self {
            input: input.clone(),
            parse,
            source,
            number: 0,
        }))
    }
}

impl Reader for RecordReader {
    fn next(&mut self, losses: &mut Losses) -> Option<Result<Annotation, FormatError>> {
        self.number += 1;
        let (record, line, place) = match &mut self.source {
            Source::Array(records) => (Ok(records.next()?), self.number, "record "),
            Source::Lines(lines, line) => {
                let mut bytes = Vec::new();
                loop {
                    bytes.clear();
                    match lines.read_until(b'\n', &mut bytes) {
                        Ok(0) => return None,
                        Ok(_) => *line += 1,
                        Err(source) => {
                            return Some(Err(FormatError::Read {
                                path: self.input.path().to_owned(),
                                source,
                            }));
                        }
                    }
                    if !bytes.trim_ascii().is_empty() {
                        break;
                    }
                }
                (serde_json::from_slice::<Value>(&bytes), *line, "line ")
            }
        };
        let read = match record {
            Ok(Value::Object(object)) => (self.parse)(object, self.number, losses),
            Ok(_) => Err("not a JSON object".to_owned()),
            Err(e) => Err(format!("not a JSON object: {e}; check --from")),
        };
        Some(read.map_err(|reason| {
            let reason = match place {
                "record " => format!("record {line}: {reason}"),
                _ => reason,
            };
            self.input.fault(line, reason)
        }))
    }
}

/// The text of a record.
///
/// # Errors
/// There is none.
pub(super) fn text(object: &mut Map<String, Value>) -> Result<String, String> {
    match object.remove("text") {
        Some(Value::String(text)) => Ok(text),
        _ => Err(format!("has no \"text\"; its fields are {}", names(object))),
    }
}

/// An id among the fields, as text: its `number` where there is none.
pub(super) fn id(value: Option<Value>, number: usize) -> String {
    match value {
        Some(Value::String(id)) => id,
        Some(Value::Number(id)) => id.to_string(),
        _ => number.to_string(),
    }
}

/// Names of fields, for messages.
pub(super) fn names(object: &Map<String, Value>) -> String {
    let names: Vec<&str> = object.keys().map(String::as_str).collect();
    match names.is_empty() {
        true => "none".to_owned(),
        false => names.join(", "),
    }
}

/// The span between two fields.
///
/// # Errors
/// They are not there, or are no place in the text.
pub(super) fn span(item: &Value, start: &str, end: &str, offsets: &Offsets<'_>) -> Result<Span, String> {
    let number = |key: &str| {
        let number = item[key].as_u64().and_then(|n| usize::try_from(n).ok());
        number.ok_or_else(|| format!("a span has no {key:?}: {item}"))
    };
    let span = offsets
        .read(number(start)?, number(end)?)
        .map_err(|e| e.to_string())?;
    Ok(span)
}

/// Code points of a text.
pub(super) fn code_points(text: &str) -> Offsets<'_> {
    Offsets::new(text, OffsetUnit::Codepoint)
}

/// The elements of a list among the fields; none where there is no such field.
///
/// # Errors
/// The field is something else.
pub(super) fn list(object: &mut Map<String, Value>, field: &str) -> Result<Vec<Value>, String> {
    match object.remove(field) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(items)) => Ok(items),
        Some(_) => Err(format!("{field:?} is not a list")),
    }
}

/// An object among the fields; empty where there is no such field.
///
/// # Errors
/// The field is something else.
pub(super) fn object(fields: &mut Map<String, Value>, field: &str) -> Result<Map<String, Value>, String> {
    match fields.remove(field) {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(object)) => Ok(object),
        Some(_) => Err(format!("{field:?} is not an object")),
    }
}
