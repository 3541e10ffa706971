//! Who speaks about whom: speakers in rows, targets in columns, claim types in the cells.

use super::speaker;
use crate::annotation::Annotation;
use crate::page::{claim_type, scrolling};
use maud::{Markup, html};
use std::collections::BTreeMap;

/// Row of the claims that have no speaker, below all others.
const UNKNOWN: usize = usize::MAX;

/// The matrix; nothing where no claim has a target.
pub(super) fn matrix(annotation: &Annotation) -> Markup {
    let mut targets: Vec<&str> = Vec::new();
    let mut rows: BTreeMap<usize, BTreeMap<usize, BTreeMap<&str, u64>>> = BTreeMap::new();
    for claim in &annotation.claims {
        let Some(target) = &claim.target else { continue };
        let column = targets
            .iter()
            .position(|name| *name == target.name)
            .unwrap_or_else(|| {
                targets.push(&target.name);
                targets.len() - 1
            });
        let row = speaker(annotation, claim).map_or(UNKNOWN, |(id, _)| id);
        let cell = rows.entry(row).or_default().entry(column).or_default();
        *cell.entry(&claim.claim_type).or_default() += 1;
    }
    if targets.is_empty() {
        return html! {};
    }
    let name = |row: usize| {
        annotation
            .speakers
            .get(row)
            .map_or("Speaker unknown", |s| &s.name)
    };
    let table = html! {
        table.matrix {
            caption { "Speakers in rows, whom their claims are about in columns" }
            thead {
                tr {
                    td {}
                    @for target in &targets { th scope="col" { bdi { (target) } } }
                }
            }
            tbody {
                @for (row, cells) in &rows {
                    tr {
                        th scope="row" { bdi { (name(*row)) } }
                        @for column in 0..targets.len() {
                            td {
                                @for (kind, count) in cells.get(&column).into_iter().flatten() {
                                    span { (count) " " (claim_type(kind)) } " "
                                }
                            }
                        }
                    }
                }
            }
        }
    };
    html! {
        section {
            h2 { "Who about whom" }
            (scrolling("Who about whom", &table))
        }
    }
}
