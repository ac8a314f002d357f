//! A shared library that links the crate has a store of its own, and the program reads it through functions of the library.
#![cfg(feature = "capture")]
#![deny(warnings)]

mod support;

use std::{ffi::c_void, path::PathBuf, slice, thread};

use anycapture::{cache, capture, report, scope, session};
use libloading::Library;
use safetensors::SafeTensors;

type Sink = extern "C" fn(*mut c_void, *const u8, usize) -> bool;

/// The plugin, by the functions that it exports.
struct Plugin(Library);

impl Plugin {
    fn load(path: &PathBuf) -> Plugin {
        // SAFETY: it runs nothing when it is loaded.
        Plugin(unsafe { Library::new(path) }.expect("a shared library"))
    }

    fn forward(&self, rows: u32) {
        // SAFETY: the types are those of `plugin/src/lib.rs`, here and below.
        let forward = unsafe { self.0.get::<extern "C" fn(u32)>(b"plugin_forward") };
        forward.expect("the function")(rows);
    }

    fn activate_capture(&self) {
        let activate = unsafe { self.0.get::<extern "C" fn()>(b"plugin_activate_capture") };
        activate.expect("the function")();
    }

    fn export_capture(&self) -> Vec<u8> {
        let name = b"plugin_export_capture";
        let export = unsafe { self.0.get::<extern "C" fn(Sink, *mut c_void) -> bool>(name) };
        let mut file = Vec::new();
        let is_whole = export.expect("the function")(append, (&raw mut file).cast());
        assert!(is_whole);
        file
    }
}

extern "C" fn append(file: *mut c_void, bytes: *const u8, length: usize) -> bool {
    // SAFETY: `export_capture` hands over its file, and the plugin so many bytes.
    let (file, bytes) =
        unsafe { (&mut *file.cast::<Vec<u8>>(), slice::from_raw_parts(bytes, length)) };
    file.extend_from_slice(bytes);
    true
}

fn build() -> PathBuf {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/plugin/Cargo.toml");
    let mut cargo = support::cargo("build");
    support::run(cargo.args(["--manifest-path", manifest, "--features", "capture"]));
    let name = libloading::library_filename("plugin");
    PathBuf::from(concat!(env!("CARGO_TARGET_TMPDIR"), "/built/debug")).join(name)
}

/// The steps of the rows in a file.
fn steps(file: &[u8]) -> Vec<i64> {
    let tensors = SafeTensors::deserialize(file).expect("a safetensors file");
    let Ok(rows) = tensors.tensor("plugin.row") else { return Vec::new() };
    let index = tensors.tensor("plugin.row#index").expect("the index");
    assert_eq!(rows.shape(), [index.shape()[0], 3]);
    let words = index.data().chunks_exact(8);
    words.map(|word| i64::from_le_bytes(word.try_into().expect("eight bytes"))).collect()
}

#[test]
fn a_plugin_fills_its_own_store_and_hands_it_out_by_a_function() {
    let path = build();
    let plugin = Plugin::load(&path);
    let _session = session();
    let n = 1_u32;
    capture!(program, n);
    // The program's `activate` does not reach the plugin, and its lines do not reach the program.
    plugin.forward(3);
    assert!(steps(&plugin.export_capture()).is_empty());

    plugin.activate_capture();
    plugin.forward(4);
    {
        let _scope = scope();
        plugin.forward(1);
        assert!(cache().is_empty(), "a scope of the program is none of the plugin");
    }
    assert_eq!(steps(&plugin.export_capture()), [0, 1, 2, 3, 0]);
    assert_eq!(cache().keys().collect::<Vec<_>>(), ["program.n"]);
    assert_eq!(report().key("plugin.row"), None);

    // On threads of the program, too.
    let threads = [2, 3].map(|rows| {
        let path = path.clone();
        thread::spawn(move || Plugin::load(&path).forward(rows))
    });
    for thread in threads {
        thread.join().expect("it captures");
    }
    assert_eq!(steps(&plugin.export_capture()).len(), 10);
}

/// Whether its store is still there then is the platform's affair: a library may stay loaded.
#[test]
fn a_plugin_may_be_unloaded_and_loaded_again() {
    // A copy, for it is another test's plugin that would stay loaded.
    let path = build();
    let copy = path.with_file_name("copy-of-plugin.so");
    std::fs::copy(&path, &copy).expect("it is there");
    let mut file = Vec::new();
    for _ in 0..3 {
        let plugin = Plugin::load(&copy);
        plugin.activate_capture();
        plugin.forward(2);
        file = plugin.export_capture();
    }
    // What it handed out is the program's.
    assert_eq!(steps(&file).last_chunk(), Some(&[0, 1]));
}
