//! Candidates for the speaker of a claim, with what speaks for and against each.

use super::cast::{Actor, Gender};
use super::described::{Description, description, flag, head_noun, words};
use super::offices::is_office;
use super::pointing;
use super::rankings::Feature;
use super::scene::Scene;
use super::sources::{self, Pronoun, Source};
use crate::annotation::{Speaker, SpeakerKind};
use crate::labels::{COUNTRY, NORP, ORG, PERSON};
use crate::model::Pointed;
use crate::span::Span;

/// The choice of a speaker who is described.
pub(super) const BY_DESCRIPTION: &str = "speaker by description";

/// Speakers described before that are candidates, at most: the last ones.
const DESCRIBED: usize = 50;

/// Who may be the speaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    /// Somebody of the cast.
    Actor(usize),
    /// Whoever the words describe.
    Described(Span),
    /// A speaker who was described before.
    Record(usize),
    /// Nobody that could be told.
    Nobody,
}

/// A claim whose speaker is sought.
#[derive(Clone, Copy, Debug)]
pub(super) struct Question {
    /// The sentence.
    pub(super) sentence: usize,
    /// The words that name the speaker.
    pub(super) source: Option<Span>,
    /// The cue of the attribution.
    pub(super) cue: Option<Span>,
    /// Whether the claim goes on with the quotation of the claim before.
    pub(super) continues: bool,
}

/// A claim whose speaker was found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answer {
    pub(super) sentence: usize,
    pub(super) speaker: Option<usize>,
}

/// Speakers found so far.
pub(super) struct Past<'p> {
    pub(super) records: &'p [Speaker],
    /// The actor that each record is of.
    pub(super) actors: &'p [Option<usize>],
    pub(super) answers: &'p [Answer],
}

impl Past<'_> {
    /// The speaker of the `n`th claim before.
    fn speaker(&self, n: usize) -> Option<(usize, usize)> {
        let answer = self.answers.iter().rev().nth(n)?;
        Some((answer.speaker?, answer.sentence))
    }
}

/// What the source says and what stands around it, prepared for comparison.
struct Asked<'a> {
    question: Question,
    at: usize,
    around: Around,
    head: Option<usize>,
    described: Description<'a>,
    gender: Option<Gender>,
    /// Where the model sees the speaker.
    pointed: Option<&'a Pointed>,
}

/// Whoever is named around a claim.
struct Around {
    /// The first that is named in the sentence, outside quotation marks, and in the one before.
    first_here: Option<usize>,
    first_before: Option<usize>,
    /// Sources of the sentence and of the one before; the next source of the paragraph.
    sources_here: Vec<usize>,
    sources_before: Vec<usize>,
    next_source: Option<usize>,
    /// What the heading of the section says before a colon.
    heading: Option<Span>,
    last_of_kinds: Vec<(&'static str, Span)>,
}

/// The kind of choice, and the candidates with their features.
pub(super) fn candidates(
    scene: &Scene<'_>,
    question: Question,
    past: &Past<'_>,
) -> (&'static str, Vec<(Who, Vec<Feature>)>) {
    let text = scene.input.text;
    let reading = question
        .source
        .map(|s| sources::read(text, s, scene.input.entities));
    let kind = match reading {
        Some(Source::Name(_)) => "speaker by name",
        Some(Source::Pronoun(Pronoun::Person)) => "speaker by he or she",
        Some(Source::Pronoun(Pronoun::First)) => "speaker by I or we",
        Some(Source::Pronoun(Pronoun::Thing)) => "speaker by it",
        Some(Source::Pronoun(Pronoun::Many)) => "speaker by they",
        Some(Source::Description(_)) => BY_DESCRIPTION,
        Some(Source::Document(_)) => "speaker by document",
        None if question.continues => "speaker of a quotation that goes on",
        None => "speaker without source",
    };
    let asked = asked(scene, question, reading);
    let mut out: Vec<(Who, Vec<Feature>)> = Vec::new();
    let mut actors = scene.in_reach(question.sentence);
    if let Some(head) = asked.head.filter(|head| !actors.contains(head)) {
        actors.push(head);
    }
    for (index, actor) in (actors.into_iter().map(|a| (a, &scene.cast[a]))).filter(|(_, a)| a.named) {
        out.push((Who::Actor(index), of_actor(scene, &asked, past, index, actor)));
    }
    let described = (past.records.iter().enumerate()).filter(|(index, _)| past.actors[*index].is_none());
    let earlier = described.clone().count().saturating_sub(DESCRIBED);
    for (index, record) in described.skip(earlier) {
        out.push((Who::Record(index), of_record(scene, &asked, past, index, record)));
    }
    let described = match reading {
        Some(Source::Description(words) | Source::Document(words)) => Some(words),
        Some(Source::Name(_)) => question.source,
        _ => None,
    };
    if let Some(words) = described.filter(|w| !w.is_empty()) {
        let known = past
            .records
            .iter()
            .any(|r| r.name.eq_ignore_ascii_case(&description(words.of(text))));
        if !known {
            let mut features = asked.described.of_itself(scene, words);
            pointing::of_mentions(asked.pointed, scene.input.segments, &[words], &mut features);
            out.push((Who::Described(words), features));
        }
    }
    // Whoever is named or described is somebody.
    if described.is_none() || out.is_empty() {
        let mut features = vec![("nobody", 1.0)];
        pointing::of_nobody(asked.pointed, &mut features);
        out.push((Who::Nobody, features));
    }
    (kind, out)
}

fn asked<'a>(scene: &'a Scene<'_>, question: Question, reading: Option<Source<'_>>) -> Asked<'a> {
    let text = scene.input.text;
    let sentence = scene.input.segments.sentences[question.sentence].span;
    let at = question.source.map_or(sentence.start, |s| s.start);
    let (head, phrase) = match reading {
        Some(Source::Name(entity)) => (scene.actor_at(entity.span), None),
        Some(Source::Description(words) | Source::Document(words)) => (None, Some(words)),
        _ => (None, None),
    };
    Asked {
        question,
        pointed: scene.pointers(question.sentence).and_then(|p| p.speaker.as_ref()),
        at,
        around: around(scene, question.sentence, at),
        head,
        described: Description::new(scene, phrase),
        gender: question
            .source
            .and_then(|s| match s.of(text).trim().to_lowercase().as_str() {
                "he" | "him" => Some(Gender::Male),
                "she" | "her" => Some(Gender::Female),
                _ => None,
            }),
    }
}

fn around(scene: &Scene<'_>, sentence: usize, at: usize) -> Around {
    let segments = scene.input.segments;
    let first = |sentence: usize| {
        let mut names = scene.entities_in(segments.sentences[sentence].span);
        let first = names.find(|e| e.label != NORP && !scene.is_quoted(e.span))?;
        scene.actor_at(first.span)
    };
    let sources = |sentence: usize| {
        let of_it = scene.named.iter().filter(|(s, _)| *s == sentence);
        of_it.map(|(_, actor)| *actor).collect()
    };
    let own = scene.paragraph(sentence);
    let mut after = scene.named.iter().filter(|(s, _)| *s > sentence);
    let before = sentence.checked_sub(1);
    Around {
        first_here: first(sentence),
        first_before: before.and_then(first),
        sources_here: sources(sentence),
        sources_before: before.map_or(Vec::new(), sources),
        next_source: after
            .find(|(s, _)| scene.paragraph(*s) == own)
            .map(|(_, actor)| *actor),
        heading: heading(scene, sentence),
        last_of_kinds: scene.last_of_kinds(at, None),
    }
}

/// What the heading of a sentence's section says before a colon ("Foreign Minister Ana Reis: …").
fn heading(scene: &Scene<'_>, sentence: usize) -> Option<Span> {
    let segments = scene.input.segments;
    let own = segments.sentences[sentence].paragraph;
    let heading = segments.paragraphs[..=own].iter().rev().find(|p| p.heading)?.span;
    let colon = heading.of(scene.input.text).find(':')?;
    Some(Span::new(heading.start, heading.start + colon))
}

fn of_actor(
    scene: &Scene<'_>,
    asked: &Asked<'_>,
    past: &Past<'_>,
    index: usize,
    actor: &Actor,
) -> Vec<Feature> {
    let mut f: Vec<Feature> = Vec::new();
    let kind = match actor.label {
        PERSON => "a person",
        ORG => "an organisation",
        COUNTRY => "a country",
        _ => "a place",
    };
    f.push((kind, 1.0));
    let record = past.actors.iter().position(|a| *a == Some(index));
    of_past(scene, asked, past, record, &mut f);
    flag(&mut f, "speaks before", record.is_some());
    flag(&mut f, "head of the source", asked.head == Some(index));
    if let Some(source) = asked.question.source {
        let inside = actor.mentions.iter().any(|m| source.contains(*m));
        flag(&mut f, "inside the source", inside && asked.head != Some(index));
        flag(
            &mut f,
            "an organisation inside the source",
            inside && actor.label == ORG,
        );
    }
    of_place(scene, asked, index, actor, &mut f);
    if actor.label == PERSON {
        match (asked.gender, actor.gender) {
            (Some(a), Some(b)) if a == b => f.push(("gender agrees", 1.0)),
            (Some(_), Some(_)) => f.push(("gender differs", 1.0)),
            _ => {}
        }
    }
    let spoke_before = record.is_some() && past.speaker(0).map(|(speaker, _)| speaker) == record;
    // "The Dutch engineer" may have told it before.
    let country = record.and_then(|r| past.records[r].country.as_deref());
    let country = country.or(actor.role.country.as_deref());
    asked.described.of_actor(actor, country, spoke_before, &mut f);
    pointing::of_actor(asked.pointed, scene.input.segments, actor, &mut f);
    f
}

/// Whether somebody spoke in the claims before.
fn of_past(
    scene: &Scene<'_>,
    asked: &Asked<'_>,
    past: &Past<'_>,
    record: Option<usize>,
    f: &mut Vec<Feature>,
) {
    let sentence = asked.question.sentence;
    if let Some((_, at)) = past.speaker(0).filter(|(s, _)| Some(*s) == record) {
        f.push(("speaker before", 1.0));
        flag(f, "speaker of the sentence before", at + 1 == sentence);
        flag(
            f,
            "speaker before in this paragraph",
            scene.paragraph(at) == scene.paragraph(sentence),
        );
        let pause = sentence.saturating_sub(at + 1) as f64;
        f.push(("pause since the speaker before", pause.ln_1p()));
    } else if past.speaker(1).is_some_and(|(s, _)| Some(s) == record) {
        f.push(("last speaker but one", 1.0));
    }
}

/// Where somebody is mentioned, as seen from the claim.
fn of_place(scene: &Scene<'_>, asked: &Asked<'_>, index: usize, actor: &Actor, f: &mut Vec<Feature>) {
    let segments = scene.input.segments;
    let (sentence, around) = (asked.question.sentence, &asked.around);
    let span = segments.sentences[sentence].span;
    let here = actor.mentions_in(span);
    let unquoted = here.iter().any(|m| !scene.is_quoted(*m));
    flag(f, "named here", unquoted);
    flag(f, "named here in the quotation", !here.is_empty() && !unquoted);
    flag(f, "named first here", around.first_here == Some(index));
    let starts = here.iter().any(|m| m.start <= span.start + 4);
    flag(f, "opens the sentence", starts);
    // "Denmark, which buys most of the gas, said …", where the model found no source.
    let said = asked
        .question
        .cue
        .is_some_and(|cue| span.contains(cue) && !scene.is_quoted(cue));
    flag(
        f,
        "opens the sentence, and a cue follows",
        starts && unquoted && said,
    );
    if let Some(before) = sentence.checked_sub(1) {
        let before = actor.mentions_in(segments.sentences[before].span);
        flag(f, "named in the sentence before", !before.is_empty());
    }
    flag(
        f,
        "named first in the sentence before",
        around.first_before == Some(index),
    );
    flag(
        f,
        "source of the sentence before",
        around.sources_before.contains(&index),
    );
    flag(
        f,
        "next source of the paragraph",
        around.next_source == Some(index),
    );
    flag(
        f,
        "source elsewhere here",
        around.sources_here.contains(&index) && asked.head != Some(index),
    );
    match actor.last_before(asked.at) {
        Some(last) => {
            let distance = scene.distance(last, sentence) as f64;
            f.push(("distance", distance.ln_1p()));
            flag(
                f,
                "named in this paragraph before",
                scene.sentence(last).and_then(|s| scene.paragraph(s)) == scene.paragraph(sentence),
            );
            let is_last = around.last_of_kinds.contains(&(actor.label, last));
            flag(f, "last of its kind", is_last);
        }
        None => f.push(("not named before", 1.0)),
    }
    f.push(("mentions", (actor.mentions.len() as f64).ln()));
    f.push(("times a source", (scene.times_source[index] as f64).ln_1p()));
    let in_heading = around.heading.is_some_and(|h| !actor.mentions_in(h).is_empty());
    flag(f, "in the heading", in_heading);
}

fn of_record(
    scene: &Scene<'_>,
    asked: &Asked<'_>,
    past: &Past<'_>,
    index: usize,
    record: &Speaker,
) -> Vec<Feature> {
    let mut f: Vec<Feature> = vec![("described before", 1.0)];
    of_past(scene, asked, past, Some(index), &mut f);
    let name = words(&record.name);
    let noun = head_noun(&name).to_owned();
    let plural = noun.ends_with('s') || ["police", "people", "media"].contains(&noun.as_str());
    flag(&mut f, "described as many", plural);
    flag(&mut f, "described by an office", is_office(&noun) && !plural);
    flag(
        &mut f,
        "described as a body",
        record.kind == SpeakerKind::Organisation,
    );
    asked.described.of_name(&name, &noun, &mut f);
    let last = record.mentions.iter().filter(|m| m.end <= asked.at).max();
    let distance = last.map_or(0, |m| scene.distance(*m, asked.question.sentence)) as f64;
    f.push(("distance of the description", distance.ln_1p()));
    pointing::of_mentions(asked.pointed, scene.input.segments, &record.mentions, &mut f);
    f
}
