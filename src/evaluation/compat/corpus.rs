//! What the other tools score: sentences whose words have a gold tag and a predicted one. Annotations become tags over
//! their words, a document being one sentence; column files stay as they are.

use super::super::pairs::{Pairs, pairs};
use super::super::{EvaluationError, Options};
use super::CompatError;
use crate::annotation::{Annotation, Entity};
use crate::formats::{Chunk, Conll, ConllDocument, OUTSIDE, OffsetUnit, Offsets, UNKNOWN};
use crate::text::segment;
use std::collections::BTreeSet;

/// Documents as taggers see them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Corpus {
    /// The documents.
    pub documents: Vec<Document>,
    /// What had to be changed to make tags of it.
    pub notes: Vec<String>,
}

/// A document in sentences.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    /// Its id.
    pub id: String,
    /// Gold and predicted tag of the line that marks its beginning, if there is one.
    pub mark: Option<[String; 2]>,
    /// Its sentences.
    pub sentences: Vec<Sentence>,
    /// Gold and predicted spans in code points, where it was not made of tags.
    pub spans: Option<[Vec<Chunk>; 2]>,
}

/// A sentence, as gold and predictions have it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sentence {
    /// What is right.
    pub gold: Tagged,
    /// What is to be judged.
    pub predicted: Tagged,
    /// Line of its first word in the gold file, where it has lines.
    pub line: Option<usize>,
}

/// Words with their tags, as many as words.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tagged {
    /// The words.
    pub words: Vec<String>,
    /// Their tags.
    pub tags: Vec<String>,
}

impl Corpus {
    /// Tags of annotations, matched by id. Spans are widened to whole words; of overlapping ones the longest stays.
    ///
    /// # Errors
    /// Documents that do not match.
    pub fn of_annotations(
        gold: &[Annotation],
        predicted: &[Annotation],
        options: &Options,
    ) -> Result<Self, EvaluationError> {
        let Pairs { pairs, notes } = pairs(gold, predicted, options)?;
        let mut corpus = Self {
            documents: Vec::new(),
            notes,
        };
        let (mut widened, mut covered, mut unlabelled) = (0, 0, 0);
        for pair in pairs {
            let Some(gold_entities) = &pair.gold.entities else {
                unlabelled += 1;
                continue;
            };
            let text = pair.gold.text.as_str();
            let words = Words::new(text);
            let predicted_entities = pair.predicted.entities.as_deref().unwrap_or_default();
            let mut tagged = |entities: &[Entity]| {
                let tags = words.tags(entities, options);
                widened += tags.widened;
                covered += tags.covered;
                (tags.tagged, tags.spans)
            };
            let (gold, gold_spans) = tagged(gold_entities);
            let (predicted, predicted_spans) = tagged(predicted_entities);
            corpus.documents.push(Document {
                id: pair.gold.id.clone(),
                mark: None,
                sentences: vec![Sentence {
                    gold,
                    predicted,
                    line: None,
                }],
                spans: Some([gold_spans, predicted_spans]),
            });
        }
        for (number, what) in [
            (
                unlabelled,
                "documents whose gold has no entities layer are passed over",
            ),
            (
                widened,
                "entities begin or end inside a word; tags widen them to whole words",
            ),
            (
                covered,
                "entities overlap a longer one or have no word; tags cannot show them, only semeval2013 scores them",
            ),
        ] {
            if number > 0 {
                corpus.notes.push(format!("{number} {what}"));
            }
        }
        Ok(corpus)
    }

    /// Tags of one column file with a gold and a predicted column, or of two files with one each.
    ///
    /// # Errors
    /// Files that do not have the same documents and sentences.
    pub fn of_columns(
        gold: &Conll,
        predicted: Option<&Conll>,
        options: &Options,
    ) -> Result<Self, CompatError> {
        let (other, column) = match predicted {
            Some(file) => (file, 0),
            None => (gold, 1),
        };
        let unequal = |what: String| CompatError::Files {
            gold: gold.path.clone(),
            predicted: other.path.clone(),
            what,
        };
        if gold.documents.len() != other.documents.len() {
            return Err(unequal(format!(
                "{} {} against {}",
                gold.documents.len(),
                if gold.marked { "documents" } else { "sentences" },
                other.documents.len()
            )));
        }
        let mut documents = Vec::new();
        for (a, b) in gold.documents.iter().zip(&other.documents) {
            if a.sentences.len() != b.sentences.len() {
                return Err(unequal(format!(
                    "document {} has {} sentences against {}",
                    a.id,
                    a.sentences.len(),
                    b.sentences.len()
                )));
            }
            documents.push(document(a, b, column, options));
        }
        Ok(Self {
            documents,
            notes: Vec::new(),
        })
    }

    /// All sentences in order.
    pub(super) fn sentences(&self) -> impl Iterator<Item = &Sentence> {
        self.documents.iter().flat_map(|d| &d.sentences)
    }

    /// Fails where gold and predictions do not have the same words, which all tools but spaCy ask for.
    pub(super) fn same_words(&self) -> Result<(), CompatError> {
        for document in &self.documents {
            for (index, sentence) in document.sentences.iter().enumerate() {
                let (gold, predicted) = (&sentence.gold.words, &sentence.predicted.words);
                if gold != predicted {
                    let at = gold.iter().zip(predicted).take_while(|(a, b)| a == b).count();
                    let word = |words: &[String]| words.get(at).cloned().unwrap_or_default();
                    return Err(CompatError::Words {
                        document: document.id.clone(),
                        sentence: index + 1,
                        line: sentence.line.map(|line| line + at),
                        gold: word(gold),
                        predicted: word(predicted),
                    });
                }
            }
        }
        Ok(())
    }
}

/// A document of which `b` has the predictions, in its column `column`.
fn document(a: &ConllDocument, b: &ConllDocument, column: usize, options: &Options) -> Document {
    let tag = |tag: &String| relabelled(tag, options);
    Document {
        id: a.id.clone(),
        mark: match (&a.mark, &b.mark) {
            (Some(gold), Some(predicted)) => Some([tag(&gold.tags[0]), tag(&predicted.tags[column])]),
            _ => None,
        },
        sentences: (a.sentences.iter().zip(&b.sentences))
            .map(|(gold, predicted)| Sentence {
                gold: Tagged {
                    words: gold.iter().map(|w| w.word.clone()).collect(),
                    tags: gold.iter().map(|w| tag(&w.tags[0])).collect(),
                },
                predicted: Tagged {
                    words: predicted.iter().map(|w| w.word.clone()).collect(),
                    tags: predicted.iter().map(|w| tag(&w.tags[column])).collect(),
                },
                line: gold.first().map(|w| w.line),
            })
            .collect(),
        spans: None,
    }
}

/// The label that counts, after merging; `None` of one that does not.
fn counted<'a>(label: &'a str, options: &'a Options) -> Option<&'a str> {
    let label = options.merge.get(label).map_or(label, String::as_str);
    let counts = options
        .labels
        .as_ref()
        .is_none_or(|labels| labels.contains(label));
    counts.then_some(label)
}

fn relabelled(tag: &str, options: &Options) -> String {
    match tag.split_once('-') {
        Some((prefix, label)) if tag != UNKNOWN => match counted(label, options) {
            Some(label) => format!("{prefix}-{label}"),
            None => OUTSIDE.to_owned(),
        },
        _ => tag.to_owned(),
    }
}

/// The words of a text, to be tagged.
struct Words<'t> {
    text: &'t str,
    offsets: Offsets<'t>,
    segments: crate::text::Segments,
}

/// Tags of entities, and what became of those that tags cannot show.
struct Tags {
    tagged: Tagged,
    spans: Vec<Chunk>,
    widened: usize,
    covered: usize,
}

impl<'t> Words<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            text,
            offsets: Offsets::new(text, OffsetUnit::Codepoint),
            segments: segment(text),
        }
    }

    fn tags(&self, entities: &[Entity], options: &Options) -> Tags {
        let mut counting: Vec<(&Entity, &str)> = (entities.iter())
            .filter_map(|entity| Some((entity, counted(&entity.label, options)?)))
            .collect();
        // The longest first, then by place: what spaCy's `filter_spans` keeps.
        counting.sort_by_key(|(e, _)| (std::cmp::Reverse(e.span.len()), e.span.start));
        let words = &self.segments.words;
        let mut tags = vec![OUTSIDE.to_owned(); words.len()];
        let (mut widened, mut covered) = (0, 0);
        let mut spans = BTreeSet::new();
        for (entity, label) in counting {
            if let Ok((start, end)) = self.offsets.write(entity.span) {
                spans.insert(Chunk {
                    start,
                    end,
                    label: label.to_owned(),
                });
            }
            let range = self.segments.words_in(entity.span);
            if range.is_empty() || tags[range.clone()].iter().any(|tag| tag != OUTSIDE) {
                covered += 1;
                continue;
            }
            let whole = words[range.start].cover(words[range.end - 1]);
            widened += usize::from(!entity.span.contains(whole));
            tags[range.clone()].fill(format!("I-{label}"));
            tags[range.start] = format!("B-{label}");
        }
        Tags {
            tagged: Tagged {
                words: words.iter().map(|w| w.of(self.text).to_owned()).collect(),
                tags,
            },
            spans: spans.into_iter().collect(),
            widened,
            covered,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::fixtures::with_entities;
    use crate::span::Span;

    #[test]
    fn annotations_become_tags() {
        let gold = with_entities("🙂 [PERSON Ida Lund] left [COUNTRY Norway]-[LOC Sweden].");
        let mut predicted = gold.clone();
        let entities = predicted.entities.as_mut().unwrap();
        // Inside "Norway", and over "Ida".
        let norway = entities[1].span;
        entities[1].span = Span::new(norway.start, norway.end - 1);
        let ida = Span::new(entities[0].span.start, entities[0].span.start + 3);
        entities.push(Entity {
            span: ida,
            ..entities[0].clone()
        });
        let options = Options {
            merge: [("COUNTRY".to_owned(), "LOC".to_owned())].into(),
            ..Options::default()
        };
        let corpus = Corpus::of_annotations(&[gold], &[predicted], &options).unwrap();
        let sentence = &corpus.documents[0].sentences[0];
        let expected = ["O", "B-PERSON", "I-PERSON", "O", "B-LOC", "O", "B-LOC", "O"];
        assert_eq!(sentence.gold.tags, expected);
        assert_eq!(sentence.predicted.tags, expected);
        assert_eq!(corpus.notes.len(), 2, "{:?}", corpus.notes);
        let [gold, predicted] = corpus.documents[0].spans.as_ref().unwrap();
        assert_eq!((gold.len(), predicted.len()), (3, 4));
        assert_eq!((gold[0].start, gold[0].end), (2, 10));
        assert!(corpus.same_words().is_ok());
    }

    #[test]
    fn labels_that_do_not_count_are_outside() {
        let options = Options {
            labels: Some(["LOC".to_owned()].into()),
            merge: [("GPE".to_owned(), "LOC".to_owned())].into(),
            ..Options::default()
        };
        let cases = [("B-GPE", "B-LOC"), ("I-PER", "O"), ("O", "O"), ("-", "-")];
        for (tag, expected) in cases {
            assert_eq!(relabelled(tag, &options), expected);
        }
    }
}
