//! Parquet: a row per article, read a few rows at a time.

use super::Opened;
use crate::corpus::record::Record;
use crate::corpus::rows::rows;
use crate::corpus::source::Source;
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use serde_json::{Map, Value};
use std::fs::File;
use std::sync::Arc;

/// Rows that are in memory at a time.
const ROWS: usize = 32;

pub(super) fn read(input: Opened) -> Box<dyn Iterator<Item = Record>> {
    match open(&input) {
        Ok((batches, bytes_per_row)) => Box::new(Rows {
            input,
            batches: Some(batches),
            records: Vec::new().into_iter(),
            row: 0,
            bytes_per_row,
        }),
        Err(e) => Box::new(std::iter::once(input.unread(None, e))),
    }
}

/// The rows, and how many bytes of the file stand for one.
fn open(input: &Opened) -> Result<(ParquetRecordBatchReader, f64), String> {
    let Source::File(path) = &input.source else {
        return Err("Parquet cannot be read from standard input".into());
    };
    let file = File::open(path).map_err(|e| e.to_string())?;
    let bytes = file.metadata().map_or(0, |m| m.len());
    let say = |e: parquet::errors::ParquetError| e.to_string();
    let metadata = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new()).map_err(say)?;
    let text = &input.options.fields.text;
    let names: Vec<&str> = (metadata.schema().fields().iter())
        .map(|f| f.name().as_str())
        .collect();
    if !names.contains(&text.as_str()) {
        return Err(format!(
            "no column {text:?}; it has {}; --text-field names another",
            names.join(", ")
        ));
    }
    // Older writers leave out that their byte strings are text.
    let schema = Arc::new(Schema::new(
        (metadata.schema().fields().iter())
            .map(|field| match field.data_type() {
                DataType::Binary => Arc::new(Field::clone(field).with_data_type(DataType::Utf8)),
                _ => field.clone(),
            })
            .collect::<Vec<_>>(),
    ));
    let options = ArrowReaderOptions::new().with_schema(schema);
    let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(file, options).map_err(say)?;
    let rows = builder.metadata().file_metadata().num_rows().max(1);
    let batches = builder.with_batch_size(ROWS).build().map_err(say)?;
    Ok((batches, bytes as f64 / rows as f64))
}

struct Rows {
    input: Opened,
    batches: Option<ParquetRecordBatchReader>,
    records: std::vec::IntoIter<Map<String, Value>>,
    row: u64,
    bytes_per_row: f64,
}

impl Iterator for Rows {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        loop {
            self.row += 1;
            if let Some(record) = self.records.next() {
                let id = self.input.line_id(self.row);
                return Some(Record {
                    position: self.input.position(Some(self.row)),
                    encoding: "UTF-8",
                    body: self.input.options.fields.article(record, id),
                });
            }
            self.row -= 1;
            let read = match self.batches.as_mut()?.next()? {
                Ok(batch) => rows(&batch),
                Err(e) => Err(e.to_string()),
            };
            match read {
                Ok(records) => {
                    let bytes = records.len() as f64 * self.bytes_per_row;
                    self.input.counter.set(self.input.counter.get() + bytes as u64);
                    self.records = records.into_iter();
                }
                Err(e) => {
                    self.batches = None;
                    return Some(self.input.unread(Some(self.row + 1), e));
                }
            }
        }
    }
}
