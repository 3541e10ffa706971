//! One transformer layer, normalised after each residual sum as in BERT.

use super::attention::{Attention, Heads};
use super::lanes::padded;
use super::linear::{BLOCK, Finish, Kernels, Linear, Outputs, Products};
use super::norm::LayerNorm;
use super::rows::Rows;
use super::{EngineError, Precision};
use crate::model::{EncoderConfig, ModelError, Weights};
use rten_simd::ops::NumOps;
use rten_simd::{Isa, SimdUnaryOp};
use rten_vecmath::Gelu;
use std::ops::Range;

pub(super) struct Layer {
    query_key_value: Linear,
    attention_out: Linear,
    attention_norm: LayerNorm,
    widen: Linear,
    narrow: Linear,
    out_norm: LayerNorm,
}

/// What a thread works on: the states of some windows, and room for what is made of them on the way.
pub(super) struct Workspace {
    /// `[rows, hidden]`, padded.
    pub(super) states: Vec<f32>,
    /// The states, as the input of a layer.
    pub(super) input: Rows,
    attention: Attention,
    context: Rows,
    wide: Rows,
    wide_row: Vec<f32>,
    products: Products,
}

impl Workspace {
    pub(super) fn new(config: &EncoderConfig, precision: Precision) -> Self {
        let heads = Heads {
            count: config.num_attention_heads,
            width: config.hidden_size / config.num_attention_heads,
            hidden: padded(config.hidden_size),
        };
        let mut wide = Rows::new(precision, config.intermediate_size);
        wide.reserve(BLOCK);
        Self {
            states: Vec::new(),
            input: Rows::new(precision, config.hidden_size),
            attention: Attention::new(precision, heads),
            context: Rows::new(precision, config.hidden_size),
            wide,
            wide_row: vec![0.0; padded(config.intermediate_size)],
            products: Products::default(),
        }
    }

    /// Makes room for the rows of windows that stand one after the other.
    pub(super) fn lay_out(&mut self, windows: &[Range<usize>]) {
        self.attention.lay_out(windows);
    }
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
        })
    }

    /// Takes the states of the workspace through the layer.
    pub(super) fn forward(
        &self,
        windows: &[Range<usize>],
        work: &mut Workspace,
        kernels: &Kernels,
    ) -> Result<(), EngineError> {
        let rows = windows.last().map_or(0, |window| window.end);
        let blocks = (0..rows)
            .step_by(BLOCK)
            .map(|first| (first, rows.min(first + BLOCK)));
        let products = &mut work.products;
        for block in blocks.clone() {
            let mut take = work.attention.from(block.0, kernels);
            self.query_key_value
                .apply(&work.input, block, products, kernels, &mut take)?;
        }
        work.attention.attend(windows, kernels, &mut work.context)?;
        for block in blocks {
            let (first, end) = block;
            let mut add = Add {
                norm: &self.attention_norm,
                states: &mut work.states,
                rows: &mut work.input,
                first,
            };
            self.attention_out
                .apply(&work.context, block, products, kernels, &mut add)?;
            let mut bend = Bend {
                rows: &mut work.wide,
                row: &mut work.wide_row,
            };
            self.widen
                .apply(&work.input, block, products, kernels, &mut bend)?;
            let mut add = Add {
                norm: &self.out_norm,
                states: &mut work.states,
                rows: &mut work.input,
                first,
            };
            self.narrow
                .apply(&work.wide, (0, end - first), products, kernels, &mut add)?;
        }
        Ok(())
    }
}

/// Adds the outputs to the states and normalises the sum.
struct Add<'a> {
    norm: &'a LayerNorm,
    states: &'a mut [f32],
    rows: &'a mut Rows,
    first: usize,
}

impl Finish for Add<'_> {
    #[inline(always)]
    fn row<I: Isa>(&mut self, isa: I, row: usize, outputs: &impl Outputs<I>) {
        let ops = isa.f32();
        let (row, width) = (self.first + row, self.norm.width());
        let state = &mut self.states[row * width..(row + 1) * width];
        outputs.merge_into(
            isa,
            state,
            #[inline(always)]
            |output, state| ops.add(output, state),
        );
        self.norm.apply(isa, state);
        self.rows.put(isa, row, state);
    }
}

/// Puts the outputs through the activation function.
struct Bend<'a> {
    rows: &'a mut Rows,
    row: &'a mut [f32],
}

impl Finish for Bend<'_> {
    #[inline(always)]
    fn row<I: Isa>(&mut self, isa: I, row: usize, outputs: &impl Outputs<I>) {
        outputs.merge_into(
            isa,
            self.row,
            #[inline(always)]
            |output, _| Gelu {}.eval(isa, output),
        );
        self.rows.put(isa, row, self.row);
    }
}
