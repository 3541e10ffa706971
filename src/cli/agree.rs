//! `dixit agree`: how far two annotators agree, and what they have to talk about.

use super::Outcome;
use super::scoring::{ScoringArgs, check, explain, open};
use clap::builder::PossibleValuesParser;
use dixit::evaluation::{Allow, SHEETS, agree, show};
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// Measures the agreement of two annotators and lists what is to be adjudicated.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  dixit agree anna.jsonl ben.jsonl
  dixit agree anna.jsonl ben.jsonl --format json > to-adjudicate.json

Files are dixit JSON Lines or CoNLL columns whose last is the tags; documents are matched by id. Shown are Cohen's
kappa and Krippendorff's alpha over words and sentences that both labelled, Krippendorff's alpha for unitising over
entities, and the second annotator scored against the first.

Exit codes: 0 compared, 1 failed, 2 usage.")]
pub(super) struct Args {
    /// Articles as the first annotator sees them
    first: PathBuf,
    /// The same articles as the second sees them
    second: PathBuf,
    #[command(flatten)]
    scoring: ScoringArgs,
    /// How to show the result
    #[arg(long, default_value = "text", value_parser = PossibleValuesParser::new(SHEETS))]
    format: String,
}

impl Args {
    pub(super) fn run(self) -> Outcome {
        let options = self.scoring.options();
        let (first, second) = (open(&self.first)?, open(&self.second)?);
        // A label that only one annotator uses is a disagreement.
        let allow = Allow {
            labels: true,
            ..self.scoring.allow()
        };
        check(&first, &second, &options, allow)?;
        let mut agreement = agree(&first.annotations, &second.annotations, &options)
            .map_err(|e| explain(&e, &first.places, &second.places))?;
        for side in [&first, &second] {
            agreement.report.notes.extend(side.notes.iter().cloned());
        }
        let mut out = BufWriter::new(io::stdout().lock());
        show(&agreement, &self.format, &mut out)?;
        out.flush()?;
        Ok(ExitCode::SUCCESS)
    }
}
