//! The default engine: a BERT forward pass (Devlin et al. 2019) over the `rten-gemm` and `rten-vecmath` kernels, with
//! int8 or f32 weights. Each thread runs whole windows; nothing is split within one.

mod attention;
mod embeddings;
mod lanes;
mod layer;
mod linear;
mod norm;
mod rows;

use super::{Engine, EngineError};
use crate::model::{EncoderConfig, Model, Window};
use embeddings::Embeddings;
use lanes::padded;
use layer::{Layer, Workspace};
use linear::Kernels;
use ndarray::Array2;
use rayon::prelude::*;
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Number format of the linear layers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Precision {
    /// 8-bit integers: weights quantised per output channel, activations per token.
    #[default]
    Int8,
    /// 32-bit floats.
    F32,
}

/// Windows that are shorter than this in sum are taken together, as the kernels want rows by the dozen.
const GROUP: usize = 256;

/// Where a worker leaves the results of a group of windows.
type Slot = Mutex<Option<Result<Vec<Array2<f32>>, EngineError>>>;

/// A BERT encoder without any library underneath.
pub struct Native {
    embeddings: Embeddings,
    layers: Vec<Layer>,
    precision: Precision,
    config: EncoderConfig,
    /// One pool of a single thread per worker, so that a kernel never waits for another worker.
    workers: Vec<rayon::ThreadPool>,
    /// What no thread is using.
    spare: Mutex<Vec<Workspace>>,
}

impl Native {
    /// Takes the encoder out of a model folder, to run on `threads` threads.
    ///
    /// # Errors
    /// Weights that do not fit the configuration, or threads that cannot be started.
    pub fn load(model: &Model, precision: Precision, threads: usize) -> Result<Self, EngineError> {
        let config = &model.config.encoder;
        let layers: Vec<Layer> = (0..config.num_hidden_layers)
            .into_par_iter()
            .map(|index| Layer::load(&model.weights, config, index, precision, &Kernels::default()))
            .collect::<Result<_, _>>()?;
        let workers = (0..threads.max(1))
            .map(|_| rayon::ThreadPoolBuilder::new().num_threads(1).build())
            .collect::<Result<_, _>>()
            .map_err(|e| EngineError::Backend(format!("cannot start a thread: {e}")))?;
        Ok(Self {
            embeddings: Embeddings::load(&model.weights, config)?,
            layers,
            precision,
            config: config.clone(),
            workers,
            spare: Mutex::default(),
        })
    }

    /// The states of a few windows, which stand one below the other in all but the attention.
    fn encode_group(
        &self,
        group: &[Window],
        work: &mut Workspace,
        kernels: &Kernels,
    ) -> Result<Vec<Array2<f32>>, EngineError> {
        work.states.clear();
        let mut windows: Vec<Range<usize>> = Vec::with_capacity(group.len());
        for window in group {
            let first = windows.last().map_or(0, |window| window.end);
            windows.push(first..first + window.ids.len());
            self.embeddings.embed(window, &mut work.states, &mut work.input);
        }
        work.lay_out(&windows);
        for layer in &self.layers {
            layer.forward(&windows, work, kernels)?;
        }
        let (width, stride) = (self.config.hidden_size, padded(self.config.hidden_size));
        windows
            .iter()
            .map(|window| {
                let rows = work.states[window.start * stride..window.end * stride].chunks_exact(stride);
                let mut states = Vec::with_capacity(window.len() * width);
                rows.for_each(|row| states.extend_from_slice(&row[..width]));
                Array2::from_shape_vec((window.len(), width), states)
                    .map_err(|e| EngineError::Backend(e.to_string()))
            })
            .collect()
    }

    /// Works through `groups` until `next` has none left, and calls `done` with the results of each.
    fn work<'w>(
        &self,
        mut next: impl FnMut() -> Option<(usize, &'w [Window])>,
        mut done: impl FnMut(usize, Result<Vec<Array2<f32>>, EngineError>),
    ) {
        let spare = self.spare.lock().ok().and_then(|mut spare| spare.pop());
        let mut work = spare.unwrap_or_else(|| Workspace::new(&self.config, self.precision));
        // Cheap to make, and cannot be passed from thread to thread.
        let kernels = Kernels::default();
        while let Some((index, group)) = next() {
            done(index, self.encode_group(group, &mut work, &kernels));
        }
        if let Ok(mut spare) = self.spare.lock() {
            spare.push(work);
        }
    }
}

/// Cuts a batch into runs of windows of at most [`GROUP`] pieces, or of one window.
fn groups(batch: &[Window]) -> Vec<&[Window]> {
    let mut groups = Vec::new();
    let (mut first, mut pieces) = (0, 0);
    for (index, window) in batch.iter().enumerate() {
        if index > first && pieces + window.ids.len() > GROUP {
            groups.push(&batch[first..index]);
            (first, pieces) = (index, 0);
        }
        pieces += window.ids.len();
    }
    if first < batch.len() {
        groups.push(&batch[first..]);
    }
    groups
}

impl Engine for Native {
    fn encode(&self, batch: &[Window]) -> Result<Vec<Array2<f32>>, EngineError> {
        let positions = self.config.max_position_embeddings;
        if let Some(long) = batch.iter().find(|w| w.ids.len() > positions) {
            return Err(EngineError::TooLong {
                pieces: long.ids.len(),
                positions,
            });
        }
        let groups = groups(batch);
        // A caller that already runs in a pool of one thread has workers of its own, and is one.
        if rayon::current_thread_index().is_some() && rayon::current_num_threads() == 1 {
            let mut results = Vec::with_capacity(groups.len());
            let mut waiting = groups.iter().copied().enumerate();
            self.work(|| waiting.next(), |_, result| results.push(result));
            let states = results.into_iter().collect::<Result<Vec<_>, _>>()?;
            return Ok(states.into_iter().flatten().collect());
        }
        let next = AtomicUsize::new(0);
        let take = || {
            let index = next.fetch_add(1, Ordering::Relaxed);
            groups.get(index).map(|group| (index, *group))
        };
        let slots: Vec<Slot> = groups.iter().map(|_| Mutex::new(None)).collect();
        let leave = |index: usize, result| {
            if let Some(Ok(mut slot)) = slots.get(index).map(|slot: &Slot| slot.lock()) {
                *slot = Some(result);
            }
        };
        std::thread::scope(|scope| {
            for worker in self.workers.iter().take(groups.len()) {
                scope.spawn(|| worker.install(|| self.work(take, leave)));
            }
        });
        let mut states = Vec::with_capacity(batch.len());
        for slot in slots {
            match slot.into_inner() {
                Ok(Some(result)) => states.extend(result?),
                _ => return Err(EngineError::Backend("a worker thread stopped early".into())),
            }
        }
        Ok(states)
    }

    fn name(&self) -> &str {
        match self.precision {
            Precision::Int8 => "native-int8",
            Precision::F32 => "native-f32",
        }
    }
}
