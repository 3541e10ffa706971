//! The report as one HTML page without a script. Every chart stands beside a table with the same figures.

mod articles;
mod charts;

use super::super::{
    Ceiling, Confusion, Errors, Figure, Layer, LayerErrors, Mention, Report, Section, Slicing,
};
use super::table::{Table, by_class, ceilings, kinds, reliability, singles, slices, value};
use super::{basis, documents};
use crate::page::{Page, scrolling};
use maud::{Markup, html};
use std::io::{self, Write};

const STYLE: &str = include_str!("style.css");
/// Figures that stand for a metric as a whole: the first that it has.
const MAIN: &[&str] = &["f1", "accuracy", "macro_f1", "average_precision", "ece"];

pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(page(report).into_string().as_bytes())
}

fn page(report: &Report) -> Markup {
    let body = html! {
        header {
            h1 { "Evaluation" }
            p { (basis(report)) }
        }
        nav aria-label="Contents" { (contents(report)) }
        main {
            (overview(report))
            @for section in &report.sections { (metric(section, report.confidence)) }
            @for (number, slicing) in report.slicings.iter().enumerate() { (sliced(number + 1, slicing)) }
            (beside_ceilings(&report.ceilings, report.confidence))
            @if let Some(errors) = &report.errors { (wrong(errors)) }
            @if !report.notes.is_empty() {
                h2 id="notes" { "Notes" }
                ul { @for note in &report.notes { li { (note) } } }
            }
        }
    };
    let page = Page {
        title: &format!("Evaluation of {}", documents(report.documents)),
        style: STYLE,
        script: "",
        body,
    };
    page.render()
}

fn contents(report: &Report) -> Markup {
    html! {
        ul {
            li { a href="#overview" { "overview" } }
            @for section in &report.sections {
                li { a href={ "#" (section.metric) } { (section.metric) } }
            }
            @for (number, slicing) in report.slicings.iter().enumerate() {
                li { a href={ "#by-" (number + 1) } { "by " (slicing.field) } }
            }
            @if !report.ceilings.is_empty() { li { a href="#ceiling" { "beside two annotators" } } }
            @if let Some(errors) = &report.errors {
                li { a href="#errors" { "mistakes by kind" } }
                @for LayerErrors { layer, .. } in listed(errors) {
                    li { a href={ "#errors-" (layer.name()) } { "wrong " (layer.name()) } }
                }
            }
            @if !report.notes.is_empty() { li { a href="#notes" { "notes" } } }
        }
    }
}

/// The main figure of each metric.
fn overview(report: &Report) -> Markup {
    let main = |section: &Section| -> Option<Figure> {
        let mut found = MAIN.iter().filter_map(|measure| {
            let mut figures = section.figures.iter();
            figures.find(|f| f.class.is_none() && f.measure == *measure)
        });
        found.next().cloned()
    };
    let rows = report.sections.iter().filter_map(|section| {
        let figure = main(section)?;
        Some(vec![
            section.about.to_owned(),
            super::table::heading(figure.measure),
            value(&figure),
            figure.support.to_string(),
        ])
    });
    let overview = Table {
        caption: "One figure per metric".to_owned(),
        header: ["", "figure", "value", "of"].map(str::to_owned).to_vec(),
        rows: rows.collect(),
    };
    html! {
        h2 id="overview" { "Overview" }
        (table(&overview))
    }
}

fn metric(section: &Section, confidence: f64) -> Markup {
    let tables = [by_class(section), singles(section)];
    let steps = reliability(section);
    html! {
        h2 id=(section.metric) { (section.about) }
        p.soft { code { (section.metric) } ", " (documents(section.documents)) }
        div.side {
            @for shown in tables.iter().filter(|t| !t.rows.is_empty()) { (table(shown)) }
            (charts::bars(section, confidence))
        }
        @if !steps.rows.is_empty() {
            div.side {
                (charts::reliability(section))
                (table(&steps))
            }
        }
        @if let Some(confusion) = &section.confusion { (matrix(confusion)) }
    }
}

/// Columns that fit into a narrow window.
const NARROW: usize = 4;

/// A table that scrolls on its own if it is wide.
fn table(table: &Table) -> Markup {
    if table.header.len() > NARROW {
        scrolling(&table.caption, &cells(table))
    } else {
        cells(table)
    }
}

/// A table whose first column names its rows.
fn cells(table: &Table) -> Markup {
    html! {
        table {
            caption { (table.caption) }
            thead {
                tr {
                    @for (column, name) in table.header.iter().enumerate() {
                        @if name.is_empty() { td {} }
                        @else { th scope="col" class=[(column > 0).then_some("number")] { (name) } }
                    }
                }
            }
            tbody {
                @for row in &table.rows {
                    tr {
                        @for (column, cell) in row.iter().enumerate() {
                            @if column == 0 { th scope="row" { (cell) } }
                            @else { td.number { (cell) } }
                        }
                    }
                }
            }
        }
    }
}

/// Cells are the darker, the larger their share of the gold class is.
fn matrix(confusion: &Confusion) -> Markup {
    let cells = html! {
        table.confusion {
            caption { "Confusion: gold classes in rows, predicted ones in columns" }
            thead {
                tr {
                    th scope="col" { "gold \\ predicted" }
                    @for class in &confusion.classes { th scope="col" { span { (class) } } }
                    th scope="col" { span { "nothing predicted" } }
                }
            }
            tbody {
                @for (row, class) in confusion.classes.iter().enumerate() {
                    tr {
                        th scope="row" { (class) }
                        @for (column, count) in confusion.counts[row].iter().enumerate() {
                            (cell(confusion, row, *count, row == column))
                        }
                        (cell(confusion, row, confusion.missing[row], false))
                    }
                }
            }
        }
    };
    scrolling("Confusion", &cells)
}

fn cell(confusion: &Confusion, row: usize, count: u64, right: bool) -> Markup {
    let all = confusion.counts[row].iter().sum::<u64>() + confusion.missing[row];
    // Not more than half, so that the number stays readable.
    let share = 50.0 * count as f64 / all.max(1) as f64;
    html! {
        td.cell.right[right] style={ "--share: " (format!("{share:.0}")) "%" } { (count) }
    }
}

fn sliced(number: usize, slicing: &Slicing) -> Markup {
    html! {
        h2 id={ "by-" (number) } { "By " (slicing.field) }
        @for shown in slices(slicing) { (scrolling(&shown.caption, &cells(&shown))) }
    }
}

/// The model's figures beside the agreement of two annotators.
fn beside_ceilings(found: &[Ceiling], confidence: f64) -> Markup {
    let Some(shown) = ceilings(found) else {
        return html! {};
    };
    html! {
        h2 id="ceiling" { "Beside two annotators" }
        p {
            "What two people who labelled the same articles reach against each other is as good as a model can be told \
             to be. The share is the model’s figure as a part of theirs."
        }
        div.side {
            (charts::ceilings(found, confidence))
            (scrolling(&shown.caption, &cells(&shown)))
        }
    }
}

fn wrong(errors: &Errors) -> Markup {
    html! {
        h2 id="errors" { "Mistakes by kind" }
        (table(&kinds(errors)))
        @for layer in listed(errors) { (wrong_in(layer, errors)) }
    }
}

/// The layers of which any mistake is listed.
fn listed(errors: &Errors) -> impl Iterator<Item = &LayerErrors> {
    errors.layers.iter().filter(|layer| !layer.worst.is_empty())
}

fn wrong_in(layer: &LayerErrors, errors: &Errors) -> Markup {
    let name = layer.layer.name();
    html! {
        h2 id={ "errors-" (name) } { "Wrong " (name) }
        p {
            "The worst " (layer.worst.len()) " of them: by what they cost (wrong predictions and what is in gold and was \
             not found), then by the score of what was predicted. The context leads to the place in the article, and the \
             number there leads back."
        }
        (scrolling(&format!("List of wrong {name}"), &list(layer)))
        (articles::articles(layer, errors))
    }
}

fn list(errors: &LayerErrors) -> Markup {
    let name = errors.layer.name();
    html! {
        table.errors {
            caption { "Wrong " (name) ", the worst first" }
            thead {
                tr {
                    th.number scope="col" { "number" }
                    @for name in ["kind", "cost", "gold", "predicted", "context", "document"] {
                        th scope="col" class=[(name == "cost").then_some("number")] { (name) }
                    }
                }
            }
            tbody {
                @for (index, mistake) in errors.worst.iter().enumerate() {
                    tr id={ "error-" (name) "-" (index + 1) } {
                        th.number scope="row" { (index + 1) }
                        td { (mistake.kind.name()) }
                        td.number { (mistake.cost) }
                        td { (mentions(errors.layer, &mistake.gold)) }
                        td { (mentions(errors.layer, &mistake.predicted)) }
                        td.context {
                            a href={ "#place-" (name) "-" (index + 1) } dir="auto" {
                                "… " (mistake.before) strong { (mistake.text) } (mistake.after) " …"
                            }
                        }
                        td { (mistake.document) }
                    }
                }
            }
        }
    }
}

/// Label, text and score of each unit; of sentences no text, which is the context.
fn mentions(layer: Layer, mentions: &[Mention]) -> Markup {
    html! {
        @if mentions.is_empty() { "nothing" }
        @for (index, mention) in mentions.iter().enumerate() {
            @if index > 0 { ", " }
            (mention.label)
            @if !layer.of_sentences() { " “" bdi { (mention.text) } "”" }
            @if let Some(score) = mention.score { " (" (format!("{score:.2}")) ")" }
        }
    }
}
