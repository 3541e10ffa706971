//! An article as a page for a browser: the text with its entities and claims, the speakers beside it, filters for both,
//! and who speaks about whom. For people; nothing reads it back.

mod filters;
mod matrix;
mod speakers;
mod text;

use super::{Format, FormatError, OffsetUnit, Offsets, Output, Writer};
use crate::annotation::{Annotation, Claim, Speaker};
use crate::page::{Page, counted};
use crate::text::segment;
use maud::{Markup, html};
use serde_json::Value;
use std::cmp::Reverse;
use std::io::Write;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");
/// Value that stands for claims without a speaker in the page's data.
const NOBODY: &str = "none";

pub(super) const FORMAT: Format = Format {
    name: "html",
    about: "a page for the browser: text, speakers, filters, and who speaks about whom",
    extensions: &["html"],
    corpora: false,
    units: false,
    carries: None,
    faults: |_, _| {},
    output: Output::Page(|_| Box::new(Html::default())),
    reader: None,
};

/// Writes one page per output.
#[derive(Default)]
struct Html {
    written: bool,
}

impl Writer for Html {
    fn write(&mut self, annotation: &Annotation, out: &mut dyn Write) -> Result<(), FormatError> {
        if std::mem::replace(&mut self.written, true) {
            return Err(FormatError::OneArticle);
        }
        check(annotation)?;
        out.write_all(page(annotation).into_string().as_bytes())?;
        Ok(())
    }

    fn finish(&mut self, _out: &mut dyn Write) -> Result<(), FormatError> {
        self.written = false;
        Ok(())
    }
}

/// Whether all that is to be shown lies on characters of the text.
fn check(annotation: &Annotation) -> Result<(), FormatError> {
    let offsets = Offsets::new(&annotation.text, OffsetUnit::Byte);
    let entities = annotation.entities.iter().flatten().map(|e| e.span);
    for span in entities.chain(annotation.claims.iter().map(|c| c.span)) {
        offsets.write(span)?;
    }
    Ok(())
}

fn page(annotation: &Annotation) -> Markup {
    let title = match annotation.meta.get("title") {
        Some(Value::String(title)) => title,
        _ => &annotation.id,
    };
    let body = html! {
        header {
            h1 dir="auto" { (title) }
            p.soft { (summary(annotation)) }
            (metadata(annotation))
        }
        main {
            (filters::filters(annotation))
            div.columns {
                article {
                    h2.unseen { "Text" }
                    div.text dir="auto" { (text::text(annotation, &segment(&annotation.text).paragraphs)) }
                }
                (speakers::panel(annotation))
            }
            (matrix::matrix(annotation))
        }
        (footer(annotation))
    };
    let page = Page {
        title,
        style: STYLE,
        script: SCRIPT,
        body,
    };
    page.render()
}

fn summary(annotation: &Annotation) -> String {
    let count = |number: usize, one, many| counted(number as u64, one, many);
    let entities = annotation.entities.as_ref().map_or(0, Vec::len);
    [
        count(annotation.claims.len(), "claim", "claims"),
        count(annotation.speakers.len(), "speaker", "speakers"),
        count(entities, "name", "names"),
        count(annotation.countries.len(), "country", "countries"),
    ]
    .join(" · ")
}

/// Metadata that has a plain value.
fn metadata(annotation: &Annotation) -> Markup {
    let plain = |value: &Value| match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    };
    let fields: Vec<(&String, String)> = (annotation.meta.iter())
        .filter(|(name, _)| *name != "title")
        .filter_map(|(name, value)| Some((name, plain(value)?)))
        .collect();
    html! {
        @if !fields.is_empty() {
            dl.metadata {
                @for (name, value) in fields { div { dt { (name) } dd dir="auto" { (value) } } }
            }
        }
    }
}

fn footer(annotation: &Annotation) -> Markup {
    html! {
        footer {
            @if let Some(coverage) = annotation.coverage {
                p {
                    (coverage.read) " of " (counted(coverage.tokens as u64, "token", "tokens")) " read in "
                    (counted(coverage.windows as u64, "window", "windows")) ". "
                }
            }
            @if let Some(made) = &annotation.provenance {
                p {
                    "Annotated by dixit " (made.dixit) " with the model " (made.model) " ("
                    (made.model_sha256.get(..12).unwrap_or(&made.model_sha256)) ", " (made.engine)
                    "). Percentages are the model’s probabilities."
                }
            }
        }
    }
}

/// The speaker of a claim, with its index.
fn speaker<'a>(annotation: &'a Annotation, claim: &Claim) -> Option<(usize, &'a Speaker)> {
    let id = claim.speaker?;
    Some((id, annotation.speakers.get(id)?))
}

/// Codes of the countries of a claim: where its speaker and its target belong, and what is named in it.
fn countries<'a>(annotation: &'a Annotation, claim: &'a Claim) -> Vec<&'a str> {
    let speaker = speaker(annotation, claim).and_then(|(_, speaker)| speaker.country.as_deref());
    let target = claim.target.as_ref().and_then(|target| target.country.as_deref());
    let named = annotation.entities.iter().flatten();
    let named = named
        .filter(|entity| entity.span.overlaps(claim.span))
        .filter_map(|entity| entity.country.as_deref());
    let mut codes: Vec<&str> = speaker.into_iter().chain(target).chain(named).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// Values with their counts, the most frequent first, then by name.
fn tally<'a>(values: impl Iterator<Item = &'a str>) -> Vec<(&'a str, usize)> {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for value in values {
        match counts.iter_mut().find(|(known, _)| *known == value) {
            Some((_, count)) => *count += 1,
            None => counts.push((value, 1)),
        }
    }
    counts.sort_by_key(|(value, count)| (Reverse(*count), *value));
    counts
}

/// A probability in words.
fn percent(score: f32) -> String {
    format!("{:.0} %", 100.0 * score)
}

#[cfg(test)]
mod tests;
