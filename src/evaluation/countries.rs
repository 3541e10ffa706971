//! Countries: the ISO code that a mention points to, given that the mention was found, and from raw text. A document
//! counts if its gold has any code, since none at all may mean that nobody looked.

use super::{Averages, Counts, Metric, Options, Profile, Tally};
use crate::annotation::{Annotation, Entity};
use crate::labels::{COUNTRY, LOC, NORP};
use crate::span::Span;
use std::collections::{BTreeMap, BTreeSet};

/// The one class of the tally.
const MENTION: &str = "mention";

/// Country codes of mentions.
pub(super) struct Countries;

impl Metric for Countries {
    fn profile(&self) -> Profile {
        Profile {
            name: "countries",
            about: "country codes of mentions",
            averages: Averages::Single,
        }
    }

    fn predicts(&self, predicted: &Annotation) -> bool {
        predicted.entities.iter().flatten().any(|e| e.country.is_some())
    }

    fn count(&self, gold: &Annotation, predicted: &Annotation, _: &Options) -> Option<Tally> {
        let gold = codes(gold.entities.as_ref()?);
        if gold.is_empty() {
            return None;
        }
        let predicted = predicted.entities.as_deref().unwrap_or_default();
        let by_span: BTreeMap<Span, Option<&str>> =
            predicted.iter().map(|e| (e.span, e.country.as_deref())).collect();
        let mut tally = Tally::default();
        *tally.class(MENTION) = Counts::of_sets(&gold, &codes(predicted));
        for (span, code) in &gold {
            let found = by_span.get(span);
            tally.share("found").count(found.is_some());
            if let Some(predicted) = found {
                tally.share("accuracy").count(*predicted == Some(code));
            }
        }
        Some(tally)
    }
}

/// Mentions that point to a country, with its code.
fn codes(entities: &[Entity]) -> BTreeSet<(Span, &str)> {
    entities
        .iter()
        .filter(|e| [COUNTRY, NORP, LOC].contains(&e.label.as_str()))
        .filter_map(|e| Some((e.span, e.country.as_deref()?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::fixtures::with_entities;

    #[test]
    fn cases_by_hand() {
        // Entities with codes after a slash; hits and total of accuracy and found; hits/predicted/gold of mentions.
        let gold = "[NORP/NO Norwegians] met in [LOC/FR Paris], says [ORG/SE Nord] in [LOC Gulf]";
        let cases = [
            (gold, (2, 2), (2, 2), [2, 2, 2]),
            // The label does not matter for the code, as long as it is one that can have a code.
            (
                "[COUNTRY/NO Norwegians] met in [LOC Paris], says Nord in [LOC/AE Gulf]",
                (1, 2),
                (2, 2),
                [1, 2, 2],
            ),
            (
                "[NORP/SE Norwegians] met in Paris, says Nord in Gulf",
                (0, 1),
                (1, 2),
                [0, 1, 2],
            ),
            (
                "Norwegians met in Paris, says Nord in Gulf",
                (0, 0),
                (0, 2),
                [0, 0, 2],
            ),
        ];
        for (predicted, accuracy, found, mentions) in cases {
            let predicted = with_entities(predicted);
            let mut tally = Countries
                .count(&with_entities(gold), &predicted, &Options::default())
                .unwrap();
            let counts = *tally.class(MENTION);
            assert_eq!(
                [counts.recall.hits, counts.precision.of, counts.recall.of].map(|n| n as u32),
                mentions
            );
            for (name, expected) in [("accuracy", accuracy), ("found", found)] {
                let ratio = *tally.share(name);
                assert_eq!(
                    (ratio.hits as u32, ratio.of as u32),
                    expected,
                    "{name} {:?}",
                    predicted.entities
                );
            }
        }
    }

    #[test]
    fn a_document_without_codes_is_not_scored() {
        let gold = with_entities("[LOC Paris]");
        let predicted = with_entities("[LOC/FR Paris]");
        assert_eq!(Countries.count(&gold, &predicted, &Options::default()), None);
    }
}
