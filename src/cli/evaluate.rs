//! `dixit evaluate`: holds predictions against gold and reports how good they are.

use super::engine::EngineArgs;
use super::scoring::{Articles, Places, ScoringArgs, explain, open, read};
use super::{Outcome, compat, watch};
use clap::ArgGroup;
use clap::builder::PossibleValuesParser;
use dixit::annotation::Annotation;
use dixit::article::Article;
use dixit::evaluation::{Ceiling, Check, Evaluation, EvaluationError, OUTPUTS, Options, Report, ceilings};
use dixit::formats::{AnnotatedReader, Conll, is_columns};
use std::cell::RefCell;
use std::error::Error;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
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
  dixit evaluate evaluation/fixtures --model models/news-en --errors 5
  dixit evaluate tagged.conll --compat all
  dixit evaluate gold.jsonl --predictions predicted.jsonl --ceiling anna.jsonl,ben.jsonl

GOLD and predictions are dixit JSON Lines, matched by id, or CoNLL columns (IOB1, IOB2, IOBES, BILOU), matched
by place; GOLD may also be a folder of NAME.txt with NAME.json (see dixit fixtures). What is scored comes from a
file (--predictions), from a model that annotates the gold's own text (--model), or, where GOLD has columns and
neither is named, from its last column; the one before is then gold.
A layer that a gold document lacks (no \"entities\" key, say) is not scored in it.

Exit codes: 0 scored, 1 failed or a figure is too low, 2 usage.")]
#[command(group = ArgGroup::new("source").args(["predictions", "model"]))]
#[command(mut_arg("model", |arg| arg.help("Folder of a model to score on the gold's own text")))]
pub(super) struct Args {
    /// Annotated articles that are right: a file, or a folder of fixtures
    gold: PathBuf,
    /// Annotated articles to score
    #[arg(short, long, value_name = "FILE")]
    predictions: Option<PathBuf>,
    #[command(flatten)]
    engine: EngineArgs,
    /// Probability from which a sentence counts as worth fact-checking
    #[arg(long, value_name = "P", default_value_t = Options::default().threshold.into(), value_parser = probability)]
    threshold: f64,
    /// Score the parts of the gold that have one value of this metadata field as well; may be repeated
    #[arg(long, value_name = "FIELD")]
    slice: Vec<String>,
    /// List the N worst mistakes in entities, claims, speakers and attributions with their context [default: 0, but
    /// 100 with --format html]
    #[arg(long, value_name = "N")]
    errors: Option<usize>,
    /// How to show the report
    #[arg(long, default_value = "text", value_parser = PossibleValuesParser::new(OUTPUTS.iter().map(|o| o.name)))]
    format: String,
    /// Fail if the lower end of a figure's interval is under VALUE; may be repeated
    #[arg(long, value_name = "FIGURE=VALUE", value_parser = floor)]
    fail_under: Vec<(String, f64)>,
    /// Show the model's figures beside the agreement of two annotators
    #[arg(long, value_name = "FILE,FILE", value_parser = two_files)]
    ceiling: Option<(PathBuf, PathBuf)>,
    /// Show the figures of another tool, or of all of them side by side
    #[arg(long, value_name = "TOOL", value_parser = PossibleValuesParser::new(compat::names()), conflicts_with = "model")]
    compat: Option<String>,
    /// Tag scheme for seqeval-strict [default: found in the gold tags]
    #[arg(long, requires = "compat", value_parser = PossibleValuesParser::new(compat::schemes()))]
    scheme: Option<String>,
    #[command(flatten)]
    scoring: ScoringArgs,
}

impl Args {
    pub(super) fn run(self) -> Outcome {
        let options = self.options();
        let both = self.predictions.is_none() && !self.engine.is_named();
        if both && (self.gold.is_dir() || !is_columns(&self.gold)?) {
            eprintln!("error: name what is to be scored with --predictions FILE or --model DIR");
            return Ok(ExitCode::from(2));
        }
        if let Some(tool) = &self.compat {
            let predictions = self.predictions.as_deref();
            let corpus = compat::corpus(&self.gold, predictions, &options, self.scoring.allow())?;
            return compat::run(tool, self.scheme.as_deref(), &self.format, &corpus);
        }
        let mut report = self.report(both, &options)?;
        if let Some((first, second)) = &self.ceiling {
            report.ceilings = ceiling(&report, first, second, &options)?;
        }
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

    /// Scores the predictions, which are in the gold file where it has `both`.
    fn report(&self, both: bool, options: &Options) -> Result<Report, Box<dyn Error>> {
        if both {
            let file = Conll::read(&self.gold, 2)?;
            let gold = read(&self.gold, AnnotatedReader::of_columns(&file, 0))?;
            return self.of_reader(&gold, &self.gold, AnnotatedReader::of_columns(&file, 1), options);
        }
        let gold = open(&self.gold)?;
        if let Some(file) = &self.predictions {
            return self.of_reader(&gold, file, AnnotatedReader::open(file)?, options);
        }
        let pipeline = self.engine.load()?;
        let bar = watch::articles(gold.annotations.len());
        let predicted = gold.annotations.iter().map(|gold| {
            let mut article = Article::new(&gold.id, &gold.text);
            article.meta = gold.meta.clone();
            let annotation = pipeline.annotate(&article)?;
            bar.inc(1);
            Ok(annotation)
        });
        let report = self.score(&gold, &RefCell::default(), predicted, options);
        bar.finish_and_clear();
        report
    }

    fn of_reader(
        &self,
        gold: &Articles,
        path: &Path,
        mut reader: AnnotatedReader,
        options: &Options,
    ) -> Result<Report, Box<dyn Error>> {
        let notes = reader.notes().to_vec();
        let places = RefCell::new(Places::new(path));
        let check = Check::new(&gold.annotations, options, self.scoring.allow())
            .map_err(|e| explain(&e, &gold.places, &places.borrow()))?;
        let predicted = std::iter::from_fn(|| {
            Some(reader.next()?.map_err(Into::into).and_then(|annotation| {
                places.borrow_mut().add(&annotation.id, reader.line());
                match check.predicted(&annotation) {
                    Ok(()) => Ok(annotation),
                    Err(error) => Err(explain(&error, &gold.places, &places.borrow()).into()),
                }
            }))
        });
        let mut report = self.score(gold, &places, predicted, options)?;
        for note in gold.notes.iter().chain(&notes) {
            // Of one file that has both sides, some are the same.
            if !report.notes.contains(note) {
                report.notes.push(note.clone());
            }
        }
        Ok(report)
    }

    /// Scores predictions as they come.
    fn score(
        &self,
        gold: &Articles,
        places: &RefCell<Places>,
        predicted: impl Iterator<Item = Result<Annotation, Box<dyn Error>>>,
        options: &Options,
    ) -> Result<Report, Box<dyn Error>> {
        let explain = |error: EvaluationError| explain(&error, &gold.places, &places.borrow());
        let mut evaluation = Evaluation::new(&gold.annotations, options).map_err(explain)?;
        let mut predicted = predicted.peekable();
        while predicted.peek().is_some() {
            let some = predicted.by_ref().take(TOGETHER).collect::<Result<Vec<_>, _>>()?;
            evaluation.add(&some).map_err(explain)?;
        }
        Ok(evaluation.report().map_err(explain)?)
    }

    fn options(&self) -> Options {
        Options {
            threshold: self.threshold as f32,
            slices: self.slice.clone(),
            errors: self.errors.unwrap_or(if self.format == "html" { 100 } else { 0 }),
            ..self.scoring.options()
        }
    }
}

/// The report's figures beside the agreement of two annotators.
fn ceiling(
    report: &Report,
    first: &Path,
    second: &Path,
    options: &Options,
) -> Result<Vec<Ceiling>, Box<dyn Error>> {
    let (first, second) = (open(first)?, open(second)?);
    let ceilings = ceilings(report, &first.annotations, &second.annotations, options);
    Ok(ceilings.map_err(|e| explain(&e, &first.places, &second.places))?)
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
            "{name} has no interval to test; it takes two documents that it can be measured on, and --draws above 0"
        )),
    }
}

fn two_files(argument: &str) -> Result<(PathBuf, PathBuf), String> {
    match argument.split_once(',') {
        Some((first, second)) if !first.is_empty() && !second.is_empty() => Ok((first.into(), second.into())),
        _ => Err("the files of two annotators are expected, such as anna.jsonl,ben.jsonl".to_owned()),
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
