use anycapture::capture;

struct Tensor {
    data: [f32; 6],
}

fn main() {
    let x = [1.0; 4];
    let t = Tensor { data: [1.0; 6] };
    capture!(forward, x[2; 2]);
    capture!(forward, x[2.0, 2.0]);
    capture!(forward, t = t.data[2, 3]);
    capture!(forward, x[..4]);
}
