//! `model.safetensors`: tensors by name, stored as f32 or f16.

use super::ModelError;
use half::f16;
use half::slice::HalfFloatSliceExt;
use ndarray::{Array1, Array2};
use safetensors::{Dtype, SafeTensors};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// All tensors of a model, read on demand.
pub struct Weights {
    bytes: Arc<Vec<u8>>,
    entries: HashMap<String, Entry>,
}

/// A matrix that stays as it is in the file, its rows converted when they are read.
pub struct Table {
    bytes: Arc<Vec<u8>>,
    dtype: Dtype,
    data: Range<usize>,
    columns: usize,
}

impl Table {
    /// Writes a row to `out`, which has a place for each column.
    pub fn read(&self, row: usize, out: &mut [f32]) {
        let bytes = &self.bytes[self.data.clone()];
        let size = self.columns * if self.dtype == Dtype::F16 { 2 } else { 4 };
        let bytes = &bytes[row * size..(row + 1) * size];
        if self.dtype == Dtype::F16 {
            out.iter_mut()
                .zip(f16s(bytes))
                .for_each(|(to, from)| *to = from.to_f32());
        } else {
            out.iter_mut().zip(f32s(bytes)).for_each(|(to, from)| *to = from);
        }
    }
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
        Ok(Self {
            bytes: Arc::new(bytes),
            entries,
        })
    }

    /// The bytes of the file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether there is a tensor of that name.
    pub fn has(&self, name: &str) -> bool {
        self.entries.contains_key(name)
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
            Dtype::F16 => {
                let halves: Vec<f16> = f16s(bytes).collect();
                let mut floats = vec![0.0; halves.len()];
                halves.convert_to_f32_slice(&mut floats);
                Ok(floats)
            }
            other => Err(unsupported(name, other)),
        }
    }

    /// A table of `rows` by `columns` numbers of which only some rows will be read.
    ///
    /// # Errors
    /// No such tensor, or one of another shape or kind of number.
    pub fn table(&self, name: &str, rows: usize, columns: usize) -> Result<Table, ModelError> {
        let entry = self.entry(name, &[rows, columns])?;
        if !matches!(entry.dtype, Dtype::F32 | Dtype::F16) {
            return Err(unsupported(name, entry.dtype));
        }
        Ok(Table {
            bytes: Arc::clone(&self.bytes),
            dtype: entry.dtype,
            data: entry.data.clone(),
            columns,
        })
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
