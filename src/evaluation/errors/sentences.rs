//! Mistakes in sentences: what is claimed, and who says it.

use super::{Candidate, ErrorKind, Wrong};
use crate::annotation::{Quotation, Sentence};
use crate::evaluation::matching;
use crate::evaluation::pairs::Pair;
use crate::evaluation::speakers::{Said, said, same_name};
use crate::labels::NONE;
use crate::span::Span;

/// The sentences of a document whose claim type is wrong. A sentence without a claim that is taken for one is spurious,
/// a claim that is taken for none is missed.
pub(super) fn claims(pair: &Pair<'_>) -> Option<Vec<Candidate>> {
    let labelled = |s: &&Sentence| !s.claim_type.is_empty();
    let sentences: Vec<&Sentence> = pair.gold.sentences.iter().flatten().filter(labelled).collect();
    let mistakes = sentences.iter().filter_map(|gold| {
        let found = matching::sentence(gold.span, pair.predicted);
        let claimed = |label: &&String| *label != NONE;
        let predicted = found.and_then(|s| Some((s, s.claim_type.first().filter(claimed)?)));
        let right = match predicted {
            Some((_, label)) => gold.claim_type.contains(label),
            None => gold.claim_type.iter().any(|label| label == NONE),
        };
        let first = gold
            .claim_type
            .first()
            .filter(claimed)
            .map(|l| wrong(gold.span, l, None));
        let predicted = predicted.map(|(s, label)| wrong(s.span, label, s.score));
        (!right).then(|| candidate(pair, first, predicted))
    });
    (!sentences.is_empty()).then(|| mistakes.collect())
}

/// The sentences of a document whose speaker is wrong.
pub(super) fn speakers(pair: &Pair<'_>) -> Option<Vec<Candidate>> {
    let labelled = |s: &&Sentence| s.speaker.is_some() || s.quotation == Some(Quotation::None);
    let sentences: Vec<&Sentence> = pair.gold.sentences.iter().flatten().filter(labelled).collect();
    let said = said(pair.predicted);
    let mistakes = sentences.iter().filter_map(|gold| {
        let found = matching::best(gold.span, &said, |s| s.span);
        let of_gold = gold.speaker.as_deref().map(|name| wrong(gold.span, name, None));
        let of = |said: &Said<'_>| wrong(said.span, said.speaker.unwrap_or("somebody unknown"), None);
        let (right, predicted) = match (&gold.speaker, found) {
            (None, found) => (found.is_none(), found.map(of)),
            (Some(_), None) => (false, None),
            (Some(name), Some(found)) => (
                found.speaker.is_some_and(|speaker| same_name(speaker, name)),
                found.speaker.map(|_| of(found)),
            ),
        };
        (!right).then(|| candidate(pair, of_gold, predicted))
    });
    (!sentences.is_empty()).then(|| mistakes.collect())
}

fn wrong(span: Span, label: &str, score: Option<f32>) -> Wrong {
    Wrong {
        span,
        label: label.to_owned(),
        score,
    }
}

fn candidate(pair: &Pair<'_>, gold: Option<Wrong>, predicted: Option<Wrong>) -> Candidate {
    Candidate {
        place: pair.place,
        kind: match (&gold, &predicted) {
            (_, None) => ErrorKind::Missed,
            (None, _) => ErrorKind::Spurious,
            _ => ErrorKind::Type,
        },
        gold: gold.into_iter().collect(),
        predicted: predicted.into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::annotation::Annotation;
    use crate::evaluation::fixtures::{claim, sentence, speaker, with_sentences};

    const LEN: usize = 10;

    /// Kind, gold label and predicted label of each mistake.
    type Seen = (ErrorKind, Option<String>, Option<String>);

    fn seen(candidates: &[Candidate]) -> Vec<Seen> {
        let label = |list: &[Wrong]| list.first().map(|w| w.label.clone());
        (candidates.iter())
            .map(|c| (c.kind, label(&c.gold), label(&c.predicted)))
            .collect()
    }

    fn pair<'a>(gold: &'a Annotation, predicted: &'a Annotation) -> Pair<'a> {
        Pair {
            place: 0,
            gold,
            predicted,
        }
    }

    fn typed(types: &[&[&str]]) -> Annotation {
        with_sentences(types.iter().enumerate().map(|(index, types)| {
            let mut sentence = sentence(LEN * index, LEN * (index + 1));
            sentence.claim_type = types.iter().map(|t| (*t).to_owned()).collect();
            sentence.score = Some(0.5);
            sentence
        }))
    }

    #[test]
    fn claims_by_hand() {
        use ErrorKind::{Missed, Spurious, Type};
        type Case<'a> = (
            &'a [&'a str],
            &'a [&'a str],
            Option<(ErrorKind, Option<&'a str>, Option<&'a str>)>,
        );
        let cases: [Case<'_>; 8] = [
            (&["denial"], &["denial"], None),
            (&["none"], &["none"], None),
            (&["none"], &[], None),
            (&["denial", "threat"], &["threat"], None),
            (
                &["denial"],
                &["threat"],
                Some((Type, Some("denial"), Some("threat"))),
            ),
            (&["denial"], &["none"], Some((Missed, Some("denial"), None))),
            (&["denial"], &[], Some((Missed, Some("denial"), None))),
            (&["none"], &["threat"], Some((Spurious, None, Some("threat")))),
        ];
        for (gold, predicted, expected) in cases {
            let (gold, predicted) = (typed(&[gold]), typed(&[predicted]));
            let found = seen(&claims(&pair(&gold, &predicted)).unwrap());
            let expected = expected.map(|(kind, a, b)| (kind, a.map(str::to_owned), b.map(str::to_owned)));
            assert_eq!(found, Vec::from_iter(expected), "{gold:?} {predicted:?}");
        }
        assert_eq!(claims(&pair(&typed(&[&[]]), &typed(&[&["denial"]]))), None);
    }

    #[test]
    fn speakers_by_hand() {
        use ErrorKind::{Missed, Spurious, Type};
        let mut gold = with_sentences((0..6).map(|index| sentence(LEN * index, LEN * (index + 1))));
        let sentences = gold.sentences.as_mut().unwrap();
        for (sentence, name) in sentences
            .iter_mut()
            .zip(["ida lund", "Ida Lund", "Ida Lund", "Ida Lund"])
        {
            sentence.speaker = Some(name.to_owned());
            sentence.quotation = Some(Quotation::Indirect);
        }
        sentences[4].quotation = Some(Quotation::None);
        sentences[5].quotation = Some(Quotation::None);
        let said = |index: usize, by| claim(LEN * index, LEN * (index + 1), by, Quotation::Indirect);
        let predicted = Annotation {
            speakers: vec![speaker("Ida Lund"), speaker("Nordsund Energi")],
            claims: vec![said(0, Some(0)), said(1, Some(1)), said(2, None), said(4, None)],
            ..Annotation::default()
        };
        let found = seen(&speakers(&pair(&gold, &predicted)).unwrap());
        let named = |name: &str| Some(name.to_owned());
        let expected = [
            (Type, named("Ida Lund"), named("Nordsund Energi")),
            (Missed, named("Ida Lund"), None),
            (Missed, named("Ida Lund"), None),
            (Spurious, None, named("somebody unknown")),
        ];
        assert_eq!(found, expected);
    }
}
