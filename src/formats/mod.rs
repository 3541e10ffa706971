//! Formats: how annotations are read and written, one file per format. Only here do byte offsets become code points
//! (or UTF-16 units, or bytes on request), and every span is checked on the way.

mod annotated;
mod brat;
mod conll;
mod conllu;
mod dixit;
mod dna;
mod doccano;
mod error;
mod folder;
mod html;
mod hugging_face;
mod input;
mod json;
mod label_studio;
mod losses;
mod marks;
mod offsets;
mod pages;
mod parquet;
mod prodigy;
mod reading;
mod records;
#[cfg(test)]
mod round_trips;
mod spacy;
mod standoff;
mod stored;
mod tables;
mod tagged;
mod webanno;

pub use annotated::{AnnotatedReader, is_columns};
pub use conll::{Chunk, Conll, ConllDocument, ConllWord, OUTSIDE, UNKNOWN, chunks};
pub use dixit::{DixitReader, parse_record, to_json};
pub use error::FormatError;
pub use folder::Folder;
pub use input::Input;
pub use losses::{Loss, Losses, Part};
pub use offsets::{OffsetUnit, Offsets};
pub use standoff::{attach, detach};
pub use stored::{Stored, StoredReader};
pub use tables::{TableFormat, Tables};
pub use tagged::TagScheme;

use crate::annotation::Annotation;
use pages::Pages;
use std::io::Write;

/// Writes annotations in one format.
pub trait Writer {
    /// Writes one article.
    ///
    /// # Errors
    /// A span that does not fit its text, or output that cannot be written.
    fn write(&mut self, annotation: &Annotation, out: &mut dyn Write) -> Result<(), FormatError>;

    /// Writes what is held back until the last article has been written.
    ///
    /// # Errors
    /// Output that cannot be written.
    fn finish(&mut self, _out: &mut dyn Write) -> Result<(), FormatError> {
        Ok(())
    }
}

/// Writes annotations in a format of several files.
pub trait FolderWriter {
    /// Writes one article.
    ///
    /// # Errors
    /// A span that does not fit its text, or a file that cannot be written.
    fn write(&mut self, annotation: &Annotation) -> Result<(), FormatError>;

    /// Writes what is held back until the last article has been written.
    ///
    /// # Errors
    /// A file that cannot be written.
    fn finish(&mut self) -> Result<(), FormatError> {
        Ok(())
    }
}

/// Reads annotations in one format.
pub trait Reader {
    /// The next article, or what is wrong with it; `None` after the last. What the format says and an annotation cannot
    /// hold is added to the losses.
    fn next(&mut self, losses: &mut Losses) -> Option<Result<Annotation, FormatError>>;
}

/// What a writer may be asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WriteOptions {
    /// Unit of offsets, for formats that do not prescribe it.
    pub offset_unit: OffsetUnit,
    /// How formats with tags write spans.
    pub scheme: TagScheme,
    /// Whether the output is a terminal that shows colours.
    pub colour: bool,
    /// Columns of the terminal; 0 where unknown.
    pub columns: usize,
}

/// How a format lies on disk, and what makes its writer.
pub enum Output {
    /// One file, or standard output, for all articles.
    Stream(fn(WriteOptions) -> Box<dyn Writer>),
    /// One file, or standard output, for one article; a folder of them for several.
    Page(fn(WriteOptions) -> Box<dyn Writer>),
    /// A folder of files.
    Folder(fn(WriteOptions, Folder) -> Result<Box<dyn FolderWriter>, FormatError>),
}

/// A format.
pub struct Format {
    /// The name by which it is asked for.
    pub name: &'static str,
    /// What it is.
    pub about: &'static str,
    /// Endings of the names of files that are in it.
    pub extensions: &'static [&'static str],
    /// Whether corpora are written in it: what [`StoredReader`] reads again.
    pub corpora: bool,
    /// Whether the unit of offsets can be chosen.
    pub units: bool,
    /// What it has a place for; `None` for a view that is made for people.
    pub carries: Option<&'static [Part]>,
    /// Adds what is lost of an annotation besides the parts that the format does not carry.
    faults: fn(&Annotation, &mut Losses),
    /// How it is written.
    pub output: Output,
    /// How it is read, if it can be.
    pub reader: Option<fn(&Input) -> Result<Box<dyn Reader>, FormatError>>,
}

impl Format {
    /// Adds what is lost where an annotation is written in the format.
    pub fn losses(&self, annotation: &Annotation, losses: &mut Losses) {
        if let Some(carries) = self.carries {
            losses.add_parts(annotation, carries);
            (self.faults)(annotation, losses);
        }
    }

    /// The format of a name.
    pub fn named(name: &str) -> Option<&'static Format> {
        FORMATS.iter().find(|f| f.name == name)
    }

    /// A writer for one file, or `None` for a format of folders.
    pub fn stream(&self, options: WriteOptions) -> Option<Box<dyn Writer>> {
        match self.output {
            Output::Stream(make) | Output::Page(make) => Some(make(options)),
            Output::Folder(_) => None,
        }
    }

    /// A writer for a folder, or `None` for a format of one file.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn folder(
        &self,
        options: WriteOptions,
        folder: Folder,
    ) -> Option<Result<Box<dyn FolderWriter>, FormatError>> {
        match self.output {
            Output::Stream(_) => None,
            Output::Page(make) => Some(Ok(Box::new(Pages::new(self, make(options), folder)))),
            Output::Folder(make) => Some(make(options, folder)),
        }
    }
}

/// All formats, each registered with a line.
pub const FORMATS: &[Format] = &[
    reading::FORMAT,
    html::FORMAT,
    json::JSON,
    json::LINES,
    parquet::FORMAT,
    conll::FORMAT,
    conllu::CONLLU,
    conllu::PLUS,
    brat::FORMAT,
    webanno::FORMAT,
    label_studio::FORMAT,
    prodigy::FORMAT,
    doccano::FORMAT,
    spacy::FORMAT,
    hugging_face::FORMAT,
    dna::FORMAT,
    tables::FORMAT,
];
