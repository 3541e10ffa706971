//! Our figures against what the tools themselves made of the cases in `tests/compat`: no difference is allowed.

use super::corpus::{Document, Sentence, Tagged};
use super::semeval2013::{Instance, Outcomes, SCENARIOS, Scenario, best};
use super::*;
use crate::formats::chunks;
use serde_json::Value;
use std::collections::BTreeMap;

/// Sums of several numbers may be added in another order.
const ROUNDING: f64 = 1e-12;

fn golden(file: &str) -> Vec<Value> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/compat/{file}.jsonl"));
    let text = std::fs::read_to_string(path).unwrap();
    let cases: Vec<Value> = text.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert!(cases.len() >= 20, "{file} has only {} cases", cases.len());
    cases
}

fn tool(name: &str) -> &'static Tool {
    TOOLS.iter().find(|t| t.name == name).unwrap()
}

fn words(text: &Value) -> Vec<String> {
    text.as_str()
        .unwrap()
        .split_whitespace()
        .map(str::to_owned)
        .collect()
}

/// One document of sentences that are written as tags, parted by `|`.
fn corpus(gold: &str, predicted: &str) -> Corpus {
    let tagged = |tags: &str| {
        let tags: Vec<String> = tags.split_whitespace().map(str::to_owned).collect();
        Tagged {
            words: vec!["w".to_owned(); tags.len()],
            tags,
        }
    };
    let sentences = gold.split('|').zip(predicted.split('|'));
    of_sentences(
        sentences
            .map(|(gold, predicted)| Sentence {
                gold: tagged(gold),
                predicted: tagged(predicted),
                line: None,
            })
            .collect(),
    )
}

fn of_sentences(sentences: Vec<Sentence>) -> Corpus {
    Corpus {
        documents: vec![Document {
            id: "1".to_owned(),
            sentences,
            ..Document::default()
        }],
        notes: Vec::new(),
    }
}

fn of_case(case: &Value) -> Corpus {
    corpus(
        case["gold"].as_str().unwrap(),
        case["predicted"].as_str().unwrap(),
    )
}

fn assert_figures(case: &Value, expected: &BTreeMap<String, Option<f64>>, scores: &Scores) {
    let found: BTreeMap<String, Option<f64>> = scores.figures.iter().cloned().collect();
    assert_eq!(
        found.keys().collect::<Vec<_>>(),
        expected.keys().collect::<Vec<_>>(),
        "{}",
        case["name"]
    );
    for (name, value) in expected {
        match (found[name], *value) {
            (Some(a), Some(b)) => assert!((a - b).abs() < ROUNDING, "{} {name}: {a} {b}", case["name"]),
            (a, b) => assert_eq!(a, b, "{} {name}", case["name"]),
        }
    }
}

#[test]
fn conlleval_to_the_last_digit() {
    for case in golden("conlleval") {
        let scores = (tool("conlleval").score)(&of_case(&case), None).unwrap();
        assert_eq!(scores.text, case["text"].as_str().unwrap(), "{case}");
    }
}

/// Figures as seqeval's report has them: a row of precision, recall, F1 and support.
fn rows(figures: &Value) -> BTreeMap<String, Option<f64>> {
    let mut values = BTreeMap::new();
    for (row, numbers) in figures.as_object().unwrap() {
        let names = ["precision", "recall", "f1-score", "support"];
        for (name, number) in names.iter().zip(numbers.as_array().unwrap()) {
            values.insert(format!("{row}.{name}"), number.as_f64());
        }
    }
    values
}

#[test]
fn seqeval_to_the_last_digit() {
    for case in golden("seqeval") {
        let scores = (tool("seqeval").score)(&of_case(&case), None).unwrap();
        if case["error"] == "no spans" {
            assert_eq!(scores.headline, [Some(0.0); 3]);
            continue;
        }
        let mut expected = rows(&case["figures"]);
        expected.insert("accuracy".to_owned(), case["accuracy"].as_f64());
        assert_figures(&case, &expected, &scores);
        if let Some(text) = case["text"].as_str() {
            assert_eq!(scores.text, text, "{}", case["name"]);
        }
    }
}

#[test]
fn seqeval_strict_to_the_last_digit() {
    for case in golden("seqeval-strict") {
        let scheme = case["scheme"]
            .as_str()
            .and_then(|name| SCHEMES.iter().find(|(n, _)| *n == name))
            .map(|(_, scheme)| *scheme);
        let scores = (tool("seqeval-strict").score)(&of_case(&case), scheme);
        match (case["error"].as_str(), scores) {
            (Some("scheme"), Err(_)) => {}
            (Some("no spans"), Ok(scores)) => assert_eq!(scores.headline, [Some(0.0); 3]),
            (None, Ok(scores)) => {
                assert_figures(&case, &rows(&case["figures"]), &scores);
                if let Some(text) = case["text"].as_str() {
                    assert_eq!(scores.text, text, "{}", case["name"]);
                }
            }
            (error, scores) => panic!("{case}: {error:?} {scores:?}"),
        }
    }
}

#[test]
fn spacy_to_the_last_digit() {
    for case in golden("spacy") {
        let side = |sentence: &Value, name: &str| {
            let list = |index: usize| -> Vec<String> {
                let items = sentence[name][index].as_array().unwrap().iter();
                items.map(|w| w.as_str().unwrap().to_owned()).collect()
            };
            Tagged {
                words: list(0),
                tags: list(1),
            }
        };
        let sentences = case["sentences"].as_array().unwrap().iter();
        let corpus = of_sentences(
            sentences
                .map(|s| Sentence {
                    gold: side(s, "gold"),
                    predicted: side(s, "predicted"),
                    line: None,
                })
                .collect(),
        );
        let scores = (tool("spacy").score)(&corpus, None).unwrap();
        let expected = case["figures"].as_object().unwrap().iter();
        let expected = expected
            .map(|(name, value)| (name.clone(), value.as_f64()))
            .collect();
        assert_figures(&case, &expected, &scores);
        assert_eq!(
            scores.text.trim_end(),
            case["text"].as_str().unwrap(),
            "{}",
            case["name"]
        );
    }
}

/// The spans of a case: of each sentence if it is written as tags, else of each document.
fn instances(case: &Value) -> Vec<Instance> {
    let Some(documents) = case["documents"].as_array() else {
        let side = |name: &str| -> Vec<Vec<Chunk>> {
            let sentences = case[name].as_str().unwrap().split('|');
            sentences.map(|tags| chunks(&words(&Value::from(tags)))).collect()
        };
        let pairs = side("gold").into_iter().zip(side("predicted"));
        return pairs
            .map(|(gold, predicted)| Instance { gold, predicted })
            .collect();
    };
    let spans = |list: &Value| -> Vec<Chunk> {
        let number = |value: &Value| value.as_u64().unwrap() as usize;
        let list = list.as_array().unwrap().iter();
        list.map(|span| Chunk {
            label: span[0].as_str().unwrap().to_owned(),
            start: number(&span[1]),
            end: number(&span[2]),
        })
        .collect()
    };
    let documents = documents.iter();
    documents
        .map(|d| Instance {
            gold: spans(&d[0]),
            predicted: spans(&d[1]),
        })
        .collect()
}

/// A scenario, of one label or of all.
fn named(name: &str) -> (Option<&str>, Scenario) {
    let (label, name) = name.rsplit_once('.').map_or((None, name), |(l, n)| (Some(l), n));
    (label, SCENARIOS.iter().find(|(n, _)| *n == name).unwrap().1)
}

fn count(case: &Value, name: &str, counting: fn(&Instance, Scenario) -> Outcomes) -> Outcomes {
    let (label, scenario) = named(name);
    let instances: Vec<Instance> = match label {
        Some(label) => instances(case).iter().map(|i| i.of(label)).collect(),
        None => instances(case),
    };
    Outcomes::of(&instances, scenario, counting)
}

fn outcomes(value: &Value) -> Outcomes {
    let number = |index: usize| value[index].as_u64().unwrap();
    Outcomes {
        correct: number(0),
        incorrect: number(1),
        partial: number(2),
        missed: number(3),
        spurious: number(4),
    }
}

/// All that is written of a case under some keys.
fn of_keys<'a>(case: &'a Value, keys: &[&str]) -> Vec<(&'a String, &'a Value)> {
    let objects = keys.iter().filter_map(|key| case[*key].as_object());
    objects.flatten().collect()
}

#[test]
fn the_matching_is_the_best_there_is() {
    for case in golden("semeval2013") {
        for (name, expected) in of_keys(&case, &["best"]) {
            assert_eq!(
                count(&case, name, best),
                outcomes(expected),
                "{} {name}",
                case["name"]
            );
        }
    }
}

#[test]
fn nervaluate_is_met_where_its_matching_is_the_best() {
    let (mut met, mut missed) = (0, 0);
    for case in golden("semeval2013") {
        if case["name"] == "touching, half-open" {
            continue;
        }
        for (name, theirs) in of_keys(&case, &["nervaluate", "by_label"]) {
            let theirs_counted = outcomes(theirs);
            assert_eq!(
                count(&case, name, nervaluate::greedy),
                theirs_counted,
                "{} {name}",
                case["name"]
            );
            let ours = count(&case, name, best);
            if ours != theirs_counted {
                missed += 1;
                continue;
            }
            met += 1;
            if theirs.as_array().unwrap().len() > 5 {
                let figures = [5, 6, 7].map(|index| theirs[index].as_f64().unwrap());
                assert_eq!(ours.figures(), figures, "{} {name}", case["name"]);
            }
        }
        let same = |name: &str| count(&case, name, best) == outcomes(&case["nervaluate"][name]);
        if let (Some(text), true) = (case["text"].as_str(), SCENARIOS.iter().all(|(n, _)| same(n))) {
            let scored = match case["documents"].as_array() {
                None => of_case(&case),
                Some(_) => Corpus {
                    documents: instances(&case)
                        .into_iter()
                        .map(|i| Document {
                            spans: Some([i.gold, i.predicted]),
                            ..Document::default()
                        })
                        .collect(),
                    notes: Vec::new(),
                },
            };
            let scores = (tool("semeval2013").score)(&scored, None).unwrap();
            assert_eq!(scores.text, text, "{}", case["name"]);
        }
    }
    assert!(met > 2 * missed && missed > 100, "met {met}, missed {missed}");
}

#[test]
fn defects_of_nervaluate_do_not_come_back() {
    // Case, version, scenario: its F1 and the right one.
    let cases = [
        // Documents are merged with the formula of the strict scenario.
        ("README of 1.1.0, two documents", "-1.1.0", "partial", 0.4, 0.7),
        ("README of 1.1.0, two documents", "", "partial", 0.7, 0.7),
        (
            "one document, one right and two partly",
            "-1.1.0",
            "partial",
            2.0 / 3.0,
            2.0 / 3.0,
        ),
        // The first prediction takes the gold span.
        ("order: part first", "", "strict", 0.0, 2.0 / 3.0),
        ("order: whole first", "", "strict", 2.0 / 3.0, 2.0 / 3.0),
        ("type takes the closest", "", "ent_type", 0.5, 1.0),
        // Half-open spans that touch are taken to overlap.
        ("touching, half-open", "", "ent_type", 1.0, 0.0),
        ("touching, half-open", "", "partial", 0.5, 0.0),
        ("touching", "", "ent_type", 0.0, 0.0),
        // A span that is listed twice.
        ("duplicate", "", "strict", 2.0 / 3.0, 1.0),
    ];
    for (name, version, scenario, wrong, right) in cases {
        let cases = golden(&format!("semeval2013{version}"));
        let case = cases.iter().find(|c| c["name"] == name).unwrap();
        let theirs = case["nervaluate"][scenario][7].as_f64().unwrap();
        assert!(
            (theirs - wrong).abs() < ROUNDING,
            "{name} {version} {scenario}: {theirs}"
        );
        let [.., ours] = count(case, scenario, best).figures();
        assert!((ours - right).abs() < ROUNDING, "{name} {scenario}: {ours}");
    }
}

#[test]
fn a_word_apart_is_an_error_that_names_it() {
    let mut corpus = corpus("B-PER O", "B-PER O");
    corpus.documents[0].sentences[0].predicted.words[1] = "v".to_owned();
    corpus.documents[0].sentences[0].line = Some(7);
    for tool in TOOLS {
        let message = (tool.score)(&corpus, None).unwrap_err().to_string();
        match tool.name {
            "spacy" => assert!(message.contains("differ in more than blanks"), "{message}"),
            _ => assert!(
                message.contains("gold has the word \"w\", the predictions have \"v\"")
                    && message.contains("line 8"),
                "{message}"
            ),
        }
    }
}

#[test]
fn side_by_side_says_why_they_differ() {
    let shown = side_by_side(&corpus("B-NP I-NP O", "I-NP I-NP O"), None);
    let f1 = |name: &str| shown.rows.iter().find(|r| r.name == name).unwrap().figures[2];
    assert_eq!(
        (f1("dixit"), f1("seqeval"), f1("seqeval-strict")),
        (Some(1.0), Some(1.0), Some(0.0))
    );
    let strict = shown.rows.iter().find(|r| r.name == "seqeval-strict").unwrap();
    assert_eq!(
        strict.reasons[1],
        "predicted: leaves out 1 of 1 spans and has 0 others; the first is NP \"w w\" in sentence 1"
    );
    assert!(
        shown
            .text()
            .contains("seqeval-strict     0.0000  0.0000  0.0000\n"),
        "{}",
        shown.text()
    );
}
