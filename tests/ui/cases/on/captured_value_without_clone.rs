use anycapture::captured_fn;

struct Weights;

captured_fn! {
    fn make() -> Weights {
        Weights
    }

    /// The parameter, a `let` and the result.
    #[capture(Layer::forward => parameter, bound, return)]
    fn forward(parameter: &Weights) -> Weights {
        let bound = make();
        bound
    }
}

fn main() {
    forward(&make());
}
