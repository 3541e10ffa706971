//! Metonymy: the mentions at which a country or capital stands for its government, because it speaks or acts.

use super::claims::ClaimInput;
use super::sources::{self, Source};
use crate::annotation::Entity;
use crate::labels::{COUNTRY, LOC};
use crate::span::Span;

/// Verbs of governments, as they follow a name.
const VERBS: &[&str] = &[
    "accused",
    "accuses",
    "agreed",
    "agrees",
    "announced",
    "announces",
    "backed",
    "backs",
    "banned",
    "blamed",
    "blames",
    "called",
    "calls",
    "condemned",
    "condemns",
    "demanded",
    "demands",
    "denied",
    "denies",
    "denounced",
    "expelled",
    "expels",
    "has",
    "imposed",
    "insisted",
    "insists",
    "offered",
    "offers",
    "plans",
    "pledged",
    "pledges",
    "promised",
    "promises",
    "proposed",
    "proposes",
    "protested",
    "recalled",
    "refused",
    "refuses",
    "rejected",
    "rejects",
    "said",
    "says",
    "signed",
    "summoned",
    "threatened",
    "threatens",
    "urged",
    "urges",
    "vowed",
    "vows",
    "wants",
    "warned",
    "warns",
    "welcomed",
    "welcomes",
    "will",
    "would",
];

/// The spans of countries and capitals that are the source of an attribution, or the subject of a verb of governments.
pub fn acting(input: &ClaimInput<'_>) -> Vec<Span> {
    let mut out: Vec<Span> = (input.attributions.iter().flat_map(|a| &a.source))
        .filter_map(
            |source| match sources::read(input.text, *source, input.entities) {
                Source::Name(entity) if can_act(input, entity) => Some(entity.span),
                _ => None,
            },
        )
        .collect();
    let subjects = input
        .entities
        .iter()
        .filter(|e| can_act(input, e) && is_subject(input, e.span));
    out.extend(subjects.map(|e| e.span));
    out.sort_unstable();
    out.dedup();
    out
}

fn can_act(input: &ClaimInput<'_>, entity: &Entity) -> bool {
    entity.label == COUNTRY || (entity.label == LOC && input.gazetteer.is_capital(entity.span.of(input.text)))
}

/// Whether a verb of governments follows directly, and no preposition leads to the name.
fn is_subject(input: &ClaimInput<'_>, name: Span) -> bool {
    let Some(sentence) = input
        .segments
        .sentence_at(name.start)
        .map(|s| input.segments.sentences[s].span)
    else {
        return false;
    };
    let after = Span::new(name.end, sentence.end.max(name.end)).of(input.text);
    let verb = after
        .strip_prefix(' ')
        .and_then(|rest| rest.split(|c: char| !c.is_alphabetic()).next());
    let before = Span::new(sentence.start, name.start.max(sentence.start)).of(input.text);
    let lead = before.split_whitespace().next_back().unwrap_or("").to_lowercase();
    let led = [
        "in", "of", "from", "to", "at", "near", "for", "with", "on", "between", "outside", "by",
    ]
    .contains(&lead.as_str());
    verb.is_some_and(|v| VERBS.contains(&v)) && !led
}
