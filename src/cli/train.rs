//! `dixit train`: fine-tunes a model.

use super::Outcome;
use super::output::say;
use dixit::train::{EpochLog, Observer, StepLog, TrainConfig, train};
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Fine-tunes a model on annotated articles and writes a model folder.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  dixit train models/news-en.toml\n  dixit train models/news-en.toml --resume"
)]
pub(super) struct Args {
    /// Configuration of the run (TOML); paths in it are relative to the file
    config: PathBuf,
    /// Go on from the last checkpoint of the same configuration and data
    #[arg(long)]
    resume: bool,
}

impl Args {
    pub(super) fn run(self) -> Outcome {
        let config = TrainConfig::load(&self.config)?;
        let mut progress = Progress::new();
        let output = train(&config, self.resume, &mut progress)?;
        progress.bar.finish_and_clear();
        say!("{}", output.display())?;
        Ok(ExitCode::SUCCESS)
    }
}

/// A bar on a terminal, a plain line every 30 seconds elsewhere.
struct Progress {
    bar: ProgressBar,
    plain: bool,
    total: usize,
    loss: f64,
    rate: f64,
    last_line: Instant,
}

impl Progress {
    fn new() -> Self {
        Self {
            bar: ProgressBar::hidden(),
            plain: !std::io::stderr().is_terminal(),
            total: 0,
            loss: f64::NAN,
            rate: f64::NAN,
            last_line: Instant::now(),
        }
    }
}

/// Mean that forgets: about the last fifty values count.
fn fade(mean: f64, value: f64) -> f64 {
    if mean.is_nan() {
        value
    } else {
        0.98 * mean + 0.02 * value
    }
}

impl Observer for Progress {
    fn start(&mut self, updates: usize, done: usize) {
        self.total = updates;
        if !self.plain {
            self.bar = ProgressBar::new(updates as u64);
            if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} updates, {msg}, {eta} left")
            {
                self.bar.set_style(style);
            }
            self.bar.set_position(done as u64);
            self.bar.reset_eta();
        } else {
            eprintln!("{done} of {updates} updates done");
        }
    }

    fn step(&mut self, log: &StepLog) {
        self.loss = fade(self.loss, log.loss);
        self.rate = fade(self.rate, log.pieces as f64 / log.seconds);
        let message = format!("loss {:.4}, {:.0} tokens/s", self.loss, self.rate);
        self.bar.set_position(log.update as u64);
        self.bar.set_message(message.clone());
        if self.plain && self.last_line.elapsed() >= Duration::from_secs(30) {
            eprintln!("{} of {} updates, {message}", log.update, self.total);
            self.last_line = Instant::now();
        }
    }

    fn epoch(&mut self, log: &EpochLog) {
        let figures: Vec<String> = log
            .figures
            .iter()
            .map(|(name, value)| format!("{name} {value:.4}"))
            .collect();
        self.bar
            .suspend(|| eprintln!("epoch {}: {}", log.epoch, figures.join(", ")));
    }
}
