//! Charts as inline SVG. Their colours are the style sheet's.

use super::super::super::{Ceiling, Figure, Interval, Section};
use maud::{Markup, html};

/// Width of the labels beside bars.
const LABELS: f64 = 150.0;
/// Width that stands for 1.
const UNIT: f64 = 320.0;
/// Height of a bar with the space around it.
const ROW: f64 = 24.0;
/// Code points of a label that fit beside a bar.
const LABEL: usize = 22;
/// Space for the axes of a reliability diagram.
const AXIS: f64 = 48.0;
/// Space for points on its edges.
const EDGE: f64 = 16.0;

/// F1 by class as bars with their intervals; nothing for fewer than two.
pub(super) fn bars(section: &Section, confidence: f64) -> Markup {
    let figures: Vec<&Figure> = (section.figures.iter())
        .filter(|f| f.measure == "f1" && f.value.is_some())
        .collect();
    if figures.len() < 2 {
        return html! {};
    }
    let title = format!("F1 by class with {:.0} % intervals", 100.0 * confidence);
    let bars = figures.iter().enumerate().map(|(index, figure)| {
        let name = figure.class.as_deref().unwrap_or("all");
        let top = ROW * index as f64;
        html! {
            (label(&cut(name, LABEL), LABELS, top + ROW / 2.0))
            (bar("bar", LABELS, figure.value.unwrap_or_default(), figure.interval, top, ROW))
        }
    });
    chart(
        &title,
        LABELS,
        ROW * figures.len() as f64,
        &bars.collect::<Vec<_>>(),
    )
}

/// The model's figure above what two annotators reach, each as a bar with its interval; of figures that are not of one
/// class.
pub(super) fn ceilings(ceilings: &[Ceiling], confidence: f64) -> Markup {
    let shown: Vec<&Ceiling> = ceilings.iter().filter(|c| c.class.is_none()).collect();
    if shown.is_empty() {
        return html! {};
    }
    let title = format!(
        "The model (upper bar) and two annotators (lower bar) with {:.0} % intervals",
        100.0 * confidence
    );
    let height = 2.0 * ROW;
    let bars = shown.iter().enumerate().map(|(index, ceiling)| {
        let top = height * index as f64;
        html! {
            (label(&cut(&ceiling.name, 2 * LABEL), 2.0 * LABELS, top + height / 2.0))
            (bar("bar", 2.0 * LABELS, ceiling.value, ceiling.interval, top + 4.0, ROW - 2.0))
            (bar("bar people", 2.0 * LABELS, ceiling.agreement, ceiling.agreement_interval, top + ROW - 2.0, ROW - 2.0))
        }
    });
    chart(
        &title,
        2.0 * LABELS,
        height * shown.len() as f64,
        &bars.collect::<Vec<_>>(),
    )
}

/// Bars from 0 to 1 over a scale, beside labels of some width.
fn chart(title: &str, labels: f64, bottom: f64, bars: &[Markup]) -> Markup {
    let width = labels + UNIT + 20.0;
    html! {
        figure {
            figcaption { (title) }
            svg viewBox=(format!("0 0 {width} {}", bottom + 24.0)) width=(width) role="img"
                aria-label={ (title) "; the table has the numbers" } {
                @for tick in [0.0, 0.25, 0.5, 0.75, 1.0] {
                    line.grid x1=(at(labels + UNIT * tick)) x2=(at(labels + UNIT * tick)) y1="0" y2=(bottom) {}
                    text x=(at(labels + UNIT * tick)) y=(bottom + 16.0) text-anchor="middle" { (tick) }
                }
                @for bar in bars { (bar) }
            }
        }
    }
}

fn label(name: &str, right: f64, middle: f64) -> Markup {
    html! {
        text x=(right - 8.0) y=(middle + 4.0) text-anchor="end" { (name) }
    }
}

/// A bar in a row of some height, with its interval.
fn bar(class: &str, left: f64, value: f64, interval: Option<Interval>, top: f64, row: f64) -> Markup {
    let middle = top + row / 2.0;
    let x = |value: f64| at(left + UNIT * value);
    html! {
        rect class=(class) x=(left) y=(top + 4.0) width=(at(UNIT * value)) height=(row - 8.0) {}
        @if let Some(Interval { low, high }) = interval {
            path.interval d=(format!(
                "M{0} {top} v{row} M{0} {middle} H{1} M{1} {top} v{row}",
                x(low), x(high), top = top + 7.0, row = row - 14.0
            )) {}
        }
    }
}

/// A label of so many code points at most.
fn cut(name: &str, most: usize) -> String {
    match name.char_indices().nth(most) {
        None => name.to_owned(),
        Some((end, _)) => format!("{}…", &name[..end]),
    }
}

/// A coordinate, to a tenth.
fn at(coordinate: f64) -> f64 {
    (10.0 * coordinate).round() / 10.0
}

/// What share is right at which mean score; on the diagonal, scores can be taken at their word.
pub(super) fn reliability(section: &Section) -> Markup {
    let right = |value: f64| at(AXIS + UNIT * value);
    let up = |value: f64| at(EDGE + UNIT * (1.0 - value));
    let all: u64 = section.reliability.iter().map(|step| step.units).sum();
    let points = section.reliability.iter().filter_map(|step| {
        let radius = 4.0 + 11.0 * (step.units as f64 / all as f64).sqrt();
        Some((step.score?, step.right?, at(radius)))
    });
    let (width, height) = (AXIS + UNIT + EDGE, EDGE + UNIT + AXIS);
    html! {
        figure {
            figcaption { "Reliability diagram: larger points stand for more units" }
            svg viewBox=(format!("0 0 {width} {height}")) width=(width) role="img"
                aria-label="Share that is right by mean score; the table has the numbers" {
                @for tick in [0.0, 0.25, 0.5, 0.75, 1.0] {
                    path.grid d=(format!("M{} {} H{} M{} {} V{}", right(0.0), up(tick), right(1.0), right(tick), up(0.0), up(1.0))) {}
                    text x=(right(tick)) y=(up(0.0) + 16.0) text-anchor="middle" { (tick) }
                    text x=(right(0.0) - 6.0) y=(up(tick) + 4.0) text-anchor="end" { (tick) }
                }
                line.ideal x1=(right(0.0)) y1=(up(0.0)) x2=(right(1.0)) y2=(up(1.0)) {}
                @for (score, share, radius) in points {
                    line.gap x1=(right(score)) x2=(right(score)) y1=(up(score)) y2=(up(share)) {}
                    circle.point cx=(right(score)) cy=(up(share)) r=(radius) {}
                }
                text x=(right(0.5)) y=(height - 4.0) text-anchor="middle" { "mean score" }
                text transform=(format!("translate(12 {}) rotate(-90)", up(0.5))) text-anchor="middle" { "share right" }
            }
        }
    }
}
