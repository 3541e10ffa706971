//! Attention in 8-bit integers: queries, keys and values of each head are quantised row by row, symmetrically. The scale
//! of a value goes into the weight that it is given, and the weights of a row, quantised in their turn, share one scale.

use super::Heads;
use crate::engine::EngineError;
use crate::engine::native::lanes::{fold, furthest, largest, padded, scale, to_bytes, to_signed, update};
use crate::engine::native::linear::{Kernels, Outputs, backend, matrix, sized};
use crate::engine::native::rows::Rows;
use rten_gemm::{GemmInputA, GemmInputB, GemmOptions};
use rten_simd::ops::{BitOps, FloatOps, IntOps, NumOps, ToFloat};
use rten_simd::{Isa, Simd, SimdOp};
use rten_tensor::{Matrix, NdTensorView};
use std::f32::consts::LOG2_E;
use std::ops::Range;

/// What stands for zero in the bytes of a query.
const ZERO: i32 = 128;
/// Added to the score of a key that is only there to fill up a window.
const NEVER: f32 = -1e30;

/// Rows are kept at places: each window begins at a multiple of `LANES`, and what lies between is zero.
pub(in super::super) struct Attention {
    heads: Heads,
    /// Place of each row.
    places: Vec<usize>,
    /// Places in all.
    room: usize,
    queries: Vec<u8>,
    keys: Vec<i8>,
    values: Vec<i8>,
    /// `[places, heads]`.
    query_scales: Vec<f32>,
    /// `[heads, places]`, as all that belongs to keys.
    key_scales: Vec<f32>,
    /// What takes the zero point of queries off the score of a key.
    key_offsets: Vec<f32>,
    value_scales: Vec<f32>,
    row: Vec<f32>,
    products: Vec<i32>,
    weights: Vec<u8>,
    /// `[heads, rows, width]`.
    contexts: Vec<i32>,
    /// `[heads, rows]`: what one unit of a context is worth.
    factors: Vec<f32>,
}

impl Attention {
    pub(super) fn new(heads: Heads) -> Self {
        Self {
            heads,
            places: Vec::new(),
            room: 0,
            queries: Vec::new(),
            keys: Vec::new(),
            values: Vec::new(),
            query_scales: Vec::new(),
            key_scales: Vec::new(),
            key_offsets: Vec::new(),
            value_scales: Vec::new(),
            row: vec![0.0; 3 * heads.hidden],
            products: Vec::new(),
            weights: Vec::new(),
            contexts: Vec::new(),
            factors: Vec::new(),
        }
    }

    pub(super) fn lay_out(&mut self, windows: &[Range<usize>]) {
        self.places.clear();
        self.room = 0;
        for window in windows {
            self.places.extend(self.room..self.room + window.len());
            self.room += padded(window.len());
        }
        let Heads { count, hidden, .. } = self.heads;
        sized(&mut self.queries, self.room * hidden);
        sized(&mut self.keys, self.room * hidden);
        sized(&mut self.values, self.room * hidden);
        sized(&mut self.query_scales, self.room * count);
        for (buffer, empty) in [
            (&mut self.key_scales, 0.0),
            (&mut self.key_offsets, NEVER),
            (&mut self.value_scales, 0.0),
        ] {
            buffer.clear();
            buffer.resize(self.room * count, empty);
        }
        let mut first = 0;
        for window in windows {
            let gap = (first + window.len()) * hidden..(first + padded(window.len())) * hidden;
            self.keys[gap.clone()].fill(0);
            self.values[gap].fill(0);
            first += padded(window.len());
        }
    }

    #[inline(always)]
    pub(super) fn take<I: Isa>(&mut self, isa: I, row: usize, outputs: &impl Outputs<I>, limit: f32) {
        let ops = isa.f32();
        let Heads { count, width, hidden } = self.heads;
        let (place, room) = (self.places[row], self.room);
        outputs.merge_into(
            isa,
            &mut self.row[..3 * hidden],
            #[inline(always)]
            |output, _| output,
        );
        let (queries, rest) = self.row[..3 * hidden].split_at_mut(hidden);
        let (keys, values) = rest.split_at_mut(hidden);
        for head in 0..count {
            let part = head * width..(head + 1) * width;
            let own = head * room + place;
            self.query_scales[place * count + head] = quantise(isa, &mut queries[part.clone()], 127.0);
            let scale = quantise(isa, &mut keys[part.clone()], limit);
            let sum = fold(
                isa,
                &keys[part.clone()],
                ops.zero(),
                #[inline(always)]
                |sum, v| ops.add(sum, v),
            );
            self.key_scales[own] = scale;
            self.key_offsets[own] = -(ZERO as f32) * ops.sum(sum) * scale;
            self.value_scales[own] = quantise(isa, &mut values[part], limit);
        }
        let at = place * hidden;
        let to = &mut self.queries[at..at + hidden];
        to_bytes(
            isa,
            queries,
            1.0,
            ZERO,
            #[inline(always)]
            |at, vector| isa.u8().store(vector, &mut to[at..]),
        );
        to_signed(isa, keys, 1.0, &mut self.keys[at..at + hidden]);
        to_signed(isa, values, 1.0, &mut self.values[at..at + hidden]);
    }

    pub(super) fn attend(
        &mut self,
        windows: &[Range<usize>],
        kernels: &Kernels,
        context: &mut Rows,
    ) -> Result<(), EngineError> {
        context.reserve(windows.last().map_or(0, |window| window.end));
        for window in windows {
            self.attend_one(window, kernels, context)?;
        }
        Ok(())
    }

    fn attend_one(
        &mut self,
        window: &Range<usize>,
        kernels: &Kernels,
        context: &mut Rows,
    ) -> Result<(), EngineError> {
        let Heads { count, width, hidden } = self.heads;
        let (rows, keys) = (window.len(), padded(window.len()));
        let first = self.places[window.start];
        let products = sized(&mut self.products, rows * keys);
        let weights = sized(&mut self.weights, rows * keys);
        let contexts = sized(&mut self.contexts, count * rows * width);
        let factors = sized(&mut self.factors, count * rows);
        for (head, (contexts, factors)) in (contexts
            .chunks_exact_mut(rows * width)
            .zip(factors.chunks_exact_mut(rows)))
        .enumerate()
        {
            let from = first * hidden + head * width;
            let a = GemmInputA::Unpacked(view(&self.queries[from..], [rows, width], [hidden, 1])?);
            let b = GemmInputB::Unpacked(view(&self.keys[from..], [width, keys], [1, hidden])?);
            let options = GemmOptions::default();
            kernels.int8.gemm(products, a, b, options).map_err(backend)?;
            let own = head * self.room + first..head * self.room + first + keys;
            Weigh {
                products,
                query_scales: &self.query_scales[first * count + head..],
                heads: count,
                sharpness: LOG2_E / (width as f32).sqrt(),
                key_scales: &self.key_scales[own.clone()],
                key_offsets: &self.key_offsets[own.clone()],
                value_scales: &self.value_scales[own],
                row: sized(&mut self.row, keys),
                weights,
                factors,
            }
            .dispatch();
            let a = GemmInputA::Unpacked(matrix(weights, rows, keys));
            let b = GemmInputB::Unpacked(view(&self.values[from..], [keys, width], [hidden, 1])?);
            let options = GemmOptions::default();
            kernels.int8.gemm(contexts, a, b, options).map_err(backend)?;
        }
        Collect {
            contexts,
            factors,
            rows,
            heads: self.heads,
            row: &mut self.row[..hidden],
            first: window.start,
            to: context,
        }
        .dispatch();
        Ok(())
    }
}

fn view<T>(data: &[T], shape: [usize; 2], strides: [usize; 2]) -> Result<Matrix<'_, T>, EngineError> {
    NdTensorView::from_slice_with_strides(shape, data, strides).map_err(backend)
}

/// Replaces numbers by whole ones within ±`limit`; gives what one of them is worth.
#[inline(always)]
fn quantise<I: Isa>(isa: I, x: &mut [f32], limit: f32) -> f32 {
    let ops = isa.f32();
    let scale = (furthest(isa, x) / limit).max(f32::MIN_POSITIVE);
    let factor = ops.splat(1.0 / scale);
    update(
        isa,
        x,
        #[inline(always)]
        |v| ops.round_ties_even(ops.mul(v, factor)),
    );
    scale
}

/// From the products of queries and keys of a head to the weights of its values: softmax, times the scale of the value.
struct Weigh<'a> {
    products: &'a [i32],
    /// One for each of `heads`, row by row.
    query_scales: &'a [f32],
    heads: usize,
    /// What a score is multiplied with, so that a softmax to the base of 2 is that of scaled scores to the base of e.
    sharpness: f32,
    key_scales: &'a [f32],
    key_offsets: &'a [f32],
    value_scales: &'a [f32],
    row: &'a mut [f32],
    weights: &'a mut [u8],
    factors: &'a mut [f32],
}

impl SimdOp for Weigh<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let (ops, ints) = (isa.f32(), isa.i32());
        let (n, keys) = (ops.len(), self.row.len());
        let rows = self
            .products
            .chunks_exact(keys)
            .zip(self.weights.chunks_exact_mut(keys));
        let scales = self.query_scales.iter().step_by(self.heads);
        for (((products, weights), factor), scale) in rows.zip(self.factors).zip(scales) {
            let mut top = ops.splat(f32::MIN);
            let parts = self
                .key_scales
                .chunks_exact(n)
                .zip(self.key_offsets.chunks_exact(n));
            let parts = parts.zip(products.chunks_exact(n));
            for (place, ((scale, offset), product)) in self.row.chunks_exact_mut(n).zip(parts) {
                let product = ints.to_float(ints.load(product));
                let score = ops.mul_add(product, ops.load(scale), ops.load(offset));
                top = ops.max(top, score);
                ops.store(score, place);
            }
            let (top, sharpness) = (ops.splat(largest(isa, top)), ops.splat(scale * self.sharpness));
            let (mut sum, mut most) = (ops.zero(), ops.zero());
            let values = self.value_scales.chunks_exact(n);
            for (place, value) in self.row.chunks_exact_mut(n).zip(values) {
                let power = power_of_two(isa, ops.mul(ops.sub(ops.load(place), top), sharpness));
                let weight = ops.mul(power, ops.load(value));
                sum = ops.add(sum, power);
                most = ops.max(most, weight);
                ops.store(weight, place);
            }
            let most = largest(isa, most).max(f32::MIN_POSITIVE);
            *factor = most / (255.0 * ops.sum(sum));
            to_bytes(
                isa,
                self.row,
                255.0 / most,
                0,
                #[inline(always)]
                |at, vector| isa.u8().store(vector, &mut weights[at..]),
            );
        }
    }
}

/// 2 to the power of `x`, which is at most 0: the power of the nearest whole number, put together as a float, times a
/// polynomial (minimax, relative error below 3e-6) of what is left.
#[inline(always)]
fn power_of_two<I: Isa>(isa: I, x: I::F32) -> I::F32 {
    let (ops, ints) = (isa.f32(), isa.i32());
    let x = ops.max(x, ops.splat(-126.0));
    let whole = ops.round_ties_even(x);
    let rest = ops.sub(x, whole);
    let mut power = ops.splat(0.009_570_1);
    for coefficient in [0.055_917_86, 0.240_247_45, 0.693_121_8, 0.999_999_3] {
        power = ops.mul_add(power, rest, ops.splat(coefficient));
    }
    let exponent = ints.shift_left::<23>(ops.to_int_round(whole).same_cast());
    ints.add(power.reinterpret_cast::<I::I32>(), exponent)
        .reinterpret_cast()
}

/// Puts the heads of each row side by side.
struct Collect<'a> {
    contexts: &'a [i32],
    factors: &'a [f32],
    rows: usize,
    heads: Heads,
    row: &'a mut [f32],
    first: usize,
    to: &'a mut Rows,
}

impl SimdOp for Collect<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let Heads { count, width, .. } = self.heads;
        self.row[count * width..].fill(0.0);
        for row in 0..self.rows {
            for head in 0..count {
                let own = head * self.rows + row;
                let context = &self.contexts[own * width..(own + 1) * width];
                let place = &mut self.row[head * width..(head + 1) * width];
                scale(isa, context, self.factors[own], place);
            }
            self.to.put(isa, self.first + row, self.row);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Powers<'a>(&'a mut [f32]);

    impl SimdOp for Powers<'_> {
        type Output = ();

        #[inline(always)]
        fn eval<I: Isa>(self, isa: I) {
            update(
                isa,
                self.0,
                #[inline(always)]
                |v| power_of_two(isa, v),
            );
        }
    }

    #[test]
    fn powers_of_two() {
        let x: Vec<f32> = (0..=1270).map(|i| -0.1 * i as f32).collect();
        let mut powers = x.clone();
        Powers(&mut powers).dispatch();
        for (x, power) in x.iter().zip(powers) {
            let expected = x.max(-126.0).exp2();
            assert!((power / expected - 1.0).abs() < 4e-6, "{x}: {power}, {expected}");
        }
    }
}
