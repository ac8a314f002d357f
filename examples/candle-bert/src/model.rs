//! A folder with a BERT: its weights, its configuration, its tokenizer.

use std::{fmt::Display, fs, path::Path};

use candle::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use tokenizers::Tokenizer;

use crate::bert::{BertModel, Config};

/// More can neither be told apart in a picture nor on the page.
pub const MOST_TOKENS: usize = 128;

/// A BERT with its tokenizer.
pub struct Model {
    bert: BertModel,
    tokenizer: Tokenizer,
    pub layers: usize,
    pub heads: usize,
}

/// A text as the model reads it.
pub struct Sentence {
    ids: Vec<u32>,
    /// A text a token: `[CLS]`, the pieces of words, `[SEP]`.
    pub tokens: Vec<String>,
}

impl Model {
    /// Reads `model.safetensors`, `config.json` and `tokenizer.json` from a folder. The weights are converted to `dtype`.
    ///
    /// # Errors
    ///
    /// A sentence: what can't be read, or what is wrong with it.
    pub fn load(folder: &Path, dtype: DType) -> Result<Model, String> {
        let config: Config = serde_json::from_slice(&read(folder, "config.json")?)
            .map_err(wrong(folder, "config.json"))?;
        let tokenizer = read(folder, "tokenizer.json")?;
        let mut tokenizer =
            Tokenizer::from_bytes(tokenizer).map_err(wrong(folder, "tokenizer.json"))?;
        // A sentence alone: as it is, neither filled up nor cut.
        tokenizer
            .with_padding(None)
            .with_truncation(None)
            .map_err(wrong(folder, "tokenizer.json"))?;
        let weights = read(folder, "model.safetensors")?;
        let weights = VarBuilder::from_buffered_safetensors(weights, dtype, &Device::Cpu);
        let bert = weights.and_then(|weights| BertModel::load(weights, &config));
        let bert = bert.map_err(wrong(folder, "model.safetensors"))?;
        Ok(Model {
            bert,
            tokenizer,
            layers: config.num_hidden_layers,
            heads: config.num_attention_heads,
        })
    }

    /// # Errors
    ///
    /// A sentence, if the text has no token or more than [`MOST_TOKENS`].
    pub fn read(&self, text: &str) -> Result<Sentence, String> {
        let encoding =
            self.tokenizer.encode(text, true).map_err(|e| format!("can't read the text: {e}"))?;
        let special = encoding.get_special_tokens_mask();
        if special.iter().all(|mask| *mask == 1) {
            return Err("the text has no word".into());
        }
        if encoding.len() > MOST_TOKENS {
            return Err(format!(
                "the text has {} tokens; at most {MOST_TOKENS} can be shown",
                encoding.len()
            ));
        }
        Ok(Sentence { ids: encoding.get_ids().to_vec(), tokens: encoding.get_tokens().to_vec() })
    }

    /// What the last layer makes of a sentence, `[1, tokens, width]`.
    pub fn run(&self, sentence: &Sentence) -> candle::Result<Tensor> {
        let ids = Tensor::new(&sentence.ids[..], &self.bert.device)?.unsqueeze(0)?;
        crate::begin_pass();
        self.bert.forward(&ids, &ids.zeros_like()?, None)
    }
}

fn read(folder: &Path, name: &str) -> Result<Vec<u8>, String> {
    let path = folder.join(name);
    fs::read(&path).map_err(|e| format!("can't read {}: {e}", path.display()))
}

fn wrong<E: Display>(folder: &Path, name: &str) -> impl Fn(E) -> String {
    let path = folder.join(name);
    // Candle appends a backtrace where one is asked for.
    move |e| {
        format!(
            "can't use {}: {}",
            path.display(),
            e.to_string().lines().next().unwrap_or_default()
        )
    }
}
