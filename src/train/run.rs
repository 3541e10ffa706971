//! A training run from configuration to model folder.

use super::adamw::AdamW;
use super::augment;
use super::batches;
use super::calibrate;
use super::card;
use super::checkpoint::{Checkpoint, Position};
use super::config::TrainConfig;
use super::data::{self, Example};
use super::dev::{self, Scored};
use super::export;
use super::network::Network;
use super::{EpochLog, StepLog, TrainError, TrainLog};
use crate::evaluation::Bootstrap;
use crate::model::{EncoderConfig, PieceTokenizer, Shape, Window};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Told how a run goes on.
pub trait Observer {
    /// The data are read; the run has `updates` updates, `done` of them made by an earlier run.
    fn start(&mut self, updates: usize, done: usize);
    /// An update is made.
    fn step(&mut self, log: &StepLog);
    /// An epoch is evaluated.
    fn epoch(&mut self, log: &EpochLog);
}

/// Trains as `config` says and writes the model folder. The working folder `<output>.training` holds checkpoints,
/// the log and, after each epoch, the model as it is then, which is scored on the development files. With `resume`, a
/// run that was stopped goes on to the same result.
///
/// # Errors
/// Unusable data or encoder, a loss that is not a number, or a file that cannot be written.
pub fn train(config: &TrainConfig, resume: bool, observer: &mut dyn Observer) -> Result<PathBuf, TrainError> {
    let work = working_folder(&config.output);
    fs::create_dir_all(&work).map_err(TrainError::io(&work))?;
    let checkpoint = Checkpoint::new(&work);
    if checkpoint.exists() && !resume {
        return Err(TrainError::Config {
            path: work,
            reason: "an earlier run left a checkpoint here: go on with --resume, or remove the folder".into(),
        });
    }
    let start = Start::read(config)?;
    let files = config
        .train
        .iter()
        .map(|file| data::read(file, config, &start.tokenizer))
        .collect::<Result<Vec<_>, _>>()?;
    let mut run = Run::new(config, &start, files, work, checkpoint)?;
    let mut position = Position {
        fingerprint: fingerprint(config)?,
        ..Position::default()
    };
    if resume && run.checkpoint.exists() {
        position = run
            .checkpoint
            .restore(&position.fingerprint, &mut run.optimizer)?;
    }
    run.epochs(position, observer)?;
    export::write(&config.output, config, &start, &run.network, &run.optimizer)?;
    calibrate::calibrate(config, &config.output)?;
    let scored = dev::score(config, &config.output, Bootstrap::default().draws)?;
    let card = config.output.join("MODEL_CARD.md");
    fs::write(&card, card::card(config, &run.files, &scored)).map_err(TrainError::io(&card))?;
    Ok(config.output.clone())
}

/// The folder beside the output in which a run keeps its state.
fn working_folder(output: &Path) -> PathBuf {
    let mut name = output.file_name().unwrap_or_default().to_owned();
    name.push(".training");
    output.with_file_name(name)
}

/// What a run starts from.
pub(super) struct Start {
    pub(super) encoder: EncoderConfig,
    pub(super) tokenizer: PieceTokenizer,
    pub(super) tokenizer_json: Vec<u8>,
    weights: Vec<(String, tch::Tensor)>,
}

impl Start {
    fn read(config: &TrainConfig) -> Result<Self, TrainError> {
        let file = |name: &str| {
            let path = config.encoder.join(name);
            fs::read(&path).map_err(TrainError::io(path))
        };
        let mut encoder: EncoderConfig =
            serde_json::from_slice(&file("config.json")?).map_err(|e| TrainError::Config {
                path: config.encoder.join("config.json"),
                reason: e.to_string(),
            })?;
        encoder.type_vocab_size = Shape::COUNT;
        let tokenizer_json = file("tokenizer.json")?;
        Ok(Self {
            encoder,
            tokenizer: PieceTokenizer::parse(&tokenizer_json)
                .map_err(|e| e.at(&config.encoder.join("tokenizer.json")))?,
            tokenizer_json,
            weights: tch::Tensor::read_safetensors(config.encoder.join("model.safetensors"))?,
        })
    }

    /// A weight as it came in.
    pub(super) fn weight(&self, name: &str) -> Option<&tch::Tensor> {
        self.weights.iter().find(|(n, _)| n == name).map(|(_, t)| t)
    }

    /// Fills the network with the weights to start from. Token types that the encoder lacks begin as its first.
    fn fill(&self, network: &Network, path: &Path) -> Result<(), TrainError> {
        tch::no_grad(|| {
            for (name, mut variable) in network.encoder.variables.variables() {
                let tensor = self.weight(&name).ok_or_else(|| TrainError::Config {
                    path: path.to_owned(),
                    reason: format!("model.safetensors lacks {name}"),
                })?;
                if name.ends_with("token_type_embeddings.weight") && tensor.size() != variable.size() {
                    variable.f_copy_(&tensor.f_narrow(0, 0, 1)?.f_expand(variable.size(), false)?)?;
                } else {
                    variable.f_copy_(tensor)?;
                }
            }
            for (name, mut variable) in network.heads.variables() {
                let Some(tensor) = self.weight(&name) else {
                    continue;
                };
                if starts(tensor, &variable) {
                    variable.f_copy_(&tensor.f_expand_as(&variable)?)?;
                }
            }
            Ok(())
        })
    }
}

/// Whether a weight of a head is where another begins: it has its size, or is one query for all outputs where the other
/// has one for each.
pub(super) fn starts(weight: &tch::Tensor, other: &tch::Tensor) -> bool {
    let shared = weight.dim() == 1 && other.dim() == 2 && weight.size()[0] == other.size()[1];
    shared || weight.size() == other.size()
}

struct Run<'a> {
    config: &'a TrainConfig,
    start: &'a Start,
    files: Vec<Vec<Example>>,
    network: Network,
    optimizer: AdamW,
    checkpoint: Checkpoint,
    work: PathBuf,
}

impl<'a> Run<'a> {
    fn new(
        config: &'a TrainConfig,
        start: &'a Start,
        files: Vec<Vec<Example>>,
        work: PathBuf,
        checkpoint: Checkpoint,
    ) -> Result<Self, TrainError> {
        tch::manual_seed(config.seed as i64);
        let counts = data::claim_counts(&files, config);
        let mut network = Network::new(&start.encoder, config, &counts);
        start.fill(&network, &config.encoder)?;
        let mut optimizer = AdamW::new(config.weight_decay, config.clip);
        for (name, variable) in network.encoder.variables.variables() {
            if config.freeze_embeddings && name.ends_with("word_embeddings.weight") {
                let _ = variable.f_set_requires_grad(false)?;
            } else {
                optimizer.add(name, variable, 1.0);
            }
        }
        for (name, variable) in network.heads.variables() {
            optimizer.add(name, variable, config.head_rate);
        }
        network.set_precision(config.precision);
        Ok(Self {
            config,
            start,
            files,
            network,
            optimizer,
            checkpoint,
            work,
        })
    }

    fn epochs(&mut self, mut position: Position, observer: &mut dyn Observer) -> Result<(), TrainError> {
        let mut log = TrainLog::open(&self.work.join("log.jsonl"))?;
        let plan: Vec<_> = (0..self.config.epochs)
            .map(|epoch| batches::epoch(self.config, &self.files, epoch))
            .collect();
        let total = plan.iter().map(Vec::len).sum();
        observer.start(total, position.updates);
        let mut update = 0;
        for (epoch, batches) in plan.iter().enumerate() {
            for (file, members) in batches {
                update += 1;
                if update <= position.updates {
                    continue;
                }
                let step = self.step(update, total, epoch + 1, *file, members)?;
                log.write(&step)?;
                observer.step(&step);
                if update % self.config.checkpoint_every == 0 {
                    position.updates = update;
                    self.checkpoint.save(&position, &self.optimizer)?;
                }
            }
            if position.epochs_closed > epoch {
                continue;
            }
            let folder = self.work.join("model");
            export::write(&folder, self.config, self.start, &self.network, &self.optimizer)?;
            let closed = EpochLog {
                epoch: epoch + 1,
                update,
                figures: figures(&dev::score(self.config, &folder, 0)?),
            };
            log.write(&closed)?;
            observer.epoch(&closed);
            position.updates = update;
            position.epochs_closed = epoch + 1;
            self.checkpoint.save(&position, &self.optimizer)?;
        }
        Ok(())
    }

    fn step(
        &mut self,
        update: usize,
        total: usize,
        epoch: usize,
        file: usize,
        members: &[usize],
    ) -> Result<StepLog, TrainError> {
        let clock = Instant::now();
        // All that is drawn in an update follows from its number, so that a resumed run draws the same.
        let seed = self
            .config
            .seed
            .wrapping_mul(1_000_003)
            .wrapping_add(update as u64);
        tch::manual_seed(seed as i64);
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let examples: Vec<&Example> = members.iter().map(|&i| &self.files[file][i]).collect();
        let windows: Vec<Window> = examples
            .iter()
            .map(|e| augment::recased(&e.window, &self.config.train[file], &mut rng))
            .collect();
        let loss = self.network.loss(&examples, &windows, self.config)?;
        let value = loss.total.f_double_value(&[])?;
        if !value.is_finite() {
            return Err(TrainError::Diverged {
                step: update,
                loss: value,
            });
        }
        loss.total.f_backward()?;
        let rate = self.config.learning_rate * schedule(update, total, self.config.warmup);
        self.optimizer.step(rate)?;
        Ok(StepLog {
            update,
            epoch,
            loss: value,
            tasks: loss
                .tasks
                .into_iter()
                .map(|(task, l)| (task.to_owned(), l))
                .collect(),
            rate,
            pieces: windows.iter().map(|w| w.ids.len()).sum(),
            seconds: clock.elapsed().as_secs_f64(),
        })
    }
}

/// The figures of all reports, by file and name.
fn figures(scored: &[Scored]) -> BTreeMap<String, f64> {
    scored
        .iter()
        .flat_map(|(file, report)| {
            card::shown(report).filter_map(move |f| Some((format!("{file} {}", f.name), f.value?)))
        })
        .collect()
}

/// Share of the peak rate at an update (from 1): a linear rise, then a linear fall to 0 after the last one.
fn schedule(update: usize, total: usize, warmup: f64) -> f64 {
    let rise = (total as f64 * warmup).ceil();
    let at = update as f64;
    if at <= rise {
        at / rise
    } else {
        ((total + 1) as f64 - at) / ((total + 1) as f64 - rise).max(1.0)
    }
}

/// Hash over the configuration and the contents of its data files.
fn fingerprint(config: &TrainConfig) -> Result<String, TrainError> {
    let mut digest = Sha256::new();
    digest.update(serde_json::to_vec(config).map_err(|e| TrainError::io(&config.output)(e.into()))?);
    for file in &config.train {
        digest.update(fs::read(&file.file).map_err(TrainError::io(&file.file))?);
    }
    Ok(digest.finalize().iter().map(|b| format!("{b:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::schedule;

    #[test]
    fn the_rate_rises_then_falls() {
        let rates: Vec<f64> = (1..=100).map(|u| schedule(u, 100, 0.1)).collect();
        assert!((rates[0] - 0.1).abs() < 1e-12);
        assert!((rates[9] - 1.0).abs() < 1e-12);
        assert!(rates[10..].windows(2).all(|w| w[1] < w[0]));
        assert!(rates[99] > 0.0 && rates[99] < 0.02);
    }
}
