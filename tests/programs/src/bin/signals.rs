//! Captures a key while a signal handler captures the same one, thousands of times. Says whether every capture was counted.
//!
//! The first argument says where values live: on the `heap`, in given `memory`, or in a `scope` that the thread enters again and
//! again. With `own-key`, the handler has a key of its own in given memory, which it never has to wait for.

use std::{
    env,
    mem::MaybeUninit,
    ptr,
    sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
};

use anycapture::{Handle, capture, report};

const SIGNALS: u64 = 5_000;

static IN_HANDLER: AtomicU64 = AtomicU64::new(0);
static OWN_KEY: AtomicBool = AtomicBool::new(false);

extern "C" fn handler(_: libc::c_int) {
    capture_in_handler();
    if IN_HANDLER.load(Relaxed) < SIGNALS {
        send_signal();
    }
}

fn capture_in_handler() {
    let n = IN_HANDLER.fetch_add(1, Relaxed);
    if OWN_KEY.load(Relaxed) {
        capture!(handler, n);
    } else {
        capture!(signals, n);
    }
}

/// Has a signal come in 50 microseconds, once: one after the other at a fixed rate would leave the program no time where the
/// handler waits.
fn send_signal() {
    let once = libc::timeval { tv_sec: 0, tv_usec: 50 };
    let timer =
        libc::itimerval { it_interval: libc::timeval { tv_sec: 0, tv_usec: 0 }, it_value: once };
    // SAFETY: the kernel reads the timer; the call may be made in a handler.
    unsafe { libc::setitimer(libc::ITIMER_REAL, &raw const timer, ptr::null_mut()) };
}

fn install_handler() {
    let handler = handler as extern "C" fn(libc::c_int);
    // SAFETY: all zero is no flags and no mask; the handler calls nothing that allocates once its key has its memory.
    let done = unsafe {
        let mut action: libc::sigaction = MaybeUninit::zeroed().assume_init();
        action.sa_sigaction = handler as usize;
        action.sa_flags = libc::SA_RESTART;
        libc::sigaction(libc::SIGALRM, &raw const action, ptr::null_mut())
    };
    assert_eq!(done, 0);
}

/// Captures until so many signals have come.
fn capture_all(scope: Option<&Handle>) -> u64 {
    let mut n = 0_u64;
    while IN_HANDLER.load(Relaxed) < SIGNALS {
        let _entered = scope.map(Handle::enter);
        capture!(signals, n);
        n += 1;
    }
    n
}

/// How many captures were counted by the store that this thread is in, and how many of them as busy.
fn counted() -> (u64, u64) {
    let (mut all, mut busy) = (0, 0);
    report().each_key(|key, counts| {
        println!("{key}: {counts}");
        all += counts.kept() + counts.overwritten() + counts.refused();
        busy += counts.busy();
    });
    (all, busy)
}

/// Where values live. On the heap a ring takes memory until it is full: that is not for a handler to do.
fn prepare(kind: &str, scope: Option<&Handle>) {
    OWN_KEY.store(kind == "own-key", Relaxed);
    if kind == "memory" || kind == "own-key" {
        anycapture::set_memory(Box::leak(Box::new([0; 4096]))).expect("nothing was captured");
    }
    anycapture::activate();
    for scope in [None, scope] {
        let _entered = scope.map(Handle::enter);
        anycapture::set_size(16);
        (0..100).for_each(|_| capture_in_handler());
    }
}

fn main() {
    let kind = env::args().nth(1).expect("heap, memory, scope or own-key");
    let scope = (kind == "scope").then(Handle::new);
    prepare(&kind, scope.as_ref());
    let before = IN_HANDLER.swap(0, Relaxed);
    install_handler();
    send_signal();
    let in_main = capture_all(scope.as_ref());
    let in_handler = IN_HANDLER.load(Relaxed);
    let (mut all, mut busy) = counted();
    if let Some(scope) = &scope {
        let _entered = scope.enter();
        let (all_there, busy_there) = counted();
        (all, busy) = (all + all_there, busy + busy_there);
    }
    println!("{before} captures, {in_main} more, and {in_handler} in the handler");
    assert_eq!(all, before + in_main + in_handler);
    // Some signals come in the midst of a capture.
    assert_eq!(busy == 0, kind == "own-key", "{busy} refused");
}
