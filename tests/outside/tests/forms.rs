//! The forms of `tests/it` in edition 2021, and with the feature off too.
#![deny(warnings, unused)]

#[path = "../../it/forms.rs"]
mod forms;

fn alone() -> anycapture::Scope {
    anycapture::scope()
}
