//! The speakers beside the text: who they are and what they claim.

use super::{NOBODY, countries, percent, speaker, tally};
use crate::annotation::{Annotation, Claim, Quotation, Speaker, SpeakerKind};
use crate::page::{claim_type, counted, country};
use maud::{Markup, html};

/// All speakers in their order, then the claims of which nobody is known to be the source.
pub(super) fn panel(annotation: &Annotation) -> Markup {
    let mut claims: Vec<Vec<usize>> = vec![Vec::new(); annotation.speakers.len()];
    let mut unknown = Vec::new();
    for (index, claim) in annotation.claims.iter().enumerate() {
        match speaker(annotation, claim) {
            Some((id, _)) => claims[id].push(index),
            None => unknown.push(index),
        }
    }
    html! {
        aside aria-label="Speakers" tabindex="0" {
            div.head {
                h2 { "Speakers" }
                div.steps {
                    button #previous type="button" { "Previous " kbd { "k" } }
                    button #next type="button" { "Next claim " kbd { "j" } }
                }
                p #status.soft role="status" { (counted(annotation.claims.len() as u64, "claim", "claims")) }
                button #clear type="button" disabled { "Clear filters " kbd { "Esc" } }
            }
            @for (id, claims) in claims.iter().enumerate() {
                (card(annotation, &id.to_string(), Some(&annotation.speakers[id]), claims))
            }
            @if !unknown.is_empty() { (card(annotation, NOBODY, None, &unknown)) }
        }
    }
}

fn card(annotation: &Annotation, value: &str, speaker: Option<&Speaker>, claims: &[usize]) -> Markup {
    let name = speaker.map_or("Speaker unknown", |speaker| &speaker.name);
    html! {
        section.speaker {
            h3 {
                button type="button" aria-pressed="false" data-filter="speaker" data-value=(value) {
                    bdi { (name) } " " span.soft { (claims.len()) }
                }
            }
            @if let Some(speaker) = speaker { p.soft.who dir="auto" { (details(speaker)) } }
            p.counts { (counts(annotation, claims)) }
            ol.claims { @for index in claims { (item(annotation, value, *index)) } }
        }
    }
}

/// What a speaker is, and for whom they speak.
fn details(speaker: &Speaker) -> String {
    let kind = match speaker.kind {
        SpeakerKind::Person => None,
        SpeakerKind::Organisation => Some("organisation"),
        SpeakerKind::Country => Some("country"),
        SpeakerKind::Unnamed => Some("not named"),
    };
    let place = speaker
        .country
        .as_deref()
        .map(country)
        .filter(|place| *place != speaker.name);
    let parts = [
        speaker.role.as_deref(),
        speaker.affiliation.as_deref(),
        place,
        kind,
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// How often each claim type occurs.
fn counts(annotation: &Annotation, claims: &[usize]) -> Markup {
    let types = claims
        .iter()
        .map(|index| annotation.claims[*index].claim_type.as_str());
    html! {
        @for (name, count) in tally(types) { span { (count) " " (claim_type(name)) } " " }
    }
}

fn item(annotation: &Annotation, speaker: &str, index: usize) -> Markup {
    let claim = &annotation.claims[index];
    let number = index + 1;
    html! {
        li id={ "claim-" (number) } data-speaker=(speaker) data-type=(claim.claim_type)
            data-country=(countries(annotation, claim).join(" ")) {
            a.back href={ "#at-" (number) } aria-label={ "Claim " (number) " in the text" } { (number) }
            div {
                p.what {
                    (claim_type(&claim.claim_type))
                    @if let Some(score) = claim.score { " " span.soft { (percent(score)) } }
                    @if let Some(target) = &claim.target { " about " bdi { (target.name) } }
                }
                p.said dir="auto" { (claim.span.of(&annotation.text)) }
                p.soft.how { (how(claim)) }
            }
        }
    }
}

/// How a claim is quoted, and what else is known of it.
fn how(claim: &Claim) -> String {
    let quotation = match claim.quotation {
        Quotation::Direct => Some("quoted".to_owned()),
        Quotation::Indirect => Some("paraphrased".to_owned()),
        Quotation::Mixed => Some("partly quoted".to_owned()),
        Quotation::None => None,
    };
    let worth = claim
        .check_worthiness
        .map(|p| format!("check-worthy {}", percent(p)));
    let parts = [quotation, worth, claim.speaker_reason.clone()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}
