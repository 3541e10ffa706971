//! Bytes inside the program, other units at the border.

use super::FormatError;
use crate::span::Span;
use serde::{Deserialize, Serialize};

/// The unit in which offsets are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OffsetUnit {
    /// Unicode code points (Python's `str`).
    #[default]
    Codepoint,
    /// UTF-16 code units (JavaScript, Java).
    Utf16,
    /// UTF-8 bytes (Rust, Go).
    Byte,
}

/// Converts offsets over one text.
pub struct Offsets<'t> {
    text: &'t str,
    unit: OffsetUnit,
    /// Unit offset of every byte of the text and of its end; `NO` inside a character.
    from_byte: Vec<u32>,
}

const NO: u32 = u32::MAX;

impl<'t> Offsets<'t> {
    /// Prepares conversion between bytes of `text` and `unit`.
    pub fn new(text: &'t str, unit: OffsetUnit) -> Self {
        let mut from_byte = vec![NO; text.len() + 1];
        let mut count = 0;
        for (byte, c) in text.char_indices() {
            from_byte[byte] = count;
            count += match unit {
                OffsetUnit::Codepoint => 1,
                OffsetUnit::Utf16 => c.len_utf16() as u32,
                OffsetUnit::Byte => c.len_utf8() as u32,
            };
        }
        from_byte[text.len()] = count;
        Self {
            text,
            unit,
            from_byte,
        }
    }

    /// `[start, end)` of a span in the unit.
    ///
    /// # Errors
    /// A span that is empty, out of the text, or not on character boundaries.
    pub fn write(&self, span: Span) -> Result<(usize, usize), FormatError> {
        let at = |byte: usize| {
            self.from_byte
                .get(byte)
                .filter(|o| **o != NO)
                .map(|o| *o as usize)
        };
        match (at(span.start), at(span.end)) {
            (Some(start), Some(end)) if start < end => Ok((start, end)),
            _ => Err(FormatError::Span(format!(
                "span of bytes {}..{} does not lie on characters of a text of {} bytes",
                span.start,
                span.end,
                self.text.len()
            ))),
        }
    }

    /// The span of bytes that `[start, end)` in the unit stands for.
    ///
    /// # Errors
    /// A span that is empty, out of the text, or inside a character.
    pub fn read(&self, start: usize, end: usize) -> Result<Span, FormatError> {
        let byte = |offset: usize| match self.unit {
            OffsetUnit::Byte => (self.from_byte.get(offset)? != &NO).then_some(offset),
            _ => {
                let offset = u32::try_from(offset).ok()?;
                // Offsets of characters ascend with bytes; the gaps between are skipped by looking at boundaries only.
                let mut low = 0;
                let mut high = self.text.len();
                while low < high {
                    let mut middle = (low + high) / 2;
                    while self.from_byte[middle] == NO {
                        middle -= 1;
                    }
                    if self.from_byte[middle] < offset {
                        low = middle + 1;
                        while self.from_byte[low] == NO {
                            low += 1;
                        }
                    } else {
                        high = middle;
                    }
                }
                (self.from_byte[low] == offset).then_some(low)
            }
        };
        match (byte(start), byte(end)) {
            (Some(from), Some(to)) if from < to => Ok(Span::new(from, to)),
            _ => Err(FormatError::Span(format!(
                "span {start}..{end} does not fit a text of {} {}",
                self.from_byte[self.text.len()],
                match self.unit {
                    OffsetUnit::Codepoint => "code points",
                    OffsetUnit::Utf16 => "UTF-16 units",
                    OffsetUnit::Byte => "bytes",
                }
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_there_and_back() {
        let text = "a👩‍👧é\r\nمرحبا";
        let boundaries: Vec<usize> = text.char_indices().map(|(i, _)| i).chain([text.len()]).collect();
        for unit in [OffsetUnit::Codepoint, OffsetUnit::Utf16, OffsetUnit::Byte] {
            let offsets = Offsets::new(text, unit);
            for (i, &from) in boundaries.iter().enumerate() {
                for &to in &boundaries[i + 1..] {
                    let span = Span::new(from, to);
                    let (start, end) = offsets.write(span).unwrap();
                    assert_eq!(offsets.read(start, end).unwrap(), span, "{unit:?}");
                }
            }
        }
    }

    #[test]
    fn known_offsets() {
        let text = "a👩b";
        let span = Span::new(5, 6);
        for (unit, expected) in [
            (OffsetUnit::Codepoint, (2, 3)),
            (OffsetUnit::Utf16, (3, 4)),
            (OffsetUnit::Byte, (5, 6)),
        ] {
            assert_eq!(Offsets::new(text, unit).write(span).unwrap(), expected);
        }
        assert!(Offsets::new(text, OffsetUnit::Utf16).read(2, 4).is_err());
        assert!(Offsets::new(text, OffsetUnit::Codepoint).read(0, 4).is_err());
        assert!(Offsets::new(text, OffsetUnit::Codepoint).read(1, 1).is_err());
    }
}
