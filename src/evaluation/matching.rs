//! Which predicted sentence or claim stands for a gold sentence: the one that shares most with it.

use crate::annotation::{Annotation, Sentence};
use crate::span::Span;

/// The item that shares most bytes with `span`, the first of several; `None` where none shares any.
pub(super) fn best<T>(span: Span, items: impl IntoIterator<Item = T>, of: impl Fn(&T) -> Span) -> Option<T> {
    let mut best: Option<(usize, T)> = None;
    for item in items {
        let shared = span.overlap(of(&item));
        if shared > best.as_ref().map_or(0, |(most, _)| *most) {
            best = Some((shared, item));
        }
    }
    best.map(|(_, item)| item)
}

/// The predicted sentence for a gold sentence.
pub(super) fn sentence(gold: Span, predicted: &Annotation) -> Option<&Sentence> {
    best(gold, predicted.sentences.iter().flatten(), |s| s.span)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_overlap_wins_and_touching_is_none() {
        type Case<'a> = (&'a [(usize, usize)], Option<usize>);
        let cases: [Case<'_>; 5] = [
            (&[(0, 12), (12, 30)], Some(1)),
            (&[(0, 15), (15, 30)], Some(0)),
            (&[(0, 10), (20, 30)], None),
            (&[(0, 10), (19, 90)], Some(1)),
            (&[], None),
        ];
        for (spans, expected) in cases {
            let found = best(Span::new(10, 20), spans.iter().enumerate(), |(_, (s, e))| {
                Span::new(*s, *e)
            });
            assert_eq!(found.map(|(index, _)| index), expected, "{spans:?}");
        }
    }
}
