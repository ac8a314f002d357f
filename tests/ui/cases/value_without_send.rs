use anycapture::capture;
use std::rc::Rc;

#[derive(Clone)]
struct Cached(Rc<String>);

fn forward(shared: Cached, borrowed: &Cached, optional: Option<Cached>) {
    capture!(forward, shared);
    capture!(forward, borrowed);
    capture!(forward, optional);
}

fn main() {
    let cached = Cached(Rc::new(String::new()));
    forward(cached.clone(), &cached, None);
}
