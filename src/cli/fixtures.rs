//! `dixit fixtures`: hand-labelled articles that live as text beside their labels.

use super::Outcome;
use super::output::{self, say};
use dixit::annotation::Annotation;
use dixit::evaluation::read_fixtures;
use dixit::formats::{OffsetUnit, to_json};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Checks hand-labelled articles (NAME.txt with NAME.json), or joins them to one gold file.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  dixit fixtures check evaluation/fixtures
  dixit fixtures export evaluation/fixtures -o fixtures.jsonl
  dixit evaluate evaluation/fixtures --model models/news-en")]
pub(super) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Lists every fault; counts articles and labels where there is none
    Check {
        /// Folder of the articles
        folder: PathBuf,
    },
    /// Writes the articles as dixit JSON Lines
    Export {
        /// Folder of the articles
        folder: PathBuf,
        #[command(flatten)]
        output: output::Args,
    },
}

impl Args {
    pub(super) fn run(self) -> Outcome {
        match self.action {
            Action::Check { folder } => {
                let Some(fixtures) = read(&folder) else {
                    return Ok(ExitCode::FAILURE);
                };
                let sentences = || fixtures.iter().flat_map(|f| f.sentences.iter().flatten());
                let entities = fixtures.iter().flat_map(|f| f.entities.iter().flatten());
                let words: usize = fixtures.iter().map(|f| f.text.split_whitespace().count()).sum();
                say!(
                    "{} articles, {words} words, {} sentences",
                    fixtures.len(),
                    sentences().count()
                )?;
                say!("claim types: {}", tally(sentences().flat_map(|s| &s.claim_type)))?;
                say!("entities: {}", tally(entities.map(|e| &e.label)))?;
                let attributions = fixtures.iter().flat_map(|f| f.attributions.iter().flatten());
                say!("attributions: {}", attributions.count())?;
            }
            Action::Export { folder, output } => {
                let Some(fixtures) = read(&folder) else {
                    return Ok(ExitCode::FAILURE);
                };
                let mut out = output.open()?;
                for fixture in &fixtures {
                    writeln!(out, "{}", to_json(fixture, OffsetUnit::default(), false)?)?;
                }
                out.flush()?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The fixtures of a folder; prints what is wrong with them.
fn read(folder: &Path) -> Option<Vec<Annotation>> {
    let errors = match read_fixtures(folder) {
        Ok(fixtures) => return Some(fixtures),
        Err(errors) => errors,
    };
    for error in &errors {
        eprintln!("error: {error}");
    }
    None
}

/// Counts, most frequent first.
fn tally<'a>(labels: impl Iterator<Item = &'a String>) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for label in labels {
        *counts.entry(label).or_default() += 1;
    }
    let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let parts: Vec<String> = counts
        .iter()
        .map(|(label, count)| format!("{label} {count}"))
        .collect();
    parts.join(", ")
}
