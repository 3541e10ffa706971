//! What a run says at its end, for people and for the programs that come after it.

use super::configuration::Configuration;
use super::error::CorpusError;
use super::output::beside;
use crate::annotation::{Annotation, Provenance};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The summary of an output; `OUT.summary.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// What the output depends on besides the input.
    pub configuration: Configuration,
    /// SHA-256 of the configuration.
    pub configuration_sha256: String,
    /// SHA-256 over all records of the input, of whatever shard.
    pub input_sha256: String,
    /// Number of records of the input, of whatever shard.
    pub input_records: u64,
    /// Counts over the output.
    pub counts: Counts,
    /// Records by character encoding; none where they could not be read at all.
    pub encodings: BTreeMap<String, u64>,
    /// Files in folders that were passed over, as no reader takes them, by their endings.
    pub passed_over: BTreeMap<String, u64>,
    /// What made the annotations.
    pub provenance: Option<Provenance>,
    /// How the run went that finished the output; differs from run to run.
    pub run: Run,
}

impl Summary {
    /// Ending of the name of an output's summary.
    pub(super) const ENDING: &'static str = ".summary.json";

    /// The summary of an output that is there.
    pub(super) fn beside(output: &Path) -> Result<Self, CorpusError> {
        let path = beside(output, Self::ENDING);
        let json = fs::read(&path).map_err(CorpusError::read(&path))?;
        serde_json::from_slice(&json).map_err(|e| CorpusError::Input {
            path,
            reason: format!("not the summary of an output: {e}"),
        })
    }
}

/// Counts over an output.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Articles in the output.
    pub articles: u64,
    /// Records rejected.
    pub rejected: u64,
    /// Articles whose text an earlier one has too.
    pub duplicates: u64,
    /// Words and punctuation marks in all texts.
    pub tokens: u64,
    /// Of these, how many the model has read.
    pub read: u64,
    /// Windows they were read in; duplicates count again.
    pub windows: u64,
    /// Runs of more than a thousand bytes without white space: read, but no words that a model knows.
    pub overlong_words: u64,
    /// Entities by label.
    pub entities: BTreeMap<String, u64>,
    /// Speaker records.
    pub speakers: u64,
    /// Claims by type.
    pub claims: BTreeMap<String, u64>,
    /// Claims without a speaker.
    pub claims_without_speaker: u64,
}

/// How a run went.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// From beginning to end.
    pub seconds: f64,
    /// Texts annotated by this run; the others were in the journal.
    pub computed: u64,
    /// Texts annotated per second.
    pub articles_per_second: f64,
    /// Words annotated per second.
    pub words_per_second: f64,
}

impl Run {
    pub(super) fn new(seconds: f64, computed: u64, words: u64) -> Self {
        let per_second = |n: u64| if seconds > 0.0 { n as f64 / seconds } else { 0.0 };
        Self {
            seconds,
            computed,
            articles_per_second: per_second(computed),
            words_per_second: per_second(words),
        }
    }
}

/// Bytes without white space from which on a word counts as overlong.
const OVERLONG: usize = 1000;

impl Counts {
    /// Counts an article of the output.
    pub(super) fn add(&mut self, annotation: &Annotation) {
        self.articles += 1;
        if let Some(coverage) = annotation.coverage {
            self.tokens += coverage.tokens as u64;
            self.read += coverage.read as u64;
            self.windows += coverage.windows as u64;
        }
        let words = annotation.text.split_ascii_whitespace();
        self.overlong_words += words.filter(|w| w.len() > OVERLONG).count() as u64;
        for entity in annotation.entities.iter().flatten() {
            *self.entities.entry(entity.label.clone()).or_default() += 1;
        }
        self.speakers += annotation.speakers.len() as u64;
        for claim in &annotation.claims {
            *self.claims.entry(claim.claim_type.clone()).or_default() += 1;
            self.claims_without_speaker += u64::from(claim.speaker.is_none());
        }
    }
}
