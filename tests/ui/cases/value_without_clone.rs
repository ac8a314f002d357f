use anycapture::capture;

struct Weights;

fn forward(weights: &Weights, owned: Weights) {
    capture!(forward, weights);
    capture!(forward, owned);
}

fn main() {
    forward(&Weights, Weights);
}
