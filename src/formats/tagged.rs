//! Entities as tags of words, for formats that have no other place for them. Words are those of `text`, cut further
//! where an entity begins or ends inside one, so that the tags hold the entities exactly.

use super::Losses;
use crate::annotation::{Annotation, Entity};
use crate::span::Span;
use crate::text::segment;
use std::collections::BTreeSet;

/// A way to write spans as tags.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TagScheme {
    /// I-, with B- only between touching spans of one label.
    Iob1,
    /// B- at every start.
    #[default]
    Iob2,
    /// B-, I-, E-, and S- for a single word.
    Iobes,
    /// B-, I-, L-, and U- for a single word.
    Bilou,
}

impl TagScheme {
    /// The prefix of a word's tag. `first` and `last` say whether the word begins and ends its span, `touches` whether
    /// a span of the same label ends right before it.
    fn prefix(self, first: bool, last: bool, touches: bool) -> char {
        match (self, first, last) {
            (Self::Iob1, true, _) if touches => 'B',
            (Self::Iob1, ..) => 'I',
            (Self::Iobes, true, true) => 'S',
            (Self::Iobes, false, true) => 'E',
            (Self::Bilou, true, true) => 'U',
            (Self::Bilou, false, true) => 'L',
            (_, true, _) => 'B',
            (_, false, _) => 'I',
        }
    }
}

/// A text in sentences of words, each with the entity that it belongs to.
pub(super) struct Tagged<'a> {
    /// Words of each sentence; an entity's words all lie in one.
    pub(super) sentences: Vec<Vec<Word<'a>>>,
    /// Whether each sentence begins a paragraph.
    pub(super) paragraphs: Vec<bool>,
    overlapping: usize,
    cut: usize,
    blank: usize,
}

/// A word and its entity.
pub(super) struct Word<'a> {
    pub(super) span: Span,
    pub(super) entity: Option<&'a Entity>,
}

impl<'a> Tagged<'a> {
    /// Lays the entities over the words. Of entities that overlap, the one that begins first is kept, or the longer.
    pub(super) fn new(annotation: &'a Annotation) -> Self {
        let text = annotation.text.as_str();
        let mut entities: Vec<(Span, &Entity)> = (annotation.entities.iter().flatten())
            .map(|e| (e.span.trimmed(text), e))
            .collect();
        let cut = entities
            .iter()
            .filter(|(s, e)| *s != e.span && !s.is_empty())
            .count();
        let all = entities.len();
        entities.retain(|(span, _)| !span.is_empty());
        let blank = all - entities.len();
        entities.sort_by_key(|(span, _)| (span.start, std::cmp::Reverse(span.end)));
        let mut kept: Vec<(Span, &Entity)> = Vec::new();
        for (span, entity) in entities {
            if kept.last().is_none_or(|(last, _)| last.end <= span.start) {
                kept.push((span, entity));
            }
        }
        let overlapping = all - blank - kept.len();
        let spans: Vec<Span> = kept.iter().map(|(span, _)| *span).collect();
        let (sentences, paragraphs) = sentences(text, &spans, &spans);
        let mut kept = kept.into_iter().peekable();
        let sentences = sentences
            .into_iter()
            .map(|words| {
                words
                    .into_iter()
                    .map(|span| {
                        while kept.next_if(|(s, _)| s.end <= span.start).is_some() {}
                        let entity = kept.peek().filter(|(s, _)| s.contains(span)).map(|(_, e)| *e);
                        Word { span, entity }
                    })
                    .collect()
            })
            .collect();
        Self {
            sentences,
            paragraphs,
            overlapping,
            cut,
            blank,
        }
    }

    /// The tags of a sentence, with blanks in labels as underscores.
    pub(super) fn tags(&self, sentence: usize, scheme: TagScheme) -> Vec<String> {
        let words = &self.sentences[sentence];
        let same = |a: Option<&Entity>, b: Option<&Entity>| match (a, b) {
            (Some(a), Some(b)) => std::ptr::eq(a, b),
            _ => false,
        };
        let at = |index: Option<usize>| index.and_then(|i| words.get(i)).and_then(|w| w.entity);
        let tag = |(index, word): (usize, &Word<'_>)| {
            let Some(entity) = word.entity else {
                return super::OUTSIDE.to_owned();
            };
            let (before, after) = (at(index.checked_sub(1)), at(Some(index + 1)));
            let first = !same(before, Some(entity));
            let touches = before.is_some_and(|b| b.label == entity.label);
            let prefix = scheme.prefix(first, !same(after, Some(entity)), touches);
            format!("{prefix}-{}", without_blanks(&entity.label))
        };
        words.iter().enumerate().map(tag).collect()
    }

    /// What tags cannot say.
    pub(super) fn losses(annotation: &Annotation, losses: &mut Losses) {
        let tagged = Tagged::new(annotation);
        for (what, count) in [
            ("entities inside or across others, left out", tagged.overlapping),
            ("white space at the edges of entities", tagged.cut),
            ("entities of white space alone, left out", tagged.blank),
        ] {
            losses.add(&annotation.id, what, count);
        }
    }

    /// What files of columns cannot say: that, and blanks in labels.
    pub(super) fn column_losses(annotation: &Annotation, losses: &mut Losses) {
        Self::losses(annotation, losses);
        let labels = annotation.entities.iter().flatten().map(|e| &e.label);
        let changed = labels.filter(|l| without_blanks(l) != **l).count();
        losses.add(&annotation.id, "blanks in labels, written as _", changed);
    }
}

fn without_blanks(label: &str) -> String {
    match label.is_empty() {
        true => "_".to_owned(),
        false => label.replace(char::is_whitespace, "_"),
    }
}

/// A text in sentences of words, which are cut at the edges of `spans`; none of `whole` reaches over a sentence's end.
/// Second, whether each sentence begins a paragraph.
pub(super) fn sentences(text: &str, spans: &[Span], whole: &[Span]) -> (Vec<Vec<Span>>, Vec<bool>) {
    let edges: BTreeSet<usize> = spans.iter().flat_map(|s| [s.start, s.end]).collect();
    let segments = segment(text);
    let mut sentences: Vec<Vec<Span>> = Vec::new();
    let mut paragraphs = Vec::new();
    let mut last = None;
    // One past the last byte of the spans that have begun: a sentence may not begin before it.
    let mut open = 0;
    let mut whole: Vec<Span> = whole.to_vec();
    whole.sort();
    let mut whole = whole.into_iter().peekable();
    for sentence in &segments.sentences {
        while let Some(span) = whole.next_if(|s| s.start < sentence.span.start) {
            open = open.max(span.end);
        }
        if open <= sentence.span.start || sentences.is_empty() {
            sentences.push(Vec::new());
            paragraphs.push(last != Some(sentence.paragraph));
        }
        last = Some(sentence.paragraph);
        if let Some(words) = sentences.last_mut() {
            for word in &segments.words[sentence.words.clone()] {
                let mut start = word.start;
                for &edge in edges.range(word.start + 1..word.end.max(word.start + 1)) {
                    words.push(Span::new(start, edge));
                    start = edge;
                }
                words.push(Span::new(start, word.end));
            }
        }
    }
    (sentences, paragraphs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::{chunks, parse_record};

    const RECORD: &str = r#"{"id":"a","text":"Pro-Lund Oslo Bergen. Ida said no.",
        "entities":[{"start":4,"end":8,"label":"PERSON"},{"start":6,"end":8,"label":"ORG"},
                    {"start":9,"end":13,"label":"LOC"},{"start":14,"end":20,"label":"LOC"},
                    {"start":20,"end":26,"label":"MISC"}]}"#;

    #[test]
    fn every_scheme_says_the_same_spans() {
        let annotation = parse_record(RECORD).unwrap();
        let tagged = Tagged::new(&annotation);
        assert_eq!(
            (tagged.sentences.len(), tagged.overlapping, tagged.cut),
            (1, 1, 1)
        );
        for (scheme, expected) in [
            (TagScheme::Iob1, "O O I-PERSON I-LOC B-LOC I-MISC I-MISC O O O"),
            (TagScheme::Iob2, "O O B-PERSON B-LOC B-LOC B-MISC I-MISC O O O"),
            (TagScheme::Iobes, "O O S-PERSON S-LOC S-LOC B-MISC E-MISC O O O"),
            (TagScheme::Bilou, "O O U-PERSON U-LOC U-LOC B-MISC L-MISC O O O"),
        ] {
            let tags = tagged.tags(0, scheme);
            assert_eq!(tags.join(" "), expected);
            assert_eq!(chunks(&tags).len(), 4, "{scheme:?}");
        }
    }

    #[test]
    fn words_are_cut_where_an_entity_ends() {
        let annotation =
            parse_record(r#"{"id":"a","text":"Londoners","entities":[{"start":0,"end":6,"label":"LOC"}]}"#)
                .unwrap();
        let tagged = Tagged::new(&annotation);
        let words: Vec<&str> = tagged.sentences[0]
            .iter()
            .map(|w| w.span.of("Londoners"))
            .collect();
        assert_eq!(words, ["London", "ers"]);
    }
}
