//! One name, one label: where the model is less sure of a name, what it makes of the same name elsewhere in the article
//! and what the country tables know of it are weighed in; and a name found once is found wherever it stands.

use super::countries::Gazetteer;
use crate::labels::{COUNTRY, LOC, MISC, NORP, ORG};
use crate::model::{TaggedSpan, label_scores};
use crate::span::Span;
use crate::text::Segments;
use ndarray::ArrayView2;
use std::collections::{HashMap, HashSet};

/// Share of the other mentions of a name, beside the mention's own, in the logarithmic opinion pool (Genest and Zidek
/// 1986) of the model's probabilities.
const OTHERS: f32 = 0.5;
/// Score from which on a name is looked for in the rest of the article, and probability that it needs there.
const SURE: f32 = 0.5;
const LEAST: f32 = 0.02;
/// Log-likelihood of a label, given that the name is in the table of countries, against its likelihood otherwise. Of
/// 1,522 such names in the training articles 1,484 were `COUNTRY`, 33 `LOC`, 5 `PERSON` and none anything else. Persons
/// are left to the model: articles about people with such a name are too few to count.
const OF_COUNTRIES: &[(&str, f32)] = &[(LOC, -2.0), (NORP, -6.0), (ORG, -6.0), (MISC, -6.0)];
/// The same for the table of peoples: of 710 names 705 were `NORP`, 3 `ORG`, 2 `MISC`.
const OF_PEOPLES: &[(&str, f32)] = &[(COUNTRY, -6.0), (LOC, -6.0), (ORG, -4.0), (MISC, -4.0)];

/// Gives the spans of an article the labels that are best for all mentions of their name. An acronym in brackets
/// counts as a mention of the name before it. The probability that a span is an entity at all stays as it is.
pub fn agree(
    text: &str,
    segments: &Segments,
    spans: &mut [TaggedSpan],
    labels: &[String],
    gazetteer: &Gazetteer,
) {
    let names: Vec<Option<Span>> = spans.iter().map(|span| covered(segments, span)).collect();
    let groups = groups(text, &names);
    // Number of the mentions in a group, and for each label the sum of their scores.
    let mut sums: HashMap<usize, (usize, Vec<f32>)> = HashMap::new();
    for (span, group) in spans.iter().zip(&groups) {
        let (count, sum) = sums.entry(*group).or_insert_with(|| (0, vec![0.0; labels.len()]));
        *count += 1;
        for (sum, score) in sum.iter_mut().zip(&span.labels) {
            *sum += score;
        }
    }
    for (index, span) in spans.iter_mut().enumerate() {
        let Some(name) = names[index] else { continue };
        let mass: f32 = span.labels.iter().map(|l| l.exp()).sum();
        let (count, sum) = &sums[&groups[index]];
        let mut votes = span.labels.clone();
        for ((vote, sum), label) in votes.iter_mut().zip(sum).zip(labels) {
            if *count > 1 {
                let others = (sum - *vote) / (count - 1) as f32;
                *vote += OTHERS * (others - *vote);
            }
            *vote += known(name.of(text), label, gazetteer);
        }
        let top = votes.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let total: f32 = votes.iter().map(|v| (v - top).exp()).sum();
        if let Some(best) = (0..votes.len()).max_by(|a, b| votes[*a].total_cmp(&votes[*b])) {
            span.label = best;
            span.score = mass.min(1.0) / total;
        }
    }
}

/// What the country tables say for or against a label of a name.
fn known(name: &str, label: &str, gazetteer: &Gazetteer) -> f32 {
    let table = if gazetteer.knows(name, COUNTRY) {
        OF_COUNTRIES
    } else if gazetteer.knows(name, NORP) {
        OF_PEOPLES
    } else {
        return 0.0;
    };
    table
        .iter()
        .find(|(l, _)| *l == label)
        .map_or(0.0, |(_, weight)| *weight)
}

/// Adds the mentions that the model missed of names that it is sure of elsewhere in the article, where it does not rule
/// them out: `log_probabilities` has a row per word and a column per entity tag.
pub fn complete(
    text: &str,
    segments: &Segments,
    spans: &mut Vec<TaggedSpan>,
    log_probabilities: ArrayView2<'_, f32>,
) {
    let mut known: HashMap<&str, Vec<(&str, usize, usize)>> = HashMap::new();
    for span in spans.iter().filter(|span| span.score >= SURE) {
        let (Some(first), Some(name)) = (segments.words.get(span.words.start), covered(segments, span))
        else {
            continue;
        };
        if first.of(text).starts_with(char::is_uppercase) {
            let names = known.entry(first.of(text)).or_default();
            names.push((name.of(text), span.words.len(), span.label));
        }
    }
    for names in known.values_mut() {
        names.sort_by_key(|(name, length, _)| (std::cmp::Reverse(*length), *name));
        names.dedup_by_key(|(name, _, _)| *name);
    }
    let mut taken: HashSet<usize> = spans.iter().flat_map(|span| span.words.clone()).collect();
    let mut found = Vec::new();
    for sentence in &segments.sentences {
        for row in sentence.words.clone() {
            for &(name, length, label) in known.get(segments.words[row].of(text)).into_iter().flatten() {
                let words = row..row + length;
                let free = words.end <= sentence.words.end && words.clone().all(|row| !taken.contains(&row));
                if !free || segments.words[row].cover(segments.words[words.end - 1]).of(text) != name {
                    continue;
                }
                let labels = label_scores(log_probabilities, words.clone());
                let score = labels[label].exp();
                if score >= LEAST {
                    taken.extend(words.clone());
                    found.push(TaggedSpan {
                        words,
                        label,
                        score,
                        labels,
                    });
                    break;
                }
            }
        }
    }
    spans.append(&mut found);
    spans.sort_by_key(|span| span.words.start);
}

fn covered(segments: &Segments, span: &TaggedSpan) -> Option<Span> {
    let first = segments.words.get(span.words.start)?;
    let last = segments.words.get(span.words.end.checked_sub(1)?)?;
    Some(first.cover(*last))
}

/// For each name the index of the first that it is a mention of.
fn groups(text: &str, names: &[Option<Span>]) -> Vec<usize> {
    let mut first: HashMap<&str, usize> = HashMap::new();
    let mut out = Vec::with_capacity(names.len());
    for (index, name) in names.iter().enumerate() {
        let Some(name) = name else {
            out.push(index);
            continue;
        };
        let surface = name.of(text);
        let group = match first.get(surface) {
            Some(group) => *group,
            None => match (index > 0).then(|| names[index - 1]).flatten() {
                Some(full) if short_for(text, full, *name) => out[index - 1],
                _ => index,
            },
        };
        first.entry(surface).or_insert(group);
        out.push(group);
    }
    out
}

/// Whether `name` stands in brackets behind `full` and is made of capitals that are among its initials, in order.
fn short_for(text: &str, full: Span, name: Span) -> bool {
    let between = text.get(full.end..name.start).unwrap_or("");
    if between != " (" || !text[name.end..].starts_with(')') {
        return false;
    }
    let mut initials = full
        .of(text)
        .split(|c: char| !c.is_alphanumeric())
        .filter_map(|word| word.chars().next());
    let letters = name.of(text).chars().filter(|c| *c != '.');
    let mut count = 0;
    for letter in letters {
        count += 1;
        if !letter.is_uppercase() || !initials.any(|initial| initial.to_uppercase().eq([letter])) {
            return false;
        }
    }
    count > 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{TagSet, decode};
    use crate::text::segment;
    use ndarray::Array2;

    const LABELS: [&str; 6] = ["PERSON", ORG, COUNTRY, LOC, NORP, MISC];

    /// Labels after agreement of names given with the model's probability of two labels.
    fn agreed(text: &str, mentions: &[(&str, [(&str, f32); 2])]) -> Vec<String> {
        let segments = segment(text);
        let labels = LABELS.map(str::to_owned);
        let mut from = 0;
        let mut spans: Vec<TaggedSpan> = mentions
            .iter()
            .map(|(name, votes)| {
                let start = from + text[from..].find(name).unwrap();
                from = start + name.len();
                let mut logs = vec![1e-4f32.ln(); LABELS.len()];
                for (label, p) in votes {
                    logs[LABELS.iter().position(|l| l == label).unwrap()] = p.ln();
                }
                let label = LABELS.iter().position(|l| *l == votes[0].0).unwrap();
                TaggedSpan {
                    words: segments.words_in(Span::new(start, from)),
                    label,
                    score: votes[0].1,
                    labels: logs,
                }
            })
            .collect();
        agree(text, &segments, &mut spans, &labels, Gazetteer::builtin());
        assert!(spans.iter().all(|s| s.score > 0.0 && s.score <= 1.0));
        spans.iter().map(|s| LABELS[s.label].to_owned()).collect()
    }

    #[test]
    fn a_sure_mention_speaks_for_an_unsure_one() {
        let text = "Straw spoke. Then Straw left.";
        let mentions = [
            ("Straw", [("PERSON", 0.97), (ORG, 0.02)]),
            ("Straw", [(ORG, 0.5), ("PERSON", 0.4)]),
        ];
        assert_eq!(agreed(text, &mentions), ["PERSON", "PERSON"]);
    }

    #[test]
    fn an_acronym_in_brackets_is_the_name_before_it() {
        let text = "The Havbruk Fiskeri Alliance (HFA) met. HFA members left.";
        let mentions = [
            ("Havbruk Fiskeri Alliance", [(ORG, 0.98), (MISC, 0.01)]),
            ("HFA", [(MISC, 0.6), (ORG, 0.3)]),
            ("HFA", [(LOC, 0.5), (ORG, 0.3)]),
        ];
        assert_eq!(agreed(text, &mentions), [ORG, ORG, ORG]);
    }

    #[test]
    fn missed_mentions_are_found_where_the_model_allows_them() {
        let text = "Ida Lund spoke. Ida Lund left. So did May in May, and Lund.";
        let segments = segment(text);
        let labels = 6;
        let mut scores = Array2::from_elem((segments.words.len(), 2 * labels + 1), 1e-4f32.ln());
        // The probability that a word begins or continues a PERSON.
        let mut set = |word: usize, p: f32| {
            scores[[word, TagSet::OUTSIDE]] = (1.0 - p).ln();
            scores[[word, TagSet::begin(0)]] = p.ln();
        };
        let probabilities = [
            0.9f32, 0.9, 0.0, 0.0, 0.1, 0.1, 0.0, 0.0, 0.0, 0.0, 0.9, 0.0, 0.001, 0.0, 0.0, 0.4, 0.0,
        ];
        for (word, p) in probabilities.into_iter().enumerate() {
            set(word, p.clamp(1e-4, 0.999));
        }
        let mut spans = decode(scores.view());
        // Two words that each begin a span are made one.
        spans[0].words.end = 2;
        spans.remove(1);
        complete(text, &segments, &mut spans, scores.view());
        let names: Vec<&str> = (spans.iter())
            .map(|s| covered(&segments, s).unwrap().of(text))
            .collect();
        assert_eq!(names, ["Ida Lund", "Ida Lund", "May"]);
    }

    #[test]
    fn the_tables_outvote_the_model_where_names_are_clear() {
        for (text, name, votes, label) in [
            (
                "Talks with DPRK went on.",
                "DPRK",
                [(ORG, 0.98), (COUNTRY, 0.01)],
                COUNTRY,
            ),
            (
                "Chad smiled.",
                "Chad",
                [("PERSON", 0.9), (COUNTRY, 0.08)],
                "PERSON",
            ),
            ("The Kenyan side won.", "Kenyan", [(ORG, 0.6), (NORP, 0.3)], NORP),
            ("Snohamar won.", "Snohamar", [(ORG, 0.6), (LOC, 0.3)], ORG),
        ] {
            assert_eq!(agreed(text, &[(name, votes)]), [label], "{text}");
        }
    }
}
