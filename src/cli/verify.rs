//! `dixit verify`: checks an output of `dixit batch`.

use super::Outcome;
use super::engine::EngineArgs;
use super::output::say;
use dixit::corpus::verify;
use std::path::PathBuf;
use std::process::ExitCode;

/// Checks an annotated corpus: schema, offsets and coverage of all records, and a sample computed again.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  dixit verify annotated.jsonl.zst
  dixit verify annotated.parquet --sample 500 --seed 7

The records of the sample must come out with the same bytes; that takes the model and the engine that
they say they were made with.

Exit codes: 0 all is well, 1 something is wrong, 2 usage.")]
pub(super) struct Args {
    /// Annotated corpus: .jsonl, .jsonl.zst or .parquet
    #[arg(value_name = "OUT")]
    output: PathBuf,
    /// Records to compute again
    #[arg(long, value_name = "N", default_value_t = 20)]
    sample: usize,
    /// Seed of the sample
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    #[command(flatten)]
    engine: EngineArgs,
}

impl Args {
    pub(super) fn run(self) -> Outcome {
        let pipeline = self.engine.load()?;
        let verified = verify(&pipeline, &self.output, self.sample, self.seed)?;
        say!(
            "{}: {} records checked, {} computed again",
            self.output.display(),
            verified.records,
            verified.recomputed
        )?;
        for fault in &verified.faults {
            eprintln!("error: {fault}");
        }
        Ok(if verified.faults.is_empty() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }
}
