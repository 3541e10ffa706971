//! The role of a speaker: of the runs of words beside the name, or in a description, the best by the learnt ranking, which
//! may be none. How much of "the former deputy head of the port council's fisheries section" is called the role is
//! a matter of style, which labelled articles teach.

use super::cast::Actor;
use super::claims::{Choice, Subject};
use super::pointing::log;
use super::rankings::{Candidate, Feature, Rankings};
use super::scene::Scene;
use super::title_runs::{is_short_title, log_p, runs};
use crate::annotation::{Speaker, SpeakerKind};
use crate::span::Span;

/// Mentions of a speaker beside which a role is sought: the first ones.
const MENTIONS: usize = 3;

/// Places of words that are farther from the name than its clause.
const EARLIER: &str = "earlier in the sentence";
const LATER: &str = "later in the sentence";

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
pub(super) struct Phrase {
    pub(super) place: &'static str,
    pub(super) span: Span,
    /// The name that they stand beside.
    pub(super) name: Option<Span>,
    /// Whether they are so far from the name that only what the model takes for a title can be its role.
    pub(super) far: bool,
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

#[cfg(test)]
mod tests {
    use super::super::title_runs::TAGGED;
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
