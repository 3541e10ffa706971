//! `dixit evaluate` from the command line: reports, thresholds, and what it says when files do not fit together.

use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::{Command, Output};

/// A document with an emoji of several code points before its entities.
const TEXT: &str = "👩‍👩‍👧 Ida Lund left Norway.";

fn gold() -> Vec<Value> {
    vec![
        json!({"id": "one", "text": TEXT, "entities": [
            {"start": 6, "end": 14, "label": "PERSON"},
            {"start": 20, "end": 26, "label": "COUNTRY", "country": "NO"}]}),
        json!({"id": "two", "text": "Nordsund Energi denied it.", "entities": [
            {"start": 0, "end": 15, "label": "ORG"}], "sentences": [
            {"start": 0, "end": 26, "claim_type": "denial", "speaker": "Nordsund Energi", "quotation": "indirect"}]}),
        json!({"id": "three", "text": "Snow fell.", "entities": []}),
    ]
}

fn predicted() -> Vec<Value> {
    vec![
        json!({"id": "three", "text": "Snow fell.", "entities": [{"start": 0, "end": 4, "label": "PERSON"}]}),
        json!({"id": "one", "text": TEXT, "entities": [
            {"start": 6, "end": 14, "label": "PERSON", "score": 0.9},
            {"start": 20, "end": 26, "label": "LOC", "country": "NO"}]}),
        json!({"id": "two", "text": "Nordsund Energi denied it.", "entities": [
            {"start": 0, "end": 15, "label": "ORG"}],
            "sentences": [{"start": 0, "end": 26, "claim_type": "denial", "score": 0.75}],
            "speakers": [{"id": 0, "name": "Nordsund Energi", "kind": "organisation"}],
            "claims": [{"start": 0, "end": 26, "claim_type": "denial", "speaker": 0, "quotation": "indirect"}]}),
    ]
}

/// Writes documents to a file of the test's own.
fn file(name: &str, documents: &[Value]) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("evaluate-{name}.jsonl"));
    let lines: Vec<String> = documents.iter().map(Value::to_string).collect();
    std::fs::write(&path, lines.join("\n")).unwrap();
    path
}

/// Evaluates documents with more arguments; a test's name keeps its files apart from the others'.
fn evaluate(test: &str, gold: &[Value], predicted: &[Value], arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_dixit"))
        .arg("evaluate")
        .arg(file(&format!("{test}-gold"), gold))
        .arg("--predictions")
        .arg(file(&format!("{test}-predicted"), predicted))
        .args(["--allow", "labels"])
        .args(arguments)
        .output()
        .unwrap()
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
fn text_report() {
    let expected = "\
entities: entities, exact span and label (3 documents)

           precision  recall     F1  gold  predicted
  all          0.500   0.667  0.571     3          4
  COUNTRY          –   0.000  0.000     1          0
  LOC          0.000       –  0.000     0          1
  ORG          1.000   1.000  1.000     1          1
  PERSON       0.500   1.000  0.667     1          2

            value  of
  macro f1  0.556   3

entities.exact: entities, exact span whatever the label (3 documents)

           precision  recall     F1  gold  predicted
  all          0.750   1.000  0.857     3          4
  COUNTRY          –   1.000      –     1          0
  LOC          1.000       –      –     0          1
  ORG          1.000   1.000  1.000     1          1
  PERSON       0.500   1.000  0.667     1          2

            value  of
  macro f1  0.833   3

entities.partial: entities, span whatever the label, half for an overlap (3 documents)

           precision  recall     F1  gold  predicted
  all          0.750   1.000  0.857     3          4
  COUNTRY          –   1.000      –     1          0
  LOC          1.000       –      –     0          1
  ORG          1.000   1.000  1.000     1          1
  PERSON       0.500   1.000  0.667     1          2

            value  of
  macro f1  0.833   3

  gold \\ predicted  1  2  3  4  missing
  1 COUNTRY         0  1  0  0        0
  2 LOC             0  0  0  0        0
  3 ORG             0  0  1  0        0
  4 PERSON          0  0  0  1        0

entities.type: entities, label of overlapping spans (3 documents)

           precision  recall     F1  gold  predicted
  all          0.500   0.667  0.571     3          4
  COUNTRY          –   0.000  0.000     1          0
  LOC          0.000       –  0.000     0          1
  ORG          1.000   1.000  1.000     1          1
  PERSON       0.500   1.000  0.667     1          2

            value  of
  macro f1  0.556   3

claim_types: claim types of sentences (1 document)

          precision  recall     F1  gold  predicted
  denial      1.000   1.000  1.000     1          1

            value  of
  macro f1  1.000   1
  accuracy  1.000   1

  gold \\ predicted  1  missing
  1 denial          1        0

speakers: speakers of attributed sentences (1 document)

             value  of
  accuracy   1.000   1
  claimed    1.000   1
  quotation  1.000   1

countries: country codes of mentions (1 document)

       precision  recall     F1  gold  predicted
  all      1.000   1.000  1.000     1          1

            value  of
  accuracy  1.000   1
  found     1.000   1

calibration.entities: calibration of entity scores (1 document)

                              value  of
  expected calibration error  0.100   1

  score    mean score  share right  units
  0.9–1.0       0.900        1.000      1

calibration.claim_types: calibration of claim type scores (1 document)

                              value  of
  expected calibration error  0.250   1

  score    mean score  share right  units
  0.7–0.8       0.750        1.000      1

3 documents; no intervals
";
    let output = evaluate("text", &gold(), &predicted(), &["--draws", "0"]);
    assert_eq!(stdout(&output), expected);
}

#[test]
fn json_report_with_merged_and_chosen_labels() {
    let arguments = [
        "--format",
        "json",
        "--merge",
        "COUNTRY=LOC",
        "--labels",
        "LOC,ORG",
    ];
    let output = evaluate("json", &gold(), &predicted(), &arguments);
    let report: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let figures = report["sections"][0]["figures"].as_array().unwrap();
    let names: Vec<&str> = figures.iter().map(|f| f["name"].as_str().unwrap()).collect();
    assert_eq!(names.len(), 10, "{names:?}");
    for figure in figures {
        assert_eq!(figure["value"], 1.0, "{figure}");
    }
    assert_eq!(report["draws"], 10_000);
    let again = evaluate("json", &gold(), &predicted(), &arguments);
    assert_eq!(stdout(&output), stdout(&again));
}

#[test]
fn a_figure_whose_interval_reaches_too_low_fails() {
    let cases = [
        ("entities.recall=0", None),
        // Only one document has it.
        ("entities.ORG.f1=0.1", Some("entities.ORG.f1 has no interval")),
        // The value is 2/3, but two documents do not make sure of it.
        ("entities.recall=0.6", Some("entities.recall is 0.6667")),
        ("entities.GPE.f1=0.1", Some("no figure \"entities.GPE.f1\"")),
        (
            "claim_types.accuracy=0.5",
            Some("claim_types.accuracy has no interval"),
        ),
    ];
    for (argument, expected) in cases {
        let output = evaluate("floor", &gold(), &predicted(), &["--fail-under", argument]);
        match expected {
            None => drop(stdout(&output)),
            Some(part) => assert!(stderr(&output).contains(part), "{output:?}"),
        }
        assert!(!output.stdout.is_empty(), "the report is shown either way");
    }
}

#[test]
fn files_that_do_not_fit_together_are_errors_with_a_remedy() {
    let changed = |change: fn(&mut Vec<Value>)| {
        let mut documents = predicted();
        change(&mut documents);
        documents
    };
    let cases = [
        (
            changed(|d| drop(d.remove(1))),
            "1 document of the gold not in the predictions: \"one\"",
            "--ignore-missing passes over them",
        ),
        (
            changed(|d| d.push(json!({"id": "four", "text": ""}))),
            "1 document of the predictions not in the gold: \"four\"",
            "--ignore-missing passes over them",
        ),
        (
            changed(|d| d[0]["text"] = json!("Snow falls.")),
            "the text of \"three\" differs between gold and prediction from code point 6 on",
            "--ignore-differing",
        ),
        (
            changed(|d| d.push(d[1].clone())),
            "id \"one\" occurs twice in the predictions, as documents 2 and 4",
            "give each document an id of its own",
        ),
        (
            changed(|d| d[1]["entities"][0]["end"] = json!(99)),
            "predicted.jsonl:2: article \"one\"",
            "99",
        ),
    ];
    for (documents, problem, remedy) in cases {
        let message = stderr(&evaluate("misfit", &gold(), &documents, &[]));
        assert!(message.starts_with("error: "), "{message}");
        assert!(message.contains("evaluate-misfit-predicted.jsonl"), "{message}");
        assert!(message.contains(problem) && message.contains(remedy), "{message}");
    }
}

#[test]
fn what_is_missing_can_be_passed_over() {
    let mut documents = predicted();
    documents.remove(1);
    let output = evaluate(
        "missing",
        &gold(),
        &documents,
        &["--ignore-missing", "--format", "markdown"],
    );
    let report = stdout(&output);
    assert!(
        report.contains("- 1 document passed over, only in the gold: \"one\"\n"),
        "{report}"
    );
    assert!(report.contains("| ORG | 1.000 | 1.000 |"), "{report}");
}

#[test]
fn slices_and_errors_are_shown_where_they_are_asked_for() {
    let mut documents = gold();
    documents[0]["meta"] = json!({"year": 2019});
    let arguments = ["--slice", "year", "--errors", "2", "--draws", "0"];
    let report = stdout(&evaluate("parts", &documents, &predicted(), &arguments));
    for part in [
        "entities by year\n\n  year       documents  precision",
        "\n  2019               1      0.500",
        "\n  (no year)          2      0.500",
        "\n1. type, cost 2, in one\n   gold COUNTRY “Norway”; predicted LOC “Norway”\n   … 👩‍👩‍👧 Ida Lund left [Norway]. …\n",
        "\n2. spurious, cost 1, in three\n",
    ] {
        assert!(report.contains(part), "{part} in {report}");
    }
    let message = stderr(&evaluate(
        "parts",
        &documents,
        &predicted(),
        &["--slice", "month"],
    ));
    assert!(
        message.contains("metadata field \"month\"; there is \"year\"") && message.contains("--slice"),
        "{message}"
    );
}

#[test]
fn predictions_come_from_a_file_or_from_a_model() {
    let gold = file("source-gold", &gold());
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dixit"));
        command
            .arg("evaluate")
            .arg(&gold)
            .args(arguments)
            .output()
            .unwrap()
    };
    for arguments in [&[] as &[&str], &["--predictions", "p.jsonl", "--model", "m"]] {
        assert_eq!(run(arguments).status.code(), Some(2), "{arguments:?}");
    }
    let message = stderr(&run(&["--model", "nowhere"]));
    assert!(message.contains("nowhere"), "{message}");
}

/// What the shipped model finds is perfect as gold for itself.
#[test]
fn a_model_is_scored_on_the_text_of_the_gold() {
    let gold = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("evaluate-model-gold.jsonl");
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dixit"));
        let output = command
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args(arguments)
            .output();
        stdout(&output.unwrap())
    };
    let articles = ["data/articles/briefing.txt", "data/articles/regulator.txt"];
    let annotate = ["annotate", "--format", "jsonl", articles[0], articles[1]];
    std::fs::write(&gold, run(&annotate)).unwrap();
    let gold = gold.to_str().unwrap();
    let report = run(&["evaluate", gold, "--model", "models/news-en", "--format", "json"]);
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["documents"], 2);
    let figures = report["sections"][0]["figures"].as_array().unwrap();
    let f1 = figures.iter().find(|f| f["name"] == "entities.f1").unwrap();
    assert_eq!(f1["value"], 1.0);
}

#[test]
fn gold_that_is_not_there() {
    let output = Command::new(env!("CARGO_BIN_EXE_dixit"))
        .args(["evaluate", "nowhere.jsonl", "--predictions", "nowhere.jsonl"])
        .output()
        .unwrap();
    assert!(
        stderr(&output).starts_with("error: cannot read nowhere.jsonl: "),
        "{output:?}"
    );
}

/// What cannot be scored is an error that names file and line and says what to do.
#[test]
fn bad_predictions_are_named_with_line_and_remedy() {
    let with = |entities: Value| json!({"id": "one", "text": TEXT, "entities": entities});
    let person = json!({"start": 6, "end": 14, "label": "PERSON"});
    let claim = |name: &str, index: usize| {
        let mut claim = json!({"start": 0, "end": 5, "claim_type": "denial", "quotation": "indirect"});
        claim[name] = json!(index);
        json!({"id": "one", "text": TEXT, "claims": [claim], "attributions": []})
    };
    let cases = [
        (
            with(json!([person, person])),
            "article \"one\": PERSON \"Ida Lund\" at 6..14 is listed twice",
            "--allow duplicates",
        ),
        (
            with(json!([person, {"start": 10, "end": 19, "label": "PERSON"}])),
            "PERSON \"Ida Lund\" at 6..14 and PERSON \"Lund left\" at 10..19 overlap",
            "--allow overlaps",
        ),
        (
            with(json!([{"start": 6, "end": 14, "label": "PERSN"}])),
            "the label of PERSN \"Ida Lund\" at 6..14 occurs nowhere in gold, which has COUNTRY, ORG, PERSON",
            "--allow labels",
        ),
        (
            with(json!([{"start": 20, "end": 99, "label": "COUNTRY"}])),
            "article \"one\": span 20..99",
            "27",
        ),
        (
            with(json!([{"start": 14, "end": 6, "label": "PERSON"}])),
            "article \"one\": span 14..6",
            "",
        ),
        (
            claim("attribution", 0),
            "points to attribution 0, but there are 0",
            "article \"one\"",
        ),
        (
            claim("speaker", 3),
            "points to speaker 3, but there are 0",
            "article \"one\"",
        ),
    ];
    let gold = file("bad-gold", &gold());
    for (document, problem, remedy) in cases {
        let mut documents = predicted();
        documents[1] = document;
        let bad = file("bad-predicted", &documents);
        let output = Command::new(env!("CARGO_BIN_EXE_dixit"))
            .arg("evaluate")
            .arg(&gold)
            .arg("--predictions")
            .arg(&bad)
            .output()
            .unwrap();
        let message = stderr(&output);
        assert!(output.stdout.is_empty(), "nothing is scored");
        assert!(message.contains("evaluate-bad-predicted.jsonl:2: "), "{message}");
        assert!(message.contains(problem) && message.contains(remedy), "{message}");
    }
}

/// Gold has to keep the same rules.
#[test]
fn bad_gold_is_named_too() {
    let mut documents = gold();
    let person = documents[0]["entities"][0].clone();
    documents[0]["entities"].as_array_mut().unwrap().push(person);
    let message = stderr(&evaluate("bad-side", &documents, &predicted(), &[]));
    assert!(
        message.contains("evaluate-bad-side-gold.jsonl:1: gold, article \"one\"")
            && message.contains("--allow"),
        "{message}"
    );
}

#[test]
fn a_folder_of_fixtures_is_gold_and_every_layer_has_its_list() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/evaluation/fixtures");
    let dixit = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_dixit"))
            .args(arguments)
            .output()
            .unwrap();
        stdout(&output)
    };
    let exported = dixit(&["fixtures", "export", folder]);
    let mut documents: Vec<Value> = exported
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    let all = file("folder-all", &documents);
    let report = dixit(&[
        "evaluate",
        folder,
        "--predictions",
        all.to_str().unwrap(),
        "--draws",
        "0",
        "--errors",
        "3",
        "--format",
        "json",
    ]);
    let report: Value = serde_json::from_str(&report).unwrap();
    let sections = report["sections"].as_array().unwrap();
    assert!(sections.iter().any(|s| s["metric"] == "attributions"), "{report}");
    for figure in sections.iter().flat_map(|s| s["figures"].as_array().unwrap()) {
        let right = if figure["measure"] == "spurious" { 0.0 } else { 1.0 };
        assert_eq!(figure["value"], right, "{figure}");
    }
    for layer in report["errors"]["layers"].as_array().unwrap() {
        assert_eq!(layer["worst"], json!([]), "{layer}");
    }
    // One mistake in each layer.
    let document = &mut documents[0];
    document["entities"].as_array_mut().unwrap().remove(0);
    document["attributions"].as_array_mut().unwrap().remove(0);
    let sentences = document["sentences"].as_array_mut().unwrap();
    let sentence = sentences
        .iter_mut()
        .find(|s| s["claim_type"] == "accusation")
        .unwrap();
    sentence["claim_type"] = json!("denial");
    sentence["speaker"] = json!("Nobody Known");
    let changed = file("folder-changed", &documents);
    let report = dixit(&[
        "evaluate",
        folder,
        "--predictions",
        changed.to_str().unwrap(),
        "--draws",
        "0",
        "--errors",
        "3",
    ]);
    for part in [
        "  kind      entities  claims  speakers  attributions\n",
        "  type             0       1         1             0\n",
        "  missed           1       0         0             3\n",
        "Wrong claims, the worst first\n\n1. type, cost 2, in conference-1\n   gold accusation; predicted denial\n",
        "Wrong speakers, the worst first\n\n1. type, cost 2, in conference-1\n   gold Grace Atieno Ochola; predicted Nobody Known\n",
        "Wrong attributions, the worst first\n\n1. missed, cost 1, in conference-1\n   gold SOURCE “Lake states”; predicted nothing\n",
    ] {
        assert!(report.contains(part), "{part} in {report}");
    }
}
