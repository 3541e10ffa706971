//! Entities: decoded spans over words as spans over the text, with country codes.

use super::countries::Gazetteer;
use crate::annotation::Entity;
use crate::labels::{COUNTRY, LOC};
use crate::model::TaggedSpan;
use crate::span::Span;
use crate::text::Segments;

/// The entities of an article, by position; `labels` are the model's, by index.
pub fn entities(
    text: &str,
    segments: &Segments,
    spans: &[TaggedSpan],
    labels: &[String],
    gazetteer: &Gazetteer,
) -> Vec<Entity> {
    let mut entities: Vec<Entity> = spans
        .iter()
        .filter_map(|span| {
            let first = segments.words.get(span.words.start)?;
            let last = segments.words.get(span.words.end.checked_sub(1)?)?;
            let mention = with_full_stop(text, first.cover(*last));
            let label = labels.get(span.label)?;
            Some(Entity {
                span: mention,
                label: label.clone(),
                score: Some(span.score),
                country: gazetteer.code(mention.of(text), label).map(str::to_owned),
            })
        })
        .collect();
    for index in 1..entities.len() {
        let (place, state) = (&entities[index - 1], &entities[index]);
        // "Kandava, Latvia": what lies where is said after a comma.
        let lies_in = place.label == LOC
            && place.country.is_none()
            && [LOC, COUNTRY].contains(&state.label.as_str())
            && Span::new(place.span.end, state.span.start).of(text) == ", ";
        if lies_in {
            entities[index - 1].country = entities[index].country.clone();
        }
    }
    entities
}

/// A dotted acronym keeps its last full stop (`U.S.`).
fn with_full_stop(text: &str, span: Span) -> Span {
    let name = span.of(text);
    let dotted = name.contains('.') && name.split('.').all(|part| part.chars().count() == 1);
    if dotted && text.get(span.end..).is_some_and(|rest| rest.starts_with('.')) {
        Span::new(span.start, span.end + 1)
    } else {
        span
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::segment;

    #[test]
    fn spans_and_codes() {
        let text = "The U.S. envoy met Ida Lund in Snøhamar, Norway.";
        let segments = segment(text);
        let labels: Vec<String> = ["PERSON", LOC, COUNTRY].map(str::to_owned).to_vec();
        let tagged: Vec<TaggedSpan> = [("U.S", 2), ("Ida Lund", 0), ("Snøhamar", 1), ("Norway", 2)]
            .into_iter()
            .map(|(surface, label)| {
                let start = text.find(surface).unwrap();
                TaggedSpan {
                    words: segments.words_in(Span::new(start, start + surface.len())),
                    label,
                    score: 0.9,
                    labels: Vec::new(),
                }
            })
            .collect();
        let found = entities(text, &segments, &tagged, &labels, Gazetteer::builtin());
        let found: Vec<_> = found
            .iter()
            .map(|e| (e.span.of(text), e.country.as_deref()))
            .collect();
        let expected = [
            ("U.S.", Some("US")),
            ("Ida Lund", None),
            ("Snøhamar", Some("NO")),
            ("Norway", Some("NO")),
        ];
        assert_eq!(found, expected);
    }
}
