use anycapture::capture;

fn main() {
    let x = [1.0; 4];
    capture!(forward, x[2; 2]);
    capture!(forward, x[2.0, 2.0]);
}
