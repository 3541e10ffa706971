//! Multi-head self-attention (Vaswani et al. 2017) within each window.

mod float;
mod int8;

use super::linear::{Finish, Kernels, Outputs};
use super::rows::Rows;
use super::{EngineError, Precision};
use rten_simd::Isa;
use std::ops::Range;

/// How the hidden states fall into heads.
#[derive(Clone, Copy, Debug)]
pub(super) struct Heads {
    pub(super) count: usize,
    /// Numbers per head.
    pub(super) width: usize,
    /// Numbers of all heads, padded.
    pub(super) hidden: usize,
}

/// Queries, keys and values of a layer, and room for what is made of them.
pub(super) enum Attention {
    F32(float::Attention),
    Int8(Box<int8::Attention>),
}

impl Attention {
    pub(super) fn new(precision: Precision, heads: Heads) -> Self {
        match precision {
            Precision::F32 => Self::F32(float::Attention::new(heads)),
            Precision::Int8 => Self::Int8(Box::new(int8::Attention::new(heads))),
        }
    }

    /// Makes room for the rows of windows that stand one after the other.
    pub(super) fn lay_out(&mut self, windows: &[Range<usize>]) {
        match self {
            Self::F32(attention) => attention.lay_out(windows),
            Self::Int8(attention) => attention.lay_out(windows),
        }
    }

    /// Takes queries, keys and values, side by side, of a block of rows that begins at `first`.
    pub(super) fn from(&mut self, first: usize, kernels: &Kernels) -> Take<'_> {
        let limit = if kernels.int8.may_saturate() { 63.0 } else { 127.0 };
        Take {
            attention: self,
            first,
            limit,
        }
    }

    /// The context of each row.
    pub(super) fn attend(
        &mut self,
        windows: &[Range<usize>],
        kernels: &Kernels,
        context: &mut Rows,
    ) -> Result<(), EngineError> {
        match self {
            Self::F32(attention) => attention.attend(windows, kernels, context),
            Self::Int8(attention) => attention.attend(windows, kernels, context),
        }
    }
}

/// Puts the outputs of a layer where the attention wants them.
pub(super) struct Take<'a> {
    attention: &'a mut Attention,
    first: usize,
    limit: f32,
}

impl Finish for Take<'_> {
    #[inline(always)]
    fn row<I: Isa>(&mut self, isa: I, row: usize, outputs: &impl Outputs<I>) {
        match self.attention {
            Attention::F32(attention) => attention.take(isa, self.first + row, outputs),
            Attention::Int8(attention) => attention.take(isa, self.first + row, outputs, self.limit),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::lanes::padded;
    use super::super::rows::Block;
    use super::*;
    use rten_simd::SimdOp;
    use rten_simd::ops::BitOps;

    const HEADS: Heads = Heads {
        count: 3,
        width: 20,
        hidden: 64,
    };

    struct Plain<'a>(&'a [f32]);

    impl<I: Isa> Outputs<I> for Plain<'_> {
        #[inline(always)]
        fn merge_into(&self, isa: I, row: &mut [f32], merge: impl Fn(I::F32, I::F32) -> I::F32) {
            let ops = isa.f32();
            let n = ops.len();
            for (place, output) in row.chunks_exact_mut(n).zip(self.0.chunks_exact(n)) {
                ops.store(merge(ops.load(output), ops.load(place)), place);
            }
        }
    }

    struct Feed<'a>(Take<'a>, &'a [f32]);

    impl SimdOp for Feed<'_> {
        type Output = ();

        #[inline(always)]
        fn eval<I: Isa>(mut self, isa: I) {
            for (row, inputs) in self.1.chunks_exact(3 * HEADS.hidden).enumerate() {
                self.0.row(isa, row, &Plain(inputs));
            }
        }
    }

    /// Contexts of windows that are made up, without padding.
    fn contexts(attention: &mut Attention, precision: Precision, lengths: &[usize]) -> Vec<f32> {
        let mut windows = Vec::new();
        let mut first = 0;
        for length in lengths {
            windows.push(first..first + length);
            first += length;
        }
        let mut inputs = vec![0.0; first * 3 * HEADS.hidden];
        for (index, part) in inputs.chunks_exact_mut(HEADS.hidden).enumerate() {
            for (column, value) in part[..HEADS.count * HEADS.width].iter_mut().enumerate() {
                *value = ((index * 7919 + column * 104_729 + 13) % 1009) as f32 / 504.5 - 0.7;
            }
        }
        let kernels = Kernels::default();
        attention.lay_out(&windows);
        Feed(attention.from(0, &kernels), &inputs).dispatch();
        // In f32, so that the rows can be read.
        let mut rows = Rows::new(Precision::F32, HEADS.hidden);
        rows.reserve(first);
        attention.attend(&windows, &kernels, &mut rows).unwrap();
        let Block::F32(values) = rows.block(0, first) else {
            panic!("{precision:?} rows where floats are wanted");
        };
        let rows = values.chunks_exact(HEADS.hidden);
        rows.flat_map(|row| row[..HEADS.count * HEADS.width].to_vec())
            .collect()
    }

    #[test]
    fn int8_attends_as_f32_does() {
        for lengths in [&[2][..], &[64], &[65, 3], &[130, 64, 5, 1]] {
            let attend = |precision| contexts(&mut Attention::new(precision, HEADS), precision, lengths);
            let (exact, rounded) = (attend(Precision::F32), attend(Precision::Int8));
            assert_eq!(exact.len(), rounded.len());
            for (index, (a, b)) in exact.iter().zip(&rounded).enumerate() {
                assert!((a - b).abs() < 0.03, "{lengths:?}, {index}: {a}, {b}");
            }
        }
    }

    #[test]
    fn what_was_there_before_has_no_bearing() {
        for precision in [Precision::F32, Precision::Int8] {
            let mut used = Attention::new(precision, HEADS);
            contexts(&mut used, precision, &[200, 31, 7]);
            let again = contexts(&mut used, precision, &[33, padded(1), 2]);
            let fresh = contexts(
                &mut Attention::new(precision, HEADS),
                precision,
                &[33, padded(1), 2],
            );
            assert_eq!(again, fresh);
            // A window that stands first gets the same whatever follows.
            let alone = contexts(&mut used, precision, &[33]);
            assert_eq!(alone, fresh[..alone.len()]);
        }
    }
}
