//! Multi-head self-attention (Vaswani et al. 2017) within one window.

use super::EngineError;
use super::linear::{Kernels, backend};
use rten_gemm::{GemmInputA, GemmInputB, GemmOptions};
use rten_simd::SimdOp;
use rten_tensor::{Matrix, NdTensorView};
use rten_vecmath::Softmax;

/// The context of each token: `qkv` is `[tokens, 3 * hidden]` (queries, keys, values side by side), the result is
/// `[tokens, hidden]`.
pub(super) fn attend(
    qkv: &[f32],
    hidden: usize,
    heads: usize,
    kernels: &Kernels,
) -> Result<Vec<f32>, EngineError> {
    let stride = 3 * hidden;
    let tokens = qkv.len() / stride;
    let width = hidden / heads;
    let view =
        |offset: usize, shape: [usize; 2], strides: [usize; 2]| -> Result<Matrix<'_, f32>, EngineError> {
            NdTensorView::from_slice_with_strides(shape, &qkv[offset..], strides).map_err(backend)
        };
    let mut weights = vec![0.0; tokens * tokens];
    let mut context = vec![0.0; tokens * width];
    let mut out = vec![0.0; tokens * hidden];
    for head in 0..heads {
        let at = head * width;
        let query = view(at, [tokens, width], [stride, 1])?;
        let keys_transposed = view(hidden + at, [width, tokens], [1, stride])?;
        let values = view(2 * hidden + at, [tokens, width], [stride, 1])?;
        let scaled = GemmOptions {
            alpha: 1.0 / (width as f32).sqrt(),
            ..GemmOptions::default()
        };
        let (a, b) = (GemmInputA::Unpacked(query), GemmInputB::Unpacked(keys_transposed));
        kernels.f32.gemm(&mut weights, a, b, scaled).map_err(backend)?;
        for row in weights.chunks_exact_mut(tokens) {
            Softmax::new_mut(row).dispatch();
        }
        let a = GemmInputA::Unpacked(super::linear::matrix(&weights, tokens, tokens));
        kernels
            .f32
            .gemm(
                &mut context,
                a,
                GemmInputB::Unpacked(values),
                GemmOptions::default(),
            )
            .map_err(backend)?;
        for (row, context) in out.chunks_exact_mut(hidden).zip(context.chunks_exact(width)) {
            row[at..at + width].copy_from_slice(context);
        }
    }
    Ok(out)
}
