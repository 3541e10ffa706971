//! Tags of words from an article's speaker records: where it says what their roles are, and which of them act for a
//! country.

use super::data::{Choices, mark};
use crate::annotation::{Annotation, Speaker, SpeakerKind};
use crate::extract::Mentions;
use crate::labels::PERSON;
use crate::model::TagSet;
use crate::span::Span;
use crate::text::{Segments, segment};
use std::ops::Range;

/// Acceptable title tags of each word. What is known are the sentences that mention a speaker who is a person; words
/// of others are left out, and so are those beside people without a record, whose titles nobody has labelled.
pub(super) fn titles(annotation: &Annotation, segments: &Segments, mentions: &Mentions<'_>) -> Vec<Choices> {
    let text = &annotation.text;
    let words: Vec<String> = (segments.words.iter().map(|w| w.of(text).to_lowercase())).collect();
    let mut tags: Vec<Choices> = vec![0; words.len()];
    let people = (annotation.speakers.iter())
        .filter(|s| matches!(s.kind, SpeakerKind::Person | SpeakerKind::Unnamed))
        .map(|speaker| (speaker, mentions.of(&speaker.name)))
        .collect::<Vec<_>>();
    let known = |span: Span| {
        people
            .iter()
            .any(|(_, mentions)| mentions.iter().any(|m| m.overlaps(span)))
    };
    let strangers: Vec<usize> = (annotation.entities.iter().flatten())
        .filter(|e| e.label == PERSON && !known(e.span))
        .filter_map(|e| segments.sentence_at(e.span.start))
        .collect();
    let mut marked = Vec::new();
    let mut unclear = Vec::new();
    for (speaker, mentions) in &people {
        let sentences = sentences_of(segments, mentions);
        let found: Vec<Range<usize>> = (sentences.iter())
            .filter_map(|(index, mention)| place(speaker, &words, &segments.sentences[*index].words, mention))
            .collect();
        if speaker.role.is_some() && found.is_empty() {
            unclear.extend(sentences.iter().map(|(index, _)| *index));
        }
        for (index, _) in &sentences {
            if !strangers.contains(index) {
                tags[segments.sentences[*index].words.clone()].fill(1 << TagSet::OUTSIDE);
            }
        }
        marked.extend(found);
    }
    for index in unclear {
        tags[segments.sentences[index].words.clone()].fill(0);
    }
    for words in marked {
        let span = segments.words[words.start].cover(segments.words[words.end - 1]);
        mark(&mut tags, segments, span, &[0]);
    }
    tags
}

/// Acceptable home tags of each word: of the words of speakers' mentions, whether they act for a country; others are left
/// out.
pub(super) fn homes(annotation: &Annotation, segments: &Segments, mentions: &Mentions<'_>) -> Vec<Choices> {
    let mut tags: Vec<Choices> = vec![0; segments.words.len()];
    for speaker in &annotation.speakers {
        let home = 1 << usize::from(speaker.country.is_some());
        for mention in mentions.of(&speaker.name) {
            tags[segments.words_in(mention)].fill(home);
        }
    }
    tags
}

/// The sentences that mention somebody, each with the words of the first mention in it.
fn sentences_of(segments: &Segments, mentions: &[Span]) -> Vec<(usize, Range<usize>)> {
    let mut sentences: Vec<(usize, Range<usize>)> = Vec::new();
    for mention in mentions {
        if let Some(index) = segments.sentence_at(mention.start)
            && sentences.last().is_none_or(|(last, _)| *last != index)
        {
            sentences.push((index, segments.words_in(*mention)));
        }
    }
    sentences
}

/// The words of a sentence that are a speaker's role: of several places, the nearest to the mention.
fn place(
    speaker: &Speaker,
    words: &[String],
    sentence: &Range<usize>,
    mention: &Range<usize>,
) -> Option<Range<usize>> {
    let role = speaker.role.as_deref()?;
    let wanted: Vec<String> = (segment(role).words.iter().map(|w| w.of(role).to_lowercase())).collect();
    let places = words
        .get(sentence.clone())?
        .windows(wanted.len().max(1))
        .enumerate();
    places
        .filter(|(_, words)| *words == wanted)
        .map(|(at, _)| sentence.start + at..sentence.start + at + wanted.len())
        .min_by_key(|role| {
            let before = mention.start.saturating_sub(role.end);
            before.max(role.start.saturating_sub(mention.end))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::parse_record;

    #[test]
    fn homes_of_those_who_speak() {
        let record = r#"{"id": "a", "text": "Ana Reis met Omar Said. Lund left.", "entities": [{"start": 0, "end": 8, "label": "PERSON"}, {"start": 13, "end": 22, "label": "PERSON"}, {"start": 24, "end": 28, "label": "PERSON"}], "speakers": [{"name": "Ana Reis", "kind": "person", "country": "PT"}, {"name": "Lund", "kind": "person"}]}"#;
        let annotation = parse_record(record).unwrap();
        let segments = segment(&annotation.text);
        let entities = annotation.entities.as_deref().unwrap();
        let mentions = Mentions::new(&annotation.text, &segments, entities);
        let tags = homes(&annotation, &segments, &mentions);
        assert_eq!(tags, [2, 2, 0, 0, 0, 0, 1, 0, 0]);
    }

    #[test]
    fn titles_of_those_who_speak() {
        let text = "Trade Minister Ana Reis met Omar Said. Reis, the minister of trade, said so. Lund left. It rained.";
        let at = |name: &str, from: usize| {
            let start = from + text[from..].find(name).unwrap();
            format!(
                r#"{{"start": {start}, "end": {}, "label": "PERSON"}}"#,
                start + name.len()
            )
        };
        let entities = [
            at("Ana Reis", 0),
            at("Omar Said", 0),
            at("Reis", 39),
            at("Lund", 0),
        ]
        .join(", ");
        let record = |role: &str| {
            let record = format!(
                r#"{{"id": "a", "text": "{text}", "entities": [{entities}], "speakers": [{{"name": "Ana Reis", "kind": "person", "role": {role}}}, {{"name": "Lund", "kind": "person"}}]}}"#
            );
            let annotation = parse_record(&record).unwrap();
            let segments = segment(&annotation.text);
            let entities = annotation.entities.as_deref().unwrap();
            let mentions = Mentions::new(&annotation.text, &segments, entities);
            let tags = titles(&annotation, &segments, &mentions);
            let words = segments.words.iter().zip(tags);
            words
                .filter(|(_, tag)| *tag != 0)
                .map(|(word, tag)| format!("{}{}", word.of(&annotation.text), tag.trailing_zeros()))
                .collect::<Vec<_>>()
                .join(" ")
        };
        // Omar Said has no record, so what stands beside him is left out.
        assert_eq!(
            record(r#""Trade Minister""#),
            "Trade1 Minister2 Reis0 ,0 the0 minister0 of0 trade0 ,0 said0 so0 .0 Lund0 left0 .0"
        );
        // Written otherwise than in the article, it teaches nothing.
        assert_eq!(record(r#""Minister of Foreign Trade""#), "Lund0 left0 .0");
        assert_eq!(
            record("null"),
            "Reis0 ,0 the0 minister0 of0 trade0 ,0 said0 so0 .0 Lund0 left0 .0"
        );
    }
}
