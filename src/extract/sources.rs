//! What the words of a source say: whom they name, or what they describe. A source span may hold more than the name
//! ("The prosecutor in Abéché, Ahmat Daoud,", "Maria Santos, who leads the union"), or less than what stands around it
//! ("Zuma's spokesman" in "Vincent Magwenya, Zuma's spokesman, said").

use super::offices::is_office;
use crate::annotation::Entity;
use crate::labels::{COUNTRY, LOC, ORG, PERSON};
use crate::span::Span;

/// Words after which a name is no head ("an aide to Ana Reis").
const BEFORE_OBJECT: &[&str] = &[
    "about", "against", "among", "at", "by", "for", "from", "in", "near", "of", "on", "to", "with",
];

/// What is written and published: it speaks for whoever is named with it.
const DOCUMENTS: &[&str] = &[
    "advisory",
    "analysis",
    "article",
    "bulletin",
    "communique",
    "data",
    "editorial",
    "figures",
    "forecast",
    "letter",
    "memo",
    "paper",
    "poll",
    "polls",
    "posting",
    "release",
    "report",
    "statement",
    "statistics",
    "study",
    "survey",
];

/// Where what follows only adds to a name or description.
const ADDITIONS: &[&str] = &[
    ", ", " who ", " which ", " that ", " whose ", " (", " – ", " — ", "\n", "\r",
];

/// Whom a source means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Source<'a> {
    /// The person, organisation, country or place of an entity.
    Name(&'a Entity),
    /// A description, without what only adds to it.
    Description(Span),
    /// What is written, without a publisher.
    Document(Span),
    /// One of the pronouns.
    Pronoun(Pronoun),
}

/// What a pronoun can stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pronoun {
    /// He, she.
    Person,
    /// I, we: whoever speaks.
    First,
    /// It.
    Thing,
    /// They.
    Many,
}

/// Reads the words of a source.
pub(super) fn read<'a>(text: &str, source: Span, entities: &'a [Entity]) -> Source<'a> {
    if let Some(antecedent) = relative(text, source).and_then(|at| ending_before(text, at, entities)) {
        return Source::Name(antecedent);
    }
    let source = past_article(text, source, entities);
    let core = published(text, core(text, source));
    if let Some(pronoun) = pronoun(core.of(text)) {
        return Source::Pronoun(pronoun);
    }
    if let Some(person) =
        inside(core, entities).find(|e| e.label == PERSON && is_head(text, core, e.span, entities))
    {
        return Source::Name(person);
    }
    if let Some(person) = apposition(text, core, source, entities) {
        return Source::Name(person);
    }
    if let Some(body) = body_beside(text, core, entities).or_else(|| set_beside(text, core, entities)) {
        return Source::Name(body);
    }
    let bare = without_article(text, core);
    let bodies = || inside(bare, entities).filter(|e| [ORG, COUNTRY, LOC].contains(&e.label.as_str()));
    let owned_body =
        bodies().find(|e| e.label == ORG && e.span.end == bare.end && owner(text, bare, e, entities));
    match owned_body.or_else(|| bodies().find(|e| is_all(text, bare, e.span) || is_last(text, bare, e))) {
        Some(entity) => Source::Name(entity),
        None if is_document(bare.of(text)) => Source::Document(core),
        None => Source::Description(core),
    }
}

fn is_document(phrase: &str) -> bool {
    let first_noun = phrase
        .split([',', ' '])
        .take_while(|w| !BEFORE_OBJECT.contains(w) && *w != "posted")
        .last();
    first_noun.is_some_and(|w| DOCUMENTS.contains(&w.to_lowercase().as_str()))
}

/// Whether all that stands before a body's name is the country or place that it belongs to ("Norway's Petroleum
/// Directorate").
fn owner(text: &str, phrase: Span, body: &Entity, entities: &[Entity]) -> bool {
    entities.iter().any(|e| {
        e.label != ORG
            && e.span.start == phrase.start
            && ["'s ", "’s "].contains(&Span::new(e.span.end, body.span.start.max(e.span.end)).of(text))
    })
}

/// A source that is nothing but an article, and with it the name that follows.
fn past_article(text: &str, source: Span, entities: &[Entity]) -> Span {
    let is_article = ["the", "a", "an"]
        .iter()
        .any(|a| source.of(text).trim().eq_ignore_ascii_case(a));
    let next = entities.iter().find(|e| e.span.start >= source.end);
    match next.filter(|e| is_article && Span::new(source.end, e.span.start).of(text).trim().is_empty()) {
        Some(entity) => source.cover(entity.span),
        None => source,
    }
}

/// Who publishes, where a document is the source ("a statement from the ministry", "a Times report").
fn published(text: &str, core: Span) -> Span {
    let words = core.of(text);
    for by in [
        " conducted by ",
        " issued by ",
        " published by ",
        " released by ",
        " posted on ",
        " on ",
        " from ",
        " by ",
        " of ",
    ] {
        if let Some((document, publisher)) = words.split_once(by)
            && (by != " on " || publisher.contains("website") || publisher.contains("site"))
            && document
                .rsplit(' ')
                .next()
                .is_some_and(|w| DOCUMENTS.contains(&w.to_lowercase().as_str()))
        {
            let site = ["'s website", "’s website", "'s web site", " website"]
                .iter()
                .find_map(|s| publisher.strip_suffix(s));
            let start = core.end - publisher.len();
            return Span::new(start, start + site.unwrap_or(publisher).len());
        }
    }
    match words.rsplit_once(' ') {
        Some((publisher, document))
            if DOCUMENTS.contains(&document)
                && publisher.contains(char::is_uppercase)
                && !matches!(
                    publisher,
                    "The" | "This" | "That" | "A" | "An" | "Its" | "Their" | "His" | "Her"
                ) =>
        {
            let publisher = publisher
                .strip_suffix("'s")
                .or(publisher.strip_suffix("’s"))
                .unwrap_or(publisher);
            let start = if publisher.starts_with("a ") { 2 } else { 0 };
            Span::new(core.start + start, core.start + publisher.len())
        }
        _ => core,
    }
}

/// The pronoun at the start of a sentence, with its place.
pub(super) fn opening_pronoun(text: &str, sentence: Span) -> Option<Span> {
    let word: &str = sentence.of(text).split(|c: char| !c.is_alphabetic()).next()?;
    pronoun(word).map(|_| Span::new(sentence.start, sentence.start + word.len()))
}

fn pronoun(words: &str) -> Option<Pronoun> {
    match words.trim().to_lowercase().as_str() {
        "he" | "she" | "him" | "her" => Some(Pronoun::Person),
        "it" => Some(Pronoun::Thing),
        "i" | "we" => Some(Pronoun::First),
        "they" | "them" => Some(Pronoun::Many),
        _ => None,
    }
}

/// Where a relative clause that is taken for a source begins ("Michael Baltzer, who is with the WWF, noted").
fn relative(text: &str, source: Span) -> Option<usize> {
    let first = source.of(text).split_whitespace().next()?.to_lowercase();
    ["who", "which", "whose"]
        .contains(&first.as_str())
        .then_some(source.start)
}

/// The name that ends right before `at`, but for a comma.
fn ending_before<'a>(text: &str, at: usize, entities: &'a [Entity]) -> Option<&'a Entity> {
    entities.iter().rfind(|e| {
        e.span.end <= at
            && Span::new(e.span.end, at)
                .of(text)
                .chars()
                .all(|c| c == ',' || c.is_whitespace())
    })
}

/// The source up to where something is only added, or all of it where it begins so.
fn core(text: &str, source: Span) -> Span {
    let source = source.trimmed(text);
    let words = source.of(text);
    let end = ADDITIONS
        .iter()
        .filter_map(|a| words.find(a))
        .filter(|at| *at > 0)
        .min()
        .unwrap_or(words.len());
    let core = words[..end].trim_end_matches([',', ':', ';', '.', '"', '“']);
    Span::new(
        source.start,
        source.start + if core.is_empty() { end } else { core.len() },
    )
}

fn inside(span: Span, entities: &[Entity]) -> impl Iterator<Item = &Entity> {
    entities.iter().filter(move |e| e.span.overlaps(span))
}

/// Whether a name is what a phrase is about: it is nobody's possessor, and no preposition leads to it, but for those
/// of a title ("Chancellor of the Exchequer").
fn is_head(text: &str, phrase: Span, name: Span, entities: &[Entity]) -> bool {
    // "the chairman of the Port Authority Ana Reis"
    let lead = Span::new(phrase.start, name.start.max(phrase.start)).of(text);
    let follows_body = lead.split_whitespace().any(is_office)
        && entities
            .iter()
            .any(|e| e.label != PERSON && phrase.contains(e.span) && e.span.end + 1 == name.start);
    let before = Span::new(phrase.start, name.start.max(phrase.start)).of(text);
    let is_small = |word: &str| BEFORE_OBJECT.contains(&word.to_lowercase().as_str());
    let is_title = |word: &str| ["the", "and"].contains(&word) || word.starts_with(char::is_uppercase);
    let leads = before.split_whitespace().any(is_small);
    let titled = before.split_whitespace().all(|w| is_small(w) || is_title(w))
        && !before.starts_with(char::is_lowercase);
    // "a councillor of the port of Lima, spokesman Ana Reis"
    let last = before
        .split_whitespace()
        .next_back()
        .unwrap_or("")
        .trim_end_matches('.');
    let lasts = name.end >= phrase.end && before.split_whitespace().count() > 1;
    let held = lasts && (is_office(last) && is_named_after(before) || follows_body);
    (!leads || titled || held) && !is_possessor(text, name)
}

/// Whether an office that leads to a name is the name's own: no preposition comes between ("an aide to President Ana
/// Reis" is not Ana Reis, "a council statement delivered by spokesman Ana Reis" is).
fn is_named_after(before: &str) -> bool {
    let mut back = before.split_whitespace().rev().skip_while(|w| {
        let word = w.trim_end_matches('.');
        is_office(word) || word.starts_with(char::is_uppercase)
    });
    !matches!(back.next(), Some("to" | "for" | "of" | "against" | "with"))
}

fn is_possessor(text: &str, name: Span) -> bool {
    let after = text.get(name.end..).unwrap_or("");
    ["'s ", "’s ", "' ", "’ "].iter().any(|p| after.starts_with(p))
}

/// The person whom a description is set beside: after it ("local official, Sajjad Ahmad,") or before it ("Vincent
/// Magwenya, Zuma's spokesman").
fn apposition<'a>(text: &str, core: Span, source: Span, entities: &'a [Entity]) -> Option<&'a Entity> {
    let persons = || entities.iter().filter(|e| e.label == PERSON);
    let apart = |from: usize, to: usize| {
        let between = Span::new(from, to.max(from)).of(text);
        let mut words = between.strip_prefix(',').unwrap_or(between).split_whitespace();
        from < to && words.all(|w| w.starts_with(char::is_uppercase) || is_office(w.trim_end_matches('.')))
    };
    let after = persons().find(|p| p.span.start >= core.end && apart(core.end, p.span.start));
    // "Deputy Prime Minister, Minister for Ports, and leader of the party, Ana Reis,"
    let closing = || {
        let end = source.start + source.of(text).trim_end_matches([',', ' ']).len();
        let last = persons().find(|p| p.span.end == end && p.span.start > core.end);
        last.filter(|p| Span::new(core.end, p.span.start).of(text).ends_with(", "))
    };
    after.or_else(closing).or_else(|| {
        persons().find(|p| {
            let between = Span::new(p.span.end, source.start).of(text);
            p.span.end < source.start && between.trim() == "," && describes_person(text, core)
        })
    })
}

/// The organisation that a description of a paper, company or the like is set beside ("the port's newspaper, the Lima
/// Post,").
fn body_beside<'a>(text: &str, core: Span, entities: &'a [Entity]) -> Option<&'a Entity> {
    const NOUNS: &[&str] = &[
        "affiliate",
        "agency",
        "airline",
        "association",
        "bank",
        "broadcaster",
        "channel",
        "charity",
        "company",
        "daily",
        "firm",
        "group",
        "magazine",
        "manufacturer",
        "network",
        "newspaper",
        "organisation",
        "organization",
        "operator",
        "owner",
        "paper",
        "party",
        "site",
        "station",
        "union",
        "website",
    ];
    let noun = core.of(text).rsplit(' ').next()?;
    let body = entities
        .iter()
        .find(|e| e.label == ORG && e.span.start > core.end)?;
    let between = Span::new(core.end, body.span.start).of(text);
    (NOUNS.contains(&noun) && matches!(between, ", " | ", the " | ", The ")).then_some(body)
}

/// The organisation or country that a description is set beside between commas ("the port's one ally, Norway, said").
fn set_beside<'a>(text: &str, core: Span, entities: &'a [Entity]) -> Option<&'a Entity> {
    let name = entities
        .iter()
        .find(|e| [ORG, COUNTRY].contains(&e.label.as_str()) && e.span.start > core.end)?;
    let between = Span::new(core.end, name.span.start).of(text);
    let closed = text
        .get(name.span.end..)
        .is_some_and(|rest| rest.starts_with(", "));
    (closed && matches!(between, ", " | ", the ")).then_some(name)
}

/// Whether a description can be a person's: it holds an office.
fn describes_person(text: &str, description: Span) -> bool {
    description
        .of(text)
        .split(|c: char| !(c.is_alphanumeric() || c == '-'))
        .any(is_office)
}

/// Whether a name makes up all of a phrase, but for a possessive and what follows it in capitals ("the party's
/// Politburo").
fn is_all(text: &str, phrase: Span, name: Span) -> bool {
    if name.start > phrase.start {
        return false;
    }
    let rest = Span::new(name.end.min(phrase.end), phrase.end).of(text);
    let owned = rest.strip_prefix("'s ").or(rest.strip_prefix("’s "));
    rest.trim().is_empty()
        || owned.is_some_and(|o| o.split_whitespace().all(|w| w.starts_with(char::is_uppercase)))
}

/// Whether an organisation's name closes a phrase that says what it is ("French news agency CAPA").
fn is_last(text: &str, phrase: Span, entity: &Entity) -> bool {
    let before = Span::new(phrase.start, entity.span.start.max(phrase.start)).of(text);
    let leads_on = |word: &str| {
        BEFORE_OBJECT.contains(&word) || word == "and" || word.ends_with("'s") || word.ends_with("’s")
    };
    entity.label == ORG && entity.span.end == phrase.end && !before.split_whitespace().any(leads_on)
}

/// A phrase without leading article or possessive pronoun; "a" and "an" stay, as they belong to a description.
fn without_article(text: &str, phrase: Span) -> Span {
    let words = phrase.of(text);
    for article in ["the", "his", "her", "its", "their", "our", "my", "both"] {
        if let Some((first, rest)) = words.split_once(char::is_whitespace)
            && first.eq_ignore_ascii_case(article)
        {
            return Span::new(phrase.end - rest.len(), phrase.end).trimmed(text);
        }
    }
    phrase
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Text with entities as `[LABEL words]` and the source between `<` and `>`; what it is read as.
    fn reading(marked: &str) -> String {
        let (mut text, mut entities, mut source) = (String::new(), Vec::new(), (0, 0));
        let mut open = None;
        let mut rest = marked;
        while let Some(c) = rest.chars().next() {
            let mut step = c.len_utf8();
            match c {
                '<' => source.0 = text.len(),
                '>' => source.1 = text.len(),
                '[' => {
                    let (label, _) = rest[1..].split_once(' ').unwrap();
                    open = Some((label.to_owned(), text.len()));
                    step = label.len() + 2;
                }
                ']' => {
                    let (label, start) = open.take().unwrap();
                    entities.push(Entity {
                        span: Span::new(start, text.len()),
                        label,
                        score: None,
                        country: None,
                        ..Entity::default()
                    });
                }
                _ => text.push(c),
            }
            rest = &rest[step..];
        }
        match read(&text, Span::new(source.0, source.1), &entities) {
            Source::Name(entity) => format!("name {}", entity.span.of(&text)),
            Source::Description(span) => format!("description {}", span.of(&text)),
            Source::Document(span) => format!("document {}", span.of(&text)),
            Source::Pronoun(pronoun) => format!("{pronoun:?}"),
        }
    }

    #[test]
    fn sources_as_news_writes_them() {
        for (marked, expected) in [
            ("<[PERSON Ana Reis]> said", "name Ana Reis"),
            ("<Foreign Minister [PERSON Ana Reis]> said", "name Ana Reis"),
            ("<[PERSON Ana Reis] of [ORG Earth Roots]> said", "name Ana Reis"),
            (
                "<The prosecutor in [LOC Lima], [PERSON Ana Reis],> said",
                "name Ana Reis",
            ),
            (
                "according to <local official>, [PERSON Ana Reis], all",
                "name Ana Reis",
            ),
            (
                "[PERSON Ana Reis], <[PERSON Lund]'s spokeswoman> said",
                "name Ana Reis",
            ),
            (
                "[PERSON Ana Reis], <who is with the [ORG WWF],> noted",
                "name Ana Reis",
            ),
            (
                "<An aide to President [PERSON Ana Reis]> said",
                "description An aide to President Ana Reis",
            ),
            (
                "<[PERSON Lund]'s spokeswoman> said",
                "description Lund's spokeswoman",
            ),
            (
                "<opponents of [MISC CAFTA]> said",
                "description opponents of CAFTA",
            ),
            (
                "<The [COUNTRY United States], a broker in the talks,> said",
                "name United States",
            ),
            (
                "<the [ORG Democratic Alliance], [COUNTRY South Africa]'s opposition party,> said",
                "name Democratic Alliance",
            ),
            ("<The [ORG Refugee Agency] (UNHCR)> said", "name Refugee Agency"),
            (
                "<The [ORG UN] refugee agency> said",
                "description The UN refugee agency",
            ),
            ("<The [ORG Labour Party]'s Politburo> said", "name Labour Party"),
            (
                "<[COUNTRY Norway]’s [ORG Petroleum Directorate]> said",
                "name Petroleum Directorate",
            ),
            (
                "<Many Republicans who represent farmers> said",
                "description Many Republicans",
            ),
            ("<His critics> said", "description His critics"),
            ("<The report> said", "document The report"),
            (
                "<the port's newspaper>, the [ORG Lima Post], said",
                "name Lima Post",
            ),
            (
                "<the chairman of the [ORG Port Authority] [PERSON Ana Reis]> said",
                "name Ana Reis",
            ),
            ("<a poll conducted by [ORG Lima Post]> said", "name Lima Post"),
            (
                "<Chancellor of the Exchequer [PERSON Ana Reis]> said",
                "name Ana Reis",
            ),
            ("<[NORP French] news agency [ORG CAPA]> said", "name CAPA"),
            ("<The> [ORG UN] had appealed", "name UN"),
            ("<a [ORG Lima Post] report> said", "name Lima Post"),
            (
                "<a statement from an aide to [PERSON Ana Reis]> said",
                "description an aide to Ana Reis",
            ),
            (
                "<Prime Minister, Minister for Ports, and leader of the [ORG Union], [PERSON Ana Reis],> said",
                "name Ana Reis",
            ),
            ("<She> said", "Person"),
        ] {
            assert_eq!(reading(marked), expected, "{marked}");
        }
    }
}
