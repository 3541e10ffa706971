//! The tables of a section as plain cells, for the outputs that people read.

use super::super::{
    Ceiling, Confusion, ErrorKind, Errors, Figure, Interval, Layer, METRICS, Mention, Section, Slicing, Step,
};
use std::collections::BTreeMap;

/// Shown where there was nothing to measure.
const NO_VALUE: &str = "–";

/// Cells; the first column holds words, all others numbers.
pub(in super::super) struct Table {
    /// What it shows, where that is not plain from its header.
    pub(in super::super) caption: String,
    pub(in super::super) header: Vec<String>,
    pub(in super::super) rows: Vec<Vec<String>>,
}

/// The tables of a section that are not empty.
pub(in super::super) fn tables(section: &Section) -> Vec<Table> {
    let mut tables = vec![by_class(section), singles(section), reliability(section)];
    tables.extend(section.confusion.as_ref().map(confusion));
    tables.retain(|t| !t.rows.is_empty());
    tables
}

/// One table per metric: a row for each part of the documents, a column for each figure that is not of one class. (Of
/// metrics that have only figures by class, their F1.)
pub(super) fn slices(slicing: &Slicing) -> Vec<Table> {
    let scored = |metric: &str| {
        let mut sections = slicing.slices.iter().flat_map(|slice| &slice.sections);
        sections.any(|section| section.metric == metric)
    };
    (METRICS.iter().map(|metric| metric.profile().name))
        .filter(|metric| scored(metric))
        .map(|metric| slices_of(slicing, metric))
        .collect()
}

fn slices_of(slicing: &Slicing, metric: &str) -> Table {
    let parts = || {
        slicing.slices.iter().filter_map(|slice| {
            let section = slice.sections.iter().find(|s| s.metric == metric)?;
            Some((slice, section))
        })
    };
    let figures = || parts().flat_map(|(_, section)| &section.figures);
    let overall = figures().any(|figure| figure.class.is_none());
    let mut columns: Vec<&Figure> = Vec::new();
    for figure in figures() {
        let shown = match figure.class {
            None => true,
            Some(_) => !overall && figure.measure == "f1",
        };
        if shown && !columns.iter().any(|column| column.name == figure.name) {
            columns.push(figure);
        }
    }
    let header = columns.iter().map(|figure| match &figure.class {
        None => heading(figure.measure),
        Some(class) => format!("{class} {}", heading(figure.measure)),
    });
    let rows = parts().map(|(slice, section)| {
        let name = slice
            .value
            .clone()
            .unwrap_or_else(|| format!("(no {})", slicing.field));
        let cells = columns.iter().map(|column| {
            let figure = section.figures.iter().find(|f| f.name == column.name);
            figure.map_or_else(|| NO_VALUE.to_owned(), value)
        });
        [name, section.documents.to_string()]
            .into_iter()
            .chain(cells)
            .collect()
    });
    Table {
        caption: format!("{metric} by {}", slicing.field),
        rows: rows.collect(),
        header: [slicing.field.clone(), "documents".to_owned()]
            .into_iter()
            .chain(header)
            .collect(),
    }
}

/// How many mistakes there are of each kind in each layer.
pub(super) fn kinds(errors: &Errors) -> Table {
    let rows = ErrorKind::ALL.iter().map(|kind| {
        let number = |kinds: &BTreeMap<ErrorKind, u64>| kinds.get(kind).copied().unwrap_or_default();
        let numbers = errors.layers.iter().map(|layer| number(&layer.kinds).to_string());
        std::iter::once(kind.name().to_owned()).chain(numbers).collect()
    });
    let layers = errors.layers.iter().map(|layer| layer.layer.name().to_owned());
    Table {
        caption: "Mistakes by kind".to_owned(),
        header: std::iter::once("kind".to_owned()).chain(layers).collect(),
        rows: rows.collect(),
    }
}

/// Units of a layer in words, on one line: label, text and score of each.
pub(super) fn mentions(layer: Layer, mentions: &[Mention]) -> String {
    if mentions.is_empty() {
        return "nothing".to_owned();
    }
    let shown = mentions.iter().map(|m| {
        let score = m.score.map_or_else(String::new, |score| format!(" ({score:.2})"));
        match layer.of_sentences() {
            true => format!("{}{score}", m.label),
            false => {
                let text: Vec<&str> = m.text.split_whitespace().collect();
                format!("{} “{}”{score}", m.label, text.join(" "))
            }
        }
    });
    shown.collect::<Vec<_>>().join(", ")
}

pub(super) fn by_class(section: &Section) -> Table {
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
        caption: "By class".to_owned(),
        header: ["", "precision", "recall", "F1", "gold", "predicted"]
            .map(str::to_owned)
            .to_vec(),
        rows: rows.collect(),
    }
}

pub(super) fn singles(section: &Section) -> Table {
    let rows = section
        .figures
        .iter()
        .filter(|f| !["precision", "recall", "f1"].contains(&f.measure));
    Table {
        caption: "Single figures".to_owned(),
        header: ["", "value", "of"].map(str::to_owned).to_vec(),
        rows: rows
            .map(|f| vec![heading(f.measure), value(f), f.support.to_string()])
            .collect(),
    }
}

/// The steps of probability that have any unit.
pub(super) fn reliability(section: &Section) -> Table {
    let steps = section.reliability.iter().filter(|step| step.units > 0);
    let shown = |value: Option<f64>| value.map_or_else(|| NO_VALUE.to_owned(), |v| format!("{v:.3}"));
    let row = |step: &Step| {
        vec![
            format!("{:.1}–{:.1}", step.low, step.high),
            shown(step.score),
            shown(step.right),
            step.units.to_string(),
        ]
    };
    Table {
        caption: "Reliability".to_owned(),
        header: ["score", "mean score", "share right", "units"]
            .map(str::to_owned)
            .to_vec(),
        rows: steps.map(row).collect(),
    }
}

/// A measure in words.
pub(super) fn heading(measure: &str) -> String {
    match measure {
        "f1" => "F1".to_owned(),
        "ece" => "expected calibration error".to_owned(),
        other => other.replace('_', " "),
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
        caption: "Confusion".to_owned(),
        header: std::iter::once("gold \\ predicted".to_owned())
            .chain(numbers)
            .chain(["missing".to_owned()])
            .collect(),
        rows: rows.collect(),
    }
}

/// Figures beside the agreement of annotators.
pub(super) fn ceilings(ceilings: &[Ceiling]) -> Option<Table> {
    let rows = ceilings.iter().map(|c| {
        vec![
            c.name.clone(),
            with_interval(c.value, c.interval),
            with_interval(c.agreement, c.agreement_interval),
            c.share
                .map_or_else(|| NO_VALUE.to_owned(), |s| format!("{:.1} %", 100.0 * s)),
        ]
    });
    (!ceilings.is_empty()).then(|| Table {
        caption: "Agreement of two annotators as a ceiling".to_owned(),
        header: ["", "value", "agreement", "share"].map(str::to_owned).to_vec(),
        rows: rows.collect(),
    })
}

/// A value with its interval.
pub(super) fn value(figure: &Figure) -> String {
    let shown = |value| with_interval(value, figure.interval);
    figure.value.map_or_else(|| NO_VALUE.to_owned(), shown)
}

fn with_interval(value: f64, interval: Option<Interval>) -> String {
    match interval {
        Some(Interval { low, high }) => format!("{value:.3} [{low:.3}, {high:.3}]"),
        None => format!("{value:.3}"),
    }
}
