//! One pass over the input: each record numbered, hashed, and either admitted or rejected, the same in every pass.

use super::error::CorpusError;
use super::input::{Input, Records};
use super::journal::{Claim, Journal, Key};
use super::record::{Fault, Position, Record, record_of};
use super::rejects::Reject;
use super::shard::Shard;
use crate::article::Article;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Bytes of text from which on an article is rejected where nobody says otherwise.
pub const MAX_ARTICLE_BYTES: usize = 4 << 20;

/// Rules by which records are admitted.
#[derive(Clone, Copy)]
pub(super) struct Rules {
    pub(super) shard: Option<Shard>,
    /// Bytes of text from which on an article is rejected.
    pub(super) limit: usize,
}

/// What a pass sees of a record.
pub(super) enum Scanned {
    Article {
        number: u64,
        position: Position,
        key: Key,
        article: Article,
        /// Whether an earlier record has the same text.
        duplicate: bool,
    },
    Reject(Reject),
}

/// A pass over the input.
pub(super) struct Scan<'a> {
    input: &'a Input,
    records: Records<'a>,
    rules: Rules,
    digest: Sha256,
    number: u64,
    /// Records by encoding.
    pub(super) encodings: BTreeMap<&'static str, u64>,
}

impl<'a> Scan<'a> {
    pub(super) fn new(input: &'a Input, records: Records<'a>, rules: Rules) -> Self {
        Self {
            input,
            records,
            rules,
            digest: Sha256::new(),
            number: 0,
            encodings: BTreeMap::new(),
        }
    }

    /// The next record of the shard.
    pub(super) fn next(&mut self, journal: &mut Journal) -> Result<Option<Scanned>, CorpusError> {
        while let Some(record) = self.records.next() {
            let number = self.number;
            self.number += 1;
            let key = hash(&mut self.digest, &record);
            let ours = |shard: Shard| match &record.body {
                Ok(article) => shard.has(&article.id),
                Err(Fault { id: Some(id), .. }) => shard.has(id),
                Err(_) => shard.has(&record.position.to_string()),
            };
            if !self.rules.shard.is_none_or(ours) {
                continue;
            }
            *self.encodings.entry(record.encoding).or_default() += 1;
            return self.admit(record, number, key, journal).map(Some);
        }
        Ok(None)
    }

    fn admit(
        &self,
        record: Record,
        number: u64,
        key: Key,
        journal: &mut Journal,
    ) -> Result<Scanned, CorpusError> {
        let position = record.position;
        let article = match record.body {
            Ok(article) => article,
            Err(fault) => {
                return Ok(Scanned::Reject(Reject {
                    id: fault.id,
                    position,
                    number,
                    reason: fault.reason,
                    record: fault.record,
                }));
            }
        };
        let reason = match unfit(&article.text, self.rules.limit) {
            None => {
                let id = Sha256::digest(article.id.as_bytes()).into();
                match journal.first(Claim::Id, &id, number)? {
                    first if first == number => None,
                    first => Some(format!("record {first} of the input, from 0, has the same id")),
                }
            }
            unfit => unfit,
        };
        if let Some(reason) = reason {
            return Ok(Scanned::Reject(self.reject(article, position, number, reason)));
        }
        let duplicate = journal.first(Claim::Text, &key, number)? != number;
        Ok(Scanned::Article {
            number,
            position,
            key,
            article,
            duplicate,
        })
    }

    /// An article that is not to be annotated.
    pub(super) fn reject(&self, article: Article, position: Position, number: u64, reason: String) -> Reject {
        Reject {
            id: Some(article.id.clone()),
            position,
            number,
            reason,
            record: record_of(article, &self.input.options().fields),
        }
    }

    /// Bytes read so far.
    pub(super) fn bytes(&self) -> u64 {
        self.records.bytes()
    }

    /// Number of records of all shards so far.
    pub(super) fn records(&self) -> u64 {
        self.number
    }

    /// Files of no known kind, by their endings.
    pub(super) fn passed_over(&self) -> BTreeMap<String, u64> {
        self.records.passed_over.clone()
    }

    /// SHA-256 over all records of all shards so far.
    pub(super) fn sha256(&self) -> String {
        let digest = self.digest.clone().finalize();
        digest.iter().map(|b| format!("{b:02x}")).collect()
    }

    /// Reads to the end, for [`Scan::sha256`].
    pub(super) fn run_out(&mut self) {
        for record in self.records.by_ref() {
            self.number += 1;
            hash(&mut self.digest, &record);
        }
    }
}

/// Why a text is not to be annotated, if it is not; `limit` is in bytes.
pub(super) fn unfit(text: &str, limit: usize) -> Option<String> {
    if text.trim().is_empty() {
        return Some("the text is empty".to_owned());
    }
    let bytes = text.len();
    (bytes > limit)
        .then(|| format!("the text has {bytes} bytes, more than the {limit} of --max-article-bytes"))
}

/// Adds a record to the digest of the input; gives the hash of its text.
fn hash(digest: &mut Sha256, record: &Record) -> Key {
    let mut add = |part: &[u8]| {
        digest.update(part.len().to_le_bytes());
        digest.update(part);
    };
    match &record.body {
        Ok(article) => {
            let key: Key = Sha256::digest(article.text.as_bytes()).into();
            add(article.id.as_bytes());
            add(&key);
            for (name, value) in &article.meta {
                add(name.as_bytes());
                add(value.to_string().as_bytes());
            }
            key
        }
        Err(fault) => {
            add(fault.reason.as_bytes());
            add(fault.record.to_string().as_bytes());
            Key::default()
        }
    }
}
