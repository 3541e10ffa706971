//! Who speaks: one record per speaker of an article. Of the candidates for a claim the best one by the learnt ranking is
//! taken.

use super::candidates::{Answer, BY_DESCRIPTION, Past, Question, Who, candidates};
use super::claims::{Choice, Subject};
use super::described::description;
use super::homes::Homes;
use super::names;
use super::offices::is_body;
use super::rankings::{Candidate, Rankings};
use super::roles::{self, Role};
use super::scene::Scene;
use super::titles;
use crate::annotation::{Speaker, SpeakerKind};
use crate::labels::{NORP, ORG};
use crate::span::Span;

/// The speakers of one article, as far as they are found.
pub(super) struct Speakers {
    records: Vec<Speaker>,
    /// The actor that each record is of.
    actors: Vec<Option<usize>>,
    answers: Vec<Answer>,
}

impl Speakers {
    pub(super) fn new() -> Self {
        Self {
            records: Vec::new(),
            actors: Vec::new(),
            answers: Vec::new(),
        }
    }

    /// The record of whoever makes a claim, and the choice that led to it.
    ///
    /// # Errors
    /// The reason, where it cannot be told.
    pub(super) fn resolve(
        &mut self,
        scene: &Scene<'_>,
        rankings: &Rankings,
        question: Question,
    ) -> (Result<usize, &'static str>, Choice) {
        let past = Past {
            records: &self.records,
            actors: &self.actors,
            answers: &self.answers,
        };
        let (kind, found) = candidates(scene, question, &past);
        let mut whos = Vec::with_capacity(found.len());
        let mut ranked = Vec::with_capacity(found.len());
        for (who, features) in found {
            whos.push(who);
            ranked.push(Candidate::new(self.name(scene, who), features));
        }
        let best = rankings.rank(kind, &mut ranked);
        let speaker = match best.map(|b| whos[b]) {
            Some(Who::Actor(actor)) => Ok(self.of_actor(scene, actor)),
            Some(Who::Record(record)) => Ok(record),
            Some(Who::Described(words)) => Ok(self.described(scene, words)),
            Some(Who::Nobody) if question.source.is_some() => Err("the source fits nobody in the article"),
            _ => Err("no source is named in or near the sentence"),
        };
        if let (Ok(record), Some(source)) = (speaker, question.source) {
            self.records[record].mentions.push(source);
            if kind == BY_DESCRIPTION && self.records[record].kind == SpeakerKind::Person {
                // "The Dutch engineer" says which country somebody is of.
                let country = &mut self.records[record].country;
                *country = country.take().or_else(|| nation(scene, source));
            }
        }
        self.answers.push(Answer {
            sentence: question.sentence,
            speaker: speaker.ok(),
        });
        let choice = Choice {
            kind,
            subject: Subject::Speaker(scene.input.segments.sentences[question.sentence].span),
            candidates: ranked,
        };
        (speaker, choice)
    }

    fn name(&self, scene: &Scene<'_>, who: Who) -> Option<String> {
        match who {
            Who::Actor(actor) => Some(scene.cast[actor].name.clone()),
            Who::Record(record) => Some(self.records[record].name.clone()),
            Who::Described(words) => Some(name_of(scene, words).0),
            Who::Nobody => None,
        }
    }

    fn of_actor(&mut self, scene: &Scene<'_>, index: usize) -> usize {
        if let Some(record) = self.actors.iter().position(|a| *a == Some(index)) {
            return record;
        }
        let actor = &scene.cast[index];
        let person = actor.kind == SpeakerKind::Person;
        self.push(
            Speaker {
                name: actor.name.clone(),
                kind: actor.kind,
                role: actor.role.title.clone().filter(|_| person),
                affiliation: actor.role.affiliation.clone().filter(|_| person),
                country: actor.role.country.clone(),
                mentions: actor.mentions.iter().filter(|_| person).copied().collect(),
            },
            Some(index),
        )
    }

    fn described(&mut self, scene: &Scene<'_>, words: Span) -> usize {
        let (name, kind) = name_of(scene, words);
        if let Some(known) = self
            .records
            .iter()
            .position(|r| r.name.eq_ignore_ascii_case(&name))
        {
            return known;
        }
        let role = roles::described(scene.input.text, words, scene.input.entities).unwrap_or_else(|| Role {
            country: (scene.input.entities.iter().filter(|e| words.contains(e.span)))
                .find_map(|e| e.country.clone()),
            ..Role::default()
        });
        self.push(
            Speaker {
                name,
                kind,
                role: role.title,
                affiliation: role.affiliation,
                country: role.country,
                mentions: Vec::new(),
            },
            None,
        )
    }

    fn push(&mut self, record: Speaker, actor: Option<usize>) -> usize {
        self.records.push(record);
        self.actors.push(actor);
        self.records.len() - 1
    }

    /// The actor that a record is of.
    pub(super) fn actor(&self, id: usize) -> Option<usize> {
        self.actors.get(id).copied().flatten()
    }

    /// The records, mentions in order, each with its role and the country it speaks for, and the choices of these.
    pub(super) fn into_records(
        mut self,
        scene: &Scene<'_>,
        rankings: &Rankings,
    ) -> (Vec<Speaker>, Vec<Choice>) {
        let homes = Homes::new(scene);
        let mut choices = Vec::new();
        for (id, record) in self.records.iter_mut().enumerate() {
            let actor = self.actors[id].map(|actor| &scene.cast[actor]);
            record.mentions.sort_unstable();
            record.mentions.dedup();
            if let Some((role, choice)) = titles::role(scene, record, actor, id, rankings) {
                record.role = role;
                choices.push(choice);
            }
            if record.kind != SpeakerKind::Country {
                let (code, choice) = homes.of(record, actor, id, rankings);
                record.country = code;
                choices.push(choice);
            }
        }
        (self.records, choices)
    }
}

/// The country of the nation that a description names.
fn nation(scene: &Scene<'_>, description: Span) -> Option<String> {
    let inside = scene
        .input
        .entities
        .iter()
        .filter(|e| description.contains(e.span) && e.label == NORP);
    inside.filter_map(|e| e.country.clone()).next()
}

/// Name and kind of whoever is described. A body that is called by the name of a nation, place or organisation and a
/// common noun is an organisation ("the Kenyan navy"), and loses its article.
fn name_of(scene: &Scene<'_>, words: Span) -> (String, SpeakerKind) {
    let phrase = description(words.of(scene.input.text));
    let bare = names::bare(&phrase);
    let noun = bare.rsplit(' ').next().unwrap_or("").to_lowercase();
    let named = scene
        .input
        .entities
        .iter()
        .any(|e| words.contains(e.span) && (e.label == NORP || e.label == ORG || e.country.is_some()));
    if named && is_body(&noun) && !phrase.starts_with("a ") {
        (bare.to_owned(), SpeakerKind::Organisation)
    } else {
        (phrase, SpeakerKind::Unnamed)
    }
}
