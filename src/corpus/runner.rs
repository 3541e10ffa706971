//! The run over a corpus: compute what is missing, then write everything.

use super::configuration::Configuration;
use super::error::CorpusError;
use super::input::Input;
use super::journal::{Entry, Journal, Lock};
use super::output::{Output, OutputOptions, write_reject};
use super::rejects::Reject;
use super::scan::{Rules, Scan, Scanned};
use super::shard::Shard;
use super::summary::{Run, Summary};
use super::worker::{Computed, Job, compute};
use crate::annotation::Annotation;
use crate::article::Article;
use crate::many::{is_enough, pool_of_this_thread};
use crate::pipeline::{Pipeline, PipelineError};
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::time::Instant;

/// A run over a corpus.
pub struct Batch<'a> {
    /// What annotates.
    pub pipeline: &'a Pipeline,
    /// What is annotated.
    pub input: &'a Input,
    /// What is written.
    pub output: &'a OutputOptions,
    /// The part of the input to do.
    pub shard: Option<Shard>,
    /// Bytes of text from which on an article is rejected.
    pub max_article_bytes: usize,
    /// Rejected records after which to stop.
    pub max_rejects: Option<u64>,
    /// Threads that compute.
    pub threads: usize,
    /// Pieces that go through the engine together.
    pub batch_tokens: usize,
    /// Whether to overwrite an output and to discard what was computed with another configuration.
    pub force: bool,
}

/// What a run is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Computing what the journal does not have.
    Computing,
    /// Writing the output.
    Writing,
}

/// How far a run is.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// What the run is at.
    pub stage: Stage,
    /// Bytes of the input read in this stage.
    pub bytes: u64,
    /// Bytes of the input before the first text that had to be computed.
    pub skipped: u64,
    /// Bytes of the input, where they are known.
    pub total: Option<u64>,
    /// Texts found in the journal.
    pub resumed: u64,
    /// Texts computed.
    pub computed: u64,
    /// Words of these.
    pub words: u64,
    /// Articles whose text an earlier one has.
    pub duplicates: u64,
    /// Records rejected.
    pub rejected: u64,
}

impl Batch<'_> {
    /// Runs to the end, or to an error after which the same run goes on where this one stopped. `watch` is told how far
    /// it is. An output that is there already and was made of the same input in the same way is left as it is.
    ///
    /// # Errors
    /// What stops the whole run; a record that cannot be annotated does not.
    pub fn run(&self, watch: &mut dyn FnMut(&Progress)) -> Result<Summary, CorpusError> {
        let begun = Instant::now();
        let configuration = Configuration::new(
            self.pipeline,
            self.input.options(),
            self.output,
            self.shard,
            self.max_article_bytes,
        );
        let folder = self.output.folder();
        let lock = Lock::take(&folder)?;
        if self.output.path().exists() && !self.force {
            let finished = self.finished(&configuration);
            if finished.is_some() || !folder.join("journal.redb").exists() {
                drop(lock);
                fs::remove_dir_all(&folder).map_err(CorpusError::write(&folder))?;
            }
            return finished.ok_or(CorpusError::Exists {
                path: self.output.path().to_owned(),
            });
        }
        let mut journal = Journal::open(&folder, &configuration, self.force)?;
        let mut progress = Progress {
            stage: Stage::Computing,
            bytes: 0,
            skipped: 0,
            total: self.input.bytes(),
            resumed: 0,
            computed: 0,
            words: 0,
            duplicates: 0,
            rejected: 0,
        };
        let sha256 = self.compute(&mut journal, &mut progress, watch)?;
        let mut output = Output::begin(self.output, self.shard.is_some())?;
        progress.stage = Stage::Writing;
        let scan = self.write(&mut journal, &mut output, &mut progress, watch)?;
        if scan.sha256() != sha256 {
            return Err(CorpusError::Changed);
        }
        let summary = Summary {
            configuration_sha256: configuration.sha256(),
            configuration,
            input_sha256: sha256,
            input_records: scan.records(),
            counts: output.counts.clone(),
            encodings: (scan.encodings.iter())
                .map(|(name, count)| (name.to_string(), *count))
                .collect(),
            passed_over: scan.passed_over(),
            provenance: Some(self.pipeline.provenance()),
            run: Run::new(begun.elapsed().as_secs_f64(), progress.computed, progress.words),
        };
        output.commit(&summary)?;
        drop(journal);
        drop(lock);
        fs::remove_dir_all(&folder).map_err(CorpusError::write(&folder))?;
        Ok(summary)
    }

    /// The summary of the output that is there, if it was made of this input with this configuration.
    fn finished(&self, configuration: &Configuration) -> Option<Summary> {
        let summary = Summary::beside(self.output.path()).ok()?;
        if summary.configuration != *configuration {
            return None;
        }
        let mut scan = self.scan(false);
        scan.run_out();
        (scan.sha256() == summary.input_sha256).then_some(summary)
    }

    fn scan(&self, again: bool) -> Scan<'_> {
        let copy = self.output.folder().join("stdin");
        let rules = Rules {
            shard: self.shard,
            limit: self.max_article_bytes,
        };
        Scan::new(self.input, self.input.records(&copy, again), rules)
    }

    /// The first pass: gives every text of the input an entry in the journal. Returns the hash of the input.
    fn compute(
        &self,
        journal: &mut Journal,
        progress: &mut Progress,
        watch: &mut dyn FnMut(&Progress),
    ) -> Result<String, CorpusError> {
        let (jobs, waiting) = sync_channel::<Job>(self.threads);
        let (done, results) = channel();
        let waiting = Mutex::new(waiting);
        std::thread::scope(|scope| {
            for _ in 0..self.threads {
                let done = done.clone();
                let waiting = &waiting;
                scope.spawn(move || match pool_of_this_thread() {
                    Ok(_pool) => {
                        while let Some(job) = next(waiting) {
                            if done.send(compute(self.pipeline, job, self.batch_tokens)).is_err() {
                                break;
                            }
                        }
                    }
                    Err(e) => drop(done.send(Err(PipelineError::from(e).into()))),
                });
            }
            drop(done);
            let mut pass = Pass {
                batch: self,
                journal,
                progress,
                results,
                rejects: Rejects::begin(&self.output.folder(), self.max_rejects)?,
            };
            // Ends with `jobs` dropped, which ends the threads.
            pass.run(jobs, watch)
        })
    }

    /// The second pass: writes every record of the input.
    fn write(
        &self,
        journal: &mut Journal,
        output: &mut Output<'_>,
        progress: &mut Progress,
        watch: &mut dyn FnMut(&Progress),
    ) -> Result<Scan<'_>, CorpusError> {
        let mut scan = self.scan(true);
        while let Some(scanned) = scan.next(journal)? {
            match scanned {
                Scanned::Reject(reject) => output.reject(&reject)?,
                Scanned::Article {
                    number,
                    position,
                    key,
                    article,
                    duplicate,
                } => match journal.get(&key)? {
                    Some(Entry::Done(annotation)) => {
                        output.counts.duplicates += u64::from(duplicate);
                        output.write(&complete(*annotation, article), number)?;
                    }
                    Some(Entry::Failed(reason)) => {
                        output.reject(&scan.reject(article, position, number, reason))?;
                    }
                    None => return Err(CorpusError::Changed),
                },
            }
            progress.bytes = scan.bytes();
            watch(progress);
        }
        Ok(scan)
    }
}

/// Gives an annotation of the journal the article that it is of.
fn complete(mut annotation: Annotation, article: Article) -> Annotation {
    annotation.id = article.id;
    annotation.text = article.text;
    annotation.meta = article.meta;
    annotation
}

fn next(waiting: &Mutex<Receiver<Job>>) -> Option<Job> {
    waiting.lock().ok()?.recv().ok()
}

/// The state of the first pass.
struct Pass<'p, 'b> {
    batch: &'p Batch<'b>,
    journal: &'p mut Journal,
    progress: &'p mut Progress,
    results: Receiver<Result<Vec<Computed>, CorpusError>>,
    rejects: Rejects,
}

impl Pass<'_, '_> {
    fn run(
        &mut self,
        jobs: SyncSender<Job>,
        watch: &mut dyn FnMut(&Progress),
    ) -> Result<String, CorpusError> {
        self.journal.begin_pass()?;
        let mut scan = self.batch.scan(false);
        let mut job = Job::new();
        let mut bytes = 0;
        while let Some(scanned) = scan.next(self.journal)? {
            match scanned {
                Scanned::Reject(reject) => {
                    if let Err(too_many) = self.rejects.add(&reject) {
                        // What is done so far stays done.
                        self.journal.commit()?;
                        return Err(too_many);
                    }
                }
                Scanned::Article { duplicate: true, .. } => self.progress.duplicates += 1,
                Scanned::Article { key, article, .. } => {
                    if self.journal.has(&key)? {
                        self.progress.resumed += 1;
                    } else {
                        if self.progress.skipped == 0 {
                            self.progress.skipped = scan.bytes();
                        }
                        bytes += article.text.len();
                        job.push((key, Article::new(article.id, article.text)));
                    }
                }
            }
            self.progress.bytes = scan.bytes();
            self.progress.rejected = self.rejects.rejected;
            if is_enough(job.len(), bytes, self.batch.batch_tokens) {
                bytes = 0;
                // If no thread takes jobs any more, the reason is among the results.
                let _ = jobs.send(std::mem::take(&mut job));
            }
            while let Ok(computed) = self.results.try_recv() {
                self.put(computed?)?;
            }
            self.journal.commit_now_and_then()?;
            watch(self.progress);
        }
        if !job.is_empty() {
            let _ = jobs.send(job);
        }
        drop(jobs);
        while let Ok(computed) = self.results.recv() {
            self.put(computed?)?;
            self.journal.commit_now_and_then()?;
            watch(self.progress);
        }
        self.journal.commit()?;
        Ok(scan.sha256())
    }

    fn put(&mut self, computed: Vec<Computed>) -> Result<(), CorpusError> {
        for computed in computed {
            self.journal.put(&computed.key, &computed.entry)?;
            match computed.words {
                Some(words) => {
                    self.progress.computed += 1;
                    self.progress.words += words as u64;
                }
                None => self.rejects.count("a text that could not be annotated")?,
            }
        }
        Ok(())
    }
}

/// The rejects of the first pass, to look at while it runs and where it stops.
struct Rejects {
    file: BufWriter<File>,
    path: PathBuf,
    rejected: u64,
    limit: Option<u64>,
}

impl Rejects {
    fn begin(folder: &Path, limit: Option<u64>) -> Result<Self, CorpusError> {
        let path = folder.join("rejected.jsonl");
        let file = File::create(&path).map_err(CorpusError::write(&path))?;
        Ok(Self {
            file: BufWriter::new(file),
            path,
            rejected: 0,
            limit,
        })
    }

    fn add(&mut self, reject: &Reject) -> Result<(), CorpusError> {
        write_reject(&mut self.file, reject)
            .and_then(|()| self.file.flush())
            .map_err(CorpusError::write(&self.path))?;
        self.count(&format!("{}: {}", reject.position, reject.reason))
    }

    /// Counts a reject, and stops the run if it is one too many.
    fn count(&mut self, last: &str) -> Result<(), CorpusError> {
        self.rejected += 1;
        if self.limit.is_none_or(|limit| self.rejected <= limit) {
            return Ok(());
        }
        Err(CorpusError::Rejects {
            count: self.rejected,
            last: last.to_owned(),
            file: self.path.clone(),
        })
    }
}
