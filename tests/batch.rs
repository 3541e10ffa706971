//! `dixit batch`, `merge` and `verify` from the command line: the same bytes whatever happens, and nothing lost.

mod small_model;

use rand::seq::{IndexedRandom, SliceRandom};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use small_model::small_model;
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// Sentences from which articles are made.
const SENTENCES: [&str; 9] = [
    "Ida Lund, the foreign minister of Norway, accused Nordsund Energi on Friday of hiding the spill.",
    "“We will never close the quay,” Ana Reis told reporters in Snøhamar.",
    "The harbour board denied that it had paid 40 million crowns.",
    "Snow fell for nine days 👩‍👧 and nobody counted the boats.",
    "According to the union, “every skipper” has been asked twice.",
    "Canada rejected the plan!",
    "Tomas Veld: “The ice is thinner than they say.”",
    "It was the third winter in which the ferries stayed away, the mayor said, and the last, she hoped.",
    "“Who,” he asked, “would sail in this?”",
];

/// Articles of one to forty sentences; every tenth has the text of another.
fn articles(count: usize, seed: u64) -> Vec<Value> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut texts: Vec<String> = Vec::new();
    (0..count)
        .map(|index| {
            let text = if index % 10 == 9 {
                texts.choose(&mut random).unwrap().clone()
            } else {
                let sentences = if index % 25 == 0 {
                    40
                } else {
                    random.random_range(1..8)
                };
                let mut text = format!("Report {index}\n\n");
                for _ in 0..sentences {
                    text += SENTENCES.choose(&mut random).unwrap();
                    text += if random.random_bool(0.2) { "\r\n\r\n" } else { " " };
                }
                text
            };
            texts.push(text.clone());
            json!({"id": format!("r{index}"), "text": text, "date": "2024-05-01",
                   "more": {"z": [1, null], "a": 0.1, "n": 12345678901234567u64}})
        })
        .collect()
}

fn lines(records: &[Value]) -> Vec<u8> {
    records
        .iter()
        .flat_map(|r| (r.to_string() + "\n").into_bytes())
        .collect()
}

/// A folder of a test's own, with a corpus in it.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        Self { folder }
    }

    fn with(records: &[Value]) -> Self {
        let place = Self::new();
        place.write("in.jsonl", &lines(records));
        place
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        fs::create_dir_all(self.at(name).parent().unwrap()).unwrap();
        fs::write(self.at(name), bytes).unwrap();
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.at(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    fn records(&self, name: &str) -> Vec<Value> {
        let text = String::from_utf8(self.read(name)).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    fn json(&self, name: &str) -> Value {
        serde_json::from_slice(&self.read(name)).unwrap()
    }

    fn dixit(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dixit"));
        command.current_dir(self.folder.path()).args(arguments);
        if arguments[0] != "merge" {
            command.arg("--model").arg(small_model());
        }
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.dixit(arguments).stdin(Stdio::null()).output().unwrap()
    }

    /// Runs with an exit code, gives what was said on standard error.
    #[track_caller]
    fn ends(&self, code: i32, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    /// All files beside the input that make up an output, but for the summary, which holds the time.
    fn output(&self, name: &str) -> BTreeMap<String, Vec<u8>> {
        fs::read_dir(self.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|file| file.starts_with(name) && !file.ends_with(".summary.json"))
            .map(|file| (file.strip_prefix(name).unwrap().to_owned(), self.read(&file)))
            .collect()
    }
}

#[test]
fn the_same_bytes_whatever_threads_batches_order_and_company() {
    let mut records = articles(120, 1);
    let place = Place::with(&records);
    place.ends(0, &["batch", "in.jsonl", "-o", "out.jsonl", "--threads", "1"]);
    let expected = place.read("out.jsonl");
    let ids: Vec<Value> = place
        .records("out.jsonl")
        .into_iter()
        .map(|r| r["id"].clone())
        .collect();
    assert_eq!(ids, records.iter().map(|r| r["id"].clone()).collect::<Vec<_>>());
    for (threads, tokens) in [
        ("2", "1"),
        ("4", "64"),
        ("3", "500"),
        ("2", "4096"),
        ("1", "100000"),
    ] {
        let options = ["--threads", threads, "--batch-tokens", tokens, "--force"];
        place.ends(
            0,
            &[&["batch", "in.jsonl", "-o", "other.jsonl"], &options[..]].concat(),
        );
        assert!(
            place.read("other.jsonl") == expected,
            "{threads} threads, {tokens} tokens"
        );
    }
    let sorted = |name: &str| {
        let mut lines: Vec<Vec<u8>> = place
            .read(name)
            .split(|b| *b == b'\n')
            .map(<[u8]>::to_vec)
            .collect();
        lines.sort();
        lines
    };
    records.shuffle(&mut ChaCha8Rng::seed_from_u64(2));
    place.write("shuffled.jsonl", &lines(&records));
    place.ends(
        0,
        &[
            "batch",
            "shuffled.jsonl",
            "-o",
            "shuffled-out.jsonl",
            "--threads",
            "2",
        ],
    );
    assert!(sorted("shuffled-out.jsonl") == sorted("out.jsonl"));
    for record in records.iter().take(5) {
        place.write("alone.jsonl", &lines(std::slice::from_ref(record)));
        place.ends(0, &["batch", "alone.jsonl", "-o", "alone-out.jsonl", "--force"]);
        let alone = place.read("alone-out.jsonl");
        assert!(expected.windows(alone.len()).any(|part| part == alone));
    }
    let stored = &place.records("out.jsonl")[0];
    assert_eq!(
        stored["meta"].to_string(),
        json!({"date": "2024-05-01", "more": records[0]["more"]}).to_string()
    );
    let summary = place.json("out.jsonl.summary.json");
    assert_eq!(summary["counts"]["articles"], 120);
    assert_eq!(summary["counts"]["duplicates"], 12);
    assert_eq!(summary["run"]["computed"], 108);
    assert_eq!(summary["counts"]["tokens"], summary["counts"]["read"]);
}

/// Kills a run again and again, at moments spread over its whole length and its end, and holds the output of the run
/// that comes through against that of one that was left alone.
#[test]
fn killed_at_any_moment_and_started_again() {
    let mut records = articles(300, 3);
    records[7]["text"] = Value::Null;
    let place = Place::with(&records);
    let options =
        |name: &str| ["batch", "in.jsonl", "-o", name, "--tables", "--threads", "2"].map(str::to_owned);
    let run = |name: &str| place.run(&options(name).each_ref().map(String::as_str));
    for (name, kills) in [("a.jsonl.zst", 5), ("b.parquet", 5)] {
        let begun = Instant::now();
        let output = run(name);
        let whole = begun.elapsed();
        assert_eq!(output.status.code(), Some(3), "{output:?}");
        let expected = place.output(name);
        assert_eq!(expected.len(), 6, "{:?}", expected.keys());
        let killed = format!("killed-{name}");
        let mut random = ChaCha8Rng::seed_from_u64(4);
        for _ in 0..kills {
            let mut child = place
                .dixit(&options(&killed).each_ref().map(String::as_str))
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .spawn()
                .unwrap();
            std::thread::sleep(
                whole
                    .mul_f64(random.random_range(0.1..1.1))
                    .max(Duration::from_millis(5)),
            );
            child.kill().unwrap();
            child.wait().unwrap();
        }
        let output = run(&killed);
        assert_eq!(output.status.code(), Some(3), "{output:?}");
        let found = place.output(&killed);
        assert_eq!(
            found.keys().collect::<Vec<_>>(),
            expected.keys().collect::<Vec<_>>()
        );
        for (file, bytes) in expected {
            assert!(found[&file] == bytes, "{file} differs");
        }
    }
}

#[test]
fn a_stopped_run_computes_only_what_is_missing_and_a_finished_one_nothing() {
    // The bad record comes late enough that results are stored before it is read.
    let records = articles(600, 5);
    let mut bad = records.clone();
    bad.insert(590, json!({"id": "bad", "text": null}));
    let place = Place::with(&bad);
    let batch = ["batch", "in.jsonl", "-o", "out.jsonl"];
    let stop = place.ends(
        1,
        &[&batch[..], &["--max-rejects", "0", "--batch-tokens", "1"]].concat(),
    );
    assert!(stop.contains("in.jsonl:591: \"text\" is null"), "{stop}");
    assert!(stop.contains("out.jsonl.partial/rejected.jsonl"), "{stop}");
    assert_eq!(place.records("out.jsonl.partial/rejected.jsonl")[0]["id"], "bad");
    assert!(!place.at("out.jsonl").exists());
    let changed = place.ends(1, &[&batch[..], &["--precision", "f32"]].concat());
    assert!(
        changed.contains("engine: native-int8 then, native-f32 now"),
        "{changed}"
    );
    assert!(changed.contains("--force"), "{changed}");
    place.write("in.jsonl", &lines(&records));
    place.ends(0, &batch);
    assert!(!place.at("out.jsonl.partial").exists());
    let once = place.read("out.jsonl");
    let computed = &place.json("out.jsonl.summary.json")["run"]["computed"];
    assert!(computed.as_u64().unwrap() < 500, "{computed}");
    place.ends(0, &batch);
    assert!(place.read("out.jsonl") == once);
    place.write("in.jsonl", &lines(&records[1..]));
    let exists = place.ends(1, &batch);
    assert!(
        exists.contains("out.jsonl exists") && exists.contains("--force"),
        "{exists}"
    );
    place.ends(0, &[&batch[..], &["--force"]].concat());
    assert_eq!(place.records("out.jsonl").len(), 599);
}

#[test]
fn two_runs_do_not_write_one_output() {
    let place = Place::with(&articles(100, 6));
    let batch = [
        "batch",
        "in.jsonl",
        "-o",
        "out.jsonl",
        "--threads",
        "1",
        "--batch-tokens",
        "1",
    ];
    let mut first = place
        .dixit(&batch)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    while !place.at("out.jsonl.partial/journal.redb").exists() {
        assert!(
            first.try_wait().unwrap().is_none(),
            "the first run ended too early"
        );
        std::thread::sleep(Duration::from_millis(1));
    }
    let second = place.ends(1, &batch);
    assert!(
        second.contains("another run is at work in out.jsonl.partial"),
        "{second}"
    );
    assert!(first.wait().unwrap().success());
}

#[test]
fn what_cannot_be_annotated_is_rejected_with_its_reason_and_the_run_goes_on() {
    let place = Place::new();
    let mut bytes = lines(&articles(3, 7));
    bytes.extend(b"{\"id\": \"torn\", \"text\": \n");
    bytes.extend(b"{\"id\": \"latin\", \"text\": \"caf\xe9\"}\n");
    bytes.extend(lines(&[
        json!({"id": "null", "text": null, "x": 1}),
        json!({"id": "empty", "text": " \n"}),
        json!({"id": "none", "body": "x"}),
        json!({"id": "huge", "text": "word ".repeat(10 << 20)}),
        json!({"id": "r1", "text": "Twice."}),
        json!({"id": "long", "text": format!("A word: {}.", "x".repeat(10_000))}),
    ]));
    place.write("in/a.jsonl", &bytes);
    place.write("in/binary.txt", b"\x89PNG\x00\x01");
    place.write(
        "in/latin.txt",
        "The caf\u{e9} stayed closed."
            .chars()
            .map(|c| c as u8)
            .collect::<Vec<_>>()
            .as_slice(),
    );
    place.write("in/good.txt", b"The quay stayed closed.");
    place.write("in/torn.jsonl.gz", &[0x1f, 0x8b, 8, 0, 0]);
    place.write("in/notes.pdf", b"");
    fs::create_dir(place.at("in/dangling")).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(place.at("nowhere"), place.at("in/dangling/x.txt")).unwrap();
    let output = place.run(&["batch", "in", "-o", "out.jsonl", "--threads", "2"]);
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let stdout = String::from_utf8(output.stdout).unwrap();
    for part in [
        "files .pdf 1",
        "windows-1252 1",
        "1 words of more than 1,000 bytes",
        "out.jsonl.rejected.jsonl",
    ] {
        assert!(stdout.contains(part), "{part}: {stdout}");
    }
    let ids: Vec<Value> = place
        .records("out.jsonl")
        .into_iter()
        .map(|r| r["id"].clone())
        .collect();
    assert_eq!(ids, ["r0", "r1", "r2", "long", "good", "latin"]);
    assert_eq!(
        place.records("out.jsonl")[5]["meta"],
        json!({"encoding": "windows-1252"})
    );
    let rejects = place.records("out.jsonl.rejected.jsonl");
    let expected = [
        (json!(null), Some(4), "not JSON"),
        (json!(null), Some(5), "invalid UTF-8 at byte"),
        (json!("null"), Some(6), "\"text\" is null"),
        (json!("empty"), Some(7), "the text is empty"),
        (json!("none"), Some(8), "no field \"text\"; it has id, body"),
        (json!("huge"), Some(9), "the text has 52428800 bytes"),
        (
            json!("r1"),
            Some(10),
            "record 1 of the input, from 0, has the same id",
        ),
        (json!("binary"), None, "a binary file: NUL at byte 4"),
        #[cfg(unix)]
        (json!(null), None, "cannot read: No such file"),
        (json!(null), None, "cannot read: "),
    ];
    assert_eq!(rejects.len(), expected.len(), "{rejects:#?}");
    for (reject, (id, line, reason)) in rejects.iter().zip(expected) {
        let said = reject["reason"].as_str().unwrap();
        assert!(said.contains(reason), "{said}");
        assert_eq!(reject["id"], id, "{said}");
        assert_eq!(reject["line"], json!(line), "{said}");
    }
    assert_eq!(rejects[2]["record"], json!({"id": "null", "text": null, "x": 1}));
    assert!(rejects[1]["record"]["hex"].as_str().unwrap().contains("636166e9"));
    assert_eq!(rejects[5]["record"]["text"].as_str().unwrap().len(), 52_428_800);
    assert_eq!(
        place.json("out.jsonl.summary.json")["counts"]["rejected"],
        rejects.len()
    );
}

#[test]
fn every_kind_of_input_gives_the_same_annotations() {
    let records = articles(12, 8);
    let place = Place::with(&records);
    let layers = |name: &str| {
        let mut records = place.records(name);
        for record in &mut records {
            record["meta"] = Value::Null;
        }
        records
    };
    place.ends(0, &["batch", "in.jsonl", "-o", "lines.jsonl"]);
    let expected = layers("lines.jsonl");
    let mut csv = b"id,body,date\n".to_vec();
    let mut tsv = b"id\tbody\tdate\n".to_vec();
    for record in &records {
        let text = record["text"].as_str().unwrap().replace('"', "\"\"");
        let id = record["id"].as_str().unwrap();
        csv.extend(format!("{id},\"{text}\",2024\n").bytes());
        tsv.extend(format!("{id}\t\"{text}\"\t2024\n").bytes());
        place.write(
            &format!("texts/{id}.txt"),
            record["text"].as_str().unwrap().as_bytes(),
        );
    }
    place.write("in.csv.zst", &zstd::encode_all(csv.as_slice(), 1).unwrap());
    place.write("in.tsv", &tsv);
    for (name, out) in [("in.csv.zst", "csv.jsonl"), ("in.tsv", "tsv.jsonl")] {
        place.ends(0, &["batch", name, "-o", out, "--text-field", "body"]);
        assert_eq!(layers(out), expected, "{name}");
        assert_eq!(place.records(out)[0]["meta"], json!({"date": "2024"}));
    }
    place.ends(0, &["batch", "in.jsonl", "-o", "out.parquet"]);
    place.ends(0, &["batch", "out.parquet", "-o", "again.jsonl"]);
    assert_eq!(layers("again.jsonl"), expected);
    let meta = &place.records("again.jsonl")[0]["meta"];
    assert_eq!(
        meta["countries"], expected[0]["countries"],
        "nested columns go through"
    );
    let mut piped = place
        .dixit(&["batch", "-", "-o", "piped.jsonl.zst"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    piped.stdin.take().unwrap().write_all(&lines(&records)).unwrap();
    assert!(piped.wait().unwrap().success());
    let piped = zstd::decode_all(place.read("piped.jsonl.zst").as_slice()).unwrap();
    assert!(piped == place.read("lines.jsonl"));
    place.ends(0, &["batch", "texts", "-o", "texts.jsonl"]);
    let mut by_id = layers("texts.jsonl");
    by_id.sort_by_key(|r| r["id"].as_str().unwrap()[1..].parse::<u32>().unwrap());
    assert_eq!(by_id, expected);
}

#[test]
fn shards_make_the_same_whole() {
    let mut records = articles(90, 9);
    records[11]["text"] = json!(5);
    let place = Place::with(&records);
    place.write("in2.jsonl", b"[]\n{\"text\": \"No id.\"}\n");
    let inputs = [
        "batch",
        "in.jsonl",
        "in2.jsonl",
        "--tables",
        "--offset-unit",
        "utf16",
    ];
    place.ends(3, &[&inputs[..], &["-o", "whole.jsonl"]].concat());
    place.ends(3, &[&inputs[..], &["-o", "whole.parquet"]].concat());
    let parts: Vec<String> = (1..=3).map(|i| format!("part{i}.jsonl.zst")).collect();
    for (index, part) in parts.iter().enumerate() {
        let shard = format!("{}/3", index + 1);
        let output = place.run(&[&inputs[..], &["-o", part, "--shard", &shard]].concat());
        assert!(matches!(output.status.code(), Some(0 | 3)), "{output:?}");
    }
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let missing = place.ends(1, &["merge", parts[2], parts[0], "-o", "merged.jsonl"]);
    assert!(missing.contains("shards are missing: 2/3"), "{missing}");
    let double = place.ends(1, &["merge", parts[0], parts[1], parts[1], "-o", "merged.jsonl"]);
    assert!(double.contains("both shard 2/3"), "{double}");
    let whole = place.ends(1, &["merge", "whole.jsonl", "-o", "merged.jsonl"]);
    assert!(whole.contains("not a shard"), "{whole}");
    place.ends(3, &["merge", parts[2], parts[0], parts[1], "-o", "merged.jsonl"]);
    assert!(place.output("merged.jsonl") == place.output("whole.jsonl"));
    for part in ["configuration", "input_sha256", "input_records", "encodings"] {
        let summary = |name: &str| place.json(&format!("{name}.summary.json"))[part].clone();
        assert_eq!(summary("merged.jsonl"), summary("whole.jsonl"));
    }
    place.ends(
        3,
        &["merge", parts[2], parts[0], parts[1], "-o", "merged.parquet"],
    );
    assert!(place.read("merged.parquet") == place.read("whole.parquet"));
    let again = place.ends(1, &["merge", parts[2], parts[0], parts[1], "-o", "merged.jsonl"]);
    assert!(again.contains("--force"), "{again}");
}

#[test]
fn verify_finds_what_was_changed() {
    let place = Place::with(&articles(30, 10));
    for name in ["out.jsonl", "out.jsonl.zst", "out.parquet"] {
        place.ends(0, &["batch", "in.jsonl", "-o", name, "--offset-unit", "byte"]);
        let output = place.run(&["verify", name, "--sample", "100"]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(said.contains("30 records checked, 30 computed again"), "{said}");
    }
    let good = String::from_utf8(place.read("out.jsonl")).unwrap();
    let score = good.find("\"check_worthiness\":0.").unwrap() + "\"check_worthiness\":0.".len();
    let digit = if &good[score..score + 1] == "1" { "2" } else { "1" };
    let last = good.trim_end().rfind('\n').unwrap() + 1;
    for (bad, fault) in [
        (
            format!("{}{digit}{}", &good[..score], &good[score + 1..]),
            "comes out differently",
        ),
        (
            good.replacen(",\"meta\"", ", \"meta\"", 1),
            "is not as dixit writes it",
        ),
        (
            good.replacen("{\"start\":", "{\"start\":9", 1),
            "does not fit a text",
        ),
        (
            good.replacen("\"tokens\":", "\"tokens\":9", 1),
            "tokens were read",
        ),
        (good.replacen("\"id\"", "\"di\"", 1), "not a dixit record"),
        (
            good.replacen("native-int8", "native-f32", 1),
            "which is not what runs here",
        ),
        (
            good[..last].to_owned(),
            "there are 29 records, the summary says 30",
        ),
    ] {
        place.write("out.jsonl", bad.as_bytes());
        let said = place.ends(1, &["verify", "out.jsonl", "--sample", "100"]);
        assert!(said.contains(fault), "{fault}: {said}");
    }
}

#[test]
fn wrong_arguments_say_what_to_do() {
    let place = Place::with(&articles(1, 11));
    for (code, arguments, part) in [
        (
            1,
            ["batch", "in.jsonl", "-o", "out.txt"],
            ".jsonl, .jsonl.zst or .parquet",
        ),
        (
            1,
            ["batch", "nowhere", "-o", "out.jsonl"],
            "nowhere: No such file",
        ),
        (
            2,
            ["batch", "in.jsonl", "-oout.jsonl", "--shard=5/4"],
            "i/n is expected",
        ),
        (
            2,
            ["batch", "in.jsonl", "-oout.jsonl", "--encoding=utf-9"],
            "WHATWG",
        ),
    ] {
        let said = place.ends(code, &arguments);
        assert!(said.contains(part), "{said}");
    }
    assert!(!Path::new("out.jsonl.partial").exists());
}
