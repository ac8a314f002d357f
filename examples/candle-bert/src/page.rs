//! The page on which a person explores every attention map with a pointer or the keyboard.

use base64::{display::Base64Display, prelude::BASE64_STANDARD};
use serde_json::json;

use crate::maps::{Maps, View};

const TEMPLATE: &str = include_str!("page.html");

/// One self-contained page: no network, any browser. It shows `view` first.
pub fn page(maps: &Maps, view: &View) -> String {
    let model = json!({
        "layers": maps.layers,
        "heads": maps.heads,
        "tokens": maps.tokens,
        "layer": view.layer,
        "head": view.head,
        "token": view.link.from,
    });
    // Half floats: a third of the size of text, and closer than a screen can show.
    let values: Vec<u8> =
        maps.values().iter().flat_map(|v| half::f16::from_f32(*v).to_le_bytes()).collect();
    // A token must not end the script that it stands in. The template has the model last: a token may be `{{MAPS}}`.
    let model = model.to_string().replace('<', "\\u003c");
    let values = Base64Display::new(&values, &BASE64_STANDARD).to_string();
    TEMPLATE.replace("{{MAPS}}", &values).replace("{{MODEL}}", &model)
}
