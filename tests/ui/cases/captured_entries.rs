use anycapture::captured_fn;

captured_fn! {
    #[capture(x + 1.0)]
    fn operator(x: f32) -> f32 {
        x
    }
}

captured_fn! {
    #[capture(x, double = )]
    fn value(x: f32) -> f32 {
        x
    }
}

captured_fn! {
    #[capture(&x)]
    fn borrow(x: f32) -> f32 {
        x
    }
}

captured_fn! {
    #[capture(Attention::<f32>::forward => x)]
    fn generic(x: f32) -> f32 {
        x
    }
}

captured_fn! {
    #[capture = x]
    fn no_parentheses(x: f32) -> f32 {
        x
    }
}

fn main() {
    operator(value(borrow(generic(no_parentheses(1.0)))));
}
