//! Takes BERT as candle-transformers publishes it, puts one line in front of its attention, and leaves it in `OUT_DIR`.
//!
//! `src/lib.rs` includes the file. The published source is read where cargo has unpacked it, and is not changed.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

/// The line: every tensor of the function, by its name, with the number of the layer.
const LINE: &str = "#[apply(captured_fn!)] #[capture(BertSelfAttention::forward => *: Tensor; index = crate::layer(self))]";

/// Where it goes: in front of this function, of this `impl`.
const IMPL: &str = "impl BertSelfAttention {\n";
const FORWARD: &str =
    "    fn forward(&self, hidden_states: &Tensor, attention_mask: &Tensor) -> Result<Tensor> {\n";

/// The module that the file uses from beside itself, there and here.
const BESIDE: [&str; 2] =
    ["use super::with_tracing::", "use candle_transformers::models::with_tracing::"];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // The version is in it.
    println!("cargo::rerun-if-changed=Cargo.toml");
    if let Err(sentence) = run() {
        println!("cargo::error={sentence}");
    }
}

fn run() -> Result<(), String> {
    let path = published()?.join("src/models/bert.rs");
    let source =
        fs::read_to_string(&path).map_err(|e| format!("can't read {}: {e}", path.display()))?;
    let source = captured(&source).map_err(|what| format!("{}: {what}", path.display()))?;
    let output = Path::new(&env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?).join("bert.rs");
    fs::write(&output, source).map_err(|e| format!("can't write {}: {e}", output.display()))
}

/// The folder that cargo has unpacked candle-transformers into.
fn published() -> Result<PathBuf, String> {
    let target = env::var("TARGET").map_err(|e| format!("TARGET: {e}"))?;
    let cargo = env::var_os("CARGO").ok_or("cargo sets CARGO")?;
    let metadata = ["metadata", "--format-version", "1", "--filter-platform", &target];
    let told =
        Command::new(cargo).args(metadata).output().map_err(|e| format!("cargo metadata: {e}"))?;
    if !told.status.success() {
        let reason = String::from_utf8_lossy(&told.stderr);
        return Err(format!("cargo metadata: {}", reason.trim().replace('\n', "; ")));
    }
    let told: Value =
        serde_json::from_slice(&told.stdout).map_err(|e| format!("cargo metadata: {e}"))?;
    let package = told["packages"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|p| p["name"] == "candle-transformers");
    let manifest = package.and_then(|p| p["manifest_path"].as_str()).map(Path::new);
    let folder = manifest
        .and_then(Path::parent)
        .ok_or("cargo metadata does not name candle-transformers")?;
    Ok(folder.into())
}

/// The published source with the line in it.
pub fn captured(source: &str) -> Result<String, String> {
    let source = source.replace("\r\n", "\n");
    let missing = |text: &str| {
        format!(
            "`{}` is not in it once: is this another version of candle-transformers? See build.rs.",
            text.trim()
        )
    };
    let once = |text: &'static str| {
        (source.matches(text).count() == 1)
            .then(|| source.split_once(text))
            .flatten()
            .ok_or_else(|| missing(text))
    };
    once(BESIDE[0])?;
    let (before, after) = once(IMPL)?;
    let (methods, body) = after.split_once(FORWARD).ok_or_else(|| missing(FORWARD))?;
    if methods.contains("\n}\n") {
        // That is the `forward` of another `impl`.
        return Err(missing(FORWARD));
    }
    let source =
        format!("{before}{IMPL}{methods}    {LINE}\n{FORWARD}{body}").replace(BESIDE[0], BESIDE[1]);
    // What is included can't speak of the module around it.
    Ok(source.replace("//!", "//"))
}
