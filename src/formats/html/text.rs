//! The text with its marks. What stands in it is the text and nothing else: taking the tags away gives it back.

use super::speaker;
use crate::annotation::{Annotation, Claim, Entity};
use crate::labels::{COUNTRY, LOC, NORP, ORG, PERSON, Tone};
use crate::span::Span;
use crate::text::Paragraph;
use maud::{Markup, PreEscaped, html};

/// Text without a mark beginning or ending in it, and what covers it.
struct Piece {
    span: Span,
    /// Index of its block: a paragraph with the white space around it.
    block: usize,
    claims: Vec<usize>,
    entities: Vec<usize>,
}

/// The text in blocks; those of headings are headings.
pub(super) fn text(annotation: &Annotation, paragraphs: &[Paragraph]) -> Markup {
    let pieces = pieces(annotation, paragraphs);
    html! {
        @for block in pieces.chunk_by(|a, b| a.block == b.block) {
            @match paragraphs.get(block[0].block) {
                Some(paragraph) if paragraph.heading => h3 { (runs(annotation, block)) },
                _ => p { (runs(annotation, block)) },
            }
        }
    }
}

/// The text cut wherever a block, a claim or an entity begins or ends.
fn pieces(annotation: &Annotation, paragraphs: &[Paragraph]) -> Vec<Piece> {
    let entities: Vec<Span> = annotation.entities.iter().flatten().map(|e| e.span).collect();
    let claims: Vec<Span> = annotation.claims.iter().map(|c| c.span).collect();
    let blocks: Vec<usize> = paragraphs.iter().skip(1).map(|p| p.span.start).collect();
    let ends = entities.iter().chain(&claims).flat_map(|s| [s.start, s.end]);
    let mut cuts: Vec<usize> = ends.chain(blocks.iter().copied()).collect();
    cuts.extend([0, annotation.text.len()]);
    cuts.sort_unstable();
    cuts.dedup();
    let (mut over_claims, mut over_entities) = (Cover::new(&claims), Cover::new(&entities));
    let cut = |cut: &[usize]| Piece {
        span: Span::new(cut[0], cut[1]),
        block: blocks.partition_point(|start| *start <= cut[0]),
        claims: over_claims.at(cut[0]),
        entities: over_entities.at(cut[0]),
    };
    cuts.windows(2).map(cut).collect()
}

/// Finds the spans over a place that only moves forward.
struct Cover<'s> {
    spans: &'s [Span],
    /// Indices by where the spans begin.
    order: Vec<usize>,
    next: usize,
    open: Vec<usize>,
}

impl<'s> Cover<'s> {
    fn new(spans: &'s [Span]) -> Self {
        let mut order: Vec<usize> = (0..spans.len()).collect();
        order.sort_by_key(|index| spans[*index].start);
        Self {
            spans,
            order,
            next: 0,
            open: Vec::new(),
        }
    }

    /// Indices of the spans that hold the byte at `place`.
    fn at(&mut self, place: usize) -> Vec<usize> {
        while let Some(index) = self
            .order
            .get(self.next)
            .filter(|i| self.spans[**i].start <= place)
        {
            self.open.push(*index);
            self.next += 1;
        }
        self.open.retain(|index| self.spans[*index].end > place);
        self.open.clone()
    }
}

/// The pieces of a block, those of one claim together.
fn runs(annotation: &Annotation, block: &[Piece]) -> Markup {
    html! {
        @for run in block.chunk_by(|a, b| a.claims == b.claims) {
            @for index in &run[0].claims {
                @if annotation.claims[*index].span.start == run[0].span.start { (number(annotation, *index)) }
            }
            @match run[0].claims.last() {
                Some(last) => span class={ "claim " (Tone::of(&annotation.claims[*last].claim_type).name()) }
                    data-claims=(run[0].claims.iter().map(|i| (i + 1).to_string()).collect::<Vec<_>>().join(" ")) {
                    (names(annotation, run))
                },
                None => (names(annotation, run)),
            }
        }
    }
}

/// The pieces of a run with their entities.
fn names(annotation: &Annotation, run: &[Piece]) -> Markup {
    let entities = annotation.entities.as_deref().unwrap_or_default();
    html! {
        @for piece in run { (name(entities, &piece.entities, piece.span.of(&annotation.text))) }
    }
}

/// A piece inside the entities that cover it.
fn name(entities: &[Entity], covering: &[usize], text: &str) -> Markup {
    let Some((index, inner)) = covering.split_first() else {
        return escaped(text);
    };
    let entity = &entities[*index];
    html! {
        span class={ "name " (label_class(&entity.label)) } data-name=(index) data-label=(entity.label)
            data-country=[&entity.country] {
            (name(entities, inner, text))
        }
    }
}

/// The class of an entity label.
pub(super) fn label_class(label: &str) -> &'static str {
    match label {
        PERSON => "person",
        ORG => "org",
        COUNTRY => "country",
        LOC => "loc",
        NORP => "norp",
        _ => "other",
    }
}

/// The number of a claim where it begins. Its digits are drawn by the style sheet, as they are none of the text.
fn number(annotation: &Annotation, index: usize) -> Markup {
    let about = about(annotation, index, &annotation.claims[index]);
    let tone = Tone::of(&annotation.claims[index].claim_type).name();
    let number = index + 1;
    html! {
        a class={ "number " (tone) } id={ "at-" (number) } href={ "#claim-" (number) } data-number=(number)
            title=(about) aria-label=(about) {}
    }
}

/// A claim in a line.
fn about(annotation: &Annotation, index: usize, claim: &Claim) -> String {
    let speaker = speaker(annotation, claim).map_or("speaker unknown", |(_, speaker)| &speaker.name);
    let target = claim
        .target
        .as_ref()
        .map(|target| format!(", about {}", target.name));
    format!(
        "Claim {}: {speaker}, {}{}",
        index + 1,
        claim.claim_type,
        target.unwrap_or_default()
    )
}

/// Text as a browser reads it back: a bare carriage return would become a line feed. A null character has no place in
/// HTML; U+FFFD stands for it.
fn escaped(text: &str) -> Markup {
    let text = html! { (text) }.into_string();
    PreEscaped(text.replace('\r', "&#13;").replace('\0', "\u{fffd}"))
}
