//! Two annotators of the same documents: the scores of one against the other, coefficients that take chance into
//! account, and what is to be adjudicated.
//!
//! Cohen's kappa (1960) and Krippendorff's alpha (2013, nominal) over units that both labelled; alpha for unitising in
//! `unitizing`.

use super::error::documents;
use super::output::{Sheet, Shown, Table, tables};
use super::pairs::{Pair, Pairs, pairs};
use super::unitizing::{Disagreements, Units, disagreements};
use super::{EvaluationError, Interval, Options, Report, evaluate, matching};
use crate::annotation::{Annotation, Quotation, Sentence};
use crate::formats::{OffsetUnit, Offsets};
use crate::labels::ROLES;
use crate::span::Span;
use crate::text::segment;
use ndarray::ArrayView1;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Disagreements that are shown in tables.
const SHOWN: usize = 20;

/// How far two annotators agree.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Agreement {
    /// The second annotator scored against the first; F1 is the same the other way round.
    pub report: Report,
    /// Coefficients by layer.
    pub coefficients: Vec<Coefficient>,
    /// Everything they do not agree on, by document and place.
    pub disagreements: Vec<Disagreement>,
}

/// Agreement beyond chance over one layer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Coefficient {
    /// What was labelled, in which units.
    pub layer: &'static str,
    /// `agreement`, `kappa`, `alpha` or `unitized_alpha`.
    pub name: &'static str,
    /// Its value; `None` where there is only one label, or nothing at all.
    pub value: Option<f64>,
    /// Its bootstrap interval; `None` of `unitized_alpha`, whose expectation is over all documents in a row.
    pub interval: Option<Interval>,
    /// Units that both labelled.
    pub units: u64,
}

/// Something that the annotators see differently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Disagreement {
    /// The document.
    pub document: String,
    /// What was labelled.
    pub layer: &'static str,
    /// First code point.
    pub start: usize,
    /// One past the last code point.
    pub end: usize,
    /// The text there.
    pub text: String,
    /// What the first annotator has; `None` for nothing.
    pub first: Option<String>,
    /// What the second has.
    pub second: Option<String>,
}

/// Units that both annotators labelled, with what each of them says.
type Labelled = Vec<(Span, [String; 2])>;

/// A layer of which each unit has one label.
struct Layer {
    name: &'static str,
    units: fn(Pair<'_>, &Options) -> Labelled,
    /// Whether differing units are to be adjudicated; not of words, which entities are listed for.
    listed: bool,
}

const LAYERS: &[Layer] = &[
    Layer {
        name: "entities by word",
        units: words,
        listed: false,
    },
    Layer {
        name: "claim types",
        units: |pair, _| {
            sentences(pair, |s| {
                let mut types = s.claim_type.clone();
                types.sort();
                (!types.is_empty()).then(|| types.join(" or "))
            })
        },
        listed: true,
    },
    Layer {
        name: "check-worthiness",
        units: |pair, _| {
            sentences(pair, |s| {
                s.check_worthy.map(|w| if w { "yes" } else { "no" }.to_owned())
            })
        },
        listed: true,
    },
    Layer {
        name: "quotation",
        units: |pair, _| {
            sentences(pair, |s| {
                s.quotation.map(|q| {
                    match q {
                        Quotation::Direct => "direct",
                        Quotation::Indirect => "indirect",
                        Quotation::Mixed => "mixed",
                        Quotation::None => "none",
                    }
                    .to_owned()
                })
            })
        },
        listed: true,
    },
    Layer {
        name: "speakers",
        // Where quotation was labelled, no speaker means that there is none.
        units: |pair, _| {
            sentences(pair, |s| {
                s.quotation
                    .map(|_| s.speaker.clone().unwrap_or_else(|| "nobody".to_owned()))
            })
        },
        listed: true,
    },
];

/// Holds two annotators against each other. Documents are matched by id.
///
/// # Errors
/// Documents that do not match: see [`EvaluationError`].
pub fn agree(
    first: &[Annotation],
    second: &[Annotation],
    options: &Options,
) -> Result<Agreement, EvaluationError> {
    let report = evaluate(first, second, options)?;
    let Pairs { pairs, .. } = pairs(first, second, options)?;
    let mut coefficients = Vec::new();
    let mut listed = BTreeMap::new();
    for layer in LAYERS {
        let units: Vec<Labelled> = pairs.iter().map(|pair| (layer.units)(*pair, options)).collect();
        coefficients.extend(nominal(layer.name, &units, options));
        for (place, (pair, units)) in pairs.iter().zip(units).enumerate().filter(|_| layer.listed) {
            for (span, [a, b]) in units.into_iter().filter(|(_, [a, b])| a != b) {
                listed
                    .entry(place)
                    .or_insert_with(Vec::new)
                    .push((span, disagreement(pair, layer.name, span, Some(a), Some(b))));
            }
        }
    }
    coefficients.extend(unitized(&pairs, options));
    for (place, pair) in pairs.iter().enumerate() {
        listed
            .entry(place)
            .or_default()
            .extend(spans_apart(pair, options));
    }
    let mut disagreements = Vec::new();
    for (_, mut list) in listed {
        list.sort_by_key(|(span, d)| (*span, d.layer));
        disagreements.extend(list.into_iter().map(|(_, d)| d));
    }
    Ok(Agreement {
        report,
        coefficients,
        disagreements,
    })
}

fn merged<'a>(label: &'a str, options: &'a Options) -> Option<&'a str> {
    let label = options.merge.get(label).map_or(label, String::as_str);
    let counts = options
        .labels
        .as_ref()
        .is_none_or(|labels| labels.contains(label));
    counts.then_some(label)
}

/// Each word with the label of the longest entity that covers some of it.
fn words(pair: Pair<'_>, options: &Options) -> Labelled {
    let (Some(first), Some(second)) = (&pair.gold.entities, &pair.predicted.entities) else {
        return Vec::new();
    };
    let label = |entities: &[crate::annotation::Entity], word: Span| {
        let covering = entities.iter().filter(|e| e.span.overlaps(word));
        let counting = covering.filter_map(|e| Some((e.span.len(), merged(&e.label, options)?)));
        let longest = counting.max_by_key(|(length, _)| *length);
        longest.map_or_else(|| "none".to_owned(), |(_, label)| label.to_owned())
    };
    let words = segment(&pair.gold.text).words.into_iter();
    words
        .map(|word| (word, [label(first, word), label(second, word)]))
        .collect()
}

/// Each sentence of the first annotator that the second has too, where both have a value.
fn sentences(pair: Pair<'_>, value: fn(&Sentence) -> Option<String>) -> Labelled {
    let first = pair.gold.sentences.iter().flatten();
    first
        .filter_map(|sentence| {
            let other = matching::sentence(sentence.span, pair.predicted)?;
            Some((sentence.span, [value(sentence)?, value(other)?]))
        })
        .collect()
}

/// What a document adds to the coefficients: agreements, units, and per label how often each annotator uses it.
struct Counts {
    agreements: f64,
    units: f64,
    labels: Vec<(usize, [f64; 2])>,
}

/// Raw agreement, kappa and alpha of a layer; nothing where nobody labelled it.
fn nominal(layer: &'static str, documents: &[Labelled], options: &Options) -> Vec<Coefficient> {
    let all: BTreeSet<&String> = documents
        .iter()
        .flatten()
        .flat_map(|(_, labels)| labels)
        .collect();
    let all: Vec<&String> = all.into_iter().collect();
    let documents: Vec<Counts> = (documents.iter().filter(|units| !units.is_empty()))
        .map(|units| {
            let mut labels: BTreeMap<usize, [f64; 2]> = BTreeMap::new();
            for (_, pair) in units {
                for (annotator, label) in pair.iter().enumerate() {
                    if let Ok(index) = all.binary_search(&label) {
                        labels.entry(index).or_default()[annotator] += 1.0;
                    }
                }
            }
            Counts {
                agreements: units.iter().filter(|(_, [a, b])| a == b).count() as f64,
                units: units.len() as f64,
                labels: labels.into_iter().collect(),
            }
        })
        .collect();
    if documents.is_empty() {
        return Vec::new();
    }
    let values = |weights: ArrayView1<'_, f64>| coefficients(&documents, weights, all.len()).to_vec();
    let once = vec![1.0; documents.len()];
    let found = values(ArrayView1::from(&once));
    let intervals = options
        .bootstrap
        .percentiles(documents.len(), found.len(), |draws| {
            draws.outer_iter().map(values).collect()
        });
    let units = documents.iter().map(|d| d.units as u64).sum();
    (["agreement", "kappa", "alpha"]
        .into_iter()
        .zip(found)
        .zip(intervals))
    .map(|((name, value), interval)| Coefficient {
        layer,
        name,
        value,
        interval,
        units,
    })
    .collect()
}

/// Share of agreements, kappa, and nominal alpha.
fn coefficients(documents: &[Counts], weights: ArrayView1<'_, f64>, labels: usize) -> [Option<f64>; 3] {
    let (mut agreements, mut units) = (0.0, 0.0);
    let mut uses = vec![[0.0; 2]; labels];
    for (document, &weight) in documents.iter().zip(weights).filter(|(_, w)| **w > 0.0) {
        agreements += weight * document.agreements;
        units += weight * document.units;
        for (label, [first, second]) in &document.labels {
            uses[*label][0] += weight * first;
            uses[*label][1] += weight * second;
        }
    }
    if units == 0.0 {
        return [None; 3];
    }
    let observed = agreements / units;
    let by_chance: f64 = uses.iter().map(|[a, b]| a * b).sum::<f64>() / (units * units);
    let values = 2.0 * units;
    // Pairs of values that differ, of all that could be paired.
    let differing = values * values - uses.iter().map(|[a, b]| (a + b).powi(2)).sum::<f64>();
    [
        Some(observed),
        (by_chance < 1.0).then(|| (observed - by_chance) / (1.0 - by_chance)),
        (differing > 0.0).then(|| 1.0 - (values - 1.0) * 2.0 * (units - agreements) / differing),
    ]
}

/// Alpha for unitising of entities, in code points, with all documents in a row.
fn unitized(pairs: &[Pair<'_>], options: &Options) -> Vec<Coefficient> {
    let mut by_label: BTreeMap<&str, Units> = BTreeMap::new();
    let (mut length, mut number) = (0, 0);
    for pair in pairs {
        let (Some(first), Some(second)) = (&pair.gold.entities, &pair.predicted.entities) else {
            continue;
        };
        let offsets = Offsets::new(&pair.gold.text, OffsetUnit::Codepoint);
        for (observer, entities) in [first, second].into_iter().enumerate() {
            let mut entities: Vec<_> = entities.iter().collect();
            entities.sort_by_key(|e| e.span);
            for entity in entities {
                let (Some(label), Ok((start, end))) =
                    (merged(&entity.label, options), offsets.write(entity.span))
                else {
                    continue;
                };
                let units = &mut by_label.entry(label).or_default().observers[observer];
                let (start, end) = (length + start, length + end);
                // What overlaps or is listed twice is one unit.
                match units.last_mut() {
                    Some(last) if start < last.1 => last.1 = last.1.max(end),
                    _ => {
                        units.push((start, end));
                        number += 1;
                    }
                }
            }
        }
        length += pair.gold.text.chars().count();
    }
    if number == 0 {
        return Vec::new();
    }
    let mut all = Disagreements::default();
    for units in by_label.values() {
        all.add(disagreements(units, length));
    }
    vec![Coefficient {
        layer: "entities by span",
        name: "unitized_alpha",
        value: all.alpha(),
        interval: None,
        units: number,
    }]
}

fn disagreement(
    pair: &Pair<'_>,
    layer: &'static str,
    span: Span,
    first: Option<String>,
    second: Option<String>,
) -> Disagreement {
    let text = pair.gold.text.as_str();
    let characters = |to: usize| text.get(..to).map_or(0, |t| t.chars().count());
    Disagreement {
        document: pair.gold.id.clone(),
        layer,
        start: characters(span.start),
        end: characters(span.end),
        text: span.of(text).to_owned(),
        first,
        second,
    }
}

/// Typed spans that only one annotator has, beside what the other has there.
fn spans_apart(pair: &Pair<'_>, options: &Options) -> Vec<(Span, Disagreement)> {
    let entities = |annotation: &'_ Annotation| -> Option<BTreeSet<(Span, String)>> {
        let entities = annotation.entities.as_ref()?.iter();
        let counting = entities.filter_map(|e| Some((e.span, merged(&e.label, options)?.to_owned())));
        Some(counting.collect())
    };
    let roles = |annotation: &'_ Annotation| -> Option<BTreeSet<(Span, String)>> {
        let attributions = annotation.attributions.as_ref()?.iter();
        let fragments = attributions.flat_map(|a| {
            (ROLES.into_iter().zip([&a.source, &a.cue, &a.content]))
                .flat_map(|(role, spans)| spans.iter().map(move |span| (*span, role.to_owned())))
        });
        Some(fragments.collect())
    };
    let mut found = Vec::new();
    for (layer, first, second) in [
        ("entities", entities(pair.gold), entities(pair.predicted)),
        ("attributions", roles(pair.gold), roles(pair.predicted)),
    ] {
        let (Some(first), Some(second)) = (first, second) else {
            continue;
        };
        let only = |these: &'_ BTreeSet<(Span, String)>, those: &BTreeSet<(Span, String)>| {
            these.difference(those).cloned().collect::<Vec<_>>()
        };
        let mut seconds = only(&second, &first);
        for (span, label) in only(&first, &second) {
            let best = (seconds.iter().enumerate())
                .filter(|(_, (other, _))| other.overlaps(span))
                .max_by_key(|(_, (other, _))| other.overlap(span))
                .map(|(index, _)| index);
            let other = best.map(|index| seconds.remove(index));
            let cover = other.as_ref().map_or(span, |(other, _)| span.cover(*other));
            let said = |span: Span, label: &str| format!("{label} {:?}", span.of(&pair.gold.text));
            let second = other.map(|(span, label)| said(span, &label));
            let row = disagreement(pair, layer, cover, Some(said(span, &label)), second);
            found.push((cover, row));
        }
        for (span, label) in seconds {
            let said = format!("{label} {:?}", span.of(&pair.gold.text));
            found.push((span, disagreement(pair, layer, span, None, Some(said))));
        }
    }
    found
}

impl Shown for Agreement {
    fn sheet(&self) -> Sheet {
        let rows = self.coefficients.iter().map(|c| {
            let value = c.value.map_or_else(|| "–".to_owned(), |v| format!("{v:.3}"));
            let interval = c
                .interval
                .map_or_else(String::new, |i| format!("[{:.3}, {:.3}]", i.low, i.high));
            vec![
                format!("{} {}", c.layer, c.name.replace('_', " ")),
                value,
                interval,
                c.units.to_string(),
            ]
        });
        let mut shown = vec![Table {
            caption: "Agreement beyond chance".to_owned(),
            header: ["", "value", "interval", "units"].map(str::to_owned).to_vec(),
            rows: rows.collect(),
        }];
        for section in &self.report.sections {
            shown.extend(tables(section).into_iter().map(|table| Table {
                caption: format!("{}: {}", section.metric, table.caption),
                ..table
            }));
        }
        let none = || "–".to_owned();
        let rows = self.disagreements.iter().take(SHOWN).map(|d| {
            vec![
                format!("{} {} {}..{}", d.document, d.layer, d.start, d.end),
                d.first.clone().unwrap_or_else(none),
                d.second.clone().unwrap_or_else(none),
            ]
        });
        let rows: Vec<_> = rows.collect();
        if !rows.is_empty() {
            shown.push(Table {
                caption: format!("To adjudicate ({} of {})", rows.len(), self.disagreements.len()),
                header: ["", "first", "second"].map(str::to_owned).to_vec(),
                rows,
            });
        }
        let mut notes = self.report.notes.clone();
        if self.disagreements.len() > SHOWN {
            notes.push("JSON lists everything that is to be adjudicated".to_owned());
        }
        notes.push(format!(
            "{}; the second annotator is scored against the first",
            documents(self.report.documents)
        ));
        Sheet {
            title: "Agreement",
            tables: shown,
            notes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::fixtures::{sentence, with_entities};

    fn near(found: Option<f64>, expected: f64) {
        let found = found.unwrap();
        assert!((found - expected).abs() < 1e-9, "{found} {expected}");
    }

    fn labelled(pairs: &[(&str, &str, usize)]) -> Labelled {
        let repeated = pairs.iter().flat_map(|&(a, b, n)| std::iter::repeat_n([a, b], n));
        repeated
            .map(|pair| (Span::new(0, 1), pair.map(str::to_owned)))
            .collect()
    }

    fn values(pairs: &[(&str, &str, usize)]) -> Vec<Option<f64>> {
        let found = nominal("x", &[labelled(pairs)], &Options::default());
        found.iter().map(|c| c.value).collect()
    }

    #[test]
    fn coefficients_by_hand() {
        // 50 grant proposals: 20 twice yes, 15 twice no, 5 and 10 differ.
        let found = values(&[("y", "y", 20), ("y", "n", 5), ("n", "y", 10), ("n", "n", 15)]);
        near(found[0], 0.7);
        near(found[1], 0.4);
        // 1 - 99 * 30 / (100² - 55² - 45²)
        near(found[2], 1.0 - 99.0 * 30.0 / 4950.0);
        // Ten yes-no decisions: alpha is 0.095.
        let found = values(&[("0", "0", 5), ("0", "1", 3), ("1", "0", 1), ("1", "1", 1)]);
        near(found[2], 1.0 - 19.0 * 8.0 / (400.0 - 196.0 - 36.0));
        assert!((found[2].unwrap() - 0.095).abs() < 0.0005);
        // Whole agreement on one label is not evidence of anything.
        assert_eq!(values(&[("y", "y", 7)]), [Some(1.0), None, None]);
        assert_eq!(values(&[]), []);
    }

    #[test]
    fn annotators_of_one_document() {
        let mut first = with_entities("é [PERSON Ida Lund] left [LOC Oslo] for [LOC Moss]");
        let mut second = with_entities("é [PERSON Ida] Lund left [ORG Oslo] for [LOC Moss]");
        let text = first.text.clone();
        let types = [("denial", "denial"), ("threat", "denial")];
        for (annotation, side) in [(&mut first, 0), (&mut second, 1)] {
            annotation.sentences = Some(
                (types.iter().enumerate())
                    .map(|(index, pair)| {
                        let mut sentence = sentence(3 * index, if index == 0 { 3 } else { text.len() });
                        sentence.claim_type = vec![[pair.0, pair.1][side].to_owned()];
                        sentence
                    })
                    .collect(),
            );
        }
        let found = agree(&[first.clone()], &[second], &Options::default()).unwrap();
        let rows: Vec<_> = (found.disagreements.iter())
            .map(|d| (d.layer, d.start, d.first.as_deref(), d.second.as_deref()))
            .collect();
        assert_eq!(
            rows,
            [
                ("entities", 2, Some("PERSON \"Ida Lund\""), Some("PERSON \"Ida\"")),
                ("claim types", 2, Some("threat"), Some("denial")),
                ("entities", 16, Some("LOC \"Oslo\""), Some("ORG \"Oslo\"")),
            ]
        );
        let value = |layer: &str, name: &str| {
            let of = |c: &&Coefficient| c.layer == layer && c.name == name;
            found.coefficients.iter().find(of).and_then(|c| c.value)
        };
        // Seven words, of which "Lund" and "Oslo" differ.
        near(value("entities by word", "agreement"), 5.0 / 7.0);
        near(value("claim types", "agreement"), 0.5);
        assert!(value("entities by span", "unitized_alpha").is_some_and(|v| (0.0..1.0).contains(&v)));
        let same = agree(&[first.clone()], &[first], &Options::default()).unwrap();
        assert_eq!(same.disagreements, []);
        let whole = same.coefficients.iter().filter_map(|c| c.value);
        assert!(whole.clone().all(|v| v == 1.0), "{:?}", same.coefficients);
    }
}
