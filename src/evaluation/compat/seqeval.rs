//! seqeval 1.2.2 as it is called by default, `classification_report(y_true, y_pred)`: broken sequences are repaired as
//! the CoNLL scorer does, each span counts once, micro, macro and weighted averages.

use super::chunking::{self, Step};
use super::corpus::{Corpus, Tagged};
use super::ratios::Hits;
use super::{CompatError, Scheme, Scores, Seen};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Label of a tag that has none.
pub(super) const NO_LABEL: &str = "_";
/// What comes before the first word.
const OUTSIDE: Step<'static> = Step {
    prefix: "O",
    label: NO_LABEL,
};

/// First character and label; the label is all that stands after the first hyphen behind it.
fn step(tag: &str) -> Step<'_> {
    let at = tag.chars().next().map_or(0, char::len_utf8);
    let (prefix, rest) = tag.split_at(at);
    let label = rest.split_once('-').map_or(rest, |(_, label)| label);
    Step {
        prefix,
        label: if label.is_empty() { NO_LABEL } else { label },
    }
}

fn ends(last: Step<'_>, next: Step<'_>) -> bool {
    let table = matches!(
        (last.prefix, next.prefix),
        ("E" | "S", _) | ("B" | "I", "B" | "S" | "O")
    );
    table || (!matches!(last.prefix, "O" | ".") && last.label != next.label)
}

fn starts(last: Step<'_>, next: Step<'_>) -> bool {
    let table = matches!(
        (last.prefix, next.prefix),
        (_, "B" | "S") | ("E" | "S" | "O", "E" | "I")
    );
    table || (!matches!(next.prefix, "O" | ".") && last.label != next.label)
}

pub(super) fn score(corpus: &Corpus, _: Option<Scheme>) -> Result<Scores, CompatError> {
    corpus.same_words()?;
    let chunks = |tagged: &Tagged| {
        let tags: Vec<Step<'_>> = tagged.tags.iter().map(|t| step(t)).collect();
        chunking::chunks(&tags, OUTSIDE, starts, ends)
    };
    let (mut right, mut tokens) = (0, 0);
    for sentence in corpus.sentences() {
        let tags = sentence.gold.tags.iter().zip(&sentence.predicted.tags);
        right += tags.filter(|(a, b)| a == b).count();
        tokens += sentence.gold.tags.len() as u64;
    }
    let mut scores = report(chunking::seen(corpus, chunks));
    let accuracy = (tokens > 0).then(|| right as f64 / tokens as f64);
    scores.figures.push(("accuracy".to_owned(), accuracy));
    Ok(scores)
}

/// Figures and report of the spans that were seen; shared with the strict mode.
pub(super) fn report(seen: [Seen; 2]) -> Scores {
    let [gold, predicted] = &seen;
    let mut labels: BTreeMap<&str, Hits> = BTreeMap::new();
    for (sentence, chunk) in gold {
        let hits = labels.entry(&chunk.label).or_default();
        hits.gold += 1;
        hits.correct += u64::from(predicted.contains(&(*sentence, chunk.clone())));
    }
    for (_, chunk) in predicted {
        labels.entry(&chunk.label).or_default().predicted += 1;
    }
    let mut micro = Hits::default();
    labels.values().for_each(|hits| micro.add(*hits));
    let values = |hits: &Hits| [hits.precision(), hits.recall(), hits.f1()];
    let by_label: Vec<([f64; 3], u64)> = labels.values().map(|hits| (values(hits), hits.gold)).collect();
    let mut rows: Vec<(String, [Option<f64>; 3], u64)> = (labels.iter())
        .map(|(label, hits)| ((*label).to_owned(), values(hits).map(Some), hits.gold))
        .collect();
    rows.push(("micro avg".to_owned(), values(&micro).map(Some), micro.gold));
    rows.push(("macro avg".to_owned(), mean(&by_label, |_| 1), micro.gold));
    let weighted = match micro.gold {
        0 => [Some(0.0); 3],
        _ => mean(&by_label, |gold| gold),
    };
    rows.push(("weighted avg".to_owned(), weighted, micro.gold));
    let figures = rows.iter().flat_map(|(name, values, gold)| {
        let names = ["precision", "recall", "f1-score"];
        let figures = names.iter().zip(values).map(|(n, v)| (format!("{name}.{n}"), *v));
        let support = (format!("{name}.support"), Some(*gold as f64));
        figures.chain([support]).collect::<Vec<_>>()
    });
    Scores {
        headline: values(&micro).map(Some),
        figures: figures.collect(),
        text: table(&rows),
        notes: Vec::new(),
        seen: Some(seen.clone()),
    }
}

/// Mean over labels with a weight each; `None` without labels.
fn mean(labels: &[([f64; 3], u64)], weight: fn(u64) -> u64) -> [Option<f64>; 3] {
    let total: u64 = labels.iter().map(|(_, gold)| weight(*gold)).sum();
    [0, 1, 2].map(|index| {
        let sum: f64 = labels
            .iter()
            .map(|(v, gold)| v[index] * weight(*gold) as f64)
            .sum();
        (total > 0).then(|| sum / total as f64)
    })
}

fn table(rows: &[(String, [Option<f64>; 3], u64)]) -> String {
    const AVERAGES: usize = 3;
    let width = rows
        .iter()
        .map(|(name, ..)| name.chars().count())
        .max()
        .unwrap_or(0);
    let mut text = format!("{:>width$} ", "");
    for head in ["precision", "recall", "f1-score", "support"] {
        let _ = write!(text, " {head:>9}");
    }
    text.push_str("\n\n");
    for (index, (name, values, support)) in rows.iter().enumerate() {
        if index + AVERAGES == rows.len() {
            text.push('\n');
        }
        let _ = write!(text, "{name:>width$} ");
        for value in values {
            let shown = value.map_or_else(|| "nan".to_owned(), |v| format!("{v:.2}"));
            let _ = write!(text, " {shown:>9}");
        }
        let _ = writeln!(text, " {support:>9}");
    }
    text
}
