#![no_implicit_prelude]
#![deny(warnings, unused, clippy::pedantic)]

mod hostile;

fn main() {
    hostile::main();
}
