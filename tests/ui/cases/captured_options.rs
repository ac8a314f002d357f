use anycapture::captured_fn;

captured_fn! {
    #[capture(x; evry = 2)]
    fn unknown(x: f32) -> f32 {
        x
    }
}

captured_fn! {
    #[capture(x; every = 2, every = 3)]
    fn twice(x: f32) -> f32 {
        x
    }
}

fn main() {
    unknown(twice(1.0));
}
