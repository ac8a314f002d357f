//! The targets, and whether they are met.

use crate::harness::Times;
use crate::recording::MAP;

/// A ratio, or a time if there is a `unit`.
pub struct Bar {
    pub what: &'static str,
    pub against: &'static str,
    pub limit: f64,
    pub measured: f64,
    pub unit: &'static str,
}

/// The targets of the races that were run.
pub fn bars(all: &[Times]) -> Vec<Bar> {
    let of = |title: &str, name: &str| {
        all.iter().find(|times| times.title == title).map(|times| times.of(name))
    };
    let ratio = |title: &str, name: &str, to: &str| Some(of(title, name)? / of(title, to)?);
    let bar = |what, against, limit, measured: Option<f64>, unit| {
        Some(Bar { what, against, limit, measured: measured?, unit })
    };
    let times = |what, against, limit, measured| bar(what, against, limit, measured, "");
    let locked = "`HistoryBuf` in a `spin::Mutex`";
    let ring = "memcpy into a ring";
    let inactive = "Not recording, in a loop";
    let scalar = "Recording one f32";
    let shapes = "One shape, and two in turns";
    let pair = "Two threads, one key, ";
    let keys = "10,000 keys in turn";
    let reports = "Reports over 10,000 lines";
    let scalars = "A snapshot of 1,000,000 scalars, a value";
    let memory = "In given memory";
    let clone = "Recording a tensor by clone";
    let clone_and_scalar = || Some(of(clone, "clone and drop")? + of(clone, "ours, a scalar")?);
    let more = || Some(of(shapes, "two shapes")? - of(shapes, "one shape")?);
    let in_ms = |title, name| Some(of(title, name)? / 1e6);
    let export = |title| ratio(title, "ours", "one slice");
    let scoped = |what, to| {
        let title = ["Scopes, and a line that is inactive", "Scopes, and recording one f32"];
        title.map(|title| ratio(title, what, to))
    };
    let [inactive_alone, alone] = scoped("none alive", "no scope ever");
    let [_, elsewhere] = scoped("one on another thread", "none alive");
    let bars = [
        times(
            "compiled out, in a vectorised loop",
            "nothing",
            1.05,
            ratio("Compiled out, in a loop", "ours, compiled out", "nothing"),
        ),
        times(
            "inactive, `on = flag`, in a vectorised loop",
            "nothing",
            1.05,
            ratio(inactive, "ours, `on = flag`", "nothing"),
        ),
        times(
            "inactive, `captured_fn!`, in a vectorised loop",
            "nothing",
            1.05,
            ratio(inactive, "ours, `captured_fn!`", "nothing"),
        ),
        times(
            "inactive, a plain line in a loop",
            "an `AtomicBool` check",
            1.05,
            ratio(inactive, "ours", "`AtomicBool` in the loop"),
        ),
        times("one f32", locked, 1.25, ratio(scalar, "ours", locked)),
        times(
            "one f32",
            "the least tracing subscriber",
            0.5,
            ratio(scalar, "ours", "tracing, least subscriber"),
        ),
        times(
            "one f32 at `max_bytes`",
            "at `max_size`",
            1.1,
            ratio("At `max_size`, and at `max_bytes`", "`max_bytes`", "`max_size`"),
        ),
        times("an inactive line, no scope alive", "none ever", 1.05, inactive_alone),
        times("one f32, no scope alive", "none ever", 1.05, alone),
        times("one f32, a scope on another thread", "no scope alive", 1.3, elsewhere),
        times(
            "64 f32",
            "memcpy into a ring under a spin lock",
            1.5,
            ratio("Recording 64 f32", "ours", "memcpy into a ring, spin lock"),
        ),
        times("4096 f32", ring, 1.1, ratio("Recording 4096 f32", "ours", ring)),
        times("6x257x257 f32", ring, 1.05, ratio(&format!("Recording {MAP} f32"), "ours", ring)),
        bar(
            "two small shapes in turns under one key",
            "one shape, difference",
            60.0,
            more(),
            " ns",
        ),
        times(
            "a candle tensor by clone",
            "the clone plus a scalar",
            1.0,
            of(clone, "ours").zip(clone_and_scalar()).map(|(ours, sum)| ours / sum),
        ),
        times(
            "two threads, one key, one f32",
            "`ArrayQueue::force_push`",
            1.0,
            ratio(&format!("{pair}one f32"), "ours", "`ArrayQueue::force_push`"),
        ),
        times(
            "two threads, one key, 4096 f32",
            "`Mutex<VecDeque<Vec>>`",
            1.0,
            ratio(&format!("{pair}4096 f32"), "ours", "`Mutex<VecDeque<Vec>>`"),
        ),
        times(
            "two threads, one key, 6x257x257 f32",
            "one ring a thread",
            1.1,
            ratio(&format!("{pair}{MAP} f32"), "ours", "own ring each"),
        ),
        times(
            "`visit` over 1,000,000 scalars",
            "walking a `Vec` of the same records",
            1.2,
            ratio("`visit` over 1,000,000 scalars", "ours", "a `Vec` of the same records"),
        ),
        bar(
            "`cache()` of 1,000,000 scalars, a value",
            "",
            3.0,
            of(scalars, "ours, `cache()`"),
            " ns",
        ),
        bar(
            "`cache()` of 250 MB of maps",
            "",
            1.0,
            in_ms("A snapshot of 250 MB", "ours, `cache()`"),
            " ms",
        ),
        times(
            "`export` of 100 MB to a file",
            "one slice",
            1.2,
            export("`export` of 100 MB to a file"),
        ),
        times(
            "`export` of 900,000 scalars to a file",
            "one slice",
            2.0,
            export("`export` of 900,000 scalars to a file"),
        ),
        times(
            "`export` of 10,000 keys to a file",
            "one slice",
            2.0,
            export("`export` of 10,000 keys to a file"),
        ),
        times(
            "given memory, 10,000 values of mixed sizes in the ring",
            "10 values",
            1.1,
            ratio(memory, "10,000 values in the ring", "10 values in the ring"),
        ),
        times(
            "given memory, 10,000 values of mixed sizes in another ring",
            "10 values",
            1.1,
            ratio(memory, "10,000 values in another ring", "10 values in another ring"),
        ),
        times(
            "10,000 keys in turn",
            "`HistoryBuf`s in spin locks",
            2.0,
            ratio(keys, "ours", "`HistoryBuf`s in `spin::Mutex`es"),
        ),
        times(
            "a store of 10,000 keys",
            "of a few keys",
            1.05,
            ratio("10,000 keys", "10,000 keys", "few keys"),
        ),
        bar(
            "`report()` over 10,000 lines",
            "",
            20.0,
            in_ms(reports, "ours, `report()` as text"),
            " ms",
        ),
        bar(
            "`report().each_key` over 10,000 lines",
            "",
            20.0,
            in_ms(reports, "ours, `report().each_key`"),
            " ms",
        ),
        bar(
            "`explain` over 10,000 lines",
            "",
            20.0,
            in_ms(reports, "ours, `explain` of a key that is not there"),
            " ms",
        ),
        bar(
            "first hit of the 10,000th line",
            "",
            2000.0,
            of("The first hit of a line after 10,000 others", "ours"),
            " ns",
        ),
        times(
            "1,000,000 captures",
            "1,000 captures",
            1.05,
            ratio("1,000 captures, and 1,000,000", "1,000,000", "1,000"),
        ),
        times(
            "a ring 1,024 wide",
            "16 wide",
            1.05,
            ratio("A ring 16 wide, and 1,024", "1,024 wide", "16 wide"),
        ),
        times(
            "compiling 1,000 lines, off",
            "`tracing::trace!`, off",
            0.5,
            ratio("Compiling 1,000 lines", "ours, off", "tracing, off"),
        ),
        times(
            "compiling 1,000 lines, on",
            "`tracing::trace!`, on",
            1.0,
            ratio("Compiling 1,000 lines", "ours, on", "tracing, on"),
        ),
    ];
    bars.into_iter().flatten().collect()
}
