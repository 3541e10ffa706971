//! `dixit evaluate`: holds predictions against gold and reports how good they are.

use super::Outcome;
use clap::builder::PossibleValuesParser;
use dixit::annotation::Annotation;
use dixit::evaluation::{Bootstrap, EvaluationError, OUTPUTS, Options, Report, evaluate};
use dixit::formats::DixitReader;
use std::error::Error;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Scores predictions against gold, with confidence intervals.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  dixit evaluate gold.jsonl --predictions predicted.jsonl
  dixit evaluate gold.jsonl --predictions predicted.jsonl --merge COUNTRY=LOC --labels ORG,LOC
  dixit evaluate gold.jsonl --predictions predicted.jsonl --fail-under entities.f1=0.85

GOLD and predictions are dixit JSON Lines; documents are matched by id.
A layer that a gold document lacks (no \"entities\" key, say) is not scored in it.

Exit codes: 0 scored, 1 failed or a figure is too low, 2 usage.")]
pub(super) struct Args {
    /// Annotated articles that are right
    gold: PathBuf,
    /// Annotated articles to score
    #[arg(short, long, value_name = "FILE")]
    predictions: PathBuf,
    /// Count one entity label as another, in gold and predictions
    #[arg(long, value_name = "FROM=TO", value_parser = merge)]
    merge: Vec<(String, String)>,
    /// Score these entity labels only, after merging
    #[arg(long, value_name = "LABEL,…", value_delimiter = ',')]
    labels: Option<Vec<String>>,
    /// Probability from which a sentence counts as worth fact-checking
    #[arg(long, value_name = "P", default_value_t = Options::default().threshold.into(), value_parser = probability)]
    threshold: f64,
    /// Bootstrap draws behind each interval; 0 for no intervals
    #[arg(long, value_name = "N", default_value_t = Bootstrap::default().draws,
          value_parser = clap::value_parser!(u32).range(..=1_000_000))]
    draws: u32,
    /// Seed of the draws
    #[arg(long, value_name = "N", default_value_t = Bootstrap::default().seed)]
    seed: u64,
    /// How to show the report
    #[arg(long, default_value = "text", value_parser = PossibleValuesParser::new(OUTPUTS.iter().map(|o| o.name)))]
    format: String,
    /// Fail if the lower end of a figure's interval is under VALUE; may be repeated
    #[arg(long, value_name = "FIGURE=VALUE", value_parser = floor)]
    fail_under: Vec<(String, f64)>,
    /// Pass over documents that only one of the files has
    #[arg(long)]
    ignore_missing: bool,
    /// Pass over documents whose text differs between the files
    #[arg(long)]
    ignore_differing: bool,
}

impl Args {
    pub(super) fn run(self) -> Outcome {
        let gold = read(&self.gold)?;
        let predicted = read(&self.predictions)?;
        let report = evaluate(&gold, &predicted, &self.options()).map_err(|e| self.explain(&e))?;
        let output = OUTPUTS
            .iter()
            .find(|o| o.name == self.format)
            .ok_or("unknown format")?;
        let mut out = BufWriter::new(io::stdout().lock());
        (output.write)(&report, &mut out)?;
        out.flush()?;
        let mut passed = true;
        for (name, floor) in &self.fail_under {
            if let Err(reason) = reaches(&report, name, *floor) {
                eprintln!("error: {reason}");
                passed = false;
            }
        }
        Ok(if passed {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }

    fn options(&self) -> Options {
        Options {
            merge: self.merge.iter().cloned().collect(),
            labels: self
                .labels
                .as_ref()
                .map(|labels| labels.iter().cloned().collect()),
            threshold: self.threshold as f32,
            bootstrap: Bootstrap {
                draws: self.draws,
                seed: self.seed,
            },
            ignore_missing: self.ignore_missing,
            ignore_differing: self.ignore_differing,
        }
    }

    /// Names the files, and what can be done.
    fn explain(&self, error: &EvaluationError) -> String {
        let remedy = match error {
            EvaluationError::Missing { .. } => "--ignore-missing passes over them",
            EvaluationError::Text { .. } => {
                "predict on the gold's own text, or pass over it with --ignore-differing"
            }
            EvaluationError::Duplicate { .. } => "give each document an id of its own",
            _ => "are these the right files?",
        };
        let (gold, predictions) = (self.gold.display(), self.predictions.display());
        format!("{error} (gold {gold}, predictions {predictions}); {remedy}")
    }
}

fn read(path: &Path) -> Result<Vec<Annotation>, Box<dyn Error>> {
    Ok(DixitReader::open(path)?.collect::<Result<_, _>>()?)
}

/// Whether the lower end of a figure's interval reaches `floor`; why not, if not.
fn reaches(report: &Report, name: &str, floor: f64) -> Result<(), String> {
    let Some(figure) = report.figure(name) else {
        let names: Vec<&str> = report.all().map(|f| f.name.as_str()).collect();
        return Err(format!(
            "no figure {name:?} in this report; it has {}",
            names.join(", ")
        ));
    };
    match (figure.value, figure.interval) {
        (_, Some(interval)) if interval.low >= floor => Ok(()),
        (Some(value), Some(interval)) => Err(format!(
            "{name} is {value:.4}, and the lower end of its interval, {:.4}, is under {floor}",
            interval.low
        )),
        _ => Err(format!(
            "{name} has no interval to test; it takes two documents and --draws above 0"
        )),
    }
}

fn merge(argument: &str) -> Result<(String, String), String> {
    match argument.split_once('=') {
        Some((from, to)) if !from.is_empty() && !to.is_empty() => Ok((from.to_owned(), to.to_owned())),
        _ => Err("FROM=TO is expected, such as COUNTRY=LOC".to_owned()),
    }
}

fn floor(argument: &str) -> Result<(String, f64), String> {
    let (name, value) = argument
        .rsplit_once('=')
        .ok_or("FIGURE=VALUE is expected, such as entities.f1=0.85")?;
    Ok((name.to_owned(), probability(value)?))
}

fn probability(argument: &str) -> Result<f64, String> {
    match argument.parse() {
        Ok(value) if (0.0..=1.0).contains(&value) => Ok(value),
        _ => Err(format!("{argument:?} is not a number between 0 and 1")),
    }
}
