//! The reference engine: the model folder's encoder in `rust-bert`'s `BertModel`, on libtorch. Uses a GPU where
//! libtorch finds one.

use super::{Engine, EngineError};
use crate::model::{EncoderConfig, Model, Weights, Window};
use ndarray::Array2;
use rust_bert::bert::{BertConfig, BertEmbeddings, BertModel};
use std::sync::Mutex;
use tch::{Device, Kind, Tensor, nn};

/// An encoder on libtorch.
pub struct LibTorch {
    // libtorch tensors are not `Sync`: one forward pass at a time, which uses all threads that libtorch has.
    encoder: Mutex<Encoder>,
    positions: usize,
}

/// The encoder's variables and the model over them.
pub(crate) struct Encoder {
    pub(crate) variables: nn::VarStore,
    model: BertModel<BertEmbeddings>,
}

/// Several windows as padded tensors of `[windows, pieces]`.
pub(crate) struct PaddedBatch {
    ids: Tensor,
    shapes: Tensor,
    mask: Tensor,
    /// Pieces of the longest window.
    pub(crate) width: usize,
}

impl LibTorch {
    /// Loads a model folder's encoder.
    ///
    /// # Errors
    /// Weights that do not fit the configuration, or a failure of libtorch.
    pub fn load(model: &Model) -> Result<Self, EngineError> {
        let encoder = Encoder::new(&model.config.encoder, Device::cuda_if_available(), 0.0);
        encoder.fill(&model.weights)?;
        Ok(Self {
            encoder: Mutex::new(encoder),
            positions: model.config.encoder.max_position_embeddings,
        })
    }
}

impl Engine for LibTorch {
    fn encode(&self, batch: &[Window]) -> Result<Vec<Array2<f32>>, EngineError> {
        if let Some(long) = batch.iter().find(|w| w.ids.len() > self.positions) {
            return Err(EngineError::TooLong {
                pieces: long.ids.len(),
                positions: self.positions,
            });
        }
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        let encoder = self
            .encoder
            .lock()
            .map_err(|_| EngineError::Backend("an earlier forward pass panicked".into()))?;
        let padded = PaddedBatch::new(batch.iter(), encoder.variables.device());
        let hidden = tch::no_grad(|| encoder.forward(&padded, false))?.to_device(Device::Cpu);
        batch
            .iter()
            .enumerate()
            .map(|(row, window)| {
                let states = hidden
                    .get(row as i64)
                    .narrow(0, 0, window.ids.len() as i64)
                    .contiguous();
                let width = states.size()[1] as usize;
                let mut data = vec![0f32; window.ids.len() * width];
                let count = data.len();
                states.f_copy_data(&mut data, count)?;
                Array2::from_shape_vec((window.ids.len(), width), data)
                    .map_err(|e| EngineError::Backend(e.to_string()))
            })
            .collect()
    }

    fn name(&self) -> &str {
        "libtorch-f32"
    }
}

impl Encoder {
    /// An encoder with random weights and the given dropout of hidden states (none on attention weights).
    pub(crate) fn new(config: &EncoderConfig, device: Device, dropout: f64) -> Self {
        let variables = nn::VarStore::new(device);
        let bert = BertConfig {
            hidden_dropout_prob: dropout,
            attention_probs_dropout_prob: 0.0,
            hidden_size: config.hidden_size as i64,
            intermediate_size: config.intermediate_size as i64,
            max_position_embeddings: config.max_position_embeddings as i64,
            num_attention_heads: config.num_attention_heads as i64,
            num_hidden_layers: config.num_hidden_layers as i64,
            type_vocab_size: config.type_vocab_size as i64,
            vocab_size: config.vocab_size as i64,
            ..BertConfig::default()
        };
        let model = BertModel::new_with_optional_pooler(variables.root(), &bert, false);
        Self { variables, model }
    }

    /// Fills the variables from a model's weights.
    pub(crate) fn fill(&self, weights: &Weights) -> Result<(), EngineError> {
        for (name, mut variable) in self.variables.variables() {
            let shape: Vec<usize> = variable.size().iter().map(|d| *d as usize).collect();
            let tensor = Tensor::from_slice(&weights.tensor(&name, &shape)?).view(variable.size().as_slice());
            tch::no_grad(|| variable.f_copy_(&tensor))?;
        }
        Ok(())
    }

    /// Last hidden states, `[windows, pieces, hidden]`.
    pub(crate) fn forward(&self, batch: &PaddedBatch, train: bool) -> Result<Tensor, EngineError> {
        self.model
            .forward_t(
                Some(&batch.ids),
                Some(&batch.mask),
                Some(&batch.shapes),
                None,
                None,
                None,
                None,
                train,
            )
            .map(|output| output.hidden_state)
            .map_err(|e| EngineError::Backend(e.to_string()))
    }
}

impl PaddedBatch {
    pub(crate) fn new<'w>(
        windows: impl ExactSizeIterator<Item = &'w Window> + Clone,
        device: Device,
    ) -> Self {
        let rows = windows.len();
        let width = windows.clone().map(|w| w.ids.len()).max().unwrap_or(0);
        let mut ids = vec![0i64; rows * width];
        let mut shapes = vec![0i64; rows * width];
        let mut mask = vec![0i64; rows * width];
        for (row, window) in windows.enumerate() {
            for (column, (&id, &shape)) in window.ids.iter().zip(&window.shapes).enumerate() {
                let at = row * width + column;
                ids[at] = i64::from(id);
                shapes[at] = i64::from(shape.id());
                mask[at] = 1;
            }
        }
        let size = [rows as i64, width as i64];
        let tensor = |data: &[i64]| {
            Tensor::from_slice(data)
                .view(size)
                .to_kind(Kind::Int64)
                .to_device(device)
        };
        Self {
            ids: tensor(&ids),
            shapes: tensor(&shapes),
            mask: tensor(&mask),
            width,
        }
    }
}

impl From<tch::TchError> for EngineError {
    fn from(error: tch::TchError) -> Self {
        Self::Backend(error.to_string())
    }
}
