//! `config.json` of a model folder: a Hugging Face BERT configuration with one more object, `dixit`.

use super::shapes::Shape;
use super::tags::TagSet;
use super::{ModelError, Reliability};
use crate::labels::{NONE, ROLES};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Sizes of the encoder and labels of the heads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelConfig {
    /// Sizes of the BERT encoder.
    #[serde(flatten)]
    pub encoder: EncoderConfig,
    /// Labels, thresholds and calibration of the heads.
    pub dixit: LabelConfig,
}

/// The fields of a Hugging Face BERT configuration that the forward pass needs, under their usual names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EncoderConfig {
    /// `bert`.
    pub model_type: String,
    /// Activation of the feed-forward layers: `gelu`.
    pub hidden_act: String,
    /// Width of the hidden states.
    pub hidden_size: usize,
    /// Width of the feed-forward layers.
    pub intermediate_size: usize,
    /// Variance floor of layer normalisation.
    pub layer_norm_eps: f32,
    /// Number of positions.
    pub max_position_embeddings: usize,
    /// Attention heads per layer.
    pub num_attention_heads: usize,
    /// Number of layers.
    pub num_hidden_layers: usize,
    /// Rows of the type-embedding table: one per word-piece [`Shape`].
    pub type_vocab_size: usize,
    /// Number of word pieces.
    pub vocab_size: usize,
}

/// What the heads predict.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LabelConfig {
    /// Name of the model.
    pub name: String,
    /// Pieces per window, `[CLS]` and `[SEP]` included.
    pub window: usize,
    /// Entity labels; the tags are `O`, then `B-` and `I-` of each.
    pub entity_labels: Vec<String>,
    /// Claim types; one of them is `none`.
    pub claim_types: Vec<String>,
    /// Temperature of each head's softmax, fitted on development files (Guo et al. 2017, arXiv 1706.04599); 1 where
    /// absent.
    #[serde(default)]
    pub temperatures: BTreeMap<String, f32>,
    /// For the results of a head (`entities`, `attributions`, `claim_types`), what their scores come to; as they are
    /// where absent.
    #[serde(default)]
    pub reliability: BTreeMap<String, Reliability>,
    /// Probability from which a sentence counts as worth checking.
    #[serde(default = "half")]
    pub check_worthy_threshold: f32,
}

fn half() -> f32 {
    0.5
}

impl ModelConfig {
    /// Reads and checks a configuration.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, ModelError> {
        let config: Self = serde_json::from_slice(bytes).map_err(|e| ModelError::invalid(e.to_string()))?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), ModelError> {
        let e = &self.encoder;
        let fail = |reason: String| Err(ModelError::invalid(reason));
        if e.model_type != "bert" || e.hidden_act != "gelu" {
            return fail(format!(
                "only BERT encoders with GELU are supported, this one is \"{}\" with \"{}\"",
                e.model_type, e.hidden_act
            ));
        }
        if e.num_attention_heads == 0 || !e.hidden_size.is_multiple_of(e.num_attention_heads) {
            return fail(format!(
                "hidden_size {} is not a multiple of num_attention_heads {}",
                e.hidden_size, e.num_attention_heads
            ));
        }
        if e.type_vocab_size != Shape::COUNT {
            return fail(format!(
                "type_vocab_size is {}, but there are {} word-piece shapes",
                e.type_vocab_size,
                Shape::COUNT
            ));
        }
        let window = self.dixit.window;
        if !(16..=e.max_position_embeddings).contains(&window) {
            return fail(format!(
                "dixit.window is {window}; it must lie between 16 and max_position_embeddings ({})",
                e.max_position_embeddings
            ));
        }
        if self.dixit.entity_labels.is_empty() {
            return fail("dixit.entity_labels is empty".into());
        }
        if !self.dixit.claim_types.iter().any(|t| t == NONE) {
            return fail(format!("dixit.claim_types lacks \"{NONE}\""));
        }
        for (head, r) in &self.dixit.reliability {
            if !(r.slope > 0.0 && r.slope.is_finite() && r.intercept.is_finite()) {
                return fail(format!(
                    "dixit.reliability.{head}: {r:?} is not a rising function"
                ));
            }
        }
        if let Some((head, t)) = self
            .dixit
            .temperatures
            .iter()
            .find(|(_, t)| **t <= 0.0 || t.is_nan())
        {
            return fail(format!("dixit.temperatures.{head} is {t}; it must be positive"));
        }
        Ok(())
    }

    /// Tags of the entity head.
    pub fn entity_tags(&self) -> TagSet {
        TagSet::new(self.dixit.entity_labels.iter().cloned())
    }

    /// Tags of the attribution head.
    pub fn attribution_tags(&self) -> TagSet {
        TagSet::new(ROLES.iter().map(|r| r.to_string()))
    }
}
