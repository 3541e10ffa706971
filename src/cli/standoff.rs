//! `dixit standoff`: annotations without their text, and the way back.

use super::{Outcome, output};
use dixit::formats::{attach, detach};
use std::collections::HashMap;
use std::error::Error;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Takes the text out of annotations that are to be passed on without it, or puts it back.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  dixit standoff detach gold.jsonl -o gold.standoff.jsonl
  dixit standoff attach gold.standoff.jsonl --texts articles.jsonl -o gold.jsonl

Articles are matched by id and checked by a hash of their text.")]
pub(super) struct Args {
    #[command(subcommand)]
    direction: Direction,
}

#[derive(clap::Subcommand)]
enum Direction {
    /// Annotations (dixit JSON Lines) without their text
    Detach {
        /// Annotated articles
        annotations: PathBuf,
        #[command(flatten)]
        output: output::Args,
    },
    /// Annotations with their text again; checks every span
    Attach {
        /// What `detach` wrote
        standoff: PathBuf,
        /// Articles in JSON Lines, each with an "id" and a "text"
        #[arg(long, value_name = "FILE")]
        texts: PathBuf,
        #[command(flatten)]
        output: output::Args,
    },
}

impl Args {
    pub(super) fn run(self) -> Outcome {
        match self.direction {
            Direction::Detach { annotations, output } => convert(&annotations, &output, detach),
            Direction::Attach {
                standoff,
                texts,
                output,
            } => {
                let mut by_id = HashMap::new();
                each_line(&texts, |line| {
                    let article: Text = serde_json::from_str(line).map_err(|e| e.to_string())?;
                    by_id.insert(article.id, article.text);
                    Ok(Ok(()))
                })?;
                convert(&standoff, &output, |line| attach(line, &by_id))
            }
        }
    }
}

/// What is read of an article whose labels, if any, do not count.
#[derive(serde::Deserialize)]
struct Text {
    id: String,
    text: String,
}

/// Converts a file line by line; the first fault stops it.
fn convert(path: &Path, output: &output::Args, change: impl Fn(&str) -> Result<String, String>) -> Outcome {
    let mut out = output.open()?;
    each_line(path, |line| {
        change(line).map(|changed| writeln!(out, "{changed}"))
    })?;
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// Does something with each line of a file that is not blank. What is wrong with the line is told with its place; the
/// result of writing is passed on as it is.
fn each_line(
    path: &Path,
    mut work: impl FnMut(&str) -> Result<io::Result<()>, String>,
) -> Result<(), Box<dyn Error>> {
    let file = std::fs::File::open(path).map_err(|e| format!("{}: {e}", path.display()))?;
    for (index, line) in BufReader::new(file).lines().enumerate() {
        let fail = |reason: String| format!("{}:{}: {reason}", path.display(), index + 1);
        let line = line.map_err(|e| fail(e.to_string()))?;
        if !line.trim().is_empty() {
            work(&line).map_err(fail)??;
        }
    }
    Ok(())
}
