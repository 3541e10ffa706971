//! Annotations in whichever format a file has: dixit JSON Lines or CoNLL columns.

use super::{Conll, DixitReader, FormatError};
use crate::annotation::Annotation;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// Reads annotations one by one.
pub struct AnnotatedReader {
    source: Source,
    line: usize,
    notes: Vec<String>,
}

enum Source {
    Records(DixitReader),
    /// With the line of each.
    Columns(std::vec::IntoIter<(Annotation, usize)>),
}

impl AnnotatedReader {
    /// Opens a file of JSON Lines, or of columns of which the last is the tags.
    ///
    /// # Errors
    /// The file cannot be read; a line of a column file is not as the others.
    pub fn open(path: &Path) -> Result<Self, FormatError> {
        if is_columns(path)? {
            return Ok(Self::of_columns(&Conll::read(path, 1)?, 0));
        }
        Ok(Self {
            source: Source::Records(DixitReader::open(path)?),
            line: 0,
            notes: Vec::new(),
        })
    }

    /// The documents of a column file with the tags of one column.
    pub fn of_columns(file: &Conll, column: usize) -> Self {
        let first_line = |index: usize| {
            let document = &file.documents[index];
            let first = document
                .mark
                .iter()
                .chain(document.sentences.iter().flatten())
                .next();
            first.map_or(0, |word| word.line)
        };
        let annotations = file.annotations(column).into_iter().enumerate();
        let with_lines: Vec<_> = annotations.map(|(index, a)| (a, first_line(index))).collect();
        Self {
            source: Source::Columns(with_lines.into_iter()),
            line: 0,
            notes: file.notes(column),
        }
    }

    /// Line at which the article read last begins, from 1.
    pub fn line(&self) -> usize {
        self.line
    }

    /// How the file was read, where that is not plain.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }
}

impl Iterator for AnnotatedReader {
    type Item = Result<Annotation, FormatError>;

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.source {
            Source::Records(reader) => {
                let annotation = reader.next();
                self.line = reader.line();
                annotation
            }
            Source::Columns(annotations) => {
                let (annotation, line) = annotations.next()?;
                self.line = line;
                Some(Ok(annotation))
            }
        }
    }
}

/// Whether a file holds columns: it does if it does not begin with a JSON object. An empty file has no records.
///
/// # Errors
/// The file cannot be read.
pub fn is_columns(path: &Path) -> Result<bool, FormatError> {
    let error = |source| FormatError::Read {
        path: path.to_owned(),
        source,
    };
    let mut reader = BufReader::new(File::open(path).map_err(error)?);
    loop {
        let bytes = reader.fill_buf().map_err(error)?;
        if bytes.is_empty() {
            return Ok(false);
        }
        if let Some(at) = bytes.iter().position(|b| !b.is_ascii_whitespace()) {
            let rest = bytes[at..].trim_ascii_start();
            // A brace may also be a word of a column file.
            let after = rest.get(1..).unwrap_or_default().trim_ascii_start().first();
            return Ok(rest[0] != b'{' || !matches!(after, None | Some(b'"' | b'}')));
        }
        let length = bytes.len();
        reader.consume(length);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_apart_and_lines_named() {
        let cases: [(&str, &[(&str, usize)]); 4] = [
            (
                "{\"id\": \"a\", \"text\": \"\"}\n\n{ \"id\": \"b\", \"text\": \"\"}\n",
                &[("a", 1), ("b", 3)],
            ),
            ("\n  \nIda B-PER\n\nleft O\n", &[("1", 3), ("2", 5)]),
            ("{ O\n", &[("1", 1)]),
            ("", &[]),
        ];
        for (number, (text, expected)) in cases.into_iter().enumerate() {
            let path = std::env::temp_dir().join(format!("dixit-annotated-{}-{number}", std::process::id()));
            std::fs::write(&path, text).unwrap();
            let mut reader = AnnotatedReader::open(&path).unwrap();
            let mut found = Vec::new();
            while let Some(annotation) = reader.next() {
                found.push((annotation.unwrap().id, reader.line()));
            }
            std::fs::remove_file(&path).unwrap();
            let expected: Vec<_> = expected
                .iter()
                .map(|(id, line)| ((*id).to_owned(), *line))
                .collect();
            assert_eq!(found, expected, "{text:?}");
        }
    }
}
