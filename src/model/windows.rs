//! Windows: what the encoder reads at a time.

use super::{ModelError, PieceTokenizer, Shape};
use crate::text::Segments;
use std::ops::Range;

/// One input of the encoder: `[CLS]`, the pieces of consecutive words, `[SEP]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// Piece ids.
    pub ids: Vec<u32>,
    /// Token types: a [`Shape`] id per piece.
    pub shapes: Vec<Shape>,
    /// The words that stand in this window.
    pub words: Vec<WindowWord>,
    /// Which of `words` are read from this window; the others are context for them. Every word of an article is
    /// read from exactly one window.
    pub read: Range<usize>,
}

/// A word in a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowWord {
    /// Index into [`Segments::words`].
    pub word: usize,
    /// Index of its first piece in the window.
    pub first: usize,
    /// Number of its pieces.
    pub len: usize,
}

/// Cuts an article into windows of at most `limit` pieces. Whole sentences are packed together; a sentence longer
/// than a window is covered by windows that overlap by half, each of its words read where it has most context.
///
/// # Errors
/// Only where the tokenizer itself fails.
pub fn windows(
    tokenizer: &PieceTokenizer,
    text: &str,
    segments: &Segments,
    limit: usize,
) -> Result<Vec<Window>, ModelError> {
    let pieces = tokenizer.pieces(text, &segments.words)?;
    let room = limit.saturating_sub(2).max(1);
    let size = |words: Range<usize>| pieces.starts[words.end] - pieces.starts[words.start];
    let mut out = Vec::new();
    let mut push = |words: Range<usize>, read: Range<usize>| {
        let base = words.start;
        let mut window = Window {
            ids: vec![tokenizer.cls()],
            shapes: vec![Shape::special()],
            words: Vec::with_capacity(words.len()),
            read: read.start - base..read.end - base,
        };
        for word in words {
            // A single word can have more pieces than a window has room for; its first ones stand for it.
            let from = pieces.starts[word];
            let to = pieces.starts[word + 1].min(from + room);
            window.words.push(WindowWord {
                word,
                first: window.ids.len(),
                len: to - from,
            });
            window.ids.extend_from_slice(&pieces.ids[from..to]);
            window.shapes.extend_from_slice(&pieces.shapes[from..to]);
        }
        window.ids.push(tokenizer.sep());
        window.shapes.push(Shape::special());
        out.push(window);
    };
    let mut open: Option<Range<usize>> = None;
    for sentence in &segments.sentences {
        let words = sentence.words.clone();
        if words.is_empty() {
            continue;
        }
        if let Some(range) = &mut open {
            if size(range.start..words.end) <= room {
                range.end = words.end;
                continue;
            }
            push(range.clone(), range.clone());
            open = None;
        }
        if size(words.clone()) <= room {
            open = Some(words);
        } else {
            for (window, read) in overlapping(&words, room, &size) {
                push(window, read);
            }
        }
    }
    if let Some(range) = open {
        push(range.clone(), range);
    }
    Ok(out)
}

/// Overlapping windows over `words`, with the part of each that is read from it.
fn overlapping(
    words: &Range<usize>,
    room: usize,
    size: &dyn Fn(Range<usize>) -> usize,
) -> Vec<(Range<usize>, Range<usize>)> {
    let mut windows = Vec::new();
    let mut start = words.start;
    loop {
        let mut end = start + 1;
        while end < words.end && size(start..end + 1) <= room {
            end += 1;
        }
        windows.push(start..end);
        if end == words.end {
            break;
        }
        let mut next = start + 1;
        while next < end && size(next..end) > room / 2 {
            next += 1;
        }
        start = next;
    }
    let mut from = words.start;
    let mut out = Vec::with_capacity(windows.len());
    for (i, window) in windows.iter().enumerate() {
        let to = match windows.get(i + 1) {
            Some(next) => (next.start + window.end).div_ceil(2).max(from),
            None => words.end,
        };
        out.push((window.clone(), from..to));
        from = to;
    }
    out
}
