//! `dixit annotate`: annotates articles and shows or writes what was found.

use super::engine::EngineArgs;
use super::{Outcome, explain, output};
use clap::ValueEnum;
use clap::builder::PossibleValuesParser;
use dixit::annotation::Annotation;
use dixit::article::Article;
use dixit::formats::{FORMATS, OffsetUnit, WriteOptions, Writer};
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
    #[arg(long, default_value = "text", value_parser = PossibleValuesParser::new(FORMATS.iter().map(|f| f.name)))]
    format: String,
    /// Unit of the offsets in JSON
    #[arg(long, value_enum, default_value = "codepoint")]
    offset_unit: Unit,
    /// Say after each article why its claims have these speakers and targets, and its speakers these countries
    #[arg(long)]
    explain: bool,
    #[command(flatten)]
    output: output::Args,
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
        };
        let format = FORMATS
            .iter()
            .find(|f| f.name == self.format)
            .ok_or("unknown format")?;
        let mut out = match format.page {
            Some(ending) if self.files.len() > 1 => Target::Folder(self.output.folder()?, ending),
            _ => Target::File((format.writer)(options), self.output.open()?),
        };
        let mut failed = 0;
        for file in &self.files {
            let annotated = read(file).and_then(|article| Ok(pipeline.explain(&article)?));
            let written = match (annotated, &mut out) {
                (Ok((annotation, choices)), Target::File(writer, out)) => {
                    writer.write(&annotation, out)?;
                    if self.explain {
                        out.write_all(explain::text(&annotation, &choices, pipeline.rankings()).as_bytes())?;
                    }
                    Ok(())
                }
                (Ok((annotation, _)), Target::Folder(folder, ending)) => folder
                    .open(format!("{}.{ending}", annotation.id))
                    .and_then(|mut out| one(&mut *(format.writer)(options), &annotation, &mut out)),
                (Err(error), _) => Err(error),
            };
            if let Err(error) = written {
                eprintln!("error: {}: {error}", file.display());
                failed += 1;
            }
        }
        if let Target::File(writer, out) = &mut out {
            writer.finish(out)?;
            out.flush()?;
        }
        Ok(match failed {
            0 => ExitCode::SUCCESS,
            n if n == self.files.len() => ExitCode::FAILURE,
            _ => ExitCode::from(3),
        })
    }
}

/// What the annotations go to.
enum Target<'a> {
    /// One file for all.
    File(Box<dyn Writer>, Box<dyn Write>),
    /// A file for each, with this ending.
    Folder(output::Folder<'a>, &'static str),
}

/// Writes one article, and nothing after it.
fn one(writer: &mut dyn Writer, annotation: &Annotation, out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    writer.write(annotation, out)?;
    writer.finish(out)?;
    Ok(out.flush()?)
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
