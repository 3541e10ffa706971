//! How a claim is quoted, from the quotation marks in its sentence.

use crate::annotation::Quotation;
use crate::span::Span;
use crate::text::{Quoted, Segments};

/// Quoted words from which a quotation can be a claim by itself.
const CLAIM: usize = 4;

/// The quotation type of a claiming sentence; `frame` are the words of source and cue. A quotation that opens the
/// sentence, or stands right after the cue, a comma or a colon, is the whole claim: what else is said beside it is
/// about the saying. Where words of the claim lead into a quotation, it is mixed.
pub(super) fn quotation(
    text: &str,
    segments: &Segments,
    sentence: Span,
    frame: &[Span],
    quoted: &[Quoted],
) -> Quotation {
    let words = &segments.words[segments.words_in(sentence)];
    let is_word = |w: &&Span| w.len() > 1 || w.of(text).chars().all(char::is_alphanumeric);
    let parts: Vec<(usize, Span)> = (quoted.iter())
        .filter(|q| q.span.overlaps(sentence))
        .map(|q| {
            (
                words
                    .iter()
                    .filter(is_word)
                    .filter(|w| q.span.contains(**w))
                    .count(),
                q.span,
            )
        })
        .filter(|(count, _)| *count > 0)
        .collect();
    let inside: usize = parts.iter().map(|(count, _)| count).sum();
    let framed = |w: &Span| frame.iter().any(|f| f.overlaps(*w));
    let unquoted: Vec<&Span> = (words.iter().filter(is_word))
        .filter(|w| !framed(w) && !parts.iter().any(|(_, q)| q.contains(**w)))
        .collect();
    let Some((count, first)) = parts.first().copied() else {
        return Quotation::Indirect;
    };
    let opens = first.start <= sentence.start + 3;
    let whole = if opens {
        // Another quotation in lower case belongs to what is said of the first.
        let more = parts.iter().skip(1).any(|(_, q)| !starts_sentence(text, *q));
        let between = parts
            .get(1)
            .map_or(0, |(_, q)| unquoted.iter().filter(|w| w.end <= q.start).count());
        (count >= CLAIM || inside >= unquoted.len()) && !(more && between > 2)
    } else {
        let lead = text.get(sentence.start..first.start).unwrap_or("").trim_end();
        let after_cue = frame.iter().any(|f| {
            f.end <= first.start
                && text
                    .get(f.end..first.start)
                    .is_some_and(|gap| gap.trim_matches([',', ':', ' ']).is_empty())
        });
        let set_off = after_cue || lead.ends_with([':', ',']);
        let follow = unquoted.iter().filter(|w| w.start >= first.end).count();
        inside >= CLAIM
            && follow <= inside
            && (set_off && starts_sentence(text, first) || after_cue && unquoted.len() <= 1)
    };
    if whole {
        Quotation::Direct
    } else {
        Quotation::Mixed
    }
}

/// Whether a quotation begins with a capital letter.
fn starts_sentence(text: &str, quotation: Span) -> bool {
    let words = quotation.of(text);
    words
        .chars()
        .find(|c| c.is_alphanumeric())
        .is_some_and(|c| c.is_uppercase() || c.is_numeric())
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
            (
                "“We will not sign it today,” Ana Reis said in a speech at the port of Lima.",
                "Ana Reis said",
                Quotation::Direct,
            ),
            (
                "Ana Reis said the port “was never going to open on time in any of its three parts.”",
                "Ana Reis said",
                Quotation::Mixed,
            ),
            (
                "After the talks in Lima Ana Reis said, “We will not sign it today.”",
                "Ana Reis said",
                Quotation::Direct,
            ),
        ] {
            let segments = segment(text);
            let start = text.find(frame).unwrap();
            let frame = [Span::new(start, start + frame.len())];
            let found = quotation(
                text,
                &segments,
                segments.sentences[0].span,
                &frame,
                &quoted(text, &segments),
            );
            assert_eq!(found, expected, "{text}");
        }
    }
}
