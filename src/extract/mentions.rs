//! Where an article mentions somebody of a given name: what a sentence that speaks for them, or of them, can point to.

use super::cast::{Actor, cast};
use super::claims::ClaimInput;
use super::countries::Gazetteer;
use crate::annotation::Entity;
use crate::model::SpeakerTags;
use crate::span::Span;
use crate::text::{Segments, segment};

/// The mentions of an article whose entities are known.
pub(crate) struct Mentions<'a> {
    text: &'a str,
    segments: &'a Segments,
    /// Its words in lower case.
    words: Vec<String>,
    cast: Vec<Actor>,
}

impl<'a> Mentions<'a> {
    pub(crate) fn new(text: &'a str, segments: &'a Segments, entities: &[Entity]) -> Self {
        let cast = cast(&ClaimInput {
            text,
            segments,
            entities,
            attributions: &[],
            sentences: &[],
            pointers: &[],
            tags: &SpeakerTags::default(),
            gazetteer: Gazetteer::builtin(),
        });
        Self {
            text,
            segments,
            words: lowered(text, segments),
            cast,
        }
    }

    /// The mentions of whoever is called `name` somewhere, in order; of a description that is no name, the places where
    /// it stands, whatever its capitals and spaces.
    pub(crate) fn of(&self, name: &str) -> Vec<Span> {
        let called = |a: &&Actor| a.name.eq_ignore_ascii_case(name);
        let mentioned = |a: &&Actor| {
            let mut names = a.mentions.iter().map(|m| m.of(self.text));
            names.any(|n| n.eq_ignore_ascii_case(name))
        };
        let actor = (self.cast.iter().find(called)).or_else(|| self.cast.iter().find(mentioned));
        if let Some(actor) = actor {
            return actor.mentions.clone();
        }
        let wanted = lowered(name, &segment(name));
        if wanted.is_empty() {
            return Vec::new();
        }
        let places = self.words.windows(wanted.len()).enumerate();
        places
            .filter(|(_, words)| *words == wanted)
            .map(|(at, words)| self.segments.words[at].cover(self.segments.words[at + words.len() - 1]))
            .collect()
    }
}

fn lowered(text: &str, segments: &Segments) -> Vec<String> {
    segments.words.iter().map(|w| w.of(text).to_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labels::{ORG, PERSON};

    #[test]
    fn mentions_by_any_form_of_the_name() {
        let text = "Ana Reis met Lundco (LC). A senior  official said Reis left. The senior officials stayed. LC paid.";
        let entity = |name: &str, label: &str, at: usize| {
            let start = text[at..].find(name).unwrap() + at;
            Entity {
                span: Span::new(start, start + name.len()),
                label: label.to_owned(),
                ..Entity::default()
            }
        };
        let entities = [
            entity("Ana Reis", PERSON, 0),
            entity("Lundco", ORG, 0),
            entity("LC", ORG, 20),
            entity("Reis", PERSON, 25),
            entity("LC", ORG, 60),
        ];
        let segments = segment(text);
        let mentions = Mentions::new(text, &segments, &entities);
        let of = |name: &str| mentions.of(name).iter().map(|m| m.of(text)).collect::<Vec<_>>();
        assert_eq!(of("Ana Reis"), ["Ana Reis", "Reis"]);
        assert_eq!(of("Reis"), ["Ana Reis", "Reis"]);
        assert_eq!(of("lundco"), ["Lundco", "LC", "LC"]);
        assert_eq!(of("a senior official"), ["A senior  official"]);
        assert!(of("Omar Said").is_empty());
        assert!(of("").is_empty());
    }
}
