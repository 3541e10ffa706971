//! `dixit report`: an annotated corpus as a page of figures.

use super::{Outcome, output};
use dixit::formats::StoredReader;
use dixit::report::Report;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// Makes a page of an annotated corpus: who claims what, when, and who accuses whom.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  dixit report annotated.jsonl.zst -o report.html
  dixit report annotated.parquet --date-field published_time > report.html

ANNOTATED is what `dixit batch` or `dixit annotate --format jsonl` wrote. The page is one file that loads nothing.
Dates are read in the form 2026-03-09, with or without a time after it; articles without one are counted as such.

Exit codes: 0 written, 1 failed, 2 usage.")]
pub(super) struct Args {
    /// Annotated corpus: .jsonl, .jsonl.zst or .parquet
    annotated: PathBuf,
    /// Metadata field with the date of the article
    #[arg(long, value_name = "NAME", default_value = "date")]
    date_field: String,
    #[command(flatten)]
    output: output::Args,
}

impl Args {
    pub(super) fn run(self) -> Outcome {
        let mut report = Report::new(&self.date_field);
        for annotation in StoredReader::open(&self.annotated)?.annotations() {
            report.add(&annotation?);
        }
        let mut out = self.output.open()?;
        report.write_html(&mut out)?;
        out.flush()?;
        Ok(ExitCode::SUCCESS)
    }
}
