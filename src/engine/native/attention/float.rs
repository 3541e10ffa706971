//! Attention in f32.

use super::Heads;
use crate::engine::EngineError;
use crate::engine::native::linear::{Kernels, Outputs, backend, matrix, sized};
use crate::engine::native::rows::{Rows, fill};
use rten_gemm::{GemmInputA, GemmInputB, GemmOptions};
use rten_simd::{Isa, SimdOp};
use rten_tensor::{Matrix, NdTensorView};
use rten_vecmath::Softmax;
use std::ops::Range;

pub(in super::super) struct Attention {
    heads: Heads,
    /// Queries, keys and values of each row, side by side.
    inputs: Vec<f32>,
    weights: Vec<f32>,
    /// Of one head.
    context: Vec<f32>,
    contexts: Vec<f32>,
}

impl Attention {
    pub(super) fn new(heads: Heads) -> Self {
        Self {
            heads,
            inputs: Vec::new(),
            weights: Vec::new(),
            context: Vec::new(),
            contexts: Vec::new(),
        }
    }

    pub(super) fn lay_out(&mut self, windows: &[Range<usize>]) {
        let rows = windows.last().map_or(0, |window| window.end);
        sized(&mut self.inputs, rows * 3 * self.heads.hidden);
    }

    #[inline(always)]
    pub(super) fn take<I: Isa>(&mut self, isa: I, row: usize, outputs: &impl Outputs<I>) {
        let stride = 3 * self.heads.hidden;
        let place = &mut self.inputs[row * stride..(row + 1) * stride];
        outputs.merge_into(
            isa,
            place,
            #[inline(always)]
            |output, _| output,
        );
    }

    pub(super) fn attend(
        &mut self,
        windows: &[Range<usize>],
        kernels: &Kernels,
        context: &mut Rows,
    ) -> Result<(), EngineError> {
        for window in windows {
            self.attend_one(window, kernels)?;
            let rows = &self.contexts[..window.len() * self.heads.hidden];
            fill(context, window.start, rows);
        }
        Ok(())
    }

    fn attend_one(&mut self, window: &Range<usize>, kernels: &Kernels) -> Result<(), EngineError> {
        let Heads { count, width, hidden } = self.heads;
        let (tokens, stride) = (window.len(), 3 * hidden);
        let inputs = &self.inputs[window.start * stride..window.end * stride];
        let view =
            |offset: usize, shape: [usize; 2], strides: [usize; 2]| -> Result<Matrix<'_, f32>, EngineError> {
                NdTensorView::from_slice_with_strides(shape, &inputs[offset..], strides).map_err(backend)
            };
        let weights = sized(&mut self.weights, tokens * tokens);
        let context = sized(&mut self.context, tokens * width);
        let contexts = sized(&mut self.contexts, tokens * hidden);
        let scaled = GemmOptions {
            alpha: 1.0 / (width as f32).sqrt(),
            ..GemmOptions::default()
        };
        for head in 0..count {
            let at = head * width;
            let queries = GemmInputA::Unpacked(view(at, [tokens, width], [stride, 1])?);
            let keys = GemmInputB::Unpacked(view(hidden + at, [width, tokens], [1, stride])?);
            let values = GemmInputB::Unpacked(view(2 * hidden + at, [tokens, width], [stride, 1])?);
            kernels
                .f32
                .gemm(weights, queries, keys, scaled.clone())
                .map_err(backend)?;
            for row in weights.chunks_exact_mut(tokens) {
                Softmax::new_mut(row).dispatch();
            }
            let a = GemmInputA::Unpacked(matrix(weights, tokens, tokens));
            kernels
                .f32
                .gemm(context, a, values, GemmOptions::default())
                .map_err(backend)?;
            for (row, context) in contexts.chunks_exact_mut(hidden).zip(context.chunks_exact(width)) {
                row[at..at + width].copy_from_slice(context);
            }
        }
        Ok(())
    }
}
