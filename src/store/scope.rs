//! Which store a thread uses: that of its innermost scope, or that of the process.
//!
//! One word, [`SWITCH`](super::control::SWITCH), holds whether the process records and how many scopes there are, so a line that
//! is inactive everywhere reads one word. Only while a scope lives does a thread read the number of its own scopes, and only if
//! that isn't zero, their list.

use super::control::{PROCESS, Store};

#[cfg(not(feature = "std"))]
mod process_only {
    use super::{PROCESS, Store};

    #[inline(always)]
    pub(crate) fn is_active() -> bool {
        PROCESS.is_active()
    }

    /// Runs `f` with the store of this thread.
    #[inline]
    pub(crate) fn with_store<R>(f: impl FnOnce(&Store) -> R) -> R {
        f(&PROCESS)
    }

    /// Whether every thread records into the store of the process.
    #[cfg(feature = "alloc")]
    #[inline(always)]
    pub(crate) fn is_process_active() -> bool {
        PROCESS.is_active()
    }
}

#[cfg(all(feature = "alloc", not(feature = "std")))]
pub(crate) use process_only::is_process_active;
#[cfg(not(feature = "std"))]
pub(crate) use process_only::{is_active, with_store};
#[cfg(feature = "std")]
pub use scoped::{Entered, Handle, Scope};
#[cfg(feature = "std")]
pub(crate) use scoped::{is_active, is_process_active, with_store};

#[cfg(feature = "std")]
mod scoped {
    use alloc::{sync::Arc, vec::Vec};
    use core::{
        cell::{Cell, RefCell},
        fmt,
        future::{Future, poll_fn},
        marker::PhantomData,
        pin::pin,
        sync::atomic::{
            AtomicBool,
            Ordering::{Relaxed, SeqCst},
            compiler_fence,
        },
    };

    use super::super::control::{PROCESS_IS_ACTIVE, SWITCH};
    use super::{PROCESS, Store};

    std::thread_local! {
        /// The scopes that this thread is in, the innermost last.
        static SCOPES: RefCell<Vec<Arc<Inner>>> = const { RefCell::new(Vec::new()) };
        /// Their number. A line on a thread without scopes reads nothing else: without a destructor, that is one load.
        static DEPTH: Cell<usize> = const { Cell::new(0) };
    }

    /// A scope. It lives as long as its `Scope`, a handle, or a thread that has entered it.
    struct Inner {
        store: Store,
        /// Whether its `Scope` was dropped, perhaps by another thread.
        ended: AtomicBool,
    }

    impl Inner {
        fn new() -> Arc<Inner> {
            let inner = Inner { store: Store::of_scope(), ended: AtomicBool::new(false) };
            inner.store.activate();
            Arc::new(inner)
        }
    }

    /// Added to the switch for each live scope and each entered one.
    const SCOPE: usize = 2;

    /// One load if nothing is active; while any scope lives, the store of this thread is checked.
    #[inline(always)]
    pub(crate) fn is_active() -> bool {
        let switch = SWITCH.load(Relaxed);
        switch != 0 && (switch == PROCESS_IS_ACTIVE || is_active_here())
    }

    #[cold]
    fn is_active_here() -> bool {
        if DEPTH.get() == 0 {
            return PROCESS.is_active();
        }
        // The flag itself: this store is not that of the process.
        let is_active = read(|scopes| Some(innermost(scopes)?.store.active().load(Relaxed)));
        is_active.unwrap_or_else(|| PROCESS.is_active())
    }

    /// Whether this thread records into the store of the process.
    #[inline(always)]
    pub(crate) fn is_process_active() -> bool {
        let switch = SWITCH.load(Relaxed);
        switch == PROCESS_IS_ACTIVE || (switch & PROCESS_IS_ACTIVE != 0 && DEPTH.get() == 0)
    }

    /// Runs `f` with the store of this thread.
    #[inline]
    pub(crate) fn with_store<R>(f: impl FnOnce(&Store) -> R) -> R {
        if SWITCH.load(Relaxed) < SCOPE || DEPTH.get() == 0 {
            return f(&PROCESS);
        }
        // Nothing is borrowed while `f` runs.
        match read(|scopes| innermost(scopes).cloned()) {
            Some(scope) => f(&scope.store),
            None => f(&PROCESS),
        }
    }

    /// The innermost scope that lives.
    fn innermost(scopes: &[Arc<Inner>]) -> Option<&Arc<Inner>> {
        scopes.iter().rev().find(|scope| !scope.ended.load(Relaxed))
    }

    /// Reads the scopes of this thread. A thread that is ending has none, and a signal handler that interrupted a change sees none.
    /// The fences keep the compiler from reordering accesses that a handler must see in order.
    fn read<R>(f: impl FnOnce(&[Arc<Inner>]) -> Option<R>) -> Option<R> {
        let read = |scopes: &RefCell<Vec<_>>| {
            let scopes = scopes.try_borrow().ok()?;
            compiler_fence(SeqCst);
            let result = f(&scopes);
            compiler_fence(SeqCst);
            result
        };
        SCOPES.try_with(read).ok().flatten()
    }

    /// Changes the scopes of this thread, unless it is ending or this is a signal handler that interrupted another use of them.
    fn change<R>(f: impl FnOnce(&mut Vec<Arc<Inner>>) -> R) -> Option<R> {
        let change = |scopes: &RefCell<Vec<_>>| {
            let mut scopes = scopes.try_borrow_mut().ok()?;
            compiler_fence(SeqCst);
            let result = f(&mut scopes);
            DEPTH.set(scopes.len());
            compiler_fence(SeqCst);
            Some(result)
        };
        SCOPES.try_with(change).ok().flatten()
    }

    /// Enters a scope on this thread, and removes one that another thread has ended.
    fn enter(scope: &Arc<Inner>) {
        SWITCH.fetch_add(SCOPE, SeqCst);
        let ended = change(|scopes| {
            let position = scopes.iter().position(|scope| scope.ended.load(Relaxed));
            let ended = position.map(|position| scopes.remove(position));
            scopes.push(scope.clone());
            ended
        });
        drop(ended);
    }

    /// Leaves the innermost entry of a scope.
    fn leave(left: &Arc<Inner>) {
        let removed = change(|scopes| {
            let position = scopes.iter().rposition(|scope| Arc::ptr_eq(scope, left));
            position.map(|position| scopes.remove(position))
        });
        // Dropped when nothing is borrowed, as the drop of a value may run a user's code.
        drop(removed);
        SWITCH.fetch_sub(SCOPE, SeqCst);
    }

    /// This thread's own store: see [`scope`](crate::scope).
    ///
    /// Dropping it ends the scope for all threads that are in it, and drops its values, except those that a snapshot shares.
    ///
    /// # Examples
    ///
    /// ```
    /// # use anycapture::capture;
    /// let scope = anycapture::scope();
    /// capture!(train, loss = 0.5_f32);
    /// let cache = anycapture::cache(); // of the scope
    /// drop(scope);
    /// assert!(anycapture::cache().is_empty()); // of the process
    /// assert_eq!(cache.len(), if anycapture::ENABLED { 1 } else { 0 });
    /// ```
    #[must_use = "the scope ends as soon as this is dropped"]
    pub struct Scope(Arc<Inner>);

    impl Scope {
        pub(crate) fn begin() -> Scope {
            let scope = Inner::new();
            enter(&scope);
            Scope(scope)
        }

        /// Returns a handle with which other threads record into this scope and read it.
        ///
        /// # Examples
        ///
        /// ```
        /// # use anycapture::capture;
        /// let scope = anycapture::scope();
        /// let handle = scope.handle();
        /// let worker = std::thread::spawn(move || {
        ///     let _entered = handle.enter();
        ///     capture!(worker, loss = 0.5_f32);
        /// });
        /// worker.join().unwrap();
        /// # if !anycapture::ENABLED { return }
        /// assert_eq!(anycapture::cache()["worker.loss"].len(), 1);
        /// ```
        pub fn handle(&self) -> Handle {
            Handle(self.0.clone())
        }
    }

    impl Drop for Scope {
        fn drop(&mut self) {
            self.0.ended.store(true, SeqCst);
            leave(&self.0);
            // Handles, and threads that are still in it, keep the store alive, but its values are never read again.
            if Arc::strong_count(&self.0) > 1 {
                self.0.store.clear();
            }
        }
    }

    impl fmt::Debug for Scope {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("Scope")
        }
    }

    /// Lets other threads join a scope: see [`Scope::handle`]. It is `Send` and `Sync`, and cloning it copies a reference.
    ///
    /// A handle of a [`Scope`] does not keep the scope alive: once the `Scope` is dropped, entering has no effect.
    #[derive(Clone)]
    pub struct Handle(Arc<Inner>);

    impl Default for Handle {
        fn default() -> Handle {
            Handle::new()
        }
    }

    impl Handle {
        /// Creates a scope that no thread has entered yet, and that lives as long as its handles: for a task that moves between
        /// threads. Recording into it is active.
        ///
        /// # Examples
        ///
        /// ```
        /// # use anycapture::capture;
        /// let request = anycapture::Handle::new();
        /// let record = |loss: f32| {
        ///     let _entered = request.enter();
        ///     capture!(train, loss);
        /// };
        /// std::thread::scope(|threads| threads.spawn(|| record(0.5)).join().unwrap());
        /// record(0.25);
        /// assert!(anycapture::cache().is_empty()); // outside of the request
        /// # if !anycapture::ENABLED { return }
        /// let _entered = request.enter();
        /// assert_eq!(anycapture::cache()["train.loss"].len(), 2);
        /// ```
        pub fn new() -> Handle {
            Handle(Inner::new())
        }

        /// Puts this thread into the scope until the result is dropped. If the scope ends earlier, the thread is back in the scope
        /// that it was in before.
        ///
        /// Do not hold an [`Entered`] across an `.await`; use [`in_future`](Handle::in_future).
        ///
        /// # Examples
        ///
        /// ```
        /// # use anycapture::capture;
        /// let scope = anycapture::scope();
        /// let handle = scope.handle();
        /// std::thread::spawn(move || {
        ///     let _entered = handle.enter();
        ///     capture!(worker, loss = 0.5_f32);
        /// })
        /// .join()
        /// .unwrap();
        /// # if !anycapture::ENABLED { return }
        /// assert_eq!(anycapture::cache()["worker.loss"].len(), 1);
        /// ```
        pub fn enter(&self) -> Entered {
            enter(&self.0);
            Entered(self.0.clone(), PhantomData)
        }

        /// Wraps `future` so that this scope is entered whenever it is polled or dropped, on any thread: the captures of a request
        /// stay together across `.await`.
        ///
        /// # Examples
        ///
        /// ```
        /// use std::{future::Future, pin::pin, task::{Context, Poll, Waker}};
        ///
        /// async fn answer(question: f32) -> f32 {
        ///     anycapture::capture!(answer, question);
        ///     question * 2.0
        /// }
        ///
        /// let scope = anycapture::Handle::new();
        /// let request = scope.in_future(answer(21.0));
        /// let thread = std::thread::spawn(|| {
        ///     pin!(request).poll(&mut Context::from_waker(Waker::noop())) // or any executor
        /// });
        /// assert_eq!(thread.join().unwrap(), Poll::Ready(42.0));
        /// # if !anycapture::ENABLED { return }
        /// let _entered = scope.enter();
        /// assert_eq!(anycapture::cache()["answer.question"].len(), 1);
        /// ```
        pub fn in_future<F: Future>(&self, future: F) -> impl Future<Output = F::Output> + use<F> {
            let handle = self.clone();
            async move {
                // Dropped in reverse order, so the future is dropped inside the scope, even when it is cancelled.
                let _leave = LeaveOnDrop(handle.0.clone());
                let mut future = pin!(future);
                let _enter = EnterOnDrop(handle.0.clone());
                poll_fn(|context| {
                    let _entered = handle.enter();
                    future.as_mut().poll(context)
                })
                .await
            }
        }
    }

    struct EnterOnDrop(Arc<Inner>);

    impl Drop for EnterOnDrop {
        fn drop(&mut self) {
            enter(&self.0);
        }
    }

    struct LeaveOnDrop(Arc<Inner>);

    impl Drop for LeaveOnDrop {
        fn drop(&mut self) {
            leave(&self.0);
        }
    }

    impl fmt::Debug for Handle {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("Handle")
        }
    }

    /// Keeps this thread in a scope until it is dropped: see [`Handle::enter`]. It is not `Send`, as it belongs to one thread.
    #[must_use = "the thread leaves the scope as soon as this is dropped"]
    pub struct Entered(Arc<Inner>, PhantomData<*const ()>);

    impl Drop for Entered {
        fn drop(&mut self) {
            leave(&self.0);
        }
    }

    impl fmt::Debug for Entered {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("Entered")
        }
    }
}
