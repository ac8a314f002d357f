//! See the values inside running numeric code.
#![no_std]
#![forbid(unsafe_code)]
#![warn(missing_docs)]
