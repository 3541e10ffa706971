//! The role of a speaker: of the runs of words beside the name, or in a description, the best by the learnt ranking, which
//! may be none. How much of "the former deputy head of the port council's fisheries section" is called the role is
//! a matter of style, which labelled articles teach.

use super::cast::Actor;
use super::claims::{Choice, Subject};
use super::described::description;
use super::offices::{SHORT_TITLES, is_office, names_person};
use super::pointing::log;
use super::rankings::{Candidate, Feature, Rankings};
use super::roles::{BEFORE_TITLE, HONORIFICS, STANDING, WordSpans, is_date, is_small};
use super::scene::Scene;
use crate::annotation::{Speaker, SpeakerKind};
use crate::labels::{COUNTRY, LOC, NORP, ORG};
use crate::span::Span;

/// Mentions of a speaker beside which a role is sought: the first ones.
const MENTIONS: usize = 3;
/// Words of a phrase among which it is sought, and words of a role, at most.
const NEAR: usize = 14;
const LONGEST: usize = 9;

/// The feature of a candidate that says how probable it is by the title tags.
const TAGGED: &str = "tagged as a title";
/// Places of words that are farther from the name than its clause.
const EARLIER: &str = "earlier in the sentence";
const LATER: &str = "later in the sentence";
/// Probability from which words farther from the name, or without a noun for a person, are candidates.
const LIKELY: f64 = 0.3;

/// Words between an office and what it is for.
const LINKS: &[&str] = &["at", "for", "from", "in", "of", "on", "to", "with"];

/// The role of a speaker, and the choice that led to it. Organisations and countries have none.
pub(super) fn role(
    scene: &Scene<'_>,
    record: &Speaker,
    actor: Option<&Actor>,
    id: usize,
    rankings: &Rankings,
) -> Option<(Option<String>, Choice)> {
    let kind = match record.kind {
        SpeakerKind::Person => "role of a person",
        SpeakerKind::Unnamed => "role of a description",
        _ => return None,
    };
    let mut candidates: Vec<Candidate> = Vec::new();
    for phrase in beside(scene, record, actor) {
        runs(scene, &phrase, &mut candidates);
    }
    let mut f: Vec<Feature> = vec![("none", 1.0)];
    if !scene.input.tags.titles.is_empty() {
        // As probable as that the likeliest near the name is no title; one farther off may be somebody else's.
        let is_far = |c: &&Candidate| c.features.iter().any(|(name, _)| [EARLIER, LATER].contains(name));
        let near = candidates.iter().filter(|c| !is_far(c));
        let best = near.filter_map(log_p).fold(f64::NEG_INFINITY, f64::max);
        f.push(("no title tagged", log(1.0 - best.exp())));
    }
    let office = candidates
        .iter()
        .any(|c| c.features.contains(&("an office", 1.0)));
    f.push(("none, though an office is named", f64::from(office)));
    f.push((
        "none, though somebody is described",
        f64::from(!candidates.is_empty()),
    ));
    let many = record.name.to_lowercase().ends_with('s');
    f.push(("none, for many", f64::from(many)));
    candidates.push(Candidate::new(None, f));
    let best = rankings.rank(kind, &mut candidates);
    let role = best.and_then(|b| candidates[b].name.clone());
    let choice = Choice {
        kind,
        subject: Subject::Role(id),
        candidates,
    };
    Some((role, choice))
}

/// Words that may hold a speaker's role.
struct Phrase {
    place: &'static str,
    span: Span,
    /// The name that they stand beside.
    name: Option<Span>,
    /// Whether they are so far from the name that only what the model takes for a title can be its role.
    far: bool,
}

/// The phrases that may hold a speaker's role.
fn beside(scene: &Scene<'_>, record: &Speaker, actor: Option<&Actor>) -> Vec<Phrase> {
    let text = scene.input.text;
    if record.kind == SpeakerKind::Unnamed {
        let whole = record.mentions.iter().find_map(|mention| {
            let at = mention.start + mention.of(text).find(&record.name)?;
            Some(Span::new(at, at + record.name.len()))
        });
        let phrase = |span| Phrase {
            place: "in the description",
            span,
            name: None,
            far: false,
        };
        return whole.map(phrase).into_iter().collect();
    }
    let mentions = actor.into_iter().flat_map(|a| &a.mentions).take(MENTIONS);
    mentions.flat_map(|mention| around(scene, *mention)).collect()
}

/// The words before and after a name within its clause: back to a mark, but for a comma right before the name, and on
/// from a comma, a bracket or a form of "be"; then the rest of the sentence.
fn around(scene: &Scene<'_>, name: Span) -> Vec<Phrase> {
    let text = scene.input.text;
    let Some(sentence) = scene.sentence(name) else {
        return Vec::new();
    };
    let sentence = scene.input.segments.sentences[sentence].span;
    let lead = Span::new(sentence.start, name.start.max(sentence.start))
        .of(text)
        .trim_end();
    let (lead, set_before) = match lead.strip_suffix(',') {
        Some(lead) => (lead, true),
        None => (lead, false),
    };
    let is_mark = |(at, c): (usize, char)| {
        // The full stop of "Sen." ends nothing.
        let ends = c != '.' || !is_short_title(lead[..at].rsplit(' ').next().unwrap_or(""));
        (",;:.!?()[]\"“”—–\n".contains(c) && ends).then_some(at + c.len_utf8())
    };
    let from = lead.char_indices().filter_map(is_mark).next_back().unwrap_or(0);
    let before = Phrase {
        place: if set_before {
            "set before the name"
        } else {
            "before the name"
        },
        span: Span::new(sentence.start + from, sentence.start + lead.len()).trimmed(text),
        name: Some(name),
        far: false,
    };
    let tail = Span::new(name.end, sentence.end.max(name.end)).of(text);
    let opens = [", ", " (", " is ", " was ", " – ", " — "];
    let after = opens
        .iter()
        .find_map(|open| Some((open.len(), tail.strip_prefix(open)?)))
        .map(|(skip, rest)| {
            let from = name.end + skip;
            let end = rest
                .char_indices()
                .find(|(at, c)| ",;:.!?()[]\"“”—–\n".contains(*c) && !scene.is_within_name(from + at))
                .map_or(rest.len(), |(at, _)| at);
            Phrase {
                place: "after the name",
                span: Span::new(from, from + end),
                name: Some(name),
                far: false,
            }
        });
    let rest = |place, start: usize, end: usize| Phrase {
        place,
        span: Span::new(start, end.max(start)).trimmed(text),
        name: Some(name),
        far: true,
    };
    let gone = after.as_ref().map_or(name.end, |phrase| phrase.span.end);
    let earlier = rest(EARLIER, sentence.start, before.span.start);
    let later = rest(LATER, gone, sentence.end);
    [before]
        .into_iter()
        .chain(after)
        .chain([earlier, later])
        .collect()
}

/// How probable it is, by the model's title tags, that a span and no more than it is a title; the logarithm, and `None`
/// if the model does not say.
fn tagged(scene: &Scene<'_>, span: Span) -> Option<f64> {
    let words = scene.input.segments.words_in(span);
    let tags = scene.input.tags.titles.get(words.clone())?;
    let (first, others) = tags.split_first()?;
    let goes_on = scene
        .input
        .tags
        .titles
        .get(words.end)
        .map_or(0.0, |tag| tag[2].exp());
    let log_p = first[1] + others.iter().map(|tag| tag[2]).sum::<f32>() + (1.0 - goes_on).ln();
    Some(log(f64::from(log_p.exp())))
}

/// A word of a phrase.
struct Token<'a> {
    span: Span,
    word: &'a str,
    lower: String,
    /// Label of the name that it is part of, and whether it begins and ends it.
    entity: Option<(&'a str, bool, bool)>,
    person: bool,
}

impl Token<'_> {
    fn is_capitalised(&self) -> bool {
        self.word.starts_with(char::is_uppercase)
    }

    /// Whether a role can begin or end with it.
    fn is_edge(&self) -> bool {
        !is_small(self.word) && !is_date(self.word) && !BEFORE_TITLE.contains(&self.lower.as_str())
    }

    fn is_link(&self) -> bool {
        LINKS.contains(&self.lower.as_str())
    }
}

fn tokens<'a>(scene: &'a Scene<'_>, phrase: Span) -> Vec<Token<'a>> {
    let entities = scene.input.entities;
    let words = phrase.of(scene.input.text).split_word_spans();
    words
        .map(|(offset, word)| {
            let span = Span::new(phrase.start + offset, phrase.start + offset + word.len());
            let after = entities.partition_point(|e| e.span.start <= span.start);
            let entity = after.checked_sub(1).map(|at| &entities[at]);
            Token {
                span,
                word,
                lower: word.to_lowercase(),
                entity: entity.filter(|e| e.span.overlaps(span)).map(|e| {
                    (
                        e.label.as_str(),
                        e.span.start == span.start,
                        e.span.end <= span.end,
                    )
                }),
                person: names_person(word) || is_short_title(word),
            }
        })
        .collect()
}

fn is_short_title(word: &str) -> bool {
    SHORT_TITLES
        .iter()
        .any(|(short, _)| word.eq_ignore_ascii_case(short))
}

/// Adds the runs of words of a phrase that may be a role, each once.
fn runs(scene: &Scene<'_>, phrase: &Phrase, candidates: &mut Vec<Candidate>) {
    let text = scene.input.text;
    let mut tokens = tokens(scene, phrase.span);
    // The words nearest to the name.
    let before = phrase.name.is_some_and(|name| phrase.span.end <= name.start);
    match (phrase.far, before) {
        (true, _) => {}
        (false, true) => drop(tokens.drain(..tokens.len().saturating_sub(NEAR))),
        (false, false) => tokens.truncate(NEAR),
    }
    for first in 0..tokens.len() {
        if !tokens[first].is_edge() || tokens[first].entity.is_some_and(|(_, begins, _)| !begins) {
            continue;
        }
        for last in first..tokens.len().min(first + LONGEST) {
            let (run, end, next) = (&tokens[first..=last], &tokens[last], tokens.get(last + 1));
            if is_courtesy(end) && last > first {
                break;
            }
            let whole = end.entity.is_none_or(|(_, _, ends)| ends);
            let breaks = next.is_none_or(|n| {
                is_small(n.word)
                    || n.is_link()
                    || is_courtesy(n)
                    || n.entity.is_some_and(|e| e.1)
                    || end.person
            });
            let dotted = is_short_title(end.word) && text[end.span.end..].starts_with('.');
            let span = Span::new(run[0].span.start, end.span.end + usize::from(dotted));
            let log_p = tagged(scene, span);
            let likely = log_p.is_some_and(|log_p| log_p >= LIKELY.ln());
            let someone = !phrase.far && breaks && run.iter().any(|t| t.person && t.entity.is_none());
            if !whole || !end.is_edge() || !(someone || likely) {
                continue;
            }
            let mut features = of_run(scene, phrase, &tokens, first, last);
            features.extend(log_p.map(|log_p| (TAGGED, log_p)));
            let words = description(span.of(text));
            let long = SHORT_TITLES
                .iter()
                .find(|(short, _)| end.word.eq_ignore_ascii_case(short));
            if let (Some((_, long)), true) = (long, first == last) {
                add((*long).to_owned(), with(&features, "written out"), candidates);
            }
            // "Senators Ana Reis and Omar Said": each is one.
            let one = words.strip_suffix('s').filter(|one| !one.ends_with('s'));
            if let (Some(one), true, true) = (one, end.person, phrase.name.is_some()) {
                add(one.to_owned(), with(&features, "one of many"), candidates);
            }
            add(words, features, candidates);
        }
    }
}

fn is_courtesy(token: &Token<'_>) -> bool {
    HONORIFICS.contains(&token.lower.as_str())
}

fn with(features: &[Feature], name: &'static str) -> Vec<Feature> {
    let mut features = features.to_vec();
    features.push((name, 1.0));
    features
}

fn add(name: String, features: Vec<Feature>, candidates: &mut Vec<Candidate>) {
    let known = candidates
        .iter_mut()
        .find(|c| c.name.as_ref().is_some_and(|n| n.eq_ignore_ascii_case(&name)));
    match known {
        Some(known) => {
            // As probable as where it is most.
            let tagged = known.features.iter_mut().find(|(feature, _)| *feature == TAGGED);
            let again = features.iter().find(|(feature, _)| *feature == TAGGED);
            if let (Some((_, log_p)), Some((_, again))) = (tagged, again) {
                *log_p = log_p.max(*again);
            }
            if !known.features.iter().any(|(feature, _)| *feature == "again") {
                known.features.push(("again", 1.0));
            }
        }
        None => candidates.push(Candidate::new(Some(name), features)),
    }
}

/// How probable a candidate is by the title tags, as a logarithm.
fn log_p(candidate: &Candidate) -> Option<f64> {
    let tagged = candidate.features.iter().find(|(feature, _)| *feature == TAGGED);
    tagged.map(|(_, log_p)| *log_p)
}

/// What speaks for and against the words from `first` to `last` as a role.
fn of_run(
    scene: &Scene<'_>,
    phrase: &Phrase,
    tokens: &[Token<'_>],
    first: usize,
    last: usize,
) -> Vec<Feature> {
    let run = &tokens[first..=last];
    let mut f: Vec<Feature> = vec![(phrase.place, 1.0)];
    if let Some(name) = phrase.name.filter(|_| phrase.far) {
        let between = if phrase.span.start >= name.end {
            Span::new(name.end, run[0].span.start)
        } else {
            Span::new(run[run.len() - 1].span.end, name.start)
        };
        let apart = scene.input.segments.words_in(between).len();
        f.push(("words to the name", (apart as f64).ln_1p()));
    } else if let Some(name) = phrase.name {
        let after = phrase.span.start >= name.end;
        let between = if after {
            &tokens[..first]
        } else {
            &tokens[last + 1..]
        };
        let apart = between
            .iter()
            .filter(|t| !is_small(t.word) && !is_courtesy(t))
            .count();
        f.push(("words to the name", (apart as f64).ln_1p()));
        if apart == 0 {
            f.push((
                if after {
                    "right after the name"
                } else {
                    "right before the name"
                },
                1.0,
            ));
        }
    }
    let mut flag = |name: &'static str, holds: bool| {
        if holds {
            f.push((name, 1.0));
        }
    };
    let is_ours = |t: &Token<'_>| t.entity.is_none();
    flag("an office", run.iter().any(|t| is_ours(t) && is_office(t.word)));
    flag("ends in an office", is_office(run[run.len() - 1].word));
    flag("begins with an office", is_office(run[0].word));
    flag("a person's noun only", !run.iter().any(|t| is_office(t.word)));
    flag("many", run.iter().any(|t| t.person && t.lower.ends_with('s')));
    flag(
        "begins with how it stands",
        STANDING.contains(&run[0].lower.as_str()),
    );
    flag(
        "a title of courtesy",
        run.iter().any(|t| HONORIFICS.contains(&t.lower.as_str())),
    );
    flag("an abbreviation", run.iter().any(|t| is_short_title(t.word)));
    flag(
        "a number",
        run.iter().any(|t| t.word.contains(|c: char| c.is_ascii_digit())),
    );
    flag("begins with a capital", run[0].is_capitalised());
    // A role within another one: "of" and what follows.
    let link = run.iter().position(Token::is_link);
    flag("with of", run.iter().any(|t| t.lower == "of"));
    flag("with for", run.iter().any(|t| t.lower == "for"));
    flag(
        "with another preposition",
        run.iter()
            .any(|t| t.is_link() && !["of", "for"].contains(&t.lower.as_str())),
    );
    flag("with and", run.iter().any(|t| t.lower == "and"));
    let (lead, complement) = run.split_at(link.unwrap_or(run.len()));
    flag("no person before the preposition", !lead.iter().any(|t| t.person));
    for (part, names) in [
        (
            lead,
            [
                "before the office, an organisation",
                "before the office, a place",
                "before the office, a country",
                "before the office, a nation",
                "before the office, another name",
            ],
        ),
        (
            complement,
            [
                "after the office, an organisation",
                "after the office, a place",
                "after the office, a country",
                "after the office, a nation",
                "after the office, another name",
            ],
        ),
    ] {
        for token in part {
            if let Some((label, true, _)) = token.entity {
                flag(
                    names[match label {
                        ORG => 0,
                        LOC => 1,
                        COUNTRY => 2,
                        NORP => 3,
                        _ => 4,
                    }],
                    true,
                );
            }
        }
    }
    let possessive = |from: usize| from > 0 && tokens[from - 1].lower == "s";
    match first.checked_sub(1).map(|before| &tokens[before]) {
        None => flag("from the start", true),
        Some(before) => {
            flag("after a possessive", possessive(first));
            let owner = if possessive(first) {
                first.checked_sub(2).map(|o| &tokens[o])
            } else {
                Some(before)
            };
            match owner.and_then(|o| o.entity).map(|e| e.0) {
                Some(ORG) => flag("behind an organisation", true),
                Some(LOC) => flag("behind a place", true),
                Some(COUNTRY | NORP) => flag("behind a country or nation", true),
                Some(_) => flag("behind another name", true),
                None => {
                    let small = is_small(before.word);
                    flag("behind a small word", small);
                    flag("behind a capital", !small && before.is_capitalised());
                    flag("behind a lower-case word", !small && !before.is_capitalised());
                    flag("behind how it stands", STANDING.contains(&before.lower.as_str()));
                    flag("behind an office", before.person);
                }
            }
        }
    }
    match tokens.get(last + 1) {
        None => flag("up to the end", true),
        Some(next) => {
            let object = tokens[last + 1..]
                .iter()
                .find(|t| !is_small(t.word) && !t.is_link());
            let named = object.and_then(|t| t.entity).map(|e| e.0);
            flag("up to of", next.lower == "of");
            flag("up to for", next.lower == "for");
            flag("up to and", next.lower == "and");
            flag(
                "up to another preposition",
                next.is_link() && !["of", "for"].contains(&next.lower.as_str()),
            );
            flag("up to an organisation", named == Some(ORG));
            flag("up to a place", named == Some(LOC));
            flag("up to a country or nation", matches!(named, Some(COUNTRY | NORP)));
            flag(
                "up to common words",
                named.is_none() && object.is_some_and(|t| !t.is_capitalised()),
            );
            flag(
                "up to capitals",
                named.is_none() && object.is_some_and(Token::is_capitalised),
            );
        }
    }
    f.push(("words", run.len() as f64));
    f.push(("words, logarithm", (run.len() as f64).ln()));
    f
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::annotation::Entity;
    use crate::extract::{ClaimInput, Gazetteer};
    use crate::labels::PERSON;
    use crate::model::SpeakerTags;
    use crate::text::segment;

    /// The candidates for the role of the person of that name, where the words `title` are tagged as one, if any.
    fn tagged_candidates(text: &str, name: &str, title: Option<&str>) -> Vec<Candidate> {
        let start = text.find(name).unwrap();
        let entity = Entity {
            span: Span::new(start, start + name.len()),
            label: PERSON.to_owned(),
            ..Entity::default()
        };
        let segments = segment(text);
        let mut tags = SpeakerTags::default();
        if let Some(title) = title {
            let start = text.find(title).unwrap();
            let words = segments.words_in(Span::new(start, start + title.len()));
            let (sure, not) = (0.9f32.ln(), 0.05f32.ln());
            tags.titles = vec![[sure, not, not]; segments.words.len()];
            tags.titles[words.clone()].fill([not, not, sure]);
            tags.titles[words.start] = [not, sure, not];
        }
        let input = ClaimInput {
            text,
            segments: &segments,
            entities: &[entity],
            attributions: &[],
            sentences: &[],
            pointers: &[],
            tags: &tags,
            gazetteer: Gazetteer::builtin(),
        };
        let record = Speaker {
            name: name.to_owned(),
            kind: SpeakerKind::Person,
            role: None,
            affiliation: None,
            country: None,
            mentions: vec![],
        };
        let scene = Scene::new(&input);
        let (_, choice) = role(&scene, &record, scene.cast.first(), 0, &Rankings::default()).unwrap();
        choice.candidates
    }

    fn candidates(text: &str, name: &str) -> Vec<String> {
        let candidates = tagged_candidates(text, name, None).into_iter();
        candidates.filter_map(|c| c.name).collect()
    }

    #[test]
    fn what_is_tagged_is_a_candidate() {
        let text = "Ana Reis, who since May had been second in command, left.";
        assert!(candidates(text, "Ana Reis").is_empty());
        let found = tagged_candidates(text, "Ana Reis", Some("second in command"));
        let log_p = |name: Option<&str>, feature: &str| {
            let candidate = found.iter().find(|c| c.name.as_deref() == name).unwrap();
            candidate.features.iter().find(|(f, _)| *f == feature).unwrap().1
        };
        let title = log_p(Some("second in command"), TAGGED);
        assert!((title.exp() - 0.9f64.powi(3) * 0.95).abs() < 1e-3);
        assert!((log_p(None, "no title tagged").exp() - (1.0 - title.exp())).abs() < 1e-3);
        assert!(found.iter().all(|c| c.name.as_deref() != Some("command")));
    }

    #[test]
    fn titles_farther_off_are_candidates_if_tagged() {
        let text = "Ana Reis, a painter, who was born in Lima, became mayor in May, and left.";
        assert!(!candidates(text, "Ana Reis").contains(&"mayor".to_owned()));
        let found = tagged_candidates(text, "Ana Reis", Some("mayor"));
        let mayor = found.iter().find(|c| c.name.as_deref() == Some("mayor")).unwrap();
        let feature = |name: &str| mayor.features.iter().find(|(f, _)| *f == name).map(|(_, v)| *v);
        assert_eq!(feature(LATER), Some(1.0));
        // ", a painter, who was born in Lima, became"
        assert_eq!(feature("words to the name"), Some(11f64.ln_1p()));
        assert_eq!(feature("right after the name"), None);
        // What is near has no title that is tagged.
        let none = found.iter().find(|c| c.name.is_none()).unwrap();
        assert!(
            none.features
                .iter()
                .any(|(f, v)| *f == "no title tagged" && v.abs() < 0.1)
        );
    }

    #[test]
    fn runs_beside_a_name_are_candidates() {
        for (text, is, is_not) in [
            ("Port director Ana Reis left.", "Port director", "Port"),
            (
                "Ana Reis, head of the fisheries section, left.",
                "head of the fisheries section",
                "of the fisheries section",
            ),
            (
                "The mayor of Lima, Ana Reis, left.",
                "mayor of Lima",
                "The mayor of Lima",
            ),
            ("Sen. Ana Reis left.", "Senator", "Reis"),
            ("Senators Ana Reis and others left.", "Senator", "others"),
            ("Port boss Ana Reis left.", "Port boss", "Port bos"),
            (
                "Ana Reis, who was head of the port, left.",
                "head of the port",
                "was head of the port",
            ),
        ] {
            let found = candidates(text, "Ana Reis");
            assert!(found.iter().any(|c| c == is), "{text}: {found:?}");
            assert!(!found.iter().any(|c| c == is_not), "{text}: {found:?}");
        }
    }
}
