//! Charts as inline SVG. Their colours are the style sheet's.

use super::super::super::{Figure, Interval, Section};
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
    let bottom = ROW * figures.len() as f64;
    let title = format!("F1 by class with {:.0} % intervals", 100.0 * confidence);
    html! {
        figure {
            figcaption { (title) }
            svg viewBox=(format!("0 0 {} {}", LABELS + UNIT + 20.0, bottom + 24.0))
                width=(LABELS + UNIT + 20.0) role="img" aria-label={ (title) "; the table has the numbers" } {
                @for tick in [0.0, 0.25, 0.5, 0.75, 1.0] {
                    line.grid x1=(x(tick)) x2=(x(tick)) y1="0" y2=(bottom) {}
                    text x=(x(tick)) y=(bottom + 16.0) text-anchor="middle" { (tick) }
                }
                @for (index, figure) in figures.iter().enumerate() {
                    (bar(figure, ROW * index as f64))
                }
            }
        }
    }
}

fn bar(figure: &Figure, top: f64) -> Markup {
    let name = figure.class.as_deref().unwrap_or("all");
    let middle = top + ROW / 2.0;
    let value = figure.value.unwrap_or_default();
    html! {
        text x=(LABELS - 8.0) y=(middle + 4.0) text-anchor="end" { (cut(name)) }
        rect.bar x=(LABELS) y=(top + 4.0) width=(at(UNIT * value)) height=(ROW - 8.0) {}
        @if let Some(Interval { low, high }) = figure.interval {
            path.interval d=(format!(
                "M{0} {top} v{ROW} M{0} {middle} H{1} M{1} {top} v{ROW}",
                x(low), x(high), top = top + 7.0, ROW = ROW - 14.0
            )) {}
        }
    }
}

/// A label that fits.
fn cut(name: &str) -> String {
    match name.char_indices().nth(LABEL) {
        None => name.to_owned(),
        Some((end, _)) => format!("{}…", &name[..end]),
    }
}

/// Where a value lies from left to right.
fn x(value: f64) -> f64 {
    at(LABELS + UNIT * value)
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
