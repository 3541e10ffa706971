//! Linear layers on packed weights.

use super::{EngineError, Precision};
use crate::model::{ModelError, Weights};
use rten_gemm::{BiasVector, GemmExecutor, GemmInputA, GemmInputB, GemmOptions, PackedBMatrix};
use rten_simd::SimdOp;
use rten_tensor::{Matrix, NdTensorView};
use rten_vecmath::{MinMax, Quantize};
use std::mem::MaybeUninit;

/// The matrix kernels that suit this processor.
#[derive(Default)]
pub(super) struct Kernels {
    pub(super) f32: GemmExecutor<f32, f32, f32>,
    pub(super) int8: GemmExecutor<u8, i8, i32>,
}

/// `y = x Wᵀ + b`, `W` of `[out, in]`.
pub(super) struct Linear {
    weights: Packed,
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

impl Linear {
    /// Takes the layers `names` out of the weights and puts their outputs side by side.
    pub(super) fn load(
        weights: &Weights,
        names: &[String],
        out: usize,
        width: usize,
        precision: Precision,
        kernels: &Kernels,
    ) -> Result<Self, ModelError> {
        let mut rows = Vec::with_capacity(names.len() * out * width);
        let mut bias = Vec::with_capacity(names.len() * out);
        for name in names {
            rows.extend(weights.tensor(&format!("{name}.weight"), &[out, width])?);
            bias.extend(weights.tensor(&format!("{name}.bias"), &[out])?);
        }
        Ok(Self::pack(&rows, bias, width, precision, kernels))
    }

    /// A layer of weights `[out, width]`.
    fn pack(rows: &[f32], bias: Vec<f32>, width: usize, precision: Precision, kernels: &Kernels) -> Self {
        let weights = match precision {
            Precision::F32 => Packed::F32(kernels.f32.prepack_b(transposed(rows, bias.len(), width))),
            Precision::Int8 => {
                let (quantised, scales) = quantise_rows(rows, width, kernels.int8.may_saturate());
                Packed::Int8 {
                    weights: kernels.int8.prepack_b(transposed(&quantised, bias.len(), width)),
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

    /// Applies the layer to each row of `x` (`[tokens, in]`); gives `[tokens, out]`.
    pub(super) fn apply(&self, x: &[f32], kernels: &Kernels) -> Result<Vec<f32>, EngineError> {
        let (tokens, out) = (x.len() / self.width, self.bias.len());
        match &self.weights {
            Packed::F32(weights) => {
                let mut y = vec![0.0; tokens * out];
                let options = GemmOptions {
                    bias: Some(BiasVector::Row(&self.bias)),
                    ..GemmOptions::default()
                };
                kernels
                    .f32
                    .gemm(
                        &mut y,
                        GemmInputA::Unpacked(matrix(x, tokens, self.width)),
                        GemmInputB::Packed(weights),
                        options,
                    )
                    .map_err(backend)?;
                Ok(y)
            }
            Packed::Int8 {
                weights,
                scales,
                sums,
            } => {
                let activations = QuantisedRows::new(x, self.width);
                let mut products = vec![0i32; tokens * out];
                let a = GemmInputA::Unpacked(matrix(&activations.values, tokens, self.width));
                // The kernels' own zero points go wrong where they differ from row to row: in rten-gemm 0.27 on AVX-512,
                // every row of a block from the ninth on gets wrong ones. So they are taken off afterwards.
                kernels
                    .int8
                    .gemm(
                        &mut products,
                        a,
                        GemmInputB::Packed(weights),
                        GemmOptions::default(),
                    )
                    .map_err(backend)?;
                Ok(self.dequantise(&products, &activations, scales, sums))
            }
        }
    }

    fn dequantise(&self, products: &[i32], rows: &QuantisedRows, columns: &[f32], sums: &[i32]) -> Vec<f32> {
        let mut y = Vec::with_capacity(products.len());
        let rows = rows.scales.iter().zip(&rows.zeros);
        for (products, (row, zero)) in products.chunks_exact(columns.len()).zip(rows) {
            let zero = i32::from(*zero);
            let channels = products.iter().zip(columns).zip(sums).zip(&self.bias);
            y.extend(
                channels
                    .map(|(((&p, &column), &sum), &bias)| (p - zero * sum) as f32 * (row * column) + bias),
            );
        }
        y
    }
}

/// Activations as `u8`, each row with its own scale and zero point.
struct QuantisedRows {
    values: Vec<u8>,
    scales: Vec<f32>,
    zeros: Vec<u8>,
}

impl QuantisedRows {
    fn new(x: &[f32], width: usize) -> Self {
        let rows = x.len() / width;
        let mut quantised = Self {
            values: Vec::with_capacity(x.len()),
            scales: Vec::with_capacity(rows),
            zeros: Vec::with_capacity(rows),
        };
        let mut buffer = vec![MaybeUninit::new(0u8); width];
        for row in x.chunks_exact(width) {
            let (low, high) = MinMax::new(row).dispatch();
            // Zero lies inside the range, so that it is represented exactly.
            let (low, high) = (low.min(0.0), high.max(0.0));
            let scale = ((high - low) / 255.0).max(f32::MIN_POSITIVE);
            let zero = (-low / scale).round().clamp(0.0, 255.0) as u8;
            quantised
                .values
                .extend_from_slice(Quantize::new(row, &mut buffer, 1.0 / scale, zero).dispatch());
            quantised.scales.push(scale);
            quantised.zeros.push(zero);
        }
        quantised
    }
}

/// Weights as `i8`, symmetric, each row (output channel) with its own scale. Kernels that add pairs of products in
/// 16 bits get weights of 7 bits.
fn quantise_rows(rows: &[f32], width: usize, saturates: bool) -> (Vec<i8>, Vec<f32>) {
    let limit = if saturates { 63.0 } else { 127.0 };
    let mut values = Vec::with_capacity(rows.len());
    let mut scales = Vec::with_capacity(rows.len() / width);
    for row in rows.chunks_exact(width) {
        let largest = row.iter().fold(0f32, |m, v| m.max(v.abs()));
        let scale = (largest / limit).max(f32::MIN_POSITIVE);
        values.extend(row.iter().map(|v| (v / scale).round() as i8));
        scales.push(scale);
    }
    (values, scales)
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
    use super::*;

    #[test]
    fn quantised_rows_come_back_within_half_a_step() {
        let x: Vec<f32> = (0..64).map(|i| ((i * 37) % 64) as f32 / 10.0 - 1.7).collect();
        let quantised = QuantisedRows::new(&x, 16);
        for (row, values) in quantised.values.chunks(16).enumerate() {
            for (value, original) in values.iter().zip(&x[row * 16..]) {
                let back = (f32::from(*value) - f32::from(quantised.zeros[row])) * quantised.scales[row];
                assert!((back - original).abs() <= 0.51 * quantised.scales[row]);
            }
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
                Linear::pack(&weights, bias.clone(), width, precision, &kernels)
                    .apply(&x, &kernels)
                    .unwrap()
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
    fn a_row_of_zeros_stays_zero() {
        let quantised = QuantisedRows::new(&[0.0; 8], 8);
        assert!(quantised.values.iter().all(|v| *v == quantised.zeros[0]));
        let (values, _) = quantise_rows(&[0.0; 8], 8, false);
        assert_eq!(values, [0; 8]);
    }
}
