//! What was captured before a reset, or before a dump of the memory was made: the rings that lie in given memory.

use core::{fmt, iter};

use super::region::{Reader, piece_size};
use super::value::Value;

/// The values in memory after a reset, or in a dump: see [`recover`](crate::recover). It borrows that memory, and copies nothing.
///
/// # Examples
///
/// A dump made by a debugger, read on the host:
///
/// ```no_run
/// let dump = std::fs::read("ram.bin")?;
/// match anycapture::recover(&dump) {
///     Some(before) => before.visit(|value| println!("{} {value}", value.key())),
///     None => eprintln!("the given memory does not begin here"),
/// }
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Recovered<'m> {
    memory: &'m [u8],
}

impl Recovered<'_> {
    /// The rings, in the order in which their keys were first hit.
    pub(crate) fn rings(&self) -> impl Iterator<Item = Reader<'_>> {
        let mut rest = self.memory;
        let pieces = iter::from_fn(move || {
            let (piece, behind) = rest.split_at_checked(piece_size(rest)?)?;
            rest = behind;
            Some(piece)
        });
        pieces.filter_map(Reader::find)
    }

    /// Shows every value, key by key, oldest first. Values with inconsistent headers are left out.
    ///
    /// [`Value::as_slice`] returns `None` here, as in given memory: use [`Value::read_into`].
    pub fn visit(&self, mut f: impl FnMut(&Value<'_>)) {
        for raw in self.rings().flat_map(Reader::values) {
            f(&Value::raw(&raw));
        }
    }
}

impl fmt::Debug for Recovered<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Recovered({} keys)", self.rings().count())
    }
}

/// Reads memory that was passed to [`set_memory`](crate::set_memory) before a reset, or a dump of it.
///
/// `None` if it holds no rings: the memory lost its content, or was never given. A value that was
/// being written is left out, and so are inconsistent ones. Flipped bits in the elements of a value
/// are not noticed.
///
/// `memory` must begin at the first byte of the given memory, which must not have been zeroed at
/// start-up: put it into a section such as `.uninit`. Recover before `set_memory`, which erases it.
/// A dump from a 32-bit target can be read on a 64-bit one.
///
/// # Examples
///
/// ```no_run
/// # fn uninit() -> &'static mut [u8] { &mut [] }
/// let memory: &'static mut [u8] = uninit();
/// if let Some(before) = anycapture::recover(memory) {
///     before.visit(|value| println!("{} {value}", value.key()));
/// }
/// anycapture::set_memory(memory).expect("given once");
/// ```
pub(crate) fn recover(memory: &[u8]) -> Option<Recovered<'_>> {
    let recovered = Recovered { memory };
    let found = recovered.rings().next().is_some();
    found.then_some(recovered)
}
