//! The cost of anycapture compared with other crates: runs every candidate in turns, and writes the tables into `docs/cost.md` and
//! the picture to `docs/cost.svg`. With names of parts (`scalars slices ...`) it only prints these.

#[cfg(feature = "on")]
mod bars;
#[cfg(feature = "on")]
mod compile;
#[cfg_attr(not(feature = "on"), allow(dead_code))]
mod harness;
mod inactive;
#[cfg(feature = "on")]
mod memory;
#[cfg(feature = "on")]
mod reading;
#[cfg(feature = "on")]
mod recording;
#[cfg(feature = "on")]
mod report;
#[cfg(feature = "on")]
mod scale;
#[cfg(feature = "on")]
mod scopes;
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
    type Part = (&'static str, fn() -> Vec<harness::Times>);
    use recording::MAP;
    let parts: [Part; 17] = [
        ("out", || vec![compiled_out()]),
        // Before a subscriber is set: without one, tracing is off.
        ("inactive", || vec![inactive::race_inactive()]),
        ("scalars", || {
            tracing::subscriber::set_global_default(recording::Least).expect("nobody else sets it");
            vec![recording::race_scalars()]
        }),
        // Must run before any scope is created.
        ("scopes", scopes::race_scopes),
        ("slices", || {
            vec![
                recording::race_slices(64, 100),
                recording::race_slices(4096, 100),
                recording::race_slices(MAP, 40),
            ]
        }),
        ("shapes", || vec![recording::race_shapes()]),
        ("clones", || vec![recording::race_clones()]),
        ("threads", || {
            vec![
                threads::race_scalars(),
                threads::race_slices(4096, 150),
                threads::race_slices(MAP, 40),
            ]
        }),
        ("counts", || vec![scale::race_counts(), scale::race_widths(), scale::race_budgets()]),
        ("visit", || vec![reading::race_visit()]),
        ("cache", reading::race_cache),
        ("export", reading::race_export),
        ("memory", || vec![given_memory()]),
        ("compile", || vec![compile::race_compiling()]),
        ("python", || python().into_iter().collect()),
        // Last: the keys stay.
        ("keys", scale::race_keys),
        // In a separate process, as memory can be given only once.
        ("given-memory", || memory::race().print()),
    ];
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let is_wanted = |name: &str| match &wanted[..] {
        [] => name != "given-memory",
        wanted => wanted.iter().any(|wanted| wanted == name),
    };
    let chosen = parts.iter().filter(|(name, _)| is_wanted(name));
    let all: Vec<harness::Times> = chosen.flat_map(|(_, part)| part()).collect();
    let bars = bars::bars(&all);
    if wanted.is_empty() {
        write(&bars, &all);
    }
    eprintln!("{}", report::table_of_bars(&bars));
}

/// The same program with everything compiled out.
#[cfg(feature = "on")]
fn compiled_out() -> harness::Times {
    let folder = std::env::temp_dir().join("anycapture-compiled-out");
    let output = std::process::Command::new(std::env::var("CARGO").unwrap_or("cargo".into()))
        .args(["run", "--release", "--quiet", "--no-default-features", "--features", "out"])
        .args(["--manifest-path", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")])
        .arg("--target-dir")
        .arg(folder)
        .output()
        .expect("cargo runs");
    eprint!("{}", String::from_utf8_lossy(&output.stderr));
    harness::Times::read("Compiled out, in a loop", &String::from_utf8_lossy(&output.stdout))
}

/// This program once more, with values in given memory.
#[cfg(feature = "on")]
fn given_memory() -> harness::Times {
    let program = std::env::current_exe().expect("the path of this program");
    let output = std::process::Command::new(program).arg("given-memory").output();
    let output = output.expect("this program runs");
    eprint!("{}", String::from_utf8_lossy(&output.stderr));
    harness::Times::read("In given memory", &String::from_utf8_lossy(&output.stdout))
}

/// The Python tool, if Python is installed.
#[cfg(feature = "on")]
fn python() -> Option<harness::Times> {
    let output = std::process::Command::new("python3")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/python.py"))
        .arg(std::env::temp_dir().join("anycapture-python"))
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    let text = String::from_utf8_lossy(&output.stdout);
    Some(harness::Times::read("The Python tool, a call", &text))
}

#[cfg(feature = "on")]
fn write(bars: &[bars::Bar], all: &[harness::Times]) {
    let docs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    let text = std::fs::read_to_string(docs.join("cost.md")).expect("docs/cost.md");
    let (before, rest) = text.split_once("<!-- tables -->\n").expect("where the tables go");
    let (_, after) = rest.split_once("<!-- end -->").expect("where the tables end");
    let tables = report::markdown(bars, all);
    println!("{tables}");
    std::fs::write(
        docs.join("cost.md"),
        format!("{before}<!-- tables -->\n\n{tables}\n<!-- end -->{after}"),
    )
    .unwrap();
    let drawn = ["Not recording, in a loop", "Recording one f32", "Recording 4096 f32"];
    let charts: Vec<_> = all.iter().filter(|times| drawn.contains(&&times.title[..])).collect();
    std::fs::write(docs.join("cost.svg"), report::picture(&charts)).unwrap();
}
