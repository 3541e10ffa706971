//! Readers: one file per kind of input, one list of them all.

mod delimited;
mod html;
mod json_lines;
mod parquet;
mod text;

use super::input::ReadOptions;
use super::record::{Fault, Position, Record};
use super::source::{Counter, Source};
use std::path::Path;

/// A kind of input.
pub struct ReaderKind {
    /// The name by which it is asked for.
    pub name: &'static str,
    /// What it is.
    pub about: &'static str,
    /// Endings of file names, without those of compression.
    pub extensions: &'static [&'static str],
    /// Reads a file. What goes wrong is a record with a fault, so that a run can go on.
    pub(super) open: fn(Opened) -> Box<dyn Iterator<Item = Record>>,
}

/// All kinds of input.
pub const READERS: &[ReaderKind] = &[
    ReaderKind {
        name: "text",
        about: "plain text, one article per file",
        extensions: &["txt"],
        open: |input| Box::new(text::read(input)),
    },
    ReaderKind {
        name: "html",
        about: "web page, one article per file, of which the article's text is drawn out",
        extensions: &["html", "htm"],
        open: |input| Box::new(html::read(input)),
    },
    ReaderKind {
        name: "jsonl",
        about: "JSON Lines, one object per article",
        extensions: &["jsonl", "ndjson"],
        open: |input| json_lines::read(input),
    },
    ReaderKind {
        name: "csv",
        about: "comma-separated values with a line of column names",
        extensions: &["csv"],
        open: |input| delimited::read(input, b','),
    },
    ReaderKind {
        name: "tsv",
        about: "tab-separated values with a line of column names",
        extensions: &["tsv"],
        open: |input| delimited::read(input, b'\t'),
    },
    ReaderKind {
        name: "parquet",
        about: "Parquet, one row per article",
        extensions: &["parquet"],
        open: |input| parquet::read(input),
    },
];

impl ReaderKind {
    /// The kind of a file, by its name; `.gz` and `.zst` at its end do not count.
    pub fn of(path: &Path) -> Option<&'static Self> {
        let name = uncompressed(path.file_name()?.to_str()?);
        let (_, extension) = name.rsplit_once('.')?;
        let extension = extension.to_ascii_lowercase();
        READERS
            .iter()
            .find(|kind| kind.extensions.contains(&extension.as_str()))
    }
}

/// A file name without its ending of compression.
pub(super) fn uncompressed(name: &str) -> &str {
    name.strip_suffix(".gz")
        .or_else(|| name.strip_suffix(".zst"))
        .unwrap_or(name)
}

/// What a reader is given.
pub(super) struct Opened {
    /// Where the bytes are.
    pub(super) source: Source,
    /// The file as positions name it.
    pub(super) file: String,
    /// The file as ids name it.
    pub(super) name: String,
    pub(super) options: ReadOptions,
    pub(super) counter: Counter,
}

impl Opened {
    /// The id of an article that is a file: its name without endings.
    fn file_id(&self) -> String {
        let name = uncompressed(&self.name);
        match name.rsplit_once('.') {
            Some((stem, _)) if !stem.is_empty() && !stem.ends_with('/') => stem.to_owned(),
            _ => name.to_owned(),
        }
    }

    /// The id of a record that has none.
    fn line_id(&self, line: u64) -> String {
        format!("{}:{line}", self.name)
    }

    fn position(&self, line: Option<u64>) -> Position {
        Position {
            file: self.file.clone(),
            line,
        }
    }

    /// A record that stands for a file, or the rest of it, that cannot be read.
    fn unread(&self, line: Option<u64>, reason: impl std::fmt::Display) -> Record {
        let reason = match line {
            Some(_) => format!("cannot read on from here: {reason}"),
            None => format!("cannot read: {reason}"),
        };
        Record {
            position: self.position(line),
            encoding: "",
            body: Err(Fault::unread(reason)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_by_name() {
        for (name, kind) in [
            ("a.txt", Some("text")),
            ("a.HTM", Some("html")),
            ("a.b.jsonl.zst", Some("jsonl")),
            ("a.csv.gz", Some("csv")),
            ("a.gz", None),
            ("a.pdf", None),
            ("txt", None),
        ] {
            assert_eq!(ReaderKind::of(Path::new(name)).map(|k| k.name), kind, "{name}");
        }
    }

    #[test]
    fn ids_of_files() {
        for (name, id) in [("a/b.txt", "a/b"), ("b.2.html.gz", "b.2"), (".txt", ".txt")] {
            let opened = Opened {
                source: Source::File(name.into()),
                file: name.into(),
                name: name.into(),
                options: ReadOptions::default(),
                counter: Counter::default(),
            };
            assert_eq!(opened.file_id(), id);
        }
    }
}
