//! Capture lines: one `static` for each, and how to find it by its key.
//!
//! A line registers itself when it is first hit while recording is active. The first line with a key is the owner of that key and
//! holds its state; later lines with the same key only point to it.
//!
//! Owners are linked in two structures, both without locks and allocation, so that a line may be hit for the first time in an
//! interrupt handler: a binary trie over the hashes of keys, for lookup, and a list in the order of registration, for iteration.
//! Both only grow, by setting an empty [`OnceRef`] once: a caller that loses the race walks on from the winner.

use core::sync::atomic::Ordering::Relaxed;

use once_cell::race::OnceRef;
use spin::Mutex;

use super::counts::{AtomicBits, Bits, Stats};
use super::region::Ring;
#[cfg(feature = "alloc")]
use super::share::try_box;
use super::sync::lock;

/// A capture line: the `static` in its expansion. Not public API.
///
/// All zero until it is first hit, so that it takes RAM but no flash on a microcontroller. The test
/// `an_idle_callsite_takes_120_bytes` guards its size.
// The fields that a capture reads come first, on one cache line.
#[repr(C)]
pub struct Callsite {
    /// The first line with this key, perhaps this one.
    owner: OnceRef<'static, Callsite>,
    /// The state of the key in the store of the process: see [`state`].
    state: AtomicBits,
    pub(crate) stats: Stats,
    /// The key as the line passes it, with `r#` before raw identifiers.
    key: OnceRef<'static, &'static str>,
    /// The key without `r#`, if that differs and was needed.
    #[cfg(feature = "alloc")]
    text: OnceRef<'static, &'static str>,
    /// The children in the trie: keys whose next hash bit is 0 or 1.
    children: [OnceRef<'static, Callsite>; 2],
    /// The owner registered after this one.
    next: OnceRef<'static, Callsite>,
    /// The values in given memory.
    pub(crate) ring: Mutex<Option<Ring<'static>>>,
}

/// Where the values of a key live.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// In given memory, in the ring of the owner.
    Region,
    /// On the heap, in the ring of this number.
    #[cfg(feature = "alloc")]
    Heap(usize),
}

/// The bits of [`Callsite::state`]: in the lower ones, the number of the key's ring on the heap plus 1, or 0 until it is known.
pub(crate) mod state {
    use super::Bits;

    const LAST: u32 = Bits::BITS - 1;
    /// The filter lets the key through, and its place is known.
    pub(crate) const ADMITTED: Bits = 1 << LAST;
    /// The filter leaves the key out.
    pub(crate) const FILTERED: Bits = 1 << (LAST - 1);
    /// The values must be cleared before the key is used next.
    pub(crate) const CLEARED: Bits = 1 << (LAST - 2);
    /// The values live in given memory. It stays set when a new filter clears the bits above.
    pub(crate) const REGION: Bits = 1 << (LAST - 3);
    /// The values are part of a running export: one bit for each of two concurrent exports.
    pub(crate) const EXPORTED: [Bits; 2] = [1 << (LAST - 4), 1 << (LAST - 5)];
    /// The ring is locked while a user's code runs.
    #[cfg(feature = "std")]
    pub(crate) const HELD: Bits = 1 << (LAST - 6);
    /// The bits of the ring's number.
    #[cfg(feature = "alloc")]
    pub(crate) const RING: Bits = (1 << (LAST - 6)) - 1;
}

/// The root of the trie, and the head of the list.
static ROOT: OnceRef<'static, Callsite> = OnceRef::new();

/// An owner near the end of the list, where the search for the end starts.
static NEAR_END: Mutex<Option<&'static Callsite>> = Mutex::new(None);

impl Callsite {
    /// A line that was not hit. A constant is evaluated once for all lines, a call for each of them.
    #[allow(clippy::declare_interior_mutable_const)] // it is where a `static` begins
    pub const NEW: Callsite = Callsite::new();

    /// A line that was not hit.
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Callsite {
        Callsite {
            key: OnceRef::new(),
            #[cfg(feature = "alloc")]
            text: OnceRef::new(),
            owner: OnceRef::new(),
            children: [const { OnceRef::new() }; 2],
            next: OnceRef::new(),
            state: AtomicBits::new(0),
            stats: Stats::new(),
            ring: Mutex::new(None),
        }
    }

    /// The key, of an owner.
    pub fn key(&self) -> &'static str {
        self.key.get().copied().unwrap_or_default()
    }

    /// The state of the key in the store of the process: see the module `state`.
    #[inline(always)]
    pub fn state(&self) -> Bits {
        self.state.load(Relaxed)
    }

    /// Clears, then sets bits of the state.
    pub fn change_state(&self, clear: Bits, set: Bits) {
        #[cfg(target_has_atomic = "32")]
        let _ = self.state.fetch_update(Relaxed, Relaxed, |state| Some(state & !clear | set));
        // Without compare-and-swap, a change of the same key by an interrupt or another core right here is lost.
        #[cfg(not(target_has_atomic = "32"))]
        self.state.store(self.state() & !clear | set, Relaxed);
    }

    /// The key of an owner as it is shown. If it has raw identifiers, a copy without their `r#` is made once, and leaked.
    #[cfg(feature = "alloc")]
    pub fn text(&self) -> Option<&'static str> {
        use alloc::{boxed::Box, string::String};
        use core::fmt::Write;

        if let Some(text) = self.text.get() {
            return Some(text);
        }
        let key = self.key();
        if !key.contains("r#") {
            return Some(key);
        }
        let mut text = String::new();
        text.try_reserve_exact(key.len()).ok()?;
        write!(text, "{}", KeyName(key)).ok()?;
        let [text] = Box::leak(try_box(&*text.leak()).ok()?);
        let _ = self.text.set(text);
        Some(text)
    }

    /// The owner of the key of this line, if the line was hit before.
    #[inline(always)]
    pub fn known_owner(&self) -> Option<&'static Callsite> {
        self.owner.get()
    }

    /// The owner of the key of this line.
    #[inline]
    pub fn owner(&'static self, key: &'static &'static str) -> &'static Callsite {
        match self.owner.get() {
            Some(owner) => owner,
            None => self.register(key),
        }
    }

    /// Finds the owner of the key in the trie, or becomes it. Any number of lines may do so at once, even in a handler that interrupted
    /// another registration: each empty slot is taken by exactly one.
    #[cold]
    #[inline(never)]
    fn register(&'static self, key: &'static &'static str) -> &'static Callsite {
        // `Err`: an interrupted registration of this line has set it.
        let _ = self.key.set(key);
        let (mut slot, mut hash) = (&ROOT, hash(key));
        let owner = loop {
            match slot.get() {
                Some(site) if same(site.key(), key) => break site,
                Some(site) => {
                    slot = &site.children[(hash & 1) as usize];
                    hash = hash.rotate_right(1);
                }
                None if slot.set(self).is_ok() => {
                    self.append();
                    break self;
                }
                None => {}
            }
        };
        let _ = self.owner.set(owner);
        owner
    }

    /// Adds an owner to the end of the list.
    fn append(&'static self) {
        let near_end = lock(&NEAR_END).and_then(|near_end| *near_end);
        let Some(mut last) = near_end.or_else(|| ROOT.get()) else { return };
        while !core::ptr::eq(last, self) && last.next.set(self).is_err() {
            let Some(next) = last.next.get() else { return };
            last = next;
        }
        if let Some(mut near_end) = lock(&NEAR_END) {
            *near_end = Some(self);
        }
    }
}

/// All keys that were hit, in the order of their first hits.
pub(crate) fn owners() -> impl Iterator<Item = &'static Callsite> {
    core::iter::successors(ROOT.get(), |owner| owner.next.get())
}

/// The owner of a key, written with or without `r#`.
pub(crate) fn find(key: &str) -> Option<&'static Callsite> {
    let (mut slot, mut hash) = (&ROOT, hash(key));
    loop {
        let site = slot.get()?;
        if same(site.key(), key) {
            return Some(site);
        }
        slot = &site.children[(hash & 1) as usize];
        hash = hash.rotate_right(1);
    }
}

/// The bytes of a key as it is shown: without the `r#` of raw identifiers.
#[derive(Clone)]
pub(crate) struct Plain<'a> {
    rest: &'a [u8],
    /// Whether a segment begins here.
    begins: bool,
}

impl<'a> Plain<'a> {
    pub(crate) fn new(key: &'a str) -> Plain<'a> {
        Plain { rest: key.as_bytes(), begins: true }
    }
}

impl Iterator for Plain<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        if let (true, [b'r', b'#', rest @ ..]) = (self.begins, self.rest) {
            self.rest = rest;
        }
        let (&first, rest) = self.rest.split_first()?;
        self.rest = rest;
        self.begins = first == b'.';
        Some(first)
    }
}

/// Whether two keys are shown alike. Keys of one function are often the same `static`.
fn same(a: &str, b: &str) -> bool {
    core::ptr::eq(a, b) || Plain::new(a).eq(Plain::new(b))
}

/// FNV-1a, with the high bits then mixed into the low ones: the trie uses the lowest bits first.
fn hash(key: &str) -> u32 {
    let hash = Plain::new(key)
        .fold(0x811c_9dc5, |hash: u32, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    hash ^ (hash >> 15)
}

/// A key as it is shown: [`Plain`] for `Display`.
pub(crate) struct KeyName<'a>(pub &'a str);

impl core::fmt::Display for KeyName<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let mut rest = self.0;
        loop {
            rest = rest.strip_prefix("r#").unwrap_or(rest);
            let end = rest.bytes().position(|byte| byte == b'.').map_or(rest.len(), |dot| dot + 1);
            f.write_str(&rest[..end])?;
            if end == rest.len() {
                return Ok(());
            }
            rest = &rest[end..];
        }
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::{collections::HashSet, format, string::ToString, vec::Vec};

    use super::{KeyName, Plain, hash, same, state};

    #[test]
    fn similar_keys_spread_over_the_trie() {
        for form in ["Layer.forward.x", "x", ""] {
            let key = |n| format!("{form}{n}.attn");
            let places: HashSet<u32> = (0..1_024).map(|n| hash(&key(n)) % 1_024).collect();
            // By chance it is 647 of them.
            assert!(places.len() > 560, "{form}: {}", places.len());
        }
        assert_eq!(hash("r#fn.r#type"), hash("fn.type"));
    }

    #[test]
    fn raw_identifiers_are_read_without_their_prefix() {
        for (key, plain) in
            [("f.x", "f.x"), ("r#fn.r#type", "fn.type"), ("f.xr#", "f.xr#"), ("r.r#r", "r.r")]
        {
            assert_eq!(Plain::new(key).collect::<Vec<_>>(), plain.as_bytes());
            assert_eq!(KeyName(key).to_string(), plain);
            assert!(same(key, plain));
        }
        assert!(!same("f.x", "f.xy"));
    }

    #[test]
    fn the_bits_of_a_state_do_not_overlap() {
        let [first, second] = state::EXPORTED;
        #[allow(unused_mut)]
        let mut parts = std::vec![
            state::ADMITTED,
            state::FILTERED,
            state::CLEARED,
            state::REGION,
            first,
            second
        ];
        #[cfg(feature = "std")]
        parts.push(state::HELD);
        assert!(parts.iter().all(|flag| flag.count_ones() == 1));
        #[cfg(feature = "alloc")]
        {
            // The number of a ring is in the lowest bits, as many as are left.
            assert_eq!(state::RING.count_ones(), state::RING.trailing_ones());
            assert!(state::RING.leading_zeros() <= 7, "fewer rings than there may be keys");
            parts.push(state::RING);
        }
        for (nth, part) in parts.iter().enumerate() {
            assert!(parts[..nth].iter().all(|other| part & other == 0), "{nth}");
        }
    }
}
