//! Reads and compares what [`anycapture`] recorded.

mod compare;
mod difference;
mod display;
mod dtype;
mod error;
mod gap;
mod golden;
mod header;
mod hint;
mod names;
mod recording;
mod save;
mod table;
mod value;

pub use compare::{Comparison, Extreme, KeyComparison};
pub use difference::{Difference, Kind};
pub use dtype::{Dtype, Number};
pub use error::Error;
pub use gap::Tolerance;
pub use golden::golden;
pub use hint::Hint;
pub use recording::Recording;
pub use value::{Summary, Value, Values};
