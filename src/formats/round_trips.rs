//! Laws of all formats that can be read: what is written comes back, or its loss is said. Over the articles of
//! `evaluation/fixtures`, and over made-up ones with all that makes offsets hard.

use super::{FORMATS, Folder, Format, Input, Losses, Output, Part, TagScheme, WriteOptions};
use crate::annotation::{
    Annotation, Attribution, Claim, Country, Coverage, Entity, Provenance, Quotation, Sentence, Speaker,
    SpeakerKind, Target,
};
use crate::evaluation::read_fixtures;
use crate::span::Span;
use proptest::prelude::*;
use std::path::Path;

/// Writes articles and reads them back.
fn there_and_back(format: &Format, annotations: &[Annotation], options: WriteOptions) -> Vec<Annotation> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    match format.output {
        Output::Stream(make) | Output::Page(make) => {
            let (mut writer, mut out) = (make(options), Vec::new());
            for annotation in annotations {
                writer.write(annotation, &mut out).unwrap();
            }
            writer.finish(&mut out).unwrap();
            std::fs::write(&path, out).unwrap();
        }
        Output::Folder(make) => {
            let mut writer = make(options, Folder::new(&path, false).unwrap()).unwrap();
            for annotation in annotations {
                writer.write(annotation).unwrap();
            }
            writer.finish().unwrap();
        }
    }
    let mut reader = format.reader.unwrap()(&Input::new(path)).unwrap();
    let mut losses = Losses::default();
    let mut read = Vec::new();
    while let Some(annotation) = reader.next(&mut losses) {
        read.push(annotation.unwrap_or_else(|e| panic!("{}: {e}", format.name)));
    }
    read
}

/// Whether a part came back as it was. Without the text, entities are compared by their words.
fn is_same(part: Part, was: &Annotation, is: &Annotation, has_text: bool) -> bool {
    fn entities(a: &Annotation) -> impl Iterator<Item = &Entity> {
        a.entities.iter().flatten()
    }
    let words = |a: &Annotation| -> Vec<(String, String)> {
        let without_blanks = |s: &str| s.split_whitespace().collect::<String>();
        entities(a)
            .map(|e| (without_blanks(e.span.of(&a.text)), e.label.clone()))
            .collect()
    };
    let places =
        |a: &Annotation| -> Vec<(Span, String)> { entities(a).map(|e| (e.span, e.label.clone())).collect() };
    let without_mentions = |a: &Annotation| -> Vec<Speaker> {
        let mut speakers = a.speakers.clone();
        speakers.iter_mut().for_each(|s| s.mentions.clear());
        speakers
    };
    let without_attribution = |a: &Annotation| -> Vec<Claim> {
        let mut claims = a.claims.clone();
        claims.iter_mut().for_each(|c| c.attribution = None);
        claims
    };
    match part {
        Part::Text => was.text == is.text,
        Part::Ids => was.id == is.id,
        Part::Metadata => was.meta == is.meta,
        Part::Entities if has_text => places(was) == places(is),
        Part::Entities => words(was) == words(is),
        Part::EntityScores => entities(was)
            .filter_map(|e| e.score)
            .eq(entities(is).filter_map(|e| e.score)),
        Part::EntityCountries => entities(was)
            .filter_map(|e| e.country.as_ref())
            .eq(entities(is).filter_map(|e| e.country.as_ref())),
        Part::CountryNotes => entities(was)
            .map(|e| (&e.country_reason, e.as_government))
            .eq(entities(is).map(|e| (&e.country_reason, e.as_government))),
        Part::Attributions => was
            .attributions
            .iter()
            .flatten()
            .eq(is.attributions.iter().flatten()),
        Part::Sentences => was.sentences.iter().flatten().eq(is.sentences.iter().flatten()),
        Part::Speakers => without_mentions(was) == without_mentions(is),
        Part::Mentions => {
            let mentions = |s: &Speaker| s.mentions.clone();
            was.speakers
                .iter()
                .flat_map(mentions)
                .eq(is.speakers.iter().flat_map(mentions))
        }
        Part::Claims => without_attribution(was) == without_attribution(is),
        Part::ClaimAttributions => {
            let attribution = |c: &Claim| c.attribution;
            was.claims
                .iter()
                .filter_map(attribution)
                .eq(is.claims.iter().filter_map(attribution))
        }
        Part::Countries => was.countries == is.countries,
        Part::Coverage => was.coverage == is.coverage,
        Part::Provenance => was.provenance == is.provenance,
        // Layers with labels are seen to above.
        Part::Layers => {
            let is_empty = |layer: Option<usize>| layer.unwrap_or(0) == 0;
            let layers = |a: &Annotation| {
                [
                    a.entities.as_ref().map(Vec::len),
                    a.attributions.as_ref().map(Vec::len),
                    a.sentences.as_ref().map(Vec::len),
                ]
            };
            (layers(was).into_iter().zip(layers(is)))
                .all(|(was, is)| !is_empty(was) || was.is_some() == is.is_some())
        }
    }
}

/// Parts that did not come back although nothing says so. Losses that are not of a whole part (white space at an edge,
/// entities inside others) may change entities and whatever else has spans.
fn lost_in_silence(format: &Format, was: &Annotation, is: &Annotation) -> Vec<Part> {
    let mut losses = Losses::default();
    format.losses(was, &mut losses);
    let said = |part: &Part| losses.iter().any(|l| l.what == part.name());
    let is_part = |what: &str| Part::ALL.iter().any(|p| p.name() == what);
    if losses.iter().any(|l| !is_part(&l.what)) {
        return Vec::new();
    }
    let has_text = format.carries.unwrap().contains(&Part::Text);
    let silent = Part::ALL
        .iter()
        .filter(|p| !said(p) && !is_same(**p, was, is, has_text));
    silent.copied().collect()
}

fn readable() -> impl Iterator<Item = &'static Format> {
    FORMATS.iter().filter(|f| f.reader.is_some())
}

fn fixtures() -> Vec<Annotation> {
    read_fixtures(Path::new("evaluation/fixtures")).unwrap()
}

#[test]
fn fixtures_come_back_or_the_loss_is_said() {
    let fixtures = fixtures();
    assert_eq!(fixtures.len(), 30);
    for format in readable() {
        let read = there_and_back(format, &fixtures, WriteOptions::default());
        assert_eq!(read.len(), fixtures.len(), "{}", format.name);
        for (was, is) in fixtures.iter().zip(&read) {
            assert_eq!(
                lost_in_silence(format, was, is),
                [],
                "{}: {}",
                format.name,
                was.id
            );
            // None of the hand-labelled articles has a span that a format has to change.
            let mut losses = Losses::default();
            format.losses(was, &mut losses);
            let parts = losses.iter().all(|l| {
                Part::ALL.iter().any(|p| p.name() == l.what) || l.what.contains("place in the text")
            });
            assert!(parts, "{}: {:?}", format.name, losses);
        }
    }
}

#[test]
fn every_scheme_gives_the_fixtures_entities() {
    let fixtures = fixtures();
    for name in ["conll", "conllu", "conllup"] {
        let format = Format::named(name).unwrap();
        for scheme in [
            TagScheme::Iob1,
            TagScheme::Iob2,
            TagScheme::Iobes,
            TagScheme::Bilou,
        ] {
            let options = WriteOptions {
                scheme,
                ..WriteOptions::default()
            };
            for (was, is) in fixtures.iter().zip(there_and_back(format, &fixtures, options)) {
                assert!(
                    is_same(Part::Entities, was, &is, name != "conll"),
                    "{name} {scheme:?}"
                );
            }
        }
    }
}

#[test]
fn names_and_endings_are_of_one_format_each() {
    let mut names: Vec<&str> = FORMATS.iter().map(|f| f.name).collect();
    let mut endings: Vec<&str> = FORMATS.iter().flat_map(|f| f.extensions).copied().collect();
    for list in [&mut names, &mut endings] {
        let count = list.len();
        list.sort();
        list.dedup();
        assert_eq!(list.len(), count);
    }
}

#[test]
fn no_articles_are_no_error() {
    for format in readable().filter(|f| matches!(f.output, Output::Stream(_))) {
        assert_eq!(
            there_and_back(format, &[], WriteOptions::default()),
            [],
            "{}",
            format.name
        );
    }
}

/// The documents of the table in `data/formats.md`, which must say of each format what it carries.
#[test]
fn the_table_of_formats_is_true() {
    let table = std::fs::read_to_string("data/formats.md").unwrap();
    for format in FORMATS.iter().filter(|f| f.carries.is_some()) {
        let row = table
            .lines()
            .find(|line| line.starts_with(&format!("| `{}` ", format.name)))
            .unwrap_or_else(|| panic!("{} has no row", format.name));
        let lost: Vec<&str> = (Part::ALL.iter())
            .filter(|part| !format.carries.unwrap().contains(part))
            .map(|part| part.name())
            .collect();
        let lost = match lost.is_empty() {
            true => "nothing".to_owned(),
            false => lost.join(", "),
        };
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let ways = if format.reader.is_some() {
            "read, written"
        } else {
            "written"
        };
        assert_eq!((cells[2], cells[5]), (ways, lost.as_str()), "{}", format.name);
    }
}

/// Text in pieces that make offsets hard: emoji, combining marks, line ends, right-to-left script, strange blanks.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-zA-Z]{1,7}",
        3 => Just(" ".to_owned()),
        1 => prop::sample::select(vec![
            ". ", "\r\n", "\n", "\n\n", "  ", "\t", "\u{a0}", "\u{2028}", "👩‍👧", "😊", "e\u{301}", "مرحبا", "שלום",
            "“", "”", "|", "_", "*", "[1]", "->", "\\", "#", "-X-", "\"", ",", "\u{200f}", "\u{b}", "{", ";",
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 1..25).prop_map(|pieces| pieces.concat())
}

fn label() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "PERSON",
        "ORG",
        "claim type",
        "CLAIM",
        "SOURCE",
        "a:b|c",
        "Ünï",
        "ENTITY_X",
        "B-x",
    ])
    .prop_map(str::to_owned)
}

/// An annotation over a text, made of numbers that stand for places and choices.
fn annotation() -> impl Strategy<Value = Annotation> {
    let numbers = prop::collection::vec(any::<u16>(), 60);
    (text(), prop::collection::vec(label(), 6), numbers, any::<u8>()).prop_map(
        |(text, labels, numbers, layers)| {
            let places: Vec<usize> = text.char_indices().map(|(i, _)| i).chain([text.len()]).collect();
            let mut numbers = numbers.into_iter().map(usize::from).cycle();
            let mut next = move |below: usize| numbers.next().unwrap_or(0) % below.max(1);
            let mut span = |next: &mut dyn FnMut(usize) -> usize| {
                let from = next(places.len() - 1);
                let length = 1 + next((places.len() - 1 - from).min(6));
                Span::new(places[from], places[(from + length).min(places.len() - 1)])
            };
            let score = |n: usize| (n > 0).then(|| n as f32 / 10.0);
            let mut entities: Vec<Entity> = (labels.into_iter())
                .map(|label| Entity {
                    span: span(&mut next),
                    label,
                    score: score(next(9)),
                    country: (next(3) == 0).then(|| "NO".to_owned()),
                    country_reason: (next(5) == 0).then(|| "not recognised".to_owned()),
                    as_government: next(5) == 0,
                })
                .collect();
            let order = |span: &Span| (span.start, std::cmp::Reverse(span.end));
            entities.sort_by_key(|e| order(&e.span));
            let spans = |next: &mut dyn FnMut(usize) -> usize,
                         span: &mut dyn FnMut(&mut dyn FnMut(usize) -> usize) -> Span,
                         least: usize| {
                let mut spans: Vec<Span> = (0..least + next(2)).map(|_| span(next)).collect();
                spans.sort_by_key(|s| order(s));
                spans
            };
            let attributions: Vec<Attribution> = (0..next(3))
                .map(|_| Attribution {
                    source: spans(&mut next, &mut span, 0),
                    cue: spans(&mut next, &mut span, 0),
                    content: spans(&mut next, &mut span, 1),
                    score: score(next(9)),
                })
                .collect();
            let speakers: Vec<Speaker> = (0..next(3))
                .map(|i| Speaker {
                    name: format!("Lund {i}"),
                    kind: [SpeakerKind::Person, SpeakerKind::Country, SpeakerKind::Unnamed][next(3)],
                    role: (next(2) == 0).then(|| "envoy | \"x\"\t[1]".to_owned()),
                    affiliation: None,
                    country: (next(2) == 0).then(|| "SE".to_owned()),
                    mentions: spans(&mut next, &mut span, 0),
                })
                .collect();
            let mut claims: Vec<Claim> = (0..next(3))
                .map(|_| Claim {
                    span: span(&mut next),
                    claim_type: ["denial", "a type"][next(2)].to_owned(),
                    score: score(next(9)),
                    speaker: (!speakers.is_empty()).then(|| next(speakers.len())),
                    speaker_reason: (next(3) == 0).then(|| "not said".to_owned()),
                    quotation: [Quotation::Direct, Quotation::None][next(2)],
                    attribution: (!attributions.is_empty()).then(|| next(attributions.len())),
                    target: (next(2) == 0).then(|| Target {
                        name: "Ø_[x]".to_owned(),
                        label: "ORG".to_owned(),
                        country: None,
                    }),
                    check_worthiness: score(next(9)),
                })
                .collect();
            claims.sort_by_key(|c| order(&c.span));
            let mut sentences: Vec<Sentence> = (0..next(3))
                .map(|_| Sentence {
                    span: span(&mut next),
                    claim_type: [&[][..], &["denial"], &["none", "support"]][next(3)]
                        .iter()
                        .map(|t: &&str| (*t).to_owned())
                        .collect(),
                    score: score(next(9)),
                    check_worthy: (next(2) == 0).then_some(true),
                    check_worthiness: None,
                    speaker: speakers.first().map(|s| s.name.clone()),
                    quotation: (next(2) == 0).then_some(Quotation::Mixed),
                    cue: (next(2) == 0).then(|| span(&mut next)),
                    source: None,
                    target: None,
                })
                .collect();
            sentences.sort_by_key(|s| order(&s.span));
            let meta = serde_json::json!({"n": 1, "deep": [{"x": null}], "text": "hidden"});
            let predicted = layers & 8 > 0;
            Annotation {
                id: "set/1 ü".to_owned(),
                meta: match layers & 16 > 0 {
                    true => meta.as_object().unwrap().clone(),
                    false => Default::default(),
                },
                entities: (layers & 1 > 0).then_some(entities),
                claims: if layers & 2 > 0 { claims } else { Vec::new() }
                    .into_iter()
                    .map(|mut c| {
                        c.attribution = c.attribution.filter(|_| layers & 2 > 0);
                        c
                    })
                    .collect(),
                attributions: (layers & 2 > 0).then_some(attributions),
                sentences: (layers & 4 > 0).then_some(sentences),
                speakers,
                countries: match predicted {
                    true => vec![Country {
                        code: "NO".to_owned(),
                        alpha3: "NOR".to_owned(),
                        name: "Norway".to_owned(),
                        mentions: 2,
                    }],
                    false => Vec::new(),
                },
                coverage: predicted.then_some(Coverage {
                    tokens: 3,
                    read: 3,
                    windows: 1,
                }),
                provenance: predicted.then(|| Provenance {
                    dixit: "0".to_owned(),
                    model: "m".to_owned(),
                    model_sha256: "s".to_owned(),
                    engine: "e".to_owned(),
                }),
                text,
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn made_up_articles_come_back_or_the_loss_is_said(was in annotation()) {
        for format in readable() {
            let read = there_and_back(format, std::slice::from_ref(&was), WriteOptions::default());
            prop_assert_eq!(read.len(), 1, "{}", format.name);
            prop_assert_eq!(lost_in_silence(format, &was, &read[0]), [], "{}: {:?}", format.name, &read[0]);
        }
    }

    #[test]
    fn readers_do_not_panic(text in "(\\{|\\}|\\[|\\]|\"text\"|\"spans\"|:|,|1|-|_|\t|\n|T1|A1|PER|0 3|#Text=|#T_SP=x\\|y|#FORMAT=WebAnno TSV 3.3|a|é){0,40}") {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("x.txt"), "Ida said no é").unwrap();
        let path = folder.path().join("x.ann");
        std::fs::write(&path, &text).unwrap();
        for format in readable() {
            let mut losses = Losses::default();
            if let Ok(mut reader) = format.reader.unwrap()(&Input::new(&path)) {
                for _ in 0..50 {
                    if reader.next(&mut losses).is_none() {
                        break;
                    }
                }
            }
        }
    }
}
