use anycapture::capture;

fn main() {
    let x = 1.0;
    capture!(forward, x; evry = 2);
    capture!(forward, x; every = 2, every = 3);
    capture!(forward, x; index = 2, on = true, index = 3);
    capture!(forward, x; keep = 2, keep = 3);
    capture!(forward, x; room = 64, room = 65);
    capture!(forward, x; on = true, on = false);
    capture!(forward, x; if x > 0.0, if x < 1.0);
    capture!(forward, x; index = 0.5);
}
