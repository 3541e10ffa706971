//! How a claim is quoted, from the quotation marks in its sentence.

use crate::annotation::Quotation;
use crate::span::Span;
use crate::text::{Quoted, Segments};

/// Share of a sentence's words outside source and cue from which it counts as quoted as a whole.
const WHOLE: f64 = 0.85;

/// The quotation type of a claiming sentence. Words of `frame` (source and cue) do not count; what is left is quoted
/// as a whole, in part, or not at all.
pub(super) fn quotation(segments: &Segments, sentence: Span, frame: &[Span], quoted: &[Quoted]) -> Quotation {
    let words = &segments.words[segments.words_in(sentence)];
    let claimed = words
        .iter()
        .filter(|w| !frame.iter().any(|f| f.overlaps(**w)) && w.len() > 1);
    let (mut inside, mut all) = (0, 0);
    for word in claimed {
        all += 1;
        inside += usize::from(quoted.iter().any(|q| q.span.contains(*word)));
    }
    match (inside, all) {
        (0, _) => Quotation::Indirect,
        (inside, all) if inside as f64 >= WHOLE * all as f64 => Quotation::Direct,
        _ => Quotation::Mixed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{quoted, segment};

    #[test]
    fn direct_indirect_and_mixed() {
        for (text, frame, expected) in [
            (
                "“We will not sign,” said Ana Reis.",
                "said Ana Reis",
                Quotation::Direct,
            ),
            (
                "Ana Reis said they would not sign.",
                "Ana Reis said",
                Quotation::Indirect,
            ),
            (
                "Ana Reis said they would “never” sign the text.",
                "Ana Reis said",
                Quotation::Mixed,
            ),
            (
                "Ana Reis said: \"We will not sign it today.",
                "Ana Reis said",
                Quotation::Direct,
            ),
        ] {
            let segments = segment(text);
            let start = text.find(frame).unwrap();
            let frame = [Span::new(start, start + frame.len())];
            let found = quotation(
                &segments,
                segments.sentences[0].span,
                &frame,
                &quoted(text, &segments),
            );
            assert_eq!(found, expected, "{text}");
        }
    }
}
