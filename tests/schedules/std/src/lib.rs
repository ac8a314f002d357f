//! `std`, with the thread-locals of the scheduler's threads, which all run on one thread of the system.

pub use ::std::*;
#[doc(hidden)]
pub use shuttle;

pub mod thread {
    pub use ::std::thread::*;
    pub use portable_atomic::spin_loop as yield_now;
}

/// A thread-local of a scheduled thread.
pub struct LocalKey<T: 'static>(#[doc(hidden)] pub &'static shuttle::thread::LocalKey<T>);

impl<T: 'static> LocalKey<T> {
    pub fn try_with<R>(
        &'static self,
        f: impl FnOnce(&T) -> R,
    ) -> Result<R, shuttle::thread::AccessError> {
        self.0.try_with(f)
    }
}

impl<T: Copy + 'static> LocalKey<cell::Cell<T>> {
    pub fn get(&'static self) -> T {
        self.0.with(cell::Cell::get)
    }

    pub fn set(&'static self, value: T) {
        self.0.with(|cell| cell.set(value));
    }
}

#[macro_export]
macro_rules! thread_local {
    ($($(#[$attribute:meta])* static $name:ident: $type:ty = const { $init:expr };)+) => {$(
        $(#[$attribute])*
        static $name: $crate::LocalKey<$type> = $crate::LocalKey({
            $crate::shuttle::thread_local! { static KEY: $type = const { $init }; }
            &KEY
        });
    )+};
}
