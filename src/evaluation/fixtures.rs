//! Small annotations for the tests of this layer.

use crate::annotation::{Annotation, Claim, Entity, Quotation, Sentence, Speaker, SpeakerKind};
use crate::span::Span;

/// The first place of `part` in `text`.
pub(super) fn at(text: &str, part: &str) -> Span {
    let start = text.find(part).unwrap();
    Span::new(start, start + part.len())
}

/// An annotation written as text with entities in brackets: `[LABEL words]` or `[LABEL/CODE words]`.
pub(super) fn with_entities(marked: &str) -> Annotation {
    let mut text = String::new();
    let mut entities = Vec::new();
    for part in marked.split_inclusive([']', '[']) {
        let Some(inner) = part.strip_suffix(']') else {
            text.push_str(part.trim_end_matches('['));
            continue;
        };
        let (label, words) = inner.split_once(' ').unwrap();
        let (label, code) = label.split_once('/').map_or((label, None), |(l, c)| (l, Some(c)));
        let start = text.len();
        text.push_str(words);
        entities.push(Entity {
            span: Span::new(start, text.len()),
            label: label.to_owned(),
            score: None,
            country: code.map(str::to_owned),
            ..Entity::default()
        });
    }
    Annotation {
        id: "a".to_owned(),
        text,
        entities: Some(entities),
        ..Annotation::default()
    }
}

/// A sentence without labels.
pub(super) fn sentence(start: usize, end: usize) -> Sentence {
    Sentence {
        span: Span::new(start, end),
        claim_type: Vec::new(),
        score: None,
        check_worthy: None,
        check_worthiness: None,
        speaker: None,
        quotation: None,
        cue: None,
        source: None,
        target: None,
    }
}

/// An annotation that has nothing but sentences.
pub(super) fn with_sentences(sentences: impl IntoIterator<Item = Sentence>) -> Annotation {
    Annotation {
        sentences: Some(sentences.into_iter().collect()),
        ..Annotation::default()
    }
}

/// A person who speaks.
pub(super) fn speaker(name: &str) -> Speaker {
    Speaker {
        name: name.to_owned(),
        kind: SpeakerKind::Person,
        role: None,
        affiliation: None,
        country: None,
        mentions: Vec::new(),
    }
}

/// A claim of the speaker at a place in the list.
pub(super) fn claim(start: usize, end: usize, speaker: Option<usize>, quotation: Quotation) -> Claim {
    Claim {
        span: Span::new(start, end),
        claim_type: "assertion".to_owned(),
        score: None,
        speaker,
        speaker_reason: None,
        quotation,
        attribution: None,
        target: None,
        check_worthiness: None,
    }
}
