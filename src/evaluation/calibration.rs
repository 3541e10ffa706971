//! Calibration: whether what is given a probability is right as often as that says. Units without a probability are not
//! judged; a document counts if its gold has the layer and its prediction any probability in it.

use super::assignment::Typed;
use super::{Averages, Metric, Options, Profile, Tally, entities, links, matching};
use crate::annotation::Annotation;

/// Predicted entities: right if span and label are.
pub(super) struct Entities;

/// Predicted attributions: right if source, cue and content all are.
pub(super) struct Attributions;

/// Predicted claim types of gold sentences: right if accepted.
pub(super) struct ClaimTypes;

/// Probabilities that gold sentences are worth fact-checking: right if they are.
pub(super) struct CheckWorthiness;

impl Metric for Entities {
    fn profile(&self) -> Profile {
        profile("calibration.entities", "calibration of entity scores")
    }

    fn predicts(&self, predicted: &Annotation) -> bool {
        predicted.entities.iter().flatten().any(|e| e.score.is_some())
    }

    fn count(&self, gold: &Annotation, predicted: &Annotation, options: &Options) -> Option<Tally> {
        let gold = entities::typed(gold.entities.as_ref()?, options);
        let mut tally = Tally::default();
        for entity in predicted.entities.iter().flatten() {
            if let (Some(score), Some(label)) = (entity.score, entities::label(entity, options)) {
                let unit = Typed {
                    span: entity.span,
                    label,
                };
                tally.scored(score, gold.binary_search(&unit).is_ok());
            }
        }
        some(tally)
    }
}

impl Metric for Attributions {
    fn profile(&self) -> Profile {
        profile("calibration.attributions", "calibration of attribution scores")
    }

    fn predicts(&self, predicted: &Annotation) -> bool {
        (predicted.attributions.iter().flatten()).any(|a| a.score.is_some())
    }

    fn count(&self, gold: &Annotation, predicted: &Annotation, _: &Options) -> Option<Tally> {
        let gold = links::triples(gold.attributions.as_ref()?);
        let mut tally = Tally::default();
        for attribution in predicted.attributions.iter().flatten() {
            if let Some(score) = attribution.score {
                tally.scored(score, gold.contains(&links::triple(attribution)));
            }
        }
        some(tally)
    }
}

impl Metric for ClaimTypes {
    fn profile(&self) -> Profile {
        profile("calibration.claim_types", "calibration of claim type scores")
    }

    fn predicts(&self, predicted: &Annotation) -> bool {
        predicted.sentences.iter().flatten().any(|s| s.score.is_some())
    }

    fn count(&self, gold: &Annotation, predicted: &Annotation, _: &Options) -> Option<Tally> {
        let mut tally = Tally::default();
        for sentence in gold
            .sentences
            .iter()
            .flatten()
            .filter(|s| !s.claim_type.is_empty())
        {
            let found = matching::sentence(sentence.span, predicted);
            if let Some((score, found)) = found.and_then(|s| Some((s.score?, s.claim_type.first()?))) {
                tally.scored(score, sentence.claim_type.contains(found));
            }
        }
        some(tally)
    }
}

impl Metric for CheckWorthiness {
    fn profile(&self) -> Profile {
        profile("calibration.check_worthiness", "calibration of check-worthiness")
    }

    fn predicts(&self, predicted: &Annotation) -> bool {
        (predicted.sentences.iter().flatten()).any(|s| s.check_worthiness.is_some())
    }

    fn count(&self, gold: &Annotation, predicted: &Annotation, _: &Options) -> Option<Tally> {
        let mut tally = Tally::default();
        for sentence in gold.sentences.iter().flatten() {
            let found = matching::sentence(sentence.span, predicted).and_then(|s| s.check_worthiness);
            if let (Some(worthy), Some(probability)) = (sentence.check_worthy, found) {
                tally.scored(probability, worthy);
            }
        }
        some(tally)
    }
}

fn profile(name: &'static str, about: &'static str) -> Profile {
    Profile {
        name,
        about,
        averages: Averages::Single,
    }
}

/// A tally that has any unit.
fn some(tally: Tally) -> Option<Tally> {
    tally.bins.iter().any(|bin| bin.of > 0.0).then_some(tally)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::annotation::Attribution;
    use crate::evaluation::fixtures::{sentence, with_entities, with_sentences};
    use crate::span::Span;

    /// Step, right ones and units of the steps that have any.
    fn steps(tally: &Tally) -> Vec<(usize, u32, u32)> {
        (tally.bins.iter().enumerate())
            .filter(|(_, bin)| bin.of > 0.0)
            .map(|(step, bin)| (step, bin.hits as u32, bin.of as u32))
            .collect()
    }

    #[test]
    fn entities_by_hand() {
        let gold = with_entities("[PER Ida Lund] of [ORG Nord] in [LOC Ålby]");
        let cases = [
            (
                "[PER Ida Lund] of [ORG Nord] in [LOC Ålby]",
                vec![Some(0.95), Some(0.91), Some(0.35)],
                vec![(3, 1, 1), (9, 2, 2)],
            ),
            (
                "[ORG Ida Lund] of [ORG Nord] in Ålby",
                vec![Some(0.95), Some(0.91)],
                vec![(9, 1, 2)],
            ),
            // No score, not judged.
            (
                "[PER Ida Lund] of Nord in [LOC Ål]by",
                vec![None, Some(0.5)],
                vec![(5, 0, 1)],
            ),
        ];
        for (predicted, scores, expected) in cases {
            let mut predicted = with_entities(predicted);
            for (entity, score) in predicted.entities.iter_mut().flatten().zip(scores) {
                entity.score = score;
            }
            let tally = Entities.count(&gold, &predicted, &Options::default()).unwrap();
            assert_eq!(steps(&tally), expected, "{predicted:?}");
        }
        assert_eq!(Entities.count(&gold, &gold, &Options::default()), None);
    }

    #[test]
    fn attributions_by_hand() {
        let attribution = |content: usize, score| Attribution {
            source: vec![Span::new(0, 2)],
            cue: vec![Span::new(3, 5)],
            content: vec![Span::new(6, content)],
            score,
        };
        let with = |attributions: Vec<Attribution>| Annotation {
            attributions: Some(attributions),
            ..Annotation::default()
        };
        let gold = with(vec![attribution(9, None)]);
        let predicted = with(vec![
            attribution(9, Some(0.75)),
            attribution(8, Some(0.5)),
            attribution(7, None),
        ]);
        let tally = Attributions
            .count(&gold, &predicted, &Options::default())
            .unwrap();
        assert_eq!(steps(&tally), [(5, 0, 1), (7, 1, 1)]);
        assert_eq!(Attributions.count(&gold, &gold, &Options::default()), None);
    }

    #[test]
    fn sentences_by_hand() {
        let gold = with_sentences([(0, true), (10, false)].map(|(start, worthy)| {
            let mut sentence = sentence(start, start + 9);
            sentence.claim_type = vec!["denial".to_owned(), "threat".to_owned()];
            sentence.check_worthy = Some(worthy);
            sentence
        }));
        let predicted = with_sentences([(0, "threat", 0.75), (10, "none", 0.5)].map(
            |(start, found, score)| {
                let mut sentence = sentence(start, start + 9);
                sentence.claim_type = vec![found.to_owned()];
                sentence.score = Some(score);
                sentence.check_worthiness = Some(score);
                sentence
            },
        ));
        let options = Options::default();
        let types = ClaimTypes.count(&gold, &predicted, &options).unwrap();
        assert_eq!(steps(&types), [(5, 0, 1), (7, 1, 1)]);
        let worthiness = CheckWorthiness.count(&gold, &predicted, &options).unwrap();
        assert_eq!(steps(&worthiness), [(5, 0, 1), (7, 1, 1)]);
        for metric in [&ClaimTypes as &dyn Metric, &CheckWorthiness] {
            assert_eq!(metric.count(&gold, &gold, &options), None);
        }
    }
}
