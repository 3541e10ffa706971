//! Which prediction belongs to which gold document. Gold is at hand; predictions may be, or pass by one after another.

use super::error::{documents, some};
use super::{EvaluationError, Options, Side};
use crate::annotation::Annotation;
use std::collections::HashMap;

/// A gold document and what was predicted for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair<'a> {
    /// Place of the document in the gold.
    pub(super) place: usize,
    pub(super) gold: &'a Annotation,
    pub(super) predicted: &'a Annotation,
}

/// Finds the gold document of one prediction after the other, and remembers what fits nowhere.
pub(super) struct Matcher<'g> {
    gold: &'g [Annotation],
    places: HashMap<&'g str, usize>,
    /// Ids of the predictions so far, with their place.
    seen: HashMap<String, usize>,
    extra: Vec<String>,
    differing: Vec<String>,
    matched: usize,
}

impl<'g> Matcher<'g> {
    pub(super) fn new(gold: &'g [Annotation]) -> Result<Self, EvaluationError> {
        let mut places = HashMap::new();
        for (place, annotation) in gold.iter().enumerate() {
            if let Some(first) = places.insert(annotation.id.as_str(), place) {
                return Err(duplicate(Side::Gold, &annotation.id, first, place));
            }
        }
        Ok(Self {
            gold,
            places,
            seen: HashMap::new(),
            extra: Vec::new(),
            differing: Vec::new(),
            matched: 0,
        })
    }

    /// The gold document of a prediction; `None` where there is none, or where its text differs and that is to be passed
    /// over.
    pub(super) fn find<'a>(
        &mut self,
        predicted: &'a Annotation,
        options: &Options,
    ) -> Result<Option<Pair<'a>>, EvaluationError>
    where
        'g: 'a,
    {
        let id = &predicted.id;
        let number = self.seen.len();
        if let Some(first) = self.seen.insert(id.clone(), number) {
            return Err(duplicate(Side::Predictions, id, first, number));
        }
        let Some(&place) = self.places.get(id.as_str()) else {
            self.extra.push(id.clone());
            return Ok(None);
        };
        let gold = &self.gold[place];
        match difference(&gold.text, &predicted.text) {
            None => {
                self.matched += 1;
                Ok(Some(Pair {
                    place,
                    gold,
                    predicted,
                }))
            }
            Some(_) if options.ignore_differing => {
                self.differing.push(id.clone());
                Ok(None)
            }
            Some(at) => Err(EvaluationError::Text { id: id.clone(), at }),
        }
    }

    /// What is to be said about the documents that were passed over.
    pub(super) fn finish(self, options: &Options) -> Result<Vec<String>, EvaluationError> {
        let missing = self.gold.iter().map(|gold| &gold.id);
        let missing: Vec<String> = missing
            .filter(|id| !self.seen.contains_key(*id))
            .cloned()
            .collect();
        let mut notes = Vec::new();
        for (side, ids) in [(Side::Gold, missing), (Side::Predictions, self.extra)] {
            match (ids.is_empty(), options.ignore_missing) {
                (true, _) => {}
                (false, false) => return Err(EvaluationError::Missing { side, ids }),
                (false, true) => notes.push(passed_over(&ids, &format!("only in the {side}"))),
            }
        }
        if !self.differing.is_empty() {
            notes.push(passed_over(&self.differing, "the text differs"));
        }
        if self.matched == 0 {
            return Err(EvaluationError::Empty);
        }
        Ok(notes)
    }
}

/// Documents that both sides have, in the order of the gold, and what is to be said about the others.
#[derive(Debug)]
pub(super) struct Pairs<'a> {
    pub(super) pairs: Vec<Pair<'a>>,
    pub(super) notes: Vec<String>,
}

/// Matches documents that are all at hand.
pub(super) fn pairs<'a>(
    gold: &'a [Annotation],
    predicted: &'a [Annotation],
    options: &Options,
) -> Result<Pairs<'a>, EvaluationError> {
    let mut matcher = Matcher::new(gold)?;
    let mut pairs = Vec::new();
    for predicted in predicted {
        pairs.extend(matcher.find(predicted, options)?);
    }
    pairs.sort_unstable_by_key(|pair| pair.place);
    let notes = matcher.finish(options)?;
    Ok(Pairs { pairs, notes })
}

fn passed_over(ids: &[String], reason: &str) -> String {
    format!("{} passed over, {reason}: {}", documents(ids.len()), some(ids))
}

fn duplicate(side: Side, id: &str, first: usize, second: usize) -> EvaluationError {
    EvaluationError::Duplicate {
        side,
        id: id.to_owned(),
        first: first + 1,
        second: second + 1,
    }
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
