//! Chunks by rules on two neighbouring tags: where one ends and where one starts. The tools differ in the rules.

use super::Seen;
use super::corpus::{Corpus, Tagged};
use crate::formats::Chunk;

/// A tag in its two parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Step<'a> {
    pub(super) prefix: &'a str,
    pub(super) label: &'a str,
}

/// The chunks of a sequence between two tags `outside`.
pub(super) fn chunks(
    tags: &[Step<'_>],
    outside: Step<'_>,
    starts: fn(Step<'_>, Step<'_>) -> bool,
    ends: fn(Step<'_>, Step<'_>) -> bool,
) -> Vec<Chunk> {
    let mut chunks = Vec::new();
    let (mut last, mut begin) = (outside, 0);
    for (index, &next) in tags.iter().chain([&outside]).enumerate() {
        if ends(last, next) {
            chunks.push(Chunk {
                start: begin,
                end: index,
                label: last.label.to_owned(),
            });
        }
        if starts(last, next) {
            begin = index;
        }
        last = next;
    }
    chunks
}

/// What is seen in each sentence of gold and predictions.
pub(super) fn seen(corpus: &Corpus, chunks: impl Fn(&Tagged) -> Vec<Chunk>) -> [Seen; 2] {
    let mut seen = [Seen::new(), Seen::new()];
    for (index, sentence) in corpus.sentences().enumerate() {
        for (seen, tagged) in seen.iter_mut().zip([&sentence.gold, &sentence.predicted]) {
            seen.extend(chunks(tagged).into_iter().map(|chunk| (index, chunk)));
        }
    }
    seen
}
