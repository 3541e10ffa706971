//! CSV and TSV: a line of column names, then a row per article.

use super::Opened;
use super::json_lines::utf8;
use crate::article::Article;
use crate::corpus::record::{Fault, Record, hex};
use crate::corpus::source::{RECORD_LIMIT, lines};
use csv::{ByteRecord, Reader, ReaderBuilder};
use serde_json::{Map, Value};
use std::cell::Cell;
use std::io::{self, BufRead, Read};
use std::rc::Rc;

pub(super) fn read(input: Opened, delimiter: u8) -> Box<dyn Iterator<Item = Record>> {
    let opened = lines(&input.source, &input.options, &input.counter)
        .map_err(|e| e.to_string())
        .and_then(|(reader, encoding)| {
            let row_bytes = Rc::new(Cell::new(0));
            let mut rows = ReaderBuilder::new()
                .delimiter(delimiter)
                .flexible(true)
                .from_reader(Bounded {
                    reader,
                    row_bytes: row_bytes.clone(),
                });
            let columns = columns(&mut rows, &input)?;
            Ok((rows, row_bytes, encoding, columns))
        });
    match opened {
        Ok((rows, row_bytes, encoding, columns)) => Box::new(Rows {
            input,
            rows: Some(rows),
            row_bytes,
            encoding,
            columns,
        }),
        Err(e) => Box::new(std::iter::once(input.unread(None, e))),
    }
}

/// A reader that fails once a row has taken more than a record may have: a quotation mark that is never closed would
/// make one row of the rest of the file.
struct Bounded {
    reader: Box<dyn BufRead>,
    row_bytes: Rc<Cell<u64>>,
}

impl Read for Bounded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.row_bytes.set(self.row_bytes.get() + read as u64);
        if self.row_bytes.get() > RECORD_LIMIT {
            let reason = format!(
                "the row that begins here has more than {} MiB: is there a quotation mark that is not closed?",
                RECORD_LIMIT >> 20
            );
            return Err(io::Error::other(reason));
        }
        Ok(read)
    }
}

fn columns(rows: &mut Reader<Bounded>, input: &Opened) -> Result<Vec<String>, String> {
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
    rows: Option<Reader<Bounded>>,
    /// Bytes taken for the row that is being read.
    row_bytes: Rc<Cell<u64>>,
    encoding: &'static str,
    columns: Vec<String>,
}

impl Iterator for Rows {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        let rows = self.rows.as_mut()?;
        let mut row = ByteRecord::new();
        let begin = rows.position().line();
        self.row_bytes.set(0);
        let read = rows.read_byte_record(&mut row);
        let line = row.position().map_or(begin, |p| p.line());
        match read {
            Ok(false) => None,
            Ok(true) => Some(Record {
                position: self.input.position(Some(line)),
                encoding: self.encoding,
                body: self.article(&row, line),
            }),
            Err(e) => {
                self.rows = None;
                Some(self.input.unread(Some(line), e))
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::BufReader;

    #[test]
    fn an_open_quotation_mark_does_not_swallow_the_file() {
        let mut endless = Bounded {
            reader: Box::new(BufReader::new(io::repeat(b'x'))),
            row_bytes: Rc::default(),
        };
        let error = io::copy(&mut endless, &mut io::sink()).unwrap_err();
        assert!(error.to_string().contains("quotation mark"), "{error}");
    }
}
