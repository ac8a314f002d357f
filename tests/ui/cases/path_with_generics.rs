use anycapture::capture;

fn main() {
    let x = 1.0;
    capture!(Attention::<f32>::forward, x);
    capture!("forward", x);
}
