//! The same messages with the feature on and off; in `cases/on`, those of functions whose bodies are not looked into with the
//! feature off.
//!
//! `TRYBUILD=overwrite cargo test` in this folder writes them again.

#[test]
fn every_mistake_gets_a_good_sentence() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("cases/*.rs");
    if cfg!(feature = "capture") {
        cases.compile_fail("cases/on/*.rs");
    }
}
