//! Files to read, whole and broken.
#![allow(dead_code, unreachable_pub)] // every test program uses a part

use std::collections::HashMap;

use anycapture_tools::Recording;
use safetensors::{Dtype, tensor::TensorView};

/// A file under construction.
#[derive(Default)]
pub struct Writer {
    tensors: Vec<(String, Dtype, Vec<usize>, Vec<u8>)>,
    metadata: HashMap<String, String>,
}

impl Writer {
    pub fn new() -> Writer {
        Writer::default()
    }

    pub fn bytes(mut self, name: &str, dtype: Dtype, shape: &[usize], bytes: &[u8]) -> Writer {
        self.tensors.push((name.into(), dtype, shape.into(), bytes.into()));
        self
    }

    pub fn f32(self, name: &str, shape: &[usize], elements: &[f32]) -> Writer {
        let bytes: Vec<u8> = elements.iter().flat_map(|element| element.to_le_bytes()).collect();
        self.bytes(name, Dtype::F32, shape, &bytes)
    }

    pub fn f64(self, name: &str, shape: &[usize], elements: &[f64]) -> Writer {
        let bytes: Vec<u8> = elements.iter().flat_map(|element| element.to_le_bytes()).collect();
        self.bytes(name, Dtype::F64, shape, &bytes)
    }

    pub fn i64(self, name: &str, shape: &[usize], elements: &[i64]) -> Writer {
        let bytes: Vec<u8> = elements.iter().flat_map(|element| element.to_le_bytes()).collect();
        self.bytes(name, Dtype::I64, shape, &bytes)
    }

    pub fn u64(self, name: &str, elements: &[u64]) -> Writer {
        let bytes: Vec<u8> = elements.iter().flat_map(|element| element.to_le_bytes()).collect();
        self.bytes(name, Dtype::U64, &[elements.len()], &bytes)
    }

    pub fn text(mut self, key: &str, value: &str) -> Writer {
        self.metadata.insert(key.into(), value.into());
        self
    }

    pub fn file(self) -> Vec<u8> {
        let views = self.tensors.iter().map(|(name, dtype, shape, bytes)| {
            (name.as_str(), TensorView::new(*dtype, shape.clone(), bytes).unwrap())
        });
        let metadata = (!self.metadata.is_empty()).then(|| self.metadata.clone());
        safetensors::serialize(views, metadata).unwrap()
    }

    pub fn recording(self) -> Recording {
        Recording::from_bytes(&self.file()).unwrap()
    }
}

/// A file of any header, however broken.
pub fn raw(header: &[u8], data: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes(), header, data].concat()
}
