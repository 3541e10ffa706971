//! Who accuses whom: a graph of the most frequent pairs, and a table of more of them.

use super::super::Report;
use super::{bar, graph, of_all, shortfall};
use crate::labels::Tone;
use crate::page::{grouped, scrolling};
use maud::{Markup, html};

/// Pairs that are drawn.
const DRAWN: usize = 40;
/// Pairs that are listed.
const LISTED: usize = 200;

/// An accuser, whom they accuse, and how often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pair<'a> {
    pub(super) accuser: &'a str,
    pub(super) accused: &'a str,
    pub(super) count: u64,
}

pub(super) fn accusations(report: &Report) -> Markup {
    let top = report.accusations.top(LISTED);
    let pairs: Vec<Pair<'_>> = top
        .into_iter()
        .map(|((accuser, accused), count)| Pair {
            accuser,
            accused,
            count: *count,
        })
        .collect();
    let all = report.accusations.len();
    let drawn = &pairs[..pairs.len().min(DRAWN)];
    html! {
        section {
            h2 id="accusations" { "Who accuses whom" }
            @if pairs.is_empty() { p { "No accusation here has both a speaker and a target." } }
            @else {
                (shortfall(report.accusations.short()))
                figure {
                    figcaption { "Accusers on the left, the accused on the right" (of_all(drawn.len(), all, false)) }
                    (scrolling("Graph of who accuses whom", &graph::graph(drawn)))
                }
                (scrolling("Table of who accuses whom", &table(&pairs, all)))
            }
        }
    }
}

fn table(pairs: &[Pair<'_>], all: usize) -> Markup {
    let most = pairs.first().map_or(0, |pair| pair.count);
    html! {
        table.bars.pairs {
            caption { "Accusations by accuser and accused, the most frequent first" (of_all(LISTED, all, false)) }
            thead {
                tr {
                    th scope="col" { "accuser" }
                    th scope="col" { "accused" }
                    th.number scope="col" { "accusations" }
                    th scope="col" { span.unseen { "bar" } }
                }
            }
            tbody {
                @for pair in pairs {
                    tr data-accuser=(pair.accuser) data-accused=(pair.accused) {
                        th scope="row" { bdi { (pair.accuser) } }
                        td { bdi { (pair.accused) } }
                        td.number { (grouped(pair.count)) }
                        (bar(pair.count, most, Tone::Conflict.name()))
                    }
                }
            }
        }
    }
}
