//! Titles and offices beside a person's name: before it ("Egyptian Trade Minister Omar Said") and after it, set off by
//! commas ("Omar Said, head of Norway's Petroleum Directorate,").

use super::offices::{SHORT_TITLES, is_office, names_person};
use crate::annotation::Entity;
use crate::labels::{COUNTRY, LOC, NORP, ORG, PERSON};
use crate::span::Span;

/// What stands beside a name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Role {
    pub(super) title: Option<String>,
    pub(super) affiliation: Option<String>,
    pub(super) country: Option<String>,
}

/// The role that `phrase` (a span of `text`) describes; `None` where it holds no office. Entities inside give country
/// and affiliation and do not belong to the title.
pub(super) fn described(text: &str, phrase: Span, entities: &[Entity]) -> Option<Role> {
    let inside: Vec<&Entity> = entities.iter().filter(|e| phrase.contains(e.span)).collect();
    let country = inside
        .iter()
        .filter(|e| [COUNTRY, NORP, LOC].contains(&e.label.as_str()))
        .find_map(|e| e.country.clone());
    let affiliation = inside
        .iter()
        .find(|e| e.label == ORG)
        .map(|e| e.span.of(text).to_owned());
    let title = title(text, phrase, &inside)?;
    Some(Role {
        title: Some(title),
        affiliation,
        country,
    })
}

/// The words of a phrase that make the title: without entities, articles and possessives, up to a preposition but for
/// "of" and "for" before what is no name itself ("Secretary of State").
fn title(text: &str, phrase: Span, inside: &[&Entity]) -> Option<String> {
    let mut words: Vec<&str> = Vec::new();
    let mut held = false;
    let mut tokens = (phrase.of(text).split_word_spans())
        .map(|(offset, word)| {
            (
                Span::new(phrase.start + offset, phrase.start + offset + word.len()),
                word,
            )
        })
        .peekable();
    let is_inside = |span: Span| inside.iter().any(|e| e.span.overlaps(span));
    while let Some((span, word)) = tokens.next() {
        if is_inside(span) {
            // "head of Norway's …": what follows the office is where it is held.
            if held {
                break;
            }
            words.retain(|w| STANDING.contains(&w.to_lowercase().as_str()));
            continue;
        }
        let lower = word.to_lowercase();
        if held && (LEADS_ON.contains(&lower.as_str()) || HONORIFICS.contains(&lower.as_str())) {
            break;
        }
        if held && ["of", "for"].contains(&lower.as_str()) {
            let next = tokens
                .peek()
                .filter(|(s, w)| w.starts_with(char::is_uppercase) && !is_inside(*s));
            if next.is_none() {
                break;
            }
        }
        if !held && BEFORE_TITLE.contains(&lower.as_str()) {
            words.clear();
            continue;
        }
        held |= is_office(word);
        words.push(word);
    }
    while words.last().is_some_and(|w| !is_office(w) && is_small(w)) {
        words.pop();
    }
    while words.first().is_some_and(|w| is_small(w)) {
        words.remove(0);
    }
    if let [only] = words[..]
        && let Some((_, long)) = SHORT_TITLES
            .iter()
            .find(|(short, _)| only.eq_ignore_ascii_case(short))
    {
        return Some((*long).to_owned());
    }
    held.then(|| joined(text, &words))
}

/// Words as they stand in the text, apostrophes and hyphens between them included; one space where something is left out.
fn joined(text: &str, words: &[&str]) -> String {
    let at = |word: &str| word.as_ptr() as usize - text.as_ptr() as usize;
    let mut out = String::new();
    for (index, word) in words.iter().enumerate() {
        if let Some(before) = index.checked_sub(1).map(|b| words[b]) {
            let gap = text.get(at(before) + before.len()..at(word)).unwrap_or(" ");
            out.push_str(if gap.len() <= 4 && !gap.contains(char::is_whitespace) {
                gap
            } else {
                " "
            });
        }
        out.push_str(word);
    }
    out
}

/// Words that say how an office stands, and stay where a name comes between ("former Labour Home Secretary").
pub(super) const STANDING: &[&str] = &[
    "acting", "deputy", "ex", "former", "outgoing", "senior", "shadow", "vice",
];

/// Titles of courtesy.
pub(super) const HONORIFICS: &[&str] = &["dame", "dr", "lady", "lord", "miss", "mr", "mrs", "ms", "sir"];

/// Words that lead from an office to where or what for it is held.
const LEADS_ON: &[&str] = &["at", "from", "in", "on", "to", "under", "who", "with"];

/// Words that no title begins with.
pub(super) const BEFORE_TITLE: &[&str] = &[
    "as",
    "according",
    "both",
    "current",
    "currently",
    "including",
    "like",
    "one",
    "said",
    "says",
    "some",
    "that",
    "than",
    "told",
    "two",
    "yesterday",
    "today",
    "year-old",
    "another",
    "several",
    "many",
    "where",
    "or",
    "if",
    "because",
    "added",
    "which",
];

pub(super) fn is_small(word: &str) -> bool {
    const SMALL: &[&str] = &[
        "a", "after", "an", "and", "are", "as", "at", "been", "before", "but", "by", "for", "from", "had",
        "has", "have", "he", "her", "his", "in", "is", "it", "its", "last", "of", "on", "our", "s", "she",
        "since", "the", "their", "then", "to", "was", "were", "when", "while", "who", "with",
    ];
    SMALL.contains(&word.to_lowercase().as_str())
}

/// Whether a capitalised word names a day or a month, which may stand before a title but is no part of it.
pub(super) fn is_date(word: &str) -> bool {
    const DATES: &[&str] = &[
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    DATES.contains(&word)
}

pub(super) trait WordSpans {
    fn split_word_spans(&self) -> impl Iterator<Item = (usize, &str)>;
}

impl WordSpans for str {
    /// Words with their offsets; hyphens stay inside words.
    fn split_word_spans(&self) -> impl Iterator<Item = (usize, &str)> {
        let base = self.as_ptr() as usize;
        self.split(|c: char| !(c.is_alphanumeric() || c == '-'))
            .filter(|w| !w.is_empty())
            .map(move |w| (w.as_ptr() as usize - base, w))
    }
}

/// The role of the person named at `entities[index]`, from the words before the name and the apposition after it. In a
/// heading, a name after the comma says where the person belongs ("Ana Reis, Port of Lima").
pub(super) fn beside(
    text: &str,
    sentence: Span,
    heading: bool,
    entities: &[Entity],
    index: usize,
) -> Option<Role> {
    let name = entities[index].span;
    let before = before(text, sentence, entities, name)
        .and_then(|p| described(text, p, entities))
        .or_else(|| set_before(text, sentence, entities, name).and_then(|p| described(text, p, entities)));
    let after = after(text, sentence, entities, name);
    let after = after
        .and_then(|p| described(text, p, entities).or_else(|| heading.then(|| belonging(text, p, entities))));
    match (before, after) {
        (Some(before), Some(after)) => Some(Role {
            title: before.title.or(after.title),
            affiliation: before.affiliation.or(after.affiliation),
            country: before.country.or(after.country),
        }),
        (before, after) => before.or(after),
    }
}

/// Organisation and country that a phrase names.
fn belonging(text: &str, phrase: Span, entities: &[Entity]) -> Role {
    let inside = || entities.iter().filter(|e| phrase.contains(e.span));
    Role {
        title: None,
        affiliation: inside()
            .find(|e| e.label == ORG)
            .map(|e| e.span.of(text).to_owned()),
        country: inside().find(|e| e.label != ORG).and_then(|e| e.country.clone()),
    }
}

/// The run of words before a name that can be its title: capitalised words, offices and names of countries and
/// organisations, back to punctuation.
fn before(text: &str, sentence: Span, entities: &[Entity], name: Span) -> Option<Span> {
    let lead = Span::new(sentence.start, name.start).of(text);
    let mut start = name.start;
    let mut held = false;
    for (offset, word) in lead.split_word_spans().collect::<Vec<_>>().into_iter().rev() {
        let at = sentence.start + offset;
        let between = Span::new(at + word.len(), start).of(text);
        let entity = entities
            .iter()
            .find(|e| e.span.contains(Span::new(at, at + word.len())));
        let dotted = SHORT_TITLES.iter().any(|(s, _)| word.eq_ignore_ascii_case(s))
            || HONORIFICS.contains(&word.to_lowercase().as_str());
        let abbreviated = between == ". " && (dotted || entity.is_some());
        let apart = between.trim().chars().any(|c| c != '-' && c != '\'' && c != '’') && !abbreviated;
        if apart || entity.is_some_and(|e| e.label == PERSON) {
            break;
        }
        let capitalised = word.starts_with(char::is_uppercase) && !is_date(word) && !is_small(word);
        let lower = word.to_lowercase();
        let modifies = held
            && !is_date(word)
            && !is_small(word)
            && !BEFORE_TITLE.contains(&lower.as_str())
            && !lower.ends_with("ing")
            && !lower.ends_with("ly");
        if !(entity.is_some()
            || names_person(word)
            || capitalised
            || modifies
            || ["of", "and", "for", "s"].contains(&word))
        {
            break;
        }
        held |= names_person(word);
        start = entity.map_or(at, |e| e.span.start.min(at));
    }
    (start < name.start).then(|| Span::new(start, name.start).trimmed(text))
}

/// An office that a name is set beside ("the Prime Minister, Ana Reis, said").
fn set_before(text: &str, sentence: Span, entities: &[Entity], name: Span) -> Option<Span> {
    let lead = Span::new(sentence.start, name.start)
        .of(text)
        .strip_suffix(", ")?;
    let closes = text
        .get(name.end..)
        .is_some_and(|rest| rest.starts_with([',', '.', ';']));
    let start = lead.rfind([',', ';', '"', '“', '”', ':']).map_or(0, |at| at + 1);
    let phrase = Span::new(sentence.start + start, sentence.start + lead.len()).trimmed(text);
    // "… denied by the police chief": back to the last article.
    let article = (phrase.of(text).split_word_spans())
        .filter(|(offset, word)| {
            ["the", "The", "a", "A", "an", "by", "with", "said"].contains(word)
                && !phrase.of(text)[..*offset].trim_end().ends_with(" of")
        })
        .last();
    let phrase = Span::new(
        phrase.start + article.map_or(0, |(offset, word)| offset + word.len()),
        phrase.end,
    )
    .trimmed(text);
    let words = phrase.of(text).split_word_spans().count();
    let another = entities
        .iter()
        .any(|e| e.label == PERSON && phrase.overlaps(e.span));
    (closes && words <= 8 && !another && phrase.of(text).split_word_spans().any(|(_, w)| names_person(w)))
        .then_some(phrase)
}

/// The apposition after a name: from the comma that follows it to the next one.
fn after(text: &str, sentence: Span, entities: &[Entity], name: Span) -> Option<Span> {
    let tail = Span::new(name.end, sentence.end).of(text);
    let rest = tail.strip_prefix(", ")?;
    let start = name.end + 2;
    let within = |at: usize| {
        entities
            .iter()
            .any(|e| e.span.start < start + at && start + at < e.span.end)
    };
    let end = (rest
        .match_indices([',', ';', '.', '—', '”', '"'])
        .map(|(at, _)| at))
    .find(|at| !within(*at))
    .unwrap_or(rest.len());
    let phrase = Span::new(start, start + end);
    let words = phrase.of(text).split_word_spans().count();
    let names_another = entities
        .iter()
        .any(|e| e.label == PERSON && phrase.contains(e.span));
    (words <= 16 && !names_another).then_some(phrase)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entity(text: &str, surface: &str, label: &str, country: Option<&str>) -> Entity {
        let start = text.find(surface).unwrap();
        Entity {
            span: Span::new(start, start + surface.len()),
            label: label.into(),
            score: None,
            country: country.map(str::to_owned),
            ..Entity::default()
        }
    }

    #[test]
    fn roles_before_and_after_the_name() {
        let norway = &[("Norway", LOC, Some("NO")), ("Petroleum Directorate", ORG, None)][..];
        for (text, others, title, affiliation, country) in [
            (
                "Egyptian Trade Minister Omar Said left.",
                &[("Egyptian", NORP, Some("EG"))][..],
                "Trade Minister",
                None,
                Some("EG"),
            ),
            (
                "Omar Said, head of Norway's Petroleum Directorate, left.",
                norway,
                "head",
                Some("Petroleum Directorate"),
                Some("NO"),
            ),
            ("Sen. Omar Said left.", &[], "Senator", None, None),
            (
                "On Monday President Omar Said left.",
                &[],
                "President",
                None,
                None,
            ),
            (
                "Fishermen’s leader Omar Said left.",
                &[],
                "Fishermen’s leader",
                None,
                None,
            ),
            (
                "Omar Said, the former prime minister, left.",
                &[],
                "former prime minister",
                None,
                None,
            ),
        ] {
            let mut entities: Vec<Entity> = others.iter().map(|(s, l, c)| entity(text, s, l, *c)).collect();
            entities.push(entity(text, "Omar Said", PERSON, None));
            entities.sort_by_key(|e| e.span);
            let index = entities.iter().position(|e| e.label == PERSON).unwrap();
            let role = beside(text, Span::new(0, text.len()), false, &entities, index).unwrap_or_default();
            assert_eq!(role.title.as_deref(), Some(title), "{text}");
            assert_eq!(role.affiliation.as_deref(), affiliation, "{text}");
            assert_eq!(role.country.as_deref(), country, "{text}");
        }
    }

    #[test]
    fn headings_say_where_somebody_belongs() {
        let text = "Foreign Minister Omar Said, Norway";
        let entities = [
            entity(text, "Omar Said", PERSON, None),
            entity(text, "Norway", COUNTRY, Some("NO")),
        ];
        let whole = Span::new(0, text.len());
        let country = |heading| beside(text, whole, heading, &entities, 0).and_then(|r| r.country);
        assert_eq!(country(true).as_deref(), Some("NO"));
        assert_eq!(country(false), None);
    }

    #[test]
    fn an_aside_is_no_role() {
        let text = "In Lima, Omar Said, who was late, left.";
        let entities = [
            entity(text, "Lima", LOC, Some("PE")),
            entity(text, "Omar Said", PERSON, None),
        ];
        assert_eq!(beside(text, Span::new(0, text.len()), false, &entities, 1), None);
    }
}
