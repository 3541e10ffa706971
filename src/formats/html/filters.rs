//! What can be filtered by: claim types, entity labels and countries, each with its number. Also the legend of the marks.

use super::text::label_class;
use super::{countries, tally};
use crate::annotation::Annotation;
use crate::labels::Tone;
use crate::page::country;
use maud::{Markup, html};

/// Something to press.
struct Choice<'a> {
    value: &'a str,
    shown: &'a str,
    class: String,
    count: usize,
}

/// The groups that have something in them.
pub(super) fn filters(annotation: &Annotation) -> Markup {
    let types = annotation.claims.iter().map(|claim| claim.claim_type.as_str());
    let labels = annotation
        .entities
        .iter()
        .flatten()
        .map(|entity| entity.label.as_str());
    let named = annotation
        .entities
        .iter()
        .flatten()
        .filter_map(|entity| entity.country.as_deref());
    let mut codes = tally(named);
    for code in annotation
        .claims
        .iter()
        .flat_map(|claim| countries(annotation, claim))
    {
        if codes.iter().all(|(known, _)| *known != code) {
            codes.push((code, 0));
        }
    }
    let types = tally(types).into_iter().map(|(value, count)| Choice {
        value,
        shown: value,
        class: format!("kind {}", Tone::of(value).name()),
        count,
    });
    let labels = tally(labels).into_iter().map(|(value, count)| Choice {
        value,
        shown: value,
        class: format!("label {}", label_class(value)),
        count,
    });
    let codes = codes.into_iter().map(|(value, count)| Choice {
        value,
        shown: country(value),
        class: String::new(),
        count,
    });
    html! {
        section.filters aria-label="Filters" {
            (group("Claims", "type", types.collect()))
            (group("Names", "label", labels.collect()))
            (group("Countries", "country", codes.collect()))
        }
    }
}

fn group(name: &str, filter: &str, choices: Vec<Choice<'_>>) -> Markup {
    html! {
        @if !choices.is_empty() {
            div.group role="group" aria-label=(name) {
                span.soft aria-hidden="true" { (name) }
                div {
                    @for choice in choices {
                        button type="button" aria-pressed="false" data-filter=(filter) data-value=(choice.value) {
                            span class=(choice.class) { (choice.shown) }
                            @if choice.count > 0 { " " span.soft { (choice.count) } }
                        }
                    }
                }
            }
        }
    }
}
