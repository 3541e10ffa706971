//! `dixit` reads news articles and says who said what about whom.
//!
//! [`pipeline::Pipeline`] is what most users want: it loads a model folder and turns an [`article::Article`] into an
//! [`annotation::Annotation`].
//!
//! ```no_run
//! use dixit::article::Article;
//! use dixit::pipeline::Pipeline;
//! use std::path::Path;
//!
//! let pipeline = Pipeline::load(Path::new("models/news-en"))?;
//! let article = Article::new("1", "“We will not sign,” said Ida Lund, Norway's trade minister.");
//! let annotation = pipeline.annotate(&article)?;
//! for claim in &annotation.claims {
//!     let speaker = claim.speaker.map(|id| annotation.speakers[id].name.as_str());
//!     println!("{speaker:?}: {} ({})", claim.span.of(&annotation.text), claim.claim_type);
//! }
//! # Ok::<(), dixit::pipeline::PipelineError>(())
//! ```
//!
//! Offsets are bytes inside the program ([`span::Span`]) and Unicode code points in what it writes ([`formats`]).

#![deny(missing_docs)]
#![cfg_attr(
    not(test),
    deny(
        clippy::dbg_macro,
        clippy::exit,
        clippy::expect_used,
        clippy::panic,
        clippy::print_stderr,
        clippy::print_stdout,
        clippy::unwrap_used
    )
)]

pub mod annotation;
pub mod article;
pub mod corpus;
pub mod engine;
pub mod evaluation;
pub mod extract;
pub mod formats;
pub mod labels;
pub mod many;
pub mod model;
mod page;
pub mod pipeline;
pub mod report;
pub mod span;
pub mod text;
#[cfg(feature = "libtorch")]
pub mod train;
