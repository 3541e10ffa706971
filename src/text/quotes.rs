//! Quotations: what stands in quotation marks, curly, straight or angled, balanced or not.

use super::Segments;
use crate::span::Span;

/// A stretch of text in quotation marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quoted {
    /// The text with its marks.
    pub span: Span,
    /// Whether a closing mark ends it; otherwise it was left open, or goes on in the next paragraph.
    pub closed: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Open,
    Close,
    Either,
}

/// The quotations of an article, in order, none over a paragraph's end. A quotation that is never closed reaches to
/// the end of its paragraph, or of its sentence where another one opens after it. A closing mark without an opening
/// one is passed over. Single quotation marks count where they are curly and no double ones are open.
pub fn quoted(text: &str, segments: &Segments) -> Vec<Quoted> {
    let mut out = Vec::new();
    for paragraph in &segments.paragraphs {
        let mut open: Option<(usize, bool)> = None;
        for (start, c) in paragraph.span.of(text).char_indices() {
            let start = paragraph.span.start + start;
            let end = start + c.len_utf8();
            let single = matches!(c, '‘' | '’');
            let Some(mark) = mark(text, c, start, end) else {
                continue;
            };
            match (open, mark) {
                (None, Mark::Open | Mark::Either) => open = Some((start, single)),
                (None, Mark::Close) => {}
                (Some((_, outer)), _) if outer != single => {}
                (Some((from, _)), Mark::Close | Mark::Either) => {
                    out.push(Quoted {
                        span: Span::new(from, end),
                        closed: true,
                    });
                    open = None;
                }
                (Some((from, outer)), Mark::Open) => {
                    if !outer {
                        out.push(left_open(text, segments, from, start));
                    }
                    open = Some((start, single));
                }
            }
        }
        if let Some((from, false)) = open {
            out.push(Quoted {
                span: Span::new(from, paragraph.span.end),
                closed: false,
            });
        }
    }
    out
}

/// A quotation from `from` that was still open when another one opened at `next`.
fn left_open(text: &str, segments: &Segments, from: usize, next: usize) -> Quoted {
    let sentence = segments
        .sentence_at(from)
        .map_or(next, |s| segments.sentences[s].span.end);
    Quoted {
        span: Span::new(from, sentence.min(next)).trimmed(text),
        closed: false,
    }
}

fn mark(text: &str, c: char, start: usize, end: usize) -> Option<Mark> {
    let before = text[..start].chars().next_back();
    let after = text[end..].chars().next();
    let begins = before.is_none_or(|b| b.is_whitespace() || "([{—–-/“‘\"".contains(b));
    let ends = after.is_none_or(|a| a.is_whitespace() || ".,;:!?)]}—–-”’\"".contains(a));
    match c {
        '“' | '„' | '«' => Some(Mark::Open),
        '”' | '»' => Some(Mark::Close),
        '‘' if begins => Some(Mark::Open),
        // Otherwise an apostrophe.
        '’' if ends && before.is_none_or(|b| b != 's') => Some(Mark::Close),
        '"' if begins && !ends => Some(Mark::Open),
        '"' if ends && !begins => Some(Mark::Close),
        '"' => Some(Mark::Either),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::segment;

    fn of(text: &str) -> Vec<(&str, bool)> {
        quoted(text, &segment(text))
            .into_iter()
            .map(|q| (q.span.of(text), q.closed))
            .collect()
    }

    #[test]
    fn marks_of_every_kind() {
        assert_eq!(
            of("He said “no” and \"never\"."),
            [("“no”", true), ("\"never\"", true)]
        );
        assert_eq!(of("«Non», a-t-il dit."), [("«Non»", true)]);
        assert_eq!(of("She called it ‘a farce’ in Lima."), [("‘a farce’", true)]);
        assert_eq!(of("The minister’s and ministers’ cars"), []);
        assert_eq!(
            of("“He told me ‘no’ twice,” she said."),
            [("“He told me ‘no’ twice,”", true)]
        );
    }

    #[test]
    fn unbalanced_marks() {
        assert_eq!(of("“We go. We stay.\n\nShe left."), [("“We go. We stay.", false)]);
        assert_eq!(
            of("“We go. They know it. “We stay,” he said."),
            [("“We go.", false), ("“We stay,”", true)]
        );
        assert_eq!(of("We go,” he said. “We stay.”"), [("“We stay.”", true)]);
        assert_eq!(
            of("\"We go. \"We stay,\" he said."),
            [("\"We go.", false), ("\"We stay,\"", true)]
        );
    }

    #[test]
    fn a_quotation_over_two_paragraphs() {
        assert_eq!(of("“One.\n\n“Two.”"), [("“One.", false), ("“Two.”", true)]);
    }
}
