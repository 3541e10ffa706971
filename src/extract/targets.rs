//! Whom a claim is directed at or about.

use super::claims::ClaimInput;
use crate::annotation::{Entity, Target};
use crate::labels::{COUNTRY, NORP, ORG, PERSON};
use crate::span::Span;

/// Claim types that are directed at somebody.
const DIRECTED: [&str; 6] = [
    "accusation",
    "denial",
    "demand",
    "threat",
    "support",
    "commitment",
];

/// The first named country, organisation, person or nation in the claim that is not its speaker.
pub(super) fn target(
    input: &ClaimInput<'_>,
    claim_type: &str,
    sentence: Span,
    frame: &[Span],
    speaker: Option<&str>,
) -> Option<Target> {
    if !DIRECTED.contains(&claim_type) {
        return None;
    }
    let fits = |entity: &&Entity| {
        let name = entity.span.of(input.text);
        sentence.contains(entity.span)
            && [COUNTRY, ORG, PERSON, NORP].contains(&entity.label.as_str())
            && !frame.iter().any(|f| f.overlaps(entity.span))
            && speaker.is_none_or(|s| !s.ends_with(name) && !name.ends_with(s))
    };
    let entity = input.entities.iter().find(fits)?;
    Some(Target {
        name: canonical(input, entity),
        label: entity.label.clone(),
        country: entity.country.clone(),
    })
}

/// The fullest form of a name in the article; a nation's country.
fn canonical(input: &ClaimInput<'_>, entity: &Entity) -> String {
    let name = entity.span.of(input.text);
    if entity.label == NORP
        && let Some(country) = entity
            .country
            .as_deref()
            .and_then(|code| input.gazetteer.name(code))
    {
        return country.to_owned();
    }
    input
        .entities
        .iter()
        .filter(|e| e.label == PERSON && e.label == entity.label)
        .map(|e| e.span.of(input.text))
        .filter(|full| full.strip_suffix(name).is_some_and(|rest| rest.ends_with(' ')))
        .max_by_key(|full| full.len())
        .unwrap_or(name)
        .to_owned()
}
