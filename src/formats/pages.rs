//! Articles as files of their own in a folder, for formats of one article.

use super::folder::stem;
use super::{Folder, FolderWriter, Format, FormatError, Writer};
use crate::annotation::Annotation;
use std::io::Write;

/// Writes a file for each article, named by its id.
pub(super) struct Pages {
    ending: &'static str,
    writer: Box<dyn Writer>,
    folder: Folder,
}

impl Pages {
    pub(super) fn new(format: &Format, writer: Box<dyn Writer>, folder: Folder) -> Self {
        Self {
            ending: format.extensions.first().copied().unwrap_or(format.name),
            writer,
            folder,
        }
    }
}

impl FolderWriter for Pages {
    fn write(&mut self, annotation: &Annotation) -> Result<(), FormatError> {
        let name = format!("{}.{}", stem(&annotation.id), self.ending);
        let mut out = self.folder.create(&name)?;
        self.writer.write(annotation, &mut out)?;
        self.writer.finish(&mut out)?;
        Ok(out.flush()?)
    }
}
