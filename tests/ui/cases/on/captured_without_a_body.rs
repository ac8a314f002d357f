use anycapture::captured_fn;

trait Layer {
    captured_fn! {
        #[capture(x)]
        fn without_a_body(&self, x: f32) -> f32;
    }
}

fn main() {}
