//! From annotated files to windows with targets for each head.

use super::TrainError;
use super::config::{TrainConfig, TrainFile};
use crate::annotation::{Annotation, Sentence};
use crate::formats::DixitReader;
use crate::model::{PieceTokenizer, TagSet, Window, windows};
use crate::span::Span;
use crate::text::{Segments, segment};
use std::collections::BTreeMap;
use std::ops::Range;

/// A window and what the heads are to say of it.
pub(super) struct Example {
    pub(super) window: Window,
    /// Per word of the window, the set of acceptable entity tags; `None` where the layer is not annotated.
    pub(super) entities: Option<Vec<Choices>>,
    /// Per word of the window, the set of acceptable attribution tags.
    pub(super) attributions: Option<Vec<Choices>>,
    /// Labelled sentences of the window.
    pub(super) sentences: Vec<SentenceTarget>,
}

/// A set of acceptable classes, bit by bit; empty where the unit is left out of the loss.
pub(super) type Choices = u32;

/// A labelled sentence.
pub(super) struct SentenceTarget {
    /// Its pieces in the window.
    pub(super) pieces: Range<usize>,
    /// Acceptable claim types.
    pub(super) claim_types: Choices,
    /// Whether it is worth checking.
    pub(super) check_worthy: Option<bool>,
}

/// Reads a training file.
///
/// # Errors
/// An unknown label, a span outside the text, a malformed line, or a file without any label.
pub(super) fn read(
    file: &TrainFile,
    config: &TrainConfig,
    tokenizer: &PieceTokenizer,
) -> Result<Vec<Example>, TrainError> {
    let mut reader = DixitReader::open(&file.file)?;
    let mut examples = Vec::new();
    let labeller = Labeller::new(&file.accept, config);
    while let Some(annotation) = reader.next() {
        let fail = |reason: String| TrainError::Data {
            path: file.file.clone(),
            line: reader.line(),
            reason,
        };
        let annotation = annotation?;
        let segments = segment(&annotation.text);
        let layers = labeller
            .layers(&annotation, &segments)
            .map_err(|e| fail(format!("article {:?}: {e}", annotation.id)))?;
        for window in windows(tokenizer, &annotation.text, &segments, config.window)? {
            examples.push(layers.example(window));
        }
    }
    let labelled = |e: &Example| e.entities.is_some() || e.attributions.is_some() || !e.sentences.is_empty();
    examples.retain(labelled);
    if examples.is_empty() {
        return Err(TrainError::Data {
            path: file.file.clone(),
            line: 0,
            reason: "holds no labelled article; records have \"entities\", \"attributions\" or \"sentences\""
                .into(),
        });
    }
    Ok(examples)
}

/// Turns an article's labels into targets.
pub(super) struct Labeller {
    /// Labels of the file that are not the model's, or not only: what they may stand for.
    accept: Vec<(String, Vec<usize>)>,
    entity_tags: TagSet,
    claim_types: Vec<String>,
}

/// Targets of a whole article: per word, and per labelled sentence as ranges of words.
pub(super) struct Layers {
    pub(super) entities: Option<Vec<Choices>>,
    pub(super) attributions: Option<Vec<Choices>>,
    /// Words, acceptable claim types, check-worthiness.
    pub(super) sentences: Vec<(Range<usize>, Choices, Option<bool>)>,
}

impl Labeller {
    /// `accept` as in [`TrainFile`](super::TrainFile).
    pub(super) fn new(accept: &BTreeMap<String, Vec<String>>, config: &TrainConfig) -> Self {
        let entity_tags = TagSet::new(config.entity_labels.iter().cloned());
        let accept = accept
            .iter()
            .map(|(label, targets)| {
                let targets = targets.iter().filter_map(|t| entity_tags.label(t)).collect();
                (label.clone(), targets)
            })
            .collect();
        Self {
            accept,
            entity_tags,
            claim_types: config.claim_types.clone(),
        }
    }

    pub(super) fn layers(&self, annotation: &Annotation, segments: &Segments) -> Result<Layers, String> {
        let entities = annotation
            .entities
            .as_ref()
            .map(|list| {
                let mut tags = vec![1 << TagSet::OUTSIDE; segments.words.len()];
                for entity in list {
                    mark(
                        &mut tags,
                        segments,
                        entity.span,
                        &self.entity_labels(&entity.label)?,
                    );
                }
                Ok::<_, String>(tags)
            })
            .transpose()?;
        let attributions = annotation.attributions.as_ref().map(|list| {
            let mut tags = vec![1 << TagSet::OUTSIDE; segments.words.len()];
            for attribution in list {
                for (role, spans) in [&attribution.source, &attribution.cue, &attribution.content]
                    .iter()
                    .enumerate()
                {
                    for span in spans.iter() {
                        mark(&mut tags, segments, *span, &[role]);
                    }
                }
            }
            tags
        });
        let mut sentences = Vec::new();
        for sentence in annotation.sentences.iter().flatten() {
            let claim_types = self.claim_types(sentence)?;
            if claim_types != 0 || sentence.check_worthy.is_some() {
                sentences.push((
                    word_range(segments, sentence.span),
                    claim_types,
                    sentence.check_worthy,
                ));
            }
        }
        Ok(Layers {
            entities,
            attributions,
            sentences,
        })
    }

    fn entity_labels(&self, label: &str) -> Result<Vec<usize>, String> {
        if let Some((_, targets)) = self.accept.iter().find(|(from, _)| from == label) {
            return Ok(targets.clone());
        }
        let index = self.entity_tags.label(label).ok_or_else(|| {
            format!(
                "unknown entity label {label:?}; the configuration has {:?}, or map it under accept",
                self.entity_tags.labels()
            )
        })?;
        Ok(vec![index])
    }

    fn claim_types(&self, sentence: &Sentence) -> Result<Choices, String> {
        let mut choices = 0;
        for name in &sentence.claim_type {
            let index = self.claim_types.iter().position(|t| t == name).ok_or_else(|| {
                format!(
                    "unknown claim type {name:?}; the configuration has {:?}",
                    self.claim_types
                )
            })?;
            choices |= 1 << index;
        }
        Ok(choices)
    }
}

/// Tags the words of `span` as beginning or continuing any of `labels`; leaves them out where there is none.
fn mark(tags: &mut [Choices], segments: &Segments, span: Span, labels: &[usize]) {
    for (i, word) in word_range(segments, span).enumerate() {
        tags[word] = labels
            .iter()
            .map(|&label| {
                1 << if i == 0 {
                    TagSet::begin(label)
                } else {
                    TagSet::inside(label)
                }
            })
            .sum();
    }
}

/// The words that share a byte with `span`.
fn word_range(segments: &Segments, span: Span) -> Range<usize> {
    let from = segments.words.partition_point(|w| w.end <= span.start);
    let to = segments.words.partition_point(|w| w.start < span.end);
    from..to.max(from)
}

impl Layers {
    fn example(&self, window: Window) -> Example {
        let pick = |tags: &Option<Vec<Choices>>| {
            tags.as_ref()
                .map(|tags| window.words.iter().map(|w| tags[w.word]).collect())
        };
        let (entities, attributions) = (pick(&self.entities), pick(&self.attributions));
        let sentences = self
            .sentences
            .iter()
            .filter_map(|(words, claim_types, check_worthy)| {
                let inside: Vec<_> = window.words.iter().filter(|w| words.contains(&w.word)).collect();
                let (first, last) = (inside.first()?, inside.last()?);
                // A sentence that the windows cut counts in the one that holds most of it.
                (2 * inside.len() > words.len()).then_some(SentenceTarget {
                    pieces: first.first..last.first + last.len,
                    claim_types: *claim_types,
                    check_worthy: *check_worthy,
                })
            })
            .collect();
        Example {
            window,
            entities,
            attributions,
            sentences,
        }
    }
}

/// Number of sentences of each claim type in the training mix.
pub(super) fn claim_counts(files: &[Vec<Example>], config: &TrainConfig) -> Vec<usize> {
    let mut counts = vec![0; config.claim_types.len()];
    for sentence in files.iter().flatten().flat_map(|e| &e.sentences) {
        for (index, count) in counts.iter_mut().enumerate() {
            *count += usize::from(sentence.claim_types & (1 << index) != 0);
        }
    }
    counts
}
