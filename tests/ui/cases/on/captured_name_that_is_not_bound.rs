use anycapture::captured_fn;

captured_fn! {
    #[capture(atention_map)]
    fn forward(x: f32) -> f32 {
        let attention_map = x;
        attention_map
    }
}

captured_fn! {
    #[capture(x, loss)]
    fn nothing_like_it(x: f32) -> f32 {
        x
    }
}

fn main() {
    forward(nothing_like_it(1.0));
}
