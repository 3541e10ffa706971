//! Statements for Discourse Network Analyzer: a CSV row for each claim, with person, organisation, concept and agreement
//! (Leifeld 2017, Discourse network analysis, Oxford Handbook of Political Networks, ch. 12).
//!
//! The concept is whom the claim is about, or the claim type where it is about nobody; the agreement is 1 for support, 0
//! for accusations and threats, and empty where the type alone does not say whether the speaker is for or against.
//! `claim_type` stands beside them, so that both can be coded otherwise. Gold articles without claims give their
//! labelled sentences.

use super::{Format, FormatError, Offsets, Output, Part, WriteOptions, Writer};
use crate::annotation::{Annotation, Quotation, Speaker, SpeakerKind};
use crate::labels::NONE;
use crate::span::Span;
use std::io::Write;

pub(super) const FORMAT: Format = Format {
    name: "dna",
    about: "statements for Discourse Network Analyzer: CSV with person, organization, concept, agreement",
    extensions: &[],
    corpora: false,
    units: true,
    carries: Some(&[Part::Ids, Part::Claims, Part::Sentences]),
    faults: |annotation, losses| {
        let id = &annotation.id;
        let sentences = annotation.sentences.as_ref().map_or(0, Vec::len);
        let told = match annotation.claims.is_empty() {
            true => statements(annotation).len(),
            false => 0,
        };
        losses.add(id, "sentence labels that are no statement", sentences - told);
        losses.add(id, "check-worthiness, cue and source of sentences", told);
        let claims = || annotation.claims.iter();
        losses.add(
            id,
            "scores of claims",
            claims().filter(|c| c.score.is_some()).count(),
        );
        let worth = claims().filter(|c| c.check_worthiness.is_some()).count();
        losses.add(id, "check-worthiness of claims", worth);
        let unknown = claims().filter(|c| c.speaker_reason.is_some()).count();
        losses.add(id, "reasons why a claim has no speaker", unknown);
    },
    output: Output::Stream(|options| Box::new(Dna::new(options))),
    reader: None,
};

const COLUMNS: [&str; 14] = [
    "document",
    "date",
    "statement",
    "start",
    "stop",
    "text",
    "person",
    "organization",
    "concept",
    "agreement",
    "claim_type",
    "quotation",
    "speaker_country",
    "target_country",
];

struct Dna {
    options: WriteOptions,
    begun: bool,
}

/// A statement, whichever layer it comes from.
struct Statement<'a> {
    span: Span,
    claim_type: &'a str,
    speaker: Option<&'a Speaker>,
    quotation: Option<Quotation>,
    target: Option<(&'a str, Option<&'a str>)>,
}

impl Dna {
    fn new(options: WriteOptions) -> Self {
        Self {
            options,
            begun: false,
        }
    }

    fn begin(&mut self, out: &mut dyn Write) -> Result<(), FormatError> {
        if !std::mem::replace(&mut self.begun, true) {
            csv::Writer::from_writer(out).write_record(COLUMNS).map_err(csv)?;
        }
        Ok(())
    }
}

impl Writer for Dna {
    fn write(&mut self, annotation: &Annotation, out: &mut dyn Write) -> Result<(), FormatError> {
        self.begin(out)?;
        let text = annotation.text.as_str();
        let offsets = Offsets::new(text, self.options.offset_unit);
        let date = annotation
            .meta
            .get("date")
            .and_then(|d| d.as_str())
            .unwrap_or_default();
        let mut writer = csv::Writer::from_writer(out);
        for (number, statement) in statements(annotation).iter().enumerate() {
            let (start, end) = offsets.write(statement.span)?;
            let (person, organisation) = actor(statement.speaker);
            let (about, country) = statement.target.unzip();
            let row = [
                annotation.id.as_str(),
                date,
                &number.to_string(),
                &start.to_string(),
                &end.to_string(),
                statement.span.of(text),
                person,
                organisation,
                about.unwrap_or(statement.claim_type),
                agreement(statement.claim_type),
                statement.claim_type,
                statement.quotation.map_or("", quotation),
                statement
                    .speaker
                    .and_then(|s| s.country.as_deref())
                    .unwrap_or_default(),
                country.flatten().unwrap_or_default(),
            ];
            writer.write_record(row).map_err(csv)?;
        }
        writer.flush()?;
        Ok(())
    }

    fn finish(&mut self, out: &mut dyn Write) -> Result<(), FormatError> {
        self.begin(out)
    }
}

fn csv(error: csv::Error) -> FormatError {
    FormatError::Write(error.into())
}

fn statements(annotation: &Annotation) -> Vec<Statement<'_>> {
    if !annotation.claims.is_empty() {
        return (annotation.claims.iter())
            .map(|c| Statement {
                span: c.span,
                claim_type: &c.claim_type,
                speaker: c.speaker.and_then(|id| annotation.speakers.get(id)),
                quotation: Some(c.quotation),
                target: c.target.as_ref().map(|t| (t.name.as_str(), t.country.as_deref())),
            })
            .collect();
    }
    (annotation.sentences.iter().flatten())
        .filter_map(|s| {
            let claim_type = s.claim_type.first().filter(|t| *t != NONE)?;
            let name = s.speaker.as_deref();
            Some(Statement {
                span: s.span,
                claim_type,
                speaker: annotation.speakers.iter().find(|p| Some(p.name.as_str()) == name),
                quotation: s.quotation,
                target: s.target.as_deref().map(|name| (name, None)),
            })
        })
        .collect()
}

/// Person and organisation of a speaker; a country speaks as an organisation, an unnamed source as neither.
fn actor(speaker: Option<&Speaker>) -> (&str, &str) {
    match speaker {
        None => ("", ""),
        Some(speaker) => match speaker.kind {
            SpeakerKind::Person => (&speaker.name, speaker.affiliation.as_deref().unwrap_or_default()),
            SpeakerKind::Organisation | SpeakerKind::Country => ("", &speaker.name),
            SpeakerKind::Unnamed => ("", speaker.affiliation.as_deref().unwrap_or_default()),
        },
    }
}

fn agreement(claim_type: &str) -> &'static str {
    match claim_type {
        "support" => "1",
        "accusation" | "threat" => "0",
        _ => "",
    }
}

fn quotation(quotation: Quotation) -> &'static str {
    match quotation {
        Quotation::Direct => "direct",
        Quotation::Indirect => "indirect",
        Quotation::Mixed => "mixed",
        Quotation::None => "none",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::parse_record;

    #[test]
    fn a_row_per_claim_or_gold_sentence() {
        let claims = r#"{"id":"a","text":"Lund blames Norway. “No,” it said.","meta":{"date":"2026-01-02"},
            "speakers":[{"name":"Ida Lund","kind":"person","affiliation":"Customs, Oslo","country":"SE"},
                        {"name":"Norway","kind":"country","country":"NO"}],
            "claims":[{"start":0,"end":19,"claim_type":"accusation","speaker":0,"quotation":"indirect",
                       "target":{"name":"Norway","label":"COUNTRY","country":"NO"}},
                      {"start":20,"end":33,"claim_type":"denial","speaker":1,"quotation":"mixed"},
                      {"start":20,"end":33,"claim_type":"support","speaker":null,"quotation":"direct"}]}"#;
        let gold = r#"{"id":"b","text":"Lund blames Norway.","speakers":[{"name":"Ida Lund","kind":"person"}],
            "sentences":[{"start":0,"end":19,"claim_type":["threat","accusation"],"speaker":"Ida Lund"},
                         {"start":0,"end":4,"claim_type":"none"}]}"#;
        let mut dna = Dna::new(WriteOptions::default());
        let mut out = Vec::new();
        for record in [claims, gold] {
            dna.write(&parse_record(record).unwrap(), &mut out).unwrap();
        }
        dna.finish(&mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let rows: Vec<&str> = text.lines().skip(1).collect();
        assert_eq!(
            rows,
            [
                "a,2026-01-02,0,0,19,Lund blames Norway.,Ida Lund,\"Customs, Oslo\",Norway,0,accusation,indirect,SE,NO",
                "a,2026-01-02,1,20,33,“No,” it said,,Norway,denial,,denial,mixed,NO,",
                "a,2026-01-02,2,20,33,“No,” it said,,,support,1,support,direct,,",
                "b,,0,0,19,Lund blames Norway.,Ida Lund,,threat,0,threat,,,",
            ]
            .map(|row| row.replace("“No,” it said", "\"“No,” it said\""))
        );
    }
}
