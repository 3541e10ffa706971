//! Activations as the input of a linear layer.

use super::Precision;
use super::lanes::{fold, largest, padded, to_bytes};
use rten_simd::ops::{BitOps, FloatOps, NumOps};
use rten_simd::{Isa, SimdOp};

/// Rows of activations: as they are in f32; as bytes, each row with its own scale and zero point, in int8.
pub(super) struct Rows {
    precision: Precision,
    width: usize,
    floats: Vec<f32>,
    bytes: Vec<u8>,
    scales: Vec<f32>,
    zeros: Vec<i32>,
}

/// A run of rows.
pub(super) enum Block<'a> {
    F32(&'a [f32]),
    Int8 {
        values: &'a [u8],
        scales: &'a [f32],
        zeros: &'a [i32],
    },
}

impl Rows {
    /// No rows yet, of `width` numbers each.
    pub(super) fn new(precision: Precision, width: usize) -> Self {
        Self {
            precision,
            width: padded(width),
            floats: Vec::new(),
            bytes: Vec::new(),
            scales: Vec::new(),
            zeros: Vec::new(),
        }
    }

    /// Makes room for `rows` rows.
    pub(super) fn reserve(&mut self, rows: usize) {
        if self.scales.len() >= rows {
            return;
        }
        self.scales.resize(rows, 0.0);
        match self.precision {
            Precision::F32 => self.floats.resize(rows * self.width, 0.0),
            Precision::Int8 => {
                self.bytes.resize(rows * self.width, 0);
                self.zeros.resize(rows, 0);
            }
        }
    }

    /// Sets a row.
    #[inline(always)]
    pub(super) fn put<I: Isa>(&mut self, isa: I, row: usize, values: &[f32]) {
        let place = row * self.width..(row + 1) * self.width;
        match self.precision {
            Precision::F32 => self.floats[place].copy_from_slice(values),
            Precision::Int8 => {
                let (scale, zero) = quantise(isa, values, &mut self.bytes[place]);
                self.scales[row] = scale;
                self.zeros[row] = zero;
            }
        }
    }

    /// The rows from `first` to before `end`.
    pub(super) fn block(&self, first: usize, end: usize) -> Block<'_> {
        let place = first * self.width..end * self.width;
        match self.precision {
            Precision::F32 => Block::F32(&self.floats[place]),
            Precision::Int8 => Block::Int8 {
                values: &self.bytes[place],
                scales: &self.scales[first..end],
                zeros: &self.zeros[first..end],
            },
        }
    }
}

/// Scale and zero point of a row, and its bytes. Zero lies inside the range, so that it is represented exactly.
#[inline(always)]
fn quantise<I: Isa>(isa: I, values: &[f32], bytes: &mut [u8]) -> (f32, i32) {
    let ops = isa.f32();
    let high = fold(
        isa,
        values,
        ops.zero(),
        #[inline(always)]
        |high, v| ops.max(high, v),
    );
    let low = fold(
        isa,
        values,
        ops.zero(),
        #[inline(always)]
        |low, v| ops.min(low, v),
    );
    let low = -largest(isa, ops.neg(low));
    let scale = ((largest(isa, high) - low) / 255.0).max(f32::MIN_POSITIVE);
    let zero = (-low / scale).round_ties_even().clamp(0.0, 255.0) as i32;
    to_bytes(
        isa,
        values,
        1.0 / scale,
        zero,
        #[inline(always)]
        |at, vector| isa.u8().store(vector, &mut bytes[at..]),
    );
    (scale, zero)
}

struct Fill<'a> {
    rows: &'a mut Rows,
    first: usize,
    values: &'a [f32],
}

impl SimdOp for Fill<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        for (row, values) in self.values.chunks_exact(self.rows.width).enumerate() {
            self.rows.put(isa, self.first + row, values);
        }
    }
}

/// Sets the rows from `first` on.
pub(super) fn fill(rows: &mut Rows, first: usize, values: &[f32]) {
    rows.reserve(first + values.len() / rows.width);
    Fill { rows, first, values }.dispatch();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quantised(x: &[f32]) -> Rows {
        let mut rows = Rows::new(Precision::Int8, 64);
        fill(&mut rows, 0, x);
        rows
    }

    #[test]
    fn quantised_rows_come_back_within_half_a_step() {
        let x: Vec<f32> = (0..256)
            .map(|i| ((i * 37) % 64) as f32 / 10.0 - 1.7 - (i / 64) as f32)
            .collect();
        let rows = quantised(&x);
        for (index, (value, original)) in rows.bytes.iter().zip(&x).enumerate() {
            let row = index / 64;
            let back = (i32::from(*value) - rows.zeros[row]) as f32 * rows.scales[row];
            assert!(
                (back - original).abs() <= 0.51 * rows.scales[row],
                "{index}: {back}, {original}"
            );
        }
    }

    #[test]
    fn a_row_of_zeros_stays_zero() {
        let rows = quantised(&[0.0; 64]);
        assert!(rows.bytes.iter().all(|v| i32::from(*v) == rows.zeros[0]));
    }
}
