//! Golden tests: compare a run with an earlier one.

use std::env;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::gap::Tolerance;
use crate::recording::Recording;

/// Compares the values captured by a test with a file that an earlier run wrote, and panics if they differ.
///
/// The first run writes the file, and later runs read it: put it under version control. After an intended change of the values, run
/// the tests with `ANYCAPTURE_GOLDEN=write` in the environment to write the files again. If `CI` is set in the environment, a missing
/// file fails the test and is not written.
///
/// `path` is relative to the package, which is where Cargo runs its tests.
///
/// # Panics
///
/// Panics with the comparison if the values differ. The values of this run are then next to the file, as `NAME.new.safetensors`, for
/// `anycapture diff` and `anycapture plot`; the next run that agrees removes it. Also panics if nothing was captured (are the tests
/// built with the feature `capture`?), and if a file can't be read or written.
///
/// # Examples
///
/// In a test of a crate that captures, with `anycapture = { ..., features = ["capture"] }` among its
/// `dev-dependencies`:
///
/// ```
/// use anycapture::capture;
/// use anycapture_tools::{Tolerance, golden};
///
/// fn forward(x: &[f32]) -> f32 {
///     let squares: Vec<f32> = x.iter().map(|x| x * x).collect();
///     capture!(forward, squares);
///     squares.iter().sum()
/// }
///
/// # let dir = tempfile::tempdir()?;
/// # std::env::set_current_dir(&dir)?;
/// // Other tests, which run at the same time, don't see what this one captures.
/// let _scope = anycapture::scope();
/// anycapture::activate();
/// forward(&[1.0, 2.0]);
/// # std::fs::create_dir_all("tests/golden")?;
/// # anycapture_tools::Recording::from(&anycapture::cache()).save("tests/golden/forward.safetensors")?;
/// golden("tests/golden/forward.safetensors", &anycapture::cache(), Tolerance::absolute(1e-5));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Such tests last if weights and inputs come from a seed, shapes are small (a file of 100 kB is easy to keep), and the tolerance
/// allows another order of summation, such as 1e-5 for `f32`.
#[track_caller]
pub fn golden(path: impl AsRef<Path>, ours: impl Into<Recording>, tolerance: Tolerance) {
    if let Err(sentence) = check(path.as_ref(), &ours.into(), tolerance) {
        panic!("{sentence}");
    }
}

fn check(path: &Path, ours: &Recording, tolerance: Tolerance) -> Result<(), String> {
    let shown = path.display();
    if ours.is_empty() {
        return Err(format!(
            "nothing was captured to compare with {shown}: is recording active, and the feature `capture` on?"
        ));
    }
    if is_set("ANYCAPTURE_GOLDEN", "write") {
        return write(path, ours);
    }
    match Recording::load(path) {
        Ok(reference) => compare(path, ours, &reference, tolerance),
        Err(error) if !error.is_not_found() => Err(error.to_string()),
        Err(_) if env::var_os("CI").is_some_and(|ci| !ci.is_empty() && ci != "false") => {
            Err(format!("{shown} is missing: run the test once outside of CI, and commit the file"))
        }
        Err(_) => write(path, ours),
    }
}

fn compare(
    path: &Path,
    ours: &Recording,
    reference: &Recording,
    tolerance: Tolerance,
) -> Result<(), String> {
    let comparison = ours.compare(reference, tolerance);
    let new = beside(path);
    if comparison.is_within() {
        // Usually there is no such file.
        let _ = std::fs::remove_file(new);
        return Ok(());
    }
    ours.save(&new).map_err(to_sentence)?;
    let (shown, new) = (path.display(), new.display());
    Err(format!(
        "{shown}: {comparison}This run's values are in {new}. If they are right, run again with ANYCAPTURE_GOLDEN=write."
    ))
}

fn write(path: &Path, ours: &Recording) -> Result<(), String> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)
            .map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    ours.save(path).map_err(to_sentence)?;
    let _ = std::fs::remove_file(beside(path));
    eprintln!("wrote {}", path.display());
    Ok(())
}

/// `attention.new.safetensors` for `attention.safetensors`.
fn beside(path: &Path) -> PathBuf {
    path.with_extension("new.safetensors")
}

fn is_set(name: &str, wanted: &str) -> bool {
    env::var_os(name).is_some_and(|value| value == wanted)
}

#[allow(clippy::needless_pass_by_value)] // for `map_err`
fn to_sentence(error: Error) -> String {
    error.to_string()
}
