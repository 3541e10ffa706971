//! Flat tables for people who join and count: documents, entities, speakers and claims, as CSV or Parquet. The column
//! `document` of the others is the `id` of the first.

use super::parquet::{RowGroups, column, optional};
use super::{FolderWriter, Format, FormatError, OffsetUnit, Offsets, Output, Part};
use crate::annotation::{Annotation, Quotation, SpeakerKind};
use arrow_schema::DataType::{Float32, Int64, Utf8};
use arrow_schema::FieldRef;
use serde::Serialize;
use std::fs::File;
use std::io::{BufWriter, Write};

pub(super) const FORMAT: Format = Format {
    name: "csv",
    about: "flat tables, a folder: documents, entities, speakers and claims as CSV",
    extensions: &[],
    corpora: false,
    units: true,
    carries: Some(&[
        Part::Ids,
        Part::Metadata,
        Part::Entities,
        Part::EntityScores,
        Part::EntityCountries,
        Part::Speakers,
        Part::Claims,
        Part::Coverage,
        Part::Provenance,
    ]),
    faults: |_, _| {},
    output: Output::Folder(|options, mut folder| {
        let open = |name: &str| folder.create(&format!("{name}.csv"));
        Ok(Box::new(CsvFolder(Some(Tables::new(
            TableFormat::Csv,
            options.offset_unit,
            open,
        )?))))
    }),
    reader: None,
};

/// CSV tables in a folder, until they are finished.
struct CsvFolder(Option<Tables<BufWriter<File>>>);

impl FolderWriter for CsvFolder {
    fn write(&mut self, annotation: &Annotation) -> Result<(), FormatError> {
        match &mut self.0 {
            Some(tables) => tables.write(annotation),
            None => Ok(()),
        }
    }

    fn finish(&mut self) -> Result<(), FormatError> {
        for mut table in self
            .0
            .take()
            .map(Tables::finish)
            .transpose()?
            .into_iter()
            .flatten()
        {
            table.flush()?;
        }
        Ok(())
    }
}

/// How tables are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableFormat {
    /// Comma-separated values with a line of column names.
    Csv,
    /// Parquet.
    Parquet,
}

impl TableFormat {
    /// Ending of the files' names, and the name by which the format is asked for.
    pub fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Parquet => "parquet",
        }
    }
}

/// The tables of a corpus, each with a place to write it to.
pub struct Tables<W: Write> {
    unit: OffsetUnit,
    documents: Table<W>,
    entities: Table<W>,
    speakers: Table<W>,
    claims: Table<W>,
}

impl<W: Write> Tables<W> {
    /// Names of the tables, in the order in which [`Tables::new`] opens them.
    pub const NAMES: [&'static str; 4] = ["documents", "entities", "speakers", "claims"];

    /// Begins the tables; `open` gives the place of the table of a name.
    ///
    /// # Errors
    /// What `open` fails with, or columns that cannot be built.
    pub fn new(
        format: TableFormat,
        unit: OffsetUnit,
        mut open: impl FnMut(&str) -> Result<W, FormatError>,
    ) -> Result<Self, FormatError> {
        let [documents, entities, speakers, claims] = Self::NAMES;
        Ok(Self {
            unit,
            documents: Table::new(format, open(documents)?, document_fields())?,
            entities: Table::new(format, open(entities)?, entity_fields())?,
            speakers: Table::new(format, open(speakers)?, speaker_fields())?,
            claims: Table::new(format, open(claims)?, claim_fields())?,
        })
    }

    /// Adds an article's rows.
    ///
    /// # Errors
    /// A span that does not fit its text, or output that cannot be written.
    pub fn write(&mut self, annotation: &Annotation) -> Result<(), FormatError> {
        let document = annotation.id.as_str();
        let text = annotation.text.as_str();
        let offsets = Offsets::new(text, self.unit);
        self.documents
            .push(&Document::new(annotation)?, annotation.text.len() / 8)?;
        for entity in annotation.entities.iter().flatten() {
            let (start, end) = offsets.write(entity.span)?;
            let row = EntityRow {
                document,
                start,
                end,
                text: entity.span.of(text),
                label: &entity.label,
                score: entity.score,
                country: entity.country.as_deref(),
            };
            self.entities.push(&row, entity.span.len())?;
        }
        for (id, speaker) in annotation.speakers.iter().enumerate() {
            let row = SpeakerRow {
                document,
                speaker: id,
                name: &speaker.name,
                kind: speaker.kind,
                role: speaker.role.as_deref(),
                affiliation: speaker.affiliation.as_deref(),
                country: speaker.country.as_deref(),
                mentions: speaker.mentions.len(),
                claims: (annotation.claims.iter())
                    .filter(|c| c.speaker == Some(id))
                    .count(),
            };
            self.speakers.push(&row, 0)?;
        }
        for (id, claim) in annotation.claims.iter().enumerate() {
            let (start, end) = offsets.write(claim.span)?;
            let speaker = claim.speaker.and_then(|s| annotation.speakers.get(s));
            let target = claim.target.as_ref();
            let row = ClaimRow {
                document,
                claim: id,
                start,
                end,
                text: claim.span.of(text),
                claim_type: &claim.claim_type,
                score: claim.score,
                speaker: claim.speaker,
                speaker_name: speaker.map(|s| s.name.as_str()),
                speaker_kind: speaker.map(|s| s.kind),
                speaker_country: speaker.and_then(|s| s.country.as_deref()),
                speaker_reason: claim.speaker_reason.as_deref(),
                quotation: claim.quotation,
                target_name: target.map(|t| t.name.as_str()),
                target_label: target.map(|t| t.label.as_str()),
                target_country: target.and_then(|t| t.country.as_deref()),
                check_worthiness: claim.check_worthiness,
            };
            self.claims.push(&row, claim.span.len())?;
        }
        Ok(())
    }

    /// Writes what is held back, and gives the places back in the order of [`Tables::NAMES`].
    ///
    /// # Errors
    /// Output that cannot be written.
    pub fn finish(self) -> Result<[W; 4], FormatError> {
        Ok([
            self.documents.finish()?,
            self.entities.finish()?,
            self.speakers.finish()?,
            self.claims.finish()?,
        ])
    }
}

enum Table<W: Write> {
    Csv(Box<csv::Writer<W>>),
    Parquet(Box<RowGroups>, W),
}

impl<W: Write> Table<W> {
    fn new(format: TableFormat, out: W, fields: Vec<FieldRef>) -> Result<Self, FormatError> {
        Ok(match format {
            TableFormat::Csv => {
                let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(out);
                writer
                    .write_record(fields.iter().map(|f| f.name()))
                    .map_err(csv)?;
                Self::Csv(Box::new(writer))
            }
            TableFormat::Parquet => Self::Parquet(Box::new(RowGroups::new(fields)?), out),
        })
    }

    fn push(&mut self, row: &impl Serialize, bytes: usize) -> Result<(), FormatError> {
        match self {
            Self::Csv(writer) => writer.serialize(row).map_err(csv),
            Self::Parquet(groups, out) => groups.push(row, bytes, out),
        }
    }

    fn finish(self) -> Result<W, FormatError> {
        match self {
            Self::Csv(writer) => writer.into_inner().map_err(|e| e.into_error().into()),
            Self::Parquet(mut groups, mut out) => {
                groups.finish(&mut out)?;
                Ok(out)
            }
        }
    }
}

fn csv(error: csv::Error) -> FormatError {
    FormatError::Write(error.into())
}

#[derive(Serialize)]
struct Document<'a> {
    id: &'a str,
    meta: String,
    tokens: Option<usize>,
    windows: Option<usize>,
    entities: usize,
    speakers: usize,
    attributions: usize,
    sentences: usize,
    claims: usize,
    /// Codes, most mentioned first, with blanks between.
    countries: String,
    model: Option<&'a str>,
    model_sha256: Option<&'a str>,
    engine: Option<&'a str>,
}

impl<'a> Document<'a> {
    fn new(annotation: &'a Annotation) -> Result<Self, FormatError> {
        let provenance = annotation.provenance.as_ref();
        let codes: Vec<&str> = annotation.countries.iter().map(|c| c.code.as_str()).collect();
        Ok(Self {
            id: &annotation.id,
            meta: serde_json::to_string(&annotation.meta).map_err(|e| FormatError::Write(e.into()))?,
            tokens: annotation.coverage.map(|c| c.tokens),
            windows: annotation.coverage.map(|c| c.windows),
            entities: annotation.entities.as_ref().map_or(0, Vec::len),
            speakers: annotation.speakers.len(),
            attributions: annotation.attributions.as_ref().map_or(0, Vec::len),
            sentences: annotation.sentences.as_ref().map_or(0, Vec::len),
            claims: annotation.claims.len(),
            countries: codes.join(" "),
            model: provenance.map(|p| p.model.as_str()),
            model_sha256: provenance.map(|p| p.model_sha256.as_str()),
            engine: provenance.map(|p| p.engine.as_str()),
        })
    }
}

fn document_fields() -> Vec<FieldRef> {
    vec![
        column("id", Utf8),
        column("meta", Utf8),
        optional("tokens", Int64),
        optional("windows", Int64),
        column("entities", Int64),
        column("speakers", Int64),
        column("attributions", Int64),
        column("sentences", Int64),
        column("claims", Int64),
        column("countries", Utf8),
        optional("model", Utf8),
        optional("model_sha256", Utf8),
        optional("engine", Utf8),
    ]
}

#[derive(Serialize)]
struct EntityRow<'a> {
    document: &'a str,
    start: usize,
    end: usize,
    text: &'a str,
    label: &'a str,
    score: Option<f32>,
    country: Option<&'a str>,
}

fn entity_fields() -> Vec<FieldRef> {
    vec![
        column("document", Utf8),
        column("start", Int64),
        column("end", Int64),
        column("text", Utf8),
        column("label", Utf8),
        optional("score", Float32),
        optional("country", Utf8),
    ]
}

#[derive(Serialize)]
struct SpeakerRow<'a> {
    document: &'a str,
    speaker: usize,
    name: &'a str,
    kind: SpeakerKind,
    role: Option<&'a str>,
    affiliation: Option<&'a str>,
    country: Option<&'a str>,
    mentions: usize,
    claims: usize,
}

fn speaker_fields() -> Vec<FieldRef> {
    vec![
        column("document", Utf8),
        column("speaker", Int64),
        column("name", Utf8),
        column("kind", Utf8),
        optional("role", Utf8),
        optional("affiliation", Utf8),
        optional("country", Utf8),
        column("mentions", Int64),
        column("claims", Int64),
    ]
}

#[derive(Serialize)]
struct ClaimRow<'a> {
    document: &'a str,
    claim: usize,
    start: usize,
    end: usize,
    text: &'a str,
    claim_type: &'a str,
    score: Option<f32>,
    speaker: Option<usize>,
    speaker_name: Option<&'a str>,
    speaker_kind: Option<SpeakerKind>,
    speaker_country: Option<&'a str>,
    speaker_reason: Option<&'a str>,
    quotation: Quotation,
    target_name: Option<&'a str>,
    target_label: Option<&'a str>,
    target_country: Option<&'a str>,
    check_worthiness: Option<f32>,
}

fn claim_fields() -> Vec<FieldRef> {
    vec![
        column("document", Utf8),
        column("claim", Int64),
        column("start", Int64),
        column("end", Int64),
        column("text", Utf8),
        column("claim_type", Utf8),
        optional("score", Float32),
        optional("speaker", Int64),
        optional("speaker_name", Utf8),
        optional("speaker_kind", Utf8),
        optional("speaker_country", Utf8),
        optional("speaker_reason", Utf8),
        column("quotation", Utf8),
        optional("target_name", Utf8),
        optional("target_label", Utf8),
        optional("target_country", Utf8),
        optional("check_worthiness", Float32),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::parse_record;

    const RECORD: &str = r#"{"id":"a","text":"👩 Ida Lund, \"no\".","meta":{"n":1},
        "entities":[{"start":2,"end":10,"label":"PERSON","score":0.5}],
        "speakers":[{"name":"Ida Lund","kind":"person","mentions":[[2,10]]}],
        "claims":[{"start":2,"end":17,"claim_type":"denial","speaker":0,"quotation":"mixed"}],
        "countries":[{"code":"NO","alpha3":"NOR","name":"Norway","mentions":1},
                     {"code":"SE","alpha3":"SWE","name":"Sweden","mentions":1}]}"#;

    #[test]
    fn csv() {
        let mut tables = Tables::new(TableFormat::Csv, OffsetUnit::Codepoint, |_| Ok(Vec::new())).unwrap();
        tables.write(&parse_record(RECORD).unwrap()).unwrap();
        let rows = tables.finish().unwrap().map(|bytes| {
            let text = String::from_utf8(bytes).unwrap();
            let (_, row) = text.split_once('\n').unwrap();
            row.to_owned()
        });
        let expected = [
            "a,\"{\"\"n\"\":1}\",,,1,1,0,0,1,NO SE,,,\n",
            "a,2,10,Ida Lund,PERSON,0.5,\n",
            "a,0,Ida Lund,person,,,,1,1\n",
            "a,0,2,17,\"Ida Lund, \"\"no\"\".\",denial,,0,Ida Lund,person,,,mixed,,,,\n",
        ];
        assert_eq!(rows, expected);
    }

    #[test]
    fn parquet_has_the_same_columns() {
        let mut tables = Tables::new(TableFormat::Parquet, OffsetUnit::Utf16, |_| Ok(Vec::new())).unwrap();
        tables.write(&parse_record(RECORD).unwrap()).unwrap();
        for bytes in tables.finish().unwrap() {
            assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
        }
    }
}
