//! What a thread does: texts in, entries for the journal out. The windows of all texts of a job are packed by length
//! into batches.

use super::error::CorpusError;
use super::journal::{Entry, Key};
use crate::article::Article;
use crate::pipeline::{Pipeline, PipelineError, Prepared};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Texts that go through the model together.
pub(super) type Job = Vec<(Key, Article)>;

/// What became of a text.
pub(super) struct Computed {
    pub(super) key: Key,
    /// The entry, encoded.
    pub(super) entry: Vec<u8>,
    /// Words of the text, if it was annotated.
    pub(super) words: Option<usize>,
}

/// Annotates the texts of a job; `budget` is in pieces. What goes wrong with one text is its entry; an error is one
/// that would come again with every text.
pub(super) fn compute(pipeline: &Pipeline, job: Job, budget: usize) -> Result<Vec<Computed>, CorpusError> {
    let mut computed = Vec::with_capacity(job.len());
    let mut keys = Vec::with_capacity(job.len());
    let mut articles: Vec<Prepared> = Vec::with_capacity(job.len());
    for (key, article) in job {
        match guarded(|| pipeline.prepare(article))? {
            Ok(prepared) => {
                keys.push(key);
                articles.push(prepared);
            }
            Err(reason) => computed.push(Computed::new(key, &Entry::Failed(reason), None)?),
        }
    }
    let scores = pipeline.score(&articles, budget).map_err(PipelineError::from)?;
    for ((key, article), scores) in keys.into_iter().zip(articles).zip(scores) {
        let annotated = guarded(|| pipeline.finish(article, scores))?;
        computed.push(match annotated {
            Ok(mut annotation) => {
                let words = annotation.coverage.map_or(0, |c| c.tokens);
                annotation.id.clear();
                annotation.text.clear();
                Computed::new(key, &Entry::Done(Box::new(annotation)), Some(words))?
            }
            Err(reason) => Computed::new(key, &Entry::Failed(reason), None)?,
        });
    }
    Ok(computed)
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

impl Computed {
    fn new(key: Key, entry: &Entry, words: Option<usize>) -> Result<Self, CorpusError> {
        let entry = entry.encode().map_err(CorpusError::Encode)?;
        Ok(Self { key, entry, words })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
