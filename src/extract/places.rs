//! The country of each mention. Countries and nations have theirs by name; a place has it by its name, by what stands
//! beside it ("Paris, Texas"), or by the article around it, which also decides between places of one name: a learnt
//! ranking weighs these up.

use super::claims::{Choice, Subject};
use super::countries::Gazetteer;
use super::rankings::{Candidate, Feature, Rankings};
use crate::annotation::Entity;
use crate::labels::{COUNTRY, LOC, NORP};
use crate::span::Span;
use crate::text::Segments;
use std::collections::BTreeMap;

const KIND: &str = "country of a place";

/// Words in the names of places that lie in no one country.
const WIDE: &[&str] = &[
    "atlantic",
    "balkans",
    "basin",
    "east",
    "europe",
    "gulf",
    "hemisphere",
    "ocean",
    "pacific",
    "peninsula",
    "sea",
    "strait",
    "west",
    "africa",
    "asia",
    "america",
    "caribbean",
    "arctic",
    "antarctica",
    "world",
    "union",
    "middle",
];

/// Gives each mention its country, or the reason why it has none. The choices made for places come back.
pub fn locate(
    text: &str,
    segments: &Segments,
    entities: &mut [Entity],
    gazetteer: &Gazetteer,
    rankings: &Rankings,
) -> Vec<Choice> {
    for entity in entities.iter_mut() {
        let name = entity.span.of(text);
        entity.country = gazetteer.code(name, &entity.label).map(str::to_owned);
    }
    let known: Vec<Entity> = entities.to_vec();
    let article = Article::new(text, segments, &known, gazetteer);
    let mut choices = Vec::new();
    for (index, entity) in entities.iter_mut().enumerate().filter(|(_, e)| e.label == LOC) {
        if gazetteer.codeless(entity.span.of(text)).is_some() {
            entity.country = None;
            continue;
        }
        let mut candidates = article.candidates(index);
        let best = rankings.rank(KIND, &mut candidates);
        entity.country = best.and_then(|b| candidates[b].name.clone());
        choices.push(Choice {
            kind: KIND,
            subject: Subject::Place(entity.span),
            candidates,
        });
    }
    for entity in entities.iter_mut().filter(|e| e.country.is_none()) {
        entity.country_reason = reason(entity, text, gazetteer).map(str::to_owned);
    }
    choices
}

/// Why a mention that could have a country has none.
fn reason(entity: &Entity, text: &str, gazetteer: &Gazetteer) -> Option<&'static str> {
    let known = gazetteer.codeless(entity.span.of(text));
    match entity.label.as_str() {
        COUNTRY => known.or(Some("unknown")),
        LOC => known.or(Some("ambiguous")),
        NORP => known.or(Some("no country")),
        _ => None,
    }
}

/// An article whose countries are known as far as the tables go.
struct Article<'a> {
    text: &'a str,
    known: &'a [Entity],
    /// Sentence and paragraph of each.
    places: Vec<(Option<usize>, Option<usize>)>,
    gazetteer: &'a Gazetteer,
}

/// Where the names of one country stand, as seen from a place.
#[derive(Default)]
struct Seen {
    count: usize,
    in_sentence: bool,
    in_paragraph: bool,
    place_in_paragraph: bool,
}

impl<'a> Article<'a> {
    fn new(text: &'a str, segments: &Segments, known: &'a [Entity], gazetteer: &'a Gazetteer) -> Self {
        let place = |entity: &Entity| {
            let sentence = segments.sentence_at(entity.span.start);
            (sentence, sentence.map(|s| segments.sentences[s].paragraph))
        };
        Self {
            text,
            known,
            places: known.iter().map(place).collect(),
            gazetteer,
        }
    }

    fn candidates(&self, index: usize) -> Vec<Candidate> {
        let entity = &self.known[index];
        let name = entity.span.of(self.text);
        let (sentence, paragraph) = self.places[index];
        let mut seen: BTreeMap<&str, Seen> = BTreeMap::new();
        let (mut first, mut last, mut total) = (None, None, 0);
        for (other, place) in self.known.iter().zip(&self.places) {
            let Some(code) = other
                .country
                .as_deref()
                .filter(|_| other.span.of(self.text) != name)
            else {
                continue;
            };
            let of_code = seen.entry(code).or_default();
            of_code.count += 1;
            of_code.in_sentence |= place.0 == sentence;
            of_code.in_paragraph |= place.1 == paragraph;
            of_code.place_in_paragraph |= place.1 == paragraph && other.label == LOC;
            total += 1;
            first = first.or(Some(code));
            if other.span.end <= entity.span.start {
                last = Some(code);
            }
        }
        let countries = seen.len();
        let top = seen.values().map(|s| s.count).max().unwrap_or(0);
        let beside = self.beside(index);
        let inside = self.gazetteer.codes_in(name);
        for code in (entity.country.as_deref().into_iter())
            .chain(inside.iter().copied())
            .chain(beside)
        {
            seen.entry(code).or_default();
        }
        let tabled = entity.country.as_deref();
        let mut out: Vec<Candidate> = Vec::new();
        for (code, seen) in seen {
            let mut f: Vec<Feature> = Vec::new();
            let mut flag = |name: &'static str, holds: bool| {
                if holds {
                    f.push((name, 1.0))
                }
            };
            flag("in the tables", tabled == Some(code));
            flag(
                "in the tables, and named elsewhere",
                tabled == Some(code) && seen.count > 0,
            );
            flag("beside it", beside == Some(code));
            flag("in its name", inside.contains(&code));
            flag("most mentioned", seen.count == top && top > 0);
            flag("the only one", top > 0 && seen.count == total);
            flag("in its sentence", seen.in_sentence);
            flag("in its paragraph", seen.in_paragraph);
            flag("last before it", last == Some(code));
            flag("first of the article", first == Some(code));
            flag("in a place of its paragraph", seen.place_in_paragraph);
            f.push(("share of mentions", seen.count as f64 / total.max(1) as f64));
            out.push(Candidate::new(Some(code.to_owned()), f));
        }
        let lower = name.to_lowercase();
        let wide = lower.split([' ', '-']).any(|w| WIDE.contains(&w));
        let mut f = vec![("none", 1.0)];
        let mut flag = |name: &'static str, holds: bool| {
            if holds {
                f.push((name, 1.0))
            }
        };
        flag("none, in the tables", tabled.is_some());
        flag("none, a wide place", wide);
        flag("none, a wide place of one word", wide && !lower.contains(' '));
        f.push(("none, of many countries", (countries as f64).ln_1p()));
        out.push(Candidate::new(None, f));
        out
    }

    /// The code of the state that stands after a comma ("Kandava, Latvia"), or before with an apostrophe.
    fn beside(&self, index: usize) -> Option<&str> {
        let entity = &self.known[index];
        let after = self.known.get(index + 1).filter(|next| {
            [LOC, COUNTRY].contains(&next.label.as_str())
                && Span::new(entity.span.end, next.span.start.max(entity.span.end)).of(self.text) == ", "
        });
        let before = index.checked_sub(1).map(|b| &self.known[b]).filter(|before| {
            let between = Span::new(before.span.end, entity.span.start.max(before.span.end)).of(self.text);
            before.label != LOC && ["'s ", "’s ", " "].contains(&between)
        });
        after.or(before).and_then(|e| e.country.as_deref())
    }
}
