//! `core`, with atomics whose operations the scheduler knows.
#![no_std]

pub use ::core::*;

pub mod hint {
    pub use ::core::hint::*;
    pub use portable_atomic::spin_loop;
}

pub mod sync {
    pub use ::core::sync::*;
    pub use portable_atomic as atomic;
}
