use anycapture::capture;

struct Weights;

fn forward(borrowed: Option<&Weights>, owned: Result<Weights, String>) {
    capture!(forward, borrowed);
    capture!(forward, owned);
}

fn main() {
    forward(Some(&Weights), Ok(Weights));
}
