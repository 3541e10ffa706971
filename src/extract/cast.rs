//! The cast of an article: everybody and everything named that can speak or be spoken of, each once, with all mentions,
//! whatever form of the name they take.

use super::claims::ClaimInput;
use super::names::{bare, same_organisation, same_person};
use super::roles::{self, Role};
use crate::annotation::{Entity, SpeakerKind};
use crate::labels::{COUNTRY, LOC, NORP, ORG, PERSON};
use crate::span::Span;

/// Kinds of actor: person, organisation, country, place.
pub(super) const KINDS: usize = 4;

/// A person, organisation, country or place of the article.
#[derive(Clone, Debug)]
pub(super) struct Actor {
    /// Fullest form of the name.
    pub(super) name: String,
    /// Short form that stands in brackets behind an organisation's name.
    short: Option<String>,
    pub(super) kind: SpeakerKind,
    pub(super) label: &'static str,
    /// What the article says about a person beside a name; the country of a state, nation or place.
    pub(super) role: Role,
    pub(super) gender: Option<Gender>,
    /// Mentions by name, in order; of a country also by its people.
    pub(super) mentions: Vec<Span>,
    /// Whether there is a mention that can speak; a nation as an adjective cannot.
    pub(super) named: bool,
}

impl Actor {
    /// The mentions that lie in `span`.
    pub(super) fn mentions_in(&self, span: Span) -> &[Span] {
        let from = self.mentions.partition_point(|m| m.start < span.start);
        let to = self.mentions.partition_point(|m| m.end <= span.end);
        &self.mentions[from..to.max(from)]
    }

    /// The last mention that ends before `at`.
    pub(super) fn last_before(&self, at: usize) -> Option<Span> {
        let count = self.mentions.partition_point(|m| m.end <= at);
        count.checked_sub(1).map(|index| self.mentions[index])
    }
}

/// Grammatical gender that a person is spoken of in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gender {
    /// He.
    Male,
    /// She.
    Female,
}

/// The cast, in order of first mention.
pub(super) fn cast(input: &ClaimInput<'_>) -> Vec<Actor> {
    let mut actors: Vec<Actor> = Vec::new();
    for (index, entity) in input.entities.iter().enumerate() {
        let name = entity.span.of(input.text);
        let Some((label, kind)) = kind(label(input, entity)) else {
            continue;
        };
        let role = match label {
            PERSON => beside(input, index),
            _ => Role {
                country: entity.country.clone(),
                ..Role::default()
            },
        };
        let known = match label {
            PERSON => known_person(&actors, name),
            ORG => known_organisation(&actors, name).or_else(|| named_before(input, index, &actors)),
            LOC => actors
                .iter()
                .position(|a| a.label == LOC && a.name.eq_ignore_ascii_case(name)),
            _ => (entity.country.as_ref()).and_then(|code| {
                actors
                    .iter()
                    .position(|a| a.label == COUNTRY && a.role.country.as_ref() == Some(code))
            }),
        };
        match known {
            Some(at) => {
                if label == ORG && !same_organisation(&actors[at].name, name) {
                    actors[at].short = Some(name.to_owned());
                }
                join(&mut actors[at], entity, name, role);
            }
            None if entity.label == NORP => {
                let code = entity.country.as_deref();
                if let Some(country) = code.and_then(|code| input.gazetteer.name(code)) {
                    actors.push(actor(country, COUNTRY, kind, role, entity.span, false));
                }
            }
            None => actors.push(actor(bare_of(label, name), label, kind, role, entity.span, true)),
        }
    }
    spoken_of(input, &mut actors);
    actors
}

fn actor(
    name: &str,
    label: &'static str,
    kind: SpeakerKind,
    role: Role,
    mention: Span,
    named: bool,
) -> Actor {
    Actor {
        name: name.to_owned(),
        short: None,
        kind,
        label,
        role,
        gender: None,
        mentions: vec![mention],
        named,
    }
}

/// The label of a name; a place whose last words are somebody's name in the article is that person ("Ana van der Reis",
/// where Van der Reis speaks).
fn label<'e>(input: &ClaimInput<'_>, entity: &'e Entity) -> &'e str {
    let name = entity.span.of(input.text);
    let is_last = |short: &str| name.strip_suffix(short).is_some_and(|rest| rest.ends_with(' '));
    let mut persons = input.entities.iter().filter(|e| e.label == PERSON);
    if entity.label == LOC && persons.any(|e| is_last(e.span.of(input.text))) {
        return PERSON;
    }
    &entity.label
}

fn kind(label: &str) -> Option<(&'static str, SpeakerKind)> {
    match label {
        PERSON => Some((PERSON, SpeakerKind::Person)),
        ORG => Some((ORG, SpeakerKind::Organisation)),
        LOC => Some((LOC, SpeakerKind::Country)),
        COUNTRY | NORP => Some((COUNTRY, SpeakerKind::Country)),
        _ => None,
    }
}

fn bare_of<'n>(label: &str, name: &'n str) -> &'n str {
    if label == ORG { bare(name) } else { name }
}

/// The person of that name: who bears it in full, else the last one named with whom it agrees, if one bears more names
/// than another.
fn known_person(actors: &[Actor], name: &str) -> Option<usize> {
    let persons = || actors.iter().enumerate().filter(|(_, a)| a.label == PERSON);
    let equal = persons().find(|(_, a)| a.name.eq_ignore_ascii_case(name));
    equal
        .or_else(|| {
            persons()
                .filter(|(_, a)| same_person(&a.name, name))
                .max_by_key(|(_, a)| a.mentions.last().copied())
        })
        .map(|(index, _)| index)
}

/// The last organisation that goes by that name.
fn known_organisation(actors: &[Actor], name: &str) -> Option<usize> {
    let by_name = |a: &Actor| same_organisation(&a.name, name) || a.short.as_deref() == Some(name);
    actors.iter().rposition(|a| a.label == ORG && by_name(a))
}

/// The organisation behind whose name another stands in brackets, in capitals ("GlaxoSmithKline (GSK)").
fn named_before(input: &ClaimInput<'_>, index: usize, actors: &[Actor]) -> Option<usize> {
    let (full, short) = (input.entities.get(index.checked_sub(1)?)?, &input.entities[index]);
    let between = input.text.get(full.span.end..short.span.start)?;
    let letters = || short.span.of(input.text).chars().filter(|c| *c != '.');
    let in_brackets = between == " (" && input.text.get(short.span.end..)?.starts_with(')');
    if !in_brackets || letters().count() < 2 || !letters().all(char::is_uppercase) {
        return None;
    }
    actors
        .iter()
        .position(|a| a.label == ORG && a.mentions.contains(&full.span))
}

fn join(actor: &mut Actor, entity: &Entity, name: &str, role: Role) {
    actor.mentions.push(entity.span);
    if entity.label != NORP {
        let name = bare_of(actor.label, name);
        if !actor.named || name.len() > actor.name.len() {
            actor.name = name.to_owned();
        }
        actor.named = true;
    }
    actor.role.title = actor.role.title.take().or(role.title);
    actor.role.affiliation = actor.role.affiliation.take().or(role.affiliation);
    actor.role.country = actor.role.country.take().or(role.country);
}

fn beside(input: &ClaimInput<'_>, index: usize) -> Role {
    let Some(sentence) = input.segments.sentence_at(input.entities[index].span.start) else {
        return Role::default();
    };
    let sentence = &input.segments.sentences[sentence];
    let heading = input.segments.paragraphs[sentence.paragraph].heading;
    roles::beside(input.text, sentence.span, heading, input.entities, index).unwrap_or_default()
}

/// Finds out in which gender persons are spoken of: by a title before the name or an office held, else by the pronouns
/// that follow where nobody else is named in the sentence and the one before.
fn spoken_of(input: &ClaimInput<'_>, actors: &mut [Actor]) {
    let mut votes = vec![0i32; actors.len()];
    for (actor, votes) in actors.iter().zip(&mut votes).filter(|(a, _)| a.label == PERSON) {
        let title = actor.role.title.as_deref().unwrap_or("").to_lowercase();
        let before = actor.mentions.iter().filter_map(|m| {
            let lead = input.text.get(..m.start)?.trim_end().trim_end_matches('.');
            lead.rsplit(|c: char| !c.is_alphabetic()).next()
        });
        for word in title.split(' ').chain(before) {
            *votes += match word.to_lowercase().as_str() {
                "mr" | "king" | "prince" | "sir" | "lord" | "chairman" | "spokesman" | "congressman"
                | "father" | "husband" => 20,
                "mrs" | "ms" | "miss" | "queen" | "princess" | "lady" | "dame" | "chairwoman"
                | "spokeswoman" | "congresswoman" | "mother" | "wife" => -20,
                _ => 0,
            };
        }
    }
    for (index, sentence) in input.segments.sentences.iter().enumerate() {
        let from = input.segments.sentences[index.saturating_sub(1)].span.start;
        let scope = Span::new(from, sentence.span.end);
        let mut named = (0..actors.len())
            .filter(|a| actors[*a].label == PERSON && actors[*a].mentions.iter().any(|m| scope.contains(*m)));
        let (Some(only), None) = (named.next(), named.next()) else {
            continue;
        };
        for word in &input.segments.words[sentence.words.clone()] {
            votes[only] += match word.of(input.text) {
                "he" | "He" | "his" | "His" | "him" | "himself" => 1,
                "she" | "She" | "her" | "Her" | "herself" => -1,
                _ => 0,
            };
        }
    }
    for (actor, votes) in actors.iter_mut().zip(votes) {
        actor.gender = match votes.signum() {
            1 => Some(Gender::Male),
            -1 => Some(Gender::Female),
            _ => None,
        };
    }
}
