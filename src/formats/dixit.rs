//! The project's own format: one JSON object per article, JSON Lines for corpora. Gold and prediction are the same;
//! keys that a file does not have are layers that are not annotated.

use super::{FormatError, OffsetUnit, Offsets};
use crate::annotation::{
    Annotation, Attribution, Claim, Country, Coverage, Entity, Provenance, Quotation, Sentence, Speaker,
    SpeakerKind, Target,
};
use crate::span::Span;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

/// Reads annotations from a JSON Lines file, compressed with zstd or not, one by one.
pub struct DixitReader {
    path: PathBuf,
    lines: Box<dyn BufRead>,
    line: usize,
    unit: OffsetUnit,
    bytes: Vec<u8>,
}

impl DixitReader {
    /// Opens `path`.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub fn open(path: &Path) -> Result<Self, FormatError> {
        let fail = |source| FormatError::Read {
            path: path.to_owned(),
            source,
        };
        let file = File::open(path).map_err(fail)?;
        let lines: Box<dyn BufRead> = if path.extension().is_some_and(|e| e == "zst") {
            Box::new(BufReader::new(zstd::Decoder::new(file).map_err(fail)?))
        } else {
            Box::new(BufReader::new(file))
        };
        Ok(Self::of(path, lines))
    }

    /// Reads `lines`, which are named as `path` in messages.
    pub(super) fn of(path: &Path, lines: Box<dyn BufRead>) -> Self {
        Self {
            path: path.to_owned(),
            lines,
            line: 0,
            unit: OffsetUnit::default(),
            bytes: Vec::new(),
        }
    }

    /// Line of the record read last, from 1.
    pub fn line(&self) -> usize {
        self.line
    }

    /// Unit of the offsets of the record read last.
    pub fn unit(&self) -> OffsetUnit {
        self.unit
    }

    /// The bytes of the record read last, line break included.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl Iterator for DixitReader {
    type Item = Result<Annotation, FormatError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            self.bytes.clear();
            match self.lines.read_until(b'\n', &mut self.bytes) {
                Ok(0) => return None,
                Ok(_) => self.line += 1,
                Err(source) => {
                    return Some(Err(FormatError::Read {
                        path: self.path.clone(),
                        source,
                    }));
                }
            }
            let fail = |reason: String| FormatError::Record {
                path: self.path.clone(),
                line: self.line,
                reason,
            };
            let record = match std::str::from_utf8(&self.bytes) {
                Ok(record) => record,
                Err(e) => {
                    return Some(Err(fail(format!(
                        "invalid UTF-8 at byte {} of the line",
                        e.valid_up_to() + 1
                    ))));
                }
            };
            if record.trim().is_empty() {
                continue;
            }
            return Some(match Record::parse(record) {
                Ok((annotation, unit)) => {
                    self.unit = unit;
                    Ok(annotation)
                }
                Err(reason) => Err(fail(reason)),
            });
        }
    }
}

/// One article of the format.
///
/// # Errors
/// Says what is wrong, and with which article.
pub fn parse_record(json: &str) -> Result<Annotation, String> {
    Record::parse(json).map(|(annotation, _)| annotation)
}

/// One article as a JSON object, on one line or several.
///
/// # Errors
/// A span that does not lie on characters of the text.
pub fn to_json(annotation: &Annotation, unit: OffsetUnit, pretty: bool) -> Result<String, FormatError> {
    let record = Record::new(annotation, unit)?;
    let json = if pretty {
        serde_json::to_string_pretty(&record)
    } else {
        serde_json::to_string(&record)
    };
    json.map_err(|e| FormatError::Write(e.into()))
}

/// One article as it is written; the nested Parquet schema has the same fields.
#[derive(Serialize, Deserialize)]
pub(super) struct Record {
    id: String,
    text: String,
    #[serde(default)]
    meta: Meta,
    /// Absent from JSON where it is the unit that goes without saying.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    offset_unit: Option<OffsetUnit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entities: Option<Vec<EntityRecord>>,
    #[serde(default)]
    speakers: Vec<SpeakerRecord>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attributions: Option<Vec<AttributionRecord>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sentences: Option<Vec<SentenceRecord>>,
    #[serde(default)]
    claims: Vec<ClaimRecord>,
    #[serde(default)]
    countries: Vec<Country>,
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage: Option<Coverage>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provenance: Option<Provenance>,
}

/// Free metadata: an object, or the same as a string of JSON where columns have types.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Meta {
    Object(Map<String, Value>),
    Json(String),
}

impl Default for Meta {
    fn default() -> Self {
        Self::Object(Map::new())
    }
}

#[derive(Serialize, Deserialize)]
struct EntityRecord {
    start: usize,
    end: usize,
    #[serde(default)]
    text: Option<String>,
    label: String,
    #[serde(default)]
    score: Option<f32>,
    #[serde(default)]
    country: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    country_reason: Option<String>,
    /// Written only where it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    as_government: Option<bool>,
}

#[derive(Serialize, Deserialize)]
struct SpeakerRecord {
    #[serde(default)]
    id: usize,
    name: String,
    kind: SpeakerKind,
    #[serde(default)]
    role: Option<String>,
    #[serde(default)]
    affiliation: Option<String>,
    #[serde(default)]
    country: Option<String>,
    #[serde(default)]
    mentions: Vec<(usize, usize)>,
}

#[derive(Serialize, Deserialize)]
struct AttributionRecord {
    #[serde(default)]
    id: usize,
    #[serde(default)]
    source: Vec<(usize, usize)>,
    #[serde(default)]
    cue: Vec<(usize, usize)>,
    #[serde(default)]
    content: Vec<(usize, usize)>,
    #[serde(default)]
    score: Option<f32>,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum YesNo {
    Flag(bool),
    Word(String),
}

#[derive(Serialize, Deserialize)]
struct SentenceRecord {
    start: usize,
    end: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    claim_type: Option<OneOrMany>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    score: Option<f32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    check_worthy: Option<YesNo>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    check_worthiness: Option<f32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    speaker: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    quotation: Option<Quotation>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cue: Option<(usize, usize)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source: Option<(usize, usize)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    target: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct ClaimRecord {
    start: usize,
    end: usize,
    #[serde(default)]
    text: Option<String>,
    claim_type: String,
    #[serde(default)]
    score: Option<f32>,
    #[serde(default)]
    speaker: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    speaker_reason: Option<String>,
    quotation: Quotation,
    #[serde(default)]
    attribution: Option<usize>,
    #[serde(default)]
    target: Option<TargetRecord>,
    #[serde(default)]
    check_worthiness: Option<f32>,
}

#[derive(Serialize, Deserialize)]
struct TargetRecord {
    name: String,
    label: String,
    country: Option<String>,
}

impl Record {
    /// Reads a record, with the unit of its offsets.
    fn parse(json: &str) -> Result<(Annotation, OffsetUnit), String> {
        let record: Record = serde_json::from_str(json).map_err(|e| format!("not a dixit record: {e}"))?;
        record.read()
    }

    /// The annotation, with the unit of the record's offsets; what is wrong, and with which article, if it is.
    pub(super) fn read(self) -> Result<(Annotation, OffsetUnit), String> {
        let (id, unit) = (self.id.clone(), self.offset_unit.unwrap_or_default());
        let annotation = self
            .into_annotation()
            .map_err(|e| format!("article {id:?}: {e}"))?;
        Ok((annotation, unit))
    }

    /// Fits the record to columns with types: metadata and lists of claim types as strings of JSON, the unit always said.
    pub(super) fn in_columns(mut self) -> Result<Self, FormatError> {
        self.offset_unit.get_or_insert_default();
        for sentence in self.sentences.iter_mut().flatten() {
            if let Some(OneOrMany::Many(types)) = &sentence.claim_type {
                let json = serde_json::to_string(types).map_err(|e| FormatError::Write(e.into()))?;
                sentence.claim_type = Some(OneOrMany::One(json));
            }
        }
        if let Meta::Object(object) = &self.meta {
            let json = serde_json::to_string(object).map_err(|e| FormatError::Write(e.into()))?;
            self.meta = Meta::Json(json);
        }
        Ok(self)
    }

    pub(super) fn new(annotation: &Annotation, unit: OffsetUnit) -> Result<Self, FormatError> {
        let text = annotation.text.as_str();
        let offsets = Offsets::new(text, unit);
        let pair = |span: &Span| offsets.write(*span);
        let pairs = |spans: &[Span]| spans.iter().map(pair).collect::<Result<Vec<_>, _>>();
        Ok(Self {
            id: annotation.id.clone(),
            text: annotation.text.clone(),
            meta: Meta::Object(annotation.meta.clone()),
            offset_unit: Some(unit).filter(|unit| *unit != OffsetUnit::default()),
            entities: each(&annotation.entities, |e| {
                let (start, end) = pair(&e.span)?;
                Ok(EntityRecord {
                    start,
                    end,
                    text: Some(e.span.of(text).to_owned()),
                    label: e.label.clone(),
                    score: e.score,
                    country: e.country.clone(),
                    country_reason: e.country_reason.clone(),
                    as_government: e.as_government.then_some(true),
                })
            })?,
            speakers: (annotation.speakers.iter().enumerate())
                .map(|(id, s)| {
                    Ok(SpeakerRecord {
                        id,
                        name: s.name.clone(),
                        kind: s.kind,
                        role: s.role.clone(),
                        affiliation: s.affiliation.clone(),
                        country: s.country.clone(),
                        mentions: pairs(&s.mentions)?,
                    })
                })
                .collect::<Result<_, FormatError>>()?,
            attributions: annotation
                .attributions
                .as_ref()
                .map(|list| {
                    (list.iter().enumerate())
                        .map(|(id, a)| {
                            Ok(AttributionRecord {
                                id,
                                source: pairs(&a.source)?,
                                cue: pairs(&a.cue)?,
                                content: pairs(&a.content)?,
                                score: a.score,
                            })
                        })
                        .collect::<Result<_, FormatError>>()
                })
                .transpose()?,
            sentences: each(&annotation.sentences, |s| SentenceRecord::new(s, &offsets))?,
            claims: (annotation.claims.iter())
                .map(|c| {
                    let (start, end) = pair(&c.span)?;
                    Ok(ClaimRecord {
                        start,
                        end,
                        text: Some(c.span.of(text).to_owned()),
                        claim_type: c.claim_type.clone(),
                        score: c.score,
                        speaker: c.speaker,
                        speaker_reason: c.speaker_reason.clone(),
                        quotation: c.quotation,
                        attribution: c.attribution,
                        target: c.target.as_ref().map(|t| TargetRecord {
                            name: t.name.clone(),
                            label: t.label.clone(),
                            country: t.country.clone(),
                        }),
                        check_worthiness: c.check_worthiness,
                    })
                })
                .collect::<Result<_, FormatError>>()?,
            countries: annotation.countries.clone(),
            coverage: annotation.coverage,
            provenance: annotation.provenance.clone(),
        })
    }

    fn into_annotation(self) -> Result<Annotation, FormatError> {
        let offsets = Offsets::new(&self.text, self.offset_unit.unwrap_or_default());
        let pair = |p: (usize, usize)| offsets.read(p.0, p.1);
        let pairs = |p: Vec<(usize, usize)>| p.into_iter().map(pair).collect::<Result<Vec<_>, _>>();
        let same = |span: Span, text: &Option<String>| match text {
            Some(t) if t != span.of(&self.text) => Err(FormatError::Span(format!(
                "a span's own text is {t:?}, the article has {:?} there",
                span.of(&self.text)
            ))),
            _ => Ok(span),
        };
        let entities = self
            .entities
            .map(|list| {
                list.into_iter()
                    .map(|e| {
                        Ok(Entity {
                            span: same(offsets.read(e.start, e.end)?, &e.text)?,
                            label: e.label,
                            score: e.score,
                            country: e.country,
                            country_reason: e.country_reason,
                            as_government: e.as_government == Some(true),
                        })
                    })
                    .collect::<Result<Vec<_>, FormatError>>()
            })
            .transpose()?;
        let attributions = self
            .attributions
            .map(|list| {
                list.into_iter()
                    .map(|a| {
                        Ok(Attribution {
                            source: pairs(a.source)?,
                            cue: pairs(a.cue)?,
                            content: pairs(a.content)?,
                            score: a.score,
                        })
                    })
                    .collect::<Result<Vec<_>, FormatError>>()
            })
            .transpose()?;
        let sentences = self
            .sentences
            .map(|list| {
                list.into_iter()
                    .map(|s| s.into_sentence(&offsets))
                    .collect::<Result<Vec<_>, FormatError>>()
            })
            .transpose()?;
        let speakers = self
            .speakers
            .into_iter()
            .map(|s| {
                Ok(Speaker {
                    name: s.name,
                    kind: s.kind,
                    role: s.role,
                    affiliation: s.affiliation,
                    country: s.country,
                    mentions: pairs(s.mentions)?,
                })
            })
            .collect::<Result<Vec<_>, FormatError>>()?;
        let claims = self
            .claims
            .into_iter()
            .map(|c| {
                Ok(Claim {
                    span: same(offsets.read(c.start, c.end)?, &c.text)?,
                    claim_type: c.claim_type,
                    score: c.score,
                    speaker: c.speaker,
                    speaker_reason: c.speaker_reason,
                    quotation: c.quotation,
                    attribution: c.attribution,
                    target: c.target.map(|t| Target {
                        name: t.name,
                        label: t.label,
                        country: t.country,
                    }),
                    check_worthiness: c.check_worthiness,
                })
            })
            .collect::<Result<Vec<_>, FormatError>>()?;
        for claim in &claims {
            let there = |of: &str, index: Option<usize>, number: usize| match index {
                Some(index) if index >= number => Err(FormatError::Span(format!(
                    "the claim {:?} points to {of} {index}, but there are {number}",
                    claim.span.of(&self.text)
                ))),
                _ => Ok(()),
            };
            there("speaker", claim.speaker, speakers.len())?;
            there(
                "attribution",
                claim.attribution,
                attributions.as_ref().map_or(0, Vec::len),
            )?;
        }
        Ok(Annotation {
            entities,
            attributions,
            sentences,
            speakers,
            claims,
            countries: self.countries,
            coverage: self.coverage,
            provenance: self.provenance,
            id: self.id,
            meta: match self.meta {
                Meta::Object(object) => object,
                Meta::Json(json) => serde_json::from_str(&json)
                    .map_err(|e| FormatError::Span(format!("meta is not a JSON object: {e}")))?,
            },
            text: self.text,
        })
    }
}

/// Converts each item of a layer, where there is one.
fn each<T, R>(
    layer: &Option<Vec<T>>,
    convert: impl Fn(&T) -> Result<R, FormatError>,
) -> Result<Option<Vec<R>>, FormatError> {
    layer
        .as_ref()
        .map(|list| list.iter().map(convert).collect())
        .transpose()
}

impl SentenceRecord {
    fn new(sentence: &Sentence, offsets: &Offsets<'_>) -> Result<Self, FormatError> {
        let (start, end) = offsets.write(sentence.span)?;
        let pair = |span: Option<Span>| span.map(|s| offsets.write(s)).transpose();
        Ok(Self {
            start,
            end,
            claim_type: match sentence.claim_type.as_slice() {
                [] => None,
                [one] => Some(OneOrMany::One(one.clone())),
                many => Some(OneOrMany::Many(many.to_vec())),
            },
            score: sentence.score,
            check_worthy: sentence.check_worthy.map(YesNo::Flag),
            check_worthiness: sentence.check_worthiness,
            speaker: sentence.speaker.clone(),
            quotation: sentence.quotation,
            cue: pair(sentence.cue)?,
            source: pair(sentence.source)?,
            target: sentence.target.clone(),
        })
    }

    fn into_sentence(self, offsets: &Offsets<'_>) -> Result<Sentence, FormatError> {
        let pair = |p: (usize, usize)| offsets.read(p.0, p.1);
        let check_worthy = match self.check_worthy {
            None => None,
            Some(YesNo::Flag(flag)) => Some(flag),
            Some(YesNo::Word(word)) if word == "yes" => Some(true),
            Some(YesNo::Word(word)) if word == "no" => Some(false),
            Some(YesNo::Word(word)) => {
                return Err(FormatError::Span(format!(
                    "check_worthy is {word:?}; it must be true, false, \"yes\" or \"no\""
                )));
            }
        };
        Ok(Sentence {
            span: offsets.read(self.start, self.end)?,
            claim_type: match self.claim_type {
                None => Vec::new(),
                Some(OneOrMany::One(one)) => match serde_json::from_str(&one) {
                    Ok(many) => many,
                    Err(_) => vec![one],
                },
                Some(OneOrMany::Many(many)) => many,
            },
            score: self.score,
            check_worthy,
            check_worthiness: self.check_worthiness,
            speaker: self.speaker,
            quotation: self.quotation,
            cue: self.cue.map(pair).transpose()?,
            source: self.source.map(pair).transpose()?,
            target: self.target,
        })
    }
}
