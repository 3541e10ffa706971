//! One small report, shown in every way.

use super::super::fixtures::with_entities;
use super::super::{Bootstrap, Confusion, Figure, Interval, Options, Report, Section, evaluate};
use super::OUTPUTS;
use serde_json::{Value, json};

fn figure(class: Option<&str>, measure: &'static str, value: Option<f64>, support: u64) -> Figure {
    Figure {
        name: ["claim_types", class.unwrap_or("all"), measure].join("."),
        class: class.map(str::to_owned),
        measure,
        value,
        interval: value.map(|v| Interval {
            low: v - 0.25,
            high: v + 0.125,
        }),
        support,
    }
}

fn report() -> Report {
    Report {
        documents: 2,
        confidence: 0.95,
        draws: 100,
        seed: 3,
        sections: vec![Section {
            metric: "claim_types",
            about: "claim types of sentences",
            documents: 1,
            figures: vec![
                figure(Some("denial"), "precision", None, 0),
                figure(Some("denial"), "recall", Some(0.0), 2),
                figure(Some("denial"), "f1", Some(0.0), 2),
                figure(None, "macro_f1", Some(0.5), 7),
            ],
            confusion: Some(Confusion {
                classes: vec!["denial".to_owned(), "a|b".to_owned()],
                counts: vec![vec![0, 1], vec![0, 5]],
                missing: vec![1, 0],
            }),
            reliability: Vec::new(),
        }],
        slicings: Vec::new(),
        errors: None,
        ceilings: Vec::new(),
        notes: vec!["one thing".to_owned()],
    }
}

/// A report with scores, slices and errors.
fn full() -> Report {
    let document = |id: &str, marked: &str| {
        let mut annotation = with_entities(marked);
        annotation.id = id.to_owned();
        annotation.meta.insert("desk".to_owned(), json!("North"));
        for entity in annotation.entities.iter_mut().flatten() {
            entity.score = Some(0.75);
        }
        annotation
    };
    let gold = [
        document("a", "[ORG Nord & Sund] of [LOC Ålby]"),
        document("b", "Snow |\nfell"),
    ];
    let predicted = [
        document("a", "[ORG Nord] & [ORG Sund] of [LOC Ålby]"),
        document("b", "[LOC Snow |]\nfell"),
    ];
    let options = Options {
        bootstrap: Bootstrap { draws: 100, seed: 3 },
        slices: vec!["desk".to_owned()],
        errors: 9,
        ..Options::default()
    };
    evaluate(&gold, &predicted, &options).unwrap()
}

fn written(name: &str, report: &Report) -> String {
    let mut out = Vec::new();
    let output = OUTPUTS.iter().find(|o| o.name == name).unwrap();
    (output.write)(report, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn shown(name: &str) -> String {
    written(name, &report())
}

#[test]
fn text() {
    let expected = "\
claim_types: claim types of sentences (1 document)

          precision                 recall                     F1  gold  predicted
  denial          –  0.000 [-0.250, 0.125]  0.000 [-0.250, 0.125]     2          0

                           value  of
  macro f1  0.500 [0.250, 0.625]   7

  gold \\ predicted  1  2  missing
  1 denial          0  1        1
  2 a|b             0  5        0

note: one thing
2 documents; 95 % intervals from 100 bootstrap draws over documents (seed 3)
";
    assert_eq!(shown("text"), expected);
}

#[test]
fn markdown() {
    let expected = "\
# Evaluation

2 documents; 95 % intervals from 100 bootstrap draws over documents (seed 3)

## `claim_types`: claim types of sentences (1 document)

|  | precision | recall | F1 | gold | predicted |
| --- | ---: | ---: | ---: | ---: | ---: |
| denial | – | 0.000 [-0.250, 0.125] | 0.000 [-0.250, 0.125] | 2 | 0 |

|  | value | of |
| --- | ---: | ---: |
| macro f1 | 0.500 [0.250, 0.625] | 7 |

| gold \\ predicted | 1 | 2 | missing |
| --- | ---: | ---: | ---: |
| 1 denial | 0 | 1 | 1 |
| 2 a\\|b | 0 | 5 | 0 |

## Notes

- one thing
";
    assert_eq!(shown("markdown"), expected);
}

#[test]
fn json_keeps_what_is_unknown_null() {
    let report: Value = serde_json::from_str(&shown("json")).unwrap();
    let figures = &report["sections"][0]["figures"];
    assert_eq!(figures[0]["value"], Value::Null);
    assert_eq!(figures[0]["interval"], Value::Null);
    assert_eq!(figures[1]["value"], 0.0);
    assert_eq!(figures[1]["interval"]["high"], 0.125);
    assert_eq!(figures[1]["class"], "denial");
    assert_eq!(report["sections"][0]["confusion"]["counts"][0][1], 1);
    assert_eq!(report["notes"][0], "one thing");
}

#[test]
fn json_is_what_the_schema_says() {
    let schema: Value =
        serde_json::from_str(include_str!("../../../data/schema/evaluation-report.schema.json")).unwrap();
    let schema = jsonschema::draft202012::new(&schema).unwrap();
    for report in [report(), full()] {
        let report: Value = serde_json::from_str(&written("json", &report)).unwrap();
        let problems: Vec<String> = schema.iter_errors(&report).map(|e| e.to_string()).collect();
        assert!(problems.is_empty(), "{problems:?}");
        let mut changed = report;
        changed["sections"][0]["figures"][0]["unheard_of"] = json!(1);
        assert!(!schema.is_valid(&changed));
    }
}

#[test]
fn text_of_slices_and_errors() {
    let text = written("text", &full());
    let slices = "\
entities by desk

  desk   documents             precision  recall                    F1              macro f1
  North          2  0.250 [0.000, 0.999]   0.500  0.333 [0.001, 0.997]  0.333 [0.000, 1.000]
";
    assert!(text.contains(slices), "{text}");
    let errors = "\
Mistakes by kind

  kind      entities
  boundary         0
  type             0
  missed           0
  spurious         1
  split            1
  merged           0

Wrong entities, the worst first

1. split, cost 3, in a
   gold ORG “Nord & Sund”; predicted ORG “Nord” (0.75), ORG “Sund” (0.75)
   … [Nord & Sund] of Ålby …

2. spurious, cost 1, in b
   gold nothing; predicted LOC “Snow |” (0.75)
   … [Snow |] fell …

";
    assert!(text.contains(errors), "{text}");
}

#[test]
fn markdown_of_slices_and_errors() {
    let markdown = written("markdown", &full());
    for part in [
        "\n## By `desk`\n\nentities by desk:\n\n| desk | documents | precision |",
        "\n| spurious | 1 |\n",
        "| spurious | 1 | b | nothing | LOC “Snow \\|” (0.75) | … **Snow \\|** fell … |\n",
    ] {
        assert!(markdown.contains(part), "{part} in {markdown}");
    }
}

#[test]
fn html_holds_every_figure_and_loads_nothing() {
    for report in [report(), full()] {
        let html = written("html", &report);
        for figure in report.all().filter_map(|f| f.value) {
            assert!(html.contains(&format!("{figure:.3}")), "{figure}");
        }
        for outside in ["src=", "http://", "https://", "url(", "@import", "<script"] {
            assert!(!html.contains(outside), "{outside}");
        }
    }
    assert!(written("html", &full()).contains("Nord &amp; Sund"));
}
