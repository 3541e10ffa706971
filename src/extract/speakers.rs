//! Who speaks: one record per speaker of an article, and the way from the words that name a source to its record.

use super::roles::{self, Role};
use super::sources::{self, Pronoun, Source};
use crate::annotation::{Entity, Speaker, SpeakerKind};
use crate::labels::{COUNTRY, LOC, NORP, ORG, PERSON};
use crate::span::Span;
use crate::text::Segments;

/// Common nouns that stand for an organisation named before.
const BODIES: &[&str] = &[
    "agency",
    "alliance",
    "army",
    "association",
    "bank",
    "body",
    "bureau",
    "centre",
    "church",
    "club",
    "coalition",
    "commission",
    "committee",
    "company",
    "council",
    "court",
    "department",
    "directorate",
    "federation",
    "firm",
    "force",
    "foundation",
    "group",
    "guild",
    "institute",
    "league",
    "ministry",
    "mission",
    "movement",
    "network",
    "newspaper",
    "office",
    "organisation",
    "organization",
    "panel",
    "paper",
    "party",
    "regulator",
    "trust",
    "union",
    "university",
];

/// How many of the persons named last a nationality may stand for.
const NEAR: usize = 3;

/// The speakers of one article.
pub struct Speakers<'a> {
    text: &'a str,
    segments: &'a Segments,
    entities: &'a [Entity],
    /// Everybody who is named, whether they speak or not; those who speak become records.
    persons: Vec<Person>,
    records: Vec<Speaker>,
    /// Record of each person of `persons`.
    record_of: Vec<Option<usize>>,
}

/// A person named in the article.
struct Person {
    name: String,
    role: Role,
    mentions: Vec<Span>,
}

/// What the words of a source say about who it is.
enum Reading {
    Person(usize),
    /// A person by nationality ("the Dutch engineer"), and its country.
    National(usize, String),
    Named(Speaker),
    /// A pronoun or a description that fits nobody known.
    Unknown(&'static str),
}

impl<'a> Speakers<'a> {
    /// Collects the persons of an article and their roles.
    pub fn new(text: &'a str, segments: &'a Segments, entities: &'a [Entity]) -> Self {
        let mut persons: Vec<Person> = Vec::new();
        for (index, entity) in entities.iter().enumerate().filter(|(_, e)| e.label == PERSON) {
            let name = entity.span.of(text);
            let Some(sentence) = segments
                .sentence_at(entity.span.start)
                .map(|s| &segments.sentences[s])
            else {
                continue;
            };
            let heading = segments.paragraphs[sentence.paragraph].heading;
            let role = roles::beside(text, sentence.span, heading, entities, index).unwrap_or_default();
            let known = persons.iter().rposition(|p| same_person(&p.name, name));
            match known {
                Some(at) => {
                    let person = &mut persons[at];
                    if name.len() > person.name.len() {
                        person.name = name.to_owned();
                    }
                    person.mentions.push(entity.span);
                    person.role.title = person.role.title.take().or(role.title);
                    person.role.affiliation = person.role.affiliation.take().or(role.affiliation);
                    person.role.country = person.role.country.take().or(role.country);
                }
                None => persons.push(Person {
                    name: name.to_owned(),
                    role,
                    mentions: vec![entity.span],
                }),
            }
        }
        Self {
            text,
            segments,
            entities,
            record_of: vec![None; persons.len()],
            persons,
            records: Vec::new(),
        }
    }

    /// The record that the words of a source stand for; `previous` is the speaker of the claim before.
    ///
    /// # Errors
    /// The reason, where it cannot be told.
    pub fn resolve(&mut self, source: Span, previous: Option<usize>) -> Result<usize, &'static str> {
        match self.read(source, previous) {
            Reading::Person(person) => Ok(self.person_record(person)),
            Reading::National(person, country) => {
                self.persons[person].role.country.get_or_insert(country);
                let id = self.person_record(person);
                self.records[id].country = self.persons[person].role.country.clone();
                self.records[id].mentions.push(source);
                Ok(id)
            }
            Reading::Named(speaker) => Ok(self.record(speaker, source)),
            Reading::Unknown(reason) => Err(reason),
        }
    }

    /// The records made so far, mentions in order.
    pub fn into_records(mut self) -> Vec<Speaker> {
        for record in &mut self.records {
            record.mentions.sort_unstable();
            record.mentions.dedup();
        }
        self.records
    }

    /// A record made so far.
    pub fn get(&self, id: usize) -> Option<&Speaker> {
        self.records.get(id)
    }

    fn read(&self, source: Span, previous: Option<usize>) -> Reading {
        match sources::read(self.text, source, self.entities) {
            Source::Name(entity) if entity.label == PERSON => match self.person_at(entity.span) {
                Some(index) => Reading::Person(index),
                None => Reading::Unknown("the name fits no person of the article"),
            },
            Source::Name(entity) => Reading::Named(self.named(entity)),
            Source::Pronoun(pronoun) => self.pronoun(pronoun, source, previous),
            Source::Description(words) if words.is_empty() => Reading::Unknown("the source has no words"),
            Source::Description(words) => {
                if let Some(body) = self.body(words, source, previous) {
                    return Reading::Named(body);
                }
                if let Some((person, country)) = self.national(words, source, previous) {
                    return Reading::National(person, country);
                }
                let role = roles::described(self.text, words, self.entities);
                match role.as_ref().and_then(|role| self.person_with(role, source)) {
                    Some(index) => Reading::Person(index),
                    None => Reading::Named(self.unnamed(words, role)),
                }
            }
        }
    }

    /// An organisation or country that speaks as one.
    fn named(&self, entity: &Entity) -> Speaker {
        let kind = match entity.label.as_str() {
            COUNTRY | LOC => SpeakerKind::Country,
            ORG => SpeakerKind::Organisation,
            _ => SpeakerKind::Unnamed,
        };
        Speaker {
            name: self.full_name(entity),
            kind,
            role: None,
            affiliation: None,
            country: entity.country.clone(),
            mentions: Vec::new(),
        }
    }

    /// The person that a nationality stands for ("the Liberian", "the Dutch engineer"): the speaker before or one of the
    /// last persons named, whose country is that one or unknown.
    fn national(&self, words: Span, source: Span, previous: Option<usize>) -> Option<(usize, String)> {
        let phrase = words.of(self.text);
        let mut inside = self.entities.iter().filter(|e| e.span.overlaps(words));
        let (Some(nation), None) = (inside.next(), inside.next()) else {
            return None;
        };
        let country = nation.country.clone().filter(|_| nation.label == NORP)?;
        let noun = phrase.rsplit(' ').next()?;
        let definite = source
            .of(self.text)
            .trim()
            .get(..4)
            .is_some_and(|t| t.eq_ignore_ascii_case("the "));
        let alone = nation.span.contains(words) && !noun.ends_with(['s', 'h']);
        if !definite || !(alone || is_person_noun(noun)) {
            return None;
        }
        let last_mention = |p: &Person| p.mentions.iter().rfind(|m| m.end <= source.start).map(|m| m.end);
        let mut near: Vec<(usize, usize)> = (self.persons.iter().enumerate())
            .filter_map(|(index, p)| Some((last_mention(p)?, index)))
            .collect();
        near.sort_unstable_by(|a, b| b.cmp(a));
        near.truncate(NEAR);
        let speaks = |index: usize| self.record_of[index].is_some() && self.record_of[index] == previous;
        near.into_iter()
            .map(|(_, index)| index)
            .filter(|index| {
                self.persons[*index]
                    .role
                    .country
                    .as_ref()
                    .is_none_or(|c| *c == country)
            })
            .min_by_key(|index| (self.persons[*index].role.country.is_none(), !speaks(*index)))
            .map(|index| (index, country))
    }

    /// The organisation that a common noun stands for ("the ministry", "the party"): the last one before with that noun
    /// in its name, or the speaker before where that is one.
    fn body(&self, words: Span, source: Span, previous: Option<usize>) -> Option<Speaker> {
        let noun = words.of(self.text).to_lowercase();
        if !BODIES.contains(&noun.as_str()) {
            return None;
        }
        let named = self.entities.iter().rfind(|e| {
            e.label == ORG
                && e.span.end <= source.start
                && e.span.of(self.text).to_lowercase().split(' ').any(|w| w == noun)
        });
        let before = || {
            previous
                .and_then(|p| self.records.get(p))
                .filter(|s| s.kind == SpeakerKind::Organisation)
        };
        named.map(|e| self.named(e)).or_else(|| before().cloned())
    }

    /// The fullest form of the name of an organisation or country in the article.
    fn full_name(&self, entity: &Entity) -> String {
        let name = bare(entity.span.of(self.text));
        let same = |other: &&Entity| {
            other.label == entity.label
                && (is_acronym(name, bare(other.span.of(self.text)))
                    || (entity.label == COUNTRY
                        && entity.country.is_some()
                        && other.country == entity.country))
        };
        let others = self
            .entities
            .iter()
            .filter(same)
            .map(|e| bare(e.span.of(self.text)));
        let longest = others.chain([name]).max_by_key(|n| n.len());
        longest.unwrap_or(name).to_owned()
    }

    /// A source that is described: the description is its name.
    fn unnamed(&self, source: Span, role: Option<Role>) -> Speaker {
        let role = role.unwrap_or_else(|| Role {
            country: self
                .entities
                .iter()
                .filter(|e| source.contains(e.span))
                .find_map(|e| e.country.clone()),
            ..Role::default()
        });
        Speaker {
            name: source
                .of(self.text)
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" "),
            kind: SpeakerKind::Unnamed,
            role: role.title,
            affiliation: role.affiliation,
            country: role.country,
            mentions: Vec::new(),
        }
    }

    fn person_at(&self, span: Span) -> Option<usize> {
        self.persons.iter().position(|p| p.mentions.contains(&span))
    }

    /// The person, named before `source` if possible, whose role a description repeats.
    fn person_with(&self, role: &Role, source: Span) -> Option<usize> {
        let wanted = role.title.as_deref()?.to_lowercase();
        let fits = |person: &Person| {
            let Some(title) = &person.role.title else {
                return false;
            };
            let title = title.to_lowercase();
            let same_country = match (&role.country, &person.role.country) {
                (Some(a), Some(b)) => a == b,
                _ => true,
            };
            same_country && (title == wanted || title.ends_with(&format!(" {wanted}")))
        };
        let last_mention = |p: &Person| p.mentions.iter().rfind(|m| m.end <= source.start).map(|m| m.end);
        self.persons
            .iter()
            .enumerate()
            .filter(|(_, p)| fits(p))
            .max_by_key(|(_, p)| last_mention(p))
            .map(|(index, _)| index)
    }

    fn pronoun(&self, pronoun: Pronoun, source: Span, previous: Option<usize>) -> Reading {
        let of_kind = |speaker: &Speaker| match pronoun {
            // An unnamed source is one person where it holds an office.
            Pronoun::Person => speaker.kind == SpeakerKind::Person || speaker.role.is_some(),
            Pronoun::Thing => matches!(speaker.kind, SpeakerKind::Organisation | SpeakerKind::Country),
            Pronoun::Many => speaker.kind != SpeakerKind::Person,
        };
        if let Some(speaker) = previous.and_then(|p| self.records.get(p)).filter(|s| of_kind(s)) {
            return Reading::Named(speaker.clone());
        }
        let before = |span: &Span| span.end <= source.start;
        let candidate = self.entities.iter().rfind(|e| {
            before(&e.span)
                && match pronoun {
                    Pronoun::Person => e.label == PERSON,
                    Pronoun::Thing | Pronoun::Many => e.label == ORG || e.label == COUNTRY,
                }
        });
        match candidate {
            Some(entity) if entity.label == PERSON => match self.person_at(entity.span) {
                Some(index) => Reading::Person(index),
                None => Reading::Unknown("the pronoun refers to nobody known"),
            },
            Some(entity) if self.same_paragraph(entity.span, source) => Reading::Named(self.named(entity)),
            _ => Reading::Unknown("the pronoun refers to nobody known"),
        }
    }

    fn same_paragraph(&self, a: Span, b: Span) -> bool {
        let paragraph = |span: Span| {
            self.segments
                .sentence_at(span.start)
                .map(|s| self.segments.sentences[s].paragraph)
        };
        paragraph(a) == paragraph(b)
    }

    fn person_record(&mut self, index: usize) -> usize {
        if let Some(record) = self.record_of[index] {
            return record;
        }
        let person = &self.persons[index];
        self.records.push(Speaker {
            name: person.name.clone(),
            kind: SpeakerKind::Person,
            role: person.role.title.clone(),
            affiliation: person.role.affiliation.clone(),
            country: person.role.country.clone(),
            mentions: person.mentions.clone(),
        });
        self.record_of[index] = Some(self.records.len() - 1);
        self.records.len() - 1
    }

    fn record(&mut self, speaker: Speaker, mention: Span) -> usize {
        let same =
            |known: &Speaker| known.kind == speaker.kind && known.name.eq_ignore_ascii_case(&speaker.name);
        let id = match self.records.iter().position(same) {
            Some(id) => id,
            None => {
                self.records.push(speaker);
                self.records.len() - 1
            }
        };
        self.records[id].mentions.push(mention);
        id
    }
}

/// Whether a noun is for a person: by its ending, or as an office.
fn is_person_noun(noun: &str) -> bool {
    let endings = ["er", "or", "ist", "ian", "man", "woman", "ant", "ate", "at"];
    roles::is_office(noun) || (endings.iter().any(|e| noun.ends_with(e)) && !BODIES.contains(&noun))
}

/// A name without an acronym in brackets after it.
fn bare(name: &str) -> &str {
    name.split(" (").next().unwrap_or(name)
}

/// Whether `short` is an acronym of `long` (`UNHCR` of `United Nations High Commissioner for Refugees`).
fn is_acronym(short: &str, long: &str) -> bool {
    let letters: String = short.chars().filter(|c| c.is_alphabetic()).collect();
    let initials: String = long
        .split(|c: char| c.is_whitespace() || c == '-')
        .filter_map(|word| word.chars().next())
        .filter(|c| c.is_uppercase())
        .collect();
    letters.len() > 1 && letters == initials && letters.chars().all(char::is_uppercase)
}

/// Whether two names in one article mean the same person: equal, or one is the other's last name, or both share the
/// last name and their first names agree as far as they are given (`J. Reis`, `Julia Reis`).
fn same_person(a: &str, b: &str) -> bool {
    let parts = |name: &str| -> Vec<String> {
        name.split(|c: char| c.is_whitespace() || c == '.')
            .filter(|p| !p.is_empty())
            .map(str::to_lowercase)
            .collect()
    };
    let (a, b) = (parts(a), parts(b));
    let (short, long) = if a.len() <= b.len() { (&a, &b) } else { (&b, &a) };
    match (short.as_slice(), long.as_slice()) {
        ([], _) => false,
        ([only], long) => long.last() == Some(only) || (long.len() > 1 && long.first() == Some(only)),
        ([first, .., last], [long_first, .., long_last]) => {
            last == long_last
                && (first.starts_with(long_first.as_str()) || long_first.starts_with(first.as_str()))
                || long.ends_with(short)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_one_person() {
        for (a, b, same) in [
            ("Julia Reis", "Reis", true),
            ("Julia Reis", "J. Reis", true),
            ("Julia Reis", "Marco Reis", false),
            ("Park Min-jun", "Park", true),
            ("Abdul Rahman al-Sayed", "al-Sayed", true),
            ("Julia Reis", "Reisman", false),
        ] {
            assert_eq!(same_person(a, b), same, "{a} / {b}");
            assert_eq!(same_person(b, a), same, "{b} / {a}");
        }
    }
}
