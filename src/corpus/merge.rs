//! Shards put together: the records of all in the order of the input, as if there had been one run.

use super::error::CorpusError;
use super::journal::Lock;
use super::output::{Output, OutputOptions, beside};
use super::rejects::Reject;
use super::shard::Shard;
use super::summary::{Run, Summary};
use crate::formats::StoredReader;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Lines};
use std::iter::Peekable;
use std::path::{Path, PathBuf};

/// Puts the outputs of all shards of a run together.
///
/// # Errors
/// Shards that are missing, double, of other runs or of another input, and files that cannot be read or written.
pub fn merge(shards: &[PathBuf], output: &OutputOptions, force: bool) -> Result<Summary, CorpusError> {
    if output.path().exists() && !force {
        return Err(CorpusError::Exists {
            path: output.path().to_owned(),
        });
    }
    let summaries = shards
        .iter()
        .map(|path| Ok((path.as_path(), Summary::beside(path)?)))
        .collect::<Result<Vec<_>, CorpusError>>()?;
    check(&summaries)?;
    let folder = output.folder();
    let lock = Lock::take(&folder)?;
    let mut merged = Output::begin(output, false)?;
    write(&summaries, &mut merged)?;
    let summary = sum(&summaries, &merged, output);
    merged.commit(&summary)?;
    drop(lock);
    fs::remove_dir_all(&folder).map_err(CorpusError::write(&folder))?;
    Ok(summary)
}

/// Whether there is each shard once, and all of them are of one run.
fn check(summaries: &[(&Path, Summary)]) -> Result<(), CorpusError> {
    let fail = |reason: String| Err(CorpusError::Shards(reason));
    let Some((first, model)) = summaries.first() else {
        return fail("no shards are given".into());
    };
    let mut present: Vec<(u64, &Path)> = Vec::new();
    let mut count = 0;
    for (path, summary) in summaries {
        let shard = summary.configuration.get("shard").map(str::parse::<Shard>);
        let Some(Ok(shard)) = shard else {
            return fail(format!(
                "{} is not a shard, but the output of a whole run",
                path.display()
            ));
        };
        let of_model = model.configuration.clone().unsharded();
        let changes = of_model.changes(&summary.configuration.clone().unsharded());
        if !changes.is_empty() {
            return fail(format!(
                "{} and {} were made in different ways ({changes})",
                first.display(),
                path.display()
            ));
        }
        if count != 0 && count != shard.count {
            return fail(format!(
                "{} is one of {count} shards, {} one of {}",
                first.display(),
                path.display(),
                shard.count
            ));
        }
        if summary.input_sha256 != model.input_sha256 {
            return fail(format!(
                "{} and {} were made of different input; run the shards again, what has not changed is not computed again",
                first.display(),
                path.display()
            ));
        }
        if let Some((_, other)) = present.iter().find(|(index, _)| *index == shard.index) {
            return fail(format!(
                "{} and {} are both shard {shard}",
                other.display(),
                path.display()
            ));
        }
        count = shard.count;
        present.push((shard.index, path));
    }
    let missing: Vec<String> = (1..=count)
        .filter(|index| !present.iter().any(|(i, _)| i == index))
        .map(|index| format!("{index}/{count}"))
        .collect();
    if !missing.is_empty() {
        return fail(format!("shards are missing: {}", missing.join(", ")));
    }
    let records: u64 = (summaries.iter())
        .map(|(_, s)| s.counts.articles + s.counts.rejected)
        .sum();
    if records != model.input_records {
        return fail(format!(
            "the shards have {records} records, the input has {}",
            model.input_records
        ));
    }
    Ok(())
}

/// Writes articles and rejects of all shards by the numbers of their records.
fn write(summaries: &[(&Path, Summary)], merged: &mut Output<'_>) -> Result<(), CorpusError> {
    let mut articles = summaries
        .iter()
        .map(|(path, _)| Numbered::open(path))
        .collect::<Result<Vec<_>, _>>()?;
    while let Some(next) = (0..articles.len())
        .filter_map(|shard| Some((articles[shard].peek()?, shard)))
        .min()
    {
        let (number, shard) = next;
        let annotation = articles[shard].take()?;
        merged.write(&annotation, number)?;
    }
    let mut rejects = (summaries.iter())
        .filter(|(_, summary)| summary.counts.rejected > 0)
        .map(|(path, _)| Rejects::open(path))
        .collect::<Result<Vec<_>, _>>()?;
    while let Some((_, shard)) = (0..rejects.len())
        .filter_map(|shard| Some((rejects[shard].next.as_ref()?.number, shard)))
        .min()
    {
        if let Some(reject) = rejects[shard].advance()? {
            merged.reject(&reject)?;
        }
    }
    Ok(())
}

/// The articles of a shard with their numbers.
struct Numbered {
    path: PathBuf,
    articles: StoredReader,
    numbers: Peekable<Lines<BufReader<File>>>,
}

impl Numbered {
    fn open(path: &Path) -> Result<Self, CorpusError> {
        let numbers = beside(path, ".numbers");
        let file = File::open(&numbers).map_err(CorpusError::read(&numbers))?;
        Ok(Self {
            path: path.to_owned(),
            articles: StoredReader::open(path)?,
            numbers: BufReader::new(file).lines().peekable(),
        })
    }

    /// The number of the next article; 0, which `take` then fails on, where it cannot be read.
    fn peek(&mut self) -> Option<u64> {
        let line = self.numbers.peek()?;
        Some(line.as_ref().ok().and_then(|l| l.parse().ok()).unwrap_or(0))
    }

    fn take(&mut self) -> Result<crate::annotation::Annotation, CorpusError> {
        let numbers = beside(&self.path, ".numbers");
        let torn = |what: &str| CorpusError::Shards(format!("{}: {what}", self.path.display()));
        match self.numbers.next() {
            Some(Ok(line)) if line.parse::<u64>().is_ok() => {}
            Some(Ok(line)) => return Err(torn(&format!("{line:?} in its .numbers is no number"))),
            Some(Err(e)) => return Err(CorpusError::read(&numbers)(e)),
            None => return Err(torn("its .numbers end early")),
        }
        match self.articles.next() {
            Some(stored) => Ok(stored?.annotation),
            None => Err(torn("it has fewer articles than its .numbers has lines")),
        }
    }
}

/// The rejects of a shard.
struct Rejects {
    path: PathBuf,
    lines: Lines<BufReader<File>>,
    next: Option<Reject>,
}

impl Rejects {
    fn open(shard: &Path) -> Result<Self, CorpusError> {
        let path = beside(shard, ".rejected.jsonl");
        let file = File::open(&path).map_err(CorpusError::read(&path))?;
        let mut rejects = Self {
            path,
            lines: BufReader::new(file).lines(),
            next: None,
        };
        rejects.advance()?;
        Ok(rejects)
    }

    /// Gives the next one, and reads the one after it.
    fn advance(&mut self) -> Result<Option<Reject>, CorpusError> {
        let next = match self.lines.next() {
            Some(line) => {
                let line = line.map_err(CorpusError::read(&self.path))?;
                let reject = serde_json::from_str(&line)
                    .map_err(|e| CorpusError::Shards(format!("{}: {e}", self.path.display())))?;
                Some(reject)
            }
            None => None,
        };
        Ok(std::mem::replace(&mut self.next, next))
    }
}

/// The summary of all shards together.
fn sum(summaries: &[(&Path, Summary)], merged: &Output<'_>, output: &OutputOptions) -> Summary {
    let (_, first) = &summaries[0];
    let mut counts = merged.counts.clone();
    counts.duplicates = summaries.iter().map(|(_, s)| s.counts.duplicates).sum();
    let configuration = first.configuration.clone().unsharded().written_as(output);
    let mut encodings = std::collections::BTreeMap::new();
    for (name, count) in summaries.iter().flat_map(|(_, s)| &s.encodings) {
        *encodings.entry(name.clone()).or_default() += count;
    }
    let seconds = summaries.iter().map(|(_, s)| s.run.seconds).sum();
    let computed = summaries.iter().map(|(_, s)| s.run.computed).sum();
    let words: f64 = (summaries.iter())
        .map(|(_, s)| s.run.words_per_second * s.run.seconds)
        .sum();
    Summary {
        configuration_sha256: configuration.sha256(),
        configuration,
        input_sha256: first.input_sha256.clone(),
        input_records: first.input_records,
        counts,
        encodings,
        passed_over: first.passed_over.clone(),
        provenance: first.provenance.clone(),
        run: Run::new(seconds, computed, words as u64),
    }
}
