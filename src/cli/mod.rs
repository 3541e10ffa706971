//! The command line: one file per subcommand, each parses, calls the library and prints.

mod annotate;
mod batch;
mod completions;
mod doctor;
mod engine;
mod evaluate;
mod merge;
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
    Merge(merge::Args),
    Verify(verify::Args),
    Evaluate(evaluate::Args),
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
        Command::Merge(args) => args.run(),
        Command::Verify(args) => args.run(),
        Command::Evaluate(args) => args.run(),
        #[cfg(feature = "libtorch")]
        Command::Train(args) => args.run(),
        Command::Doctor(args) => args.run(),
        Command::Completions(args) => args.run(),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("error: {error}");
        ExitCode::FAILURE
    })
}
