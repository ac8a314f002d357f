#!/usr/bin/env python3
"""That house.py finds what it is there to find, in small crates made for it."""

import pathlib
import tempfile
import unittest

import house

SOUND = {
    "lib.rs": "mod store;\npub use store::Ring;\n",
    "macros.rs": "",
    "store.rs": """//! The way of a value.
//!
//! | file | its one job |
//! | --- | --- |
//! | `element.rs` | plain data |
//! | `ring.rs`, `record.rs` | the rest |

mod element;
mod record;
mod ring;

pub use self::{element::Element, ring::{self as rings, Ring}};
pub use record::record as keep;
""",
    "store/element.rs": "pub trait Element {}\n",
    "store/ring.rs": "use super::Element;\npub struct Ring<T: Element>(T);\n",
    "store/record.rs": "pub fn record<T: super::Element>(_: crate::store::ring::Ring<T>) {}\n",
}


class House(unittest.TestCase):
    def faults(self, **changes):
        """Of the sound crate with other files, named without `.rs`."""
        with tempfile.TemporaryDirectory() as folder:
            files = SOUND | {name.replace("__", "/") + ".rs": text for name, text in changes.items()}
            for name, text in files.items():
                path = pathlib.Path(folder, name)
                path.parent.mkdir(exist_ok=True)
                path.write_text(text)
            return house.faults(pathlib.Path(folder))

    def one_fault(self, words, **changes):
        found = self.faults(**changes)
        self.assertEqual(len(found), 1, found)
        self.assertIn(words, found[0])

    def element_uses(self, code):
        """That the lowest file, written so, is found to use ring.rs, and that this closes a circle."""
        found = self.faults(store__element="pub trait Element {}\n" + code)
        self.assertEqual(len(found), 2, (code, found))
        self.assertIn("uses ring.rs, which is below it in the table", found[0])
        self.assertIn("element -> ring -> element", found[1])

    def test_a_sound_crate_has_no_fault(self):
        self.assertEqual(self.faults(), [])

    def test_a_circle_is_found_however_it_is_written(self):
        for code in [
            "use super::ring::Ring;\n",
            "use super::Ring as R;\n",
            "use super::rings;\n",
            "use crate::{store::{Element as E, ring}};\n",
            "use crate::Ring;\n",
            "fn f() { super::ring::g() }\n",
            "fn f(_: &crate::store::Ring<u8>) {}\n",
            "use crate::store as door;\nfn f(_: door::Ring<u8>) {}\n",
            "use super::ring::*;\n",
            "mod inner {\n    use super::super::Ring;\n}\n",
            "macro_rules! m { () => { $crate::store::Ring::new() } }\n",
            "#[cfg(not(test))]\nuse super::Ring;\n",
        ]:
            with self.subTest(code):
                self.element_uses(code)

    def test_a_longer_circle_is_found(self):
        found = self.faults(store__element="use super::keep;\npub trait Element {}\n", store__ring="pub struct Ring;\n")
        self.assertEqual(found[-1], "a circle of modules: element -> record -> element")

    def test_what_only_looks_like_a_use_is_none(self):
        code = '''pub trait Element {}
// use super::Ring;
/// [`super::Ring`]
const TEXT: &str = "super::Ring \\" crate::store::Ring";
const RAW: &str = r#"super::Ring "quoted" "#;
const QUOTE: char = '"';
fn f<'a>(x: &'a str) -> impl Iterator<Item = char> + 'a { x.chars().filter(|c| *c != '\\'') }
use core::cell::{self, Cell};
mod any { use super::*; pub struct Ring; }
fn g() -> any::Ring { any::Ring }
#[cfg(test)]
mod tests {
    use super::super::Ring;
}
#[cfg(test)]
use super::Ring;
#[cfg(all(test, feature = "std"))]
fn h<A, B>() { super::Ring::<A>::new() }
'''
        self.assertEqual(self.faults(store__element=code), [])

    def test_the_door_and_the_crate_are_not_used_by_the_store(self):
        self.one_fault("uses src/store.rs", store__element="use super::*;\npub trait Element {}\n")
        door = SOUND["store.rs"] + "pub struct Own;\n"
        self.one_fault("uses src/store.rs", store=door, store__ring="use super::{Element, Own};\npub struct Ring;\n")
        lib = SOUND["lib.rs"] + "pub fn is_active() {}\n"
        self.one_fault("uses src/lib.rs", lib=lib, store__element="pub trait Element { fn f() { crate::is_active() } }\n")

    def test_the_table_names_the_files(self):
        self.one_fault("src/store/more.rs is not in the table", store__more="")
        door = SOUND["store.rs"].replace("`record.rs` |", "`record.rs`, `gone.rs` |")
        self.one_fault("names gone.rs, which is not there", store=door)
        swapped = SOUND["store.rs"].replace("`element.rs`", "`x.rs`").replace("`ring.rs`", "`element.rs`").replace("`x.rs`", "`ring.rs`")
        self.one_fault("ring.rs:1: uses element.rs, which is below it", store=swapped)
        listed = "".join(f"// {i}. `{name}.rs`: its job\n" for i, name in enumerate(["element", "ring", "record"]))
        self.assertEqual(self.faults(store=listed + SOUND["store.rs"].split("\n\n", 1)[1]), [])

    def test_nothing_else_lies_in_src(self):
        self.one_fault("src/more.rs has no place", more="")

    def test_long_functions_and_files_are_found(self):
        body = "    let x = 1; // more\n"
        self.assertEqual(self.faults(macros="fn f() {\n" + body * 58 + "}\n"), [])
        self.one_fault("macros.rs:2: `f` has 61 lines", macros="\npub const fn f() -> [u8; { 1 }]\nwhere\n{\n" + body * 57 + "}\n")
        self.assertEqual(self.faults(macros="// why\n\n/* no\ncode */\n" * 300 + "mod m;\n" * 600), [])
        self.one_fault("macros.rs has 601 lines of code", macros="mod m;\n" * 598 + 'const X: &str = "\n\n";\n')
        tests = "#[cfg(test)]\nmod tests {\n    fn f() {\n" + body * 700 + "    }\n}\n"
        self.assertEqual(self.faults(macros="mod m;\n" * 600 + tests), [])
        self.assertEqual(self.faults(macros="#[cfg(test)]\nmod tests;\n", macros__tests="fn f() {\n" + body * 700 + "}\n"), [])


if __name__ == "__main__":
    unittest.main()
