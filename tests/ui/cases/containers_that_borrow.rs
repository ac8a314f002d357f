use anycapture::capture;
use std::collections::HashMap;

#[derive(Clone)]
struct View<'a>(&'a [f32]);

fn of_a_parameter(views: &[View<'_>], by_name: HashMap<&str, f32>, optional: Option<View<'_>>) {
    capture!(forward, views);
    capture!(forward, by_name);
    capture!(forward, optional);
}

fn main() {
    let data = vec![1.0];
    let views = vec![View(&data)];
    capture!(forward, views);
    of_a_parameter(&[], HashMap::new(), None);
}
