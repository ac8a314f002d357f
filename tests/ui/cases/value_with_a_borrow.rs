use anycapture::capture;

#[derive(Clone)]
struct View<'a>(&'a [f32]);

fn main() {
    let data = vec![1.0];
    let view = View(&data);
    capture!(forward, view);
}
