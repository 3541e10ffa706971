//! Words to word pieces, by the `tokenizers` crate.

use super::{ModelError, Shape};
use crate::span::Span;
use tokenizers::{EncodeInput, InputSequence, Tokenizer};

/// The tokenizer of a model folder, without padding or truncation whatever its file says.
pub struct PieceTokenizer {
    inner: Tokenizer,
    cls: u32,
    sep: u32,
    unknown: u32,
}

/// Word pieces of a run of words: piece ids of word `i` are `ids[starts[i]..starts[i + 1]]`, never empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pieces {
    /// Piece ids of all words.
    pub ids: Vec<u32>,
    /// Shape of each piece.
    pub shapes: Vec<Shape>,
    /// Index of each word's first piece, and one more entry: the number of pieces.
    pub starts: Vec<usize>,
}

impl PieceTokenizer {
    /// Reads a `tokenizer.json`.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, ModelError> {
        let mut inner = Tokenizer::from_bytes(bytes).map_err(|e| ModelError::invalid(e.to_string()))?;
        inner
            .with_truncation(None)
            .map_err(|e| ModelError::invalid(e.to_string()))?;
        inner.with_padding(None);
        let id = |token: &str| {
            inner
                .token_to_id(token)
                .ok_or_else(|| ModelError::invalid(format!("the vocabulary lacks {token}")))
        };
        let (cls, sep, unknown) = (id("[CLS]")?, id("[SEP]")?, id("[UNK]")?);
        Ok(Self {
            inner,
            cls,
            sep,
            unknown,
        })
    }

    /// Id of `[CLS]`.
    pub fn cls(&self) -> u32 {
        self.cls
    }

    /// Id of `[SEP]`.
    pub fn sep(&self) -> u32 {
        self.sep
    }

    /// The pieces of `words`, spans of `text`. A word that the vocabulary has nothing for becomes one `[UNK]`.
    ///
    /// # Errors
    /// Only where the tokenizer itself fails.
    pub fn pieces(&self, text: &str, words: &[Span]) -> Result<Pieces, ModelError> {
        let surfaces: Vec<&str> = words.iter().map(|w| w.of(text)).collect();
        let input = EncodeInput::Single(InputSequence::PreTokenized(surfaces.as_slice().into()));
        // `encode_fast` does not say which word a piece belongs to.
        let encoding = self
            .inner
            .encode(input, false)
            .map_err(|e| ModelError::Tokenize(e.to_string()))?;
        let mut pieces = Pieces::default();
        let mut next = 0;
        let word_ids = encoding.get_word_ids();
        for (index, surface) in surfaces.iter().enumerate() {
            pieces.starts.push(pieces.ids.len());
            let mut first = true;
            while word_ids.get(next) == Some(&Some(index as u32)) {
                pieces.ids.push(encoding.get_ids()[next]);
                pieces.shapes.push(Shape::of(surface, first));
                first = false;
                next += 1;
            }
            if first {
                pieces.ids.push(self.unknown);
                pieces.shapes.push(Shape::of(surface, true));
            }
        }
        pieces.starts.push(pieces.ids.len());
        Ok(pieces)
    }
}
