//! A reference-counted pointer whose allocation may fail.
//!
//! `Arc::new` aborts the program when there is no memory, and `Arc::try_new` is not stable. A recorder must not end the
//! program that it looks into, so what snapshots share lives behind a [`Shared`]: a read guard of a lock that stands in
//! a leaked, reusable slot. Whoever gets the write lock is the last owner; the slot then goes back to the pool.
//! The test `a_failing_allocator_refuses_and_counts` guards why this is here.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ops::Deref;

use once_cell::race::OnceRef;
use spin::{Mutex, RwLock, RwLockReadGuard};

/// Moves `value` to the heap, or gives it back where there is no memory: `Box::new` would abort.
///
/// A box of an array of one is what stable Rust makes of a `Vec` without a second allocation.
pub fn try_box<T>(value: T) -> Result<Box<[T; 1]>, T> {
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

/// The type of what is shared, and its pool of slots: a `static` can't be generic.
pub trait Pooled: Send + Sync + Sized + 'static {
    /// The slots that are free.
    fn pool() -> &'static Pool<Self>;
}

/// Slots that are free, linked through their `next`.
pub struct Pool<T: 'static>(Mutex<Option<&'static Slot<T>>>);

/// The bytes that a slot takes, for good: slots are reused, and never freed.
pub const fn slot_size<T>() -> usize {
    size_of::<Slot<T>>()
}

struct Slot<T: 'static> {
    content: RwLock<Content<T>>,
    next: Mutex<Option<&'static Slot<T>>>,
}

struct Content<T: 'static> {
    /// The slot that this is in.
    home: OnceRef<'static, Slot<T>>,
    value: Option<Box<[T; 1]>>,
}

impl<T: Pooled> Pool<T> {
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Pool<T> {
        Pool(Mutex::new(None))
    }

    /// A free slot, or a new one.
    fn get(&self) -> Option<&'static Slot<T>> {
        let mut first = self.0.lock();
        if let Some(slot) = *first {
            *first = slot.next.lock().take();
            return Some(slot);
        }
        drop(first);
        let content = Content { home: OnceRef::new(), value: None };
        let slot = Slot { content: RwLock::new(content), next: Mutex::new(None) };
        let [slot] = Box::leak(try_box(slot).ok()?);
        let slot = &*slot;
        slot.content.read().home.set(slot).ok()?;
        Some(slot)
    }

    fn put(&self, slot: &'static Slot<T>) {
        let mut first = self.0.lock();
        *slot.next.lock() = *first;
        *first = Some(slot);
    }
}

/// One of several owners of a `T`, which nobody changes while there is more than one.
pub struct Shared<T: Pooled>(
    /// `None` only while it is dropped.
    Option<RwLockReadGuard<'static, Content<T>>>,
);

impl<T: Pooled> Shared<T> {
    /// Shares `value`, or gives it back where there is no memory.
    pub fn new(value: Box<[T; 1]>) -> Result<Shared<T>, Box<[T; 1]>> {
        let Some(slot) = T::pool().get() else { return Err(value) };
        let mut content = slot.content.write();
        content.value = Some(value);
        Ok(Shared(Some(content.downgrade())))
    }

    /// The value, if this is its only owner. Otherwise the others go on without this one.
    pub fn into_unique(mut self) -> Option<Box<[T; 1]>> {
        self.release()
    }

    /// Whether there are no other owners now.
    fn release(&mut self) -> Option<Box<[T; 1]>> {
        let guard = self.0.take()?;
        let home = guard.home.get()?;
        drop(guard);
        let mut content = home.content.try_write()?;
        // Of two owners that leave at the same time, the second finds it gone.
        let value = content.value.take()?;
        drop(content);
        T::pool().put(home);
        Some(value)
    }
}

impl<T: Pooled> Drop for Shared<T> {
    fn drop(&mut self) {
        // Dropped when no lock is held: the value may run a user's code.
        drop(self.release());
    }
}

impl<T: Pooled> Clone for Shared<T> {
    fn clone(&self) -> Shared<T> {
        // No writer gets in while `self` reads, so this does not wait.
        let home = self.0.as_ref().and_then(|content| content.home.get());
        Shared(home.map(|slot| slot.content.read()))
    }
}

impl<T: Pooled> Deref for Shared<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        match self.0.as_ref().and_then(|content| content.value.as_deref()) {
            Some([value]) => value,
            None => unreachable!("a shared value is there until its last owner is dropped"),
        }
    }
}
