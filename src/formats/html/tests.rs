//! The page, read back with an HTML parser.

use super::*;
use crate::annotation::{Entity, Quotation, SpeakerKind, Target};
use crate::span::Span;
use dom_query::Document;
use proptest::prelude::*;

fn shown(annotation: &Annotation) -> String {
    let mut bytes = Vec::new();
    Html::default().write(annotation, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn entity(span: Span, label: &str, country: Option<&str>) -> Entity {
    Entity {
        span,
        label: label.to_owned(),
        score: None,
        country: country.map(str::to_owned),
        ..Entity::default()
    }
}

fn claim(span: Span, claim_type: &str, speaker: Option<usize>, target: Option<&str>) -> Claim {
    Claim {
        span,
        claim_type: claim_type.to_owned(),
        score: Some(0.64),
        speaker,
        speaker_reason: None,
        quotation: Quotation::Direct,
        attribution: None,
        target: target.map(|name| Target {
            name: name.to_owned(),
            label: "ORG".to_owned(),
            country: None,
        }),
        check_worthiness: None,
    }
}

fn example() -> Annotation {
    let text = "Row <b>goes</b> on\n\n“They knew,” said Ida Lund of Norway.\r\n\r\nThe firm objected.";
    let at = |part: &str| {
        let start = text.find(part).unwrap();
        Span::new(start, start + part.len())
    };
    Annotation {
        id: "row".to_owned(),
        text: text.to_owned(),
        entities: Some(vec![
            entity(at("Ida Lund"), "PERSON", None),
            entity(at("Norway"), "COUNTRY", Some("NO")),
        ]),
        speakers: vec![Speaker {
            name: "Ida Lund".to_owned(),
            kind: SpeakerKind::Person,
            role: Some("Minister & chair".to_owned()),
            affiliation: None,
            country: Some("NO".to_owned()),
            mentions: vec![at("Ida Lund")],
        }],
        claims: vec![
            claim(
                at("“They knew,” said Ida Lund of Norway."),
                "accusation",
                Some(0),
                Some("Nord & Sund"),
            ),
            claim(at("The firm objected."), "denial", None, None),
        ],
        ..Annotation::default()
    }
}

#[test]
fn speakers_claims_and_matrix() {
    let page = Document::from(shown(&example()));
    let text = |selector: &str| page.select(selector).text().to_string();
    assert_eq!(text("h1"), "row");
    assert_eq!(text(".text h3").trim(), "Row <b>goes</b> on");
    assert_eq!(text("aside .who"), "Minister & chair · Norway");
    assert_eq!(text("#claim-1 .what"), "accusation 64 % about Nord & Sund");
    assert_eq!(text("#claim-1 .said"), "“They knew,” said Ida Lund of Norway.");
    assert_eq!(text(".matrix thead"), "Nord & Sund");
    assert_eq!(text(".matrix tbody").trim(), "Ida Lund1 accusation");
    let label = page.select("#at-1").attr("aria-label").unwrap();
    assert_eq!(&*label, "Claim 1: Ida Lund, accusation, about Nord & Sund");
    let data = |name: &str| page.select("#claim-2").attr(name).map(|value| value.to_string());
    assert_eq!(data("data-speaker").as_deref(), Some(NOBODY));
    assert_eq!(data("data-type").as_deref(), Some("denial"));
}

#[test]
fn nothing_is_loaded_and_markup_is_shown() {
    let html = shown(&example());
    for outside in ["src=", "http://", "https://", "url(", "@import", "<b>"] {
        assert!(!html.contains(outside), "{outside}");
    }
}

#[test]
fn what_cannot_be_shown_is_an_error() {
    let mut annotation = example();
    let mut writer = Html::default();
    writer.write(&annotation, &mut Vec::new()).unwrap();
    let second = writer.write(&annotation, &mut Vec::new());
    assert!(matches!(second, Err(FormatError::OneArticle)));
    // Inside a quotation mark.
    annotation.claims[0].span.start += 1;
    let within = Html::default().write(&annotation, &mut Vec::new());
    assert!(matches!(within, Err(FormatError::Span(_))));
}

#[test]
fn articles_without_anything_in_them() {
    for text in ["", " \n", "Snow fell."] {
        let annotation = Annotation {
            text: text.to_owned(),
            ..Annotation::default()
        };
        let page = Document::from(shown(&annotation));
        assert_eq!(&*page.select(".text").text(), text);
    }
}

/// Spans over characters of a text, drawn as fractions.
fn spans(text: &str, fractions: &[(f64, f64)]) -> Vec<Span> {
    let mut places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    places.push(text.len());
    let at = |fraction: f64| places[(fraction * (places.len() - 1) as f64).round() as usize];
    let spans = fractions
        .iter()
        .map(|(a, b)| Span::new(at(a.min(*b)), at(a.max(*b))));
    spans.filter(|span| !span.is_empty()).collect()
}

proptest! {
    /// Overlapping, nested, across paragraphs: the tags taken away leave the text, and what is marked is what the
    /// annotation says.
    #[test]
    fn text_and_spans_come_back(
        text in "([a-zA-Z]{1,6}|[.!?] |[\"“”'&<>]|</span>|<script>|&amp;|&#13;| |\t|\r|\r\n|\n|\n\n|é|👩‍👧|e\u{301}|م|\u{a0}|\u{202e}|\u{200b}|\u{1}|\u{85}|\u{feff}){0,40}",
        entities in prop::collection::vec((0.0..=1.0, 0.0..=1.0), 0..8),
        claims in prop::collection::vec((0.0..=1.0, 0.0..=1.0), 0..5),
    ) {
        let annotation = Annotation {
            entities: Some(spans(&text, &entities).into_iter().map(|s| entity(s, "ORG", None)).collect()),
            claims: spans(&text, &claims).into_iter().map(|s| claim(s, "denial", None, None)).collect(),
            text,
            ..Annotation::default()
        };
        let page = Document::from(shown(&annotation));
        prop_assert_eq!(&*page.select(".text").text(), &annotation.text);
        for (index, entity) in annotation.entities.iter().flatten().enumerate() {
            let marked = page.select(&format!(".text [data-name='{index}']")).text();
            prop_assert_eq!(&*marked, entity.span.of(&annotation.text));
        }
        for (index, claim) in annotation.claims.iter().enumerate() {
            let marked = page.select(&format!(".text [data-claims~='{}']", index + 1)).text();
            prop_assert_eq!(&*marked, claim.span.of(&annotation.text));
            prop_assert_eq!(page.select(&format!("#at-{}", index + 1)).length(), 1);
        }
    }
}
