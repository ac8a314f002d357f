//! Stores of a thread's own.

use std::{
    cell::RefCell,
    future::{Future, pending, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind, panic_any},
    pin::{Pin, pin},
    sync::{
        Arc, Barrier,
        atomic::{AtomicUsize, Ordering::Relaxed},
        mpsc,
    },
    task::{Context, Poll, Waker},
    thread,
};

use anycapture::{Entered, Handle, Options, Scope, cache, capture, scope};

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
    assert_eq!(count("nested.n"), 2);
    drop(first);
    assert_eq!(count("nested.n"), 2, "the inner one goes on");
    let third = scope();
    assert_eq!(count("nested.n"), 0);
    thread::spawn(move || drop(third)).join().expect("it only drops");
    assert_eq!(count("nested.n"), 2, "the scope has ended here too");
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

/// Counts its clones, and captures when it is dropped.
struct Counted(Arc<AtomicUsize>);

impl Counted {
    fn new() -> Counted {
        Counted(Arc::new(AtomicUsize::new(1)))
    }

    fn alive(&self) -> usize {
        self.0.load(Relaxed)
    }
}

impl Clone for Counted {
    fn clone(&self) -> Counted {
        self.0.fetch_add(1, Relaxed);
        Counted(self.0.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
        let n = 1_u8;
        capture!(Counted::drop, n);
    }
}

/// The number of values that this thread reads under a key.
fn count(key: &str) -> usize {
    cache().get(key).map_or(0, <[_]>::len)
}

#[test]
fn what_a_scope_holds_goes_with_it_and_may_capture_then() {
    let _outer = scope();
    let counted = Counted::new();
    {
        let _inner = scope();
        capture!(f, counted);
        capture!(f, counted);
        assert_eq!(counted.alive(), 3);
    }
    assert_eq!(counted.alive(), 1);
    assert_eq!(count("Counted.drop.n"), 2, "into the scope around it");
}

#[test]
fn what_a_scope_holds_goes_with_it_though_a_handle_and_a_thread_are_left() {
    let _outer = scope();
    let counted = Counted::new();
    let inner = scope();
    let handle = inner.handle();
    let _entered = handle.enter();
    capture!(f, counted);
    assert_eq!(counted.alive(), 2);
    drop(inner);
    assert_eq!((counted.alive(), count("f.counted")), (1, 0));
    {
        let _entered_again = handle.enter();
        capture!(f, counted);
    }
    assert_eq!(count("f.counted"), 1, "a scope that has ended is entered in vain");
}

#[test]
fn what_a_scope_holds_goes_with_it_on_another_thread_too() {
    let _outer = scope();
    let counted = Counted::new();
    for _ in 0..100 {
        let inner = scope();
        capture!(f, counted);
        assert_eq!(counted.alive(), 2);
        thread::spawn(move || drop(inner)).join().expect("it only drops");
        assert_eq!((counted.alive(), count("f.counted")), (1, 0));
    }
}

#[test]
fn a_panic_ends_the_scopes_that_it_leaves() {
    let _outer = scope();
    let counted = Counted::new();
    let handle = Handle::new();
    let result = catch_unwind(AssertUnwindSafe(|| {
        let _inner = scope();
        let _entered = handle.enter();
        capture!(f, counted);
        assert_eq!(count("f.counted"), 1);
        panic_any("the model fails");
    }));
    assert!(result.is_err());
    assert_eq!(count("f.counted"), 0, "back in the outer one");
    capture!(f, counted);
    assert_eq!(count("f.counted"), 1);
    let _entered = handle.enter();
    assert_eq!(count("f.counted"), 1, "what was captured before the panic is there");
}

#[test]
fn a_thread_that_panics_leaves_a_scope_that_others_go_on_in() {
    let scope = scope();
    let handle = scope.handle();
    let x = 1_u8;
    let panics = thread::spawn(move || {
        let _entered = handle.enter();
        capture!(f, x);
        panic_any("the model fails");
    });
    assert!(panics.join().is_err());
    capture!(f, x);
    assert_eq!(count("f.x"), 2);
}

/// What a destructor of a user's `thread_local` does, before and after those of this crate have run.
struct AtExit(mpsc::Sender<usize>, Vec<Scope>, Option<Entered>);

impl Drop for AtExit {
    fn drop(&mut self) {
        let before = count("exit.x");
        let own = scope();
        let x = 1_u8;
        capture!(exit, x);
        let entered = own.handle().enter();
        capture!(exit, x);
        drop((own, entered));
        drop(self.1.pop());
        self.2 = None;
        let _ = self.0.send(before);
    }
}

#[test]
fn a_thread_may_end_in_a_scope_and_begin_scopes_while_it_ends() {
    thread_local! {
        static FIRST: RefCell<Option<AtExit>> = const { RefCell::new(None) };
        static LAST: RefCell<Option<AtExit>> = const { RefCell::new(None) };
    }
    let _outer = scope();
    let shared = Handle::new();
    let (sender, ended) = mpsc::channel();
    let handle = shared.clone();
    let thread = thread::spawn(move || {
        // Destructors run in one order or the other: one of these comes before that of the crate, and one behind it.
        FIRST.with(|first| first.borrow_mut().replace(AtExit(sender.clone(), vec![], None)));
        let forgotten = scope();
        let entered = handle.enter();
        let x = 2_u8;
        capture!(exit, x);
        let at_exit = AtExit(sender, vec![forgotten], Some(entered));
        LAST.with(|last| last.borrow_mut().replace(at_exit));
        std::mem::forget(handle.enter());
    });
    thread.join().expect("it ends");
    assert_eq!(ended.into_iter().count(), 2);
    assert_eq!(count("exit.x"), 0, "other threads have seen nothing of it");
    let _entered = shared.enter();
    assert!(count("exit.x") >= 1, "what was captured before the thread ended is there");
}

#[test]
fn a_scope_that_is_sent_away_outlives_the_thread_that_began_it() {
    let x = 1_u8;
    let inner = thread::spawn(move || {
        let inner = scope();
        capture!(sent, x);
        inner
    });
    let inner = inner.join().expect("it captures");
    assert_eq!(count("sent.x"), 0, "this thread is not in it");
    let _entered = inner.handle().enter();
    assert_eq!(count("sent.x"), 1);
    drop(inner);
    assert_eq!(count("sent.x"), 0);
}

#[test]
fn a_thread_that_entered_twice_leaves_twice() {
    let _outer = scope();
    let inner = Handle::new();
    let (first, second) = (inner.enter(), inner.enter());
    let x = 1_u8;
    capture!(twice, x);
    drop(first);
    capture!(twice, x);
    assert_eq!(count("twice.x"), 2);
    drop(second);
    assert_eq!(count("twice.x"), 0);
}

/// Polls once.
fn poll<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn a_future_is_in_its_scope_whenever_it_is_polled_and_nobody_else_is() {
    let _outer = scope();
    let [first, second] = [Handle::new(), Handle::new()];
    let work = async |handle: Handle, own: u32| {
        capture!(future, own);
        step().await;
        // Another scope within, also across an `await`.
        let inner = Handle::new();
        let within = inner.in_future(async {
            capture!(future, own = own + 100);
            step().await;
            count("future.own")
        });
        assert_eq!(within.await, 1);
        capture!(future, own = own + 1);
        drop(handle);
        cache()
    };
    let mut futures = [(&first, 10), (&second, 20)]
        .map(|(handle, own)| Box::pin(handle.in_future(work(handle.clone(), own))));
    for _ in 0..2 {
        for future in &mut futures {
            assert!(poll(future.as_mut()).is_pending());
            assert_eq!(count("future.own"), 0, "between polls this thread is in its own");
        }
    }
    for (mut future, own) in futures.into_iter().zip([10, 20]) {
        // It goes on on another thread.
        let polled = thread::spawn(move || poll(future.as_mut())).join().expect("it is polled");
        let Poll::Ready(cache) = polled else { panic!("it is done") };
        let numbers: Vec<u32> = cache["future.own"].iter().filter_map(|v| v.scalar()).collect();
        assert_eq!(numbers, [own, own + 1]);
    }
}

#[test]
fn a_future_that_is_given_up_or_panics_is_dropped_in_its_scope() {
    let _outer = scope();
    let [waits, panics, ends] = [Handle::new(), Handle::new(), Handle::new()];
    let mut given_up = Box::pin(waits.in_future(async {
        let _counted = Counted::new();
        pending::<()>().await;
    }));
    assert!(poll(given_up.as_mut()).is_pending());
    drop(given_up);
    let panicking = panics.in_future(async {
        let _counted = Counted::new();
        panic_any("the model fails");
    });
    assert!(catch_unwind(AssertUnwindSafe(|| poll(pin!(panicking)))).is_err());
    let counted = Counted::new();
    // It goes with the closure, at the end of the future.
    let ending = ends.in_future(poll_fn(move |_| Poll::Ready(counted.alive())));
    assert_eq!(poll(Box::pin(ending).as_mut()), Poll::Ready(1));
    assert_eq!(count("Counted.drop.n"), 0, "nothing in the scope around");
    for handle in [waits, panics, ends] {
        let _entered = handle.enter();
        assert_eq!(count("Counted.drop.n"), 1);
    }
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
