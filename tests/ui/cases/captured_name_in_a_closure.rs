use anycapture::captured_fn;

captured_fn! {
    #[capture(weighted)]
    fn in_its_block(x: &[f32]) -> f32 {
        x.iter().fold(0.0, |sum, x| sum + [x].map(|x| {
            let weighted = x * 2.0;
            weighted
        })[0])
    }
}

captured_fn! {
    #[capture(value)]
    fn its_parameter(x: &[f32]) -> f32 {
        x.iter().enumerate().map(|(i, value)| i as f32 * value).sum()
    }
}

captured_fn! {
    #[capture(inner)]
    fn in_an_argument(x: f32) -> f32 {
        f32::from(f32::max(x, if x > 1.0 {
            let inner = x;
            inner
        } else {
            2.0
        }))
    }
}

fn main() {
    in_an_argument(in_its_block(&[its_parameter(&[1.0])]));
}
