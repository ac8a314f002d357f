use anycapture::captured_fn;

captured_fn! {
    #[capture(rows)]
    fn forward(x: f32) -> Vec<f32> {
        let mut rows = vec![x];
        rows.push(1.0);
        let out = rows;
        out
    }
}

captured_fn! {
    #[capture(shaped[1, 2])]
    fn shaped(x: f32) -> Vec<f32> {
        let mut shaped = vec![x];
        shaped.push(1.0);
        let out = shaped;
        out
    }
}

fn main() {
    forward(1.0);
    shaped(1.0);
}
