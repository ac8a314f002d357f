//! An allocator that fails: at the n-th request, or from the n-th on, for every n that a story has. Nothing aborts and
//! nothing panics, every value is counted, and afterwards everything works again.
#![cfg(all(feature = "capture", feature = "std"))]
#![deny(warnings)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::fmt::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;

use anycapture::{Array, Options, activate_with, capture, clear, report, set_size};

/// Fails for threads that ask for it.
struct Failing;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Mode {
    /// Every request goes through.
    Off,
    /// The request with this number fails.
    Once(usize),
    /// So do all behind it.
    From(usize),
}

thread_local! {
    static MODE: Cell<Mode> = const { Cell::new(Mode::Off) };
    /// Requests since the mode was set.
    static REQUESTS: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call goes on to the system's allocator as it came, or fails as it may.
unsafe impl GlobalAlloc for Failing {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        REQUESTS.set(REQUESTS.get() + 1);
        let fails = match MODE.get() {
            Mode::Off => false,
            Mode::Once(number) => REQUESTS.get() == number,
            Mode::From(number) => REQUESTS.get() >= number,
        };
        if fails { std::ptr::null_mut() } else { unsafe { System.alloc(layout) } }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        unsafe { System.dealloc(place, layout) }
    }
}

#[global_allocator]
static FAILING: Failing = Failing;

/// Runs `f` with an allocator that fails; whether it did.
fn with_mode(mode: Mode, f: impl FnOnce()) -> bool {
    REQUESTS.set(0);
    MODE.set(mode);
    f();
    MODE.set(Mode::Off);
    match mode {
        Mode::Off => false,
        Mode::Once(number) | Mode::From(number) => REQUESTS.get() >= number,
    }
}

/// A type of the user whose clone allocates nothing.
#[derive(Clone)]
struct Tag(u64);

/// One with a conversion, which fails where there is no memory.
#[derive(Clone)]
struct Meter(f32);

fn convert(meter: &Meter) -> Result<Array, &'static str> {
    let mut values = Vec::new();
    values.try_reserve_exact(4200).map_err(|_| "no memory for the numbers")?;
    values.resize(4200, meter.0);
    Ok(Array::new(&[4200], values))
}

/// A text on the stack.
struct Fixed([u8; 16384], usize);

impl Write for Fixed {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        let to = self
            .0
            .get_mut(self.1..)
            .and_then(|to| to.get_mut(..text.len()))
            .ok_or(std::fmt::Error)?;
        to.copy_from_slice(text.as_bytes());
        self.1 += text.len();
        Ok(())
    }
}

const KEYS: [&str; 11] = [
    "alloc.scalar",
    "alloc.row",
    "alloc.map",
    "alloc.text",
    "alloc.tag",
    "alloc.tags",
    "alloc.meter",
    "alloc.maybe",
    "alloc.each",
    "alloc.type",
    "alloc.mixed",
];

/// Values of every kind: one capture of each key.
fn capture_all(map: &[f32], tags: &[Tag], nth: usize) {
    capture!(alloc, scalar = nth, row = &map[..64]; index = nth);
    capture!(alloc, map, text = "a text", tag = Tag(nth as u64), tags);
    capture!(alloc, meter = Meter(0.5), r#type = nth, maybe = (nth % 2 == 0).then_some(Tag(1)));
    capture!(alloc, each = anycapture::each(map.iter().map(|x| x * 2.0)));
    match nth % 4 {
        0 => capture!(alloc, mixed = nth),
        1 => capture!(alloc, mixed = Tag(nth as u64)),
        2 => capture!(alloc, mixed = map),
        _ => capture!(alloc, mixed[2, 3] = &map[..6]),
    }
}

/// Every operation that has no right to abort or to panic. Says how often each key was captured.
fn story(map: &[f32], tags: &[Tag]) -> u64 {
    const ROUNDS: usize = 4;
    activate_with(Options::new().only(&["alloc.*", "other"]).convert(convert));
    for nth in 0..ROUNDS {
        capture_all(map, tags, nth);
    }
    let held = anycapture::try_cache();
    set_size(3);
    for nth in 0..ROUNDS {
        capture_all(map, tags, nth);
    }
    let _ = anycapture::visit(|value| assert!(value.key().starts_with("alloc.")));
    let mut size = 0;
    let written = anycapture::export(|piece| {
        size += piece.len();
        Ok::<(), ()>(())
    });
    assert_eq!((written, size > 8), (Ok(()), true));
    let mut text = Fixed([0; 16384], 0);
    write!(text, "{}", report()).expect("the report is shorter");
    if let Ok(held) = held {
        assert_eq!(held.export(|_| Ok::<(), ()>(())), Ok(()));
        let words = held.explain("alloc.scalra");
        assert!(words.is_empty() || words.starts_with("`alloc.scalra` has no value"));
    }
    let mut left = 5;
    let drained = anycapture::drain(|_| {
        left -= 1;
        if left == 0 { Err(()) } else { Ok(()) }
    });
    assert!(drained.is_ok() || left == 0);
    drop(anycapture::try_take());
    for nth in 0..ROUNDS {
        capture_all(map, tags, nth);
    }
    activate_with(Options::new().max_size(2).max_bytes(1 << 20));
    clear();
    for nth in 0..ROUNDS {
        capture_all(map, tags, nth);
    }
    4 * ROUNDS as u64
}

/// All that became of the values of a key.
fn counted(key: &str) -> u64 {
    report().key(key).map_or(0, |key| {
        key.kept()
            + key.overwritten()
            + key.cleared()
            + key.taken()
            + key.filtered()
            + key.absent()
            + key.refused()
            + key.unconverted()
    })
}

/// The same by the process, for a thread in a scope: where there is no memory for the scope's own counts, they go there.
fn counted_elsewhere(scope: bool) -> [u64; KEYS.len()] {
    let count = || KEYS.map(counted);
    if scope { std::thread::spawn(count).join().expect("it counts") } else { [0; KEYS.len()] }
}

/// Runs the story with an allocator that fails, in the store of this thread. Says whether it did.
fn tell(mode: Mode, scope: bool) -> bool {
    let (map, tags) = (vec![0.5_f32; 4200], vec![Tag(1), Tag(2)]);
    let (before, elsewhere) = (KEYS.map(counted), counted_elsewhere(scope));
    let mut captured = 0;
    let failed = with_mode(mode, || captured = story(&map, &tags));
    let elsewhere_now = counted_elsewhere(scope);
    for (nth, key) in KEYS.iter().enumerate() {
        let counted = counted(key) - before[nth] + elsewhere_now[nth] - elsewhere[nth];
        assert_eq!(counted, captured, "{mode:?}: {key}: {:?}", report().key(key));
    }
    works_again(&map, &tags, mode);
    failed
}

fn works_again(map: &[f32], tags: &[Tag], mode: Mode) {
    activate_with(Options::new().only(&["*"]).max_size(100).max_bytes(64 << 20).convert(convert));
    clear();
    (0..4).for_each(|nth| capture_all(map, tags, nth));
    let cache = anycapture::cache();
    for key in KEYS {
        let expected = if key == "alloc.maybe" { 2 } else { 4 };
        assert_eq!(cache.get(key).map(<[_]>::len), Some(expected), "{mode:?}: {key}");
    }
    assert_eq!(cache["alloc.each"][3].as_slice::<f32>(), Some(&[1.0; 4200][..]));
    assert_eq!(cache["alloc.meter"][3].as_slice::<f32>(), Some(&[0.5; 4200][..]));
    assert_eq!(cache["alloc.tag"][3].downcast_ref::<Tag>().map(|tag| tag.0), Some(3));
    assert_eq!(cache["alloc.text"][3].downcast_ref::<String>().map(String::as_str), Some("a text"));
    let written = anycapture::export(|_| Ok::<(), ()>(()));
    assert_eq!(written, Ok(()));
    clear();
}

/// Runs `tell` with every number of a request until none fails.
fn tell_all(mode: fn(usize) -> Mode, mut tell: impl FnMut(Mode) -> bool) {
    let last = (1..100_000).find(|number| !tell(mode(*number))).expect("a story has an end");
    assert!(last > 100, "the story has {last} requests");
}

#[test]
fn a_failing_allocator_refuses_and_counts() {
    for mode in [Mode::Once, Mode::From] {
        tell_all(mode, |mode| {
            let _scope = anycapture::scope();
            tell(mode, true)
        });
    }
}

/// A store that has nothing to be reused, in a process of its own.
#[test]
fn a_failing_allocator_refuses_and_counts_in_a_new_process() {
    const VARIABLE: &str = "ANYCAPTURE_FAILS_AT";
    if let Ok(told) = std::env::var(VARIABLE) {
        let (mode, number) = told.split_once(' ').expect("a mode and a number");
        let number = number.parse().expect("a number");
        let mode = if mode == "once" { Mode::Once(number) } else { Mode::From(number) };
        let failed = tell(mode, false);
        println!("{}", if failed { "it failed" } else { "nothing failed" });
        return;
    }
    let run = |mode: Mode| {
        let told = match mode {
            Mode::Once(number) => format!("once {number}"),
            Mode::From(number) => format!("from {number}"),
            Mode::Off => unreachable!("every process has a mode"),
        };
        let mut process = Command::new(std::env::current_exe().expect("this program"));
        process.args([
            "--exact",
            "--nocapture",
            "a_failing_allocator_refuses_and_counts_in_a_new_process",
        ]);
        let output = process.env(VARIABLE, told).output().expect("it runs");
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success(),
            "{mode:?}: {text}{}",
            String::from_utf8_lossy(&output.stderr)
        );
        text.contains("it failed")
    };
    for mode in [Mode::Once, Mode::From] {
        // Every request of the first steps, which make the store, and some of the later ones.
        let failed = (1..150)
            .chain((150..2_000).step_by(23))
            .take_while(|number| run(mode(*number)))
            .count();
        assert!(failed > 80, "the story has {failed} requests");
    }
}

/// `cache`, `take` and the lists of a snapshot say in a panic that there is no memory.
#[test]
fn a_snapshot_without_memory_panics_with_the_documented_words() {
    let _scope = anycapture::scope();
    let (map, tags) = (vec![0.5_f32; 4200], vec![Tag(1), Tag(2)]);
    (0..8).for_each(|nth| capture_all(&map, &tags, nth));
    let mut messages = Vec::new();
    for number in 1..1_000 {
        let mut panicked = Ok(());
        let failed = with_mode(Mode::Once(number), || {
            panicked = catch_unwind(AssertUnwindSafe(|| {
                let cache = anycapture::cache();
                assert_eq!(
                    cache.iter().map(|(_, values)| values.len()).sum::<usize>(),
                    8 * KEYS.len() - 4
                );
                assert_eq!(cache.in_order().len(), 8 * KEYS.len() - 4);
                drop(cache.clone());
            }));
        });
        match panicked {
            Ok(()) if !failed => break,
            Ok(()) => {}
            Err(panic) => messages.push(panic.downcast_ref::<&str>().map_or_else(
                || panic.downcast_ref::<String>().cloned().unwrap_or_default(),
                |text| text.to_string(),
            )),
        }
    }
    assert!(messages.len() > 20, "{messages:?}");
    assert!(messages.iter().all(|message| message.contains("no memory")), "{messages:?}");
}
