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
    #[capture(Attention::forward => )]
    fn path_alone() {}
}

captured_fn! {
    #[capture(; index = 2)]
    fn options_alone() {}
}

captured_fn! {}

fn main() {
    forward();
    backward();
}
