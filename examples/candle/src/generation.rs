//! A decode loop: candle-transformers' Llama with random weights, whose cache of keys and values grows by a token a step.

use anycapture::capture;
use candle::{DType, Device, Result, Tensor};

use crate::{
    models::llama::{Cache, Config, Llama},
    random,
};

pub const LAYERS: usize = 4;
pub const HEADS: usize = 4;

/// A small Llama: four heads, whose queries share two heads of keys and values.
pub fn config() -> Config {
    Config {
        hidden_size: 32,
        intermediate_size: 64,
        vocab_size: 64,
        num_hidden_layers: LAYERS,
        num_attention_heads: HEADS,
        num_key_value_heads: 2,
        use_flash_attn: false,
        rms_norm_eps: 1e-6,
        rope_theta: 10_000.0,
        bos_token_id: None,
        eos_token_id: None,
        rope_scaling: None,
        max_position_embeddings: 512,
        tie_word_embeddings: false,
    }
}

/// A text that a model goes on with.
pub struct Text {
    model: Llama,
    cache: Cache,
    /// The prompt and what came after it.
    pub tokens: Vec<u32>,
    /// How many of them the model has read.
    read: usize,
}

impl Text {
    /// The same model for each seed.
    ///
    /// # Errors
    ///
    /// If candle has one.
    pub fn new(seed: u64, prompt: &[u32]) -> Result<Text> {
        let config = config();
        let cache = Cache::new(true, DType::F32, &config, &Device::Cpu)?;
        let model = Llama::load(random::weights(seed), &config)?;
        Ok(Text { model, cache, tokens: prompt.to_vec(), read: 0 })
    }

    /// Has the model read the tokens that it has not read yet, the prompt or the last one, and adds the likeliest next one.
    ///
    /// What is captured of a step has the position of its first token as its last index: 0 the prompt, and then one by one.
    ///
    /// # Errors
    ///
    /// If candle has one.
    pub fn step(&mut self) -> Result<u32> {
        let position = self.read;
        let input = Tensor::new(&self.tokens[position..], &Device::Cpu)?.unsqueeze(0)?;
        let logits = self.model.forward(&input, position, &mut self.cache)?.squeeze(0)?;
        self.read = self.tokens.len();
        let next = logits.argmax(0)?.to_scalar::<u32>()?;
        self.tokens.push(next);
        capture!(decode, logits, next; index = position);
        Ok(next)
    }
}
