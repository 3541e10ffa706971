//! Speakers: who is said to say each gold sentence. The claim that shares most with a sentence speaks for it.

use super::{Averages, Metric, Options, Profile, Tally, matching};
use crate::annotation::{Annotation, Quotation};
use crate::span::Span;

/// Speakers and quotation of sentences.
pub(super) struct Speakers;

impl Metric for Speakers {
    fn profile(&self) -> Profile {
        Profile {
            name: "speakers",
            about: "speakers of attributed sentences",
            averages: Averages::Single,
        }
    }

    fn predicts(&self, predicted: &Annotation) -> bool {
        predicted.sentences.is_some() || !predicted.claims.is_empty()
    }

    fn count(&self, gold: &Annotation, predicted: &Annotation, _: &Options) -> Option<Tally> {
        let said = said(predicted);
        let mut tally = Tally::default();
        for sentence in gold.sentences.iter().flatten() {
            let found = matching::best(sentence.span, &said, |s| s.span);
            match (&sentence.speaker, sentence.quotation) {
                (Some(speaker), quotation) => {
                    let same = |name: &str| same_name(name, speaker);
                    tally
                        .share("accuracy")
                        .count(found.and_then(|f| f.speaker).is_some_and(same));
                    tally.share("claimed").count(found.is_some());
                    if let Some(quotation) = quotation {
                        tally
                            .share("quotation")
                            .count(found.and_then(|f| f.quotation) == Some(quotation));
                    }
                }
                // Nobody speaks, and gold says so.
                (None, Some(Quotation::None)) => tally.share("spurious").count(found.is_some()),
                (None, _) => {}
            }
        }
        (!tally.shares.is_empty()).then_some(tally)
    }
}

/// Whether two names are the same, in capitals or not.
pub(super) fn same_name(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}

/// A stretch of text that somebody is said to say.
pub(super) struct Said<'a> {
    pub(super) span: Span,
    /// `None` where it is not known who.
    pub(super) speaker: Option<&'a str>,
    quotation: Option<Quotation>,
}

/// What is said according to the claims, or, where there are none, according to the labels that people gave sentences.
pub(super) fn said(annotation: &Annotation) -> Vec<Said<'_>> {
    let claims = annotation.claims.iter().map(|claim| Said {
        span: claim.span,
        speaker: claim
            .speaker
            .and_then(|id| annotation.speakers.get(id))
            .map(|s| s.name.as_str()),
        quotation: Some(claim.quotation),
    });
    let labelled = annotation
        .sentences
        .iter()
        .flatten()
        .filter(|s| s.speaker.is_some())
        .map(|sentence| Said {
            span: sentence.span,
            speaker: sentence.speaker.as_deref(),
            quotation: sentence.quotation,
        });
    if annotation.claims.is_empty() {
        labelled.collect()
    } else {
        claims.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::fixtures::{claim, sentence, speaker, with_sentences};

    const LEN: usize = 10;

    /// Sentences of [`LEN`] bytes with speaker and quotation.
    fn gold(sentences: &[(Option<&str>, Option<Quotation>)]) -> Annotation {
        with_sentences(sentences.iter().enumerate().map(|(index, (speaker, quotation))| {
            let mut sentence = sentence(LEN * index, LEN * (index + 1));
            sentence.speaker = speaker.map(str::to_owned);
            sentence.quotation = *quotation;
            sentence
        }))
    }

    /// Claims over spans, with the speaker's place among Ida Lund and Nordsund Energi.
    fn predicted(claims: &[(usize, usize, Option<usize>, Quotation)]) -> Annotation {
        Annotation {
            sentences: Some(vec![]),
            speakers: vec![speaker("Ida Lund"), speaker("Nordsund Energi")],
            claims: claims
                .iter()
                .map(|&(start, end, by, quotation)| claim(start, end, by, quotation))
                .collect(),
            ..Annotation::default()
        }
    }

    #[test]
    fn cases_by_hand() {
        use Quotation::{Direct, Indirect, Mixed};
        const NARRATION: (Option<&str>, Option<Quotation>) = (None, Some(Quotation::None));
        let lund = (Some("ida lund"), Some(Direct));
        let cases = [
            // Hits and total of accuracy, claimed, quotation, spurious.
            (
                vec![lund],
                vec![(0, 10, Some(0), Direct)],
                [(1, 1), (1, 1), (1, 1), (0, 0)],
            ),
            (
                vec![lund],
                vec![(0, 10, Some(1), Mixed)],
                [(0, 1), (1, 1), (0, 1), (0, 0)],
            ),
            (
                vec![lund],
                vec![(0, 10, None, Direct)],
                [(0, 1), (1, 1), (1, 1), (0, 0)],
            ),
            (vec![lund], vec![], [(0, 1), (0, 1), (0, 1), (0, 0)]),
            // Touching is not overlapping; the larger overlap speaks.
            (
                vec![lund, NARRATION],
                vec![(10, 20, Some(0), Direct)],
                [(0, 1), (0, 1), (0, 1), (1, 1)],
            ),
            (
                vec![lund],
                vec![(0, 4, Some(1), Mixed), (4, 10, Some(0), Direct)],
                [(1, 1), (1, 1), (1, 1), (0, 0)],
            ),
            (
                vec![NARRATION, NARRATION],
                vec![(0, 10, Some(0), Indirect)],
                [(0, 0), (0, 0), (0, 0), (1, 2)],
            ),
            (
                vec![(Some("Ida Lund"), None)],
                vec![(0, 10, Some(0), Direct)],
                [(1, 1), (1, 1), (0, 0), (0, 0)],
            ),
            // A part of the name is not the name.
            (
                vec![(Some("Lund"), None)],
                vec![(0, 10, Some(0), Direct)],
                [(0, 1), (1, 1), (0, 0), (0, 0)],
            ),
        ];
        for (sentences, claims, expected) in cases {
            let mut tally = Speakers
                .count(&gold(&sentences), &predicted(&claims), &Options::default())
                .unwrap();
            let found = ["accuracy", "claimed", "quotation", "spurious"].map(|name| {
                let ratio = tally.share(name);
                (ratio.hits as u32, ratio.of as u32)
            });
            assert_eq!(found, expected, "{sentences:?} {claims:?}");
        }
    }

    #[test]
    fn a_document_without_speakers_is_not_scored() {
        let gold = gold(&[(None, None)]);
        assert_eq!(Speakers.count(&gold, &predicted(&[]), &Options::default()), None);
    }
}
