//! `dixit annotate` and `dixit doctor` from the command line, with the model that is shipped.

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const ARTICLES: [&str; 3] = ["briefing", "conference", "regulator"];

fn article(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("data/articles/{name}.txt"))
}

fn dixit(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dixit"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(arguments);
    command
}

fn stdout(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn annotate(names: &[&str], arguments: &[&str]) -> String {
    let output = dixit(&["annotate"])
        .args(names.iter().map(|n| article(n)))
        .args(arguments)
        .output()
        .unwrap();
    stdout(&output)
}

/// A file in the tests' own folder that does not exist yet.
fn fresh(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_file(&path);
    path
}

#[test]
fn spans_hold_their_text_in_every_unit() {
    for unit in ["codepoint", "utf16", "byte"] {
        for line in annotate(&ARTICLES, &["--format", "jsonl", "--offset-unit", unit]).lines() {
            let record: Value = serde_json::from_str(line).unwrap();
            let text = record["text"].as_str().unwrap();
            let name = record["id"].as_str().unwrap();
            assert_eq!(
                text,
                fs::read_to_string(article(name)).unwrap(),
                "the text is untouched"
            );
            let slice = |start: usize, end: usize| -> String {
                match unit {
                    "codepoint" => text.chars().skip(start).take(end - start).collect(),
                    "utf16" => {
                        let units: Vec<u16> = text.encode_utf16().skip(start).take(end - start).collect();
                        String::from_utf16(&units).unwrap()
                    }
                    _ => text[start..end].to_owned(),
                }
            };
            let spans = ["entities", "claims"].map(|layer| record[layer].as_array().unwrap());
            for span in spans.into_iter().flatten() {
                let at = |key: &str| span[key].as_u64().unwrap() as usize;
                assert_eq!(
                    slice(at("start"), at("end")),
                    span["text"].as_str().unwrap(),
                    "{unit}"
                );
            }
            assert_eq!(record["coverage"]["tokens"], record["coverage"]["read"]);
        }
    }
}

#[test]
fn the_same_bytes_alone_in_company_and_with_any_number_of_threads() {
    let together = annotate(&ARTICLES, &["--format", "jsonl", "--threads", "1"]);
    let alone: String = ARTICLES
        .iter()
        .map(|name| annotate(&[name], &["--format", "jsonl", "--threads", "3"]))
        .collect();
    assert_eq!(together, alone);
}

#[test]
fn who_said_what() {
    let record: Value = serde_json::from_str(&annotate(&["regulator"], &["--format", "json"])).unwrap();
    let speakers = record["speakers"].as_array().unwrap();
    let named = |name: &str| speakers.iter().find(|s| s["name"] == name);
    let lund = named("Ida Lund").expect("Ida Lund speaks");
    assert_eq!(lund["kind"], "person");
    let quoted = record["claims"].as_array().unwrap().iter().any(|claim| {
        claim["speaker"] == lund["id"] && claim["text"].as_str().unwrap().contains("The company knew")
    });
    assert!(quoted, "{record}");
    assert_eq!(record["countries"][0]["alpha3"], "NOR");
}

#[test]
fn the_reading_view_shows_speakers_and_types() {
    let view = annotate(&["regulator"], &[]);
    for part in ["Ida Lund", "accusation", "countries: Norway", "tokens read"] {
        assert!(view.contains(part), "{part} is missing in\n{view}");
    }
    assert!(!view.contains('\u{1b}'), "no colours where no terminal is");
}

#[test]
fn standard_input_gives_what_the_file_gives() {
    let input = fs::File::open(article("briefing")).unwrap();
    let output = dixit(&["annotate", "-", "--format", "jsonl"])
        .stdin(Stdio::from(input))
        .output()
        .unwrap();
    let piped = stdout(&output).replacen("\"id\":\"stdin\"", "\"id\":\"briefing\"", 1);
    assert_eq!(piped, annotate(&["briefing"], &["--format", "jsonl"]));
}

#[test]
fn an_output_file_is_not_overwritten_without_force() {
    let path = fresh("annotated.jsonl");
    fs::write(&path, "precious").unwrap();
    let write = |more: &[&str]| {
        dixit(&["annotate", "--format", "jsonl", "-o"])
            .arg(&path)
            .args(more)
            .arg(article("briefing"))
            .output()
            .unwrap()
    };
    let refused = write(&[]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--force"));
    assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
    assert_eq!(write(&["--force"]).status.code(), Some(0));
    assert!(
        fs::read_to_string(&path)
            .unwrap()
            .starts_with("{\"id\":\"briefing\"")
    );
}

#[test]
fn a_page_holds_one_article_and_several_go_into_a_folder() {
    let page = annotate(&["regulator"], &["--format", "html"]);
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("Ida Lund"));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pages");
    let _ = fs::remove_dir_all(&folder);
    let run = |more: &[&str], to: &[&Path]| {
        let mut command = dixit(&["annotate", "--format", "html"]);
        command.args(more).args(ARTICLES.map(article));
        if let [folder] = to {
            command.arg("-o").arg(folder);
        }
        command.output().unwrap()
    };
    let without = run(&[], &[]);
    assert_eq!(without.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&without.stderr).contains("-o FOLDER"));
    assert_eq!(stdout(&run(&[], &[&folder])), "");
    assert_eq!(fs::read_to_string(folder.join("regulator.html")).unwrap(), page);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), ARTICLES.len());
    let again = run(&[], &[&folder]);
    assert_eq!(again.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&again.stderr).contains("--force"));
    // The same article twice: its page is not written over, even so.
    let twice = article("briefing");
    let twice = run(&["--force", twice.to_str().unwrap()], &[&folder]);
    assert_eq!(twice.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&twice.stderr).contains("ids must differ"));
}

#[test]
fn unreadable_articles_are_named_and_the_others_annotated() {
    let broken = fresh("broken.txt");
    fs::write(&broken, b"Ida Lund sp\xf8ke.").unwrap();
    let output = dixit(&["annotate", "--format", "jsonl"])
        .args([&broken, &article("briefing")])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3));
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(
        message.contains("broken.txt") && message.contains("offset 11"),
        "{message}"
    );
    assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), 1);
    let alone = dixit(&["annotate"]).arg(&broken).output().unwrap();
    assert_eq!(alone.status.code(), Some(1));
}

#[test]
fn empty_and_strange_texts_are_annotated_too() {
    for (name, text) in [
        ("empty", String::new()),
        ("blank", " \r\n\t\n".to_owned()),
        ("long-word", "x".repeat(20_000)),
        ("marks", "“\"‘«”’»[…".repeat(300)),
        (
            "controls",
            "\u{0}\u{feff}\u{202e}Ida Lund\u{200d} said: “No.\u{2028}".to_owned(),
        ),
    ] {
        let path = fresh(&format!("{name}.txt"));
        fs::write(&path, &text).unwrap();
        let output = dixit(&["annotate", "--format", "json"])
            .arg(&path)
            .output()
            .unwrap();
        let record: Value = serde_json::from_str(&stdout(&output)).unwrap();
        assert_eq!(record["text"], text, "{name}");
    }
}

#[test]
fn a_missing_model_says_what_to_do() {
    let output = dixit(&["annotate", "--model", "no/such/folder"])
        .arg(article("briefing"))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(message.contains("config.json"), "{message}");
}

#[test]
fn the_doctor_finds_all_in_order() {
    let report = stdout(&dixit(&["doctor"]).output().unwrap());
    for line in ["model      news-en", "engine     native-int8", "sha256"] {
        assert!(report.contains(line), "{line} is missing in\n{report}");
    }
}

#[test]
fn completions_know_the_subcommands() {
    for shell in ["bash", "zsh", "fish"] {
        let script = stdout(&dixit(&["completions", shell]).output().unwrap());
        assert!(
            script.contains("annotate") && script.contains("doctor"),
            "{shell}"
        );
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    for arguments in [
        &["doctor"][..],
        &["completions", "bash"],
        &["fixtures", "check", "evaluation/fixtures"],
        &["fixtures", "export", "evaluation/fixtures"],
        &["annotate", "data/articles/conference.txt", "--format", "json"],
    ] {
        let mut child = dixit(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {output:?}");
        assert!(output.stderr.is_empty(), "{arguments:?}: {output:?}");
    }
}
