//! Claims over time: columns by tone, and a table with all types.

use super::super::dates::{Date, STEPS, Step, line, step};
use super::super::{Day, Report};
use crate::labels::Tone;
use crate::page::{claim_type, counted, grouped, scrolling};
use maud::{Markup, html};
use std::collections::BTreeMap;

/// Height of the tallest column.
const HEIGHT: f64 = 180.0;
/// Breadth of all columns.
const WIDTH: f64 = 900.0;
/// Greatest breadth of one.
const BROADEST: f64 = 60.0;
/// Units for the scale on the left.
const SCALE: f64 = 56.0;
/// Units between two dates under the columns.
const LABEL: f64 = 74.0;

pub(super) fn time(report: &Report) -> Markup {
    let dated: Vec<(Date, u64)> = report
        .dates
        .iter()
        .map(|(date, day)| (*date, day.articles))
        .collect();
    let step = step(&dated);
    let mut days: BTreeMap<Date, Day> = BTreeMap::new();
    let mut coarse = 0;
    for (date, day) in &report.dates {
        match date.step(step) {
            Some(at) => days.entry(at).or_default().add(day),
            None => coarse += day.articles,
        }
    }
    html! {
        section {
            h2 id="time" { "Time" }
            @if !days.is_empty() { (shown(report, &days, step)) }
            (undated(report, coarse, step))
        }
    }
}

fn shown(report: &Report, days: &BTreeMap<Date, Day>, step: Step) -> Markup {
    let steps: Vec<Date> = line(days.keys().copied()).collect();
    let drawn = &steps[steps.len().saturating_sub(STEPS)..];
    let by = format!("Claims by {}", unit(step));
    html! {
        figure {
            figcaption {
                (by) @if drawn.len() < steps.len() { "; the last " (drawn.len()) " only, the table has all" } ": "
                @for tone in Tone::ALL { (legend(report, tone)) }
            }
            (scrolling(&by, &chart(days, drawn, &by)))
        }
        details {
            summary { (by) " as a table" }
            (scrolling(&format!("Table of claims by {}", unit(step)), &table(report, days, step)))
        }
    }
}

/// The colour of a tone and the types that have it; nothing where there are none.
fn legend(report: &Report, tone: Tone) -> Markup {
    let types: Vec<&str> = report
        .types
        .keys()
        .map(String::as_str)
        .filter(|name| Tone::of(name) == tone)
        .collect();
    html! {
        @if !types.is_empty() { span class={ "legend " (tone.name()) } { (types.join(", ")) } " " }
    }
}

fn chart(days: &BTreeMap<Date, Day>, steps: &[Date], name: &str) -> Markup {
    let claims = |day: &Day| day.types.values().sum::<u64>();
    let most = round(
        steps
            .iter()
            .filter_map(|date| days.get(date))
            .map(claims)
            .max()
            .unwrap_or(0),
    );
    let breadth = (WIDTH / steps.len() as f64).min(BROADEST);
    let every = (LABEL / breadth).ceil() as usize;
    let up = |count: u64| HEIGHT * count as f64 / most as f64;
    html! {
        svg.time viewBox=(format!("0 -8 {} {}", SCALE + WIDTH + 20.0, HEIGHT + 36.0)) width=(SCALE + WIDTH + 20.0)
            role="img" aria-label={ (name) "; the table has the numbers" } {
            @for part in 0..=4u64 {
                @let y = HEIGHT - HEIGHT * part as f64 / 4.0;
                line.grid x1=(SCALE) x2=(SCALE + WIDTH) y1=(y) y2=(y) {}
                @if (most * part).is_multiple_of(4) {
                    text x=(SCALE - 8.0) y=(y + 4.0) text-anchor="end" { (grouped(most * part / 4)) }
                }
            }
            @for (index, date) in steps.iter().enumerate() {
                @let x = SCALE + breadth * index as f64;
                @if let Some(day) = days.get(date) {
                    g {
                        title { (date) ": " (counted(claims(day), "claim", "claims")) }
                        @for (tone, below, count) in stacked(day) {
                            rect class=(tone.name()) x=(format!("{:.1}", x + 0.1 * breadth)) width=(format!("{:.1}", 0.8 * breadth))
                                y=(format!("{:.1}", HEIGHT - up(below + count))) height=(format!("{:.1}", up(count))) {}
                        }
                    }
                }
                @if index.is_multiple_of(every) {
                    text x=(format!("{:.1}", x + breadth / 2.0)) y=(HEIGHT + 18.0) text-anchor="middle" { (date) }
                }
            }
        }
    }
}

/// The tones of a column from bottom to top, each with what lies under it and its own count.
fn stacked(day: &Day) -> Vec<(Tone, u64, u64)> {
    let mut below = 0;
    let tones = Tone::ALL.into_iter().filter_map(|tone| {
        let counts = day.types.iter().filter(|(name, _)| Tone::of(name) == tone);
        let count = counts.map(|(_, count)| count).sum::<u64>();
        below += count;
        (count > 0).then_some((tone, below - count, count))
    });
    tones.collect()
}

/// The least of 4, 8, 20, 40, 80, 200 … that is not less.
fn round(most: u64) -> u64 {
    let mut top = 4;
    for factor in [20, 25, 20].into_iter().cycle() {
        if top >= most {
            break;
        }
        top = top * factor / 10;
    }
    top
}

fn table(report: &Report, days: &BTreeMap<Date, Day>, step: Step) -> Markup {
    html! {
        table {
            caption { "Articles, and claims by type, by " (unit(step)) }
            thead {
                tr {
                    th scope="col" { (unit(step)) }
                    th.number scope="col" { "articles" }
                    @for name in report.types.keys() { th.number scope="col" { (claim_type(name)) } }
                }
            }
            tbody {
                @for (date, day) in days {
                    tr {
                        th scope="row" { (date) }
                        td.number { (grouped(day.articles)) }
                        @for name in report.types.keys() {
                            td.number { (grouped(day.types.get(name).copied().unwrap_or(0))) }
                        }
                    }
                }
            }
        }
    }
}

/// The articles that are not in the chart, and why.
fn undated(report: &Report, coarse: u64, step: Step) -> Markup {
    html! {
        @if coarse > 0 {
            p.soft { (counted(coarse, "article is", "articles are")) " not dated to the " (unit(step)) ", and not in the chart." }
        }
        @if report.undated > 0 {
            p.soft {
                (counted(report.undated, "article has", "articles have")) " no date in the metadata field "
                code { (report.date_field) }
                @if let Some(value) = &report.strange_date { "; a value that is none: " code { (value) } }
                ". Dates are read in the form 2026-03-09, with or without a time; "
                code { "--date-field" } " names another field."
            }
        }
    }
}

fn unit(step: Step) -> &'static str {
    match step {
        Step::Day => "day",
        Step::Month => "month",
        Step::Year => "year",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_end_on_round_numbers() {
        let cases = [
            (0, 4),
            (4, 4),
            (5, 8),
            (9, 20),
            (21, 40),
            (41, 80),
            (81, 200),
            (2_500, 4_000),
            (9_000, 20_000),
        ];
        for (most, expected) in cases {
            assert_eq!(round(most), expected, "{most}");
        }
    }
}
