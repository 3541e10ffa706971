//! `dixit` reads news articles and says who said what about whom.

pub mod annotation;
pub mod article;
pub mod corpus;
pub mod engine;
pub mod evaluation;
pub mod extract;
pub mod formats;
pub mod labels;
pub mod model;
pub mod pipeline;
pub mod span;
pub mod text;
#[cfg(feature = "libtorch")]
pub mod train;
