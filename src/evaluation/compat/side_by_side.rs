//! All tools on one corpus, beside exact spans and labels that are each counted once, with the reason why they differ.

use super::corpus::Corpus;
use super::ratios::Hits;
use super::{Scheme, Scores, Seen, TOOLS, chunking};
use crate::formats::chunks;
use serde::Serialize;
use std::fmt::Write;

/// Figures closer than this are the same.
const SAME: f64 = 1e-12;

/// The tools beside each other.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SideBySide {
    /// Our own figures first, then the tools'.
    pub rows: Vec<Row>,
    /// What had to be changed to make tags of the annotations.
    pub notes: Vec<String>,
}

/// A tool's row.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// Its name.
    pub name: &'static str,
    /// Precision, recall, F1; `None` of a tool that cannot score this.
    pub figures: [Option<f64>; 3],
    /// Why they are not those of the first row, or why there are none.
    pub reasons: Vec<String>,
}

/// Scores a corpus with all tools.
pub fn side_by_side(corpus: &Corpus, scheme: Option<Scheme>) -> SideBySide {
    let ours = chunking::seen(corpus, |tagged| chunks(&tagged.tags));
    let mut rows = vec![Row {
        name: "dixit",
        figures: figures(&ours),
        reasons: Vec::new(),
    }];
    for tool in TOOLS {
        rows.push(match (tool.score)(corpus, scheme) {
            Ok(scores) => Row {
                name: tool.name,
                figures: scores.headline,
                reasons: reasons(corpus, &ours, rows[0].figures, tool.differs, scores),
            },
            Err(error) => Row {
                name: tool.name,
                figures: [None; 3],
                reasons: vec![error.to_string()],
            },
        });
    }
    SideBySide {
        rows,
        notes: corpus.notes.clone(),
    }
}

/// Exact spans and labels; `None` where there is nothing to divide by.
fn figures([gold, predicted]: &[Seen; 2]) -> [Option<f64>; 3] {
    let hits = Hits {
        correct: gold.intersection(predicted).count() as u64,
        predicted: predicted.len() as u64,
        gold: gold.len() as u64,
    };
    [
        (hits.predicted > 0).then(|| hits.precision()),
        (hits.gold > 0).then(|| hits.recall()),
        (hits.predicted + hits.gold > 0).then(|| hits.f1()),
    ]
}

fn reasons(
    corpus: &Corpus,
    ours: &[Seen; 2],
    expected: [Option<f64>; 3],
    differs: &str,
    scores: Scores,
) -> Vec<String> {
    let same = expected.iter().zip(scores.headline).all(|(a, b)| match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() < SAME,
        (a, b) => a.is_none() && b.is_none(),
    });
    let mut reasons = Vec::new();
    if !same {
        reasons.push(differs.to_owned());
        if let Some(seen) = &scores.seen {
            for ((side, ours), theirs) in ["gold", "predicted"].iter().zip(ours).zip(seen) {
                reasons.extend(other_spans(corpus, side, ours, theirs));
            }
        }
    }
    reasons.extend(scores.notes);
    reasons
}

/// Which spans of one side a tool does not see, or sees otherwise.
fn other_spans(corpus: &Corpus, side: &str, ours: &Seen, theirs: &Seen) -> Option<String> {
    let (left_out, more) = (ours.difference(theirs).count(), theirs.difference(ours).count());
    let (sentence, first) = ours.symmetric_difference(theirs).next()?;
    let words = &corpus.sentences().nth(*sentence)?.gold.words;
    let shown = words.get(first.start..first.end).unwrap_or_default().join(" ");
    Some(format!(
        "{side}: leaves out {left_out} of {} spans and has {more} others; the first is {} {shown:?} in sentence {}",
        ours.len(),
        first.label,
        sentence + 1
    ))
}

impl SideBySide {
    /// As an aligned table with the reasons below it.
    pub fn text(&self) -> String {
        let width = self.rows.iter().map(|r| r.name.len()).max().unwrap_or(0);
        let mut text = format!("  {:<width$}  precision  recall      F1\n", "");
        for row in &self.rows {
            let [p, r, f] = row
                .figures
                .map(|v| v.map_or_else(|| "–".to_owned(), |v| format!("{v:.4}")));
            let _ = writeln!(text, "  {:<width$}  {p:>9}  {r:>6}  {f:>6}", row.name);
        }
        for row in self.rows.iter().filter(|r| !r.reasons.is_empty()) {
            let _ = writeln!(text, "\n{}:", row.name);
            for reason in &row.reasons {
                let _ = writeln!(text, "  {reason}");
            }
        }
        for note in &self.notes {
            let _ = writeln!(text, "\nnote: {note}");
        }
        text
    }
}
