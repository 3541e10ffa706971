//! The report as aligned text, for a terminal.

use super::super::{Errors, LayerErrors};
use super::Report;
use super::documents;
use super::table::{Table, ceilings, kinds, mentions, slices, tables};
use std::io::{self, Write};

pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for section in &report.sections {
        writeln!(
            out,
            "{}: {} ({})",
            section.metric,
            section.about,
            documents(section.documents)
        )?;
        for table in tables(section) {
            writeln!(out)?;
            aligned(&table, out)?;
        }
        writeln!(out)?;
    }
    for table in report.slicings.iter().flat_map(slices) {
        writeln!(out, "{}\n", table.caption)?;
        aligned(&table, out)?;
        writeln!(out)?;
    }
    if let Some(errors) = &report.errors {
        write_errors(errors, out)?;
    }
    if let Some(table) = ceilings(&report.ceilings) {
        writeln!(out, "{}\n", table.caption)?;
        aligned(&table, out)?;
        writeln!(out)?;
    }
    for note in &report.notes {
        writeln!(out, "note: {note}")?;
    }
    writeln!(out, "{}", super::basis(report))
}

fn write_errors(errors: &Errors, out: &mut dyn Write) -> io::Result<()> {
    let table = kinds(errors);
    writeln!(out, "{}\n", table.caption)?;
    aligned(&table, out)?;
    writeln!(out)?;
    for LayerErrors { layer, worst, .. } in errors.layers.iter().filter(|layer| !layer.worst.is_empty()) {
        writeln!(out, "Wrong {}, the worst first\n", layer.name())?;
        for (number, mistake) in worst.iter().enumerate() {
            writeln!(
                out,
                "{}. {}, cost {}, in {}\n   gold {}; predicted {}\n   … {}[{}]{} …\n",
                number + 1,
                mistake.kind.name(),
                mistake.cost,
                mistake.document,
                mentions(*layer, &mistake.gold),
                mentions(*layer, &mistake.predicted),
                mistake.before,
                mistake.text,
                mistake.after,
            )?;
        }
    }
    Ok(())
}

/// First column to the left, numbers to the right.
pub(super) fn aligned(table: &Table, out: &mut dyn Write) -> io::Result<()> {
    let lines = || std::iter::once(&table.header).chain(&table.rows);
    let width = |column: usize| lines().map(|l| l[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..table.header.len()).map(width).collect();
    for line in lines() {
        let mut cells = line.iter().zip(&widths);
        if let Some((cell, width)) = cells.next() {
            write!(out, "  {cell:<width$}")?;
        }
        for (cell, width) in cells {
            write!(out, "  {cell:>width$}")?;
        }
        writeln!(out)?;
    }
    Ok(())
}
