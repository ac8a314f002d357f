use anycapture::captured_fn;

captured_fn! {
    #[capture(x, return)]
    fn nothing(x: f32) {
        let _ = x;
    }
}

captured_fn! {
    #[capture(x, return)]
    fn never(x: f32) -> ! {
        panic!("{x}")
    }
}

fn main() {
    nothing(1.0);
    never(1.0);
}
