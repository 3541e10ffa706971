//! Segmentation: paragraphs, sentences, words and quotations as byte spans over the untouched text.
//!
//! Not here: anything that knows of models or labels.

mod abbreviations;
mod paragraphs;
mod quotes;
mod sentences;
mod words;

pub use quotes::{Quoted, quoted};

use crate::span::Span;
use std::ops::Range;

/// An article cut into paragraphs, sentences and words, each in order and without overlap.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Segments {
    /// Paragraphs, headings and list items.
    pub paragraphs: Vec<Paragraph>,
    /// Sentences; none reaches over a paragraph's end.
    pub sentences: Vec<Sentence>,
    /// Words: maximal runs of letters, digits and marks, or one other visible character.
    pub words: Vec<Span>,
}

/// A block of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paragraph {
    /// Without white space at its edges.
    pub span: Span,
    /// Its sentences, as indices into [`Segments::sentences`].
    pub sentences: Range<usize>,
    /// Whether it reads as a heading: short, and without the full stop of a sentence.
    pub heading: bool,
}

/// A sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// Without white space at its edges, closing quotation marks included.
    pub span: Span,
    /// Its words, as indices into [`Segments::words`].
    pub words: Range<usize>,
    /// Index into [`Segments::paragraphs`].
    pub paragraph: usize,
}

impl Segments {
    /// The words that share a byte with `span`.
    pub fn words_in(&self, span: Span) -> Range<usize> {
        let from = self.words.partition_point(|w| w.end <= span.start);
        let to = self.words.partition_point(|w| w.start < span.end);
        from..to.max(from)
    }

    /// The sentence that holds the byte at `offset`, or the last one before it.
    pub fn sentence_at(&self, offset: usize) -> Option<usize> {
        self.sentences
            .partition_point(|s| s.span.start <= offset)
            .checked_sub(1)
    }
}

/// Cuts `text` into paragraphs, sentences and words. Total: any text gives a result, and every visible character lies
/// in exactly one word, every word in exactly one sentence, every sentence in exactly one paragraph.
pub fn segment(text: &str) -> Segments {
    let mut segments = Segments::default();
    for span in paragraphs::paragraphs(text) {
        let first = segments.sentences.len();
        for sentence in sentences::sentences(text, span) {
            let from = segments.words.len();
            segments.words.extend(words::words(text, sentence));
            segments.sentences.push(Sentence {
                span: sentence,
                words: from..segments.words.len(),
                paragraph: segments.paragraphs.len(),
            });
        }
        let sentences = first..segments.sentences.len();
        let words = sentences.clone().map(|s| segments.sentences[s].words.len()).sum();
        segments.paragraphs.push(Paragraph {
            heading: paragraphs::is_heading(span.of(text), sentences.len(), words),
            span,
            sentences,
        });
    }
    segments
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_visible_character_lies_in_one_word_of_one_sentence(
            text in "([a-zA-Z]{1,6}|[0-9]{1,3}|\\. |[\"“”‘’«»\\[\\]…?!:;,'-]| |\r\n|\n|\n\n|é|👩‍👧|e\u{301}|م|\u{a0}|\u{200b}){0,60}"
        ) {
            let segments = segment(&text);
            let mut covered = 0;
            for (index, sentence) in segments.sentences.iter().enumerate() {
                let paragraph = &segments.paragraphs[sentence.paragraph];
                prop_assert!(paragraph.sentences.contains(&index));
                prop_assert!(paragraph.span.contains(sentence.span));
                prop_assert!(!sentence.words.is_empty());
                for word in &segments.words[sentence.words.clone()] {
                    prop_assert!(sentence.span.contains(*word));
                    prop_assert!(text[covered..word.start].chars().all(char::is_whitespace));
                    covered = word.end;
                }
            }
            prop_assert!(text[covered..].chars().all(char::is_whitespace));
        }
    }
}
