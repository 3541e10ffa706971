//! Speaker records: who speaks in an article at all, and in what role and for which country, whatever they say. Names and
//! roles are compared without regard to case.

use super::{Averages, Counts, Metric, Options, Profile, Tally};
use crate::annotation::{Annotation, Speaker};
use std::collections::BTreeSet;

/// Names, and roles and countries with the names that they belong to.
pub(super) struct SpeakerRecords;

impl Metric for SpeakerRecords {
    fn profile(&self) -> Profile {
        Profile {
            name: "speakers.records",
            about: "speaker records: names, and role and country by name; accuracy of both where the name was found",
            averages: Averages::Separate,
        }
    }

    fn predicts(&self, predicted: &Annotation) -> bool {
        predicted.sentences.is_some() || !predicted.claims.is_empty() || !predicted.speakers.is_empty()
    }

    fn count(&self, gold: &Annotation, predicted: &Annotation, _: &Options) -> Option<Tally> {
        // No record means that nobody speaks only where somebody looked, and found no speaker of any sentence either.
        let mut sentences = gold.sentences.iter().flatten();
        let nobody =
            sentences.clone().any(|s| s.quotation.is_some()) && sentences.all(|s| s.speaker.is_none());
        if gold.speakers.is_empty() && !nobody {
            return None;
        }
        let mut tally = Tally::default();
        type Field = fn(&Speaker) -> Option<&str>;
        let fields: [(&str, Field); 3] = [
            ("name", |_| Some("")),
            ("role", |s| s.role.as_deref()),
            ("country", |s| s.country.as_deref()),
        ];
        for (name, field) in fields {
            let values = |speakers: &[Speaker]| -> BTreeSet<(String, String)> {
                (speakers.iter())
                    .filter_map(|s| Some((s.name.to_lowercase(), field(s)?.to_lowercase())))
                    .collect()
            };
            *tally.class(name) = Counts::of_sets(&values(&gold.speakers), &values(&predicted.speakers));
        }
        // Of a speaker that was found, none given where there is none is right as well.
        let same = |a: Option<&str>, b: Option<&str>| a.map(str::to_lowercase) == b.map(str::to_lowercase);
        let mut counted = BTreeSet::new();
        for speaker in gold
            .speakers
            .iter()
            .filter(|s| counted.insert(s.name.to_lowercase()))
        {
            let name = speaker.name.to_lowercase();
            let mut records = predicted.speakers.iter();
            if let Some(found) = records.find(|s| s.name.to_lowercase() == name) {
                let right = same(speaker.role.as_deref(), found.role.as_deref());
                tally.share("role.accuracy").count(right);
                let right = same(speaker.country.as_deref(), found.country.as_deref());
                tally.share("country.accuracy").count(right);
            }
        }
        Some(tally)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::annotation::Quotation;
    use crate::evaluation::fixtures::{sentence, speaker, with_sentences};

    /// Name, role and country of each speaker.
    fn speakers(records: &[(&str, Option<&str>, Option<&str>)]) -> Annotation {
        let record = |&(name, role, country): &(&str, Option<&str>, Option<&str>)| Speaker {
            role: role.map(str::to_owned),
            country: country.map(str::to_owned),
            ..speaker(name)
        };
        Annotation {
            speakers: records.iter().map(record).collect(),
            ..Annotation::default()
        }
    }

    #[test]
    fn cases_by_hand() {
        let gold = speakers(&[
            ("Ida Lund", Some("minister"), Some("NO")),
            ("a spokesman", None, None),
        ]);
        let cases = [
            // Hits, predicted and gold of name, role, country.
            (gold.clone(), [[2, 2, 2], [1, 1, 1], [1, 1, 1]]),
            (
                speakers(&[("IDA LUND", Some("Minister"), Some("SE"))]),
                [[1, 1, 2], [1, 1, 1], [0, 1, 1]],
            ),
            // A role counts with its name only.
            (
                speakers(&[
                    ("Lund", Some("minister"), Some("NO")),
                    ("a spokesman", Some("spokesman"), None),
                ]),
                [[1, 2, 2], [0, 2, 1], [0, 1, 1]],
            ),
            // Two records of one speaker are one.
            (
                speakers(&[("Ida Lund", None, None), ("Ida Lund", Some("minister"), None)]),
                [[1, 1, 2], [1, 1, 1], [0, 0, 1]],
            ),
            (speakers(&[]), [[0, 0, 2], [0, 0, 1], [0, 0, 1]]),
        ];
        for (predicted, expected) in cases {
            let mut tally = SpeakerRecords
                .count(&gold, &predicted, &Options::default())
                .unwrap();
            let found = ["name", "role", "country"].map(|field| {
                let counts = *tally.class(field);
                [counts.recall.hits, counts.precision.of, counts.recall.of].map(|n| n as u32)
            });
            assert_eq!(found, expected, "{predicted:?}");
        }
    }

    #[test]
    fn accuracy_is_of_those_that_were_found() {
        let gold = speakers(&[
            ("Ida Lund", Some("minister"), Some("NO")),
            ("a spokesman", None, None),
            ("Omar Said", None, Some("EG")),
        ]);
        let predicted = speakers(&[
            ("IDA LUND", Some("Minister"), None),
            ("a spokesman", Some("spokesman"), None),
            ("Ana Reis", None, Some("PE")),
        ]);
        let mut tally = SpeakerRecords
            .count(&gold, &predicted, &Options::default())
            .unwrap();
        for share in ["role.accuracy", "country.accuracy"] {
            let share = tally.share(share);
            assert_eq!((share.hits, share.of), (1.0, 2.0));
        }
    }

    #[test]
    fn nobody_speaks_only_where_somebody_looked() {
        let predicted = speakers(&[("Ida Lund", None, None)]);
        let mut told = sentence(0, 10);
        let count = |gold: &Annotation| SpeakerRecords.count(gold, &predicted, &Options::default());
        assert_eq!(count(&with_sentences([told.clone()])), None);
        told.quotation = Some(Quotation::None);
        let counts = count(&with_sentences([told.clone()])).unwrap().classes["name"];
        assert_eq!((counts.precision.of, counts.recall.of), (1.0, 0.0));
        told.speaker = Some("Ida Lund".to_owned());
        assert_eq!(count(&with_sentences([told])), None, "speakers without records");
    }
}
