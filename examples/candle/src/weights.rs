//! The weights of `examples/vit`, under the names by which models of candle-transformers ask for them.

use std::collections::HashMap;

use candle::{DType, Device, Result, Tensor, bail};
use candle_nn::VarBuilder;
use safetensors::SafeTensors;

/// The side of the grid of patches whose positions candle's DINOv2 wants: 518 pixels, 14 a patch.
const DINOV2_GRID: usize = 37;
const DINOV2_CLASSES: usize = 1000;

/// A file of weights. Its matrices lie (in, out), and those of candle (out, in).
pub struct Weights {
    tensors: HashMap<String, Tensor>,
    pub heads: usize,
    pub epsilon: f64,
    pub layers: usize,
}

impl Weights {
    /// Reads `bytes` of a safetensors file.
    ///
    /// # Errors
    ///
    /// If it is none, or `heads` and `epsilon` are not in its metadata.
    pub fn read(bytes: &[u8]) -> Result<Weights> {
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(candle::Error::wrap)?;
        let said = |name: &str| header.metadata().as_ref().and_then(|all| all.get(name));
        let (Some(heads), Some(epsilon)) = (said("heads"), said("epsilon")) else {
            bail!("the weights' metadata should hold `heads` and `epsilon`");
        };
        let mut tensors = candle::safetensors::load_buffer(bytes, &Device::Cpu)?;
        for tensor in tensors.values_mut() {
            *tensor = tensor.to_dtype(DType::F32)?;
        }
        let layers =
            (0..).take_while(|n| tensors.contains_key(&format!("blocks.{n}.qkv.weight"))).count();
        Ok(Weights {
            heads: heads.parse().map_err(candle::Error::wrap)?,
            epsilon: epsilon.parse().map_err(candle::Error::wrap)?,
            tensors,
            layers,
        })
    }

    /// What `name` holds.
    ///
    /// # Errors
    ///
    /// If there is no such tensor.
    pub fn get(&self, name: &str) -> Result<&Tensor> {
        match self.tensors.get(name) {
            Some(tensor) => Ok(tensor),
            None => bail!("the weights hold no `{name}`"),
        }
    }

    /// Patches along a side of the image.
    ///
    /// # Errors
    ///
    /// If there are no positions.
    pub fn grid(&self) -> Result<usize> {
        Ok((self.get("position")?.dim(0)? - 1).isqrt())
    }

    /// For `candle_transformers::models::vit`, of `classes` classes. That model has no layer scale: the layer in front of it is
    /// scaled instead, which comes to the same.
    ///
    /// # Errors
    ///
    /// If a tensor is missing or has another rank.
    pub fn for_vit(&self, classes: usize) -> Result<VarBuilder<'static>> {
        let mut out = Renamed { weights: self, tensors: HashMap::new() };
        out.patches("vit.embeddings.patch_embeddings.projection")?;
        out.put("vit.embeddings.cls_token", self.get("cls")?.reshape((1, 1, ()))?);
        out.put("vit.embeddings.position_embeddings", self.get("position")?.unsqueeze(0)?);
        for n in 0..self.layers {
            let (theirs, ours) = (format!("vit.encoder.layer.{n}"), format!("blocks.{n}"));
            for (part, name) in ["query", "key", "value"].into_iter().enumerate() {
                out.third(
                    &format!("{theirs}.attention.attention.{name}"),
                    &format!("{ours}.qkv"),
                    part,
                )?;
            }
            out.linear(
                &format!("{theirs}.attention.output.dense"),
                &format!("{ours}.proj"),
                Some("scale1"),
            )?;
            out.linear(&format!("{theirs}.intermediate.dense"), &format!("{ours}.fc1"), None)?;
            out.linear(&format!("{theirs}.output.dense"), &format!("{ours}.fc2"), Some("scale2"))?;
            out.norm(&format!("{theirs}.layernorm_before"), &format!("{ours}.norm1"))?;
            out.norm(&format!("{theirs}.layernorm_after"), &format!("{ours}.norm2"))?;
        }
        out.norm("vit.layernorm", "norm")?;
        out.head("classifier", classes, 1)?;
        Ok(out.builder())
    }

    /// For `candle_transformers::models::dinov2`.
    ///
    /// # Errors
    ///
    /// If a tensor is missing or has another rank.
    pub fn for_dinov2(&self) -> Result<VarBuilder<'static>> {
        let mut out = Renamed { weights: self, tensors: HashMap::new() };
        out.patches("patch_embed.proj")?;
        out.put("cls_token", self.get("cls")?.reshape((1, 1, ()))?);
        out.put("pos_embed", self.positions_for_dinov2()?);
        for n in 0..self.layers {
            let name = |part: &str| format!("blocks.{n}.{part}");
            out.norm(&name("norm1"), &name("norm1"))?;
            out.linear(&name("attn.qkv"), &name("qkv"), None)?;
            out.linear(&name("attn.proj"), &name("proj"), None)?;
            out.put(&name("ls1.gamma"), self.get(&name("scale1"))?.clone());
            out.norm(&name("norm2"), &name("norm2"))?;
            out.linear(&name("mlp.fc1"), &name("fc1"), None)?;
            out.linear(&name("mlp.fc2"), &name("fc2"), None)?;
            out.put(&name("ls2.gamma"), self.get(&name("scale2"))?.clone());
        }
        out.norm("norm", "norm")?;
        out.head("head", DINOV2_CLASSES, 2)?;
        Ok(out.builder())
    }

    /// Positions of a grid as large as the model wants: from it the model takes the nearest for each place of the image's grid, which are
    /// then the positions of this file.
    fn positions_for_dinov2(&self) -> Result<Tensor> {
        let position = self.get("position")?;
        let grid = self.grid()?;
        // Of each place there, the last of ours that is taken from it or from a place in front of it.
        let taken_from = |ours: usize| ours * DINOV2_GRID / grid;
        let ours = |theirs: usize| (0..grid).rev().find(|n| taken_from(*n) <= theirs).unwrap_or(0);
        let places = (0..DINOV2_GRID * DINOV2_GRID).map(|nth| {
            let (row, column) = (nth / DINOV2_GRID, nth % DINOV2_GRID);
            (1 + ours(row) * grid + ours(column)) as u32
        });
        let rows: Vec<u32> = std::iter::once(0).chain(places).collect();
        position.index_select(&Tensor::new(rows, &Device::Cpu)?, 0)?.unsqueeze(0)
    }
}

/// The tensors of a model of candle-transformers.
struct Renamed<'a> {
    weights: &'a Weights,
    tensors: HashMap<String, Tensor>,
}

impl Renamed<'_> {
    fn put(&mut self, theirs: &str, tensor: Tensor) {
        self.tensors.insert(theirs.into(), tensor);
    }

    /// The convolution that makes tokens of patches, from `[channels, side, side, width]`.
    fn patches(&mut self, theirs: &str) -> Result<()> {
        let weight = self.weights.get("patch.weight")?.permute((3, 0, 1, 2))?.contiguous()?;
        self.put(&format!("{theirs}.weight"), weight);
        self.put(&format!("{theirs}.bias"), self.weights.get("patch.bias")?.clone());
        Ok(())
    }

    /// `scale` is the name of a layer scale behind it, which the file may have.
    fn linear(&mut self, theirs: &str, ours: &str, scale: Option<&str>) -> Result<()> {
        let mut weight = self.weights.get(&format!("{ours}.weight"))?.clone();
        let mut bias = self.weights.get(&format!("{ours}.bias"))?.clone();
        let block = ours.rsplit_once('.').map_or("", |(block, _)| block);
        let scale = scale.and_then(|name| self.weights.get(&format!("{block}.{name}")).ok());
        if let Some(scale) = scale {
            weight = weight.broadcast_mul(scale)?;
            bias = (bias * scale)?;
        }
        self.put(&format!("{theirs}.weight"), weight.t()?.contiguous()?);
        self.put(&format!("{theirs}.bias"), bias);
        Ok(())
    }

    /// The queries (0), keys (1) or values (2) of a layer that gives all three.
    fn third(&mut self, theirs: &str, ours: &str, part: usize) -> Result<()> {
        let weight = self.weights.get(&format!("{ours}.weight"))?.chunk(3, 1)?.swap_remove(part);
        let bias = self.weights.get(&format!("{ours}.bias"))?.chunk(3, 0)?.swap_remove(part);
        self.put(&format!("{theirs}.weight"), weight.t()?.contiguous()?);
        self.put(&format!("{theirs}.bias"), bias.contiguous()?);
        Ok(())
    }

    fn norm(&mut self, theirs: &str, ours: &str) -> Result<()> {
        for part in ["weight", "bias"] {
            let tensor = self.weights.get(&format!("{ours}.{part}"))?.clone();
            self.put(&format!("{theirs}.{part}"), tensor);
        }
        Ok(())
    }

    /// The classifier of the file; else one of zeros, whose input is `widths` tokens wide.
    fn head(&mut self, theirs: &str, classes: usize, widths: usize) -> Result<()> {
        if self.weights.get("head.weight").is_ok() {
            return self.linear(theirs, "head", None);
        }
        let width = self.weights.get("cls")?.elem_count();
        let zeros = |shape: &[usize]| Tensor::zeros(shape, DType::F32, &Device::Cpu);
        self.put(&format!("{theirs}.weight"), zeros(&[classes, widths * width])?);
        self.put(&format!("{theirs}.bias"), zeros(&[classes])?);
        Ok(())
    }

    fn builder(self) -> VarBuilder<'static> {
        VarBuilder::from_tensors(self.tensors, DType::F32, &Device::Cpu)
    }
}
