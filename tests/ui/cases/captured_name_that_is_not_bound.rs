use anycapture::captured_fn;

captured_fn! {
    #[capture(atention_map)]
    fn forward(x: f32) -> f32 {
        let attention_map = x;
        attention_map
    }
}

fn main() {
    forward(1.0);
}
