use anycapture::{capture, each};

fn main() {
    let names = ["query", "key"];
    capture!(forward, names = each(names));
}
