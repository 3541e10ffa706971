//! The files of an output. They are written in the run's folder, `OUT.partial`, and come under their final names only
//! when all of them are whole; `OUT` itself comes last.

use super::error::CorpusError;
use super::rejects::Reject;
use super::summary::{Counts, Summary};
use crate::annotation::Annotation;
use crate::formats::{FORMATS, Format, FormatError, OffsetUnit, TableFormat, Tables, WriteOptions, Writer};
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Units of offsets as a configuration names them.
const UNITS: [(&str, OffsetUnit); 3] = [
    ("codepoint", OffsetUnit::Codepoint),
    ("utf16", OffsetUnit::Utf16),
    ("byte", OffsetUnit::Byte),
];

/// What is written, and where.
pub struct OutputOptions {
    path: PathBuf,
    format: &'static Format,
    compressed: bool,
    unit: OffsetUnit,
    tables: Option<TableFormat>,
}

impl OutputOptions {
    /// An output at `path`, whose name says the format.
    ///
    /// # Errors
    /// A name that says none.
    pub fn new(path: PathBuf, unit: OffsetUnit, tables: Option<TableFormat>) -> Result<Self, CorpusError> {
        let extension = |path: &Path| path.extension().map(|e| e.to_string_lossy().into_owned());
        let mut name = extension(&path);
        let compressed = name.as_deref() == Some("zst");
        if compressed {
            name = extension(&path.with_extension(""));
        }
        let format = FORMATS
            .iter()
            .find(|f| f.corpora && name.as_deref().is_some_and(|n| f.extensions.contains(&n)));
        match format {
            Some(format) if !(compressed && format.name == "parquet") => Ok(Self {
                path,
                format,
                compressed,
                unit,
                tables,
            }),
            _ => Err(CorpusError::Input {
                path,
                reason:
                    "its name does not say how to write it; it must end in .jsonl, .jsonl.zst or .parquet"
                        .into(),
            }),
        }
    }

    /// An output at `path` of shards, with offsets and tables as they have them.
    ///
    /// # Errors
    /// A name that says no format, or a first shard without a readable summary.
    pub fn merged(path: PathBuf, shards: &[PathBuf]) -> Result<Self, CorpusError> {
        let Some(first) = shards.first() else {
            return Err(CorpusError::Shards("no shards are given".into()));
        };
        let configuration = Summary::beside(first)?.configuration;
        let unit = UNITS
            .iter()
            .find(|(name, _)| configuration.get("offset_unit") == Some(name));
        let tables = [TableFormat::Csv, TableFormat::Parquet]
            .into_iter()
            .find(|format| configuration.get("tables") == Some(format.name()));
        Self::new(
            path,
            unit.map_or(OffsetUnit::default(), |(_, unit)| *unit),
            tables,
        )
    }

    /// Where the output will be.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A file beside the output: its name with an ending.
    pub fn beside(&self, ending: &str) -> PathBuf {
        beside(&self.path, ending)
    }

    /// The folder of the run.
    pub(super) fn folder(&self) -> PathBuf {
        self.beside(".partial")
    }

    /// Names and values that the output's bytes depend on.
    pub(super) fn configuration(&self) -> impl Iterator<Item = (String, String)> {
        let compression = if self.compressed { ".zst" } else { "" };
        let unit = UNITS
            .iter()
            .find(|(_, unit)| *unit == self.unit)
            .map(|(name, _)| name.to_string());
        [
            ("format", Some(format!("{}{compression}", self.format.name))),
            ("offset_unit", unit),
            ("tables", self.tables.map(|t| t.name().to_owned())),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
    }
}

/// A file beside another: its name with an ending.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    name.into()
}

/// Files being written.
pub(super) struct Output<'o> {
    options: &'o OutputOptions,
    folder: PathBuf,
    writer: Box<dyn Writer>,
    articles: Sink,
    tables: Option<Tables<BufWriter<File>>>,
    rejects: BufWriter<File>,
    numbers: Option<BufWriter<File>>,
    pub(super) counts: Counts,
}

const ARTICLES: &str = "articles";
const REJECTS: &str = "rejects";
const NUMBERS: &str = "numbers";
const SUMMARY: &str = "summary";

impl<'o> Output<'o> {
    /// Begins the files. `numbered` is for shards, which are put together by the numbers of their records.
    pub(super) fn begin(options: &'o OutputOptions, numbered: bool) -> Result<Self, CorpusError> {
        let folder = options.folder();
        let create = |name: &str| {
            let path = folder.join(name);
            let file = File::create(&path).map_err(CorpusError::write(&path))?;
            Ok::<_, CorpusError>(BufWriter::with_capacity(1 << 16, file))
        };
        let tables = options
            .tables
            .map(|format| {
                Tables::new(format, options.unit, |name| {
                    Ok(BufWriter::new(File::create(folder.join(name))?))
                })
            })
            .transpose()?;
        let articles = create(ARTICLES)?;
        Ok(Self {
            writer: writer(options)?,
            articles: match options.compressed {
                true => {
                    Sink::Zstd(zstd::Encoder::new(articles, 0).map_err(CorpusError::write(&options.path))?)
                }
                false => Sink::Plain(articles),
            },
            tables,
            rejects: create(REJECTS)?,
            numbers: numbered.then(|| create(NUMBERS)).transpose()?,
            counts: Counts::default(),
            options,
            folder,
        })
    }

    /// Writes an annotated article, the record of that number.
    pub(super) fn write(&mut self, annotation: &Annotation, number: u64) -> Result<(), CorpusError> {
        self.counts.add(annotation);
        let mut write = || -> Result<(), FormatError> {
            self.writer.write(annotation, &mut self.articles)?;
            if let Some(tables) = &mut self.tables {
                tables.write(annotation)?;
            }
            if let Some(numbers) = &mut self.numbers {
                writeln!(numbers, "{number}")?;
            }
            Ok(())
        };
        write().map_err(|e| self.say(e))
    }

    /// Writes a record that was not annotated.
    pub(super) fn reject(&mut self, reject: &Reject) -> Result<(), CorpusError> {
        self.counts.rejected += 1;
        write_reject(&mut self.rejects, reject).map_err(CorpusError::write(&self.options.path))
    }

    /// Ends the files and gives them their final names.
    pub(super) fn commit(mut self, summary: &Summary) -> Result<(), CorpusError> {
        let options = self.options;
        let failed = |e: FormatError| match e {
            FormatError::Write(e) => CorpusError::write(&options.path)(e),
            other => other.into(),
        };
        self.writer.finish(&mut self.articles).map_err(failed)?;
        let mut finals: Vec<(String, PathBuf)> = Vec::new();
        let end = || -> Result<Vec<(&str, File)>, FormatError> {
            let mut files = vec![(ARTICLES, self.articles.end()?), (REJECTS, end(self.rejects)?)];
            if let Some(numbers) = self.numbers {
                files.push((NUMBERS, end(numbers)?));
            }
            if let Some(tables) = self.tables {
                for (name, table) in Tables::<BufWriter<File>>::NAMES.into_iter().zip(tables.finish()?) {
                    files.push((name, end(table)?));
                }
            }
            let mut file = File::create(self.folder.join(SUMMARY))?;
            serde_json::to_writer_pretty(&mut file, summary).map_err(io::Error::from)?;
            file.write_all(b"\n")?;
            files.push((SUMMARY, file));
            Ok(files)
        };
        for (name, file) in end().map_err(failed)? {
            file.sync_all()
                .map_err(CorpusError::write(&self.folder.join(name)))?;
            let ending = match name {
                ARTICLES => continue,
                REJECTS if summary.counts.rejected == 0 => {
                    let stale = options.beside(".rejected.jsonl");
                    if stale.exists() {
                        fs::remove_file(&stale).map_err(CorpusError::write(&stale))?;
                    }
                    continue;
                }
                REJECTS => ".rejected.jsonl".to_owned(),
                NUMBERS => ".numbers".to_owned(),
                SUMMARY => Summary::ENDING.to_owned(),
                table => format!(".{table}.{}", options.tables.map_or("", TableFormat::name)),
            };
            finals.push((name.to_owned(), options.beside(&ending)));
        }
        finals.push((ARTICLES.to_owned(), options.path.clone()));
        // An old output must not stand beside a new summary, which would pass it off as new.
        if options.path.exists() {
            fs::remove_file(&options.path).map_err(CorpusError::write(&options.path))?;
        }
        for (name, path) in finals {
            fs::rename(self.folder.join(name), &path).map_err(CorpusError::write(&path))?;
        }
        sync_folder(&options.path);
        Ok(())
    }

    fn say(&self, error: FormatError) -> CorpusError {
        match error {
            FormatError::Write(e) => CorpusError::write(&self.options.path)(e),
            other => other.into(),
        }
    }
}

/// Writes a line of a dead-letter file.
pub(super) fn write_reject(out: &mut impl Write, reject: &Reject) -> io::Result<()> {
    serde_json::to_writer(&mut *out, reject)?;
    out.write_all(b"\n")
}

fn writer(options: &OutputOptions) -> Result<Box<dyn Writer>, CorpusError> {
    let write = WriteOptions {
        offset_unit: options.unit,
        ..WriteOptions::default()
    };
    options.format.stream(write).ok_or_else(|| CorpusError::Input {
        path: options.path.clone(),
        reason: format!("{} is a format of folders", options.format.name),
    })
}

fn end(writer: BufWriter<File>) -> io::Result<File> {
    writer.into_inner().map_err(|e| e.into_error())
}

/// Makes names safe against the machine's stopping, where folders can be synchronised.
fn sync_folder(file: &Path) {
    let folder = file.parent().filter(|p| !p.as_os_str().is_empty());
    if let Ok(folder) = File::open(folder.unwrap_or(Path::new("."))) {
        let _ = folder.sync_all();
    }
}

enum Sink {
    Plain(BufWriter<File>),
    Zstd(zstd::Encoder<'static, BufWriter<File>>),
}

impl Sink {
    fn end(self) -> io::Result<File> {
        match self {
            Self::Plain(file) => end(file),
            Self::Zstd(encoder) => end(encoder.finish()?),
        }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(file) => file.write(bytes),
            Self::Zstd(encoder) => encoder.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(file) => file.flush(),
            Self::Zstd(encoder) => encoder.flush(),
        }
    }
}
