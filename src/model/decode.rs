//! From tag probabilities to spans: the best BIO-valid sequence (Viterbi 1967).

use super::TagSet;
use ndarray::ArrayView2;
use std::ops::Range;

/// A decoded span over words.
#[derive(Clone, Debug, PartialEq)]
pub struct TaggedSpan {
    /// Rows (words) of the score table.
    pub words: Range<usize>,
    /// Index of the label in the tag set.
    pub label: usize,
    /// Geometric mean of the words' probabilities of the label (begun or continued).
    pub score: f32,
    /// Logarithm of the same mean for every label of the tag set.
    pub labels: Vec<f32>,
}

/// The spans of the most probable BIO-valid tag sequence.
///
/// `log_probabilities` has one row per word and one column per tag of a [`TagSet`].
pub fn decode(log_probabilities: ArrayView2<'_, f32>) -> Vec<TaggedSpan> {
    let tags = viterbi(log_probabilities);
    let mut spans: Vec<TaggedSpan> = Vec::new();
    for (row, &tag) in tags.iter().enumerate() {
        let Some(label) = TagSet::label_of(tag) else {
            continue;
        };
        match spans.last_mut() {
            Some(last) if tag == TagSet::inside(label) => last.words.end = row + 1,
            _ => spans.push(TaggedSpan {
                words: row..row + 1,
                label,
                score: 0.0,
                labels: Vec::new(),
            }),
        }
    }
    for span in &mut spans {
        span.labels = label_scores(log_probabilities, span.words.clone());
        span.score = span.labels[span.label].exp();
    }
    spans
}

/// For every label the logarithm of the geometric mean of the probabilities, over `words` (at least one), that a word
/// begins or continues it.
pub fn label_scores(log_probabilities: ArrayView2<'_, f32>, words: Range<usize>) -> Vec<f32> {
    let count = words.len() as f32;
    (0..log_probabilities.ncols() / 2)
        .map(|label| {
            let of = |row: usize, tag| log_probabilities[[row, tag]].exp();
            let sum: f32 = words
                .clone()
                .map(|row| of(row, TagSet::begin(label)) + of(row, TagSet::inside(label)))
                .map(|p| p.min(1.0).ln())
                .sum();
            sum / count
        })
        .collect()
}

fn viterbi(scores: ArrayView2<'_, f32>) -> Vec<usize> {
    let (rows, tags) = scores.dim();
    if rows == 0 || tags == 0 {
        return Vec::new();
    }
    let mut best: Vec<f32> = (0..tags)
        .map(|t| {
            if TagSet::may_follow(None, t) {
                scores[[0, t]]
            } else {
                f32::NEG_INFINITY
            }
        })
        .collect();
    let mut back = vec![0usize; rows * tags];
    for row in 1..rows {
        let mut next = vec![f32::NEG_INFINITY; tags];
        // `O` and `B-` may follow anything, so the overall best predecessor serves them all.
        let top = argmax(&best);
        for tag in 0..tags {
            let (from, score) = if TagSet::may_follow(None, tag) {
                (top, best[top])
            } else {
                let (begin, inside) = (best[tag - 1], best[tag]);
                if begin >= inside {
                    (tag - 1, begin)
                } else {
                    (tag, inside)
                }
            };
            next[tag] = score + scores[[row, tag]];
            back[row * tags + tag] = from;
        }
        best = next;
    }
    let mut path = vec![argmax(&best); rows];
    for row in (1..rows).rev() {
        path[row - 1] = back[row * tags + path[row]];
    }
    path
}

fn argmax(values: &[f32]) -> usize {
    let mut best = 0;
    for (i, v) in values.iter().enumerate() {
        if *v > values[best] {
            best = i;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn an_inside_tag_cannot_open_a_span() {
        // Greedy choice would be O, I-0; the best valid sequence is B-0, I-0.
        let p = array![[0.5f32, 0.4, 0.1], [0.1, 0.1, 0.8]].mapv(f32::ln);
        let spans = decode(p.view());
        assert_eq!(spans.len(), 1);
        assert_eq!(spans[0].words, 0..2);
    }

    #[test]
    fn touching_spans_stay_apart() {
        let p = array![[0.1f32, 0.8, 0.1], [0.1, 0.8, 0.1], [0.8, 0.1, 0.1]].mapv(f32::ln);
        let words: Vec<_> = decode(p.view()).into_iter().map(|s| s.words).collect();
        assert_eq!(words, [0..1, 1..2]);
    }

    #[test]
    fn nothing_gives_nothing() {
        assert!(decode(ndarray::Array2::zeros((0, 3)).view()).is_empty());
    }
}
