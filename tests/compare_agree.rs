//! `dixit compare`, `dixit agree` and `dixit evaluate --ceiling` from the command line.

use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::{Command, Output};

/// Documents `0..number` with one place each, which is found in the first `right` of them.
fn documents(number: usize, right: usize) -> String {
    let lines = (0..number).map(|index| {
        let entities = match index < right {
            true => json!([{"start": 0, "end": 4, "label": "LOC"}]),
            false => json!([]),
        };
        json!({"id": index.to_string(), "text": "Oslo fell.", "entities": entities, "sentences": [
            {"start": 0, "end": 10, "claim_type": if index + 1 < right { "threat" } else { "denial" }}]})
        .to_string()
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn file(name: &str, text: &str) -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("compare-{name}"));
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

fn dixit(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_dixit"))
        .args(arguments)
        .output()
        .unwrap()
}

fn stdout(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Words with single blanks between them, whatever the widths of columns.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn two_predictions_compared() {
    let gold = file("gold.jsonl", &documents(20, 20));
    let (a, b) = (
        file("a.jsonl", &documents(20, 10)),
        file("b.jsonl", &documents(20, 18)),
    );
    let run = |format: &str| {
        dixit(&[
            "compare", &a, &b, "--gold", &gold, "--draws", "500", "--format", format,
        ])
    };
    let found: Value = serde_json::from_str(&stdout(&run("json"))).unwrap();
    let figures = found["figures"].as_array().unwrap();
    let recall = figures.iter().find(|f| f["name"] == "entities.recall").unwrap();
    assert_eq!(
        (&recall["a"], &recall["b"], &recall["difference"]),
        (&json!(0.5), &json!(0.9), &json!(0.4))
    );
    assert!(recall["p"].as_f64().unwrap() < 0.03, "{recall}");
    assert!(recall["interval"]["low"].as_f64().unwrap() > 0.1, "{recall}");
    assert!(
        recall["detectable"].as_f64().is_some_and(|d| 0.2 < d && d < 0.45),
        "{recall}"
    );
    let moved = found["moved"].as_array().unwrap();
    assert!(
        moved.iter().any(|m| m["id"] == "10" && m["metric"] == "entities"),
        "{moved:?}"
    );
    let text = stdout(&run("text"));
    assert!(
        words(&text).contains("entities.recall 0.5000 0.9000 +0.4000 ["),
        "{text}"
    );
    assert_eq!(text, stdout(&run("text")));
    assert!(stdout(&run("markdown")).starts_with("# Comparison\n\n## Figures of A and B\n"));
}

#[test]
fn predictions_that_do_not_fit_are_named() {
    let gold = file("fit-gold.jsonl", &documents(3, 3));
    let (a, b) = (
        file("fit-a.jsonl", &documents(3, 1)),
        file("fit-b.jsonl", &documents(4, 1)),
    );
    let output = dixit(&["compare", &a, &b, "--gold", &gold]);
    assert_eq!(output.status.code(), Some(1));
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(
        message.contains("fit-b.jsonl:4: 1 document of the predictions not in the gold: \"3\""),
        "{message}"
    );
    assert!(message.contains("--ignore-missing"), "{message}");
}

#[test]
fn two_annotators() {
    let (first, second) = (
        file("first.jsonl", &documents(6, 6)),
        file("second.jsonl", &documents(6, 4)),
    );
    let run = |format: &str| dixit(&["agree", &first, &second, "--draws", "200", "--format", format]);
    let text = stdout(&run("text"));
    for part in [
        "entities by word agreement 0.889 [",
        "claim types kappa",
        "entities by span unitized alpha",
        "To adjudicate (4 of 4)",
        "4 entities 0..4 LOC \"Oslo\" –",
    ] {
        assert!(words(&text).contains(part), "{part} in {text}");
    }
    let found: Value = serde_json::from_str(&stdout(&run("json"))).unwrap();
    let disagreements = found["disagreements"].as_array().unwrap();
    assert_eq!(disagreements.len(), 4, "{disagreements:?}");
    assert_eq!(disagreements[0]["layer"], "claim types");
    assert_eq!(disagreements[0]["first"], "threat");
}

#[test]
fn figures_beside_their_ceiling() {
    let gold = file("ceiling-gold.jsonl", &documents(6, 6));
    let (model, other) = (
        file("ceiling-model.jsonl", &documents(6, 2)),
        file("ceiling-other.jsonl", &documents(6, 4)),
    );
    let ceiling = format!("{gold},{other}");
    let run = |format: &str| {
        let arguments = ["--draws", "0", "--ceiling", &ceiling, "--format", format];
        dixit(&[&["evaluate", &gold, "--predictions", &model], &arguments[..]].concat())
    };
    let text = stdout(&run("text"));
    assert!(
        text.contains("Agreement of two annotators as a ceiling"),
        "{text}"
    );
    assert!(words(&text).contains("entities.f1 0.500 0.800 62.5 %"), "{text}");
    let found: Value = serde_json::from_str(&stdout(&run("json"))).unwrap();
    assert_eq!(found["ceilings"][0]["name"], "entities.f1");
    assert_eq!(found["ceilings"][0]["share"], 0.625);
}
