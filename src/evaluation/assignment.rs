//! Typed spans of gold and prediction matched one to one so that the sum of what the pairs are worth is as large as can
//! be, whatever order the spans are listed in.

use crate::span::Span;
use pathfinding::kuhn_munkres::kuhn_munkres;
use pathfinding::matrix::Matrix;
use std::cmp::Ordering;

/// A span with its label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Typed<'a> {
    pub(super) span: Span,
    pub(super) label: &'a str,
}

/// Spans of both sides, by their places in two lists, that are tied to each other by overlaps.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Cluster {
    pub(super) gold: Vec<usize>,
    pub(super) predicted: Vec<usize>,
}

/// Groups of overlapping spans. Both lists are sorted.
pub(super) fn clusters(gold: &[Typed<'_>], predicted: &[Typed<'_>]) -> Vec<Cluster> {
    let mut all: Vec<(Span, bool, usize)> = (gold.iter().enumerate().map(|(i, t)| (t.span, true, i)))
        .chain(predicted.iter().enumerate().map(|(i, t)| (t.span, false, i)))
        .collect();
    all.sort_unstable();
    let mut clusters: Vec<Cluster> = Vec::new();
    let mut end = 0;
    for (span, is_gold, index) in all {
        if span.start >= end {
            clusters.push(Cluster::default());
        }
        end = end.max(span.end);
        if let Some(cluster) = clusters.last_mut() {
            let side = if is_gold {
                &mut cluster.gold
            } else {
                &mut cluster.predicted
            };
            side.push(index);
        }
    }
    clusters
}

/// Pairs of places in the two lists, which are sorted. Only pairs that are worth something are made; among matchings of
/// the same worth, equal labels, then equal spans, then long overlaps are preferred.
pub(super) fn assign(
    gold: &[Typed<'_>],
    predicted: &[Typed<'_>],
    worth: impl Fn(Typed<'_>, Typed<'_>) -> u8,
) -> Vec<(usize, usize)> {
    let weight = |g: usize, p: usize| {
        let (g, p) = (gold[g], predicted[p]);
        let preference = (i128::from(g.label == p.label) << 64)
            + (i128::from(g.span == p.span) << 48)
            + g.span.overlap(p.span) as i128;
        match worth(g, p) {
            0 => 0,
            worth => (i128::from(worth) << 88) + preference,
        }
    };
    let mut pairs = Vec::new();
    for cluster in clusters(gold, predicted) {
        let matched = match cluster.gold.len().cmp(&cluster.predicted.len()) {
            _ if cluster.gold.is_empty() || cluster.predicted.is_empty() => continue,
            // The solver wants at least as many columns as rows.
            Ordering::Greater => solve(&cluster.predicted, &cluster.gold, |p, g| weight(g, p))
                .map(|(p, g)| (g, p))
                .collect(),
            _ => solve(&cluster.gold, &cluster.predicted, weight).collect::<Vec<_>>(),
        };
        pairs.extend(matched.into_iter().filter(|(g, p)| weight(*g, *p) > 0));
    }
    pairs.sort_unstable();
    pairs
}

/// Pairs each row with a column (Kuhn 1955, Munkres 1957).
fn solve<'a>(
    rows: &'a [usize],
    columns: &'a [usize],
    weight: impl Fn(usize, usize) -> i128,
) -> impl Iterator<Item = (usize, usize)> + 'a {
    let weights = Matrix::from_fn(rows.len(), columns.len(), |(row, column)| {
        weight(rows[row], columns[column])
    });
    let (_, column_of) = kuhn_munkres(&weights);
    (rows.iter().zip(column_of)).map(|(row, column)| (*row, columns[column]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(spans: &[(usize, usize, &'static str)]) -> Vec<Typed<'static>> {
        let mut typed: Vec<_> = (spans.iter())
            .map(|&(start, end, label)| Typed {
                span: Span::new(start, end),
                label,
            })
            .collect();
        typed.sort_unstable();
        typed
    }

    /// Two for equal spans, one for overlapping ones.
    fn partial(g: Typed<'_>, p: Typed<'_>) -> u8 {
        u8::from(g.span.overlaps(p.span)) + u8::from(g.span == p.span)
    }

    #[test]
    fn cases_by_hand() {
        type Spans<'a> = &'a [(usize, usize, &'static str)];
        type Case<'a> = (Spans<'a>, Spans<'a>, &'a [(usize, usize)]);
        let cases: [Case<'_>; 8] = [
            // The exact one of two predictions in a gold span, in whichever order they stand.
            (&[(0, 9, "P")], &[(0, 4, "P"), (0, 9, "P")], &[(0, 1)]),
            // Touching is not overlapping.
            (&[(0, 5, "P")], &[(5, 9, "P")], &[]),
            // A greedy matching of the first would leave the second without.
            (
                &[(0, 6, "P"), (4, 9, "P")],
                &[(5, 9, "P"), (8, 9, "P")],
                &[(0, 0), (1, 1)],
            ),
            // The nested one, which is equal.
            (&[(0, 9, "P"), (2, 4, "P")], &[(2, 4, "P")], &[(1, 0)]),
            // Equal labels first, then the longer overlap.
            (&[(0, 9, "P")], &[(0, 4, "O"), (5, 7, "P")], &[(0, 1)]),
            (&[(0, 9, "P")], &[(0, 4, "P"), (4, 9, "P")], &[(0, 1)]),
            // Fewer predictions than gold.
            (&[(0, 4, "P"), (4, 9, "P")], &[(0, 9, "P")], &[(1, 0)]),
            (&[], &[(0, 9, "P")], &[]),
        ];
        for (gold, predicted, expected) in cases {
            assert_eq!(
                assign(&typed(gold), &typed(predicted), partial),
                expected,
                "{gold:?} {predicted:?}"
            );
        }
    }

    #[test]
    fn clusters_end_where_nothing_overlaps() {
        let gold = typed(&[(0, 5, "P"), (5, 9, "P"), (20, 30, "P"), (22, 24, "P")]);
        let predicted = typed(&[(4, 6, "P"), (29, 40, "P")]);
        let cluster = |gold: &[usize], predicted: &[usize]| Cluster {
            gold: gold.to_vec(),
            predicted: predicted.to_vec(),
        };
        assert_eq!(
            clusters(&gold, &predicted),
            [cluster(&[0, 1], &[0]), cluster(&[2, 3], &[1])]
        );
    }
}
