//! `dixit convert`: annotations from one format into another.

use super::annotate::Unit;
use super::sink::Sink;
use super::{Outcome, losses, output};
use clap::ValueEnum;
use clap::builder::PossibleValuesParser;
use dixit::formats::{FORMATS, Folder, Format, FormatError, Input, Losses, TagScheme, WriteOptions};
use std::error::Error;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Converts annotations from one format into another, and says what is lost.
#[derive(clap::Args)]
#[command(after_help = after_help())]
pub(super) struct Args {
    /// File or folder to read; `-` is standard input
    #[arg(value_name = "IN")]
    input: PathBuf,
    /// File or folder to write; `-` is standard output
    #[arg(value_name = "OUT")]
    output: PathBuf,
    /// Format of IN, where its name does not say it
    #[arg(long, value_name = "FORMAT", value_parser = PossibleValuesParser::new(readable()), hide_possible_values = true)]
    from: Option<String>,
    /// Format of OUT, where its name does not say it
    #[arg(long, value_name = "FORMAT", value_parser = PossibleValuesParser::new(writable()), hide_possible_values = true)]
    to: Option<String>,
    /// Unit of offsets, in formats that do not prescribe it [default: codepoint]
    #[arg(long, value_enum)]
    offset_unit: Option<Unit>,
    /// How tags say where a span begins and ends
    #[arg(long, value_enum, default_value = "iob2")]
    scheme: Scheme,
    #[command(flatten)]
    losses: losses::Args,
    /// Overwrite files that are there
    #[arg(long)]
    force: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Scheme {
    Iob1,
    Iob2,
    Iobes,
    Bilou,
}

impl From<Scheme> for TagScheme {
    fn from(scheme: Scheme) -> Self {
        match scheme {
            Scheme::Iob1 => Self::Iob1,
            Scheme::Iob2 => Self::Iob2,
            Scheme::Iobes => Self::Iobes,
            Scheme::Bilou => Self::Bilou,
        }
    }
}

fn readable() -> impl Iterator<Item = &'static str> {
    FORMATS.iter().filter(|f| f.reader.is_some()).map(|f| f.name)
}

/// Views are made from articles, by `annotate`.
fn writable() -> impl Iterator<Item = &'static str> {
    FORMATS.iter().filter(|f| f.carries.is_some()).map(|f| f.name)
}

fn after_help() -> String {
    let mut help = "\
Examples:
  dixit convert annotated.jsonl annotated.conllu
  dixit convert annotated.jsonl brat-folder --to brat
  dixit convert export.json corrected.jsonl --from label-studio
  dixit convert train.conll train.jsonl --loss-report losses.json

Formats (w written, r read):
"
    .to_owned();
    for format in FORMATS.iter().filter(|f| f.carries.is_some()) {
        let read = if format.reader.is_some() { "r" } else { " " };
        let endings: Vec<String> = format.extensions.iter().map(|e| format!(".{e}")).collect();
        let endings = match endings.is_empty() {
            true => String::new(),
            false => format!(" ({})", endings.join(", ")),
        };
        help.push_str(&format!(
            "  {:<13} w{read}  {}{endings}\n",
            format.name, format.about
        ));
    }
    help.push_str(
        "
What OUT has no place for, and what of IN has no place here, is listed on standard error.

Exit codes: 0 all converted, 1 failed, 2 usage, 3 some articles failed.",
    );
    help
}

impl Args {
    pub(super) fn run(self) -> Outcome {
        let from = format(&self.input, self.from.as_deref(), "--from", readable().collect())?;
        let to = format(&self.output, self.to.as_deref(), "--to", writable().collect())?;
        if self.offset_unit.is_some() && !to.units {
            eprintln!(
                "error: {} prescribes its unit of offsets; leave --offset-unit out",
                to.name
            );
            return Ok(ExitCode::from(2));
        }
        let same = |path: &Path| path.canonicalize().ok();
        if same(&self.input).is_some_and(|input| same(&self.output) == Some(input)) {
            return Err(format!("{} cannot be converted into itself", self.input.display()).into());
        }
        let open = from
            .reader
            .ok_or_else(|| format!("{} can be written, not read", from.name))?;
        let mut reader = open(&Input::new(&self.input))?;
        let mut sink = self.sink(to)?;
        let mut losses = Losses::default();
        let (mut converted, mut failed) = (0, 0);
        while let Some(read) = reader.next(&mut losses) {
            match read {
                Ok(annotation) => {
                    to.losses(&annotation, &mut losses);
                    sink.write(&annotation)?;
                    converted += 1;
                }
                Err(error @ FormatError::Read { .. }) => return Err(error.into()),
                Err(error) => {
                    eprintln!("error: {error}");
                    failed += 1;
                }
            }
        }
        sink.finish()?;
        self.losses.report(&losses)?;
        Ok(match (converted, failed) {
            (_, 0) => ExitCode::SUCCESS,
            (0, _) => ExitCode::FAILURE,
            _ => ExitCode::from(3),
        })
    }

    fn sink(&self, to: &Format) -> Result<Sink, Box<dyn Error>> {
        let options = WriteOptions {
            offset_unit: self.offset_unit.map_or_else(Default::default, Into::into),
            scheme: self.scheme.into(),
            ..WriteOptions::default()
        };
        let is_stdout = self.output.as_os_str() == "-";
        match to.stream(options) {
            Some(writer) if is_stdout => Ok(Sink::Stream(
                writer,
                Box::new(BufWriter::new(io::stdout().lock())),
            )),
            Some(writer) => Ok(Sink::Stream(writer, output::create(&self.output, self.force)?)),
            None if is_stdout => {
                Err(format!("{} is a folder of files; name one instead of -", to.name).into())
            }
            None => {
                let folder = Folder::new(&self.output, self.force)?;
                let writer = to.folder(options, folder).ok_or("unknown format")?;
                Ok(Sink::Folder(writer?))
            }
        }
    }
}

/// The format that is asked for, or that a path's name says.
fn format(path: &Path, asked: Option<&str>, flag: &str, names: Vec<&str>) -> Result<&'static Format, String> {
    let ending = path.extension().map(|e| e.to_string_lossy().into_owned());
    let by_name = || {
        FORMATS
            .iter()
            .find(|f| ending.as_deref().is_some_and(|e| f.extensions.contains(&e)))
    };
    let is_standoff = || path.with_extension("ann").exists() || path.join("annotation.conf").exists();
    let found = match asked {
        Some(name) => Format::named(name),
        None => by_name().or_else(|| is_standoff().then(|| Format::named("brat")).flatten()),
    };
    found.filter(|f| names.contains(&f.name)).ok_or_else(|| {
        format!(
            "{}: its name does not say its format; {flag} does ({})",
            path.display(),
            names.join(", ")
        )
    })
}
