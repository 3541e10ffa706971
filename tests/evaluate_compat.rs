//! `dixit evaluate` on column files and with `--compat`: the tools' own output, side by side, and files that do not fit.

use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Gold and predicted tags in the last two columns; the second prediction begins with I-.
const BOTH: &str = "\
-DOCSTART- -X- O O

Ida NNP B-PER B-PER
Lund NNP I-PER I-PER
left VBD O O

Oslo NNP B-LOC I-LOC
-DOCSTART- -X- O O

Snow NN O O
fell VBD O O
";

/// Writes a file of the test's own.
fn file(name: &str, text: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("compat-{name}"));
    std::fs::write(&path, text).unwrap();
    path
}

fn dixit(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_dixit"))
        .args(arguments)
        .output()
        .unwrap()
}

fn evaluate(gold: &Path, arguments: &[&str]) -> Output {
    let gold = gold.to_str().unwrap();
    dixit(&[&["evaluate", gold], arguments].concat())
}

fn stdout(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn one_column_file_as_the_tools_print_it() {
    let both = file("both.conll", BOTH);
    let conlleval = "\
processed 8 tokens with 2 phrases; found: 2 phrases; correct: 2.
accuracy:  87.50%; precision: 100.00%; recall: 100.00%; FB1: 100.00
              LOC: precision: 100.00%; recall: 100.00%; FB1: 100.00  1
              PER: precision: 100.00%; recall: 100.00%; FB1: 100.00  1
";
    assert_eq!(stdout(&evaluate(&both, &["--compat", "conlleval"])), conlleval);
    let strict = stdout(&evaluate(&both, &["--compat", "seqeval-strict"]));
    assert!(
        strict.contains("   micro avg       1.00      0.50      0.67         2\n"),
        "{strict}"
    );
    let json = stdout(&evaluate(&both, &["--compat", "spacy", "--format", "json"]));
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (&json["tool"], &json["figures"]["LOC.f"]),
        (&json!("spacy"), &json!(1.0))
    );
}

#[test]
fn all_tools_side_by_side() {
    let shown = stdout(&evaluate(&file("all.conll", BOTH), &["--compat", "all"]));
    let expected = "                  precision  recall      F1
  dixit              1.0000  1.0000  1.0000
  conlleval          1.0000  1.0000  1.0000
  seqeval            1.0000  1.0000  1.0000
  seqeval-strict     1.0000  0.5000  0.6667
  semeval2013        1.0000  1.0000  1.0000
  spacy              1.0000  1.0000  1.0000
";
    assert!(shown.starts_with(expected), "{shown}");
    assert!(
        shown.contains(
            "predicted: leaves out 1 of 2 spans and has 0 others; the first is LOC \"Oslo\" in sentence 2"
        ),
        "{shown}"
    );
}

#[test]
fn column_files_are_scored_as_annotations() {
    let both = file("scored.conll", BOTH);
    let report = stdout(&evaluate(&both, &["--draws", "0"]));
    assert!(
        report.contains("entities: entities, exact span and label (2 documents)"),
        "{report}"
    );
    assert!(
        report.contains("scored.conll: 1 spans that begin with I-, read as IOB1; the first at line 7"),
        "{report}"
    );
    let gold = file("gold.conll", "Ida B-PER\nLund I-PER\n\nOslo B-LOC\n");
    let predicted = file("predicted.conll", "Ida B-PER\nLund E-PER\n\nOslo S-LOC\n");
    let predictions = ["--predictions", predicted.to_str().unwrap()];
    let arguments = [
        &predictions[..],
        &["--draws", "0", "--fail-under", "entities.f1=1"],
    ]
    .concat();
    let output = evaluate(&gold, &arguments);
    assert!(stderr(&output).contains("no interval"), "{output:?}");
    assert!(
        String::from_utf8_lossy(&output.stdout).contains("  LOC      1.000"),
        "{output:?}"
    );
    let spans = stdout(&evaluate(
        &gold,
        &[&predictions[..], &["--compat", "semeval2013"]].concat(),
    ));
    assert!(spans.contains("  strict            2           0"), "{spans}");
}

#[test]
fn json_lines_become_tags() {
    let document = |end: usize| {
        json!({"id": "a", "text": "👩‍👩‍👧 Ida Lund left.", "entities": [{"start": 6, "end": end, "label": "PERSON"}]})
            .to_string()
    };
    let gold = file("gold.jsonl", &document(14));
    let predicted = file("predicted.jsonl", &document(13));
    let output = evaluate(
        &gold,
        &[
            "--predictions",
            predicted.to_str().unwrap(),
            "--compat",
            "seqeval",
        ],
    );
    assert!(stdout(&output).contains("      PERSON       1.00      1.00      1.00         1\n"));
    let notes = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        notes,
        "note: 1 entities begin or end inside a word; tags widen them to whole words\n"
    );
}

#[test]
fn files_that_do_not_fit_are_named_with_line_and_remedy() {
    let gold = file("fit-gold.conll", "Ida B-PER\nLund I-PER\n\nOslo B-LOC\n");
    let cases = [
        (
            "Ida B-PER\nLund NNP I-PER\n",
            "all",
            ".conll:2: 3 columns, but line 1 has 2; every line needs the same",
        ),
        ("Ida PER\n", "all", ".conll:1: \"PER\" is not a tag; "),
        ("Ida B-PER\nLund I-PER\n", "seqeval", "2 sentences against 1"),
        (
            "Ida B-PER\nLind I-PER\n\nOslo B-LOC\n",
            "conlleval",
            "sentence 1 (line 2 of the gold file): gold has the word \"Lund\", the predictions have \"Lind\"; predict on",
        ),
        (
            "Ida B-PER\nLund L-PER\n\nOslo U-LOC\n",
            "seqeval-strict",
            "iob2 has no tag \"L-PER\", which the word \"Lund\" has (line 2 of the gold file); say which scheme",
        ),
    ];
    for (text, tool, expected) in cases {
        let predicted = file("fit-predicted.conll", text);
        let output = evaluate(
            &gold,
            &["--predictions", predicted.to_str().unwrap(), "--compat", tool],
        );
        let message = stderr(&output);
        assert!(
            message.starts_with("error: ") && message.contains(expected),
            "{message}"
        );
    }
    let output = evaluate(&file("alone.jsonl", "{\"id\": \"a\", \"text\": \"\"}\n"), &[]);
    assert_eq!(output.status.code(), Some(2));
    let output = evaluate(
        &file("html.conll", BOTH),
        &["--compat", "spacy", "--format", "markdown"],
    );
    assert!(stderr(&output).contains("use --format text or json"));
}

#[test]
fn entities_that_could_be_counted_in_two_ways() {
    let document = |entities: &[(usize, usize, &str)]| {
        let entities: Vec<Value> = entities
            .iter()
            .map(|(start, end, label)| json!({"start": start, "end": end, "label": label}))
            .collect();
        json!({"id": "a", "text": "Ida Lund left Oslo.", "entities": entities}).to_string()
    };
    let gold = file(
        "twice-gold.jsonl",
        &document(&[(0, 8, "PERSON"), (14, 18, "LOC")]),
    );
    let cases = [
        (
            document(&[(0, 8, "PERSON"), (0, 8, "PERSON")]),
            "twice-predicted.jsonl:2: predictions, article \"a\": PERSON \"Ida Lund\" at 0..8 is listed twice",
            "duplicates",
        ),
        (
            document(&[(0, 8, "PERSON"), (4, 8, "PERSON")]),
            "PERSON \"Ida Lund\" at 0..8 and PERSON \"Lund\" at 4..8 overlap",
            "overlaps",
        ),
        (
            document(&[(14, 18, "GPE")]),
            "the label of GPE \"Oslo\" at 14..18 occurs nowhere in gold, which has LOC, PERSON",
            "labels",
        ),
    ];
    for (line, expected, allow) in cases {
        let predicted = file("twice-predicted.jsonl", &format!("\n{line}\n"));
        let arguments = ["--predictions", predicted.to_str().unwrap(), "--draws", "0"];
        let message = stderr(&evaluate(&gold, &arguments));
        assert!(
            message.contains(expected) && message.contains(&format!("--allow {allow}")),
            "{message}"
        );
        stdout(&evaluate(&gold, &[&arguments[..], &["--allow", allow]].concat()));
    }
}
