//! Makes scores probabilities: one temperature per head (Guo et al. 2017, arXiv 1706.04599), and the probability from
//! which a sentence counts as worth checking. Both are fitted on those development files that say so.

use super::TrainError;
use super::config::{DevFile, TrainConfig};
use super::data::{Choices, Labeller, Layers};
use crate::engine::Engine;
use crate::engine::native::{Native, Precision};
use crate::formats::DixitReader;
use crate::model::{Model, Scores, windows};
use crate::text::{Segments, segment};
use ndarray::ArrayView1;
use std::fs;
use std::path::Path;

/// Farthest that a temperature may lie from 1, as a logarithm.
const RANGE: f64 = 1.5;
/// Steps of the golden-section search; each shrinks the range by 0.618.
const STEPS: usize = 30;

/// Log-probabilities of a unit at temperature 1, and its right class.
type Unit = (Vec<f32>, usize);

/// What the heads say of the units of the development files, and what is right.
#[derive(Default)]
struct Units {
    entities: Vec<Unit>,
    attributions: Vec<Unit>,
    claim_types: Vec<Unit>,
    /// Classes 0 (no) and 1 (yes).
    check_worthiness: Vec<Unit>,
}

/// Fits temperatures and threshold of the model in `folder` and writes them to its `config.json`.
pub(super) fn calibrate(config: &TrainConfig, folder: &Path) -> Result<(), TrainError> {
    let files: Vec<&DevFile> = config.dev.iter().filter(|f| f.fit).collect();
    if files.is_empty() {
        return Ok(());
    }
    let model = Model::load(folder)?;
    let engine = Native::load(
        &model,
        Precision::Int8,
        std::thread::available_parallelism().map_or(1, usize::from),
    )?;
    let mut units = Units::default();
    for file in files {
        collect(file, config, &model, &engine, &mut units)?;
    }
    let mut fitted = model.config.clone();
    for (head, units) in [
        ("entities", &units.entities),
        ("attributions", &units.attributions),
        ("claim_types", &units.claim_types),
        ("check_worthiness", &units.check_worthiness),
    ] {
        if !units.is_empty() {
            fitted
                .dixit
                .temperatures
                .insert(head.to_owned(), temperature(units));
        }
    }
    if let Some(threshold) = threshold(
        &units.check_worthiness,
        fitted.dixit.temperatures.get("check_worthiness"),
    ) {
        fitted.dixit.check_worthy_threshold = threshold;
    }
    let path = folder.join("config.json");
    let json = serde_json::to_vec_pretty(&fitted).map_err(|e| TrainError::io(&path)(e.into()))?;
    fs::write(&path, json).map_err(TrainError::io(path))
}

fn collect(
    file: &DevFile,
    config: &TrainConfig,
    model: &Model,
    engine: &dyn Engine,
    units: &mut Units,
) -> Result<(), TrainError> {
    let labeller = Labeller::new(&file.merge_as_accept(), config);
    let mut reader = DixitReader::open(&file.file)?;
    while let Some(annotation) = reader.next() {
        let annotation = annotation?;
        let segments = segment(&annotation.text);
        let layers = labeller
            .layers(&annotation, &segments)
            .map_err(|reason| TrainError::Data {
                path: file.file.clone(),
                line: reader.line(),
                reason,
            })?;
        let windows = windows(&model.tokenizer, &annotation.text, &segments, config.window)?;
        let hidden = engine.encode(&windows)?;
        let scores = (windows.iter().zip(&hidden))
            .map(|(window, states)| model.heads.score(window, states.view(), &segments))
            .collect();
        units.add(&model.heads.join(scores, &segments), &layers, &segments);
    }
    Ok(())
}

impl Units {
    fn add(&mut self, scores: &Scores, layers: &Layers, segments: &Segments) {
        let words = |layer: &Option<Vec<Choices>>, table: &ndarray::Array2<f32>, out: &mut Vec<Unit>| {
            let gold = layer.iter().flatten();
            out.extend(
                table
                    .outer_iter()
                    .zip(gold)
                    .filter_map(|(row, gold)| unit(row, *gold)),
            );
        };
        words(&layers.entities, &scores.entities, &mut self.entities);
        words(&layers.attributions, &scores.attributions, &mut self.attributions);
        for (range, claim_types, check_worthy) in &layers.sentences {
            let Some(index) = segments.sentences.iter().position(|s| s.words == *range) else {
                continue;
            };
            self.claim_types
                .extend(unit(scores.claim_types.row(index), *claim_types));
            if let Some(yes) = check_worthy {
                let p = scores.check_worthiness[index].clamp(1e-6, 1.0 - 1e-6);
                self.check_worthiness
                    .push((vec![(1.0 - p).ln(), p.ln()], usize::from(*yes)));
            }
        }
    }
}

/// A unit of which exactly one class is right.
fn unit(row: ArrayView1<'_, f32>, gold: Choices) -> Option<Unit> {
    (gold.count_ones() == 1).then(|| (row.to_vec(), gold.trailing_zeros() as usize))
}

/// The temperature with the least negative log-likelihood, by golden-section search over its logarithm.
fn temperature(units: &[Unit]) -> f32 {
    let loss = |log_t: f64| -> f64 {
        let t = log_t.exp() as f32;
        units
            .iter()
            .map(|(row, gold)| f64::from(log_sum(row, t) - row[*gold] / t))
            .sum()
    };
    let ratio = (5f64.sqrt() - 1.0) / 2.0;
    let (mut low, mut high) = (-RANGE, RANGE);
    for _ in 0..STEPS {
        let (a, b) = (high - ratio * (high - low), low + ratio * (high - low));
        if loss(a) < loss(b) {
            high = b;
        } else {
            low = a;
        }
    }
    ((low + high) / 2.0).exp() as f32
}

fn log_sum(row: &[f32], t: f32) -> f32 {
    let top = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    row.iter().map(|v| ((v - top) / t).exp()).sum::<f32>().ln() + top / t
}

/// The probability of yes from which to say so for the best F1: half of that F1, where probabilities are calibrated
/// (Lipton, Elkan and Naryanaswamy 2014, arXiv 1402.1892), which hangs less on single sentences than the best cut
/// itself. `None` without a positive unit.
fn threshold(units: &[Unit], temperature: Option<&f32>) -> Option<f32> {
    let t = temperature.copied().unwrap_or(1.0);
    let mut ranked: Vec<(f32, bool)> = units
        .iter()
        .map(|(row, gold)| ((row[1] / t - log_sum(row, t)).exp(), *gold == 1))
        .collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    let positives = ranked.iter().filter(|(_, yes)| *yes).count();
    let mut hits = 0;
    let f1 = ranked.iter().enumerate().map(|(index, (_, yes))| {
        hits += usize::from(*yes);
        2.0 * hits as f32 / (index + 1 + positives) as f32
    });
    let best = f1.fold(0.0, f32::max);
    (best > 0.0).then_some(best / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overconfident_scores_are_cooled_down() {
        // 99 % sure, right in three of four cases: the best constant probability is 0.75, reached at T = ln 99 / ln 3.
        let row = vec![0.99f32.ln(), 0.01f32.ln()];
        let units: Vec<Unit> = (0..400).map(|i| (row.clone(), usize::from(i % 4 == 0))).collect();
        let expected = 99f32.ln() / 3f32.ln();
        assert!((temperature(&units) - expected).abs() < 0.01);
    }

    #[test]
    fn the_threshold_is_half_of_the_best_f1() {
        let unit = |p: f32, yes: bool| (vec![(1.0 - p).ln(), p.ln()], usize::from(yes));
        let units = [
            unit(0.9, true),
            unit(0.4, false),
            unit(0.3, true),
            unit(0.1, false),
        ];
        // Best F1 with the first three: 2 · 2 / (3 + 2) = 0.8.
        let found = threshold(&units, None).unwrap();
        assert!((found - 0.4).abs() < 1e-6, "{found}");
        assert_eq!(threshold(&[unit(0.2, false)], None), None);
    }
}
