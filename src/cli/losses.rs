//! What a conversion loses, on standard error and in a file.

use super::output;
use dixit::formats::Losses;
use std::error::Error;
use std::io::Write;
use std::path::PathBuf;

// No group, as its name would be that of the subcommand's own arguments.
#[derive(clap::Args)]
#[group(skip)]
pub(super) struct Args {
    /// Write what the format cannot carry to this file, in JSON; it is shown on standard error in any case
    #[arg(long, value_name = "FILE")]
    loss_report: Option<PathBuf>,
}

impl Args {
    /// Says what is lost. The report is written even where that is nothing, so that it can be relied on.
    pub(super) fn report(&self, losses: &Losses) -> Result<(), Box<dyn Error>> {
        for loss in losses.iter() {
            let articles = match loss.articles {
                1 => "1 article".to_owned(),
                n => format!("{n} articles"),
            };
            let first = match loss.first.is_empty() {
                true => String::new(),
                false => format!(", first in {:?}", loss.first),
            };
            eprintln!("lost: {} ({} in {articles}{first})", loss.what, loss.count);
        }
        if let Some(path) = &self.loss_report {
            let mut out = output::create(path, true)?;
            let list: Vec<_> = losses.iter().collect();
            serde_json::to_writer_pretty(&mut out, &serde_json::json!({ "losses": list }))?;
            writeln!(out)?;
            out.flush()?;
        }
        Ok(())
    }
}
