//! A store: its switch, limits, filter and conversions, and where the values of each key live.
//!
//! There is one store for the process, [`PROCESS`], which keeps the state of a key in the key's owner, and with `std` one for
//! each [scope](super::scope), which has its own table.
//!
//! A key is admitted once: it is matched against the filter, its place is found, and both results are written into the state of its
//! owner, one word. From then on a capture in the store of the process reads that word and takes no lock except that of its ring.
//! A new filter clears these words, so every key is matched again.

#[cfg(feature = "alloc")]
use alloc::{string::String, vec::Vec};
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};

use spin::Mutex;

use super::callsite::{Callsite, Place, Plain, owners, state};
#[cfg(feature = "alloc")]
use super::convert::{Conversion, Conversions, try_format};
#[cfg(feature = "alloc")]
use super::counts::Bits;
use super::counts::{Counts, Event, Events, Refused};
#[cfg(feature = "alloc")]
use super::memory;
use super::memory::{MEMORY, change_ring, read_ring};
use super::options::{Options, Patterns, matches};
#[cfg(feature = "alloc")]
use super::ring::{Heap, Limits};
#[cfg(feature = "alloc")]
use super::share::Shared;
#[cfg(feature = "alloc")]
use super::sync::CachePadded;
use super::sync::lock;
#[cfg(feature = "std")]
use super::table::Table;

/// Whether the store of the process is active, in the lowest bit; and the number of live scopes.
#[cfg(feature = "std")]
pub(crate) static SWITCH: AtomicUsize = AtomicUsize::new(0);

/// The bit of the process in [`SWITCH`].
#[cfg(feature = "std")]
pub(crate) const PROCESS_IS_ACTIVE: usize = 1;

/// The store of every thread that has no scope.
pub(crate) static PROCESS: Store = Store::new();

/// The store of the process, or of a scope.
///
/// `const`, and all zero where possible, so that the store of the process is a `static` without initialisation.
pub(crate) struct Store {
    #[cfg(feature = "alloc")]
    pub heap: CachePadded<Mutex<Heap>>,
    settings: Mutex<Settings>,
    ever_active: AtomicBool,
    #[cfg(feature = "std")]
    flags: Flags,
    /// The `max_size` that a user has set; 0 if none was set.
    explicit_max_size: AtomicUsize,
    /// The keys of a scope.
    #[cfg(feature = "std")]
    table: Option<Mutex<Table>>,
}

/// Settings that are seldom read, under one lock.
struct Settings {
    only: Option<Patterns>,
    #[cfg(feature = "alloc")]
    conversions: Conversions,
    /// The key whose NaN has stopped recording.
    stopped_by: Option<&'static Callsite>,
    /// The key whose conversion failed last, and the error message.
    #[cfg(feature = "alloc")]
    message: Option<(&'static Callsite, String)>,
    /// The keys that `*` passed over, sorted by their addresses, and the types of their first values.
    #[cfg(feature = "alloc")]
    passed_over: Vec<(&'static Callsite, &'static str)>,
}

/// The state of a store at one moment, for the report.
pub(crate) struct Status {
    pub active: bool,
    pub ever_active: bool,
    /// `usize::MAX` where there is no limit.
    pub max_size: usize,
    pub max_bytes: usize,
    pub used: usize,
    /// The size of the given memory.
    pub memory: Option<usize>,
    pub filter: bool,
    /// The key whose NaN has stopped recording.
    pub stopped_by: Option<&'static str>,
}

impl Settings {
    /// Whether the filter lets `key` through.
    fn wants(&self, key: &str) -> bool {
        let is_match = |pattern: &str| matches(pattern, Plain::new(key));
        self.only.as_ref().is_none_or(|patterns| patterns.iter().any(|pattern| is_match(pattern)))
    }

    /// Where a key that `*` passed over is, or would be.
    #[cfg(feature = "alloc")]
    fn find_passed_over(&self, owner: &'static Callsite) -> Result<usize, usize> {
        let address = core::ptr::from_ref(owner);
        self.passed_over.binary_search_by_key(&address, |(of, _)| core::ptr::from_ref(*of))
    }
}

/// The flags that captures read, one of each for a store.
#[cfg(feature = "std")]
macro_rules! flags {
    ($($(#[$doc:meta])* $name:ident)+) => {
        struct Flags {
            $($name: AtomicBool,)+
        }

        impl Flags {
            const fn new() -> Flags {
                Flags { $($name: AtomicBool::new(false),)+ }
            }
        }

        impl Store {$(
            $(#[$doc])*
            #[inline(always)]
            pub(crate) fn $name(&self) -> &AtomicBool {
                &self.flags.$name
            }
        )+}
    };
}

/// The same without scopes, each a `static`: the compiler sees which of them a program never sets, and removes the code that depends on
/// it.
#[cfg(not(feature = "std"))]
macro_rules! flags {
    ($($(#[$doc:meta])* $name:ident)+) => {
        impl Store {$(
            $(#[$doc])*
            #[inline(always)]
            #[allow(clippy::unused_self)] // as with scopes
            pub(crate) fn $name(&self) -> &AtomicBool {
                static FLAG: AtomicBool = AtomicBool::new(false);
                &FLAG
            }
        )+}
    };
}

flags! {
    /// The switch. With scopes, that of the process is in [`SWITCH`] instead.
    active
    /// Whether there is a filter: without one, no lock is needed to admit a key.
    filters
    looks_for_nan
}

impl Store {
    pub(crate) const fn new() -> Store {
        Store {
            #[cfg(feature = "alloc")]
            heap: CachePadded(Mutex::new(Heap::new(Limits {
                max_size: 1024,
                max_bytes: 256 << 20,
                max_clones: 64,
            }))),
            settings: Mutex::new(Settings {
                only: None,
                #[cfg(feature = "alloc")]
                conversions: Conversions::new(),
                stopped_by: None,
                #[cfg(feature = "alloc")]
                message: None,
                #[cfg(feature = "alloc")]
                passed_over: Vec::new(),
            }),
            ever_active: AtomicBool::new(false),
            #[cfg(feature = "std")]
            flags: Flags::new(),
            explicit_max_size: AtomicUsize::new(0),
            #[cfg(feature = "std")]
            table: None,
        }
    }

    /// The store of a scope.
    #[cfg(feature = "std")]
    pub(crate) fn of_scope() -> Store {
        let mut store = Store { table: Some(Mutex::new(Table::new())), ..Store::new() };
        store.heap.0.get_mut().leave_free_slots();
        store
    }

    /// Whether this is the store of the process.
    #[inline]
    fn is_process(&self) -> bool {
        core::ptr::eq(self, &raw const PROCESS)
    }

    #[inline(always)]
    pub(crate) fn is_active(&self) -> bool {
        #[cfg(feature = "std")]
        if self.is_process() {
            return SWITCH.load(Relaxed) & PROCESS_IS_ACTIVE != 0;
        }
        self.active().load(Relaxed)
    }

    fn set_active(&self, active: bool) {
        #[cfg(feature = "std")]
        if self.is_process() {
            if active {
                SWITCH.fetch_or(PROCESS_IS_ACTIVE, Relaxed);
            } else {
                SWITCH.fetch_and(!PROCESS_IS_ACTIVE, Relaxed);
            }
            return;
        }
        self.active().store(active, Relaxed);
    }

    pub(crate) fn activate(&self) {
        self.ever_active.store(true, Relaxed);
        self.set_active(true);
    }

    pub(crate) fn deactivate(&self) {
        self.set_active(false);
    }

    /// Applies `options`. The settings they replace are left in them, to be dropped when no lock is held.
    pub(crate) fn set(&self, options: &mut Options) {
        if options.stop_at_nan {
            self.looks_for_nan().store(true, Relaxed);
        }
        if let Some(mut settings) = lock(&self.settings) {
            settings.stopped_by = None;
            #[cfg(feature = "alloc")]
            options.conversions.merge_into(&mut settings.conversions);
            if options.only.is_some() {
                core::mem::swap(&mut settings.only, &mut options.only);
                self.filters().store(true, Relaxed);
                self.forget_admissions();
            }
        }
        if let Some(max_size) = options.max_size {
            self.explicit_max_size.store(max_size_of(max_size), Relaxed);
        }
        self.set_limits(options.max_size.map(max_size_of), options.max_bytes);
    }

    /// Makes every key be matched against the filter again.
    fn forget_admissions(&self) {
        if self.is_process() {
            for owner in owners() {
                owner.change_state(state::ADMITTED | state::FILTERED, 0);
            }
        }
    }

    /// The place of a key, if it is recorded. Otherwise the reason is counted.
    #[inline]
    pub(crate) fn admit(&self, owner: &'static Callsite) -> Option<Place> {
        let known = if self.is_process() { known_place(owner) } else { None };
        let place = match known {
            Some(place) => Ok(place),
            None => self.find_place(owner),
        };
        place.map_err(|event| self.count(owner, event)).ok()
    }

    /// Applies the filter, and finds or makes the place of a key. The result is written into the state, where [`known_place`] reads it.
    #[cold]
    fn find_place(&self, owner: &'static Callsite) -> Result<Place, Event> {
        let filters = || self.filters().load(Relaxed);
        #[cfg(feature = "std")]
        if let Some(table) = &self.table {
            let busy = Event::Refused(Refused::Busy);
            let wanted = !filters() || lock(&self.settings).ok_or(busy)?.wants(owner.key());
            return self.find_place_in(table, owner, wanted);
        }
        if filters() && owner.state() & state::FILTERED != 0 {
            return Err(Event::Filtered);
        }
        self.run_pending(owner);
        // Locked until the result is in the state: a filter that is set meanwhile would not clear it.
        let settings = lock(&self.settings);
        let wanted = match &settings {
            _ if !filters() => true,
            Some(settings) => settings.wants(owner.key()),
            None => return Err(Event::Refused(Refused::Busy)),
        };
        if !wanted {
            owner.change_state(0, state::FILTERED);
            return Err(Event::Filtered);
        }
        #[cfg(feature = "alloc")]
        if memory::use_heap() {
            return self.find_ring(owner).map_err(Event::Refused);
        }
        owner.change_state(0, state::ADMITTED | state::REGION);
        Ok(Place::Region)
    }

    /// The ring of a key in the store of the process, made if there is none.
    #[cfg(feature = "alloc")]
    fn find_ring(&self, owner: &'static Callsite) -> Result<Place, Refused> {
        let key = owner.text().ok_or(Refused::NoMemory)?;
        let mut heap = lock(&self.heap).ok_or(Refused::Busy)?;
        let ring = match owner.state() & state::RING {
            0 => heap.open(key)?,
            ring => ring as usize - 1,
        };
        // Set under the lock: another thread may get here with the same key.
        owner.change_state(state::RING, ring as Bits + 1);
        owner.change_state(0, state::ADMITTED);
        Ok(Place::Heap(ring))
    }

    /// The same in the table of a scope, under its lock: two threads in the scope may get here with the same key.
    #[cfg(feature = "std")]
    fn find_place_in(
        &self,
        table: &Mutex<Table>,
        owner: &'static Callsite,
        wanted: bool,
    ) -> Result<Place, Event> {
        let mut table = lock(table).ok_or(Event::Refused(Refused::Busy))?;
        let key = table.key(owner).ok_or(Event::Refused(Refused::NoMemory))?;
        if !wanted {
            return Err(Event::Filtered);
        }
        if let Some(ring) = key.ring {
            return Ok(Place::Heap(ring));
        }
        let text = owner.text().ok_or(Event::Refused(Refused::NoMemory))?;
        let mut heap = lock(&self.heap).ok_or(Event::Refused(Refused::Busy))?;
        let ring = heap.open(text).map_err(Event::Refused)?;
        key.ring = Some(ring);
        Ok(Place::Heap(ring))
    }

    /// Counts an event of a key.
    #[cold]
    pub(crate) fn count(&self, owner: &'static Callsite, event: Event) {
        #[cfg(feature = "std")]
        if let Some(mut table) = self.table.as_ref().and_then(lock) {
            if let Some(key) = table.key(owner) {
                return key.stats.count(event);
            }
        }
        owner.stats.count(event);
    }

    /// The counts of the events of a key.
    pub(crate) fn events(&self, owner: &'static Callsite) -> Events {
        #[cfg(feature = "std")]
        if let Some(table) = &self.table {
            let events = || Some(lock(table)?.get(owner)?.stats.events());
            return events().unwrap_or_default();
        }
        owner.stats.events()
    }

    /// Counts a value that `*` passes over, and keeps the name of its type.
    #[cfg_attr(not(feature = "alloc"), allow(unused_variables))]
    pub(crate) fn pass_over(&self, owner: &'static Callsite, type_name: &'static str) {
        #[cfg(feature = "alloc")]
        if self.events(owner)[Event::PassedOver.number()] == 0 {
            if let Some(mut settings) = lock(&self.settings) {
                if settings.passed_over.try_reserve(1).is_ok() {
                    if let Err(at) = settings.find_passed_over(owner) {
                        settings.passed_over.insert(at, (owner, type_name));
                    }
                }
            }
        }
        self.count(owner, Event::PassedOver);
    }

    /// The type of the first value of a key that `*` has passed over; empty if it is not known.
    pub(crate) fn passed_over_type(&self, owner: &'static Callsite) -> &'static str {
        #[cfg(feature = "alloc")]
        if let Some(settings) = lock(&self.settings) {
            let found = settings.find_passed_over(owner);
            return found.map_or("", |at| settings.passed_over[at].1);
        }
        let _ = owner;
        ""
    }

    /// The keys that were hit, with their places, in the order of first hits.
    pub(crate) fn keys(&self) -> impl Iterator<Item = (&'static Callsite, Option<Place>)> {
        let process = self.is_process().then(|| owners().map(|owner| (owner, place_of(owner))));
        #[cfg(feature = "std")]
        let own = (0..).map_while(|nth| lock(self.table.as_ref()?)?.nth(nth));
        #[cfg(not(feature = "std"))]
        let own = core::iter::empty();
        process.into_iter().flatten().chain(own)
    }

    /// The place of one key.
    pub(crate) fn place(&self, owner: &'static Callsite) -> Option<Place> {
        #[cfg(feature = "std")]
        if let Some(table) = &self.table {
            return lock(table)?.get(owner)?.ring.map(Place::Heap);
        }
        place_of(owner)
    }

    /// The counts of the values of a key.
    pub(crate) fn counts(&self, owner: &'static Callsite, place: Option<Place>) -> Counts {
        match place {
            Some(Place::Region) => {
                read_ring(owner).and_then(|ring| Some(ring.as_ref()?.counts())).unwrap_or_default()
            }
            #[cfg(feature = "alloc")]
            Some(Place::Heap(number)) => {
                lock(&self.heap).map_or(Counts::default(), |heap| heap.counts(number))
            }
            None => Counts::default(),
        }
    }

    /// Drops every value. A key that is in use is cleared before its next use.
    pub(crate) fn clear(&self) {
        for (owner, place) in self.keys() {
            if let Some(place) = place {
                self.clear_key(owner, place);
            }
        }
    }

    /// Clears one key, or marks it to be cleared before its next use.
    fn clear_key(&self, owner: &'static Callsite, place: Place) {
        let cleared = match place {
            Place::Region => match change_ring(owner) {
                Some(mut ring) => {
                    if let Some(ring) = ring.as_mut() {
                        ring.clear(false);
                    }
                    true
                }
                None => false,
            },
            #[cfg(feature = "alloc")]
            Place::Heap(number) => match lock(&self.heap) {
                Some(mut heap) => {
                    let values = heap.clear(number);
                    drop(heap);
                    drop(values);
                    true
                }
                None => false,
            },
        };
        if !cleared && self.is_process() {
            owner.change_state(0, state::CLEARED);
        }
    }

    /// Clears a key that was in use when it should have been cleared.
    #[inline]
    pub(crate) fn run_pending(&self, owner: &'static Callsite) {
        if self.is_process() && owner.state() & state::CLEARED != 0 {
            owner.change_state(state::CLEARED, 0);
            if let Some(place) = place_of(owner) {
                self.clear_key(owner, place);
            }
        }
    }

    /// Resets all counts.
    pub(crate) fn reset_counts(&self) {
        for (owner, place) in self.keys() {
            if self.is_process() {
                owner.stats.reset();
            }
            match place {
                Some(Place::Region) => {
                    if let Some(ring) = change_ring(owner).as_mut().and_then(|ring| ring.as_mut()) {
                        ring.reset_counts();
                    }
                }
                #[cfg(feature = "alloc")]
                Some(Place::Heap(number)) => {
                    if let Some(mut heap) = lock(&self.heap) {
                        heap.reset_counts(number);
                    }
                }
                None => {}
            }
        }
        #[cfg(feature = "std")]
        if let Some(table) = self.table.as_ref().and_then(lock) {
            table.reset_counts();
        }
        if let Some(mut settings) = lock(&self.settings) {
            settings.stopped_by = None;
            #[cfg(feature = "alloc")]
            {
                settings.passed_over.clear();
                settings.message = None;
            }
        }
    }

    /// Whether values live in given memory.
    #[cfg(feature = "alloc")]
    pub(crate) fn uses_memory(&self) -> bool {
        self.is_process() && memory::uses_memory()
    }

    /// The `max_size` that a user has set, for given memory; 0 if none was set.
    pub(crate) fn explicit_max_size(&self) -> usize {
        self.explicit_max_size.load(Relaxed)
    }

    pub(crate) fn set_size(&self, max_size: usize) {
        self.explicit_max_size.store(max_size_of(max_size), Relaxed);
        self.set_limits(Some(max_size_of(max_size)), None);
    }

    #[cfg(not(feature = "alloc"))]
    fn set_limits(&self, max_size: Option<usize>, _: Option<usize>) {
        self.trim_regions(max_size);
    }

    /// Sets limits, then frees the values beyond them, taking the lock for one chunk at a time: captures go on meanwhile.
    #[cfg(feature = "alloc")]
    fn set_limits(&self, max_size: Option<usize>, max_bytes: Option<usize>) {
        self.trim_regions(max_size);
        if max_size.is_none() && max_bytes.is_none() {
            return;
        }
        let rings = {
            let Some(mut heap) = lock(&self.heap) else { return };
            let mut limits = heap.limits();
            if let Some(max_size) = max_size {
                (limits.max_size, limits.max_clones) = (max_size, usize::MAX);
            }
            limits.max_bytes = max_bytes.unwrap_or(limits.max_bytes);
            heap.set_limits(limits);
            heap.len()
        };
        for ring in 0..rings {
            while let Some(garbage) = lock(&self.heap).and_then(|mut heap| heap.trim(ring)) {
                drop(garbage);
            }
        }
        self.trim_to_budget(rings);
    }

    /// Drops the oldest values of all keys until they fit the budget, in rounds that each go up to a later capture, so that no key
    /// loses much more than another.
    #[cfg(feature = "alloc")]
    fn trim_to_budget(&self, rings: usize) {
        const ROUNDS: u64 = 64;
        let oldest = |ring| lock(&self.heap).and_then(|heap| heap.oldest(ring));
        let Some(first) = (0..rings).filter_map(oldest).min() else { return };
        let Some(end) = lock(&self.heap).map(|heap| heap.sequence()) else { return };
        for round in 1..=ROUNDS {
            let sequence = first + (end - first) * round / ROUNDS;
            for ring in 0..rings {
                let step = || lock(&self.heap)?.trim_to_budget(ring, sequence);
                while let Some(garbage) = step() {
                    drop(garbage);
                }
            }
        }
    }

    /// Applies a smaller limit to the rings in given memory. A ring that is in use keeps its values until its next capture.
    fn trim_regions(&self, max_size: Option<usize>) {
        let Some(max_size) = max_size else { return };
        for (owner, place) in self.keys() {
            if place == Some(Place::Region) {
                if let Some(ring) = change_ring(owner).as_mut().and_then(|ring| ring.as_mut()) {
                    ring.trim(max_size);
                }
            }
        }
    }

    /// Whether captures have to look for a NaN.
    #[inline]
    pub(crate) fn stops_at_nan(&self) -> bool {
        self.looks_for_nan().load(Relaxed)
    }

    /// Stops recording after a value of this key that contains a NaN.
    #[cold]
    pub(crate) fn stop_at_nan(&self, owner: &'static Callsite) {
        self.deactivate();
        self.looks_for_nan().store(false, Relaxed);
        if let Some(mut settings) = lock(&self.settings) {
            settings.stopped_by.get_or_insert(owner);
        }
    }

    /// The part of the report before the keys. Skips whatever is locked.
    pub(crate) fn status(&self) -> Status {
        let settings = lock(&self.settings);
        let memory = lock(&MEMORY).filter(|memory| self.is_process() && memory.size() > 0);
        let status = Status {
            active: self.is_active(),
            ever_active: self.ever_active.load(Relaxed),
            max_size: max_size_of(self.explicit_max_size()),
            max_bytes: usize::MAX,
            used: memory.as_ref().map_or(0, |memory| memory.size() - memory.left()),
            memory: memory.map(|memory| memory.size()),
            filter: settings.as_ref().is_some_and(|settings| settings.only.is_some()),
            stopped_by: settings.and_then(|settings| settings.stopped_by.map(Callsite::key)),
        };
        #[cfg(feature = "alloc")]
        if let (None, Some(heap)) = (status.memory, lock(&self.heap)) {
            let Limits { max_size, max_bytes, .. } = heap.limits();
            return Status { max_size, max_bytes, used: heap.used(), ..status };
        }
        status
    }
}

#[cfg(feature = "alloc")]
impl Store {
    /// The conversion of a type.
    pub(crate) fn conversion(&self, of: core::any::TypeId) -> Option<Shared<Conversion>> {
        lock(&self.settings)?.conversions.get(of)
    }

    /// Keeps the error message of a conversion.
    pub(crate) fn set_message(&self, owner: &'static Callsite, message: String) {
        let earlier =
            lock(&self.settings).map(|mut settings| settings.message.replace((owner, message)));
        drop(earlier);
    }

    /// The error message of the last conversion that failed, if it was of this key.
    pub(crate) fn message(&self, owner: &'static Callsite) -> Option<String> {
        let settings = lock(&self.settings)?;
        let (of, message) = settings.message.as_ref()?;
        core::ptr::eq(*of, owner).then(|| try_format(format_args!("{message}")).ok())?
    }
}

/// The place of a key in the store of the process, if the key was admitted before.
#[inline]
fn known_place(owner: &'static Callsite) -> Option<Place> {
    let state = owner.state();
    if state & (state::ADMITTED | state::FILTERED | state::CLEARED) != state::ADMITTED {
        return None;
    }
    #[cfg(feature = "alloc")]
    if state & state::RING != 0 {
        return Some(Place::Heap((state & state::RING) as usize - 1));
    }
    Some(Place::Region)
}

/// The place of a key in the store of the process.
fn place_of(owner: &'static Callsite) -> Option<Place> {
    #[cfg(feature = "alloc")]
    if let ring @ 1.. = owner.state() & state::RING {
        return Some(Place::Heap(ring as usize - 1));
    }
    (owner.state() & state::REGION != 0).then_some(Place::Region)
}

/// The limit that a user has set: 0 is no limit.
fn max_size_of(max_size: usize) -> usize {
    if max_size == 0 { usize::MAX } else { max_size }
}
