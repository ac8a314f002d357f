//! A library that depends on one version of the crate.

pub use anycapture::ENABLED;

pub fn forward(n: u32) {
    anycapture::capture!(user, n);
}
