//! From annotated files to windows with targets for each head.

use super::TrainError;
use super::config::{TrainConfig, TrainFile};
use super::speaker_tags::{homes, titles};
use crate::annotation::{Annotation, Sentence};
use crate::extract::Mentions;
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
    /// Per word of the window, the set of acceptable title tags.
    pub(super) titles: Option<Vec<Choices>>,
    /// Per word of the window, the set of acceptable home tags.
    pub(super) homes: Option<Vec<Choices>>,
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
    /// Pieces in the window that begin a word of a mention of its speaker; none where the speaker is not named in the
    /// window, `None` where the sentence has no speaker.
    pub(super) speaker: Option<Vec<usize>>,
    /// The same of its target; none where there is no target.
    pub(super) target: Option<Vec<usize>>,
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
    let labeller = Labeller::new(&file.accept, config).with_speakers(file.speakers);
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
    speakers: bool,
}

/// Targets of a whole article: per word, and per labelled sentence as ranges of words.
pub(super) struct Layers {
    pub(super) entities: Option<Vec<Choices>>,
    pub(super) attributions: Option<Vec<Choices>>,
    titles: Option<Vec<Choices>>,
    homes: Option<Vec<Choices>>,
    pub(super) sentences: Vec<LabelledSentence>,
}

/// What is known of a sentence of an article.
pub(super) struct LabelledSentence {
    /// Its words.
    pub(super) words: Range<usize>,
    /// Acceptable claim types.
    pub(super) claim_types: Choices,
    /// Whether it is worth checking.
    pub(super) check_worthy: Option<bool>,
    /// The words of all mentions of its speaker, in order, if it has one whose mentions are to be learnt.
    speaker: Option<Vec<usize>>,
    /// The words of all mentions of its target, of which there are none if it has no target.
    target: Option<Vec<usize>>,
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
            speakers: false,
        }
    }

    /// The same, and it says where sentences point and what the titles of speakers are if `speakers` holds.
    pub(super) fn with_speakers(self, speakers: bool) -> Self {
        Self { speakers, ..self }
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
        let mentions = (annotation.entities.as_deref().filter(|_| self.speakers))
            .map(|entities| Mentions::new(&annotation.text, segments, entities));
        for sentence in annotation.sentences.iter().flatten() {
            let claim_types = self.claim_types(sentence)?;
            if claim_types != 0 || sentence.check_worthy.is_some() {
                let (mut speaker, mut target) = (None, None);
                if let (Some(mentions), Some(name)) = (&mentions, &sentence.speaker) {
                    // A name without a mention teaches nothing, neither where it is nor that it is elsewhere.
                    let words = |name: &str| {
                        let mentions = mentions.of(name).into_iter();
                        let words: Vec<usize> = mentions.flat_map(|m| segments.words_in(m)).collect();
                        Some(words).filter(|words| !words.is_empty())
                    };
                    speaker = words(name);
                    target = match &sentence.target {
                        Some(name) => words(name),
                        None => Some(Vec::new()),
                    };
                }
                sentences.push(LabelledSentence {
                    words: segments.words_in(sentence.span),
                    claim_types,
                    check_worthy: sentence.check_worthy,
                    speaker,
                    target,
                });
            }
        }
        Ok(Layers {
            entities,
            attributions,
            titles: (mentions.as_ref()).map(|mentions| titles(annotation, segments, mentions)),
            homes: (mentions.as_ref()).map(|mentions| homes(annotation, segments, mentions)),
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
pub(super) fn mark(tags: &mut [Choices], segments: &Segments, span: Span, labels: &[usize]) {
    for (i, word) in segments.words_in(span).enumerate() {
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

impl Layers {
    fn example(&self, window: Window) -> Example {
        let pick = |tags: &Option<Vec<Choices>>| {
            tags.as_ref()
                .map(|tags| window.words.iter().map(|w| tags[w.word]).collect())
        };
        let (entities, attributions) = (pick(&self.entities), pick(&self.attributions));
        let (titles, homes) = (pick(&self.titles), pick(&self.homes));
        let sentences = self
            .sentences
            .iter()
            .filter_map(|sentence| {
                let words = &sentence.words;
                let inside: Vec<_> = window.words.iter().filter(|w| words.contains(&w.word)).collect();
                let (first, last) = (inside.first()?, inside.last()?);
                let pieces = |words: &Option<Vec<usize>>| {
                    let words = words.as_ref()?;
                    let named = window
                        .words
                        .iter()
                        .filter(|w| words.binary_search(&w.word).is_ok());
                    Some(named.map(|w| w.first).collect::<Vec<_>>())
                };
                // A sentence that the windows cut counts in the one that holds most of it.
                (2 * inside.len() > words.len()).then(|| SentenceTarget {
                    pieces: first.first..last.first + last.len,
                    claim_types: sentence.claim_types,
                    check_worthy: sentence.check_worthy,
                    speaker: pieces(&sentence.speaker),
                    target: pieces(&sentence.target),
                })
            })
            .collect();
        Example {
            window,
            entities,
            attributions,
            titles,
            homes,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::parse_record;

    const CONFIG: &str = r#"
name = "tiny"
encoder = "encoder"
output = "model"
seed = 1
epochs = 1
batch_pieces = 64
window = 64
learning_rate = 1e-4
head_rate = 1.0
weight_decay = 0.0
warmup = 0.0
clip = 1.0
dropout = 0.0
label_smoothing = 0.0
class_weight_power = 0.0
freeze_embeddings = false
precision = "f32"
checkpoint_every = 1
entity_labels = ["PERSON", "ORG"]
claim_types = ["none", "assertion", "accusation", "denial"]
train = []
[weights]
entities = 1.0
attributions = 1.0
claim_types = 1.0
check_worthiness = 1.0
"#;

    const RECORD: &str = r#"{"id": "a", "text": "Ida Lund met Nordsund. Lund accused Nordsund of theft. It rained. Lund said so.", "entities": [{"start": 0, "end": 8, "label": "PERSON"}, {"start": 13, "end": 21, "label": "ORG"}, {"start": 23, "end": 27, "label": "PERSON"}, {"start": 36, "end": 44, "label": "ORG"}, {"start": 66, "end": 70, "label": "PERSON"}], "speakers": [{"name": "Ida Lund", "kind": "person"}], "sentences": [{"start": 23, "end": 54, "claim_type": "accusation", "speaker": "Ida Lund", "quotation": "indirect", "target": "Nordsund"}, {"start": 55, "end": 65, "claim_type": "none"}, {"start": 66, "end": 79, "claim_type": "assertion", "speaker": "Ida Lund", "quotation": "indirect", "target": "Omar Said"}]}"#;

    #[test]
    fn sentences_point_to_all_mentions() {
        let config: TrainConfig = toml::from_str(CONFIG).unwrap();
        let annotation = parse_record(RECORD).unwrap();
        let segments = segment(&annotation.text);
        let pointers = |learnt: bool| {
            let labeller = Labeller::new(&BTreeMap::new(), &config).with_speakers(learnt);
            let layers = labeller.layers(&annotation, &segments).unwrap();
            let words = |at: &Option<Vec<usize>>| {
                let words = at
                    .as_ref()?
                    .iter()
                    .map(|w| segments.words[*w].of(&annotation.text));
                Some(words.collect::<Vec<_>>().join(" "))
            };
            (layers.sentences.iter())
                .map(|s| (words(&s.speaker), words(&s.target)))
                .collect::<Vec<_>>()
        };
        let lund = Some("Ida Lund Lund Lund".to_owned());
        assert_eq!(
            pointers(true),
            [
                (lund.clone(), Some("Nordsund Nordsund".to_owned())),
                (None, None),
                // A target that is not named teaches nothing.
                (lund, None),
            ]
        );
        assert_eq!(pointers(false), [(None, None), (None, None), (None, None)]);
    }
}
