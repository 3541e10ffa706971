//! Corpora: millions of articles in, their annotations out, nothing lost on the way.
//!
//! A run has two passes over the input. The first computes what the journal does not have yet, texts keyed by their
//! hash, in whatever order is fastest; the second goes through the input again, looks each text up and writes the
//! output in the order of the input. A run that was stopped anywhere, started again, goes on where its journal ends.

mod configuration;
mod error;
mod input;
mod journal;
mod merge;
mod output;
mod readers;
mod record;
mod rejects;
mod rows;
mod runner;
mod scan;
mod shard;
mod source;
mod summary;
mod verify;
mod worker;

pub use configuration::Configuration;
pub use error::CorpusError;
pub use input::{Input, ReadOptions};
pub use merge::merge;
pub use output::OutputOptions;
pub use readers::{READERS, ReaderKind};
pub use record::{Fault, Fields, Position, Record};
pub use rejects::Reject;
pub use rows::articles;
pub use runner::{Batch, Progress, Stage};
pub use scan::MAX_ARTICLE_BYTES;
pub use shard::Shard;
pub use source::encoding;
pub use summary::{Counts, Run, Summary};
pub use verify::{Verified, verify};
