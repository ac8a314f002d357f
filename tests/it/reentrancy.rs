//! User code that captures, reads or panics while a capture or a walk is under way.

use std::{
    fmt::{self, Write},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Barrier, Mutex,
        atomic::{AtomicU32, Ordering::Relaxed},
        mpsc,
    },
    thread,
    time::Duration,
};

use anycapture::{cache, capture, drain, report, take, visit};

use crate::alone;

/// Captures in everything that it does.
struct Chatty(u32);

static DROPS: AtomicU32 = AtomicU32::new(0);

impl Clone for Chatty {
    fn clone(&self) -> Chatty {
        let n = self.0;
        capture!(Chatty::clone, n);
        let _ = cache().len();
        Chatty(n)
    }
}

impl Drop for Chatty {
    fn drop(&mut self) {
        let n = self.0;
        DROPS.fetch_add(1, Relaxed);
        capture!(Chatty::drop, n);
        let _ = visit(|_| {});
    }
}

impl fmt::Display for Chatty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n = self.0;
        capture!(Chatty::fmt, n);
        write!(f, "{n}")
    }
}

#[test]
fn clone_drop_and_display_may_capture() {
    let _alone = alone();
    anycapture::set_size(2);
    for n in 0..5 {
        let chatty = Chatty(n);
        capture!(f, chatty, shown = chatty.to_string());
    }
    assert_eq!(cache()["f.chatty"][1].downcast_ref::<Chatty>().map(|c| c.0), Some(4));
    anycapture::set_size(1);
    anycapture::clear();
    let counts = |key: &str| report().key(key).expect("was hit");
    assert!(counts("Chatty.clone.n").overwritten() > 0);
    let dropped = counts("Chatty.drop.n");
    assert!(dropped.kept() + dropped.cleared() > 0, "dropped by `clear`");
    assert_eq!(counts("Chatty.fmt.n").cleared(), 1);
    let chatty = Chatty(9);
    capture!(f, chatty);
    drop(chatty);
    drop(take());
}

#[test]
fn a_closure_of_visit_may_capture_read_and_clear() {
    let _alone = alone();
    let text = "x";
    for n in 0..3_u32 {
        capture!(f, n, text, big = vec![n; 1000]);
    }
    let mut shown = 0;
    let visited = visit(|value| {
        shown += 1;
        let length = value.bytes().len();
        capture!(seen, length);
        capture!(f, n = 7_u32, text = "y");
        let _ = visit(|inner| assert!(!inner.key().is_empty()));
        let _ = (cache(), report().to_string());
    });
    assert_eq!(shown, 9, "what came during the walk is left out of it");
    assert!(visited.is_complete() && visited.values() == 9);
    assert_eq!(cache()["seen.length"].len(), 9);
    assert_eq!(cache()["f.n"].len(), 12);
    assert_eq!(cache()["f.text"].len(), 12);
    let _ = visit(|_| anycapture::clear());
    assert!(cache().is_empty());
}

#[test]
fn a_value_on_show_may_be_overwritten_or_taken() {
    let _alone = alone();
    anycapture::set_size(1);
    let text = "first";
    capture!(f, text);
    let _ = visit(|value| {
        capture!(f, text = "second");
        assert_eq!(value.downcast_ref::<String>().map(String::as_str), Some("first"));
    });
    assert_eq!(cache()["f.text"][0].downcast_ref::<String>().map(String::as_str), Some("second"));
    let mut taken = None;
    let _ = visit(|value| {
        taken = Some(take());
        assert_eq!(value.to_string(), "second", "it is shared");
    });
    assert_eq!(taken.expect("one was shown")["f.text"].len(), 1);
    assert!(take().is_empty(), "it was handed out");
}

#[derive(Debug)]
struct Bomb(bool);

impl Clone for Bomb {
    fn clone(&self) -> Bomb {
        assert!(!self.0, "boom");
        Bomb(false)
    }
}

#[test]
fn a_panic_in_clone_passes_through_and_the_store_is_sound() {
    let _alone = alone();
    anycapture::set_size(2);
    for n in 0..6 {
        let bomb = Bomb(n % 2 == 1);
        let result = catch_unwind(|| capture!(f, bomb, n));
        assert_eq!(result.is_err(), n % 2 == 1);
    }
    assert_eq!(cache()["f.bomb"].len(), 2);
    assert_eq!(cache()["f.n"].len(), 2);
}

#[test]
fn a_panic_in_drop_or_in_a_closure_leaves_the_store_sound() {
    struct Mine(bool);
    impl Clone for Mine {
        fn clone(&self) -> Mine {
            Mine(self.0)
        }
    }
    impl Drop for Mine {
        fn drop(&mut self) {
            if self.0 && !std::thread::panicking() {
                self.0 = false;
                panic!("boom");
            }
        }
    }
    let _alone = alone();
    anycapture::set_size(1);
    let mut mine = Mine(true);
    capture!(f, mine);
    mine.0 = false;
    assert!(catch_unwind(AssertUnwindSafe(|| capture!(f, mine))).is_err(), "the old value's drop");
    assert_eq!(cache()["f.mine"].len(), 1, "the new value is kept");
    capture!(f, mine);
    assert_eq!(cache()["f.mine"].len(), 1);
    assert!(catch_unwind(|| visit(|_| panic!("boom"))).is_err());
    assert_eq!(cache()["f.mine"].len(), 1);
    let counts = report().key("f.mine").expect("was hit");
    assert_eq!((counts.kept(), counts.overwritten(), counts.refused()), (1, 2, 0), "{counts}");
}

/// Fails, and does not hang, if `work` does.
fn within_a_minute(work: impl FnOnce() + Send + 'static) {
    let (done, is_done) = mpsc::channel();
    let worker = thread::spawn(move || {
        work();
        done.send(()).expect("somebody listens");
    });
    assert!(is_done.recv_timeout(Duration::from_secs(60)).is_ok(), "a deadlock");
    worker.join().expect("it has ended");
}

#[test]
fn a_drop_under_new_limits_may_capture() {
    let alone = alone();
    let handle = alone.handle();
    within_a_minute(move || {
        struct First;
        impl Clone for First {
            fn clone(&self) -> First {
                First
            }
        }
        impl Drop for First {
            fn drop(&mut self) {
                let n = 1_u8;
                capture!(First::drop, n);
                let _ = report().to_string();
            }
        }
        let _entered = handle.enter();
        for _ in 0..3 {
            // Kept without a drop of its own, so that the first one comes from the limit.
            let first = std::mem::ManuallyDrop::new(First);
            let inner: &First = &first;
            capture!(f, inner);
        }
        anycapture::activate_with(anycapture::Options::new().max_size(1));
    });
    assert!(!cache()["First.drop.n"].is_empty());
    // What is left would capture when the next test clears it.
    anycapture::deactivate();
    anycapture::clear();
}

#[test]
fn walks_on_two_threads_may_hold_walks() {
    let alone = alone();
    let handle = alone.handle();
    for n in 0..4_u32 {
        capture!(crossed, text = n.to_string());
    }
    within_a_minute(move || {
        let both = Barrier::new(2);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let _entered = handle.enter();
                    both.wait();
                    for _ in 0..200 {
                        let _ = visit(|_| assert!(cache().len() <= 1));
                    }
                });
            }
        });
    });
    assert_eq!(cache()["crossed.text"].len(), 4);
}

/// Each of two threads shows while the other needs what it holds: a lock of the program's, or the thread itself.
#[test]
fn readers_that_wait_for_each_other_outside_of_the_store_do_not_deadlock() {
    let alone = alone();
    let handle = alone.handle();
    let tensor = Bomb(false);
    for n in 0..4_u32 {
        capture!(lent, tensor, text = n.to_string());
    }
    within_a_minute(move || {
        let _entered = handle.enter();
        let output = Mutex::new(String::new());
        thread::scope(|scope| {
            scope.spawn(|| {
                let _entered = handle.enter();
                for _ in 0..200 {
                    let _ = visit(|value| output.lock().expect("sound").push_str(value.key()));
                }
            });
            scope.spawn(|| {
                let _entered = handle.enter();
                for _ in 0..200 {
                    let mut output = output.lock().expect("sound");
                    write!(output, "{}", cache()).expect("a `String` takes all");
                }
            });
        });
        let _ = visit(|_| {
            let handle = handle.clone();
            let other = thread::spawn(move || {
                let _entered = handle.enter();
                cache().len()
            });
            assert_eq!(other.join().expect("it reads"), 2);
        });
        let _ = drain(|_| {
            let handle = handle.clone();
            let other = thread::spawn(move || {
                let _entered = handle.enter();
                let n = 1_u8;
                capture!(lent, n);
                report().to_string()
            });
            other.join().map(|_| ())
        });
    });
}

/// The code in all the places where the store calls it, each of which may use the store.
#[test]
fn no_lock_is_held_while_the_users_code_runs() {
    fn use_the_store() {
        let n = 1_u8;
        capture!(inner, n, row = [n; 100], large = vec![n; 20_000], text = "x");
        let _ = (cache().len(), report().to_string().len());
        let _ = visit(|_| {});
    }
    struct Caller;
    impl Clone for Caller {
        fn clone(&self) -> Caller {
            use_the_store();
            Caller
        }
    }
    impl Drop for Caller {
        fn drop(&mut self) {
            use_the_store();
        }
    }
    impl Iterator for Caller {
        type Item = f32;
        fn next(&mut self) -> Option<f32> {
            use_the_store();
            Some(1.0)
        }
        fn size_hint(&self) -> (usize, Option<usize>) {
            use_the_store();
            (3, Some(3))
        }
    }
    impl ExactSizeIterator for Caller {}
    let alone = alone();
    let handle = alone.handle();
    within_a_minute(move || {
        let _entered = handle.enter();
        anycapture::set_size(2);
        let caller = Caller;
        for _ in 0..4 {
            capture!(calling, caller, slice = &[Caller, Caller][..], optional = Some(Caller));
            capture!(calling, elements = anycapture::each(Caller));
            capture!(calling, computed = { use_the_store(); 1_u8 }; index = { use_the_store(); 1 });
        }
        anycapture::set_size(1);
        let _ = drain(|_| {
            use_the_store();
            Ok::<(), ()>(())
        });
        let _ = anycapture::export(|_| {
            use_the_store();
            Ok::<(), ()>(())
        });
        capture!(calling, caller);
        drop(take());
        anycapture::clear();
    });
    // What is left would capture when the next test clears it.
    anycapture::deactivate();
    anycapture::clear();
}
