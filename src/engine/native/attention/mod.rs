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
    Int8(int8::Attention),
}

impl Attention {
    pub(super) fn new(precision: Precision, heads: Heads) -> Self {
        match precision {
            Precision::F32 => Self::F32(float::Attention::new(heads)),
            Precision::Int8 => Self::Int8(int8::Attention::new(heads)),
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
