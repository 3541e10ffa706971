//! Whom a claim is directed at or about: of the article's cast the best one by the learnt ranking, which may be nobody.

use super::cast::{Actor, Gender};
use super::claims::{Choice, Subject};
use super::pointing;
use super::rankings::{Candidate, Feature, Rankings};
use super::scene::Scene;
use crate::annotation::Target;
use crate::labels::{COUNTRY, NORP, ORG, PERSON};
use crate::model::Pointed;
use crate::span::Span;
use std::collections::BTreeSet;

/// How many times as probable as the best actor nobody has to be: a target that is missed costs more than one too many.
const NOBODY: f64 = 0.4;

/// A claim whose target is sought.
pub(super) struct Directed<'a> {
    pub(super) claim_type: &'a str,
    pub(super) sentence: usize,
    /// Source and cue.
    pub(super) source: Option<Span>,
    pub(super) cue: Option<Span>,
    /// The actor that speaks.
    pub(super) speaker: Option<usize>,
    pub(super) continues: bool,
    /// Actors that the claims before were directed at and made by, the last one last.
    pub(super) targets_before: &'a [Option<usize>],
    pub(super) speakers_before: &'a [Option<usize>],
}

/// The target of a claim as an actor, and the choice that led to it.
pub(super) fn target(
    scene: &Scene<'_>,
    rankings: &Rankings,
    claim: &Directed<'_>,
) -> (Option<usize>, Choice) {
    let kind = kind(claim.claim_type);
    let mut actors = scene.in_reach(claim.sentence);
    actors.retain(|a| Some(*a) != claim.speaker);
    let around = around(scene, claim);
    let mut candidates: Vec<Candidate> = (actors.iter())
        .map(|a| {
            Candidate::new(
                Some(scene.cast[*a].name.clone()),
                of_actor(scene, claim, &around, *a),
            )
        })
        .collect();
    candidates.push(Candidate::new(None, of_nobody(scene, claim, &around)));
    rankings.rank(kind, &mut candidates);
    let best = likely(&candidates);
    let choice = Choice {
        kind,
        subject: Subject::Target(scene.input.segments.sentences[claim.sentence].span),
        candidates,
    };
    (best.map(|b| actors[b]), choice)
}

/// The best of the actors, unless nobody is much more probable; the last candidate is nobody.
fn likely(candidates: &[Candidate]) -> Option<usize> {
    let (nobody, actors) = candidates.split_last()?;
    let best = (0..actors.len())
        .rev()
        .max_by(|a, b| actors[*a].score.total_cmp(&actors[*b].score))?;
    (actors[best].score > NOBODY * nobody.score).then_some(best)
}

/// An actor as a target.
pub(super) fn as_target(actor: &Actor) -> Target {
    Target {
        name: actor.name.clone(),
        label: actor.label.to_owned(),
        country: actor.role.country.clone().filter(|_| actor.label != PERSON),
    }
}

fn kind(claim_type: &str) -> &'static str {
    match claim_type {
        "accusation" => "target of an accusation",
        "demand" => "target of a demand",
        "support" => "target of support",
        "threat" | "commitment" | "denial" => "target of a threat, commitment or denial",
        _ => "target of a statement",
    }
}

/// What stands around a claim, whoever it is directed at.
struct Around<'s> {
    /// Mentions in the sentence outside the source, but for the speaker's.
    named: Vec<(Span, usize)>,
    /// The third-person pronouns outside the source, by gender; `None` for it and they.
    pronouns: Vec<Option<Gender>>,
    /// The sentence before, and whoever is named first in it.
    before: Option<(Span, Option<usize>)>,
    last_of_kinds: Vec<(&'static str, Span)>,
    /// How often each actor was a target.
    times: Vec<usize>,
    /// The country of the speaker.
    home: Option<&'s str>,
}

fn around<'s>(scene: &'s Scene<'_>, claim: &Directed<'_>) -> Around<'s> {
    let segments = scene.input.segments;
    let span = segments.sentences[claim.sentence].span;
    let in_source = |m: Span| claim.source.is_some_and(|s| s.overlaps(m));
    let named = scene.mentions_in(span).iter().copied();
    let mut times = vec![0; scene.cast.len()];
    for target in claim.targets_before.iter().flatten() {
        times[*target] += 1;
    }
    Around {
        named: named
            .filter(|(m, actor)| Some(*actor) != claim.speaker && !in_source(*m))
            .collect(),
        pronouns: pronouns(scene, claim, span),
        before: claim.sentence.checked_sub(1).map(|before| {
            let before = segments.sentences[before].span;
            let first = scene.entities_in(before).next();
            (before, first.and_then(|e| scene.actor_at(e.span)))
        }),
        last_of_kinds: scene.last_of_kinds(span.start, claim.speaker),
        times,
        home: claim.speaker.and_then(|s| scene.cast[s].role.country.as_deref()),
    }
}

fn of_actor(scene: &Scene<'_>, claim: &Directed<'_>, around: &Around<'_>, index: usize) -> Vec<Feature> {
    let text = scene.input.text;
    let actor = &scene.cast[index];
    let span = scene.input.segments.sentences[claim.sentence].span;
    let in_source = |m: Span| claim.source.is_some_and(|s| s.overlaps(m));
    let here: Vec<Span> = (actor.mentions_in(span).iter().copied())
        .filter(|m| !in_source(*m))
        .collect();
    let mut f: Vec<Feature> = Vec::new();
    f.push((
        match actor.label {
            PERSON => "a person",
            ORG => "an organisation",
            COUNTRY => "a country",
            _ => "a place",
        },
        1.0,
    ));
    let mut flag = |name: &'static str, holds: bool| {
        if holds {
            f.push((name, 1.0))
        }
    };
    flag("named here", !here.is_empty());
    flag("named here twice", here.len() > 1);
    flag(
        "only a nation's adjective here",
        !here.is_empty() && here.iter().all(|m| label_at(scene, *m) == NORP),
    );
    flag("in the source", actor.mentions.iter().any(|m| in_source(*m)));
    if let Some(first) = here.first() {
        let order = others_before(around, *first);
        flag("first name here", order == 0);
        flag("second name here", order == 1);
        let quoted = scene.is_quoted(*first);
        flag("in the quotation", quoted);
        let lead = Span::new(span.start, first.start).of(text).to_lowercase();
        let word = lead.split_whitespace().next_back().unwrap_or("");
        let bare = if ["the", "president", "minister", "mr", "mr.", "a"].contains(&word) {
            lead.split_whitespace().rev().nth(1).unwrap_or("")
        } else {
            word
        };
        flag(
            "opens the sentence",
            lead.trim().trim_matches(['"', '“']).is_empty() || lead.trim() == "the",
        );
        for (prepositions, name) in [
            (&["against"][..], "after against"),
            (&["of"], "after of"),
            (&["to"], "after to"),
            (&["on", "upon"], "after on"),
            (&["by"], "after by"),
            (&["with"], "after with"),
            (&["for"], "after for"),
            (&["in", "at", "near", "from", "into"], "after in"),
            (&["that"], "after that"),
            (&["and"], "after and"),
        ] {
            flag(name, prepositions.contains(&bare));
        }
        let tail = text.get(first.end..).unwrap_or("");
        flag(
            "owner of something",
            tail.starts_with("'s") || tail.starts_with("’s"),
        );
        flag(
            "followed by of or to",
            tail.starts_with(" of ") || tail.starts_with(" to "),
        );
        if let Some(cue) = claim.cue {
            let gap = Span::new(cue.end, first.start.max(cue.end));
            let between = scene.input.segments.words_in(gap).len();
            flag("right after the cue", first.start >= cue.end && between <= 2);
            flag(
                "near after the cue",
                first.start >= cue.end && (3..=6).contains(&between),
            );
            flag("before the cue", first.start < cue.start);
        }
        let next: &str = tail.split_whitespace().next().unwrap_or("");
        flag(
            "before a verb of duty",
            [
                "should", "must", "needs", "has", "had", "is", "was", "were", "are", "will", "would",
            ]
            .contains(&next),
        );
    }
    flag(
        "target before",
        claim.targets_before.last().copied().flatten() == Some(index),
    );
    flag(
        "target before, and the quotation goes on",
        claim.continues && claim.targets_before.last().copied().flatten() == Some(index),
    );
    flag(
        "target before, and named here",
        !here.is_empty() && claim.targets_before.last().copied().flatten() == Some(index),
    );
    flag(
        "speaker before",
        claim.speakers_before.iter().rev().flatten().next() == Some(&index),
    );
    flag("speaks in the article", scene.times_source[index] > 0);
    if let Some((before, first)) = around.before {
        flag(
            "named in the sentence before",
            !actor.mentions_in(before).is_empty(),
        );
        flag("named first in the sentence before", first == Some(index));
    }
    let pronouns = &around.pronouns;
    let fits = match actor.label {
        PERSON => pronouns
            .iter()
            .any(|p| p.is_some() && (actor.gender.is_none() || *p == actor.gender)),
        _ => pronouns.contains(&None),
    };
    flag("a pronoun here fits", fits && here.is_empty());
    flag(
        "the speaker's country",
        actor.label == COUNTRY && around.home.is_some() && actor.role.country.as_deref() == around.home,
    );
    let last = actor.last_before(span.start);
    let is_last = last.is_some_and(|last| around.last_of_kinds.contains(&(actor.label, last)));
    flag("last of its kind", is_last);
    flag(
        "last of its kind, and a pronoun fits",
        fits && here.is_empty() && is_last,
    );
    flag(
        "in the first sentence",
        actor.mentions.first().and_then(|m| scene.sentence(*m)) == Some(0),
    );
    f.push(("times a target before", (around.times[index] as f64).ln_1p()));
    f.push(("mentions", (actor.mentions.len() as f64).ln()));
    match last {
        Some(last) => f.push(("distance", (scene.distance(last, claim.sentence) as f64).ln_1p())),
        None => f.push(("not named before", 1.0)),
    }
    pointing::of_actor(pointed(scene, claim), scene.input.segments, actor, &mut f);
    f
}

/// Where the model sees the target.
fn pointed<'s>(scene: &Scene<'s>, claim: &Directed<'_>) -> Option<&'s Pointed> {
    scene.pointers(claim.sentence)?.target.as_ref()
}

fn label_at<'s>(scene: &'s Scene<'_>, mention: Span) -> &'s str {
    let entity = scene.entities_in(mention).next();
    entity.map_or("", |e| e.label.as_str())
}

/// How many others are named in the sentence before `mention`.
fn others_before(around: &Around<'_>, mention: Span) -> usize {
    let before = around.named.iter().filter(|(m, _)| m.end <= mention.start);
    before.map(|(_, actor)| *actor).collect::<BTreeSet<_>>().len()
}

/// The third-person pronouns of a sentence outside its source, by gender; `None` for it and they.
fn pronouns(scene: &Scene<'_>, claim: &Directed<'_>, sentence: Span) -> Vec<Option<Gender>> {
    let segments = scene.input.segments;
    (segments.words[segments.words_in(sentence)].iter())
        .filter(|w| !claim.source.is_some_and(|s| s.overlaps(**w)))
        .filter_map(|w| match w.of(scene.input.text).to_lowercase().as_str() {
            "he" | "him" | "his" => Some(Some(Gender::Male)),
            "she" | "her" => Some(Some(Gender::Female)),
            "they" | "them" | "their" | "it" | "its" => Some(None),
            _ => None,
        })
        .collect()
}

fn of_nobody(scene: &Scene<'_>, claim: &Directed<'_>, around: &Around<'_>) -> Vec<Feature> {
    let mut f: Vec<Feature> = vec![("nobody", 1.0)];
    let mut flag = |name: &'static str, holds: bool| {
        if holds {
            f.push((name, 1.0))
        }
    };
    flag("nobody, though others are named", !around.named.is_empty());
    flag("nobody, though there are pronouns", !around.pronouns.is_empty());
    flag("nobody, in a quotation that goes on", claim.continues);
    flag(
        "nobody, as before",
        claim.targets_before.last().is_some_and(Option::is_none),
    );
    flag(
        "nobody, unlike before",
        claim.targets_before.last().is_some_and(Option::is_some),
    );
    flag("nobody, in a forecast", claim.claim_type == "prediction");
    flag("nobody, in a judgement", claim.claim_type == "evaluation");
    flag("nobody, in a commitment", claim.claim_type == "commitment");
    flag("nobody, in a denial", claim.claim_type == "denial");
    pointing::of_nobody(pointed(scene, claim), &mut f);
    f
}
