//! Gives the linker the memory of the board.

use std::{env, fs, path::Path};

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let memory = match env::var("CARGO_CFG_TARGET_ARCH").as_deref() {
        // The micro:bit.
        Ok("arm") => "MEMORY { FLASH : ORIGIN = 0, LENGTH = 256K  RAM : ORIGIN = 0x20000000, LENGTH = 16K }",
        // The ESP32-C3, as far as the linker needs to know it.
        Ok("riscv32") => {
            "MEMORY { FLASH : ORIGIN = 0x42000000, LENGTH = 4M  RAM : ORIGIN = 0x3fc80000, LENGTH = 300K }
            REGION_ALIAS(\"REGION_TEXT\", FLASH); REGION_ALIAS(\"REGION_RODATA\", FLASH);
            REGION_ALIAS(\"REGION_DATA\", RAM); REGION_ALIAS(\"REGION_BSS\", RAM);
            REGION_ALIAS(\"REGION_HEAP\", RAM); REGION_ALIAS(\"REGION_STACK\", RAM);"
        }
        _ => return,
    };
    let out = env::var("OUT_DIR").expect("cargo sets it");
    fs::write(Path::new(&out).join("memory.x"), memory).expect("a folder to write to");
    println!("cargo:rustc-link-search={out}");
}
