//! CSV and TSV: a line of column names, then a row per article.

use super::Opened;
use super::json_lines::utf8;
use crate::article::Article;
use crate::corpus::record::{Fault, Record, hex};
use crate::corpus::source::lines;
use csv::{ByteRecord, Reader, ReaderBuilder};
use serde_json::{Map, Value};
use std::io::BufRead;

pub(super) fn read(input: Opened, delimiter: u8) -> Box<dyn Iterator<Item = Record>> {
    let opened = lines(&input.source, &input.options, &input.counter)
        .map_err(|e| e.to_string())
        .and_then(|(reader, encoding)| {
            let mut rows = ReaderBuilder::new()
                .delimiter(delimiter)
                .flexible(true)
                .from_reader(reader);
            let columns = columns(&mut rows, &input)?;
            Ok((rows, encoding, columns))
        });
    match opened {
        Ok((rows, encoding, columns)) => Box::new(Rows {
            input,
            rows: Some(rows),
            encoding,
            columns,
        }),
        Err(e) => Box::new(std::iter::once(input.unread(None, e))),
    }
}

fn columns(rows: &mut Reader<Box<dyn BufRead>>, input: &Opened) -> Result<Vec<String>, String> {
    let header = rows.byte_headers().map_err(|e| e.to_string())?;
    let names = header
        .iter()
        .map(|name| utf8(name).map(str::to_owned).map_err(|fault| fault.reason))
        .collect::<Result<Vec<_>, _>>()?;
    let text = &input.options.fields.text;
    if !names.contains(text) {
        return Err(format!(
            "no column {text:?}; it has {}; --text-field names another",
            names.join(", ")
        ));
    }
    match (1..names.len()).find(|&i| names[..i].contains(&names[i])) {
        Some(twice) => Err(format!("there are two columns {:?}", names[twice])),
        None => Ok(names),
    }
}

struct Rows {
    input: Opened,
    rows: Option<Reader<Box<dyn BufRead>>>,
    encoding: &'static str,
    columns: Vec<String>,
}

impl Iterator for Rows {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        let rows = self.rows.as_mut()?;
        let mut row = ByteRecord::new();
        let read = rows.read_byte_record(&mut row);
        let line = row.position().or(Some(rows.position())).map(|p| p.line());
        match read {
            Ok(false) => None,
            Ok(true) => Some(Record {
                position: self.input.position(line),
                encoding: self.encoding,
                body: self.article(&row, line.unwrap_or(0)),
            }),
            Err(e) => {
                self.rows = None;
                Some(self.input.unread(line, e))
            }
        }
    }
}

impl Rows {
    fn article(&self, row: &ByteRecord, line: u64) -> Result<Article, Fault> {
        let cells = row
            .iter()
            .map(utf8)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|fault| Fault {
                record: row.iter().map(hex).collect(),
                ..fault
            })?;
        if cells.len() != self.columns.len() {
            let reason = format!("{} cells for {} columns", cells.len(), self.columns.len());
            return Err(Fault::of(reason, cells.into_iter().map(Value::from).collect()));
        }
        let record: Map<String, Value> = (self.columns.iter().cloned())
            .zip(cells.into_iter().map(Value::from))
            .collect();
        self.input
            .options
            .fields
            .article(record, self.input.line_id(line))
    }
}
