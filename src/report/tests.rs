//! What is counted, and the page that shows it.

use super::*;
use crate::formats::parse_record;
use dom_query::Document;
use serde_json::json;

/// An article of `date` in which each of the claims (speaker, type, target) is the sentence "So." of its own.
fn article(date: Value, claims: &[(Option<&str>, &str, Option<&str>)]) -> Annotation {
    let mut names: Vec<&str> = claims.iter().filter_map(|claim| claim.0).collect();
    names.dedup();
    let claims: Vec<Value> = (claims.iter().enumerate())
        .map(|(index, (speaker, claim_type, target))| {
            json!({
                "start": 4 * index, "end": 4 * index + 3, "claim_type": claim_type, "quotation": "direct",
                "speaker": speaker.and_then(|name| names.iter().position(|known| *known == name)),
                "target": target.map(|name| json!({"name": name, "label": "COUNTRY", "country": "SE"})),
            })
        })
        .collect();
    let speakers: Vec<Value> = (names.iter())
        .map(|name| json!({"name": name, "kind": "person", "role": "Minister", "country": "NO"}))
        .collect();
    let record = json!({
        "id": "a", "text": "So. ".repeat(claims.len()), "meta": {"date": date}, "claims": claims, "speakers": speakers,
        "countries": [{"code": "NO", "alpha3": "NOR", "name": "Norway", "mentions": 2}],
    });
    parse_record(&record.to_string()).unwrap()
}

fn corpus() -> Report {
    let (ida, tor, sweden) = (Some("Ida <Lund>"), Some("Tor"), Some("Sweden"));
    let mut report = Report::new("date");
    for annotation in [
        article(
            json!("2026-03-09"),
            &[
                (ida, "accusation", sweden),
                (ida, "denial", None),
                (tor, "accusation", sweden),
            ],
        ),
        article(
            json!("2026-03-11T10:00:00Z"),
            &[(ida, "accusation", sweden), (None, "accusation", sweden)],
        ),
        article(json!("March"), &[]),
        article(Value::Null, &[(tor, "support", sweden)]),
    ] {
        report.add(&annotation);
    }
    report
}

/// The cells of a table's rows.
fn rows(page: &Document, table: &str) -> Vec<Vec<String>> {
    let rows = page.select(&format!("{table} tbody tr"));
    let cells = |row: dom_query::Selection<'_>| {
        row.select("th, td")
            .iter()
            .map(|cell| cell.text().trim().to_owned())
            .collect()
    };
    rows.iter().map(cells).collect()
}

#[test]
fn figures_of_a_small_corpus() {
    let report = corpus();
    assert_eq!(
        (
            report.articles,
            report.claims,
            report.unattributed,
            report.undated
        ),
        (4, 6, 1, 2)
    );
    assert_eq!(report.strange_date.as_deref(), Some("\"March\""));
    let mut html = Vec::new();
    report.write_html(&mut html).unwrap();
    let page = Document::from(String::from_utf8(html).unwrap());
    assert_eq!(
        &*page.select("header p").text(),
        "6 claims · 2 speakers · 2 countries · 2026-03-09 to 2026-03-11"
    );
    assert_eq!(
        rows(&page, ".speakers"),
        [
            [
                "Ida <Lund>",
                "Minister",
                "Norway",
                "2",
                "3",
                "2 accusation 1 denial"
            ],
            ["Tor", "Minister", "Norway", "2", "2", "1 accusation 1 support"],
        ]
    );
    assert_eq!(
        rows(&page, ".pairs"),
        [["Ida <Lund>", "Sweden", "2", ""], ["Tor", "Sweden", "1", ""]]
    );
    assert_eq!(
        rows(&page, "#countries ~ .scroll table"),
        [
            ["Norway NO", "4", "5", "0", "8", ""],
            ["Sweden SE", "0", "0", "5", "0", ""]
        ]
    );
    assert_eq!(
        rows(&page, "#types ~ table")[0][..3],
        ["accusation", "4", "66.7 %"]
    );
    assert_eq!(
        rows(&page, "details table"),
        [
            ["2026-03-09", "1", "2", "1", "0"],
            ["2026-03-11", "1", "2", "0", "0"]
        ]
    );
    assert_eq!(page.select("svg.time rect").length(), 2);
    assert_eq!(page.select(".graph .link").length(), 2);
    let text = page.select("#time").parent().text();
    assert!(
        text.contains("2 articles have no date") && text.contains("\"March\""),
        "{text}"
    );
}

#[test]
fn the_same_corpus_gives_the_same_bytes() {
    let page = |report: &Report| {
        let mut html = Vec::new();
        report.write_html(&mut html).unwrap();
        html
    };
    assert_eq!(page(&corpus()), page(&corpus()));
}

#[test]
fn an_empty_corpus_has_a_page() {
    let mut html = Vec::new();
    Report::new("date").write_html(&mut html).unwrap();
    let html = String::from_utf8(html).unwrap();
    assert!(html.contains("There are no claims in these articles."));
    for outside in ["src=", "http://", "https://", "url(", "@import"] {
        assert!(!html.contains(outside), "{outside}");
    }
}
