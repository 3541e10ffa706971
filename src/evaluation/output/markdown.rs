//! The report as Markdown tables.

use super::super::LayerErrors;
use super::Report;
use super::documents;
use super::table::{Table, ceilings, kinds, mentions, slices, tables};
use std::io::{self, Write};

pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "# Evaluation\n\n{}", super::basis(report))?;
    for section in &report.sections {
        writeln!(
            out,
            "\n## `{}`: {} ({})",
            section.metric,
            section.about,
            documents(section.documents)
        )?;
        for table in tables(section) {
            writeln!(out)?;
            write_table(&table, out)?;
        }
    }
    for slicing in &report.slicings {
        writeln!(out, "\n## By `{}`", slicing.field)?;
        for table in slices(slicing) {
            writeln!(out, "\n{}:\n", table.caption)?;
            write_table(&table, out)?;
        }
    }
    if let Some(errors) = &report.errors {
        writeln!(out, "\n## Mistakes by kind\n")?;
        write_table(&kinds(errors), out)?;
        errors
            .layers
            .iter()
            .try_for_each(|layer| write_errors(layer, out))?;
    }
    if let Some(table) = ceilings(&report.ceilings) {
        writeln!(out, "\n## {}\n", table.caption)?;
        write_table(&table, out)?;
    }
    if !report.notes.is_empty() {
        writeln!(out, "\n## Notes\n")?;
    }
    for note in &report.notes {
        writeln!(out, "- {note}")?;
    }
    Ok(())
}

fn write_errors(errors: &LayerErrors, out: &mut dyn Write) -> io::Result<()> {
    if errors.worst.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n## Wrong {}, the worst first\n", errors.layer.name())?;
    line(
        &["kind", "cost", "document", "gold", "predicted", "context"].map(str::to_owned),
        out,
    )?;
    writeln!(out, "| --- | ---: | --- | --- | --- | --- |")?;
    errors.worst.iter().try_for_each(|mistake| {
        let cells = [
            mistake.kind.name().to_owned(),
            mistake.cost.to_string(),
            mistake.document.clone(),
            mentions(errors.layer, &mistake.gold),
            mentions(errors.layer, &mistake.predicted),
            format!("… {}**{}**{} …", mistake.before, mistake.text, mistake.after),
        ];
        line(&cells, out)
    })
}

pub(super) fn write_table(table: &Table, out: &mut dyn Write) -> io::Result<()> {
    line(&table.header, out)?;
    let rule: Vec<&str> = (0..table.header.len())
        .map(|column| if column == 0 { "---" } else { "---:" })
        .collect();
    writeln!(out, "| {} |", rule.join(" | "))?;
    table.rows.iter().try_for_each(|row| line(row, out))
}

fn line(cells: &[String], out: &mut dyn Write) -> io::Result<()> {
    let cells: Vec<String> = cells
        .iter()
        .map(|c| c.replace('|', "\\|").replace('\n', " "))
        .collect();
    writeln!(out, "| {} |", cells.join(" | "))
}
