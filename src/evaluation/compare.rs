//! Two predictions for the same gold: how much one is better, whether that could be chance, which documents moved, and
//! how small a difference this gold could have shown.
//!
//! Intervals: paired bootstrap over documents (Efron and Tibshirani 1993), percentiles expanded for few documents
//! (Hesterberg 2015). Probability of chance: approximate randomisation (Noreen 1989), documents swapped between the two
//! sides with probability one half.

use super::bootstrap::middle;
use super::counted::Counted;
use super::error::documents;
use super::output::{Sheet, Shown, Table};
use super::pairs::{Pair, Pairs, pairs};
use super::sums::Sums;
use super::{Averages, Bootstrap, CONFIDENCE, EvaluationError, Interval, METRICS, Metric, Options, Tally};
use crate::annotation::Annotation;
use ndarray::{Array2, ArrayView2, s};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rayon::prelude::*;
use serde::Serialize;
use std::collections::BTreeSet;

/// Standard errors that a difference must measure to be found at 95 % confidence in 80 % of tries: the 97.5 % and 80 %
/// quantiles of the normal distribution.
const DETECTABLE: f64 = 1.959_964 + 0.841_621;
/// Differences closer than this are the same.
const SAME: f64 = 1e-12;
/// Draws that are added up in one matrix product.
const BLOCK: u32 = 16;
/// Documents that are shown in tables.
const SHOWN: usize = 20;

/// How two predictions differ.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// Documents that gold and both predictions have.
    pub documents: usize,
    /// Probability of the intervals.
    pub confidence: f64,
    /// Draws behind each interval and each p.
    pub draws: u32,
    /// Seed of the draws.
    pub seed: u64,
    /// All figures.
    pub figures: Vec<Difference>,
    /// Documents in which the number of errors changed, the largest change first.
    pub moved: Vec<Moved>,
    /// What was passed over.
    pub notes: Vec<String>,
}

/// A figure of both predictions.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// The metric.
    pub metric: &'static str,
    /// Full name.
    pub name: String,
    /// The class that it is of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// Value of the first predictions.
    pub a: Option<f64>,
    /// Value of the second.
    pub b: Option<f64>,
    /// `b - a`.
    pub difference: Option<f64>,
    /// Interval of the difference.
    pub interval: Option<Interval>,
    /// Probability of a difference at least as large if it made no difference which predictions are whose. Of each
    /// figure by itself: of twenty, one is expected under 0.05 by chance.
    pub p: Option<f64>,
    /// The smallest difference that would have been found at 95 % confidence in 80 % of tries; `None` where the draws
    /// do not vary.
    pub detectable: Option<f64>,
}

/// A document in which the number of errors changed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Moved {
    /// Its id.
    pub id: String,
    /// The metric.
    pub metric: &'static str,
    /// Errors of the first predictions: spurious and missed units.
    pub a: f64,
    /// Errors of the second.
    pub b: f64,
}

/// Compares two predictions for the same gold.
///
/// # Errors
/// Documents that do not match, with the place of the predictions that do not match gold: 0 or 1.
pub fn compare(
    gold: &[Annotation],
    a: &[Annotation],
    b: &[Annotation],
    options: &Options,
) -> Result<Comparison, (usize, EvaluationError)> {
    let Pairs {
        pairs: mut of_a,
        notes: notes_of_a,
    } = pairs(gold, a, options).map_err(|e| (0, e))?;
    let Pairs {
        pairs: mut of_b,
        notes: notes_of_b,
    } = pairs(gold, b, options).map_err(|e| (1, e))?;
    let ids = |pairs: &[Pair<'_>]| -> BTreeSet<String> { pairs.iter().map(|p| p.gold.id.clone()).collect() };
    let (ids_of_a, ids_of_b) = (ids(&of_a), ids(&of_b));
    of_a.retain(|p| ids_of_b.contains(&p.gold.id));
    of_b.retain(|p| ids_of_a.contains(&p.gold.id));
    if of_a.is_empty() {
        return Err((1, EvaluationError::Empty));
    }
    let mut comparison = Comparison {
        documents: of_a.len(),
        confidence: CONFIDENCE,
        draws: options.bootstrap.draws,
        seed: options.bootstrap.seed,
        figures: Vec::new(),
        moved: Vec::new(),
        notes: (notes_of_a.iter().map(|n| format!("A: {n}")))
            .chain(notes_of_b.iter().map(|n| format!("B: {n}")))
            .collect(),
    };
    for &metric in METRICS {
        let tallies = Tallies::count(metric, &of_a, &of_b, options);
        if tallies.ids.is_empty() {
            continue;
        }
        let profile = metric.profile();
        let predicts = |pairs: &[Pair<'_>]| pairs.iter().any(|p| metric.predicts(p.predicted));
        if !predicts(&of_a) || !predicts(&of_b) {
            comparison
                .notes
                .push(format!("{}: not in both predictions", profile.name));
            continue;
        }
        let figures = differences(profile.name, profile.averages, &tallies, options.bootstrap);
        comparison.figures.extend(figures);
        comparison.moved.extend(tallies.moved(profile.name));
    }
    let change = |m: &Moved| (m.b - m.a).abs();
    comparison.moved.sort_by(|x, y| change(y).total_cmp(&change(x)));
    Ok(comparison)
}

/// Counts of both predictions in the documents whose gold is annotated for a metric.
struct Tallies {
    ids: Vec<String>,
    a: Vec<Tally>,
    b: Vec<Tally>,
}

impl Tallies {
    fn count(metric: &dyn Metric, a: &[Pair<'_>], b: &[Pair<'_>], options: &Options) -> Self {
        let counted: Vec<(String, Tally, Tally)> = (a.par_iter().zip(b))
            .filter_map(|(a, b)| {
                Some((
                    a.gold.id.clone(),
                    metric.count(a.gold, a.predicted, options)?,
                    metric.count(b.gold, b.predicted, options)?,
                ))
            })
            .collect();
        let mut tallies = Self {
            ids: Vec::new(),
            a: Vec::new(),
            b: Vec::new(),
        };
        for (id, a, b) in counted {
            tallies.ids.push(id);
            tallies.a.push(a);
            tallies.b.push(b);
        }
        tallies
    }

    fn moved(&self, metric: &'static str) -> Vec<Moved> {
        let moved = (self.ids.iter().zip(self.a.iter().zip(&self.b))).map(|(id, (a, b))| Moved {
            id: id.clone(),
            metric,
            a: errors(a),
            b: errors(b),
        });
        moved.filter(|m| (m.a - m.b).abs() > SAME).collect()
    }
}

/// Spurious and missed units, or, where a metric has no classes, units that are not accurate.
fn errors(tally: &Tally) -> f64 {
    if tally.classes.is_empty() {
        return tally.shares.get("accuracy").map_or(0.0, |r| r.of - r.hits);
    }
    let of_class = |c: &super::Counts| c.precision.of - c.precision.hits + c.recall.of - c.recall.hits;
    tally.classes.values().map(of_class).sum()
}

fn differences(
    metric: &'static str,
    averages: Averages,
    tallies: &Tallies,
    bootstrap: Bootstrap,
) -> Vec<Difference> {
    let documents = tallies.ids.len();
    let sides = Sides::new(tallies, averages);
    let once = Array2::ones((1, documents));
    let none = Array2::zeros((1, documents));
    let [of_a, of_b] = sides.both(once.view(), none.view());
    let (of_a, of_b) = (&of_a[0], &of_b[0]);
    let differences = minus(of_b, of_a);
    let rounds = match documents {
        0 | 1 => 0,
        _ => bootstrap.draws.div_ceil(BLOCK),
    };
    let drawn = |weights: fn(Bootstrap, u32, usize) -> [Array2<f64>; 2]| -> Vec<Vec<Option<f64>>> {
        let blocks = (0..rounds).into_par_iter().flat_map_iter(|block| {
            let [kept, other] = weights(bootstrap, block * BLOCK, documents);
            let [a, b] = sides.both(kept.view(), other.view());
            b.iter().zip(&a).map(|(b, a)| minus(b, a)).collect::<Vec<_>>()
        });
        let mut rows: Vec<_> = blocks.collect();
        rows.truncate(bootstrap.draws as usize);
        rows
    };
    let (resampled, swapped) = (drawn(resampled), drawn(swapped));
    let definitions = sides.sums.definitions().iter().enumerate();
    definitions
        .map(|(index, definition)| {
            let (class, measure) = sides.sums.name(*definition);
            let column =
                |rows: &[Vec<Option<f64>>]| -> Vec<f64> { rows.iter().filter_map(|r| r[index]).collect() };
            let draws = column(&resampled);
            Difference {
                metric,
                name: ([Some(metric), class, Some(measure)].into_iter().flatten())
                    .collect::<Vec<_>>()
                    .join("."),
                class: class.map(str::to_owned),
                a: of_a[index],
                b: of_b[index],
                difference: differences[index],
                detectable: spread(&draws).map(|s| DETECTABLE * s),
                interval: middle(draws, documents),
                p: differences[index].and_then(|d| chance(d, &column(&swapped))),
            }
        })
        .collect()
}

/// Both predictions in one set of sums, so that they have the same figures; weights tell them apart.
struct Sides {
    sums: Sums,
}

impl Sides {
    fn new(tallies: &Tallies, averages: Averages) -> Self {
        let mut counted = Counted::default();
        for (place, tally) in tallies.a.iter().chain(&tallies.b).enumerate() {
            counted.add(place, tally);
        }
        Self {
            sums: Sums::new(counted, averages),
        }
    }

    /// Figures of two mixtures of the predictions: one takes the documents of A as often as `kept` says and those of B
    /// as often as `other` says, the other one the other way round.
    fn both(&self, kept: ArrayView2<'_, f64>, other: ArrayView2<'_, f64>) -> [Figures; 2] {
        [(kept, other), (other, kept)].map(|(a, b)| {
            let mut weights = Array2::zeros((a.nrows(), 2 * a.ncols()));
            weights.slice_mut(s![.., ..a.ncols()]).assign(&a);
            weights.slice_mut(s![.., a.ncols()..]).assign(&b);
            self.sums.values_of_draws(weights.view())
        })
    }
}

/// Figures by draw.
type Figures = Vec<Vec<Option<f64>>>;

/// Weights of documents drawn with replacement: how often each is taken from its own prediction, and never from the other.
fn resampled(bootstrap: Bootstrap, first: u32, documents: usize) -> [Array2<f64>; 2] {
    let mut weights = Array2::zeros((BLOCK as usize, documents));
    for (draw, row) in (first..).zip(weights.outer_iter_mut()) {
        bootstrap.draw(draw, row);
    }
    let none = Array2::zeros(weights.raw_dim());
    [weights, none]
}

/// Weights of documents swapped between the predictions: whether each keeps its own, and whether it takes the other.
fn swapped(bootstrap: Bootstrap, first: u32, documents: usize) -> [Array2<f64>; 2] {
    let mut kept = Array2::zeros((BLOCK as usize, documents));
    for (draw, mut row) in (u64::from(first)..).zip(kept.outer_iter_mut()) {
        let mut rng = ChaCha8Rng::seed_from_u64(bootstrap.seed);
        // Streams that the bootstrap does not use.
        rng.set_stream(u64::from(u32::MAX) + 1 + draw);
        row.mapv_inplace(|_| f64::from(u8::from(rng.random::<bool>())));
    }
    let other = kept.mapv(|k| 1.0 - k);
    [kept, other]
}

fn minus(b: &[Option<f64>], a: &[Option<f64>]) -> Vec<Option<f64>> {
    b.iter().zip(a).map(|(b, a)| Some((*b)? - (*a)?)).collect()
}

/// Share of the swapped differences that are at least as large, the observed one among them.
fn chance(observed: f64, swapped: &[f64]) -> Option<f64> {
    let as_large = swapped
        .iter()
        .filter(|d| d.abs() >= observed.abs() - SAME)
        .count();
    (!swapped.is_empty()).then(|| (1 + as_large) as f64 / (1 + swapped.len()) as f64)
}

/// Standard deviation, if there is any.
fn spread(values: &[f64]) -> Option<f64> {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0);
    (variance > SAME * SAME).then(|| variance.sqrt())
}

impl Shown for Comparison {
    fn sheet(&self) -> Sheet {
        let number = |value: Option<f64>, signed: bool| match value {
            Some(v) if signed => format!("{v:+.4}"),
            Some(v) => format!("{v:.4}"),
            None => "–".to_owned(),
        };
        let rows = self.figures.iter().map(|f| {
            vec![
                f.name.clone(),
                number(f.a, false),
                number(f.b, false),
                number(f.difference, true),
                f.interval
                    .map_or_else(|| "–".to_owned(), |i| format!("[{:+.4}, {:+.4}]", i.low, i.high)),
                number(f.p, false),
                number(f.detectable, false),
            ]
        });
        let mut tables = vec![Table {
            caption: "Figures of A and B".to_owned(),
            header: ["", "A", "B", "B - A", "interval", "p", "detectable"]
                .map(str::to_owned)
                .to_vec(),
            rows: rows.collect(),
        }];
        let moved = self.moved.iter().take(SHOWN);
        let rows: Vec<Vec<String>> = moved
            .map(|m| {
                let (a, b) = (m.a, m.b);
                vec![
                    format!("{} {}", m.id, m.metric),
                    format!("{a:.1}"),
                    format!("{b:.1}"),
                    format!("{:+.1}", b - a),
                ]
            })
            .collect();
        if !rows.is_empty() {
            tables.push(Table {
                caption: format!(
                    "Errors in documents that moved ({} of {} changes)",
                    rows.len(),
                    self.moved.len()
                ),
                header: ["", "A", "B", "B - A"].map(str::to_owned).to_vec(),
                rows,
            });
        }
        let mut notes = self.notes.clone();
        notes.push(match self.draws {
            0 => format!("{}; no intervals", documents(self.documents)),
            draws => format!(
                "{}; {:.0} % intervals from {draws} paired bootstrap draws over documents, p from as many random \
                 swaps of documents (seed {}); p is of each figure by itself; detectable is the smallest difference \
                 found in 80 % of tries",
                documents(self.documents),
                100.0 * self.confidence,
                self.seed
            ),
        });
        Sheet {
            title: "Comparison",
            tables,
            notes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::evaluate;
    use crate::evaluation::fixtures::with_entities;

    /// `right` documents in which the entity is found, of `all`.
    fn predictions(right: usize, all: usize) -> Vec<Annotation> {
        (0..all)
            .map(|index| Annotation {
                id: index.to_string(),
                ..with_entities(if index < right {
                    "[LOC Oslo] fell"
                } else {
                    "Oslo fell"
                })
            })
            .collect()
    }

    fn quick() -> Options {
        Options {
            bootstrap: Bootstrap { draws: 2000, seed: 3 },
            ..Options::default()
        }
    }

    fn recall(comparison: &Comparison) -> &Difference {
        comparison
            .figures
            .iter()
            .find(|f| f.name == "entities.recall")
            .unwrap()
    }

    #[test]
    fn values_are_those_of_evaluate() {
        let (gold, a, b) = (predictions(40, 40), predictions(20, 40), predictions(30, 40));
        let comparison = compare(&gold, &a, &b, &quick()).unwrap();
        let (of_a, of_b) = (
            evaluate(&gold, &a, &quick()).unwrap(),
            evaluate(&gold, &b, &quick()).unwrap(),
        );
        for figure in &comparison.figures {
            assert_eq!(
                figure.a,
                of_a.figure(&figure.name).unwrap().value,
                "{}",
                figure.name
            );
            assert_eq!(
                figure.b,
                of_b.figure(&figure.name).unwrap().value,
                "{}",
                figure.name
            );
        }
        let moved: Vec<_> = comparison
            .moved
            .iter()
            .filter(|m| m.metric == "entities")
            .collect();
        assert_eq!(moved.len(), 10);
        assert_eq!((moved[0].a, moved[0].b), (1.0, 0.0));
        assert_eq!(comparison, compare(&gold, &a, &b, &quick()).unwrap());
    }

    #[test]
    fn chance_and_interval_by_hand() {
        // Ten of forty documents moved, all for the better: by chance in 2 of 2^10 swaps.
        let (gold, a, b) = (predictions(40, 40), predictions(20, 40), predictions(30, 40));
        let better = compare(&gold, &a, &b, &quick()).unwrap();
        let recall_better = recall(&better);
        assert_eq!(recall_better.difference, Some(0.25));
        let p = recall_better.p.unwrap();
        assert!((p - 2.0 / 1024.0).abs() < 0.003, "{p}");
        // A share of 1/4 of 40 has a standard error of sqrt(3/16/40).
        let error = (3.0_f64 / 16.0 / 40.0).sqrt();
        let detectable = recall_better.detectable.unwrap();
        assert!((detectable - DETECTABLE * error).abs() < 0.01, "{detectable}");
        let interval = recall_better.interval.unwrap();
        assert!(
            (interval.low - (0.25 - 1.96 * error)).abs() < 0.03,
            "{interval:?}"
        );
        let back = compare(&gold, &b, &a, &quick()).unwrap();
        assert_eq!(recall(&back).difference, Some(-0.25));
    }

    #[test]
    fn the_same_predictions_do_not_differ() {
        let (gold, a) = (predictions(4, 4), predictions(3, 4));
        let comparison = compare(&gold, &a, &a, &quick()).unwrap();
        let figure = recall(&comparison);
        assert_eq!(
            (figure.difference, figure.p, figure.detectable),
            (Some(0.0), Some(1.0), None)
        );
        assert_eq!(comparison.moved, []);
    }

    #[test]
    fn documents_that_one_side_lacks() {
        let (gold, a, b) = (predictions(4, 4), predictions(3, 4), predictions(2, 3));
        assert!(compare(&gold, &a, &b, &quick()).is_err());
        let options = Options {
            ignore_missing: true,
            ..quick()
        };
        let comparison = compare(&gold, &a, &b, &options).unwrap();
        assert_eq!(comparison.documents, 3);
        assert_eq!(
            comparison.notes,
            ["B: 1 document passed over, only in the gold: \"3\""]
        );
    }
}
