//! What is known of an article when somebody is sought in it: its cast, its quotations, and where each is named.

use super::cast::{Actor, cast};
use super::claims::ClaimInput;
use super::completion::completed;
use super::sources::{self, Source};
use crate::span::Span;
use crate::text::{Quoted, quoted};

/// An article with its cast and quotations.
pub(super) struct Scene<'a> {
    pub(super) input: &'a ClaimInput<'a>,
    pub(super) cast: Vec<Actor>,
    pub(super) quotations: Vec<Quoted>,
    /// Source of each attribution, whole; `None` where none is named.
    pub(super) sources: Vec<Option<Span>>,
    /// Of the sources that name somebody: the sentence and the actor.
    pub(super) named: Vec<(usize, usize)>,
}

impl<'a> Scene<'a> {
    pub(super) fn new(input: &'a ClaimInput<'a>) -> Self {
        let sources: Vec<Option<Span>> = (input.attributions.iter())
            .map(|a| Some(completed(input, *a.source.first()?, a.cue.first().copied())))
            .collect();
        let mut scene = Self {
            input,
            cast: cast(input),
            quotations: quoted(input.text, input.segments),
            sources,
            named: Vec::new(),
        };
        scene.named = (scene.sources.iter().flatten())
            .filter_map(|source| Some((scene.sentence(*source)?, scene.named_by(*source)?)))
            .collect();
        scene
    }

    pub(super) fn sentence(&self, span: Span) -> Option<usize> {
        self.input.segments.sentence_at(span.start)
    }

    pub(super) fn paragraph(&self, sentence: usize) -> Option<usize> {
        self.input.segments.sentences.get(sentence).map(|s| s.paragraph)
    }

    pub(super) fn is_quoted(&self, span: Span) -> bool {
        self.quotations.iter().any(|q| q.span.contains(span))
    }

    /// The actor that is mentioned at `span`.
    pub(super) fn actor_at(&self, span: Span) -> Option<usize> {
        self.cast
            .iter()
            .position(|a| a.mentions.binary_search(&span).is_ok())
    }

    /// The actor that a source names.
    pub(super) fn named_by(&self, source: Span) -> Option<usize> {
        match sources::read(self.input.text, source, self.input.entities) {
            Source::Name(entity) => self.actor_at(entity.span),
            _ => None,
        }
    }

    /// Sentences between a mention and sentence `at`.
    pub(super) fn distance(&self, mention: Span, at: usize) -> usize {
        self.sentence(mention).map_or(0, |s| at.saturating_sub(s))
    }
}
