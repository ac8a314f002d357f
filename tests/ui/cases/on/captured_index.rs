use anycapture::captured_fn;

captured_fn! {
    #[capture(x; index = x)]
    fn not_an_integer(x: f32) -> f32 {
        x
    }
}

fn main() {
    not_an_integer(1.0);
}
