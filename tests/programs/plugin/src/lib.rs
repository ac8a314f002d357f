//! What a plugin exports so that the program which loads it can read what it captures.

use std::ffi::c_void;

use anycapture::capture;

/// What the plugin is for: rows of three numbers.
#[unsafe(no_mangle)]
pub extern "C" fn plugin_forward(rows: u32) {
    for step in 0..rows {
        let row = [step as f32, 0.5, -1.0];
        capture!(plugin, row; index = step);
    }
}

/// Starts recording in the plugin.
#[unsafe(no_mangle)]
pub extern "C" fn plugin_activate_capture() {
    anycapture::activate();
}

/// Takes a piece of the file. `false` ends the export.
type Sink = extern "C" fn(context: *mut c_void, bytes: *const u8, length: usize) -> bool;

/// Hands what the plugin has captured to `sink`, piece by piece. Whether all of it was taken.
#[unsafe(no_mangle)]
pub extern "C" fn plugin_export_capture(sink: Sink, context: *mut c_void) -> bool {
    let piece = |bytes: &[u8]| match sink(context, bytes.as_ptr(), bytes.len()) {
        true => Ok(()),
        false => Err(()),
    };
    anycapture::export(piece).is_ok()
}
