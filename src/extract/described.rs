//! Speakers who are described ("the Dutch finance minister"): how the words fit somebody's name and office, a speaker
//! described before, and a speaker of their own.

use super::cast::Actor;
use super::offices::{is_body, is_office};
use super::rankings::Feature;
use super::scene::Scene;
use crate::labels::{COUNTRY, LOC, NORP, ORG, PERSON};
use crate::span::Span;

/// The words of a description; none where a source is no description.
pub(super) struct Description<'a> {
    /// In lower case, without article.
    words: Vec<String>,
    definite: bool,
    /// The noun that the others go with.
    noun: String,
    /// Countries named in it.
    nations: Vec<&'a str>,
}

impl<'a> Description<'a> {
    pub(super) fn new(scene: &'a Scene<'_>, phrase: Option<Span>) -> Self {
        let text = scene.input.text;
        let words: Vec<String> = phrase.map_or(Vec::new(), |p| words(p.of(text)));
        let inside = phrase.into_iter().flat_map(|p| scene.entities_in(p));
        Self {
            noun: head_noun(&words).to_owned(),
            definite: phrase.is_some_and(|p| is_definite(p.of(text))),
            words,
            nations: inside
                .filter(|e| [NORP, COUNTRY].contains(&e.label.as_str()))
                .filter_map(|e| e.country.as_deref())
                .collect(),
        }
    }

    /// How it fits somebody's name, office and country.
    pub(super) fn of_actor(
        &self,
        actor: &Actor,
        country: Option<&str>,
        spoke_before: bool,
        f: &mut Vec<Feature>,
    ) {
        if self.words.is_empty() {
            return;
        }
        let title = actor.role.title.as_deref().map(words).unwrap_or_default();
        let shared = self.words.iter().filter(|w| title.contains(w)).count();
        if !title.is_empty() {
            f.push((
                "words shared with the office",
                shared as f64 / self.words.len() as f64,
            ));
            flag(
                f,
                "the same office",
                title.contains(&self.noun) && is_office(&self.noun),
            );
            flag(
                f,
                "another office",
                is_office(&self.noun) && !title.contains(&self.noun),
            );
        }
        let one_person =
            self.definite && actor.label == PERSON && !self.nations.is_empty() && !self.noun.ends_with('s');
        let could_be = one_person && country.is_none_or(|c| self.nations.contains(&c));
        flag(f, "could be the nation's", could_be);
        flag(
            f,
            "could be the nation's, of which no more is said",
            could_be && self.is_nation_alone(),
        );
        flag(
            f,
            "could be the nation's, and spoke before",
            could_be && spoke_before,
        );
        flag(f, "is the nation's", could_be && country.is_some());
        flag(f, "is another nation's", one_person && !could_be);
        flag(f, "no office known", title.is_empty() && actor.label == PERSON);
        let name = words(&actor.name);
        let in_name = name.contains(&self.noun) && actor.label != PERSON;
        flag(f, "noun in the name", in_name);
        flag(f, "noun in the name, definite", in_name && self.definite);
        let strange = self.words.iter().any(|w| !name.contains(w));
        flag(f, "noun in the name, other words differ", in_name && strange);
        flag(f, "noun alone in the name", in_name && self.words.len() == 1);
        let named = self.words.iter().filter(|w| name.contains(w)).count();
        f.push((
            "words shared with the name",
            named as f64 / self.words.len() as f64,
        ));
        if let Some(country) = country.filter(|_| !self.nations.is_empty()) {
            let same = self.nations.contains(&country);
            f.push((if same { "nation agrees" } else { "nation differs" }, 1.0));
        }
        flag(
            f,
            "the same office, definite",
            self.definite && title.contains(&self.noun) && is_office(&self.noun),
        );
        let state = matches!(
            self.noun.as_str(),
            "government" | "military" | "army" | "administration" | "authorities"
        );
        flag(f, "a country for its government", actor.label == COUNTRY && state);
        let paper = matches!(
            self.noun.as_str(),
            "paper"
                | "newspaper"
                | "daily"
                | "report"
                | "article"
                | "editorial"
                | "magazine"
                | "website"
                | "site"
                | "agency"
        );
        flag(f, "an organisation for a paper", actor.label == ORG && paper);
        flag(
            f,
            "a person for a person's noun",
            actor.label == PERSON && is_person(&self.noun),
        );
        flag(
            f,
            "a person for a person's noun, definite",
            self.definite && actor.label == PERSON && is_person(&self.noun),
        );
        flag(
            f,
            "a person for a body's noun",
            actor.label == PERSON && is_body(&self.noun),
        );
        flag(
            f,
            "a person for many",
            actor.label == PERSON && self.noun.ends_with('s'),
        );
        flag(
            f,
            "a body for a person's noun",
            actor.label != PERSON && is_person(&self.noun),
        );
    }

    /// "The Liberian".
    fn is_nation_alone(&self) -> bool {
        self.definite && self.words.len() == 1 && self.nations.len() == 1 && !self.noun.ends_with('s')
    }

    /// How it fits what a speaker was called before.
    pub(super) fn of_name(&self, name: &[String], noun: &str, f: &mut Vec<Feature>) {
        if self.words.is_empty() {
            return;
        }
        flag(f, "same noun", noun == self.noun);
        flag(f, "same noun, definite", noun == self.noun && self.definite);
        let shared = self.words.iter().filter(|w| name.contains(w)).count();
        f.push((
            "words shared with the description",
            shared as f64 / self.words.len() as f64,
        ));
        flag(f, "same words", name == self.words);
        let says_more = name.len() > self.words.len() && self.words.iter().all(|w| name.contains(w));
        flag(f, "said more before", says_more);
    }

    /// Of the words at `span` as a speaker of their own.
    pub(super) fn of_itself(&self, scene: &Scene<'_>, span: Span) -> Vec<Feature> {
        let text = scene.input.text;
        let mut f: Vec<Feature> = vec![("described here", 1.0)];
        let first = first_word(span.of(text));
        let definite = self.definite;
        flag(&mut f, "definite", definite);
        flag(
            &mut f,
            "indefinite",
            ["a", "an", "one", "another", "some", "many", "several"].contains(&first.as_str()),
        );
        flag(&mut f, "definite office", definite && is_office(&self.noun));
        flag(&mut f, "definite and short", definite && self.words.len() <= 1);
        flag(&mut f, "a nation alone", self.is_nation_alone());
        flag(&mut f, "many", self.noun.ends_with('s') || self.noun == "police");
        let names = scene.input.entities.iter().filter(|e| span.contains(e.span));
        let (mut nations, mut others) = (false, false);
        for entity in names {
            match entity.label.as_str() {
                NORP | COUNTRY | LOC => nations = true,
                _ => others = true,
            }
        }
        flag(&mut f, "with a nation or place", nations);
        flag(&mut f, "with a name", others);
        flag(
            &mut f,
            "a body with a nation or place",
            nations && is_body(&self.noun),
        );
        flag(&mut f, "a body", is_body(&self.noun));
        flag(
            &mut f,
            "office of the state",
            [
                "president",
                "premier",
                "minister",
                "king",
                "queen",
                "mayor",
                "governor",
                "pope",
            ]
            .contains(&self.noun.as_str()),
        );
        f
    }
}

/// The words of a phrase in lower case, without article.
pub(super) fn words(phrase: &str) -> Vec<String> {
    (phrase.split(|c: char| !(c.is_alphanumeric() || c == '-')))
        .filter(|w| w.len() > 1)
        .map(str::to_lowercase)
        .filter(|w| !["the", "an", "his", "her", "its", "their", "our"].contains(&w.as_str()))
        .collect()
}

fn first_word(phrase: &str) -> String {
    phrase.split_whitespace().next().unwrap_or("").to_lowercase()
}

fn is_definite(phrase: &str) -> bool {
    [
        "the", "this", "that", "these", "those", "his", "her", "its", "their",
    ]
    .contains(&first_word(phrase).as_str())
}

/// The noun of a phrase: the last word before a preposition.
pub(super) fn head_noun(words: &[String]) -> &str {
    let small = [
        "of", "for", "in", "at", "from", "on", "to", "with", "who", "by", "close", "near",
    ];
    words
        .iter()
        .take_while(|w| !small.contains(&w.as_str()))
        .last()
        .map_or("", String::as_str)
}

/// A description as a name: one space between words.
pub(super) fn description(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub(super) fn flag(features: &mut Vec<Feature>, name: &'static str, holds: bool) {
    if holds {
        features.push((name, 1.0));
    }
}

/// Whether a noun is for one person: an office, or by its ending.
fn is_person(noun: &str) -> bool {
    let endings = ["er", "or", "ist", "ian", "man", "woman", "ant"];
    is_office(noun) && !noun.ends_with('s') || endings.iter().any(|e| noun.ends_with(e))
}
