//! seqeval 1.2.2 in its strict mode, `classification_report(y_true, y_pred, mode="strict", scheme=…)`: no repair, a
//! span counts only if it starts, goes on and ends as its scheme has it.

use super::corpus::{Corpus, Tagged};
use super::scheme::{Part, Scheme};
use super::seqeval::report;
use super::{CompatError, Scores, chunking};
use crate::formats::Chunk;

pub(super) fn score(corpus: &Corpus, scheme: Option<Scheme>) -> Result<Scores, CompatError> {
    corpus.same_words()?;
    let scheme = match scheme {
        Some(scheme) => scheme,
        None => {
            let tags = corpus.sentences().flat_map(|s| &s.gold.tags);
            Scheme::of(tags.map(String::as_str)).ok_or(CompatError::Unclear)?
        }
    };
    for sentence in corpus.sentences() {
        for tagged in [&sentence.gold, &sentence.predicted] {
            if let Some(at) = tagged.tags.iter().position(|tag| !scheme.allows(Part::of(tag))) {
                return Err(CompatError::Scheme {
                    scheme: scheme.name(),
                    tag: tagged.tags[at].clone(),
                    word: tagged.words.get(at).cloned().unwrap_or_default(),
                    line: sentence.line.map(|line| line + at),
                });
            }
        }
    }
    let mut scores = report(chunking::seen(corpus, |tagged: &Tagged| {
        chunks(&tagged.tags, scheme)
    }));
    scores.notes.push(format!("scheme {}", scheme.name()));
    Ok(scores)
}

/// The spans of a sentence that keep to the scheme.
fn chunks(tags: &[String], scheme: Scheme) -> Vec<Chunk> {
    let parts: Vec<Part<'_>> = tags.iter().map(|t| Part::of(t)).chain([Part::OUTSIDE]).collect();
    let mut chunks = Vec::new();
    let (mut at, mut last) = (0, Part::OUTSIDE);
    while at < parts.len() {
        let start = at;
        at += 1;
        if scheme.starts(last, parts[start]) {
            while at < parts.len() && scheme.goes_on(parts[at - 1], parts[at]) {
                at += 1;
            }
            if at < parts.len() && scheme.ends(parts[at - 1], parts[at]) {
                chunks.push(Chunk {
                    start,
                    end: at,
                    label: parts[start].label.to_owned(),
                });
            }
        }
        last = parts[at - 1];
    }
    chunks
}
