//! `dixit fit`: weights of the choices from labelled articles.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn fit(arguments: &[&str], output: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_dixit"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .arg("fit")
        .args(arguments)
        .args(["--force", "-o"])
        .arg(output)
        .output()
        .unwrap()
}

#[test]
fn an_output_is_kept_until_there_is_a_better_one() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fit");
    fs::create_dir_all(&folder).unwrap();
    let (articles, weights) = (folder.join("articles.jsonl"), folder.join("weights.json"));
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/training/own.jsonl");
    let few: Vec<String> = (fs::read_to_string(own).unwrap().lines().take(3))
        .map(str::to_owned)
        .collect();
    fs::write(&articles, few.join("\n")).unwrap();
    fs::write(&weights, "{}").unwrap();
    let articles = articles.to_str().unwrap();

    let failed = fit(&[articles, "--only", "colour"], &weights);
    assert_eq!(failed.status.code(), Some(1), "{failed:?}");
    assert!(String::from_utf8_lossy(&failed.stderr).contains("\"colour\""));
    assert_eq!(fs::read_to_string(&weights).unwrap(), "{}");

    let fitted = fit(&[articles, "--only", "speaker"], &weights);
    assert_eq!(fitted.status.code(), Some(0), "{fitted:?}");
    let found: serde_json::Value = serde_json::from_slice(&fs::read(&weights).unwrap()).unwrap();
    let kinds: Vec<&String> = found.as_object().unwrap().keys().collect();
    assert!(kinds.iter().any(|k| k.starts_with("speaker")), "{kinds:?}");
    // Of the others, the weights that are there already.
    assert!(kinds.iter().any(|k| k.starts_with("country")), "{kinds:?}");
}
