//! `dixit completions`: completions for a shell.

use super::{Cli, Outcome};
use clap::CommandFactory;
use clap_complete::Shell;
use std::process::ExitCode;

/// Prints completions for a shell.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  dixit completions bash > ~/.local/share/bash-completion/completions/dixit\n  dixit completions zsh > ~/.zfunc/_dixit"
)]
pub(super) struct Args {
    /// The shell
    shell: Shell,
}

impl Args {
    pub(super) fn run(self) -> Outcome {
        clap_complete::generate(self.shell, &mut Cli::command(), "dixit", &mut std::io::stdout());
        Ok(ExitCode::SUCCESS)
    }
}
