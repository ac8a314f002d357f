//! A BERT of two layers and three heads, whose weights are made up, in a folder as `Model::load` takes it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use candle::{DType, Device, Tensor};
use candle_bert::bert::{BertModel, Config};
use candle_nn::{VarBuilder, VarMap};
use serde_json::json;

const VOCABULARY: [&str; 13] =
    ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "the", "cat", "sat", "it", "was", "tire", "##d", "<", "."];

/// The folder, written anew. Each test has its own: they run at once.
pub fn folder(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    let config = json!({
        "vocab_size": VOCABULARY.len(), "hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 3,
        "intermediate_size": 32, "hidden_act": "gelu", "hidden_dropout_prob": 0.1, "max_position_embeddings": 256,
        "type_vocab_size": 2, "initializer_range": 0.02, "layer_norm_eps": 1e-12, "pad_token_id": 0,
    });
    fs::write(folder.join("config.json"), config.to_string()).expect("a file");
    fs::write(folder.join("tokenizer.json"), tokenizer().to_string()).expect("a file");
    let config: Config = serde_json::from_value(config).expect("a configuration");
    weights(&config).save(folder.join("model.safetensors")).expect("a file");
    folder
}

fn tokenizer() -> serde_json::Value {
    let special = |token: &str| json!({ "id": token, "ids": [id(token)], "tokens": [token] });
    json!({
        "version": "1.0",
        // As MiniLM has it.
        "padding": { "strategy": { "Fixed": 128 }, "direction": "Right", "pad_to_multiple_of": null, "pad_id": 0, "pad_type_id": 0, "pad_token": "[PAD]" },
        "truncation": { "max_length": 128, "strategy": "LongestFirst", "stride": 0, "direction": "Right" },
        "normalizer": { "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": true },
        "pre_tokenizer": { "type": "BertPreTokenizer" },
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [{ "SpecialToken": { "id": "[CLS]", "type_id": 0 } }, { "Sequence": { "id": "A", "type_id": 0 } }, { "SpecialToken": { "id": "[SEP]", "type_id": 0 } }],
            "pair": [{ "Sequence": { "id": "A", "type_id": 0 } }, { "Sequence": { "id": "B", "type_id": 1 } }],
            "special_tokens": { "[CLS]": special("[CLS]"), "[SEP]": special("[SEP]") },
        },
        "model": {
            "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
            "vocab": VOCABULARY.iter().map(|token| ((*token).to_string(), json!(id(token)))).collect::<serde_json::Map<_, _>>(),
        },
    })
}

fn id(token: &str) -> usize {
    VOCABULARY.iter().position(|t| *t == token).expect("in the vocabulary")
}

/// Loading a model makes its variables; each is filled with numbers of its own.
fn weights(config: &Config) -> VarMap {
    let variables = VarMap::new();
    let builder = VarBuilder::from_varmap(&variables, DType::F32, &Device::Cpu);
    BertModel::load(builder, config).expect("a model");
    let all = variables.data().lock().expect("no other thread");
    let mut names: Vec<_> = all.keys().collect();
    names.sort();
    for (nth, name) in names.into_iter().enumerate() {
        let variable = &all[name];
        let numbers =
            (0..variable.elem_count()).map(|i| ((i * 37 + nth * 101) as f32).sin() * 0.6).collect();
        let numbers = Tensor::from_vec(numbers, variable.shape(), &Device::Cpu);
        numbers.and_then(|numbers| variable.set(&numbers)).expect("of the same shape");
    }
    drop(all);
    variables
}
