//! `dixit evaluate --compat`: the figures of other tools.

use super::Outcome;
use super::scoring::{check, explain, read};
use dixit::evaluation::compat::{Corpus, SCHEMES, Scheme, Scores, TOOLS, Tool, side_by_side};
use dixit::evaluation::{Allow, Options};
use dixit::formats::{AnnotatedReader, Conll, is_columns};
use serde::Serialize;
use std::error::Error;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;

/// The name under which all tools are asked for.
pub(super) const ALL: &str = "all";
/// How the figures can be shown.
const FORMATS: [&str; 2] = ["text", "json"];

/// A tool's figures with its name.
#[derive(Serialize)]
struct Named<'a> {
    tool: &'static str,
    about: &'static str,
    #[serde(flatten)]
    scores: &'a Scores,
    corpus: &'a [String],
}

/// Names of tools for the command line.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    TOOLS.iter().map(|tool| tool.name).chain([ALL])
}

/// Names of tag schemes for the command line.
pub(super) fn schemes() -> impl Iterator<Item = &'static str> {
    SCHEMES.iter().map(|(name, _)| *name)
}

/// Shows what a tool, or all of them, make of gold and predictions.
pub(super) fn run(tool: &str, scheme: Option<&str>, format: &str, corpus: &Corpus) -> Outcome {
    if !FORMATS.contains(&format) {
        return Err(format!("--compat has no {format}; use --format text or json").into());
    }
    let scheme: Option<Scheme> = scheme.and_then(|name| {
        SCHEMES
            .iter()
            .find(|(n, _)| *n == name)
            .map(|(_, scheme)| *scheme)
    });
    let mut out = BufWriter::new(io::stdout().lock());
    match TOOLS.iter().find(|t| t.name == tool) {
        None => {
            let shown = side_by_side(corpus, scheme);
            match format {
                "json" => json(&shown, &mut out)?,
                _ => write!(out, "{}", shown.text())?,
            }
        }
        Some(tool) => one(tool, scheme, format, corpus, &mut out)?,
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// What the tool prints, and nothing else, on standard output; notes go beside it.
fn one(
    tool: &Tool,
    scheme: Option<Scheme>,
    format: &str,
    corpus: &Corpus,
    out: &mut dyn Write,
) -> Result<(), Box<dyn Error>> {
    let scores = (tool.score)(corpus, scheme)?;
    if format == "json" {
        let named = Named {
            tool: tool.name,
            about: tool.about,
            scores: &scores,
            corpus: &corpus.notes,
        };
        return json(&named, out);
    }
    write!(out, "{}", scores.text)?;
    for note in scores.notes.iter().chain(&corpus.notes) {
        eprintln!("note: {note}");
    }
    Ok(())
}

fn json(value: &impl Serialize, out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    writeln!(out)?;
    Ok(())
}

/// Tags of column files as they are, of all others as their entities give them.
pub(super) fn corpus(
    gold: &Path,
    predictions: Option<&Path>,
    options: &Options,
    allow: Allow,
) -> Result<Corpus, Box<dyn Error>> {
    let columns = is_columns(gold)? && predictions.map_or(Ok(true), is_columns)?;
    let Some(predictions) = predictions else {
        return Ok(Corpus::of_columns(&Conll::read(gold, 2)?, None, options)?);
    };
    if columns {
        let (gold, predicted) = (Conll::read(gold, 1)?, Conll::read(predictions, 1)?);
        return Ok(Corpus::of_columns(&gold, Some(&predicted), options)?);
    }
    let gold = read(gold, AnnotatedReader::open(gold)?)?;
    let predicted = read(predictions, AnnotatedReader::open(predictions)?)?;
    check(&gold, &predicted, options, allow)?;
    let corpus = Corpus::of_annotations(&gold.annotations, &predicted.annotations, options);
    Ok(corpus.map_err(|e| explain(&e, &gold.places, &predicted.places))?)
}
