//! What labelled articles teach about choices: which candidates were right.

use super::claims::{Choice, Subject};
use super::fitting::Example;
use super::rankings::Candidate;
use crate::annotation::{Annotation, Sentence, Speaker};
use crate::span::Span;

/// Kinds of choice in which somebody is named or described, so that nobody is never right.
const SOMEBODY: &[&str] = &["speaker by name", "speaker by description", "speaker by document"];

/// The choices made in an article of which `gold` says what is right; `speakers` are the records that they led to.
pub fn lessons(gold: &Annotation, speakers: &[Speaker], choices: &[Choice]) -> Vec<Example> {
    choices
        .iter()
        .filter_map(|choice| lesson(gold, speakers, choice))
        .collect()
}

fn lesson(gold: &Annotation, speakers: &[Speaker], choice: &Choice) -> Option<Example> {
    let wanted: Option<&str> = match choice.subject {
        Subject::Speaker(span) => Some(sentence(gold, span)?.speaker.as_deref()?),
        Subject::Target(span) => sentence(gold, span)
            .filter(|s| s.speaker.is_some())?
            .target
            .as_deref(),
        Subject::Country(id) => record(gold, speakers.get(id)?)?.country.as_deref(),
        Subject::Role(id) => record(gold, speakers.get(id)?)?.role.as_deref(),
        Subject::Place(span) => {
            let mention = gold.entities.iter().flatten().find(|e| e.span == span)?;
            mention.country.as_deref()
        }
    };
    let is = |candidate: &Candidate, name: Option<&str>| {
        candidate.name.as_ref().map(|n| n.to_lowercase()) == name.map(str::to_lowercase)
    };
    let rightly =
        |name: Option<&str>| -> Vec<bool> { choice.candidates.iter().map(|c| is(c, name)).collect() };
    let mut right = rightly(wanted);
    if !right.contains(&true)
        && matches!(choice.subject, Subject::Speaker(_))
        && !SOMEBODY.contains(&choice.kind)
    {
        right = rightly(None);
    }
    right.contains(&true).then(|| Example {
        kind: choice.kind,
        candidates: choice.candidates.clone(),
        right,
    })
}

/// The gold record of a speaker.
fn record<'g>(gold: &'g Annotation, found: &Speaker) -> Option<&'g Speaker> {
    let name = found.name.to_lowercase();
    gold.speakers.iter().find(|s| s.name.to_lowercase() == name)
}

/// The gold sentence that shares most with a claim.
fn sentence(gold: &Annotation, span: Span) -> Option<&Sentence> {
    let sentences = gold.sentences.iter().flatten();
    sentences
        .filter(|s| s.span.overlaps(span))
        .max_by_key(|s| s.span.overlap(span))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::annotation::{Entity, Quotation, SpeakerKind};

    fn speaker(country: Option<&str>) -> Speaker {
        Speaker {
            name: "Ida Lund".to_owned(),
            kind: SpeakerKind::Person,
            role: None,
            affiliation: None,
            country: country.map(str::to_owned),
            mentions: vec![],
        }
    }

    #[test]
    fn right_candidates_by_the_labels() {
        let span = Span::new(0, 20);
        let gold = Annotation {
            sentences: Some(vec![Sentence {
                span,
                claim_type: vec![],
                score: None,
                check_worthy: None,
                check_worthiness: None,
                speaker: Some("Ida Lund".to_owned()),
                quotation: Some(Quotation::Indirect),
                cue: None,
                source: None,
                target: None,
            }]),
            entities: Some(vec![Entity {
                span,
                country: Some("NO".to_owned()),
                ..Entity::default()
            }]),
            speakers: vec![speaker(Some("NO"))],
            ..Annotation::default()
        };
        for (kind, subject, candidates, right) in [
            (
                "speaker by he or she",
                Subject::Speaker(span),
                &[Some("ida lund"), None][..],
                Some(&[true, false][..]),
            ),
            // Not among the candidates: nobody is right, but not where somebody is named.
            (
                "speaker by he or she",
                Subject::Speaker(span),
                &[Some("Omar Said"), None],
                Some(&[false, true]),
            ),
            (
                "speaker by name",
                Subject::Speaker(span),
                &[Some("Omar Said"), None],
                None,
            ),
            (
                "target of a demand",
                Subject::Target(span),
                &[Some("Omar Said"), None],
                Some(&[false, true]),
            ),
            (
                "country of a person",
                Subject::Country(0),
                &[Some("SE"), Some("NO"), None],
                Some(&[false, true, false]),
            ),
            (
                "country of a person",
                Subject::Country(7),
                &[Some("SE"), None],
                None,
            ),
            (
                "country of a place",
                Subject::Place(span),
                &[Some("NO"), None],
                Some(&[true, false]),
            ),
            (
                "country of a place",
                Subject::Place(Span::new(3, 9)),
                &[Some("NO"), None],
                None,
            ),
        ] {
            let choice = Choice {
                kind,
                subject,
                candidates: candidates
                    .iter()
                    .map(|c| Candidate::new(c.map(str::to_owned), vec![]))
                    .collect(),
            };
            let found = lesson(&gold, &[speaker(None)], &choice).map(|e| e.right);
            assert_eq!(found.as_deref(), right, "{kind} {candidates:?}");
        }
    }
}
