//! `dixit report` from the command line.

mod small_model;

use serde_json::json;
use small_model::small_model;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn dixit(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dixit"));
    command.args(arguments);
    command
}

/// An empty folder of the tests' own.
fn fresh(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("report-{name}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn report(annotated: &Path, more: &[&str]) -> Output {
    dixit(&["report"]).arg(annotated).args(more).output().unwrap()
}

#[test]
fn every_form_of_a_corpus_gives_the_same_page() {
    let folder = fresh("forms");
    let input = folder.join("articles.jsonl");
    let article = |day: usize| {
        json!({"id": format!("a{day}"), "published": format!("2026-03-{day:02}"),
               "text": "“We will not sign,” said Ida Lund, Norway’s trade minister. Canada accused the port of delay."})
    };
    let lines: String = (1..20).map(|day| article(day).to_string() + "\n").collect();
    fs::write(&input, lines).unwrap();
    let pages = ["out.jsonl", "out.jsonl.zst", "out.parquet"].map(|name| {
        let annotated = folder.join(name);
        let batch = dixit(&["batch", "--quiet"])
            .args([&input, Path::new("-o"), &annotated])
            .arg("--model")
            .arg(small_model())
            .output()
            .unwrap();
        assert_eq!(batch.status.code(), Some(0), "{batch:?}");
        let output = report(&annotated, &["--date-field", "published"]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    });
    assert!(pages[0].contains("Who says what in 19 articles"));
    assert!(pages[0].contains("2026-03-01 to 2026-03-19"));
    assert!(pages.iter().all(|page| *page == pages[0]));
}

#[test]
fn faults_are_named_and_nothing_is_overwritten() {
    let folder = fresh("faults");
    let annotated = folder.join("out.jsonl");
    fs::write(
        &annotated,
        "{\"id\": \"a\", \"text\": \"So.\"}\n{\"id\": \"b\"}\n",
    )
    .unwrap();
    let page = folder.join("report.html");
    fs::write(&page, "precious").unwrap();
    let to_page = ["-o", page.to_str().unwrap(), "--force"];
    let broken = report(&annotated, &to_page);
    assert_eq!(broken.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&broken.stderr).contains("out.jsonl:2"),
        "{broken:?}"
    );
    assert_eq!(fs::read_to_string(&page).unwrap(), "precious");
    fs::write(&annotated, "").unwrap();
    let refused = report(&annotated, &to_page[..2]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--force"));
    assert_eq!(report(&annotated, &to_page).status.code(), Some(0));
    assert!(
        fs::read_to_string(&page)
            .unwrap()
            .contains("Who says what in 0 articles")
    );
}
