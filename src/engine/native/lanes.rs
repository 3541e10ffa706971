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

/// The largest absolute value of `x`, of any length.
#[inline(always)]
pub(super) fn furthest<I: Isa>(isa: I, x: &[f32]) -> f32 {
    let ops = isa.f32();
    let top = fold(
        isa,
        x,
        ops.zero(),
        #[inline(always)]
        |top, v| ops.max(top, ops.abs(v)),
    );
    largest(isa, top)
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

/// Writes `round(x * scale)`, held within `-128..=127`, for each number of `x`: a multiple of [`LANES`].
#[inline(always)]
pub(super) fn to_signed<I: Isa>(isa: I, x: &[f32], scale: f32, out: &mut [i8]) {
    let bytes = isa.u8();
    // `i8` is `u8` less 128: the highest bit the other way round.
    let sign = bytes.splat(128);
    to_bytes(
        isa,
        x,
        scale,
        128,
        #[inline(always)]
        |at, vector| {
            isa.i8()
                .store(bytes.xor(vector, sign).reinterpret_cast(), &mut out[at..])
        },
    );
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

#[cfg(test)]
mod tests {
    use super::*;
    use rten_simd::SimdOp;
    use rten_simd::isa::GenericIsa;

    /// Everything above, on numbers of a length that is no multiple of a vector's.
    #[derive(Clone, Copy)]
    struct All<'a>(&'a [f32]);

    impl SimdOp for All<'_> {
        type Output = (Vec<f32>, Vec<u8>, Vec<i8>);

        #[inline(always)]
        fn eval<I: Isa>(self, isa: I) -> Self::Output {
            let ops = isa.f32();
            let high = fold(isa, self.0, ops.zero(), |a, b| ops.max(a, b));
            let mut floats = self.0.to_vec();
            update(isa, &mut floats, |v| ops.add(v, v));
            let mut scaled = vec![0.0; self.0.len()];
            let ints: Vec<i32> = self.0.iter().map(|v| (v * 10.0) as i32).collect();
            scale(isa, &ints, 0.5, &mut scaled);
            floats.extend(scaled);
            floats.extend([largest(isa, high), furthest(isa, self.0)]);
            let whole = &self.0[..self.0.len() / LANES * LANES];
            let (mut bytes, mut signed) = (vec![0; whole.len()], vec![0; whole.len()]);
            to_bytes(isa, whole, 3.0, 100, |at, vector| {
                isa.u8().store(vector, &mut bytes[at..])
            });
            to_signed(isa, whole, 3.0, &mut signed);
            (floats, bytes, signed)
        }
    }

    #[test]
    fn every_instruction_set_gives_the_same() {
        let x: Vec<f32> = (0..141).map(|i| ((i * 37) % 101) as f32 - 60.25).collect();
        let mut floats: Vec<f32> = x.iter().map(|v| v + v).collect();
        floats.extend(x.iter().map(|v| 0.5 * (v * 10.0).trunc()));
        floats.extend([39.75, 60.25]);
        let rounded = x[..128].iter().map(|v| (3.0 * v).round_ties_even() as i32);
        let bytes = rounded.clone().map(|v| (v + 100).clamp(0, 255) as u8).collect();
        let signed = rounded.map(|v| v.clamp(-128, 127) as i8).collect();
        let expected = (floats, bytes, signed);
        assert_eq!(All(&x).dispatch(), expected);
        assert_eq!(All(&x).eval(GenericIsa::new()), expected);
        #[cfg(target_arch = "x86_64")]
        if let Some(isa) = rten_simd::isa::Avx2Isa::new() {
            assert_eq!(All(&x).eval(isa), expected);
        }
    }
}
