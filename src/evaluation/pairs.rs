//! Which prediction belongs to which gold document.

use super::error::{documents, some};
use super::{EvaluationError, Options, Side};
use crate::annotation::Annotation;
use std::collections::HashMap;

/// A gold document and what was predicted for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair<'a> {
    pub(super) gold: &'a Annotation,
    pub(super) predicted: &'a Annotation,
}

/// Documents that both sides have, in the order of the gold, and what is to be said about the others.
#[derive(Debug)]
pub(super) struct Pairs<'a> {
    pub(super) pairs: Vec<Pair<'a>>,
    pub(super) notes: Vec<String>,
}

/// Matches documents by id.
pub(super) fn pairs<'a>(
    gold: &'a [Annotation],
    predicted: &'a [Annotation],
    options: &Options,
) -> Result<Pairs<'a>, EvaluationError> {
    let gold_ids = index(gold, Side::Gold)?;
    let predicted_ids = index(predicted, Side::Predictions)?;
    let mut notes = Vec::new();
    for (side, own, other) in [
        (Side::Gold, gold, &predicted_ids),
        (Side::Predictions, predicted, &gold_ids),
    ] {
        let ids = own
            .iter()
            .map(|a| &a.id)
            .filter(|id| !other.contains_key(id.as_str()));
        let ids: Vec<String> = ids.cloned().collect();
        match (ids.is_empty(), options.ignore_missing) {
            (true, _) => {}
            (false, false) => return Err(EvaluationError::Missing { side, ids }),
            (false, true) => notes.push(passed_over(&ids, &format!("only in the {side}"))),
        }
    }
    let mut pairs = Vec::new();
    let mut differing = Vec::new();
    for gold in gold {
        let Some(&at) = predicted_ids.get(gold.id.as_str()) else {
            continue;
        };
        let predicted = &predicted[at];
        let id = gold.id.clone();
        match difference(&gold.text, &predicted.text) {
            None => pairs.push(Pair { gold, predicted }),
            Some(_) if options.ignore_differing => differing.push(id),
            Some(at) => return Err(EvaluationError::Text { id, at }),
        }
    }
    if !differing.is_empty() {
        notes.push(passed_over(&differing, "the text differs"));
    }
    if pairs.is_empty() {
        return Err(EvaluationError::Empty);
    }
    Ok(Pairs { pairs, notes })
}

fn passed_over(ids: &[String], reason: &str) -> String {
    format!("{} passed over, {reason}: {}", documents(ids.len()), some(ids))
}

fn index(annotations: &[Annotation], side: Side) -> Result<HashMap<&str, usize>, EvaluationError> {
    let mut index = HashMap::new();
    for (at, annotation) in annotations.iter().enumerate() {
        if let Some(first) = index.insert(annotation.id.as_str(), at) {
            return Err(EvaluationError::Duplicate {
                side,
                id: annotation.id.clone(),
                first: first + 1,
                second: at + 1,
            });
        }
    }
    Ok(index)
}

/// First code point at which two texts differ.
fn difference(a: &str, b: &str) -> Option<usize> {
    if a == b {
        return None;
    }
    Some(a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn documents(list: &[(&str, &str)]) -> Vec<Annotation> {
        list.iter()
            .map(|(id, text)| Annotation {
                id: (*id).to_owned(),
                text: (*text).to_owned(),
                ..Annotation::default()
            })
            .collect()
    }

    #[test]
    fn documents_that_do_not_match_are_named() {
        let gold = documents(&[("a", "é one"), ("b", "two"), ("c", "three")]);
        let cases = [
            (
                documents(&[("a", "é one")]),
                "2 documents of the gold not in the predictions: \"b\", \"c\"",
            ),
            (
                documents(&[("a", "é one"), ("b", "two"), ("c", "three"), ("d", "")]),
                "1 document of the predictions not in the gold: \"d\"",
            ),
            (
                documents(&[("b", "two"), ("c", "three"), ("a", "é on")]),
                "the text of \"a\" differs between gold and prediction from code point 4 on",
            ),
            (
                documents(&[("b", "two"), ("a", "é one"), ("b", "two")]),
                "id \"b\" occurs twice in the predictions, as documents 1 and 3",
            ),
        ];
        for (predicted, expected) in cases {
            let error = pairs(&gold, &predicted, &Options::default()).unwrap_err();
            assert_eq!(error.to_string(), expected);
        }
    }

    #[test]
    fn what_is_to_be_ignored_is_said() {
        let gold = documents(&[("a", "one"), ("b", "two")]);
        let predicted = documents(&[("c", "three"), ("b", "two"), ("a", "other")]);
        let options = Options {
            ignore_missing: true,
            ignore_differing: true,
            ..Options::default()
        };
        let found = pairs(&gold, &predicted, &options).unwrap();
        assert_eq!(
            found.pairs.iter().map(|p| p.gold.id.as_str()).collect::<Vec<_>>(),
            ["b"]
        );
        assert_eq!(
            found.notes,
            [
                "1 document passed over, only in the predictions: \"c\"",
                "1 document passed over, the text differs: \"a\""
            ]
        );
        let none = pairs(&gold[..1], &predicted[..1], &options).unwrap_err();
        assert_eq!(none, EvaluationError::Empty);
    }

    #[test]
    fn long_lists_are_cut_with_their_number() {
        let gold = documents(&["a", "b", "c", "d", "e", "f", "g"].map(|id| (id, "")));
        let error = pairs(&gold, &[], &Options::default()).unwrap_err().to_string();
        assert!(
            error.starts_with("7 documents") && error.ends_with("\"e\" and 2 more"),
            "{error}"
        );
    }
}
