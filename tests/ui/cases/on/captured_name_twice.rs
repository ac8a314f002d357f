use anycapture::captured_fn;

captured_fn! {
    #[capture(x, y, x)]
    fn twice(x: f32) {
        let y = x;
        let _ = y;
    }
}

captured_fn! {
    #[capture(*, !z)]
    fn left_out(x: f32) {
        let _ = x;
    }
}

fn main() {
    twice(1.0);
    left_out(1.0);
}
