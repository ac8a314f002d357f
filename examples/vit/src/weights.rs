//! Weights from a safetensors file: every tensor is checked here, so that the engine need not.
//!
//! The names are those of `train/model.py`; matrices lie (in, out). What is not a tensor stands in
//! the file's metadata: `heads`, `epsilon`, `mean`, `deviation` and, with a classifier, `classes`.

use std::collections::HashMap;

use safetensors::{Dtype, SafeTensors, tensor::TensorView};

use crate::engine::{Attention, Block, LayerNorm, Linear, Mlp, Vit};

/// What a file of weights holds, as the engine wants it.
pub struct Model {
    /// Of the training pixels, a number a channel.
    pub mean: Vec<f32>,
    pub deviation: Vec<f32>,
    /// Names of the classes; empty without a classifier.
    pub classes: Vec<String>,
    heads: usize,
    epsilon: f32,
    layers: usize,
    channels: usize,
    tensors: HashMap<String, Vec<f32>>,
}

const FOREIGN: &str = "these are not weights of this program's Vision Transformer";

impl Model {
    /// Reads `bytes` of a safetensors file, float32 or float16.
    pub fn read(bytes: &[u8]) -> Result<Model, String> {
        let broken = |e| format!("not a whole safetensors file ({e})");
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(broken)?;
        let file = SafeTensors::deserialize(bytes).map_err(broken)?;
        let metadata = header.metadata().clone().unwrap_or_default();

        let shape = shape(&file, "patch.weight")?;
        let [channels, side, _, width] = shape[..] else {
            return Err(format!(
                "`patch.weight` has shape {shape:?}, not [channels, side, side, width]"
            ));
        };
        if channels != 1 && channels != 3 {
            return Err(format!("{FOREIGN}: they want images of {channels} channels, not 1 or 3"));
        }
        let [tokens, _] = self::shape(&file, "position")?[..] else {
            return Err("`position` is not a matrix of [tokens, width]".into());
        };
        let grid = ((tokens.max(1) - 1) as f64).sqrt() as usize;
        if grid == 0 || grid * grid + 1 != tokens {
            return Err(format!(
                "`position` has {tokens} rows, not those of a square image and CLS"
            ));
        }
        let layers =
            (0..).take_while(|n| file.tensor(&format!("blocks.{n}.qkv.weight")).is_ok()).count();
        let heads: usize = number(&metadata, "heads")?;
        if heads == 0 || width % heads != 0 || layers == 0 {
            return Err(format!("{layers} layers of {heads} heads can't share a width of {width}"));
        }

        let mut model = Model {
            mean: numbers(&metadata, "mean", channels)?,
            deviation: numbers(&metadata, "deviation", channels)?,
            classes: words(&metadata, "classes"),
            heads,
            epsilon: number(&metadata, "epsilon")?,
            layers,
            channels,
            tensors: HashMap::new(),
        };
        model.take(&file, "patch.weight", &[channels, side, side, width])?;
        model.take(&file, "patch.bias", &[width])?;
        model.take(&file, "cls", &[width])?;
        model.take(&file, "position", &[tokens, width])?;
        model.take_norm(&file, "norm", width)?;
        for layer in 0..layers {
            let name = |part: &str| format!("blocks.{layer}.{part}");
            let hidden = *self::shape(&file, &name("fc1.weight"))?.last().unwrap_or(&0);
            model.take_norm(&file, &name("norm1"), width)?;
            model.take_linear(&file, &name("qkv"), width, 3 * width)?;
            model.take_linear(&file, &name("proj"), width, width)?;
            model.take_norm(&file, &name("norm2"), width)?;
            model.take_linear(&file, &name("fc1"), width, hidden)?;
            model.take_linear(&file, &name("fc2"), hidden, width)?;
            for scale in ["scale1", "scale2"] {
                if file.tensor(&name(scale)).is_ok() {
                    model.take(&file, &name(scale), &[width])?;
                }
            }
        }
        if !model.classes.is_empty() {
            model.take_linear(&file, "head", width, model.classes.len())?;
        }
        Ok(model)
    }

    /// The layers, for [`Model::vit`] to borrow.
    pub fn blocks(&self) -> Vec<Block<'_>> {
        (0..self.layers).map(|layer| self.block(layer)).collect()
    }

    pub fn vit<'a>(&'a self, blocks: &'a [Block<'a>]) -> Vit<'a> {
        Vit {
            channels: self.channels,
            patch: self.linear("patch"),
            cls: &self.tensors["cls"],
            position: &self.tensors["position"],
            blocks,
            norm: self.norm("norm"),
            head: (!self.classes.is_empty()).then(|| self.linear("head")),
        }
    }

    fn block(&self, layer: usize) -> Block<'_> {
        let name = |part: &str| format!("blocks.{layer}.{part}");
        Block {
            norm1: self.norm(&name("norm1")),
            attention: Attention {
                layer,
                heads: self.heads,
                qkv: self.linear(&name("qkv")),
                proj: self.linear(&name("proj")),
            },
            scale1: self.tensors.get(&name("scale1")).map(Vec::as_slice),
            norm2: self.norm(&name("norm2")),
            mlp: Mlp { fc1: self.linear(&name("fc1")), fc2: self.linear(&name("fc2")) },
            scale2: self.tensors.get(&name("scale2")).map(Vec::as_slice),
        }
    }

    fn linear(&self, name: &str) -> Linear<'_> {
        Linear {
            weight: &self.tensors[&format!("{name}.weight")],
            bias: &self.tensors[&format!("{name}.bias")],
        }
    }

    fn norm(&self, name: &str) -> LayerNorm<'_> {
        LayerNorm {
            weight: &self.tensors[&format!("{name}.weight")],
            bias: &self.tensors[&format!("{name}.bias")],
            epsilon: self.epsilon,
        }
    }

    fn take_linear(
        &mut self,
        file: &SafeTensors,
        name: &str,
        inputs: usize,
        outputs: usize,
    ) -> Result<(), String> {
        self.take(file, &format!("{name}.weight"), &[inputs, outputs])?;
        self.take(file, &format!("{name}.bias"), &[outputs])
    }

    fn take_norm(&mut self, file: &SafeTensors, name: &str, width: usize) -> Result<(), String> {
        self.take(file, &format!("{name}.weight"), &[width])?;
        self.take(file, &format!("{name}.bias"), &[width])
    }

    fn take(&mut self, file: &SafeTensors, name: &str, wanted: &[usize]) -> Result<(), String> {
        let shape = shape(file, name)?;
        if shape != wanted || wanted.contains(&0) {
            return Err(format!("`{name}` has shape {shape:?}, not {wanted:?}"));
        }
        let tensor = file.tensor(name).map_err(|e| e.to_string())?;
        self.tensors.insert(name.into(), floats(name, &tensor)?);
        Ok(())
    }
}

fn shape(file: &SafeTensors, name: &str) -> Result<Vec<usize>, String> {
    let tensor = file.tensor(name).map_err(|_| format!("{FOREIGN}: no tensor `{name}`"))?;
    Ok(tensor.shape().to_vec())
}

fn floats(name: &str, tensor: &TensorView) -> Result<Vec<f32>, String> {
    let data = tensor.data();
    match tensor.dtype() {
        Dtype::F32 => {
            Ok(data.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect())
        }
        Dtype::F16 => Ok(data
            .chunks_exact(2)
            .map(|b| half::f16::from_le_bytes([b[0], b[1]]).to_f32())
            .collect()),
        other => Err(format!("`{name}` is {other:?}, not float32 or float16")),
    }
}

fn words(metadata: &HashMap<String, String>, key: &str) -> Vec<String> {
    let text = metadata.get(key).map_or("", String::as_str);
    text.split_whitespace().map(String::from).collect()
}

fn numbers<N: std::str::FromStr>(
    metadata: &HashMap<String, String>,
    key: &str,
    count: usize,
) -> Result<Vec<N>, String> {
    let numbers: Vec<N> = words(metadata, key).iter().flat_map(|word| word.parse()).collect();
    match numbers.len() == count {
        true => Ok(numbers),
        false => Err(format!("{FOREIGN}: its metadata should hold `{key}`, as {count} number(s)")),
    }
}

fn number<N: std::str::FromStr>(
    metadata: &HashMap<String, String>,
    key: &str,
) -> Result<N, String> {
    Ok(numbers(metadata, key, 1)?.remove(0))
}
