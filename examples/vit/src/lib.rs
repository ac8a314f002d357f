//! The parts of the program `vit`, for its tests to use as well: see the package's README.md.

pub mod engine;
pub mod matmul;
pub mod page;
pub mod photo;
pub mod pictures;
pub mod weights;
