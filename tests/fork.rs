//! A process that was forked while another thread captured goes on: it loses values, and says so, but does not hang.
#![cfg(all(feature = "capture", feature = "std", target_os = "linux"))]
#![deny(warnings)]

use std::{
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    thread,
    time::{Duration, Instant},
};

use anycapture::{cache, capture, report, try_cache};

// The standard library has no `fork`, and is linked with the C library that has.
unsafe extern "C" {
    fn fork() -> i32;
    fn waitpid(process: i32, status: *mut i32, options: i32) -> i32;
    fn kill(process: i32, signal: i32) -> i32;
    fn _exit(status: i32) -> !;
}

const WITHOUT_WAITING: i32 = 1;
const KILL: i32 = 9;

/// What a child does. It exits with 0 if every value that it captured is counted.
fn child() -> i32 {
    let large = [1.0_f32; 5_000];
    for n in 0..100_u32 {
        capture!(child, n, large);
    }
    let _ = try_cache();
    let _ = anycapture::visit(|_| {});
    let _ = anycapture::export(|_| Ok::<(), ()>(()));
    anycapture::clear();
    let counts = report().key("child.n").unwrap_or_default();
    let kept = counts.kept() + counts.overwritten() + counts.cleared();
    i32::from(kept + counts.refused() != 100)
}

#[test]
fn a_forked_child_does_not_wait_for_ever() {
    let stop = AtomicBool::new(false);
    let _session = anycapture::session();
    anycapture::set_size(16);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let map = vec![1.0_f32; 2_000];
                while !stop.load(Relaxed) {
                    capture!(parent, map, x = map[0], text = "text");
                }
            });
        }
        // All at once: each may wait for a second.
        let mut children: Vec<i32> = (0..60)
            .map(|_| {
                thread::sleep(Duration::from_micros(300));
                // SAFETY: the child touches nothing but the store, and leaves by `_exit`.
                match unsafe { fork() } {
                    0 => unsafe { _exit(child()) },
                    process => process,
                }
            })
            .collect();
        stop.store(true, Relaxed);
        let start = Instant::now();
        let mut failed = 0;
        while !children.is_empty() && start.elapsed() < Duration::from_secs(120) {
            children.retain(|&process| {
                let mut status = 0;
                // SAFETY: `status` is there to be written.
                let exited = unsafe { waitpid(process, &raw mut status, WITHOUT_WAITING) } != 0;
                failed += i32::from(exited && status != 0);
                !exited
            });
            thread::sleep(Duration::from_millis(10));
        }
        for process in &children {
            // SAFETY: it is a child of this process.
            unsafe { kill(*process, KILL) };
        }
        assert_eq!((children.len(), failed), (0, 0), "children that hang, and that failed");
    });
    assert_eq!(cache()["parent.x"].len(), 16, "the parent goes on");
    assert!(report().key("child.n").is_none());
}
