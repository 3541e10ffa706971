//! Titles and offices beside a person's name: before it ("Egyptian Trade Minister Omar Said") and after it, set off by
//! commas ("Omar Said, head of Norway's Petroleum Directorate,").

use crate::annotation::Entity;
use crate::labels::{COUNTRY, LOC, NORP, ORG, PERSON};
use crate::span::Span;

/// Nouns that a title or office ends with, or begins with before "of" and "for".
const OFFICES: &[&str] = &[
    "adviser",
    "advisor",
    "ambassador",
    "analyst",
    "archbishop",
    "attorney",
    "author",
    "bishop",
    "boss",
    "candidate",
    "captain",
    "cardinal",
    "chair",
    "chairman",
    "chairperson",
    "chairwoman",
    "chancellor",
    "chief",
    "coach",
    "colonel",
    "commander",
    "commissioner",
    "congressman",
    "congresswoman",
    "coordinator",
    "correspondent",
    "council",
    "councillor",
    "counsel",
    "counterpart",
    "delegate",
    "deputy",
    "diplomat",
    "director",
    "economist",
    "editor",
    "emir",
    "envoy",
    "executive",
    "expert",
    "founder",
    "general",
    "governor",
    "head",
    "inspector",
    "journalist",
    "judge",
    "justice",
    "king",
    "lawmaker",
    "lawyer",
    "leader",
    "lieutenant",
    "lord",
    "major",
    "manager",
    "marshal",
    "mayor",
    "member",
    "minister",
    "monarch",
    "mp",
    "negotiator",
    "officer",
    "official",
    "ombudsman",
    "owner",
    "parliamentarian",
    "partner",
    "pastor",
    "patriarch",
    "politician",
    "pope",
    "premier",
    "president",
    "priest",
    "prime",
    "prince",
    "princess",
    "principal",
    "professor",
    "prosecutor",
    "protester",
    "queen",
    "rapporteur",
    "rector",
    "representative",
    "researcher",
    "resident",
    "scientist",
    "secretary",
    "secretary-general",
    "senator",
    "sergeant",
    "sheriff",
    "solicitor",
    "speaker",
    "spokesman",
    "spokesperson",
    "spokeswoman",
    "strategist",
    "sultan",
    "superintendent",
    "supporter",
    "taoiseach",
    "treasurer",
    "trustee",
    "undersecretary",
    "vice-president",
    "witness",
];

/// Abbreviated titles, and what they stand for.
const SHORT_TITLES: &[(&str, &str)] = &[
    ("gen", "General"),
    ("gov", "Governor"),
    ("lt", "Lieutenant"),
    ("col", "Colonel"),
    ("rep", "Representative"),
    ("sen", "Senator"),
    ("prof", "Professor"),
    ("adm", "Admiral"),
    ("sgt", "Sergeant"),
    ("capt", "Captain"),
];

/// What stands beside a name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Role {
    pub(super) title: Option<String>,
    pub(super) affiliation: Option<String>,
    pub(super) country: Option<String>,
}

/// Whether a word names an office.
pub(super) fn is_office(word: &str) -> bool {
    let lower = word.to_lowercase();
    let singular = lower.strip_suffix('s').unwrap_or(&lower);
    OFFICES.binary_search(&lower.as_str()).is_ok() || OFFICES.binary_search(&singular).is_ok()
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

/// The words of a phrase that make the title: without entities, articles and possessives, up to "of" or "for" where
/// what follows is a name.
fn title(text: &str, phrase: Span, inside: &[&Entity]) -> Option<String> {
    let mut words: Vec<Span> = Vec::new();
    let is = |span: Option<&Span>, test: fn(&str) -> bool| span.is_some_and(|s| test(s.of(text)));
    for (offset, word) in phrase.of(text).split_word_spans() {
        let span = Span::new(phrase.start + offset, phrase.start + offset + word.len());
        if inside.iter().any(|e| e.span.overlaps(span)) {
            // "head of Norway's …": what follows the office is where it is held.
            if words.iter().any(|w| is_office(w.of(text))) {
                break;
            }
            words.clear();
            continue;
        }
        words.push(span);
    }
    while is(words.last(), |w| !is_office(w) && is_small(w)) {
        words.pop();
    }
    while is(words.first(), is_small) {
        words.remove(0);
    }
    if !words.iter().any(|w| is_office(w.of(text))) && words.len() != 1 {
        return None;
    }
    let title = words.first()?.cover(*words.last()?).of(text);
    match SHORT_TITLES
        .iter()
        .find(|(short, _)| title.eq_ignore_ascii_case(short))
    {
        Some((_, long)) => Some((*long).to_owned()),
        None => words
            .iter()
            .any(|w| is_office(w.of(text)))
            .then(|| title.split_whitespace().collect::<Vec<_>>().join(" ")),
    }
}

fn is_small(word: &str) -> bool {
    const SMALL: &[&str] = &[
        "a", "after", "an", "and", "as", "at", "before", "but", "by", "for", "from", "he", "her", "his",
        "in", "is", "it", "its", "last", "of", "on", "our", "s", "she", "since", "the", "their", "then",
        "to", "when", "while", "who", "with",
    ];
    SMALL.contains(&word.to_lowercase().as_str())
}

/// Whether a capitalised word names a day or a month, which may stand before a title but is no part of it.
fn is_date(word: &str) -> bool {
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

trait WordSpans {
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
    let before = before(text, sentence, entities, name).and_then(|p| described(text, p, entities));
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
    for (offset, word) in lead.split_word_spans().collect::<Vec<_>>().into_iter().rev() {
        let at = sentence.start + offset;
        let between = Span::new(at + word.len(), start).of(text);
        let entity = entities
            .iter()
            .find(|e| e.span.contains(Span::new(at, at + word.len())));
        let abbreviated = between == ". " && SHORT_TITLES.iter().any(|(s, _)| word.eq_ignore_ascii_case(s));
        let apart = between.trim().chars().any(|c| c != '-' && c != '\'' && c != '’') && !abbreviated;
        if apart || entity.is_some_and(|e| e.label == PERSON) {
            break;
        }
        let capitalised = word.starts_with(char::is_uppercase) && !is_date(word) && !is_small(word);
        if !(entity.is_some() || is_office(word) || capitalised || ["of", "and", "for", "s"].contains(&word))
        {
            break;
        }
        start = entity.map_or(at, |e| e.span.start.min(at));
    }
    (start < name.start).then(|| Span::new(start, name.start).trimmed(text))
}

/// The apposition after a name: from the comma that follows it to the next one.
fn after(text: &str, sentence: Span, entities: &[Entity], name: Span) -> Option<Span> {
    let tail = Span::new(name.end, sentence.end).of(text);
    let rest = tail.strip_prefix(", ")?;
    let start = name.end + 2;
    let end = rest.find([',', ';', '.', '—', '”', '"']).unwrap_or(rest.len());
    let phrase = Span::new(start, start + end);
    let words = phrase.of(text).split_word_spans().count();
    let names_another = entities
        .iter()
        .any(|e| e.label == PERSON && phrase.contains(e.span));
    (words <= 12 && !names_another).then_some(phrase)
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
        }
    }

    #[test]
    fn offices_are_sorted() {
        assert!(OFFICES.windows(2).all(|w| w[0] < w[1]));
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
