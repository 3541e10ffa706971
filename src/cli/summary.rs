//! The summary of a corpus as text.

use dixit::corpus::{OutputOptions, Summary};
use indicatif::{HumanCount, HumanDuration};
use std::collections::BTreeMap;
use std::time::Duration;

/// A few lines for people; the rest is in `OUT.summary.json`.
pub(super) fn text(summary: &Summary, output: &OutputOptions) -> String {
    let counts = &summary.counts;
    let run = &summary.run;
    let n = HumanCount;
    let mut lines = vec![
        format!("output     {}", output.path().display()),
        format!(
            "articles   {}, {} of them duplicates",
            n(counts.articles),
            n(counts.duplicates)
        ),
        format!(
            "coverage   {} of {} tokens read in {} windows",
            n(counts.read),
            n(counts.tokens),
            n(counts.windows)
        ),
        format!("entities   {}", tally(&counts.entities)),
        format!("speakers   {}", n(counts.speakers)),
        format!("claims     {}", tally(&counts.claims)),
    ];
    if counts.overlong_words > 0 {
        lines.push(format!(
            "overlong   {} words of more than 1,000 bytes",
            n(counts.overlong_words)
        ));
    }
    if summary
        .encodings
        .keys()
        .any(|name| name != "UTF-8" && !name.is_empty())
    {
        lines.push(format!("encodings  {}", tally(&summary.encodings)));
    }
    if !summary.passed_over.is_empty() {
        lines.push(format!("no reader  for files {}", tally(&summary.passed_over)));
    }
    if let Some(made) = &summary.provenance {
        let sha256 = made.model_sha256.get(..12).unwrap_or(&made.model_sha256);
        lines.push(format!(
            "made by    dixit {}, model {} ({sha256}), {}",
            made.dixit, made.model, made.engine
        ));
    }
    if run.computed > 0 {
        lines.push(format!(
            "speed      {} articles in {}: {:.1} articles/s, {} words/s",
            n(run.computed),
            HumanDuration(Duration::from_secs_f64(run.seconds)),
            run.articles_per_second,
            n(run.words_per_second as u64)
        ));
    }
    if counts.rejected > 0 {
        lines.push(format!(
            "rejected   {}: see {}",
            n(counts.rejected),
            output.beside(".rejected.jsonl").display()
        ));
    }
    lines.join("\n") + "\n"
}

/// Counts, the largest first.
fn tally(counts: &BTreeMap<String, u64>) -> String {
    let mut counts: Vec<(&String, &u64)> = counts.iter().collect();
    counts.sort_by_key(|(name, count)| (std::cmp::Reverse(**count), *name));
    let counts: Vec<String> = counts
        .iter()
        .map(|(name, count)| {
            let name = if name.is_empty() { "unread" } else { name };
            format!("{name} {}", HumanCount(**count))
        })
        .collect();
    if counts.is_empty() {
        "none".to_owned()
    } else {
        counts.join(", ")
    }
}
