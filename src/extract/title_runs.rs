//! Runs of words of a phrase that may be a speaker's role, and what speaks for and against each.

use super::described::description;
use super::offices::{SHORT_TITLES, is_office, names_person};
use super::pointing::log;
use super::rankings::{Candidate, Feature};
use super::roles::{BEFORE_TITLE, HONORIFICS, STANDING, WordSpans, is_date, is_small};
use super::scene::Scene;
use super::titles::Phrase;
use crate::labels::{COUNTRY, LOC, NORP, ORG};
use crate::span::Span;

/// Words of a phrase among which a role is sought, and words of a role, at most.
const NEAR: usize = 14;
const LONGEST: usize = 9;

/// The feature of a candidate that says how probable it is by the title tags.
pub(super) const TAGGED: &str = "tagged as a title";
/// Probability from which words farther from the name, or without a noun for a person, are candidates.
const LIKELY: f64 = 0.3;

/// Words between an office and what it is for.
const LINKS: &[&str] = &["at", "for", "from", "in", "of", "on", "to", "with"];

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

pub(super) fn is_short_title(word: &str) -> bool {
    SHORT_TITLES
        .iter()
        .any(|(short, _)| word.eq_ignore_ascii_case(short))
}

/// Adds the runs of words of a phrase that may be a role, each once.
pub(super) fn runs(scene: &Scene<'_>, phrase: &Phrase, candidates: &mut Vec<Candidate>) {
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
pub(super) fn log_p(candidate: &Candidate) -> Option<f64> {
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
