//! Claims: the sentences that say something on somebody's behalf, each tied to its speaker.

use super::countries::Gazetteer;
use super::quotation::quotation;
use super::sources::opening_pronoun;
use super::speakers::Speakers;
use super::targets::target;
use crate::annotation::{Attribution, Claim, Entity, Sentence, Speaker};
use crate::labels::{NONE, PERSON};
use crate::span::Span;
use crate::text::{Quoted, Segments, quoted};

/// What the claims are drawn from.
pub struct ClaimInput<'a> {
    /// The article's text.
    pub text: &'a str,
    /// Its segmentation.
    pub segments: &'a Segments,
    /// Its entities, by position.
    pub entities: &'a [Entity],
    /// Its attributions, by position.
    pub attributions: &'a [Attribution],
    /// A label for each sentence of the segmentation.
    pub sentences: &'a [Sentence],
    /// Country codes.
    pub gazetteer: &'a Gazetteer,
}

/// Speaker records and claims of an article. A sentence whose claim type is not `none` is a claim; its speaker is the
/// source of its attribution, the speaker of the quotation it continues, or whom its heading names.
pub fn claims(input: &ClaimInput<'_>) -> (Vec<Speaker>, Vec<Claim>) {
    let quotations = quoted(input.text, input.segments);
    let mut speakers = Speakers::new(input.text, input.segments, input.entities);
    let mut claims: Vec<Claim> = Vec::new();
    for (index, sentence) in input.sentences.iter().enumerate() {
        let Some(claim_type) = sentence.claim_type.first().filter(|t| *t != NONE) else {
            continue;
        };
        let span = sentence.span;
        let attribution = attribution_of(input, &quotations, span);
        let previous = claims.last().and_then(|c| c.speaker);
        let found = attribution.map(|a| &input.attributions[a]);
        let resolved = match found.and_then(|a| a.source.first()) {
            Some(source) => speakers.resolve(*source, previous),
            None => continued(input, &quotations, index, claims.last())
                .map(Ok)
                .or_else(|| opening_pronoun(input.text, span).map(|word| speakers.resolve(word, previous)))
                .or_else(|| heading(input, index).map(|name| speakers.resolve(name, None)))
                .or_else(|| subject(input, span).map(|name| speakers.resolve(name, previous)))
                .unwrap_or(Err("no source is named in or near the sentence")),
        };
        let frame: Vec<Span> = found
            .map(|a| a.source.iter().chain(&a.cue).copied().collect())
            .unwrap_or_default();
        let speaker_name = resolved
            .ok()
            .and_then(|id| speakers.get(id))
            .map(|s| s.name.clone());
        claims.push(Claim {
            span,
            claim_type: claim_type.clone(),
            score: sentence.score,
            speaker: resolved.ok(),
            speaker_reason: resolved.err().map(str::to_owned),
            quotation: quotation(input.segments, span, &frame, &quotations),
            attribution,
            target: target(input, claim_type, span, &frame, speaker_name.as_deref()),
            check_worthiness: sentence.check_worthiness,
        });
    }
    (speakers.into_records(), claims)
}

/// The attribution of a sentence: the first whose cue stands in it outside quotation marks; else the one that frames
/// the quotation which the sentence is part of; else one with a cue inside, or the one whose content covers most of it.
fn attribution_of(input: &ClaimInput<'_>, quotations: &[Quoted], sentence: Span) -> Option<usize> {
    let quoted = |span: Span| quotations.iter().any(|q| q.span.contains(span));
    let linked = |a: &Attribution| !(a.source.is_empty() && a.content.is_empty());
    let cues: Vec<(usize, Span)> = (input.attributions.iter().enumerate())
        .filter(|(_, a)| linked(a))
        .filter_map(|(index, a)| Some((index, *a.cue.first()?)))
        .collect();
    let frames = || cues.iter().filter(|(_, cue)| !quoted(*cue));
    if let Some((index, _)) = frames().find(|(_, cue)| sentence.overlaps(*cue)) {
        return Some(*index);
    }
    if let Some(quotation) = quotations
        .iter()
        .find(|q| 2 * q.span.overlap(sentence) > sentence.len())
    {
        return by_quotation(input, frames(), quotation.span);
    }
    if let Some((index, _)) = cues.iter().find(|(_, cue)| sentence.overlaps(*cue)) {
        return Some(*index);
    }
    let covered = |a: &Attribution| a.content.iter().map(|c| c.overlap(sentence)).max().unwrap_or(0);
    let best = (0..input.attributions.len()).max_by_key(|&a| covered(&input.attributions[a]))?;
    (2 * covered(&input.attributions[best]) > sentence.len()).then_some(best)
}

/// The attribution that frames a quotation: its cue stands in the sentence in which the quotation begins or ends, or
/// part of the quotation is its content; the nearest of these.
fn by_quotation<'c>(
    input: &ClaimInput<'_>,
    cues: impl Iterator<Item = &'c (usize, Span)>,
    quotation: Span,
) -> Option<usize> {
    let sentence = |at: usize| input.segments.sentence_at(at);
    let ends = [
        sentence(quotation.start),
        sentence(quotation.end.saturating_sub(1)),
    ];
    let of_it = |attribution: &Attribution| attribution.content.iter().any(|c| c.overlaps(quotation));
    cues.filter(|(index, cue)| ends.contains(&sentence(cue.start)) || of_it(&input.attributions[*index]))
        .min_by_key(|(_, cue)| {
            let (before, after) = (
                quotation.start.saturating_sub(cue.end),
                cue.start.saturating_sub(quotation.end),
            );
            before.max(after)
        })
        .map(|(index, _)| *index)
}

/// The speaker of a quotation that goes on in sentence `index`: it stands in the same quotation as the claim before, or
/// in one that follows directly after it.
fn continued(
    input: &ClaimInput<'_>,
    quotations: &[Quoted],
    index: usize,
    last: Option<&Claim>,
) -> Option<usize> {
    let last = last?;
    let sentence = &input.segments.sentences[index];
    let before = input.segments.sentence_at(last.span.start)?;
    let own = quotations.iter().find(|q| q.span.overlaps(sentence.span))?;
    let same = own.span.overlaps(last.span);
    let follows = before + 1 == index && quotations.iter().any(|q| q.span.overlaps(last.span));
    (same || follows).then_some(last.speaker).flatten()
}

/// The name in a heading that names its speaker ("Foreign Minister Ana Reis: …"), of the sentence itself or of the
/// section it stands in.
fn heading(input: &ClaimInput<'_>, index: usize) -> Option<Span> {
    let own = input.segments.sentences[index].paragraph;
    let paragraph = input.segments.paragraphs[..=own]
        .iter()
        .rev()
        .find(|p| p.heading)?;
    let colon = paragraph
        .span
        .of(input.text)
        .find(':')
        .map(|at| paragraph.span.start + at)?;
    input
        .entities
        .iter()
        .find(|e| e.label == PERSON && paragraph.span.start <= e.span.start && e.span.end <= colon)
        .map(|e| e.span)
}

/// The entity that opens a sentence, as the subject of a verb that is a claim in itself ("Ottawa rejected …").
fn subject(input: &ClaimInput<'_>, sentence: Span) -> Option<Span> {
    let opening = Span::new(sentence.start, sentence.end.min(sentence.start + 60));
    input
        .entities
        .iter()
        .find(|e| opening.contains(e.span) && e.label != crate::labels::NORP)
        .map(|e| e.span)
}
