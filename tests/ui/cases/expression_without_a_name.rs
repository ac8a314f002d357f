use anycapture::capture;

struct Layer {
    x: f32,
}

fn main() {
    let layer = Layer { x: 1.0 };
    capture!(forward, layer.x);
    capture!(forward, 2.0 * layer.x);
}
