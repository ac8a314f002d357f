//! The same messages with the feature on and off.
//!
//! `TRYBUILD=overwrite cargo test` in this folder writes them again.

#[test]
fn every_mistake_gets_a_good_sentence() {
    trybuild::TestCases::new().compile_fail("cases/*.rs");
}
