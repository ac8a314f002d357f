//! Owned snapshots: `cache` and `take`.
//!
//! A snapshot holds a list for each key that has values, and each list shares chunks with the store. So it takes a few bytes for each
//! chunk, whatever the size of the values, and keeps values that the store overwrites later. Every allocation may fail: `try_cache`
//! then returns an error.

use alloc::{
    string::{String, ToString},
    vec::Vec,
};
use core::{fmt, mem, ops};

use super::convert::try_format;
use super::list::{List, SnapshotError};
use super::report::Explanation;
#[cfg(feature = "capture")]
use super::scope::with_store;
use super::summary::Summary;
use super::value::{ShortTypeName, Value};

/// An owned snapshot of everything captured: a map from key to the list of its values, oldest first.
///
/// It shares the values with the store, and copies only the newest small ones. Keys are in the order of their first hits.
/// [`Display`](fmt::Display) prints a line for each key: count, element type, shape, minimum, maximum, mean, and the numbers of NaN
/// and infinite elements.
///
/// The list of a key is made when it is first read, and takes 16 bytes for each value.
///
/// # Examples
///
/// ```
/// # use anycapture::capture;
/// let _session = anycapture::session();
/// for token in 0..3 {
///     let logits = [0.5_f32 * token as f32, 1.0];
///     capture!(decode, logits; index = token);
/// }
/// # if !anycapture::ENABLED { return }
///
/// let cache = anycapture::cache();
/// assert_eq!(cache.keys().collect::<Vec<_>>(), ["decode.logits"]);
/// assert_eq!(cache["decode.logits"].len(), 3);
/// assert_eq!(cache.at("decode.logits", &[1]).unwrap().as_slice::<f32>(), Some(&[0.5, 1.0][..]));
/// assert_eq!(cache.get("decode.logit").map(<[_]>::len), None);
/// assert!(cache.explain("decode.logit").contains("decode.logits"));
/// ```
#[derive(Default)]
pub struct Cache {
    lists: Vec<List>,
    /// The positions of the lists, sorted by key.
    sorted: Vec<usize>,
}

impl Cache {
    /// A snapshot of `lists`, whose keys must be distinct.
    #[cfg(feature = "capture")]
    pub(crate) fn new(lists: Vec<List>) -> Result<Cache, SnapshotError> {
        let mut sorted = Vec::new();
        sorted.try_reserve_exact(lists.len()).map_err(|_| SnapshotError::NoMemory)?;
        Ok(Cache::sort(lists, sorted))
    }

    /// The same; `sorted` has room for the positions.
    #[cfg(feature = "capture")]
    fn sort(lists: Vec<List>, mut sorted: Vec<usize>) -> Cache {
        sorted.extend(0..lists.len());
        sorted.sort_unstable_by_key(|&at| lists[at].key());
        Cache { lists, sorted }
    }

    #[cfg(feature = "capture")]
    pub(crate) fn lists(&self) -> &[List] {
        &self.lists
    }

    /// The list of a key, found by binary search.
    fn list(&self, key: &str) -> Option<&List> {
        let found = self.sorted.binary_search_by_key(&key, |&at| self.lists[at].key());
        found.ok().map(|at| &self.lists[self.sorted[at]])
    }

    /// The keys that hold at least one value, in the order of their first hits.
    ///
    /// # Examples
    ///
    /// ```
    /// # use anycapture::capture;
    /// let _session = anycapture::session();
    /// capture!(forward, query = [1.0_f32; 4], key = [2.0_f32; 4]);
    /// # if !anycapture::ENABLED { return }
    /// let cache = anycapture::cache();
    /// assert_eq!(cache.keys().collect::<Vec<_>>(), ["forward.query", "forward.key"]);
    /// ```
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        self.lists.iter().map(|list| -> &str { list.key() })
    }

    /// The values of `key`, oldest first, or `None` if it holds none; [`explain`](Cache::explain) says why. `cache["key"]` returns the
    /// same, or panics with that explanation.
    ///
    /// # Panics
    ///
    /// Panics if there is no memory for the list, which is made when it is first read.
    ///
    /// # Examples
    ///
    /// ```
    /// # use anycapture::capture;
    /// let _session = anycapture::session();
    /// for step in 0..3 {
    ///     capture!(train, step);
    /// }
    /// # if !anycapture::ENABLED { return }
    /// let cache = anycapture::cache();
    /// let steps = cache.get("train.step").unwrap_or_default();
    /// assert_eq!(steps.iter().filter_map(|step| step.scalar::<i32>()).sum::<i32>(), 3);
    /// assert!(cache.get("train.epoch").is_none());
    /// ```
    pub fn get(&self, key: &str) -> Option<&[Value<'static>]> {
        self.list(key).map(List::values)
    }

    /// The newest value of `key` with exactly these indices: `cache.at("Attention.forward.map", &[layer, step])`. `None` if there is
    /// none, for instance because it was overwritten. It searches the list from its end.
    ///
    /// # Examples
    ///
    /// A key-value cache grows by a row with each step, so the maps of one layer differ in shape:
    ///
    /// ```
    /// # use anycapture::capture;
    /// let _session = anycapture::session();
    /// for step in 0..3_usize {
    ///     for layer in 0..2_usize {
    ///         let map = vec![0.5_f32; 4 * (step + 1)];
    ///         capture!(decode, map[4, step + 1]; index = (layer, step));
    ///     }
    /// }
    /// # if !anycapture::ENABLED { return }
    /// let cache = anycapture::cache();
    /// assert_eq!(cache.at("decode.map", &[1, 2]).unwrap().shape(), [4, 3]);
    /// assert!(cache.at("decode.map", &[1]).is_none());
    /// ```
    pub fn at(&self, key: &str, indices: &[i64]) -> Option<&Value<'static>> {
        self.get(key)?.iter().rev().find(|value| value.indices() == indices)
    }

    /// Whether `key` holds a value.
    ///
    /// # Examples
    ///
    /// ```
    /// # use anycapture::capture;
    /// let _session = anycapture::session();
    /// capture!(forward, query = [1.0_f32; 4]);
    /// let cache = anycapture::cache();
    /// assert_eq!(cache.contains_key("forward.query"), anycapture::ENABLED);
    /// assert!(!cache.contains_key("query"));
    /// ```
    pub fn contains_key(&self, key: &str) -> bool {
        self.list(key).is_some()
    }

    /// Every key with its values, in the order of first hits.
    ///
    /// # Examples
    ///
    /// ```
    /// # use anycapture::capture;
    /// let _session = anycapture::session();
    /// capture!(train, loss = 0.5_f32, rate = 0.1_f32);
    /// for (key, values) in &anycapture::cache() {
    ///     println!("{key}: {} values, the newest {}", values.len(), values[values.len() - 1]);
    /// }
    /// ```
    pub fn iter(&self) -> Iter<'_> {
        Iter { lists: self.lists.iter() }
    }

    /// All values of all keys, in the order of capture.
    ///
    /// # Panics
    ///
    /// Panics if there is no memory for the references, 8 bytes for each value.
    ///
    /// # Examples
    ///
    /// ```
    /// # use anycapture::capture;
    /// let _session = anycapture::session();
    /// for step in 0..2 {
    ///     capture!(train, loss = 0.5_f32, rate = 0.1_f32; index = step);
    /// }
    /// # if !anycapture::ENABLED { return }
    /// let cache = anycapture::cache();
    /// let keys: Vec<&str> = cache.in_order().map(|value| value.key()).collect();
    /// assert_eq!(keys, ["train.loss", "train.rate", "train.loss", "train.rate"]);
    /// ```
    pub fn in_order(&self) -> impl DoubleEndedIterator<Item = &Value<'static>> + ExactSizeIterator {
        let mut values = Vec::new();
        let count = self.lists.iter().map(|list| list.values().len()).sum();
        values.try_reserve_exact(count).expect("no memory for the order of all values");
        values.extend(self.lists.iter().flat_map(List::values));
        // A stable sort would allocate, and sequences are unique.
        values.sort_unstable_by_key(|value: &&Value<'_>| value.sequence());
        values.into_iter()
    }

    /// The number of keys that hold a value. `cache[key].len()` is the number of values of a key.
    pub fn len(&self) -> usize {
        self.lists.len()
    }

    /// Whether the snapshot holds no values; [`report`](crate::report) says why.
    ///
    /// # Examples
    ///
    /// ```
    /// # use anycapture::capture;
    /// let _session = anycapture::session();
    /// assert!(anycapture::cache().is_empty());
    /// capture!(forward, query = [1.0_f32; 4], key = [2.0_f32; 4]);
    /// # if !anycapture::ENABLED { return }
    /// assert_eq!(anycapture::cache().len(), 2);
    /// ```
    pub fn is_empty(&self) -> bool {
        self.lists.is_empty()
    }

    /// Explains why `key` holds the values it holds, as [`report`](crate::report) does, and names the nearest keys if there is no such
    /// key. Empty if there is no memory for the text.
    ///
    /// # Examples
    ///
    /// ```
    /// # use anycapture::capture;
    /// let _session = anycapture::session();
    /// capture!(Attention::forward, map = [0.5_f32; 4]);
    /// # if !anycapture::ENABLED { return }
    /// let cache = anycapture::cache();
    /// assert!(cache.get("Attention.forward.maps").is_none());
    /// assert!(cache.explain("Attention.forward.maps").contains("Attention.forward.map"));
    /// ```
    pub fn explain(&self, key: &str) -> String {
        let explanation = Explanation { key, held: self.list(key).map(List::len) };
        try_format(format_args!("{explanation}")).unwrap_or_default()
    }
}

impl Clone for Cache {
    /// # Panics
    ///
    /// Panics if there is no memory for the references; the values are shared.
    fn clone(&self) -> Cache {
        let try_clone = || {
            let mut lists = Vec::new();
            lists.try_reserve_exact(self.lists.len()).ok()?;
            for list in &self.lists {
                lists.push(list.try_clone()?);
            }
            let mut sorted = Vec::new();
            sorted.try_reserve_exact(self.sorted.len()).ok()?;
            sorted.extend(&self.sorted);
            Some(Cache { lists, sorted })
        };
        try_clone().expect("no memory for the clone of a snapshot")
    }
}

impl ops::Index<&str> for Cache {
    type Output = [Value<'static>];

    /// The values of `key`, oldest first.
    ///
    /// # Panics
    ///
    /// Panics if the key holds no value, with the text of [`explain`](Cache::explain).
    fn index(&self, key: &str) -> &[Value<'static>] {
        self.get(key).unwrap_or_else(|| panic!("{}", self.explain(key)))
    }
}

/// The keys of a [`Cache`] with their values; see [`Cache::iter`].
#[derive(Clone)]
pub struct Iter<'a> {
    lists: core::slice::Iter<'a, List>,
}

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a str, &'a [Value<'static>]);

    fn next(&mut self) -> Option<Self::Item> {
        self.lists.next().map(|list| (list.key(), list.values()))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.lists.size_hint()
    }
}

impl ExactSizeIterator for Iter<'_> {}

impl fmt::Debug for Iter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.clone()).finish()
    }
}

impl<'a> IntoIterator for &'a Cache {
    type Item = (&'a str, &'a [Value<'static>]);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl fmt::Display for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows: Vec<[String; 3]> = self.iter().map(row).collect();
        let widths = [0, 1, 2].map(|column| rows.iter().map(|row| row[column].len()).max());
        let [key, count, form] = widths.map(Option::unwrap_or_default);
        for (row, (_, values)) in rows.iter().zip(self) {
            write!(f, "{:key$}  {:>count$} x ", row[0], row[1])?;
            let plain = values.iter().filter(|value| value.type_name().is_none());
            match plain.map(Value::summary).reduce(Summary::and) {
                Some(summary) => writeln!(f, "{:form$}  {summary}", row[2])?,
                None => writeln!(f, "{}", row[2])?,
            }
        }
        if rows.is_empty() {
            f.write_str("nothing captured\n")?;
        }
        Ok(())
    }
}

/// Key, count, and element type with shape. For several forms, the first in alphabetical order, and the number of others.
fn row((key, values): (&str, &[Value<'static>])) -> [String; 3] {
    let form = |value: &Value<'_>| match value.type_name() {
        Some(name) => ShortTypeName(name).to_string(),
        None => alloc::format!("{} {:?}", value.dtype(), value.shape()),
    };
    let mut forms: Vec<String> = Vec::new();
    for pair in values.chunk_by(|a, b| {
        a.type_name() == b.type_name() && a.dtype() == b.dtype() && a.shape() == b.shape()
    }) {
        forms.push(form(&pair[0]));
    }
    forms.sort_unstable();
    forms.dedup();
    let mut text = mem::take(&mut forms[0]);
    if forms.len() > 1 {
        text = alloc::format!("{text} and {} other shapes or types", forms.len() - 1);
    }
    [key.to_string(), values.len().to_string(), text]
}

/// A snapshot of the store of this thread.
#[cfg(feature = "capture")]
pub(crate) fn try_cache() -> Result<Cache, SnapshotError> {
    with_store(|store| {
        let mut lists = Vec::new();
        for (owner, place) in store.keys() {
            store.run_pending(owner);
            lists.try_reserve(1).map_err(|_| SnapshotError::NoMemory)?;
            if let Some(place) = place {
                lists.extend(super::list::snapshot(store, owner, place)?);
            }
        }
        Cache::new(lists)
    })
}

/// The same, and removes the values from the store. Stops at the first key that can't be taken: an error if it is the first one with
/// values.
#[cfg(feature = "capture")]
pub(crate) fn try_take() -> Result<Cache, SnapshotError> {
    with_store(|store| {
        let (mut lists, mut sorted) = (Vec::new(), Vec::new());
        let count = store.keys().count();
        lists.try_reserve_exact(count).map_err(|_| SnapshotError::NoMemory)?;
        sorted.try_reserve_exact(count).map_err(|_| SnapshotError::NoMemory)?;
        for (owner, place) in store.keys().take(count) {
            store.run_pending(owner);
            match place.map(|place| super::list::take(store, owner, place)) {
                Some(Ok(list)) => lists.extend(list),
                Some(Err(error)) if lists.is_empty() => return Err(error),
                Some(Err(_)) => break,
                None => {}
            }
        }
        Ok(Cache::sort(lists, sorted))
    })
}

#[cfg(not(feature = "capture"))]
pub(crate) fn try_cache() -> Result<Cache, SnapshotError> {
    Ok(Cache::default())
}

#[cfg(not(feature = "capture"))]
pub(crate) fn try_take() -> Result<Cache, SnapshotError> {
    Ok(Cache::default())
}
