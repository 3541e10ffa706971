//! The report as a page. Every chart has its figures in a table.

mod graph;
mod layout;
mod pairs;
mod speakers;
mod time;

use super::Report;
use crate::labels::Tone;
use crate::page::{Page, claim_type, counted, country, grouped, scrolling};
use maud::{Markup, html};
use std::cmp::Reverse;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");
/// Countries that are listed.
const COUNTRIES: usize = 100;

pub(super) fn page(report: &Report) -> Markup {
    let title = format!(
        "Who says what in {}",
        counted(report.articles, "article", "articles")
    );
    let body = html! {
        header {
            h1 { (title) }
            p.soft { (summary(report)) }
        }
        nav aria-label="Contents" {
            ul {
                @for (id, name) in [
                    ("types", "Claims"), ("time", "Time"), ("speakers", "Speakers"),
                    ("accusations", "Who accuses whom"), ("countries", "Countries"),
                ] {
                    li { a href={ "#" (id) } { (name) } }
                }
            }
        }
        main {
            (types(report))
            (time::time(report))
            (speakers::speakers(report))
            (pairs::accusations(report))
            (countries(report))
        }
    };
    let page = Page {
        title: &title,
        style: STYLE,
        script: SCRIPT,
        body,
    };
    page.render()
}

fn summary(report: &Report) -> String {
    let more = if report.speakers.short() > 0 {
        "more than "
    } else {
        ""
    };
    let mut parts = vec![
        counted(report.claims, "claim", "claims"),
        more.to_owned() + &counted(report.speakers.len() as u64, "speaker", "speakers"),
        counted(report.countries.len() as u64, "country", "countries"),
    ];
    if let (Some((first, _)), Some((last, _))) =
        (report.dates.first_key_value(), report.dates.last_key_value())
    {
        parts.push(if first == last {
            first.to_string()
        } else {
            format!("{first} to {last}")
        });
    }
    parts.join(" · ")
}

fn types(report: &Report) -> Markup {
    let mut types: Vec<(&String, u64)> = report.types.iter().map(|(name, count)| (name, *count)).collect();
    types.sort_by_key(|(name, count)| (Reverse(*count), *name));
    let most = types.first().map_or(0, |(_, count)| *count);
    let attributed = report.claims - report.unattributed;
    html! {
        section {
            h2 id="types" { "Claims by type" }
            @if types.is_empty() { p { "There are no claims in these articles." } }
            @else {
                p.soft {
                    (counted(attributed, "claim has", "claims have")) " a speaker; of "
                    (grouped(report.unattributed)) " the source could not be told."
                }
                table.bars {
                    caption { "Claims by type" }
                    thead { tr { th scope="col" { "type" } th.number scope="col" { "claims" } th.number scope="col" { "share" } th scope="col" { span.unseen { "bar" } } } }
                    tbody {
                        @for (name, count) in types {
                            tr {
                                th scope="row" { (claim_type(name)) }
                                td.number { (grouped(count)) }
                                td.number { (format!("{:.1} %", 100.0 * count as f64 / report.claims as f64)) }
                                (bar(count, most, Tone::of(name).name()))
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A cell with a bar, in the colour of a tone if one is named; the number stands beside it.
fn bar(count: u64, most: u64, tone: &str) -> Markup {
    let share = 100.0 * count as f64 / most.max(1) as f64;
    html! { td class={ "bar " (tone) } aria-hidden="true" style={ "--share: " (format!("{share:.1}")) "%" } {} }
}

fn countries(report: &Report) -> Markup {
    let mut countries: Vec<_> = report.countries.iter().collect();
    countries.sort_by_key(|(code, place)| (Reverse(place.mentions), Reverse(place.by + place.about), *code));
    let most = countries.first().map_or(0, |(_, place)| place.mentions);
    let rows = countries.iter().take(COUNTRIES);
    let table = html! {
        table.bars {
            caption { "Countries, the most mentioned first" (of_all(COUNTRIES, countries.len(), false)) }
            thead {
                tr {
                    th scope="col" { "country" }
                    @for name in ["articles", "claims by", "claims about", "mentions"] {
                        th.number scope="col" { (name) }
                    }
                    th scope="col" { span.unseen { "bar" } }
                }
            }
            tbody {
                @for (code, place) in rows {
                    tr {
                        th scope="row" { (country(code)) " " span.soft { (code) } }
                        @for count in [place.articles, place.by, place.about, place.mentions] {
                            td.number { (grouped(count)) }
                        }
                        (bar(place.mentions, most, ""))
                    }
                }
            }
        }
    };
    html! {
        section {
            h2 id="countries" { "Countries" }
            @if countries.is_empty() { p { "No country is named in these articles." } }
            @else { (scrolling("Countries", &table)) }
        }
    }
}

/// Says so where not all are listed.
fn of_all(listed: usize, all: usize, more: bool) -> String {
    if all <= listed && !more {
        return String::new();
    }
    let than = if more { "more than " } else { "" };
    format!("; the first {} of {than}{}", listed.min(all), grouped(all as u64))
}

/// What a bounded tally may have missed.
fn shortfall(short: u64) -> Markup {
    html! {
        @if short > 0 {
            p.soft { "There were too many to keep them all; a number here may be too low by up to " (grouped(short)) "." }
        }
    }
}
