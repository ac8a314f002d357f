//! The forms of `tests/it` in edition 2021, and with the feature off too.
#![deny(warnings, unused)]

#[path = "../../it/forms.rs"]
mod forms;

use std::sync::{Mutex, MutexGuard, PoisonError};

fn alone() -> (anycapture::Session, MutexGuard<'static, ()>) {
    static STORE: Mutex<()> = Mutex::new(());
    let guard = STORE.lock().unwrap_or_else(PoisonError::into_inner);
    (anycapture::session(), guard)
}
