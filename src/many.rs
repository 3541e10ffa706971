//! Many articles at a time: threads take some each, the windows of which are packed into batches together.

use crate::annotation::Annotation;
use crate::article::Article;
use crate::engine::EngineError;
use crate::pipeline::{BATCH_TOKENS, Pipeline, PipelineError, Prepared};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

/// Bytes of text, per piece of a batch, that a thread takes at a time: about two batches.
const BYTES_PER_PIECE: usize = 8;
/// Articles that a thread takes at a time, at most.
const TOGETHER: usize = 64;

/// Whether a thread has enough to do with `articles` of `bytes` of text together, at batches of `budget` pieces.
pub(crate) fn is_enough(articles: usize, bytes: usize, budget: usize) -> bool {
    bytes >= BYTES_PER_PIECE * budget || articles >= TOGETHER
}

/// Annotates articles, in order, on this thread; `budget` is in pieces. What goes wrong with one article is its
/// reason; an error is one that would come again with every article.
pub(crate) fn annotate_together(
    pipeline: &Pipeline,
    articles: Vec<Article>,
    budget: usize,
) -> Result<Vec<Result<Annotation, String>>, PipelineError> {
    let mut reasons = Vec::with_capacity(articles.len());
    let mut prepared: Vec<Prepared> = Vec::with_capacity(articles.len());
    for article in articles {
        match guarded(|| pipeline.prepare(article))? {
            Ok(article) => {
                prepared.push(article);
                reasons.push(None);
            }
            Err(reason) => reasons.push(Some(reason)),
        }
    }
    let scores = pipeline.score(&prepared, budget)?;
    let mut finished = (prepared.into_iter().zip(scores))
        .map(|(article, scores)| guarded(|| pipeline.finish(article, scores)));
    (reasons.into_iter())
        .filter_map(|reason| match reason {
            Some(reason) => Some(Ok(Err(reason))),
            None => finished.next(),
        })
        .collect()
}

/// Runs a step on one article. A text that the tokenizer fails on, or that a step panics on, is a reason; words that
/// were not read are an error.
fn guarded<T>(step: impl FnOnce() -> Result<T, PipelineError>) -> Result<Result<T, String>, PipelineError> {
    match catch_unwind(AssertUnwindSafe(step)) {
        Ok(Err(error @ PipelineError::Coverage { .. })) => Err(error),
        Ok(result) => Ok(result.map_err(|e| e.to_string())),
        Err(panic) => {
            let message = (panic.downcast_ref::<String>().map(String::as_str))
                .or_else(|| panic.downcast_ref::<&str>().copied())
                .unwrap_or("no message");
            Ok(Err(format!("a defect of dixit shows with this text: {message}")))
        }
    }
}

/// A pool of this thread alone, in which the engine's kernels stay while it is there.
pub(crate) fn pool_of_this_thread() -> Result<rayon::ThreadPool, EngineError> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .use_current_thread();
    pool.build().map_err(cannot_start)
}

fn cannot_start(error: impl std::fmt::Display) -> EngineError {
    EngineError::Backend(format!("cannot start a thread: {error}"))
}

/// Articles that a thread takes at a time, with their number in the order of all.
type Job = (usize, Vec<Article>);
/// What became of the articles of a job; an error is one that would come again.
type Outcome = Result<Vec<Result<Annotation, PipelineError>>, PipelineError>;

/// Annotations in the order of their articles: see [`Pipeline::annotate_many`].
pub struct Many<I> {
    /// Articles to come; `None` after the last.
    articles: Option<I>,
    /// Jobs that are under way or wait, at most.
    ahead: usize,
    jobs: Sender<Job>,
    outcomes: Receiver<(usize, Outcome)>,
    /// Jobs that are done before their turn.
    early: BTreeMap<usize, Outcome>,
    sent: usize,
    received: usize,
    ready: std::vec::IntoIter<Result<Annotation, PipelineError>>,
}

impl<I: Iterator<Item = Article>> Many<I> {
    pub(crate) fn start(pipeline: &Pipeline, articles: I, threads: usize) -> Result<Self, EngineError> {
        let (jobs, waiting) = channel();
        let (done, outcomes) = channel();
        let waiting = Arc::new(Mutex::new(waiting));
        let threads = threads.max(1);
        for _ in 0..threads {
            let (pipeline, waiting, done) = (pipeline.clone(), Arc::clone(&waiting), done.clone());
            let work = move || work(&pipeline, &waiting, &done);
            // Not joined: without a receiver it ends by itself.
            std::thread::Builder::new().spawn(work).map_err(cannot_start)?;
        }
        Ok(Self {
            articles: Some(articles),
            ahead: 2 * threads,
            jobs,
            outcomes,
            early: BTreeMap::new(),
            sent: 0,
            received: 0,
            ready: Vec::new().into_iter(),
        })
    }

    /// Gives the threads as much as they may have ahead.
    fn feed(&mut self) {
        while self.sent < self.received + self.ahead {
            let Some(articles) = &mut self.articles else {
                return;
            };
            let mut job = Vec::new();
            let mut bytes = 0;
            while !is_enough(job.len(), bytes, BATCH_TOKENS) {
                let Some(article) = articles.next() else {
                    self.articles = None;
                    break;
                };
                bytes += article.text.len();
                job.push(article);
            }
            if !job.is_empty() {
                // If no thread takes jobs any more, that shows when the outcome is waited for.
                let _ = self.jobs.send((self.sent, job));
                self.sent += 1;
            }
        }
    }

    /// Waits for the job whose turn it is.
    fn receive(&mut self) -> Outcome {
        loop {
            if let Some(outcome) = self.early.remove(&self.received) {
                self.received += 1;
                return outcome;
            }
            let (number, outcome) = (self.outcomes.recv())
                .map_err(|_| EngineError::Backend("a worker thread stopped early".into()))?;
            self.early.insert(number, outcome);
        }
    }
}

impl<I: Iterator<Item = Article>> Iterator for Many<I> {
    type Item = Result<Annotation, PipelineError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(annotation) = self.ready.next() {
                return Some(annotation);
            }
            self.feed();
            if self.received == self.sent {
                return None;
            }
            match self.receive() {
                Ok(annotations) => self.ready = annotations.into_iter(),
                Err(error) => {
                    self.articles = None;
                    self.received = self.sent;
                    return Some(Err(error));
                }
            }
        }
    }
}

/// What a thread does until there are no more jobs, or nobody wants them.
fn work(pipeline: &Pipeline, waiting: &Mutex<Receiver<Job>>, done: &Sender<(usize, Outcome)>) {
    let pool = pool_of_this_thread().map_err(|e| e.to_string());
    let next = || waiting.lock().ok()?.recv().ok();
    while let Some((number, articles)) = next() {
        let outcome = match &pool {
            Ok(_) => annotate(pipeline, articles),
            Err(reason) => Err(EngineError::Backend(reason.clone()).into()),
        };
        if done.send((number, outcome)).is_err() {
            break;
        }
    }
}

fn annotate(pipeline: &Pipeline, articles: Vec<Article>) -> Outcome {
    let ids: Vec<String> = articles.iter().map(|article| article.id.clone()).collect();
    let annotated = guarded(|| annotate_together(pipeline, articles, BATCH_TOKENS))?
        .map_err(|reason| PipelineError::Engine(EngineError::Backend(reason)))?;
    Ok((ids.into_iter().zip(annotated))
        .map(|(id, annotated)| annotated.map_err(|reason| PipelineError::Article { id, reason }))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Engine;
    use crate::model::{Model, Window};
    use ndarray::Array2;
    use std::path::Path;

    #[test]
    fn a_panic_is_a_reason_and_unread_words_are_an_error() {
        let panicked: Result<Result<(), String>, _> = guarded(|| panic!("at {}", 7));
        assert!(panicked.unwrap().unwrap_err().ends_with("at 7"));
        let unread = || {
            Err::<(), _>(PipelineError::Coverage {
                id: "a".into(),
                read: 1,
                tokens: 2,
            })
        };
        assert!(guarded(unread).is_err());
    }

    /// Hidden states of zeros, or of too few pieces where a window is longer than `fails_from`.
    struct Zeros {
        hidden: usize,
        fails_from: usize,
    }

    impl Engine for Zeros {
        fn encode(&self, batch: &[Window]) -> Result<Vec<Array2<f32>>, EngineError> {
            if batch.iter().any(|window| window.ids.len() > self.fails_from) {
                return Err(EngineError::Backend("too long".into()));
            }
            Ok((batch.iter())
                .map(|window| Array2::zeros((window.ids.len(), self.hidden)))
                .collect())
        }

        fn name(&self) -> &str {
            "zeros"
        }
    }

    fn pipeline(fails_from: usize) -> Pipeline {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let model = Model::load(&root.join("models/news-en")).unwrap();
        let hidden = model.config.encoder.hidden_size;
        Pipeline::with(model, Box::new(Zeros { hidden, fails_from }))
    }

    fn articles(number: usize) -> impl Iterator<Item = Article> {
        (0..number).map(|i| Article::new(i.to_string(), "Ida Lund left Oslo. ".repeat(1 + 400 * (i % 3))))
    }

    #[test]
    fn the_order_is_that_of_the_articles_whatever_the_threads() {
        let pipeline = pipeline(usize::MAX);
        let alone: Vec<_> = articles(70).map(|a| pipeline.annotate(&a).unwrap()).collect();
        for threads in [0, 1, 3] {
            let many = pipeline.annotate_many(articles(70), threads).unwrap();
            let many: Vec<_> = many.map(Result::unwrap).collect();
            assert_eq!(many, alone, "{threads}");
        }
        assert_eq!(pipeline.annotate_many(articles(0), 2).unwrap().count(), 0);
    }

    #[test]
    fn articles_are_taken_as_they_are_needed() {
        let pipeline = pipeline(usize::MAX);
        let taken = std::sync::atomic::AtomicUsize::new(0);
        let counted = articles(100_000).inspect(|_| {
            taken.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        });
        let mut many = pipeline.annotate_many(counted, 1).unwrap();
        assert_eq!(many.next().unwrap().unwrap().id, "0");
        assert!(taken.load(std::sync::atomic::Ordering::Relaxed) <= 2 * TOGETHER);
    }

    #[test]
    fn an_engine_that_fails_ends_it() {
        let mut many = pipeline(10).annotate_many(articles(700), 2).unwrap();
        assert!(many.any(|annotated| annotated.is_err()));
        assert!(many.next().is_none());
    }
}
