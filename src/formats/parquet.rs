//! Parquet: one row per article with nested columns, the same fields as the JSON; `meta` is a string of JSON, since
//! its fields may differ from article to article. Also what the flat tables need to become Parquet.

use super::dixit::Record;
use super::{Format, FormatError, Losses, OffsetUnit, Output, Part, Reader, WriteOptions, Writer};
use crate::annotation::Annotation;
use arrow_schema::{DataType, Field, FieldRef, Schema};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use serde::Serialize;
use serde_arrow::ArrayBuilder;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(super) const FORMAT: Format = Format {
    name: "parquet",
    about: "Parquet with a row per article: the fields of the JSON, metadata as a string of JSON",
    extensions: &["parquet"],
    corpora: true,
    units: true,
    carries: Some(Part::ALL),
    faults: |_, _| {},
    output: Output::Stream(|options| Box::new(Parquet::new(options))),
    reader: Some(|input| match input.is_stdin() {
        true => Err(input.fault(
            1,
            "Parquet cannot be read from standard input; name a file".to_owned(),
        )),
        false => Ok(Box::new(ParquetReader::open(input.path())?)),
    }),
};

/// Bytes, as estimated, and rows from which on a row group is written out: what bounds the memory.
const GROUP_BYTES: usize = 8 << 20;
const GROUP_ROWS: usize = 50_000;

/// Writes a row per article.
pub(super) struct Parquet {
    unit: OffsetUnit,
    groups: Option<RowGroups>,
}

impl Parquet {
    pub(super) fn new(options: WriteOptions) -> Self {
        Self {
            unit: options.offset_unit,
            groups: None,
        }
    }

    fn groups(&mut self) -> Result<&mut RowGroups, FormatError> {
        match &mut self.groups {
            Some(groups) => Ok(groups),
            none => Ok(none.insert(RowGroups::new(article_fields())?)),
        }
    }
}

impl Writer for Parquet {
    fn write(&mut self, annotation: &Annotation, out: &mut dyn Write) -> Result<(), FormatError> {
        let record = Record::new(annotation, self.unit)?.in_columns()?;
        self.groups()?.push(&record, weight(annotation), out)
    }

    fn finish(&mut self, out: &mut dyn Write) -> Result<(), FormatError> {
        self.groups()?.finish(out)
    }
}

/// About how many bytes an article takes in columns: its text, a part of it again in each claim, and rows of columns
/// for all that was found.
fn weight(annotation: &Annotation) -> usize {
    let entities = annotation.entities.as_ref().map_or(0, Vec::len);
    let attributions = annotation.attributions.as_ref().map_or(0, Vec::len);
    let sentences = annotation.sentences.as_ref().map_or(0, Vec::len);
    let mentions: usize = annotation.speakers.iter().map(|s| s.mentions.len()).sum();
    let claims: usize = annotation.claims.iter().map(|c| c.span.len()).sum();
    let rows = entities + 2 * attributions + sentences + annotation.speakers.len() + annotation.claims.len();
    annotation.text.len() + claims + 100 * rows + 20 * mentions
}

/// Writes rows of one type, a row group at a time.
pub(super) struct RowGroups {
    builder: ArrayBuilder,
    writer: ArrowWriter<Vec<u8>>,
    rows: usize,
    bytes: usize,
}

impl RowGroups {
    pub(super) fn new(fields: Vec<FieldRef>) -> Result<Self, FormatError> {
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_offset_index_disabled(true)
            .set_max_row_group_row_count(None)
            .build();
        let schema = Arc::new(Schema::new(fields.clone()));
        Ok(Self {
            builder: ArrayBuilder::from_arrow(&fields).map_err(columns)?,
            writer: ArrowWriter::try_new(Vec::new(), schema, Some(properties)).map_err(columns)?,
            rows: 0,
            bytes: 0,
        })
    }

    /// Adds a row of about `bytes`.
    pub(super) fn push(
        &mut self,
        row: &impl Serialize,
        bytes: usize,
        out: &mut dyn Write,
    ) -> Result<(), FormatError> {
        self.builder.push(row).map_err(columns)?;
        self.rows += 1;
        self.bytes += bytes;
        if self.bytes >= GROUP_BYTES || self.rows >= GROUP_ROWS {
            self.write_group(out)?;
        }
        Ok(())
    }

    fn write_group(&mut self, out: &mut dyn Write) -> Result<(), FormatError> {
        if self.rows > 0 {
            let batch = self.builder.to_record_batch().map_err(columns)?;
            self.writer.write(&batch).map_err(columns)?;
            self.writer.flush().map_err(columns)?;
            (self.rows, self.bytes) = (0, 0);
        }
        self.pass_on(out)
    }

    pub(super) fn finish(&mut self, out: &mut dyn Write) -> Result<(), FormatError> {
        self.write_group(out)?;
        self.writer.finish().map_err(columns)?;
        self.pass_on(out)
    }

    fn pass_on(&mut self, out: &mut dyn Write) -> Result<(), FormatError> {
        out.write_all(self.writer.inner())?;
        self.writer.inner_mut().clear();
        Ok(())
    }
}

fn columns(error: impl std::fmt::Display) -> FormatError {
    FormatError::Columns(error.to_string())
}

/// Reads annotations from a Parquet file, one by one.
pub(super) struct ParquetReader {
    path: PathBuf,
    batches: ParquetRecordBatchReader,
    records: std::vec::IntoIter<Record>,
    row: usize,
}

impl ParquetReader {
    pub(super) fn open(path: &Path) -> Result<Self, FormatError> {
        let file = File::open(path).map_err(|source| FormatError::Read {
            path: path.to_owned(),
            source,
        })?;
        let batches = ParquetRecordBatchReaderBuilder::try_new(file)
            .and_then(|builder| builder.with_batch_size(64).build())
            .map_err(|e| Self::fault(path, 0, e))?;
        Ok(Self {
            path: path.to_owned(),
            batches,
            records: Vec::new().into_iter(),
            row: 0,
        })
    }

    fn fault(path: &Path, row: usize, reason: impl std::fmt::Display) -> FormatError {
        FormatError::Record {
            path: path.to_owned(),
            line: row,
            reason: reason.to_string(),
        }
    }
}

impl Iterator for ParquetReader {
    type Item = Result<(Annotation, OffsetUnit), FormatError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            self.row += 1;
            if let Some(record) = self.records.next() {
                return Some(record.read().map_err(|e| Self::fault(&self.path, self.row, e)));
            }
            self.row -= 1;
            let read = match self.batches.next()? {
                Ok(batch) => serde_arrow::from_record_batch::<Vec<Record>>(&batch).map_err(|e| e.to_string()),
                Err(e) => Err(e.to_string()),
            };
            match read {
                Ok(records) => self.records = records.into_iter(),
                Err(e) => return Some(Err(Self::fault(&self.path, self.row + 1, e))),
            }
        }
    }
}

impl Reader for ParquetReader {
    fn next(&mut self, _: &mut Losses) -> Option<Result<Annotation, FormatError>> {
        Some(Iterator::next(self)?.map(|(annotation, _)| annotation))
    }
}

/// A column that is always there.
pub(super) fn column(name: &str, data_type: DataType) -> FieldRef {
    Arc::new(Field::new(name, data_type, false))
}

/// A column that may be null.
pub(super) fn optional(name: &str, data_type: DataType) -> FieldRef {
    Arc::new(Field::new(name, data_type, true))
}

fn list(element: DataType) -> DataType {
    DataType::List(column("element", element))
}

fn structs(fields: Vec<FieldRef>) -> DataType {
    list(DataType::Struct(fields.into()))
}

/// Offsets as in the JSON: `[start, end]`.
fn span() -> DataType {
    list(DataType::Int64)
}

fn article_fields() -> Vec<FieldRef> {
    use DataType::{Boolean, Float32, Int64, Utf8};
    let place = || vec![column("start", Int64), column("end", Int64)];
    let with = |mut fields: Vec<FieldRef>, more: Vec<FieldRef>| {
        fields.extend(more);
        fields
    };
    let target = vec![
        column("name", Utf8),
        column("label", Utf8),
        optional("country", Utf8),
    ];
    let coverage = ["tokens", "read", "windows"].map(|name| column(name, Int64));
    let provenance = ["dixit", "model", "model_sha256", "engine"].map(|name| column(name, Utf8));
    vec![
        column("id", Utf8),
        column("text", Utf8),
        column("meta", Utf8),
        column("offset_unit", Utf8),
        optional(
            "entities",
            structs(with(
                place(),
                vec![
                    optional("text", Utf8),
                    column("label", Utf8),
                    optional("score", Float32),
                    optional("country", Utf8),
                    optional("country_reason", Utf8),
                    optional("as_government", Boolean),
                ],
            )),
        ),
        column(
            "speakers",
            structs(vec![
                column("id", Int64),
                column("name", Utf8),
                column("kind", Utf8),
                optional("role", Utf8),
                optional("affiliation", Utf8),
                optional("country", Utf8),
                column("mentions", list(span())),
            ]),
        ),
        optional(
            "attributions",
            structs(vec![
                column("id", Int64),
                column("source", list(span())),
                column("cue", list(span())),
                column("content", list(span())),
                optional("score", Float32),
            ]),
        ),
        optional(
            "sentences",
            structs(with(
                place(),
                vec![
                    optional("claim_type", Utf8),
                    optional("score", Float32),
                    optional("check_worthy", Boolean),
                    optional("check_worthiness", Float32),
                    optional("speaker", Utf8),
                    optional("quotation", Utf8),
                    optional("cue", span()),
                    optional("source", span()),
                    optional("target", Utf8),
                ],
            )),
        ),
        column(
            "claims",
            structs(with(
                place(),
                vec![
                    optional("text", Utf8),
                    column("claim_type", Utf8),
                    optional("score", Float32),
                    optional("speaker", Int64),
                    optional("speaker_reason", Utf8),
                    column("quotation", Utf8),
                    optional("attribution", Int64),
                    optional("target", DataType::Struct(target.into())),
                    optional("check_worthiness", Float32),
                ],
            )),
        ),
        column(
            "countries",
            structs(vec![
                column("code", Utf8),
                column("alpha3", Utf8),
                column("name", Utf8),
                column("mentions", Int64),
            ]),
        ),
        optional("coverage", DataType::Struct(coverage.to_vec().into())),
        optional("provenance", DataType::Struct(provenance.to_vec().into())),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::{StoredReader, parse_record};

    /// Every field once, an article without layers, offsets of either unit.
    const RECORDS: [&str; 3] = [
        r#"{"id":"a","text":"👩 Ida Lund (Norway) said: no.","meta":{"n":1,"deep":[{"x":null}]},
            "entities":[{"start":2,"end":10,"text":"Ida Lund","label":"PERSON","score":0.9,"country":"NO"}],
            "speakers":[{"id":0,"name":"Ida Lund","kind":"person","role":"envoy","affiliation":"x","country":"NO",
                         "mentions":[[2,10]]}],
            "attributions":[{"id":0,"source":[[2,10]],"cue":[[20,24]],"content":[[26,28]],"score":0.5}],
            "sentences":[{"start":2,"end":29,"claim_type":"denial","score":0.25,"check_worthy":true,
                          "check_worthiness":0.1,"speaker":"Ida Lund","quotation":"indirect","cue":[20,24],
                          "source":[2,10],"target":"Norway"}],
            "claims":[{"start":2,"end":29,"claim_type":"denial","score":0.25,"speaker":0,"quotation":"mixed",
                       "attribution":0,"target":{"name":"Norway","label":"COUNTRY","country":"NO"},
                       "check_worthiness":0.1},
                      {"start":26,"end":28,"claim_type":"denial","speaker":null,"speaker_reason":"unknown",
                       "quotation":"direct"}],
            "countries":[{"code":"NO","alpha3":"NOR","name":"Norway","mentions":2}],
            "coverage":{"tokens":9,"read":9,"windows":1},
            "provenance":{"dixit":"0","model":"m","model_sha256":"s","engine":"e"}}"#,
        r#"{"id":"b","text":""}"#,
        r#"{"id":"c","text":"👩 Ida","offset_unit":"utf16","entities":[{"start":3,"end":6,"label":"PERSON"}]}"#,
    ];

    #[test]
    fn what_is_written_is_read_again() {
        for unit in [OffsetUnit::Codepoint, OffsetUnit::Utf16] {
            let annotations: Vec<Annotation> = RECORDS.map(|r| parse_record(r).unwrap()).to_vec();
            let mut writer = Parquet::new(WriteOptions {
                offset_unit: unit,
                ..WriteOptions::default()
            });
            let mut bytes = Vec::new();
            for annotation in &annotations {
                writer.write(annotation, &mut bytes).unwrap();
            }
            writer.finish(&mut bytes).unwrap();
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("a.parquet");
            std::fs::write(&path, bytes).unwrap();
            let read: Vec<_> = StoredReader::open(&path).unwrap().map(Result::unwrap).collect();
            assert!(read.iter().all(|r| r.unit == unit));
            let read: Vec<_> = read.into_iter().map(|r| r.annotation).collect();
            assert_eq!(read, annotations);
        }
    }

    #[test]
    fn no_articles_make_a_file_with_columns() {
        let mut bytes = Vec::new();
        Parquet::new(WriteOptions::default()).finish(&mut bytes).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.parquet");
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(StoredReader::open(&path).unwrap().count(), 0);
    }
}
