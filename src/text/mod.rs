//! Segmentation: paragraphs, sentences and words as byte spans over the untouched text.
//!
//! Not here: anything that knows of models or labels.

mod words;

use crate::span::Span;
use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;

/// An article cut into paragraphs, sentences and words, each in order and without overlap.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Segments {
    /// Paragraphs (headings and list items too).
    pub paragraphs: Vec<Paragraph>,
    /// Sentences; none reaches over a paragraph's end.
    pub sentences: Vec<Sentence>,
    /// Words: maximal runs of letters, digits and marks, or one other visible character.
    pub words: Vec<Span>,
}

/// A block of text between line breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paragraph {
    /// Without white space at its edges.
    pub span: Span,
    /// Its sentences, as indices into [`Segments::sentences`].
    pub sentences: Range<usize>,
    /// Whether it reads as a heading.
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

/// Cuts `text` into paragraphs, sentences and words. Total: any text gives a result, and every visible character
/// lies in exactly one word, every word in exactly one sentence.
pub fn segment(text: &str) -> Segments {
    let mut segments = Segments::default();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let span = Span::new(start, start + line.len()).trimmed(text);
        start += line.len();
        if span.is_empty() {
            continue;
        }
        let first = segments.sentences.len();
        let inner = span.of(text);
        for (offset, piece) in inner.split_sentence_bound_indices() {
            let begin = span.start + offset;
            let sentence = Span::new(begin, begin + piece.len()).trimmed(text);
            let words = words::words(text, sentence);
            let from = segments.words.len();
            segments.words.extend(words);
            segments.sentences.push(Sentence {
                span: sentence,
                words: from..segments.words.len(),
                paragraph: segments.paragraphs.len(),
            });
        }
        segments.paragraphs.push(Paragraph {
            span,
            sentences: first..segments.sentences.len(),
            heading: false,
        });
    }
    segments
}
