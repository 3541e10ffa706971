//! The graph as inline SVG; its colours are the style sheet's. The table has the same figures for readers without eyes.

use super::layout::{Layout, Link, Node, layout};
use super::pairs::Pair;
use crate::page::grouped;
use maud::{Markup, html};

/// Units for the names on either side.
const NAMES: f64 = 250.0;
/// Units for the links.
const LINKS: f64 = 380.0;
/// Breadth of a node.
const NODE: f64 = 8.0;
/// Units between a node and its name.
const SPACE: f64 = 8.0;
/// Characters of a name that fit.
const LENGTH: usize = 30;

pub(super) fn graph(pairs: &[Pair<'_>]) -> Markup {
    let Layout {
        columns: [left, right],
        links,
        height,
    } = layout(pairs);
    let width = 2.0 * NAMES + LINKS;
    html! {
        svg.graph viewBox=(format!("0 -4 {width} {:.1}", height + 8.0)) width=(width) role="img"
            aria-label="Graph of who accuses whom; the table has the numbers" {
            @for link in &links { (band(link)) }
            @for node in &left { (name(node, NAMES - NODE, NAMES - NODE - SPACE, "end")) }
            @for node in &right { (name(node, NAMES + LINKS, NAMES + LINKS + NODE + SPACE, "start")) }
        }
    }
}

fn band(link: &Link<'_>) -> Markup {
    let Pair {
        accuser,
        accused,
        count,
    } = link.pair;
    let (start, middle, end) = (NAMES, NAMES + LINKS / 2.0, NAMES + LINKS);
    let (from, to) = (link.from, link.to);
    html! {
        path.link data-accuser=(accuser) data-accused=(accused) stroke-width=(format!("{:.1}", link.width.max(1.0)))
            d=(format!("M{start} {from:.1} C{middle} {from:.1} {middle} {to:.1} {end} {to:.1}")) {
            title { (accuser) " accuses " (accused) ": " (grouped(count)) }
        }
    }
}

fn name(node: &Node<'_>, x: f64, text: f64, anchor: &str) -> Markup {
    let cut: String = match node.name.char_indices().nth(LENGTH) {
        None => node.name.to_owned(),
        Some((end, _)) => format!("{}…", &node.name[..end]),
    };
    html! {
        g.node data-name=(node.name) {
            title { (node.name) ": " (grouped(node.count)) }
            rect x=(x) y=(format!("{:.1}", node.top)) width=(NODE) height=(format!("{:.1}", node.height)) rx="2" {}
            text x=(text) y=(format!("{:.1}", node.top + node.height / 2.0 + 4.0)) text-anchor=(anchor) {
                (cut) " " tspan.soft { (grouped(node.count)) }
            }
        }
    }
}
