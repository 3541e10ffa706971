//! A folder that a format fills with files: names made of articles' ids, and the way back.

use super::FormatError;
use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

/// A folder to write into. Files that were there before are overwritten only if that is asked for.
pub struct Folder {
    path: PathBuf,
    force: bool,
    written: HashSet<String>,
}

impl Folder {
    /// The folder at `path`, made if it is not there.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn new(path: &Path, force: bool) -> Result<Self, FormatError> {
        fs::create_dir_all(path).map_err(|e| named(path, &e))?;
        Ok(Self {
            path: path.to_owned(),
            force,
            written: HashSet::new(),
        })
    }

    /// Begins a file.
    ///
    /// # Errors
    /// The file is there already, or cannot be written.
    pub(super) fn create(&mut self, name: &str) -> Result<BufWriter<File>, FormatError> {
        let path = self.path.join(name);
        if !self.written.insert(name.to_owned()) {
            let reason = io::Error::other("two articles have this id; ids must differ");
            return Err(named(&path, &reason));
        }
        let mut options = OpenOptions::new();
        match self.force {
            true => options.create(true).truncate(true),
            false => options.create_new(true),
        };
        let file = options.write(true).open(&path).map_err(|e| match e.kind() {
            io::ErrorKind::AlreadyExists => {
                named(&path, &io::Error::new(e.kind(), "exists; --force overwrites it"))
            }
            _ => named(&path, &e),
        })?;
        Ok(BufWriter::new(file))
    }
}

fn named(path: &Path, error: &io::Error) -> FormatError {
    FormatError::Write(io::Error::new(
        error.kind(),
        format!("{}: {error}", path.display()),
    ))
}

/// Characters that are not safe in the name of a file on some system.
const UNSAFE: &str = "/\\:*?\"<>|%";

/// A name for the files of an article: its id, with what is not safe in a name written as %XX.
pub(super) fn stem(id: &str) -> String {
    let mut name = String::new();
    for (at, c) in id.char_indices() {
        if UNSAFE.contains(c) || c.is_control() || (c == '.' && at == 0) {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                name.push_str(&format!("%{byte:02X}"));
            }
        } else {
            name.push(c);
        }
    }
    match name.is_empty() {
        true => "%".to_owned(),
        false => name,
    }
}

/// The id that [`stem`] made the name of; a name that it did not make is the id itself.
pub(super) fn id(stem: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = stem.as_bytes();
    while let Some((&first, more)) = rest.split_first() {
        let coded = (first == b'%')
            .then(|| std::str::from_utf8(more.get(..2)?).ok())
            .flatten()
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match coded {
            Some(byte) => {
                bytes.push(byte);
                rest = &more[2..];
            }
            None => {
                bytes.push(first);
                rest = more;
            }
        }
    }
    match (stem, String::from_utf8(bytes)) {
        ("%", _) => String::new(),
        (_, Ok(id)) => id,
        (_, Err(_)) => stem.to_owned(),
    }
}

/// Files of a folder with an ending, by name.
///
/// # Errors
/// The folder cannot be read.
pub(super) fn files(path: &Path, ending: &str) -> Result<Vec<PathBuf>, FormatError> {
    let unreadable = |source| FormatError::Read {
        path: path.to_owned(),
        source,
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(path).map_err(unreadable)? {
        let file = entry.map_err(unreadable)?.path();
        if file.extension().is_some_and(|e| e == ending) {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_become_names_and_come_back() {
        for (given, name) in [
            ("conference-1", "conference-1"),
            ("set/1", "set%2F1"),
            ("..", "%2E."),
            ("50% Ünïcode", "50%25 Ünïcode"),
            ("a\nb", "a%0Ab"),
            ("", "%"),
        ] {
            assert_eq!(stem(given), name);
            assert_eq!(id(name), given);
        }
        assert_eq!(id("100%"), "100%");
    }

    #[test]
    fn nothing_is_overwritten_unasked() {
        let folder = tempfile::tempdir().unwrap();
        let mut once = Folder::new(folder.path(), false).unwrap();
        once.create("a").unwrap();
        assert!(
            once.create("a")
                .unwrap_err()
                .to_string()
                .contains("ids must differ")
        );
        let again = Folder::new(folder.path(), false)
            .unwrap()
            .create("a")
            .unwrap_err();
        assert!(again.to_string().contains("--force"), "{again}");
        Folder::new(folder.path(), true).unwrap().create("a").unwrap();
    }
}
