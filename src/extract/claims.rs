//! Claims: the sentences that say something on somebody's behalf, each tied to its speaker.

use super::candidates::Question;
use super::countries::Gazetteer;
use super::quotation::quotation;
use super::rankings::{Candidate, Rankings};
use super::scene::Scene;
use super::sources::opening_pronoun;
use super::speakers::Speakers;
use super::targets::{Directed, as_target, target};
use crate::annotation::{Attribution, Claim, Entity, Sentence, Speaker};
use crate::labels::NONE;
use crate::model::{Pointers, SpeakerTags};
use crate::span::Span;
use crate::text::{Quoted, Segments};

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
    /// Where each sentence points, if the model says so; may be empty.
    pub pointers: &'a [Pointers],
    /// What the model says, word by word, of those who speak; may be empty.
    pub tags: &'a SpeakerTags,
    /// Country codes.
    pub gazetteer: &'a Gazetteer,
}

/// What the claims of an article come to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Claims {
    /// One record per speaker.
    pub speakers: Vec<Speaker>,
    /// The claims, by position.
    pub claims: Vec<Claim>,
    /// Every choice that was made on the way.
    pub choices: Vec<Choice>,
}

/// A choice among candidates.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// The kind of choice, which has weights of its own.
    pub kind: &'static str,
    /// What was chosen for.
    pub subject: Subject,
    /// The candidates, as scored.
    pub candidates: Vec<Candidate>,
}

/// What is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The speaker of the claim at a span.
    Speaker(Span),
    /// The target of the claim at a span.
    Target(Span),
    /// The country of a speaker, by index.
    Country(usize),
    /// The role of a speaker, by index.
    Role(usize),
    /// The country of the place named at a span.
    Place(Span),
}

/// Speaker records and claims of an article. A sentence whose claim type is not `none` is a claim.
pub fn claims(input: &ClaimInput<'_>, rankings: &Rankings) -> Claims {
    let scene = Scene::new(input);
    let cues = Cues::new(&scene);
    let mut speakers = Speakers::new();
    let mut claims: Vec<Claim> = Vec::new();
    let mut choices = Vec::new();
    let (mut speaking, mut spoken_of) = (Vec::new(), Vec::new());
    for (index, sentence) in input.sentences.iter().enumerate() {
        let Some(claim_type) = sentence.claim_type.first().filter(|t| *t != NONE) else {
            continue;
        };
        let span = sentence.span;
        let attribution = cues.attribution_of(&scene, span);
        let continues = goes_on(input, &scene.quotations, index, claims.last());
        let source = attribution.and_then(|a| scene.sources[a]);
        let pronoun = || opening_pronoun(input.text, span).filter(|_| !continues);
        let question = Question {
            sentence: index,
            source: source.or_else(pronoun),
            cue: attribution.and_then(|a| input.attributions[a].cue.first().copied()),
            continues,
        };
        let (resolved, choice) = speakers.resolve(&scene, rankings, question);
        choices.push(choice);
        let speaker = resolved.ok().and_then(|id| speakers.actor(id));
        let found = attribution.map(|a| &input.attributions[a]);
        let (directed_at, choice) = target(
            &scene,
            rankings,
            &Directed {
                claim_type,
                sentence: index,
                source,
                cue: found.and_then(|a| a.cue.first().copied()),
                speaker,
                continues,
                targets_before: &spoken_of,
                speakers_before: &speaking,
            },
        );
        choices.push(choice);
        speaking.push(speaker);
        spoken_of.push(directed_at);
        let frame: Vec<Span> = source
            .into_iter()
            .chain(found.iter().flat_map(|a| &a.cue).copied())
            .collect();
        claims.push(Claim {
            span,
            claim_type: claim_type.clone(),
            score: sentence.score,
            speaker: resolved.ok(),
            speaker_reason: resolved.err().map(str::to_owned),
            quotation: quotation(input.text, input.segments, span, &frame, &scene.quotations),
            attribution,
            target: directed_at.map(|a| as_target(&scene.cast[a])),
            check_worthiness: sentence.check_worthiness,
        });
    }
    let (speakers, of_records) = speakers.into_records(&scene, rankings);
    choices.extend(of_records);
    Claims {
        speakers,
        claims,
        choices,
    }
}

/// The cues of attributions that have a source or content, each with its attribution.
struct Cues {
    /// Outside quotation marks.
    frames: Vec<(usize, Span)>,
    /// Inside.
    quoted: Vec<(usize, Span)>,
}

impl Cues {
    fn new(scene: &Scene<'_>) -> Self {
        let linked = (scene.input.attributions.iter().enumerate())
            .filter(|(_, a)| !(a.source.is_empty() && a.content.is_empty()));
        let (quoted, frames) = linked
            .filter_map(|(index, a)| Some((index, *a.cue.first()?)))
            .partition(|(_, cue)| scene.is_quoted(*cue));
        Self { frames, quoted }
    }

    /// The attribution of a sentence: the first whose cue stands in it outside quotation marks; else the one that
    /// frames the quotation which the sentence is part of; else one with a cue inside, or the one whose content covers
    /// most of it.
    fn attribution_of(&self, scene: &Scene<'_>, sentence: Span) -> Option<usize> {
        let attributions = scene.input.attributions;
        let here = |cues: &[(usize, Span)]| cues.iter().find(|(_, cue)| sentence.overlaps(*cue)).map(|c| c.0);
        if let Some(index) = here(&self.frames) {
            return Some(index);
        }
        let mut quotations = scene.quotations.iter();
        if let Some(quotation) = quotations.find(|q| 2 * q.span.overlap(sentence) > sentence.len()) {
            return self.framing(scene.input, quotation.span);
        }
        if let Some(index) = here(&self.quoted) {
            return Some(index);
        }
        let covered = |a: &Attribution| a.content.iter().map(|c| c.overlap(sentence)).max().unwrap_or(0);
        let best = (0..attributions.len()).max_by_key(|&a| covered(&attributions[a]))?;
        (2 * covered(&attributions[best]) > sentence.len()).then_some(best)
    }

    /// The attribution that frames a quotation: its cue stands in the sentence in which the quotation begins or ends,
    /// or part of the quotation is its content; the nearest of these.
    fn framing(&self, input: &ClaimInput<'_>, quotation: Span) -> Option<usize> {
        let sentence = |at: usize| input.segments.sentence_at(at);
        let ends = [
            sentence(quotation.start),
            sentence(quotation.end.saturating_sub(1)),
        ];
        let of_it = |attribution: &Attribution| attribution.content.iter().any(|c| c.overlaps(quotation));
        (self.frames.iter())
            .filter(|(index, cue)| ends.contains(&sentence(cue.start)) || of_it(&input.attributions[*index]))
            .min_by_key(|(_, cue)| {
                let (before, after) = (
                    quotation.start.saturating_sub(cue.end),
                    cue.start.saturating_sub(quotation.end),
                );
                before.max(after)
            })
            .map(|(index, _)| *index)
    }
}

/// Whether a quotation goes on in sentence `index`: it stands in the same quotation as the claim before, or in one that
/// follows directly after it.
fn goes_on(input: &ClaimInput<'_>, quotations: &[Quoted], index: usize, last: Option<&Claim>) -> bool {
    let Some(last) = last else {
        return false;
    };
    let sentence = &input.segments.sentences[index];
    let Some(own) = quotations.iter().find(|q| q.span.overlaps(sentence.span)) else {
        return false;
    };
    let before = input.segments.sentence_at(last.span.start);
    own.span.overlaps(last.span)
        || (before.map(|b| b + 1) == Some(index) && quotations.iter().any(|q| q.span.overlaps(last.span)))
}
