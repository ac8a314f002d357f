//! A reference-counted pointer whose allocation may fail.
//!
//! `Arc::new` aborts the program when there is no memory, and `Arc::try_new` is not stable. A recorder must not abort the
//! program it observes, so snapshots share their data through a [`Shared`]: a read guard of a lock in a leaked, reusable slot.
//! The owner that gets the write lock is the last one; the slot then goes back to the pool. The test
//! `a_failing_allocator_refuses_and_counts` guards this.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::{
    ops::{Deref, DerefMut},
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
};

use once_cell::race::OnceRef;
use spin::{Mutex, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::sync::lock;

/// Moves `value` to the heap, or returns it if there is no memory: `Box::new` would abort.
///
/// The box holds an array of one, which stable Rust can make from a `Vec` without a second allocation.
pub(crate) fn try_box<T>(value: T) -> Result<Box<[T; 1]>, T> {
    let mut one = Vec::new();
    if one.try_reserve_exact(1).is_err() {
        return Err(value);
    }
    one.push(value);
    match <Box<[T; 1]>>::try_from(one.into_boxed_slice()) {
        Ok(boxed) => Ok(boxed),
        Err(_) => unreachable!("the slice has one element"),
    }
}

/// A type that can be shared, with its own pool of slots, as a `static` can't be generic.
pub(crate) trait Pooled: Send + Sync + Sized + 'static {
    /// The free slots.
    fn pool() -> &'static Pool<Self>;
}

/// Free slots, linked through their `next`.
pub(crate) struct Pool<T: 'static> {
    free: Mutex<Option<&'static Slot<T>>>,
    idle: AtomicUsize,
}

/// The bytes of a slot. They are never returned: slots are reused, not freed.
pub(crate) const fn slot_size<T: 'static>() -> usize {
    size_of::<Slot<T>>()
}

/// Lives for ever once it is made, so the guards of its lock are `'static`.
struct Slot<T: 'static> {
    content: RwLock<Content<T>>,
    next: Mutex<Option<&'static Slot<T>>>,
}

/// The content of a slot. `value` is `Some` from [`Unique::new`] until the last owner is dropped.
struct Content<T: 'static> {
    /// The slot that holds this content.
    home: OnceRef<'static, Slot<T>>,
    value: Option<Box<[T; 1]>>,
}

impl<T: Pooled> Pool<T> {
    #[allow(clippy::new_without_default)]
    pub(crate) const fn new() -> Pool<T> {
        Pool { free: Mutex::new(None), idle: AtomicUsize::new(0) }
    }

    /// The bytes of the free slots.
    pub(crate) fn idle(&self) -> usize {
        self.idle.load(Relaxed) * slot_size::<T>()
    }

    /// A free slot, or a new one.
    fn get(&self) -> Option<&'static Slot<T>> {
        if let Some(slot) = self.pop() {
            return Some(slot);
        }
        let content = Content { home: OnceRef::new(), value: None };
        let slot = Slot { content: RwLock::new(content), next: Mutex::new(None) };
        let [slot] = Box::leak(try_box(slot).ok()?);
        let slot = &*slot;
        slot.content.try_read()?.home.set(slot).ok()?;
        Some(slot)
    }

    fn pop(&self) -> Option<&'static Slot<T>> {
        let mut free = lock(&self.free)?;
        let slot = (*free)?;
        *free = lock(&slot.next)?.take();
        self.idle.fetch_sub(1, Relaxed);
        Some(slot)
    }

    fn put(&self, slot: &'static Slot<T>) {
        let Some(mut free) = lock(&self.free) else { return };
        let Some(mut next) = lock(&slot.next) else { return };
        *next = free.replace(slot);
        self.idle.fetch_add(1, Relaxed);
    }
}

/// The only owner of a `T` in a slot.
pub(crate) struct Unique<T: Pooled>(
    /// `None` only while it is being dropped or shared.
    Option<RwLockWriteGuard<'static, Content<T>>>,
);

/// One of the owners of a `T`, which does not change while it is shared.
pub(crate) struct Shared<T: Pooled>(
    /// `None` only while it is being dropped or made unique.
    Option<RwLockReadGuard<'static, Content<T>>>,
);

impl<T: Pooled> Unique<T> {
    /// Moves `value` into a slot, or returns it if there is no memory.
    pub(crate) fn new(value: T) -> Result<Unique<T>, T> {
        let boxed = try_box(value)?;
        while let Some(slot) = T::pool().get() {
            // A departing owner may still hold the lock of a free slot for a few instructions. If it was stopped there for ever,
            // the slot is abandoned.
            for _ in 0..1000 {
                if let Some(mut content) = slot.content.try_write() {
                    content.value = Some(boxed);
                    return Ok(Unique(Some(content)));
                }
                core::hint::spin_loop();
            }
        }
        let [value] = *boxed;
        Err(value)
    }

    /// Makes it shareable.
    pub(crate) fn share(mut self) -> Shared<T> {
        Shared(self.0.take().map(RwLockWriteGuard::downgrade))
    }
}

impl<T: Pooled> Shared<T> {
    /// Makes this the only owner; `None` if there are others, which stay owners without this one.
    ///
    /// A slow owner may find the slot already reused and win the new value's write lock. The new value's own last owner then gets
    /// `None`. Exactly one owner drops each value.
    pub(crate) fn unique(mut self) -> Option<Unique<T>> {
        self.leave()
    }

    /// Gives up this ownership. The last owner gets the value: it is the one whose write lock succeeds.
    fn leave(&mut self) -> Option<Unique<T>> {
        let guard = self.0.take()?;
        let home = guard.home.get()?;
        drop(guard);
        let content = home.content.try_write()?;
        // Of two owners that leave at the same time, the second finds no value. It must not free the slot again, so it gets no
        // `Unique`.
        content.value.as_ref()?;
        Some(Unique(Some(content)))
    }
}

impl<T: Pooled> Drop for Unique<T> {
    fn drop(&mut self) {
        let Some(mut content) = self.0.take() else { return };
        let (home, value) = (content.home.get(), content.value.take());
        drop(content);
        if let Some(home) = home {
            T::pool().put(home);
        }
        // Last, and outside of the slot's lock, as dropping the value may run a user's code.
        drop(value);
    }
}

impl<T: Pooled> Drop for Shared<T> {
    fn drop(&mut self) {
        drop(self.leave());
    }
}

impl<T: Pooled> Clone for Shared<T> {
    fn clone(&self) -> Shared<T> {
        // No writer can hold the lock while `self` holds a read guard, so this does not wait.
        let home = self.0.as_ref().and_then(|content| content.home.get());
        Shared(home.map(|slot| slot.content.read()))
    }
}

const IS_THERE: &str = "a value is there until its last owner is dropped";

impl<T: Pooled> Deref for Shared<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        let content = self.0.as_ref().expect(IS_THERE);
        &content.value.as_ref().expect(IS_THERE)[0]
    }
}

impl<T: Pooled> Deref for Unique<T> {
    type Target = T;

    fn deref(&self) -> &T {
        let content = self.0.as_ref().expect(IS_THERE);
        &content.value.as_ref().expect(IS_THERE)[0]
    }
}

impl<T: Pooled> DerefMut for Unique<T> {
    fn deref_mut(&mut self) -> &mut T {
        let content = self.0.as_mut().expect(IS_THERE);
        &mut content.value.as_mut().expect(IS_THERE)[0]
    }
}

#[cfg(all(test, feature = "std"))]
mod tests {
    extern crate std;

    use std::{collections::HashSet, sync::Mutex, thread};

    use super::{Pool, Pooled, Relaxed, Shared, Unique};

    struct Number(u64);

    impl Pooled for Number {
        fn pool() -> &'static Pool<Number> {
            static POOL: Pool<Number> = Pool::new();
            &POOL
        }
    }

    #[test]
    fn a_slot_that_several_owners_leave_at_once_is_free_once() {
        let places = [const { Mutex::new(None::<Shared<Number>>) }; 2];
        thread::scope(|threads| {
            for thread in 0..4 {
                let places = &places;
                threads.spawn(move || {
                    for n in 0..20_000 {
                        let shared = Unique::new(Number(n)).ok().expect("memory").share();
                        let other = shared.clone();
                        let earlier =
                            places[thread % 2].lock().map(|mut place| place.replace(other));
                        assert_eq!((*shared).0, n);
                        let earlier = earlier.ok().flatten();
                        drop(earlier.map(Shared::unique));
                        drop(shared);
                    }
                });
            }
        });
        drop(places);
        let (mut free, idle) = (HashSet::new(), Number::pool().idle.load(Relaxed));
        while let Some(slot) = Number::pool().pop() {
            assert!(free.insert(core::ptr::from_ref(slot) as usize), "free twice");
        }
        assert_eq!(free.len(), idle);
    }
}
