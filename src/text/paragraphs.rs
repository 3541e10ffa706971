//! Paragraphs: blocks of lines. Hard-wrapped lines are joined, headings found.

use crate::span::Span;

/// Longest heading, in words.
const HEADING_WORDS: usize = 24;
/// Longest line of hard-wrapped text, in characters.
const WRAPPED_WIDTH: usize = 100;

/// The paragraphs of a text, in order, without white space at their edges.
pub(super) fn paragraphs(text: &str) -> Vec<Span> {
    let mut out = Vec::new();
    let mut block: Vec<Span> = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let span = Span::new(start, start + line.len()).trimmed(text);
        start += line.len();
        if span.is_empty() {
            flush(text, &mut block, &mut out);
        } else {
            block.push(span);
        }
    }
    flush(text, &mut block, &mut out);
    out
}

/// Turns the lines of a block into paragraphs: one each, unless they are the lines of one wrapped paragraph.
fn flush(text: &str, block: &mut Vec<Span>, out: &mut Vec<Span>) {
    let wrapped = is_wrapped(text, block);
    for (index, line) in block.iter().enumerate() {
        let joins = index > 0 && (wrapped || goes_on(text, block[index - 1], *line));
        match out.last_mut() {
            Some(last) if joins => last.end = line.end,
            _ => out.push(*line),
        }
    }
    block.clear();
}

/// Whether all lines but the last are about equally long, as a typewriter leaves them.
fn is_wrapped(text: &str, block: &[Span]) -> bool {
    let Some((last, full)) = block.split_last() else {
        return false;
    };
    let widths: Vec<usize> = full.iter().map(|l| l.of(text).chars().count()).collect();
    let widest = widths.iter().copied().max().unwrap_or(0);
    full.len() >= 2
        && (50..=WRAPPED_WIDTH).contains(&widest)
        && widths.iter().all(|w| 4 * w >= 3 * widest)
        && last.of(text).chars().count() <= widest
        && !block.iter().any(|l| is_item(l.of(text)))
}

/// Whether a line goes on with the sentence of the line before: no sentence ends there, and it begins in lower case.
fn goes_on(text: &str, before: Span, line: Span) -> bool {
    let ended = before.of(text).ends_with(['.', '!', '?', ':', '"', '”', '»']);
    !ended && line.of(text).starts_with(char::is_lowercase)
}

/// Whether a line is an item of a list.
fn is_item(line: &str) -> bool {
    line.starts_with(['-', '•', '*', '–', '·', '‣', '▪', '#'])
        || line.split_once(['.', ')']).is_some_and(|(number, rest)| {
            (1..=2).contains(&number.len())
                && number.bytes().all(|b| b.is_ascii_digit())
                && rest.starts_with(char::is_whitespace)
        })
}

/// Whether a paragraph reads as a heading.
pub(super) fn is_heading(paragraph: &str, sentences: usize, words: usize) -> bool {
    let line = paragraph.trim_end_matches(['"', '”', '’', ')', ']', '»']);
    paragraph.starts_with('#')
        || (sentences == 1
            && words <= HEADING_WORDS
            && !is_item(paragraph)
            && !line.ends_with(['.', '!', '…', ',', ';'])
            && !(line.ends_with('?') && words > 12)
            && line.chars().any(char::is_alphabetic)
            && !line.starts_with(char::is_lowercase))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<&str> {
        paragraphs(text).into_iter().map(|p| p.of(text)).collect()
    }

    #[test]
    fn line_breaks_of_every_kind() {
        assert_eq!(
            of("Talks end\r\n\r\nThe delegates left.\r\n"),
            ["Talks end", "The delegates left."]
        );
        assert_eq!(of("One.\nTwo.\n\n\n  Three"), ["One.", "Two.", "Three"]);
        assert_eq!(of(" \n\t\n"), [""; 0]);
        assert_eq!(of("owed to a\ncreditor abroad."), ["owed to a\ncreditor abroad."]);
        assert_eq!(of("- first\n- second"), ["- first", "- second"]);
    }

    #[test]
    fn wrapped_lines_are_one_paragraph() {
        let text = "The minister told the assembly that the harbour would stay\n\
                    Open through the winter, and that the ferries to the outer\n\
                    Islands would run daily.";
        assert_eq!(of(text).len(), 1);
        let list = "Ministers meet in the old harbour town for two days of talks\n\
                    Fishing fleets ask for a longer season and for cheaper fuel\n\nEnd.";
        assert_eq!(of(list).len(), 3);
    }

    #[test]
    fn headings() {
        for (line, sentences, words, heading) in [
            ("Talks end without agreement", 1, 4, true),
            ("Foreign Minister Ana Reis: “No deal at any price”", 1, 11, true),
            ("Is this the end?", 1, 5, true),
            ("The delegates left.", 1, 4, false),
            ("“We leave.”", 1, 5, false),
            ("- fuel prices", 1, 3, false),
            ("12", 1, 1, false),
            ("## Session two. Day one.", 2, 9, true),
        ] {
            assert_eq!(is_heading(line, sentences, words), heading, "{line}");
        }
    }
}
