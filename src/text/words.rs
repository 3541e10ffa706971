//! Words: what the tags are given to. They are the units of BERT's own pre-tokenizer, so that every span edge a
//! label can ask for ("Farouk" in "Farouk's", "US" in "US-led") lies between two words.

use crate::span::Span;
use unicode_segmentation::UnicodeSegmentation;

/// The words inside `span`: maximal runs of letters, digits and combining marks, or single other graphemes.
pub(crate) fn words(text: &str, span: Span) -> Vec<Span> {
    let mut words: Vec<Span> = Vec::new();
    let mut open = false;
    for (offset, grapheme) in span.of(text).grapheme_indices(true) {
        let start = span.start + offset;
        let end = start + grapheme.len();
        let Some(first) = grapheme.chars().next() else {
            continue;
        };
        if first.is_whitespace() {
            open = false;
        } else if first.is_alphanumeric() {
            match words.last_mut() {
                Some(last) if open => last.end = end,
                _ => words.push(Span::new(start, end)),
            }
            open = true;
        } else {
            words.push(Span::new(start, end));
            open = false;
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_split_where_labels_may_begin_or_end() {
        let cases: [(&str, &[&str]); 5] = [
            (
                "U.S.-led Farouk's",
                &["U", ".", "S", ".", "-", "led", "Farouk", "'", "s"],
            ),
            ("  […] 4.5", &["[", "…", "]", "4", ".", "5"]),
            ("cafe\u{301} naïve", &["cafe\u{301}", "naïve"]),
            ("a👩‍👩‍👧b", &["a", "👩‍👩‍👧", "b"]),
            ("", &[]),
        ];
        for (text, expected) in cases {
            let found: Vec<_> = words(text, Span::new(0, text.len()))
                .into_iter()
                .map(|w| w.of(text))
                .collect();
            assert_eq!(found, expected, "{text:?}");
        }
    }
}
