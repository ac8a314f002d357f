use anycapture::capture;

fn main() {
    let attention_map = [1.0];
    capture!(forward, atention_map);
    let _ = attention_map;
}
