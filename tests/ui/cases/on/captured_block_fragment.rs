use anycapture::captured_fn;

macro_rules! wrap {
    (fn $name:ident($x:ident: $type:ty) -> $output:ty $body:block) => {
        captured_fn! {
            #[capture($x)]
            fn $name($x: $type) -> $output $body
        }
    };
}

wrap! {
    fn double(x: f32) -> f32 {
        x * 2.0
    }
}

fn main() {
    double(1.0);
}
