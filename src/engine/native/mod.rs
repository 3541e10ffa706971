//! The default engine: a BERT forward pass (Devlin et al. 2019) over the `rten-gemm` and `rten-vecmath` kernels, with
//! int8 or f32 weights. Each thread runs whole windows; nothing is split within one.

mod attention;
mod embeddings;
mod layer;
mod linear;
mod norm;

use super::{Engine, EngineError};
use crate::model::{Model, Window};
use embeddings::Embeddings;
use layer::Layer;
use linear::Kernels;
use ndarray::Array2;
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

/// Where a worker leaves the result of a window.
type Slot = Mutex<Option<Result<Array2<f32>, EngineError>>>;

/// A BERT encoder without any library underneath.
pub struct Native {
    embeddings: Embeddings,
    layers: Vec<Layer>,
    precision: Precision,
    hidden: usize,
    positions: usize,
    /// One pool of a single thread per worker, so that a kernel never waits for another worker.
    workers: Vec<rayon::ThreadPool>,
}

impl Native {
    /// Takes the encoder out of a model folder, to run on `threads` threads.
    ///
    /// # Errors
    /// Weights that do not fit the configuration, or threads that cannot be started.
    pub fn load(model: &Model, precision: Precision, threads: usize) -> Result<Self, EngineError> {
        let config = &model.config.encoder;
        let kernels = Kernels::default();
        let layers = (0..config.num_hidden_layers)
            .map(|index| Layer::load(&model.weights, config, index, precision, &kernels))
            .collect::<Result<_, _>>()?;
        let workers = (0..threads.max(1))
            .map(|_| rayon::ThreadPoolBuilder::new().num_threads(1).build())
            .collect::<Result<_, _>>()
            .map_err(|e| EngineError::Backend(format!("cannot start a thread: {e}")))?;
        Ok(Self {
            embeddings: Embeddings::load(&model.weights, config)?,
            layers,
            precision,
            hidden: config.hidden_size,
            positions: config.max_position_embeddings,
            workers,
        })
    }

    fn encode_one(&self, window: &Window) -> Result<Array2<f32>, EngineError> {
        // Cheap to make, and cannot be shared between threads.
        let kernels = Kernels::default();
        let mut states = self.embeddings.embed(window);
        for layer in &self.layers {
            states = layer.forward(states, &kernels)?;
        }
        Array2::from_shape_vec((window.ids.len(), self.hidden), states)
            .map_err(|e| EngineError::Backend(e.to_string()))
    }
}

impl Engine for Native {
    fn encode(&self, batch: &[Window]) -> Result<Vec<Array2<f32>>, EngineError> {
        if let Some(long) = batch.iter().find(|w| w.ids.len() > self.positions) {
            return Err(EngineError::TooLong {
                pieces: long.ids.len(),
                positions: self.positions,
            });
        }
        // A caller that already runs in a pool of one thread has workers of its own, and is one.
        if rayon::current_thread_index().is_some() && rayon::current_num_threads() == 1 {
            return batch.iter().map(|window| self.encode_one(window)).collect();
        }
        let next = AtomicUsize::new(0);
        let slots: Vec<Slot> = batch.iter().map(|_| Mutex::new(None)).collect();
        std::thread::scope(|scope| {
            for worker in self.workers.iter().take(batch.len()) {
                scope.spawn(|| {
                    worker.install(|| {
                        loop {
                            let index = next.fetch_add(1, Ordering::Relaxed);
                            let (Some(window), Some(slot)) = (batch.get(index), slots.get(index)) else {
                                break;
                            };
                            let result = self.encode_one(window);
                            if let Ok(mut slot) = slot.lock() {
                                *slot = Some(result);
                            }
                        }
                    });
                });
            }
        });
        slots
            .into_iter()
            .map(|slot| match slot.into_inner() {
                Ok(Some(result)) => result,
                _ => Err(EngineError::Backend("a worker thread stopped early".into())),
            })
            .collect()
    }

    fn name(&self) -> &str {
        match self.precision {
            Precision::Int8 => "native-int8",
            Precision::F32 => "native-f32",
        }
    }
}
