//! What the model's pointers say for and against somebody, as features of a candidate.

use super::cast::Actor;
use super::rankings::Feature;
use crate::model::Pointed;
use crate::span::Span;
use crate::text::Segments;

/// Least probability that counts, so that one head of the model alone cannot rule anything out.
const FLOOR: f64 = 1e-3;

/// For somebody of the cast, as for [mentions](of_mentions).
pub(super) fn of_actor(
    pointed: Option<&Pointed>,
    segments: &Segments,
    actor: &Actor,
    features: &mut Vec<Feature>,
) {
    let window = pointed.and_then(|p| window(p, segments));
    let mentions = window.map_or(&[][..], |window| actor.mentions_in(window));
    of_mentions(pointed, segments, mentions, features);
}

/// For somebody with these mentions, or described by these words: how probable it is that the sentence points to them;
/// where none stands in its window, that it points out of it.
pub(super) fn of_mentions(
    pointed: Option<&Pointed>,
    segments: &Segments,
    mentions: &[Span],
    features: &mut Vec<Feature>,
) {
    let Some((pointed, window)) = pointed.and_then(|p| Some((p, window(p, segments)?))) else {
        return;
    };
    let mut words: Vec<usize> = (mentions.iter().filter(|m| window.contains(**m)))
        .flat_map(|m| segments.words_in(*m))
        .collect();
    words.sort_unstable();
    words.dedup();
    if words.is_empty() {
        features.push(("pointed out of the window", log(f64::from(pointed.elsewhere))));
        return;
    }
    let of_word = |word: &usize| {
        word.checked_sub(pointed.first)
            .and_then(|at| pointed.words.get(at))
    };
    let probability = words.iter().filter_map(of_word).map(|p| f64::from(*p));
    features.push(("in the window", 1.0));
    features.push(("pointed at", log(probability.sum())));
}

/// Where the window of a sentence lies in the text.
fn window(pointed: &Pointed, segments: &Segments) -> Option<Span> {
    let first = segments.words.get(pointed.first)?;
    let last = segments
        .words
        .get((pointed.first + pointed.words.len()).checked_sub(1)?)?;
    (first.start <= last.end).then(|| first.cover(*last))
}

/// For nobody: how probable it is that the sentence points to nobody in its window.
pub(super) fn of_nobody(pointed: Option<&Pointed>, features: &mut Vec<Feature>) {
    if let Some(pointed) = pointed {
        features.push(("pointed at nobody", log(f64::from(pointed.elsewhere))));
    }
}

/// The logarithm of a probability that is a feature.
pub(super) fn log(probability: f64) -> f64 {
    probability.max(FLOOR).ln()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::segment;

    #[test]
    fn probabilities_of_mentions_add_up() {
        let text = "It rained. Ana Reis met Omar Said in Lima. Reis left.";
        let segments = segment(text);
        let first = segments.words_in(Span::new(11, 14)).start;
        let pointed = Pointed {
            elsewhere: 0.1,
            first,
            // As far as "Lima".
            words: vec![0.2, 0.3, 0.0, 0.1, 0.1, 0.0, 0.1],
        };
        let of = |mentions: &[Span]| {
            let mut features = Vec::new();
            of_mentions(Some(&pointed), &segments, mentions, &mut features);
            features.last().map(|(name, value)| (*name, value.exp()))
        };
        let near = |found: Option<(&'static str, f64)>, name: &str, p: f64| {
            let (found, value) = found.unwrap();
            assert!(found == name && (value - p).abs() < 1e-6, "{found} {value}");
        };
        near(of(&[Span::new(11, 19)]), "pointed at", 0.5);
        near(of(&[Span::new(11, 19), Span::new(11, 14)]), "pointed at", 0.5);
        near(of(&[Span::new(20, 23)]), "pointed at", FLOOR);
        // "It" and "Reis left" lie outside the window.
        near(of(&[Span::new(0, 2)]), "pointed out of the window", 0.1);
        near(of(&[Span::new(43, 47)]), "pointed out of the window", 0.1);
        let mut none = Vec::new();
        of_mentions(None, &segments, &[Span::new(11, 19)], &mut none);
        assert!(none.is_empty());
    }
}
