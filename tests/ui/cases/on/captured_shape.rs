use anycapture::captured_fn;

captured_fn! {
    #[capture(x[2; 2])]
    fn shape(x: [f32; 4]) -> f32 {
        x[0]
    }
}

fn main() {
    shape([1.0; 4]);
}
