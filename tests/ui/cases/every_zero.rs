use anycapture::capture;

fn main() {
    let x = 1.0;
    capture!(forward, x; every = 0);
}
