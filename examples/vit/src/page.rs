//! The page on which a person explores every attention map with a pointer or the keyboard.

use base64::{display::Base64Display, prelude::BASE64_STANDARD};

use crate::pictures::{COLOURS, Layer};

const TEMPLATE: &str = include_str!("page.html");

/// What the page shows first.
pub struct First {
    pub layer: usize,
    pub head: usize,
    /// 0 is CLS.
    pub token: usize,
}

/// One self-contained page: no network, any browser. `photo` is a PNG file.
pub fn page(photo: &[u8], layers: &[Layer], verdict: &str, first: &First) -> String {
    let one = layers[0];
    let verdict =
        if verdict.is_empty() { String::new() } else { format!("{}<br>", escape(verdict)) };
    let colours: String =
        (0..256).map(|i| format!("{:x}", COLOURS.eval_rational(i, 256))).collect();
    let model = format!(
        r#"{{ layers: {}, heads: {}, tokens: {}, grid: {}, layer: {}, head: {}, token: {}, colours: "{colours}" }}"#,
        layers.len(),
        one.heads,
        one.tokens,
        one.grid(),
        first.layer,
        first.head,
        first.token,
    );
    // Half floats: a third of the size of text, and closer than a screen can show.
    let values = layers.iter().flat_map(|layer| layer.maps);
    let maps: Vec<u8> = values.flat_map(|v| half::f16::from_f32(*v).to_le_bytes()).collect();
    TEMPLATE
        .replace("{{VERDICT}}", &verdict)
        .replace("{{PHOTO}}", &base64(photo))
        .replace("{{MODEL}}", &model)
        .replace("{{MAPS}}", &base64(&maps))
}

fn base64(bytes: &[u8]) -> String {
    Base64Display::new(bytes, &BASE64_STANDARD).to_string()
}

/// Class names come from a file.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
