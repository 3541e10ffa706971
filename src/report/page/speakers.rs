//! The speakers with most claims: a table that can be filtered, and whose names can be pressed.

use super::super::{Report, Voice};
use super::{of_all, shortfall};
use crate::annotation::SpeakerKind;
use crate::labels::Tone;
use crate::page::{claim_type, country, grouped, scrolling};
use maud::{Markup, html};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Speakers that are listed.
const LISTED: usize = 300;

pub(super) fn speakers(report: &Report) -> Markup {
    let top = report.speakers.top(LISTED);
    let all = report.speakers.len();
    let most = top.first().map_or(0, |(_, voice)| voice.claims);
    let table = html! {
        table.speakers {
            caption { "Speakers, those with most claims first" (of_all(LISTED, all, report.speakers.short() > 0)) }
            thead {
                tr {
                    th scope="col" { "speaker" }
                    th scope="col" { "role" }
                    th scope="col" { "country" }
                    th.number scope="col" { "articles" }
                    th.number scope="col" { "claims" }
                    th scope="col" { "by type" }
                }
            }
            tbody { @for (name, voice) in &top { (row(name, voice, most)) } }
        }
    };
    html! {
        section {
            h2 id="speakers" { "Speakers" }
            @if top.is_empty() { p { "Nobody speaks in these articles." } }
            @else {
                p.soft {
                    "Names are taken as the articles have them: people of the same name are one here, and one person under two \
                     names is two. Press a name to follow it through this page."
                }
                (filters(&top))
                (shortfall(report.speakers.short()))
                (scrolling("Speakers", &table))
            }
        }
    }
}

fn filters(top: &[(&String, &Voice)]) -> Markup {
    let types: BTreeSet<&String> = top.iter().flat_map(|(_, voice)| voice.types.keys()).collect();
    let codes = top.iter().filter_map(|(_, voice)| voice.country.as_deref());
    let countries: BTreeMap<&str, &str> = codes.map(|code| (country(code), code)).collect();
    html! {
        div.filters role="group" aria-label="Filters" {
            label { "Name " input #find type="search" autocomplete="off"; }
            label {
                "Country "
                select #of-country {
                    option value="" { "all" }
                    @for (name, code) in countries { option value=(code) { (name) } }
                }
            }
            label {
                "Claims "
                select #of-type {
                    option value="" { "all types" }
                    @for name in types { option { (name) } }
                }
            }
            button #clear type="button" disabled { "Clear " kbd { "Esc" } }
            p #status.soft role="status" {}
        }
    }
}

fn row(name: &str, voice: &Voice, most: u64) -> Markup {
    let role = voice.role.as_deref().or(match voice.kind {
        Some(SpeakerKind::Organisation) => Some("organisation"),
        Some(SpeakerKind::Country) => Some("country"),
        Some(SpeakerKind::Unnamed) => Some("not named"),
        Some(SpeakerKind::Person) | None => None,
    });
    let types = voice
        .types
        .keys()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(" ");
    html! {
        tr data-speaker=(name) data-country=[&voice.country] data-types=(types) {
            th scope="row" { button type="button" aria-pressed="false" data-name=(name) { bdi { (name) } } }
            td dir="auto" { (role.unwrap_or_default()) }
            td { @if let Some(code) = &voice.country { (country(code)) } }
            td.number { (grouped(voice.articles)) }
            td.number { (grouped(voice.claims)) }
            td { (stack(voice, most)) }
        }
    }
}

/// A bar of claims by tone. The types with their numbers are its text, which is seen when the name is pressed.
fn stack(voice: &Voice, most: u64) -> Markup {
    let mut types: Vec<(&String, &u64)> = voice.types.iter().collect();
    types.sort_by_key(|(name, count)| (Tone::of(name), Reverse(**count), *name));
    let share = |tone: Tone| {
        let counts = types.iter().filter(|(name, _)| Tone::of(name) == tone);
        100.0 * counts.map(|(_, count)| **count).sum::<u64>() as f64 / most as f64
    };
    html! {
        div.stack aria-hidden="true" {
            @for (tone, share) in Tone::ALL.map(|tone| (tone, share(tone))) {
                @if share > 0.0 { span class=(tone.name()) style={ "--share: " (format!("{share:.2}")) "%" } {} }
            }
        }
        div.kinds { @for (name, count) in &types { span { (grouped(**count)) " " (claim_type(name)) } " " } }
    }
}
