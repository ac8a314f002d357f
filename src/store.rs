//! Where captured values live.
