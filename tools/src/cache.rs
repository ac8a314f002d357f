//! Recordings of the running program.

use std::convert::Infallible;

use crate::recording::Recording;

/// The values of a snapshot, as `export` would write them.
///
/// # Panics
///
/// Panics if there is no memory for it: as much as the values take, and twice that for a moment.
///
/// # Examples
///
/// ```
/// use anycapture::capture;
/// use anycapture_tools::Recording;
///
/// let session = anycapture::session();
/// for x in [0.5_f32, 0.25] {
///     capture!(train, loss = x * 2.0; index = 7);
/// }
/// drop(session);
///
/// let recording = Recording::from(&anycapture::cache());
/// let loss = recording.get("train.loss").unwrap();
/// assert_eq!((loss.len(), loss.get(1).unwrap().to_f64()), (2, vec![0.5]));
/// assert_eq!(loss.get(1).unwrap().indices(), [7]);
/// ```
impl From<&anycapture::Cache> for Recording {
    fn from(cache: &anycapture::Cache) -> Recording {
        let mut file = Vec::new();
        let Ok(()) = cache.export(|piece| {
            file.extend_from_slice(piece);
            Ok::<(), Infallible>(())
        });
        Recording::read("this run", &file[..], Some(file.len() as u64))
            .expect("a file of ours is sound")
    }
}
