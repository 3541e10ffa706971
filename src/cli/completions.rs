//! `dixit completions`: completions for a shell.

use super::{Cli, Outcome};
use clap::CommandFactory;
use clap_complete::Shell;
use std::io::Write;
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
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "dixit", &mut script);
        std::io::stdout().write_all(&script)?;
        Ok(ExitCode::SUCCESS)
    }
}
