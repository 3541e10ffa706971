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
    /// Added to the scores of the claim types after their temperature, and fitted with it (Alexandari, Kundaje and
    /// Shrikumar 2020, arXiv 1901.06852); nothing where empty.
    #[serde(default)]
    pub claim_type_biases: Vec<f32>,
    /// For the results of a head (`entities`, `attributions`, `claim_types`), what their scores come to; as they are
    /// where absent.
    #[serde(default)]
    pub reliability: BTreeMap<String, Reliability>,
    /// Probability from which an attribution counts.
    #[serde(default)]
    pub attribution_threshold: f32,
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
        let biases = &self.dixit.claim_type_biases;
        if !(biases.is_empty() || biases.len() == self.dixit.claim_types.len())
            || !biases.iter().all(|b| b.is_finite())
        {
            return fail(format!(
                "dixit.claim_type_biases: {biases:?} does not have a number for each of the {} claim types",
                self.dixit.claim_types.len()
            ));
        }
        let least = self.dixit.attribution_threshold;
        if !(0.0..=1.0).contains(&least) {
            return fail(format!(
                "dixit.attribution_threshold is {least}; it must lie between 0 and 1"
            ));
        }
        for (head, r) in &self.dixit.reliability {
            if !r.rises() {
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn parsed(key: &str, value: Value) -> Result<ModelConfig, String> {
        let mut config = json!({
            "model_type": "bert", "hidden_act": "gelu", "hidden_size": 8, "intermediate_size": 16,
            "layer_norm_eps": 1e-12, "max_position_embeddings": 64, "num_attention_heads": 2,
            "num_hidden_layers": 1, "type_vocab_size": Shape::COUNT, "vocab_size": 100,
            "dixit": {"name": "small", "window": 64, "entity_labels": ["PERSON"], "claim_types": ["none", "threat"]}
        });
        config["dixit"][key] = value;
        ModelConfig::parse(config.to_string().as_bytes()).map_err(|e| e.to_string())
    }

    #[test]
    fn what_is_fitted_is_checked() {
        assert!(parsed("claim_type_biases", json!([0.5, -0.5])).is_ok());
        assert!(parsed("attribution_threshold", json!(0.2)).is_ok());
        let good = json!({"entities": {"right": 0.0, "wrong": 1.5, "intercept": -1.0}});
        assert!(parsed("reliability", good).is_ok());
        for (key, value) in [
            ("claim_type_biases", json!([0.5])),
            ("attribution_threshold", json!(2.0)),
            (
                "reliability",
                json!({"entities": {"right": -1.0, "wrong": 1.5, "intercept": 0.0}}),
            ),
            ("temperatures", json!({"entities": 0.0})),
        ] {
            let error = parsed(key, value).unwrap_err();
            assert!(error.contains(&format!("dixit.{key}")), "{error}");
        }
    }
}
