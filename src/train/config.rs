//! The configuration of a training run, a TOML file.

use super::TrainError;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What to train, from what, on what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainConfig {
    /// Name of the model.
    pub name: String,
    /// What the model is for, for its card.
    #[serde(default)]
    pub about: String,
    /// What its users should know of its limits, for its card.
    #[serde(default)]
    pub limits: String,
    /// Folder with the encoder to start from: a Hugging Face BERT folder, or a model folder of this program.
    pub encoder: PathBuf,
    /// Folder that the model is written to.
    pub output: PathBuf,
    /// Seed of everything that is drawn.
    pub seed: u64,
    /// Passes over the training mix.
    pub epochs: usize,
    /// Pieces per update, padding included.
    pub batch_pieces: usize,
    /// Pieces per window.
    pub window: usize,
    /// Peak learning rate of the encoder.
    pub learning_rate: f64,
    /// The heads' rate as a multiple of the encoder's.
    pub head_rate: f64,
    /// Decoupled weight decay (Loshchilov and Hutter 2019).
    pub weight_decay: f64,
    /// Share of the updates in which the rate rises from 0; then it falls linearly to 0.
    pub warmup: f64,
    /// Largest norm of the gradient.
    pub clip: f64,
    /// Dropout of hidden states.
    pub dropout: f64,
    /// Label smoothing of the claim types.
    pub label_smoothing: f64,
    /// Weight of a claim type in the loss: (count of the most frequent / its count) to this power.
    pub class_weight_power: f64,
    /// Whether the word embeddings stay as they are.
    pub freeze_embeddings: bool,
    /// Number format of the forward and backward pass; the weights themselves are always f32.
    pub precision: Precision,
    /// Share of the weights that the run starts from in those that it writes, between 0 and 1: what was learnt before is
    /// kept better, and what is new is less a matter of chance (Wortsman et al. 2022, arXiv 2109.01903).
    #[serde(default)]
    pub keep: f64,
    /// Updates between two checkpoints.
    pub checkpoint_every: usize,
    /// Entity labels of the model.
    pub entity_labels: Vec<String>,
    /// Claim types of the model.
    pub claim_types: Vec<String>,
    /// Weight of each task in the loss.
    pub weights: TaskWeights,
    /// The training mix.
    pub train: Vec<TrainFile>,
    /// Files to evaluate on after each epoch.
    #[serde(default)]
    pub dev: Vec<DevFile>,
}

/// Number format of the forward and backward pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// 32-bit floats.
    F32,
    /// bfloat16: twice as fast where the processor has it.
    Bf16,
}

/// Weight of each task in the loss.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskWeights {
    /// Entity tags.
    pub entities: f64,
    /// Attribution tags.
    pub attributions: f64,
    /// Claim types.
    pub claim_types: f64,
    /// Check-worthiness.
    pub check_worthiness: f64,
    /// Whose claim a sentence is.
    #[serde(default)]
    pub speakers: f64,
    /// Whom a claim is directed at.
    #[serde(default)]
    pub targets: f64,
    /// Title tags: which words beside a speaker's name, or of a description, are the role.
    #[serde(default)]
    pub titles: f64,
    /// Home tags: whether a speaker acts for a country.
    #[serde(default)]
    pub homes: f64,
}

/// A file of the training mix, in dixit JSON Lines. Which heads learn from it follows from the layers it has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainFile {
    /// The file.
    pub file: PathBuf,
    /// How often it is read per epoch; a fraction reads that share of its windows, others each time.
    #[serde(default = "once")]
    pub repeat: f64,
    /// For labels of the file that may stand for another label of the model, or for several of them: the words of
    /// such a span are to be tagged with any one of these. An empty list leaves the span out of the loss.
    #[serde(default)]
    pub accept: BTreeMap<String, Vec<String>>,
    /// Pieces per update for this file, where it differs from the run's: small files teach more in small batches.
    #[serde(default)]
    pub batch_pieces: Option<usize>,
    /// Share of the articles read in lower case.
    #[serde(default)]
    pub lower: f64,
    /// Share of the articles read in capitals.
    #[serde(default)]
    pub upper: f64,
    /// Whether its speakers, their titles and homes, and targets are learnt; articles from which the rankings are fitted
    /// should be new to that.
    #[serde(default = "yes")]
    pub speakers: bool,
    /// Licence of the file as its makers state it, for the model card.
    #[serde(default)]
    pub licence: String,
}

/// A file to evaluate on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DevFile {
    /// The file.
    pub file: PathBuf,
    /// Labels to count as another, in the file and in the prediction.
    #[serde(default)]
    pub merge: BTreeMap<String, String>,
    /// Entity labels that count, after merging; all where absent.
    #[serde(default)]
    pub labels: Option<Vec<String>>,
    /// Whether temperatures, thresholds and reliability are fitted on it, too.
    #[serde(default)]
    pub fit: bool,
}

impl TrainFile {
    /// The file's name without its folder.
    pub(super) fn name(&self) -> String {
        name(&self.file)
    }
}

impl DevFile {
    /// What a label of the file may stand for, given what counts as it.
    pub(super) fn merge_as_accept(&self) -> BTreeMap<String, Vec<String>> {
        let mut accept: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (from, to) in &self.merge {
            accept
                .entry(to.clone())
                .or_insert_with(|| vec![to.clone()])
                .push(from.clone());
        }
        accept
    }

    /// The file's name without its folder.
    pub(super) fn name(&self) -> String {
        name(&self.file)
    }
}

impl Precision {
    /// As in the configuration.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::Bf16 => "bf16",
        }
    }
}

fn name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn once() -> f64 {
    1.0
}

fn yes() -> bool {
    true
}

impl TrainConfig {
    /// Reads and checks a configuration. Relative paths are taken from the folder of the file.
    ///
    /// # Errors
    /// Says which key is wrong and why.
    pub fn load(path: &Path) -> Result<Self, TrainError> {
        let text = std::fs::read_to_string(path).map_err(TrainError::io(path))?;
        let fail = |reason: String| TrainError::Config {
            path: path.to_owned(),
            reason,
        };
        let mut config: Self = toml::from_str(&text).map_err(|e| fail(e.to_string()))?;
        config.check().map_err(fail)?;
        let base = path.parent().unwrap_or(Path::new("")).to_owned();
        let resolve = |p: &mut PathBuf| *p = base.join(&*p);
        resolve(&mut config.encoder);
        resolve(&mut config.output);
        config.train.iter_mut().for_each(|f| resolve(&mut f.file));
        config.dev.iter_mut().for_each(|f| resolve(&mut f.file));
        Ok(config)
    }

    /// Name of the encoder's folder.
    pub(super) fn encoder_name(&self) -> String {
        name(&self.encoder)
    }

    fn check(&self) -> Result<(), String> {
        let positive = [
            ("learning_rate", self.learning_rate),
            ("head_rate", self.head_rate),
            ("clip", self.clip),
        ];
        for (key, value) in positive {
            if value <= 0.0 || value.is_nan() {
                return Err(format!("{key} is {value}; it must be positive"));
            }
        }
        let shares = [
            ("keep", self.keep),
            ("warmup", self.warmup),
            ("dropout", self.dropout),
            ("label_smoothing", self.label_smoothing),
        ];
        for (key, value) in shares {
            if !(0.0..1.0).contains(&value) {
                return Err(format!("{key} is {value}; it must lie in [0, 1)"));
            }
        }
        if self.epochs == 0 || self.checkpoint_every == 0 {
            return Err("epochs and checkpoint_every must be at least 1".into());
        }
        let batches = self.train.iter().filter_map(|f| f.batch_pieces);
        if let Some(short) = batches.chain([self.batch_pieces]).find(|b| *b < self.window) {
            return Err(format!(
                "batch_pieces is {short}, less than one window of {}",
                self.window
            ));
        }
        if self.train.is_empty() {
            return Err("there is no [[train]] file".into());
        }
        for file in &self.train {
            for label in file.accept.values().flatten() {
                if !self.entity_labels.contains(label) {
                    return Err(format!(
                        "accept of {} names {label:?}, which is not in entity_labels",
                        file.file.display()
                    ));
                }
            }
        }
        Ok(())
    }
}
