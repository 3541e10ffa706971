//! One transformer layer, normalised after each residual sum as in BERT.

use super::attention::attend;
use super::linear::{Kernels, Linear};
use super::norm::LayerNorm;
use super::{EngineError, Precision};
use crate::model::{EncoderConfig, ModelError, Weights};
use rten_simd::SimdUnaryOp;
use rten_vecmath::Gelu;

pub(super) struct Layer {
    query_key_value: Linear,
    attention_out: Linear,
    attention_norm: LayerNorm,
    widen: Linear,
    narrow: Linear,
    out_norm: LayerNorm,
    hidden: usize,
    heads: usize,
}

impl Layer {
    pub(super) fn load(
        weights: &Weights,
        config: &EncoderConfig,
        index: usize,
        precision: Precision,
        kernels: &Kernels,
    ) -> Result<Self, ModelError> {
        let name = |part: &str| format!("encoder.layer.{index}.{part}");
        let (hidden, wide) = (config.hidden_size, config.intermediate_size);
        let linear = |parts: &[&str], out, width| {
            let names: Vec<String> = parts.iter().map(|p| name(p)).collect();
            Linear::load(weights, &names, out, width, precision, kernels)
        };
        let norm = |part: &str| LayerNorm::load(weights, &name(part), hidden, config.layer_norm_eps);
        Ok(Self {
            query_key_value: linear(
                &[
                    "attention.self.query",
                    "attention.self.key",
                    "attention.self.value",
                ],
                hidden,
                hidden,
            )?,
            attention_out: linear(&["attention.output.dense"], hidden, hidden)?,
            attention_norm: norm("attention.output.LayerNorm")?,
            widen: linear(&["intermediate.dense"], wide, hidden)?,
            narrow: linear(&["output.dense"], hidden, wide)?,
            out_norm: norm("output.LayerNorm")?,
            hidden,
            heads: config.num_attention_heads,
        })
    }

    /// `[tokens, hidden]` in and out.
    pub(super) fn forward(&self, x: Vec<f32>, kernels: &Kernels) -> Result<Vec<f32>, EngineError> {
        let context = attend(
            &self.query_key_value.apply(&x, kernels)?,
            self.hidden,
            self.heads,
            kernels,
        )?;
        let mut x = sum(self.attention_out.apply(&context, kernels)?, &x);
        self.attention_norm.apply(&mut x);
        let mut wide = self.widen.apply(&x, kernels)?;
        Gelu {}.map_mut(&mut wide);
        let mut out = sum(self.narrow.apply(&wide, kernels)?, &x);
        self.out_norm.apply(&mut out);
        Ok(out)
    }
}

fn sum(mut a: Vec<f32>, b: &[f32]) -> Vec<f32> {
    for (a, b) in a.iter_mut().zip(b) {
        *a += b;
    }
    a
}
