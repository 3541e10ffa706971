//! The order of the steps from article to annotation, and nothing else.

use crate::annotation::{Annotation, Attribution, Coverage, Provenance, Sentence};
use crate::article::Article;
use crate::engine::native::{Native, Precision};
use crate::engine::{Engine, EngineError};
use crate::extract::{self, Choice, ClaimInput, Gazetteer, Rankings};
use crate::many::Many;
use crate::model::{
    Model, ModelError, Reliability, Scores, TaggedSpan, Window, WindowScores, decode, pack, windows,
};
use crate::text::{Segments, segment};
use ndarray::s;
use std::path::Path;
use std::sync::Arc;

/// Reads articles with one model on one engine. A clone shares both.
#[derive(Clone)]
pub struct Pipeline {
    model: Arc<Model>,
    engine: Arc<dyn Engine>,
    rankings: Arc<Rankings>,
}

/// Pieces that go through the engine together where nobody says otherwise.
pub const BATCH_TOKENS: usize = 4096;

/// An article cut into what the model reads.
pub struct Prepared {
    article: Article,
    segments: Segments,
    windows: Vec<Window>,
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
    /// An article that cannot be annotated; others can.
    #[error("article {id:?}: {reason}")]
    Article {
        /// The article.
        id: String,
        /// Why.
        reason: String,
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
        Self {
            model: Arc::new(model),
            engine: Arc::from(engine),
            rankings: Arc::new(Rankings::builtin().clone()),
        }
    }

    /// The same pipeline with other weights for its choices.
    #[must_use]
    pub fn with_rankings(self, rankings: Rankings) -> Self {
        Self {
            rankings: Arc::new(rankings),
            ..self
        }
    }

    /// The weights of its choices.
    pub fn rankings(&self) -> &Rankings {
        &self.rankings
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
        self.explain(article).map(|(annotation, _)| annotation)
    }

    /// Annotates one article, and says which candidates there were for each speaker, target and country, and what spoke
    /// for them.
    ///
    /// # Errors
    /// As for [`annotate`](Self::annotate).
    pub fn explain(&self, article: &Article) -> Result<(Annotation, Vec<Choice>), PipelineError> {
        let prepared = self.prepare(article.clone())?;
        let scores = self.score(std::slice::from_ref(&prepared), BATCH_TOKENS)?;
        self.conclude(prepared, scores.into_iter().flatten().collect())
    }

    /// The first step: cuts an article into sentences, words and windows.
    ///
    /// # Errors
    /// A text that the tokenizer fails on, or whose words are not all in the windows.
    pub fn prepare(&self, article: Article) -> Result<Prepared, PipelineError> {
        let segments = segment(&article.text);
        let windows = windows(
            &self.model.tokenizer,
            &article.text,
            &segments,
            self.model.config.dixit.window,
        )?;
        let read = windows.iter().map(|w| w.read.len()).sum();
        covered(&article, segments.words.len(), read)?;
        Ok(Prepared {
            article,
            segments,
            windows,
        })
    }

    /// The second step: the model's scores of the windows of several articles, article by article. The windows go
    /// through the engine in batches of at most `budget` pieces, which has no bearing on the scores.
    ///
    /// # Errors
    /// A forward pass that failed.
    pub fn score(&self, articles: &[Prepared], budget: usize) -> Result<Vec<Vec<WindowScores>>, EngineError> {
        let owners: Vec<(usize, &Window)> = (articles.iter().enumerate())
            .flat_map(|(owner, article)| article.windows.iter().map(move |window| (owner, window)))
            .collect();
        let windows: Vec<&Window> = owners.iter().map(|(_, window)| *window).collect();
        let mut scores: Vec<Option<WindowScores>> = vec![None; windows.len()];
        for batch in pack(&windows, budget) {
            let inputs: Vec<Window> = batch.iter().map(|&index| windows[index].clone()).collect();
            for (&index, states) in batch.iter().zip(self.engine.encode(&inputs)?) {
                let segments = &articles[owners[index].0].segments;
                scores[index] = Some(self.model.heads.score(windows[index], states.view(), segments));
            }
        }
        let mut scores = scores.into_iter().flatten();
        Ok(articles
            .iter()
            .map(|article| scores.by_ref().take(article.windows.len()).collect())
            .collect())
    }

    /// The last step: what an article says, from the scores of its windows.
    ///
    /// # Errors
    /// Scores that are not there for each word.
    pub fn finish(&self, prepared: Prepared, scores: Vec<WindowScores>) -> Result<Annotation, PipelineError> {
        self.conclude(prepared, scores).map(|(annotation, _)| annotation)
    }

    fn conclude(
        &self,
        prepared: Prepared,
        scores: Vec<WindowScores>,
    ) -> Result<(Annotation, Vec<Choice>), PipelineError> {
        let Prepared {
            article,
            segments,
            windows,
        } = prepared;
        let scores = self.model.heads.join(scores, &segments);
        let coverage = Coverage {
            tokens: segments.words.len(),
            read: scores.entities.nrows(),
            windows: windows.len(),
        };
        covered(&article, coverage.tokens, coverage.read)?;
        let (annotation, choices) = self.extract(article, &segments, &scores);
        let annotation = Annotation {
            coverage: Some(coverage),
            provenance: Some(self.provenance()),
            ..annotation
        };
        Ok((annotation, choices))
    }

    /// Annotates articles on `threads` threads (at least one), and yields them in order with the bytes that
    /// [`Pipeline::annotate`] gives. Articles are taken from the iterator as they are needed. After an error other than
    /// [`PipelineError::Article`] nothing more comes.
    ///
    /// # Errors
    /// Threads that cannot be started.
    pub fn annotate_many<I: IntoIterator<Item = Article>>(
        &self,
        articles: I,
        threads: usize,
    ) -> Result<Many<I::IntoIter>, PipelineError> {
        Ok(Many::start(self, articles.into_iter(), threads)?)
    }

    fn extract(&self, article: Article, segments: &Segments, scores: &Scores) -> (Annotation, Vec<Choice>) {
        let text = article.text.as_str();
        let gazetteer = Gazetteer::builtin();
        let labels = &self.model.config.dixit.entity_labels;
        let mut spans = by_sentence(segments, scores);
        extract::complete(text, segments, &mut spans, scores.entities.view());
        extract::agree(text, segments, &mut spans, labels, gazetteer);
        let mut entities = extract::entities(text, segments, &spans, labels);
        let mut choices = extract::locate(text, segments, &mut entities, gazetteer, &self.rankings);
        let mut attributions = extract::attributions(text, segments, &decode(scores.attributions.view()));
        let of_entities = self.reliability("entities");
        for score in entities.iter_mut().filter_map(|e| e.score.as_mut()) {
            *score = of_entities.probability(*score);
        }
        let of_attributions = self.reliability("attributions");
        for score in attributions.iter_mut().filter_map(|a| a.score.as_mut()) {
            *score = of_attributions.probability(*score);
        }
        let sentences = self.sentences(segments, scores);
        let input = ClaimInput {
            text,
            segments,
            entities: &entities,
            attributions: &attributions,
            sentences: &sentences,
            pointers: &scores.pointers,
            tags: &scores.speakers,
            gazetteer,
        };
        // An attribution that is too unsure to be reported may still show whose a claim is.
        let mut found = extract::claims(&input, &self.rankings);
        let acting = extract::acting(&input);
        choices.extend(found.choices);
        let counted = counted(&mut attributions, self.model.config.dixit.attribution_threshold);
        for claim in &mut found.claims {
            claim.attribution = claim.attribution.and_then(|a| counted[a]);
        }
        for entity in &mut entities {
            entity.as_government = acting.contains(&entity.span);
        }
        let annotation = Annotation {
            countries: extract::ranked(&entities, segments, &found.speakers, gazetteer),
            entities: Some(entities),
            attributions: Some(attributions),
            sentences: Some(sentences),
            speakers: found.speakers,
            claims: found.claims,
            id: article.id,
            meta: article.meta,
            text: article.text,
            coverage: None,
            provenance: None,
        };
        (annotation, choices)
    }

    fn reliability(&self, head: &str) -> Reliability {
        let of_heads = &self.model.config.dixit.reliability;
        of_heads.get(head).copied().unwrap_or_default()
    }

    /// The sentence layer: the most probable claim type of each sentence, and its check-worthiness.
    fn sentences(&self, segments: &Segments, scores: &Scores) -> Vec<Sentence> {
        let types = &self.model.config.dixit.claim_types;
        let reliability = self.reliability("claim_types");
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
                    score: best.map(|(_, log_p)| reliability.probability(log_p.exp())),
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

/// Leaves the attributions with a probability of `least` or more; says where each of them all is then.
fn counted(attributions: &mut Vec<Attribution>, least: f32) -> Vec<Option<usize>> {
    let counts = |a: &Attribution| a.score.is_none_or(|score| score >= least);
    let mut left = 0;
    let places = (attributions.iter())
        .map(|attribution| {
            let place = left;
            left += usize::from(counts(attribution));
            counts(attribution).then_some(place)
        })
        .collect();
    attributions.retain(counts);
    places
}

fn covered(article: &Article, tokens: usize, read: usize) -> Result<(), PipelineError> {
    if read == tokens {
        return Ok(());
    }
    let id = article.id.clone();
    Err(PipelineError::Coverage { id, read, tokens })
}

/// Entity spans, decoded sentence by sentence, as no name goes on in the next one.
fn by_sentence(segments: &Segments, scores: &Scores) -> Vec<TaggedSpan> {
    let mut spans = Vec::new();
    for sentence in &segments.sentences {
        let words = sentence.words.clone();
        let first = words.start;
        for mut span in decode(scores.entities.slice(s![words, ..])) {
            span.words = span.words.start + first..span.words.end + first;
            spans.push(span);
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributions_keep_their_order_when_some_do_not_count() {
        let scored = |score: Option<f32>| Attribution {
            source: vec![],
            cue: vec![],
            content: vec![],
            score,
        };
        let mut attributions: Vec<Attribution> = [Some(0.1), Some(0.5), None, Some(0.4), Some(0.9)]
            .map(scored)
            .into();
        let places = counted(&mut attributions, 0.5);
        assert_eq!(places, [None, Some(0), Some(1), None, Some(2)]);
        let left: Vec<Option<f32>> = attributions.iter().map(|a| a.score).collect();
        assert_eq!(left, [Some(0.5), None, Some(0.9)]);
    }
}
