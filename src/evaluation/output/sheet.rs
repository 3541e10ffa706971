//! Results that are tables with a caption each: as text, as Markdown, or as the JSON of their types.

use super::markdown::write_table;
use super::table::Table;
use super::text::aligned;
use serde::Serialize;
use std::io::{self, Write};

/// The ways to show a sheet.
pub const SHEETS: [&str; 3] = ["text", "json", "markdown"];

/// Tables and what is to be said about them.
pub struct Sheet {
    pub(in super::super) title: &'static str,
    pub(in super::super) tables: Vec<Table>,
    pub(in super::super) notes: Vec<String>,
}

/// A result that is shown as tables.
pub trait Shown: Serialize {
    /// Its tables.
    fn sheet(&self) -> Sheet;
}

/// Shows a result in one of the ways of [`SHEETS`].
///
/// # Errors
/// The output cannot be written.
pub fn show(result: &impl Shown, way: &str, out: &mut dyn Write) -> io::Result<()> {
    match way {
        "json" => {
            serde_json::to_writer_pretty(&mut *out, result)?;
            writeln!(out)
        }
        "markdown" => markdown(&result.sheet(), out),
        _ => text(&result.sheet(), out),
    }
}

fn text(sheet: &Sheet, out: &mut dyn Write) -> io::Result<()> {
    for table in &sheet.tables {
        writeln!(out, "{}\n", table.caption)?;
        aligned(table, out)?;
        writeln!(out)?;
    }
    sheet
        .notes
        .iter()
        .try_for_each(|note| writeln!(out, "note: {note}"))
}

fn markdown(sheet: &Sheet, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "# {}", sheet.title)?;
    for table in &sheet.tables {
        writeln!(out, "\n## {}\n", table.caption)?;
        write_table(table, out)?;
    }
    if !sheet.notes.is_empty() {
        writeln!(out, "\n## Notes\n")?;
    }
    sheet.notes.iter().try_for_each(|note| writeln!(out, "- {note}"))
}
