//! `dixit compare`: two predictions for the same gold, and whether they differ.

use super::Outcome;
use super::scoring::{ScoringArgs, check, explain, open};
use clap::builder::PossibleValuesParser;
use dixit::evaluation::{SHEETS, compare, show};
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// Compares two predictions for the same gold: differences with intervals, and what could be chance.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  dixit compare old.jsonl new.jsonl --gold gold.jsonl
  dixit compare old.conll new.conll --gold gold.conll --format json

All files are dixit JSON Lines or CoNLL columns whose last is the tags. Differences are B - A, with a paired
bootstrap over documents; p is from an approximate randomisation test; \"detectable\" is the smallest difference
that this gold would have shown in 80 % of tries.

Exit codes: 0 compared, 1 failed, 2 usage.")]
pub(super) struct Args {
    /// First predictions
    a: PathBuf,
    /// Second predictions
    b: PathBuf,
    /// Annotated articles that are right
    #[arg(short, long, value_name = "FILE")]
    gold: PathBuf,
    #[command(flatten)]
    scoring: ScoringArgs,
    /// How to show the result
    #[arg(long, default_value = "text", value_parser = PossibleValuesParser::new(SHEETS))]
    format: String,
}

impl Args {
    pub(super) fn run(self) -> Outcome {
        let options = self.scoring.options();
        let (gold, a, b) = (open(&self.gold)?, open(&self.a)?, open(&self.b)?);
        for predicted in [&a, &b] {
            check(&gold, predicted, &options, self.scoring.allow())?;
        }
        let mut comparison = compare(&gold.annotations, &a.annotations, &b.annotations, &options).map_err(
            |(side, error)| {
                let predicted = if side == 0 { &a } else { &b };
                explain(&error, &gold.places, &predicted.places)
            },
        )?;
        for side in [&gold, &a, &b] {
            comparison.notes.extend(side.notes.iter().cloned());
        }
        let mut out = BufWriter::new(io::stdout().lock());
        show(&comparison, &self.format, &mut out)?;
        out.flush()?;
        Ok(ExitCode::SUCCESS)
    }
}
