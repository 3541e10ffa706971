//! CoNLL column files: a word per line, its columns parted by blanks or tabs, the last of them tags; sentences end at
//! an empty line or a line whose first column is `-X-`, documents begin at `-DOCSTART-`. Not here: CoNLL-U.

use super::tagged::Tagged;
use super::{Format, FormatError, Input, Losses, Output, Part, Reader, TagScheme, Writer};
use crate::annotation::{Annotation, Entity};
use crate::span::Span;
use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

pub(super) const FORMAT: Format = Format {
    name: "conll",
    about: "CoNLL-2003 columns: a word and its tag per line, blank lines between sentences",
    extensions: &["conll", "bio", "iob"],
    corpora: false,
    units: false,
    carries: Some(&[Part::Entities]),
    faults: Tagged::column_losses,
    output: Output::Stream(|options| Box::new(Columns(options.scheme))),
    reader: Some(|input| Ok(Box::new(Documents::open(input)?))),
};

/// First column of a line that ends a sentence, as an empty line does.
const BREAK: &str = "-X-";
/// First column of a line that begins a document.
const DOCUMENT: &str = "-DOCSTART-";
/// The tag of a word outside every span.
pub const OUTSIDE: &str = "O";
/// The tag of a word that nobody annotated.
pub const UNKNOWN: &str = "-";
/// What a tag may begin with, before its hyphen.
const PREFIXES: [&str; 6] = ["B", "I", "E", "S", "L", "U"];

/// A file of tagged words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conll {
    /// Where it was read from.
    pub path: PathBuf,
    /// Its documents; each sentence is one where the file marks none.
    pub documents: Vec<ConllDocument>,
    /// Whether the file marks where documents begin.
    pub marked: bool,
}

/// A document of a column file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConllDocument {
    /// Its place in the file, from 1.
    pub id: String,
    /// The tags of its `-DOCSTART-` line, which some scorers count as a word.
    pub mark: Option<ConllWord>,
    /// Its sentences, none of them empty.
    pub sentences: Vec<Vec<ConllWord>>,
}

/// A word and its tags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConllWord {
    /// Line in the file, from 1.
    pub line: usize,
    /// The first column.
    pub word: String,
    /// The last columns, as many as were asked for.
    pub tags: Vec<String>,
}

/// A typed run of words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Chunk {
    /// First word.
    pub start: usize,
    /// One past the last word.
    pub end: usize,
    /// What stands after the hyphen of its tags.
    pub label: String,
}

impl Conll {
    /// Reads a file whose last `columns` columns are tags.
    ///
    /// # Errors
    /// The file cannot be read; a line has too few columns, or not as many as the first; a tag is none.
    pub fn read(path: &Path, columns: usize) -> Result<Self, FormatError> {
        let text = std::fs::read_to_string(path).map_err(|source| FormatError::Read {
            path: path.to_owned(),
            source,
        })?;
        Self::parse(&text, columns, path)
    }

    fn parse(text: &str, columns: usize, path: &Path) -> Result<Self, FormatError> {
        let mut reading = Reading::default();
        let mut first: Option<(usize, usize)> = None;
        for (index, line) in text.lines().enumerate() {
            let line_number = index + 1;
            let fail = |reason: String| FormatError::Record {
                path: path.to_owned(),
                line: line_number,
                reason,
            };
            let fields: Vec<&str> = line.split_ascii_whitespace().collect();
            let Some(word) = fields.first() else {
                reading.end_sentence();
                continue;
            };
            match first {
                Some((number, at)) if number != fields.len() => {
                    return Err(fail(format!(
                        "{} columns, but line {at} has {number}; every line needs the same columns, and a word \
                         must not hold a blank",
                        fields.len()
                    )));
                }
                Some(_) => {}
                None => first = Some((fields.len(), line_number)),
            }
            if fields.len() <= columns {
                return Err(fail(format!(
                    "{} column{}; at least {} are needed: a word and, last, {}",
                    fields.len(),
                    if fields.len() == 1 { "" } else { "s" },
                    columns + 1,
                    if columns == 1 {
                        "its tag"
                    } else {
                        "its gold tag and its predicted tag"
                    }
                )));
            }
            if *word == BREAK {
                reading.end_sentence();
                continue;
            }
            let tags = &fields[fields.len() - columns..];
            if let Some(tag) = tags.iter().find(|tag| !is_tag(tag)) {
                return Err(fail(format!(
                    "{tag:?} is not a tag; tags are O, or one of B- I- E- S- L- U- and a label, or - where nobody looked"
                )));
            }
            reading.word(ConllWord {
                line: line_number,
                word: (*word).to_owned(),
                tags: tags.iter().map(|t| (*t).to_owned()).collect(),
            });
        }
        reading.end_sentence();
        Ok(reading.finish(path))
    }

    /// The documents as annotations with entities from one of the tag columns. The text is the words with blanks
    /// between them, a sentence per line.
    pub fn annotations(&self, column: usize) -> Vec<Annotation> {
        let annotate = |document: &ConllDocument| {
            let mut text = String::new();
            let mut entities = Vec::new();
            for sentence in &document.sentences {
                if !text.is_empty() {
                    text.push('\n');
                }
                let mut spans = Vec::new();
                for (index, word) in sentence.iter().enumerate() {
                    if index > 0 {
                        text.push(' ');
                    }
                    spans.push(Span::new(text.len(), text.len() + word.word.len()));
                    text.push_str(&word.word);
                }
                let tags: Vec<&str> = sentence.iter().map(|w| w.tags[column].as_str()).collect();
                entities.extend(chunks(&tags).into_iter().map(|chunk| Entity {
                    span: spans[chunk.start].cover(spans[chunk.end - 1]),
                    label: chunk.label,
                    score: None,
                    country: None,
                    ..Entity::default()
                }));
            }
            Annotation {
                id: document.id.clone(),
                text,
                entities: Some(entities),
                ..Annotation::default()
            }
        };
        self.documents.iter().map(annotate).collect()
    }

    /// What a reader of the figures should know: how broken tags were read, and what counts as a document.
    pub fn notes(&self, column: usize) -> Vec<String> {
        let sentences = || self.documents.iter().flat_map(|d| &d.sentences);
        let prefixes: BTreeSet<&str> = sentences()
            .flatten()
            .filter_map(|w| parts(&w.tags[column]).map(|(prefix, _)| prefix))
            .collect();
        let closed = ["E", "S", "L", "U"].iter().any(|p| prefixes.contains(p));
        let (mut number, mut first) = (0, None);
        for sentence in sentences() {
            let tags: Vec<&str> = sentence.iter().map(|w| w.tags[column].as_str()).collect();
            for chunk in chunks(&tags) {
                let begins = parts(tags[chunk.start]).is_some_and(|(p, _)| ["B", "S", "U"].contains(&p));
                let ends = parts(tags[chunk.end - 1]).is_some_and(|(p, _)| ["E", "S", "L", "U"].contains(&p));
                if !begins || (closed && !ends) {
                    number += 1;
                    first.get_or_insert(sentence[chunk.start].line);
                }
            }
        }
        let mut notes = Vec::new();
        if let Some(line) = first {
            let how = match closed {
                true => "spans without the tag of their first or last word, read as they stand",
                false => "spans that begin with I-, read as IOB1",
            };
            notes.push(format!(
                "{}: {number} {how}; the first at line {line}",
                self.path.display()
            ));
        }
        if !self.marked {
            notes.push(format!(
                "{} has no {DOCUMENT} lines: each of its sentences counts as a document",
                self.path.display()
            ));
        }
        notes
    }
}

/// What has been read so far.
#[derive(Default)]
struct Reading {
    documents: Vec<ConllDocument>,
    sentence: Vec<ConllWord>,
    marked: bool,
}

impl Reading {
    fn word(&mut self, word: ConllWord) {
        if word.word == DOCUMENT {
            self.end_sentence();
            self.marked = true;
            self.documents.push(ConllDocument {
                mark: Some(word),
                ..ConllDocument::default()
            });
        } else {
            self.sentence.push(word);
        }
    }

    fn end_sentence(&mut self) {
        let sentence = std::mem::take(&mut self.sentence);
        if sentence.is_empty() {
            return;
        }
        match self.documents.last_mut() {
            Some(last) if self.marked => last.sentences.push(sentence),
            _ => self.documents.push(ConllDocument {
                sentences: vec![sentence],
                ..ConllDocument::default()
            }),
        }
    }

    fn finish(mut self, path: &Path) -> Conll {
        for (index, document) in self.documents.iter_mut().enumerate() {
            document.id = (index + 1).to_string();
        }
        Conll {
            path: path.to_owned(),
            documents: self.documents,
            marked: self.marked,
        }
    }
}

/// Writes a word and its tag per line, with two empty columns between, where CoNLL-2003 has part of speech and chunk.
struct Columns(TagScheme);

impl Writer for Columns {
    fn write(&mut self, annotation: &Annotation, out: &mut dyn Write) -> Result<(), FormatError> {
        writeln!(out, "{DOCUMENT} {BREAK} {BREAK} {OUTSIDE}\n")?;
        let tagged = Tagged::new(annotation);
        for (number, sentence) in tagged.sentences.iter().enumerate() {
            for (word, tag) in sentence.iter().zip(tagged.tags(number, self.0)) {
                writeln!(out, "{} _ _ {tag}", word.span.of(&annotation.text))?;
            }
            writeln!(out)?;
        }
        Ok(())
    }
}

/// The documents of a file, with the tags of its last column.
struct Documents {
    annotations: std::vec::IntoIter<Annotation>,
    notes: Vec<String>,
    /// Columns between word and tag that hold something.
    others: usize,
}

impl Documents {
    fn open(input: &Input) -> Result<Self, FormatError> {
        let text = input.text()?;
        let file = Conll::parse(&text, 1, input.path())?;
        let words = text.lines().map(|line| line.split_ascii_whitespace().collect());
        let words = words.filter(|f: &Vec<&str>| f.len() > 2 && ![DOCUMENT, BREAK].contains(&f[0]));
        let told = words.filter(|f| f[1..f.len() - 1].iter().any(|f| !["_", "-", BREAK].contains(f)));
        Ok(Self {
            others: told.count(),
            annotations: file.annotations(0).into_iter(),
            notes: file.notes(0),
        })
    }
}

impl Reader for Documents {
    fn next(&mut self, losses: &mut Losses) -> Option<Result<Annotation, FormatError>> {
        let annotation = self.annotations.next()?;
        for note in self.notes.drain(..) {
            losses.add(&annotation.id, &note, 1);
        }
        let others = std::mem::take(&mut self.others);
        losses.add(&annotation.id, "columns between word and tag", others);
        Some(Ok(annotation))
    }
}

pub(super) fn is_tag(tag: &str) -> bool {
    tag == OUTSIDE || tag == UNKNOWN || parts(tag).is_some()
}

/// Prefix and label of a tag; `None` of a word outside.
fn parts(tag: &str) -> Option<(&str, &str)> {
    tag.split_once('-')
        .filter(|(prefix, label)| PREFIXES.contains(prefix) && !label.is_empty())
}

/// The spans that a sentence's tags stand for, in any of IOB1, IOB2, IOBES and BILOU. Sequences that break their
/// scheme are read as the CoNLL scorer does: a span begins wherever a label does.
pub fn chunks<T: AsRef<str>>(tags: &[T]) -> Vec<Chunk> {
    let mut chunks: Vec<Chunk> = Vec::new();
    let mut open = false;
    for (index, tag) in tags.iter().enumerate() {
        let Some((prefix, label)) = parts(tag.as_ref()) else {
            open = false;
            continue;
        };
        match chunks.last_mut() {
            Some(last) if open && last.label == label && !["B", "S", "U"].contains(&prefix) => {
                last.end = index + 1;
            }
            _ => chunks.push(Chunk {
                start: index,
                end: index + 1,
                label: label.to_owned(),
            }),
        }
        open = !["E", "S", "L", "U"].contains(&prefix);
    }
    chunks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str, columns: usize) -> Result<Conll, String> {
        Conll::parse(text, columns, Path::new("x.conll")).map_err(|e| e.to_string())
    }

    #[test]
    fn every_scheme_gives_the_same_spans() {
        let spans = |list: &[(usize, usize, &str)]| -> Vec<Chunk> {
            list.iter()
                .map(|&(start, end, label)| Chunk {
                    start,
                    end,
                    label: label.to_owned(),
                })
                .collect()
        };
        let two = spans(&[(0, 2, "PER"), (2, 3, "PER")]);
        let cases = [
            ("I-PER I-PER B-PER O", two.clone()),
            ("B-PER I-PER B-PER O", two.clone()),
            ("B-PER E-PER S-PER O", two.clone()),
            ("B-PER L-PER U-PER O", two),
            // Broken sequences are repaired.
            ("O I-PER", spans(&[(1, 2, "PER")])),
            ("B-PER I-ORG", spans(&[(0, 1, "PER"), (1, 2, "ORG")])),
            ("E-PER E-PER", spans(&[(0, 1, "PER"), (1, 2, "PER")])),
            ("B-PER - I-PER", spans(&[(0, 1, "PER"), (2, 3, "PER")])),
            ("B-claim-type I-claim-type", spans(&[(0, 2, "claim-type")])),
            ("O - O", spans(&[])),
        ];
        for (tags, expected) in cases {
            let tags: Vec<&str> = tags.split(' ').collect();
            assert_eq!(chunks(&tags), expected, "{tags:?}");
        }
    }

    #[test]
    fn documents_sentences_and_columns() {
        let text = "-DOCSTART- -X- O O\n\nIda NNP B-PER B-PER\nLund\tNNP I-PER O\n-X- - O O\nleft VB O O\r\n\n\n\
                    -DOCSTART- -X- O O\n👩‍👩‍👧 SYM O O\nÅlby NNP O B-LOC\n";
        let file = parse(text, 2).unwrap();
        assert!(file.marked);
        let [first, second] = file.documents.as_slice() else {
            panic!("{file:?}")
        };
        assert_eq!((first.sentences.len(), second.sentences.len()), (2, 1));
        assert_eq!(first.sentences[0][1].line, 4);
        let gold = file.annotations(0);
        assert_eq!(gold[0].text, "Ida Lund\nleft");
        let entities = gold[0].entities.as_ref().unwrap();
        assert_eq!(entities[0].span.of(&gold[0].text), "Ida Lund");
        let predicted = &file.annotations(1)[1];
        let found = predicted.entities.as_ref().unwrap();
        assert_eq!(
            (predicted.id.as_str(), found[0].span.of(&predicted.text)),
            ("2", "Ålby")
        );
        assert_eq!(file.notes(0), Vec::<String>::new());
    }

    #[test]
    fn without_marks_a_sentence_is_a_document_and_repairs_are_said() {
        let file = parse("a I-PER\n\nb O\nc B-PER\n", 1).unwrap();
        assert_eq!(file.documents.len(), 2);
        assert_eq!(
            file.notes(0),
            [
                "x.conll: 1 spans that begin with I-, read as IOB1; the first at line 1",
                "x.conll has no -DOCSTART- lines: each of its sentences counts as a document"
            ]
        );
        let closed = parse("-DOCSTART- O\na B-PER\nb S-PER\n", 1).unwrap();
        assert!(
            closed.notes(0)[0].contains("1 spans without the tag of their first"),
            "{closed:?}"
        );
    }

    #[test]
    fn lines_that_do_not_fit_are_named() {
        let cases = [
            ("a O O\nb O\n", 2, "x.conll:2: 2 columns, but line 1 has 3; "),
            ("a O\n", 2, "x.conll:1: 2 columns; at least 3 are needed"),
            (
                "a\n",
                1,
                "x.conll:1: 1 column; at least 2 are needed: a word and, last, its tag",
            ),
            ("a O\nb PER\n", 1, "x.conll:2: \"PER\" is not a tag; "),
            ("a B-\n", 1, "x.conll:1: \"B-\" is not a tag; "),
        ];
        for (text, columns, expected) in cases {
            let message = parse(text, columns).unwrap_err();
            assert!(message.starts_with(expected), "{message}");
        }
    }
}
