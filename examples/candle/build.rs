//! Copies models of candle-transformers, as they were published, into this build's own folder, with a capture line in each.
//!
//! Their source is in cargo's registry, and never in this repository.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use serde_json::Value;

/// A file to make of a published one.
struct Copy {
    published: &'static str,
    name: &'static str,
    /// The line behind which the capture line stands.
    behind: &'static str,
    line: &'static str,
    /// What else is another: each of these once or more.
    replaced: &'static [(&'static str, &'static str)],
}

const DINOV2: Copy = Copy {
    published: "dinov2.rs",
    name: "dinov2.rs",
    behind: "let attn = candle_nn::ops::softmax(&q.matmul(&k.t()?)?, D::Minus1)?;",
    line: "anycapture::capture!(Attention::forward, attention_map = attn.squeeze(0));",
    replaced: &[],
};

const COPIES: [Copy; 4] = [
    DINOV2,
    Copy {
        name: "dinov2_as_trained.rs",
        replaced: &[("1e-5", "1e-6"), (".gelu()", ".gelu_erf()")],
        ..DINOV2
    },
    Copy {
        published: "vit.rs",
        name: "vit.rs",
        behind: "let attention_probs = candle_nn::ops::softmax_last_dim(&attention_scores)?;",
        line: "anycapture::capture!(Attention::forward, attention_map = attention_probs.squeeze(0));",
        replaced: &[],
    },
    Copy {
        published: "llama.rs",
        name: "llama.rs",
        behind: "let att = candle_nn::ops::softmax_last_dim(&att)?;",
        line: "anycapture::capture!(decode, attention_map = att.squeeze(0); index = (block_idx, index_pos));",
        replaced: &[],
    },
];

fn main() -> ExitCode {
    println!("cargo::rerun-if-changed=build.rs");
    // The version of candle-transformers is in it.
    println!("cargo::rerun-if-changed=Cargo.toml");
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            println!("cargo::error={sentence}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let (models, out) = (published()?.join("src/models"), PathBuf::from(variable("OUT_DIR")?));
    for copy in &COPIES {
        let (from, to) = (models.join(copy.published), out.join(copy.name));
        let source =
            fs::read_to_string(&from).map_err(|e| format!("can't read {}: {e}", from.display()))?;
        fs::write(&to, copy.of(&source)?)
            .map_err(|e| format!("can't write {}: {e}", to.display()))?;
    }
    Ok(())
}

/// The folder of candle-transformers that this package is built with.
fn published() -> Result<PathBuf, String> {
    let target = variable("TARGET")?;
    let arguments = ["metadata", "--format-version", "1", "--filter-platform", &target];
    let failed = |reason: &dyn std::fmt::Display| format!("cargo metadata: {reason}");
    let output =
        Command::new(variable("CARGO")?).args(arguments).output().map_err(|e| failed(&e))?;
    if !output.status.success() {
        return Err(failed(&String::from_utf8_lossy(&output.stderr).trim().replace('\n', " ")));
    }
    let metadata: Value = serde_json::from_slice(&output.stdout).map_err(|e| failed(&e))?;
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let package = packages.into_iter().find(|package| package["name"] == "candle-transformers");
    let manifest = package.and_then(|package| package["manifest_path"].as_str());
    let folder = manifest.and_then(|manifest| Path::new(manifest).parent());
    folder
        .map(Path::to_path_buf)
        .ok_or_else(|| failed(&"candle-transformers is not among the packages"))
}

fn variable(name: &str) -> Result<String, String> {
    env::var(name).map_err(|e| format!("cargo sets {name} for a build script: {e}"))
}

impl Copy {
    fn of(&self, source: &str) -> Result<String, String> {
        let mut own = String::new();
        let mut lines = 0;
        // A file that is included can't begin with a comment on itself.
        for line in source.lines().filter(|line| !line.starts_with("//!")) {
            own += line;
            own += "\n";
            if line.trim() == self.behind {
                own += self.line;
                own += "\n";
                lines += 1;
            }
        }
        if lines != 1 {
            return Err(self.elsewhere(self.behind));
        }
        for (theirs, ours) in self.replaced {
            if !own.contains(theirs) {
                return Err(self.elsewhere(theirs));
            }
            own = own.replace(theirs, ours);
        }
        let own = own.replace("use super::", "use candle_transformers::models::");
        Ok(own.replace("crate::", "candle_transformers::"))
    }

    fn elsewhere(&self, text: &str) -> String {
        let file = self.published;
        format!(
            "{file} of candle-transformers is not the one that examples/candle/build.rs knows: `{text}` is not in one place"
        )
    }
}
