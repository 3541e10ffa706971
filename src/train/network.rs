//! The encoder with its heads on libtorch, and the loss over a batch.

use super::TrainError;
use super::config::{Precision, TrainConfig};
use super::data::{Choices, Example, SentenceTarget};
use crate::engine::libtorch::{Encoder, PaddedBatch};
use crate::labels::ROLES;
use crate::model::{EncoderConfig, HomeTag, POINTER_WIDTH, TitleTag, Window};
use tch::{Device, Kind, Tensor, nn};

/// Where `[CLS]` stands in a window.
const CLS: usize = 0;

/// The trained network.
pub(super) struct Network {
    pub(super) encoder: Encoder,
    pub(super) heads: nn::VarStore,
    entities: nn::Linear,
    attributions: nn::Linear,
    titles: Option<nn::Linear>,
    homes: Option<nn::Linear>,
    claim_types: PooledHead,
    check_worthiness: PooledHead,
    /// What words are compared by with sentences that point to them; there only if pointers are learnt.
    keys: Option<nn::Linear>,
    speakers: Option<PooledHead>,
    targets: Option<PooledHead>,
    /// Weight of each claim type in the loss.
    class_weights: Tensor,
}

/// A linear layer over the mean of a sentence's pieces and their mean weighted by a learnt query, either one for all
/// outputs (`[hidden]`) or one for each (`[outputs, hidden]`).
struct PooledHead {
    query: Tensor,
    linear: nn::Linear,
}

/// Loss of a batch, and of each task in it.
pub(super) struct Loss {
    pub(super) total: Tensor,
    pub(super) tasks: Vec<(&'static str, f64)>,
}

impl Network {
    /// A network with random weights. `class_counts` are the claim types' numbers in the training mix.
    pub(super) fn new(encoder: &EncoderConfig, config: &TrainConfig, class_counts: &[usize]) -> Self {
        let device = Device::cuda_if_available();
        let width = encoder.hidden_size as i64;
        let heads = nn::VarStore::new(device);
        let root = heads.root() / "heads";
        let tags = |labels: usize| 2 * labels as i64 + 1;
        let linear = |name: &str, width: i64, out: i64| {
            let init = nn::Init::Randn {
                mean: 0.0,
                stdev: 0.02,
            };
            let layer = nn::LinearConfig {
                ws_init: init,
                bs_init: Some(nn::Init::Const(0.0)),
                bias: true,
            };
            nn::linear(&root / name, width, out, layer)
        };
        let pooled = |name: &str, out: i64, query: &[i64]| PooledHead {
            linear: linear(name, 2 * width, out),
            query: (&root / name).zeros("query", query),
        };
        let entities = linear("entities", width, tags(config.entity_labels.len()));
        let attributions = linear("attributions", width, tags(ROLES.len()));
        let types = config.claim_types.len() as i64;
        let claim_types = pooled("claim_types", types, &[types, width]);
        let check_worthiness = pooled("check_worthiness", 1, &[width]);
        let weights = &config.weights;
        let tags_of_speakers =
            |name: &str, weight: f64, tags: usize| (weight > 0.0).then(|| linear(name, width, tags as i64));
        let titles = tags_of_speakers("titles", weights.titles, TitleTag::default().len());
        let homes = tags_of_speakers("homes", weights.homes, HomeTag::default().len());
        let keys = (weights.speakers > 0.0 || weights.targets > 0.0)
            .then(|| linear("keys", width, POINTER_WIDTH as i64));
        let pointer =
            |name: &str, weight: f64| (weight > 0.0).then(|| pooled(name, POINTER_WIDTH as i64, &[width]));
        let speakers = pointer("speakers", weights.speakers);
        let targets = pointer("targets", weights.targets);
        Self {
            encoder: Encoder::new(encoder, device, config.dropout),
            entities,
            attributions,
            titles,
            homes,
            claim_types,
            check_worthiness,
            keys,
            speakers,
            targets,
            class_weights: class_weights(class_counts, config.class_weight_power).to_device(device),
            heads,
        }
    }

    /// Sets the number format of the passes through the encoder; the heads stay in f32.
    pub(super) fn set_precision(&mut self, precision: Precision) {
        if precision == Precision::Bf16 {
            self.encoder.variables.bfloat16();
        }
    }

    /// The weighted loss of a batch, in training mode.
    pub(super) fn loss(
        &self,
        examples: &[&Example],
        windows: &[Window],
        config: &TrainConfig,
    ) -> Result<Loss, TrainError> {
        let batch = PaddedBatch::new(windows.iter(), self.heads.device());
        let hidden = self.encoder.forward(&batch, true)?.f_to_kind(Kind::Float)?;
        let width = *hidden.size().last().unwrap_or(&0);
        let hidden = hidden.f_reshape([-1, width])?.f_dropout(config.dropout, true)?;
        let mut tasks = Vec::new();
        let mut total = Tensor::zeros([], (Kind::Float, self.heads.device()));
        let mut add = |task: &'static str, weight: f64, loss: Option<Tensor>| -> Result<(), TrainError> {
            if let Some(loss) = loss {
                tasks.push((task, loss.f_double_value(&[])?));
                total = total.f_add(&(loss * weight))?;
            }
            Ok(())
        };
        let entities = words(examples, batch.width, |e| e.entities.as_deref());
        add(
            "entities",
            config.weights.entities,
            tag_loss(&hidden, &self.entities, &entities)?,
        )?;
        let attributions = words(examples, batch.width, |e| e.attributions.as_deref());
        add(
            "attributions",
            config.weights.attributions,
            tag_loss(&hidden, &self.attributions, &attributions)?,
        )?;
        if let Some(head) = &self.titles {
            let titles = words(examples, batch.width, |e| e.titles.as_deref());
            add("titles", config.weights.titles, tag_loss(&hidden, head, &titles)?)?;
        }
        if let Some(head) = &self.homes {
            let homes = words(examples, batch.width, |e| e.homes.as_deref());
            add("homes", config.weights.homes, tag_loss(&hidden, head, &homes)?)?;
        }
        add(
            "claim_types",
            config.weights.claim_types,
            self.claim_loss(&hidden, examples, batch.width, config)?,
        )?;
        add(
            "check_worthiness",
            config.weights.check_worthiness,
            self.check_loss(&hidden, examples, batch.width)?,
        )?;
        add(
            "speakers",
            config.weights.speakers,
            self.pointer_loss(&hidden, examples, batch.width, &self.speakers, |s| {
                s.speaker.as_deref()
            })?,
        )?;
        add(
            "targets",
            config.weights.targets,
            self.pointer_loss(&hidden, examples, batch.width, &self.targets, |s| {
                s.target.as_deref()
            })?,
        )?;
        Ok(Loss { total, tasks })
    }

    /// Negative log-probability that sentences point to one of the right words, or to `[CLS]` where there is none; each
    /// chooses among the words of its own window.
    fn pointer_loss<'e>(
        &self,
        hidden: &Tensor,
        examples: &[&'e Example],
        width: usize,
        pointer: &Option<PooledHead>,
        right: impl Fn(&'e SentenceTarget) -> Option<&'e [usize]>,
    ) -> Result<Option<Tensor>, TrainError> {
        let (Some(pointer), Some(keys)) = (pointer, &self.keys) else {
            return Ok(None);
        };
        let pieces = hidden.size()[0] as usize;
        let (mut outside, mut wrong, mut sentences) = (Vec::new(), Vec::new(), Vec::new());
        for (row, example) in examples.iter().enumerate() {
            let base = row * width;
            for sentence in &example.sentences {
                let Some(right) = right(sentence) else {
                    continue;
                };
                let from = outside.len();
                outside.resize(from + pieces, -1e9f32);
                wrong.resize(from + pieces, -1e9f32);
                let words = example.window.words.iter().map(|w| w.first);
                for piece in words.chain([CLS]) {
                    outside[from + base + piece] = 0.0;
                }
                for &piece in if right.is_empty() { &[CLS] } else { right } {
                    wrong[from + base + piece] = 0.0;
                }
                let span = base + sentence.pieces.start..base + sentence.pieces.end;
                sentences.push((span, ()));
            }
        }
        if sentences.is_empty() {
            return Ok(None);
        }
        let size = [sentences.len() as i64, pieces as i64];
        let table = |data: &[f32]| Tensor::from_slice(data).view(size).to_device(hidden.device());
        let keys = hidden.apply(keys);
        let scores =
            pointer.forward(hidden, &sentences)?.f_matmul(&keys.tr())? / (POINTER_WIDTH as f64).sqrt();
        let log_p = scores.f_add(&table(&outside))?.f_log_softmax(-1, Kind::Float)?;
        let right = log_p
            .f_add(&table(&wrong))?
            .f_logsumexp([-1i64].as_slice(), false)?;
        Ok(Some(-right.f_mean(Kind::Float)?))
    }

    fn claim_loss(
        &self,
        hidden: &Tensor,
        examples: &[&Example],
        width: usize,
        config: &TrainConfig,
    ) -> Result<Option<Tensor>, TrainError> {
        let sentences = sentences(examples, width, |s| (s.claim_types != 0).then_some(s.claim_types));
        if sentences.is_empty() {
            return Ok(None);
        }
        let logits = self.claim_types.forward(hidden, &sentences)?;
        let classes = config.claim_types.len();
        let log_p = logits.f_log_softmax(-1, Kind::Float)?;
        let choices: Vec<Choices> = sentences.iter().map(|(_, c)| *c).collect();
        let forbidden = forbidden(&choices, classes, hidden.device());
        let right = -log_p.f_add(&forbidden)?.f_logsumexp([-1i64].as_slice(), false)?;
        let smooth = -log_p.f_mean_dim([-1i64].as_slice(), false, Kind::Float)?;
        let loss = right * (1.0 - config.label_smoothing) + smooth * config.label_smoothing;
        // The weight of the rarest acceptable type.
        let weights = forbidden
            .f_add(&self.class_weights)?
            .f_amax([-1i64].as_slice(), false)?;
        Ok(Some(
            (loss * &weights).f_sum(Kind::Float)? / weights.f_sum(Kind::Float)?,
        ))
    }

    fn check_loss(
        &self,
        hidden: &Tensor,
        examples: &[&Example],
        width: usize,
    ) -> Result<Option<Tensor>, TrainError> {
        let sentences = sentences(examples, width, |s| s.check_worthy);
        if sentences.is_empty() {
            return Ok(None);
        }
        let logits = self
            .check_worthiness
            .forward(hidden, &sentences)?
            .f_flatten(0, -1)?;
        let gold: Vec<f32> = sentences
            .iter()
            .map(|(_, yes)| f32::from(u8::from(*yes)))
            .collect();
        let gold = Tensor::from_slice(&gold).to_device(hidden.device());
        Ok(Some(logits.f_binary_cross_entropy_with_logits::<&Tensor>(
            &gold,
            None,
            None,
            tch::Reduction::Mean,
        )?))
    }
}

impl PooledHead {
    /// `hidden` is `[batch * width, hidden]`; gives `[sentences, classes]`.
    fn forward<T>(
        &self,
        hidden: &Tensor,
        sentences: &[(std::ops::Range<usize>, T)],
    ) -> Result<Tensor, TrainError> {
        let pieces = hidden.size()[0] as usize;
        let mut mean = vec![0f32; sentences.len() * pieces];
        let mut outside = vec![-1e9f32; sentences.len() * pieces];
        for (row, (range, _)) in sentences.iter().enumerate() {
            for piece in range.clone() {
                mean[row * pieces + piece] = 1.0 / range.len() as f32;
                outside[row * pieces + piece] = 0.0;
            }
        }
        let size = [sentences.len() as i64, pieces as i64];
        let table = |data: &[f32]| Tensor::from_slice(data).view(size).to_device(hidden.device());
        let outside = table(&outside);
        let attend = |query: &Tensor| -> Result<Tensor, TrainError> {
            let scores = hidden.f_matmul(query)?.f_unsqueeze(0)?.f_add(&outside)?;
            Ok(scores.f_softmax(-1, Kind::Float)?.f_matmul(hidden)?)
        };
        let mean = table(&mean).f_matmul(hidden)?;
        if self.query.dim() == 1 {
            let pooled = Tensor::f_cat(&[mean, attend(&self.query)?], -1)?;
            return Ok(pooled.apply(&self.linear));
        }
        let width = mean.size()[1];
        let (of_mean, of_attended) = (
            self.linear.ws.f_narrow(1, 0, width)?,
            self.linear.ws.f_narrow(1, width, width)?,
        );
        let outputs = (0..of_attended.size()[0])
            .map(|output| Ok(attend(&self.query.f_get(output)?)?.f_matmul(&of_attended.f_get(output)?)?))
            .collect::<Result<Vec<_>, TrainError>>()?;
        let outputs = Tensor::f_stack(&outputs, -1)?.f_add(&mean.f_matmul(&of_mean.tr())?)?;
        Ok(match &self.linear.bs {
            Some(bias) => outputs.f_add(bias)?,
            None => outputs,
        })
    }
}

/// Positions in the flat batch and acceptable tags of all words that take part.
fn words<'e>(
    examples: &[&'e Example],
    width: usize,
    layer: impl Fn(&'e Example) -> Option<&'e [Choices]>,
) -> Vec<(i64, Choices)> {
    let mut out = Vec::new();
    for (row, example) in examples.iter().enumerate() {
        for (word, &choices) in example.window.words.iter().zip(layer(example).unwrap_or(&[])) {
            if choices != 0 {
                out.push(((row * width + word.first) as i64, choices));
            }
        }
    }
    out
}

/// Piece ranges in the flat batch and targets of all sentences that take part.
fn sentences<T>(
    examples: &[&Example],
    width: usize,
    target: impl Fn(&SentenceTarget) -> Option<T>,
) -> Vec<(std::ops::Range<usize>, T)> {
    let mut out = Vec::new();
    for (row, example) in examples.iter().enumerate() {
        for sentence in &example.sentences {
            if let Some(target) = target(sentence) {
                let base = row * width;
                out.push((base + sentence.pieces.start..base + sentence.pieces.end, target));
            }
        }
    }
    out
}

/// Negative log-probability of the acceptable tags, mean over words.
fn tag_loss(
    hidden: &Tensor,
    head: &nn::Linear,
    words: &[(i64, Choices)],
) -> Result<Option<Tensor>, TrainError> {
    if words.is_empty() {
        return Ok(None);
    }
    let (positions, choices): (Vec<i64>, Vec<Choices>) = words.iter().copied().unzip();
    let positions = Tensor::from_slice(&positions).to_device(hidden.device());
    let logits = hidden.f_index_select(0, &positions)?.apply(head);
    let tags = logits.size()[1] as usize;
    let log_p = logits.f_log_softmax(-1, Kind::Float)?;
    let right = log_p
        .f_add(&forbidden(&choices, tags, hidden.device()))?
        .f_logsumexp([-1i64].as_slice(), false)?;
    Ok(Some(-right.f_mean(Kind::Float)?))
}

/// A large negative number for every class that is not acceptable, `[units, classes]`.
fn forbidden(choices: &[Choices], classes: usize, device: Device) -> Tensor {
    let table: Vec<f32> = choices
        .iter()
        .flat_map(|c| (0..classes).map(move |k| if c & (1 << k) != 0 { 0.0 } else { -1e9 }))
        .collect();
    Tensor::from_slice(&table)
        .view([choices.len() as i64, classes as i64])
        .to_device(device)
}

fn class_weights(counts: &[usize], power: f64) -> Tensor {
    let most = counts.iter().copied().max().unwrap_or(0).max(1) as f64;
    let weights: Vec<f32> = counts
        .iter()
        .map(|&n| (most / n.max(1) as f64).powf(power) as f32)
        .collect();
    Tensor::from_slice(&weights)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::TagSet;

    /// The same numbers as in `model::pooling`, which applies what is learnt here.
    #[test]
    fn each_output_weighs_the_pieces_by_its_query() {
        let vs = nn::VarStore::new(Device::Cpu);
        let mut linear = nn::linear(vs.root(), 4, 2, Default::default());
        linear.ws = Tensor::from_slice(&[1.0f32, 2.0, -1.0, 0.5, 0.3, 0.0, 1.0, 1.0]).view([2, 4]);
        linear.bs = Some(Tensor::from_slice(&[0.1f32, 0.2]));
        let head = PooledHead {
            query: Tensor::from_slice(&[0.5f32, -1.0, 0.0, 2.0]).view([2, 2]),
            linear,
        };
        // The sentence is the last three pieces of four.
        let hidden = Tensor::from_slice(&[9.0f32, 9.0, 1.0, 2.0, -3.0, 0.5, 0.0, 4.0]).view([4, 2]);
        let outputs = head.forward(&hidden, &[(1..4, ())]).unwrap();
        let states = [[1.0f64, 2.0], [-3.0, 0.5], [0.0, 4.0]];
        for (output, (query, linear, bias)) in [
            ([0.5, -1.0], [1.0, 2.0, -1.0, 0.5], 0.1),
            ([0.0, 2.0], [0.3, 0.0, 1.0, 1.0], 0.2),
        ]
        .into_iter()
        .enumerate()
        {
            let weights = states.map(|s| (s[0] * query[0] + s[1] * query[1]).exp());
            let total: f64 = weights.iter().sum();
            let mut expected = bias;
            for (state, weight) in states.iter().zip(weights) {
                for (at, value) in state.iter().enumerate() {
                    expected += value * (linear[at] / 3.0 + linear[at + 2] * weight / total);
                }
            }
            let found = outputs.double_value(&[0, output as i64]);
            assert!((found - expected).abs() < 1e-5, "{output}: {found} {expected}");
        }
    }

    #[test]
    fn either_acceptable_tag_satisfies_the_loss() {
        let vs = nn::VarStore::new(Device::Cpu);
        let mut head = nn::linear(vs.root(), 2, 5, Default::default());
        tch::no_grad(|| {
            let _ = head.ws.f_zero_();
            head.bs = Some(Tensor::from_slice(&[-50f32, 50.0, -50.0, 50.0, -50.0]));
        });
        let hidden = Tensor::ones([1, 2], (Kind::Float, Device::Cpu));
        let both = (1 << TagSet::begin(0)) | (1 << TagSet::begin(1));
        let of = |choices| {
            tag_loss(&hidden, &head, &[(0, choices)])
                .unwrap()
                .unwrap()
                .double_value(&[])
        };
        assert!(of(both) < 1e-4);
        assert!((of(1 << TagSet::begin(0)) - std::f64::consts::LN_2).abs() < 1e-4);
        assert!(of(1 << TagSet::OUTSIDE) > 50.0);
    }
}
