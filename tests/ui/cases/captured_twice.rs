use anycapture::captured_fn;

captured_fn! {
    #[capture(return, return)]
    fn returned_twice(x: f32) -> f32 {
        x
    }
}

captured_fn! {
    #[capture(x)]
    #[capture(return)]
    fn two_lists(x: f32) -> f32 {
        x
    }
}

fn main() {
    returned_twice(two_lists(1.0));
}
