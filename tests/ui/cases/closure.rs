use anycapture::capture;

fn main() {
    let mut steps = 0;
    let step = || steps += 1;
    capture!(forward, step);
}
