//! JSON Lines: an object per line, of which two fields are id and text and all others go through untouched.

use super::Opened;
use crate::article::Article;
use crate::corpus::record::{Fault, Record, hex};
use crate::corpus::source::{guess, line, lines};
use serde_json::{Map, Value};
use std::io::BufRead;

pub(super) fn read(input: Opened) -> Box<dyn Iterator<Item = Record>> {
    match lines(&input.source, &input.options, &input.counter) {
        Ok((reader, encoding)) => Box::new(JsonLines {
            input,
            reader: Some(reader),
            encoding,
            line: 0,
            bytes: Vec::new(),
        }),
        Err(e) => Box::new(std::iter::once(input.unread(None, e))),
    }
}

struct JsonLines {
    input: Opened,
    reader: Option<Box<dyn BufRead>>,
    encoding: &'static str,
    line: u64,
    bytes: Vec<u8>,
}

impl Iterator for JsonLines {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        loop {
            let read = line(self.reader.as_mut()?, &mut self.bytes);
            self.line += 1;
            let body = match read {
                Ok(None) => return None,
                Ok(Some(Ok(()))) if self.bytes.iter().all(u8::is_ascii_whitespace) => continue,
                Ok(Some(Ok(()))) => self.article(),
                Ok(Some(Err(reason))) => Err(Fault::unread(reason)),
                Err(e) => {
                    self.reader = None;
                    return Some(self.input.unread(Some(self.line), e));
                }
            };
            return Some(Record {
                position: self.input.position(Some(self.line)),
                encoding: self.encoding,
                body,
            });
        }
    }
}

impl JsonLines {
    fn article(&self) -> Result<Article, Fault> {
        let json = utf8(&self.bytes)?;
        let fault = |reason: String| Fault::of(reason, Value::String(json.to_owned()));
        let record = match serde_json::from_str(json) {
            Ok(Value::Object(record)) => record,
            Ok(_) => return Err(fault("not a JSON object".into())),
            Err(e) => return Err(fault(format!("not JSON: {e}"))),
        };
        if let Some(field) = inexact(&record, json) {
            return Err(fault(format!(
                "{field:?} holds an integer of more than 64 bits; write it as a string"
            )));
        }
        let id = self.input.line_id(self.line);
        self.input.options.fields.article(record, id)
    }
}

/// Bytes as text, or a fault that says where they are not and what they look like.
pub(super) fn utf8(bytes: &[u8]) -> Result<&str, Fault> {
    std::str::from_utf8(bytes).map_err(|e| {
        let reason = format!(
            "invalid UTF-8 at byte {} of the record; it looks like {}: --encoding says so",
            e.valid_up_to(),
            guess(bytes).name()
        );
        Fault::of(reason, hex(bytes))
    })
}

/// The first field with an integer that has no exact number in Rust and would come out changed.
fn inexact(record: &Map<String, Value>, json: &str) -> Option<String> {
    let digits = |run: &[u8]| run.len() >= 20;
    if !json.as_bytes().split(|b| !b.is_ascii_digit()).any(digits) {
        return None;
    }
    record
        .iter()
        .find(|(_, value)| beyond(value))
        .map(|(name, _)| name.clone())
}

fn beyond(value: &Value) -> bool {
    match value {
        Value::Number(n) => n.is_f64() && n.as_f64().is_some_and(|n| n.abs() >= u64::MAX as f64),
        Value::Array(values) => values.iter().any(beyond),
        Value::Object(fields) => fields.values().any(beyond),
        _ => false,
    }
}
