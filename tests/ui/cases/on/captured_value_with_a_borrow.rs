use anycapture::captured_fn;

#[derive(Clone)]
struct View<'a>(&'a [f32]);

captured_fn! {
    #[capture(view)]
    fn of_a_parameter(data: &[f32]) -> f32 {
        let view = View(data);
        view.0[0]
    }
}

captured_fn! {
    #[capture(view)]
    fn of_a_local() -> f32 {
        let data = [1.0];
        let view = View(&data);
        view.0[0]
    }
}

fn main() {
    of_a_parameter(&[of_a_local()]);
}
