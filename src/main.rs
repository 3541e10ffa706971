//! The `dixit` command.

#![deny(clippy::print_stdout)]

mod cli;

fn main() -> std::process::ExitCode {
    cli::run()
}
