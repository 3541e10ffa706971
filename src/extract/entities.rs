//! Entities: decoded spans over words as spans over the text. Their countries come from `places`.

use crate::annotation::Entity;
use crate::model::TaggedSpan;
use crate::span::Span;
use crate::text::Segments;

/// The entities of an article, by position; `labels` are the model's, by index.
pub fn entities(text: &str, segments: &Segments, spans: &[TaggedSpan], labels: &[String]) -> Vec<Entity> {
    let mut entities: Vec<Entity> = spans
        .iter()
        .filter_map(|span| {
            let first = segments.words.get(span.words.start)?;
            let last = segments.words.get(span.words.end.checked_sub(1)?)?;
            let mention = with_full_stop(text, first.cover(*last));
            Some(Entity {
                span: mention,
                label: labels.get(span.label)?.clone(),
                score: Some(span.score),
                ..Entity::default()
            })
        })
        .collect();
    // A letter that the full stop rule took in may have been tagged by itself.
    let mut end = 0;
    entities.retain(|entity| {
        let apart = entity.span.start >= end;
        end = end.max(entity.span.end);
        apart
    });
    entities
}

/// A dotted acronym keeps its last letters and full stop (`U.S.A.`), and so does an abbreviation after which the
/// sentence goes on (`Shin Corp. said`).
fn with_full_stop(text: &str, span: Span) -> Span {
    let name = span.of(text);
    let Some(rest) = text.get(span.end..).and_then(|rest| rest.strip_prefix('.')) else {
        return span;
    };
    let dotted = name.contains('.') && name.split('.').all(|part| part.chars().count() == 1);
    if dotted {
        return Span::new(span.start, span.end + 1 + initials(rest));
    }
    let mut next = rest.chars();
    let goes_on = match next.next() {
        Some(',' | ';' | ':' | ')' | '’' | '\'') => true,
        Some(' ') => next.next().is_some_and(char::is_lowercase),
        _ => false,
    };
    Span::new(span.start, span.end + usize::from(goes_on))
}

/// Length in bytes of the letters with full stops that `text` begins with (`A.` of `A. said`).
fn initials(text: &str) -> usize {
    let mut length = 0;
    let mut letters = text.chars();
    while let (Some(letter), Some('.')) = (letters.next(), letters.next()) {
        if !letter.is_uppercase() {
            break;
        }
        length += letter.len_utf8() + 1;
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::segment;

    #[test]
    fn spans_of_words() {
        let text = "The U.S. envoy met Ida Lund in Snøhamar, Norway.";
        let segments = segment(text);
        let labels: Vec<String> = ["PERSON", "LOC", "COUNTRY"].map(str::to_owned).to_vec();
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
        let found: Vec<&str> = (entities(text, &segments, &tagged, &labels).iter())
            .map(|e| e.span.of(text))
            .collect();
        assert_eq!(found, ["U.S.", "Ida Lund", "Snøhamar", "Norway"]);
    }

    #[test]
    fn full_stops_of_abbreviations() {
        for (text, name, whole) in [
            ("The U.S. left.", "U.S", "U.S."),
            ("Help from the U.S.A. came.", "U.S", "U.S.A."),
            ("Shin Corp. said so.", "Shin Corp", "Shin Corp."),
            ("Ida Lund (D-Vt.) left.", "Vt", "Vt."),
            ("He met Lund. She left.", "Lund", "Lund"),
            ("He met Lund... then left.", "Lund", "Lund"),
            ("He met Lund", "Lund", "Lund"),
        ] {
            let start = text.find(name).unwrap();
            let found = with_full_stop(text, Span::new(start, start + name.len()));
            assert_eq!(found.of(text), whole);
        }
    }
}
