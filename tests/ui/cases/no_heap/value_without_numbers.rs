use anycapture::capture;

#[derive(Clone)]
struct Tensor;

fn forward(text: &str, tensor: &Tensor, owned: Tensor, optional: Option<Tensor>) {
    capture!(forward, text);
    capture!(forward, tensor);
    capture!(forward, owned);
    capture!(forward, optional);
}

fn main() {
    forward("", &Tensor, Tensor, None);
}
