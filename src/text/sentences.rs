//! Sentences: the boundaries of Unicode Standard Annex 29 (by `unicode-segmentation`), of which those are taken back
//! that news text does not mean: after abbreviations and initials, before lower case, before closing marks.

use super::abbreviations;
use crate::span::Span;
use unicode_segmentation::UnicodeSegmentation;

/// The sentences of a paragraph, in order, without white space at their edges; each holds something visible.
pub(super) fn sentences(text: &str, paragraph: Span) -> Vec<Span> {
    let mut out: Vec<Span> = Vec::new();
    for (offset, piece) in paragraph.of(text).split_sentence_bound_indices() {
        let start = paragraph.start + offset;
        let mut span = Span::new(start, start + piece.len()).trimmed(text);
        if let Some(last) = out.last_mut() {
            let stray = stray_closing(text, *last, span);
            if stray > 0 {
                last.end = span.start + stray;
                span = Span::new(last.end, span.end).trimmed(text);
            }
        }
        if span.is_empty() {
            continue;
        }
        match out.last_mut() {
            Some(last) if joins(text, paragraph, *last, span) => last.end = span.end,
            _ => out.push(span),
        }
    }
    out
}

/// Whether `next` goes on with the sentence `last`.
fn joins(text: &str, paragraph: Span, last: Span, next: Span) -> bool {
    let (before, after) = (last.of(text), next.of(text));
    let visible = after.trim_start_matches(['"', '“', '‘', '\'', '(', '[', '«']);
    // Between two sentences of a quotation there is a full stop inside; a lower-case word begins neither.
    if visible.starts_with(char::is_lowercase)
        && (visible.len() == after.len() || !before.ends_with(['.', '!', '?']))
    {
        return true;
    }
    if visible.is_empty() && !after.starts_with(['"', '“', '‘', '«', '(', '[']) {
        return true;
    }
    if let Some((_, bracketed)) = before.strip_suffix(".)").and_then(|b| b.rsplit_once('(')) {
        return abbreviations::is_title(bracketed);
    }
    if !before.ends_with('.') {
        return before.ends_with(['"', '”']) && after.starts_with(['—', '–']);
    }
    let word = before
        .trim_end_matches('.')
        .rsplit(|c: char| c.is_whitespace() || "\"“‘'([—–/".contains(c))
        .next()
        .unwrap_or("");
    let opens = last.start == paragraph.start && before.len() <= 4;
    if opens && (is_number_of_item(word) || is_letter_of_item(word)) {
        return true;
    }
    if after.starts_with('(') && abbreviations::is_title(word) {
        return true;
    }
    !before.ends_with("..") && visible.len() == after.len() && abbreviations::goes_on(word, after)
}

fn is_number_of_item(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit())
}

/// `A.`, or the `Q.` of an interview.
fn is_letter_of_item(word: &str) -> bool {
    word.len() == 1 && word.bytes().all(|b| b.is_ascii_uppercase())
}

/// Bytes at the start of `next` that close something of the sentence before: a quotation mark or bracket that stands
/// apart, followed by white space.
fn stray_closing(text: &str, last: Span, next: Span) -> usize {
    let after = next.of(text);
    let closing = after.len() - after.trim_start_matches(['”', '’', '»', ')', ']']).len();
    let rest = &after[closing..];
    if closing > 0 && (rest.is_empty() || rest.starts_with(char::is_whitespace)) {
        return closing;
    }
    // A straight mark alone between two spaces closes where the marks before it in the sentence are odd.
    let odd = last.of(text).matches('"').count() % 2 == 1;
    if odd && after.starts_with('"') && after[1..].chars().next().is_none_or(char::is_whitespace) {
        return 1;
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each case is a paragraph with `|` where a sentence ends.
    const CASES: &str = include_str!("sentences.txt");

    #[test]
    fn sentences_of_news_text() {
        for (number, case) in CASES.lines().enumerate() {
            if case.is_empty() || case.starts_with('#') {
                continue;
            }
            let text = case.replace('|', "");
            let found = sentences(&text, Span::new(0, text.len()).trimmed(&text));
            let found: Vec<&str> = found.into_iter().map(|s| s.of(&text)).collect();
            let expected: Vec<&str> = case.split('|').map(str::trim).filter(|s| !s.is_empty()).collect();
            assert_eq!(found, expected, "line {}", number + 1);
        }
    }
}
