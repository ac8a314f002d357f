#![deny(warnings)]

fn main() {
    anycapture::session();
    anycapture::Options::new().max_size(3);
}
