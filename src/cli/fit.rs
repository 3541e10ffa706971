//! `dixit fit`: learns the weights by which speakers, roles, targets and countries are chosen.

use super::Outcome;
use super::engine::EngineArgs;
use super::output;
use dixit::annotation::Annotation;
use dixit::article::Article;
use dixit::extract::{Rankings, fit, lessons};
use dixit::formats::AnnotatedReader;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// Times that all articles are read: choices depend on those before them, so each round learns from what the weights of
/// the round before lead to.
const ROUNDS: usize = 3;

/// Learns the weights by which speakers, roles, targets and countries are chosen.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  dixit fit gold.train.jsonl -o data/rankings/weights.json --force
  dixit fit gold.fit.jsonl -o data/rankings/weights.json --force --only speaker --only target

Each FILE holds labelled articles in dixit JSON Lines: sentences with speaker and target, speakers with role and country. The
weights are compiled into the program; build it again to use them.")]
pub(super) struct Args {
    /// Labelled articles to learn from
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Learn only kinds of choice whose names begin so, such as `speaker`; the others keep their weights
    #[arg(long, value_name = "KIND")]
    only: Vec<String>,
    #[command(flatten)]
    output: output::Args,
    #[command(flatten)]
    engine: EngineArgs,
}

impl Args {
    pub(super) fn run(self) -> Outcome {
        let mut articles: Vec<Annotation> = Vec::new();
        for file in &self.files {
            for annotation in AnnotatedReader::open(file)? {
                articles.push(annotation?);
            }
        }
        let mut pipeline = self.engine.load()?;
        let updated = |rankings| Rankings::builtin().clone().updated(rankings, &self.only);
        pipeline = pipeline.with_rankings(updated(Rankings::default()));
        let mut fitted = Rankings::default();
        for _ in 0..ROUNDS {
            let mut examples = Vec::new();
            for gold in &articles {
                let article = Article::new(gold.id.clone(), gold.text.clone());
                let (found, choices) = pipeline.explain(&article)?;
                examples.extend(lessons(gold, &found.speakers, &choices));
            }
            fitted = fit(&examples);
            pipeline = pipeline.with_rankings(updated(fitted.clone()));
        }
        if let Some(kind) = self.only.iter().find(|kind| !fitted.has(kind)) {
            return Err(format!("the articles teach no kind of choice that begins with {kind:?}").into());
        }
        let mut out = self.output.open()?;
        serde_json::to_writer_pretty(&mut out, pipeline.rankings())?;
        writeln!(out)?;
        out.flush()?;
        Ok(ExitCode::SUCCESS)
    }
}
