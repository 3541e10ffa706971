//! The input as a whole: files and folders in a fixed order, record by record.

use super::error::CorpusError;
use super::readers::{Opened, READERS, ReaderKind, uncompressed};
use super::record::{Fault, Fields, Position, Record};
use super::source::{Counter, Source};
use encoding_rs::Encoding;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// How the input is to be read.
#[derive(Clone)]
pub struct ReadOptions {
    /// Fields that hold id and text.
    pub fields: Fields,
    /// Encoding of what is not marked otherwise; by default UTF-8, and for files of text and web pages whatever they
    /// are found to be in.
    pub encoding: Option<&'static Encoding>,
    /// Kind of all files, whatever their names.
    pub kind: Option<&'static ReaderKind>,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            fields: Fields {
                text: "text".into(),
                id: "id".into(),
            },
            encoding: None,
            kind: None,
        }
    }
}

/// Files, folders and standard input, in order.
pub struct Input {
    roots: Vec<PathBuf>,
    options: ReadOptions,
    bytes: Option<u64>,
}

impl Input {
    /// An input of `roots`; `-` is standard input, which holds JSON Lines unless the options say otherwise.
    ///
    /// # Errors
    /// A path that is not there, or a file of no known kind.
    pub fn new(roots: Vec<PathBuf>, options: ReadOptions) -> Result<Self, CorpusError> {
        let fail = |path: &Path, reason: String| CorpusError::Input {
            path: path.to_owned(),
            reason,
        };
        if roots.iter().filter(|root| is_stdin(root)).count() > 1 {
            return Err(fail(
                Path::new("-"),
                "standard input can be read once only".into(),
            ));
        }
        let mut bytes = Some(0);
        for root in &roots {
            if is_stdin(root) {
                if options.kind.is_some_and(|k| k.name == "parquet") {
                    let reason = "Parquet cannot be read from standard input; name a file".into();
                    return Err(fail(root, reason));
                }
                bytes = None;
                continue;
            }
            let metadata = fs::metadata(root).map_err(|e| fail(root, e.to_string()))?;
            if !metadata.is_dir() && options.kind.or_else(|| ReaderKind::of(root)).is_none() {
                let kinds: Vec<&str> = READERS.iter().map(|k| k.name).collect();
                let reason = format!(
                    "its name does not say what it holds; --input-format does ({})",
                    kinds.join(", ")
                );
                return Err(fail(root, reason));
            }
            let size = walk(root)
                .flatten()
                .map(|f| fs::metadata(f).map_or(0, |m| m.len()));
            bytes = bytes.map(|b| b + size.sum::<u64>());
        }
        Ok(Self {
            roots,
            options,
            bytes,
        })
    }

    /// How the input is read.
    pub fn options(&self) -> &ReadOptions {
        &self.options
    }

    /// Size of all files, compressed as they are; `None` where standard input is among them.
    pub(super) fn bytes(&self) -> Option<u64> {
        self.bytes
    }

    /// All records from the beginning. Standard input is read if `copied` is false, and copied to `copy`; then `copy` is
    /// read in its place.
    pub(super) fn records<'a>(&'a self, copy: &Path, copied: bool) -> Records<'a> {
        Records {
            input: self,
            copy: copy.to_owned(),
            copied,
            roots: self.roots.iter(),
            root: None,
            files: Box::new(std::iter::empty()),
            reader: Box::new(std::iter::empty()),
            counter: Counter::default(),
            passed_over: BTreeMap::new(),
        }
    }

    /// The file as ids name it: what is below its root, or all of its path where there are several roots.
    fn name(&self, root: &Path, file: &Path) -> String {
        let below = match file.strip_prefix(root) {
            _ if self.roots.len() > 1 => file,
            Ok(below) if !below.as_os_str().is_empty() => below,
            _ => Path::new(file.file_name().unwrap_or_default()),
        };
        let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
        parts.join("/")
    }
}

fn is_stdin(root: &Path) -> bool {
    root.as_os_str() == "-"
}

/// The records of an input.
pub(super) struct Records<'a> {
    input: &'a Input,
    copy: PathBuf,
    copied: bool,
    roots: std::slice::Iter<'a, PathBuf>,
    root: Option<&'a Path>,
    files: Box<dyn Iterator<Item = io::Result<PathBuf>>>,
    reader: Box<dyn Iterator<Item = Record>>,
    counter: Counter,
    /// Files of no known kind in folders, by their endings.
    pub(super) passed_over: BTreeMap<String, u64>,
}

impl Records<'_> {
    /// Bytes read so far.
    pub(super) fn bytes(&self) -> u64 {
        self.counter.get()
    }

    fn open(&mut self, source: Source, file: &Path, kind: &ReaderKind) {
        let root = self.root.unwrap_or(file);
        self.reader = (kind.open)(Opened {
            source,
            file: file.display().to_string(),
            name: self.input.name(root, file),
            options: self.input.options.clone(),
            counter: self.counter.clone(),
        });
    }
}

impl Iterator for Records<'_> {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        loop {
            if let Some(record) = self.reader.next() {
                return Some(record);
            }
            match self.files.next() {
                Some(Ok(file)) => match self.input.options.kind.or_else(|| ReaderKind::of(&file)) {
                    Some(kind) => self.open(Source::File(file.clone()), &file, kind),
                    None => {
                        let name = file.file_name().unwrap_or_default().to_string_lossy();
                        let ending = uncompressed(&name).rsplit_once('.').map_or("", |(_, e)| e);
                        *self.passed_over.entry(format!(".{ending}")).or_default() += 1;
                    }
                },
                Some(Err(e)) => {
                    return Some(Record {
                        position: Position {
                            file: self.root.unwrap_or(Path::new("")).display().to_string(),
                            line: None,
                        },
                        encoding: "",
                        body: Err(Fault::unread(format!("cannot list a folder: {e}"))),
                    });
                }
                None => {
                    let root = self.roots.next()?;
                    self.root = Some(root);
                    if is_stdin(root) {
                        let source = if self.copied {
                            Source::File(self.copy.clone())
                        } else {
                            let copy = self.copy.clone();
                            Source::Stdin { copy }
                        };
                        let lines = READERS.iter().find(|k| k.name == "jsonl");
                        if let Some(kind) = self.input.options.kind.or(lines) {
                            self.open(source, root, kind);
                        }
                    } else {
                        self.files = Box::new(walk(root));
                    }
                }
            }
        }
    }
}

/// A file itself, or all files in and below a folder, folder by folder in the order of their names.
fn walk(root: &Path) -> impl Iterator<Item = io::Result<PathBuf>> + use<> {
    let mut open = vec![vec![root.to_owned()].into_iter()];
    std::iter::from_fn(move || {
        loop {
            let Some(path) = open.last_mut()?.next() else {
                open.pop();
                continue;
            };
            if !path.is_dir() {
                return Some(Ok(path));
            }
            let listed = fs::read_dir(&path).and_then(|entries| {
                entries
                    .map(|entry| Ok(entry?.path()))
                    .collect::<io::Result<Vec<_>>>()
            });
            match listed {
                Ok(mut paths) => {
                    paths.sort_unstable();
                    open.push(paths.into_iter());
                }
                Err(e) => return Some(Err(io::Error::new(e.kind(), format!("{}: {e}", path.display())))),
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::io::Write;

    fn read(roots: &[&Path], options: ReadOptions) -> (Vec<Record>, BTreeMap<String, u64>) {
        let roots = roots.iter().map(|r| r.to_path_buf()).collect();
        let input = Input::new(roots, options).unwrap();
        let mut records = input.records(Path::new(""), false);
        let all = records.by_ref().collect();
        assert_eq!(Some(records.bytes()), input.bytes());
        (all, records.passed_over)
    }

    /// Ids of articles, reasons of faults.
    fn said(records: &[Record]) -> Vec<&str> {
        (records.iter())
            .map(|r| match &r.body {
                Ok(article) => article.id.as_str(),
                Err(fault) => fault.reason.as_str(),
            })
            .collect()
    }

    #[test]
    fn folders_in_order_with_every_kind() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("sub")).unwrap();
        fs::write(at("b.txt"), "Text.\r\n").unwrap();
        fs::write(
            at("sub/a.txt.zst"),
            zstd::encode_all("Zst.".as_bytes(), 1).unwrap(),
        )
        .unwrap();
        fs::write(at("sub/no.txt"), b"\x7fELF\x00\xff").unwrap();
        fs::write(
            at("a.jsonl"),
            "{\"text\":\"J\",\"x\":[1]}\n\n{\"id\":\"own\",\"text\":\"J\"}",
        )
        .unwrap();
        fs::write(at("c.csv"), "id,text,date\nr1,\"a\nb\",2024\nr2,c\nr3,d,\n").unwrap();
        fs::write(at("d.tsv"), "id\ttext\nr4\te\n").unwrap();
        fs::write(at("e.pdf"), "").unwrap();
        let (records, passed_over) = read(&[folder.path()], ReadOptions::default());
        let expected = [
            "a.jsonl:1",
            "own",
            "b",
            "r1",
            "2 cells for 3 columns",
            "r3",
            "r4",
            "sub/a",
            "a binary file: NUL at byte 4",
        ];
        assert_eq!(said(&records), expected);
        assert_eq!(passed_over, BTreeMap::from([(".pdf".to_owned(), 1)]));
        let texts: Vec<&str> = records
            .iter()
            .flat_map(|r| &r.body)
            .map(|a| a.text.as_str())
            .collect();
        assert_eq!(texts, ["J", "J", "Text.\r\n", "a\nb", "d", "e", "Zst."]);
        let lines: Vec<_> = records.iter().map(|r| r.position.line).collect();
        assert_eq!(
            lines,
            [
                Some(1),
                Some(3),
                None,
                Some(2),
                Some(4),
                Some(5),
                Some(2),
                None,
                None
            ]
        );
        assert_eq!(records[3].body.as_ref().unwrap().meta["date"], "2024");
        assert_eq!(
            records[8].body.as_ref().unwrap_err().record,
            json!({"hex": "7f454c4600ff"})
        );
    }

    #[test]
    fn bad_lines_do_not_hide_good_ones() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.ndjson");
        let mut bytes = b"{\"id\":1,\"text\":\"caf\xe9\"}\n[1]\n{\"id\":\n".to_vec();
        bytes.extend(b"{\"id\":2,\"text\":\"y\",\"n\":123456789012345678901}\n{\"id\":3,\"text\":\"z\"}");
        fs::write(&path, &bytes).unwrap();
        let (records, _) = read(&[&path], ReadOptions::default());
        let said = said(&records);
        for (said, expected) in said.iter().zip([
            "invalid UTF-8 at byte 19 of the record; it looks like windows-1252",
            "not a JSON object",
            "not JSON: ",
            "\"n\" holds an integer of more than 64 bits",
            "3",
        ]) {
            assert!(said.starts_with(expected), "{said}");
        }
        let options = ReadOptions {
            encoding: super::super::encoding("latin1"),
            ..ReadOptions::default()
        };
        let (records, _) = read(&[&path], options);
        assert_eq!(records[0].body.as_ref().unwrap().text, "café");
        assert_eq!(records[0].encoding, "windows-1252");
    }

    #[test]
    fn a_torn_file_is_reported_and_the_next_one_read() {
        let folder = tempfile::tempdir().unwrap();
        let (first, second) = (folder.path().join("a.jsonl.gz"), folder.path().join("b.csv"));
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
        for id in 0..9000 {
            writeln!(gzip, "{{\"id\":{id},\"text\":\"x\"}}").unwrap();
        }
        let whole = gzip.finish().unwrap();
        fs::write(&first, &whole[..whole.len() / 2]).unwrap();
        fs::write(&second, "id,body\n1,x\n").unwrap();
        let (records, _) = read(&[&first, &second], ReadOptions::default());
        let faults: Vec<_> = records.iter().filter_map(|r| r.body.as_ref().err()).collect();
        assert!(records.len() > 1000);
        assert!(
            faults[0].reason.starts_with("cannot read on from here"),
            "{faults:?}"
        );
        assert!(
            faults[1].reason.contains("no column \"text\"; it has id, body"),
            "{faults:?}"
        );
    }

    #[test]
    fn what_cannot_be_an_input() {
        for (root, reason) in [("nowhere", "No such file"), ("Cargo.toml", "--input-format")] {
            let error = Input::new(vec![root.into()], ReadOptions::default())
                .err()
                .unwrap();
            assert!(error.to_string().contains(reason), "{error}");
        }
    }
}
