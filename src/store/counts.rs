//! Counts of what became of the values of a key.
//!
//! A capture never fails: it keeps a value or counts why not. The values that a ring took in are counted by the ring, under its
//! lock, so that kept, overwritten, cleared and taken always add up. All other events are counted by [`Stats`], without a lock.

/// Counts and flags have 32 bits, or 16 on targets without 32-bit atomics (AVR).
#[cfg(not(target_pointer_width = "16"))]
mod bits {
    pub(crate) type Bits = u32;
    #[cfg(feature = "capture")]
    pub(crate) type AtomicBits = core::sync::atomic::AtomicU32;
}

#[cfg(target_pointer_width = "16")]
mod bits {
    pub(crate) type Bits = u16;
    #[cfg(feature = "capture")]
    pub(crate) type AtomicBits = core::sync::atomic::AtomicU16;
}

#[cfg(feature = "capture")]
pub(crate) use bits::AtomicBits;
pub(crate) use bits::Bits;

/// Why a value was not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// No memory is left, or an allocation failed, and the key has no older values to drop.
    NoMemory,
    /// The value is larger than the whole budget, or than its ring in given memory.
    TooLarge,
    /// A lock was taken, and waiting is not allowed or did not help.
    Busy,
    /// The value is not plain data, and values live in given memory.
    NotPlain,
}

/// Counts of the values that a ring took in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Held now.
    pub kept: u64,
    /// Of these, the ones that are not plain data.
    pub opaque: u64,
    /// Dropped for newer ones, or for a smaller limit.
    pub overwritten: u64,
    /// Dropped by `clear`.
    pub cleared: u64,
    /// Handed out by `take` or `drain`.
    pub taken: u64,
}

/// An event other than that a ring takes a value in.
#[derive(Clone, Copy)]
pub(crate) enum Event {
    Refused(Refused),
    /// Left out by the filter.
    Filtered,
    /// Kept without its shape.
    Mismatched,
    /// A `None` or an `Err`.
    Absent,
    /// Passed over by `*`: neither plain data nor text.
    PassedOver,
    /// A conversion failed.
    Unconverted,
    /// Kept without the given shape, as the value is not plain data.
    ShapeIgnored,
}

/// The count of each event, by its number.
pub(crate) type Events = [u32; Event::COUNT];

impl Event {
    pub(crate) const COUNT: usize = 10;

    /// Its position in [`Events`].
    pub(crate) const fn number(self) -> usize {
        match self {
            Event::Refused(Refused::NoMemory) => 0,
            Event::Refused(Refused::TooLarge) => 1,
            Event::Refused(Refused::Busy) => 2,
            Event::Filtered => 3,
            Event::Mismatched => 4,
            Event::Absent => 5,
            Event::PassedOver => 6,
            // Without a heap the next three can't happen.
            Event::Refused(Refused::NotPlain) => 7,
            Event::Unconverted => 8,
            Event::ShapeIgnored => 9,
        }
    }
}

#[cfg(feature = "capture")]
pub(crate) use with_capture::Stats;

#[cfg(feature = "capture")]
mod with_capture {
    use core::sync::atomic::Ordering::Relaxed;

    use super::{AtomicBits, Event, Events};

    /// The number of events that can happen.
    const COUNTED: usize = if cfg!(feature = "alloc") { Event::COUNT } else { 7 };

    /// Counts events. It starts as all zeros, so it takes no flash on a microcontroller.
    pub(crate) struct Stats([AtomicBits; COUNTED]);

    impl Stats {
        pub(crate) const fn new() -> Stats {
            Stats([const { AtomicBits::new(0) }; COUNTED])
        }

        /// Counts one event, saturating.
        #[cold]
        #[inline(never)]
        pub(crate) fn count(&self, event: Event) {
            let Some(counter) = self.0.get(event.number()) else { return };
            #[cfg(target_has_atomic = "32")]
            // `Err`: the counter is at its largest number.
            let _ = counter.fetch_update(Relaxed, Relaxed, |count| count.checked_add(1));
            // Without compare-and-swap, a count that an interrupt or another core adds right here is lost.
            #[cfg(not(target_has_atomic = "32"))]
            counter.store(counter.load(Relaxed).saturating_add(1), Relaxed);
        }

        #[allow(clippy::useless_conversion)] // needed where `Bits` has 16 bits
        pub(crate) fn events(&self) -> Events {
            core::array::from_fn(|nth| {
                self.0.get(nth).map_or(0, |count| count.load(Relaxed).into())
            })
        }

        /// Sets all counts to zero.
        pub(crate) fn reset(&self) {
            for counter in &self.0 {
                counter.store(0, Relaxed);
            }
        }
    }

    #[cfg(test)]
    mod tests {
        extern crate std;

        use super::{Event, Relaxed, Stats};

        #[test]
        fn a_count_at_its_largest_stays_there_whoever_counts() {
            let stats = Stats::new();
            stats.0[Event::Absent.number()].store(u32::MAX - 1_000, Relaxed);
            std::thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|| (0..10_000).for_each(|_| stats.count(Event::Absent)));
                }
            });
            assert_eq!(stats.events()[Event::Absent.number()], u32::MAX);
        }
    }
}
