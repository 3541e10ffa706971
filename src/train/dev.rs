//! Scores a model folder on the development files of a run, from raw text through the whole pipeline.

use super::TrainError;
use super::config::{DevFile, TrainConfig};
use crate::annotation::Annotation;
use crate::article::Article;
use crate::evaluation::{Bootstrap, Options, Report, evaluate};
use crate::formats::DixitReader;
use crate::pipeline::Pipeline;
use std::path::Path;

/// A development file's name and what the model scores on it.
pub(super) type Scored = (String, Report);

/// One report per development file, in the order of the configuration. Intervals rest on `draws` bootstrap draws.
pub(super) fn score(config: &TrainConfig, folder: &Path, draws: u32) -> Result<Vec<Scored>, TrainError> {
    if config.dev.is_empty() {
        return Ok(Vec::new());
    }
    let pipeline = Pipeline::load(folder).map_err(|e| TrainError::Evaluation(e.to_string()))?;
    config
        .dev
        .iter()
        .map(|file| Ok((file.name(), report(file, &pipeline, draws)?)))
        .collect()
}

fn report(file: &DevFile, pipeline: &Pipeline, draws: u32) -> Result<Report, TrainError> {
    let fail = |reason: String| TrainError::Evaluation(format!("{}: {reason}", file.file.display()));
    let gold: Vec<Annotation> = DixitReader::open(&file.file)?.collect::<Result<_, _>>()?;
    let articles = gold.iter().map(|g| Article::new(&*g.id, &*g.text));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let predicted = (pipeline.annotate_many(articles, threads))
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|e| fail(e.to_string()))?;
    let options = Options {
        merge: file.merge.clone(),
        labels: file.labels.as_ref().map(|l| l.iter().cloned().collect()),
        threshold: pipeline.model().config.dixit.check_worthy_threshold,
        bootstrap: Bootstrap {
            draws,
            ..Bootstrap::default()
        },
        ..Options::default()
    };
    evaluate(&gold, &predicted, &options).map_err(|e| fail(e.to_string()))
}
