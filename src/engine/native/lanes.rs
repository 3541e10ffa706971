//! Loops over slices in vectors of whatever width the processor has, chosen at run time by `rten-simd`.
//!
//! Everything here, closures too, must be inlined into the operation that is dispatched: what is left as a function of
//! its own is compiled without the processor's vector instructions.

use rten_simd::ops::{BitOps, FloatOps, NarrowSaturate, NumOps, ToFloat};
use rten_simd::{Isa, Simd};

/// Rows are padded with zeros to a multiple of this, the most numbers of any kind that a vector holds, so that loops
/// have no remainder.
pub(super) const LANES: usize = 64;

/// The length of a row of `width` numbers, padding included.
pub(super) fn padded(width: usize) -> usize {
    width.next_multiple_of(LANES)
}

/// Folds the vectors of `x`, of any length, into one; what is missing from the last is zero.
#[inline(always)]
pub(super) fn fold<I: Isa>(isa: I, x: &[f32], from: I::F32, f: impl Fn(I::F32, I::F32) -> I::F32) -> I::F32 {
    let ops = isa.f32();
    let mut folded = from;
    let mut chunks = x.chunks_exact(ops.len());
    for chunk in chunks.by_ref() {
        folded = f(folded, ops.load(chunk));
    }
    if !chunks.remainder().is_empty() {
        folded = f(folded, ops.load_pad(chunks.remainder()).0);
    }
    folded
}

/// Changes `x`, of any length, vector by vector.
#[inline(always)]
pub(super) fn update<I: Isa>(isa: I, x: &mut [f32], mut f: impl FnMut(I::F32) -> I::F32) {
    let ops = isa.f32();
    let mut chunks = x.chunks_exact_mut(ops.len());
    for chunk in chunks.by_ref() {
        let y = f(ops.load(chunk));
        ops.store(y, chunk);
    }
    let rest = chunks.into_remainder();
    if !rest.is_empty() {
        let y = f(ops.load_pad(rest).0).to_array();
        for (to, from) in rest.iter_mut().zip(y) {
            *to = from;
        }
    }
}

/// The largest number in a vector.
#[inline(always)]
pub(super) fn largest<I: Isa>(_: I, x: I::F32) -> f32 {
    let larger = |a: f32, b: f32| if a > b { a } else { b };
    let all = x.to_array();
    // Four by four, as every vector holds a multiple of four.
    let mut top = [f32::MIN; 4];
    for four in all.as_ref().as_chunks::<4>().0 {
        for (top, value) in top.iter_mut().zip(four) {
            *top = larger(*value, *top);
        }
    }
    larger(larger(top[0], top[2]), larger(top[1], top[3]))
}

/// Writes `round(x * scale) + zero`, held within `0..=255`, for each number of `x`: a multiple of [`LANES`].
#[inline(always)]
pub(super) fn to_bytes<I: Isa>(isa: I, x: &[f32], scale: f32, zero: i32, mut put: impl FnMut(usize, I::U8)) {
    let (ops, ints) = (isa.f32(), isa.i32());
    let n = ops.len();
    let (scale, zero) = (ops.splat(scale), ints.splat(zero));
    for (index, chunk) in x.chunks_exact(4 * n).enumerate() {
        let low = ints.narrow_saturate(
            whole(isa, chunk, scale, zero),
            whole(isa, &chunk[n..], scale, zero),
        );
        let high = ints.narrow_saturate(
            whole(isa, &chunk[2 * n..], scale, zero),
            whole(isa, &chunk[3 * n..], scale, zero),
        );
        put(index * 4 * n, isa.i16().narrow_saturate(low, high));
    }
}

/// `round(x * scale) + zero` of the first vector of `x`.
#[inline(always)]
fn whole<I: Isa>(isa: I, x: &[f32], scale: I::F32, zero: I::I32) -> I::I32 {
    let (ops, ints) = (isa.f32(), isa.i32());
    ints.add(ops.to_int_round(ops.mul(ops.load(x), scale)), zero)
}

/// Writes `x * factor`; both slices have the same length, any.
#[inline(always)]
pub(super) fn scale<I: Isa>(isa: I, x: &[i32], factor: f32, out: &mut [f32]) {
    let (ops, ints) = (isa.f32(), isa.i32());
    let factor = ops.splat(factor);
    let n = ops.len();
    let mut from = x.chunks_exact(n);
    let mut to = out.chunks_exact_mut(n);
    for (from, to) in from.by_ref().zip(to.by_ref()) {
        ops.store(ops.mul(ints.to_float(ints.load(from)), factor), to);
    }
    let rest = to.into_remainder();
    if !rest.is_empty() {
        let scaled = ops.mul(ints.to_float(ints.load_pad(from.remainder()).0), factor);
        for (to, from) in rest.iter_mut().zip(scaled.to_array()) {
            *to = from;
        }
    }
}
