//! The reading view: the article's text with its entities underlined, and beside each claim who says it and what kind
//! of claim it is. For people; nothing reads it back.

use super::{Format, FormatError, Output, WriteOptions, Writer};
use crate::annotation::{Annotation, Claim, Entity, Speaker};
use crate::labels::{COUNTRY, LOC, NORP, ORG, PERSON, Tone};
use crate::span::Span;
use anstyle::{AnsiColor, Style};
use std::io::Write;
use unicode_segmentation::UnicodeSegmentation;

pub(super) const FORMAT: Format = Format {
    name: "text",
    about: "reading view: entities underlined, claims with speaker and type in the margin",
    extensions: &[],
    corpora: false,
    units: false,
    carries: None,
    faults: |_, _| {},
    output: Output::Stream(|options| Box::new(Reading::new(options))),
    reader: None,
};

/// Columns of the margin.
const MARGIN: usize = 30;
/// Columns of the text where the terminal does not say.
const DEFAULT_COLUMNS: usize = 110;

/// Writes the reading view.
pub(super) struct Reading {
    colour: bool,
    columns: usize,
}

impl Reading {
    pub(super) fn new(options: WriteOptions) -> Self {
        let columns = if options.columns == 0 {
            DEFAULT_COLUMNS
        } else {
            options.columns
        };
        Self {
            colour: options.colour,
            columns: columns.saturating_sub(MARGIN + 3).max(30),
        }
    }

    fn style(&self, style: Style, text: &str) -> String {
        if self.colour {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }
}

impl Writer for Reading {
    fn write(&mut self, annotation: &Annotation, out: &mut dyn Write) -> Result<(), FormatError> {
        writeln!(out, "{}", self.style(Style::new().bold(), &annotation.id))?;
        for (span, claim) in blocks(annotation) {
            let margin = claim.map(|c| self.margin(annotation, c)).unwrap_or_default();
            let lines = self.wrap(annotation, span);
            for index in 0..lines.len().max(margin.len()) {
                let (label, width) = margin.get(index).cloned().unwrap_or_default();
                let pad = " ".repeat(MARGIN.saturating_sub(width));
                let line = lines.get(index).map_or("", String::as_str);
                writeln!(out, "{}", format!("{label}{pad} │ {line}").trim_end())?;
            }
        }
        self.summary(annotation, out)
    }
}

impl Reading {
    /// Lines of the margin beside a claim, each with its width in columns.
    fn margin(&self, annotation: &Annotation, claim: &Claim) -> Vec<(String, usize)> {
        let score = claim
            .score
            .map(|s| format!(" {:.0} %", 100.0 * s))
            .unwrap_or_default();
        let name = match claim.speaker.and_then(|id| annotation.speakers.get(id)) {
            Some(speaker) => speaker.name.as_str(),
            None => "speaker unknown",
        };
        let kind = format!("{}{score}", claim.claim_type);
        let mut lines = vec![
            self.cell(name, Style::new().bold()),
            self.cell(&kind, claim_style(&claim.claim_type)),
        ];
        if let Some(target) = &claim.target {
            lines.push(self.cell(&format!("→ {}", target.name), Style::new().dimmed()));
        }
        lines
    }

    fn cell(&self, text: &str, style: Style) -> (String, usize) {
        let mut cut: String = text.graphemes(true).take(MARGIN).collect();
        if cut.len() < text.len() {
            cut = text.graphemes(true).take(MARGIN - 1).chain(["…"]).collect();
        }
        let width = cut.graphemes(true).count();
        (self.style(style, &cut), width)
    }

    /// The text of a block, entities styled, broken into lines.
    fn wrap(&self, annotation: &Annotation, block: Span) -> Vec<String> {
        let mut lines = Vec::new();
        let (mut line, mut width) = (String::new(), 0);
        let mut at = block.start;
        for word in block.of(&annotation.text).split_word_bounds() {
            let span = Span::new(at, at + word.len());
            at = span.end;
            let columns = word.graphemes(true).count();
            let blank = word.chars().all(char::is_whitespace);
            if blank && (width == 0 || word.contains('\n')) {
                if width > 0 {
                    line.push(' ');
                    width += 1;
                }
                continue;
            }
            if width + columns > self.columns && width > 0 && !blank {
                lines.push(std::mem::take(&mut line).trim_end().to_owned());
                width = 0;
            }
            let entity = annotation
                .entities
                .iter()
                .flatten()
                .find(|e| e.span.overlaps(span));
            match entity {
                Some(entity) => line.push_str(&self.style(entity_style(entity), word)),
                None => line.push_str(word),
            }
            width += columns;
        }
        lines.push(line.trim_end().to_owned());
        lines
    }

    /// Who spoke, and what was read.
    fn summary(&self, annotation: &Annotation, out: &mut dyn Write) -> Result<(), FormatError> {
        writeln!(out)?;
        for (id, speaker) in annotation.speakers.iter().enumerate() {
            let claims: Vec<&Claim> = annotation
                .claims
                .iter()
                .filter(|c| c.speaker == Some(id))
                .collect();
            let name = self.style(Style::new().bold(), &speaker.name);
            writeln!(out, "{name}{}: {}", details(speaker), tally(&claims))?;
        }
        let unknown: Vec<&Claim> = annotation.claims.iter().filter(|c| c.speaker.is_none()).collect();
        if !unknown.is_empty() {
            writeln!(out, "speaker unknown: {}", tally(&unknown))?;
        }
        let countries: Vec<String> = (annotation
            .countries
            .iter()
            .map(|c| format!("{} {}", c.name, c.mentions)))
        .collect();
        if !countries.is_empty() {
            writeln!(out, "countries: {}", countries.join(", "))?;
        }
        if let Some(coverage) = annotation.coverage {
            let line = format!(
                "{} of {} tokens read in {} windows",
                coverage.read, coverage.tokens, coverage.windows
            );
            writeln!(out, "{}", self.style(Style::new().dimmed(), &line))?;
        }
        Ok(())
    }
}

/// Role, affiliation and country of a speaker in brackets.
fn details(speaker: &Speaker) -> String {
    let parts: Vec<&str> = [&speaker.role, &speaker.affiliation, &speaker.country]
        .into_iter()
        .filter_map(|p| p.as_deref())
        .collect();
    if parts.is_empty() {
        String::new()
    } else {
        format!(" ({})", parts.join(", "))
    }
}

/// Counts of claim types, in the order in which they first occur.
fn tally(claims: &[&Claim]) -> String {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for claim in claims {
        match counts.iter_mut().find(|(t, _)| *t == claim.claim_type) {
            Some((_, n)) => *n += 1,
            None => counts.push((&claim.claim_type, 1)),
        }
    }
    counts
        .iter()
        .map(|(t, n)| format!("{n} {t}"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// The text cut at the claims: each claim a block of its own, what stands between them up to line breaks too.
fn blocks(annotation: &Annotation) -> Vec<(Span, Option<&Claim>)> {
    let mut blocks = Vec::new();
    let mut at = 0;
    let between = |from: usize, to: usize, blocks: &mut Vec<(Span, Option<&Claim>)>| {
        let mut start = from;
        for line in Span::new(from, to).of(&annotation.text).split_inclusive('\n') {
            let span = Span::new(start, start + line.len()).trimmed(&annotation.text);
            start += line.len();
            if !span.is_empty() {
                blocks.push((span, None));
            }
        }
    };
    for claim in &annotation.claims {
        between(at, claim.span.start, &mut blocks);
        blocks.push((claim.span, Some(claim)));
        at = claim.span.end;
    }
    between(at, annotation.text.len(), &mut blocks);
    blocks
}

fn entity_style(entity: &Entity) -> Style {
    let colour = match entity.label.as_str() {
        PERSON => AnsiColor::Cyan,
        ORG => AnsiColor::Yellow,
        COUNTRY => AnsiColor::Green,
        LOC => AnsiColor::Blue,
        NORP => AnsiColor::BrightGreen,
        _ => AnsiColor::Magenta,
    };
    Style::new().underline().fg_color(Some(colour.into()))
}

fn claim_style(claim_type: &str) -> Style {
    let colour = match Tone::of(claim_type) {
        Tone::Conflict => AnsiColor::Red,
        Tone::Pressure => AnsiColor::Yellow,
        Tone::Cooperation => AnsiColor::Green,
        Tone::Plain => AnsiColor::Blue,
    };
    Style::new().fg_color(Some(colour.into()))
}
