//! Layer normalisation (Ba, Kiros and Hinton 2016).

use super::lanes::{fold, padded};
use crate::model::{ModelError, Weights};
use rten_simd::Isa;
use rten_simd::ops::{BitOps, NumOps};

pub(super) struct LayerNorm {
    scale: Vec<f32>,
    bias: Vec<f32>,
    epsilon: f32,
    width: usize,
}

impl LayerNorm {
    pub(super) fn load(
        weights: &Weights,
        name: &str,
        width: usize,
        epsilon: f32,
    ) -> Result<Self, ModelError> {
        let vector = |part: &str| -> Result<Vec<f32>, ModelError> {
            let mut vector = weights.tensor(&format!("{name}.{part}"), &[width])?;
            vector.resize(padded(width), 0.0);
            Ok(vector)
        };
        Ok(Self {
            scale: vector("weight")?,
            bias: vector("bias")?,
            epsilon,
            width,
        })
    }

    /// The length of a row, padding included.
    #[inline(always)]
    pub(super) fn width(&self) -> usize {
        self.scale.len()
    }

    /// Normalises a row whose padding is zero, and keeps it so.
    #[inline(always)]
    pub(super) fn apply<I: Isa>(&self, isa: I, x: &mut [f32]) {
        let ops = isa.f32();
        let width = self.width as f32;
        let sum = fold(
            isa,
            x,
            ops.zero(),
            #[inline(always)]
            |sum, v| ops.add(sum, v),
        );
        let mean = ops.sum(sum) / width;
        let centre = ops.splat(mean);
        let squares = fold(
            isa,
            x,
            ops.zero(),
            #[inline(always)]
            |sum, v| {
                let difference = ops.sub(v, centre);
                ops.mul_add(difference, difference, sum)
            },
        );
        let padding = (x.len() - self.width) as f32;
        let variance = (ops.sum(squares) - padding * mean * mean) / width;
        let factor = ops.splat(1.0 / (variance + self.epsilon).sqrt());
        let parameters = self
            .scale
            .chunks_exact(ops.len())
            .zip(self.bias.chunks_exact(ops.len()));
        for (chunk, (scale, bias)) in x.chunks_exact_mut(ops.len()).zip(parameters) {
            let normalised = ops.mul(ops.sub(ops.load(chunk), centre), factor);
            ops.store(ops.mul_add(normalised, ops.load(scale), ops.load(bias)), chunk);
        }
    }
}
