//! `model.safetensors`: tensors by name, stored as f32 or f16.

use super::ModelError;
use half::f16;
use ndarray::{Array1, Array2};
use safetensors::{Dtype, SafeTensors};
use std::collections::HashMap;
use std::ops::Range;

/// All tensors of a model, read on demand.
pub struct Weights {
    bytes: Vec<u8>,
    entries: HashMap<String, Entry>,
}

struct Entry {
    dtype: Dtype,
    shape: Vec<usize>,
    data: Range<usize>,
}

impl Weights {
    /// Takes the bytes of a safetensors file.
    pub(crate) fn parse(bytes: Vec<u8>) -> Result<Self, ModelError> {
        let mut entries = HashMap::new();
        {
            let file = SafeTensors::deserialize(&bytes).map_err(|e| ModelError::invalid(e.to_string()))?;
            let base = bytes.as_ptr() as usize;
            for (name, view) in file.iter() {
                let start = view.data().as_ptr() as usize - base;
                entries.insert(
                    name.to_owned(),
                    Entry {
                        dtype: view.dtype(),
                        shape: view.shape().to_vec(),
                        data: start..start + view.data().len(),
                    },
                );
            }
        }
        Ok(Self { bytes, entries })
    }

    /// The bytes of the file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// A vector of `len` numbers.
    ///
    /// # Errors
    /// No such tensor, or one of another shape or kind of number.
    pub fn vector(&self, name: &str, len: usize) -> Result<Array1<f32>, ModelError> {
        Ok(Array1::from_vec(self.tensor(name, &[len])?))
    }

    /// A matrix of `rows` by `columns` numbers.
    ///
    /// # Errors
    /// No such tensor, or one of another shape or kind of number.
    pub fn matrix(&self, name: &str, rows: usize, columns: usize) -> Result<Array2<f32>, ModelError> {
        Array2::from_shape_vec((rows, columns), self.tensor(name, &[rows, columns])?)
            .map_err(|e| ModelError::invalid(format!("tensor {name}: {e}")))
    }

    /// A tensor of any shape, its numbers in row-major order.
    ///
    /// # Errors
    /// No such tensor, or one of another shape or kind of number.
    pub fn tensor(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, ModelError> {
        let entry = self.entry(name, shape)?;
        let bytes = &self.bytes[entry.data.clone()];
        match entry.dtype {
            Dtype::F32 => Ok(f32s(bytes).collect()),
            Dtype::F16 => Ok(f16s(bytes).map(f16::to_f32).collect()),
            other => Err(unsupported(name, other)),
        }
    }

    /// The same, in half precision.
    ///
    /// # Errors
    /// No such tensor, or one of another shape or kind of number.
    pub fn tensor_f16(&self, name: &str, shape: &[usize]) -> Result<Vec<f16>, ModelError> {
        let entry = self.entry(name, shape)?;
        let bytes = &self.bytes[entry.data.clone()];
        match entry.dtype {
            Dtype::F32 => Ok(f32s(bytes).map(f16::from_f32).collect()),
            Dtype::F16 => Ok(f16s(bytes).collect()),
            other => Err(unsupported(name, other)),
        }
    }

    fn entry(&self, name: &str, shape: &[usize]) -> Result<&Entry, ModelError> {
        let entry = self
            .entries
            .get(name)
            .ok_or_else(|| ModelError::invalid(format!("tensor {name} is missing")))?;
        if entry.shape == shape {
            Ok(entry)
        } else {
            Err(ModelError::invalid(format!(
                "tensor {name} has shape {:?}, config.json asks for {shape:?}",
                entry.shape
            )))
        }
    }
}

fn f32s(bytes: &[u8]) -> impl Iterator<Item = f32> + '_ {
    bytes.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b))
}

fn f16s(bytes: &[u8]) -> impl Iterator<Item = f16> + '_ {
    bytes.as_chunks::<2>().0.iter().map(|b| f16::from_le_bytes(*b))
}

fn unsupported(name: &str, dtype: Dtype) -> ModelError {
    ModelError::invalid(format!(
        "tensor {name} is stored as {dtype:?}; f32 and f16 are supported"
    ))
}
