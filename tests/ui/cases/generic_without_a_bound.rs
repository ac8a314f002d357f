use anycapture::capture;

fn forward<T: Copy>(x: &[T]) {
    capture!(forward, x);
}

fn main() {
    forward(&[1.0]);
}
