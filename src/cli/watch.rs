//! Progress on standard error: of a corpus run as a bar on a terminal, a plain line every 30 seconds elsewhere; of a few
//! articles as a bar on a terminal only.

use dixit::corpus::{Progress, Stage};
use indicatif::{HumanCount, HumanDuration, ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::time::{Duration, Instant};

const BAR_EVERY: Duration = Duration::from_millis(200);
const LINE_EVERY: Duration = Duration::from_secs(30);

/// A bar over so many articles; hidden where standard error is no terminal.
pub(super) fn articles(total: usize) -> ProgressBar {
    let bar = ProgressBar::new(total as u64);
    if let Ok(style) = ProgressStyle::with_template("{bar:20} {pos} of {len} articles, {per_sec}, {eta} left")
    {
        bar.set_style(style);
    }
    bar
}

/// Shows the progress of a corpus run.
pub(super) struct Watch {
    quiet: bool,
    bar: Option<ProgressBar>,
    begun: Instant,
    shown: Instant,
}

impl Watch {
    pub(super) fn new(quiet: bool) -> Self {
        let bar = (!quiet && std::io::stderr().is_terminal()).then(|| {
            let bar = ProgressBar::new(1);
            if let Ok(style) = ProgressStyle::with_template("{bar:20} {msg}") {
                bar.set_style(style);
            }
            bar
        });
        Self {
            quiet,
            bar,
            begun: Instant::now(),
            shown: Instant::now(),
        }
    }

    pub(super) fn show(&mut self, progress: &Progress) {
        let every = if self.bar.is_some() { BAR_EVERY } else { LINE_EVERY };
        if self.quiet || self.shown.elapsed() < every {
            return;
        }
        self.shown = Instant::now();
        let line = line(progress, self.begun.elapsed());
        match &self.bar {
            Some(bar) => {
                bar.set_length(progress.total.unwrap_or(progress.bytes).max(1));
                bar.set_position(progress.bytes);
                bar.set_message(line);
            }
            None => eprintln!("{line}"),
        }
    }

    pub(super) fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn line(progress: &Progress, elapsed: Duration) -> String {
    let share = progress.total.filter(|total| *total > 0).map(|total| {
        format!(
            "{:.1} % of the input, ",
            100.0 * progress.bytes as f64 / total as f64
        )
    });
    let share = share.unwrap_or_default();
    if progress.stage == Stage::Writing {
        return format!("writing: {}", share.trim_end_matches(", "));
    }
    let n = HumanCount;
    let seconds = elapsed.as_secs_f64().max(1e-3);
    let mut line = format!(
        "{} articles, {share}{:.1} articles/s, {} words/s",
        n(progress.computed),
        progress.computed as f64 / seconds,
        n((progress.words as f64 / seconds) as u64)
    );
    if let Some(left) = left(progress, seconds) {
        line += &format!(", {} left", HumanDuration(left));
    }
    for (count, what) in [
        (progress.resumed, "from before"),
        (progress.duplicates, "duplicates"),
        (progress.rejected, "rejected"),
    ] {
        if count > 0 {
            line += &format!(", {} {what}", n(count));
        }
    }
    line
}

/// Time left, from the bytes that had to be computed so far.
fn left(progress: &Progress, seconds: f64) -> Option<Duration> {
    let to_go = progress.total?.checked_sub(progress.bytes)? as f64;
    let done = progress.bytes.checked_sub(progress.skipped)? as f64;
    (progress.computed > 0 && done > 0.0)
        .then(|| Duration::try_from_secs_f64(to_go * seconds / done).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines() {
        let mut progress = Progress {
            stage: Stage::Computing,
            bytes: 500_000,
            skipped: 100_000,
            total: Some(1_000_000),
            resumed: 12_345,
            computed: 100,
            words: 80_000,
            duplicates: 0,
            rejected: 2,
        };
        assert_eq!(
            line(&progress, Duration::from_secs(8)),
            "100 articles, 50.0 % of the input, 12.5 articles/s, 10,000 words/s, 10 seconds left, \
             12,345 from before, 2 rejected"
        );
        progress.total = None;
        progress.resumed = 0;
        assert_eq!(
            line(&progress, Duration::from_secs(8)),
            "100 articles, 12.5 articles/s, 10,000 words/s, 2 rejected"
        );
        progress.stage = Stage::Writing;
        progress.total = Some(1_000_000);
        assert_eq!(
            line(&progress, Duration::from_secs(8)),
            "writing: 50.0 % of the input"
        );
    }
}
