//! `dixit evaluate`: holds predictions against gold and reports how good they are.

use super::Outcome;
use super::engine::EngineArgs;
use clap::ArgGroup;
use clap::builder::PossibleValuesParser;
use dixit::annotation::Annotation;
use dixit::article::Article;
use dixit::evaluation::{Bootstrap, Evaluation, EvaluationError, OUTPUTS, Options, Report};
use dixit::formats::DixitReader;
use std::error::Error;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// Documents that are counted in one go.
const TOGETHER: usize = 512;

/// Scores predictions against gold, with confidence intervals.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  dixit evaluate gold.jsonl --predictions predicted.jsonl
  dixit evaluate gold.jsonl --predictions predicted.jsonl --merge COUNTRY=LOC --labels ORG,LOC
  dixit evaluate gold.jsonl --predictions predicted.jsonl --fail-under entities.f1=0.85
  dixit evaluate gold.jsonl --model models/news-en --slice publisher --errors 20
  dixit evaluate gold.jsonl --model models/news-en --format html > report.html

GOLD and predictions are dixit JSON Lines; documents are matched by id.
What is scored comes from a file (--predictions), or from a model that annotates the gold's own
text (--model).
A layer that a gold document lacks (no \"entities\" key, say) is not scored in it.

Exit codes: 0 scored, 1 failed or a figure is too low, 2 usage.")]
#[command(group = ArgGroup::new("source").required(true).args(["predictions", "model"]))]
#[command(mut_arg("model", |arg| arg.help("Folder of a model to score on the gold's own text")))]
pub(super) struct Args {
    /// Annotated articles that are right
    gold: PathBuf,
    /// Annotated articles to score
    #[arg(short, long, value_name = "FILE")]
    predictions: Option<PathBuf>,
    #[command(flatten)]
    engine: EngineArgs,
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
    /// Score the parts of the gold that have one value of this metadata field as well; may be repeated
    #[arg(long, value_name = "FIELD")]
    slice: Vec<String>,
    /// List the N worst of the wrong entities with their context [default: 0, but 100 with --format html]
    #[arg(long, value_name = "N")]
    errors: Option<usize>,
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
        let gold = DixitReader::open(&self.gold)?.collect::<Result<Vec<_>, _>>()?;
        let options = self.options();
        let report = match &self.predictions {
            Some(file) => self.score(&gold, DixitReader::open(file)?, &options)?,
            None => {
                let pipeline = self.engine.load()?;
                let predicted = gold.iter().map(|gold| {
                    let mut article = Article::new(&gold.id, &gold.text);
                    article.meta = gold.meta.clone();
                    pipeline.annotate(&article)
                });
                self.score(&gold, predicted, &options)?
            }
        };
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

    /// Scores predictions as they come.
    fn score<E: Error + 'static>(
        &self,
        gold: &[Annotation],
        predicted: impl Iterator<Item = Result<Annotation, E>>,
        options: &Options,
    ) -> Result<Report, Box<dyn Error>> {
        let mut evaluation = Evaluation::new(gold, options).map_err(|e| self.explain(&e))?;
        let mut predicted = predicted.peekable();
        while predicted.peek().is_some() {
            let some = predicted.by_ref().take(TOGETHER).collect::<Result<Vec<_>, _>>()?;
            evaluation.add(&some).map_err(|e| self.explain(&e))?;
        }
        Ok(evaluation.report().map_err(|e| self.explain(&e))?)
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
            slices: self.slice.clone(),
            errors: self.errors.unwrap_or(if self.format == "html" { 100 } else { 0 }),
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
            EvaluationError::Field { .. } => "name one of these with --slice",
            _ => "are these the right files?",
        };
        let gold = self.gold.display();
        match &self.predictions {
            Some(file) => format!("{error} (gold {gold}, predictions {}); {remedy}", file.display()),
            None => format!("{error} (gold {gold}); {remedy}"),
        }
    }
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
