//! What a thread does: texts in, entries for the journal out.

use super::error::CorpusError;
use super::journal::{Entry, Key};
use crate::article::Article;
use crate::many::annotate_together;
use crate::pipeline::Pipeline;

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
    let (keys, articles): (Vec<Key>, Vec<Article>) = job.into_iter().unzip();
    (keys
        .into_iter()
        .zip(annotate_together(pipeline, articles, budget)?))
    .map(|(key, annotated)| match annotated {
        Ok(mut annotation) => {
            let words = annotation.coverage.map_or(0, |c| c.tokens);
            annotation.id.clear();
            annotation.text.clear();
            Computed::new(key, &Entry::Done(Box::new(annotation)), Some(words))
        }
        Err(reason) => Computed::new(key, &Entry::Failed(reason), None),
    })
    .collect()
}

impl Computed {
    fn new(key: Key, entry: &Entry, words: Option<usize>) -> Result<Self, CorpusError> {
        let entry = entry.encode().map_err(CorpusError::Encode)?;
        Ok(Self { key, entry, words })
    }
}
