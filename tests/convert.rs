//! `dixit convert`, as people call it.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const RECORDS: &str = r#"{"id":"a/1","text":"👩‍👧 Ida Lund said no.\r\n","meta":{"n":1},"entities":[{"start":4,"end":12,"label":"PERSON","score":0.5,"country":"NO"}],"speakers":[{"name":"Ida Lund","kind":"person","mentions":[[4,12]]}],"attributions":[{"source":[[4,12]],"cue":[[13,17]],"content":[[18,20]]}],"claims":[{"start":4,"end":21,"claim_type":"denial","speaker":0,"quotation":"indirect","attribution":0}]}
{"id":"b","text":"Oslo","entities":[{"start":0,"end":4,"label":"LOC"}]}
"#;

fn dixit(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_dixit"))
        .current_dir(folder)
        .args(arguments)
        .output()
        .unwrap()
}

fn says(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A folder with the records as dixit itself writes them.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("given.jsonl"), RECORDS).unwrap();
    let output = dixit(folder.path(), &["convert", "given.jsonl", "all.jsonl"]);
    assert_eq!((output.status.code(), says(&output).as_str()), (Some(0), ""));
    folder
}

#[test]
fn formats_that_carry_all_give_the_same_bytes_again() {
    let folder = folder();
    for format in ["json", "parquet", "label-studio", "prodigy", "doccano", "spacy"] {
        let there = dixit(folder.path(), &["convert", "all.jsonl", format, "--to", format]);
        assert_eq!(
            (there.status.code(), says(&there).as_str()),
            (Some(0), ""),
            "{format}"
        );
        let back = dixit(
            folder.path(),
            &["convert", format, "-", "--from", format, "--to", "jsonl"],
        );
        assert_eq!(back.status.code(), Some(0), "{format}: {}", says(&back));
        let all = fs::read_to_string(folder.path().join("all.jsonl")).unwrap();
        assert_eq!(String::from_utf8(back.stdout).unwrap(), all, "{format}");
    }
}

#[test]
fn losses_are_shown_and_written() {
    let folder = folder();
    let arguments = [
        "convert",
        "all.jsonl",
        "out",
        "--to",
        "brat",
        "--loss-report",
        "losses.json",
    ];
    let output = dixit(folder.path(), &arguments);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(
        says(&output),
        "lost: metadata (1 in 1 article, first in \"a/1\")\n"
    );
    let report = fs::read_to_string(folder.path().join("losses.json")).unwrap();
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    let expected =
        serde_json::json!({"losses": [{"what": "metadata", "count": 1, "articles": 1, "first": "a/1"}]});
    assert_eq!(report, expected);
    let annotations = fs::read_to_string(folder.path().join("out/a%2F1.ann")).unwrap();
    assert!(
        annotations.starts_with("T1\tPERSON 4 12\tIda Lund\n"),
        "{annotations}"
    );
}

#[test]
fn column_files_become_training_data() {
    let folder = tempfile::tempdir().unwrap();
    let columns = "-DOCSTART- -X- -X- O\n\nIda NNP B-NP I-PER\nLund NNP I-NP I-PER\nleft VBD B-VP O\n";
    fs::write(folder.path().join("train.conll"), columns).unwrap();
    let output = dixit(folder.path(), &["convert", "train.conll", "train.jsonl"]);
    assert_eq!(output.status.code(), Some(0), "{}", says(&output));
    assert!(
        says(&output).contains("lost: columns between word and tag (3"),
        "{}",
        says(&output)
    );
    let line = fs::read_to_string(folder.path().join("train.jsonl")).unwrap();
    let record: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(record["text"], "Ida Lund left");
    assert_eq!(record["entities"][0]["label"], "PER");
    // Layers that are not there do not teach.
    assert!(record.get("attributions").is_none() && record.get("sentences").is_none());
}

#[test]
fn what_is_wrong_is_said() {
    let folder = folder();
    fs::write(
        folder.path().join("bad.jsonl"),
        format!("{RECORDS}{{\"text\": 3}}\n"),
    )
    .unwrap();
    fs::write(folder.path().join("bad.conll"), "a O\nb PER\n").unwrap();
    let cases: [(&[&str], i32, &str); 8] = [
        (&["convert", "bad.jsonl", "x.jsonl"], 3, "bad.jsonl:3: "),
        (
            &["convert", "bad.conll", "y.jsonl"],
            1,
            "bad.conll:2: \"PER\" is not a tag",
        ),
        (
            &["convert", "all.jsonl", "given.jsonl"],
            1,
            "exists; --force overwrites it",
        ),
        (
            &["convert", "all.jsonl", "all.jsonl", "--force"],
            1,
            "cannot be converted into itself",
        ),
        (
            &["convert", "all.jsonl", "z.conll", "--offset-unit", "byte"],
            2,
            "prescribes its unit",
        ),
        (
            &["convert", "all.jsonl", "z"],
            1,
            "its name does not say its format; --to does",
        ),
        (
            &["convert", "all.jsonl", "-", "--to", "brat"],
            1,
            "is a folder of files",
        ),
        (&["convert", "none.jsonl", "z.jsonl"], 1, "cannot read none.jsonl"),
    ];
    for (arguments, code, message) in cases {
        let output = dixit(folder.path(), arguments);
        assert_eq!(
            output.status.code(),
            Some(code),
            "{arguments:?}: {}",
            says(&output)
        );
        assert!(
            says(&output).contains(message),
            "{arguments:?}: {}",
            says(&output)
        );
    }
}

#[test]
fn texts_come_back_from_any_record_that_has_them() {
    let folder = folder();
    let run = |arguments: &[&str]| dixit(folder.path(), arguments);
    let there = run(&["standoff", "detach", "all.jsonl", "-o", "off.jsonl"]);
    assert_eq!((there.status.code(), says(&there).as_str()), (Some(0), ""));
    let off = fs::read_to_string(folder.path().join("off.jsonl")).unwrap();
    assert!(!off.contains("Ida") && !off.contains("Oslo"), "{off}");
    // Other fields may be of any kind.
    let texts = "{\"id\": \"b\", \"text\": \"Oslo\", \"sentences\": 7}\n\n{\"id\": \"a/1\", \"text\": \"👩‍👧 Ida Lund said no.\\r\\n\"}\n";
    fs::write(folder.path().join("texts.jsonl"), texts).unwrap();
    let attach = ["standoff", "attach", "off.jsonl", "--texts", "texts.jsonl", "-o"];
    let back = run(&[&attach[..], &["back.jsonl"]].concat());
    assert_eq!((back.status.code(), says(&back).as_str()), (Some(0), ""));
    let again = run(&["convert", "back.jsonl", "again.jsonl"]);
    assert_eq!((again.status.code(), says(&again).as_str()), (Some(0), ""));
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(read("again.jsonl"), read("all.jsonl"));
    fs::write(folder.path().join("texts.jsonl"), "{\"id\": \"b\"}\n").unwrap();
    let bad = run(&[&attach[..], &["bad.jsonl"]].concat());
    assert_eq!(bad.status.code(), Some(1));
    assert!(says(&bad).contains("texts.jsonl:1"), "{}", says(&bad));
}
