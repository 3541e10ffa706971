//! What annotations go to: one file or a folder.

use dixit::annotation::Annotation;
use dixit::formats::{FolderWriter, FormatError, Writer};
use std::io::Write;

/// A place for annotations.
pub(super) enum Sink {
    /// One file for all.
    Stream(Box<dyn Writer>, Box<dyn Write>),
    /// Files in a folder.
    Folder(Box<dyn FolderWriter>),
}

impl Sink {
    pub(super) fn write(&mut self, annotation: &Annotation) -> Result<(), FormatError> {
        match self {
            Self::Stream(writer, out) => writer.write(annotation, out),
            Self::Folder(writer) => writer.write(annotation),
        }
    }

    pub(super) fn finish(mut self) -> Result<(), FormatError> {
        match &mut self {
            Self::Stream(writer, out) => {
                writer.finish(out)?;
                Ok(out.flush()?)
            }
            Self::Folder(writer) => writer.finish(),
        }
    }
}
