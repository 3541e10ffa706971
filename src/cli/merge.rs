//! `dixit merge`: puts the shards of a corpus together.

use super::Outcome;
use super::output::say;
use super::summary;
use dixit::corpus::{OutputOptions, merge};
use std::path::PathBuf;
use std::process::ExitCode;

/// Puts the outputs of `dixit batch --shard` together and checks that they are complete.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  dixit merge part-*.jsonl -o annotated.jsonl
  dixit merge part-1.jsonl.zst part-2.jsonl.zst -o annotated.parquet

Each SHARD needs the files that `dixit batch` has written beside it. The merged output has the records
in the order of the input, as one run over all of it would have written them; offsets and tables are as
in the shards.

Exit codes: 0 merged, 1 failed, 2 usage, 3 some records were rejected in the shards.")]
pub(super) struct Args {
    /// Outputs of all shards
    #[arg(required = true, value_name = "SHARD")]
    shards: Vec<PathBuf>,
    /// File to write: .jsonl, .jsonl.zst or .parquet
    #[arg(short, long, value_name = "OUT")]
    output: PathBuf,
    /// Overwrite the output
    #[arg(long)]
    force: bool,
}

impl Args {
    pub(super) fn run(self) -> Outcome {
        let output = OutputOptions::merged(self.output, &self.shards)?;
        let summary = merge(&self.shards, &output, self.force)?;
        say!("{}", summary::text(&summary, &output).trim_end())?;
        Ok(match summary.counts.rejected {
            0 => ExitCode::SUCCESS,
            _ => ExitCode::from(3),
        })
    }
}
