use anycapture::captured_fn;

captured_fn! {
    #[capture()]
    fn forward() {}
}

captured_fn! {
    #[capture]
    fn backward() {}
}

captured_fn! {
    #[capture(x)]
    struct Attention;
}

captured_fn! {}

fn main() {
    forward();
    backward();
}
