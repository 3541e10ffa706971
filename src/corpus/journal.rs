//! The journal: what has been computed so far, by the hash of the text. It stands in a `redb` database, whose commits
//! are whole or not there, whenever the process or the machine stops.

use super::configuration::Configuration;
use super::error::CorpusError;
use crate::annotation::Annotation;
use redb::{Builder, Database, ReadableDatabase, ReadableTable, TableDefinition, WriteTransaction};
use serde::{Deserialize, Serialize};
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// SHA-256 of a text.
pub(super) type Key = [u8; 32];

/// What became of a text.
#[derive(Serialize, Deserialize)]
pub(super) enum Entry {
    /// It was annotated; id, text and metadata are left out.
    Done(Box<Annotation>),
    /// It could not be annotated, for this reason.
    Failed(String),
}

impl Entry {
    /// The entry as it is stored.
    pub(super) fn encode(&self) -> Result<Vec<u8>, String> {
        let json = serde_json::to_vec(self).map_err(|e| e.to_string())?;
        zstd::bulk::compress(&json, 3).map_err(|e| e.to_string())
    }

    fn decode(bytes: &[u8]) -> Result<Self, String> {
        let json = zstd::decode_all(bytes).map_err(|e| e.to_string())?;
        serde_json::from_slice(&json).map_err(|e| e.to_string())
    }
}

const CONFIGURATION: TableDefinition<'_, &str, &str> = TableDefinition::new("configuration");
const RESULTS: TableDefinition<'_, &Key, &[u8]> = TableDefinition::new("results");
/// The first record of each id and each text in the pass that goes on, by the kind and a hash.
const CLAIMS: TableDefinition<'_, &[u8; 17], u64> = TableDefinition::new("claims");

/// How much of the database is kept in memory.
const CACHE_BYTES: usize = 16 << 20;
/// Time and results after which what was put is made safe.
const COMMIT_AFTER: Duration = Duration::from_millis(500);
const COMMIT_RESULTS: usize = 1024;

/// What a record may be the first to have.
#[derive(Clone, Copy)]
pub(super) enum Claim {
    Id,
    Text,
}

/// An open journal, in a folder that is [locked](Lock).
pub(super) struct Journal {
    folder: PathBuf,
    database: Database,
    open: Option<WriteTransaction>,
    unsafe_results: usize,
    committed: Instant,
}

impl Journal {
    /// Opens the journal in `folder`, or begins one. `discard` begins anew where the configuration has changed.
    pub(super) fn open(
        folder: &Path,
        configuration: &Configuration,
        discard: bool,
    ) -> Result<Self, CorpusError> {
        let path = folder.join("journal.redb");
        let fail = Failure(folder);
        if path.exists() {
            let database = match builder().open(&path) {
                Err(_) if discard => None,
                opened => Some(opened.map_err(|e| fail.of(e))?),
            };
            let same = match &database {
                None => false,
                Some(database) => {
                    let begun = fail.begun(database)?;
                    if begun != *configuration && !discard {
                        return Err(CorpusError::Configuration {
                            folder: folder.to_owned(),
                            changes: begun.changes(configuration),
                        });
                    }
                    begun == *configuration
                }
            };
            if let (Some(database), true) = (database, same) {
                return Ok(Self::with(folder, database));
            }
            fs::remove_file(&path).map_err(CorpusError::write(&path))?;
        }
        // Under another name until the configuration is in it, so that a journal is never half begun.
        let new = folder.join("journal.new");
        if new.exists() {
            fs::remove_file(&new).map_err(CorpusError::write(&new))?;
        }
        let database = builder().create(&new).map_err(|e| fail.of(e))?;
        let json = serde_json::to_string(configuration).map_err(|e| fail.damaged(e.to_string()))?;
        let begin = || -> Result<(), redb::Error> {
            let transaction = begin(&database)?;
            transaction
                .open_table(CONFIGURATION)?
                .insert("configuration", json.as_str())?;
            transaction.open_table(RESULTS)?;
            transaction.commit()?;
            Ok(())
        };
        begin().map_err(|e| fail.of(e))?;
        fs::rename(&new, &path).map_err(CorpusError::write(&path))?;
        Ok(Self::with(folder, database))
    }

    fn with(folder: &Path, database: Database) -> Self {
        Self {
            folder: folder.to_owned(),
            database,
            open: None,
            unsafe_results: 0,
            committed: Instant::now(),
        }
    }

    /// Forgets which records were first: a pass over the input begins.
    pub(super) fn begin_pass(&mut self) -> Result<(), CorpusError> {
        self.within(|open| Ok(open.delete_table(CLAIMS).map(drop)?))
    }

    /// The first record of the pass with this id or text: `record` itself, if none came before.
    pub(super) fn first(&mut self, claim: Claim, key: &Key, record: u64) -> Result<u64, CorpusError> {
        let mut name = [claim as u8; 17];
        name[1..].copy_from_slice(&key[..16]);
        self.within(|open| {
            let mut table = open.open_table(CLAIMS)?;
            if let Some(first) = table.get(&name)? {
                return Ok(first.value());
            }
            table.insert(&name, record)?;
            Ok(record)
        })
    }

    /// Whether a text has an entry.
    pub(super) fn has(&mut self, key: &Key) -> Result<bool, CorpusError> {
        self.within(|open| Ok(open.open_table(RESULTS)?.get(key)?.is_some()))
    }

    /// The entry of a text.
    pub(super) fn get(&mut self, key: &Key) -> Result<Option<Entry>, CorpusError> {
        let bytes = self.within(|open| {
            let table = open.open_table(RESULTS)?;
            let entry = table.get(key)?;
            Ok(entry.map(|entry| entry.value().to_vec()))
        })?;
        bytes
            .map(|bytes| Entry::decode(&bytes))
            .transpose()
            .map_err(|reason| Failure(&self.folder).damaged(reason))
    }

    /// Puts an encoded entry; it is safe after the next commit.
    pub(super) fn put(&mut self, key: &Key, entry: &[u8]) -> Result<(), CorpusError> {
        self.within(|open| {
            open.open_table(RESULTS)?.insert(key, entry)?;
            Ok(())
        })?;
        self.unsafe_results += 1;
        Ok(())
    }

    /// Makes safe what was put, if that has not been done for a while.
    pub(super) fn commit_now_and_then(&mut self) -> Result<(), CorpusError> {
        if self.unsafe_results >= COMMIT_RESULTS || self.committed.elapsed() >= COMMIT_AFTER {
            self.commit()?;
        }
        Ok(())
    }

    /// Makes safe what was put.
    pub(super) fn commit(&mut self) -> Result<(), CorpusError> {
        let fail = Failure(&self.folder);
        if let Some(open) = self.open.take() {
            open.commit().map_err(|e| fail.of(e))?;
        }
        self.unsafe_results = 0;
        self.committed = Instant::now();
        Ok(())
    }

    /// Runs what reads or writes within the open transaction.
    fn within<T>(
        &mut self,
        run: impl FnOnce(&WriteTransaction) -> Result<T, redb::Error>,
    ) -> Result<T, CorpusError> {
        let fail = Failure(&self.folder);
        let open = match &mut self.open {
            Some(open) => open,
            none => none.insert(begin(&self.database).map_err(|e| fail.of(e))?),
        };
        run(open).map_err(|e| fail.of(e))
    }
}

fn begin(database: &Database) -> Result<WriteTransaction, redb::Error> {
    let mut open = database.begin_write()?;
    // Opening after a kill would otherwise go through the whole file.
    open.set_quick_repair(true);
    Ok(open)
}

fn builder() -> Builder {
    let mut builder = Builder::new();
    builder.set_cache_size(CACHE_BYTES);
    builder
}

/// Makes errors that name the folder.
struct Failure<'a>(&'a Path);

impl Failure<'_> {
    fn of(&self, error: impl Into<redb::Error>) -> CorpusError {
        CorpusError::Journal {
            folder: self.0.to_owned(),
            source: Box::new(error.into()),
        }
    }

    fn damaged(&self, reason: String) -> CorpusError {
        CorpusError::Damaged {
            folder: self.0.to_owned(),
            reason,
        }
    }

    /// What a journal was begun with.
    fn begun(&self, database: &Database) -> Result<Configuration, CorpusError> {
        let read = || -> Result<String, redb::Error> {
            let table = database.begin_read()?.open_table(CONFIGURATION)?;
            let json = table.get("configuration")?;
            Ok(json.map(|json| json.value().to_owned()).unwrap_or_default())
        };
        let json = read().map_err(|e| self.of(e))?;
        serde_json::from_str(&json).map_err(|e| self.damaged(e.to_string()))
    }
}

/// A folder that no other process works in as long as this lives.
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Makes the folder if need be, and locks it.
    pub(super) fn take(folder: &Path) -> Result<Self, CorpusError> {
        fs::create_dir_all(folder).map_err(CorpusError::write(folder))?;
        let path = folder.join("lock");
        let file = File::create(&path).map_err(CorpusError::write(&path))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(CorpusError::Busy {
                folder: folder.to_owned(),
            }),
            Err(TryLockError::Error(e)) => Err(CorpusError::write(&path)(e)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn configuration(engine: &str) -> Configuration {
        serde_json::from_value(serde_json::json!({ "engine": engine })).unwrap()
    }

    #[test]
    fn what_was_committed_is_there_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        let open = |engine, discard| Journal::open(path, &configuration(engine), discard);
        let entry = Entry::Failed("why".into()).encode().unwrap();
        let mut journal = open("a", false).unwrap();
        journal.put(&[1; 32], &entry).unwrap();
        journal.commit().unwrap();
        journal.put(&[2; 32], &entry).unwrap();
        assert!(journal.has(&[2; 32]).unwrap());
        drop(journal);
        let mut journal = open("a", false).unwrap();
        assert!(matches!(journal.get(&[1; 32]), Ok(Some(Entry::Failed(reason))) if reason == "why"));
        assert!(!journal.has(&[2; 32]).unwrap());
        drop(journal);
        let error = open("b", false).err().unwrap().to_string();
        assert!(
            error.contains("engine: a then, b now") && error.contains("--force"),
            "{error}"
        );
        assert!(open("a", true).unwrap().has(&[1; 32]).unwrap());
        assert!(!open("b", true).unwrap().has(&[1; 32]).unwrap());
    }

    #[test]
    fn the_first_of_a_pass() {
        let folder = tempfile::tempdir().unwrap();
        let mut journal = Journal::open(folder.path(), &configuration("a"), false).unwrap();
        for (claim, key, record, first) in [
            (Claim::Id, 1, 5, 5),
            (Claim::Text, 1, 6, 6),
            (Claim::Id, 1, 7, 5),
            (Claim::Id, 2, 8, 8),
        ] {
            assert_eq!(journal.first(claim, &[key; 32], record).unwrap(), first);
        }
        journal.begin_pass().unwrap();
        assert_eq!(journal.first(Claim::Id, &[1; 32], 9).unwrap(), 9);
    }

    #[test]
    fn one_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let lock = Lock::take(folder.path()).unwrap();
        assert!(matches!(Lock::take(folder.path()), Err(CorpusError::Busy { .. })));
        drop(lock);
        Lock::take(folder.path()).unwrap();
    }
}
