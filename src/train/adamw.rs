//! AdamW (Loshchilov and Hutter 2019) on f32 master weights, so that the passes may run in bfloat16.

use std::collections::BTreeMap;
use tch::{Kind, Tensor};

const BETA1: f64 = 0.9;
const BETA2: f64 = 0.999;
const EPSILON: f64 = 1e-8;

/// The optimiser: owns the master weights and moments of every trained variable, by name.
pub(super) struct AdamW {
    slots: BTreeMap<String, Slot>,
    weight_decay: f64,
    clip: f64,
    updates: i32,
}

struct Slot {
    variable: Tensor,
    master: Tensor,
    mean: Tensor,
    square: Tensor,
    rate: f64,
    decays: bool,
}

impl AdamW {
    pub(super) fn new(weight_decay: f64, clip: f64) -> Self {
        Self {
            slots: BTreeMap::new(),
            weight_decay,
            clip,
            updates: 0,
        }
    }

    /// Adds a variable, still in f32, whose rate is `rate` times the base rate. Vectors do not decay.
    pub(super) fn add(&mut self, name: String, variable: Tensor, rate: f64) {
        let master = variable.detach().copy();
        self.slots.insert(
            name,
            Slot {
                mean: master.zeros_like(),
                square: master.zeros_like(),
                decays: master.dim() > 1,
                master,
                variable,
                rate,
            },
        );
    }

    /// One update at base rate `rate` from the variables' gradients, which are then cleared.
    pub(super) fn step(&mut self, rate: f64) -> Result<(), tch::TchError> {
        tch::no_grad(|| {
            self.updates += 1;
            let mut gradients = Vec::new();
            let mut norm = 0.0;
            for slot in self.slots.values_mut() {
                let gradient = slot.variable.grad();
                if !gradient.defined() {
                    continue;
                }
                let gradient32 = gradient.f_to_kind(Kind::Float)?;
                norm += gradient32.f_dot_self()?;
                gradients.push((slot, gradient, gradient32));
            }
            let scale = (self.clip / (norm.sqrt() + 1e-6)).min(1.0);
            let correction1 = 1.0 - BETA1.powi(self.updates);
            let correction2 = 1.0 - BETA2.powi(self.updates);
            for (slot, mut gradient, mut gradient32) in gradients {
                let rate = rate * slot.rate;
                let gradient32 = gradient32.f_mul_scalar_(scale)?;
                if slot.decays {
                    let _ = slot.master.f_mul_scalar_(1.0 - rate * self.weight_decay)?;
                }
                let _ = slot.mean.f_lerp_(&gradient32, 1.0 - BETA1)?;
                let _ = slot
                    .square
                    .f_mul_scalar_(BETA2)?
                    .f_addcmul_(&gradient32, &(&gradient32 * (1.0 - BETA2)))?;
                let denominator = (&slot.square / correction2).f_sqrt_()?.f_add_scalar_(EPSILON)?;
                let step = &slot.mean * (-rate / correction1);
                let _ = slot.master.f_addcdiv_(&step, &denominator)?;
                slot.variable.f_copy_(&slot.master)?;
                let _ = gradient.f_zero_()?;
            }
            Ok(())
        })
    }

    /// The trained weights in f32, by name.
    pub(super) fn weights(&self) -> impl Iterator<Item = (&String, &Tensor)> {
        self.slots.iter().map(|(name, slot)| (name, &slot.master))
    }

    /// All state, by name, for a checkpoint.
    pub(super) fn state(&self) -> Vec<(String, Tensor)> {
        self.slots
            .iter()
            .flat_map(|(name, slot)| {
                [
                    (format!("{name}#weight"), slot.master.shallow_clone()),
                    (format!("{name}#mean"), slot.mean.shallow_clone()),
                    (format!("{name}#square"), slot.square.shallow_clone()),
                ]
            })
            .collect()
    }

    /// Takes up the state of a checkpoint after `updates` updates; false where it does not fit.
    pub(super) fn restore(
        &mut self,
        state: Vec<(String, Tensor)>,
        updates: usize,
    ) -> Result<bool, tch::TchError> {
        let mut state: BTreeMap<String, Tensor> = state.into_iter().collect();
        tch::no_grad(|| {
            for (name, slot) in &mut self.slots {
                for (part, target) in [
                    ("weight", &mut slot.master),
                    ("mean", &mut slot.mean),
                    ("square", &mut slot.square),
                ] {
                    match state.remove(&format!("{name}#{part}")) {
                        Some(tensor) if tensor.size() == target.size() => target.f_copy_(&tensor)?,
                        _ => return Ok(false),
                    }
                }
                slot.variable.f_copy_(&slot.master)?;
            }
            self.updates = updates as i32;
            Ok(state.is_empty())
        })
    }
}

trait DotSelf {
    fn f_dot_self(&self) -> Result<f64, tch::TchError>;
}

impl DotSelf for Tensor {
    /// The sum of squares.
    fn f_dot_self(&self) -> Result<f64, tch::TchError> {
        let flat = self.f_flatten(0, -1)?;
        flat.f_dot(&flat)?.f_double_value(&[])
    }
}
