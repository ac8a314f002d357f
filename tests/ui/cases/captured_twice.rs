use anycapture::captured_fn;

captured_fn! {
    #[capture(x, y, x)]
    fn twice(x: f32) {
        let y = x;
        let _ = y;
    }
}

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

captured_fn! {
    #[capture(*, !z)]
    fn left_out(x: f32) {
        let _ = x;
    }
}

fn main() {
    twice(returned_twice(1.0));
    left_out(two_lists(1.0));
}
