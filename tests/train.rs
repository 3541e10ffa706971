//! `dixit train` from the command line, on a few sentences and from the shipped model's encoder.
#![cfg(feature = "libtorch")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

const GOOD: &str = r#"{"id": "a", "text": "Ida Lund accused Nordsund Energi. It denied the charge.", "entities": [{"start": 0, "end": 8, "label": "PERSON"}, {"start": 17, "end": 32, "label": "ORG"}], "attributions": [{"source": [[0, 8]], "cue": [[9, 16]], "content": [[17, 32]]}], "sentences": [{"start": 0, "end": 33, "claim_type": "accusation", "speaker": "Ida Lund", "quotation": "indirect", "target": "Nordsund Energi", "check_worthy": true}, {"start": 34, "end": 55, "claim_type": ["denial", "assertion"], "speaker": "Nordsund Energi", "quotation": "indirect", "check_worthy": false}], "speakers": [{"name": "Ida Lund", "kind": "person"}, {"name": "Nordsund Energi", "kind": "organisation"}]}"#;

/// A folder of a test's own, empty.
fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("train-{name}"));
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    path
}

/// Writes data and a configuration; gives the configuration's path.
fn setup(folder: &Path, data: &str) -> PathBuf {
    fs::write(folder.join("train.jsonl"), data).unwrap();
    let config = format!(
        r#"
name = "tiny"
encoder = "{root}/models/news-en"
output = "model"
seed = 7
epochs = 3
batch_pieces = 64
window = 64
learning_rate = 5e-5
head_rate = 10.0
weight_decay = 0.01
warmup = 0.1
clip = 1.0
dropout = 0.1
label_smoothing = 0.05
class_weight_power = 0.5
freeze_embeddings = false
precision = "bf16"
checkpoint_every = 1
entity_labels = ["PERSON", "ORG"]
claim_types = ["none", "assertion", "accusation", "denial"]
[weights]
entities = 1.0
attributions = 1.0
claim_types = 1.0
check_worthiness = 1.0
speakers = 1.0
targets = 1.0
titles = 1.0
homes = 1.0
[[train]]
file = "train.jsonl"
licence = "ours"
[[dev]]
file = "train.jsonl"
"#,
        root = env!("CARGO_MANIFEST_DIR")
    );
    let path = folder.join("config.toml");
    fs::write(&path, config).unwrap();
    path
}

fn train(config: &Path, arguments: &[&str]) -> Output {
    command(config, arguments).output().unwrap()
}

fn command(config: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dixit"));
    command.arg("train").arg(config).args(arguments);
    command
}

#[test]
fn a_run_that_is_killed_goes_on_to_the_same_weights() {
    let data: String = (0..12)
        .map(|i| GOOD.replace("\"a\"", &format!("\"a{i}\"")) + "\n")
        .collect();
    let whole = folder("whole");
    let output = train(&setup(&whole, &data), &[]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let card = fs::read_to_string(whole.join("model/MODEL_CARD.md")).unwrap();
    for part in [
        "# tiny",
        "`train.jsonl`",
        "check-worthiness, speakers, targets, titles, homes | ours",
        "entities.f1",
        "claim_types.accuracy",
    ] {
        assert!(card.contains(part), "{part} is missing in\n{card}");
    }

    let killed = folder("killed");
    let config = setup(&killed, &data);
    let mut run = command(&config, &[]).spawn().unwrap();
    let log = killed.join("model.training/log.jsonl");
    let start = Instant::now();
    while fs::read_to_string(&log).unwrap_or_default().lines().count() < 3 {
        assert!(
            start.elapsed() < Duration::from_secs(120),
            "no update within two minutes"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
    run.kill().unwrap();
    run.wait().unwrap();
    let refused = train(&config, &[]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--resume"));
    let resumed = train(&config, &["--resume"]);
    assert_eq!(resumed.status.code(), Some(0), "{resumed:?}");
    let weights = |folder: &Path| fs::read(folder.join("model/model.safetensors")).unwrap();
    assert!(weights(&whole) == weights(&killed), "the weights differ");
}

#[test]
fn bad_data_stops_before_training() {
    let outside = GOOD.replace("\"end\": 32", "\"end\": 99");
    for (name, data, reason) in [
        (
            "label",
            GOOD.replace("ORG", "COMPANY"),
            "unknown entity label \"COMPANY\"",
        ),
        (
            "type",
            GOOD.replace("accusation", "rumour"),
            "unknown claim type \"rumour\"",
        ),
        (
            "span",
            format!("{GOOD}\n{outside}"),
            "train.jsonl:2: article \"a\": span 17..99",
        ),
        (
            "json",
            format!("{GOOD}\n\n{{\"id\": 3"),
            "train.jsonl:3: not a dixit record",
        ),
        ("empty", String::new(), "holds no labelled article"),
    ] {
        let folder = folder(name);
        let output = train(&setup(&folder, &data), &[]);
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{name}: {message}");
        assert!(
            message.contains("train.jsonl") && message.contains(reason),
            "{name}: {message}"
        );
        assert!(!folder.join("model").exists());
    }
}

#[test]
fn a_wrong_configuration_names_its_key() {
    let folder = folder("config");
    let config = setup(&folder, GOOD);
    let text = fs::read_to_string(&config).unwrap();
    for (from, to, reason) in [
        ("clip = 1.0", "clip = 0.0", "clip is 0"),
        ("window = 64", "window = 128", "batch_pieces is 64"),
        ("seed = 7", "sead = 7", "sead"),
    ] {
        fs::write(&config, text.replace(from, to)).unwrap();
        let output = train(&config, &[]);
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1));
        assert!(message.contains(reason), "{message}");
    }
}
