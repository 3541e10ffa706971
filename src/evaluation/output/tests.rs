//! One small report, shown in every way.

use super::super::{Confusion, Figure, Interval, Report, Section};
use super::OUTPUTS;

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
        notes: vec!["one thing".to_owned()],
    }
}

fn shown(name: &str) -> String {
    let mut out = Vec::new();
    let output = OUTPUTS.iter().find(|o| o.name == name).unwrap();
    (output.write)(&report(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
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
    let report: serde_json::Value = serde_json::from_str(&shown("json")).unwrap();
    let figures = &report["sections"][0]["figures"];
    assert_eq!(figures[0]["value"], serde_json::Value::Null);
    assert_eq!(figures[0]["interval"], serde_json::Value::Null);
    assert_eq!(figures[1]["value"], 0.0);
    assert_eq!(figures[1]["interval"]["high"], 0.125);
    assert_eq!(figures[1]["class"], "denial");
    assert_eq!(report["sections"][0]["confusion"]["counts"][0][1], 1);
    assert_eq!(report["notes"][0], "one thing");
}
