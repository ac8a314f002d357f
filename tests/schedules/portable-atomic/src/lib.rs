//! The atomics of `core`, with a point before each operation where the scheduler may go on with another thread.

use std::cell::Cell;

pub use core::sync::atomic::{Ordering, compiler_fence, fence};

/// What a scheduler does. It is handed in: as a dependency it would depend on this crate.
#[derive(Clone, Copy)]
pub struct Scheduler {
    /// Goes on with any thread.
    pub point: fn(),
    /// Goes on with another one, for this one waits.
    pub wait: fn(),
}

std::thread_local! {
    static SCHEDULER: Cell<Option<Scheduler>> = const { Cell::new(None) };
}

/// Runs `f`, with a point of the schedule before each operation of an atomic.
pub fn scheduled(scheduler: Scheduler, f: impl FnOnce()) {
    SCHEDULER.set(Some(scheduler));
    f();
    SCHEDULER.set(None);
}

/// Runs `f` as one step of the schedule.
pub fn unscheduled<R>(f: impl FnOnce() -> R) -> R {
    let scheduler = SCHEDULER.take();
    let result = f();
    SCHEDULER.set(scheduler);
    result
}

fn scheduler() -> Option<Scheduler> {
    SCHEDULER.get().filter(|_| !std::thread::panicking())
}

fn point() {
    if let Some(scheduler) = scheduler() {
        (scheduler.point)();
    }
}

/// In a loop that waits for another thread.
pub fn spin_loop() {
    if let Some(scheduler) = scheduler() {
        (scheduler.wait)();
    }
}

/// An atomic with the operations that are listed: name, arguments, result.
macro_rules! atomic {
    ($(#[$attribute:meta])* $name:ident$(<$param:ident>)?: $type:ty { $($operation:ident($($argument:ident: $of:ty),*) -> $result:ty;)* }) => {
        $(#[$attribute])*
        #[repr(transparent)]
        pub struct $name$(<$param>)?(core::sync::atomic::$name$(<$param>)?);

        impl$(<$param>)? core::fmt::Debug for $name$(<$param>)? {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl$(<$param>)? $name$(<$param>)? {
            pub const fn new(value: $type) -> Self {
                Self(core::sync::atomic::$name::new(value))
            }

            pub fn get_mut(&mut self) -> &mut $type {
                self.0.get_mut()
            }

            pub fn into_inner(self) -> $type {
                self.0.into_inner()
            }

            pub fn load(&self, order: Ordering) -> $type {
                point();
                self.0.load(order)
            }

            pub fn store(&self, value: $type, order: Ordering) {
                point();
                self.0.store(value, order);
            }

            pub fn swap(&self, value: $type, order: Ordering) -> $type {
                point();
                self.0.swap(value, order)
            }

            pub fn compare_exchange(&self, current: $type, new: $type, success: Ordering, failure: Ordering) -> Result<$type, $type> {
                point();
                self.0.compare_exchange(current, new, success, failure)
            }

            pub fn compare_exchange_weak(&self, current: $type, new: $type, success: Ordering, failure: Ordering) -> Result<$type, $type> {
                point();
                self.0.compare_exchange_weak(current, new, success, failure)
            }

            /// A load and a compare-exchange, until that succeeds.
            pub fn fetch_update(&self, success: Ordering, failure: Ordering, mut change: impl FnMut($type) -> Option<$type>) -> Result<$type, $type> {
                let mut value = self.load(failure);
                while let Some(new) = change(value) {
                    match self.compare_exchange_weak(value, new, success, failure) {
                        Ok(value) => return Ok(value),
                        Err(other) => value = other,
                    }
                }
                Err(value)
            }

            $(pub fn $operation(&self, $($argument: $of,)* order: Ordering) -> $result {
                point();
                self.0.$operation($($argument,)* order)
            })*
        }
    };
}

macro_rules! integers {
    ($($name:ident: $type:ty)+) => {$(
        atomic! {
            #[derive(Default)]
            $name: $type {
                fetch_add(value: $type) -> $type;
                fetch_sub(value: $type) -> $type;
                fetch_and(value: $type) -> $type;
                fetch_or(value: $type) -> $type;
            }
        }
    )+};
}

integers! { AtomicU8: u8 AtomicU32: u32 AtomicUsize: usize }

atomic! {
    #[derive(Default)]
    AtomicBool: bool {
        fetch_and(value: bool) -> bool;
        fetch_or(value: bool) -> bool;
    }
}

atomic! {
    AtomicPtr<T>: *mut T {}
}
