//! `dixit annotate`: annotates articles and shows or writes what was found.

use super::engine::EngineArgs;
use super::sink::Sink;
use super::{Outcome, explain, losses, output};
use clap::ValueEnum;
use clap::builder::PossibleValuesParser;
use dixit::article::Article;
use dixit::formats::{FORMATS, Format, Losses, OffsetUnit, Output, WriteOptions};
use std::error::Error;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Annotates articles: who said what about whom.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  dixit annotate data/articles/conference.txt
  dixit annotate data/articles/regulator.txt --explain
  dixit annotate *.txt --format jsonl -o annotated.jsonl
  dixit annotate article.txt --format html -o article.html
  dixit annotate *.txt --format html -o pages
  curl -s https://example.org/article.txt | dixit annotate - --format json

Each FILE is one article in UTF-8 plain text; its id is the file name without extension. A page (html) holds
one article: of several FILEs, each gets its own in the folder that -o names.

Exit codes: 0 all annotated, 1 failed, 2 usage, 3 some articles failed.")]
pub(super) struct Args {
    /// Articles to annotate; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Format of the output
    #[arg(long, default_value = "text", value_parser = PossibleValuesParser::new(streams()))]
    format: String,
    /// Unit of the offsets in formats that do not prescribe it
    #[arg(long, value_enum, default_value = "codepoint")]
    offset_unit: Unit,
    /// Say after each article why its claims have these speakers and targets, and its speakers these countries
    #[arg(long)]
    explain: bool,
    #[command(flatten)]
    output: output::Args,
    #[command(flatten)]
    losses: losses::Args,
    #[command(flatten)]
    engine: EngineArgs,
}

/// Unit of offsets.
#[derive(Clone, Copy, ValueEnum)]
pub(super) enum Unit {
    Codepoint,
    Utf16,
    Byte,
}

impl From<Unit> for OffsetUnit {
    fn from(unit: Unit) -> Self {
        match unit {
            Unit::Codepoint => Self::Codepoint,
            Unit::Utf16 => Self::Utf16,
            Unit::Byte => Self::Byte,
        }
    }
}

impl Args {
    pub(super) fn run(self) -> Outcome {
        if self.explain && self.format != "text" {
            return Err("--explain goes with --format text only".into());
        }
        let pipeline = self.engine.load()?;
        let to_terminal = self.output.is_terminal();
        let options = WriteOptions {
            offset_unit: self.offset_unit.into(),
            colour: to_terminal && std::env::var_os("NO_COLOR").is_none(),
            columns: if to_terminal { columns() } else { 0 },
            ..WriteOptions::default()
        };
        let format = Format::named(&self.format).ok_or("unknown format")?;
        let mut sink = match format.output {
            Output::Page(_) if self.files.len() > 1 => {
                let writer = format.folder(options, self.output.folder()?);
                Sink::Folder(writer.ok_or("the format is one of single files")??)
            }
            _ => {
                let writer = format.stream(options);
                let writer = writer.ok_or("the format is one of folders")?;
                Sink::Stream(writer, self.output.open()?)
            }
        };
        let mut losses = Losses::default();
        let mut failed = 0;
        for file in &self.files {
            let annotated = read(file).and_then(|article| Ok(pipeline.explain(&article)?));
            let written = match annotated {
                Ok((annotation, choices)) => {
                    format.losses(&annotation, &mut losses);
                    let written = sink.write(&annotation);
                    match &mut sink {
                        Sink::Stream(_, out) => {
                            written?;
                            if self.explain {
                                let why = explain::text(&annotation, &choices, pipeline.rankings());
                                out.write_all(why.as_bytes())?;
                            }
                            Ok(())
                        }
                        // In a folder the others still find their place.
                        Sink::Folder(_) => written.map_err(Into::into),
                    }
                }
                Err(error) => Err(error),
            };
            if let Err(error) = written {
                eprintln!("error: {}: {error}", file.display());
                failed += 1;
            }
        }
        sink.finish()?;
        self.losses.report(&losses)?;
        Ok(match failed {
            0 => ExitCode::SUCCESS,
            n if n == self.files.len() => ExitCode::FAILURE,
            _ => ExitCode::from(3),
        })
    }
}

/// Names of the formats of one file.
fn streams() -> impl Iterator<Item = &'static str> {
    let streams = FORMATS.iter().filter(|f| !matches!(f.output, Output::Folder(_)));
    streams.map(|f| f.name)
}

/// Columns of the terminal, as far as the shell says.
fn columns() -> usize {
    std::env::var("COLUMNS")
        .ok()
        .and_then(|c| c.parse().ok())
        .unwrap_or(0)
}

fn read(path: &Path) -> Result<Article, Box<dyn Error>> {
    let mut bytes = Vec::new();
    let id = if path.as_os_str() == "-" {
        io::stdin().lock().read_to_end(&mut bytes)?;
        "stdin".to_owned()
    } else {
        bytes = fs::read(path)?;
        path.file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned()
    };
    let text = String::from_utf8(bytes).map_err(|e| {
        format!(
            "not UTF-8: the byte at offset {} is none of its; convert the file first (iconv -t utf-8)",
            e.utf8_error().valid_up_to()
        )
    })?;
    Ok(Article::new(id, text))
}
