use anycapture::capture;

fn main() {
    capture!();
    capture!(forward);
    capture!(forward; every = 2);
}
