//! Sources that were found only in part ("The" of "The paper said", "which" of "the union, which said"): the words that
//! make them whole.

use super::claims::ClaimInput;
use crate::span::Span;

/// Words that a source cannot end with.
const OPEN: &[&str] = &[
    "a", "an", "and", "at", "between", "by", "for", "from", "his", "her", "in", "its", "near", "of", "on",
    "some", "that", "the", "their", "this", "to", "under", "with",
];

/// Words that end a noun phrase that goes on.
const STOPS: &[&str] = &[
    "also", "are", "did", "do", "does", "had", "has", "have", "is", "may", "said", "says", "was", "were",
    "will", "would",
];

/// Farthest that a source goes on, in words.
const REACH: usize = 8;

/// Pronouns that stand for what goes before them.
const RELATIVES: &[&str] = &["who", "which", "whose", "that"];

/// The whole source, of which `source` was found; `cue` are the words that mark the attribution.
pub(super) fn completed(input: &ClaimInput<'_>, source: Span, cue: Option<Span>) -> Span {
    let words = source.of(input.text);
    if RELATIVES.iter().any(|r| words.trim().eq_ignore_ascii_case(r)) {
        return antecedent(input, source).unwrap_or(source);
    }
    let last = words.split_whitespace().next_back().unwrap_or("").to_lowercase();
    if !OPEN.contains(&last.as_str()) && !last.ends_with("'s") && !last.ends_with("’s") {
        return within_names(input, source);
    }
    let limit = sentence_end(input, source).min(
        cue.filter(|c| c.start >= source.end)
            .map_or(usize::MAX, |c| c.start),
    );
    let from = input.segments.words.partition_point(|w| w.start < source.end);
    let mut end = source.end;
    for word in input.segments.words[from..]
        .iter()
        .take(REACH)
        .take_while(|w| w.end <= limit)
    {
        let entity = input.entities.iter().find(|e| e.span.contains(*word));
        let text = word.of(input.text);
        let breaks =
            STOPS.contains(&text) || !text.starts_with(|c: char| c.is_alphanumeric() || "-'’".contains(c));
        if entity.is_none() && breaks {
            break;
        }
        end = entity.map_or(word.end, |e| e.span.end.min(limit)).max(end);
    }
    within_names(input, Span::new(source.start, end)).trimmed(input.text)
}

/// A source that begins or ends within a name takes all of it.
fn within_names(input: &ClaimInput<'_>, source: Span) -> Span {
    let cut = input.entities.iter().filter(|e| e.span.overlaps(source));
    cut.fold(source, |whole, e| whole.cover(e.span))
}

fn sentence_end(input: &ClaimInput<'_>, span: Span) -> usize {
    let sentence = input.segments.sentence_at(span.start);
    sentence.map_or(input.text.len(), |s| input.segments.sentences[s].span.end)
}

/// The noun phrase that a relative pronoun follows: a name, or back to its article.
fn antecedent(input: &ClaimInput<'_>, pronoun: Span) -> Option<Span> {
    let sentence = &input.segments.sentences[input.segments.sentence_at(pronoun.start)?];
    let before: Vec<Span> = (input.segments.words[sentence.words.clone()].iter())
        .copied()
        .filter(|w| w.end <= pronoun.start)
        .collect();
    let end = before.iter().rfind(|w| w.of(input.text) != ",")?.end;
    let name = input.entities.iter().find(|e| e.span.end == end);
    let opens =
        |w: &&Span| ["a", "an", "the", "one", "another"].contains(&w.of(input.text).to_lowercase().as_str());
    let article = before.iter().rev().take(REACH).find(opens);
    let bare = (before
        .iter()
        .rev()
        .skip_while(|w| w.of(input.text) == ",")
        .take(REACH))
    .take_while(|w| w.of(input.text).starts_with(char::is_alphanumeric) && !STOPS.contains(&w.of(input.text)))
    .last();
    match (name, article, bare) {
        (Some(name), _, _) => Some(name.span),
        (None, Some(first), _) | (None, None, Some(first)) => Some(Span::new(first.start, end)),
        _ => None,
    }
}
