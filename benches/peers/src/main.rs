//! What anycapture costs beside others. See `docs/cost.md`.

#[cfg(feature = "on")]
mod compile;
mod harness;
mod inactive;
#[cfg(feature = "on")]
mod recording;
#[cfg(feature = "on")]
mod scale;
#[cfg(feature = "on")]
mod threads;

#[cfg(not(feature = "on"))]
fn main() {
    for (name, ns) in inactive::race_compiled_out().rows {
        println!("{name}\t{ns}");
    }
}

#[cfg(feature = "on")]
fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let want = |name: &str| wanted.is_empty() || wanted.iter().any(|w| w == name);
    if want("inactive") {
        inactive::race_inactive();
    }
    tracing::subscriber::set_global_default(recording::Least).expect("nobody else sets it");
    if want("scalars") {
        recording::race_scalars();
    }
    if want("slices") || want("small") {
        recording::race_slices(64, 60);
    }
    if want("slices") || want("rows") {
        recording::race_slices(4096, 60);
    }
    if want("slices") || want("maps") {
        recording::race_slices(recording::MAP, 30);
    }
    if want("clones") {
        recording::race_clones();
    }
    if want("threads") {
        threads::race_scalars();
        threads::race_slices(64, 150);
        threads::race_slices(4096, 150);
        threads::race_slices(recording::MAP, 40);
    }
    if want("counts") {
        scale::race_counts();
        scale::race_widths();
    }
    if want("visit") {
        scale::race_visit();
    }
    if want("export") {
        scale::race_export();
    }
    if want("compile") {
        compile::race_compiling();
    }
    if want("keys") {
        scale::race_keys();
    }
}
