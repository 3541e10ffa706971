//! The command line: one file per subcommand, each parses, calls the library and prints.

mod agree;
mod annotate;
mod batch;
mod compare;
mod compat;
mod completions;
mod convert;
mod doctor;
mod engine;
mod evaluate;
mod explain;
mod fit;
mod fixtures;
mod losses;
mod merge;
mod output;
mod report;
mod scoring;
mod sink;
mod standoff;
mod summary;
#[cfg(feature = "libtorch")]
mod train;
mod verify;
mod watch;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Reads news articles and says who said what about whom.
#[derive(Parser)]
#[command(version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Annotate(annotate::Args),
    Batch(batch::Args),
    Convert(convert::Args),
    Merge(merge::Args),
    Verify(verify::Args),
    Report(report::Args),
    Evaluate(evaluate::Args),
    Compare(compare::Args),
    Agree(agree::Args),
    Fixtures(fixtures::Args),
    Fit(fit::Args),
    Standoff(standoff::Args),
    #[cfg(feature = "libtorch")]
    Train(train::Args),
    Doctor(doctor::Args),
    Completions(completions::Args),
}

/// What a subcommand ends with: an exit code, or an error that is printed and becomes exit code 1.
type Outcome = Result<ExitCode, Box<dyn std::error::Error>>;

/// Runs the command line.
pub fn run() -> ExitCode {
    let outcome: Outcome = match Cli::parse().command {
        Command::Annotate(args) => args.run(),
        Command::Batch(args) => args.run(),
        Command::Convert(args) => args.run(),
        Command::Merge(args) => args.run(),
        Command::Verify(args) => args.run(),
        Command::Report(args) => args.run(),
        Command::Evaluate(args) => args.run(),
        Command::Compare(args) => args.run(),
        Command::Agree(args) => args.run(),
        Command::Fixtures(args) => args.run(),
        Command::Fit(args) => args.run(),
        Command::Standoff(args) => args.run(),
        #[cfg(feature = "libtorch")]
        Command::Train(args) => args.run(),
        Command::Doctor(args) => args.run(),
        Command::Completions(args) => args.run(),
    };
    outcome.unwrap_or_else(|error| {
        if output::is_broken_pipe(error.as_ref()) {
            return ExitCode::SUCCESS;
        }
        eprintln!("error: {error}");
        ExitCode::FAILURE
    })
}
