//! Writes the trained network as a model folder.

use super::TrainError;
use super::adamw::AdamW;
use super::config::TrainConfig;
use super::network::Network;
use super::run::{Start, starts};
use crate::model::{LabelConfig, ModelConfig};
use half::f16;
use safetensors::Dtype;
use safetensors::tensor::TensorView;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use tch::{Kind, Tensor};

/// Writes `config.json`, `tokenizer.json` and `model.safetensors` (in f16) to `folder`.
pub(super) fn write(
    folder: &Path,
    config: &TrainConfig,
    start: &Start,
    network: &Network,
    optimizer: &AdamW,
) -> Result<(), TrainError> {
    fs::create_dir_all(folder).map_err(TrainError::io(folder))?;
    let put = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        fs::write(&path, bytes).map_err(TrainError::io(path))
    };
    let model = ModelConfig {
        encoder: start.encoder.clone(),
        dixit: LabelConfig {
            name: config.name.clone(),
            window: config.window,
            entity_labels: config.entity_labels.clone(),
            claim_types: config.claim_types.clone(),
            temperatures: BTreeMap::new(),
            claim_type_biases: Vec::new(),
            reliability: BTreeMap::new(),
            attribution_threshold: 0.0,
            check_worthy_threshold: 0.5,
        },
    };
    let json = serde_json::to_vec_pretty(&model).map_err(|e| TrainError::io(folder)(e.into()))?;
    put("config.json", &json)?;
    put("tokenizer.json", &start.tokenizer_json)?;
    put(
        "model.safetensors",
        &weights(config.keep, start, network, optimizer, folder)?,
    )
}

fn weights(
    keep: f64,
    start: &Start,
    network: &Network,
    optimizer: &AdamW,
    folder: &Path,
) -> Result<Vec<u8>, TrainError> {
    // What is not trained is written as it came in, not as rounded for the passes.
    let mut tensors: BTreeMap<String, Tensor> = network
        .encoder
        .variables
        .variables()
        .into_keys()
        .filter_map(|name| start.weight(&name).map(|t| (name, t.shallow_clone())))
        .collect();
    for (name, tensor) in optimizer.weights() {
        let before = start.weight(name).filter(|_| keep > 0.0);
        let tensor = match before.filter(|before| starts(before, tensor)) {
            Some(before) => tensor.f_lerp(&before.f_to_kind(Kind::Float)?.f_expand_as(tensor)?, keep)?,
            None => tensor.shallow_clone(),
        };
        tensors.insert(name.clone(), tensor);
    }
    let data = tensors
        .iter()
        .map(|(name, tensor)| {
            let flat = tensor
                .f_to_kind(Kind::Float)?
                .f_flatten(0, -1)?
                .to_device(tch::Device::Cpu);
            let mut values = vec![0f32; flat.size()[0] as usize];
            let count = values.len();
            flat.f_copy_data(&mut values, count)?;
            let bytes: Vec<u8> = values
                .iter()
                .flat_map(|v| f16::from_f32(*v).to_le_bytes())
                .collect();
            let shape: Vec<usize> = tensor.size().iter().map(|d| *d as usize).collect();
            Ok((name, shape, bytes))
        })
        .collect::<Result<Vec<_>, TrainError>>()?;
    let invalid = |e: safetensors::SafeTensorError| TrainError::io(folder)(std::io::Error::other(e));
    let views = data
        .iter()
        .map(|(name, shape, bytes)| Ok((name.as_str(), TensorView::new(Dtype::F16, shape.clone(), bytes)?)))
        .collect::<Result<Vec<_>, _>>()
        .map_err(invalid)?;
    safetensors::serialize(views, None).map_err(invalid)
}
