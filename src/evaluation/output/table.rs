//! The tables of a section as plain cells, for the outputs that people read.

use super::super::{Confusion, Figure, Section};

/// Shown where there was nothing to measure.
const NO_VALUE: &str = "–";

/// Cells; the first column holds words, all others numbers.
pub(super) struct Table {
    pub(super) header: Vec<String>,
    pub(super) rows: Vec<Vec<String>>,
}

/// The tables of a section that are not empty: precision, recall and F1 by class, single figures, confusion.
pub(super) fn tables(section: &Section) -> Vec<Table> {
    let mut tables = vec![by_class(section), singles(section)];
    tables.extend(section.confusion.as_ref().map(confusion));
    tables.retain(|t| !t.rows.is_empty());
    tables
}

fn by_class(section: &Section) -> Table {
    let rows = section.figures.iter().filter(|f| f.measure == "f1").map(|f1| {
        let of = |measure: &str| {
            section
                .figures
                .iter()
                .find(|f| f.class == f1.class && f.measure == measure)
        };
        let shown = |figure: Option<&Figure>| figure.map_or_else(String::new, value);
        let (precision, recall) = (of("precision"), of("recall"));
        vec![
            f1.class.clone().unwrap_or_else(|| "all".to_owned()),
            shown(precision),
            shown(recall),
            value(f1),
            f1.support.to_string(),
            precision.map_or_else(String::new, |p| p.support.to_string()),
        ]
    });
    Table {
        header: ["", "precision", "recall", "F1", "gold", "predicted"]
            .map(str::to_owned)
            .to_vec(),
        rows: rows.collect(),
    }
}

fn singles(section: &Section) -> Table {
    let rows = section
        .figures
        .iter()
        .filter(|f| !["precision", "recall", "f1"].contains(&f.measure));
    Table {
        header: ["", "value", "of"].map(str::to_owned).to_vec(),
        rows: rows
            .map(|f| vec![f.measure.replace('_', " "), value(f), f.support.to_string()])
            .collect(),
    }
}

/// Rows are gold; columns are numbered like the rows, so that long names need not stand side by side.
fn confusion(confusion: &Confusion) -> Table {
    let numbers = (1..=confusion.classes.len()).map(|n| n.to_string());
    let rows = confusion.classes.iter().enumerate().map(|(index, class)| {
        let cells = confusion.counts[index].iter().chain([&confusion.missing[index]]);
        std::iter::once(format!("{} {class}", index + 1))
            .chain(cells.map(u64::to_string))
            .collect()
    });
    Table {
        header: std::iter::once("gold \\ predicted".to_owned())
            .chain(numbers)
            .chain(["missing".to_owned()])
            .collect(),
        rows: rows.collect(),
    }
}

/// A value with its interval.
fn value(figure: &Figure) -> String {
    match (figure.value, figure.interval) {
        (Some(value), Some(interval)) => format!("{value:.3} [{:.3}, {:.3}]", interval.low, interval.high),
        (Some(value), None) => format!("{value:.3}"),
        (None, _) => NO_VALUE.to_owned(),
    }
}
