//! Stores of a thread's own.

use std::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    sync::{
        Barrier,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    task::{Context, Poll, Waker},
    thread,
};

use anycapture::{Options, cache, capture, scope};

/// What one request computes.
fn serve(request: u32) -> Vec<u32> {
    let _scope = scope();
    for n in 0..100_u32 {
        capture!(request, own = request * 1_000 + n, map = [request; 40]);
        thread::yield_now();
    }
    let cache = cache();
    assert_eq!(cache["request.map"].len(), 100);
    assert!(cache["request.map"].iter().all(|v| v.as_slice() == Some(&[request; 40])));
    cache["request.own"].iter().filter_map(|v| v.scalar()).collect()
}

#[test]
fn requests_on_threads_do_not_see_the_values_of_each_other() {
    let all = Barrier::new(4);
    thread::scope(|threads| {
        for request in 0..4 {
            let all = &all;
            threads.spawn(move || {
                all.wait();
                let own = serve(request);
                assert_eq!(own, (request * 1_000..request * 1_000 + 100).collect::<Vec<_>>());
            });
        }
    });
}

/// Lets others go on once.
fn step() -> impl Future<Output = ()> {
    let mut first = true;
    poll_fn(move |_| if std::mem::take(&mut first) { Poll::Pending } else { Poll::Ready(()) })
}

/// Tasks of one thread take turns in the midst of each other, so each enters its scope whenever it goes on.
#[test]
fn requests_in_tasks_of_one_thread_do_not_see_the_values_of_each_other() {
    async fn request(id: u32) -> usize {
        let scope = scope();
        let handle = scope.handle();
        let mut work = pin!(async {
            for n in 0..100_u32 {
                capture!(task, own = id * 1_000 + n);
                step().await;
            }
            let cache = cache();
            let own = cache["task.own"].iter().filter_map(|v| v.scalar::<u32>());
            assert!(own.eq(id * 1_000..id * 1_000 + 100));
            cache["task.own"].len()
        });
        poll_fn(|context| {
            let _entered = handle.enter();
            work.as_mut().poll(context)
        })
        .await
    }
    let mut tasks: Vec<Pin<Box<dyn Future<Output = usize>>>> =
        (0..4).map(|id| Box::pin(request(id)) as Pin<Box<_>>).collect();
    let mut context = Context::from_waker(Waker::noop());
    let mut kept = Vec::new();
    while !tasks.is_empty() {
        tasks.retain_mut(|task| match task.as_mut().poll(&mut context) {
            Poll::Ready(count) => {
                kept.push(count);
                false
            }
            Poll::Pending => true,
        });
    }
    assert_eq!(kept, [100; 4]);
}

#[test]
fn a_test_reads_the_shape_that_it_has_captured() {
    fn forward(n: usize) {
        let map = vec![0.5_f32; n * n];
        capture!(model, map[n, n]);
    }
    let together = Barrier::new(2);
    thread::scope(|threads| {
        for n in [2, 3] {
            let together = &together;
            threads.spawn(move || {
                let _scope = scope();
                together.wait();
                forward(n);
                together.wait();
                assert_eq!(cache()["model.map"].len(), 1);
                assert_eq!(cache()["model.map"][0].shape(), [n, n]);
            });
        }
    });
}

#[test]
fn another_thread_joins_by_a_handle_and_leaves_again() {
    let outer = scope();
    let handle = outer.handle();
    let n = 1_u32;
    capture!(joined, n);
    thread::spawn(move || {
        let own = scope();
        let (here, there) = (2_u32, 3_u32);
        capture!(joined, n = here);
        {
            let _entered = handle.enter();
            capture!(joined, n = there);
            assert_eq!(cache()["joined.n"].len(), 2);
        }
        assert_eq!(cache()["joined.n"].len(), 1, "back in its own");
        drop(own);
    })
    .join()
    .expect("the thread checks");
    let cache = cache();
    let numbers: Vec<_> = cache["joined.n"].iter().filter_map(|v| v.scalar::<u32>()).collect();
    assert_eq!(numbers, [1, 3]);
    assert_ne!(cache["joined.n"][0].thread(), cache["joined.n"][1].thread());
    drop(outer);
}

#[test]
fn scopes_nest_and_may_end_in_any_order_and_on_another_thread() {
    let n = 0_u8;
    let first = scope();
    capture!(nested, n);
    let second = scope();
    capture!(nested, n);
    capture!(nested, n);
    let count = || cache().get("nested.n").map_or(0, <[_]>::len);
    assert_eq!(count(), 2);
    drop(first);
    assert_eq!(count(), 2, "the inner one goes on");
    let third = scope();
    assert_eq!(count(), 0);
    thread::spawn(move || drop(third)).join().expect("it only drops");
    assert_eq!(count(), 2, "the scope has ended here too");
    drop(second);
}

#[test]
fn options_filters_counts_and_the_switch_are_of_the_scope() {
    let _outer = scope();
    let x = 1_u8;
    {
        let _inner = scope();
        anycapture::activate_with(Options::new().max_size(1).only(&["inner.*"]));
        for _ in 0..3 {
            capture!(inner, x);
            capture!(outer, x);
        }
        assert_eq!(cache().keys().collect::<Vec<_>>(), ["inner.x"]);
        let counts = anycapture::report().key("outer.x").expect("it was hit");
        assert_eq!(counts.filtered(), 3);
        anycapture::deactivate();
        assert!(!anycapture::is_active());
    }
    assert!(anycapture::is_active());
    assert!(anycapture::report().key("outer.x").is_none(), "counts are those of the scope");
    for _ in 0..3 {
        capture!(outer, x);
    }
    assert_eq!(cache()["outer.x"].len(), 3);
}

static ALIVE: AtomicUsize = AtomicUsize::new(0);

struct Counted;

impl Clone for Counted {
    fn clone(&self) -> Counted {
        ALIVE.fetch_add(1, Relaxed);
        Counted
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        ALIVE.fetch_sub(1, Relaxed);
        let n = 1_u8;
        capture!(Counted::drop, n);
    }
}

#[test]
fn what_a_scope_holds_goes_with_it_and_may_capture_then() {
    let _outer = scope();
    ALIVE.fetch_add(1, Relaxed);
    let counted = Counted;
    {
        let _inner = scope();
        capture!(f, counted);
        capture!(f, counted);
        assert_eq!(ALIVE.load(Relaxed), 3);
    }
    assert_eq!(ALIVE.load(Relaxed), 1);
    assert_eq!(cache()["Counted.drop.n"].len(), 2, "into the scope around it");
}

#[test]
fn a_cache_outlives_its_scope() {
    let cache = {
        let _scope = scope();
        let row = [1.5_f32; 3];
        capture!(f, row);
        cache()
    };
    assert_eq!(cache["f.row"][0].as_slice(), Some(&[1.5_f32; 3][..]));
}
