use anycapture::captured_fn;

captured_fn! {
    #[capture(x)]
    struct Attention;
}

captured_fn! {
    #[capture(x)]
    const fn constant(x: f32) -> f32 {
        x
    }
}

fn main() {
    let x = 1.0;
    captured_fn! { let y = x; }
    captured_fn! { forward(x) }
    captured_fn!(|x: f32| x + 1.0);
}
