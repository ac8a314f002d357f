//! The same messages with the feature on and off; in `cases/on`, those of functions whose bodies are not looked into with the
//! feature off; in `cases/no_heap`, those of a build without `alloc`.
//!
//! `TRYBUILD=overwrite cargo test` in this folder writes them again.

#[test]
fn every_mistake_gets_a_good_sentence() {
    let cases = trybuild::TestCases::new();
    if cfg!(not(feature = "std")) {
        return cases.compile_fail("cases/no_heap/*.rs");
    }
    cases.compile_fail("cases/*.rs");
    if cfg!(feature = "capture") {
        cases.compile_fail("cases/on/*.rs");
    }
}
