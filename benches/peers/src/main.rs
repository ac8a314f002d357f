//! What anycapture costs beside others: runs every candidate in turns and writes the tables into `docs/cost.md` and the
//! picture to `docs/cost.svg`. With names of parts (`scalars slices ...`) it only prints these.

#[cfg(feature = "on")]
mod compile;
#[cfg_attr(not(feature = "on"), allow(dead_code))]
mod harness;
mod inactive;
#[cfg(feature = "on")]
mod recording;
#[cfg(feature = "on")]
mod report;
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
    type Part = (&'static str, fn() -> Vec<harness::Times>);
    use recording::MAP;
    let parts: [Part; 12] = [
        ("out", || vec![compiled_out()]),
        // Before a subscriber is set: without one, tracing is off.
        ("inactive", || {
            let times = inactive::race_inactive();
            tracing::subscriber::set_global_default(recording::Least).expect("nobody else sets it");
            vec![times]
        }),
        ("scalars", || vec![recording::race_scalars()]),
        ("slices", || {
            vec![
                recording::race_slices(64, 100),
                recording::race_slices(4096, 100),
                recording::race_slices(MAP, 40),
            ]
        }),
        ("clones", || vec![recording::race_clones()]),
        ("threads", || {
            vec![
                threads::race_scalars(),
                threads::race_slices(4096, 150),
                threads::race_slices(MAP, 40),
            ]
        }),
        ("counts", || vec![scale::race_counts(), scale::race_widths()]),
        ("visit", || vec![scale::race_visit()]),
        ("export", scale::race_export),
        ("compile", || vec![compile::race_compiling()]),
        ("python", || python().into_iter().collect()),
        // Last: the keys stay.
        ("keys", scale::race_keys),
    ];
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let chosen = parts
        .iter()
        .filter(|(name, _)| wanted.is_empty() || wanted.iter().any(|wanted| wanted == name));
    let all: Vec<harness::Times> = chosen.flat_map(|(_, part)| part()).collect();
    if wanted.is_empty() {
        write(&all);
    }
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

/// The Python tool, if there is a Python.
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
fn write(all: &[harness::Times]) {
    let ratio = |title: &str, name: &str, to: &str| {
        let times = all.iter().find(|times| times.title == title);
        times.unwrap_or_else(|| panic!("no race `{title}`")).ratio(name, to)
    };
    let bar = |what, against, limit, ratio| report::Bar { what, against, limit, ratio };
    let locked = "`HistoryBuf` in a `spin::Mutex`";
    let ring = "memcpy into a ring";
    let (inactive, scalar) = ("Not recording, in a loop", "Recording one f32");
    let clone = "Recording a tensor by clone";
    let sum =
        1.0 / (ratio(clone, "clone and drop", "ours") + ratio(clone, "ours, a scalar", "ours"));
    let maps = format!("Recording {} f32", recording::MAP);
    let shared_maps = format!("Two threads, one key, {} f32", recording::MAP);
    let bars = [
        bar(
            "compiled out, in a vectorised loop",
            "nothing",
            1.05,
            ratio("Compiled out, in a loop", "ours, compiled out", "nothing"),
        ),
        bar(
            "inactive, `on = flag`, in a vectorised loop",
            "nothing",
            1.05,
            ratio(inactive, "ours, `on = flag`", "nothing"),
        ),
        bar(
            "inactive, `captured_fn!`, in a vectorised loop",
            "nothing",
            1.05,
            ratio(inactive, "ours, `captured_fn!`", "nothing"),
        ),
        bar(
            "inactive, a plain line in a loop",
            "an `AtomicBool` check",
            1.05,
            ratio(inactive, "ours", "`AtomicBool` in the loop"),
        ),
        bar("one f32", locked, 1.5, ratio(scalar, "ours", locked)),
        bar(
            "one f32",
            "a third of the least tracing subscriber",
            1.0,
            3.0 * ratio(scalar, "ours", "tracing, least subscriber"),
        ),
        bar(
            "64 f32",
            "memcpy into a ring under a spin lock",
            1.3,
            ratio("Recording 64 f32", "ours", "memcpy into a ring, spin lock"),
        ),
        bar("4096 f32", ring, 1.1, ratio("Recording 4096 f32", "ours", ring)),
        bar("6x257x257 f32", ring, 1.1, ratio(&maps, "ours", ring)),
        bar("a candle tensor by clone", "the clone plus a scalar", 1.0, sum),
        bar(
            "two threads, one key, one f32",
            "`ArrayQueue::force_push`",
            1.0,
            ratio("Two threads, one key, one f32", "ours", "`ArrayQueue::force_push`"),
        ),
        bar(
            "two threads, one key, 4096 f32",
            "one ring per thread",
            1.15,
            ratio("Two threads, one key, 4096 f32", "ours", "own ring each"),
        ),
        bar(
            "two threads, one key, 6x257x257 f32",
            "one ring per thread",
            1.15,
            ratio(&shared_maps, "ours", "own ring each"),
        ),
        bar(
            "a store of 10,000 keys",
            "of a few keys",
            1.05,
            ratio("10,000 keys", "10,000 keys", "few keys"),
        ),
        bar(
            "1,000,000 captures",
            "1,000 captures",
            1.05,
            ratio("1,000 captures, and 1,000,000", "1,000,000", "1,000"),
        ),
        bar(
            "a ring 1,024 wide",
            "16 wide",
            1.05,
            ratio("A ring 16 wide, and 1,024", "1,024 wide", "16 wide"),
        ),
        bar(
            "`visit` over 1,000,000 scalars",
            "walking a `Vec` of the same records",
            1.5,
            ratio("`visit` over 1,000,000 scalars", "ours", "a `Vec` of the same records"),
        ),
        bar(
            "`export` of 100 MB to a file",
            "writing one slice",
            1.2,
            ratio("`export` of 100 MB to a file", "ours", "one slice"),
        ),
        bar(
            "compiling 1,000 lines, off",
            "`tracing::trace!`, off",
            0.5,
            ratio("Compiling 1,000 lines", "ours, off", "tracing, off"),
        ),
        bar(
            "compiling 1,000 lines, on",
            "`tracing::trace!`, on",
            1.0,
            ratio("Compiling 1,000 lines", "ours, on", "tracing, on"),
        ),
    ];
    let docs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    let text = std::fs::read_to_string(docs.join("cost.md")).expect("docs/cost.md");
    let (before, rest) = text.split_once("<!-- tables -->\n").expect("where the tables go");
    let (_, after) = rest.split_once("<!-- end -->").expect("where the tables end");
    let tables = report::markdown(&bars, all);
    println!("{tables}");
    std::fs::write(
        docs.join("cost.md"),
        format!("{before}<!-- tables -->\n\n{tables}\n<!-- end -->{after}"),
    )
    .unwrap();
    let charts: Vec<_> = all
        .iter()
        .filter(|times| [inactive, scalar, "Recording 4096 f32"].contains(&&times.title[..]))
        .collect();
    std::fs::write(docs.join("cost.svg"), report::picture(&charts)).unwrap();
}
