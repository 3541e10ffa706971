//! Where the nodes and links of a graph of two columns stand: those who do on the left, those whom it is done to on the
//! right. The same pairs always give the same picture.

use super::pairs::Pair;
use std::cmp::Reverse;

/// Units between two nodes of a column.
const GAP: f64 = 10.0;
/// Least height of a node: that of its name.
const LEAST: f64 = 14.0;
/// Greatest height of one node, of all links together, and of a single count.
const TALLEST: f64 = 60.0;
const ALL: f64 = 480.0;
const UNIT: f64 = 8.0;
/// Rounds of sorting each column by the other.
const ROUNDS: usize = 8;

/// Nodes and links with their places; the horizontal ones are the drawing's.
#[derive(Debug, PartialEq)]
pub(super) struct Layout<'a> {
    /// Nodes of the left and the right column, from top to bottom.
    pub(super) columns: [Vec<Node<'a>>; 2],
    /// One link per pair.
    pub(super) links: Vec<Link<'a>>,
    pub(super) height: f64,
}

/// A name in a column.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node<'a> {
    pub(super) name: &'a str,
    pub(super) count: u64,
    pub(super) top: f64,
    pub(super) height: f64,
}

/// A band from the middle of its left end to that of its right end.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Link<'a> {
    pub(super) pair: Pair<'a>,
    pub(super) from: f64,
    pub(super) to: f64,
    pub(super) width: f64,
}

/// The side of a pair that stands in a column.
fn side<'a>(pair: &Pair<'a>, column: usize) -> &'a str {
    if column == 0 { pair.accuser } else { pair.accused }
}

/// Places the pairs: each column is ordered by where the other ends of its links are (barycentre method of Sugiyama,
/// Tagawa and Toda 1981), so that few links cross.
pub(super) fn layout<'a>(pairs: &[Pair<'a>]) -> Layout<'a> {
    let mut pairs = pairs.to_vec();
    pairs.sort_unstable_by_key(|pair| (Reverse(pair.count), pair.accuser, pair.accused));
    let mut columns = [0, 1].map(|column| nodes(&pairs, column));
    for round in 0..ROUNDS {
        let column = 1 - round % 2;
        let centres: Vec<f64> = columns[column]
            .iter()
            .map(|node| {
                let ends = pairs.iter().filter(|pair| side(pair, column) == node.name);
                let ends = ends.map(|pair| {
                    let there = columns[1 - column]
                        .iter()
                        .position(|n| n.name == side(pair, 1 - column));
                    (pair.count as f64, there.unwrap_or(0) as f64)
                });
                let (weights, sum) = ends.fold((0.0, 0.0), |(w, s), (weight, place)| {
                    (w + weight, s + weight * place)
                });
                sum / weights
            })
            .collect();
        let mut order: Vec<usize> = (0..centres.len()).collect();
        order.sort_by(|a, b| centres[*a].total_cmp(&centres[*b]));
        columns[column] = order
            .into_iter()
            .map(|index| columns[column][index].clone())
            .collect();
    }
    let heaviest = columns.iter().flatten().map(|node| node.count).max().unwrap_or(1);
    let all: u64 = pairs.iter().map(|pair| pair.count).sum();
    let unit = (TALLEST / heaviest as f64).min(ALL / all.max(1) as f64).min(UNIT);
    let heights = columns.each_mut().map(|column| stack(column, unit));
    let height = heights[0].max(heights[1]);
    for (column, own) in columns.iter_mut().zip(heights) {
        for node in column {
            node.top += (height - own) / 2.0;
        }
    }
    let links = links(&pairs, &columns, unit);
    Layout {
        columns,
        links,
        height,
    }
}

/// The names of a column with what their links add up to, in the order of the pairs.
fn nodes<'a>(pairs: &[Pair<'a>], column: usize) -> Vec<Node<'a>> {
    let mut nodes: Vec<Node<'a>> = Vec::new();
    for pair in pairs {
        let name = side(pair, column);
        match nodes.iter_mut().find(|node| node.name == name) {
            Some(node) => node.count += pair.count,
            None => nodes.push(Node {
                name,
                count: pair.count,
                top: 0.0,
                height: 0.0,
            }),
        }
    }
    nodes
}

/// Puts nodes one under the other; returns the height of the column.
fn stack(nodes: &mut [Node<'_>], unit: f64) -> f64 {
    let mut at = 0.0;
    for node in nodes {
        node.top = at;
        node.height = (unit * node.count as f64).max(LEAST);
        at += node.height + GAP;
    }
    at - GAP
}

/// Links side by side at each node, in the order of the nodes at their other ends.
fn links<'a>(pairs: &[Pair<'a>], columns: &[Vec<Node<'a>>; 2], unit: f64) -> Vec<Link<'a>> {
    let place = |column: usize, pair: &Pair<'a>| {
        columns[column]
            .iter()
            .position(|node| node.name == side(pair, column))
            .unwrap_or(0)
    };
    let mut links: Vec<Link<'a>> = pairs
        .iter()
        .map(|pair| Link {
            pair: *pair,
            from: 0.0,
            to: 0.0,
            width: unit * pair.count as f64,
        })
        .collect();
    for column in [0, 1] {
        links.sort_by_key(|link| (place(column, &link.pair), place(1 - column, &link.pair)));
        for (index, node) in columns[column].iter().enumerate() {
            let mut at = node.top + (node.height - unit * node.count as f64) / 2.0;
            for link in links.iter_mut().filter(|link| place(column, &link.pair) == index) {
                let end = if column == 0 { &mut link.from } else { &mut link.to };
                *end = at + link.width / 2.0;
                at += link.width;
            }
        }
    }
    links
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn links_that_need_not_cross_do_not() {
        let pair = |accuser, accused| Pair {
            accuser,
            accused,
            count: 1,
        };
        let placed = layout(&[pair("a", "z"), pair("b", "y"), pair("c", "x")]);
        let order = placed
            .columns
            .map(|column| column.iter().map(|n| n.name).collect::<Vec<_>>());
        assert_eq!(order, [["a", "b", "c"], ["z", "y", "x"]]);
    }

    proptest! {
        #[test]
        fn nothing_overlaps_and_order_does_not_matter(
            pairs in prop::collection::btree_map((0..9usize, 0..9usize), 1..500u64, 1..40),
        ) {
            let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
            let pairs: Vec<Pair> = pairs.into_iter()
                .map(|((from, to), count)| Pair { accuser: names[from], accused: names[to], count })
                .collect();
            let placed = layout(&pairs);
            let reversed: Vec<Pair> = pairs.iter().rev().copied().collect();
            prop_assert_eq!(&layout(&reversed), &placed);
            for column in &placed.columns {
                prop_assert!(column[0].top >= -1e-6);
                for two in column.windows(2) {
                    prop_assert!(two[0].top + two[0].height < two[1].top);
                }
                let last = &column[column.len() - 1];
                prop_assert!(last.top + last.height <= placed.height + 1e-6);
            }
            prop_assert_eq!(placed.links.len(), pairs.len());
            for link in &placed.links {
                let ends = [(0, link.pair.accuser, link.from), (1, link.pair.accused, link.to)];
                for (column, name, middle) in ends {
                    let node = placed.columns[column].iter().find(|n| n.name == name).unwrap();
                    prop_assert!(middle - link.width / 2.0 >= node.top - 1e-6);
                    prop_assert!(middle + link.width / 2.0 <= node.top + node.height + 1e-6);
                }
            }
        }
    }
}
