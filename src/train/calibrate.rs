//! Makes scores probabilities: one temperature per head (Guo et al. 2017, arXiv 1706.04599), for claim types with a bias
//! for each (Alexandari, Kundaje and Shrikumar 2020, arXiv 1901.06852), and how far the results that are drawn from the
//! heads can be relied on; and finds the probabilities from which an attribution counts, and a sentence as worth
//! checking. All are fitted on those development files that say so.

use super::TrainError;
use super::config::{DevFile, TrainConfig};
use super::data::{Choices, Labeller, Layers};
use crate::annotation::{Annotation, Attribution, Entity};
use crate::article::Article;
use crate::engine::Engine;
use crate::engine::native::{Native, Precision};
use crate::formats::DixitReader;
use crate::model::{Model, ModelConfig, Reliability, Scores, logarithms, windows};
use crate::pipeline::Pipeline;
use crate::span::Span;
use crate::text::{Segments, segment};
use ndarray::ArrayView1;
use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::Path;

/// Farthest that a temperature may lie from 1, as a logarithm.
const RANGE: f64 = 1.5;
/// Steps of the golden-section search; each shrinks the range by 0.618.
const STEPS: usize = 30;
/// Steps of gradient descent, at most, how often one is halved, and the square of a step that is none any more.
const DESCENTS: usize = 5000;
const HALVINGS: i32 = 40;
const STILL: f64 = 1e-20;
/// Weight of the penalty on biases.
const PENALTY: f64 = 1e-3;

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

/// Fits temperatures, threshold and reliability of the model in `folder` and writes them to its `config.json`.
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
        ("check_worthiness", &units.check_worthiness),
    ] {
        if !units.is_empty() {
            fitted
                .dixit
                .temperatures
                .insert(head.to_owned(), temperature(units));
        }
    }
    if let Some((temperature, biases)) = biased(&units.claim_types) {
        (fitted.dixit.temperatures).insert("claim_types".to_owned(), temperature);
        fitted.dixit.claim_type_biases = biases;
    }
    if let Some(threshold) = threshold(
        &units.check_worthiness,
        fitted.dixit.temperatures.get("check_worthiness"),
    ) {
        fitted.dixit.check_worthy_threshold = threshold;
    }
    write(folder, &fitted)?;
    let mut results = Results::default();
    let pipeline = Pipeline::load(folder).map_err(|e| TrainError::Evaluation(e.to_string()))?;
    for file in config.dev.iter().filter(|f| f.fit) {
        for gold in DixitReader::open(&file.file)? {
            let gold = gold?;
            let predicted = (pipeline.annotate(&Article::new(&*gold.id, &*gold.text)))
                .map_err(|e| TrainError::Evaluation(e.to_string()))?;
            results.add(&gold, &predicted, file);
        }
    }
    for (head, results) in [
        ("entities", &results.entities),
        ("attributions", &results.attributions),
        ("claim_types", &results.claim_types),
    ] {
        if let Some(fitted_to) = reliability(results) {
            fitted.dixit.reliability.insert(head.to_owned(), fitted_to);
        }
    }
    let of_attributions = fitted.dixit.reliability.get("attributions").copied();
    if let Some(score) = results.parts.best() {
        fitted.dixit.attribution_threshold = of_attributions.unwrap_or_default().probability(score);
    }
    write(folder, &fitted)
}

fn write(folder: &Path, config: &ModelConfig) -> Result<(), TrainError> {
    let path = folder.join("config.json");
    let json = serde_json::to_vec_pretty(config).map_err(|e| TrainError::io(&path)(e.into()))?;
    fs::write(&path, json).map_err(TrainError::io(path))
}

/// Scores of results, and whether each is right.
#[derive(Default)]
struct Results {
    entities: Vec<(f32, bool)>,
    attributions: Vec<(f32, bool)>,
    parts: Parts,
    claim_types: Vec<(f32, bool)>,
}

/// The spans of attributions: sources, cues, contents.
#[derive(Default)]
struct Parts {
    /// Of each span, the highest score of an attribution that it is part of, its role, and whether it is right.
    found: Vec<(f32, usize, bool)>,
    /// Spans that there are, by role.
    gold: [usize; 3],
}

impl Parts {
    fn add(&mut self, gold: &[Attribution], found: &[Attribution]) {
        for role in 0..self.gold.len() {
            let spans = |a: &Attribution| [&a.source, &a.cue, &a.content][role].clone();
            let right: HashSet<Span> = gold.iter().flat_map(spans).collect();
            self.gold[role] += right.len();
            let mut scores: BTreeMap<Span, f32> = BTreeMap::new();
            for attribution in found {
                for span in spans(attribution) {
                    let score = scores.entry(span).or_insert(0.0);
                    *score = score.max(attribution.score.unwrap_or(0.0));
                }
            }
            let scores = scores.into_iter();
            self.found
                .extend(scores.map(|(span, score)| (score, role, right.contains(&span))));
        }
    }

    /// The score from which attributions have the best F1, mean of the roles. `None` where nothing is right.
    fn best(&self) -> Option<f32> {
        let mut ranked = self.found.clone();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
        let (mut found, mut right) = ([0; 3], [0; 3]);
        let mut best = (0.0, None);
        for (index, (score, role, is_right)) in ranked.iter().enumerate() {
            found[*role] += 1;
            right[*role] += usize::from(*is_right);
            let last = ranked.get(index + 1).is_none_or(|next| next.0 < *score);
            let f1 = |role: usize| 2.0 * right[role] as f64 / (found[role] + self.gold[role]).max(1) as f64;
            let sum: f64 = (0..found.len()).map(f1).sum();
            if last && sum > best.0 {
                best = (sum, Some(*score));
            }
        }
        best.1
    }
}

impl Results {
    /// Of the layers that the gold has; the file says which labels count, and which count as another.
    fn add(&mut self, gold: &Annotation, predicted: &Annotation, file: &DevFile) {
        let label = |e: &Entity| file.merge.get(&e.label).unwrap_or(&e.label).clone();
        let counts = |e: &&Entity| {
            file.labels
                .as_ref()
                .is_none_or(|labels| labels.contains(&label(e)))
        };
        if let Some(gold) = &gold.entities {
            let right: HashSet<_> = gold.iter().map(|e| (e.span, label(e))).collect();
            let found = predicted.entities.iter().flatten().filter(counts);
            self.entities
                .extend(found.filter_map(|e| Some((e.score?, right.contains(&(e.span, label(e)))))));
        }
        if let Some(gold) = &gold.attributions {
            let found = predicted.attributions.as_deref().unwrap_or_default();
            self.parts.add(gold, found);
            let parts = |a: &Attribution| (a.source.clone(), a.cue.clone(), a.content.clone());
            let right: HashSet<_> = gold.iter().map(parts).collect();
            self.attributions.extend(
                found
                    .iter()
                    .filter_map(|a| Some((a.score?, right.contains(&parts(a))))),
            );
        }
        let labelled = gold
            .sentences
            .iter()
            .flatten()
            .filter(|s| !s.claim_type.is_empty());
        for gold in labelled {
            let found = (predicted.sentences.iter().flatten()).find(|s| s.span == gold.span);
            if let Some((score, found)) = found.and_then(|s| Some((s.score?, s.claim_type.first()?))) {
                self.claim_types.push((score, gold.claim_type.contains(found)));
            }
        }
    }
}

/// The reliability with the least negative log-likelihood, with the targets that Platt (1999) gives against overfitting and
/// no factor below 0. `None` unless some results are right and some wrong, and higher scores are right more often.
fn reliability(results: &[(f32, bool)]) -> Option<Reliability> {
    let right = results.iter().filter(|(_, right)| *right).count() as f64;
    let wrong = results.len() as f64 - right;
    if right == 0.0 || wrong == 0.0 {
        return None;
    }
    let targets = [1.0 / (wrong + 2.0), (right + 1.0) / (right + 2.0)];
    let units: Vec<([f64; 3], f64)> = (results.iter())
        .map(|(score, right)| {
            let [of_right, of_wrong] = logarithms(*score).map(f64::from);
            ([of_right, of_wrong, 1.0], targets[usize::from(*right)])
        })
        .collect();
    let loss = |parameters: &[f64]| {
        let (mut loss, mut gradient) = (0.0, vec![0.0; parameters.len()]);
        for (x, target) in &units {
            let z: f64 = x.iter().zip(parameters).map(|(x, p)| x * p).sum();
            // log(1 + e^z) − t z, without overflow.
            loss += z.max(0.0) + (-z.abs()).exp().ln_1p() - target * z;
            let miss = 1.0 / (1.0 + (-z).exp()) - target;
            gradient.iter_mut().zip(x).for_each(|(g, x)| *g += miss * x);
        }
        let n = units.len() as f64;
        (loss / n, gradient.into_iter().map(|g| g / n).collect())
    };
    let fitted = least(&[1.0, 1.0, 0.0], &[0.0, 0.0, f64::NEG_INFINITY], loss);
    let [right, wrong, intercept] = [0, 1, 2].map(|at| fitted[at] as f32);
    (right + wrong > 0.0).then_some(Reliability {
        right,
        wrong,
        intercept,
    })
}

/// Where a convex function is least, with no parameter below its `lowest`, by projected gradient descent: steps as long as
/// the last change of the gradient suggests (Barzilai and Borwein 1988), halved until they do not go up.
fn least(start: &[f64], lowest: &[f64], function: impl Fn(&[f64]) -> (f64, Vec<f64>)) -> Vec<f64> {
    let mut at = start.to_vec();
    let (mut value, mut gradient) = function(&at);
    let mut step = 1.0;
    for _ in 0..DESCENTS {
        let found = (0..HALVINGS).find_map(|halvings| {
            let length = step * 0.5f64.powi(halvings);
            let to: Vec<f64> = (at.iter().zip(&gradient).zip(lowest))
                .map(|((p, g), lowest)| (p - length * g).max(*lowest))
                .collect();
            let (new, slope) = function(&to);
            (new <= value).then_some((to, new, slope))
        });
        let Some((to, new, slope)) = found else {
            break;
        };
        let moved = || to.iter().zip(&at).map(|(a, b)| a - b);
        let square: f64 = moved().map(|m| m * m).sum();
        let bend: f64 = moved()
            .zip(slope.iter().zip(&gradient))
            .map(|(m, (a, b))| m * (a - b))
            .sum();
        if square < STILL {
            break;
        }
        step = if bend > 0.0 { square / bend } else { 2.0 * step };
        (at, value, gradient) = (to, new, slope);
    }
    at
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
        for sentence in &layers.sentences {
            let Some(index) = segments.sentences.iter().position(|s| s.words == sentence.words) else {
                continue;
            };
            self.claim_types
                .extend(unit(scores.claim_types.row(index), sentence.claim_types));
            if let Some(yes) = sentence.check_worthy {
                let p = scores.check_worthiness[index].clamp(1e-6, 1.0 - 1e-6);
                self.check_worthiness
                    .push((vec![(1.0 - p).ln(), p.ln()], usize::from(yes)));
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

/// The temperature and the biases with the least mean negative log-likelihood, which is convex in one over the temperature
/// and the biases. A penalty keeps the biases of rare classes near 0. `None` without a unit.
fn biased(units: &[Unit]) -> Option<(f32, Vec<f32>)> {
    let classes = units.first()?.0.len();
    // One over the temperature, then the biases.
    let loss = |parameters: &[f64]| {
        let (sharpness, biases) = (parameters[0], &parameters[1..]);
        let mut loss: f64 = biases.iter().map(|b| PENALTY / 2.0 * b * b).sum();
        let mut gradient: Vec<f64> = [0.0]
            .into_iter()
            .chain(biases.iter().map(|b| PENALTY * b))
            .collect();
        for (row, gold) in units {
            let scores: Vec<f64> = (row.iter().zip(biases))
                .map(|(v, b)| f64::from(*v) * sharpness + b)
                .collect();
            let top = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let total: f64 = scores.iter().map(|v| (v - top).exp()).sum();
            let share = 1.0 / units.len() as f64;
            loss += share * (total.ln() + top - scores[*gold]);
            for (class, (score, value)) in scores.iter().zip(row).enumerate() {
                let miss = share * ((score - top).exp() / total - f64::from(u8::from(class == *gold)));
                gradient[0] += miss * f64::from(*value);
                gradient[class + 1] += miss;
            }
        }
        (loss, gradient)
    };
    let start: Vec<f64> = [1.0].into_iter().chain(vec![0.0; classes]).collect();
    let lowest: Vec<f64> = [(-RANGE).exp()]
        .into_iter()
        .chain(vec![f64::NEG_INFINITY; classes])
        .collect();
    let fitted = least(&start, &lowest, loss);
    Some((
        (1.0 / fitted[0]) as f32,
        fitted[1..].iter().map(|b| *b as f32).collect(),
    ))
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
    fn classes_become_as_frequent_as_they_are() {
        // The scores see no difference between three classes of which the first is right in six cases of ten, the second
        // in three.
        let row = vec![(1.0f32 / 3.0).ln(); 3];
        let right = |i: usize| [0, 0, 0, 0, 0, 0, 1, 1, 1, 2][i % 10];
        let units: Vec<Unit> = (0..200).map(|i| (row.clone(), right(i))).collect();
        let (_, biases) = biased(&units).unwrap();
        let total: f32 = biases.iter().map(|b| b.exp()).sum();
        for (bias, share) in biases.iter().zip([0.6, 0.3, 0.1]) {
            assert!((bias.exp() / total - share).abs() < 0.01, "{biases:?}");
        }
        assert_eq!(biased(&[]), None);
    }

    #[test]
    fn results_are_as_reliable_as_they_turn_out() {
        // Of so many scores, so many of ten are right.
        for groups in [
            [(0.9f32, 1000, 7), (0.6, 1000, 4)],
            [(0.999, 800, 9), (0.9, 150, 6)],
            [(0.8, 500, 3), (0.6, 200, 2)],
        ] {
            let results: Vec<(f32, bool)> = (groups.iter())
                .flat_map(|&(score, count, of_ten)| (0..count).map(move |i| (score, i % 10 < of_ten)))
                .collect();
            let fitted = reliability(&results).unwrap();
            for (score, _, of_ten) in groups {
                let probability = fitted.probability(score);
                assert!(
                    (probability - of_ten as f32 / 10.0).abs() < 0.01,
                    "{groups:?} {fitted:?}"
                );
            }
        }
        // The higher the score, the more often wrong.
        let turned: Vec<(f32, bool)> = (0..100)
            .flat_map(|i| [(0.9, i % 10 < 2), (0.4, i % 10 < 8)])
            .collect();
        assert_eq!(reliability(&turned), None);
        assert_eq!(reliability(&[(0.9, true)]), None);
    }

    #[test]
    fn attributions_count_from_where_their_spans_are_found_best() {
        let at = |at: usize| vec![Span::new(at, at + 1)];
        let attribution = |from: usize, score: f32| Attribution {
            source: at(from),
            cue: at(from + 1),
            content: at(from + 2),
            score: Some(score),
        };
        let mut parts = Parts::default();
        let gold = [attribution(0, 1.0), attribution(10, 1.0), attribution(20, 1.0)];
        let found = [
            attribution(0, 0.9),
            attribution(10, 0.4),
            attribution(30, 0.2),
            attribution(40, 0.1),
            attribution(50, 0.1),
        ];
        assert_eq!(parts.best(), None);
        parts.add(&gold, &found);
        assert_eq!(parts.best(), Some(0.4));
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
