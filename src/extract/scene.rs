//! What is known of an article when somebody is sought in it: its cast, its quotations, and where each is named.

use super::cast::{Actor, KINDS, cast};
use super::claims::ClaimInput;
use super::completion::completed;
use super::sources::{self, Source};
use crate::annotation::Entity;
use crate::model::Pointers;
use crate::span::Span;
use crate::text::{Quoted, quoted};

/// Actors that are candidates for a choice, at most: those named last before it. Few articles have more at all; without
/// a limit the time for an article would grow with the square of its length.
const REACH: usize = 100;

/// An article with its cast and quotations.
pub(super) struct Scene<'a> {
    pub(super) input: &'a ClaimInput<'a>,
    pub(super) cast: Vec<Actor>,
    pub(super) quotations: Vec<Quoted>,
    /// Source of each attribution, whole; `None` where none is named.
    pub(super) sources: Vec<Option<Span>>,
    /// Of the sources that name somebody: the sentence and the actor.
    pub(super) named: Vec<(usize, usize)>,
    /// How often each actor is a source.
    pub(super) times_source: Vec<usize>,
    /// All mentions of the cast by position, each with its actor.
    mentions: Vec<(Span, usize)>,
}

impl<'a> Scene<'a> {
    pub(super) fn new(input: &'a ClaimInput<'a>) -> Self {
        let sources: Vec<Option<Span>> = (input.attributions.iter())
            .map(|a| Some(completed(input, *a.source.first()?, a.cue.first().copied())))
            .collect();
        let cast = cast(input);
        let mut mentions: Vec<(Span, usize)> = (cast.iter().enumerate())
            .flat_map(|(index, actor)| actor.mentions.iter().map(move |m| (*m, index)))
            .collect();
        mentions.sort_unstable();
        let mut scene = Self {
            input,
            times_source: vec![0; cast.len()],
            cast,
            quotations: quoted(input.text, input.segments),
            sources,
            named: Vec::new(),
            mentions,
        };
        scene.named = (scene.sources.iter().flatten())
            .filter_map(|source| Some((scene.sentence(*source)?, scene.named_by(*source)?)))
            .collect();
        for (_, actor) in &scene.named {
            scene.times_source[*actor] += 1;
        }
        scene
    }

    pub(super) fn sentence(&self, span: Span) -> Option<usize> {
        self.input.segments.sentence_at(span.start)
    }

    pub(super) fn paragraph(&self, sentence: usize) -> Option<usize> {
        self.input.segments.sentences.get(sentence).map(|s| s.paragraph)
    }

    pub(super) fn is_quoted(&self, span: Span) -> bool {
        let upto = self.quotations.partition_point(|q| q.span.start <= span.start);
        upto.checked_sub(1)
            .is_some_and(|last| self.quotations[last].span.contains(span))
    }

    /// The entities that lie in `span`.
    pub(super) fn entities_in(&self, span: Span) -> impl Iterator<Item = &'a Entity> {
        let from = self.input.entities.partition_point(|e| e.span.start < span.start);
        (self.input.entities[from..].iter()).take_while(move |e| e.span.end <= span.end)
    }

    /// Whether the byte at `offset` lies inside a name, past its first.
    pub(super) fn is_within_name(&self, offset: usize) -> bool {
        let upto = self.input.entities.partition_point(|e| e.span.start < offset);
        upto.checked_sub(1)
            .is_some_and(|last| offset < self.input.entities[last].span.end)
    }

    /// The mentions of the cast that lie in `span`, each with its actor.
    pub(super) fn mentions_in(&self, span: Span) -> &[(Span, usize)] {
        let from = self.mentions.partition_point(|(m, _)| m.start < span.start);
        let to = self.mentions.partition_point(|(m, _)| m.end <= span.end);
        &self.mentions[from..to.max(from)]
    }

    /// The actors that may be meant in a sentence, in order of first mention: the last named up to the end of its
    /// paragraph, and if these are few, those named after.
    pub(super) fn in_reach(&self, sentence: usize) -> Vec<usize> {
        let paragraph = self.input.segments.sentences[sentence].paragraph;
        let end = self.input.segments.paragraphs[paragraph].span.end;
        let upto = self.mentions.partition_point(|(m, _)| m.end <= end);
        let (before, after) = self.mentions.split_at(upto);
        let mut seen = vec![false; self.cast.len()];
        let mut actors: Vec<usize> = (before.iter().rev().chain(after).map(|(_, actor)| *actor))
            .filter(|actor| !std::mem::replace(&mut seen[*actor], true))
            .take(REACH)
            .collect();
        actors.sort_unstable();
        actors
    }

    /// Of each kind of actor the last mention that ends before `at`, leaving out one actor.
    pub(super) fn last_of_kinds(&self, at: usize, but: Option<usize>) -> Vec<(&'static str, Span)> {
        let upto = self.mentions.partition_point(|(m, _)| m.end <= at);
        let mut last: Vec<(&'static str, Span)> = Vec::new();
        for (mention, actor) in self.mentions[..upto].iter().rev() {
            let label = self.cast[*actor].label;
            if Some(*actor) != but && last.iter().all(|(l, _)| *l != label) {
                last.push((label, *mention));
                if last.len() == KINDS {
                    break;
                }
            }
        }
        last
    }

    /// The actor that is mentioned at `span`.
    pub(super) fn actor_at(&self, span: Span) -> Option<usize> {
        let found = self.mentions.binary_search_by_key(&span, |(m, _)| *m).ok()?;
        Some(self.mentions[found].1)
    }

    /// The actor that a source names.
    pub(super) fn named_by(&self, source: Span) -> Option<usize> {
        match sources::read(self.input.text, source, self.input.entities) {
            Source::Name(entity) => self.actor_at(entity.span),
            _ => None,
        }
    }

    /// Where a sentence points.
    pub(super) fn pointers(&self, sentence: usize) -> Option<&'a Pointers> {
        self.input.pointers.get(sentence)
    }

    /// Sentences between a mention and sentence `at`.
    pub(super) fn distance(&self, mention: Span, at: usize) -> usize {
        self.sentence(mention).map_or(0, |s| at.saturating_sub(s))
    }
}
