//! spaCy 3.8's `get_ner_prf`: predicted spans are carried over to the gold words, which may be cut otherwise, and
//! counted unless gold left one of the words unlabelled.

use super::chunking;
use super::corpus::{Corpus, Sentence, Tagged};
use super::{CompatError, Scheme, Scores};
use crate::formats::{UNKNOWN, chunks};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// Keeps spaCy's divisions from failing.
const TINY: f64 = 1e-100;

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    right: u64,
    wrong: u64,
    missed: u64,
}

impl Counts {
    fn figures(self) -> [f64; 3] {
        let share = |other: u64| self.right as f64 / ((self.right + other) as f64 + TINY);
        let (p, r) = (share(self.wrong), share(self.missed));
        [p, r, 2.0 * ((p * r) / (p + r + TINY))]
    }
}

pub(super) fn score(corpus: &Corpus, _: Option<Scheme>) -> Result<Scores, CompatError> {
    let mut labels: BTreeMap<String, Counts> = BTreeMap::new();
    for document in &corpus.documents {
        for sentence in &document.sentences {
            if count(sentence, &mut labels).is_none() {
                return Err(CompatError::Text {
                    document: document.id.clone(),
                });
            }
        }
    }
    let mut all = Counts::default();
    for counts in labels.values() {
        all.right += counts.right;
        all.wrong += counts.wrong;
        all.missed += counts.missed;
    }
    let any = all.right + all.wrong + all.missed > 0;
    let headline = all.figures().map(|v| any.then_some(v));
    if !any {
        labels.clear();
    }
    let names = ["p", "r", "f"];
    let mut figures: Vec<(String, Option<f64>)> = names
        .iter()
        .zip(headline)
        .map(|(n, v)| (format!("ents_{n}"), v))
        .collect();
    for (label, counts) in &labels {
        let values = names.iter().zip(counts.figures());
        figures.extend(values.map(|(n, v)| (format!("{label}.{n}"), Some(v))));
    }
    Ok(Scores {
        headline,
        figures,
        text: tables(headline, &labels),
        notes: Vec::new(),
        seen: Some(chunking::seen(corpus, |tagged| chunks(&tagged.tags))),
    })
}

/// Counts one sentence; `None` where the two sides do not have the same characters.
fn count(sentence: &Sentence, labels: &mut BTreeMap<String, Counts>) -> Option<()> {
    let (gold, predicted) = (&sentence.gold, &sentence.predicted);
    if gold.tags.iter().all(|tag| tag == UNKNOWN) {
        return Some(());
    }
    let alignment = align(predicted, gold)?;
    let mut left: BTreeSet<(String, usize, usize)> = chunks(&gold.tags)
        .into_iter()
        .map(|c| (c.label, c.start, c.end))
        .collect();
    for chunk in chunks(&predicted.tags) {
        let counts = labels.entry(chunk.label.clone()).or_default();
        let words: Vec<usize> = alignment[chunk.start..chunk.end]
            .iter()
            .flatten()
            .copied()
            .collect();
        let (Some(&start), Some(&last)) = (words.first(), words.last()) else {
            continue;
        };
        let span = gold.tags.get(start..last + 1).unwrap_or_default();
        if span.iter().any(|tag| tag == UNKNOWN) {
            continue;
        }
        match left.remove(&(chunk.label, start, last + 1)) {
            true => counts.right += 1,
            false => counts.wrong += 1,
        }
    }
    for (label, ..) in left {
        labels.entry(label).or_default().missed += 1;
    }
    Some(())
}

/// For each word of `from`, the words of `to` that have characters of it; blanks and capitals do not matter.
fn align(from: &Tagged, to: &Tagged) -> Option<Vec<BTreeSet<usize>>> {
    let mut words = vec![BTreeSet::new(); from.words.len()];
    let (mut a, mut b) = (characters(from), characters(to));
    loop {
        match (a.next(), b.next()) {
            (None, None) => return Some(words),
            (Some((from, x)), Some((to, y))) if x == y => {
                words[from].insert(to);
            }
            _ => return None,
        }
    }
}

/// The characters that are not blank, in lower case, with the word that each belongs to.
fn characters(tagged: &Tagged) -> impl Iterator<Item = (usize, char)> {
    let words = tagged.words.iter().enumerate();
    words.flat_map(|(index, word)| {
        let lower = word.to_lowercase();
        let visible: Vec<char> = lower.chars().filter(|c| !c.is_whitespace()).collect();
        visible.into_iter().map(move |c| (index, c))
    })
}

/// What `spacy benchmark accuracy` prints of entities; labels in alphabetical order.
fn tables(headline: [Option<f64>; 3], labels: &BTreeMap<String, Counts>) -> String {
    let mut text = "Results\n\n".to_owned();
    for (name, value) in ["P", "R", "F"].iter().zip(headline) {
        let shown = value.map_or_else(|| "-".to_owned(), percent);
        let _ = writeln!(text, "NER {name}   {shown}");
    }
    if labels.is_empty() {
        return text;
    }
    let rows: Vec<(&str, [String; 3])> = (labels.iter())
        .map(|(label, counts)| (label.as_str(), counts.figures().map(percent)))
        .collect();
    let first = rows
        .iter()
        .map(|(label, _)| label.chars().count())
        .max()
        .unwrap_or(0);
    let widths = [0, 1, 2].map(|i| rows.iter().map(|(_, cells)| cells[i].len()).max().unwrap_or(0));
    text.push_str("\nNER (per type)\n\n");
    let mut line = |label: &str, cells: [&str; 3]| {
        let _ = write!(text, "{label:<first$}");
        for (cell, width) in cells.iter().zip(widths) {
            let _ = write!(text, "   {cell:>width$}");
        }
        text.push('\n');
    };
    line("", ["P", "R", "F"]);
    for (label, cells) in &rows {
        line(label, [&cells[0], &cells[1], &cells[2]]);
    }
    text
}

fn percent(value: f64) -> String {
    format!("{:.2}", value * 100.0)
}
