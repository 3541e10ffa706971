//! From documents to a report: predictions pass by, are counted for every metric, and let go; then come sums, intervals
//! and slices.

use super::counted::Counted;
use super::errors::Found;
use super::linearised::Linearised;
use super::pairs::{Matcher, Pair, Pairs, pairs};
use super::report::unknown_labels;
use super::studentised::{Estimate, Observed};
use super::sums::Sums;
use super::{
    Bootstrap, CONFIDENCE, Confusion, EvaluationError, Figure, Interval, METRICS, Options, Profile, Report,
    Section, Slice, Slicing, Step,
};
use crate::annotation::Annotation;
use ndarray::{Array2, ArrayView2};
use rayon::prelude::*;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Scores predictions against gold. Documents are matched by id; a layer that a gold document lacks is not scored in it.
///
/// ```
/// use dixit::evaluation::{Options, evaluate};
/// use dixit::formats::parse_record;
///
/// let gold = parse_record(
///     r#"{"id": "a", "text": "Ida Lund left Oslo.", "entities": [
///         {"start": 0, "end": 8, "label": "PERSON"}, {"start": 14, "end": 18, "label": "LOC"}]}"#,
/// )?;
/// let predicted = parse_record(
///     r#"{"id": "a", "text": "Ida Lund left Oslo.", "entities": [
///         {"start": 0, "end": 8, "label": "PERSON"}, {"start": 14, "end": 18, "label": "ORG"}]}"#,
/// )?;
/// let report = evaluate(&[gold], &[predicted], &Options::default())?;
/// assert_eq!(report.figures()["entities.f1"], 0.5);
/// assert_eq!(report.figures()["entities.PERSON.f1"], 1.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Documents that do not match, or a metadata field that none has: see [`EvaluationError`].
pub fn evaluate(
    gold: &[Annotation],
    predicted: &[Annotation],
    options: &Options,
) -> Result<Report, EvaluationError> {
    let mut scores = Scores::new(gold, options)?;
    let Pairs { pairs, notes } = pairs(gold, predicted, options)?;
    scores.know_labels(predicted);
    scores.add(&pairs);
    Ok(scores.report(notes))
}

/// Scores predictions that pass by in parts, so that they need not be in memory together.
pub struct Evaluation<'a> {
    matcher: Matcher<'a>,
    scores: Scores<'a>,
}

impl<'a> Evaluation<'a> {
    /// Nothing predicted yet.
    ///
    /// # Errors
    /// Two gold documents with the same id, or a metadata field that none has.
    pub fn new(gold: &'a [Annotation], options: &'a Options) -> Result<Self, EvaluationError> {
        Ok(Self {
            matcher: Matcher::new(gold)?,
            scores: Scores::new(gold, options)?,
        })
    }

    /// Scores more predictions. The documents of one call are counted in parallel, so a few hundred at a time are best.
    ///
    /// # Errors
    /// A document that was there before, or whose text is not the gold's.
    pub fn add(&mut self, predicted: &[Annotation]) -> Result<(), EvaluationError> {
        let mut pairs = Vec::with_capacity(predicted.len());
        for predicted in predicted {
            pairs.extend(self.matcher.find(predicted, self.scores.options)?);
        }
        self.scores.know_labels(predicted);
        self.scores.add(&pairs);
        Ok(())
    }

    /// The figures of all predictions.
    ///
    /// # Errors
    /// Documents that only one side has, or no document at all.
    pub fn report(self) -> Result<Report, EvaluationError> {
        let notes = self.matcher.finish(self.scores.options)?;
        Ok(self.scores.report(notes))
    }
}

/// What is kept of the documents that were scored.
struct Scores<'a> {
    gold: &'a [Annotation],
    options: &'a Options,
    /// Places in the gold of the documents that were scored.
    documents: Vec<usize>,
    /// Labels of entities on both sides.
    labels: BTreeSet<String>,
    /// By metric: the counts, and whether any prediction has its layer.
    counted: Vec<(Counted, bool)>,
    errors: Found,
}

impl<'a> Scores<'a> {
    fn new(gold: &'a [Annotation], options: &'a Options) -> Result<Self, EvaluationError> {
        let known: BTreeSet<&String> = gold.iter().flat_map(|document| document.meta.keys()).collect();
        if let Some(field) = options.slices.iter().find(|field| !known.contains(field)) {
            return Err(EvaluationError::Field {
                field: field.clone(),
                known: known.into_iter().cloned().collect(),
            });
        }
        let mut scores = Self {
            gold,
            options,
            documents: Vec::new(),
            labels: BTreeSet::new(),
            counted: METRICS.iter().map(|_| (Counted::default(), false)).collect(),
            errors: Found::default(),
        };
        scores.know_labels(gold);
        Ok(scores)
    }

    fn know_labels(&mut self, annotations: &[Annotation]) {
        for entity in annotations.iter().flat_map(|a| a.entities.iter().flatten()) {
            if !self.labels.contains(&entity.label) {
                self.labels.insert(entity.label.clone());
            }
        }
    }

    fn add(&mut self, pairs: &[Pair<'_>]) {
        let options = self.options;
        self.documents.extend(pairs.iter().map(|pair| pair.place));
        for (&metric, (counted, predicts)) in METRICS.iter().zip(&mut self.counted) {
            let tallies: Vec<_> = pairs
                .par_iter()
                .map(|pair| metric.count(pair.gold, pair.predicted, options))
                .collect();
            for (pair, tally) in pairs.iter().zip(tallies) {
                *predicts |= metric.predicts(pair.predicted);
                if let Some(tally) = tally {
                    counted.add(pair.place, &tally);
                }
            }
        }
        if options.errors > 0 {
            self.errors.extend(pairs, options);
        }
    }

    fn report(self, mut notes: Vec<String>) -> Report {
        let options = self.options;
        notes.extend(unknown_labels(&self.labels, options));
        let mut scored = Vec::new();
        let mut confusions = Vec::new();
        for (metric, (mut counted, predicts)) in METRICS.iter().zip(self.counted) {
            let profile = metric.profile();
            if counted.documents.is_empty() {
                continue;
            }
            if predicts {
                confusions.push(Confusion::of(&std::mem::take(&mut counted.confusion)));
                let sums = Sums::new(counted, profile.averages);
                scored.push(Scored { profile, sums });
            } else {
                notes.push(format!("{}: in gold, but not in any prediction", profile.name));
            }
        }
        let mut sections = sections(&scored, options.bootstrap);
        for (section, confusion) in sections.iter_mut().zip(confusions) {
            section.confusion = confusion;
        }
        let slicings = (options.slices.iter())
            .map(|field| slicing(field, self.gold, &self.documents, &scored, options.bootstrap))
            .collect();
        Report {
            documents: self.documents.len(),
            confidence: CONFIDENCE,
            draws: options.bootstrap.draws,
            seed: options.bootstrap.seed,
            sections,
            slicings,
            errors: (options.errors > 0).then(|| self.errors.listed(self.gold)),
            ceilings: Vec::new(),
            notes,
        }
    }
}

/// A metric and the sums of its documents.
struct Scored {
    profile: Profile,
    sums: Sums,
}

/// A section per metric.
fn sections(scored: &[Scored], bootstrap: Bootstrap) -> Vec<Section> {
    (scored.iter().zip(intervals(scored, bootstrap)))
        .map(|(scored, intervals)| section(scored, intervals))
        .collect()
}

/// Documents up to this number are drawn one by one. More are added up in so many groups, which are drawn as documents
/// are: their sums vary as the documents do, and a draw costs no more however many documents there are.
const GROUPS: usize = 1000;

/// The intervals of each metric's figures. Metrics with as many documents share the work of drawing.
fn intervals(scored: &[Scored], bootstrap: Bootstrap) -> Vec<Vec<Option<Interval>>> {
    let mut by_documents: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, scored) in scored.iter().enumerate() {
        by_documents
            .entry(scored.sums.documents())
            .or_default()
            .push(index);
    }
    let mut intervals = vec![Vec::new(); scored.len()];
    for (documents, members) in by_documents {
        let sums: Vec<&Sums> = members.iter().map(|index| &scored[*index].sums).collect();
        let found = match documents > GROUPS {
            true => {
                let grouped: Vec<Sums> = sums.iter().map(|sums| sums.grouped(GROUPS)).collect();
                drawn(&sums, &grouped.iter().collect::<Vec<_>>(), bootstrap)
            }
            false => drawn(&sums, &sums, bootstrap),
        };
        for (member, found) in members.into_iter().zip(found) {
            intervals[member] = found;
        }
    }
    intervals
}

/// The intervals of sums of the same documents, from draws of the units that these were added up in.
fn drawn(sums: &[&Sums], units: &[&Sums], bootstrap: Bootstrap) -> Vec<Vec<Option<Interval>>> {
    let number = units.first().map_or(0, |units| units.documents());
    if number < 2 || bootstrap.draws == 0 {
        return (sums.iter())
            .map(|sums| vec![None; sums.definitions().len()])
            .collect();
    }
    let linearised: Vec<Linearised<'_>> = units.iter().map(|units| Linearised::new(units)).collect();
    let estimates = |weights: ArrayView2<'_, f64>| -> Vec<Vec<Estimate>> {
        let mut draws = vec![Vec::new(); weights.nrows()];
        for linearised in &linearised {
            for (draw, estimates) in draws.iter_mut().zip(linearised.estimates(weights)) {
                draw.extend(estimates);
            }
        }
        draws
    };
    let once = Array2::ones((1, number));
    let documents = sums
        .iter()
        .flat_map(|sums| sums.definitions().iter().map(|d| sums.documents_with(*d)));
    let observed: Vec<Observed> = (estimates(once.view()).into_iter().flatten().zip(documents))
        .map(|(estimate, documents)| Observed::new(estimate, documents))
        .collect();
    let statistics: Vec<Vec<Option<f64>>> = bootstrap.draws(number, |weights| {
        let draws = estimates(weights).into_iter();
        draws
            .map(|draw| {
                observed
                    .iter()
                    .zip(&draw)
                    .map(|(observed, drawn)| observed.statistic(drawn))
                    .collect()
            })
            .collect()
    });
    let mut found = (observed.par_iter().enumerate())
        .map(|(index, observed)| {
            let of_figure = statistics.iter().filter_map(|draw| draw[index]);
            observed.interval(of_figure.collect(), number)
        })
        .collect::<Vec<_>>()
        .into_iter();
    (sums.iter())
        .map(|sums| found.by_ref().take(sums.definitions().len()).collect())
        .collect()
}

fn section(scored: &Scored, intervals: Vec<Option<Interval>>) -> Section {
    let Scored { profile, sums } = scored;
    let values = sums.values(&vec![1; sums.documents()]);
    let figures = sums
        .definitions()
        .iter()
        .zip(values)
        .zip(intervals)
        .zip(sums.support())
        .map(|(((definition, value), interval), support)| {
            let (class, measure) = sums.name(*definition);
            Figure {
                name: [Some(profile.name), class, Some(measure)]
                    .into_iter()
                    .flatten()
                    .collect::<Vec<_>>()
                    .join("."),
                class: class.map(str::to_owned),
                measure,
                value,
                interval,
                support,
            }
        })
        .collect();
    Section {
        metric: profile.name,
        about: profile.about,
        documents: sums.documents(),
        figures,
        confusion: None,
        reliability: sums.bins().map_or_else(Vec::new, |bins| Step::all(&bins)),
    }
}

/// The scored documents in parts, by the value of a metadata field.
fn slicing(
    field: &str,
    gold: &[Annotation],
    documents: &[usize],
    scored: &[Scored],
    bootstrap: Bootstrap,
) -> Slicing {
    // `false` comes first: documents without the field are the last part.
    let mut parts: BTreeMap<(bool, Option<String>), BTreeSet<usize>> = BTreeMap::new();
    for &place in documents {
        let value = gold[place].meta.get(field).map(|value| match value {
            Value::String(value) => value.clone(),
            other => other.to_string(),
        });
        parts.entry((value.is_none(), value)).or_default().insert(place);
    }
    let slices = parts.into_iter().map(|((_, value), places)| {
        let scored: Vec<Scored> = (scored.iter())
            .map(|s| Scored {
                profile: s.profile,
                sums: s.sums.select(|place| places.contains(&place)),
            })
            .filter(|s| s.sums.documents() > 0)
            .collect();
        let mut sections = sections(&scored, bootstrap);
        for section in &mut sections {
            section.reliability.clear();
            section.figures.retain(|figure| figure.value.is_some());
        }
        Slice {
            value,
            documents: places.len(),
            sections,
        }
    });
    Slicing {
        field: field.to_owned(),
        slices: slices.collect(),
    }
}
