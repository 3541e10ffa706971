//! Linear layers on packed weights: the product of a block of rows, and what is to become of each row of it while it
//! is in the cache.

use super::lanes::{furthest, padded, to_signed};
use super::rows::{Block, Rows};
use super::{EngineError, Precision};
use crate::model::{ModelError, Weights};
use rten_gemm::{GemmExecutor, GemmInputA, GemmInputB, GemmOptions, PackedBMatrix};
use rten_simd::ops::{BitOps, NumOps, ToFloat};
use rten_simd::{Isa, SimdOp};
use rten_tensor::{Matrix, NdTensorView};

/// Rows that go through a layer at a time, so that what they become stays in the processor's cache: a multiple of the
/// height of every kernel's tiles.
pub(super) const BLOCK: usize = 64;

/// The matrix kernels that suit this processor.
#[derive(Default)]
pub(super) struct Kernels {
    pub(super) f32: GemmExecutor<f32, f32, f32>,
    pub(super) int8: GemmExecutor<u8, i8, i32>,
}

/// `y = x Wᵀ + b`, `W` of `[out, in]`.
pub(super) struct Linear {
    weights: Packed,
    /// Padded, like all that follows the columns.
    bias: Vec<f32>,
    width: usize,
}

enum Packed {
    F32(PackedBMatrix<f32>),
    Int8 {
        weights: PackedBMatrix<i8>,
        scales: Vec<f32>,
        /// Sum of each output channel's weights: what a zero point of 1 adds to its products.
        sums: Vec<i32>,
    },
}

/// The products of a block of rows, before scales and biases.
#[derive(Default)]
pub(super) struct Products {
    f32: Vec<f32>,
    int8: Vec<i32>,
}

/// What becomes of the outputs of a layer.
pub(super) trait Finish {
    /// Takes the outputs of a row, counted from the first of the block.
    fn row<I: Isa>(&mut self, isa: I, row: usize, outputs: &impl Outputs<I>);
}

/// A row of outputs, worked out as they are asked for.
pub(super) trait Outputs<I: Isa> {
    /// Replaces each vector of `row` by what `merge` makes of the outputs and it.
    fn merge_into(&self, isa: I, row: &mut [f32], merge: impl Fn(I::F32, I::F32) -> I::F32);
}

impl Linear {
    /// Takes the layers `names` out of the weights and puts their outputs, each padded, side by side.
    pub(super) fn load(
        weights: &Weights,
        names: &[String],
        out: usize,
        width: usize,
        precision: Precision,
        kernels: &Kernels,
    ) -> Result<Self, ModelError> {
        let mut rows = Vec::with_capacity(names.len() * padded(out) * padded(width));
        let mut bias = Vec::with_capacity(names.len() * padded(out));
        for (index, name) in names.iter().enumerate() {
            let values = weights.tensor(&format!("{name}.weight"), &[out, width])?;
            for row in values.chunks_exact(width) {
                rows.extend_from_slice(row);
                rows.resize(rows.len().next_multiple_of(padded(width)), 0.0);
            }
            rows.resize((index + 1) * padded(out) * padded(width), 0.0);
            bias.extend(weights.tensor(&format!("{name}.bias"), &[out])?);
            bias.resize((index + 1) * padded(out), 0.0);
        }
        Ok(Self::pack(&rows, bias, precision, kernels))
    }

    /// A layer of weights `[out, width]`, all padded.
    fn pack(rows: &[f32], bias: Vec<f32>, precision: Precision, kernels: &Kernels) -> Self {
        let out = bias.len();
        let width = rows.len() / out;
        let weights = match precision {
            Precision::F32 => Packed::F32(kernels.f32.prepack_b(transposed(rows, out, width))),
            Precision::Int8 => {
                let (quantised, scales) = quantise_rows(rows, width, kernels.int8.may_saturate());
                Packed::Int8 {
                    weights: kernels.int8.prepack_b(transposed(&quantised, out, width)),
                    sums: quantised
                        .chunks_exact(width)
                        .map(|row| row.iter().map(|v| i32::from(*v)).sum())
                        .collect(),
                    scales,
                }
            }
        };
        Self { weights, bias, width }
    }

    /// Applies the layer to a block of at most [`BLOCK`] rows.
    pub(super) fn apply(
        &self,
        input: &Rows,
        (first, end): (usize, usize),
        products: &mut Products,
        kernels: &Kernels,
        finish: &mut impl Finish,
    ) -> Result<(), EngineError> {
        let (rows, out) = (end - first, self.bias.len());
        match (&self.weights, input.block(first, end)) {
            (Packed::F32(weights), Block::F32(values)) => {
                let products = sized(&mut products.f32, rows * out);
                let (a, b) = (matrix(values, rows, self.width), GemmInputB::Packed(weights));
                kernels
                    .f32
                    .gemm(products, GemmInputA::Unpacked(a), b, GemmOptions::default())
                    .map_err(backend)?;
                let bias = &self.bias;
                F32 {
                    products,
                    bias,
                    finish,
                }
                .dispatch();
            }
            (
                Packed::Int8 {
                    weights,
                    scales: columns,
                    sums,
                },
                Block::Int8 {
                    values,
                    scales,
                    zeros,
                },
            ) => {
                let products = sized(&mut products.int8, rows * out);
                // Packed here, since the product would pack the rows again for every 1,024 of the columns.
                let rows = kernels.int8.prepack_a(matrix(values, rows, self.width));
                let (a, b) = (GemmInputA::Packed(&rows), GemmInputB::Packed(weights));
                // The kernels' own zero points go wrong where they differ from row to row: in rten-gemm 0.27 on AVX-512,
                // every row of a block from the ninth on gets wrong ones. So they are taken off afterwards.
                kernels
                    .int8
                    .gemm(products, a, b, GemmOptions::default())
                    .map_err(backend)?;
                Int8 {
                    products,
                    scales,
                    zeros,
                    columns,
                    sums,
                    bias: &self.bias,
                    finish,
                }
                .dispatch();
            }
            _ => {
                return Err(EngineError::Backend(
                    "rows and weights differ in precision".into(),
                ));
            }
        }
        Ok(())
    }
}

/// Finishes the rows of a product of floats.
struct F32<'a, F> {
    products: &'a [f32],
    bias: &'a [f32],
    finish: &'a mut F,
}

struct F32Outputs<'a> {
    products: &'a [f32],
    bias: &'a [f32],
}

impl<F: Finish> SimdOp for F32<'_, F> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let bias = self.bias;
        for (row, products) in self.products.chunks_exact(bias.len()).enumerate() {
            self.finish.row(isa, row, &F32Outputs { products, bias });
        }
    }
}

impl<I: Isa> Outputs<I> for F32Outputs<'_> {
    #[inline(always)]
    fn merge_into(&self, isa: I, row: &mut [f32], merge: impl Fn(I::F32, I::F32) -> I::F32) {
        let ops = isa.f32();
        let n = ops.len();
        let parts = self.products.chunks_exact(n).zip(self.bias.chunks_exact(n));
        for (place, (products, bias)) in row.chunks_exact_mut(n).zip(parts) {
            let output = ops.add(ops.load(products), ops.load(bias));
            ops.store(merge(output, ops.load(place)), place);
        }
    }
}

/// Finishes the rows of a product of bytes.
struct Int8<'a, F> {
    products: &'a [i32],
    scales: &'a [f32],
    zeros: &'a [i32],
    columns: &'a [f32],
    sums: &'a [i32],
    bias: &'a [f32],
    finish: &'a mut F,
}

struct Int8Outputs<'a> {
    products: &'a [i32],
    scale: f32,
    zero: i32,
    columns: &'a [f32],
    sums: &'a [i32],
    bias: &'a [f32],
}

impl<F: Finish> SimdOp for Int8<'_, F> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let rows = self.scales.iter().zip(self.zeros);
        for (row, (products, (&scale, &zero))) in
            self.products.chunks_exact(self.bias.len()).zip(rows).enumerate()
        {
            let outputs = Int8Outputs {
                products,
                scale,
                zero,
                columns: self.columns,
                sums: self.sums,
                bias: self.bias,
            };
            self.finish.row(isa, row, &outputs);
        }
    }
}

impl<I: Isa> Outputs<I> for Int8Outputs<'_> {
    #[inline(always)]
    fn merge_into(&self, isa: I, row: &mut [f32], merge: impl Fn(I::F32, I::F32) -> I::F32) {
        let (ops, ints) = (isa.f32(), isa.i32());
        let n = ops.len();
        let (zero, scale) = (ints.splat(self.zero), ops.splat(self.scale));
        let sums = self.products.chunks_exact(n).zip(self.sums.chunks_exact(n));
        let parts = self
            .columns
            .chunks_exact(n)
            .zip(self.bias.chunks_exact(n))
            .zip(sums);
        for (place, ((columns, bias), (products, sums))) in row.chunks_exact_mut(n).zip(parts) {
            let off = ints.mul(zero, ints.load(sums));
            let product = ints.to_float(ints.sub(ints.load(products), off));
            let output = ops.mul_add(product, ops.mul(scale, ops.load(columns)), ops.load(bias));
            ops.store(merge(output, ops.load(place)), place);
        }
    }
}

/// The first `len` numbers of a buffer that grows where it must.
pub(super) fn sized<T: Copy + Default>(buffer: &mut Vec<T>, len: usize) -> &mut [T] {
    if buffer.len() < len {
        buffer.resize(len, T::default());
    }
    &mut buffer[..len]
}

/// Weights as `i8`, symmetric, each row (output channel) with its own scale. Kernels that add pairs of products in
/// 16 bits get weights of 7 bits.
fn quantise_rows(rows: &[f32], width: usize, saturates: bool) -> (Vec<i8>, Vec<f32>) {
    let mut values = vec![0; rows.len()];
    let mut scales = vec![0.0; rows.len() / width];
    QuantiseRows {
        rows,
        width,
        limit: if saturates { 63.0 } else { 127.0 },
        values: &mut values,
        scales: &mut scales,
    }
    .dispatch();
    (values, scales)
}

struct QuantiseRows<'a> {
    rows: &'a [f32],
    width: usize,
    limit: f32,
    values: &'a mut [i8],
    scales: &'a mut [f32],
}

impl SimdOp for QuantiseRows<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let rows = self.rows.chunks_exact(self.width).zip(self.scales);
        for ((row, scale), values) in rows.zip(self.values.chunks_exact_mut(self.width)) {
            *scale = (furthest(isa, row) / self.limit).max(f32::MIN_POSITIVE);
            to_signed(isa, row, 1.0 / *scale, values);
        }
    }
}

/// A row-major matrix over a slice of `rows * columns` numbers.
pub(super) fn matrix<T>(data: &[T], rows: usize, columns: usize) -> Matrix<'_, T> {
    NdTensorView::from_data([rows, columns], data)
}

/// The transpose of a row-major matrix of `[rows, columns]`, as a view.
fn transposed<T>(data: &[T], rows: usize, columns: usize) -> Matrix<'_, T> {
    matrix(data, rows, columns).transposed()
}

pub(super) fn backend(error: impl std::fmt::Display) -> EngineError {
    EngineError::Backend(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::super::rows::fill;
    use super::*;

    /// Keeps the outputs.
    struct Keep<'a>(&'a mut [f32], usize);

    impl Finish for Keep<'_> {
        #[inline(always)]
        fn row<I: Isa>(&mut self, isa: I, row: usize, outputs: &impl Outputs<I>) {
            let place = &mut self.0[row * self.1..(row + 1) * self.1];
            outputs.merge_into(isa, place, |output, _| output);
        }
    }

    /// A layer on weights that are made up, in both precisions.
    #[test]
    fn int8_products_are_close_to_f32() {
        for (tokens, width, out) in [(1, 384, 384), (5, 384, 1152), (37, 1536, 384), (64, 384, 1536)] {
            let noise = |i: usize| ((i * 7919 + 13) % 1009) as f32 / 504.5 - 1.0;
            // Weights that do not cancel out, so that a wrong zero point shows.
            let weights: Vec<f32> = (0..width * out).map(|i| noise(i) + 0.5).collect();
            // Rows of different ranges, so that scales and zero points differ.
            let x: Vec<f32> = (0..tokens * width)
                .map(|i| (1 + i / width % 5) as f32 * noise(i + 5) + 2.0 * (i / width % 7) as f32 - 6.0)
                .collect();
            let bias: Vec<f32> = (0..out).map(noise).collect();
            let kernels = Kernels::default();
            let layer = |precision| {
                let mut rows = Rows::new(precision, width);
                fill(&mut rows, 0, &x);
                let mut y = vec![0.0; tokens * out];
                Linear::pack(&weights, bias.clone(), precision, &kernels)
                    .apply(
                        &rows,
                        (0, tokens),
                        &mut Products::default(),
                        &kernels,
                        &mut Keep(&mut y, out),
                    )
                    .unwrap();
                y
            };
            let (exact, rounded) = (layer(Precision::F32), layer(Precision::Int8));
            let rows = exact.chunks_exact(out).zip(rounded.chunks_exact(out));
            for (row, (exact, rounded)) in rows.enumerate() {
                let norm = |values: &mut dyn Iterator<Item = f32>| values.map(|v| v * v).sum::<f32>().sqrt();
                let size = norm(&mut exact.iter().copied());
                let error = norm(&mut exact.iter().zip(rounded).map(|(a, b)| a - b));
                assert!(
                    error < 0.02 * size,
                    "row {row} of {tokens} x {width} x {out}: {error} of {size}"
                );
            }
        }
    }

    #[test]
    fn weights_of_zero_stay_zero() {
        let (values, _) = quantise_rows(&[0.0; 64], 64, false);
        assert_eq!(values, [0; 64]);
    }
}
