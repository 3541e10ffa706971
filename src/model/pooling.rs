//! Heads on whole sentences: each output looks at the mean of a sentence's pieces and at their mean weighted by a learnt
//! query of its own (softmax of `query · state`), so that each claim type reads the words that speak for it (Mullenbach
//! et al. 2018, arXiv 1802.05695).

use super::{ModelError, Weights};
use ndarray::{Array1, Array2, ArrayView2, Axis, concatenate};

/// A linear layer over both means, which is applied to the pieces before they are pooled: for all pieces of a window at
/// once, and a number per output is all that is left to pool.
#[derive(Clone, Debug)]
pub(super) struct PooledHead {
    /// `[hidden, 3 * outputs]`: the queries, the weights of what they attend to, the weights of the mean.
    columns: Array2<f32>,
    bias: Array1<f32>,
}

impl PooledHead {
    /// `queries` is `[outputs, hidden]`.
    pub(super) fn load(weights: &Weights, name: &str, queries: Array2<f32>) -> Result<Self, ModelError> {
        let (outputs, width) = queries.dim();
        let linear = weights.matrix(&format!("{name}.weight"), outputs, 2 * width)?;
        let bias = weights.vector(&format!("{name}.bias"), outputs)?;
        Self::new(&queries, &linear, bias)
    }

    fn new(queries: &Array2<f32>, linear: &Array2<f32>, bias: Array1<f32>) -> Result<Self, ModelError> {
        let (of_mean, of_attended) = linear.view().split_at(Axis(1), queries.ncols());
        let rows = concatenate(Axis(0), &[queries.view(), of_attended, of_mean])
            .map_err(|e| ModelError::invalid(e.to_string()))?;
        Ok(Self {
            columns: rows.reversed_axes(),
            bias,
        })
    }

    pub(super) fn outputs(&self) -> usize {
        self.bias.len()
    }

    /// What the head sees in each piece of a window, from their states (`[pieces, hidden]`).
    pub(super) fn read(&self, states: ArrayView2<'_, f32>) -> Array2<f32> {
        states.dot(&self.columns)
    }

    /// What the head has read of the pieces of a sentence, or of a part of it.
    pub(super) fn pool(&self, read: ArrayView2<'_, f32>) -> Pool {
        let outputs = self.outputs();
        let of_output = |output: usize| {
            let scores = read.column(output);
            let mut attended = Attended {
                top: scores.iter().copied().fold(f32::NEG_INFINITY, f32::max),
                total: 0.0,
                sum: 0.0,
            };
            for (score, value) in scores.iter().zip(read.column(outputs + output)) {
                let weight = (score - attended.top).exp();
                attended.total += weight;
                attended.sum += weight * value;
            }
            (read.column(2 * outputs + output).sum(), attended)
        };
        Pool {
            pieces: read.nrows() as f32,
            outputs: (0..outputs).map(of_output).collect(),
        }
    }

    /// The outputs for a sentence.
    pub(super) fn apply(&self, pool: &Pool) -> Array1<f32> {
        let pooled = pool.outputs.iter().zip(&self.bias);
        pooled
            .map(|((sum, attended), bias)| {
                sum / pool.pieces.max(1.0) + attended.sum / attended.total.max(f32::MIN_POSITIVE) + bias
            })
            .collect()
    }
}

/// What a head has read of the pieces of a sentence, as sums, so that the parts of a sentence add up (as in Milakov and
/// Gimelshein 2018, arXiv 1805.02867).
#[derive(Clone, Debug)]
pub(super) struct Pool {
    pieces: f32,
    /// Of each output, the sum of the pieces, and that weighted by its query.
    outputs: Vec<(f32, Attended)>,
}

#[derive(Clone, Copy, Debug)]
struct Attended {
    top: f32,
    total: f32,
    sum: f32,
}

impl Pool {
    pub(super) fn merge(self, other: Self) -> Self {
        let outputs = self.outputs.into_iter().zip(other.outputs);
        Self {
            pieces: self.pieces + other.pieces,
            outputs: outputs
                .map(|((sum, attended), (other, also))| (sum + other, attended.merge(also)))
                .collect(),
        }
    }
}

impl Attended {
    fn merge(self, other: Self) -> Self {
        let top = self.top.max(other.top);
        let (own, its) = ((self.top - top).exp(), (other.top - top).exp());
        Self {
            top,
            total: self.total * own + other.total * its,
            sum: self.sum * own + other.sum * its,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{array, s};

    fn head() -> PooledHead {
        let queries = array![[0.5f32, -1.0], [0.0, 2.0]];
        let linear = array![[1.0f32, 2.0, -1.0, 0.5], [0.3, 0.0, 1.0, 1.0]];
        PooledHead::new(&queries, &linear, array![0.1, 0.2]).unwrap()
    }

    const STATES: [[f32; 2]; 3] = [[1.0, 2.0], [-3.0, 0.5], [0.0, 4.0]];

    #[test]
    fn each_output_weighs_the_pieces_by_its_query() {
        let (head, states) = (head(), ndarray::arr2(&STATES));
        let found = head.apply(&head.pool(head.read(states.view()).view()));
        let mean = states.mean_axis(Axis(0)).unwrap();
        for (output, (query, linear, bias)) in [
            (array![0.5f32, -1.0], array![1.0f32, 2.0, -1.0, 0.5], 0.1),
            (array![0.0, 2.0], array![0.3, 0.0, 1.0, 1.0], 0.2),
        ]
        .into_iter()
        .enumerate()
        {
            let weights = states.dot(&query).mapv(f32::exp);
            let attended = weights.dot(&states) / weights.sum();
            let expected = linear.slice(s![..2]).dot(&mean) + linear.slice(s![2..]).dot(&attended) + bias;
            assert!((found[output] - expected).abs() < 1e-5, "{found} {expected}");
        }
    }

    #[test]
    fn parts_of_a_sentence_add_up() {
        let head = head();
        let read = head.read(ndarray::arr2(&STATES).view());
        let whole = head.apply(&head.pool(read.view()));
        for at in 1..3 {
            let parts = head
                .pool(read.slice(s![..at, ..]))
                .merge(head.pool(read.slice(s![at.., ..])));
            let difference = head.apply(&parts) - &whole;
            assert!(difference.iter().all(|d| d.abs() < 1e-6), "{difference}");
        }
    }
}
