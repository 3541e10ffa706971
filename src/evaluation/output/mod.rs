//! How a report is shown: one file per output, one list of them.

mod html;
mod json;
mod markdown;
mod sheet;
mod table;
mod text;

pub(super) use sheet::Sheet;
pub use sheet::{SHEETS, Shown, show};
pub(super) use table::{Table, tables};

use super::Report;
use super::error::documents;
use std::io::{self, Write};

/// A way to show a report.
pub struct Output {
    /// The name by which it is asked for.
    pub name: &'static str,
    /// What it is.
    pub about: &'static str,
    /// Writes a report.
    pub write: fn(&Report, &mut dyn Write) -> io::Result<()>,
}

/// All ways to show a report.
pub const OUTPUTS: &[Output] = &[
    Output {
        name: "text",
        about: "aligned tables",
        write: text::write,
    },
    Output {
        name: "json",
        about: "one JSON object",
        write: json::write,
    },
    Output {
        name: "markdown",
        about: "Markdown tables",
        write: markdown::write,
    },
    Output {
        name: "html",
        about: "one page with charts and the wrong entities in their articles",
        write: html::write,
    },
];

/// What the figures and intervals rest on, in a sentence.
fn basis(report: &Report) -> String {
    let documents = documents(report.documents);
    if report.draws == 0 {
        return format!("{documents}; no intervals");
    }
    format!(
        "{documents}; {:.0} % intervals from {} bootstrap draws over documents (seed {})",
        100.0 * report.confidence,
        report.draws,
        report.seed
    )
}

#[cfg(test)]
mod tests;
