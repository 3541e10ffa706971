//! The order of the steps from article to annotation, and nothing else.

use crate::annotation::{Annotation, Coverage, Provenance, Sentence};
use crate::article::Article;
use crate::engine::native::{Native, Precision};
use crate::engine::{Engine, EngineError};
use crate::extract::{self, ClaimInput, Gazetteer};
use crate::model::{Model, ModelError, Scores, decode, windows};
use crate::text::{Segments, segment};
use std::path::Path;

/// Reads articles with one model on one engine.
pub struct Pipeline {
    model: Model,
    engine: Box<dyn Engine>,
}

/// An article that could not be annotated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PipelineError {
    /// The model folder cannot be used.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The forward pass failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// Not all of an article went through the model.
    #[error("article {id:?}: only {read} of {tokens} tokens were read")]
    Coverage {
        /// The article.
        id: String,
        /// Tokens read.
        read: usize,
        /// Tokens present.
        tokens: usize,
    },
}

impl Pipeline {
    /// Loads the model folder at `path` on the native engine in int8, with a thread per processor.
    ///
    /// # Errors
    /// A folder that is missing, malformed or does not fit together.
    pub fn load(path: &Path) -> Result<Self, PipelineError> {
        let model = Model::load(path)?;
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let engine = Native::load(&model, Precision::Int8, threads)?;
        Ok(Self::with(model, Box::new(engine)))
    }

    /// A pipeline of a model and an engine that has loaded it.
    pub fn with(model: Model, engine: Box<dyn Engine>) -> Self {
        Self { model, engine }
    }

    /// The model.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// What this pipeline stamps on its annotations.
    pub fn provenance(&self) -> Provenance {
        Provenance {
            dixit: env!("CARGO_PKG_VERSION").to_owned(),
            model: self.model.config.dixit.name.clone(),
            model_sha256: self.model.sha256.clone(),
            engine: self.engine.name().to_owned(),
        }
    }

    /// Annotates one article.
    ///
    /// # Errors
    /// A forward pass that failed, or a text that was not read to the end.
    pub fn annotate(&self, article: &Article) -> Result<Annotation, PipelineError> {
        let text = article.text.as_str();
        let segments = segment(text);
        let windows = windows(
            &self.model.tokenizer,
            text,
            &segments,
            self.model.config.dixit.window,
        )?;
        let coverage = Coverage {
            tokens: segments.words.len(),
            read: windows.iter().map(|w| w.read.len()).sum(),
            windows: windows.len(),
        };
        if coverage.read != coverage.tokens {
            return Err(PipelineError::Coverage {
                id: article.id.clone(),
                read: coverage.read,
                tokens: coverage.tokens,
            });
        }
        let hidden = self.engine.encode(&windows)?;
        let scores = self.model.heads.score(&windows, &hidden, &segments);
        let mut annotation = self.extract(text, &segments, &scores);
        annotation.id = article.id.clone();
        annotation.text = article.text.clone();
        annotation.meta = article.meta.clone();
        annotation.coverage = Some(coverage);
        annotation.provenance = Some(self.provenance());
        Ok(annotation)
    }

    /// Annotates articles one by one, in order.
    pub fn annotate_many<'p>(
        &'p self,
        articles: impl IntoIterator<Item = Article> + 'p,
    ) -> impl Iterator<Item = Result<Annotation, PipelineError>> + 'p {
        articles.into_iter().map(|article| self.annotate(&article))
    }

    fn extract(&self, text: &str, segments: &Segments, scores: &Scores) -> Annotation {
        let gazetteer = Gazetteer::builtin();
        let labels = &self.model.config.dixit.entity_labels;
        let entities = extract::entities(text, segments, &decode(scores.entities.view()), labels, gazetteer);
        let attributions = extract::attributions(text, segments, &decode(scores.attributions.view()));
        let sentences = self.sentences(segments, scores);
        let (speakers, claims) = extract::claims(&ClaimInput {
            text,
            segments,
            entities: &entities,
            attributions: &attributions,
            sentences: &sentences,
            gazetteer,
        });
        Annotation {
            countries: extract::ranked(&entities, gazetteer),
            entities: Some(entities),
            attributions: Some(attributions),
            sentences: Some(sentences),
            speakers,
            claims,
            ..Annotation::default()
        }
    }

    /// The sentence layer: the most probable claim type of each sentence, and its check-worthiness.
    fn sentences(&self, segments: &Segments, scores: &Scores) -> Vec<Sentence> {
        let types = &self.model.config.dixit.claim_types;
        let rows = scores.claim_types.outer_iter().zip(&scores.check_worthiness);
        segments
            .sentences
            .iter()
            .zip(rows)
            .map(|(sentence, (row, check))| {
                let best = row.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
                Sentence {
                    span: sentence.span,
                    claim_type: best.map(|(index, _)| types[index].clone()).into_iter().collect(),
                    score: best.map(|(_, log_p)| log_p.exp()),
                    check_worthy: None,
                    check_worthiness: Some(*check),
                    speaker: None,
                    quotation: None,
                    cue: None,
                    source: None,
                    target: None,
                }
            })
            .collect()
    }
}
